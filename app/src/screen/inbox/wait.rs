//! For whom a conversation of the queue waits, and how long still (AB-9, DI-4).

use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Conversation, ConversationStatus, Millis, TeamId, UserId};

/// How often the seconds are counted anew.
const TICK_MS: u32 = 500;
/// From here on the countdown is amber, in seconds.
const SOON: i64 = 60;

/// What decides what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    to: UserId,
    until: Option<Millis>,
    team: TeamId,
}

/// For whom it waits, while it does.
pub fn waits(c: &Conversation) -> Option<Waits> {
    let to = c.designated_id.filter(|_| c.status == ConversationStatus::Pending)?;
    Some(Waits { to, until: c.overflow_at, team: c.team_id })
}

/// For me: how long I have to begin, by the server's clock, or that the time stands still. For who leads: whose it is.
#[component]
pub fn WaitChip(waits: Waits) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let Waits { to, until, team } = waits;
    if untrack(|| store.my_id()) != Some(to) {
        let name = move || store.member_name(to);
        let tip = Signal::derive(move || t_string!(i18n, distribution.other, name = name()).to_string());
        return view! { <Chip icon="hourglass" tip><bdi>{move || name().split_whitespace().next().unwrap_or_default().to_owned()}</bdi></Chip> }
            .into_any();
    }
    let seconds = move || until.map_or(0, |until| (until - store.server_now() + 999).div_euclid(1000).max(0));
    let left = RwSignal::new(seconds());
    effect(move || {
        if until.is_none() {
            return;
        }
        spawn_local(async move {
            while let Some(shown) = left.try_get_untracked() {
                let now = seconds();
                if shown != now {
                    let _ = left.try_set(now);
                }
                web::sleep(TICK_MS).await;
            }
        });
    });
    // A time that the team does not stay open for is told as a time of day.
    let counts = Memo::new(move |_| {
        until.is_some_and(|until| store.opening(Some(team)).is_none_or(|s| s.open && s.changes_at.is_none_or(|closes| closes >= until)))
    });
    let still = move || {
        let Some(until) = until else { return t_string!(i18n, distribution.mine).to_string() };
        let state = store.opening(Some(team));
        let closed = state.is_some_and(|s| !s.open);
        let at = if closed { state.and_then(|s| s.changes_at) } else { Some(until) };
        let time = at.map(|at| times.text(at, TimeStyle::Ahead)).unwrap_or_default();
        match (closed, time.is_empty()) {
            (true, true) => t_string!(i18n, distribution.mine_paused).to_string(),
            (true, false) => t_string!(i18n, distribution.mine_paused_until, time = time).to_string(),
            (false, _) => t_string!(i18n, distribution.mine_until, time = time).to_string(),
        }
    };
    let clock = move || {
        let left = left.get();
        let time = format!("{}:{:02}", left / 60, left % 60);
        t_string!(i18n, distribution.mine_left, time = time).to_string()
    };
    // Who listens hears minutes, not each second.
    let minutes = Memo::new(move |_| (left.get() + 59) / 60);
    let spoken = move || {
        let time = times.span(minutes.get() * 60_000);
        t_string!(i18n, distribution.mine_spoken, time = time).to_string()
    };
    let tone = Signal::derive(move || if counts.get() && left.get() <= SOON { Tone::Warning } else { Tone::Accent });
    let tip = Signal::derive(move || if until.is_some() { t_string!(i18n, distribution.mine_tip).to_string() } else { String::new() });
    view! {
        <Chip tone icon="hourglass" tip>
            {move || match counts.get() {
                true => view! { <span aria-hidden="true">{clock}</span><span class="visually-hidden">{spoken}</span> }.into_any(),
                false => view! { <span>{still}</span> }.into_any(),
            }}
        </Chip>
    }
    .into_any()
}
