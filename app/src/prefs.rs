//! What a person prefers in this browser: theme and what the Enter key does. (The language is in [`crate::language`].)
//!
//! Kept in cookies, so that the server renders the right theme at once. Other open tabs follow through `localStorage`.

use crate::part::effect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

const THEME: &str = "prosa_theme";
const ENTER: &str = "prosa_enter";
/// Seconds that a choice is remembered.
const YEAR: u32 = 31_536_000;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// The value of `<html data-theme>` and of the cookie.
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn of(word: Option<&str>) -> Theme {
        match word {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// The next one when a single button goes round.
    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }
}

/// The preferences; a context.
#[derive(Clone, Copy)]
pub struct Prefs {
    theme: RwSignal<Theme>,
    enter_sends: RwSignal<bool>,
}

impl Prefs {
    /// The theme chosen here.
    pub fn theme(self) -> Theme {
        self.theme.get()
    }

    /// Chooses a theme for this browser.
    pub fn set_theme(self, theme: Theme) {
        write_cookie(THEME, theme.word());
        show(theme);
        self.theme.set(theme);
    }

    /// Whether Enter sends and Shift+Enter breaks the line (true), or the other way round.
    pub fn enter_sends(self) -> bool {
        self.enter_sends.get()
    }

    /// Whether this key sends what is being written. A word that is still being composed (accents, Japanese, …) takes the
    /// Enter for itself, and on a finger's keyboard there is no Shift to hold: there Enter breaks the line.
    pub fn leaves(self, event: &web_sys::KeyboardEvent) -> bool {
        if event.key() != "Enter" || event.is_composing() || event.alt_key() {
            return false;
        }
        event.ctrl_key() || event.meta_key() || event.shift_key() != self.enter_sends.get_untracked() && !is_touch()
    }

    /// Chooses what Enter does.
    pub fn set_enter_sends(self, on: bool) {
        write_cookie(ENTER, if on { "send" } else { "line" });
        self.enter_sends.set(on);
    }
}

/// Whether one writes with fingers on the screen, where a focus calls the keyboard up.
pub fn is_touch() -> bool {
    window().match_media("(hover: none) and (pointer: coarse)").ok().flatten().is_some_and(|m| m.matches())
}

/// Whether the page is as narrow as a phone: one pane at a time.
pub fn is_phone() -> bool {
    window().match_media("(max-width: 43.74rem)").ok().flatten().is_some_and(|m| m.matches())
}

/// Provides [`Prefs`] to everything below.
pub fn provide() -> Prefs {
    let prefs = Prefs { theme: RwSignal::new(stored_theme()), enter_sends: RwSignal::new(stored_enter()) };
    provide_context(prefs);
    effect(move || follow_other_tabs(prefs));
    prefs
}

/// The preferences of this browser.
pub fn use_prefs() -> Prefs {
    expect_context()
}

/// The theme in the cookie.
pub fn stored_theme() -> Theme {
    Theme::of(read_cookie(THEME).as_deref())
}

fn stored_enter() -> bool {
    read_cookie(ENTER).as_deref() != Some("line")
}

fn show(theme: Theme) {
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute("data-theme", theme.word());
    }
}

/// Another tab wrote a preference: take it over. Lives as long as the page.
fn follow_other_tabs(prefs: Prefs) {
    let heard = Closure::<dyn FnMut(web_sys::StorageEvent)>::new(move |event: web_sys::StorageEvent| match event.key().as_deref() {
        Some(THEME) => {
            let theme = Theme::of(event.new_value().as_deref());
            show(theme);
            prefs.theme.set(theme);
        }
        Some(ENTER) => prefs.enter_sends.set(event.new_value().as_deref() != Some("line")),
        _ => {}
    });
    let _ = window().add_event_listener_with_callback("storage", heard.as_ref().unchecked_ref());
    heard.forget();
}

/// Remembers a preference for a year, and tells the other tabs.
pub(crate) fn write_cookie(name: &str, value: &str) {
    let secure = if window().location().protocol().is_ok_and(|p| p == "https:") { "; Secure" } else { "" };
    let _ = document()
        .unchecked_into::<web_sys::HtmlDocument>()
        .set_cookie(&format!("{name}={value}; Path=/; Max-Age={YEAR}; SameSite=Lax{secure}"));
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(name, value);
    }
}

/// A cookie of the request (server) or of the document (browser).
pub(crate) fn read_cookie(name: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    let all = request_header("cookie")?;
    #[cfg(not(feature = "ssr"))]
    let all = document().unchecked_into::<web_sys::HtmlDocument>().cookie().ok()?;
    all.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// A header of the page's request.
#[cfg(feature = "ssr")]
pub(crate) fn request_header(name: &str) -> Option<String> {
    use_context::<http::request::Parts>()?.headers.get(name)?.to_str().ok().map(str::to_owned)
}
