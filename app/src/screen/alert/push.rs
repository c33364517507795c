//! This browser's permission to show notes, and its subscription at its push service.

use crate::api::alert::{subscribe_push, unsubscribe_push};
use crate::i18n::Locale;
use crate::language;
use crate::live::web;
use js_sys::Reflect;
use leptos::prelude::*;
use model::{AlertSetup, PushDraft};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Notification, NotificationOptions, NotificationPermission, PushSubscription, PushSubscriptionOptionsInit, ServiceWorkerRegistration,
};

/// Where this browser remembers that its person switched the notes off here.
const OFF: &str = "prosa.alerts.off";

/// Whether notes may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Not looked yet, as on the server.
    Unknown,
    /// This browser cannot: an iPhone, before the app is installed.
    Never,
    NotAsked,
    Yes,
    Denied,
}

/// What the person has allowed.
pub fn allowed() -> Allowed {
    if !Reflect::has(&window(), &"Notification".into()).unwrap_or(false) {
        return Allowed::Never;
    }
    read(Notification::permission())
}

fn read(permission: NotificationPermission) -> Allowed {
    match permission {
        NotificationPermission::Granted => Allowed::Yes,
        NotificationPermission::Denied => Allowed::Denied,
        _ => Allowed::NotAsked,
    }
}

/// Asks the person; the browser shows its own question.
pub async fn ask() -> Allowed {
    if allowed() == Allowed::NotAsked
        && let Ok(asked) = Notification::request_permission()
    {
        let _ = JsFuture::from(asked).await;
    }
    allowed()
}

async fn registration() -> Option<ServiceWorkerRegistration> {
    let container = Reflect::get(&window().navigator(), &"serviceWorker".into()).ok().filter(|c| !c.is_undefined())?;
    let found = container.unchecked_into::<web_sys::ServiceWorkerContainer>().get_registration();
    JsFuture::from(found).await.ok()?.dyn_into().ok()
}

/// Why this browser gets no notes while no page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSubscribed;

/// Subscribes this browser, or makes its subscription known again.
///
/// # Errors
/// When the browser has no push service, or cannot reach it.
pub async fn subscribe(key: &str, locale: Locale) -> Result<(), NotSubscribed> {
    web::keep(OFF, None);
    let manager = registration().await.and_then(|r| r.push_manager().ok()).ok_or(NotSubscribed)?;
    let existing = JsFuture::from(manager.get_subscription().map_err(|_| NotSubscribed)?).await.map_err(|_| NotSubscribed)?;
    if let Ok(existing) = existing.dyn_into::<PushSubscription>() {
        if tell(&existing, locale).await {
            return Ok(());
        }
        if let Ok(end) = existing.unsubscribe() {
            let _ = JsFuture::from(end).await;
        }
    }
    let options = PushSubscriptionOptionsInit::new();
    options.set_user_visible_only(true);
    options.set_application_server_key(&key.into());
    let asked = manager.subscribe_with_options(&options).map_err(|_| NotSubscribed)?;
    let made: PushSubscription = JsFuture::from(asked).await.map_err(|_| NotSubscribed)?.dyn_into().map_err(|_| NotSubscribed)?;
    if tell(&made, locale).await { Ok(()) } else { Err(NotSubscribed) }
}

/// Tells the server of the subscription.
async fn tell(subscription: &PushSubscription, locale: Locale) -> bool {
    let text = |value: JsValue, name: &str| Reflect::get(&value, &name.into()).ok().and_then(|v| v.as_string());
    let Some(json) = js_sys::JSON::stringify(subscription).ok().and_then(|s| js_sys::JSON::parse(&String::from(s)).ok()) else {
        return false;
    };
    let keys = Reflect::get(&json, &"keys".into()).unwrap_or(JsValue::UNDEFINED);
    let language = language::code(locale).parse();
    let (Some(endpoint), Some(p256dh), Some(auth), Ok(language)) =
        (text(json, "endpoint"), text(keys.clone(), "p256dh"), text(keys, "auth"), language)
    else {
        return false;
    };
    subscribe_push(PushDraft { endpoint, p256dh, auth, language }).await.is_ok()
}

/// At the start of the page: what was allowed before goes on. Answers whether this browser is subscribed.
pub async fn renew(setup: &AlertSetup, locale: Locale) -> bool {
    if allowed() != Allowed::Yes || web::read(OFF).is_some() {
        return setup.is_subscribed;
    }
    subscribe(&setup.push_key, locale).await.is_ok()
}

/// No more notes to this browser.
pub async fn stop() -> crate::api::Answer<()> {
    unsubscribe_push().await?;
    web::keep(OFF, Some("1"));
    if let Some(manager) = registration().await.and_then(|r| r.push_manager().ok())
        && let Ok(asked) = manager.get_subscription()
        && let Ok(Ok(subscription)) = JsFuture::from(asked).await.map(|s| s.dyn_into::<PushSubscription>())
        && let Ok(end) = subscription.unsubscribe()
    {
        let _ = JsFuture::from(end).await;
    }
    Ok(())
}

/// Shows a note from this page; false when the browser refused.
pub async fn note(title: &str, text: &str, tag: &str, path: &str) -> bool {
    if allowed() != Allowed::Yes {
        return false;
    }
    let options = NotificationOptions::new();
    options.set_body(text);
    options.set_tag(tag);
    options.set_icon("/app-192.png");
    let data = js_sys::Object::new();
    let _ = Reflect::set(&data, &"path".into(), &path.into());
    options.set_data(&data);
    match registration().await.and_then(|r| r.show_notification_with_options(title, &options).ok()) {
        Some(shown) => JsFuture::from(shown).await.is_ok(),
        None => false,
    }
}

/// The service worker says which page a tapped note leads to. Listens as long as the page lives.
pub fn hear_where_to_go(navigate: impl Fn(&str, leptos_router::NavigateOptions) + 'static) {
    let Some(container) = Reflect::get(&window().navigator(), &"serviceWorker".into()).ok().filter(|c| !c.is_undefined()) else { return };
    let heard = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let path = Reflect::get(&event.data(), &"go".into()).ok().and_then(|p| p.as_string());
        if let Some(path) = path.as_deref().and_then(model::text::own_path)
            && crate::part::may_leave()
        {
            navigate(path, leptos_router::NavigateOptions::default());
        }
    });
    let container: web_sys::EventTarget = container.unchecked_into();
    let _ = container.add_event_listener_with_callback("message", heard.as_ref().unchecked_ref());
    heard.forget();
}
