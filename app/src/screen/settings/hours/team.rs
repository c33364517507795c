//! Teams that are open at other hours than the account (HR-4).

use super::Known;
use super::form::HoursForm;
use crate::i18n::*;
use crate::live::use_store;
use crate::opening;
use crate::part::*;
use leptos::prelude::*;
use model::TeamId;

/// Each folded to how it stands now, and a choice of those that could have their own.
#[component]
pub(super) fn TeamHours(known: Known) -> impl IntoView {
    let i18n = use_i18n();
    // Begun and not saved yet.
    let begun = RwSignal::new(Vec::<TeamId>::new());
    let add = RwSignal::new(String::new());
    let teams = Memo::new(move |_| {
        let mut teams: Vec<TeamId> = known.stored.with(|all| all.hours.iter().filter_map(|h| h.team_id).collect());
        teams.extend(begun.get().into_iter().filter(|id| known.stored.with(|all| !all.hours.iter().any(|h| h.team_id == Some(*id)))));
        teams
    });
    let free = Signal::derive(move || {
        let first = Choice::new("", t_string!(i18n, hours.team.choose));
        let rest = known.teams.with_value(|all| {
            let others = all.iter().filter(|(id, _)| !teams.read().contains(id));
            others.map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect::<Vec<_>>()
        });
        std::iter::once(first).chain(rest).collect::<Vec<_>>()
    });
    effect(move || {
        if let Ok(id) = add.get().parse::<i64>() {
            begun.update(|all| all.push(TeamId(id)));
            add.set(String::new());
        }
    });
    let dropped = move |id: TeamId| begun.update(|all| all.retain(|t| *t != id));
    view! {
        <section class="form card">
            <h3>{t!(i18n, hours.team.title)}</h3>
            <p class="field-hint">{t!(i18n, hours.team.lead)}</p>
            <For each=move || teams.get() key=|id| *id let:team><Folded known team open=untrack(|| begun.read().contains(&team)) dropped/></For>
            <Show when=move || free.with(|f| f.len() > 1)>
                <Select name="team_add" value=add choices=free label=move || t_string!(i18n, hours.team.add).to_string()/>
            </Show>
        </section>
    }
}

#[component]
fn Folded(known: Known, team: TeamId, open: bool, #[prop(into)] dropped: Callback<TeamId>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let name = known.teams.with_value(|all| all.iter().find(|(id, _)| *id == team).map(|(_, name)| name.clone()).unwrap_or_default());
    let is_stored = move || known.stored.with(|all| all.hours.iter().any(|h| h.team_id == Some(team)));
    let now = move || store.opening(Some(team)).filter(|_| is_stored()).map(|s| opening::say(i18n, times, &s));
    view! {
        <details class="auto-rule" open=open>
            <summary><span class="auto-rule-name" dir="auto">{name}</span><span class="auto-rule-text">{now}</span></summary>
            <HoursForm known team=Some(team) dropped/>
        </details>
    }
}
