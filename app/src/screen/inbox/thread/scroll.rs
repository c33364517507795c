//! Where the timeline is scrolled to, and keeping it there when lines come above.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, ResizeObserver};

/// How near the end counts as being there, in pixels.
const AT_END: f64 = 64.0;

/// Whether the last line is in view.
pub fn is_at_end(feed: &Element) -> bool {
    f64::from(feed.scroll_height()) - f64::from(feed.scroll_top()) - f64::from(feed.client_height()) < AT_END
}

/// Pixels above what is in view.
pub fn above(feed: &Element) -> i32 {
    feed.scroll_top()
}

/// Pixels below what is in view.
pub fn below(feed: &Element) -> i32 {
    feed.scroll_height() - feed.scroll_top() - feed.client_height()
}

/// Shows the last line.
pub fn to_end(feed: &Element) {
    feed.set_scroll_top(feed.scroll_height());
}

/// A bubble in view and where it is, so that it can be there again after lines came or went above it.
pub struct Anchor {
    mark: String,
    top: f64,
}

impl Anchor {
    /// The first bubble that is in view.
    pub fn take(feed: &Element) -> Option<Anchor> {
        let edge = feed.get_bounding_client_rect().top();
        let lines = feed.query_selector_all("[data-mark]").ok()?;
        (0..lines.length()).filter_map(|i| lines.get(i)?.dyn_into::<Element>().ok()).find_map(|line| {
            let at = line.get_bounding_client_rect();
            (at.bottom() > edge).then(|| Some(Anchor { mark: line.get_attribute("data-mark")?, top: at.top() - edge })).flatten()
        })
    }

    /// Scrolls so that it is where it was.
    pub fn put_back(&self, feed: &Element) {
        let Some(line) = find(feed, &self.mark) else { return };
        let now = line.get_bounding_client_rect().top() - feed.get_bounding_client_rect().top();
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        let by = (now - self.top).round() as i32;
        if by != 0 {
            feed.set_scroll_top(feed.scroll_top() + by);
        }
    }
}

/// A line by its mark.
pub fn find(feed: &Element, mark: &str) -> Option<HtmlElement> {
    let lines = feed.query_selector_all("[data-mark]").ok()?;
    (0..lines.length())
        .filter_map(|i| lines.get(i)?.dyn_into::<HtmlElement>().ok())
        .find(|l| l.get_attribute("data-mark").as_deref() == Some(mark))
}

/// Brings a line into view, in the upper third.
pub fn show(feed: &Element, line: &Element) {
    let by = line.get_bounding_client_rect().top() - feed.get_bounding_client_rect().top() - f64::from(feed.client_height()) / 3.0;
    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    feed.set_scroll_top(feed.scroll_top() + by as i32);
}

/// Makes a line stand out for a moment.
pub fn point_out(line: &HtmlElement) {
    let line = line.clone();
    let _ = line.class_list().add_1("found");
    let _ = line.focus();
    gloo_timers::callback::Timeout::new(2_400, move || {
        let _ = line.class_list().remove_1("found");
    })
    .forget();
}

/// Moves the focus between bubbles with the arrow keys, Home and End; true when it moved.
pub fn walk(feed: &Element, key: &str) -> bool {
    let Ok(found) = feed.query_selector_all("[data-mark]") else { return false };
    let lines: Vec<HtmlElement> = (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect();
    let Some(last) = lines.len().checked_sub(1) else { return false };
    let active = document().active_element();
    let now = active
        .as_ref()
        .and_then(|a| a.closest("[data-mark]").ok().flatten())
        .and_then(|a| lines.iter().position(|l| l.is_same_node(Some(&a))));
    let to = match key {
        "ArrowUp" => now.map_or(last, |n| n.saturating_sub(1)),
        "ArrowDown" => now.map_or(last, |n| (n + 1).min(last)),
        "Home" if now.is_some() => 0,
        "End" if now.is_some() => last,
        _ => return false,
    };
    let _ = lines[to].focus();
    true
}

/// Calls back whenever one of the elements changes its size, as long as the caller lives.
pub fn on_resize(elements: &[&Element], mut act: impl FnMut() + 'static) {
    let heard = Closure::<dyn FnMut(js_sys::Array)>::new(move |_| act());
    let Ok(observer) = ResizeObserver::new(heard.as_ref().unchecked_ref()) else { return };
    for el in elements {
        observer.observe(el);
    }
    let held = SendWrapper::new((observer, heard));
    on_cleanup(move || {
        let (observer, _heard) = held.take();
        observer.disconnect();
    });
}
