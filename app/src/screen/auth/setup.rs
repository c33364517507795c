//! The first start: an account and its first admin.

use super::door::Door;
use crate::api::auth;
use crate::i18n::*;
use crate::part::*;
use crate::session::{self, use_session};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use model::SetupDraft;

/// Shown while the database has no account, and never again.
#[component]
pub fn SetupScreen() -> impl IntoView {
    if !use_session().needs_setup() {
        return view! { <Redirect path="/login"/> }.into_any();
    }
    view! { <Setup/> }.into_any()
}

#[component]
fn Setup() -> impl IntoView {
    let i18n = use_i18n();
    let [account, zone, name, email, password] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let form = Form::new(move || SetupDraft {
        account_name: account.get(),
        time_zone: zone.get(),
        name: name.get(),
        email: email.get(),
        password: password.get(),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(SetupDraft::check, auth::setup, |()| session::go("/inbox"));
    };
    view! {
        <Title text=move || t_string!(i18n, auth.setup.title).to_string()/>
        <Door title=move || t_string!(i18n, auth.setup.title).to_string() lead=move || t_string!(i18n, auth.setup.lead).to_string()>
            <form class="form" method="post" novalidate on:submit=submit>
                <fieldset class="form-part">
                    <legend>{t!(i18n, auth.setup.account_part)}</legend>
                    <TextField name="account_name" autocomplete="organization" max=120 value=account autofocus=true
                        label=move || t_string!(i18n, auth.setup.account).to_string()
                        hint=move || t_string!(i18n, auth.setup.account_hint).to_string()/>
                    <ZoneField value=zone guess=true/>
                </fieldset>
                <fieldset class="form-part">
                    <legend>{t!(i18n, auth.setup.you_part)}</legend>
                    <TextField name="name" autocomplete="name" max=120 value=name label=move || t_string!(i18n, auth.setup.name).to_string()/>
                    <TextField name="email" kind="email" autocomplete="username" max=254 value=email
                        label=move || t_string!(i18n, auth.setup.email).to_string()/>
                    <PasswordField name="password" autocomplete="new-password" strength=true value=password
                        label=move || t_string!(i18n, auth.setup.password).to_string()
                        hint=move || t_string!(i18n, auth.setup.password_hint).to_string()/>
                </fieldset>
                <FormFoot form fresh=true label=move || t_string!(i18n, auth.setup.submit).to_string()/>
            </form>
        </Door>
    }
}
