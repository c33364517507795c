//! Prosa's client: every screen, rendered on the server and hydrated in the browser, and the server functions.
//!
//! * [`api`]: server functions, the way to the rules.
//! * [`live`]: the live socket and what it changes.
//! * [`screen`]: one folder per area; [`routes`] is the list of all pages.
//! * [`part`]: shared components; its documentation lists them.
//! * [`frame`]: navigation around every signed-in page; [`shell`]: the HTML document.
//! * [`session`], [`prefs`], [`language`]: who, how, and in which language; contexts.
//! * [`fault`], [`delivery`]: sentences for everything that can go wrong.
//!
//! The server provides, as contexts of every page: [`BuildId`], [`model::Boot`] (from `service::auth::boot`), and what
//! [`api`] needs. It renders with `render_app_to_stream_with_context(…, app::shell::shell)`.

pub mod api;
pub mod delivery;
pub mod fault;
pub mod frame;
pub mod language;
pub mod live;
pub mod part;
pub mod prefs;
pub mod routes;
pub mod screen;
pub mod session;
#[cfg(feature = "ssr")]
pub mod shell;

// The translations, made by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));

pub use routes::App;

/// Which client build the server carries: the folder of `/pkg/` to load.
#[derive(Clone, Debug)]
pub struct BuildId(pub std::sync::Arc<str>);

/// Brings the server's HTML to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
