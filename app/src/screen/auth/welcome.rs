//! What is done first by who is signed in: the documents (AC-3), then the second factor that their account demands (AC-7).

use super::code::{SentCode, Wait};
use super::{door::Door, factor::SetUpFactor, terms::Documents, tongue};
use crate::api::auth::sign_out;
use crate::api::door::{accept_terms, ask_terms_code, held_state};
use crate::i18n::*;
use crate::part::*;
use crate::session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use model::{HeldState, Terms};

/// The page on which they find themselves until nothing is left to do.
#[component]
pub fn WelcomeScreen() -> impl IntoView {
    let i18n = use_i18n();
    let state = Fetched::new(held_state);
    let title = move || t_string!(i18n, door.first.title).to_string();
    let leave = move |()| {
        spawn_local(async move {
            let _ = sign_out().await;
            session::go("/login");
        });
    };
    view! {
        <Title text=title/>
        <Door title lead=move || t_string!(i18n, door.first.lead).to_string()>
            {move || match state.get() {
                None => view! { <SkeletonRows count=2/> }.into_any(),
                Some(Ok(HeldState { terms: Some(terms), .. })) => view! { <Accept terms done=move |()| state.refetch()/> }.into_any(),
                Some(Ok(HeldState { second_factor: true, .. })) => view! {
                    <p>{t!(i18n, door.first.factor)}</p>
                    <SetUpFactor done=move |()| session::go("/inbox")/>
                }.into_any(),
                Some(Ok(_)) => {
                    effect(move || session::go("/inbox"));
                    view! { <SkeletonRows count=1/> }.into_any()
                }
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| state.refetch()/> }.into_any(),
            }}
            <Button kind=Kind::Ghost press=leave>{t!(i18n, door.first.leave)}</Button>
        </Door>
    }
}

#[component]
fn Accept(terms: Terms, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::provide();
    let (needs_code, version) = (terms.code, StoredValue::new(terms.version.clone()));
    let (ticked, code, busy, sent, wait) =
        (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false), Wait::new());
    let ask = move || {
        busy.set(true);
        faults.clear();
        spawn_local(async move {
            let asked = ask_terms_code(tongue(i18n)).await;
            busy.set(false);
            match asked {
                Ok(seconds) => {
                    wait.start(seconds);
                    sent.set(true);
                }
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !ticked.get_untracked() {
            return;
        }
        if needs_code && !sent.get_untracked() {
            return ask();
        }
        faults.clear();
        busy.set(true);
        spawn_local(async move {
            let answer = accept_terms(version.get_value(), code.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(()) => done.run(()),
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    let why = Signal::derive(move || (!ticked.get()).then(|| t_string!(i18n, door.first.tick).to_string()));
    let again = Signal::derive(move || (wait.left() > 0).then(|| t_string!(i18n, door.code.wait, seconds = wait.left()).to_string()));
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <Documents terms/>
            <Checkbox name="terms" checked=ticked label=move || t_string!(i18n, door.first.accept).to_string()/>
            <Show when=move || sent.get()>
                <p role="status">{t!(i18n, door.first.sent)}</p>
                <SentCode value=code/>
                <Button small=true why=again press=move |()| ask()>{t!(i18n, door.code.again)}</Button>
            </Show>
            {move || faults.other().map(|f| view! { <p class="form-fault" role="alert">{crate::fault::say(i18n, &f)}</p> })}
            <Button kind=Kind::Primary submit=true busy why>{t!(i18n, door.first.go)}</Button>
        </form>
    }
}
