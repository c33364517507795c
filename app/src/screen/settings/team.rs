//! Teams of the account.

use super::leaving::OnTheWay;
use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member::{People, follow, hands_out, people};
use super::team_form::TeamForm;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Member, Restriction, Team, TeamId};

/// All teams, and the form of the one that is open.
#[component]
pub fn TeamsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let session = use_session();
    let all = Fetched::new(move || people(hands_out(session)));
    follow(all);
    let list = when_here(all, move |rows| view! { <TeamList rows/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenTeam open rows changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, settings.teams.title).to_string()/>
        <Split title=move || t_string!(i18n, settings.teams.title).to_string() lead=move || t_string!(i18n, settings.teams.lead).to_string()
            new=("/settings/teams/new", Signal::derive(move || t_string!(i18n, settings.teams.new).to_string()))
            home="/settings/teams" open list form/>
    }
}

/// The short name of a restriction.
pub(super) fn restriction_name(i18n: leptos_i18n::I18nContext<Locale>, restriction: Restriction) -> String {
    match restriction {
        Restriction::None => t_string!(i18n, settings.teams.none),
        Restriction::Team => t_string!(i18n, settings.teams.team),
        Restriction::User => t_string!(i18n, settings.teams.user),
    }
    .to_string()
}

#[component]
fn TeamList(rows: Signal<People>) -> impl IntoView {
    let i18n = use_i18n();
    let teams = move || {
        let (members, mut teams, _) = rows.get();
        teams.sort_by_key(|t| (!t.is_default, t.name.to_lowercase()));
        let with_people = |team: Team| {
            let names = members.iter().filter(|m| is_in(m, team.id)).map(|m| m.name.clone()).collect::<Vec<_>>().join(", ");
            (team, names)
        };
        teams.into_iter().map(with_people).collect::<Vec<_>>()
    };
    view! {
        <OnTheWay/>
        <ul class="entries">
            <For each=teams key=|(t, people)| (t.id, t.name.clone(), t.restriction, t.is_default, people.clone()) let((team, people))>
                <li>
                    <A href=format!("/settings/teams/{}", team.id) attr:class="entry" scroll=false>
                        <span class="entry-texts">
                            <span class="entry-title"><bdi>{team.name.clone()}</bdi></span>
                            <span class="entry-text">
                                {move || restriction_name(i18n, team.restriction)}
                                {(!people.is_empty()).then(|| view! { " · "<bdi>{people}</bdi> })}
                            </span>
                        </span>
                        {team.is_default.then(|| view! { <Chip tone=Tone::Accent>{t!(i18n, settings.teams.default)}</Chip> })}
                    </A>
                </li>
            </For>
        </ul>
    }
}

/// Whether somebody is in a team now.
pub(super) fn is_in(member: &Member, team: TeamId) -> bool {
    member.active && member.teams.iter().any(|l| l.team_id == team)
}

#[component]
fn OpenTeam(open: Memo<Open>, rows: Signal<People>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|(_, teams, _)| teams.iter().any(|t| t.id.0 == id)));
    // The form is made anew from what is stored.
    let anew = RwSignal::new(0_u32);
    move || {
        anew.track();
        let (_, teams, setup) = rows.get_untracked();
        let team = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="team" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="team" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => teams.into_iter().find(|t| t.id.0 == id),
        };
        let rule = setup.map(|setup| {
            let of = team.as_ref().and_then(|t| setup.teams.into_iter().find(|d| d.team_id == t.id));
            of.map(|d| d.rule).unwrap_or_default()
        });
        view! { <TeamForm team rule rows changed anew/> }.into_any()
    }
}
