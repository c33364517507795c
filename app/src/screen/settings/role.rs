//! Roles (RO-1): the four that every account has, and the account's own.

use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member::follow;
use super::role_form::RoleForm;
use super::role_words::{role_name, role_text, sight_name};
use crate::api::Answer;
use crate::api::role::roles;
use crate::api::settings::members;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{CustomRole, Member, Role};

/// The account's own roles, and who has which.
pub(super) type Known = (Vec<CustomRole>, Vec<Member>);

async fn known() -> Answer<Known> {
    Ok((roles().await?, members().await?))
}

/// All roles, and the form of the one that is open.
#[component]
pub fn RolesScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let all = Fetched::new(known);
    follow(all);
    let list = when_here(all, move |rows| view! { <RoleList rows/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenRole open rows changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, roles.title).to_string()/>
        <Split title=move || t_string!(i18n, roles.title).to_string() lead=move || t_string!(i18n, roles.lead).to_string()
            new=("/settings/roles/new", Signal::derive(move || t_string!(i18n, roles.new).to_string())) home="/settings/roles" open list form/>
    }
}

fn names(members: &[Member], has: impl Fn(&Member) -> bool) -> String {
    members.iter().filter(|m| m.active && has(m)).map(|m| m.name.clone()).collect::<Vec<_>>().join(", ")
}

#[component]
fn RoleList(rows: Signal<Known>) -> impl IntoView {
    let i18n = use_i18n();
    let own = move || {
        let (roles, members) = rows.get();
        let with_people = |role: CustomRole| {
            let people = names(&members, |m| m.role_id == Some(role.id));
            (role, people)
        };
        roles.into_iter().map(with_people).collect::<Vec<_>>()
    };
    view! {
        <h3 class="split-title">{t!(i18n, roles.built_in)}</h3>
        <ul class="entries">
            {Role::BUILT_IN.into_iter().map(|role| {
                let people = move || rows.with(|(_, members)| names(members, |m| m.role == role));
                view! {
                    <li class="entry fixed">
                        <span class="entry-texts">
                            <span class="entry-title">{move || role_name(i18n, role)}</span>
                            <span class="entry-text">{move || role_text(i18n, role)}</span>
                            <span class="entry-text"><bdi>{people}</bdi></span>
                        </span>
                    </li>
                }
            }).collect_view()}
        </ul>
        <h3 class="split-title">{t!(i18n, roles.own)}</h3>
        <Show when=move || rows.with(|(roles, _)| roles.is_empty())><p class="split-none">{t!(i18n, roles.own_none)}</p></Show>
        <ul class="entries">
            <For each=own key=|(r, people)| (r.id, r.version, people.clone()) let((role, people))>
                <li>
                    <A href=format!("/settings/roles/{}", role.id) attr:class="entry" scroll=false>
                        <span class="entry-texts">
                            <span class="entry-title"><bdi>{role.name.clone()}</bdi></span>
                            <span class="entry-text">
                                {move || sight_name(i18n, role.rights.sight)}
                                {(!people.is_empty()).then(|| view! { " · "<bdi>{people}</bdi> })}
                            </span>
                        </span>
                    </A>
                </li>
            </For>
        </ul>
    }
}

#[component]
fn OpenRole(open: Memo<Open>, rows: Signal<Known>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|(roles, _)| roles.iter().any(|r| r.id.0 == id)));
    // The form is made anew from what is stored.
    let anew = RwSignal::new(0_u32);
    move || {
        anew.track();
        let role = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="lock" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="lock" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => rows.with_untracked(|(roles, _)| roles.iter().find(|r| r.id.0 == id).cloned()),
        };
        view! { <RoleForm role rows anew changed/> }.into_any()
    }
}
