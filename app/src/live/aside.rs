//! Beside the pages of the list of my own conversations: those that I pinned, which stand above it, and those that are
//! snoozed, which are not in it at all. Both are few and known as a whole.

use super::apply::{Flight, Inbox};
use super::store::Store;
use leptos::prelude::*;
use model::{Conversation, ConversationId, Kept, Millis, Tab};

/// What stands beside the list of my own conversations.
#[derive(Default)]
pub struct Aside {
    /// The latest pin first.
    pins: Vec<ConversationId>,
    /// By the time at which they come back.
    asleep: Vec<(Millis, ConversationId)>,
    /// The pinned ones that the filter lets through.
    pub pinned: ArcRwSignal<Vec<ConversationId>>,
    /// The snoozed ones, the next to come back first.
    pub snoozed: ArcRwSignal<Vec<ConversationId>>,
    /// Everything that I pinned.
    pub all_pins: ArcRwSignal<Vec<ConversationId>>,
}

impl Aside {
    /// Whether the row is kept although no list shows it.
    pub fn has(&self, id: ConversationId) -> bool {
        self.pins.contains(&id) || self.asleep.iter().any(|(_, a)| *a == id)
    }

    /// Whether the row stands here and not among the pages of my own conversations.
    pub fn takes(&self, row: &Conversation) -> bool {
        row.snoozed_until.is_some() || self.pins.contains(&row.id)
    }

    fn forget(&mut self, id: ConversationId) {
        self.asleep.retain(|(_, a)| *a != id);
    }

    fn show(&self) {
        set(&self.snoozed, self.asleep.iter().map(|(_, id)| *id).collect());
        set(&self.all_pins, self.pins.clone());
    }
}

fn set(signal: &ArcRwSignal<Vec<ConversationId>>, now: Vec<ConversationId>) {
    if signal.with_untracked(|had| *had != now) {
        signal.set(now);
    }
}

impl Inbox {
    /// What the server says that I keep; rows that events changed since the question are newer than its answer.
    pub fn keep(&mut self, kept: &Kept, flight: Option<Flight>) {
        let gone: Vec<ConversationId> =
            self.aside.asleep.iter().map(|(_, id)| *id).filter(|id| kept.snoozed.iter().all(|c| c.id != *id)).collect();
        for id in gone {
            if flight.is_none_or(|f| self.is_untouched(id, f)) {
                self.aside.forget(id);
            }
        }
        let old = std::mem::replace(&mut self.aside.pins, kept.pinned.iter().map(|c| c.id).collect());
        for row in kept.pinned.iter().chain(&kept.snoozed) {
            if flight.map_or_else(|| !self.trials.contains_key(&row.id), |f| self.is_untouched(row.id, f)) {
                self.put(row);
            }
        }
        // Those that were let go stand in the pages again, the others no longer.
        let moved: Vec<Conversation> =
            old.iter().chain(&self.aside.pins).filter_map(|id| self.rows.get(id)).map(|r| r.get_untracked()).collect();
        for row in moved {
            self.put(&row);
        }
        if let Some(flight) = flight {
            self.land(flight);
        }
        self.show_aside();
    }

    /// Pins are shown at once; the server's answer brings the truth.
    pub fn try_pin(&mut self, id: ConversationId, on: bool) {
        self.aside.pins.retain(|p| *p != id);
        if on {
            self.aside.pins.insert(0, id);
        }
        if let Some(row) = self.row(id) {
            self.put(&row.get_untracked());
        }
        self.show_aside();
    }

    /// A row as it is now: is it snoozed, is it still mine?
    pub(super) fn see_aside(&mut self, row: &Conversation) {
        let is_mine = self.seen.as_ref().and_then(|s| s.tab(&row.access())) == Some(Tab::Mine);
        let was = self.aside.has(row.id);
        self.aside.forget(row.id);
        if !is_mine {
            // The server lets such pins go, too.
            self.aside.pins.retain(|p| *p != row.id);
        } else if let Some(at) = row.snoozed_until {
            let place = self.aside.asleep.partition_point(|have| *have < (at, row.id));
            self.aside.asleep.insert(place, (at, row.id));
        }
        if was || self.aside.has(row.id) {
            self.show_aside();
        }
    }

    pub(super) fn leave_aside(&mut self, id: ConversationId) {
        if self.aside.has(id) {
            self.aside.forget(id);
            self.aside.pins.retain(|p| *p != id);
            self.show_aside();
        }
    }

    pub(super) fn show_aside(&self) {
        let passes =
            |id: &ConversationId| self.rows.get(id).is_some_and(|row| row.with_untracked(|r| r.snoozed_until.is_none() && self.passes(r)));
        set(&self.aside.pinned, self.aside.pins.iter().copied().filter(passes).collect());
        self.aside.show();
    }
}

impl Store {
    /// The conversations that I pinned and that the filter lets through.
    pub fn pinned(&self) -> ArcRwSignal<Vec<ConversationId>> {
        self.inbox.with_value(|i| i.aside.pinned.clone())
    }

    /// My snoozed conversations.
    pub fn snoozed(&self) -> ArcRwSignal<Vec<ConversationId>> {
        self.inbox.with_value(|i| i.aside.snoozed.clone())
    }

    /// Everything that I pinned.
    pub fn pins(&self) -> ArcRwSignal<Vec<ConversationId>> {
        self.inbox.with_value(|i| i.aside.all_pins.clone())
    }
}
