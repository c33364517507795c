//! Tooltips: any element with `data-tip` shows it on hover, after a moment, and on keyboard focus, at once. That of a time
//! is its exact one, written when it is asked for: there are hundreds of them on a page.

use leptos::prelude::*;

/// The one tooltip of the page. Drawn in the top layer, so that dialogs do not cover it.
#[component]
pub fn TipHost() -> impl IntoView {
    let node = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "browser")]
    {
        let times = super::use_times();
        super::effect(move || {
            if let Some(el) = node.get() {
                live::attend(el, times);
            }
        });
    }
    view! { <div node_ref=node class="tip" role="tooltip" popover="manual" aria-hidden="true"></div> }
}

#[cfg(feature = "browser")]
mod live {
    use super::super::{Times, menu::px};
    use gloo_timers::callback::Timeout;
    use leptos::prelude::*;
    use std::{cell::RefCell, rc::Rc};
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Element, Event, HtmlElement};

    const WAIT_MILLIS: u32 = 450;
    const GAP: f64 = 6.0;

    /// Listens on the document for as long as the page lives.
    pub fn attend(tip: web_sys::HtmlDivElement, times: Times) {
        let tip: HtmlElement = tip.into();
        let waiting: Rc<RefCell<Option<Timeout>>> = Rc::default();
        let hide = {
            let (tip, waiting) = (tip.clone(), waiting.clone());
            move || {
                waiting.borrow_mut().take();
                let _ = tip.hide_popover();
            }
        };
        listen("pointerover", {
            let (tip, waiting, hide) = (tip.clone(), waiting.clone(), hide.clone());
            move |event| {
                // Fingers have no hover.
                let touch = event.dyn_ref::<web_sys::PointerEvent>().is_some_and(|p| p.pointer_type() == "touch");
                hide();
                if let Some(on) = tipped(&event).filter(|_| !touch) {
                    let tip = tip.clone();
                    *waiting.borrow_mut() = Some(Timeout::new(WAIT_MILLIS, move || show(&tip, &on, times)));
                }
            }
        });
        listen("focusin", {
            let (tip, hide) = (tip.clone(), hide.clone());
            move |event| {
                hide();
                if let Some(on) = tipped(&event).filter(|el| el.matches(":focus-visible").unwrap_or(false)) {
                    show(&tip, &on, times);
                }
            }
        });
        for name in ["focusout", "pointerdown", "keydown", "scroll"] {
            let hide = hide.clone();
            listen(name, move |_| hide());
        }
    }

    fn listen(name: &str, heard: impl FnMut(Event) + 'static) {
        let heard = Closure::<dyn FnMut(Event)>::new(heard);
        let _ = document().add_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), true);
        heard.forget();
    }

    fn tipped(event: &Event) -> Option<Element> {
        event.target()?.dyn_into::<Element>().ok()?.closest("[data-tip], time[datetime]").ok().flatten()
    }

    fn said(on: &Element, times: Times) -> Option<String> {
        on.get_attribute("data-tip").or_else(|| {
            let at = js_sys::Date::parse(&on.get_attribute("datetime")?);
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
            at.is_finite().then(|| untrack(|| times.exact(at as i64)))
        })
    }

    fn show(tip: &HtmlElement, on: &Element, times: Times) {
        let Some(text) = said(on, times).filter(|t| !t.is_empty() && on.is_connected()) else { return };
        tip.set_text_content(Some(&text));
        if tip.show_popover().is_err() {
            return;
        }
        let (at, size) = (on.get_bounding_client_rect(), tip.get_bounding_client_rect());
        let (wide, high) = (inner(window().inner_width()), inner(window().inner_height()));
        let left = crate::within(at.left() + (at.width() - size.width()) / 2.0, GAP, (wide - size.width() - GAP).max(GAP));
        let below = at.bottom() + GAP;
        let top = if below + size.height() > high { at.top() - GAP - size.height() } else { below };
        let style = tip.style();
        let _ = style.set_property("left", &px(left));
        let _ = style.set_property("top", &px(top));
    }

    fn inner(size: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>) -> f64 {
        size.ok().and_then(|s| s.as_f64()).unwrap_or_default()
    }
}
