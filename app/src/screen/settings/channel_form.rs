//! One channel: a WhatsApp number or a website chat.

use super::channel::{StatusChip, kind_icon, kind_name};
use super::channel_profile::PublicProfile;
use super::list::use_go;
use super::origins::Origins;
use crate::api::settings::{probe_channel, save_channel};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{ChannelDraft, ChannelForm, ChannelId, ChannelKind, ChannelStatus, Check, Team, WebChatSettings, WhatsAppSettings};

/// The first step of a new channel.
#[component]
pub(super) fn KindChoice(#[prop(into)] choose: Callback<ChannelKind>) -> impl IntoView {
    let i18n = use_i18n();
    let explain = move |kind| match kind {
        ChannelKind::WhatsApp => t_string!(i18n, settings.channels.whatsapp_text).to_string(),
        ChannelKind::WebChat => t_string!(i18n, settings.channels.webchat_text).to_string(),
    };
    view! {
        <div class="form">
            <h2>{t!(i18n, settings.channels.kind)}</h2>
            <div class="kinds">
                {ChannelKind::ALL.iter().copied().map(|kind| view! {
                    <button type="button" class="kind" on:click=move |_| choose.run(kind)>
                        <span class="entry-icon"><Icon name=kind_icon(kind)/></span>
                        <strong>{move || kind_name(i18n, kind)}</strong>
                        <span>{move || explain(kind)}</span>
                    </button>
                }).collect_view()}
            </div>
        </div>
    }
}

/// The signals behind the fields of both kinds.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    team: RwSignal<String>,
    phone_number_id: RwSignal<String>,
    waba_id: RwSignal<String>,
    display: RwSignal<String>,
    access_token: RwSignal<String>,
    app_secret: RwSignal<String>,
    verify_token: RwSignal<String>,
    title: RwSignal<String>,
    greeting: RwSignal<String>,
    files: RwSignal<bool>,
    origins: RwSignal<Vec<String>>,
}

impl Fields {
    fn of(stored: Option<&ChannelForm>) -> Fields {
        let text = |read: fn(&ChannelForm) -> &str| RwSignal::new(stored.map(read).unwrap_or_default().to_owned());
        Fields {
            name: text(|f| &f.channel.name),
            team: RwSignal::new(stored.and_then(|f| f.channel.team_id).map(|t| t.to_string()).unwrap_or_default()),
            phone_number_id: text(|f| &f.whatsapp.phone_number_id),
            waba_id: text(|f| &f.whatsapp.waba_id),
            display: text(|f| &f.whatsapp.display),
            access_token: text(|_| ""),
            app_secret: text(|_| ""),
            verify_token: text(|_| ""),
            title: text(|f| &f.webchat.title),
            greeting: text(|f| &f.webchat.greeting),
            files: RwSignal::new(stored.is_none_or(|f| !f.webchat.no_files)),
            origins: RwSignal::new(stored.map(|f| f.webchat.origins.clone()).unwrap_or_default()),
        }
    }

    fn draft(self, id: Option<ChannelId>, kind: ChannelKind) -> ChannelDraft {
        ChannelDraft {
            id,
            kind: Some(kind),
            name: self.name.get(),
            team_id: self.team.get().parse().ok(),
            whatsapp: WhatsAppSettings {
                phone_number_id: self.phone_number_id.get(),
                waba_id: self.waba_id.get(),
                display: self.display.get(),
                access_token: self.access_token.get(),
                app_secret: self.app_secret.get(),
                verify_token: self.verify_token.get(),
            },
            webchat: WebChatSettings {
                key: String::new(),
                origins: self.origins.get(),
                greeting: self.greeting.get(),
                title: self.title.get(),
                no_files: !self.files.get(),
            },
        }
    }

    /// Secrets are stored now and not shown again.
    fn forget_secrets(self) {
        for secret in [self.access_token, self.app_secret, self.verify_token] {
            secret.set(String::new());
        }
    }
}

/// Creates (`stored` is none) or changes a channel.
#[component]
pub(super) fn ChannelEdit(
    stored: Signal<Option<ChannelForm>>,
    kind: ChannelKind,
    teams: Vec<Team>,
    changed: Callback<()>,
    /// Back to the choice of kind.
    #[prop(into)]
    back: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let first = stored.get_untracked();
    let id = first.as_ref().map(|f| f.channel.id);
    let fields = Fields::of(first.as_ref());
    let form = Form::new(move || fields.draft(id, kind));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let go = go.clone();
        let check = |draft: &ChannelDraft| Check::default().text(&draft.name, "name", model::limit::NAME_MAX).done();
        form.save(check, save_channel, move |saved: ChannelForm| {
            fields.forget_secrets();
            form.keep();
            changed.run(());
            if id.is_none() {
                toasts.say(tu_string!(i18n, settings.channels.added).to_string());
                go(format!("/settings/channels/{}", saved.channel.id));
            }
        });
    };
    let choices = Signal::derive(move || {
        let default = Choice::new("", t_string!(i18n, settings.channels.team_default));
        std::iter::once(default).chain(teams.iter().map(|t| Choice::new(t.id.to_string(), t.name.clone()))).collect::<Vec<_>>()
    });
    let state = Memo::new(move |_| stored.with(|s| s.as_ref().map(|f| (f.channel.status, f.channel.status_reason.clone()))));
    let (hook, snippet) = first.map(|f| (f.webhook_url, f.snippet)).unwrap_or_default();
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2 class="form-title">
                <Icon name=kind_icon(kind)/>
                <span>{move || match fields.name.get() { n if n.trim().is_empty() => kind_name(i18n, kind), n => n }}</span>
                {move || state.get().map(|(status, _)| view! { <StatusChip status/> })}
            </h2>
            {move || state.get().filter(|(status, _)| *status != ChannelStatus::Connected).map(|(_, reason)| view! { <Down reason=reason.unwrap_or_default()/> })}
            <div class="form-pair">
                <TextField name="name" max=120 value=fields.name autofocus=id.is_none() label=move || t_string!(i18n, settings.channels.name).to_string()
                    hint=move || t_string!(i18n, settings.channels.name_hint).to_string()/>
                <Select name="team_id" value=fields.team choices label=move || t_string!(i18n, settings.channels.team).to_string()/>
            </div>
            {match kind {
                ChannelKind::WhatsApp => view! { <WhatsAppFields fields id hook form changed/> }.into_any(),
                ChannelKind::WebChat => view! { <WebChatFields fields snippet/> }.into_any(),
            }}
            <FormFoot form fresh=id.is_none()>
                {id.is_none().then(|| view! { <Button kind=Kind::Ghost press=back>{t!(i18n, common.act.back)}</Button> })}
            </FormFoot>
        </form>
        {id.filter(|_| kind.has_profile()).map(|id| view! { <PublicProfile id/> })}
    }
}

/// That a channel stands still, what to do, and the network's own words behind "details".
#[component]
fn Down(reason: String) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="form-fault" role="status">
            <p>{t!(i18n, settings.channels.down)}</p>
            {(!reason.is_empty()).then(|| view! {
                <details>
                    <summary>{t!(i18n, common.word.details)}</summary>
                    <span dir="auto">{reason}</span>
                </details>
            })}
        </div>
    }
}

#[component]
fn WhatsAppFields(fields: Fields, id: Option<ChannelId>, hook: String, form: Form<ChannelDraft>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let kept = Signal::derive(move || if id.is_some() { t_string!(i18n, settings.channels.kept).to_string() } else { String::new() });
    view! {
        <fieldset class="form-part">
            <legend>{t!(i18n, settings.channels.from_meta)}</legend>
            <p class="field-hint">{t!(i18n, settings.channels.from_meta_hint)}</p>
            <div class="form-pair">
                <TextField name="phone_number_id" code=true max=32 value=fields.phone_number_id
                    label=move || t_string!(i18n, settings.channels.phone_number_id).to_string()/>
                <TextField name="waba_id" code=true max=32 value=fields.waba_id label=move || t_string!(i18n, settings.channels.waba_id).to_string()/>
            </div>
            <TextField name="display" kind="tel" max=40 value=fields.display optional=true placeholder="+55 11 98765-4321"
                label=move || t_string!(i18n, settings.channels.display).to_string()/>
            <PasswordField name="access_token" autocomplete="off" value=fields.access_token placeholder=kept
                label=move || t_string!(i18n, settings.channels.access_token).to_string()
                hint=move || t_string!(i18n, settings.channels.access_token_hint).to_string()/>
            <PasswordField name="app_secret" autocomplete="off" value=fields.app_secret placeholder=kept
                label=move || t_string!(i18n, settings.channels.app_secret).to_string()
                hint=move || t_string!(i18n, settings.channels.app_secret_hint).to_string()/>
            <PasswordField name="verify_token" autocomplete="off" value=fields.verify_token placeholder=kept
                label=move || t_string!(i18n, settings.channels.verify_token).to_string()
                hint=move || t_string!(i18n, settings.channels.verify_token_hint).to_string()/>
        </fieldset>
        {(!hook.is_empty()).then(|| view! {
            <CopyField name="webhook_url" value=hook label=move || t_string!(i18n, settings.channels.webhook).to_string()
                hint=move || t_string!(i18n, settings.channels.webhook_hint).to_string()/>
        })}
        {id.map(|id| view! { <Probe id form changed/> })}
    }
}

/// Asks the network whether the stored settings work.
#[component]
fn Probe(id: ChannelId, form: Form<ChannelDraft>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let probe = Action::new(move |(): &()| async move {
        let answer = probe_channel(id).await;
        // The status may be another now.
        changed.run(());
        answer
    });
    let why = Signal::derive(move || form.dirty().then(|| t_string!(i18n, settings.channels.probe_why).to_string()));
    view! {
        <div class="probe">
            <Button icon="plug" busy=probe.pending() why press=move |()| { probe.dispatch(()); }>{t!(i18n, settings.channels.probe)}</Button>
            <span role="status">
                {move || probe.value().get().filter(|_| !probe.pending().get()).map(|answer| match answer {
                    Ok(name) => view! { <span class="probe-ok">{t_string!(i18n, settings.channels.probe_ok, name = name).to_string()}</span> }.into_any(),
                    Err(refused) => view! { <span class="field-fault">{fault::say(i18n, &refused.0)}</span> }.into_any(),
                })}
            </span>
        </div>
    }
}

#[component]
fn WebChatFields(fields: Fields, snippet: String) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <fieldset class="form-part">
            <legend>{t!(i18n, settings.channels.page)}</legend>
            <TextField name="title" max=60 value=fields.title label=move || t_string!(i18n, settings.channels.chat_title).to_string()/>
            <TextArea name="greeting" rows=2 max=500 value=fields.greeting optional=true label=move || t_string!(i18n, settings.channels.greeting).to_string()/>
            <Checkbox name="files" checked=fields.files label=move || t_string!(i18n, settings.channels.files).to_string()
                hint=move || t_string!(i18n, settings.channels.files_hint).to_string()/>
            <Origins value=fields.origins/>
        </fieldset>
        {(!snippet.is_empty()).then(|| view! {
            <CopyField name="snippet" long=true value=snippet label=move || t_string!(i18n, settings.channels.snippet).to_string()
                hint=move || t_string!(i18n, settings.channels.snippet_hint).to_string()/>
        })}
    }
}
