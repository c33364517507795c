//! Writing: messages, notes, or what has to happen before one can write.

pub mod card;
mod collision;
mod editor;
pub mod emoji;
pub mod files;
mod marks;
pub mod place;
pub mod question;
pub mod quick;
pub mod sticker;
pub mod suggest;
mod typed;
mod voice;

use super::classified::Classified;
use super::head::may::{Mode, Offer};
use super::layout::use_panes;
use super::template::{Picked, TemplatePicker};
use super::thread::pane::{Deed, Sheet, Tab, use_pane};
use crate::area::{Area, Part};
use crate::i18n::*;
use crate::live::Connection;
use crate::part::*;
use collision::{Collision, Collisions};
use editor::Editor;
use leptos::prelude::*;
use model::{Act, ChannelStatus, Window, limit};

const TABS: &str = "composer-body";

/// The composer.
#[component]
pub fn Composer() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    // The contact's answer turns waiting into writing under one's hands: the text area stays the same one.
    let face = Memo::new(move |_| match (pane.tab.get(), pane.mode.get()?) {
        (Tab::Note, _) => Some(Face::Note),
        (Tab::Message, Mode::Write | Mode::Waiting) => Some(Face::Write),
        (Tab::Message, other) => Some(Face::Other(other)),
    });
    let tabs = vec![
        TabItem {
            key: "message",
            label: Signal::derive(move || t_string!(i18n, inbox.thread.composer.tab_message).to_string()),
            count: Signal::stored(None),
        },
        TabItem {
            key: "note",
            label: Signal::derive(move || t_string!(i18n, inbox.thread.composer.tab_note).to_string()),
            count: Signal::stored(None),
        },
    ];
    let selected = Signal::derive(move || if pane.tab.get() == Tab::Note { "note" } else { "message" });
    let select = Callback::new(move |key| pane.tab.set(if key == "note" { Tab::Note } else { Tab::Message }));
    view! {
        <div class="composer" class:note=move || pane.tab.get() == Tab::Note>
            <Tabs label=move || t_string!(i18n, inbox.thread.composer.label).to_string() items=tabs selected select controls=TABS/>
            <div id=TABS class="composer-body" role="tabpanel">
                {move || match face.get() {
                    None => ().into_any(),
                    Some(Face::Note) => view! { <NoteEditor/> }.into_any(),
                    Some(Face::Write) => view! { <Awaiting/><Troubles/><MessageEditor/> }.into_any(),
                    Some(Face::Other(Mode::Template)) => view! { <Area part=Part::Templates/> }.into_any(),
                    Some(Face::Other(Mode::Pending)) => view! { <Pending/> }.into_any(),
                    Some(Face::Other(Mode::NotMine)) => view! { <NotMine/> }.into_any(),
                    Some(Face::Other(_)) => view! { <Over/> }.into_any(),
                }}
            </div>
        </div>
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Face {
    Note,
    Write,
    Other(Mode),
}

/// Free text to the contact.
#[component]
fn MessageEditor() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let text: RwSignal<String> = pane.store.draft(pane.id).into();
    let save = move |value: String| pane.store.save_draft(pane.id, value);
    let collision = Collision::new(pane);
    let send = move |value: String| {
        if !collision.lets_pass() {
            return false;
        }
        let (at, reply) = (files::tray_id(pane, Tab::Message), pane.reply.get_untracked());
        if pane.store.tray(at).files.with_untracked(Vec::is_empty) {
            pane.store.send(pane.id, value, reply);
        } else if !pane.store.send_tray(at, value, reply.clone()) {
            // The text stays where it is until the files are there.
            pane.store.leave_when_whole(at, reply);
            return false;
        }
        pane.reply.set(None);
        pane.hold_unread.set(false);
        pane.latest.update(|n| *n += 1);
        true
    };
    let placeholder = move || {
        if pane.mode.get() == Some(Mode::Waiting) {
            t_string!(i18n, inbox.thread.composer.placeholder_wait)
        } else {
            t_string!(i18n, inbox.thread.composer.placeholder)
        }
        .to_string()
    };
    let all_the_same = move |()| {
        collision.agree();
        if send(text.with_untracked(|t| t.trim_end().to_owned())) {
            save(String::new());
            pane.store.looking(Some(pane.id), false);
        }
        pane.focus(Tab::Message);
    };
    view! {
        <Collisions collision all_the_same/>
        <ReplyChip/>
        <files::TrayView tab=Tab::Message/>
        <Editor text save=save send=send max=limit::TEXT_MAX tab=Tab::Message placeholder=Signal::derive(placeholder)
            label=move || t_string!(i18n, inbox.thread.composer.send).to_string()/>
    }
}

/// A note for the team. Unsent, it stays in this browser.
#[component]
fn NoteEditor() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let send = move |value: String| {
        let at = files::tray_id(pane, Tab::Note);
        if pane.store.tray(at).files.with_untracked(Vec::is_empty) {
            pane.store.send_note(pane.id, value);
        } else if !pane.store.send_tray(at, value, None) {
            return false;
        }
        pane.latest.update(|n| *n += 1);
        true
    };
    view! {
        <files::TrayView tab=Tab::Note/>
        <Editor text=pane.note save=move |text: String| pane.save_note(text) send=send max=limit::NOTE_MAX tab=Tab::Note
            placeholder=Signal::derive(move || t_string!(i18n, inbox.thread.composer.placeholder_note).to_string())
            label=move || t_string!(i18n, inbox.thread.composer.save_note).to_string()/>
    }
}

/// The message that is being answered.
#[component]
fn ReplyChip() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    move || {
        pane.reply.get().map(|quote| {
            let direction = quote.direction;
            let title = move || {
                let who = pane.quoted_name(direction);
                t_string!(i18n, inbox.thread.composer.reply_to, name = who.as_str()).to_string()
            };
            view! {
                <div class="composer-reply">
                    <div class="quote">
                        <span class="quote-who">{title}</span>
                        <span class="quote-text" dir="auto">{move || super::bubble::quote_text(i18n, &quote)}</span>
                    </div>
                    <IconButton icon="x" small=true label=move || t_string!(i18n, inbox.thread.composer.reply_drop).to_string()
                        press=move |()| { pane.reply.set(None); pane.focus(Tab::Message) }/>
                </div>
            }
        })
    }
}

/// What keeps a message from leaving at once.
#[component]
fn Troubles() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let down = Memo::new(move |_| pane.channel().filter(|c| c.status != ChannelStatus::Connected).map(|c| c.name));
    let offline = Memo::new(move |_| pane.store.connection.get() == Connection::Offline);
    view! {
        {move || down.get().map(|channel| view! {
            <p class="composer-note warning" role="status"><Icon name="plug" small=true/>{move || t_string!(i18n, inbox.thread.composer.channel_down, channel = channel.as_str()).to_string()}</p>
        })}
        {move || offline.get().then(|| view! {
            <p class="composer-note warning" role="status"><Icon name="cloud-off" small=true/>{t!(i18n, inbox.thread.composer.offline)}</p>
        })}
    }
}

/// A template waits for an answer; what is written now waits with it (IN-3, IN-4).
#[component]
fn Awaiting() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let waits = Memo::new(move |_| pane.mode.get() == Some(Mode::Waiting));
    move || {
        waits.get().then(|| view! {
        <div class="composer-note" role="status">
            <Icon name="hourglass" small=true/>
            <span>{move || { let name = pane.name(); t_string!(i18n, inbox.thread.composer.awaiting, name = name.as_str()).to_string() }}</span>
            <Button small=true kind=Kind::Ghost icon="template" press=move |()| pane.sheet.set(Some(Sheet::Template))>{t!(i18n, inbox.thread.composer.other_template)}</Button>
        </div>
    })
    }
}

/// The window is closed: templates, and why (BW-3).
#[component]
pub fn Closed() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let times = use_times();
    let why = move || {
        let name = pane.name();
        let window = pane.row.with(|r| r.as_ref().map(|c| pane.store.window(c)));
        match pane.of(|c| c.last_in_at).filter(|_| window != Some(Window::NotStarted)) {
            Some(at) => {
                t_string!(i18n, inbox.thread.composer.closed_text, name = name.as_str(), time = times.text(at, TimeStyle::Full)).to_string()
            }
            None => t_string!(i18n, inbox.thread.composer.closed_never, name = name.as_str()).to_string(),
        }
    };
    let channel_id = Memo::new(move |_| pane.of(|c| c.channel_id));
    let category = Memo::new(move |_| pane.of(|c| c.awaiting_category));
    // What was written before the window closed is not lost: it waits until it opens again.
    view! {
        <div class="composer-closed">
            <div class="composer-why">
                <Icon name="clock"/>
                <div>
                    <strong>{t!(i18n, inbox.thread.composer.closed_title)}</strong>
                    <p>{why}</p>
                </div>
            </div>
            <TemplatePicker channel_id category on_send=move |picked: Picked| pane.send_template(&picked)/>
        </div>
    }
}

/// Nobody serves it yet: it can be read, and started (AS-1).
#[component]
fn Pending() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let team = move || pane.row.with(|r| r.as_ref().map(|c| c.team_id)).map(|id| pane.store.team_name(id)).unwrap_or_default();
    let why = Signal::derive(move || pane.offers.get().and_then(|o| o.assume.why()).map(|w| super::head::say_why(i18n, pane, w)));
    view! {
        <div class="composer-bar">
            <p>{move || { let team = team(); t_string!(i18n, inbox.thread.composer.pending, team = team.as_str()).to_string() }}</p>
            <Button kind=Kind::Primary icon="assume" class="big" why busy=Signal::derive(move || pane.doing.get() == Some(Deed::Assume)) press=move |()| pane.assume()>
                {t!(i18n, inbox.thread.composer.pending_start)}
            </Button>
        </div>
    }
}

/// Somebody else serves it.
#[component]
fn NotMine() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    // The account's setting alone keeps a leader from answering.
    let strict = move || {
        let access = pane.row.with(|row| row.as_ref().map(|c| c.access()));
        access.is_some_and(|a| pane.store.workspace.with(|w| w.as_ref().is_some_and(|w| w.seen.must_take_over(&a))))
    };
    let text = move || match pane.of(|c| c.assignee_id).map(|id| pane.store.member_name(id)).filter(|n| !n.is_empty()) {
        Some(name) if strict() => t_string!(i18n, talk.answer.only_named, name = name.as_str()).to_string(),
        Some(name) => t_string!(i18n, inbox.thread.composer.not_mine, name = name.as_str()).to_string(),
        None => t_string!(i18n, inbox.thread.composer.not_mine_nobody).to_string(),
    };
    view! {
        <div class="composer-bar">
            <p>{text}</p>
            {move || pane.offers.get().filter(|o| o.assume == Offer::Free).map(|_| view! {
                <Button icon="assume" press=move |()| pane.assume()>{t!(i18n, inbox.thread.head.take_over)}</Button>
            })}
            <Button icon="note" press=move |()| pane.focus(Tab::Note)>{t!(i18n, inbox.thread.composer.completed_write)}</Button>
        </div>
    }
}

/// Concluded; or merged into another conversation, where its messages are (NX-2).
#[component]
fn Over() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let panes = use_panes();
    let into = Memo::new(move |_| pane.of(|c| c.merged_into));
    move || match into.get() {
        None => view! { <Completed/> }.into_any(),
        Some(into) => view! {
            <div class="composer-bar">
                <p>{t!(i18n, merge.moved)}</p>
                <Button kind=Kind::Primary icon="merge" press=move |()| panes.show(into)>{t!(i18n, merge.follow)}</Button>
            </div>
        }
        .into_any(),
    }
}

/// It is over; a template begins it again (RE-1).
#[component]
fn Completed() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let times = use_times();
    let text = move || {
        let time = times.text(pane.of(|c| c.completed_at).unwrap_or_default(), TimeStyle::Full);
        t_string!(i18n, inbox.thread.composer.completed, time = time.as_str()).to_string()
    };
    let why = Signal::derive(move || pane.offers.get().and_then(|o| o.restart.why()).map(|w| super::head::say_why(i18n, pane, w)));
    let primary = move || pane.offers.get().is_some_and(|o| o.primary == Act::Restart && o.restart == Offer::Free);
    view! {
        <Classified/>
        <div class="composer-bar">
            <p>{text}</p>
            {move || view! {
                <Button kind=if primary() { Kind::Primary } else { Kind::Plain } icon="restart" why press=move |()| pane.sheet.set(Some(Sheet::Restart))>
                    {t!(i18n, inbox.thread.composer.completed_restart)}
                </Button>
            }}
            <p class="composer-reason">{move || why.get()}</p>
        </div>
    }
}
