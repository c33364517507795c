//! Choosing a bubble: by a cover over it while several are being chosen, and by holding a finger on it.

use super::super::thread::pane::{Pane, use_pane};
use crate::i18n::*;
use crate::live::{Item, Local};
use crate::part::*;
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::prelude::*;
use model::{MessageId, MessageKind};

/// A finger that rests so long chooses.
const HOLD_MS: u32 = 500;
/// Pixels within which it rests.
const TREMBLE: i32 = 10;

/// The message of a bubble, when it can be chosen at all.
pub fn able(item: &Item) -> Option<MessageId> {
    let m = &item.message;
    (item.local == Local::Stored && m.kind != MessageKind::Transition && m.id.0 != 0).then_some(m.id)
}

/// The cover of a bubble while messages are being chosen.
#[component]
pub fn Cover(item: RwSignal<Item>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let id = Memo::new(move |_| item.with(|i| i.message.id));
    let is_picked = Memo::new(move |_| pane.picked.with(|p| p.as_ref().is_some_and(|all| all.contains(&id.get()))));
    view! {
        <button type="button" class="bubble-cover" role="checkbox" aria-checked=move || if is_picked.get() { "true" } else { "false" }
            aria-label=move || t_string!(i18n, message.pick.one).to_string() on:click=move |_| pane.pick(id.get_untracked())>
            <span class="bubble-mark"><Show when=move || is_picked.get()><Icon name="check" small=true/></Show></span>
        </button>
    }
}

/// A finger on one of the bubbles.
#[derive(Clone, Copy)]
pub struct Hold {
    pane: Pane,
    /// Changes with each touch and each end of one, so that only a resting finger counts.
    turn: StoredValue<u32>,
    /// Where it came down; none when it is a mouse.
    from: StoredValue<Option<(i32, i32)>>,
}

impl Hold {
    pub fn new(pane: Pane) -> Hold {
        Hold { pane, turn: StoredValue::new(0), from: StoredValue::new(None) }
    }

    /// The finger came down, on a bubble or beside them. `id` is asked when it has rested.
    pub fn down(self, event: &PointerEvent, on_bubble: bool, id: impl FnOnce() -> Option<MessageId> + 'static) {
        let touches = on_bubble && event.pointer_type() == "touch" && event.is_primary();
        self.from.set_value(touches.then(|| (event.client_x(), event.client_y())));
        if !touches {
            return;
        }
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        gloo_timers::callback::Timeout::new(HOLD_MS, move || {
            if self.turn.try_get_value() == Some(turn)
                && self.pane.picked.try_with_untracked(Option::is_none) == Some(true)
                && let Some(id) = id()
            {
                self.pane.pick(id);
            }
        })
        .forget();
    }

    /// It moved: a resting finger trembles, one that scrolls goes further.
    pub fn moved(self, event: &PointerEvent) {
        let far = |(x, y): (i32, i32)| (event.client_x() - x).abs().max((event.client_y() - y).abs()) > TREMBLE;
        if self.from.get_value().is_some_and(far) {
            self.end();
        }
    }

    /// It was lifted.
    pub fn end(self) {
        self.turn.update_value(|n| *n = n.wrapping_add(1));
    }

    /// The menu of the browser, which a held finger would open over the choosing.
    pub fn menu(self, event: &MouseEvent) {
        if self.from.get_value().is_some() {
            event.prevent_default();
        }
    }
}
