//! A tag: a short word on its colour.

use leptos::prelude::*;
use model::{Tag, TagColour};

/// The class that carries a tag's colour.
pub fn tag_class(colour: TagColour) -> &'static str {
    match colour {
        TagColour::Grey => "tag grey",
        TagColour::Red => "tag red",
        TagColour::Orange => "tag orange",
        TagColour::Yellow => "tag yellow",
        TagColour::Green => "tag green",
        TagColour::Teal => "tag teal",
        TagColour::Blue => "tag blue",
        TagColour::Purple => "tag purple",
        TagColour::Pink => "tag pink",
    }
}

/// A tag as people see it.
#[component]
pub fn TagMark(tag: Tag) -> impl IntoView {
    view! { <span class=tag_class(tag.colour)><bdi>{tag.name}</bdi></span> }
}
