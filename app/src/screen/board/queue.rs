//! Queues by team, with who waits longest; each can be closed and opened.

use super::{Shown, say};
use crate::api::board::set_queue;
use crate::fault;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{BoardTeam, ConversationQuery, Filter, Tab, TallyCount, TeamId};

/// All queues that are shown.
#[component]
pub fn Queues(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let ids = Memo::new(move |_| shown.teams().iter().map(|t| t.team_id).collect::<Vec<_>>());
    view! {
        <section class="board-part" aria-labelledby="board-queues">
            <h2 id="board-queues">{t!(i18n, board.queues)}</h2>
            <div class="board-scroll"><table class="board-table">
                <thead><tr>
                    <th scope="col">{t!(i18n, board.team)}</th>
                    <th scope="col">{t!(i18n, board.waiting)}</th>
                    <th scope="col">{t!(i18n, board.longest)}</th>
                    <th scope="col">{t!(i18n, board.serving)}</th>
                    <th scope="col">{t!(i18n, board.begun)}</th>
                    <th scope="col">{t!(i18n, board.closed)}</th>
                    <th scope="col">{t!(i18n, board.queue)}</th>
                </tr></thead>
                <tbody><For each=move || ids.get() key=|id| *id let:id><Queue shown id/></For></tbody>
            </table></div>
            <Show when=move || ids.with(Vec::is_empty)><p class="board-silence">{t!(i18n, board.no_queues)}</p></Show>
        </section>
    }
}

#[component]
fn Queue(shown: Shown, id: TeamId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let toasts = use_toasts();
    let team = Memo::new(move |_| {
        let found = shown.board.with(|b| b.iter().flat_map(|b| &b.teams).find(|t| t.team_id == id).cloned());
        found.unwrap_or_else(|| BoardTeam { team_id: id, ..BoardTeam::default() })
    });
    let name = move || store.team_name(id);
    let busy = RwSignal::new(false);
    let ask = RwSignal::new(false);
    let turn = move |open: bool| {
        busy.set(true);
        spawn_local(async move {
            if let Err(refused) = set_queue(id, open).await {
                let why = store.hear(refused);
                toasts.fail(fault::say(i18n, &why));
            }
            let _ = busy.try_set(false);
            let _ = ask.try_set(false);
        });
    };
    let look = move |tab: Tab| {
        let filter = Filter { teams: vec![id], ..Filter::default() };
        let query = ConversationQuery { tab, filter, oldest_first: tab == Tab::New, after: None, limit: None };
        shown.into.set(Some((untrack(name), query)));
    };
    let is_shut = move || team.with(|t| t.shut_at.is_some());
    let state = move || match team.with(|t| (t.shut_at.is_some(), t.open)) {
        (true, _) => t_string!(i18n, board.shut).to_string(),
        (false, true) => t_string!(i18n, board.open).to_string(),
        (false, false) => t_string!(i18n, board.off_hours).to_string(),
    };
    let number = move |label: Signal<String>, tab: Tab, of: fn(&BoardTeam) -> i64| {
        view! {
            <button type="button" class="board-open" aria-label=move || format!("{}: {} · {}", label.get(), team.with(of), name()) on:click=move |_| look(tab)>
                {move || team.with(of)}
            </button>
        }
    };
    view! {
        <tr data-team=id.to_string() class:shut=is_shut>
            <th scope="row"><bdi>{name}</bdi></th>
            <td>{number(Signal::derive(move || t_string!(i18n, board.waiting).to_string()), Tab::New, |t| t.waiting)}</td>
            <td>{move || team.with(|t| t.oldest.clone()).map(|oldest| view! {
                <A href=format!("/inbox/{}", oldest.conversation_id)>{move || say::long(shown.now.get() - oldest.since)}</A>
            })}</td>
            <td>{number(Signal::derive(move || t_string!(i18n, board.serving).to_string()), Tab::Others, |t| t.serving)}</td>
            <td>{move || team.with(|t| t.today.count(TallyCount::Entered) + t.today.count(TallyCount::Begun))}</td>
            <td>{move || team.with(|t| t.today.count(TallyCount::Closed))}</td>
            <td class="board-queue">
                <span>{state}</span>
                {move || match is_shut() {
                    true => view! { <Button small=true busy press=move |()| turn(true)>{t!(i18n, board.queue_open)}</Button> }.into_any(),
                    false => view! { <Button small=true busy press=move |()| ask.set(true)>{t!(i18n, board.queue_shut)}</Button> }.into_any(),
                }}
                <Confirm open=ask title=Signal::derive(move || t_string!(i18n, board.queue_shut_title, team = name()).to_string())
                    text=Signal::derive(move || t_string!(i18n, board.queue_shut_text).to_string())
                    label=Signal::derive(move || t_string!(i18n, board.queue_shut).to_string()) busy press=move |()| turn(false)/>
            </td>
        </tr>
    }
}
