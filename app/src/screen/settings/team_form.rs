//! One team: name, default, who sees its conversations, closing message.

use super::closing::ClosingMessage;
use super::list::use_go;
use super::team::restriction_name;
use crate::api::settings::save_team;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;
use model::{ArchivePreference, Member, Restriction, Team, TeamDraft};

/// Creates (`team` is none) or changes a team.
#[component]
pub(super) fn TeamForm(team: Option<Team>, people: Vec<Member>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let is_new = team.is_none();
    let id = team.as_ref().map(|t| t.id);
    let was_default = team.as_ref().is_some_and(|t| t.is_default);
    let name = RwSignal::new(team.as_ref().map(|t| t.name.clone()).unwrap_or_default());
    let is_default = RwSignal::new(was_default);
    let restriction = RwSignal::new(team.as_ref().map_or(Restriction::None, |t| t.restriction).word().to_owned());
    let archive = RwSignal::new(team.as_ref().and_then(|t| t.archive_preference).map_or("", ArchivePreference::word).to_owned());
    let closing = RwSignal::new(team.map(|t| t.closing_message).unwrap_or_default());
    let form = Form::new(move || TeamDraft {
        id,
        name: name.get(),
        is_default: is_default.get(),
        restriction: restriction.get().parse().unwrap_or(Restriction::None),
        closing_message: closing.get(),
        archive_preference: archive.get().parse().ok(),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let go = go.clone();
        form.save(TeamDraft::check, save_team, move |saved: Team| {
            changed.run(());
            if is_new {
                toasts.say(tu_string!(i18n, settings.teams.added).to_string());
                go(format!("/settings/teams/{}", saved.id));
            }
        });
    };
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
            {(!is_new).then(|| view! { <People people/> })}
            <FormFoot form fresh=is_new/>
        </form>
    }
}

#[component]
fn People(people: Vec<Member>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="team-people">
            <h3 class="field-label">{t!(i18n, settings.teams.people)}</h3>
            {if people.is_empty() {
                view! { <p class="field-hint">{t!(i18n, settings.teams.nobody)}</p> }.into_any()
            } else {
                view! {
                    <ul>
                        {people.into_iter().map(|m| view! {
                            <li>
                                <A href=format!("/settings/members/{}", m.user_id) attr:class="person">
                                    <Avatar name=m.name.clone() id=m.user_id.0 photo=photo_of(m.user_id, &m.photo) size=AvatarSize::Small/>
                                    <bdi>{m.name.clone()}</bdi>
                                </A>
                            </li>
                        }).collect_view()}
                    </ul>
                }.into_any()
            }}
        </section>
    }
}
