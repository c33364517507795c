//! Media, templates, accounts, pages, people, snapshot.

use crate::common::{ANA, World, code, messages, values, wamid};
use graph_sim::config::{DEMO_APP, DEMO_NUMBER, DEMO_TOKEN, DEMO_WABA};
use graph_sim::samples;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

async fn upload(w: &World, mime: &str, bytes: &[u8]) -> (u16, Value) {
    let part = Part::bytes(bytes.to_vec()).file_name("file").mime_str(mime).unwrap();
    let form = Form::new().text("messaging_product", "whatsapp").part("file", part);
    let url = w.url(&format!("/v25.0/{DEMO_NUMBER}/media"));
    let r = w.http.post(url).bearer_auth(DEMO_TOKEN).multipart(form).send().await.unwrap();
    (r.status().as_u16(), r.json().await.unwrap())
}

#[tokio::test]
async fn media_goes_up_and_comes_down_with_a_token_and_in_time() {
    let w = World::new().await;
    let photo = samples::of("image").bytes;
    let up = upload(&w, "image/jpeg", photo).await;
    let id = up.1["id"].as_str().unwrap().to_owned();
    let info = w.graph("GET", &format!("/v25.0/{id}?phone_number_id={DEMO_NUMBER}"), Value::Null).await.1;
    assert_eq!(info["mime_type"], "image/jpeg");
    assert_eq!(info["file_size"], photo.len());
    let url = info["url"].as_str().unwrap();
    assert_eq!(w.http.get(url).send().await.unwrap().status(), 401, "without Bearer");
    let bytes = w.http.get(url).bearer_auth(DEMO_TOKEN).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, photo);
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(plain.get(url).bearer_auth(DEMO_TOKEN).send().await.unwrap().status(), 403, "without User-Agent");
    w.order("/sim/clock", json!({"advance_s": 301})).await;
    assert_eq!(w.http.get(url).bearer_auth(DEMO_TOKEN).send().await.unwrap().status(), 404, "after five minutes");
    let again = w.graph("GET", &format!("/v25.0/{id}"), Value::Null).await.1;
    assert_eq!(w.http.get(again["url"].as_str().unwrap()).bearer_auth(DEMO_TOKEN).send().await.unwrap().status(), 200);

    w.settings(json!({"window": false})).await;
    wamid(&w.send(json!({"to": format!("+{ANA}"), "type": "image", "image": {"id": id, "caption": "oi"}})).await);
    assert_eq!(code(&w.send(json!({"to": format!("+{ANA}"), "type": "video", "video": {"id": id}})).await), 131053);
    assert_eq!(w.graph("DELETE", &format!("/v25.0/{id}"), Value::Null).await, (200, json!({"success": true})));
    assert_eq!(w.graph("GET", &format!("/v25.0/{id}"), Value::Null).await.0, 400);
}

#[tokio::test]
async fn uploads_that_whatsapp_does_not_take() {
    let w = World::new().await;
    assert_eq!(code(&upload(&w, "audio/webm", b"\x1a\x45\xdf\xa3").await), 100);
    assert_eq!(code(&upload(&w, "image/png", samples::of("image").bytes).await), 131053, "bytes of another type");
    w.settings(json!({"window": false})).await;
    let large = upload(&w, "image/jpeg", &[samples::of("image").bytes, &vec![0; 5 << 20]].concat()).await;
    let id = large.1["id"].as_str().unwrap();
    let to = format!("+{ANA}");
    assert_eq!(code(&w.send(json!({"to": to, "type": "image", "image": {"id": id}})).await), 131053, "too large as a picture");
    wamid(&w.send(json!({"to": to, "type": "document", "document": {"id": id, "filename": "a.jpg"}})).await);
    let url = w.url(&format!("/v25.0/{DEMO_NUMBER}/media"));
    let part = Part::bytes(vec![1]).file_name("x").mime_str("image/jpeg").unwrap();
    let r = w.http.post(url).bearer_auth(DEMO_TOKEN).multipart(Form::new().part("file", part)).send().await.unwrap();
    assert_eq!(r.status(), 400, "messaging_product is missing");
}

#[tokio::test]
async fn media_by_link_is_fetched_or_fails_later() {
    let w = World::new().await;
    w.open_window().await;
    let made = w.order("/sim/inbound", json!({"from": ANA, "type": "image"})).await;
    assert!(made["messages"][0]["id"].is_string());
    let thread = w.look(&format!("/sim/thread?from={ANA}")).await;
    let inside = thread["bubbles"][1]["content"]["id"].as_str().unwrap().to_owned();
    let link = w.url(&format!("/phone/media/{inside}"));
    let good = wamid(&w.send(json!({"to": format!("+{ANA}"), "type": "image", "image": {"link": link}})).await);
    w.until_status(&good, "delivered").await;
    for bad in [w.url("/nothing/here"), w.url("/healthz")] {
        let id = wamid(&w.send(json!({"to": format!("+{ANA}"), "type": "image", "image": {"link": bad}})).await);
        assert_eq!(w.until_status(&id, "failed").await[0]["errors"][0]["code"], 131053);
    }
}

#[tokio::test]
async fn every_inbound_type_arrives_and_its_media_can_be_fetched() {
    let w = World::new().await;
    let kinds = [
        "text",
        "image",
        "video",
        "audio",
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
    ];
    for kind in kinds {
        w.order("/sim/inbound", json!({"from": ANA, "type": kind})).await;
    }
    let hooks = w.until("all types", |h| messages(h).len() == kinds.len()).await;
    let mut media = 0;
    for m in messages(&hooks) {
        let kind = m["type"].as_str().unwrap();
        let Some(id) = m[kind]["id"].as_str() else { continue };
        let info = w.graph("GET", &format!("/v25.0/{id}"), Value::Null).await.1;
        let bytes = w.http.get(info["url"].as_str().unwrap()).bearer_auth(DEMO_TOKEN).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes.len(), samples::of(kind).bytes.len(), "{kind}");
        assert!(m[kind]["sha256"].as_str().is_some_and(|s| s.len() == 44), "base64 of 32 bytes");
        media += 1;
    }
    assert_eq!(media, 5);
    w.order(
        "/sim/inbound",
        json!({"from": ANA, "type": "image", "image": {"base64": "/9j/4AAQ", "caption": "minha", "mime_type": "image/jpeg"}}),
    )
    .await;
    w.until("the own file", |h| messages(h).iter().any(|m| m["image"]["caption"] == "minha")).await;
}

#[tokio::test]
async fn templates_are_paged_filtered_created_edited_and_deleted() {
    let w = World::new().await;
    w.settings(json!({"template_review_ms": 30})).await;
    let path = format!("/v25.0/{DEMO_WABA}/message_templates");
    let (mut names, mut next) = (Vec::new(), Some(w.url(&format!("{path}?limit=5&fields=name,status,language"))));
    while let Some(url) = next {
        let page: Value = w.http.get(url).bearer_auth(DEMO_TOKEN).send().await.unwrap().json().await.unwrap();
        names.extend(page["data"].as_array().unwrap().iter().map(|t| format!("{}/{}", t["name"], t["language"])));
        assert!(page["data"][0].get("components").is_none(), "only the fields asked for");
        next = page["paging"]["next"].as_str().map(str::to_owned);
    }
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((names.len(), unique.len()), (13, 13));
    let paused = w.graph("GET", &format!("{path}?status=PAUSED"), Value::Null).await.1;
    assert_eq!(paused["data"].as_array().map(Vec::len), Some(1));
    assert!(paused["data"][0]["components"].is_array());

    let new = json!({"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [
        {"type": "BODY", "text": "Olá {{1}}, tudo certo com o pedido?", "example": {"body_text": [["Ana"]]}}]});
    let made = w.graph("POST", &path, new.clone()).await;
    assert_eq!((made.0, made.1["status"].as_str()), (200, Some("PENDING")));
    let id = made.1["id"].as_str().unwrap().to_owned();
    let hooks = w.until("the approval", |h| values(h).iter().any(|v| v["event"] == "APPROVED")).await;
    let update = values(&hooks).into_iter().find(|v| v["event"] == "APPROVED").unwrap();
    assert!(update["message_template_id"].is_u64() && update["message_template_name"] == "novo");
    let twice = w.graph("POST", &path, new.clone()).await;
    assert_eq!(twice.1["error"]["error_subcode"], 2_388_024);
    assert!(twice.1["error"]["error_user_msg"].is_string());

    let edit = json!({"components": [{"type": "BODY", "text": "Outro texto."}]});
    assert_eq!(w.graph("POST", &format!("/v25.0/{id}"), edit.clone()).await.0, 200);
    w.until("the second approval", |h| values(h).iter().filter(|v| v["event"] == "APPROVED").count() == 2).await;
    assert_eq!(w.graph("POST", &format!("/v25.0/{id}"), edit).await.0, 400, "once a day");
    assert_eq!(w.graph("DELETE", &format!("{path}?name=novo"), Value::Null).await.0, 200);
    let again = w.graph("POST", &path, new).await;
    assert_eq!(again.1["error"]["error_subcode"], 2_388_023, "the name rests for 30 days");

    w.order("/sim/templates", json!({"name": "aviso_pausado", "status": "APPROVED"})).await;
    wamid(
        &w.send(json!({"to": format!("+{ANA}"), "type": "template", "template": {"name": "aviso_pausado", "language": {"code": "pt_BR"}}}))
            .await,
    );
    w.until("the change", |h| values(h).iter().any(|v| v["message_template_name"] == "aviso_pausado")).await;
}

#[tokio::test]
async fn template_examples_need_a_resumable_upload() {
    let w = World::new().await;
    let photo = samples::of("image").bytes;
    let begin = format!("/v25.0/{DEMO_APP}/uploads?file_length={}&file_type=image/jpeg&file_name=a.jpg", photo.len());
    let session = w.graph("POST", &begin, json!({})).await.1["id"].as_str().unwrap().to_owned();
    let post = |offset: usize, bytes: Vec<u8>| {
        let r = w.http.post(w.url(&format!("/v25.0/{session}"))).header("authorization", format!("OAuth {DEMO_TOKEN}"));
        async move { r.header("file_offset", offset.to_string()).body(bytes).send().await.unwrap().json::<Value>().await.unwrap() }
    };
    assert!(post(0, photo[..100].to_vec()).await["h"].is_null());
    assert_eq!(post(0, vec![1]).await["error"]["code"], 100, "wrong offset");
    let handle = post(100, photo[100..].to_vec()).await["h"].as_str().unwrap().to_owned();
    let create = |handle: &str| {
        json!({"name": format!("com_foto_{}", handle.len()), "language": "pt_BR", "category": "MARKETING", "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}, {"type": "BODY", "text": "Veja só."}]})
    };
    let path = format!("/v25.0/{DEMO_WABA}/message_templates");
    assert_eq!(w.graph("POST", &path, create(&handle)).await.0, 200);
    assert_eq!(w.graph("POST", &path, create("123456789")).await.0, 400, "a media id is no handle");
}

#[tokio::test]
async fn numbers_accounts_profile_and_token() {
    let w = World::new().await;
    let fields =
        format!("/v25.0/{DEMO_NUMBER}?fields=id,display_phone_number,verified_name,quality_rating,status,throughput,webhook_configuration");
    let number = w.graph("GET", &fields, Value::Null).await.1;
    assert_eq!((number["display_phone_number"].as_str(), number["status"].as_str()), (Some("+55 11 5550-0100"), Some("CONNECTED")));
    let list = w.graph("GET", &format!("/v25.0/{DEMO_WABA}/phone_numbers"), Value::Null).await.1;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(2));
    let apps = w.graph("GET", &format!("/v25.0/{DEMO_WABA}/subscribed_apps"), Value::Null).await.1;
    assert_eq!(apps["data"][0]["whatsapp_business_api_data"]["id"], DEMO_APP);

    let register = format!("/v25.0/{DEMO_NUMBER}/register");
    assert_eq!(code(&w.graph("POST", &register, json!({"messaging_product": "whatsapp", "pin": "12"})).await), 100);
    assert_eq!(w.graph("POST", &register, json!({"messaging_product": "whatsapp", "pin": "123456"})).await.0, 200);
    assert_eq!(code(&w.graph("POST", &register, json!({"messaging_product": "whatsapp", "pin": "654321"})).await), 133005);
    w.graph("POST", &format!("/v25.0/{DEMO_NUMBER}/deregister"), json!({})).await;
    assert_eq!(code(&w.text(ANA, "x").await), 133010);

    let profile = format!("/v25.0/{DEMO_NUMBER}/whatsapp_business_profile");
    let too_long = json!({"messaging_product": "whatsapp", "about": "x".repeat(140)});
    assert_eq!(code(&w.graph("POST", &profile, too_long).await), 131009);
    w.graph("POST", &profile, json!({"messaging_product": "whatsapp", "about": "Café"})).await;
    assert_eq!(w.graph("GET", &format!("{profile}?fields=about"), Value::Null).await.1["data"][0]["about"], "Café");

    let debug = w.graph("GET", &format!("/v25.0/debug_token?input_token={DEMO_TOKEN}"), Value::Null).await.1;
    assert_eq!(debug["data"]["is_valid"], true);
    assert_eq!(w.graph("GET", "/v25.0/debug_token?input_token=x", Value::Null).await.1["data"]["is_valid"], false);
}

#[tokio::test]
async fn a_phone_without_signal_gets_everything_later() {
    let w = World::new().await;
    w.open_window().await;
    w.order("/sim/contact", json!({"from": ANA, "offline": true})).await;
    let id = wamid(&w.text(ANA, "x").await);
    w.until_status(&id, "sent").await;
    tokio::time::sleep(std::time::Duration::from_millis(120)).await;
    assert_eq!(w.look("/sim/sent").await["items"][0]["status"], "sent");
    w.order("/sim/contact", json!({"from": ANA, "offline": false, "auto_read": true})).await;
    w.until_status(&id, "read").await;
}

#[tokio::test]
async fn pages_are_served_with_a_policy_and_media_cannot_run() {
    let w = World::new().await;
    let page = w.http.get(w.url("/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    let html = page.text().await.unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing from elsewhere");
    let shop = w.http.get(w.url("/shop")).send().await.unwrap().text().await.unwrap();
    assert!(shop.contains(r#"<script async src="http://127.0.0.1:3000/widget.js" data-key="demo-webchat"></script>"#));
    let evil =
        json!({"from": ANA, "type": "document", "document": {"base64": "PHNjcmlwdD4=", "mime_type": "text/html", "filename": "a.html"}});
    w.order("/sim/inbound", evil).await;
    let thread = w.look(&format!("/sim/thread?from={ANA}")).await;
    let id = thread["bubbles"][0]["content"]["id"].as_str().unwrap();
    let file = w.http.get(w.url(&format!("/phone/media/{id}"))).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/octet-stream");
    assert_eq!(file.headers()["content-disposition"], "attachment");
    let foreign = w.http.post(w.url("/sim/reset")).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
}

#[tokio::test]
async fn the_phone_is_told_live_and_reads_when_a_chat_is_opened() {
    let w = World::new().await;
    w.open_window().await;
    let mut events = w.http.get(w.url("/phone/events")).send().await.unwrap();
    let id = wamid(&w.text(ANA, "olá").await);
    let mut seen = String::new();
    while !seen.contains(r#""status":"delivered""#) {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(5), events.chunk()).await.unwrap().unwrap().unwrap();
        seen.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(seen.contains(&id));
    let state = w.look("/phone/state").await;
    let ana = state["contacts"].as_array().unwrap().iter().find(|c| c["wa_id"] == ANA).unwrap();
    assert_eq!(ana["threads"][DEMO_NUMBER]["unread"], 1);
    let read = w.order("/phone/open", json!({"number": DEMO_NUMBER, "contact": ana["key"]})).await;
    assert_eq!(read["read"], 1);
    w.until_status(&id, "read").await;
}

#[tokio::test]
async fn the_snapshot_brings_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let w = World::with(|c| c.data = Some(path.clone())).await;
    w.open_window().await;
    w.order("/sim/inbound", json!({"from": ANA, "type": "image"})).await;
    w.until("both", |h| h.len() == 2).await;
    let id = wamid(&w.text(ANA, "before").await);
    w.until_status(&id, "delivered").await;
    w.order("/sim/faults", json!({"webhook_down": true})).await;
    w.order("/sim/inbound", json!({"from": ANA, "text": "not taken yet"})).await;
    w.order("/sim/clock", json!({"advance_s": 3600})).await;
    let World { sim, inbox, .. } = w;
    let hook = sim.sim.settings().webhook_url.clone().unwrap();
    sim.stop().unwrap();
    inbox.hooks.lock().unwrap().clear();

    let mut config = graph_sim::config::Config::for_tests(Some(hook));
    config.data = Some(path);
    let back = graph_sim::start(config).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().user_agent("tests").build().unwrap();
    let get = |p: String| async { http.get(p).send().await.unwrap() };
    let sent: Value = get(format!("{}/sim/sent", back.url())).await.json().await.unwrap();
    assert_eq!(sent["items"][0]["wamid"], json!(id));
    let thread: Value = get(format!("{}/sim/thread?from={ANA}", back.url())).await.json().await.unwrap();
    assert_eq!(thread["bubbles"].as_array().map(Vec::len), Some(4));
    let photo = thread["bubbles"][1]["content"]["id"].as_str().unwrap();
    let file = get(format!("{}/phone/media/{photo}", back.url())).await.bytes().await.unwrap();
    assert_eq!(file, samples::of("image").bytes);
    let clock: Value = get(format!("{}/sim/clock", back.url())).await.json().await.unwrap();
    assert_eq!(clock["offset_s"], 3600);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while messages(&inbox.hooks.lock().unwrap()).iter().all(|m| m["text"]["body"] != "not taken yet") {
        assert!(std::time::Instant::now() < end, "the webhook that was not taken was lost");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn reset_brings_the_demo_world_back() {
    let w = World::new().await;
    w.open_window().await;
    w.text(ANA, "x").await;
    w.order("/sim/faults", json!({"status": 500})).await;
    w.order("/sim/numbers", json!({"id": "777", "display_phone_number": "+55 31 4000-0000", "waba_id": "888"})).await;
    assert_eq!(w.graph("GET", "/v25.0/888/phone_numbers", Value::Null).await.1["data"][0]["id"], "777");
    w.order("/sim/reset", json!({})).await;
    let all = w.look("/sim").await;
    assert_eq!((all["sent"].as_u64(), all["phone_numbers"].as_array().map(Vec::len)), (Some(0), Some(2)));
    assert_eq!(all["webhook_url"], json!(w.hook_url), "the address stays");
    assert_eq!(w.look("/sim/faults").await["items"], json!([]));
    w.settings(json!({"window_error": "sync"})).await;
    assert_eq!(code(&w.text(ANA, "x").await), 131047);
}
