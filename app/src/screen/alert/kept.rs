//! What the service worker and the page keep for each other in this browser.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response};

/// The cache of this name, if it is there.
pub(super) async fn cache(name: &str) -> Option<Cache> {
    let caches = window().caches().ok()?;
    // Opening would make it.
    let is_there = JsFuture::from(caches.has(name)).await.ok()?.is_truthy();
    if !is_there {
        return None;
    }
    JsFuture::from(caches.open(name)).await.ok().map(JsCast::unchecked_into)
}

/// What is kept in it under a path.
pub(super) async fn found(name: &str, path: &str) -> Option<Response> {
    JsFuture::from(cache(name).await?.match_with_str(path)).await.ok()?.dyn_into().ok()
}

/// The same, as text.
pub(super) async fn text(name: &str, path: &str) -> Option<String> {
    JsFuture::from(found(name, path).await?.text().ok()?).await.ok()?.as_string()
}

/// Keeps a text under a path, where the cache is there.
pub(super) async fn put(name: &str, path: &str, text: &str) {
    if let Some(cache) = cache(name).await
        && let Ok(response) = Response::new_with_opt_str(Some(text))
    {
        let _ = JsFuture::from(cache.put_with_str(path, &response)).await;
    }
}
