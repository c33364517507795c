//! People of the account.

use super::leaving::OnTheWay;
use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member_form::MemberForm;
use super::role_words::role_of;
use crate::api::Answer;
use crate::api::distribution::hand_out_rules;
use crate::api::role::roles;
use crate::api::settings::{members, teams};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::{Session, use_session};
use crate::status;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{CustomRole, DistributionSetup, Member, Role, Team, UserId};

/// Members, teams, and how they hand out what waits, where that is switched on.
pub(super) type People = (Vec<Member>, Vec<Team>, Option<DistributionSetup>);

/// Asks for them.
pub(super) async fn people(hands_out: bool) -> Answer<People> {
    // Switched off meanwhile it is refused; the rest is there all the same.
    let setup = if hands_out { hand_out_rules().await.ok() } else { None };
    Ok((members().await?, teams().await?, setup))
}

/// Whether it is switched on that work is handed out. Untracked.
pub(super) fn hands_out(session: Session) -> bool {
    untrack(|| session.with(|me| me.account.features.distribution))
}

/// Everybody, and the form of the one that is open.
#[component]
pub fn MembersScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let session = use_session();
    let all = Fetched::new(move || people(hands_out(session)));
    follow(all);
    let own = Fetched::new(roles);
    follow(own);
    let own: Signal<Vec<CustomRole>> = Memo::new(move |before: Option<&Vec<CustomRole>>| match own.get() {
        Some(Ok(own)) => own,
        _ => before.cloned().unwrap_or_default(),
    })
    .into();
    let text = RwSignal::new(String::new());
    let list = when_here(all, move |rows| view! { <MemberList rows own text/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenMember open rows own changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, settings.members.title).to_string()/>
        <Split title=move || t_string!(i18n, settings.members.title).to_string() lead=move || t_string!(i18n, settings.members.lead).to_string()
            new=("/settings/members/new", Signal::derive(move || t_string!(i18n, settings.members.new).to_string()))
            home="/settings/members" open list form/>
    }
}

/// Fetches again when somebody else changed the set-up.
pub(super) fn follow<T: Clone + Send + Sync + 'static>(fetched: Fetched<T>) {
    let store = use_store();
    Effect::new(move |before: Option<bool>| {
        let here = store.workspace.with(Option::is_some);
        // The first workspace is no change.
        if before == Some(true) && here {
            fetched.refetch();
        }
        here
    });
}

#[component]
fn MemberList(rows: Signal<People>, own: Signal<Vec<CustomRole>>, text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let (session, store, times) = (use_session(), use_store(), use_times());
    let now = move |id: UserId| status::say(i18n, times, &store.status(id));
    let found = Memo::new(move |_| {
        let wanted = text.get().to_lowercase();
        let is_found = |m: &&Member| m.name.to_lowercase().contains(&wanted) || m.email.to_lowercase().contains(&wanted);
        let mut found: Vec<Member> = rows.with(|(all, ..)| all.iter().filter(is_found).cloned().collect());
        found.sort_by_key(|m| (!m.active, m.name.to_lowercase()));
        found
    });
    let me = untrack(|| session.with(|me| Some(me.user_id)));
    view! {
        <div class="split-find">
            <TextField name="find" kind="search" quiet=true value=text label=move || t_string!(i18n, settings.members.find).to_string()
                placeholder=move || t_string!(i18n, settings.members.find).to_string()/>
        </div>
        <OnTheWay/>
        <ul class="entries">
            <For each=move || found.get() key=|m| (m.user_id, m.name.clone(), m.photo.clone(), m.role, m.role_id, m.active) let:member>
                <li>
                    <A href=format!("/settings/members/{}", member.user_id) attr:class="entry" class:past=!member.active scroll=false
                        attr:aria-description=move || now(member.user_id)>
                        <Avatar name=member.name.clone() id=member.user_id.0 photo=photo_of(member.user_id, &member.photo)
                            status=status::dot(store, member.user_id)/>
                        <span class="entry-texts">
                            <span class="entry-title">
                                <bdi>{member.name.clone()}</bdi>
                                {(Some(member.user_id) == me).then(|| view! { <span class="entry-note">{t!(i18n, settings.members.you)}</span> })}
                            </span>
                            <span class="entry-text"><bdi>{member.email.clone()}</bdi></span>
                        </span>
                        {(!member.active).then(|| view! { <Chip>{t!(i18n, settings.members.past)}</Chip> })}
                        {(member.active && member.role != Role::Agent).then(|| {
                            let (role, role_id) = (member.role, member.role_id);
                            let tone = if role == Role::Admin { Tone::Accent } else { Tone::default() };
                            view! { <Chip tone><bdi>{move || role_of(i18n, role, role_id, &own.read())}</bdi></Chip> }
                        })}
                    </A>
                </li>
            </For>
        </ul>
        {move || found.with(Vec::is_empty).then(|| {
            let text = text.get();
            view! { <p class="split-none" role="status">{t_string!(i18n, settings.members.nobody, text = text).to_string()}</p> }
        })}
    }
}

#[component]
fn OpenMember(open: Memo<Open>, rows: Signal<People>, own: Signal<Vec<CustomRole>>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|(members, ..)| members.iter().any(|m| m.user_id.0 == id)));
    let last_admin = Signal::derive(move || {
        rows.with(|(members, ..)| {
            let mut admins = members.iter().filter(|m| m.active && m.role == Role::Admin);
            admins.next().filter(|_| admins.next().is_none()).map(|m| m.user_id)
        })
    });
    move || {
        let (members, teams, setup) = rows.get_untracked();
        let member = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="users" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="users" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => members.into_iter().find(|m| m.user_id.0 == id),
        };
        let skills = setup.map(|setup| {
            let of = member.as_ref().and_then(|m| setup.skills.into_iter().find(|s| s.user_id == m.user_id));
            of.map(|s| s.tag_ids).unwrap_or_default()
        });
        view! { <MemberForm member teams rows own skills last_admin changed/> }.into_any()
    }
}
