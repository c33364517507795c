//! Help: plain pages without a script, so that their words are no part of what agents load.

#[cfg(feature = "ssr")]
mod more;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod tour;

use crate::part::effect;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
pub use page::plain_page;

/// The client has no help pages: whoever gets here by the router gets the server's.
#[component]
pub fn HelpScreen() -> impl IntoView {
    effect(|| {
        let _ = window().location().reload();
    });
}
