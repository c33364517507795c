//! A card for each optional part of the product; a switch is saved at once, and can be taken back.

use super::list::when_here;
use crate::api::audit::{modules, switch_module};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::session::{Session, use_session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{Module, ModuleState};

/// All parts.
#[component]
pub(super) fn Apps() -> impl IntoView {
    let all = Fetched::new(modules);
    let session = use_session();
    // Another admin switched one: the names and times follow.
    Effect::new(move |before: Option<model::Features>| {
        let now = session.me().map(|me| me.account.features).unwrap_or_default();
        if before.is_some_and(|b| b != now) {
            all.refetch();
        }
        now
    });
    when_here(all, move |states| {
        view! {
            <ul class="apps">
                {Module::ALL.iter().map(|module| view! { <App module=*module states/> }).collect_view()}
            </ul>
        }
        .into_any()
    })
}

/// The name of a part, and what it is for.
fn words(i18n: I18nContext<Locale>, module: Module) -> (String, String) {
    let (name, hint) = match module {
        Module::InternalChat => (t_string!(i18n, talk.features.chat), t_string!(i18n, talk.features.chat_hint)),
        Module::Distribution => (t_string!(i18n, distribution.feature), t_string!(i18n, distribution.feature_hint)),
        Module::SafetyDelay => (t_string!(i18n, message.delay.title), t_string!(i18n, message.delay.lead)),
        Module::QuickReplies => (t_string!(i18n, reply.title), t_string!(i18n, module.replies_hint)),
        Module::Merging => (t_string!(i18n, module.merging), t_string!(i18n, module.merging_hint)),
        Module::Watching => (t_string!(i18n, module.watching), t_string!(i18n, module.watching_hint)),
    };
    (name.to_string(), hint.to_string())
}

/// The switch's name on the page: what the search of the settings jumps to.
const fn field(module: Module) -> &'static str {
    match module {
        Module::InternalChat => "internal_chat",
        Module::Distribution => "distribution",
        Module::SafetyDelay => "safety_delay",
        Module::QuickReplies => "quick_replies",
        Module::Merging => "merging",
        Module::Watching => "watching",
    }
}

const fn icon(module: Module) -> &'static str {
    match module {
        Module::InternalChat => "chat",
        Module::Distribution => "hand",
        Module::SafetyDelay => "undo",
        Module::QuickReplies => "bolt",
        Module::Merging => "merge",
        Module::Watching => "eye",
    }
}

#[component]
fn App(module: Module, states: Signal<Vec<ModuleState>>) -> impl IntoView {
    let i18n = use_i18n();
    let (session, toasts) = (use_session(), use_toasts());
    let on = RwSignal::new(untrack(|| session.has(module)));
    effect(move || on.set(session.has(module)));
    let state = move || states.with(|all| all.iter().find(|s| s.module == module).cloned());
    let since = move || {
        let state = state()?;
        let at = state.since?;
        Some(view! {
            <small class="app-since">
                <Time at style=TimeStyle::Full/>" "
                {(!state.by.is_empty()).then(|| { let by = state.by.clone(); move || t_string!(i18n, module.since, name = by.as_str()).to_string() })}
            </small>
        })
    };
    let changed = Callback::new(move |to: bool| switch(Deed { i18n, session, toasts, module, shown: on }, to, true));
    view! {
        <li class="card app-card" class:off=move || !on.get()>
            <span class="app-icon"><Icon name=icon(module)/></span>
            <div class="app-texts">
                <Toggle name=field(module) checked=on changed label=move || words(i18n, module).0 hint=move || words(i18n, module).1/>
                {since}
            </div>
        </li>
    }
}

/// What a switch needs to be made and taken back.
#[derive(Clone, Copy)]
struct Deed {
    i18n: I18nContext<Locale>,
    session: Session,
    toasts: Toasts,
    module: Module,
    shown: RwSignal<bool>,
}

fn switch(deed: Deed, to: bool, offer: bool) {
    let Deed { i18n, session, toasts, module, shown } = deed;
    spawn_local(async move {
        match switch_module(module, to).await {
            Ok(account) => {
                session.set_account(account);
                let said = untrack(|| {
                    let name = words(i18n, module).0;
                    if to {
                        t_string!(i18n, module.turned_on, name = name.as_str()).to_string()
                    } else {
                        t_string!(i18n, module.turned_off, name = name.as_str()).to_string()
                    }
                });
                if offer {
                    toasts.undo(i18n, said, move || switch(deed, !to, false));
                } else {
                    toasts.say(said);
                }
            }
            Err(refused) => {
                let _ = shown.try_set(!to);
                if !crate::session::ended_by(&refused.0) {
                    toasts.fail(untrack(|| fault::say(i18n, &refused.0)));
                }
            }
        }
    });
}
