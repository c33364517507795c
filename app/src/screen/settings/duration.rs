//! A length of time: a number and its unit.

use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// The largest unit in which it is a whole number.
fn unit_of(minutes: i64) -> i64 {
    [DAY, HOUR].into_iter().find(|unit| minutes > 0 && minutes % unit == 0).unwrap_or(1)
}

fn unit_name(i18n: I18nContext<Locale>, unit: i64) -> String {
    match unit {
        DAY => t_string!(i18n, closing.auto.days),
        HOUR => t_string!(i18n, closing.auto.hours),
        _ => t_string!(i18n, closing.auto.minutes),
    }
    .to_string()
}

/// `2 dias`. Tracks the language.
pub(super) fn minutes_text(i18n: I18nContext<Locale>, minutes: i64) -> String {
    let unit = unit_of(minutes);
    format!("{} {}", minutes / unit, unit_name(i18n, unit))
}

/// Minutes, typed as minutes, hours or days. What is no number, or outside the limits, is zero: the form refuses it.
#[component]
pub(super) fn DurationField(
    /// The draft's field, whose fault is shown.
    name: &'static str,
    value: RwSignal<i64>,
    min: i64,
    max: i64,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let start = value.get_untracked();
    let unit = RwSignal::new(unit_of(start).to_string());
    let number = RwSignal::new((start / unit_of(start)).to_string());
    effect(move || {
        let unit: i64 = unit.read().parse().unwrap_or(1);
        let minutes = number.read().trim().parse::<i64>().ok().and_then(|n| n.checked_mul(unit)).filter(|m| (min..=max).contains(m));
        let minutes = minutes.unwrap_or_default();
        if value.get_untracked() != minutes {
            value.set(minutes);
        }
    });
    let units = Signal::derive(move || [1, HOUR, DAY].map(|u| Choice::new(u.to_string(), unit_name(i18n, u))).to_vec());
    let unit_field: &'static str = match name {
        "idle_minutes" => "idle_unit",
        "remind_minutes" => "remind_unit",
        "return_minutes" => "return_unit",
        "away_minutes" => "away_unit",
        "offline_minutes" => "offline_unit",
        "first_minutes" => "first_unit",
        "next_minutes" => "next_unit",
        "resolve_minutes" => "resolve_unit",
        _ => "warn_unit",
    };
    view! {
        <div class="duration">
            <TextField name kind="number" value=number max=6 label hint/>
            <Select name=unit_field quiet=true value=unit choices=units label=move || t_string!(i18n, closing.auto.unit).to_string()/>
        </div>
    }
}
