//! What the live state needs from the page. On the server, where no effect runs, all of it is inert.

use model::Millis;

#[cfg(feature = "hydrate")]
mod here {
    use super::Millis;
    use wasm_bindgen::{JsCast, closure::Closure};

    /// The browser's clock.
    pub fn clock() -> Millis {
        js_sys::Date::now() as Millis
    }

    /// Between 0 and 1.
    pub fn chance() -> f64 {
        js_sys::Math::random()
    }

    fn storage() -> Option<web_sys::Storage> {
        web_sys::window()?.local_storage().ok()?
    }

    /// A value kept in this browser.
    pub fn read(key: &str) -> Option<String> {
        storage()?.get_item(key).ok()?
    }

    /// Keeps a value in this browser, or removes it. Private windows and full disks refuse; nothing more can be done then.
    pub fn keep(key: &str, value: Option<&str>) {
        if let Some(storage) = storage() {
            let _ = match value {
                Some(value) => storage.set_item(key, value),
                None => storage.remove_item(key),
            };
        }
    }

    /// A new id for a message of this tab: 128 random bits in hexadecimal. Works without a secure context, too.
    pub fn client_id() -> String {
        let mut bytes = [0u8; 16];
        let filled = web_sys::window().and_then(|w| w.crypto().ok()).is_some_and(|c| c.get_random_values_with_u8_array(&mut bytes).is_ok());
        if !filled {
            bytes.iter_mut().for_each(|b| *b = (chance() * 256.0) as u8);
        }
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Leaves for the sign-in page by a page load, so that nothing of the ended login stays in memory.
    pub fn go_to_sign_in() {
        if let Some(window) = web_sys::window() {
            let _ = window.location().assign("/login");
        }
    }

    /// Loads the page again.
    pub fn reload() {
        if let Some(window) = web_sys::window() {
            let _ = window.location().reload();
        }
    }

    /// Whether the browser believes to have a network.
    pub fn has_network() -> bool {
        web_sys::window().is_none_or(|w| w.navigator().on_line())
    }

    /// Whether the tab is in the background.
    pub fn is_hidden() -> bool {
        web_sys::window().and_then(|w| w.document()).is_some_and(|d| d.hidden())
    }

    /// Calls back on an event of the window for as long as the page lives.
    pub fn on_window(event: &str, act: impl FnMut() + 'static) {
        if let Some(window) = web_sys::window() {
            listen(&window, event, act);
        }
    }

    /// Calls back on an event of the document for as long as the page lives.
    pub fn on_document(event: &str, act: impl FnMut() + 'static) {
        if let Some(document) = web_sys::window().and_then(|w| w.document()) {
            listen(&document, event, act);
        }
    }

    fn listen(target: &web_sys::EventTarget, event: &str, mut act: impl FnMut() + 'static) {
        let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| act());
        let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        closure.forget();
    }

    /// Waits.
    pub async fn sleep(ms: u32) {
        gloo_timers::future::TimeoutFuture::new(ms).await;
    }

    /// Calls back again and again for as long as the page lives.
    pub fn every(ms: u32, act: impl FnMut() + 'static) {
        gloo_timers::callback::Interval::new(ms, act).forget();
    }
}

#[cfg(not(feature = "hydrate"))]
mod here {
    use super::Millis;

    pub fn clock() -> Millis {
        0
    }
    pub fn read(_: &str) -> Option<String> {
        None
    }
    pub fn keep(_: &str, _: Option<&str>) {}
    pub fn client_id() -> String {
        String::new()
    }
    pub fn go_to_sign_in() {}
    pub fn is_hidden() -> bool {
        false
    }
    pub async fn sleep(_: u32) {}
}

pub use here::*;
