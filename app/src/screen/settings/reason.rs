//! Reasons for concluding: their list, and the form of the one that is open.

use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member::follow;
use super::reason_form::ReasonForm;
use crate::api::closing::reasons;
use crate::api::settings::teams;
use crate::closing;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Reason, ReasonCategory, Team};

/// Reasons and teams.
type All = (Vec<Reason>, Vec<Team>);

/// All reasons, and the form of the one that is open.
#[component]
pub fn ReasonsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let all = Fetched::new(|| async { Ok((reasons().await?, teams().await?)) });
    follow(all);
    let list = when_here(all, move |rows| view! { <Off/><ReasonList rows/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenReason open rows changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, closing.list.title).to_string()/>
        <Split title=move || t_string!(i18n, closing.list.title).to_string() lead=move || t_string!(i18n, closing.list.lead).to_string()
            new=("/settings/reasons/new", Signal::derive(move || t_string!(i18n, closing.list.new).to_string()))
            home="/settings/reasons" open list form/>
    }
}

/// Says so while nobody is asked for reasons.
#[component]
fn Off() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let store = crate::live::use_store();
    let is_on = move || {
        let live = store.workspace.with(|w| w.as_ref().map(|w| w.me.account.closing.classify));
        live.unwrap_or_else(|| session.me().is_none_or(|me| me.account.closing.classify))
    };
    view! {
        <Show when=move || !is_on()>
            <p class="reasons-off" role="status">
                {t!(i18n, closing.list.off)}" "<A href="/settings/closing">{t!(i18n, closing.list.turn_on)}</A>
            </p>
        </Show>
    }
}

#[component]
fn ReasonList(rows: Signal<All>) -> impl IntoView {
    let i18n = use_i18n();
    let groups = move || {
        let (reasons, teams) = rows.get();
        let with_team = |r: &Reason| {
            let team = r.team_id.and_then(|id| teams.iter().find(|t| t.id == id)).map(|t| t.name.clone()).unwrap_or_default();
            (r.clone(), team)
        };
        let of = |category: ReasonCategory| {
            let mut list: Vec<_> = reasons.iter().filter(|r| r.category == category).map(with_team).collect();
            list.sort_by_key(|(r, _)| !r.active);
            list
        };
        ReasonCategory::ALL.iter().map(|c| (*c, of(*c))).filter(|(_, list)| !list.is_empty()).collect::<Vec<_>>()
    };
    let is_empty = move || rows.with(|(reasons, _)| reasons.is_empty());
    view! {
        <Show when=is_empty>
            <EmptyState icon="flag" title=move || t_string!(i18n, closing.list.none).to_string() text=move || t_string!(i18n, closing.list.none_text).to_string()/>
        </Show>
        <For each=groups key=|group| format!("{group:?}") let((category, list))>
            <h3 class=format!("reasons-category {}", category.word().to_lowercase())>{move || closing::category(i18n, category)}</h3>
            <ul class="entries">
                {list.into_iter().map(|(r, team)| view! {
                    <li>
                        <A href=format!("/settings/reasons/{}", r.id) attr:class=if r.active { "entry" } else { "entry past" } scroll=false>
                            <span class="entry-texts">
                                <span class="entry-title"><bdi>{r.description}</bdi></span>
                                <span class="entry-text">
                                    {if team.is_empty() { t!(i18n, closing.list.team_all).into_any() } else { team.into_any() }}
                                    {r.has_monetary_value.then(|| view! { " · "{t!(i18n, closing.list.value)} })}
                                </span>
                            </span>
                            {(!r.active).then(|| view! { <Chip>{t!(i18n, closing.list.inactive)}</Chip> })}
                        </A>
                    </li>
                }).collect_view()}
            </ul>
        </For>
    }
}

#[component]
fn OpenReason(open: Memo<Open>, rows: Signal<All>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|(reasons, _)| reasons.iter().any(|r| r.id.0 == id)));
    move || {
        let (reasons, teams) = rows.get_untracked();
        let reason = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="flag" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="flag" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => reasons.into_iter().find(|r| r.id.0 == id),
        };
        view! { <ReasonForm reason teams changed/> }.into_any()
    }
}
