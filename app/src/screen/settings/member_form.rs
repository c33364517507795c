//! One person: name, sign-in, role, teams.

use super::list::use_go;
use crate::api::settings::save_member;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Member, MemberDraft, Role, Team, TeamLink, UserId};

/// Creates (`member` is none) or changes a person.
#[component]
pub(super) fn MemberForm(
    member: Option<Member>,
    teams: Vec<Team>,
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
    let role = RwSignal::new(member.as_ref().map_or(Role::Agent, |m| m.role).word().to_owned());
    let active = RwSignal::new(was_active);
    let links: Vec<(Team, RwSignal<bool>, RwSignal<bool>)> = teams
        .into_iter()
        .map(|team| {
            let link = member.as_ref().and_then(|m| m.teams.iter().find(|l| l.team_id == team.id));
            // A new agent serves in the default team, so that they get work at once.
            let agent = link.map_or(is_new && team.is_default, |l| l.is_agent);
            (team, RwSignal::new(agent), RwSignal::new(link.is_some_and(|l| l.is_supervisor)))
        })
        .collect();
    let marks: Vec<_> = links.iter().map(|(team, agent, supervisor)| (team.id, *agent, *supervisor)).collect();
    let form = Form::new(move || MemberDraft {
        user_id: id,
        name: name.get(),
        nickname: nickname.get(),
        email: email.get(),
        password: password.get(),
        role: role.get().parse().ok(),
        teams: marks
            .iter()
            .map(|(team_id, agent, supervisor)| TeamLink { team_id: *team_id, is_agent: agent.get(), is_supervisor: supervisor.get() })
            .filter(|l| l.is_agent || l.is_supervisor)
            .collect(),
        active: active.get(),
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
            } else if was_active && !saved.active {
                toasts.say(tu_string!(i18n, settings.members.ended).to_string());
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
    let asking = RwSignal::new(false);
    let decided = {
        let save = save.clone();
        move |()| {
            asking.set(false);
            active.set(false);
            save();
        }
    };
    let restore = move |()| {
        active.set(true);
        save();
    };
    let roles = Signal::derive(move || {
        vec![
            Choice::new(Role::Agent.word(), t_string!(i18n, settings.members.agent)),
            Choice::new(Role::Admin.word(), t_string!(i18n, settings.members.admin)),
        ]
    });
    let explain = move |word: String| {
        if word == Role::Admin.word() {
            t_string!(i18n, settings.members.admin_text).to_string()
        } else {
            t_string!(i18n, settings.members.agent_text).to_string()
        }
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
        <Confirm open=asking danger=true press=decided
            title=move || t_string!(i18n, settings.members.end_title, name = name.get()).to_string()
            text=move || t_string!(i18n, settings.members.end_text).to_string()
            label=move || t_string!(i18n, settings.members.end).to_string()/>
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
