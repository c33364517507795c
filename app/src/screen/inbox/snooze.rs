//! Snoozing and pinning the open conversation (NX-21).

use super::thread::opened_by;
use super::thread::pane::{Pane, Sheet, use_pane};
use crate::api::kept::snooze_choices;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, SnoozeKind, SnoozeUntil, Wrong, limit};

/// Whether the open conversation is pinned. Tracked.
fn is_pinned(pane: Pane) -> bool {
    pane.store.pins().with(|p| p.contains(&pane.id))
}

/// Pins the open conversation to the top of mine, or lets it go.
pub fn toggle_pin(pane: Pane) {
    let on = !untrack(|| is_pinned(pane));
    let i18n = pane.i18n();
    spawn_local(async move {
        if let Err(fault) = pane.store.set_pin(pane.id, on).await {
            pane.fail(untrack(|| match fault {
                Fault::Invalid { .. } => t_string!(i18n, working.pin.most, count = limit::PINS_MAX).to_string(),
                other => fault::say(i18n, &other),
            }));
        }
    });
}

/// Brings the open conversation back into the list.
pub fn wake(pane: Pane) {
    spawn_local(async move {
        if let Err(fault) = pane.store.snooze(pane.id, None).await {
            pane.fail(untrack(|| fault::say(pane.i18n(), &fault)));
        }
    });
}

/// Pin and snooze in the menu of the head.
#[component]
pub fn KeepItems() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    move || {
        pane.is_in_mine().then(|| {
            let is_asleep = pane.of(|c| c.snoozed_until.is_some());
            view! {
                <MenuItem icon="pin" keys=CommandId::Pin.keys() press=move |()| toggle_pin(pane)>{move || if is_pinned(pane) {
                    t_string!(i18n, working.pin.off)
                } else {
                    t_string!(i18n, working.pin.on)
                }}</MenuItem>
                <MenuItem icon="calendar-clock" keys=CommandId::Snooze.keys() press=move |()| pane.sheet.set(Some(Sheet::Snooze))>{t!(i18n, working.snooze.open)}</MenuItem>
                {is_asleep.then(|| view! {
                    <MenuItem icon="undo" press=move |()| wake(pane)>{t!(i18n, working.snooze.wake)}</MenuItem>
                })}
            }
        })
    }
}

/// Until when the open conversation is snoozed; a press brings it back.
#[component]
pub fn SnoozeChip() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let times = use_times();
    let until = Memo::new(move |_| pane.of(|c| c.snoozed_until));
    let says = move |at| {
        let time = times.text(at, TimeStyle::Full);
        t_string!(i18n, working.snooze.chip, time = time.as_str()).to_string()
    };
    move || {
        until.get().map(|at| {
            let tip = move || t_string!(i18n, working.snooze.wake).to_string();
            if pane.is_in_mine() {
                view! {
                    <button type="button" class="chip-button" data-tip=tip aria-label=move || format!("{}. {}", says(at), tip()) on:click=move |_| wake(pane)>
                        <Icon name="calendar-clock" small=true/>{move || says(at)}
                    </button>
                }
                .into_any()
            } else {
                view! { <Chip icon="calendar-clock">{move || says(at)}</Chip> }.into_any()
            }
        })
    }
}

/// The question: until when?
#[component]
pub fn SnoozeDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| *s == Sheet::Snooze);
    view! {
        <Dialog open title=move || t_string!(i18n, working.snooze.title).to_string()>
            <p class="dialog-lead">{t!(i18n, working.snooze.text)}</p>
            {move || open.get().then(|| view! { <Choices open/> })}
        </Dialog>
    }
}

#[component]
fn Choices(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let (times, session) = (use_times(), use_session());
    let toasts = use_toasts();
    let fetched = Fetched::new(|| async { snooze_choices().await });
    let custom = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<Fault>);
    let snooze = move |until: SnoozeUntil| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refused.set(None);
        spawn_local(async move {
            let done = pane.store.snooze(pane.id, Some(until)).await;
            if let Ok(row) = &done {
                let time = row.snoozed_until.map(|at| untrack(|| times.text(at, TimeStyle::Full))).unwrap_or_default();
                let said = untrack(|| t_string!(i18n, working.snooze.done, time = time.as_str()).to_string());
                toasts.undo(i18n, said, move || wake_again(pane, toasts));
            }
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(_) => open.set(false),
                Err(fault) => refused.set(Some(fault)),
            }
        });
    };
    let says = move |fault: &Fault| match fault {
        Fault::Invalid { fields } if fields.iter().any(|f| f.wrong == Wrong::TooMany) => {
            t_string!(i18n, working.snooze.most, count = limit::SNOOZED_MAX).to_string()
        }
        Fault::Invalid { .. } => t_string!(i18n, working.snooze.wrong).to_string(),
        other => fault::say(i18n, other),
    };
    let zone = move || {
        let zone = session.time_zone();
        t_string!(i18n, working.snooze.zone, zone = zone.as_str()).to_string()
    };
    view! {
        <div class="snooze-choices">
            {move || match fetched.get() {
                None => view! { <Skeleton lines=3/> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| fetched.refetch()/> }.into_any(),
                Some(Ok(list)) => list.into_iter().map(|choice| view! {
                    <button type="button" class="snooze-choice" on:click=move |_| snooze(SnoozeUntil::Time { at: choice.at })>
                        <span>{move || match choice.kind {
                            SnoozeKind::Later => t_string!(i18n, working.snooze.later),
                            SnoozeKind::Tomorrow => t_string!(i18n, working.snooze.tomorrow),
                            SnoozeKind::Week => t_string!(i18n, working.snooze.week),
                        }}</span>
                        <small>{move || times.text(choice.at, TimeStyle::Full)}</small>
                    </button>
                }).collect_view().into_any(),
            }}
        </div>
        <form class="snooze-custom" method="post" novalidate on:submit=move |event| {
            event.prevent_default();
            snooze(SnoozeUntil::Clock { local: custom.get_untracked() });
        }>
            <TextField name="snooze-at" kind="datetime-local" value=custom label=move || t_string!(i18n, working.snooze.custom).to_string() hint=Signal::derive(zone)/>
            <Button kind=Kind::Primary submit=true busy>{t!(i18n, working.snooze.submit)}</Button>
        </form>
        {move || refused.get().map(|f| view! { <p class="form-fault" role="alert">{says(&f)}</p> })}
    }
}

/// Takes a snooze back, when the pane may show something else by now.
fn wake_again(pane: Pane, toasts: Toasts) {
    let (store, id, i18n) = (pane.store, pane.id, pane.i18n());
    spawn_local(async move {
        if let Err(fault) = store.snooze(id, None).await {
            toasts.fail(untrack(|| fault::say(i18n, &fault)));
        }
    });
}
