//! The way to the internal chat: docked at the right edge, on phones in the bar. The chat itself comes when it is opened.

use crate::area::{Later, Part};
use crate::i18n::*;
use crate::live::{Store, TalkWanted, use_store};
use crate::part::*;
use crate::session::{Session, use_session};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Whether there is a chat to be shown: it is on, or something was written while it was. Tracked.
pub(super) fn is_shown(session: Session, store: Store) -> bool {
    session.with(|me| me.account.features.internal_chat) || store.talks.state.with(|s| s.has_history)
}

/// The button; `class` says where it stands.
#[component]
pub(super) fn TalkButton(class: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let (session, store) = (use_session(), use_store());
    let unread = Signal::derive(move || store.talks.state.with(|s| s.unread));
    let words = Signal::derive(move || t_string!(i18n, common.nav.unread, count = unread.get()).to_string());
    let name = move || t_string!(i18n, talk.title).to_string();
    view! {
        <Show when=move || is_shown(session, store)>
            <button type="button" class=format!("rail-item {class}") data-tip=name aria-expanded=move || if store.talks.open.get() { "true" } else { "false" }
                on:click=move |_| store.talks.open.update(|open| *open = !*open)>
                <span class="rail-icon"><Icon name="chat"/><Badge count=unread tone=Tone::Accent label=words/></span>
                <span class="rail-label">{name}</span>
            </button>
        </Show>
    }
}

/// What stands at the right edge: the button, and the chat over the page while it is open.
#[component]
pub(super) fn TalkDock() -> impl IntoView {
    let i18n = use_i18n();
    let (session, store) = (use_session(), use_store());
    let commands = use_commands();
    let label = Signal::derive(move || t_string!(i18n, talk.title).to_string());
    let when = Signal::derive(move || is_shown(session, store));
    let run = Callback::new(move |()| store.talks.open.update(|open| *open = !*open));
    commands.add(Command { id: CommandId::Talk, label, when, run });
    // A note of the system leads to an address that names the talk.
    let location = use_location();
    effect(move || {
        if let Some(id) = location.query.with(|q| q.get("talk")).and_then(|id| id.parse().ok()) {
            store.talks.show(TalkWanted::Id(id));
        }
    });
    view! {
        <aside class="talk-dock" class:shown=move || when.get() aria-label=move || label.get()>
            <TalkButton class="talk-dock-button"/>
            <Later part=Part::Talk wanted=store.talks.open/>
        </aside>
    }
}
