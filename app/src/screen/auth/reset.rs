//! A new password, by a link to one's address.

use super::{door::Door, tongue};
use crate::api::door::{ask_reset, is_reset_open, reset_password};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{Check, Fault};

/// Without a token asks where to send the link; with one sets the password.
#[component]
pub fn ResetScreen() -> impl IntoView {
    let i18n = use_i18n();
    let token = untrack(|| use_params_map().read().get("token").unwrap_or_default());
    let title = move || t_string!(i18n, door.reset.title).to_string();
    view! {
        <Title text=title/>
        <Door title lead=move || t_string!(i18n, door.reset.lead).to_string()>
            {if token.is_empty() { view! { <Ask/> }.into_any() } else { view! { <New token/> }.into_any() }}
            <p class="door-note"><a href="/login" rel="external">{t!(i18n, door.login.back)}</a></p>
        </Door>
    }
}

#[component]
fn Ask() -> impl IntoView {
    let i18n = use_i18n();
    let email = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let form = Form::new(move || email.get());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            |email| Check::default().email(email, "email").done(),
            move |email| ask_reset(email, tongue(i18n)),
            move |()| asked.set(true),
        );
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <TextField name="email" kind="email" autocomplete="username" max=254 value=email label=move || t_string!(i18n, auth.login.email).to_string()/>
            <p role="status">{move || asked.get().then(|| t_string!(i18n, door.reset.sent).to_string())}</p>
            <FormFoot form fresh=true label=move || t_string!(i18n, door.reset.send).to_string()/>
        </form>
    }
}

#[component]
fn New(token: String) -> impl IntoView {
    let i18n = use_i18n();
    let asked = token.clone();
    let open = Fetched::new(move || is_reset_open(asked.clone()));
    let token = StoredValue::new(token);
    let password = RwSignal::new(String::new());
    let form = Form::new(move || password.get());
    let over = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            |new| Check::default().password(new, "password").done(),
            move |new| reset_password(token.get_value(), new, tongue(i18n)),
            move |()| {
                form.keep();
                crate::session::go("/login");
            },
        );
    };
    effect(move || {
        if form.faults().other() == Some(Fault::Missing) {
            over.set(true);
        }
    });
    move || {
        match open.get() {
        None => view! { <SkeletonRows count=1/> }.into_any(),
        Some(Ok(true)) if !over.get() => view! {
            <form class="form" method="post" novalidate on:submit=submit>
                <PasswordField name="password" autocomplete="new-password" strength=true value=password
                    label=move || t_string!(i18n, door.reset.password).to_string() hint=move || t_string!(i18n, auth.setup.password_hint).to_string()/>
                <FormFoot form fresh=true label=move || t_string!(i18n, door.reset.save).to_string()/>
            </form>
        }
        .into_any(),
        Some(Ok(_)) => view! { <p class="form-fault" role="alert">{t!(i18n, door.reset.over)}</p> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault retry=move |()| open.refetch()/> }.into_any(),
    }
    }
}
