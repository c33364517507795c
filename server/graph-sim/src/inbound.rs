//! Messages of the person: from a short order to the webhook's value, every type of the Cloud API.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::ids;
use crate::inbound_object::object;
use crate::limits::{self, opens_window};
use crate::settings::Settings;
use crate::sim::Sim;
use crate::state::{Bubble, Contact, Data, Thread};
use crate::webhook::Change;

/// Message types whose object may be given in an order, in the order in which they are looked for.
const TYPES: [&str; 21] = [
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
    "request_welcome",
    "unsupported",
    "edit",
    "revoke",
    "errors",
    "poll",
    "unknown",
];
/// Most messages of one order.
pub const COUNT_MAX: u64 = 100_000;

/// A message that was made: what the caller learns, and what the webhook says.
#[derive(Debug)]
pub struct Made {
    /// wamid; none for `request_welcome`.
    pub id: Option<String>,
    /// Contact key.
    pub contact: String,
    /// Number that it went to.
    pub number: String,
    /// The webhook's change.
    pub change: Change,
    /// New or changed message of the thread.
    pub bubble: Option<Bubble>,
}

/// Type of an order: named, or the one whose object is there, or text.
fn kind_of(order: &Value) -> String {
    if let Some(kind) = order["type"].as_str() {
        return kind.to_owned();
    }
    TYPES.iter().find(|t| !order[**t].is_null()).map_or("text", |t| *t).to_owned()
}

/// Finds or makes the person of an order and takes over what the order says about them.
fn person(data: &mut Data, order: &Value) -> Result<Contact, String> {
    let text = |key: &str| order[key].as_str().filter(|t| !t.trim().is_empty());
    let who = text("from").or(text("contact")).or(text("user_id")).map(str::to_owned);
    let who = who.or_else(|| text("username").map(|u| format!("@{}", u.trim_start_matches('@'))));
    let who = who.ok_or("name the person: from, user_id or username")?;
    let key = data.contact_or_new(&who, None);
    let new = data.contacts.get(&key).is_some_and(|c| c.name.is_empty());
    let name = text("name").map(str::to_owned).or_else(|| new.then(|| default_name(&who)));
    let changed = ["user_id", "username", "parent_user_id"].iter().any(|k| text(k).is_some());
    if let Some(name) = name
        && let Some(contact) = data.contacts.get_mut(&key)
    {
        contact.name = name;
    }
    if changed {
        data.edit_contact(&key, |c| {
            if let Some(id) = text("user_id") {
                c.user_id = id.to_owned();
            }
            if let Some(name) = text("username") {
                c.username = Some(name.trim_start_matches('@').to_owned());
            }
            if let Some(id) = text("parent_user_id") {
                c.parent_user_id = Some(id.to_owned());
            }
        });
    }
    data.contacts.get(&key).cloned().ok_or_else(|| "the person vanished".into())
}

fn default_name(who: &str) -> String {
    let tail: String = who.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("Contato {tail}")
}

/// Seconds of an order's `timestamp`; now when absent or no number.
fn seconds(order: &Value, now_s: i64) -> i64 {
    let t = &order["timestamp"];
    t.as_i64().or_else(|| t.as_str().and_then(|s| s.parse().ok())).unwrap_or(now_s)
}

/// `contacts[0]` of the webhook.
fn contact_json(contact: &Contact, settings: &Settings) -> Value {
    let mut c = json!({"profile": {"name": contact.name}});
    if let Some(username) = &contact.username {
        c["profile"]["username"] = json!(username);
    }
    if let Some(wa_id) = contact.visible_wa_id() {
        c["wa_id"] = json!(wa_id);
    }
    if settings.bsuid || contact.bsuid_only {
        c["user_id"] = json!(contact.user_id);
        if let Some(parent) = &contact.parent_user_id {
            c["parent_user_id"] = json!(parent);
        }
    }
    c
}

fn overlay(target: &mut Value, over: &Value) {
    for (key, value) in over.as_object().into_iter().flatten() {
        if value.is_null() {
            target.as_object_mut().map(|t| t.remove(key));
        } else {
            target[key.as_str()] = value.clone();
        }
    }
}

/// Makes one message out of an order and remembers it. Sends nothing.
pub fn make(data: &mut Data, settings: &Settings, now_ms: i64, order: &Value) -> Result<Made, String> {
    let number_id = match order["phone_number_id"].as_str() {
        Some(id) => id.to_owned(),
        None => data.numbers.keys().next().cloned().unwrap_or_default(),
    };
    let (metadata, waba_id, digits) = match data.numbers.get(&number_id) {
        Some(n) => (n.metadata(), n.waba_id.clone(), n.digits()),
        None => return Err(format!("there is no number {number_id}")),
    };
    let contact = person(data, order)?;
    let kind = kind_of(order);
    let at_s = seconds(order, now_ms.div_euclid(1000));
    let id = (kind != "request_welcome")
        .then(|| order["id"].as_str().map_or_else(|| ids::wamid(contact.address(), ids::Side::User), str::to_owned));
    let object = object(data, &kind, order, &contact, now_ms)?;

    let mut message = json!({"type": kind, "timestamp": at_s.to_string()});
    if let Some(raw) = order["timestamp"].as_str() {
        message["timestamp"] = json!(raw);
    }
    if let Some(id) = &id {
        message["id"] = json!(id);
    }
    if let Some(wa_id) = contact.visible_wa_id() {
        message["from"] = json!(wa_id);
    }
    if settings.bsuid || contact.bsuid_only {
        message["from_user_id"] = json!(contact.user_id);
    }
    if let Some(object) = &object {
        message[kind.as_str()] = object.clone();
    }
    let mut quote = None;
    if let Some(context) = order["context"].as_object() {
        let mut context = Value::Object(context.clone());
        if let Some(id) = context["message_id"].as_str().or(context["id"].as_str()) {
            quote = Some(id.to_owned());
            let reply = json!({"id": id, "from": context["from"].as_str().unwrap_or(&digits)});
            overlay(&mut context, &reply);
            overlay(&mut context, &json!({"message_id": null}));
        }
        message["context"] = context;
    }
    for key in ["referral", "errors", "group_id", "identity"] {
        if !order[key].is_null() {
            message[key] = order[key].clone();
        }
    }
    if kind == "unsupported" && order["errors"].is_null() {
        message["errors"] = json!([{"code": 131051, "title": "Message type unknown", "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."}}]);
    }
    overlay(&mut message, &order["extra"]);

    let mut value = json!({"messaging_product": "whatsapp", "metadata": metadata, "messages": [message]});
    let silent = matches!(kind.as_str(), "system" | "request_welcome") || order["omit_contacts"] == json!(true);
    if !silent {
        let mut c = contact_json(&contact, settings);
        overlay(&mut c, &order["contact_extra"]);
        value["contacts"] = json!([c]);
    }
    overlay(&mut value, &order["value_extra"]);

    let content = object.unwrap_or_else(|| message.get("errors").map_or(Value::Null, |e| json!({ "errors": e })));
    let bubble = note(data, settings, &number_id, &contact.key, &kind, id.as_deref(), at_s * 1000, content, quote, order);
    if kind == "system" {
        follow_system(data, &contact.key, &message["system"]);
    }
    Ok(Made {
        id,
        contact: contact.key,
        number: number_id.clone(),
        change: Change { waba_id, number_id: Some(number_id), field: "messages".into(), value },
        bubble,
    })
}

/// Keeps window, ad and thread up to date; gives the new or changed message.
#[expect(clippy::too_many_arguments, reason = "the parts of one message, used once")]
fn note(
    data: &mut Data,
    settings: &Settings,
    number: &str,
    contact: &str,
    kind: &str,
    id: Option<&str>,
    at_ms: i64,
    content: Value,
    quote: Option<String>,
    order: &Value,
) -> Option<Bubble> {
    let id = id?;
    data.record_inbound(id, &Thread::key(number, contact), settings.keep_sent);
    if let Some(n) = data.numbers.get_mut(number) {
        // Throughput counts both ways; what comes in is never refused.
        let _ = limits::take_throughput(n, 0, at_ms);
    }
    let thread = data.thread(number, contact);
    if opens_window(kind) {
        thread.last_user_ms = Some(thread.last_user_ms.map_or(at_ms, |old| old.max(at_ms)));
        if order["referral"]["source_type"].as_str() == Some("ad") {
            thread.ad_ms = Some(at_ms);
        }
    }
    if kind == "reaction" {
        let target = thread.bubble_mut(content["message_id"].as_str().unwrap_or_default())?;
        target.user_reaction = content["emoji"].as_str().filter(|e| !e.is_empty()).map(str::to_owned);
        return Some(target.clone());
    }
    let bubble = Bubble {
        id: id.to_owned(),
        business: false,
        at_ms,
        kind: kind.to_owned(),
        content,
        quote,
        status: "delivered".into(),
        error: None,
        user_reaction: None,
        business_reaction: None,
    };
    thread.push(bubble.clone());
    Some(bubble)
}

/// A system message changes the person: a new number or a new BSUID.
fn follow_system(data: &mut Data, key: &str, system: &Value) {
    let new = |name: &str| system[name].as_str().map(str::to_owned);
    match system["type"].as_str() {
        Some("user_changed_number") => {
            if let Some(wa_id) = new("wa_id") {
                data.edit_contact(key, |c| c.wa_id = Some(wa_id));
            }
        }
        Some("user_changed_user_id") => {
            if let Some(id) = new("user_id") {
                data.edit_contact(key, |c| c.user_id = id);
            }
        }
        _ => {}
    }
}

/// Puts several values into one: all contacts, all messages. They must be of one number.
pub fn merge(values: Vec<Value>) -> Value {
    let mut values = values.into_iter();
    let Some(mut first) = values.next() else { return Value::Null };
    for value in values {
        for key in ["contacts", "messages"] {
            let more = value[key].as_array().cloned().unwrap_or_default();
            if let Some(list) = first[key].as_array_mut() {
                list.extend(more.into_iter().filter(|m| !list.contains(m)).collect::<Vec<_>>());
            } else if !more.is_empty() {
                first[key] = Value::Array(more);
            }
        }
    }
    first
}

impl Sim {
    /// Makes the messages of an order, tells the phone pages and queues the webhooks.
    ///
    /// `count` repeats it; `senders` spreads the repeats over that many consecutive numbers from `from` on; `{n}` in a
    /// text becomes the position.
    pub fn inbound(self: &Arc<Self>, order: &Value) -> Result<Vec<Made>, String> {
        let count = order["count"].as_u64().unwrap_or(1);
        if count == 0 || count > COUNT_MAX {
            return Err(format!("count goes from 1 to {COUNT_MAX}"));
        }
        let senders = order["senders"].as_u64().unwrap_or(1).max(1);
        let first: Option<u64> = order["from"].as_str().and_then(|f| crate::directory::digits(f).parse().ok());
        let settings = self.settings();
        let mut all = Vec::new();
        for i in 0..count {
            let mut own;
            let order = if count == 1 {
                order
            } else {
                own = order.clone();
                if let (Some(first), true) = (first, senders > 1) {
                    own["from"] = json!((first + i % senders).to_string());
                }
                if let Some(text) = order["text"].as_str().or(order["text"]["body"].as_str()) {
                    own["text"] = json!(text.replace("{n}", &(i + 1).to_string()));
                }
                &own
            };
            let made = make(&mut self.data(), &settings, self.clock.now_ms(), order)?;
            if let Some(bubble) = &made.bubble {
                self.publish_bubble(&made.number, &made.contact, bubble);
            }
            self.emit(made.change.clone());
            all.push(made);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;

    fn value(order: Value) -> Value {
        let mut data = seed::world(true);
        make(&mut data, &Settings::default(), 1_790_000_000_000, &order).unwrap().change.value
    }

    #[test]
    fn a_short_order_becomes_a_text() {
        let v = value(json!({"from": "5511987654321", "text": "oi"}));
        assert_eq!(v["messages"][0]["text"]["body"], "oi");
        assert_eq!(v["messages"][0]["from"], "5511987654321");
        assert_eq!(v["messages"][0]["timestamp"], "1790000000");
        assert_eq!(v["contacts"][0]["profile"]["name"], "Ana Souza");
        assert_eq!(v["metadata"]["display_phone_number"], "551155500100");
    }

    #[test]
    fn a_bsuid_only_person_shows_no_number() {
        let v = value(json!({"from": "@joana.p", "text": "oi"}));
        assert!(v["messages"][0].get("from").is_none() && v["contacts"][0].get("wa_id").is_none());
        assert_eq!(v["messages"][0]["from_user_id"], "BR.13491208655302741918");
        assert_eq!(v["contacts"][0]["profile"]["username"], "joana.p");
    }

    #[test]
    fn every_type_has_an_example_with_the_keys_of_the_wire() {
        for (kind, keys) in [
            ("image", &["id", "mime_type", "sha256"][..]),
            ("video", &["id", "mime_type", "sha256"]),
            ("audio", &["id", "mime_type", "sha256", "voice"]),
            ("document", &["id", "mime_type", "sha256", "filename"]),
            ("sticker", &["id", "mime_type", "sha256", "animated"]),
            ("location", &["latitude", "longitude"]),
            ("interactive", &["type", "button_reply"]),
            ("button", &["payload", "text"]),
            ("order", &["catalog_id", "product_items"]),
            ("reaction", &["message_id", "emoji"]),
            ("system", &["type", "body"]),
        ] {
            let v = value(json!({"from": "5511987654321", "type": kind}));
            for key in keys {
                assert!(v["messages"][0][kind].get(*key).is_some(), "{kind}.{key}");
            }
        }
        assert!(value(json!({"from": "5511987654321", "type": "contacts"}))["messages"][0]["contacts"].is_array());
        let v = value(json!({"from": "5511987654321", "type": "unsupported"}));
        assert_eq!(v["messages"][0]["errors"][0]["code"], 131051);
        let v = value(json!({"from": "5511987654321", "type": "request_welcome"}));
        assert!(v.get("contacts").is_none() && v["messages"][0].get("id").is_none());
    }

    #[test]
    fn oddities_of_the_wild_can_be_ordered() {
        let v = value(json!({
            "from": "5511987654321", "text": "x", "timestamp": "asdf", "id": "wamid.FIXED",
            "contact_extra": {"wa_id": ""}, "extra": {"from": null, "group_id": "g1"},
            "context": {"forwarded": true}}));
        let m = &v["messages"][0];
        assert_eq!((m["timestamp"].as_str(), m["id"].as_str(), m["group_id"].as_str()), (Some("asdf"), Some("wamid.FIXED"), Some("g1")));
        assert!(m.get("from").is_none());
        assert_eq!(v["contacts"][0]["wa_id"], "");
        assert_eq!(m["context"], json!({"forwarded": true}));
        let v = value(json!({"from": "5511987654321", "text": "x", "context": {"message_id": "wamid.Q"}}));
        assert_eq!(v["messages"][0]["context"], json!({"id": "wamid.Q", "from": "551155500100"}));
        let v = value(json!({"from": "5511987654321", "document": {"filename": null}}));
        assert!(v["messages"][0]["document"].get("filename").is_none());
    }

    #[test]
    fn a_new_number_follows_the_person() {
        let mut data = seed::world(true);
        let order = json!({"from": "5511987654321", "type": "system",
            "system": {"type": "user_changed_number", "body": "Ana changed", "wa_id": "5511900000001"}});
        let made = make(&mut data, &Settings::default(), 1_000, &order).unwrap();
        assert_eq!(made.change.value["messages"][0]["from"], "5511987654321", "the old number");
        assert!(made.change.value.get("contacts").is_none());
        assert_eq!(data.find_contact("5511900000001"), Some(made.contact.as_str()));
        assert!(data.find_contact("5511987654321").is_none());
        assert!(data.thread(&made.number, &made.contact).last_user_ms.is_none(), "a system message opens no window");
    }

    #[test]
    fn values_are_merged() {
        let mut data = seed::world(true);
        let mut value_of = |from: &str| make(&mut data, &Settings::default(), 0, &json!({"from": from, "text": "x"})).unwrap().change.value;
        let merged = merge(vec![value_of("5511987654321"), value_of("5511987654321"), value_of("5521998765432")]);
        assert_eq!(merged["messages"].as_array().map(Vec::len), Some(3));
        assert_eq!(merged["contacts"].as_array().map(Vec::len), Some(2));
    }
}
