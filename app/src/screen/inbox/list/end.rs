//! What stands below the last row, or instead of rows.

use crate::i18n::*;
use crate::live::{More, Phase, use_store, web};
use crate::part::*;
use crate::screen::inbox::filter::active;
use crate::screen::inbox::layout::use_panes;
use crate::screen::inbox::start::{Start, use_start};
use leptos::prelude::*;
use model::{Filter, Tab};

/// Below the last row: more is coming, could not come, or is hidden.
#[component]
pub fn End(near_end: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let mark = NodeRef::<leptos::html::Div>::new();
    effect(move || {
        if let Some(mark) = mark.get() {
            web::watch(&mark, ".list-scroll", "600px", move |seen| {
                let _ = near_end.try_set(seen);
            });
        }
    });
    let more = Memo::new(move |_| store.tab_list(panes.tab.get()).more.get());
    view! {
        <div class="list-end" node_ref=mark>
            {move || match more.get() {
                More::Loading | More::Exists => Some(view! { <SkeletonRows count=2/> }.into_any()),
                More::Failed(_) => Some(view! {
                    <div class="list-note" role="alert">
                        <span>{t!(i18n, inbox.list.more_failed)}</span>
                        <Button small=true icon="refresh" press=move |()| store.load_more(panes.tab.get_untracked())>{t!(i18n, common.act.retry)}</Button>
                    </div>
                }.into_any()),
                More::End => None,
            }}
            <Hidden/>
            {move || (panes.tab.get() == Tab::Done && more.get() == More::End).then(|| view! {
                <div class="list-note"><LinkButton href="/archive" icon="archive" small=true>{t!(i18n, archive.open)}</LinkButton></div>
            })}
        </div>
    }
}

/// How many rows the filters hide, and the way to see them (AB-7).
#[component]
fn Hidden() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let text = Memo::new(move |_| {
        if store.filter.with(active) == 0 {
            return None;
        }
        let tab = panes.tab.get();
        let list = store.tab_list(tab);
        if list.phase.get() != Phase::Ready || list.more.get() != More::End {
            return None;
        }
        let shown = i64::try_from(super::shown_order(store, tab).len()).unwrap_or(i64::MAX);
        match super::counted(store, tab) {
            Some(all) if all > shown => Some(t_string!(i18n, inbox.list.hidden, count = all - shown).to_string()),
            Some(_) => None,
            None => Some(t_string!(i18n, inbox.list.hidden_some).to_string()),
        }
    });
    let clear = move |()| store.sieve(Filter::default(), store.oldest_first.get_untracked());
    view! {
        {move || text.get().map(|text| view! {
            <div class="list-note">
                <span>{text}</span>
                <Button small=true press=clear>{t!(i18n, inbox.list.clear)}</Button>
            </div>
        })}
    }
}

/// Where else it may be that one looks for: among the concluded ones, or out of one's sight (AB-7). How many are out of
/// sight is nobody's business: only that there may be some.
#[component]
pub fn Elsewhere() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let sees_all = move || store.workspace.with(|w| w.as_ref().is_none_or(|w| w.seen.all));
    view! {
        <div class="list-note">
            {move || (panes.tab.get() != Tab::Done).then(|| view! {
                <span>{t!(i18n, working.hidden.ended)}</span>
                <Button small=true press=move |()| panes.show_tab(Tab::Done)>{t!(i18n, working.hidden.done)}</Button>
            })}
            {move || (!sees_all()).then(|| view! { <span>{t!(i18n, working.hidden.sight)}</span> })}
        </div>
    }
}

/// No rows: why, and what to do about it.
#[component]
pub fn Nothing() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let start = use_start();
    move || {
        let tab = panes.tab.get();
        if store.filter.with(active) > 0 {
            return view! { <EmptyState icon="filter" title=t_string!(i18n, inbox.list.empty_filtered).to_string()/> }.into_any();
        }
        let (icon, title, text) = match tab {
            Tab::New => ("inbox", t_string!(i18n, inbox.list.empty_new), t_string!(i18n, inbox.list.empty_new_text)),
            Tab::Mine => ("chat", t_string!(i18n, inbox.list.empty_mine), t_string!(i18n, inbox.list.empty_mine_text)),
            Tab::Others => ("users", t_string!(i18n, inbox.list.empty_others), t_string!(i18n, inbox.list.empty_others_text)),
            Tab::Done => ("check-circle", t_string!(i18n, inbox.list.empty_done), t_string!(i18n, inbox.list.empty_done_text)),
        };
        view! {
            <EmptyState icon title=title.to_string() text=text.to_string()>
                {(tab == Tab::Mine).then(|| view! {
                    <Button press=move |()| panes.show_tab(Tab::New)>{t!(i18n, inbox.list.go_new)}</Button>
                    <Button icon="message-plus" press=move |()| start.begin(Start::Empty)>{t!(i18n, inbox.start.open)}</Button>
                })}
            </EmptyState>
        }
        .into_any()
    }
}
