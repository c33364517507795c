//! When an open conversation becomes read, and what colleagues are told about who looks at it.

use super::pane::Pane;
use crate::live::Phase;
use crate::part::effect;
use crate::screen::inbox::select::use_selection;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::ConversationStatus;
use wasm_bindgen::{JsCast, closure::Closure};

/// After a refusal it is tried again no sooner than this.
const AGAIN_MS: u32 = 15_000;

/// Marks what is on screen as read while somebody looks (AS-1, SM-3: never while it waits in the queue), and tells
/// colleagues who looks.
pub fn attend(pane: Pane) {
    let attentive = attention();
    let selection = use_selection();
    // Opened anew, it is read like any other.
    selection.marked(&[pane.id], true);
    let marking = RwSignal::new(false);
    effect(move || {
        let unread = pane.row.with(|row| row.as_ref().is_some_and(|c| c.unread > 0 && c.status != ConversationStatus::Pending));
        let looks = attentive.get() && pane.phase.get() == Phase::Ready && !pane.hold_unread.get() && !selection.stays_unread(pane.id);
        // What is shown before the server agreed, such as that it is mine, is not acted upon.
        let settled = pane.doing.with(Option::is_none);
        if !settled || !unread || !looks || !pane.is_mine() || marking.get() {
            return;
        }
        marking.set(true);
        spawn_local(async move {
            let done = pane.store.mark_read(pane.id).await;
            if done.is_err() {
                crate::live::web::sleep(AGAIN_MS).await;
            }
            let _ = marking.try_set(false);
        });
    });
    effect(move || {
        let is_here = pane.phase.get() != Phase::Gone;
        pane.store.looking(is_here.then_some(pane.id), false);
    });
    on_cleanup(move || pane.store.looking(None, false));
}

/// Whether the page is visible and has the focus.
fn attention() -> RwSignal<bool> {
    let attentive = RwSignal::new(false);
    effect(move || {
        let look = move || {
            let _ = attentive.try_update(|now| *now = !document().hidden() && document().has_focus().unwrap_or(true));
        };
        look();
        let heard = Closure::<dyn FnMut()>::new(look);
        let (window, document) = (window(), document());
        let _ = window.add_event_listener_with_callback("focus", heard.as_ref().unchecked_ref());
        let _ = window.add_event_listener_with_callback("blur", heard.as_ref().unchecked_ref());
        let _ = document.add_event_listener_with_callback("visibilitychange", heard.as_ref().unchecked_ref());
        let held = send_wrapper::SendWrapper::new((window, document, heard));
        on_cleanup(move || {
            let (window, document, heard) = held.take();
            let _ = window.remove_event_listener_with_callback("focus", heard.as_ref().unchecked_ref());
            let _ = window.remove_event_listener_with_callback("blur", heard.as_ref().unchecked_ref());
            let _ = document.remove_event_listener_with_callback("visibilitychange", heard.as_ref().unchecked_ref());
        });
    });
    attentive
}
