//! What becomes of open conversations when a person or a team goes (US-4, TE-4): the dialogs, and how far it is.

use super::member::People;
use crate::api::closing::reasons;
use crate::api::role::on_the_way;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use model::{Availability, Handover, TeamEnd, TeamId, UserId};

/// How often it is looked how far it is, in milliseconds.
const LOOK: u32 = 2_000;

/// The end of a membership: who gets what they serve, once it is known that they serve something.
#[component]
pub(super) fn EndPerson(
    open: RwSignal<bool>,
    id: UserId,
    name: RwSignal<String>,
    rows: Signal<People>,
    /// How many conversations the server counted; none before it was asked.
    left: RwSignal<Option<i64>>,
    busy: RwSignal<bool>,
    press: Callback<Option<Handover>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (how, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let hows = Signal::derive(move || {
        vec![Choice::new("queue", t_string!(i18n, roles.leave.queue)), Choice::new("person", t_string!(i18n, roles.leave.person))]
    });
    let explain = move |word: String| if word == "queue" { t_string!(i18n, roles.leave.queue_text).to_string() } else { String::new() };
    let people = Signal::derive(move || {
        let choose = Choice::new("", t_string!(i18n, roles.leave.choose));
        let takes = |m: &&model::Member| m.active && m.user_id != id && !m.teams.is_empty() && m.availability == Availability::Available;
        let all = rows.with(|(members, ..)| {
            members.iter().filter(takes).map(|m| Choice::new(m.user_id.to_string(), m.name.clone())).collect::<Vec<_>>()
        });
        std::iter::once(choose).chain(all).collect::<Vec<_>>()
    });
    let chosen = move || match how.get().as_str() {
        "queue" => Some(Handover::default()),
        "person" => to.get().parse().ok().map(|id| Handover { to: Some(UserId(id)) }),
        _ => None,
    };
    let why = Signal::derive(move || (left.get().is_some() && chosen().is_none()).then(|| t_string!(i18n, roles.leave.choose).to_string()));
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Danger busy why press=move |()| press.run(untrack(chosen))>{t!(i18n, settings.members.end)}</Button>
        }
    };
    view! {
        <Dialog open locked=busy footer closed=move |()| left.set(None)
            title=move || { let name = name.get(); t_string!(i18n, settings.members.end_title, name = name).to_string() }>
            <p class="confirm-text">{t!(i18n, settings.members.end_text)}</p>
            {move || left.get().map(|count| view! {
                <p class="confirm-text" role="status">{t_string!(i18n, roles.leave.open, count = count).to_string()}</p>
                <Radios name="handover" value=how choices=hows explain=Callback::new(explain) label=move || t_string!(i18n, roles.leave.choose).to_string()/>
                <Show when=move || how.with(|h| h == "person")>
                    <Select name="to_person" value=to choices=people label=move || t_string!(i18n, roles.leave.to_person).to_string()/>
                </Show>
            })}
        </Dialog>
    }
}

/// The end of a team: what is open in it goes elsewhere or is completed.
#[component]
pub(super) fn EndTeam(
    open: RwSignal<bool>,
    id: TeamId,
    name: RwSignal<String>,
    rows: Signal<People>,
    left: RwSignal<Option<i64>>,
    busy: RwSignal<bool>,
    press: Callback<Option<TeamEnd>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let (how, to, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let known = Fetched::new(reasons);
    let hows = Signal::derive(move || {
        vec![Choice::new("move", t_string!(i18n, roles.leave.other)), Choice::new("complete", t_string!(i18n, roles.leave.complete))]
    });
    let explain =
        move |word: String| if word == "complete" { t_string!(i18n, roles.leave.complete_text).to_string() } else { String::new() };
    let teams = Signal::derive(move || {
        let choose = Choice::new("", t_string!(i18n, roles.leave.choose));
        let all = rows.with(|(_, teams, _)| {
            teams.iter().filter(|t| t.id != id).map(|t| Choice::new(t.id.to_string(), t.name.clone())).collect::<Vec<_>>()
        });
        std::iter::once(choose).chain(all).collect::<Vec<_>>()
    });
    let required = move || session.me().is_some_and(|me| me.account.closing.requires_reason());
    let classifies = move || session.me().is_some_and(|me| me.account.closing.classify);
    let whys = Signal::derive(move || {
        let first = if required() { t_string!(i18n, roles.leave.choose) } else { t_string!(i18n, roles.leave.no_reason) };
        let all = match known.get() {
            Some(Ok(all)) => all,
            _ => Vec::new(),
        };
        let fits = all.into_iter().filter(|r| r.active && !r.has_monetary_value && r.team_id.is_none_or(|t| t == id));
        std::iter::once(Choice::new("", first)).chain(fits.map(|r| Choice::new(r.id.to_string(), r.description))).collect::<Vec<_>>()
    });
    let chosen = move || match how.get().as_str() {
        "move" => to.get().parse().ok().map(|id| TeamEnd { to: Some(TeamId(id)), ..TeamEnd::default() }),
        "complete" => {
            let reason_id = reason.get().parse().ok();
            (reason_id.is_some() || !required()).then_some(TeamEnd { complete: true, reason_id, ..TeamEnd::default() })
        }
        _ => None,
    };
    let why = Signal::derive(move || (left.get().is_some() && chosen().is_none()).then(|| t_string!(i18n, roles.leave.choose).to_string()));
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Danger busy why press=move |()| press.run(untrack(chosen))>{t!(i18n, roles.leave.delete_team)}</Button>
        }
    };
    view! {
        <Dialog open locked=busy footer closed=move |()| left.set(None)
            title=move || { let name = name.get(); t_string!(i18n, roles.leave.delete_team_title, name = name.as_str()).to_string() }>
            <p class="confirm-text">{t!(i18n, roles.leave.delete_team_text)}</p>
            {move || left.get().map(|count| view! {
                <p class="confirm-text" role="status">{t_string!(i18n, roles.leave.open, count = count).to_string()}</p>
                <Radios name="end" value=how choices=hows explain=Callback::new(explain) label=move || t_string!(i18n, roles.leave.choose).to_string()/>
                <Show when=move || how.with(|h| h == "move")>
                    <Select name="to_team" value=to choices=teams label=move || t_string!(i18n, roles.leave.to_team).to_string()/>
                </Show>
                <Show when=move || how.with(|h| h == "complete") && classifies()>
                    <Select name="reason_id" value=reason choices=whys label=move || t_string!(i18n, roles.leave.reason).to_string()/>
                </Show>
            })}
        </Dialog>
    }
}

/// How far conversations are on their way from who left, while there are any.
#[component]
pub(super) fn OnTheWay() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let fetched = Fetched::new(on_the_way);
    super::member::follow(fetched);
    let all = Memo::new(move |before: Option<&Vec<model::Moving>>| match fetched.get() {
        Some(Ok(all)) => all,
        _ => before.cloned().unwrap_or_default(),
    });
    let runs = Memo::new(move |_| !all.read().is_empty());
    effect(move || {
        if runs.get() {
            let timer = send_wrapper::SendWrapper::new(gloo_timers::callback::Interval::new(LOOK, move || fetched.refetch()));
            on_cleanup(move || drop(timer));
        }
    });
    view! {
        {move || all.get().into_iter().map(|job| {
            let name = job.user_id.map(|id| store.member_name(id)).or(job.team_id.map(|id| store.team_name(id))).unwrap_or_default();
            let text = t_string!(i18n, roles.leave.moving, name = name.as_str(), done = job.done, total = job.total).to_string();
            view! { <p class="split-none" role="status" dir="auto">{text}</p> }
        }).collect_view()}
    }
}
