//! A message on the timeline.

mod change;
mod content;
mod leaving;
mod numbers;
mod pick;
mod status;
mod tools;

pub use change::ChangeLine;
pub use leaving::recall_last;
pub use numbers::size_text;
pub use tools::MessageInfo;

use super::format;
use super::thread::pane::{mark, use_pane};
use crate::i18n::*;
use crate::live::{Item, Key, Local};
use crate::part::*;
use content::ContentView;
use leaving::Leaving;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Content, Direction, Mention, Message, MessageKind, MessageStatus, Quote, text};
use pick::{Cover, Hold};
use status::{Failure, Ticks};
use tools::Tools;

/// The parts of a message that its body is drawn from; a change of its status redraws only the ticks, so that a player
/// goes on playing.
#[derive(Clone, PartialEq)]
struct Shape {
    kind: MessageKind,
    body: String,
    content: Content,
    mentions: Vec<Mention>,
    deleted: bool,
}

/// A bubble. `first` of those that hang together tells who wrote it.
#[component]
pub fn Bubble(
    key: Key,
    first: bool,
    /// The bubble under the pointer or with the focus.
    active: RwSignal<Option<Key>>,
    selected: Memo<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let Some(cell) = pane.timeline().item(&key) else { return ().into_any() };
    let item: RwSignal<Item> = cell.into();
    let message = move || item.with(|i| i.message.clone());
    let shape = Memo::new(move |_| {
        item.with(|i| {
            let m = &i.message;
            Shape {
                kind: m.kind,
                body: m.body.clone(),
                content: m.content.clone(),
                mentions: m.mentions.clone(),
                deleted: m.status == MessageStatus::Deleted,
            }
        })
    });
    let quoted = Memo::new(move |_| item.with(|i| i.message.quoted.clone()));
    let reactions = Memo::new(move |_| item.with(|i| i.message.reactions.clone()));
    let own = Memo::new(move |_| item.with(|i| i.message.own_reaction.clone()));
    let at = Memo::new(move |_| item.with(|i| i.message.at));
    let edited = Memo::new(move |_| item.with(|i| i.message.edited_at.is_some() && i.message.status != MessageStatus::Deleted));
    let is_note = item.with_untracked(|i| i.message.kind == MessageKind::Note);
    let class = item.with_untracked(|i| match (i.message.kind, i.message.direction) {
        (MessageKind::Note, _) => "bubble note",
        (_, Direction::In) => "bubble in",
        (_, Direction::Out) => "bubble out",
    });
    let plain = Memo::new(move |_| {
        shape.with(|s| match &s.content {
            Content::Media(m) if s.kind == MessageKind::Sticker => m.state == model::MediaState::Ready,
            Content::None => s.kind == MessageKind::Text && format::parse::is_emoji_only(&s.body),
            _ => false,
        })
    });
    let waits = Memo::new(move |_| item.with(|i| i.local == Local::Stored && i.message.status == MessageStatus::WaitReply));
    let failed = Memo::new(move |_| item.with(|i| matches!(i.local, Local::Refused(_)) || i.message.status == MessageStatus::Failed));
    let enter = {
        let key = key.clone();
        move || {
            if active.with_untracked(|a| a.as_ref() != Some(&key)) {
                active.set(Some(key.clone()));
            }
        }
    };
    let (on_pointer, on_focus) = (enter.clone(), enter);
    let key = StoredValue::new(key);
    let hold = Hold::new(pane);
    let held = move || {
        item.try_with_untracked(|i| (i.local == Local::Stored && pick::can_be_picked(&i.message)).then_some(i.message.id)).flatten()
    };
    view! {
        <article class=class class:first=first class:plain=move || plain.get() class:waits=move || waits.get() class:failed=move || failed.get()
            data-mark=key.with_value(mark) tabindex="-1" aria-label=move || spoken(i18n, pane, &message())
            on:pointerenter=move |_| on_pointer() on:focusin=move |_| on_focus()
            on:pointerdown=move |event| hold.down(&event, held) on:pointermove=move |event| hold.moved(&event) on:contextmenu=move |event| hold.menu(&event) on:pointerup=move |_| hold.end() on:pointercancel=move |_| hold.end()>
            {first.then(|| view! { <Author item/> })}
            {move || quoted.get().map(|quote| view! { <QuoteView quote/> })}
            {move || shape.with(|s| view! { <ContentView kind=s.kind body=s.body.clone() content=s.content.clone() mentions=s.mentions.clone() deleted=s.deleted/> })}
            <footer class="bubble-foot">
                <Show when=move || edited.get()><span>{move || if is_note { t_string!(i18n, inbox.thread.note.edited) } else { t_string!(i18n, message.edit.mark) }}</span></Show>
                <Time at=at style=TimeStyle::Clock/>
                <Ticks item/>
            </footer>
            {move || reactions.with(|r| (!r.is_empty()).then(|| {
                let list = r.join(" ");
                let label = t_string!(i18n, inbox.thread.bubble.reactions, list = list.as_str()).to_string();
                view! { <span class="bubble-reactions" role="img" aria-label=label.clone() data-tip=label>{list}</span> }
            }))}
            {move || own.get().map(|emoji| {
                let label = t_string!(i18n, file.own_reaction, emoji = emoji.as_str()).to_string();
                view! { <span class="bubble-reactions own" role="img" aria-label=label.clone() data-tip=label>{emoji}</span> }
            })}
            <Failure item key=key.get_value()/>
            <Leaving item/>
            <Show when=move || selected.get()><Tools item/></Show>
            <Cover item/>
        </article>
    }
    .into_any()
}

/// The stored message whose bubble has the focus, or of which something has.
pub fn focused(pane: super::thread::pane::Pane) -> Option<model::MessageId> {
    let line = document().active_element()?.closest(".bubble[data-mark]").ok()??.get_attribute("data-mark")?;
    let key = match line.split_at_checked(1)? {
        ("m", id) => Key::Id(id.parse().ok()?),
        (_, client) => Key::Client(client.into()),
    };
    pane.timeline().item(&key)?.with_untracked(|i| (i.local == Local::Stored && pick::can_be_picked(&i.message)).then_some(i.message.id))
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
                    <span>{name}</span>
                    <span class="bubble-aside">{t!(i18n, inbox.thread.bubble.note_only)}</span>
                </header>
            }
            .into_any(),
        ),
        (_, Direction::In) => None,
        (_, Direction::Out) => Some(view! { <header class="bubble-head"><span>{name}</span></header> }.into_any()),
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
    if quote.text.trim().is_empty() { kind_name(i18n, quote.kind) } else { quote.text.clone() }
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
