//! What a contact sent (20, section 2.3): each type as the bubble that people see.

use super::{errors, money, wire};
use crate::{InboundBody, InboundMedia, MediaKind};
use model::{ContactCard, OrderItem};
use serde_json::Value;

/// The types whose content stands under a key of the same name; also finds the type of a message that names none.
const TYPES: &[&str] = &[
    "text",
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "reaction",
    "order",
    "system",
];

/// The type of a message; empty when nothing tells it.
pub(super) fn type_of(message: &Value) -> &str {
    match wire::text(message, "type").trim() {
        "" => TYPES.iter().find(|t| message.get(**t).is_some()).copied().unwrap_or_default(),
        told => told,
    }
}

/// The body of a message. What is missing, withheld or unknown becomes a placeholder with its reason (MS-5); `notes` are
/// the errors of the message, or else those that came beside it.
pub(super) fn read(kind: &str, message: &Value, notes: &[Value]) -> InboundBody {
    let part = message.get(kind).unwrap_or(&Value::Null);
    let known = match kind {
        "text" => Some(wire::text(part, "body")).filter(|t| !t.is_empty()).map(|t| InboundBody::Text(t.to_owned())),
        "image" => Some(media(MediaKind::Image, part, notes)),
        "video" => Some(media(MediaKind::Video, part, notes)),
        "audio" | "voice" => Some(media(MediaKind::Audio, part, notes)),
        "document" => Some(media(MediaKind::Document, part, notes)),
        "sticker" => Some(media(MediaKind::Sticker, part, notes)),
        "location" => location(part),
        "contacts" => {
            Some(wire::list(message, kind).iter().map(card).collect::<Vec<_>>()).filter(|c| !c.is_empty()).map(InboundBody::Contacts)
        }
        "interactive" => answer(part),
        "button" => button(part),
        "order" => order(part),
        _ => None,
    };
    let voice = kind == "voice";
    match known {
        Some(InboundBody::Media(m)) => InboundBody::Media(InboundMedia { voice: m.voice || voice, ..m }),
        Some(body) => body,
        None => placeholder(kind, message, part, notes),
    }
}

fn placeholder(kind: &str, message: &Value, part: &Value, notes: &[Value]) -> InboundBody {
    let inner = wire::text(part, "type");
    let type_name = match (kind, inner) {
        ("unsupported" | "interactive", inner) if !inner.is_empty() => inner,
        ("", _) => "unknown",
        (kind, _) => kind,
    };
    let text_of =
        |v: &Value| ["body", "text", "caption", "title", "name"].iter().map(|k| wire::text(v, k).to_owned()).find(|t| !t.is_empty());
    // An unsupported message may still carry its text.
    let text = message.get("text").and_then(text_of).or_else(|| text_of(part)).unwrap_or_default();
    InboundBody::Unsupported { type_name: type_name.to_owned(), reason: errors::describe(notes), text }
}

fn media(kind: MediaKind, part: &Value, notes: &[Value]) -> InboundBody {
    let external_id = wire::word(part, "id");
    let mut reason = errors::describe(notes);
    if external_id.is_none() && reason.is_empty() {
        reason = "the network gave no file".to_owned();
    }
    InboundBody::Media(InboundMedia {
        kind,
        external_id,
        mime: wire::text(part, "mime_type").to_owned(),
        sha256: wire::text(part, "sha256").to_owned(),
        caption: wire::text(part, "caption").to_owned(),
        file_name: wire::text(part, "filename").to_owned(),
        voice: wire::flag(part, "voice"),
        reason,
    })
}

fn location(part: &Value) -> Option<InboundBody> {
    Some(InboundBody::Location {
        latitude: wire::number(part, "latitude")?,
        longitude: wire::number(part, "longitude")?,
        name: wire::text(part, "name").to_owned(),
        address: wire::text(part, "address").to_owned(),
    })
}

fn card(card: &Value) -> ContactCard {
    let name = card.get("name").unwrap_or(&Value::Null);
    let parts = || {
        ["prefix", "first_name", "middle_name", "last_name", "suffix"]
            .iter()
            .map(|k| wire::text(name, k).trim())
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let each = |key: &str, first: &str, second: &str| {
        wire::list(card, key).iter().filter_map(|v| wire::word(v, first).or_else(|| wire::word(v, second))).collect()
    };
    ContactCard {
        name: wire::word(name, "formatted_name").unwrap_or_else(parts),
        phones: each("phones", "phone", "wa_id"),
        emails: each("emails", "email", "email"),
        organisation: card.get("org").and_then(|o| wire::word(o, "company")).unwrap_or_default(),
    }
}

fn button(part: &Value) -> Option<InboundBody> {
    let title = wire::text(part, "text").to_owned();
    let id = wire::word(part, "payload").unwrap_or_else(|| title.clone());
    (!title.is_empty() || !id.is_empty()).then(|| InboundBody::Answer {
        title: if title.is_empty() { id.clone() } else { title },
        id,
        description: String::new(),
    })
}

fn answer(part: &Value) -> Option<InboundBody> {
    let chosen = |key: &str| -> Option<InboundBody> {
        let reply = part.get(key)?;
        let id = wire::word(reply, "id").unwrap_or_default();
        let title = Some(wire::text(reply, "title").to_owned()).filter(|t| !t.is_empty()).unwrap_or_else(|| id.clone());
        (!title.is_empty()).then(|| InboundBody::Answer { id, title, description: wire::text(reply, "description").to_owned() })
    };
    match wire::text(part, "type") {
        "nfm_reply" => flow(part.get("nfm_reply")?),
        "button_reply" => chosen("button_reply"),
        "list_reply" => chosen("list_reply"),
        _ => chosen("button_reply").or_else(|| chosen("list_reply")),
    }
}

/// The answers of a form, a line each. `response_json` is JSON in a text; when it is not, the text is shown as it is.
fn flow(reply: &Value) -> Option<InboundBody> {
    let raw = match reply.get("response_json")? {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    };
    let shown = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let description = match serde_json::from_str(&raw) {
        Ok(Value::Object(fields)) => {
            fields.iter().filter(|(k, _)| *k != "flow_token").map(|(k, v)| format!("{k}: {}", shown(v))).collect::<Vec<_>>().join("\n")
        }
        Ok(Value::Array(items)) => items.iter().map(shown).collect::<Vec<_>>().join("\n"),
        _ => raw,
    };
    let title = wire::word(reply, "body").or_else(|| wire::word(reply, "name")).unwrap_or_default();
    Some(InboundBody::Answer { id: wire::word(reply, "name").unwrap_or_else(|| "flow".to_owned()), title, description })
}

fn order(part: &Value) -> Option<InboundBody> {
    let line = |item: &Value| {
        let currency = wire::text(item, "currency").to_owned();
        OrderItem {
            product: wire::word(item, "product_retailer_id").unwrap_or_default(),
            quantity: wire::int(item, "quantity").unwrap_or(1),
            price_minor: money::minor(item.get("item_price"), &currency),
            currency,
        }
    };
    let items: Vec<_> = wire::list(part, "product_items").iter().map(line).collect();
    let text = wire::text(part, "text").to_owned();
    (!items.is_empty() || !text.is_empty()).then_some(InboundBody::Order { items, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ms_5_unsupported_types_become_placeholders() {
        let unsupported = |m: Value, notes: Value| match read(type_of(&m), &m, notes.as_array().unwrap()) {
            InboundBody::Unsupported { type_name, reason, text } => (type_name, reason, text),
            other => panic!("{m}: {other:?}"),
        };
        let none = json!([]);
        assert_eq!(
            unsupported(json!({"type": "hologram", "hologram": {"caption": "hi"}}), none.clone()),
            ("hologram".into(), "".into(), "hi".into())
        );
        assert_eq!(
            unsupported(
                json!({"type": "unsupported", "unsupported": {"type": "gif"}, "text": {"body": "seen"}}),
                json!([{"code": 131051, "title": "Message type unknown"}])
            ),
            ("gif".into(), "131051: Message type unknown".into(), "seen".into())
        );
        // Known types without their content are placeholders as well, never nothing.
        for kind in ["text", "location", "contacts", "interactive", "button", "order", "", "unsupported"] {
            assert!(!unsupported(json!({"type": kind}), none.clone()).0.is_empty());
            assert!(!unsupported(json!({"type": kind, kind: 7}), none.clone()).0.is_empty());
        }
    }

    #[test]
    fn flow_answers_are_readable_in_every_form() {
        let description = |response: Value| match read(
            "interactive",
            &json!({"interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": response}}}),
            &[],
        ) {
            InboundBody::Answer { description, .. } => description,
            other => panic!("{other:?}"),
        };
        assert_eq!(description(json!("{\"flow_token\":\"t\",\"idade\":30,\"nome\":\"Ana\"}")), "idade: 30\nnome: Ana");
        assert_eq!(description(json!("[\"a\",2]")), "a\n2");
        assert_eq!(description(json!("not json")), "not json");
        assert_eq!(description(json!({"cor": "azul"})), "cor: azul");
    }
}
