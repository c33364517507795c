//! What happened to the conversation, as a line of small text (SM-10).

use super::super::thread::pane::{mark, use_pane};
use crate::closing;
use crate::i18n::*;
use crate::live::{Item, Key, Store};
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Content, Message, TeamId, Transition, UserId, text::phone_display};

/// A change of the conversation.
#[component]
pub fn ChangeLine(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let Some(cell) = pane.timeline().item(&key) else { return ().into_any() };
    let item: RwSignal<Item> = cell.into();
    let at = Memo::new(move |_| item.with(|i| i.message.at));
    view! {
        <p class="feed-change" data-mark=mark(&key) tabindex="-1">
            <span dir="auto">{move || item.with(|i| say(i18n, pane.store, &i.message))}</span>
            " "
            <Time at=at style=TimeStyle::Clock/>
        </p>
    }
    .into_any()
}

/// The sentence. Tracks names and language.
fn say(i18n: I18nContext<Locale>, store: Store, message: &Message) -> String {
    let Content::Transition(change) = &message.content else { return message.body.clone() };
    let name = |id: UserId| {
        let name = store.member_name(id);
        if name.is_empty() { t_string!(i18n, inbox.thread.change.someone).to_string() } else { name }
    };
    let who = message.author_id.map_or_else(|| t_string!(i18n, inbox.thread.change.system).to_string(), name);
    let who = who.as_str();
    let from = |team: TeamId, person: Option<UserId>| match person {
        Some(id) => name(id),
        None => {
            let team = store.team_name(team);
            t_string!(i18n, inbox.thread.change.queue, team = team.as_str()).to_string()
        }
    };
    match change {
        Transition::Opened => t_string!(i18n, inbox.thread.change.opened).to_string(),
        Transition::Started => t_string!(i18n, inbox.thread.change.started, who = who).to_string(),
        Transition::Assumed { from_team } => {
            let team = store.team_name(*from_team);
            t_string!(i18n, inbox.thread.change.assumed, who = who, team = team.as_str()).to_string()
        }
        Transition::TransferredToTeam { from_team, from: person, to_team } => {
            let (from, team) = (from(*from_team, *person), store.team_name(*to_team));
            t_string!(i18n, inbox.thread.change.to_team, who = who, from = from.as_str(), team = team.as_str()).to_string()
        }
        Transition::TransferredToPerson { from_team, from: person, to_team, to } => {
            let (from, to, team) = (from(*from_team, *person), name(*to), store.team_name(*to_team));
            t_string!(i18n, inbox.thread.change.to_person, who = who, from = from.as_str(), to = to.as_str(), team = team.as_str())
                .to_string()
        }
        Transition::Returned { from, minutes } => {
            let from = name(*from);
            t_string!(i18n, closing.feed.returned, from = from.as_str(), minutes = *minutes).to_string()
        }
        Transition::Designated { from, to } => match (from.map(name), to.map(name)) {
            (None, Some(to)) => t_string!(i18n, distribution.feed.first, to = to.as_str()).to_string(),
            (Some(from), Some(to)) => t_string!(i18n, distribution.feed.next, from = from.as_str(), to = to.as_str()).to_string(),
            (_, None) => t_string!(i18n, distribution.feed.open).to_string(),
        },
        Transition::Concluded { classification } => {
            let what = classification.as_ref().map(|said| closing::what(i18n, said));
            match (message.author_id, what.as_deref()) {
                (None, None) => t_string!(i18n, closing.feed.alone).to_string(),
                (None, Some(what)) => t_string!(i18n, closing.feed.alone_as, what = what).to_string(),
                (Some(_), None) => t_string!(i18n, inbox.thread.change.concluded, who = who).to_string(),
                (Some(_), Some(what)) => t_string!(i18n, closing.feed.concluded, who = who, what = what).to_string(),
            }
        }
        Transition::Classified { classification: None } => t_string!(i18n, closing.feed.unclassified, who = who).to_string(),
        Transition::Classified { classification: Some(said) } => {
            let what = closing::what(i18n, said);
            t_string!(i18n, closing.feed.classified, who = who, what = what.as_str()).to_string()
        }
        Transition::Reopened { to: Some(to) } => {
            let to = name(*to);
            t_string!(i18n, inbox.thread.change.reopened, to = to.as_str()).to_string()
        }
        Transition::Reopened { to: None } => t_string!(i18n, inbox.thread.change.reopened_queue).to_string(),
        Transition::Restarted => t_string!(i18n, inbox.thread.change.restarted, who = who).to_string(),
        Transition::NumberChanged { from, to } => {
            let (from, to) = (phone_display(from), phone_display(to));
            t_string!(i18n, inbox.thread.change.number, from = from.as_str(), to = to.as_str()).to_string()
        }
        Transition::Merged { protocol, .. } => t_string!(i18n, merge.feed.merged, who = who, protocol = protocol.as_str()).to_string(),
        Transition::MergedInto { protocol, .. } => t_string!(i18n, merge.feed.into, who = who, protocol = protocol.as_str()).to_string(),
        Transition::Unmerged { protocol, .. } => t_string!(i18n, merge.feed.undone, who = who, protocol = protocol.as_str()).to_string(),
    }
}
