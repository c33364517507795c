//! Seven days with their periods.

use super::sheet::Sheet;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

/// A weekday's name; Monday is 0. Tracks the language.
pub(super) fn day_name(i18n: I18nContext<Locale>, day: usize) -> String {
    match day {
        0 => t_string!(i18n, hours.day.mon),
        1 => t_string!(i18n, hours.day.tue),
        2 => t_string!(i18n, hours.day.wed),
        3 => t_string!(i18n, hours.day.thu),
        4 => t_string!(i18n, hours.day.fri),
        5 => t_string!(i18n, hours.day.sat),
        _ => t_string!(i18n, hours.day.sun),
    }
    .to_string()
}

/// The week.
#[component]
pub(super) fn Week(sheet: Sheet) -> impl IntoView {
    let i18n = use_i18n();
    let faults = use_context::<Faults>();
    let wrong = move || faults.and_then(|f| f.of("week")).map(|_| t_string!(i18n, hours.never).to_string());
    view! {
        <fieldset class="hours-week">
            <legend class="field-label">{t!(i18n, hours.week)}</legend>
            {(0..7).map(|day| view! { <Day sheet day/> }).collect_view()}
            <p class="field-fault" aria-live="polite">{wrong}</p>
            <p class="field-hint">{t!(i18n, hours.week_hint)}</p>
        </fieldset>
    }
}

const FIELDS: [&str; 7] = ["day_0", "day_1", "day_2", "day_3", "day_4", "day_5", "day_6"];

#[component]
fn Day(sheet: Sheet, day: usize) -> impl IntoView {
    let i18n = use_i18n();
    let row = u32::try_from(day).unwrap_or_default();
    let name = Signal::derive(move || day_name(i18n, day));
    let field = Signal::stored(FIELDS[day].to_owned());
    let copy_label = move || {
        let name = name.get();
        t_string!(i18n, hours.copy, day = name.as_str()).to_string()
    };
    let copy = move |to: Vec<u32>| sheet.copy(row, &to.into_iter().filter(|r| *r != row).collect::<Vec<_>>());
    view! {
        <div class="hours-day" class:off=move || !sheet.is_active(day) role="group" aria-label=move || name.get()>
            <label class="check toggle">
                <input type="checkbox" role="switch" prop:checked=move || sheet.is_active(day) checked=untrack(|| sheet.is_active(day))
                    on:change=move |event| sheet.set_active(day, event_target_checked(&event))/>
                <span class="check-text">{move || name.get()}</span>
            </label>
            <div class="hours-slots">
                <Show when=move || sheet.is_active(day) fallback=move || view! { <span class="hours-closed">{t!(i18n, hours.closed)}</span> }>
                    <Slots sheet row field name/>
                </Show>
            </div>
            <Menu label=copy_label icon="copy" icon_only=true small=true>
                <MenuItem press=move |()| copy((0..5).collect())>{t!(i18n, hours.copy_weekdays)}</MenuItem>
                <MenuItem press=move |()| copy((0..7).collect())>{t!(i18n, hours.copy_all)}</MenuItem>
                {(0..7).filter(|other| *other != day).map(|other| {
                    let to = u32::try_from(other).unwrap_or_default();
                    view! { <MenuItem press=move |()| copy(vec![to])>{move || day_name(i18n, other)}</MenuItem> }
                }).collect_view()}
            </Menu>
        </div>
    }
}

/// The periods of a row, and what is wrong with them.
#[component]
pub(super) fn Slots(sheet: Sheet, row: u32, field: Signal<String>, name: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let faults = use_context::<Faults>();
    let touched = move || {
        if let Some(faults) = faults {
            faults.touched(&field.get_untracked());
        }
    };
    let wrong = move || faults?.of(&field.read()).map(|wrong| fault::say_wrong(i18n, wrong));
    let from_label = move || t_string!(i18n, hours.from, day = name.get()).to_string();
    let to_label = move || t_string!(i18n, hours.to, day = name.get()).to_string();
    view! {
        <ul>
            <For each=move || sheet.keys(row) key=|key| *key let:key>
                <li class="hours-slot">
                    <input type="time" class="input" name=move || sheet.named.then(|| field.get()) required aria-label=from_label
                        aria-invalid=move || wrong().map(|_| "true") prop:value=move || sheet.read(key).map(|s| s.from).unwrap_or_default()
                        on:input=move |event| { let typed = event_target_value(&event); sheet.write(key, |s| s.from = typed); touched() }/>
                    <span aria-hidden="true">"–"</span>
                    <input type="time" class="input" required aria-label=to_label
                        aria-invalid=move || wrong().map(|_| "true") prop:value=move || sheet.read(key).map(|s| s.to).unwrap_or_default()
                        on:input=move |event| { let typed = event_target_value(&event); sheet.write(key, |s| s.to = typed); touched() }/>
                    <IconButton small=true icon="x" label=move || t_string!(i18n, hours.remove_slot).to_string()
                        press=move |()| { sheet.remove(key); touched() }/>
                </li>
            </For>
        </ul>
        <Button small=true kind=Kind::Ghost icon="plus" press=move |()| { sheet.add(row); touched() }>{t!(i18n, hours.add_slot)}</Button>
        <p class="field-fault" aria-live="polite">{wrong}</p>
    }
}
