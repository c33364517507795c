//! Watching the open conversation (NX-11): oneself, or a colleague who is asked to.

use super::head::listed;
use super::layout::{PanelWish, use_panes};
use super::thread::pane::{Pane, use_pane};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{Fault, Member, Module, UserId, limit};

/// Who watches it, of those who see it now. Tracked.
pub fn watchers(pane: Pane) -> Vec<Member> {
    pane.row.with(|row| {
        let Some(c) = row else { return Vec::new() };
        pane.store.workspace.with(|w| w.iter().flat_map(|w| w.watching(c)).cloned().collect())
    })
}

/// Whether I watch it. Tracked.
pub fn is_watched(pane: Pane) -> bool {
    pane.store.my_id().is_some_and(|me| pane.of(|c| c.watchers.contains(&me)))
}

/// Whether it can be watched: what was merged goes on elsewhere. Tracked.
pub fn may_watch(pane: Pane) -> bool {
    pane.has(Module::Watching) && pane.row.with(|row| row.as_ref().is_some_and(|c| c.merged_into.is_none()))
}

/// Watches the open conversation, or stops.
pub fn toggle_watch(pane: Pane) {
    if let Some(me) = untrack(|| pane.store.my_id()) {
        set_watcher(pane, me, !untrack(|| is_watched(pane)));
    }
}

/// Makes somebody watch the open conversation, or no longer.
pub fn set_watcher(pane: Pane, user: UserId, on: bool) {
    spawn_local(async move {
        if let Err(fault) = pane.store.watch(pane.id, user, on).await {
            pane.fail(untrack(|| says(pane.i18n(), &fault)));
        }
    });
}

fn says(i18n: I18nContext<Locale>, fault: &Fault) -> String {
    let about = |field: &str| matches!(fault, Fault::Invalid { fields } if fields.iter().any(|f| f.field == field));
    if about("watchers") {
        t_string!(i18n, working.watch.most, count = limit::WATCHERS_MAX).to_string()
    } else if about("watched") {
        t_string!(i18n, working.watch.many, count = limit::WATCHED_MAX).to_string()
    } else if about("user_id") {
        t_string!(i18n, working.watch.unseen).to_string()
    } else {
        fault::say(i18n, fault)
    }
}

/// Watching in the menu of the head.
#[component]
pub fn WatchItems() -> impl IntoView {
    let i18n = use_i18n();
    let (pane, panes) = (use_pane(), use_panes());
    move || {
        may_watch(pane).then(|| {
            view! {
                <MenuItem icon="eye" keys=CommandId::Watch.keys() press=move |()| toggle_watch(pane)>{move || if is_watched(pane) {
                    t_string!(i18n, working.watch.off)
                } else {
                    t_string!(i18n, working.watch.on)
                }}</MenuItem>
                <MenuItem icon="user-plus" press=move |()| panes.wish(PanelWish::Watch)>{t!(i18n, working.watch.ask)}</MenuItem>
            }
        })
    }
}

/// How many watch it, and on hover who; a press shows them in the panel. Nothing while nobody does.
#[component]
pub fn WatchChip() -> impl IntoView {
    let i18n = use_i18n();
    let (pane, panes) = (use_pane(), use_panes());
    let watching = Memo::new(move |_| watchers(pane).into_iter().map(|m| m.name).collect::<Vec<String>>());
    let label = move || {
        let names = watching.with(|all| listed(i18n, all));
        t_string!(i18n, working.watch.chip, names = names.as_str()).to_string()
    };
    let show = move || {
        if !untrack(|| panes.panel_is_shown()) {
            panes.toggle_panel();
        }
    };
    move || {
        let count = watching.with(Vec::len);
        (count > 0).then(|| {
            view! {
                <button type="button" class="chip-button watch-chip" data-tip=label aria-label=label on:click=move |_| show()>
                    <Icon name="eye" small=true/>{count}
                </button>
            }
        })
    }
}
