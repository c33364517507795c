//! Starting a conversation (IN-1 to IN-8): whom, on which channel, for which team, with what.

mod content;

use super::find::FindContact;
use super::layout::Panes;
use super::row::name_of;
use crate::i18n::*;
use crate::live::{Store, use_store, web};
use crate::part::*;
use content::Content;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ChannelId, ChannelStatus, ContactHit, Fault, StartDraft, Tab, TeamId, TemplateFill};

/// With whom the dialog begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// As it was left.
    Empty,
    Contact(ContactHit),
    /// A number as it was typed.
    Number(String),
}

/// Whom to write to.
#[derive(Clone, Debug, PartialEq)]
enum Who {
    /// Not chosen yet.
    Nobody,
    Contact(ContactHit),
    Number(String),
}

/// What the dialog holds; it stays while the dialog is closed, so that nothing typed is lost.
#[derive(Clone, Copy)]
pub struct Starter {
    /// Whether the dialog is open.
    pub open: RwSignal<bool>,
    who: RwSignal<Who>,
    typed: RwSignal<String>,
    name: RwSignal<String>,
    channel: RwSignal<String>,
    team: RwSignal<String>,
    text: RwSignal<String>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<Fault>>,
    /// The last try, whose client id is used again for the same content.
    tried: StoredValue<Option<StartDraft>>,
}

/// Makes the dialog's state and provides it.
pub fn provide_start() -> Starter {
    let starter = Starter {
        open: RwSignal::new(false),
        who: RwSignal::new(Who::Nobody),
        typed: RwSignal::new(String::new()),
        name: RwSignal::new(String::new()),
        channel: RwSignal::new(String::new()),
        team: RwSignal::new(String::new()),
        text: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        fault: RwSignal::new(None),
        tried: StoredValue::new(None),
    };
    provide_context(starter);
    starter
}

/// The dialog's state.
pub fn use_start() -> Starter {
    expect_context()
}

impl Starter {
    /// Opens the dialog.
    pub fn begin(self, start: Start) {
        self.fault.set(None);
        match start {
            Start::Empty => {}
            Start::Contact(hit) => self.who.set(Who::Contact(hit)),
            Start::Number(number) => self.who.set(Who::Number(number)),
        }
        self.open.set(true);
    }

    fn clear(self) {
        self.who.set(Who::Nobody);
        for field in [self.typed, self.name, self.text] {
            field.set(String::new());
        }
        self.tried.set_value(None);
    }

    fn channel_id(self) -> Option<ChannelId> {
        self.channel.with(|c| c.parse().ok())
    }

    fn team_id(self) -> Option<TeamId> {
        self.team.with(|t| t.parse().ok())
    }

    /// The contact or the number, as the server wants it.
    fn address(self) -> Option<(Option<model::ContactId>, String)> {
        match self.who.get() {
            Who::Nobody => None,
            Who::Contact(hit) => Some((Some(hit.id), String::new())),
            Who::Number(number) => Some((None, number)),
        }
    }

    fn draft(self, template: Option<TemplateFill>) -> Option<StartDraft> {
        untrack(|| {
            let (contact_id, phone) = self.address()?;
            let text = if template.is_some() { String::new() } else { self.text.get().trim().to_owned() };
            let draft = StartDraft {
                client_id: String::new(),
                contact_id,
                phone,
                name: if contact_id.is_some() { String::new() } else { self.name.get().trim().to_owned() },
                channel_id: self.channel_id()?,
                team_id: self.team_id()?,
                template,
                text,
            };
            // The same content tried again is the same start: a lost answer must not start it twice.
            let client_id = self
                .tried
                .with_value(|t| {
                    t.as_ref().filter(|t| StartDraft { client_id: String::new(), ..(*t).clone() } == draft).map(|t| t.client_id.clone())
                })
                .unwrap_or_else(web::client_id);
            let draft = StartDraft { client_id, ..draft };
            self.tried.set_value(Some(draft.clone()));
            Some(draft)
        })
    }
}

fn send(starter: Starter, store: Store, panes: Panes, draft: Option<StartDraft>, existed: Callback<()>) {
    let Some(draft) = draft.filter(|_| !starter.busy.get_untracked()) else { return };
    starter.busy.set(true);
    starter.fault.set(None);
    spawn_local(async move {
        let answer = store.start_conversation(draft).await;
        starter.busy.set(false);
        match answer {
            Ok(started) => {
                starter.open.set(false);
                starter.clear();
                let tab = store.workspace.with_untracked(|w| w.as_ref().and_then(|w| w.seen.tab(&started.conversation.access())));
                panes.show_in(started.conversation.id, tab.unwrap_or(Tab::Mine));
                if started.existed {
                    existed.run(());
                }
            }
            Err(Fault::AlreadyOpen { conversation_id }) => {
                starter.open.set(false);
                starter.clear();
                panes.show(conversation_id);
                existed.run(());
            }
            Err(fault) => starter.fault.set(Some(fault)),
        }
    });
}

/// The dialog; once beside the panes.
#[component]
pub fn StartDialog() -> impl IntoView {
    let i18n = use_i18n();
    let starter = use_start();
    view! {
        <Dialog open=starter.open title=move || t_string!(i18n, inbox.start.title).to_string() wide=true class="start-dialog" locked=starter.busy>
            <Form/>
        </Dialog>
    }
}

#[component]
fn Form() -> impl IntoView {
    let i18n = use_i18n();
    let (store, starter) = (use_store(), use_start());
    let channels = Memo::new(move |_| {
        store.workspace.with(|w| {
            let Some(w) = w.as_ref() else { return Vec::new() };
            let may = |c: &&model::Channel| c.kind.may_start() && c.status == ChannelStatus::Connected;
            let mut all: Vec<_> = w.channels.iter().filter(may).collect();
            // That of a team of one's own first.
            all.sort_by_key(|c| !c.team_id.is_some_and(|team| w.seen.pending.contains(&team)));
            let shown = |c: &model::Channel| if c.display.is_empty() { c.name.clone() } else { format!("{} · {}", c.name, c.display) };
            all.into_iter().map(|c| Choice::new(c.id.to_string(), shown(c))).collect::<Vec<_>>()
        })
    });
    let teams = Memo::new(move |_| {
        store.workspace.with(|w| {
            let Some(w) = w.as_ref() else { return Vec::new() };
            let mine = |t: &&model::Team| w.seen.all || w.seen.pending.contains(&t.id) || w.seen.supervised.contains(&t.id);
            let mut all: Vec<&model::Team> = w.teams.iter().filter(mine).collect();
            // A team of one's own first, before those that an admin may only choose.
            all.sort_by_key(|t| (!w.seen.pending.contains(&t.id), !t.is_default));
            all.into_iter().map(|t| Choice::new(t.id.to_string(), t.name.clone())).collect()
        })
    });
    keep_valid(starter.channel, channels, Signal::stored(None));
    // The channel's own team first.
    let usual = Signal::derive(move || starter.channel_id().and_then(|id| store.channel(id)?.team_id).map(|id| id.to_string()));
    keep_valid(starter.team, teams, usual);
    view! {
        <div class="start-form">
            {move || if starter.who.with(|w| *w == Who::Nobody) { view! { <Choose/> }.into_any() } else { view! { <Chosen/> }.into_any() }}
            {move || if channels.with(Vec::is_empty) {
                view! { <p class="start-note danger">{t!(i18n, inbox.start.no_channel)}</p> }.into_any()
            } else {
                view! { <Select name="channel" label=move || t_string!(i18n, inbox.start.channel).to_string() value=starter.channel choices=channels/> }.into_any()
            }}
            {move || if teams.with(Vec::is_empty) {
                view! { <p class="start-note danger">{t!(i18n, inbox.start.no_team)}</p> }.into_any()
            } else {
                view! { <Select name="team" label=move || t_string!(i18n, inbox.start.team).to_string() value=starter.team choices=teams/> }.into_any()
            }}
            <Content/>
        </div>
    }
}

/// Chooses the usual or the first choice when the chosen one does not exist.
fn keep_valid(value: RwSignal<String>, choices: Memo<Vec<Choice>>, usual: Signal<Option<String>>) {
    effect(move || {
        let better = choices.with(|all| {
            let known = |v: &String| all.iter().any(|c| c.value == *v);
            if value.with(known) { None } else { usual.get().filter(known).or_else(|| all.first().map(|c| c.value.clone())) }
        });
        if let Some(better) = better {
            value.set(better);
        }
    });
}

/// A number, or a contact by name.
#[component]
fn Choose() -> impl IntoView {
    let i18n = use_i18n();
    let starter = use_start();
    let take = move |who: Who| {
        starter.fault.set(None);
        starter.who.set(who);
    };
    view! {
        <FindContact typed=starter.typed label=move || t_string!(i18n, inbox.start.who).to_string() hint=move || t_string!(i18n, inbox.start.who_hint).to_string()
            pick=move |hit| take(Who::Contact(hit)) number=Callback::new(move |number| take(Who::Number(number)))/>
    }
}

/// Who was chosen, and the way back.
#[component]
fn Chosen() -> impl IntoView {
    let i18n = use_i18n();
    let starter = use_start();
    let shown = Memo::new(move |_| match starter.who.get() {
        Who::Contact(hit) => (
            name_of(i18n, &hit.name, hit.phone.as_deref()),
            hit.phone.as_deref().map(model::text::phone_display),
            hit.id.0,
            contact_photo(hit.id, &hit.photo),
        ),
        Who::Number(number) => (number, None, 0, String::new()),
        Who::Nobody => (String::new(), None, 0, String::new()),
    });
    let is_number = Memo::new(move |_| starter.who.with(|w| matches!(w, Who::Number(_))));
    view! {
        <div class="start-chosen">
            <Avatar name=Signal::derive(move || shown.get().0) id=Signal::derive(move || shown.get().2) photo=Signal::derive(move || shown.get().3)/>
            <span class="row-text">
                <bdi class="row-name">{move || shown.get().0}</bdi>
                <span class="row-preview">{move || shown.get().1}</span>
            </span>
            <Button small=true kind=Kind::Ghost press=move |()| { starter.fault.set(None); starter.who.set(Who::Nobody) }>{t!(i18n, inbox.start.change)}</Button>
        </div>
        <Show when=move || is_number.get()>
            <TextField name="name" label=move || t_string!(i18n, inbox.start.name).to_string() hint=move || t_string!(i18n, inbox.start.name_hint).to_string()
                value=starter.name max=120 optional=true/>
        </Show>
    }
}
