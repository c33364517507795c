//! Signing in by a code to a phone or an e-mail address (AC-1), and by a second factor (AC-7).

use super::{answered, tongue};
use crate::api::door::{ask_code, second_factor, sign_in_by_code};
use crate::i18n::*;
use crate::part::*;
use gloo_timers::callback::Interval;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Check, Fault, Wrong};
use send_wrapper::SendWrapper;

/// Seconds that run down to nothing.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    left: RwSignal<i64>,
    ticking: StoredValue<Option<SendWrapper<Interval>>>,
}

impl Wait {
    pub fn new() -> Wait {
        Wait { left: RwSignal::new(0), ticking: StoredValue::new(None) }
    }

    pub fn left(self) -> i64 {
        self.left.get()
    }

    pub fn start(self, seconds: i64) {
        self.left.set(seconds.max(1));
        self.ticking.set_value(Some(SendWrapper::new(Interval::new(1000, move || {
            let left = self.left.try_update(|s| {
                *s -= 1;
                *s
            });
            if left.is_none_or(|left| left <= 0) {
                let _ = self.ticking.try_set_value(None);
            }
        }))));
    }
}

/// The six figures that were sent.
#[component]
pub(super) fn SentCode(value: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <TextField name="code" value code=true max=20 autocomplete="one-time-code" label=move || t_string!(i18n, door.code.label).to_string()/>
    }
}

/// First the address, then the code. `second` gets the ticket of who has a second factor.
#[component]
pub(super) fn ByCode(
    who: RwSignal<String>,
    phone: Signal<bool>,
    #[prop(into)] second: Callback<String>,
    #[prop(into)] next: Callback<(), String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::provide();
    let (code, sent, busy, wait) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false), Wait::new());
    let ask = move || {
        let typed = who.get_untracked().trim().to_owned();
        faults.clear();
        if let Err(fault) = Check::default().that(!typed.is_empty(), "who", Wrong::Required).done() {
            return faults.take(&fault);
        }
        busy.set(true);
        spawn_local(async move {
            let asked = ask_code(typed, tongue(i18n)).await;
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
        if busy.get_untracked() {
            return;
        }
        if !sent.get_untracked() {
            return ask();
        }
        faults.clear();
        busy.set(true);
        let (who, code) = (who.get_untracked().trim().to_owned(), code.get_untracked());
        spawn_local(async move {
            let answer = sign_in_by_code(who, code).await;
            busy.set(answered(answer, faults, second, || next.run(())));
        });
    };
    let why = Signal::derive(move || (wait.left() > 0).then(|| t_string!(i18n, door.code.wait, seconds = wait.left()).to_string()));
    let label = move || if phone.get() { t_string!(i18n, door.login.who) } else { t_string!(i18n, door.login.who_email) }.to_string();
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <TextField name="who" autocomplete="username" max=254 code=true value=who label/>
            <Show when=move || sent.get()>
                <p role="status">{t!(i18n, door.login.sent)}</p>
                <SentCode value=code/>
            </Show>
            {move || faults.other().map(|f| view! { <p class="form-fault" role="alert">{crate::fault::say(i18n, &f)}</p> })}
            <Button kind=Kind::Primary submit=true busy>
                {move || if sent.get() { t_string!(i18n, door.login.enter) } else { t_string!(i18n, door.login.send) }.to_string()}
            </Button>
            <Show when=move || sent.get()><Button why press=move |()| ask()>{t!(i18n, door.code.again)}</Button></Show>
        </form>
    }
}

/// The figures of the app, or a recovery code. `over` is called when the first factor was too long ago.
#[component]
pub(super) fn Second(ticket: String, #[prop(into)] next: Callback<(), String>, #[prop(into)] over: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::provide();
    let (code, busy, ticket) = (RwSignal::new(String::new()), RwSignal::new(false), StoredValue::new(ticket));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        busy.set(true);
        spawn_local(async move {
            match second_factor(ticket.get_value(), code.get_untracked()).await {
                Ok(()) => crate::session::go(&next.run(())),
                Err(refused) => {
                    busy.set(false);
                    match refused.0 {
                        Fault::BadCredentials => over.run(()),
                        fault => faults.take(&fault),
                    }
                }
            }
        });
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <TextField name="code" value=code code=true max=40 autocomplete="one-time-code" autofocus=true
                label=move || t_string!(i18n, door.second.label).to_string() hint=move || t_string!(i18n, door.second.hint).to_string()/>
            {move || faults.other().map(|f| view! { <p class="form-fault" role="alert">{crate::fault::say(i18n, &f)}</p> })}
            <Button kind=Kind::Primary submit=true busy>{t!(i18n, door.login.enter)}</Button>
        </form>
    }
}
