//! The browser's side of passkeys: between our JSON and what a browser takes and gives.
//!
//! Newer browsers do this by themselves (`parseCreationOptionsFromJSON`, `toJSON`); not all do that are in use.

use js_sys::{Array, Function, JSON, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// Why a device gave no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// We did not want it any more.
    Stopped,
    /// The device has one of the person's already.
    Known,
    /// The person did not want to, or nothing fitted; browsers do not tell these apart.
    Refused,
}

/// Whether this browser can hold passkeys for this address.
pub fn is_here() -> bool {
    let host = window().location().hostname().unwrap_or_default();
    let named = !host.starts_with('[') && host.parse::<std::net::IpAddr>().is_err();
    named && get(&window(), "PublicKeyCredential").is_function()
}

/// Whether this browser offers passkeys where a name is typed.
pub async fn offers() -> bool {
    let class = get(&window(), "PublicKeyCredential");
    match get(&class, "isConditionalMediationAvailable").dyn_into::<Function>() {
        Ok(ask) => match ask.call0(&class).map(|p| p.dyn_into::<Promise>()) {
            Ok(Ok(promise)) => JsFuture::from(promise).await.is_ok_and(|yes| yes.is_truthy()),
            _ => false,
        },
        Err(_) => false,
    }
}

/// Has the device make a key; answers what it says, as JSON.
pub async fn make(options: &str) -> Result<String, No> {
    let key = JSON::parse(options).map_err(|_| No::Refused)?;
    bytes_in(&key, "challenge");
    bytes_in(&get(&key, "user"), "id");
    each_id(&get(&key, "excludeCredentials"));
    let wish = Object::new();
    set(&wish, "publicKey", &key);
    let made = call("create", &wish).await?;
    let response = get(&made, "response");
    let said = Object::new();
    text_out(&said, &response, "clientDataJSON");
    text_out(&said, &response, "attestationObject");
    let transports = match get(&response, "getTransports").dyn_into::<Function>() {
        Ok(ask) => ask.call0(&response).unwrap_or_else(|_| Array::new().into()),
        Err(_) => Array::new().into(),
    };
    set(&said, "transports", &transports);
    answer(&made, &said)
}

/// Asks for a key that is there; `quiet` offers it where a name is typed, until the signal stops it.
pub async fn find(options: &str, quiet: bool, signal: &AbortSignal) -> Result<String, No> {
    let key = JSON::parse(options).map_err(|_| No::Refused)?;
    bytes_in(&key, "challenge");
    each_id(&get(&key, "allowCredentials"));
    let wish = Object::new();
    set(&wish, "publicKey", &key);
    set(&wish, "signal", signal);
    if quiet {
        set(&wish, "mediation", &"conditional".into());
    }
    let found = call("get", &wish).await?;
    let response = get(&found, "response");
    let said = Object::new();
    for name in ["clientDataJSON", "authenticatorData", "signature", "userHandle"] {
        text_out(&said, &response, name);
    }
    answer(&found, &said)
}

async fn call(method: &str, wish: &Object) -> Result<JsValue, No> {
    let credentials = get(&window().navigator(), "credentials");
    let method = get(&credentials, method).dyn_into::<Function>().map_err(|_| No::Refused)?;
    let promise = method.call1(&credentials, wish).and_then(|p| p.dyn_into::<Promise>()).map_err(|_| No::Refused)?;
    match JsFuture::from(promise).await {
        Ok(found) if found.is_object() => Ok(found),
        Ok(_) => Err(No::Refused),
        Err(e) => Err(match get(&e, "name").as_string().as_deref() {
            Some("AbortError") => No::Stopped,
            Some("InvalidStateError") => No::Known,
            _ => No::Refused,
        }),
    }
}

/// What a browser answered, as JSON.
fn answer(found: &JsValue, response: &Object) -> Result<String, No> {
    let whole = Object::new();
    set(&whole, "id", &get(found, "id"));
    text_out(&whole, found, "rawId");
    set(&whole, "type", &get(found, "type"));
    set(&whole, "response", response);
    let attachment = get(found, "authenticatorAttachment");
    if attachment.is_string() {
        set(&whole, "authenticatorAttachment", &attachment);
    }
    set(&whole, "clientExtensionResults", &Object::new());
    JSON::stringify(&whole).ok().and_then(|s| s.as_string()).ok_or(No::Refused)
}

fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(of, &name.into(), value);
}

/// A text of ours becomes bytes in its place.
fn bytes_in(of: &JsValue, name: &str) {
    if let Some(text) = get(of, name).as_string() {
        set(of, name, &decode(&text));
    }
}

fn each_id(list: &JsValue) {
    if let Some(list) = list.dyn_ref::<Array>() {
        for one in list.iter() {
            bytes_in(&one, "id");
        }
    }
}

/// Bytes of the browser become a text of ours.
fn text_out(into: &Object, of: &JsValue, name: &str) {
    let bytes = get(of, name);
    if bytes.is_object() {
        set(into, name, &encode(&Uint8Array::new(&bytes).to_vec()).into());
    }
}

fn decode(text: &str) -> Uint8Array {
    let text = text.replace('-', "+").replace('_', "/");
    let bytes: Vec<u8> = window().atob(&text).unwrap_or_default().chars().map(|c| c as u8).collect();
    Uint8Array::from(bytes.as_slice())
}

fn encode(bytes: &[u8]) -> String {
    let letters: String = bytes.iter().map(|b| char::from(*b)).collect();
    let text = window().btoa(&letters).unwrap_or_default();
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}
