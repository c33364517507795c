//! Choosing several conversations of the list (AB-4). What is done with them is in [`super::several`].

use leptos::prelude::*;
use model::{ConversationId, limit};
use std::collections::HashSet;

/// How long a finger stays on a row until that is chosen, in milliseconds.
const LONG_PRESS: u32 = 500;
/// How far it may move meanwhile, in pixels.
const STEADY: i32 = 10;

/// The chosen conversations; a context of the inbox.
#[derive(Clone, Copy)]
pub struct Selection {
    /// None while nothing is being chosen.
    chosen: RwSignal<Option<HashSet<ConversationId>>>,
    /// From where Shift chooses.
    anchor: StoredValue<Option<ConversationId>>,
    /// Marked unread from the list: being open does not make them read.
    unread: RwSignal<HashSet<ConversationId>>,
    /// The finger: which press, and where it began.
    press: StoredValue<(u32, i32, i32)>,
    /// It is down and has not moved.
    down: StoredValue<bool>,
    /// A long press chose a row: the click that ends it does nothing.
    swallow: StoredValue<bool>,
}

/// Provides [`Selection`] to the panes of the inbox.
pub fn provide_selection() -> Selection {
    let selection = Selection {
        chosen: RwSignal::new(None),
        anchor: StoredValue::new(None),
        unread: RwSignal::new(HashSet::new()),
        press: StoredValue::new((0, 0, 0)),
        down: StoredValue::new(false),
        swallow: StoredValue::new(false),
    };
    provide_context(selection);
    selection
}

/// The chosen conversations.
pub fn use_selection() -> Selection {
    expect_context()
}

impl Selection {
    /// Whether conversations are being chosen. Tracked.
    pub fn is_on(self) -> bool {
        self.chosen.with(Option::is_some)
    }

    /// Whether this one is chosen. Tracked.
    pub fn has(self, id: ConversationId) -> bool {
        self.chosen.with(|c| c.as_ref().is_some_and(|c| c.contains(&id)))
    }

    /// Begins with none.
    pub fn begin(self) {
        self.chosen.update(|c| {
            c.get_or_insert_default();
        });
    }

    /// Ends; nothing is chosen any more.
    pub fn end(self) {
        self.anchor.set_value(None);
        if self.chosen.with_untracked(Option::is_some) {
            self.chosen.set(None);
        }
    }

    /// Chooses one, or takes it out.
    pub fn toggle(self, id: ConversationId) {
        self.anchor.set_value(Some(id));
        self.chosen.update(|c| {
            let c = c.get_or_insert_default();
            if !c.remove(&id) && c.len() < limit::SEVERAL_MAX {
                c.insert(id);
            }
        });
    }

    /// Chooses everything from the last touched one to this one, as far as the bound allows.
    pub fn extend(self, order: &[ConversationId], id: ConversationId, open: Option<ConversationId>) {
        let at = |id: ConversationId| order.iter().position(|o| *o == id);
        let Some(to) = at(id) else { return };
        let from = self.anchor.get_value().or(open).and_then(at).unwrap_or(to);
        self.anchor.set_value(order.get(from).copied());
        self.add(&order[from.min(to)..=from.max(to)]);
    }

    /// Chooses these, as far as the bound allows.
    pub fn add(self, ids: &[ConversationId]) {
        self.chosen.update(|c| {
            let c = c.get_or_insert_default();
            for id in ids {
                if c.len() < limit::SEVERAL_MAX {
                    c.insert(*id);
                }
            }
        });
    }

    /// Leaves only these chosen.
    pub fn keep(self, ids: impl IntoIterator<Item = ConversationId>) {
        self.chosen.set(Some(ids.into_iter().collect()));
    }

    /// These were marked from the list, as read or unread.
    pub fn marked(self, ids: &[ConversationId], read: bool) {
        self.unread.update(|held| {
            ids.iter().for_each(|id| {
                if read {
                    held.remove(id)
                } else {
                    held.insert(*id)
                };
            })
        });
    }

    /// Whether it stays unread although it is open. Tracked.
    pub fn stays_unread(self, id: ConversationId) -> bool {
        self.unread.with(|held| held.contains(&id))
    }

    /// A row was clicked: it opens, unless that was for the selection.
    pub fn clicked(self, event: &web_sys::MouseEvent, order: &[ConversationId], id: ConversationId, open: Option<ConversationId>) {
        if self.swallow.get_value() {
            self.swallow.set_value(false);
        } else if event.shift_key() {
            self.extend(order, id, open);
        } else if self.chosen.with_untracked(Option::is_some) && !event.ctrl_key() && !event.meta_key() {
            self.toggle(id);
        } else {
            return;
        }
        event.prevent_default();
    }

    /// A finger came down on a row: when it stays, the row is chosen.
    pub fn pressed(self, event: &web_sys::PointerEvent, id: ConversationId) {
        self.swallow.set_value(false);
        if event.pointer_type() != "touch" {
            return;
        }
        let turn = self.press.with_value(|p| p.0.wrapping_add(1));
        self.press.set_value((turn, event.client_x(), event.client_y()));
        self.down.set_value(true);
        gloo_timers::callback::Timeout::new(LONG_PRESS, move || {
            if self.press.try_get_value().is_some_and(|p| p.0 == turn) {
                self.lifted();
                self.swallow.set_value(true);
                self.toggle(id);
            }
        })
        .forget();
    }

    /// The finger moves: it scrolls rather than presses.
    pub fn moved(self, event: &web_sys::PointerEvent) {
        let (_, x, y) = self.press.get_value();
        if event.pointer_type() == "touch" && ((event.client_x() - x).abs() > STEADY || (event.client_y() - y).abs() > STEADY) {
            self.lifted();
        }
    }

    /// The finger is gone.
    pub fn lifted(self) {
        self.press.update_value(|p| p.0 = p.0.wrapping_add(1));
        self.down.set_value(false);
    }

    /// Whether a finger presses a row, or has just chosen one: the browser's own menu of the link would be in the way.
    pub fn is_pressing(self) -> bool {
        self.down.get_value() || self.swallow.get_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ab_4_shift_chooses_from_the_last_touched_one_and_all_are_bounded() {
        let owner = Owner::new();
        owner.set();
        let selection = provide_selection();
        let order: Vec<ConversationId> = (1..=300).map(ConversationId).collect();
        let count = || selection.chosen.with_untracked(|c| c.as_ref().map(HashSet::len));
        assert_eq!(count(), None);
        selection.toggle(ConversationId(5));
        selection.extend(&order, ConversationId(8), None);
        assert_eq!(count(), Some(4));
        selection.extend(&order, ConversationId(3), None);
        assert!((3..=8).all(|n| untrack(|| selection.has(ConversationId(n)))));
        selection.toggle(ConversationId(5));
        assert_eq!(count(), Some(5));
        selection.add(&order);
        assert_eq!(count(), Some(limit::SEVERAL_MAX));
        selection.end();
        // Without a touched one it begins at the open one.
        selection.extend(&order, ConversationId(2), Some(ConversationId(4)));
        assert_eq!(count(), Some(3));
    }
}
