//! What the live state needs from the page. On the server, where no effect runs, all of it is inert.

use model::Millis;

#[cfg(feature = "browser")]
mod here {
    use super::Millis;
    use js_sys::{Function, Reflect};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};

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

    /// Keys of this browser's storage that begin so, at most 500.
    pub fn keys(prefix: &str) -> Vec<String> {
        let Some(storage) = storage() else { return Vec::new() };
        let count = storage.length().unwrap_or(0);
        (0..count).filter_map(|i| storage.key(i).ok()?).filter(|key| key.starts_with(prefix)).take(500).collect()
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

    /// Loads the page again.
    pub fn reload() {
        if let Some(window) = web_sys::window() {
            let _ = window.location().reload();
        }
    }

    /// Whether a program drives this browser, as tests do.
    pub fn is_driven() -> bool {
        web_sys::window().is_some_and(|w| Reflect::get(&w.navigator(), &"webdriver".into()).is_ok_and(|d| d.is_truthy()))
    }

    /// Whether the browser believes to have a network.
    pub fn has_network() -> bool {
        web_sys::window().is_none_or(|w| w.navigator().on_line())
    }

    /// Whether the tab is in the background.
    pub fn is_hidden() -> bool {
        web_sys::window().and_then(|w| w.document()).is_some_and(|d| d.hidden())
    }

    /// Says something to the service worker, when one serves this page.
    pub fn tell_worker(what: &JsValue) {
        let told = || -> Result<(), JsValue> {
            let container = Reflect::get(&web_sys::window().ok_or(JsValue::NULL)?.navigator(), &"serviceWorker".into())?;
            let worker = Reflect::get(&container, &"controller".into())?;
            Reflect::get(&worker, &"postMessage".into())?.dyn_into::<Function>()?.call1(&worker, what)?;
            Ok(())
        };
        // Without a worker nothing is kept.
        let _ = told();
    }

    /// Takes conversations out of what is kept for the time without a network; none: all of it.
    pub fn forget_kept(ids: &[model::ConversationId]) {
        let gone: JsValue = match ids {
            [] => "all".into(),
            ids => ids.iter().map(|id| JsValue::from(id.to_string())).collect::<js_sys::Array>().into(),
        };
        let message = js_sys::Object::new();
        let _ = Reflect::set(&message, &"gone".into(), &gone);
        tell_worker(&message);
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

    /// Tells whether an element is in sight within the surrounding `scroller`, or nearer to it than `margin`, for as long
    /// as the element lives.
    pub fn watch(element: &web_sys::Element, scroller: &str, margin: &str, tell: impl Fn(bool) + 'static) {
        let closure = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last = entries.iter().last().and_then(|e| e.dyn_into::<web_sys::IntersectionObserverEntry>().ok());
            if let Some(entry) = last {
                tell(entry.is_intersecting());
            }
        });
        let options = web_sys::IntersectionObserverInit::new();
        options.set_root(element.closest(scroller).ok().flatten().as_ref());
        options.set_root_margin(margin);
        if let Ok(observer) = web_sys::IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options) {
            observer.observe(element);
            // The browser drops the observer with the element.
            closure.forget();
        }
    }

    /// Calls back when what is on the page now has been painted.
    pub fn after_paint(act: impl FnOnce() + 'static) {
        leptos::prelude::request_animation_frame(move || {
            gloo_timers::callback::Timeout::new(0, act).forget();
        });
    }

    /// Begins to fetch a style sheet of this build, which the page may have already. Whether it came.
    pub fn styles(name: &str) -> impl Future<Output = bool> + use<> {
        let begun = link(name);
        async move {
            match begun {
                None => true,
                Some((link, came)) => {
                    let came = wasm_bindgen_futures::JsFuture::from(came).await.is_ok();
                    if !came {
                        link.remove();
                    }
                    came
                }
            }
        }
    }

    /// A link to the style sheet, and what is kept when it came; none where the page has it or has no place for it.
    fn link(name: &str) -> Option<(web_sys::Element, js_sys::Promise)> {
        let page = leptos::prelude::document();
        // The address of the first one names the build.
        let first = page.query_selector("link[rel=stylesheet]").ok()??;
        if page.query_selector(&format!("link[href$=\"/{name}\"]")).ok()?.is_some() {
            return None;
        }
        let href = first.get_attribute("href")?;
        let link = page.create_element("link").ok()?;
        link.set_attribute("rel", "stylesheet").ok()?;
        link.set_attribute("href", &format!("{}/{name}", href.rsplit_once('/')?.0)).ok()?;
        let came = js_sys::Promise::new(&mut |came, failed| {
            let _ = link.add_event_listener_with_callback("load", &came);
            let _ = link.add_event_listener_with_callback("error", &failed);
        });
        first.after_with_node_1(&link).ok()?;
        Some((link, came))
    }

    /// Whether a menu is open: what is moved on the page closes it.
    pub fn has_open_menu() -> bool {
        leptos::prelude::document().query_selector(":popover-open").is_ok_and(|found| found.is_some())
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

#[cfg(not(feature = "browser"))]
mod here {
    use super::Millis;

    pub fn clock() -> Millis {
        0
    }
    pub fn chance() -> f64 {
        0.0
    }
    pub fn read(_: &str) -> Option<String> {
        None
    }
    pub fn keep(_: &str, _: Option<&str>) {}
    pub fn forget_kept(_: &[model::ConversationId]) {}
    pub fn on_window(_: &str, _: impl FnMut() + 'static) {}
    pub fn client_id() -> String {
        String::new()
    }
    pub fn is_hidden() -> bool {
        false
    }
    pub fn watch(_: &web_sys::Element, _: &str, _: &str, _: impl Fn(bool) + 'static) {}
    pub fn after_paint(_: impl FnOnce() + 'static) {}
    pub fn styles(_: &str) -> impl Future<Output = bool> + use<> {
        std::future::ready(true)
    }
    pub fn has_open_menu() -> bool {
        false
    }
    pub async fn sleep(_: u32) {}
}

pub use here::*;
