//! One person: name, sign-in, role, teams.

use super::invitations::ResetFactor;
use super::leaving::EndPerson;
use super::list::use_go;
use super::member::People;
use super::role_form::{key, read};
use super::role_words::{role_name, role_text, sight_text};
use crate::api::settings::save_member;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{CustomRole, Fault, Handover, Member, MemberDraft, Rights, Role, RoleOf, TagId, Team, TeamLink, UserId};
use std::collections::BTreeSet;

/// Creates (`member` is none) or changes a person.
#[component]
pub(super) fn MemberForm(
    member: Option<Member>,
    teams: Vec<Team>,
    rows: Signal<People>,
    /// Roles of the account's own.
    own: Signal<Vec<CustomRole>>,
    /// Tags that they serve; none where nothing is handed out.
    skills: Option<Vec<TagId>>,
    /// The only admin, if there is only one: the account must not lose them.
    last_admin: Signal<Option<UserId>>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let is_new = member.is_none();
    let id = member.as_ref().map(|m| m.user_id);
    let was_active = member.as_ref().is_none_or(|m| m.active);
    let text = |read: fn(&Member) -> &String| RwSignal::new(member.as_ref().map(|m| read(m).clone()).unwrap_or_default());
    let (name, nickname, email) = (text(|m| &m.name), text(|m| &m.nickname), text(|m| &m.email));
    let password = RwSignal::new(String::new());
    let had = member.as_ref().map_or(RoleOf { role: Role::Agent, role_id: None }, |m| RoleOf { role: m.role, role_id: m.role_id });
    let role = RwSignal::new(key(had));
    let active = RwSignal::new(was_active);
    // Who does not see all gives places in the teams that they lead.
    let seen = untrack(|| use_store().workspace.with(|w| w.as_ref().map(|w| w.seen.clone())));
    let links: Vec<(Team, RwSignal<bool>, RwSignal<bool>)> = teams
        .into_iter()
        .filter(|team| seen.as_ref().is_none_or(|s| s.all || s.supervised.contains(&team.id)))
        .map(|team| {
            let link = member.as_ref().and_then(|m| m.teams.iter().find(|l| l.team_id == team.id));
            // A new agent serves in the default team, so that they get work at once.
            let agent = link.map_or(is_new && team.is_default, |l| l.is_agent);
            (team, RwSignal::new(agent), RwSignal::new(link.is_some_and(|l| l.is_supervisor)))
        })
        .collect();
    let marks: Vec<_> = links.iter().map(|(team, agent, supervisor)| (team.id, *agent, *supervisor)).collect();
    let serves = skills.is_some();
    let chosen = RwSignal::new(skills.into_iter().flatten().collect::<BTreeSet<TagId>>());
    let form = Form::new(move || MemberDraft {
        user_id: id,
        name: name.get(),
        nickname: nickname.get(),
        email: email.get(),
        password: password.get(),
        role: role.with(|r| read(r)).map(|r| r.role),
        role_id: role.with(|r| read(r)).and_then(|r| r.role_id),
        teams: marks
            .iter()
            .map(|(team_id, agent, supervisor)| TeamLink { team_id: *team_id, is_agent: agent.get(), is_supervisor: supervisor.get() })
            .filter(|l| l.is_agent || l.is_supervisor)
            .collect(),
        active: active.get(),
        skills: serves.then(|| chosen.get().into_iter().collect()),
        handover: None,
    });
    let save = move || {
        let go = go.clone();
        form.save(MemberDraft::check, save_member, move |saved: Member| {
            password.set(String::new());
            form.keep();
            changed.run(());
            if is_new {
                toasts.say(tu_string!(i18n, settings.members.added, name = saved.name.clone()).to_string());
                go(format!("/settings/members/{}", saved.user_id));
            }
        });
    };
    let submit = {
        let save = save.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            save();
        }
    };
    // What they serve is asked for when the server says that there is something.
    let (asking, ending, left) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<i64>));
    let end = Callback::new(move |handover: Option<Handover>| {
        let draft = MemberDraft { active: false, handover, ..form.now() };
        form.faults().clear();
        if let Err(wrong) = draft.check() {
            asking.set(false);
            return form.faults().take(&wrong);
        }
        ending.set(true);
        spawn_local(async move {
            let ended = save_member(draft).await;
            if ending.try_set(false).is_some() {
                return;
            }
            match ended {
                Ok(_) => {
                    asking.set(false);
                    active.set(false);
                    password.set(String::new());
                    form.keep();
                    toasts.say(tu_string!(i18n, settings.members.ended).to_string());
                    changed.run(());
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
    let restore = move |()| {
        active.set(true);
        save();
    };
    let session = use_session();
    // Nobody gives more than they have.
    let roles = Signal::derive(move || {
        let mine = session.me().map(|me| me.rights).unwrap_or_default();
        let built_in = Role::BUILT_IN.into_iter().filter(|r| *r == had.role || mine.covers(&Rights::of(*r)));
        let built_in = built_in.map(|role| Choice::new(role.word(), role_name(i18n, role)));
        let custom = own.with(|own| {
            let given = own.iter().filter(|r| had.role_id == Some(r.id) || mine.covers(&r.rights));
            given.map(|r| Choice::new(key(RoleOf { role: Role::Custom, role_id: Some(r.id) }), r.name.clone())).collect::<Vec<_>>()
        });
        built_in.chain(custom).collect::<Vec<_>>()
    });
    let explain = move |word: String| match read(&word) {
        Some(RoleOf { role_id: Some(id), .. }) => own
            .with_untracked(|own| own.iter().find(|r| r.id == id).map(|r| r.rights.sight))
            .map(|s| sight_text(i18n, s))
            .unwrap_or_default(),
        Some(RoleOf { role, .. }) => role_text(i18n, role),
        None => String::new(),
    };
    let why_not =
        Signal::derive(move || (id.is_some() && last_admin.get() == id).then(|| t_string!(i18n, settings.members.last_admin).to_string()));
    let password_hint = move || {
        if is_new { t_string!(i18n, settings.members.password_new) } else { t_string!(i18n, settings.members.password_keep) }.to_string()
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match name.get() { n if n.trim().is_empty() => t_string!(i18n, settings.members.new).to_string(), n => n }}</h2>
            <div class="form-pair">
                <TextField name="name" max=120 value=name autofocus=is_new label=move || t_string!(i18n, settings.members.name).to_string()/>
                <TextField name="nickname" max=120 value=nickname optional=true label=move || t_string!(i18n, settings.members.nickname).to_string()
                    hint=move || t_string!(i18n, settings.members.nickname_hint).to_string()/>
            </div>
            <TextField name="email" kind="email" max=254 value=email label=move || t_string!(i18n, settings.members.email).to_string()
                hint=move || if is_new { t_string!(i18n, settings.members.email_hint).to_string() } else { String::new() }/>
            <PasswordField name="password" autocomplete="new-password" value=password optional=!is_new strength=is_new
                label=move || t_string!(i18n, settings.members.password).to_string() hint=password_hint/>
            <Radios name="role" value=role choices=roles explain=Callback::new(explain) label=move || t_string!(i18n, settings.members.role).to_string()/>
            <TeamTable links/>
            {serves.then(|| view! { <Skills chosen/> })}
            <FormFoot form fresh=is_new>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    {move || if active.get() {
                        view! { <Button kind=Kind::Ghost icon="block" why=why_not press=move |()| asking.set(true)>{t!(i18n, settings.members.end)}</Button> }.into_any()
                    } else {
                        view! { <Button icon="undo" press=restore.clone()>{t!(i18n, settings.members.restore)}</Button> }.into_any()
                    }}
                })}
            </FormFoot>
        </form>
        {id.filter(|_| was_active).map(|id| view! { <ResetFactor id/> })}
        {id.map(|id| view! { <EndPerson open=asking id name rows left busy=ending press=end/> })}
    }
}

/// Tags whose contacts go to them first (NX-19).
#[component]
fn Skills(chosen: RwSignal<BTreeSet<TagId>>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let tags = Memo::new(move |_| store.workspace.with(|w| w.as_ref().map(|w| w.tags.clone()).unwrap_or_default()));
    view! {
        <fieldset class="team-marks">
            <legend class="field-label">{t!(i18n, distribution.skills)}</legend>
            <p class="field-hint">{t!(i18n, distribution.skills_hint)}</p>
            <Show when=move || tags.read().is_empty()><p>{t!(i18n, distribution.skills_none)}</p></Show>
            <div class="marks">
                <For each=move || tags.get() key=|tag| (tag.id, tag.name.clone()) let:tag>
                    <label class="check">
                        <input type="checkbox" prop:checked=move || chosen.read().contains(&tag.id)
                            on:change=move |event| chosen.update(|all| { if event_target_checked(&event) { all.insert(tag.id); } else { all.remove(&tag.id); } })/>
                        <span class="check-text" dir="auto">{tag.name.clone()}</span>
                    </label>
                </For>
            </div>
        </fieldset>
    }
}

/// Teams with two marks each: serves, supervises.
#[component]
fn TeamTable(links: Vec<(Team, RwSignal<bool>, RwSignal<bool>)>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <fieldset class="team-marks">
            <legend class="field-label">{t!(i18n, settings.members.teams)}</legend>
            <p class="field-hint">{t!(i18n, settings.members.teams_hint)}" "{t!(i18n, settings.members.supervisor_text)}</p>
            <table>
                <thead>
                    <tr>
                        <th scope="col"><span class="visually-hidden">{t!(i18n, settings.teams.name)}</span></th>
                        <th scope="col">{t!(i18n, settings.members.is_agent)}</th>
                        <th scope="col">{t!(i18n, settings.members.is_supervisor)}</th>
                    </tr>
                </thead>
                <tbody>
                    {links.into_iter().map(|(team, agent, supervisor)| {
                        let (for_agent, for_supervisor) = (team.name.clone(), team.name.clone());
                        view! {
                            <tr>
                                <th scope="row"><bdi>{team.name}</bdi></th>
                                <td><Mark checked=agent label=move || t_string!(i18n, settings.members.team_agent, team = for_agent.clone()).to_string()/></td>
                                <td><Mark checked=supervisor label=move || t_string!(i18n, settings.members.team_supervisor, team = for_supervisor.clone()).to_string()/></td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </fieldset>
    }
}

#[component]
fn Mark(checked: RwSignal<bool>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    view! {
        <label class="mark">
            <input type="checkbox" aria-label=move || label.get() prop:checked=move || checked.get() checked=checked.get_untracked()
                on:change=move |event| checked.set(event_target_checked(&event))/>
        </label>
    }
}
