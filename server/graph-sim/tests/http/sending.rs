//! What a send meets: the simulator checklist, point by point.

use crate::common::{ANA, World, code, wamid};
use graph_sim::config::{DEMO_NUMBER, DEMO_TOKEN};
use serde_json::{Value, json};

#[tokio::test]
async fn token_object_version_and_product() {
    let w = World::new().await;
    let url = w.url(&format!("/v25.0/{DEMO_NUMBER}/messages"));
    let none = w.http.post(&url).json(&json!({})).send().await.unwrap();
    assert_eq!(none.status(), 401);
    let wrong = w.http.post(&url).bearer_auth("x").json(&json!({})).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let body: Value = wrong.json().await.unwrap();
    assert_eq!(body["error"]["code"], 190);
    assert!(body["error"]["fbtrace_id"].as_str().is_some_and(|t| t.len() > 10));
    assert_eq!(body["error"]["type"], "OAuthException");

    let missing = w.graph("POST", &format!("/v25.0/{DEMO_NUMBER}/messages"), json!({"to": "+5511987654321", "text": {"body": "x"}})).await;
    assert_eq!((missing.0, code(&missing)), (400, 100));
    let unknown = w.graph("POST", "/v25.0/999/messages", json!({"messaging_product": "whatsapp"})).await;
    assert_eq!((code(&unknown), unknown.1["error"]["error_subcode"].as_u64()), (100, Some(33)));
    let version = w.graph("POST", &format!("/{DEMO_NUMBER}/messages"), json!({})).await;
    assert_eq!((version.0, code(&version)), (404, 2500));
    let broken = w.http.post(&url).bearer_auth(DEMO_TOKEN).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    w.open_window().await;
    for version in ["v19.0", "v23.0", "v25.0"] {
        let path = format!("/{version}/{DEMO_NUMBER}/messages");
        let sent = w.graph("POST", &path, json!({"messaging_product": "whatsapp", "to": "+5511987654321", "text": {"body": "x"}})).await;
        assert_eq!(sent.0, 200, "{version}");
    }
}

#[tokio::test]
async fn an_accepted_send_answers_as_meta_does_and_is_counted_once() {
    let w = World::new().await;
    w.open_window().await;
    let sent =
        w.send(json!({"to": "+55 11 98765-4321", "type": "text", "text": {"body": "olá"}, "biz_opaque_callback_data": "outbox-1"})).await;
    let id = wamid(&sent);
    assert!(id.starts_with("wamid."));
    assert_eq!(sent.1["messaging_product"], "whatsapp");
    assert_eq!(sent.1["contacts"][0]["input"], "+55 11 98765-4321");
    assert_eq!(sent.1["contacts"][0]["wa_id"], ANA);
    assert!(sent.1["messages"][0].get("message_status").is_none(), "templates only");
    let log = w.look("/sim/sent").await;
    assert_eq!(log["total"], 1);
    assert_eq!(log["items"][0]["wamid"], json!(id));
    assert_eq!(log["items"][0]["biz_opaque_callback_data"], "outbox-1");
    assert_eq!(log["per_recipient"][ANA], 1);
    assert_eq!(log["sent_more_than_once"], json!({}));
    w.send(json!({"to": format!("+{ANA}"), "text": {"body": "olá"}, "biz_opaque_callback_data": "outbox-1"})).await;
    let log = w.look("/sim/sent?since=1").await;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(log["sent_more_than_once"]["outbox-1"], 2, "a double send is seen");
}

#[tokio::test]
async fn limits_of_the_wire_are_enforced() {
    let w = World::new().await;
    w.open_window().await;
    w.settings(json!({"pair_rate": false, "throughput": 0})).await;
    let to = format!("+{ANA}");
    let buttons: Vec<Value> = (0..4).map(|i| json!({"type": "reply", "reply": {"id": i.to_string(), "title": format!("b{i}")}})).collect();
    let cases = [
        (json!({"to": to, "type": "text", "text": {"body": "x".repeat(4097)}}), 100),
        (json!({"to": to, "type": "image", "image": {"id": "1", "caption": "x".repeat(1025)}}), 131009),
        (json!({"to": to, "type": "image", "image": {"id": "404404"}}), 131009),
        (
            json!({"to": to, "type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}, "action": {"buttons": buttons}}}),
            131009,
        ),
        (json!({"to": to, "type": "nonsense", "nonsense": {}}), 100),
        (json!({"to": to, "text": {"body": "x"}, "biz_opaque_callback_data": "x".repeat(513)}), 100),
        (json!({"to": "BR.123", "text": {"body": "x"}}), 131009),
        (json!({"to": "12", "text": {"body": "x"}}), 131009),
        (json!({"text": {"body": "x"}}), 100),
        (json!({"to": to, "recipient_type": "group", "text": {"body": "x"}}), 100),
        (json!({"to": "+551155500100", "text": {"body": "x"}}), 131021),
        (json!({"to": to, "type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": "👍"}}), 131009),
    ];
    for (body, expected) in cases {
        let answer = w.send(body.clone()).await;
        assert_eq!(code(&answer), expected, "{body} -> {}", answer.1);
    }
    assert_eq!(w.look("/sim/sent").await["total"], 0, "nothing refused was sent");
}

#[tokio::test]
async fn the_window_closes_after_24_hours_by_the_message_timestamp() {
    let w = World::new().await;
    w.settings(json!({"window_error": "sync"})).await;
    assert_eq!(code(&w.text(ANA, "nobody wrote yet").await), 131047);
    w.open_window().await;
    wamid(&w.text(ANA, "inside").await);
    w.order("/sim/clock", json!({"advance_s": 86_399})).await;
    wamid(&w.text(ANA, "just inside").await);
    w.order("/sim/clock", json!({"advance_s": 2})).await;
    assert_eq!(code(&w.text(ANA, "outside").await), 131047);
    let template = w
        .send(json!({"to": format!("+{ANA}"), "type": "template", "template": {"name": "order_update", "language": {"code": "en_US"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "42"}]}]}}))
        .await;
    assert_eq!(template.1["messages"][0]["message_status"], "accepted");
    // A message that comes late with an old timestamp opens nothing.
    let now = w.look("/sim/clock").await["now"].as_i64().unwrap();
    w.order("/sim/inbound", json!({"from": ANA, "text": "old", "timestamp": now - 90_000})).await;
    assert_eq!(code(&w.text(ANA, "still outside").await), 131047);
    w.order("/sim/inbound", json!({"from": ANA, "type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}})).await;
    wamid(&w.text(ANA, "a reaction opens it").await);
}

#[tokio::test]
async fn outside_the_window_every_second_failure_is_asynchronous() {
    let w = World::new().await;
    assert_eq!(code(&w.text(ANA, "1").await), 131047);
    let id = wamid(&w.text(ANA, "2").await);
    let seen = w.until_status(&id, "failed").await;
    assert_eq!(seen.len(), 1, "no sent before it");
    assert_eq!(seen[0]["errors"][0]["code"], 131047);
    assert_eq!(code(&w.text(ANA, "3").await), 131047);
    w.settings(json!({"window_error": "async"})).await;
    for _ in 0..2 {
        let id = wamid(&w.text(ANA, "x").await);
        w.until_status(&id, "failed").await;
    }
}

#[tokio::test]
async fn pair_rate_and_throughput() {
    let w = World::new().await;
    w.open_window().await;
    for i in 0..45 {
        wamid(&w.text(ANA, &format!("{i}")).await);
    }
    let refused = w.text(ANA, "46").await;
    assert_eq!((refused.0, code(&refused)), (400, 131056));
    w.order("/sim/inbound", json!({"from": "5521998765432", "text": "oi"})).await;
    wamid(&w.text("5521998765432", "another person is not affected").await);
    w.order("/sim/clock", json!({"advance_s": 6})).await;
    wamid(&w.text(ANA, "46 again").await);

    w.settings(json!({"pair_rate": {"burst": 1}})).await;
    w.order("/sim/clock", json!({"advance_s": 600})).await;
    wamid(&w.text(ANA, "first").await);
    assert_eq!(code(&w.text(ANA, "too fast").await), 131056);

    w.settings(json!({"pair_rate": false, "throughput": 5})).await;
    let mut codes = Vec::new();
    for i in 0..12 {
        codes.push(code(&w.text(ANA, &format!("t{i}")).await));
    }
    assert!(codes.contains(&130429) && codes.contains(&0), "{codes:?}");
    w.settings(json!({"throughput": 0})).await;
    for i in 0..100 {
        wamid(&w.text(ANA, &format!("u{i}")).await);
    }
}

#[tokio::test]
async fn numbers_get_the_business_country_and_brazil_its_ninth_digit() {
    let w = World::new().await;
    w.settings(json!({"window": false})).await;
    let bare = w.send(json!({"to": "11933334444", "text": {"body": "x"}})).await;
    assert_eq!(bare.1["contacts"][0]["wa_id"], "5511933334444");
    let foreign = w.send(json!({"to": "6315551234", "text": {"body": "x"}})).await;
    assert_eq!(foreign.1["contacts"][0]["wa_id"], "556315551234", "the wrong country, as at Meta");
    let plus = w.send(json!({"to": "+16315551234", "text": {"body": "x"}})).await;
    assert_eq!(plus.1["contacts"][0]["wa_id"], "16315551234");
    let carla = w.send(json!({"to": "+5531998765432", "text": {"body": "x"}})).await;
    assert_eq!(carla.1["contacts"][0]["wa_id"], "553198765432", "the old form is her id");
    assert_eq!(carla.1["contacts"][0]["input"], "+5531998765432");
    let diego = w.send(json!({"to": "+525512345678", "text": {"body": "x"}})).await;
    assert_eq!(diego.1["contacts"][0]["wa_id"], "5215512345678");
    w.order("/sim/contact", json!({"from": "5521998765432", "wa_id": "552198765432"})).await;
    let alias = w.send(json!({"to": "+5521998765432", "text": {"body": "x"}})).await;
    assert_eq!(alias.1["contacts"][0]["wa_id"], "552198765432");
}

#[tokio::test]
async fn a_person_without_number_is_reached_by_bsuid() {
    let w = World::new().await;
    w.order("/sim/inbound", json!({"from": "@joana.p", "text": "oi"})).await;
    let sent = w.send(json!({"recipient": "BR.13491208655302741918", "text": {"body": "x"}})).await;
    let id = wamid(&sent);
    assert_eq!(sent.1["contacts"][0]["user_id"], "BR.13491208655302741918");
    assert!(sent.1["contacts"][0].get("wa_id").is_none());
    let seen = w.until_status(&id, "delivered").await;
    assert!(seen.iter().all(|s| s.get("recipient_id").is_none() && s["recipient_user_id"] == "BR.13491208655302741918"));
    let auth = w
        .send(json!({"recipient": "BR.13491208655302741918", "type": "template", "template": {"name": "codigo_acesso", "language": {"code": "pt_BR"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "1234"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "1234"}]}]}}))
        .await;
    assert_eq!(code(&auth), 131062);
}

#[tokio::test]
async fn marked_people_fail_later() {
    let w = World::new().await;
    w.open_window().await;
    let promo = json!({"to": format!("+{ANA}"), "type": "template", "template": {"name": "promocao_semana", "language": {"code": "pt_BR"}, "components": [
        {"type": "header", "parameters": [{"type": "text", "text": "ofertas"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "café"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "cafe"}]}]}});
    for (mark, expected) in [("opted_out", 131050), ("capped", 131049)] {
        w.order("/sim/contact", json!({"from": ANA, mark: true})).await;
        let id = wamid(&w.send(promo.clone()).await);
        assert_eq!(w.until_status(&id, "failed").await[0]["errors"][0]["code"], expected);
        let id = wamid(&w.text(ANA, "service messages still arrive").await);
        w.until_status(&id, "delivered").await;
        w.order("/sim/contact", json!({"from": ANA, mark: false})).await;
    }
    w.order("/sim/contact", json!({"from": ANA, "not_on_whatsapp": true})).await;
    let id = wamid(&w.text(ANA, "x").await);
    assert_eq!(w.until_status(&id, "failed").await[0]["errors"][0]["code"], 131026);
}

#[tokio::test]
async fn mark_read_and_typing() {
    let w = World::new().await;
    let first = w.open_window().await;
    let second = w.open_window().await;
    let read = w.send(json!({"status": "read", "message_id": second, "typing_indicator": {"type": "text"}})).await;
    assert_eq!(read, (200, json!({"success": true})));
    let thread = w.look(&format!("/sim/thread?from={ANA}")).await;
    let state: Vec<&Value> = thread["bubbles"].as_array().unwrap().iter().map(|b| &b["status"]).collect();
    assert_eq!(state, ["read", "read"], "earlier messages are read too: {first}");
    assert!(thread["typing_until_ms"].as_i64() > Some(0));
    assert_eq!(w.look("/sim/reads").await["items"][0]["typing"], true);
    assert_eq!(code(&w.send(json!({"status": "read", "message_id": "wamid.unknown"})).await), 131009);
    assert_eq!(code(&w.send(json!({"status": "read", "message_id": second, "typing_indicator": {"type": "audio"}})).await), 100);
}

#[tokio::test]
async fn reactions_and_replies_reach_the_thread() {
    let w = World::new().await;
    let id = w.open_window().await;
    wamid(&w.send(json!({"to": format!("+{ANA}"), "type": "reaction", "reaction": {"message_id": id, "emoji": "❤️"}})).await);
    wamid(&w.send(json!({"to": format!("+{ANA}"), "text": {"body": "re"}, "context": {"message_id": id}})).await);
    let thread = w.look(&format!("/sim/thread?from={ANA}")).await;
    assert_eq!(thread["bubbles"][0]["business_reaction"], "❤️");
    assert_eq!(thread["bubbles"][1]["quote"], json!(id));
    wamid(&w.send(json!({"to": format!("+{ANA}"), "type": "reaction", "reaction": {"message_id": id, "emoji": ""}})).await);
    assert!(w.look(&format!("/sim/thread?from={ANA}")).await["bubbles"][0]["business_reaction"].is_null());
}

#[tokio::test]
async fn templates_in_a_send() {
    let w = World::new().await;
    let with = |name: &str, language: &str, texts: &[&str]| {
        let params: Vec<Value> = texts.iter().map(|t| json!({"type": "text", "text": t})).collect();
        json!({"to": format!("+{ANA}"), "type": "template", "template": {"name": name, "language": {"code": language},
            "components": [{"type": "body", "parameters": params}]}})
    };
    for (body, status, expected) in [
        (with("retomar_atendimento", "pt_BR", &["Ana"]), 400, 132000),
        (with("retomar_atendimento", "fr", &["Ana", "x"]), 404, 132001),
        (with("aviso_pausado", "pt_BR", &[]), 400, 132015),
        (with("aviso_desativado", "pt_BR", &[]), 400, 132016),
        (with("retomar_atendimento", "pt_BR", &["a\tb", "x"]), 400, 132018),
        (with("lembrete_pedido", "pt_BR", &["Ana", "1"]), 400, 132012),
    ] {
        let answer = w.send(body.clone()).await;
        assert_eq!((answer.0, code(&answer)), (status, expected), "{body}");
        assert!(answer.1["error"]["error_data"]["details"].is_string());
    }
    wamid(&w.send(with("retomar_atendimento", "pt_BR", &["Ana", "Prosa"])).await);
    let thread = w.look(&format!("/sim/thread?from={ANA}")).await;
    assert_eq!(thread["bubbles"][0]["content"]["body"], "Olá Ana, aqui é da Prosa. Podemos continuar o seu atendimento?");
}
