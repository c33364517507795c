//! Sign-in.

use super::code::{ByCode, Second};
use super::door::Door;
use super::other::OtherWays;
use crate::api::auth::sign_in;
use crate::api::door::ways;
use crate::i18n::*;
use crate::part::*;
use crate::session::{self, use_session};
use gloo_timers::callback::Interval;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;
use model::Fault;
use send_wrapper::SendWrapper;

/// Where the last e-mail is remembered.
const EMAIL: &str = "prosa_email";

/// What is asked for now.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Password,
    Code,
    /// With the ticket of the first factor.
    Second(String),
}

/// E-mail and password, or a code; wrong ones are answered alike, too many with a countdown.
#[component]
pub fn LoginScreen() -> impl IntoView {
    let session = use_session();
    if session.needs_setup() {
        return view! { <Redirect path="/setup"/> }.into_any();
    }
    if session.signed_in() {
        return view! { <Redirect path="/inbox"/> }.into_any();
    }
    view! { <Login/> }.into_any()
}

#[component]
fn Login() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let faults = Faults::provide();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let wait = RwSignal::new(0_i64);
    let step = RwSignal::new(Step::Password);
    // Until it is known, what every server has.
    let ways = Fetched::new(ways);
    let offered = move |read: fn(&model::DoorWays) -> bool| ways.get().is_some_and(|w| w.is_ok_and(|w| read(&w)));
    let counting = StoredValue::new(None::<SendWrapper<Interval>>);

    effect(move || {
        let known = window().local_storage().ok().flatten().and_then(|s| s.get_item(EMAIL).ok().flatten()).unwrap_or_default();
        if email.with_untracked(String::is_empty) {
            email.set(known);
        }
        let empty = if email.with_untracked(String::is_empty) { "f-email" } else { "f-password" };
        if let Some(el) = document().get_element_by_id(empty) {
            use wasm_bindgen::JsCast;
            let _ = el.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
    let count_down = move |seconds: i64| {
        wait.set(seconds.max(1));
        counting.set_value(Some(SendWrapper::new(Interval::new(1000, move || {
            if wait
                .try_update(|s| {
                    *s -= 1;
                    *s
                })
                .is_none_or(|left| left <= 0)
            {
                let _ = counting.try_set_value(None);
            }
        }))));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || wait.get_untracked() > 0 {
            return;
        }
        faults.clear();
        let (typed, secret) = (email.get_untracked().trim().to_owned(), password.get_untracked());
        let mut check = model::Check::default();
        check.email(&typed, "email").that(!secret.is_empty(), "password", model::Wrong::Required);
        if let Err(fault) = check.done() {
            return faults.take(&fault);
        }
        busy.set(true);
        let next = query.read_untracked().get("next").filter(|n| model::text::own_path(n).is_some());
        leptos::task::spawn_local(async move {
            match sign_in(typed.clone(), secret).await {
                Ok(()) => {
                    if let Ok(Some(storage)) = window().local_storage() {
                        let _ = storage.set_item(EMAIL, &typed);
                    }
                    session::go(next.as_deref().unwrap_or("/inbox"));
                }
                Err(refused) => {
                    busy.set(false);
                    match refused.0 {
                        Fault::Throttled { seconds } => count_down(seconds),
                        Fault::SecondFactor { ticket } => step.set(Step::Second(ticket)),
                        fault => faults.take(&fault),
                    }
                }
            }
        });
    };
    let next = Callback::new(move |()| {
        let asked = query.read_untracked().get("next").filter(|n| model::text::own_path(n).is_some());
        asked.unwrap_or_else(|| "/inbox".to_owned())
    });
    let why = Signal::derive(move || (wait.get() > 0).then(|| t_string!(i18n, auth.login.wait, seconds = wait.get()).to_string()));
    view! {
        <Title text=move || t_string!(i18n, auth.login.title).to_string()/>
        <Door title=move || t_string!(i18n, auth.login.title).to_string() lead=move || t_string!(i18n, auth.login.lead).to_string()>
            {move || match step.get() {
                Step::Second(ticket) => view! {
                    <Second ticket next over=move |()| { faults.take(&Fault::BadCredentials); step.set(Step::Password) }/>
                }.into_any(),
                Step::Code => view! { <ByCode who=email phone=Signal::derive(move || offered(|w| w.phone)) second=move |t| step.set(Step::Second(t)) next/> }.into_any(),
                Step::Password => view! {
                <form class="form" method="post" novalidate on:submit=submit>
                    <TextField name="email" kind="email" autocomplete="username webauthn" max=254 value=email
                        label=move || t_string!(i18n, auth.login.email).to_string()/>
                    <PasswordField name="password" value=password label=move || t_string!(i18n, auth.login.password).to_string()/>
                    {move || why.get().or_else(|| faults.other().map(|f| crate::fault::say(i18n, &f))).map(|text| view! {
                        <p class="form-fault" role="alert">{text}</p>
                    })}
                    <Button kind=Kind::Primary submit=true busy why>{t!(i18n, auth.login.submit)}</Button>
                    <p class="door-note">
                        {move || if offered(|w| w.mail) {
                            view! { <a href="/reset" rel="external">{t!(i18n, door.login.forgot)}</a> }.into_any()
                        } else {
                            view! { {t!(i18n, auth.login.forgot)} }.into_any()
                        }}
                    </p>
                </form>
                }.into_any(),
            }}
            <Show when=move || !matches!(step.get(), Step::Second(_)) && offered(|w| w.mail || w.phone)>
                <Button kind=Kind::Ghost press=move |()| step.update(|s| *s = if *s == Step::Code { Step::Password } else { Step::Code })>
                    {move || if step.get() == Step::Code { t_string!(i18n, door.login.by_password) } else { t_string!(i18n, door.login.by_code) }.to_string()}
                </Button>
            </Show>
            <OtherWays/>
            <Show when=move || offered(|w| w.terms.is_some())>
                <p class="door-note"><a href="/terms" rel="external">{t!(i18n, door.terms.title)}</a></p>
            </Show>
        </Door>
    }
}
