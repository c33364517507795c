//! The step from the page that the server drew to the one that lives.
//!
//! The browser draws the page anew and puts it in the place of the server's in one go, before the next frame. Adopting the
//! server's elements instead (hydration) would need every view's code a second time, and both sides to agree on each node.

use crate::{App, area};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventInit, HtmlElement, HtmlInputElement};

/// What a person did on the server's page before the program was here.
struct Before {
    /// Field id and text.
    typed: Vec<(String, String)>,
    focus: Option<String>,
}

/// Draws the app in the place of the server's page.
pub(crate) async fn take_over() {
    area::get_ready(&location().pathname().unwrap_or_default()).await;
    let before = Before::read();
    if let Some(body) = document().body() {
        match document().get_element_by_id(crate::ICONS_ID) {
            Some(icons) => body.replace_children_with_node_1(&icons),
            None => body.replace_children_with_node_0(),
        }
    }
    mount_to_body(App);
    // The page and what its effects do to the fields come in the microtasks before the next frame.
    request_animation_frame(move || before.restore());
}

impl Before {
    fn read() -> Before {
        let mut typed = Vec::new();
        if let Ok(fields) = document().query_selector_all("input[id]") {
            let fields = (0..fields.length()).filter_map(|n| fields.item(n)?.dyn_into::<HtmlInputElement>().ok());
            typed.extend(fields.filter(|f| f.value() != f.default_value()).map(|f| (f.id(), f.value())));
        }
        let focus = document().active_element().map(|e| e.id()).filter(|id| !id.is_empty());
        Before { typed, focus }
    }

    fn restore(self) {
        for (id, text) in self.typed {
            let Some(field) = document().get_element_by_id(&id).and_then(|e| e.dyn_into::<HtmlInputElement>().ok()) else { continue };
            field.set_value(&text);
            let how = EventInit::new();
            how.set_bubbles(true);
            if let Ok(event) = Event::new_with_event_init_dict("input", &how) {
                let _ = field.dispatch_event(&event);
            }
        }
        let focused = self.focus.and_then(|id| document().get_element_by_id(&id)?.dyn_into::<HtmlElement>().ok());
        if let Some(element) = focused {
            let _ = element.focus();
        }
    }
}
