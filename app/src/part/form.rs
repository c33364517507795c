//! What forms have in common: which field is wrong, and not losing what was typed.

use crate::i18n::*;
use leptos::prelude::*;
use model::{Fault, FieldFault, Wrong};
use wasm_bindgen::{JsCast, closure::Closure};

/// Which fields are wrong; a context that fields look themselves up in by `name`.
#[derive(Clone, Copy)]
pub struct Faults {
    fields: RwSignal<Vec<FieldFault>>,
    other: RwSignal<Option<Fault>>,
}

impl Faults {
    /// Makes one and provides it to the fields below.
    pub fn provide() -> Faults {
        let faults = Faults { fields: RwSignal::new(Vec::new()), other: RwSignal::new(None) };
        provide_context(faults);
        faults
    }

    /// What is wrong with the field.
    pub fn of(self, name: &str) -> Option<Wrong> {
        self.fields.with(|all| all.iter().find(|f| f.field == name).map(|f| f.wrong))
    }

    /// A fault that is about no field of the form.
    pub fn other(self) -> Option<Fault> {
        self.other.get()
    }

    /// Shows a fault: beside its fields, or above the buttons. The first wrong field gets the focus.
    pub fn take(self, fault: &Fault) {
        if crate::session::ended_by(fault) {
            return;
        }
        let fields = if let Fault::Invalid { fields } = fault { fields.clone() } else { Vec::new() };
        self.other.set(fields.is_empty().then(|| fault.clone()));
        let first = fields.first().map(|f| f.field.clone());
        self.fields.set(fields);
        if let Some(first) = first {
            request_animation_frame(move || {
                let found = document().query_selector(&format!("[name='{first}']")).ok().flatten();
                if let Some(el) = found.and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = el.focus();
                }
            });
        }
    }

    /// Nothing is wrong any more.
    pub fn clear(self) {
        self.fields.set(Vec::new());
        self.other.set(None);
    }

    /// The field was changed: its fault no longer applies.
    pub fn touched(self, name: &str) {
        if self.fields.with_untracked(|all| all.iter().any(|f| f.field == name)) {
            self.fields.update(|all| all.retain(|f| f.field != name));
        }
    }
}

/// Warns before the page or the screen is left while `dirty` is true.
///
/// Covers closing and reloading the tab, links, and the browser's back key; lives as long as the caller.
pub fn guard_leaving(dirty: Signal<bool>) {
    let i18n = use_i18n();
    let question = Signal::derive(move || format!("{}\n{}", t_string!(i18n, common.leave.title), t_string!(i18n, common.leave.text)));
    Effect::new(move |_| {
        let unloading = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if dirty.get_untracked() {
                event.prevent_default();
            }
        });
        // In the capturing phase: before the router takes the click.
        let clicked = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let link = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).and_then(|t| t.closest("a[href]").ok().flatten());
            let leaves = link.is_some_and(|a| a.get_attribute("target").is_none() && !a.has_attribute("download"));
            if leaves && dirty.get_untracked() && !window().confirm_with_message(&question.get_untracked()).unwrap_or(true) {
                event.prevent_default();
                event.stop_propagation();
            }
        });
        let (window, document) = (window(), document());
        let _ = window.add_event_listener_with_callback("beforeunload", unloading.as_ref().unchecked_ref());
        let _ = document.add_event_listener_with_callback_and_bool("click", clicked.as_ref().unchecked_ref(), true);
        let held = send_wrapper::SendWrapper::new((unloading, clicked));
        on_cleanup(move || {
            let (unloading, clicked) = held.take();
            let _ = leptos::prelude::window().remove_event_listener_with_callback("beforeunload", unloading.as_ref().unchecked_ref());
            let _ = leptos::prelude::document().remove_event_listener_with_callback_and_bool("click", clicked.as_ref().unchecked_ref(), true);
        });
    });
}
