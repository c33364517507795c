//! Teams of the account.

use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member::{People, follow};
use super::team_form::TeamForm;
use crate::api::settings::{members, teams};
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Member, Restriction, Team};

/// All teams, and the form of the one that is open.
#[component]
pub fn TeamsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let all = Fetched::new(|| async { Ok((members().await?, teams().await?)) });
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
        let (members, mut teams) = rows.get();
        teams.sort_by_key(|t| (!t.is_default, t.name.to_lowercase()));
        let with_people = |team: Team| {
            let people = members.iter().filter(|m| is_in(m, &team)).map(|m| m.name.clone()).collect::<Vec<_>>().join(", ");
            (team, people)
        };
        teams.into_iter().map(with_people).collect::<Vec<_>>()
    };
    view! {
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

fn is_in(member: &Member, team: &Team) -> bool {
    member.active && member.teams.iter().any(|l| l.team_id == team.id)
}

#[component]
fn OpenTeam(open: Memo<Open>, rows: Signal<People>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|(_, teams)| teams.iter().any(|t| t.id.0 == id)));
    move || {
        let (members, teams) = rows.get_untracked();
        let team = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="team" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="team" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => teams.into_iter().find(|t| t.id.0 == id),
        };
        let people: Vec<Member> = members.into_iter().filter(|m| team.as_ref().is_some_and(|t| is_in(m, t))).collect();
        view! { <TeamForm team people changed/> }.into_any()
    }
}
