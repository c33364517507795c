//! Scrolling as little as is needed.

use leptos::prelude::{document, request_animation_frame};
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Brings an element into sight; one that is in sight stays where it is.
pub fn into_sight(el: &Element) {
    let nearest = ScrollIntoViewOptions::new();
    nearest.set_block(ScrollLogicalPosition::Nearest);
    el.scroll_into_view_with_scroll_into_view_options(&nearest);
}

/// Brings the element of this id into sight once it is drawn, such as the chosen line of a list.
pub fn id_into_sight(id: String) {
    request_animation_frame(move || {
        if let Some(el) = document().get_element_by_id(&id) {
            into_sight(&el);
        }
    });
}
