//! The inbox: list, conversation, contact.
//!
//! * [`layout`]: what the panes share. [`list`], [`row`], [`search`], [`filter`]: the left pane. [`start`]: a new
//!   conversation.
//! * [`select`], [`several`]: conversations that are acted on at once. [`snooze`], [`view`]: what people keep.
//! * `watch`: following a conversation of somebody else.
//! * [`thread`] and what it uses: the open conversation. [`panel`]: the contact beside it.

mod after;
mod ask;
pub mod bubble;
pub mod classified;
pub mod classify;
pub mod composer;
pub mod conclude;
pub mod filter;
mod find;
pub mod format;
mod forward;
pub mod head;
pub mod layout;
mod lightbox;
pub mod list;
pub mod media;
pub mod note;
pub mod panel;
mod promise;
pub mod row;
pub mod search;
pub mod select;
mod selection;
pub mod several;
pub mod snooze;
mod sound;
pub mod start;
pub mod template;
pub mod thread;
pub mod transfer;
pub mod view;
mod wait;
mod watch;

use crate::area::{Area, Later, Part};
use crate::i18n::*;
use crate::live::{Phase, use_store, web};
use crate::part::*;
use layout::{Panes, provide_panes};
use leptos::prelude::*;
use leptos_meta::Title;
use list::ListPane;
use model::ConversationId;
use select::provide_selection;
use start::provide_start;
use std::time::Duration;

/// The contact beside the conversation waits so long for the messages at most.
const PANEL_WAIT: Duration = Duration::from_millis(150);

/// List, conversation and contact; how many of them at a time is up to the width.
#[component]
pub fn InboxScreen() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = provide_panes();
    let start = provide_start();
    provide_selection();
    let title = move || match store.counts.with(|c| c.mine_unread) {
        count if count > 0 => t_string!(i18n, inbox.title_unread, count = count).to_string(),
        _ => t_string!(i18n, inbox.title).to_string(),
    };
    let is_open = Memo::new(move |_| panes.open.with(Option::is_some));
    view! {
        <Title text=title/>
        <h1 class="visually-hidden">{t!(i18n, inbox.title)}</h1>
        <div class="inbox" class:open=move || is_open.get() class:with-panel=move || panes.panel_is_shown()>
            <section class="inbox-list" aria-label=move || t_string!(i18n, inbox.layout.list).to_string()><ListPane/></section>
            {move || if is_open.get() { view! { <Beside panes/> }.into_any() } else { view! { <Choose/> }.into_any() }}
        </div>
        <Later part=Part::Start wanted=start.open/>
    }
}

/// The open conversation, and the contact when it is wanted.
#[component]
fn Beside(panes: Panes) -> impl IntoView {
    let i18n = use_i18n();
    // Keeps the last one while the pane is being taken away.
    let id = Memo::new(move |before: Option<&ConversationId>| panes.open.get().or(before.copied()).unwrap_or_default());
    // A sheet belongs to the conversation over which it was opened.
    Effect::new(move |before: Option<ConversationId>| {
        let now = id.get();
        if before.is_some_and(|b| b != now) {
            panes.close_sheet();
        }
        now
    });
    let contact = follow(id);
    let beside = Memo::new(move |_| contact.get().unwrap_or_default());
    let left = move || contact.get() != Some(id.get());
    view! {
        <div class="inbox-thread"><Area part=Part::Thread(id)/></div>
        <Show when=move || panes.panel_is_shown()>
            <button type="button" class="inbox-shade" tabindex="-1" aria-hidden="true" on:click=move |_| panes.close_sheet()></button>
            <aside class="inbox-panel" class:left=left inert=left aria-label=move || t_string!(i18n, inbox.layout.panel).to_string()>
                <Show when=move || contact.with(Option::is_some)><Area part=Part::Contact(beside)/></Show>
            </aside>
        </Show>
    }
}

/// The conversation whose contact is shown beside the open one: the messages are painted first. On a slow line it does not
/// wait for them.
fn follow(id: Memo<ConversationId>) -> RwSignal<Option<ConversationId>> {
    let store = use_store();
    let shown = RwSignal::new(None);
    let waiting = Memo::new(move |_| {
        let phase = store.known_phase(id.get());
        phase.with(|p| p.is_to_load() || *p == Phase::Loading)
    });
    effect(move || {
        let now = id.get();
        let waits = waiting.get();
        if shown.get_untracked() == Some(now) {
            return;
        }
        let show = move || {
            if id.try_get_untracked() == Some(now) {
                let _ = shown.try_set(Some(now));
            }
        };
        if waits { set_timeout(show, PANEL_WAIT) } else { web::after_paint(show) }
    });
    shown
}

/// Nothing is open yet.
#[component]
fn Choose() -> impl IntoView {
    let i18n = use_i18n();
    let text = move || t_string!(i18n, inbox.empty.text, down = "J", up = "K", slash = "/").to_string();
    view! {
        <div class="inbox-thread inbox-choose">
            <EmptyState icon="chat" title=move || t_string!(i18n, inbox.empty.title).to_string() text=text/>
        </div>
    }
}
