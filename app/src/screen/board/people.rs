//! Who is on, since when, and doing what.

use super::{Shown, say};
use crate::api::board::{set_team_availability, set_team_status};
use crate::fault;
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use crate::status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{Availability, BoardPerson, ConversationQuery, Filter, StatusKind, Tab, TeamId, UserId};

/// People of the teams that are shown: who is online first.
#[component]
pub fn People(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let ids = Memo::new(move |before: Option<&Vec<UserId>>| {
        let teams: Vec<TeamId> = shown.teams().iter().map(|t| t.team_id).collect();
        let mut people: Vec<(StatusKind, String, UserId)> = shown.board.with(|b| {
            let here = b.iter().flat_map(|b| &b.people).filter(|p| p.work.iter().any(|w| teams.contains(&w.team_id)));
            here.map(|p| (p.status.kind, p.name.to_lowercase(), p.user_id)).collect()
        });
        people.sort();
        let ids = people.into_iter().map(|(_, _, id)| id).collect::<Vec<_>>();
        // Who chooses from somebody's menu keeps it: the next change puts the rows in order.
        match before {
            Some(before) if before.len() == ids.len() && ids.iter().all(|id| before.contains(id)) && web::has_open_menu() => before.clone(),
            _ => ids,
        }
    });
    view! {
        <section class="board-part" aria-labelledby="board-people">
            <h2 id="board-people">{t!(i18n, board.people)}</h2>
            <div class="board-scroll"><table class="board-table">
                <thead><tr>
                    <th scope="col">{t!(i18n, board.person)}</th>
                    <th scope="col">{t!(i18n, board.status)}</th>
                    <th scope="col">{t!(i18n, board.since)}</th>
                    <th scope="col">{t!(i18n, board.serving)}</th>
                    <th scope="col">{t!(i18n, board.current)}</th>
                    <th scope="col"><span class="visually-hidden">{t!(i18n, board.act)}</span></th>
                </tr></thead>
                <tbody><For each=move || ids.get() key=|id| *id let:id><Person shown id/></For></tbody>
            </table></div>
            <Show when=move || ids.with(Vec::is_empty)><p class="board-silence">{t!(i18n, board.no_people)}</p></Show>
        </section>
    }
}

#[component]
fn Person(shown: Shown, id: UserId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let toasts = use_toasts();
    let person: Memo<Option<BoardPerson>> =
        Memo::new(move |_| shown.board.with(|b| b.iter().flat_map(|b| &b.people).find(|p| p.user_id == id).cloned()));
    let name = Signal::derive(move || person.with(|p| p.as_ref().map(|p| p.name.clone()).unwrap_or_default()));
    let photo = Signal::derive(move || store.member(id).map(|m| photo_of(id, &m.photo)).unwrap_or_default());
    let said = move || {
        let (now, away) = person
            .with(|p| p.as_ref().map_or_else(Default::default, |p| (Some(p.status.clone()), p.availability == Availability::Unavailable)));
        let now = now.map(|s| status::say(i18n, times, &s)).unwrap_or_default();
        if away { format!("{now} · {}", t_string!(i18n, board.unavailable)) } else { now }
    };
    let since = move || person.with(|p| p.as_ref().and_then(|p| p.since)).map(|since| say::long(shown.now.get() - since));
    let serving = move || person.with(|p| p.iter().flat_map(|p| &p.work).map(|w| w.serving).sum::<i64>());
    let current = move || person.with(|p| p.iter().flat_map(|p| &p.work).filter_map(|w| w.current.clone()).max_by_key(|c| c.since));
    let look = move |_| {
        let filter = Filter { assignees: vec![id], ..Filter::default() };
        // One's own are in a tab of their own.
        let tab = if untrack(|| store.my_id()) == Some(id) { Tab::Mine } else { Tab::Others };
        let query = ConversationQuery { tab, filter, oldest_first: false, after: None, limit: None };
        shown.into.set(Some((name.get_untracked(), query)));
    };
    let told = move |outcome: crate::api::Answer<()>| {
        if let Err(refused) = outcome {
            let why = store.hear(refused);
            toasts.fail(fault::say(i18n, &why));
        }
    };
    let set = move |kind| spawn_local(async move { told(set_team_status(id, kind).await) });
    let place = move |availability| spawn_local(async move { told(set_team_availability(id, availability).await) });
    let is = move |kind| Signal::derive(move || person.with(|p| p.as_ref().is_some_and(|p| p.status.kind == kind)));
    let is_away = Signal::derive(move || person.with(|p| p.as_ref().is_some_and(|p| p.availability == Availability::Unavailable)));
    view! {
        <tr data-person=id.to_string()>
            <th scope="row" class="board-person">
                <Avatar name id=id.0 photo size=AvatarSize::Small status=Signal::derive(move || person.with(|p| p.as_ref().map(|p| p.status.kind)))/>
                <bdi>{move || name.get()}</bdi>
            </th>
            <td>{said}</td>
            <td>{since}</td>
            <td><button type="button" class="board-open" aria-label=move || format!("{}: {} · {}", t_string!(i18n, board.serving), serving(), name.get()) on:click=look>{serving}</button></td>
            <td>{move || current().map(|c| view! { <A href=format!("/inbox/{}", c.conversation_id)>{c.protocol}</A> })}</td>
            <td>
                <Menu icon="more" icon_only=true small=true label=Signal::derive(move || t_string!(i18n, board.act_on, name = name.get()).to_string())>
                    {[StatusKind::Online, StatusKind::Away, StatusKind::Offline].into_iter().map(|kind| view! {
                        <MenuItem checked=is(kind) press=move |()| set(kind)>{move || status::word(i18n, kind)}</MenuItem>
                    }).collect_view()}
                    <MenuItem checked=Signal::derive(move || !is_away.get()) press=move |()| place(Availability::Available)>{t!(i18n, board.available)}</MenuItem>
                    <MenuItem checked=is_away press=move |()| place(Availability::Unavailable)>{t!(i18n, board.unavailable)}</MenuItem>
                </Menu>
            </td>
        </tr>
    }
}
