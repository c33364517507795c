//! Prosa's client: every screen, drawn on the server for the first sight and by the browser from then on, and the server
//! functions.
//!
//! * [`api`]: server functions, the way to the rules.
//! * [`live`]: the live socket and what it changes.
//! * [`screen`]: one folder per area; [`routes`] is the list of all pages.
//! * [`area`]: what is fetched only when it is needed.
//! * [`part`]: shared components; its documentation lists them.
//! * [`frame`]: navigation around every signed-in page; [`shell`]: the HTML document.
//! * [`session`], [`prefs`], [`language`]: who, how, and in which language; contexts.
//! * [`status`]: what people do now, in words. [`fault`], [`delivery`], [`closing`]: sentences for everything that can go wrong.
//!
//! The server provides, as contexts of every page: [`BuildId`], [`model::Boot`] (from `service::auth::boot`), and what
//! [`api`] needs. It renders with `render_app_to_stream_with_context(…, app::shell::shell)`.

pub mod api;
pub mod area;
pub mod closing;
pub mod delivery;
pub mod fault;
pub mod frame;
pub mod language;
pub mod live;
pub mod opening;
pub mod part;
pub mod prefs;
pub mod routes;
pub mod screen;
pub mod session;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod sla;
pub mod status;
#[cfg(feature = "browser")]
mod takeover;
mod webauthn;

// The translations, made by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));

pub use routes::App;

/// Which client build the server carries: the folder of `/pkg/` to load.
#[derive(Clone, Debug)]
pub struct BuildId(pub std::sync::Arc<str>);

/// The number itself, or the bound that it is beyond. What `f64` brings for this can say in words how it was misused, and
/// with that comes all that writes floating-point numbers: 14 KB of the first load.
pub(crate) fn within(number: f64, low: f64, high: f64) -> f64 {
    number.max(low).min(high)
}

/// Id of the element with the symbols of all icons, which stays when the page is drawn anew.
pub(crate) const ICONS_ID: &str = "icons";

/// Takes over from the server's HTML.
#[cfg(feature = "browser")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(takeover::take_over());
}
