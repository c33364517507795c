//! The object under the type of an inbound message, completed with examples where an order is silent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::state::{Contact, Data};
use crate::{media_rules, samples};

/// The media object of a webhook: given id, given base64, or a sample file.
fn media(data: &mut Data, kind: &str, given: &Value, now_ms: i64) -> Result<Value, String> {
    let mut out = given.as_object().cloned().unwrap_or_default();
    let take = |out: &mut Map<String, Value>, key: &str| out.remove(key).and_then(|v| v.as_str().map(str::to_owned));
    let (base64, sample) = (take(&mut out, "base64"), take(&mut out, "sample"));
    if given["id"].is_string() {
        return Ok(Value::Object(out));
    }
    let like = match sample {
        Some(name) => samples::named(&name).ok_or_else(|| format!("there is no sample '{name}'"))?,
        None => samples::of(if kind == "voice" { "audio" } else { kind }),
    };
    let bytes = match base64 {
        Some(text) => STANDARD.decode(text.trim()).map_err(|e| format!("base64: {e}"))?,
        None => like.bytes.to_vec(),
    };
    let mime = given["mime_type"].as_str().unwrap_or(like.mime).to_owned();
    let animated = media_rules::animated_webp(&bytes);
    let filename = given["filename"].as_str().map(str::to_owned);
    let id = data.media.add(bytes.into(), &mime, filename, true, now_ms);
    let sha256 = data.media.get(&id, now_ms).map(crate::media_store::Media::sha256_base64);
    out.insert("id".into(), json!(id));
    out.insert("mime_type".into(), json!(mime));
    out.entry("sha256").or_insert(json!(sha256));
    match kind {
        "audio" | "voice" => drop(out.entry("voice").or_insert(json!(mime.starts_with("audio/ogg")))),
        "sticker" => drop(out.entry("animated").or_insert(json!(animated))),
        "document" if !given.as_object().is_some_and(|g| g.contains_key("filename")) => {
            out.insert("filename".into(), json!(like.filename));
        }
        _ => {}
    }
    // A null stands for "leave the key out".
    out.retain(|_, v| !v.is_null());
    Ok(Value::Object(out))
}

/// The object under the type, completed with examples where the order is silent.
pub fn object(data: &mut Data, kind: &str, order: &Value, contact: &Contact, now_ms: i64) -> Result<Option<Value>, String> {
    let given = &order[kind];
    Ok(Some(match kind {
        "text" => match given {
            Value::String(text) => json!({ "body": text }),
            Value::Null => json!({"body": "oi"}),
            other => other.clone(),
        },
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => media(data, kind, given, now_ms)?,
        "request_welcome" | "errors" => return Ok(None),
        "unsupported" if given.is_null() => return Ok(None),
        _ if !given.is_null() => given.clone(),
        "location" => {
            json!({"latitude": -23.561_414, "longitude": -46.655_881, "name": "MASP", "address": "Av. Paulista, 1578 - São Paulo"})
        }
        "contacts" => json!([{
            "name": {"formatted_name": "Maria Oliveira", "first_name": "Maria", "last_name": "Oliveira"},
            "phones": [{"phone": "+55 11 91234-5678", "wa_id": "5511912345678", "type": "CELL"}]}]),
        "interactive" => json!({"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}}),
        "button" => json!({"payload": "Sim", "text": "Sim"}),
        "reaction" => json!({"message_id": "", "emoji": "👍"}),
        "order" => json!({"catalog_id": "194836987003835", "text": "Quero estes", "product_items": [
            {"product_retailer_id": "caneca-azul", "quantity": 2, "item_price": 39.9, "currency": "BRL"},
            {"product_retailer_id": "cafe-500g", "quantity": 1, "item_price": 32.5, "currency": "BRL"}]}),
        "system" => json!({"type": "customer_identity_changed", "body": format!("{} changed", contact.name)}),
        _ => return Ok(None),
    }))
}
