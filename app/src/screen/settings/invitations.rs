//! Who was asked to join and has not yet (US-1 to US-3), and how people come in (AC-7).

use super::list::when_here;
use super::role_form::{key, read};
use super::role_words::role_name;
use crate::api::door::{cancel_invitation, door_rules, invitations, invite, resend_invitation, reset_factor, save_door_rules};
use crate::api::inbox::templates;
use crate::api::role::roles;
use crate::api::settings::{channel_forms, teams};
use crate::fault;
use crate::i18n::*;
use crate::language::tongue;
use crate::part::*;
use crate::session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use model::*;

/// The page.
#[component]
pub fn InvitationsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let waiting = Fetched::new(invitations);
    let own = Fetched::new(|| async { Ok((teams().await?, roles().await?)) });
    let rules = Fetched::new(|| async {
        let channels = channel_forms().await?;
        Ok((door_rules().await?, channels.into_iter().map(|c| c.channel).filter(|c| c.kind == ChannelKind::WhatsApp).collect::<Vec<_>>()))
    });
    let link = RwSignal::new(String::new());
    let sent = move |sent: InvitationSent| {
        link.set(sent.link);
        waiting.refetch();
    };
    view! {
        <Title text=move || t_string!(i18n, door.people.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, door.people.title)}</h2>
                <p>{t!(i18n, door.people.lead)}</p>
            </header>
            {when_here(own, move |own: Signal<(Vec<Team>, Vec<CustomRole>)>| {
                let (teams, own) = own.get_untracked();
                view! { <Invite teams own sent/> }.into_any()
            })}
            <Show when=move || !link.read().is_empty()>
                <CopyField name="link" long=true value=link label=move || t_string!(i18n, door.people.link).to_string()
                    hint=move || t_string!(i18n, door.people.link_hint).to_string()/>
            </Show>
            {when_here(waiting, move |rows: Signal<Vec<Invitation>>| view! {
                <ul class="entries">
                    <For each=move || rows.get() key=|i| (i.id, i.sent_at) let:one><Waiting one sent changed=move |()| waiting.refetch()/></For>
                </ul>
                <Show when=move || rows.read().is_empty()><p class="field-hint">{t!(i18n, door.people.nobody)}</p></Show>
            }.into_any())}
            {when_here(rules, move |rules| {
                let (rules, channels) = rules.get_untracked();
                view! { <Rules rules channels/> }.into_any()
            })}
        </section>
    }
}

#[component]
fn Invite(teams: Vec<Team>, own: Vec<CustomRole>, #[prop(into)] sent: Callback<InvitationSent>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let (email, name, role) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(Role::Agent.word().to_owned()));
    let marks: Vec<(TeamId, String, RwSignal<bool>)> = teams.into_iter().map(|t| (t.id, t.name, RwSignal::new(t.is_default))).collect();
    let marked = marks.clone();
    let form = Form::new(move || InvitationDraft {
        email: email.get(),
        name: name.get(),
        role: role.with(|r| read(r)).map(|r| r.role),
        role_id: role.with(|r| read(r)).and_then(|r| r.role_id),
        teams: marked
            .iter()
            .filter(|(_, _, on)| on.get())
            .map(|(team_id, ..)| TeamLink { team_id: *team_id, is_agent: true, is_supervisor: false })
            .collect(),
        language: Some(tongue(i18n)),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(InvitationDraft::check, invite, move |made: InvitationSent| {
            toasts.say(tu_string!(i18n, door.people.invited, email = made.invitation.email.clone()).to_string());
            email.set(String::new());
            name.set(String::new());
            form.keep();
            sent.run(made);
        });
    };
    let mine = StoredValue::new(untrack(|| session::use_session().with(|me| me.rights.clone())));
    let own = StoredValue::new(own);
    let roles = Signal::derive(move || {
        let (mine, own) = (mine.read_value(), own.read_value());
        // What one may give oneself.
        let built_in = [Role::Agent, Role::Restricted, Role::Manager, Role::Admin].into_iter().filter(|r| mine.covers(&Rights::of(*r)));
        let built_in = built_in.map(|role| Choice::new(role.word(), role_name(i18n, role)));
        let custom = own.iter().filter(|r| mine.covers(&r.rights));
        let custom = custom.map(|r| Choice::new(key(RoleOf { role: Role::Custom, role_id: Some(r.id) }), r.name.clone()));
        built_in.chain(custom).collect::<Vec<_>>()
    });
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, door.people.invite)}</h3>
            <div class="form-pair">
                <TextField name="email" kind="email" max=254 value=email label=move || t_string!(i18n, settings.members.email).to_string()/>
                <TextField name="name" max=120 optional=true value=name label=move || t_string!(i18n, settings.members.name).to_string()/>
            </div>
            <Select name="role" value=role choices=roles label=move || t_string!(i18n, settings.members.role).to_string()/>
            <fieldset class="marks">
                <legend class="field-label">{t!(i18n, settings.members.teams)}</legend>
                {marks.into_iter().map(|(_, name, on)| view! {
                    <label class="check">
                        <input type="checkbox" prop:checked=on on:change=move |event| on.set(event_target_checked(&event))/>
                        <span class="check-text" dir="auto">{name}</span>
                    </label>
                }).collect_view()}
            </fieldset>
            <FormFoot form label=move || t_string!(i18n, door.people.send).to_string()/>
        </form>
    }
}

#[component]
fn Waiting(one: Invitation, #[prop(into)] sent: Callback<InvitationSent>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let (id, email) = (one.id, one.email.clone());
    let refused = move |fault: Fault| {
        let _ = busy.try_set(false);
        if !session::ended_by(&fault) {
            toasts.fail(untrack(|| fault::say(i18n, &fault)));
        }
    };
    let again = move |()| {
        busy.set(true);
        spawn_local(async move {
            match resend_invitation(id).await {
                Ok(made) => {
                    toasts.say(tu_string!(i18n, door.people.invited, email = made.invitation.email.clone()).to_string());
                    sent.run(made);
                }
                Err(e) => refused(e.0),
            }
        });
    };
    let cancel = move |()| {
        busy.set(true);
        spawn_local(async move {
            match cancel_invitation(id).await {
                Ok(()) => changed.run(()),
                Err(e) => refused(e.0),
            }
        });
    };
    let [again_of, cancel_of] = std::array::from_fn(|_| email.clone());
    view! {
        <li class="entry">
            <span class="entry-texts">
                <span class="entry-title"><bdi>{email}</bdi>" "<Chip>{t!(i18n, door.people.state)}</Chip></span>
                <span class="entry-text">{t!(i18n, door.people.until)}" "<Time at=one.expires_at style=TimeStyle::Day/></span>
            </span>
            <Button small=true busy press=again label=move || t_string!(i18n, door.people.again_of, email = again_of.clone()).to_string()>
                {t!(i18n, door.people.again)}
            </Button>
            <Button small=true busy press=cancel label=move || t_string!(i18n, door.people.cancel_of, email = cancel_of.clone()).to_string()>
                {t!(i18n, door.people.cancel)}
            </Button>
        </li>
    }
}

#[component]
fn Rules(rules: DoorRules, channels: Vec<Channel>) -> impl IntoView {
    let i18n = use_i18n();
    let factor = RwSignal::new(rules.second_factor);
    let word = |id: Option<i64>| RwSignal::new(id.map(|id| id.to_string()).unwrap_or_default());
    let (channel, template) = (word(rules.channel_id.map(|c| c.0)), word(rules.template_id.map(|t| t.0)));
    let known = Fetched::new(move || {
        let chosen = channel.get_untracked().parse::<i64>().ok();
        async move {
            match chosen {
                Some(id) => templates(ChannelId(id), false).await,
                None => Ok(Vec::new()),
            }
        }
    });
    let asked = StoredValue::new(channel.get_untracked());
    effect(move || {
        let now = channel.get();
        if asked.get_value() != now {
            asked.set_value(now);
            template.set(String::new());
            known.refetch();
        }
    });
    let form = Form::new(move || DoorRules {
        second_factor: factor.get(),
        channel_id: channel.get().parse::<i64>().ok().map(ChannelId),
        template_id: template.get().parse::<i64>().ok().map(TemplateId),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(|_| Ok(()), save_door_rules, |_| ());
    };
    let with_channels = !channels.is_empty();
    let choices = Signal::derive(move || {
        let none = Choice::new("", t_string!(i18n, door.rules.none));
        std::iter::once(none).chain(channels.iter().map(|c| Choice::new(c.id.to_string(), c.name.clone()))).collect::<Vec<_>>()
    });
    let fitting = Signal::derive(move || {
        let all = known.get().and_then(Result::ok).unwrap_or_default();
        let fits = all.into_iter().filter(|t| t.category == TemplateCategory::Authentication);
        std::iter::once(Choice::new("", "—"))
            .chain(fits.map(|t| Choice::new(t.id.to_string(), format!("{} ({})", t.name, t.language))))
            .collect::<Vec<_>>()
    });
    let wrong = move || form.faults().of("second_factor").map(|_| t_string!(i18n, door.rules.own_first).to_string());
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, door.rules.title)}</h3>
            <Toggle name="second_factor" checked=factor label=move || t_string!(i18n, door.rules.factor).to_string()
                hint=move || t_string!(i18n, door.rules.factor_hint).to_string()/>
            {move || wrong().map(|text| view! { <p class="form-fault" role="alert">{text}</p> })}
            {with_channels.then(|| view! {
                <div class="form-pair">
                    <Select name="channel_id" value=channel choices label=move || t_string!(i18n, door.rules.channel).to_string()
                        hint=move || t_string!(i18n, door.rules.channel_hint).to_string()/>
                    <Select name="template_id" value=template choices=fitting label=move || t_string!(i18n, door.rules.template).to_string()/>
                </div>
            })}
            <FormFoot form/>
        </form>
    }
}

/// Takes away a person's lost second factor.
#[component]
pub(super) fn ResetFactor(id: UserId) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let own = untrack(|| session::use_session().with(|me| me.user_id == id));
    let reset = move |()| {
        asking.set(false);
        spawn_local(async move {
            match reset_factor(id, tongue(i18n)).await {
                Ok(()) => toasts.say(tu_string!(i18n, door.reset_factor.done).to_string()),
                Err(refused) if session::ended_by(&refused.0) => {}
                Err(refused) => toasts.fail(untrack(|| fault::say(i18n, &refused.0))),
            }
        });
    };
    (!own).then(|| {
        view! {
            <Button kind=Kind::Ghost icon="lock" press=move |()| asking.set(true)>{t!(i18n, door.reset_factor.act)}</Button>
            <Confirm open=asking danger=true press=reset title=move || t_string!(i18n, door.reset_factor.title).to_string()
                text=move || t_string!(i18n, door.reset_factor.text).to_string() label=move || t_string!(i18n, door.reset_factor.act).to_string()/>
        }
    })
}
