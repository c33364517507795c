//! Choosing a time zone.

use super::TextField;
use super::effect;
use super::time::use_times;
use crate::i18n::*;
use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Offered first: where most of our readers are.
const COMMON: [&str; 24] = [
    "America/Sao_Paulo",
    "America/Manaus",
    "America/Fortaleza",
    "America/Recife",
    "America/Bahia",
    "America/Belem",
    "America/Cuiaba",
    "America/Campo_Grande",
    "America/Porto_Velho",
    "America/Rio_Branco",
    "America/Noronha",
    "Europe/Lisbon",
    "Europe/Madrid",
    "America/Argentina/Buenos_Aires",
    "America/Santiago",
    "America/Bogota",
    "America/Lima",
    "America/Mexico_City",
    "America/Montevideo",
    "America/Asuncion",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "UTC",
];

/// A field for an IANA time zone: common ones first, every other one by typing. Says what time it is there.
#[component]
pub fn ZoneField(
    value: RwSignal<String>,
    /// Fills in the browser's own zone while nothing is chosen.
    #[prop(optional)]
    guess: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let times = use_times();
    let others = RwSignal::new(Vec::new());
    effect(move || {
        others.set(known_zones());
        if guess
            && value.with_untracked(String::is_empty)
            && let Some(zone) = own_zone()
        {
            value.set(zone);
        }
    });
    let hint = Signal::derive(move || {
        let time = times.clock_in(value.read().trim());
        if time.is_empty() { time } else { t_string!(i18n, auth.zone.hint, time = time).to_string() }
    });
    view! {
        <TextField name="time_zone" label=move || t_string!(i18n, auth.zone.label).to_string() value list="time-zones" code=true hint
            placeholder=move || t_string!(i18n, auth.zone.search).to_string()/>
        <datalist id="time-zones">
            {COMMON.map(|zone| view! { <option value=zone></option> }).collect_view()}
            {move || others.get().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}
        </datalist>
    }
}

/// The zone of the browser.
fn own_zone() -> Option<String> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let make = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into::<Function>().ok()?;
    let made = Reflect::construct(&make, &Array::new()).ok()?;
    let resolved = Reflect::get(&made, &"resolvedOptions".into()).ok()?.dyn_into::<Function>().ok()?.call0(&made).ok()?;
    Reflect::get(&resolved, &"timeZone".into()).ok()?.as_string()
}

/// Every zone that the browser knows, less the common ones.
fn known_zones() -> Vec<String> {
    let ask = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let list = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into::<Function>().ok()?;
        list.call1(&intl, &"timeZone".into()).ok()?.dyn_into::<Array>().ok()
    };
    ask().map(|all| all.iter().filter_map(|z| z.as_string()).filter(|z| !COMMON.contains(&z.as_str())).collect()).unwrap_or_default()
}
