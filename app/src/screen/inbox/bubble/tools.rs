//! What can be done with a message: answer it, copy it, look at its times (MS-1).

use super::super::after::Versions;
use super::super::forward::can_go_on;
use super::super::head::may::Mode;
use super::super::note;
use super::super::thread::pane::{Pane, Sheet, use_pane};
use super::leaving::may_edit;
use crate::area::{Area, Part};
use crate::i18n::*;
use crate::live::{Item, Local};
use crate::part::*;
use leptos::prelude::*;
use model::{MediaState, Message, MessageKind, MessageStatus, Millis, NoteRights};

/// Whether a message can be answered now. Tracked.
pub fn may_answer(pane: Pane, item: &Item) -> bool {
    let m = &item.message;
    item.local == Local::Stored
        && matches!(pane.mode.get(), Some(Mode::Write | Mode::Waiting))
        && !matches!(m.kind, MessageKind::Note | MessageKind::Transition)
        && !matches!(m.status, MessageStatus::Failed | MessageStatus::Deleted | MessageStatus::WaitReply)
}

/// Whether one can react to a message now. Tracked.
pub fn may_react(pane: Pane, item: &Item) -> bool {
    let m = &item.message;
    item.local == Local::Stored
        && pane.mode.get() == Some(Mode::Write)
        && pane.channel().is_some_and(|c| c.kind.reacts())
        && !matches!(m.kind, MessageKind::Note | MessageKind::Transition)
        && !matches!(m.status, MessageStatus::Failed | MessageStatus::Deleted | MessageStatus::WaitReply | MessageStatus::Queued)
}

/// The small bar at the bubble under the pointer or with the focus.
#[component]
pub fn Tools(item: RwSignal<Item>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let of = move |read: fn(&Message) -> bool| item.with(|i| i.local == Local::Stored && read(&i.message));
    let may_answer = move || item.with(|i| may_answer(pane, i));
    let may_react = move || item.with(|i| may_react(pane, i));
    let file = move || {
        item.with(|i| match i.message.content.file() {
            Some(m) if m.state == MediaState::Ready => Some((format!("/media/{}", m.id), m.file_name.clone())),
            _ => None,
        })
    };
    let message = move || item.with_untracked(|i| i.message.clone());
    let session = crate::session::use_session();
    let rights = Memo::new(move |_| {
        item.with(|i| if i.local == Local::Stored { note::rights(pane, session, &i.message) } else { NoteRights::default() })
    });
    let editable = Memo::new(move |_| item.with(|i| i.local == Local::Stored && may_edit(pane, &i.message)));
    view! {
        <div class="bubble-tools">
            <Show when=may_answer>
                <IconButton icon="reply" small=true label=move || t_string!(i18n, inbox.thread.bubble.reply).to_string() press=move |()| pane.answer(&message())/>
            </Show>
            <Show when=may_react><React item/></Show>
            <Show when=move || of(can_go_on)>
                <IconButton icon="forward" small=true label=move || t_string!(i18n, file.forward).to_string()
                    press=move |()| pane.sheet.set(Some(Sheet::Forward(vec![message()])))/>
            </Show>
            <Show when=move || of(|m| !m.body.trim().is_empty())>
                <IconButton icon="copy" small=true label=move || t_string!(i18n, inbox.thread.bubble.copy).to_string()
                    press=move |()| pane.copy(message().body, untrack(|| t_string!(i18n, inbox.thread.bubble.copied).to_string()))/>
            </Show>
            {move || file().map(|(href, name)| view! {
                <a class="button ghost icon-button small" href=href download=name
                    aria-label=move || t_string!(i18n, inbox.thread.media.download).to_string()
                    data-tip=move || t_string!(i18n, inbox.thread.media.download).to_string()><Icon name="download"/></a>
            })}
            <Show when=move || editable.get()>
                <IconButton icon="edit" small=true label=move || t_string!(i18n, message.edit.act).to_string()
                    press=move |()| { let m = message(); pane.sheet.set(Some(Sheet::EditMessage { id: m.id, text: m.body })) }/>
            </Show>
            <Show when=move || of(Message::can_be_hidden)>
                <IconButton icon="trash" small=true label=move || t_string!(i18n, message.hide.act).to_string()
                    press=move |()| pane.sheet.set(Some(Sheet::Hide(vec![message().id])))/>
            </Show>
            <Show when=move || rights.get().edit>
                <IconButton icon="edit" small=true label=move || t_string!(i18n, inbox.thread.note.edit).to_string()
                    press=move |()| pane.sheet.set(Some(Sheet::EditNote(Box::new(message()))))/>
            </Show>
            <Show when=move || rights.get().delete>
                <IconButton icon="trash" small=true label=move || t_string!(i18n, inbox.thread.note.delete).to_string()
                    press=move |()| pane.sheet.set(Some(Sheet::DeleteNote(message().id)))/>
            </Show>
            <Show when=move || of(|_| true)>
                <IconButton icon="check-circle" small=true label=move || t_string!(i18n, message.pick.act).to_string() press=move |()| pane.pick(message().id)/>
                <IconButton icon="info" small=true label=move || t_string!(i18n, inbox.thread.bubble.info).to_string()
                    press=move |()| pane.sheet.set(Some(Sheet::Info(Box::new(message()))))/>
            </Show>
        </div>
    }
}

/// The emoji that people react with most.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// Reacting, in one press more.
#[component]
fn React(item: RwSignal<Item>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = RwSignal::new(false);
    let own = Memo::new(move |_| item.with(|i| i.message.own_reaction.clone()));
    let more = RwSignal::new(false);
    let picked = RwSignal::new(None::<String>);
    // By key or palette.
    Effect::new(move |before: Option<u32>| {
        let now = pane.react.get();
        let is_this = || pane.focused_item(|i| i.message.id) == Some(item.with_untracked(|i| i.message.id));
        if before.is_some_and(|b| b != now) && untrack(is_this) {
            open.set(true);
        }
        now
    });
    let react = move |emoji: String| {
        let emoji = if own.get_untracked().as_ref() == Some(&emoji) { String::new() } else { emoji };
        open.set(false);
        let id = item.with_untracked(|i| i.message.id);
        leptos::task::spawn_local(async move {
            if let Err(refused) = pane.store.react(pane.id, id, emoji).await {
                pane.fail(untrack(|| crate::fault::say(i18n, &refused)));
            }
        });
    };
    effect(move || {
        if let Some(emoji) = picked.get() {
            picked.set(None);
            react(emoji);
        }
    });
    effect(move || {
        if !open.get() {
            more.set(false);
        }
    });
    view! {
        <Popover icon="emoji" icon_only=true small=true open label=move || t_string!(i18n, file.react).to_string()>
            <div class="quick-reactions" role="group" aria-label=move || t_string!(i18n, file.reactions).to_string()>
                {QUICK.into_iter().map(|emoji| view! {
                    <button type="button" class="quick-reaction" aria-pressed=move || if own.get().as_deref() == Some(emoji) { "true" } else { "false" }
                        aria-label=move || if own.get().as_deref() == Some(emoji) {
                            t_string!(i18n, file.react_remove, emoji = emoji).to_string()
                        } else {
                            t_string!(i18n, file.react_with, emoji = emoji).to_string()
                        } on:click=move |_| react(emoji.to_owned())>{emoji}</button>
                }).collect_view()}
                <IconButton icon="plus" small=true label=move || t_string!(i18n, message.emoji.more).to_string() press=move |()| more.set(true)/>
            </div>
            <Show when=move || more.get()><Area part=Part::Emoji(picked)/></Show>
        </Popover>
    }
}

/// When a message was made, sent, delivered and read (MS-1).
#[component]
pub fn MessageInfo(message: Message) -> impl IntoView {
    let i18n = use_i18n();
    let pane: Pane = use_pane();
    let admin = crate::session::use_session().is_admin();
    let author = message.author_id;
    let channel = move || pane.channel().map(|c| c.name);
    let channel_id = move || pane.channel().map(|c| c.id.to_string());
    let time = |at: Millis| view! { <Time at=at style=TimeStyle::Full/> };
    view! {
        <dl class="facts">
            <dt>{t!(i18n, inbox.thread.bubble.info_created)}</dt><dd>{time(message.at)}</dd>
            {message.sent_at.map(|at| view! { <dt>{t!(i18n, inbox.thread.bubble.info_sent)}</dt><dd>{time(at)}</dd> })}
            {message.delivered_at.map(|at| view! { <dt>{t!(i18n, inbox.thread.bubble.info_delivered)}</dt><dd>{time(at)}</dd> })}
            {message.read_at.map(|at| view! { <dt>{t!(i18n, inbox.thread.bubble.info_read)}</dt><dd>{time(at)}</dd> })}
            {message.edited_at.map(|at| view! { <dt>{t!(i18n, inbox.thread.bubble.info_edited)}</dt><dd>{time(at)}</dd> })}
            {author.map(|id| view! { <dt>{t!(i18n, inbox.thread.bubble.info_by)}</dt><dd dir="auto">{move || pane.store.member_name(id)}</dd> })}
            {admin.then(|| view! {
                <dt>{t!(i18n, inbox.thread.bubble.info_id)}</dt><dd class="code">{message.id.to_string()}</dd>
                <dt>{t!(i18n, inbox.thread.bubble.info_channel)}</dt><dd dir="auto">{channel}</dd>
                <dt>{t!(i18n, message.info.channel_id)}</dt><dd class="code">{channel_id}</dd>
                <dt>{t!(i18n, message.info.conversation)}</dt><dd class="code">{message.conversation_id.to_string()}</dd>
            })}
        </dl>
        {(admin && message.edited_at.is_some()).then(|| view! { <Versions id=message.id/> })}
    }
}
