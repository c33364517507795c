//! One role of the account's own: name, sight, permissions, and who has it.

use super::conflict::Conflict;
use super::list::use_go;
use super::role::Known;
use super::role_words::{GIVEN, permission_words, role_name, sight_name, sight_text};
use crate::api::role::{delete_role, save_role};
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{CustomRole, Fault, Member, Permission, Rights, Role, RoleDraft, RoleId, RoleOf, Sight};

/// The word of a role in a choice: that of a built-in one, or `c` and the id.
pub(super) fn key(of: RoleOf) -> String {
    match of.role_id.filter(|_| of.role == Role::Custom) {
        Some(id) => format!("c{id}"),
        None => of.role.word().to_owned(),
    }
}

/// The way back.
pub(super) fn read(key: &str) -> Option<RoleOf> {
    match key.strip_prefix('c') {
        Some(id) => Some(RoleOf { role: Role::Custom, role_id: id.parse::<i64>().ok().map(RoleId) }),
        None => key.parse().ok().map(|role| RoleOf { role, role_id: None }),
    }
}

/// Creates (`role` is none) or changes a role.
#[component]
pub(super) fn RoleForm(role: Option<CustomRole>, rows: Signal<Known>, anew: RwSignal<u32>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (toasts, session) = (use_toasts(), use_session());
    let go = use_go();
    let is_new = role.is_none();
    let id = role.as_ref().map(|r| r.id);
    let version = RwSignal::new(role.as_ref().map_or(0, |r| r.version));
    let name = RwSignal::new(role.as_ref().map(|r| r.name.clone()).unwrap_or_default());
    let rights = role.map_or_else(|| Rights::of(Role::Agent), |r| r.rights);
    let sight = RwSignal::new(rights.sight.word().to_owned());
    let marks: Vec<(Permission, RwSignal<bool>)> = GIVEN.iter().map(|p| (*p, RwSignal::new(rights.may(*p)))).collect();
    let given = marks.clone();
    let form = Form::new(move || RoleDraft {
        id,
        name: name.get(),
        rights: Rights {
            sight: sight.get().parse().unwrap_or(Sight::Own),
            permissions: given.iter().filter(|(_, on)| on.get()).map(|(p, _)| *p).collect(),
        },
        version: version.get(),
    });
    let leave = go.clone();
    let save = Callback::new(move |()| {
        let go = go.clone();
        form.save(RoleDraft::check, save_role, move |saved: CustomRole| {
            version.set(saved.version);
            form.keep();
            changed.run(());
            if is_new {
                toasts.say(tu_string!(i18n, roles.added).to_string());
                go(format!("/settings/roles/{}", saved.id));
            }
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let theirs = Callback::new(move |()| {
        form.keep();
        anew.update(|n| *n += 1);
    });
    let mine = Callback::new(move |()| {
        let stored = rows.with_untracked(|(roles, _)| roles.iter().find(|r| Some(r.id) == id).map(|r| r.version));
        version.set(stored.unwrap_or_default());
        save.run(());
    });
    let holders = Memo::new(move |_| {
        rows.with(|(_, members)| members.iter().filter(|m| m.active && id.is_some() && m.role_id == id).cloned().collect::<Vec<Member>>())
    });
    let (asking, busy, instead) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(String::new()));
    let used = move || holders.with(Vec::len);
    let delete = move |()| {
        let Some(id) = id.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let leave = leave.clone();
        spawn_local(async move {
            let gone = delete_role(id, read(&instead.get_untracked())).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match gone {
                Ok(()) => {
                    asking.set(false);
                    form.keep();
                    toasts.say(tu_string!(i18n, roles.deleted).to_string());
                    changed.run(());
                    leave("/settings/roles".to_owned());
                }
                // Somebody got it meanwhile: the list of who has it says so.
                Err(refused) if matches!(refused.0, Fault::InUse { .. }) => changed.run(()),
                Err(refused) => {
                    asking.set(false);
                    form.faults().take(&refused.0);
                }
            }
        });
    };
    let others = Signal::derive(move || {
        let choose = Choice::new("", t_string!(i18n, roles.leave.choose));
        let built_in = Role::BUILT_IN.into_iter().map(|role| Choice::new(key(RoleOf { role, role_id: None }), role_name(i18n, role)));
        let own = rows.with(|(roles, _)| {
            let others = roles.iter().filter(|r| Some(r.id) != id);
            others.map(|r| Choice::new(key(RoleOf { role: Role::Custom, role_id: Some(r.id) }), r.name.clone())).collect::<Vec<_>>()
        });
        std::iter::once(choose).chain(built_in).chain(own).collect::<Vec<_>>()
    });
    let sights = Signal::derive(move || Sight::ALL.iter().map(|s| Choice::new(s.word(), sight_name(i18n, *s))).collect::<Vec<_>>());
    let explain = move |word: String| word.parse().map(|s| sight_text(i18n, s)).unwrap_or_default();
    let footer = move || {
        let delete = delete.clone();
        let why = Signal::derive(move || {
            (used() > 0 && instead.with(String::is_empty)).then(|| t_string!(i18n, roles.in_use, count = used()).to_string())
        });
        view! {
            <Button press=move |()| asking.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Danger busy why press=delete>{t!(i18n, roles.deletes)}</Button>
        }
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match name.get() { n if n.trim().is_empty() => t_string!(i18n, roles.new).to_string(), n => n }}</h2>
            <TextField name="name" max=120 value=name autofocus=is_new label=move || t_string!(i18n, roles.name).to_string()/>
            <Radios name="sight" value=sight choices=sights explain=Callback::new(explain) label=move || t_string!(i18n, roles.sight).to_string()/>
            <fieldset class="radios">
                <legend class="field-label">{t!(i18n, roles.may)}</legend>
                {marks.into_iter().map(|(permission, on)| {
                    let off = Signal::derive(move || !session.may(permission));
                    let hint = Signal::derive(move || {
                        if off.get() { t_string!(i18n, roles.not_yours).to_string() } else { permission_words(i18n, permission).1 }
                    });
                    view! { <Checkbox name=permission.word() checked=on disabled=off hint label=move || permission_words(i18n, permission).0/> }
                }).collect_view()}
            </fieldset>
            {(!is_new).then(|| view! {
                <section class="team-people">
                    <h3 class="field-label">{t!(i18n, roles.holders)}</h3>
                    <Show when=move || used() == 0><p class="field-hint">{t!(i18n, roles.nobody)}</p></Show>
                    <ul>
                        <For each=move || holders.get() key=|m| (m.user_id, m.name.clone(), m.photo.clone()) let:member>
                            <li>
                                <A href=format!("/settings/members/{}", member.user_id) attr:class="person">
                                    <Avatar name=member.name.clone() id=member.user_id.0 photo=photo_of(member.user_id, &member.photo) size=AvatarSize::Small/>
                                    <bdi>{member.name.clone()}</bdi>
                                </A>
                            </li>
                        </For>
                    </ul>
                </section>
            })}
            <Conflict faults=form.faults() changed theirs mine/>
            <FormFoot form fresh=is_new told=true>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    <Button kind=Kind::Ghost icon="trash" press=move |()| asking.set(true)>{t!(i18n, roles.deletes)}</Button>
                })}
            </FormFoot>
        </form>
        <Dialog open=asking locked=busy footer title=move || { let name = name.get(); t_string!(i18n, roles.delete_title, name = name.as_str()).to_string() }>
            {move || if used() > 0 {
                view! {
                    <p class="confirm-text">{t_string!(i18n, roles.in_use, count = used()).to_string()}</p>
                    <Select name="instead" value=instead choices=others label=move || t_string!(i18n, roles.instead).to_string()/>
                }.into_any()
            } else {
                view! { <p class="confirm-text">{t!(i18n, roles.delete_text)}</p> }.into_any()
            }}
        </Dialog>
    }
}
