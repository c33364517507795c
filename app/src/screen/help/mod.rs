//! Help: plain pages without a script, so that their words are no part of what agents load.

#[cfg(feature = "ssr")]
mod page;

use leptos::prelude::*;
#[cfg(feature = "ssr")]
pub use page::plain_page;

/// The client has no help pages: whoever gets here by the router gets the server's.
#[component]
pub fn HelpScreen() -> impl IntoView {
    Effect::new(|_| {
        let _ = window().location().reload();
    });
}
