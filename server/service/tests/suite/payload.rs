//! Bodies as Meta posts them.

use model::Millis;
use serde_json::{Value, json};

/// A text of a contact.
pub fn text(from: &str, id: &str, at: Millis, body: &str) -> Value {
    json!({"from": from, "id": id, "timestamp": (at / 1000).to_string(), "type": "text", "text": {"body": body}})
}

/// An image of a contact.
pub fn image(from: &str, id: &str, at: Millis, media: &str, sha256: &str) -> Value {
    let image = json!({"id": media, "mime_type": "image/jpeg", "sha256": sha256, "caption": "uma foto"});
    json!({"from": from, "id": id, "timestamp": (at / 1000).to_string(), "type": "image", "image": image})
}

/// A reaction to a message.
pub fn reaction(from: &str, id: &str, at: Millis, target: &str, emoji: &str) -> Value {
    let reaction = json!({"message_id": target, "emoji": emoji});
    json!({"from": from, "id": id, "timestamp": (at / 1000).to_string(), "type": "reaction", "reaction": reaction})
}

/// A status of one of our messages.
pub fn status(id: &str, status: &str, at: Millis, callback: Option<&str>) -> Value {
    let mut status = json!({"id": id, "status": status, "timestamp": (at / 1000).to_string(), "recipient_id": "5511987654321"});
    if let Some(callback) = callback {
        status["biz_opaque_callback_data"] = callback.into();
    }
    status
}

/// A failed status.
pub fn failed(id: &str, code: i64, at: Millis, callback: Option<&str>) -> Value {
    let mut s = status(id, "failed", at, callback);
    s["errors"] = json!([{"code": code, "title": "refused", "error_data": {"details": "the details"}}]);
    s
}

/// A change of the field `messages` with the contacts that its messages name.
pub fn change(number: &str, messages: Vec<Value>, statuses: Vec<Value>) -> Value {
    let contacts: Vec<Value> = messages
        .iter()
        .filter_map(|m| m["from"].as_str())
        .map(|from| json!({"profile": {"name": format!("Pessoa {from}")}, "wa_id": from}))
        .collect();
    let mut value =
        json!({"messaging_product": "whatsapp", "metadata": {"display_phone_number": "551155500100", "phone_number_id": number}});
    if !messages.is_empty() {
        value["contacts"] = contacts.into();
        value["messages"] = messages.into();
    }
    if !statuses.is_empty() {
        value["statuses"] = statuses.into();
    }
    json!({"field": "messages", "value": value})
}

/// A body of entries, each a list of changes.
pub fn body(entries: Vec<Vec<Value>>) -> Value {
    let entries: Vec<Value> = entries.into_iter().map(|changes| json!({"id": crate::world::WABA, "changes": changes})).collect();
    json!({"object": "whatsapp_business_account", "entry": entries})
}

/// A body with messages of one number.
pub fn one(number: &str, messages: Vec<Value>) -> Value {
    body(vec![vec![change(number, messages, Vec::new())]])
}

/// A body with statuses of one number.
pub fn statuses(number: &str, statuses: Vec<Value>) -> Value {
    body(vec![vec![change(number, Vec::new(), statuses)]])
}

/// A template as Graph lists it.
pub fn template(name: &str, category: &str, text: &str) -> Value {
    json!({"id": format!("t-{name}"), "name": name, "status": "APPROVED", "category": category, "language": "pt_BR",
           "components": [{"type": "BODY", "text": text}]})
}
