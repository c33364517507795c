//! A message on the timeline.

mod change;
mod content;
mod leaving;
mod numbers;
mod pick;
mod status;
mod tools;

pub use change::ChangeLine;
pub use leaving::{may_edit, recall_last};
pub use numbers::size_text;
pub use pick::Hold;
pub use tools::{MessageInfo, may_answer, may_react};

use super::format;
use super::thread::pane::{key_of, mark, use_pane};
use crate::i18n::*;
use crate::live::{Item, Key, Local};
use crate::part::*;
use content::ContentView;
use leaving::Leaving;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Content, Direction, Forwarded, Mention, Message, MessageKind, MessageStatus, Millis, Quote, text};
use pick::Cover;
use status::{Failure, Sign};
use tools::Tools;

/// The parts of a message that its body is drawn from; a change of its status redraws only what stands below, so that a
/// player goes on playing.
#[derive(Clone, PartialEq)]
struct Shape {
    kind: MessageKind,
    body: String,
    content: Content,
    mentions: Vec<Mention>,
    deleted: bool,
    quoted: Option<Quote>,
    forwarded: Option<Forwarded>,
}

/// What stands below the body of most bubbles.
#[derive(Clone, PartialEq)]
struct Foot {
    at: Millis,
    edited: bool,
    sign: Option<Sign>,
    reactions: Vec<String>,
    own: Option<String>,
    waits: bool,
    failed: bool,
}

/// A bubble. `first` of those that hang together tells who wrote it. There are hundreds on a page, so that each watches
/// few things; what the pointer does is the feed's.
#[component]
pub fn Bubble(key: Key, first: bool, #[prop(into)] selected: Signal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let times = use_times();
    let Some(cell) = pane.timeline().item(&key) else { return ().into_any() };
    let item: RwSignal<Item> = cell.into();
    let shape = Memo::new(move |_| {
        item.with(|i| {
            let m = &i.message;
            Shape {
                kind: m.kind,
                body: m.body.clone(),
                content: m.content.clone(),
                mentions: m.mentions.clone(),
                deleted: m.status == MessageStatus::Deleted,
                quoted: m.quoted.clone(),
                forwarded: m.forwarded.filter(|_| m.status != MessageStatus::Deleted),
            }
        })
    });
    let foot = Memo::new(move |_| {
        item.with(|i| {
            let m = &i.message;
            Foot {
                at: m.at,
                edited: m.edited_at.is_some() && m.status != MessageStatus::Deleted,
                sign: Sign::of(i),
                reactions: m.reactions.clone(),
                own: m.own_reaction.clone(),
                waits: i.local == Local::Stored && m.status == MessageStatus::WaitReply,
                failed: matches!(i.local, Local::Refused(_)) || m.status == MessageStatus::Failed,
            }
        })
    });
    // What few bubbles have: one look for all of it.
    let extra = Memo::new(move |_| item.with(|i| (status::is_told(i), leaving::leaves_at(i).is_some())));
    let base = item.with_untracked(|i| match (i.message.kind, i.message.direction) {
        (MessageKind::Note, _) => "bubble note",
        (_, Direction::In) => "bubble in",
        (_, Direction::Out) => "bubble out",
    });
    let class = move || {
        let flags = foot.with(|f| [("first", first), ("waits", f.waits), ("failed", f.failed), ("plain", shape.with(is_plain))]);
        flags.into_iter().filter(|(_, on)| *on).fold(base.to_owned(), |all, (name, _)| all + " " + name)
    };
    let is_note = item.with_untracked(|i| i.message.kind == MessageKind::Note);
    let line = mark(&key);
    view! {
        <article class=class data-mark=line tabindex="-1" aria-label=move || item.with(|i| spoken(i18n, pane, &i.message))>
            {first.then(|| view! { <Author item/> })}
            {move || shape.with(|s| view! {
                {s.forwarded.map(|how| view! {
                    <p class="bubble-forwarded"><Icon name="forward" small=true/>{match how {
                        Forwarded::Once => t_string!(i18n, message.forwarded),
                        Forwarded::Often => t_string!(i18n, message.forwarded_often),
                    }}</p>
                })}
                {s.quoted.clone().map(|quote| view! { <QuoteView quote/> })}
                <ContentView kind=s.kind body=s.body.clone() content=s.content.clone() mentions=s.mentions.clone() deleted=s.deleted/>
            })}
            {move || foot.with(|f| view! {
                <footer class="bubble-foot">
                    {f.edited.then(|| view! { <span>{if is_note { t_string!(i18n, inbox.thread.note.edited) } else { t_string!(i18n, message.edit.mark) }}</span> })}
                    <time class="time" datetime=iso(f.at)>{times.text(f.at, TimeStyle::Clock)}</time>
                    {f.sign.map(|sign| sign.view(i18n))}
                </footer>
                {(!f.reactions.is_empty()).then(|| {
                    let list = f.reactions.join(" ");
                    let label = t_string!(i18n, inbox.thread.bubble.reactions, list = list.as_str()).to_string();
                    view! { <span class="bubble-reactions" role="img" aria-label=label.clone() data-tip=label>{list}</span> }
                })}
                {f.own.clone().map(|emoji| {
                    let label = t_string!(i18n, file.own_reaction, emoji = emoji.as_str()).to_string();
                    view! { <span class="bubble-reactions own" role="img" aria-label=label.clone() data-tip=label>{emoji}</span> }
                })}
            })}
            {move || {
                let (told, leaves) = extra.get();
                (told || leaves).then(|| view! {
                    {told.then(|| view! { <Failure item key=key.clone()/> })}
                    {leaves.then(|| view! { <Leaving item/> })}
                })
            }}
            {move || selected.get().then(|| view! { <Tools item/> })}
            {move || (pane.picking.get() && item.with(|i| pick::able(i).is_some())).then(|| view! { <Cover item/> })}
        </article>
    }
    .into_any()
}

/// Shown without a bubble around it: a sticker, a few emoji.
fn is_plain(shape: &Shape) -> bool {
    match &shape.content {
        Content::Media(m) if shape.kind == MessageKind::Sticker => m.state == model::MediaState::Ready,
        Content::None => shape.kind == MessageKind::Text && format::parse::is_emoji_only(&shape.body),
        _ => false,
    }
}

/// The stored message whose bubble has the focus, or of which something has.
pub fn focused(pane: super::thread::pane::Pane) -> Option<model::MessageId> {
    able(pane, &key_at(&document().active_element()?)?)
}

/// The bubble in which an element of the page is.
pub fn key_at(el: &web_sys::Element) -> Option<Key> {
    key_of(&el.closest(".bubble[data-mark]").ok()??.get_attribute("data-mark")?)
}

/// The stored message of a bubble, when it can be chosen.
pub fn able(pane: super::thread::pane::Pane, key: &Key) -> Option<model::MessageId> {
    pane.timeline().item(key)?.with_untracked(pick::able)
}

/// Who wrote it: nothing for the contact, who is the other side of the whole conversation.
#[component]
fn Author(item: RwSignal<Item>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let (kind, direction, author) = item.with_untracked(|i| (i.message.kind, i.message.direction, i.message.author_id));
    let name = move || match author {
        Some(id) => pane.store.member_name(id),
        None => t_string!(i18n, inbox.thread.bubble.auto).to_string(),
    };
    match (kind, direction) {
        (MessageKind::Note, _) => Some(
            view! {
                <header class="bubble-head">
                    <Icon name="note" small=true/>
                    <span dir=author.map(|_| "auto")>{name}</span>
                    <span class="bubble-aside">{t!(i18n, inbox.thread.bubble.note_only)}</span>
                </header>
            }
            .into_any(),
        ),
        (_, Direction::In) => None,
        (_, Direction::Out) => {
            Some(view! { <header class="bubble-head"><span dir=author.map(|_| "auto")>{name}</span></header> }.into_any())
        }
    }
}

/// The message that this one answers; a press goes there.
#[component]
fn QuoteView(quote: Quote) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let direction = quote.direction;
    let told = quote.clone();
    let text = move || quote_text(i18n, &told);
    let who = move || pane.quoted_name(direction);
    let inner = move || view! { <span class="quote-who">{who}</span><span class="quote-text" dir="auto">{text.clone()}</span> };
    match quote.id {
        Some(id) => view! {
            <button type="button" class="quote" on:click=move |_| pane.go_to_quoted(id)>
                <span class="visually-hidden">{t!(i18n, inbox.thread.bubble.to_quoted)}" "</span>
                {inner()}
            </button>
        }
        .into_any(),
        None => view! { <div class="quote" data-tip=move || t_string!(i18n, inbox.thread.bubble.quoted_old).to_string()>{inner()}</div> }
            .into_any(),
    }
}

/// One line for a quoted message: its text, else what it is.
pub fn quote_text(i18n: I18nContext<Locale>, quote: &Quote) -> String {
    if quote.text.trim().is_empty() { kind_name(i18n, quote.kind) } else { format::parse::bare(&quote.text) }
}

/// What a kind of message is called; empty for text.
pub fn kind_name(i18n: I18nContext<Locale>, kind: MessageKind) -> String {
    match kind {
        MessageKind::Text | MessageKind::Transition => "",
        MessageKind::Image => t_string!(i18n, inbox.thread.media.image),
        MessageKind::Video => t_string!(i18n, inbox.thread.media.video),
        MessageKind::Audio => t_string!(i18n, inbox.thread.media.audio),
        MessageKind::Document => t_string!(i18n, inbox.thread.media.document),
        MessageKind::Sticker => t_string!(i18n, inbox.thread.media.sticker),
        MessageKind::Contact => t_string!(i18n, inbox.thread.content.contacts),
        MessageKind::Location => t_string!(i18n, inbox.thread.content.location),
        MessageKind::Answer => t_string!(i18n, inbox.thread.content.answer),
        MessageKind::Order => t_string!(i18n, inbox.thread.content.order),
        MessageKind::Template => t_string!(i18n, inbox.thread.content.template),
        MessageKind::Unsupported => t_string!(i18n, inbox.thread.content.unsupported),
        MessageKind::Note => t_string!(i18n, inbox.thread.bubble.note),
    }
    .to_string()
}

/// A bubble for who hears it: who, what, and the beginning of the text.
fn spoken(i18n: I18nContext<Locale>, pane: super::thread::pane::Pane, message: &Message) -> String {
    let who = match (message.direction, message.author_id) {
        (Direction::In, _) => pane.name(),
        (Direction::Out, Some(id)) => pane.store.member_name(id),
        (Direction::Out, None) => t_string!(i18n, inbox.thread.bubble.auto).to_string(),
    };
    let parts = [who, kind_name(i18n, message.kind), text::shorten(&message.body, 160)];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}
