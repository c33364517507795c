//! How the account's people come in by their company's identity provider.

use super::list::when_here;
use crate::api::sso::{save_sso, sso_setup};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{Fault, Role, Sso, SsoSettings, sso_domains};

/// The page.
#[component]
pub fn SsoScreen() -> impl IntoView {
    let i18n = use_i18n();
    let stored = Fetched::new(sso_setup);
    view! {
        <Title text=move || t_string!(i18n, keys.sso.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, keys.sso.title)}</h2>
                <p>{t!(i18n, keys.sso.lead)}</p>
            </header>
            // Made anew when what somebody else saved is taken over.
            {when_here(stored, move |settings| {
                (move || view! { <SsoForm settings=settings.get() retake=move |()| stored.refetch()/> }.into_any()).into_any()
            })}
        </section>
    }
}

#[component]
fn SsoForm(settings: SsoSettings, #[prop(into)] retake: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let version = RwSignal::new(settings.sso.version);
    let (has_secret, start) = (RwSignal::new(settings.has_secret), RwSignal::new(settings.start));
    let callback = settings.callback;
    let sso = settings.sso;
    let (enabled, only) = (RwSignal::new(sso.enabled), RwSignal::new(sso.only));
    let text = |value: String| RwSignal::new(value);
    let (issuer, client, secret) = (text(sso.issuer), text(sso.client_id), text(String::new()));
    let (button, slug, domains) = (text(sso.button), text(sso.slug), text(sso.domains.join("\n")));
    let newcomers = text(sso.newcomers.map(|role| role.word().to_owned()).unwrap_or_default());
    let team = text(sso.team_id.map(|id| id.to_string()).unwrap_or_default());
    let form = Form::new(move || Sso {
        // Not what a person changes: it goes along when this is saved.
        version: 0,
        enabled: enabled.get(),
        slug: slug.get().trim().to_owned(),
        issuer: issuer.get().trim().to_owned(),
        client_id: client.get().trim().to_owned(),
        secret: secret.get().trim().to_owned(),
        button: button.get().trim().to_owned(),
        domains: sso_domains(&domains.get()),
        newcomers: newcomers.get().parse().ok(),
        team_id: team.get().parse().ok(),
        only: only.get() && enabled.get(),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let at = version.get_untracked();
        form.save(
            Sso::check,
            move |draft| save_sso(Sso { version: at, ..draft }),
            move |saved: SsoSettings| {
                version.set(saved.sso.version);
                has_secret.set(saved.has_secret);
                start.set(saved.start);
                secret.set(String::new());
                form.keep();
            },
        );
    };
    let roles = Signal::derive(move || {
        vec![
            Choice::new("", t_string!(i18n, keys.sso.newcomers_no)),
            Choice::new(Role::Agent.word(), t_string!(i18n, keys.sso.newcomers_role)),
        ]
    });
    let teams = Signal::derive(move || {
        let first = Choice::new("", t_string!(i18n, keys.sso.team_default));
        let own = store.workspace.with(|w| w.as_ref().map(|w| w.teams.clone()).unwrap_or_default());
        std::iter::once(first).chain(own.iter().map(|t| Choice::new(t.id.to_string(), t.name.clone()))).collect::<Vec<_>>()
    });
    let secret_hint =
        move || if has_secret.get() { t_string!(i18n, keys.sso.secret_keep) } else { t_string!(i18n, keys.sso.secret_new) }.to_string();
    let conflict = move || form.faults().other() == Some(Fault::Conflict);
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <CopyField name="callback" value=Signal::stored(callback) label=move || t_string!(i18n, keys.sso.callback).to_string()
                hint=move || t_string!(i18n, keys.sso.callback_hint).to_string()/>
            <CopyField name="start" value=start label=move || t_string!(i18n, keys.sso.start).to_string()
                hint=move || t_string!(i18n, keys.sso.start_hint).to_string()/>
            <Toggle name="enabled" checked=enabled label=move || t_string!(i18n, keys.sso.enabled).to_string()
                hint=move || t_string!(i18n, keys.sso.enabled_hint).to_string()/>
            <TextField name="issuer" kind="url" max=500 value=issuer label=move || t_string!(i18n, keys.sso.issuer).to_string()
                hint=move || t_string!(i18n, keys.sso.issuer_hint).to_string()/>
            <div class="form-pair">
                <TextField name="client_id" max=500 value=client label=move || t_string!(i18n, keys.sso.client_id).to_string()/>
                <PasswordField name="secret" autocomplete="off" value=secret optional=true
                    label=move || t_string!(i18n, keys.sso.secret).to_string() hint=secret_hint/>
            </div>
            <div class="form-pair">
                <TextField name="button" max=40 value=button optional=true label=move || t_string!(i18n, keys.sso.button).to_string()
                    hint=move || t_string!(i18n, keys.sso.button_hint).to_string()/>
                <TextField name="slug" max=40 value=slug optional=true label=move || t_string!(i18n, keys.sso.slug).to_string()
                    hint=move || t_string!(i18n, keys.sso.slug_hint).to_string()/>
            </div>
            <TextArea name="domains" max=10_000 value=domains optional=true label=move || t_string!(i18n, keys.sso.domains).to_string()
                hint=move || t_string!(i18n, keys.sso.domains_hint).to_string()/>
            <Select name="newcomers" value=newcomers choices=roles label=move || t_string!(i18n, keys.sso.newcomers).to_string()
                hint=move || t_string!(i18n, keys.sso.newcomers_hint).to_string()/>
            <Show when=move || !newcomers.get().is_empty()>
                <Select name="team_id" value=team choices=teams label=move || t_string!(i18n, keys.sso.team).to_string()/>
            </Show>
            <Toggle name="only" checked=only disabled=Signal::derive(move || !enabled.get()) label=move || t_string!(i18n, keys.sso.only).to_string()
                hint=move || t_string!(i18n, keys.sso.only_hint).to_string()/>
            <Show when=conflict>
                <Button icon="refresh" press=retake>{t!(i18n, keys.sso.retake)}</Button>
            </Show>
            <FormFoot form/>
        </form>
    }
}
