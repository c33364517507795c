//! The conversations behind a figure, and what who leads does with one: assign it, pull it back, whisper to who serves it.

use super::{Shown, say};
use crate::api::Answer;
use crate::api::act::{send, transfer};
use crate::api::inbox::conversations;
use crate::fault;
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use crate::screen::inbox::transfer::{lacks_note, needs_note};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::*;

/// The list, over the board.
#[component]
pub fn Talks(shown: Shown) -> impl IntoView {
    let open = RwSignal::new(false);
    effect(move || open.set(shown.into.with(Option::is_some)));
    let title = Signal::derive(move || shown.into.with(|i| i.as_ref().map(|(title, _)| title.clone()).unwrap_or_default()));
    view! {
        <Dialog open wide=true title class="board-talks" closed=move |()| shown.into.set(None)>
            {move || shown.into.get_untracked().map(|(_, query)| view! { <List shown query/> })}
        </Dialog>
    }
}

#[component]
fn List(shown: Shown, query: ConversationQuery) -> impl IntoView {
    let i18n = use_i18n();
    let page = Fetched::new(move || conversations(query.clone()));
    move || match page.get() {
        None => view! { <SkeletonRows count=4/> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| page.refetch()/> }.into_any(),
        Some(Ok(found)) if found.items.is_empty() => {
            view! { <EmptyState icon="inbox" title=move || t_string!(i18n, board.none).to_string()/> }.into_any()
        }
        Some(Ok(found)) => view! {
            <ul class="board-list">
                {found.items.into_iter().map(|row| view! { <Talk shown row changed=move |()| page.refetch()/> }).collect_view()}
            </ul>
            {found.next.map(|_| view! { <p class="board-more">{t!(i18n, board.more)}</p> })}
        }
        .into_any(),
    }
}

#[component]
fn Talk(shown: Shown, row: Conversation, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let toasts = use_toasts();
    let (id, team, agent, protocol) = (row.id, row.team_id, row.assignee_id, row.protocol.clone());
    let mark = protocol.clone();
    let (to, text) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (whispers, busy) = (RwSignal::new(false), RwSignal::new(false));
    let told = move |outcome: Answer<()>| {
        let _ = busy.try_set(false);
        match outcome {
            Ok(()) => changed.run(()),
            Err(refused) => {
                let why = store.hear(refused);
                toasts.fail(fault::say(i18n, &why));
            }
        }
    };
    let go = move |to: TransferTo, note: String| {
        busy.set(true);
        let draft = TransferDraft { to, note, stop_bot: false, anyway: false };
        spawn_local(async move { told(transfer(id, draft).await.map(drop)) });
    };
    // Where the account demands a note it is asked for first (TR-3).
    let required = needs_note(store);
    let (wanted, note) = (RwSignal::new(None::<TransferTo>), RwSignal::new(String::new()));
    let lacks = Signal::derive(move || lacks_note(i18n, required, note));
    let hand = move |to: TransferTo| {
        if required.get_untracked() {
            wanted.set(Some(to));
        } else {
            go(to, String::new());
        }
    };
    let with_note = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || lacks.with_untracked(Option::is_some) {
            return;
        }
        if let Some(to) = wanted.get_untracked() {
            go(to, note.get_untracked());
        }
    };
    let people = Signal::derive(move || {
        let none = Choice::new("", t_string!(i18n, board.assign).to_string());
        let of_team = |p: &&BoardPerson| p.work.iter().any(|w| w.team_id == team) && Some(p.user_id) != agent;
        let here = shown.board.with(|b| {
            b.iter().flat_map(|b| &b.people).filter(of_team).map(|p| Choice::new(p.user_id.to_string(), p.name.clone())).collect::<Vec<_>>()
        });
        std::iter::once(none).chain(here).collect::<Vec<_>>()
    });
    effect(move || match to.get().parse::<UserId>() {
        Ok(user_id) => hand(TransferTo::Person { user_id, team_id: Some(team) }),
        Err(_) => wanted.set(None),
    });
    let whisper = move |event: SubmitEvent| {
        event.prevent_default();
        let said = text.get_untracked().trim().to_owned();
        if said.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        // Who serves it is named, so that they are told.
        let named = agent.map(|user| (user, untrack(|| store.member(user)).map(|m| format!("@{}", m.name)).unwrap_or_default()));
        let (text_of_note, mentions) = match named.filter(|(_, name)| name.len() > 1) {
            Some((user_id, name)) => {
                let length = u32::try_from(name.chars().count()).unwrap_or_default();
                (format!("{name} {said}"), vec![Mention { user_id, at: 0, length }])
            }
            None => (said, Vec::new()),
        };
        let draft = SendDraft { client_id: web::client_id(), what: SendWhat::Note { text: text_of_note }, reply_to: None, mentions };
        spawn_local(async move {
            let outcome = send(id, draft).await.map(drop);
            if outcome.is_ok() {
                let _ = whispers.try_set(false);
                toasts.say(t_string!(i18n, board.whispered).to_string());
            }
            told(outcome);
        });
    };
    let name = if row.contact_name.trim().is_empty() { protocol.clone() } else { row.contact_name.clone() };
    let since = row.waiting_since.unwrap_or(row.started_at);
    let is_open = row.status.is_open();
    view! {
        <li class="board-talk" data-talk=mark>
            <A href=format!("/inbox/{id}") attr:class="board-talk-name"><bdi>{name}</bdi></A>
            <span class="board-talk-facts">
                <bdi>{move || agent.map(|a| store.member_name(a)).unwrap_or_default()}</bdi>
                <bdi>{store.team_name(team)}</bdi>
                <span>{protocol}</span>
                {is_open.then(|| view! { <span>{move || say::long(shown.now.get() - since)}</span> })}
            </span>
            {is_open.then(|| view! {
                <div class="board-talk-acts">
                    // Several of them are on the page: each has its name beside it, and no id.
                    <div class="select">
                        <select class="input" aria-label=move || t_string!(i18n, board.assign).to_string() on:change=move |event| to.set(event_target_value(&event))>
                            <For each=move || people.get() key=|c| (c.value.clone(), c.label.clone()) let:choice><option value=choice.value>{choice.label}</option></For>
                        </select>
                    </div>
                    {agent.map(|_| view! {
                        <Button small=true busy press=move |()| hand(TransferTo::Team { team_id: team })>{t!(i18n, board.pull_back)}</Button>
                        <Button small=true busy press=move |()| whispers.update(|w| *w = !*w)>{t!(i18n, board.whisper)}</Button>
                    })}
                </div>
            })}
            <Show when=move || wanted.with(Option::is_some)>
                <form class="board-whisper" on:submit=with_note>
                    <input class="input" maxlength="1000" aria-label=move || t_string!(i18n, inbox.thread.transfer.note).to_string()
                        placeholder=move || t_string!(i18n, inbox.thread.transfer.note).to_string()
                        prop:value=move || note.get() on:input=move |event| note.set(event_target_value(&event))/>
                    <Button submit=true small=true busy why=lacks kind=Kind::Primary>{t!(i18n, inbox.thread.transfer.submit)}</Button>
                </form>
            </Show>
            <Show when=move || whispers.get()>
                <form class="board-whisper" on:submit=whisper>
                    <input class="input" maxlength="1000" aria-label=move || t_string!(i18n, board.whisper_text).to_string()
                        prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))/>
                    <Button submit=true small=true busy kind=Kind::Primary>{t!(i18n, board.whisper)}</Button>
                </form>
            </Show>
        </li>
    }
}
