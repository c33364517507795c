//! Signing in with a passkey: by a button, and where the e-mail is typed.

use crate::api::passkey::{begin_passkey_entry, enter_with_passkey};
use crate::i18n::*;
use crate::part::*;
use crate::session;
use crate::webauthn::{self, No};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Fault, PasskeyCall};
use send_wrapper::SendWrapper;
use web_sys::AbortController;

/// A call holds for five minutes; before that it is made anew.
const RENEW_MILLIS: u32 = 240_000;

/// What the person is told.
#[derive(Clone, PartialEq)]
enum Said {
    None,
    Refused,
    Fault(Fault),
}

/// The call that waits for a key; only one may wait.
type Waiting = StoredValue<Option<SendWrapper<AbortController>>>;

fn stop(waiting: Waiting) {
    if let Some(Some(before)) = waiting.try_update_value(Option::take) {
        before.abort();
    }
}

fn begin(waiting: Waiting) -> Option<AbortController> {
    stop(waiting);
    let controller = AbortController::new().ok()?;
    waiting.try_set_value(Some(SendWrapper::new(controller.clone()))).is_none().then_some(controller)
}

/// Enters with the device's answer; what went wrong stays on the page.
async fn enter(call: PasskeyCall, answer: String, next: &str) -> Said {
    match enter_with_passkey(call.token, answer).await {
        Ok(()) => {
            session::go(next);
            Said::None
        }
        Err(refused) if refused.0 == Fault::BadCredentials => Said::Refused,
        Err(refused) => Said::Fault(refused.0),
    }
}

/// A button, where the browser holds passkeys for this address.
#[component]
pub(super) fn PasskeyEntry() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let next = move || {
        let next = query.read_untracked().get("next").filter(|n| model::text::own_path(n).is_some());
        next.unwrap_or_else(|| "/inbox".to_owned())
    };
    let (here, busy) = (RwSignal::new(false), RwSignal::new(false));
    let said = RwSignal::new(None::<Said>);
    let waiting: Waiting = StoredValue::new(None);
    on_cleanup(move || stop(waiting));
    // Quietly, beside the e-mail that the browser knows.
    effect(move || {
        if !webauthn::is_here() {
            return;
        }
        here.set(true);
        leptos::task::spawn_local(async move {
            if !webauthn::offers().await {
                return;
            }
            while !busy.try_get_untracked().unwrap_or(true) {
                let Ok(Some(call)) = begin_passkey_entry().await else { return };
                if busy.try_get_untracked().unwrap_or(true) {
                    return;
                }
                let Some(controller) = begin(waiting) else { return };
                let (own, renewed) = (controller.clone(), std::rc::Rc::new(std::cell::Cell::new(false)));
                let mark = renewed.clone();
                leptos::task::spawn_local(async move {
                    TimeoutFuture::new(RENEW_MILLIS).await;
                    mark.set(true);
                    own.abort();
                });
                match webauthn::find(&call.options, true, &controller.signal()).await {
                    Ok(answer) => {
                        let told = enter(call, answer, &next()).await;
                        said.try_set(Some(told).filter(|t| *t != Said::None));
                    }
                    Err(No::Stopped) if renewed.get() => {}
                    Err(_) => return,
                }
            }
        });
    });
    let press = move |()| {
        busy.set(true);
        said.set(None);
        leptos::task::spawn_local(async move {
            let told = match begin_passkey_entry().await {
                Ok(Some(call)) => match begin(waiting) {
                    Some(controller) => match webauthn::find(&call.options, false, &controller.signal()).await {
                        Ok(answer) => enter(call, answer, &next()).await,
                        Err(_) => Said::None,
                    },
                    None => return,
                },
                Ok(None) => Said::Refused,
                Err(refused) => Said::Fault(refused.0),
            };
            busy.try_set(false);
            said.try_set(Some(told));
        });
    };
    let shown = move || {
        Some(match said.get()? {
            Said::None => t_string!(i18n, keys.entry.none).to_string(),
            Said::Refused => t_string!(i18n, keys.entry.refused).to_string(),
            Said::Fault(fault) => crate::fault::say(i18n, &fault),
        })
    };
    view! {
        <Show when=move || here.get()>
            {move || shown().map(|text| view! { <p class="form-fault" role="alert">{text}</p> })}
            <Button busy press=press>
                {move || if busy.get() { t_string!(i18n, keys.entry.waiting).to_string() } else { t_string!(i18n, keys.entry.passkey).to_string() }}
            </Button>
        </Show>
    }
}
