//! Promises of service in the open conversation (NX-21): the chip of the head, its priority in the menu, and the clocks
//! beside the contact.

use super::thread::pane::{Pane, use_pane};
use crate::api::sla::sla_clocks;
use crate::i18n::*;
use crate::part::*;
use crate::{fault, sla};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{Act, Millis, Priority, SlaClock, SlaOutcome, SlaTarget};

/// Clocks that have ended and are shown.
const PAST: usize = 6;

/// Priority, where somebody said one, and a promise in danger or broken.
#[component]
pub fn SlaChips() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let facts = Memo::new(move |_| pane.row.with(|r| r.as_ref().map(|c| (c.priority, c.sla))));
    move || {
        facts.get().map(|(priority, mark)| {
            let said = sla::priority_tone(priority).map(|tone| {
                view! { <Chip tone icon="flag" tip=t_string!(i18n, sla.priority.title).to_string()>{sla::priority(i18n, priority)}</Chip> }
            });
            let mark = mark.map(|mark| {
                let (tone, icon, text) = sla::mark(i18n, mark);
                view! { <Chip tone icon>{text}</Chip> }
            });
            view! { {said}{mark} }
        })
    }
}

/// The priorities in the menu of the head, for who may hand the conversation over.
#[component]
pub fn PriorityItems() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let may = Memo::new(move |_| {
        let row = pane.row.with(|r| r.as_ref().map(|c| (c.access(), c.status.is_open())));
        let Some((access, true)) = row else { return false };
        pane.store.workspace.with(|w| w.as_ref().is_some_and(|w| w.seen.may(Act::Transfer, &access)))
    });
    move || {
        may.get().then(|| {
            Priority::ALL
                .iter()
                .rev()
                .map(|priority| {
                    let priority = *priority;
                    let on = move || Some(pane.of(|c| c.priority) == priority);
                    let word = move || {
                        let name = sla::priority(i18n, priority);
                        t_string!(i18n, sla.priority.item, name = name.as_str()).to_string()
                    };
                    view! { <MenuItem icon="flag" checked=MaybeProp::derive(on) press=move |()| prioritize(pane, priority)>{word}</MenuItem> }
                })
                .collect_view()
        })
    }
}

fn prioritize(pane: Pane, priority: Priority) {
    spawn_local(async move {
        if let Err(fault) = pane.store.prioritize(pane.id, priority).await {
            pane.fail(untrack(|| fault::say(pane.i18n(), &fault)));
        }
    });
}

/// The clocks of the conversation, where the account promises something: what runs, with the time that is left, and how the
/// last ones ended.
#[component]
pub fn Promises(pane: Pane) -> impl IntoView {
    let used = Memo::new(move |_| pane.store.workspace.with(|w| w.as_ref().is_some_and(|w| w.promises)));
    view! { <Show when=move || used.get()><Clocks pane/></Show> }
}

#[component]
fn Clocks(pane: Pane) -> impl IntoView {
    let i18n = use_i18n();
    let id = pane.id;
    let fetched = Fetched::new(move || sla_clocks(id));
    // All that moves them is in the row.
    let moved = Memo::new(move |_| {
        pane.row.with(|r| r.as_ref().map(|c| (c.status, c.team_id, c.priority, c.sla, c.last_at, c.contact_tags.clone())))
    });
    Effect::new(move |before: Option<()>| {
        // Read, not only tracked: a memo that nobody reads never looks at what it is made of.
        moved.with(|_| ());
        if before.is_some() {
            fetched.refetch();
        }
    });
    let known = Memo::new(move |before: Option<&Vec<SlaClock>>| match fetched.get() {
        Some(Ok(clocks)) => clocks,
        // What is on screen stays there: the next change asks again.
        _ => before.cloned().unwrap_or_default(),
    });
    let shown = move || {
        let (running, past): (Vec<_>, Vec<_>) = known.get().into_iter().partition(|k| k.ended_at.is_none());
        running.into_iter().chain(past.into_iter().take(PAST)).collect::<Vec<_>>()
    };
    view! {
        <Show when=move || known.with(|k| !k.is_empty())>
            <section class="panel-part sla-clocks" aria-label=move || t_string!(i18n, sla.panel.title).to_string()>
                <h3>{t!(i18n, sla.panel.title)}</h3>
                <dl class="facts">
                    <For each=shown key=|clock| format!("{clock:?}") let:clock><ClockLine clock pane/></For>
                </dl>
            </section>
        </Show>
    }
}

fn target(i18n: I18nContext<Locale>, target: SlaTarget) -> String {
    match target {
        SlaTarget::First => t_string!(i18n, sla.target.first),
        SlaTarget::Next => t_string!(i18n, sla.target.next),
        SlaTarget::Resolve => t_string!(i18n, sla.target.resolve),
    }
    .to_string()
}

/// Time in words; less than a minute is one.
fn span(times: Times, millis: Millis) -> String {
    times.span(millis.max(60_000))
}

#[component]
fn ClockLine(clock: SlaClock, pane: Pane) -> impl IntoView {
    let i18n = use_i18n();
    let times = use_times();
    let (what, policy) = (clock.target, clock.policy.clone());
    let tip = Signal::derive({
        let due_at = clock.due_at;
        move || {
            let due = due_at.map(|at| times.text(at, TimeStyle::Full)).unwrap_or_default();
            if due.is_empty() {
                policy.clone()
            } else {
                t_string!(i18n, sla.panel.due, time = due.as_str(), policy = policy.as_str()).to_string()
            }
        }
    });
    let state = Memo::new(move |_| {
        let took = || span(times, clock.took.unwrap_or_default());
        let (tone, icon, text) = match clock.outcome {
            Some(SlaOutcome::Met) => (Tone::Success, "check", t_string!(i18n, sla.panel.met, time = took()).to_string()),
            Some(SlaOutcome::Breached) => (Tone::Danger, "alert", t_string!(i18n, sla.panel.breached, time = took()).to_string()),
            Some(SlaOutcome::Dropped) => (Tone::Neutral, "x", t_string!(i18n, sla.panel.dropped).to_string()),
            None => {
                let left = clock.due_at.map(|due| due - pane.store.tick.get());
                match (left, clock.warned_at) {
                    (None, _) => (Tone::Neutral, "clock", t_string!(i18n, sla.panel.closed).to_string()),
                    // The server says so before the page's clock has moved.
                    (Some(left), _) if left <= 0 || clock.breached_at.is_some() => {
                        (Tone::Danger, "alert", t_string!(i18n, sla.panel.late, time = span(times, -left)).to_string())
                    }
                    (Some(left), Some(_)) => {
                        (Tone::Warning, "hourglass", t_string!(i18n, sla.panel.left, time = span(times, left)).to_string())
                    }
                    (Some(left), None) => (Tone::Neutral, "clock", t_string!(i18n, sla.panel.left, time = span(times, left)).to_string()),
                }
            }
        };
        (tone.class(), icon, text)
    });
    view! {
        <dt>{move || target(i18n, what)}</dt>
        <dd>{move || {
            let (tone, icon, text) = state.get();
            view! {
                <span class=format!("chip {tone}") data-tip=move || Some(tip.get()).filter(|t| !t.is_empty())>
                    <Icon name=icon small=true/><span class="chip-text">{text}</span>
                </span>
            }
        }}</dd>
    }
}
