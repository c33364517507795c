//! The internal chat over the page: the list of talks, or one of them (04, section 4.13).
//!
//! * [`TalkPanel`]: what the dock opens. [`list`]: talks and colleagues. [`thread`]: one talk. [`writer`]: its composer.
//! * [`outbox`]: what was written and is not there yet; it survives a reload. [`message`]: one message.

mod emoji;
mod list;
mod message;
mod outbox;
mod thread;
mod writer;

use crate::i18n::*;
use crate::live::{Store, TalkWanted, use_store};
use crate::part::*;
use crate::session::use_session;
use crate::status;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use list::TalkList;
use model::TalkWith;
use thread::TalkThread;

/// The chat. It stays when it is closed, so that nothing in it is fetched twice or lost.
#[component]
pub fn TalkPanel() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let root = NodeRef::<leptos::html::Section>::new();
    // The talk on screen; none: the list.
    let place = RwSignal::new(None::<TalkWanted>);
    effect(move || {
        let wanted = store.talks.wanted.get();
        if wanted.is_some() {
            place.set(wanted);
            store.talks.wanted.set(None);
        }
    });
    effect(move || {
        if store.talks.share.get().is_some() {
            place.set(None);
        }
    });
    // What had the focus is gone with the list or the talk before: keys, such as Escape, still belong to the chat.
    effect(move || {
        place.track();
        if let Some(root) = root.get_untracked().filter(|_| store.talks.open.get_untracked()) {
            let _ = root.focus();
        }
    });
    let close = move |()| {
        store.talks.open.set(false);
        store.talks.share.set(None);
        let button = document().query_selector(".talk-dock-button, .rail-talk").ok().flatten();
        if let Some(button) = button.and_then(|b| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(b).ok()) {
            let _ = button.focus();
        }
    };
    effect(move || {
        if store.talks.open.get()
            && let Some(root) = root.get()
        {
            // Drawn after this effect.
            request_animation_frame(move || {
                if let Some(first) = root.query_selector("textarea, input").ok().flatten()
                    && let Ok(first) = wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(first)
                {
                    let _ = first.focus();
                }
            });
        }
    });
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            event.stop_propagation();
            close(());
        }
    };
    view! {
        <section node_ref=root class="talk" tabindex="-1" hidden=move || !store.talks.open.get() aria-label=move || t_string!(i18n, talk.title).to_string()
            on:keydown=keys>
            {move || match place.get() {
                None => view! { <TalkList choose=move |with| place.set(Some(TalkWanted::With(with))) close/> }.into_any(),
                Some(wanted) => view! { <TalkThread wanted back=move |()| place.set(None) close/> }.into_any(),
            }}
        </section>
    }
}

/// What a talk is called. Tracked.
fn name(i18n: I18nContext<Locale>, store: Store, with: TalkWith) -> String {
    let known = match with {
        TalkWith::Person { user_id } => store.member_name(user_id),
        TalkWith::Team { team_id } => store.team_name(team_id),
        TalkWith::Everybody => t_string!(i18n, talk.everybody).to_string(),
    };
    if known.is_empty() { t_string!(i18n, talk.somebody).to_string() } else { known }
}

/// The picture of a talk.
#[component]
fn Face(with: TalkWith) -> impl IntoView {
    let store = use_store();
    match with {
        TalkWith::Person { user_id } => view! {
            <Avatar name=Signal::derive(move || store.member_name(user_id)) id=user_id.0 status=status::dot(store, user_id)
                photo=Signal::derive(move || store.member(user_id).map(|m| photo_of(m.user_id, &m.photo)).unwrap_or_default())/>
        }
        .into_any(),
        TalkWith::Team { .. } => view! { <span class="talk-face"><Icon name="team"/></span> }.into_any(),
        TalkWith::Everybody => view! { <span class="talk-face"><Icon name="building"/></span> }.into_any(),
    }
}

/// What a colleague does now, in words; nothing for a team. Tracked.
fn status_of(i18n: I18nContext<Locale>, store: Store, times: Times, with: TalkWith) -> Option<String> {
    match with {
        TalkWith::Person { user_id } => Some(status::say(i18n, times, &store.status(user_id))),
        TalkWith::Team { .. } | TalkWith::Everybody => None,
    }
}

/// Whether the chat is on. Tracked.
fn is_on() -> Signal<bool> {
    let session = use_session();
    Signal::derive(move || session.with(|me| me.account.features.internal_chat))
}
