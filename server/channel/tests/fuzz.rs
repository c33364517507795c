//! Whatever arrives, reading ends without a panic, and one broken item costs at most itself.

use channel::{Adapter, Fact, whatsapp::WhatsApp};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, sync::OnceLock};

fn payloads() -> &'static Vec<Vec<u8>> {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/payloads");
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|p| fs::read(p).unwrap()).collect()
    })
}

/// Any JSON, three levels deep.
fn junk() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["US.1", "5511987654321", "sent", "text", "reaction", "1749416383", "-1", "1e400"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect()))
        ]
    })
}

/// Every place in a value, as pointers.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| places(v, &format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), out)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), out)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        WhatsApp.read(&bytes);
        WhatsApp.verify(&["s".to_owned()], std::str::from_utf8(&bytes).ok(), &bytes);
    }

    #[test]
    fn cut_and_flipped_payloads_do_no_harm(which in any::<prop::sample::Index>(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in any::<prop::sample::Index>()) {
        let mut bytes = which.get::<Vec<u8>>(payloads()).clone();
        for (at, to) in flips {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        WhatsApp.read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        WhatsApp.read(&bytes);
    }

    #[test]
    fn payloads_with_junk_in_any_place_do_no_harm(which in any::<prop::sample::Index>(), junk in prop::collection::vec((any::<prop::sample::Index>(), junk()), 1..4)) {
        // One payload is not valid JSON on purpose.
        if let Ok(mut value) = serde_json::from_slice::<Value>(which.get::<Vec<u8>>(payloads())) {
            for (place, junk) in junk {
                let mut all = Vec::new();
                places(&value, "", &mut all);
                *value.pointer_mut(place.get::<String>(&all)).unwrap() = junk;
            }
            WhatsApp.read(value.to_string().as_bytes());
        }
    }

    #[test]
    fn junk_between_messages_never_loses_the_others(before in prop::collection::vec(junk(), 0..4), after in prop::collection::vec(junk(), 0..4), beside in junk(), contacts in junk()) {
        let good = json!({"from": "5511987654321", "id": "wamid.GOOD", "timestamp": "1749416383", "type": "text", "text": {"body": "oi"}});
        let status = json!({"id": "wamid.OUT", "status": "read", "timestamp": "1749416383"});
        let messages: Vec<_> = before.iter().cloned().chain([good]).chain(after.iter().cloned()).collect();
        let statuses: Vec<_> = after.into_iter().chain([status]).chain(before).collect();
        let value = json!({"metadata": {"phone_number_id": "1"}, "contacts": contacts, "messages": messages, "statuses": statuses, "errors": beside});
        let body = json!({"object": "whatsapp_business_account", "entry": [beside, {"id": "2", "changes": [beside, {"field": "messages", "value": value}]}]});
        let facts = WhatsApp.read(body.to_string().as_bytes());
        prop_assert!(facts.iter().any(|i| matches!(&i.fact, Fact::Message(m) if m.external_id == "wamid.GOOD")));
        prop_assert!(facts.iter().any(|i| matches!(&i.fact, Fact::Status(s) if s.external_id == "wamid.OUT")));
    }
}
