//! People of the account.

use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member_form::MemberForm;
use crate::api::settings::{members, teams};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Member, Role, Team};

/// Members and teams.
pub(super) type People = (Vec<Member>, Vec<Team>);

/// Everybody, and the form of the one that is open.
#[component]
pub fn MembersScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let all = Fetched::new(|| async { Ok((members().await?, teams().await?)) });
    follow(all);
    let text = RwSignal::new(String::new());
    let list = when_here(all, move |rows| view! { <MemberList rows text/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenMember open rows changed=move |()| all.refetch()/> }.into_any());
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
fn MemberList(rows: Signal<People>, text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let found = Memo::new(move |_| {
        let wanted = text.get().to_lowercase();
        let is_found = |m: &&Member| m.name.to_lowercase().contains(&wanted) || m.email.to_lowercase().contains(&wanted);
        let mut found: Vec<Member> = rows.with(|(all, _)| all.iter().filter(is_found).cloned().collect());
        found.sort_by_key(|m| (!m.active, m.name.to_lowercase()));
        found
    });
    let me = untrack(|| session.with(|me| Some(me.user_id)));
    view! {
        <div class="split-find">
            <TextField name="find" kind="search" quiet=true value=text label=move || t_string!(i18n, settings.members.find).to_string()
                placeholder=move || t_string!(i18n, settings.members.find).to_string()/>
        </div>
        <ul class="entries">
            <For each=move || found.get() key=|m| (m.user_id, m.name.clone(), m.photo.clone(), m.role, m.active) let:member>
                <li>
                    <A href=format!("/settings/members/{}", member.user_id) attr:class="entry" class:past=!member.active scroll=false>
                        <Avatar name=member.name.clone() id=member.user_id.0 photo=photo_of(member.user_id, &member.photo)/>
                        <span class="entry-texts">
                            <span class="entry-title">
                                <bdi>{member.name.clone()}</bdi>
                                {(Some(member.user_id) == me).then(|| view! { <span class="entry-note">{t!(i18n, settings.members.you)}</span> })}
                            </span>
                            <span class="entry-text"><bdi>{member.email.clone()}</bdi></span>
                        </span>
                        {(!member.active).then(|| view! { <Chip>{t!(i18n, settings.members.past)}</Chip> })}
                        {(member.active && member.role == Role::Admin).then(|| view! { <Chip tone=Tone::Accent>{t!(i18n, settings.members.admin)}</Chip> })}
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
fn OpenMember(open: Memo<Open>, rows: Signal<People>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|(members, _)| members.iter().any(|m| m.user_id.0 == id)));
    let last_admin = Signal::derive(move || {
        rows.with(|(members, _)| {
            let mut admins = members.iter().filter(|m| m.active && m.role == Role::Admin);
            admins.next().filter(|_| admins.next().is_none()).map(|m| m.user_id)
        })
    });
    move || {
        let (members, teams) = rows.get_untracked();
        let member = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="users" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="users" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => members.into_iter().find(|m| m.user_id.0 == id),
        };
        view! { <MemberForm member teams last_admin changed/> }.into_any()
    }
}
