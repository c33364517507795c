//! What the webhook sender does: bytes, signature, retries, faults, statuses, batches.

use std::time::{Duration, Instant};

use crate::common::{ANA, World, code, messages, statuses, values, wamid};
use graph_sim::config::{DEMO_APP_SECRET, DEMO_NUMBER, DEMO_NUMBER_2, DEMO_TOKEN, DEMO_WABA};
use graph_sim::signing::signature;
use serde_json::{Value, json};

#[tokio::test]
async fn bytes_are_escaped_and_signed_as_they_go_out() {
    let w = World::new().await;
    w.order("/sim/inbound", json!({"from": ANA, "text": "ação 👍 https://x.test/a"})).await;
    let hooks = w.until("the message", |h| !h.is_empty()).await;
    let raw = String::from_utf8(hooks[0].raw.clone()).unwrap();
    assert!(raw.is_ascii() && raw.contains(r"a\u00e7\u00e3o \ud83d\udc4d https:\/\/x.test\/a"), "{raw}");
    assert_eq!(hooks[0].signature.as_deref(), Some(signature(DEMO_APP_SECRET, &hooks[0].raw).as_str()));
    assert_eq!(hooks[0].json["object"], "whatsapp_business_account");
    assert_eq!(hooks[0].json["entry"][0]["id"], DEMO_WABA);
    assert_eq!(hooks[0].json["entry"][0]["changes"][0]["field"], "messages");
    assert_eq!(messages(&hooks)[0]["text"]["body"], "ação 👍 https://x.test/a");
}

#[tokio::test]
async fn statuses_come_in_order_with_callback_data_and_price() {
    let w = World::new().await;
    w.open_window().await;
    let id = wamid(&w.send(json!({"to": format!("+{ANA}"), "text": {"body": "x"}, "biz_opaque_callback_data": "o-7"})).await);
    let seen = w.until_status(&id, "delivered").await;
    assert_eq!(seen.iter().map(|s| s["status"].as_str().unwrap()).collect::<Vec<_>>(), ["sent", "delivered"]);
    for s in &seen {
        assert_eq!(s["biz_opaque_callback_data"], "o-7");
        assert_eq!(s["recipient_id"], ANA);
        assert!(s["timestamp"].as_str().is_some_and(|t| t.parse::<i64>().is_ok()));
        assert!(s.get("conversation").is_none(), "v24 and later leave it out");
        assert_eq!(s["pricing"]["pricing_model"], "PMP");
    }
    w.order("/sim/read", json!({"from": ANA})).await;
    let seen = w.until_status(&id, "read").await;
    assert!(seen[2].get("pricing").is_none());
}

#[tokio::test]
async fn the_version_and_the_date_shape_the_statuses() {
    let w = World::new().await;
    // 2026-09-15, before service messages are charged.
    w.order("/sim/clock", json!({"set": 1_789_430_400})).await;
    w.open_window().await;
    let path = format!("/v23.0/{DEMO_NUMBER}/messages");
    let body = json!({"messaging_product": "whatsapp", "to": format!("+{ANA}"), "text": {"body": "x"}});
    let id = wamid(&w.graph("POST", &path, body.clone()).await);
    let seen = w.until_status(&id, "delivered").await;
    assert!(seen[0]["conversation"]["id"].is_string() && seen[0]["conversation"]["expiration_timestamp"].is_string());
    assert_eq!(seen[0]["pricing"]["type"], "free_customer_service");
    assert_eq!(seen[0]["pricing"]["billable"], false);
    w.order("/sim/clock", json!({"set": 1_790_900_000})).await;
    w.open_window().await;
    let id = wamid(&w.graph("POST", &path, body).await);
    let seen = w.until_status(&id, "delivered").await;
    assert_eq!((seen[0]["pricing"]["type"].as_str(), seen[0]["pricing"]["billable"].as_bool()), (Some("regular"), Some(true)));
}

#[tokio::test]
async fn an_ad_gives_a_free_entry_point_when_answered() {
    let w = World::new().await;
    w.order(
        "/sim/inbound",
        json!({"from": ANA, "text": "vi o anúncio", "referral": {"source_type": "ad", "source_id": "1", "source_url": "https://fb.me/x"}}),
    )
    .await;
    let id = wamid(&w.text(ANA, "olá").await);
    let seen = w.until_status(&id, "sent").await;
    assert_eq!(seen[0]["pricing"]["type"], "free_entry_point");
    assert_eq!(seen[0]["conversation"]["origin"]["type"], "referral_conversion", "also at v25");
}

#[tokio::test]
async fn what_is_not_accepted_is_tried_again_until_it_is() {
    let w = World::new().await;
    w.inbox.answers.lock().unwrap().extend([(500, 0), (404, 0)]);
    w.open_window().await;
    let hooks = w.until("three attempts", |h| h.len() == 3).await;
    assert_eq!(hooks[0].raw, hooks[2].raw, "the same bytes");
    assert!(hooks[1].at - hooks[0].at >= Duration::from_millis(45));
    assert!(hooks[2].at - hooks[1].at >= Duration::from_millis(95), "later and later");
    let waited = w.order("/sim/webhooks/wait", json!({})).await;
    assert_eq!(waited["idle"], true);
    let log = w.look("/sim/webhooks").await;
    assert_eq!(log["items"][0]["attempts"], 3);
    assert_eq!(log["items"][0]["state"], "delivered");
    assert_eq!(log["totals"]["failed_attempts"], 2);
}

#[tokio::test]
async fn a_slow_answer_counts_as_none() {
    let w = World::new().await;
    w.settings(json!({"webhook_timeout_ms": 100})).await;
    w.inbox.answers.lock().unwrap().push_back((200, 400));
    w.open_window().await;
    w.until("the second attempt", |h| h.len() == 2).await;
    w.order("/sim/webhooks/wait", json!({})).await;
    assert!(w.look("/sim/webhooks").await["totals"]["failed_attempts"] == 1);
}

#[tokio::test]
async fn webhooks_wait_while_the_receiver_is_down() {
    let w = World::new().await;
    w.order("/sim/faults", json!({"webhook_down": true})).await;
    for _ in 0..3 {
        w.open_window().await;
    }
    let waited = w.order("/sim/webhooks/wait", json!({"timeout_ms": 200})).await;
    assert_eq!((waited["idle"].as_bool(), waited["totals"]["pending"].as_u64()), (Some(false), Some(3)));
    assert!(w.inbox.hooks.lock().unwrap().is_empty());
    w.http.delete(w.url("/sim/faults")).send().await.unwrap();
    w.order("/sim/webhooks/retry", json!({})).await;
    let hooks = w.until("all three", |h| h.len() == 3).await;
    assert_eq!(messages(&hooks).len(), 3);
}

#[tokio::test]
async fn duplicates_batches_shuffles_and_wrong_signatures() {
    let w = World::new().await;
    w.order("/sim/faults", json!({"duplicate": 2, "count": 1})).await;
    w.open_window().await;
    let hooks = w.until("three copies", |h| h.len() == 3).await;
    assert!(hooks.iter().all(|h| h.raw == hooks[0].raw));

    w.inbox.hooks.lock().unwrap().clear();
    w.order("/sim/faults", json!({"batch": 4, "count": 4})).await;
    for i in 0..4 {
        w.order("/sim/inbound", json!({"from": ANA, "text": format!("b{i}")})).await;
    }
    let hooks = w.until("one body", |h| !h.is_empty()).await;
    assert_eq!(hooks.len(), 1);
    assert_eq!(messages(&hooks).len(), 4);

    w.inbox.hooks.lock().unwrap().clear();
    w.order("/sim/faults", json!({"shuffle": 12, "count": 12})).await;
    w.order("/sim/inbound", json!({"from": ANA, "text": "s{n}", "count": 12})).await;
    let hooks = w.until("twelve", |h| h.len() == 12).await;
    let mut texts: Vec<String> = messages(&hooks).iter().map(|m| m["text"]["body"].as_str().unwrap().to_owned()).collect();
    let sent: Vec<String> = (1..=12).map(|i| format!("s{i}")).collect();
    assert_ne!(texts, sent, "twelve in order by chance: one in 479 million");
    texts.sort();
    let mut sorted = sent;
    sorted.sort();
    assert_eq!(texts, sorted);

    w.inbox.hooks.lock().unwrap().clear();
    w.order("/sim/faults", json!({"bad_signature": true, "count": 1})).await;
    w.open_window().await;
    let hooks = w.until("it", |h| !h.is_empty()).await;
    assert_ne!(hooks[0].signature.as_deref(), Some(signature(DEMO_APP_SECRET, &hooks[0].raw).as_str()));
}

#[tokio::test]
async fn a_batch_that_is_not_full_goes_out_after_a_while() {
    let w = World::new().await;
    w.order("/sim/faults", json!({"batch": 50, "hold_ms": 100})).await;
    w.open_window().await;
    let hooks = w.until("the rest", |h| !h.is_empty()).await;
    assert_eq!(messages(&hooks).len(), 1);
}

#[tokio::test]
async fn a_batch_of_three_by_three_by_three() {
    let w = World::new().await;
    let made = w
        .order("/sim/batch", json!({"statuses": [{"id": "wamid.x", "status": "read", "timestamp": "1"}], "broken": true, "times": 2}))
        .await;
    assert_eq!(made["messages"].as_array().map(Vec::len), Some(27));
    let hooks = w.until("two bodies", |h| h.len() == 2).await;
    assert_eq!(hooks[0].raw, hooks[1].raw);
    let entries = hooks[0].json["entry"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    let good: Vec<Value> = messages(&hooks[..1]).into_iter().filter(|m| m["id"].is_string()).collect();
    assert_eq!(good.len(), 27);
    let numbers: std::collections::BTreeSet<String> =
        values(&hooks).iter().filter_map(|v| v["metadata"]["phone_number_id"].as_str().map(str::to_owned)).collect();
    assert_eq!(numbers.into_iter().collect::<Vec<_>>(), [DEMO_NUMBER, DEMO_NUMBER_2]);
    assert_eq!(statuses(&hooks[..1], "wamid.x").len(), 1);
}

#[tokio::test]
async fn a_lost_answer_was_accepted_and_a_dropped_connection_was_not() {
    let w = World::new().await;
    w.open_window().await;
    w.order("/sim/faults", json!({"lost_answer": true, "count": 1})).await;
    let url = w.url(&format!("/v25.0/{DEMO_NUMBER}/messages"));
    let body = json!({"messaging_product": "whatsapp", "to": format!("+{ANA}"), "text": {"body": "x"}, "biz_opaque_callback_data": "lost"});
    let fresh = || reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(fresh().post(&url).bearer_auth(DEMO_TOKEN).json(&body).send().await.is_err(), "no answer at all");
    let sent = w.look("/sim/sent").await;
    assert_eq!((sent["total"].as_u64(), sent["items"][0]["biz_opaque_callback_data"].as_str()), (Some(1), Some("lost")));
    w.until_status(sent["items"][0]["wamid"].as_str().unwrap(), "delivered").await;
    w.order("/sim/faults", json!({"drop_connection": true, "count": 1})).await;
    assert!(fresh().post(&url).bearer_auth(DEMO_TOKEN).json(&body).send().await.is_err());
    assert_eq!(w.look("/sim/sent").await["total"], 1);
    assert_eq!(fresh().post(&url).bearer_auth(DEMO_TOKEN).json(&body).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn refusals_delays_and_expired_tokens_can_be_ordered() {
    let w = World::new().await;
    w.open_window().await;
    for (fault, status, expected) in [
        (json!({"status": 500, "count": 1}), 500, 131000),
        (json!({"status": 503, "count": 1}), 503, 131016),
        (json!({"status": 429, "count": 1}), 429, 130429),
        (json!({"error_code": 131048, "count": 1, "details": "quality"}), 400, 131048),
        (json!({"expired_token": true, "count": 1}), 401, 190),
    ] {
        w.order("/sim/faults", fault.clone()).await;
        let answer = w.text(ANA, "x").await;
        assert_eq!((answer.0, code(&answer)), (status, expected), "{fault}");
    }
    w.order("/sim/faults", json!({"status": 502, "raw_body": "<html>Bad gateway</html>", "count": 1})).await;
    assert_eq!(w.text(ANA, "x").await, (502, Value::Null));
    w.order("/sim/faults", json!({"delay_ms": 200, "count": 1})).await;
    let started = Instant::now();
    wamid(&w.text(ANA, "slow").await);
    assert!(started.elapsed() >= Duration::from_millis(200));
    w.order("/sim/faults", json!({"async_error": 130472, "count": 1})).await;
    let id = wamid(&w.text(ANA, "fails later").await);
    assert_eq!(w.until_status(&id, "failed").await[0]["errors"][0]["code"], 130472);
    w.order("/sim/faults", json!({"status": 500, "to": "+5521998765432", "count": 1})).await;
    wamid(&w.text(ANA, "not this one").await);
    assert_eq!(w.look("/sim/faults").await["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_status_can_come_before_the_answer() {
    let w = World::new().await;
    w.open_window().await;
    w.until("the message", |h| !h.is_empty()).await;
    w.order("/sim/faults", json!({"status_before_answer": true, "count": 1})).await;
    let id = wamid(&w.text(ANA, "x").await);
    let here = w.inbox.hooks.lock().unwrap().clone();
    assert_eq!(statuses(&here, &id).len(), 1, "sent was delivered before the answer");
    let seen = w.until_status(&id, "delivered").await;
    assert_eq!(seen.len(), 2, "sent is not told twice");
}

#[tokio::test]
async fn a_chosen_status_can_be_ordered_even_backwards() {
    let w = World::new().await;
    w.settings(json!({"statuses": false})).await;
    w.open_window().await;
    let id = wamid(&w.text(ANA, "x").await);
    for order in [
        json!({"wamid": id, "status": "read"}),
        json!({"wamid": id, "status": "sent", "timestamp": 5}),
        json!({"wamid": id, "status": "failed", "error_code": 131026}),
        json!({"wamid": id, "status": "failed", "errors": [], "extra": {"recipient_id": null}}),
    ] {
        w.order("/sim/status", order).await;
    }
    let hooks = w.until("four", |h| statuses(h, &id).len() == 4).await;
    let mut seen: Vec<String> = statuses(&hooks, &id).iter().map(|s| s["status"].as_str().unwrap().to_owned()).collect();
    seen.sort();
    assert_eq!(seen, ["failed", "failed", "read", "sent"]);
    let refused = w.http.post(w.url("/sim/status")).json(&json!({"wamid": "wamid.no", "status": "read"})).send().await.unwrap();
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn raw_bodies_are_signed_or_not_as_ordered() {
    let w = World::new().await;
    let body = r#"{"object":"whatsapp_business_account","entry":[]}"#;
    let post = |signature: Option<&'static str>| {
        let mut r = w.http.post(w.url("/sim/inbound/raw")).body(body);
        if let Some(s) = signature {
            r = r.header("x-sim-signature", s);
        }
        async move { r.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    for s in [None, Some("none"), Some("wrong"), Some("sha256=zz")] {
        assert_eq!(post(s).await["status"], 200, "the receiver of this test takes everything");
    }
    let hooks = w.inbox.hooks.lock().unwrap().clone();
    assert!(hooks.iter().all(|h| h.raw == body.as_bytes()));
    let own = signature(DEMO_APP_SECRET, body.as_bytes());
    assert_eq!(hooks[0].signature.as_deref(), Some(own.as_str()));
    assert_eq!(hooks[1].signature, None);
    assert_ne!(hooks[2].signature.as_deref(), Some(own.as_str()));
    assert_eq!(hooks[3].signature.as_deref(), Some("sha256=zz"));
}

#[tokio::test]
async fn verification_wants_the_challenge_and_nothing_else() {
    let w = World::new().await;
    assert_eq!(w.order("/sim/verify", json!({})).await["ok"], true);
    let wrong = w.order("/sim/verify", json!({"verify_token": "nope"})).await;
    assert_eq!((wrong["ok"].as_bool(), wrong["status"].as_u64()), (Some(false), Some(403)));
    let path = format!("/v25.0/{DEMO_WABA}/subscribed_apps");
    let refused = w.graph("POST", &path, json!({"override_callback_uri": w.hook_url, "verify_token": "nope"})).await;
    assert_eq!(code(&refused), 2200);
    let other = World::new().await;
    let ok = w.graph("POST", &path, json!({"override_callback_uri": other.hook_url, "verify_token": "demo-verify-token"})).await;
    assert_eq!(ok, (200, json!({"success": true})));
    w.open_window().await;
    other.until("the override", |h| h.len() == 1).await;
    assert!(w.inbox.hooks.lock().unwrap().is_empty());
    w.graph("DELETE", &path, Value::Null).await;
    w.open_window().await;
    w.order("/sim/webhooks/wait", json!({})).await;
    assert_eq!(w.look("/sim/webhooks").await["totals"]["dropped"], 1, "nobody is subscribed");
}

#[tokio::test]
async fn any_field_can_be_sent() {
    let w = World::new().await;
    w.order("/sim/event", json!({"field": "account_update", "value": {"event": "ACCOUNT_RESTRICTION"}})).await;
    w.order("/sim/contact", json!({"from": ANA, "opted_out": true})).await;
    w.open_window().await;
    w.order("/sim/contact", json!({"from": ANA, "opted_out": false, "notify": true})).await;
    let hooks = w.until("three", |h| h.len() == 3).await;
    let account = hooks.iter().find(|h| h.json["entry"][0]["changes"][0]["field"] == "account_update").unwrap();
    assert!(account.json["entry"][0]["time"].is_i64());
    let preference = values(&hooks).into_iter().find(|v| v["user_preferences"].is_array()).unwrap();
    assert_eq!(preference["user_preferences"][0]["value"], "resume");
    assert_eq!(preference["metadata"]["phone_number_id"], DEMO_NUMBER);
}
