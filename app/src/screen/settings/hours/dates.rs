//! Holidays and special dates, and their import.

use super::sheet::Sheet;
use super::week::Slots;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::{BrState, holidays, limit};

/// The list, with what adds to it.
#[component]
pub(super) fn Dates(sheet: Sheet) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let times = use_times();
    let faults = use_context::<Faults>();
    let wrong = move || faults.and_then(|f| f.of("dates")).map(|wrong| fault::say_wrong(i18n, wrong));
    let rows = move || sheet.dates.with(|all| all.iter().map(|d| d.row).collect::<Vec<_>>());
    let add = move |()| {
        let row = sheet.add_date(untrack(|| times.day_key(clock.exact())));
        request_animation_frame(move || {
            if let Some(el) = document().query_selector(&format!("[data-row='{row}'] input")).ok().flatten() {
                let _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus();
            }
        });
    };
    view! {
        <fieldset class="hours-dates">
            <legend class="field-label">{t!(i18n, hours.dates.title)}</legend>
            <p class="field-hint">{t!(i18n, hours.dates.lead)}</p>
            <ul class="hours-date-list">
                <For each=rows key=|row| *row let:row><Row sheet row/></For>
            </ul>
            <Show when=move || sheet.dates.with(Vec::is_empty)><p class="hours-none">{t!(i18n, hours.dates.none)}</p></Show>
            <p class="field-fault" aria-live="polite">{wrong}</p>
            <div class="hours-date-acts">
                <Button icon="plus" press=add>{t!(i18n, hours.dates.add)}</Button>
                <Import sheet/>
            </div>
        </fieldset>
    }
}

#[component]
fn Row(sheet: Sheet, row: u32) -> impl IntoView {
    let i18n = use_i18n();
    let faults = use_context::<Faults>();
    let of = move || sheet.read_date(row);
    let closed = move || of().is_none_or(|d| d.closed);
    let field = move || format!("date_{}", of().map(|d| d.date).unwrap_or_default());
    let wrong = move || faults?.of(&field()).map(|wrong| fault::say_wrong(i18n, wrong));
    // Named by its date, which is unlike the others'.
    let name = Signal::derive(move || of().map(|d| format!("{} {}", d.date, d.name).trim().to_owned()).unwrap_or_default());
    let change_date = move |event| {
        if let Some(faults) = faults {
            faults.touched(&untrack(field));
        }
        let typed = event_target_value(&event);
        sheet.write_date(row, |d| d.date = typed);
    };
    view! {
        <li class="hours-date" data-row=row role="group" aria-label=move || name.get()>
            <input type="date" class="input" name=field required aria-label=move || t_string!(i18n, hours.dates.date).to_string()
                aria-invalid=move || wrong().map(|_| "true") prop:value=move || of().map(|d| d.date).unwrap_or_default() on:input=change_date/>
            <input type="text" class="input" dir="auto" maxlength=limit::NAME_MAX aria-label=move || t_string!(i18n, hours.dates.name).to_string()
                placeholder=move || t_string!(i18n, hours.dates.name).to_string() prop:value=move || of().map(|d| d.name).unwrap_or_default()
                on:input=move |event| { let typed = event_target_value(&event); sheet.write_date(row, |d| d.name = typed) }/>
            <label class="check">
                <input type="checkbox" prop:checked=closed checked=untrack(closed)
                    on:change=move |event| { let on = event_target_checked(&event); sheet.write_date(row, |d| d.closed = on) }/>
                <span class="check-text">{t!(i18n, hours.dates.closed)}</span>
            </label>
            <IconButton icon="trash" small=true press=move |()| sheet.remove_date(row)
                label=move || t_string!(i18n, hours.dates.remove, name = name.get()).to_string()/>
            {move || if closed() {
                view! { <p class="field-fault" aria-live="polite">{wrong}</p> }.into_any()
            } else {
                view! { <div class="hours-slots"><Slots sheet row field=Signal::derive(field) name/></div> }.into_any()
            }}
        </li>
    }
}

/// Brazil's holidays of a year (HR-6).
#[component]
fn Import(sheet: Sheet) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let clock = use_clock();
    let times = use_times();
    let open = RwSignal::new(false);
    let this = untrack(|| times.day_key(clock.exact())).get(..4).and_then(|year| year.parse::<i16>().ok()).unwrap_or(2026);
    let (year, state, optional) = (RwSignal::new(this.to_string()), RwSignal::new(String::new()), RwSignal::new(false));
    let years = Signal::stored([this, this + 1].map(|y| Choice::new(y.to_string(), y.to_string())).to_vec());
    let states = Signal::derive(move || {
        let none = Choice::new("", t_string!(i18n, hours.import.no_state));
        std::iter::once(none).chain(BrState::ALL.iter().map(|s| Choice::new(s.word(), s.word()))).collect::<Vec<_>>()
    });
    let found = move || {
        let all = holidays(year.read().parse().unwrap_or(this), state.read().parse::<BrState>().ok());
        all.into_iter().filter(|h| optional.get() || !h.optional).collect::<Vec<_>>()
    };
    let import = move |()| {
        let n = sheet.import(&untrack(found));
        open.set(false);
        toasts.say(tu_string!(i18n, hours.import.done, count = n).to_string());
    };
    view! {
        <Popover label=move || t_string!(i18n, hours.import.title).to_string() icon="download" open>
            <div class="hours-import">
                <Select name="import_year" value=year choices=years label=move || t_string!(i18n, hours.import.year).to_string()/>
                <Select name="import_state" value=state choices=states label=move || t_string!(i18n, hours.import.state).to_string()
                    hint=move || t_string!(i18n, hours.import.state_hint).to_string()/>
                <Checkbox checked=optional label=move || t_string!(i18n, hours.import.optional).to_string()/>
                <Button kind=Kind::Primary press=import>{move || t_string!(i18n, hours.import.run, count = found().len()).to_string()}</Button>
            </div>
        </Popover>
    }
}
