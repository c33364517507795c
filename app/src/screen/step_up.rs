//! What a dialog asks before something dangerous (AC-8): the code that was just sent, or the password where none can be.

use crate::api::door::ask_step_up;
use crate::i18n::*;
use crate::language::tongue;
use crate::part::*;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use model::{Dangerous, StepUpWay};
use send_wrapper::SendWrapper;

/// Seconds that run down to nothing.
#[derive(Clone, Copy)]
struct Countdown {
    left: RwSignal<i64>,
    ticking: StoredValue<Option<SendWrapper<Interval>>>,
}

impl Countdown {
    /// Stands at nothing.
    fn new() -> Countdown {
        Countdown { left: RwSignal::new(0), ticking: StoredValue::new(None) }
    }

    /// What is left.
    fn left(self) -> i64 {
        self.left.get()
    }

    /// Begins anew.
    fn start(self, seconds: i64) {
        self.left.set(seconds.max(0));
        let tick = move || {
            let left = self.left.try_update(|s| {
                *s -= 1;
                *s
            });
            if left.is_none_or(|left| left <= 0) {
                let _ = self.ticking.try_set_value(None);
            }
        };
        self.ticking.set_value((seconds > 0).then(|| SendWrapper::new(Interval::new(1000, tick))));
    }
}

/// Asks for the code as soon as it is drawn, and gives a way to another one. A fault about `code` stands beside the field, and
/// what was typed stays.
#[component]
pub fn StepUp(action: Dangerous, code: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let asked = Fetched::new(move || ask_step_up(action, tongue(i18n)));
    let wait = Countdown::new();
    effect(move || {
        if let Some(Ok(asked)) = asked.get() {
            wait.start(asked.resend_seconds);
        }
    });
    let why = Signal::derive(move || (wait.left() > 0).then(|| t_string!(i18n, door.code.wait, seconds = wait.left()).to_string()));
    let again = move || {
        view! { <Button small=true why press=move |()| asked.refetch()>{t!(i18n, door.code.again)}</Button> }
    };
    let field = Memo::new(move |_| asked.get().map(|a| a.map(|a| (a.way, a.to))));
    move || match field.get() {
        None => view! { <SkeletonRows count=1/> }.into_any(),
        Some(Ok((StepUpWay::Granted, _))) => ().into_any(),
        Some(Ok((StepUpWay::Password, _))) => {
            view! { <PasswordField name="code" value=code label=move || t_string!(i18n, door.step_up.password).to_string()/> }.into_any()
        }
        Some(Ok((_, to))) => view! {
            <p role="status">{t!(i18n, door.code.sent)}" "<bdi>{to}</bdi></p>
            <CodeField value=code/>
            {again()}
        }
        .into_any(),
        Some(Err(fault)) => view! { <Trouble fault retry=move |()| asked.refetch()/> }.into_any(),
    }
}

/// Six figures; phones offer what just arrived.
#[component]
fn CodeField(value: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <TextField name="code" value code=true max=20 autofocus=true autocomplete="one-time-code"
            label=move || t_string!(i18n, door.code.label).to_string()/>
    }
}
