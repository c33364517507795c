//! Golden payloads: every file of `tests/payloads` is a webhook body, the file of the same name in `tests/facts` tells
//! what must be read from it.

use channel::{Adapter, Fact, Inbound, InboundBody, InboundMessage, Route, SendError, Sender, whatsapp::WhatsApp};
use serde_json::{Map, Value, json};
use std::{fs, path::PathBuf};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn names(of: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder(of)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A fact as JSON, without what is empty.
fn told(inbound: &Inbound) -> Value {
    let route = match &inbound.route {
        Route::Number(n) => json!(format!("number {n}")),
        Route::Waba(n) => json!(format!("waba {n}")),
        Route::Nowhere => json!("nowhere"),
    };
    let fact = match &inbound.fact {
        Fact::Message(m) => json!({"message": message(m)}),
        Fact::Status(s) => {
            json!({"status": {"id": s.external_id, "is": s.status.word(), "at": s.at, "callback": s.callback, "recipient": s.recipient, "pricing": s.pricing,
            "error": s.error.as_ref().map(error)}})
        }
        Fact::Reaction { from, target, emoji, at, external_id } => {
            json!({"reaction": {"from": sender(from), "target": target, "emoji": emoji, "at": at, "id": external_id}})
        }
        Fact::NumberChanged { from, new_address, external_id, at } => {
            json!({"number_changed": {"from": sender(from), "to": new_address, "id": external_id, "at": at}})
        }
        Fact::BsuidChanged { phone, previous, current } => {
            json!({"bsuid_changed": {"phone": phone, "previous": previous, "current": current}})
        }
        Fact::TemplatesChanged { name, event } => json!({"templates_changed": {"name": name, "event": event}}),
        Fact::ChannelNotice { code, text, fatal } => json!({"notice": {"code": code, "text": text, "fatal": fatal}}),
        Fact::Ignored { what } => json!({"ignored": what}),
        Fact::Unreadable { why } => json!({"unreadable": why}),
    };
    let mut out = Map::from_iter([("route".to_owned(), route)]);
    out.extend(fact.as_object().unwrap().clone());
    short(Value::Object(out))
}

fn message(m: &InboundMessage) -> Value {
    let body = match &m.body {
        InboundBody::Text(t) => json!({"text": t}),
        InboundBody::Media(f) => {
            json!({"media": {"kind": format!("{:?}", f.kind), "id": f.external_id, "mime": f.mime, "sha256": f.sha256, "caption": f.caption, "file": f.file_name,
            "voice": if f.voice { json!(true) } else { Value::Null }, "reason": f.reason}})
        }
        InboundBody::Location { latitude, longitude, name, address } => {
            json!({"location": {"latitude": latitude, "longitude": longitude, "name": name, "address": address}})
        }
        InboundBody::Contacts(cards) => json!({"contacts": cards}),
        InboundBody::Answer { id, title, description } => json!({"answer": {"id": id, "title": title, "description": description}}),
        InboundBody::Order { items, text } => json!({"order": {"items": items, "text": text}}),
        InboundBody::Unsupported { type_name, reason, text } => json!({"unsupported": {"type": type_name, "reason": reason, "text": text}}),
    };
    json!({"id": m.external_id, "from": sender(&m.from), "at": m.at, "body": body, "quoted": m.quoted, "forwarded": m.forwarded.map(|f| f.word()),
        "referral": m.referral, "group": m.group_id})
}

fn sender(s: &Sender) -> Value {
    json!({"phone": s.phone, "bsuid": s.bsuid, "name": s.name, "username": s.username})
}

fn error(e: &SendError) -> Value {
    json!({"policy": format!("{:?}", e.policy), "problem": e.problem.word(), "code": e.code, "detail": e.detail})
}

/// Without nulls and empty texts inside objects.
fn short(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().filter(|(_, v)| !v.is_null() && v != "").map(|(k, v)| (k, short(v))).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(short).collect()),
        other => other,
    }
}

#[test]
fn every_payload_gives_exactly_its_facts() {
    assert_eq!(names("payloads"), names("facts"), "each payload needs its facts");
    for name in names("payloads") {
        let facts: Vec<_> = WhatsApp.read(&fs::read(folder("payloads").join(&name)).unwrap()).iter().map(told).collect();
        let want: Vec<Value> = serde_json::from_slice(&fs::read(folder("facts").join(&name)).unwrap()).unwrap();
        assert_eq!(facts.len(), want.len(), "{name}: {:#}", Value::Array(facts.clone()));
        for (fact, want) in facts.iter().zip(&want) {
            assert_eq!(fact, want, "{name}");
        }
    }
}

#[test]
fn every_message_keeps_its_raw_json() {
    for name in names("payloads") {
        let bytes = fs::read(folder("payloads").join(&name)).unwrap();
        for inbound in WhatsApp.read(&bytes) {
            if let Fact::Message(m) = inbound.fact {
                assert_eq!(m.raw["id"], m.external_id.as_str(), "{name}");
                assert_eq!(
                    m.raw.get("type").and_then(Value::as_str).is_some(),
                    !matches!(m.external_id.as_str(), "wamid.U7" | "wamid.U8"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_batch_of_3_entries_3_changes_3_messages_loses_nothing() {
    let inbound = WhatsApp.read(&fs::read(folder("payloads").join("batch_3x3x3.json")).unwrap());
    let mut messages: Vec<_> =
        inbound.iter().filter_map(|i| if let Fact::Message(m) = &i.fact { Some(m.external_id.clone()) } else { None }).collect();
    let statuses = inbound.iter().filter(|i| matches!(i.fact, Fact::Status(_))).count();
    messages.sort();
    messages.dedup();
    assert_eq!((messages.len(), statuses, inbound.len()), (27, 9, 36));
}

#[test]
fn a_body_that_is_not_json_is_one_unreadable_fact() {
    for body in [
        &b""[..],
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"5",
        b"\"x\"",
        br#"{"object":"whatsapp_business_account"}"#,
        br#"{"object":"whatsapp_business_account","entry":5}"#,
    ] {
        let facts = WhatsApp.read(body);
        assert!(matches!(facts.as_slice(), [Inbound { route: Route::Nowhere, fact: Fact::Unreadable { .. } }]), "{body:?}: {facts:?}");
    }
}

#[test]
fn a_body_as_deep_or_as_large_as_allowed_does_no_harm() {
    let deep = format!(r#"{{"object":"whatsapp_business_account","entry":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(WhatsApp.read(deep.as_bytes()).as_slice(), [Inbound { fact: Fact::Unreadable { .. }, .. }]));
    let text = json!({"from": "5511987654321", "id": "wamid.L", "type": "text", "text": {"body": "x".repeat(2_900_000)}});
    let large = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": [text]}}]}]});
    assert!(matches!(WhatsApp.read(large.to_string().as_bytes()).as_slice(), [Inbound { fact: Fact::Message(_), .. }]));
}
