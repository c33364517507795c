//! The safety delay (TS-1).

use crate::api::settings::save_delay;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Account, SafetyDelay, limit};

/// Whether what people send waits, and how long.
#[component]
pub(super) fn Delay(settings: SafetyDelay) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let enabled = RwSignal::new(settings.enabled);
    let seconds = RwSignal::new(settings.seconds.to_string());
    let form = Form::new(move || SafetyDelay { enabled: enabled.get(), seconds: seconds.get().parse().unwrap_or_default() });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(SafetyDelay::check, save_delay, move |account: Account| session.set_account(account));
    };
    let choices = Signal::stored(
        (limit::DELAY_SECONDS_MIN..=limit::DELAY_SECONDS_MAX).map(|n| Choice::new(n.to_string(), n.to_string())).collect::<Vec<_>>(),
    );
    view! {
        <form class="form card delay" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, message.delay.title)}</h3>
            <p class="field-hint">{t!(i18n, message.delay.lead)}</p>
            <Toggle name="delay" checked=enabled label=move || t_string!(i18n, message.delay.on).to_string()
                hint=move || t_string!(i18n, message.delay.on_hint).to_string()/>
            <Show when=move || enabled.get()>
                <Select name="seconds" value=seconds choices label=move || t_string!(i18n, message.delay.seconds).to_string()/>
            </Show>
            <FormFoot form/>
        </form>
    }
}
