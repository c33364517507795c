//! The business profile: fields, limits, picture.

use crate::common::{World, code};
use graph_sim::config::{DEMO_APP, DEMO_NUMBER, DEMO_NUMBER_2, DEMO_TOKEN};
use graph_sim::samples;
use serde_json::{Value, json};

const ALL: &str = "about,address,description,email,profile_picture_url,websites,vertical";

fn edge(number: &str) -> String {
    format!("/v25.0/{number}/whatsapp_business_profile")
}

async fn read(w: &World, number: &str, fields: &str) -> Value {
    let (status, body) = w.graph("GET", &format!("{}?fields={fields}", edge(number)), Value::Null).await;
    assert_eq!((status, body["data"].as_array().map(Vec::len)), (200, Some(1)));
    body["data"][0].clone()
}

async fn post(w: &World, mut fields: Value) -> (u16, Value) {
    fields["messaging_product"] = json!("whatsapp");
    w.graph("POST", &edge(DEMO_NUMBER), fields).await
}

/// Uploads a file of this type; answers its handle.
async fn handle(w: &World, mime: &str, bytes: &[u8]) -> String {
    let begin = format!("/v25.0/{DEMO_APP}/uploads?file_length={}&file_type={mime}&file_name=a", bytes.len());
    let session = w.graph("POST", &begin, json!({})).await.1["id"].as_str().unwrap().to_owned();
    let request = w.http.post(w.url(&format!("/v25.0/{session}"))).header("authorization", format!("OAuth {DEMO_TOKEN}"));
    let done: Value = request.header("file_offset", "0").body(bytes.to_vec()).send().await.unwrap().json().await.unwrap();
    done["h"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn pr_4_a_profile_keeps_what_is_posted_per_number_and_tells_the_fields_asked_for() {
    let w = World::new().await;
    let first = read(&w, DEMO_NUMBER, ALL).await;
    assert_eq!((first["vertical"].as_str(), first.get("email"), first.get("profile_picture_url")), (Some("RETAIL"), None, None));
    let fields = json!({"about": "Café", "address": "Rua A, 1", "email": "oi@loja.example", "websites": ["https://loja.example/"], "vertical": "FINANCE"});
    assert_eq!(post(&w, fields).await, (200, json!({"success": true})));
    assert_eq!(post(&w, json!({"address": ""})).await.0, 200);
    let expected = json!({"messaging_product": "whatsapp", "about": "Café", "email": "oi@loja.example", "websites": ["https://loja.example/"], "vertical": "FINANCE"});
    assert_eq!(read(&w, DEMO_NUMBER, ALL).await, expected, "what is empty is not there");
    assert_eq!(read(&w, DEMO_NUMBER, "vertical").await, json!({"messaging_product": "whatsapp", "vertical": "FINANCE"}));
    assert_eq!(read(&w, DEMO_NUMBER_2, "vertical").await["vertical"], "RETAIL");
    post(&w, json!({"websites": []})).await;
    assert_eq!(read(&w, DEMO_NUMBER, "websites").await.get("websites"), None);
}

#[tokio::test]
async fn pr_4_what_meta_refuses_changes_nothing() {
    let w = World::new().await;
    let before = read(&w, DEMO_NUMBER, ALL).await;
    let site = |n: usize| format!("https://a.example/{}", "a".repeat(n - 18));
    for (wrong, expected) in [
        (json!({"about": ""}), 131009),
        (json!({"about": "x".repeat(140)}), 131009),
        (json!({"address": "x".repeat(257)}), 131009),
        (json!({"description": "x".repeat(513)}), 131009),
        (json!({"email": format!("a@{}.co", "b".repeat(124))}), 131009),
        (json!({"email": "loja"}), 131009),
        (json!({"websites": ["https://a.example", "https://b.example", "https://c.example"]}), 131009),
        (json!({"websites": ["loja.example"]}), 131009),
        (json!({"websites": [site(257)]}), 131009),
        (json!({"websites": "https://a.example"}), 100),
        (json!({"vertical": "SHOES"}), 100),
        (json!({"profile_picture_handle": "4::nothing"}), 100),
    ] {
        // What is right beside it is not taken, either.
        let mut all = json!({"about": "Outro", "description": "Outra"});
        for (key, value) in wrong.as_object().unwrap() {
            all[key] = value.clone();
        }
        assert_eq!(code(&post(&w, all).await), expected, "{wrong}");
    }
    let without = w.graph("POST", &edge(DEMO_NUMBER), json!({"about": "x"})).await;
    assert_eq!(code(&without), 100, "messaging_product is missing");
    assert_eq!(read(&w, DEMO_NUMBER, ALL).await, before);
    let most = json!({"about": "x".repeat(139), "websites": [site(256), "http://b.example"], "vertical": "NOT_A_BIZ"});
    assert_eq!(post(&w, most).await.0, 200);
    w.order("/sim/faults", json!({"path": "whatsapp_business_profile", "expired_token": true})).await;
    assert_eq!(code(&post(&w, json!({"about": "x"})).await), 190);
}

#[tokio::test]
async fn pr_4_a_picture_comes_by_the_handle_of_an_upload_and_is_seen_by_everybody() {
    let w = World::new().await;
    let photo = samples::of("image");
    let pdf = handle(&w, "application/pdf", samples::of("document").bytes).await;
    assert_eq!(code(&post(&w, json!({ "profile_picture_handle": pdf })).await), 131053);
    let picture = handle(&w, photo.mime, photo.bytes).await;
    assert_eq!(post(&w, json!({ "profile_picture_handle": picture })).await.0, 200);
    let profile = read(&w, DEMO_NUMBER, "profile_picture_url").await;
    let url = profile["profile_picture_url"].as_str().unwrap();
    let shown = w.http.get(url).send().await.unwrap();
    assert_eq!((shown.status().as_u16(), shown.headers()["content-type"].to_str().unwrap()), (200, photo.mime));
    assert_eq!(shown.bytes().await.unwrap(), photo.bytes);
    // Only pictures of profiles are.
    assert_eq!(w.http.get(w.url("/v/picture/1")).send().await.unwrap().status(), 404);
}
