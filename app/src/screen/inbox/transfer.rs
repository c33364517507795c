//! Handing a conversation to a team's queue or to a person (TR-1 to TR-4).

mod note;

pub use note::{NoteField, is_told, lacks_note, needs_note};

use super::thread::opened_by;
use super::thread::pane::{Sheet, use_pane};
use crate::fault;
use crate::i18n::*;
use crate::live::{Store, use_store};
use crate::part::*;
use crate::status;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::*;

const LIST: &str = "transfer-options";

/// A team or a person that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub name: String,
    at: At,
}

/// Where that is.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    Team {
        id: TeamId,
        /// All conversations wait there already.
        here: bool,
    },
    Person {
        id: UserId,
        teams: Vec<TeamId>,
        /// Absent for a longer time (TR-4), and so not for who is no admin.
        closed: bool,
        here: bool,
    },
}

impl Goal {
    fn key(&self) -> String {
        match &self.at {
            At::Team { id, .. } => format!("t{id}"),
            At::Person { id, .. } => format!("p{id}"),
        }
    }

    /// Whether it can be chosen.
    fn is_free(&self) -> bool {
        match &self.at {
            At::Team { here, .. } => !here,
            At::Person { teams, closed, here, .. } => !closed && !here && !teams.is_empty(),
        }
    }

    /// The person, when it is one.
    fn person(&self) -> Option<UserId> {
        match self.at {
            At::Team { .. } => None,
            At::Person { id, .. } => Some(id),
        }
    }

    /// What the server is told.
    pub fn to(&self, team: Option<TeamId>) -> TransferTo {
        match &self.at {
            At::Team { id, .. } => TransferTo::Team { team_id: *id },
            At::Person { id, .. } => TransferTo::Person { user_id: *id, team_id: team },
        }
    }

    /// Teams to choose from: only when there are several and a current one is not among them (SM-5).
    pub fn choices(&self, current: &[TeamId]) -> Vec<TeamId> {
        match &self.at {
            At::Person { teams, .. } if teams.len() > 1 && current.iter().any(|t| !teams.contains(t)) => teams.clone(),
            _ => Vec::new(),
        }
    }
}

/// Where conversations can go: teams first, then people who are members now.
pub fn goals(workspace: &Workspace, all: &[Conversation]) -> Vec<Goal> {
    let are = |there: &dyn Fn(&Conversation) -> bool| !all.is_empty() && all.iter().all(there);
    let teams = workspace.teams.iter().map(|t| Goal {
        name: t.name.clone(),
        at: At::Team { id: t.id, here: are(&|c| t.id == c.team_id && c.status == ConversationStatus::Pending) },
    });
    let people = workspace.members.iter().filter(|m| m.active).map(|m| Goal {
        name: m.name.clone(),
        at: At::Person {
            id: m.user_id,
            teams: m.teams.iter().map(|t| t.team_id).collect(),
            closed: m.availability == Availability::Unavailable && !workspace.me.rights.may(Permission::Settings),
            here: are(&|c| c.assignee_id == Some(m.user_id) && c.status == ConversationStatus::InProgress),
        },
    });
    let mut teams: Vec<Goal> = teams.collect();
    let mut people: Vec<Goal> = people.collect();
    teams.sort_by_key(|g| g.name.to_lowercase());
    people.sort_by_key(|g| (!g.is_free(), g.name.to_lowercase()));
    teams.append(&mut people);
    teams
}

/// Whether the person is marked as absent for a longer time. Tracked.
fn is_unavailable(store: Store, id: UserId) -> bool {
    store.member(id).is_some_and(|m| m.availability == Availability::Unavailable)
}

/// Why it cannot be handed to the chosen one yet: an admin has to confirm it (TR-4). Tracked.
pub fn unconfirmed(i18n: I18nContext<Locale>, store: Store, goal: &Goal, anyway: RwSignal<bool>) -> Option<String> {
    let asks = goal.person().is_some_and(|id| is_unavailable(store, id)) && !anyway.get();
    asks.then(|| t_string!(i18n, status.transfer.confirm).to_string())
}

/// What is to be known of the chosen person before it is theirs: that they are not here now, or absent for a longer time, which
/// an admin confirms.
#[component]
pub fn Caution(chosen: RwSignal<Option<Goal>>, anyway: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let person = Memo::new(move |_| chosen.with(|g| g.as_ref().and_then(Goal::person)));
    // The word is for one person.
    effect(move || {
        person.track();
        anyway.set(false);
    });
    move || {
        let id = person.get()?;
        let name = store.member_name(id);
        if is_unavailable(store, id) {
            return Some(
                view! {
                    <div class="caution">
                        <p role="status">{t_string!(i18n, status.transfer.unavailable, name = name.as_str()).to_string()}</p>
                        <Checkbox name="anyway" checked=anyway label=move || t_string!(i18n, status.transfer.anyway).to_string()/>
                    </div>
                }
                .into_any(),
            );
        }
        let now = store.status(id);
        let what = status::say(i18n, times, &now);
        (now.kind != StatusKind::Online).then(|| {
            let text = t_string!(i18n, status.transfer.away, name = name.as_str(), status = what.as_str()).to_string();
            view! { <p class="caution" role="status" dir="auto">{text}</p> }.into_any()
        })
    }
}

/// The dialog. What was typed stays when it was refused.
#[component]
pub fn TransferDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| *s == Sheet::Transfer);
    let chosen = RwSignal::new(None::<Goal>);
    let team = RwSignal::new(None::<TeamId>);
    let note = RwSignal::new(String::new());
    let anyway = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<Fault>);
    let tried = RwSignal::new(false);
    let required = needs_note(pane.store);
    let tells = Memo::new(move |_| pane.row.with(|r| r.as_ref().is_some_and(|c| is_told(pane.store, c))));
    let all = Memo::new(move |_| {
        let row = pane.row.get();
        pane.store.workspace.with(|w| w.as_ref().zip(row).map(|(w, c)| goals(w, &[c])).unwrap_or_default())
    });
    let choices = Memo::new(move |_| chosen.with(|g| g.as_ref().map(|g| g.choices(&[pane.of(|c| c.team_id)])).unwrap_or_default()));
    let why = Memo::new(move |_| match chosen.get() {
        None => Some(t_string!(i18n, inbox.thread.transfer.choose).to_string()),
        Some(_) if team.get().is_none() && !choices.with(Vec::is_empty) => {
            Some(t_string!(i18n, inbox.thread.transfer.choose_team).to_string())
        }
        Some(goal) => unconfirmed(i18n, pane.store, &goal, anyway).or_else(|| lacks_note(i18n, required, note)),
    });
    let submit = move |()| {
        let Some(goal) = chosen.get_untracked() else { return };
        tried.set(true);
        if busy.get_untracked() || why.with_untracked(Option::is_some) {
            return;
        }
        let draft = TransferDraft {
            to: goal.to(team.get_untracked()),
            note: note.get_untracked(),
            stop_bot: false,
            anyway: anyway.get_untracked(),
        };
        let said = untrack(|| t_string!(i18n, inbox.thread.transfer.done, name = goal.name.as_str()).to_string());
        busy.set(true);
        refused.set(None);
        spawn_local(async move {
            let done = pane.store.transfer(pane.id, draft).await;
            if done.is_ok() {
                pane.say(said);
            }
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(_) => {
                    note.set(String::new());
                    chosen.set(None);
                    open.set(false);
                }
                Err(fault) => refused.set(Some(fault)),
            }
        });
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="transfer" busy why=why press=submit>
                {move || match (busy.get(), chosen.with(|g| g.as_ref().map(|g| g.name.clone()))) {
                    (true, _) => t_string!(i18n, inbox.thread.transfer.submitting).to_string(),
                    (false, Some(name)) => t_string!(i18n, inbox.thread.transfer.submit_to, name = name.as_str()).to_string(),
                    (false, None) => t_string!(i18n, inbox.thread.transfer.submit).to_string(),
                }}
            </Button>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, inbox.thread.transfer.title).to_string() locked=busy footer
            closed=move |()| { refused.set(None); tried.set(false) }>
            <Chooser all chosen team refused/>
            <Caution chosen anyway/>
            {move || (!choices.with(Vec::is_empty)).then(|| view! { <TeamChoice choices team/> })}
            <NoteField name="transfer-note" note required/>
            {move || tells.get().then(|| view! { <p class="field-hint">{t!(i18n, closing.transfer.told)}</p> })}
            {move || refused.get().map(|f| fault::view(i18n, &f))}
        </Dialog>
    }
}

/// A search over teams and people: arrows move, Enter chooses.
#[component]
pub fn Chooser(
    all: Memo<Vec<Goal>>,
    chosen: RwSignal<Option<Goal>>,
    team: RwSignal<Option<TeamId>>,
    refused: RwSignal<Option<Fault>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let search = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let found = Memo::new(move |_| {
        let needle = search.with(|s| s.trim().to_lowercase());
        all.with(|all| all.iter().filter(|g| g.name.to_lowercase().contains(&needle)).cloned().collect::<Vec<_>>())
    });
    let pick = move |goal: Goal| {
        if goal.is_free() {
            team.set(None);
            refused.set(None);
            chosen.set(Some(goal));
        }
    };
    let keys = move |event: KeyboardEvent| {
        let list = found.get_untracked();
        let free: Vec<usize> = (0..list.len()).filter(|i| list[*i].is_free()).collect();
        let now = at.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" => free.iter().copied().find(|i| *i > now).or_else(|| free.first().copied()),
            "ArrowUp" => free.iter().copied().rev().find(|i| *i < now).or_else(|| free.last().copied()),
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                if let Some(goal) = list.get(now).filter(|g| g.is_free()).or_else(|| free.first().and_then(|i| list.get(*i))) {
                    pick(goal.clone());
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(to) = to {
            at.set(to);
            if let Some(line) = document().get_element_by_id(&format!("transfer-{to}")) {
                into_sight(&line);
            }
        }
    };
    let label = move || t_string!(i18n, inbox.thread.transfer.search).to_string();
    view! {
        <div class="chooser">
            <div class="chooser-search">
                <Icon name="search" small=true/>
                <input class="input" type="search" role="combobox" autofocus=true autocomplete="off" aria-expanded="true" aria-controls=LIST aria-autocomplete="list"
                    aria-activedescendant=move || format!("transfer-{}", at.get()) aria-label=label placeholder=label maxlength="100" dir="auto"
                    prop:value=move || search.get() on:keydown=keys
                    on:input=move |event| { search.set(event_target_value(&event)); at.set(0) }/>
            </div>
            <ul id=LIST class="chooser-list" role="listbox" aria-label=move || t_string!(i18n, inbox.thread.transfer.options).to_string()>
                {move || {
                    let list = found.get();
                    if list.is_empty() {
                        let text = search.get();
                        return view! { <li class="chooser-none" role="presentation">{t_string!(i18n, inbox.thread.transfer.nobody, text = text.as_str()).to_string()}</li> }.into_any();
                    }
                    let first_person = list.iter().position(|g| matches!(g.at, At::Person { .. }));
                    list.into_iter().enumerate().map(|(i, goal)| {
                        let heading = if Some(i) == first_person {
                            Some(t_string!(i18n, inbox.thread.transfer.people))
                        } else {
                            (i == 0).then(|| t_string!(i18n, inbox.thread.transfer.teams))
                        };
                        view! {
                            {heading.map(|text| view! { <li class="chooser-heading" role="presentation">{text}</li> })}
                            <Line i goal at chosen pick=pick/>
                        }
                    }).collect_view().into_any()
                }}
            </ul>
        </div>
    }
}

#[component]
fn Line(i: usize, goal: Goal, at: RwSignal<usize>, chosen: RwSignal<Option<Goal>>, #[prop(into)] pick: Callback<Goal>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let free = goal.is_free();
    let key = goal.key();
    let picked = move || chosen.with(|c| c.as_ref().is_some_and(|c| c.key() == key));
    let is_picked = picked.clone();
    let name = goal.name.clone();
    let (told, names) = (goal.at.clone(), goal.at.clone());
    let told = move || told_of(i18n, store, times, &told);
    let names = move || if let At::Person { teams, here: false, .. } = &names { team_names(store, teams) } else { String::new() };
    let mark = match &goal.at {
        At::Team { .. } => view! { <span class="chooser-team"><Icon name="team" small=true/></span> }.into_any(),
        At::Person { id, .. } => {
            let photo = untrack(|| store.member(*id)).map(|m| photo_of(*id, &m.photo)).unwrap_or_default();
            view! { <Avatar name=name.clone() id=id.0 photo size=AvatarSize::Small status=status::dot(store, *id)/> }.into_any()
        }
    };
    let goal = StoredValue::new(goal);
    view! {
        <li id=format!("transfer-{i}") class="chooser-option" role="option" class:at=move || at.get() == i
            aria-selected=move || if picked() { "true" } else { "false" } aria-disabled=(!free).then_some("true")
            on:click=move |_| { at.set(i); pick.run(goal.get_value()) }>
            {mark}
            <span class="chooser-name" dir="auto">{name}</span>
            <span class="chooser-facts">{told}<bdi>{names}</bdi></span>
            {move || is_picked().then(|| view! { <Icon name="check" small=true/> })}
        </li>
    }
}

/// What is worth knowing before choosing; the names of a person's teams follow it.
fn told_of(i18n: I18nContext<Locale>, store: Store, times: Times, at: &At) -> String {
    match at {
        At::Team { here: true, .. } | At::Person { here: true, .. } => t_string!(i18n, inbox.thread.transfer.here).to_string(),
        At::Team { .. } => t_string!(i18n, inbox.thread.transfer.queue).to_string(),
        At::Person { teams, .. } if teams.is_empty() => t_string!(i18n, inbox.thread.transfer.no_team).to_string(),
        At::Person { id, .. } => {
            let now = store.status(*id);
            if is_unavailable(store, *id) {
                format!("{} · ", t_string!(i18n, inbox.thread.transfer.away))
            } else if now.kind == StatusKind::Online {
                String::new()
            } else {
                format!("{} · ", status::say(i18n, times, &now))
            }
        }
    }
}

fn team_names(store: Store, teams: &[TeamId]) -> String {
    teams.iter().map(|t| store.team_name(*t)).collect::<Vec<_>>().join(", ")
}

/// In which of their teams the person takes it (SM-5).
#[component]
pub fn TeamChoice(choices: Memo<Vec<TeamId>>, team: RwSignal<Option<TeamId>>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    view! {
        <fieldset class="radios inline">
            <legend class="field-label">{t!(i18n, inbox.thread.transfer.in_team)}</legend>
            {move || choices.get().into_iter().map(|id| view! {
                <label class="check">
                    <input type="radio" name="transfer-team" prop:checked=move || team.get() == Some(id) on:change=move |_| team.set(Some(id))/>
                    <span class="check-text">{move || store.team_name(id)}</span>
                </label>
            }).collect_view()}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(teams: &[i64], closed: bool) -> Goal {
        Goal {
            name: "Ana".into(),
            at: At::Person { id: UserId(1), teams: teams.iter().map(|t| TeamId(*t)).collect(), closed, here: false },
        }
    }

    #[test]
    fn sm_5_a_team_is_asked_for_only_when_several_are_possible() {
        assert!(person(&[1], false).choices(&[TeamId(9)]).is_empty());
        assert!(person(&[1, 2], false).choices(&[TeamId(2)]).is_empty());
        assert_eq!(person(&[1, 2], false).choices(&[TeamId(9)]), [TeamId(1), TeamId(2)]);
        // Of several conversations, one in another team asks for all.
        assert_eq!(person(&[1, 2], false).choices(&[TeamId(1), TeamId(9)]), [TeamId(1), TeamId(2)]);
    }

    #[test]
    fn tr_4_who_is_unavailable_or_in_no_team_cannot_be_chosen() {
        assert!(person(&[1], false).is_free());
        assert!(!person(&[1], true).is_free());
        assert!(!person(&[], false).is_free());
    }
}
