//! One team: name, default, who sees its conversations, how they are handed out, closing message.

use super::closing::ClosingMessage;
use super::conflict::Conflict;
use super::leaving::EndTeam;
use super::list::use_go;
use super::member::People;
use super::team::restriction_name;
use super::team_hand_out::{HandOut, Rule};
use super::team_people::TeamPeople;
use crate::api::role::delete_team;
use crate::api::settings::save_team;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ArchivePreference, Distribution, Fault, Restriction, Team, TeamDraft, TeamEnd};

/// Creates (`team` is none) or changes a team.
#[component]
pub(super) fn TeamForm(
    team: Option<Team>,
    /// How it hands out what waits; none where that is switched off.
    rule: Option<Distribution>,
    rows: Signal<People>,
    changed: Callback<()>,
    /// Makes the form anew.
    anew: RwSignal<u32>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let is_new = team.is_none();
    let id = team.as_ref().map(|t| t.id);
    let was_default = team.as_ref().is_some_and(|t| t.is_default);
    // Of what is changed here; somebody else may be faster (TE-2).
    let version = RwSignal::new(team.as_ref().map(|t| t.version));
    let name = RwSignal::new(team.as_ref().map(|t| t.name.clone()).unwrap_or_default());
    let is_default = RwSignal::new(was_default);
    let restriction = RwSignal::new(team.as_ref().map_or(Restriction::None, |t| t.restriction).word().to_owned());
    let archive = RwSignal::new(team.as_ref().and_then(|t| t.archive_preference).map_or("", ArchivePreference::word).to_owned());
    let closing = RwSignal::new(team.map(|t| t.closing_message).unwrap_or_default());
    let rule = rule.map(Rule::new);
    let form = Form::new(move || TeamDraft {
        id,
        name: name.get(),
        is_default: is_default.get(),
        restriction: restriction.get().parse().unwrap_or(Restriction::None),
        closing_message: closing.get(),
        archive_preference: archive.get().parse().ok(),
        distribution: rule.map(Rule::get),
    });
    let leave = go.clone();
    let save = Callback::new(move |()| {
        let go = go.clone();
        form.save(
            TeamDraft::check,
            move |draft| save_team(draft, version.get_untracked()),
            move |saved: Team| {
                version.set(Some(saved.version).filter(|_| !is_new));
                changed.run(());
                if is_new {
                    toasts.say(tu_string!(i18n, settings.teams.added).to_string());
                    go(format!("/settings/teams/{}", saved.id));
                }
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let stored = move || rows.with_untracked(|(_, teams, _)| teams.iter().find(|t| Some(t.id) == id).map(|t| t.version));
    let theirs = Callback::new(move |()| {
        form.keep();
        anew.update(|n| *n += 1);
    });
    let mine = Callback::new(move |()| {
        version.set(stored());
        save.run(());
    });
    let (asking, ending, left) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<i64>));
    let end = Callback::new(move |end: Option<TeamEnd>| {
        let Some(id) = id else { return };
        ending.set(true);
        let leave = leave.clone();
        spawn_local(async move {
            let gone = delete_team(id, end).await;
            if ending.try_set(false).is_some() {
                return;
            }
            match gone {
                Ok(()) => {
                    asking.set(false);
                    form.keep();
                    toasts.say(tu_string!(i18n, roles.leave.team_gone).to_string());
                    changed.run(());
                    leave("/settings/teams".to_owned());
                }
                Err(refused) => match refused.0 {
                    Fault::OpenLeft { count } => left.set(Some(count)),
                    other => {
                        asking.set(false);
                        form.faults().take(&other);
                    }
                },
            }
        });
    });
    let why_not = Signal::derive(move || was_default.then(|| t_string!(i18n, roles.leave.default_team).to_string()));
    let choices =
        Signal::derive(move || Restriction::ALL.iter().map(|r| Choice::new(r.word(), restriction_name(i18n, *r))).collect::<Vec<_>>());
    let explain = move |word: String| {
        match word.parse() {
            Ok(Restriction::Team) => t_string!(i18n, settings.teams.team_text),
            Ok(Restriction::User) => t_string!(i18n, settings.teams.user_text),
            _ => t_string!(i18n, settings.teams.none_text),
        }
        .to_string()
    };
    let archives = Signal::derive(move || {
        vec![
            Choice::new("", t_string!(i18n, settings.teams.archive_own)),
            Choice::new(ArchivePreference::TwelveHours.word(), t_string!(i18n, settings.profile.archive_12h)),
            Choice::new(ArchivePreference::Immediate.word(), t_string!(i18n, settings.profile.archive_now)),
        ]
    });
    let default_hint = move || {
        if was_default { t_string!(i18n, settings.teams.default_fixed) } else { t_string!(i18n, settings.teams.default_hint) }.to_string()
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match name.get() { n if n.trim().is_empty() => t_string!(i18n, settings.teams.new).to_string(), n => n }}</h2>
            <TextField name="name" max=120 value=name autofocus=is_new label=move || t_string!(i18n, settings.teams.name).to_string()/>
            <Toggle name="is_default" checked=is_default disabled=was_default label=move || t_string!(i18n, settings.teams.default).to_string()
                hint=default_hint/>
            <div>
                <Radios name="restriction" value=restriction choices explain=Callback::new(explain)
                    label=move || t_string!(i18n, settings.teams.restriction).to_string()/>
                <p class="field-hint">{t!(i18n, settings.teams.always)}</p>
            </div>
            <ClosingMessage value=closing label=move || t_string!(i18n, settings.teams.closing).to_string()
                hint=move || t_string!(i18n, settings.teams.closing_hint).to_string()/>
            <Select name="archive_preference" value=archive choices=archives label=move || t_string!(i18n, settings.teams.archive).to_string()
                hint=move || t_string!(i18n, settings.teams.archive_hint).to_string()/>
            {rule.map(|rule| view! { <HandOut rule/> })}
            {id.map(|team| view! { <TeamPeople team rows changed/> })}
            <Conflict faults=form.faults() changed theirs mine/>
            <FormFoot form fresh=is_new told=true>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    <Button kind=Kind::Ghost icon="trash" why=why_not press=move |()| asking.set(true)>{t!(i18n, roles.leave.delete_team)}</Button>
                })}
            </FormFoot>
        </form>
        {id.map(|id| view! { <EndTeam open=asking id name rows left busy=ending press=end/> })}
    }
}
