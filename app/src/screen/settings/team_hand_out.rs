//! How a team hands out what waits in its queue (TE-1, DI-1 to DI-9).

use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::{Algorithm, Distribution};

/// The rule as it is on screen.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    enabled: RwSignal<bool>,
    algorithm: RwSignal<String>,
    only_online: RwSignal<bool>,
    overflow: RwSignal<bool>,
    wait: RwSignal<String>,
    max: RwSignal<String>,
    concurrent: RwSignal<String>,
    stored: Distribution,
}

impl Rule {
    pub fn new(stored: Distribution) -> Rule {
        Rule {
            enabled: RwSignal::new(stored.enabled),
            algorithm: RwSignal::new(stored.algorithm.word().to_owned()),
            only_online: RwSignal::new(stored.only_online),
            overflow: RwSignal::new(stored.overflow),
            wait: RwSignal::new(stored.wait_minutes.to_string()),
            max: RwSignal::new(stored.max_minutes.to_string()),
            concurrent: RwSignal::new(stored.max_concurrent.to_string()),
            stored,
        }
    }

    /// The rule as it would be saved. Tracked. What is not on screen stays as it is stored; what is no number is refused.
    pub fn get(self) -> Distribution {
        let (enabled, overflow) = (self.enabled.get(), self.overflow.get());
        let number =
            |text: RwSignal<String>, shown: bool, stored: i64| if shown { text.get().trim().parse().unwrap_or(-1) } else { stored };
        Distribution {
            enabled,
            algorithm: self.algorithm.get().parse().unwrap_or(self.stored.algorithm),
            only_online: self.only_online.get(),
            overflow,
            wait_minutes: number(self.wait, enabled && overflow, self.stored.wait_minutes),
            max_minutes: number(self.max, enabled && overflow, self.stored.max_minutes),
            max_concurrent: number(self.concurrent, enabled, self.stored.max_concurrent),
        }
    }
}

/// The part of the team's form.
#[component]
pub(super) fn HandOut(rule: Rule) -> impl IntoView {
    let i18n = use_i18n();
    let algorithms = Signal::derive(move || {
        vec![
            Choice::new(Algorithm::RoundRobin.word(), t_string!(i18n, distribution.round)),
            Choice::new(Algorithm::LeastLoaded.word(), t_string!(i18n, distribution.least)),
        ]
    });
    let explain = move |word: String| {
        match word.parse() {
            Ok(Algorithm::LeastLoaded) => t_string!(i18n, distribution.least_text),
            _ => t_string!(i18n, distribution.round_text),
        }
        .to_string()
    };
    view! {
        <fieldset class="form-part">
            <legend>{t!(i18n, distribution.title)}</legend>
            <Toggle name="distribution" checked=rule.enabled label=move || t_string!(i18n, distribution.enabled).to_string()
                hint=move || t_string!(i18n, distribution.enabled_hint).to_string()/>
            <Show when=move || rule.enabled.get()>
                <Radios name="algorithm" value=rule.algorithm choices=algorithms explain=Callback::new(explain)
                    label=move || t_string!(i18n, distribution.algorithm).to_string()/>
                <TextField name="max_concurrent" kind="number" max=3 value=rule.concurrent label=move || t_string!(i18n, distribution.concurrent).to_string()
                    hint=move || t_string!(i18n, distribution.concurrent_hint).to_string()/>
                <Toggle name="only_online" checked=rule.only_online label=move || t_string!(i18n, distribution.online).to_string()
                    hint=move || t_string!(i18n, distribution.online_hint).to_string()/>
                <Toggle name="overflow" checked=rule.overflow label=move || t_string!(i18n, distribution.overflow).to_string()
                    hint=move || t_string!(i18n, distribution.overflow_hint).to_string()/>
                <Show when=move || rule.overflow.get()>
                    <div class="form-pair">
                        <TextField name="wait_minutes" kind="number" max=3 value=rule.wait label=move || t_string!(i18n, distribution.wait).to_string()
                            hint=move || t_string!(i18n, distribution.wait_hint).to_string()/>
                        <TextField name="max_minutes" kind="number" max=3 value=rule.max label=move || t_string!(i18n, distribution.max).to_string()
                            hint=move || t_string!(i18n, distribution.max_hint).to_string()/>
                    </div>
                </Show>
            </Show>
        </fieldset>
    }
}
