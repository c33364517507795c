//! Reasons for being away with their texts, and when somebody is away or offline by themselves (ST-1 to ST-3).

use super::duration::DurationField;
use super::list::when_here;
use crate::api::status::{save_status, status_setup};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::status;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{AwayReason, Fault, StatusSettings, limit};

/// The page.
#[component]
pub fn StatusScreen() -> impl IntoView {
    let i18n = use_i18n();
    let stored = Fetched::new(status_setup);
    view! {
        <Title text=move || t_string!(i18n, status.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, status.title)}</h2>
                <p>{t!(i18n, status.settings.lead)}</p>
            </header>
            // Made anew when what somebody else saved is taken over.
            {when_here(stored, move |settings| {
                (move || view! { <StatusForm settings=settings.get() retake=move |()| stored.refetch()/> }.into_any()).into_any()
            })}
        </section>
    }
}

/// A reason on screen; its number stays when it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    row: u32,
    reason: AwayReason,
}

/// The list as typed.
#[derive(Clone, Copy)]
struct Lines {
    all: RwSignal<Vec<Line>>,
    next: StoredValue<u32>,
}

impl Lines {
    fn new(reasons: Vec<AwayReason>) -> Lines {
        let lines = Lines { all: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        lines.all.set(reasons.into_iter().map(|reason| Line { row: lines.take(), reason }).collect());
        lines
    }

    fn take(self) -> u32 {
        let next = self.next.get_value();
        self.next.set_value(next + 1);
        next
    }

    /// The list as it would be saved. Tracked.
    fn reasons(self) -> Vec<AwayReason> {
        self.all.with(|all| all.iter().map(|l| l.reason.clone()).collect())
    }

    /// What was saved, in the same order.
    fn saved(self, reasons: Vec<AwayReason>) {
        self.all.update(|all| all.iter_mut().zip(reasons).for_each(|(line, reason)| line.reason = reason));
    }

    /// The reason, and its place. Tracked.
    fn read(self, row: u32) -> Option<(usize, AwayReason)> {
        self.all.with(|all| all.iter().enumerate().find(|(_, l)| l.row == row).map(|(at, l)| (at, l.reason.clone())))
    }

    fn write(self, row: u32, change: impl FnOnce(&mut AwayReason)) {
        self.all.update(|all| {
            if let Some(line) = all.iter_mut().find(|l| l.row == row) {
                change(&mut line.reason);
            }
        });
    }

    fn add(self) -> u32 {
        let row = self.take();
        let reason = AwayReason { key: String::new(), name: String::new(), text: String::new(), active: true };
        self.all.update(|all| all.push(Line { row, reason }));
        row
    }

    fn remove(self, row: u32) {
        self.all.update(|all| all.retain(|l| l.row != row));
    }

    /// Moves it by one place.
    fn shift(self, row: u32, by: isize) {
        self.all.update(|all| {
            let Some(at) = all.iter().position(|l| l.row == row) else { return };
            if let Some(to) = at.checked_add_signed(by).filter(|to| *to < all.len()) {
                all.swap(at, to);
            }
        });
    }
}

#[component]
fn StatusForm(settings: StatusSettings, #[prop(into)] retake: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let version = RwSignal::new(settings.version);
    let lines = Lines::new(settings.reasons);
    let (idles, offline) = (RwSignal::new(settings.away_minutes > 0), RwSignal::new(settings.offline_minutes));
    let idle = RwSignal::new(if settings.away_minutes > 0 { settings.away_minutes } else { 15 });
    let form = Form::new(move || StatusSettings {
        // Not what a person changes: it goes along when this is saved.
        version: 0,
        reasons: lines.reasons(),
        // What is no right length is refused, and not taken for switched off.
        away_minutes: match (idles.get(), idle.get()) {
            (false, _) => 0,
            (true, 0) => -1,
            (true, minutes) => minutes,
        },
        offline_minutes: offline.get(),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let at = version.get_untracked();
        let done = move |saved: StatusSettings| {
            version.set(saved.version);
            lines.saved(saved.reasons);
            form.keep();
        };
        form.save(StatusSettings::check, move |draft| save_status(StatusSettings { version: at, ..draft }), done);
    };
    let add = move |()| {
        let row = lines.add();
        request_animation_frame(move || {
            if let Some(el) = document().query_selector(&format!("[data-row='{row}'] input")).ok().flatten() {
                let _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus();
            }
        });
    };
    let rows = move || lines.all.with(|all| all.iter().map(|l| l.row).collect::<Vec<_>>());
    let full = move || (rows().len() >= limit::AWAY_REASONS_MAX).then(|| t_string!(i18n, common.wrong.too_many).to_string());
    let wrong = move || form.faults().of("reasons").map(|wrong| fault::say_wrong(i18n, wrong));
    let conflict = move || form.faults().other() == Some(Fault::Conflict);
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <fieldset class="away-reasons">
                <legend class="field-label">{t!(i18n, status.settings.reasons)}</legend>
                <p class="field-hint">{t!(i18n, status.settings.reasons_hint)}</p>
                <ul>
                    <For each=rows key=|row| *row let:row><Reason lines row/></For>
                </ul>
                <p class="field-fault" aria-live="polite">{wrong}</p>
                <Button icon="plus" why=Signal::derive(full) press=add>{t!(i18n, status.settings.add)}</Button>
            </fieldset>
            <Toggle name="idles" checked=idles label=move || t_string!(i18n, status.settings.idle).to_string()
                hint=move || t_string!(i18n, status.settings.idle_hint).to_string()/>
            <Show when=move || idles.get()>
                <DurationField name="away_minutes" value=idle min=limit::STATUS_MINUTES_MIN max=limit::STATUS_MINUTES_MAX
                    label=move || t_string!(i18n, status.settings.idle_after).to_string() hint=move || t_string!(i18n, status.settings.limits).to_string()/>
            </Show>
            <DurationField name="offline_minutes" value=offline min=limit::STATUS_MINUTES_MIN max=limit::STATUS_MINUTES_MAX
                label=move || t_string!(i18n, status.settings.offline_after).to_string()
                hint=move || t_string!(i18n, status.settings.offline_hint).to_string()/>
            <Show when=conflict>
                <Button icon="refresh" press=retake>{t!(i18n, hours.take_theirs)}</Button>
            </Show>
            <FormFoot form/>
        </form>
    }
}

/// One reason. Several of these are on one page: the labels hold their fields.
#[component]
fn Reason(lines: Lines, row: u32) -> impl IntoView {
    let i18n = use_i18n();
    let faults = use_context::<Faults>();
    let of = move || lines.read(row).map(|(_, reason)| reason);
    let place = move || lines.read(row).map_or(0, |(at, _)| at);
    let is_own = untrack(of).is_some_and(|r| r.preset().is_none());
    let is_new = move || of().is_some_and(|r| r.key.is_empty());
    let name = Signal::derive(move || of().map(|r| status::reason(i18n, &r.key, &r.name)).unwrap_or_default());
    let active = move || of().is_some_and(|r| r.active);
    let name_field = move || format!("name_{}", place());
    let text_field = move || format!("text_{}", place());
    let wrong = move |field: String| faults?.of(&field).map(|wrong| fault::say_wrong(i18n, wrong));
    let touched = move |field: String| {
        if let Some(faults) = faults {
            faults.touched(&field);
        }
    };
    let text_max = u32::try_from(limit::CLOSING_TEXT_MAX).unwrap_or(u32::MAX);
    view! {
        <li><div class="away-reason" class:off=move || !active() data-row=row role="group" aria-label=move || name.get()>
            <div class="away-reason-head">
                {if is_own {
                    view! {
                        <input type="text" class="input" dir="auto" name=name_field maxlength=limit::AWAY_NAME_MAX
                            aria-label=move || t_string!(i18n, status.settings.name).to_string() placeholder=move || t_string!(i18n, status.settings.name).to_string()
                            aria-invalid=move || wrong(name_field()).map(|_| "true") prop:value=move || of().map(|r| r.name).unwrap_or_default()
                            on:input=move |event| { let typed = event_target_value(&event); lines.write(row, |r| r.name = typed); touched(untrack(name_field)) }/>
                    }.into_any()
                } else {
                    view! { <strong>{move || name.get()}</strong> }.into_any()
                }}
                <label class="check toggle">
                    <input type="checkbox" role="switch" prop:checked=active checked=untrack(active)
                        on:change=move |event| { let on = event_target_checked(&event); lines.write(row, |r| r.active = on) }/>
                    <span class="check-text">{t!(i18n, status.settings.active)}</span>
                </label>
                <span class="entry-move">
                    <IconButton small=true icon="arrow-up" label=move || t_string!(i18n, status.settings.up, name = name.get()).to_string()
                        press=move |()| lines.shift(row, -1)/>
                    <IconButton small=true icon="arrow-down" label=move || t_string!(i18n, status.settings.down, name = name.get()).to_string()
                        press=move |()| lines.shift(row, 1)/>
                    <Show when=is_new>
                        <IconButton small=true icon="trash" label=move || t_string!(i18n, status.settings.remove, name = name.get()).to_string()
                            press=move |()| lines.remove(row)/>
                    </Show>
                </span>
            </div>
            {is_own.then(|| view! { <p class="field-fault" aria-live="polite">{move || wrong(name_field())}</p> })}
            <label class="field">
                <span class="field-label">
                    <span>{t!(i18n, status.settings.text)}</span>
                    <span class="field-optional">{t!(i18n, common.word.optional)}</span>
                </span>
                <textarea class="input" rows="2" dir="auto" name=text_field maxlength=text_max prop:value=move || of().map(|r| r.text).unwrap_or_default()
                    on:input=move |event| { let typed = event_target_value(&event); lines.write(row, |r| r.text = typed); touched(untrack(text_field)) }></textarea>
                <span class="field-fault" aria-live="polite">{move || wrong(text_field())}</span>
            </label>
        </div></li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn st_2_reasons_move_and_keep_what_was_typed() {
        let owner = Owner::new();
        owner.with(|| {
            let lines = Lines::new(StatusSettings::default().reasons);
            let row = lines.add();
            lines.write(row, |r| r.name = "Médico".into());
            lines.shift(row, 1);
            for _ in 0..9 {
                lines.shift(row, -1);
            }
            let keys = || lines.reasons().into_iter().map(|r| r.key + &r.name).collect::<Vec<_>>();
            assert_eq!(keys(), ["Médico", "LUNCH", "BREAK", "MEETING", "TRAINING"]);
            let saved =
                lines.reasons().into_iter().map(|r| AwayReason { key: if r.key.is_empty() { "7".into() } else { r.key.clone() }, ..r });
            lines.saved(saved.collect());
            assert_eq!(lines.read(row).map(|(at, r)| (at, r.key)), Some((0, "7".into())));
            lines.remove(row);
            assert_eq!(keys(), ["LUNCH", "BREAK", "MEETING", "TRAINING"]);
        });
    }
}
