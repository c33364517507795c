//! The company's profile (PR-4).

use crate::{NUMBER, envelope, link};
use bytes::Bytes;
use channel::whatsapp::{VERSION, WhatsApp};
use channel::{Adapter, Policy};
use model::{BusinessProfile, BusinessProfileDraft, DeliveryProblem, Vertical};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, body_string, header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn edge() -> String {
    format!("/{VERSION}/{NUMBER}/whatsapp_business_profile")
}

async fn says(server: &MockServer, fields: &str, profile: Value) {
    Mock::given(method("GET"))
        .and(path(edge()))
        .and(query_param("fields", fields))
        .and(header("authorization", "Bearer SECRET-TOKEN"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "data": [profile] })))
        .mount(server)
        .await;
}

#[tokio::test]
async fn pr_4_the_profile_is_read_with_the_display_name_beside_it() {
    let server = MockServer::start().await;
    let found = json!({"messaging_product": "whatsapp", "about": "Aberto", "websites": ["https://loja.example/"], "vertical": "RETAIL",
        "profile_picture_url": "https://pps.whatsapp.net/v/a.jpg?oe=1"});
    says(&server, "about,address,description,email,profile_picture_url,websites,vertical", found).await;
    Mock::given(method("GET"))
        .and(path(format!("/{VERSION}/{NUMBER}")))
        .and(query_param("fields", "verified_name"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"verified_name": "Loja da Ana", "id": NUMBER})))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let row = WhatsApp.profile(&link(&server.uri())).await.unwrap();
    let expected = BusinessProfile {
        name: "Loja da Ana".into(),
        about: "Aberto".into(),
        websites: vec!["https://loja.example/".into()],
        vertical: Vertical::Retail,
        ..BusinessProfile::default()
    };
    assert_eq!((row.profile, row.picture_url.as_str()), (expected, "https://pps.whatsapp.net/v/a.jpg?oe=1"));
    // Without the name the rest is still of use.
    let row = WhatsApp.profile(&link(&server.uri())).await.unwrap();
    assert_eq!((row.profile.name.as_str(), row.profile.about.as_str()), ("", "Aberto"));
}

#[tokio::test]
async fn pr_4_what_changed_is_posted_and_refusals_keep_their_meaning() {
    let server = MockServer::start().await;
    let change = BusinessProfileDraft { email: Some("oi@loja.example".into()), ..BusinessProfileDraft::default() };
    Mock::given(method("POST"))
        .and(path(edge()))
        .and(header("authorization", "Bearer SECRET-TOKEN"))
        .and(body_json(json!({"messaging_product": "whatsapp", "email": "oi@loja.example"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"success": true})))
        .expect(1)
        .mount(&server)
        .await;
    WhatsApp.save_profile(&link(&server.uri()), &change).await.unwrap();
    for (status, body, policy, problem) in [
        (400, envelope(131009), Policy::Never, DeliveryProblem::BadParameter),
        (400, envelope(100), Policy::Never, DeliveryProblem::BadParameter),
        (401, envelope(190), Policy::Account, DeliveryProblem::TokenExpired),
        (403, envelope(10), Policy::Account, DeliveryProblem::PermissionMissing),
        (400, envelope(80007), Policy::Retry, DeliveryProblem::RateLimited),
        // It may have been done: doing it again is the same.
        (504, json!({}), Policy::Retry, DeliveryProblem::NetworkDown),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
        let e = WhatsApp.save_profile(&link(&server.uri()), &change).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (policy, problem), "{status}");
    }
}

#[tokio::test]
async fn pr_4_a_picture_goes_up_in_a_session_of_the_tokens_app() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(format!("/{VERSION}/app")))
        .and(header("authorization", "Bearer SECRET-TOKEN"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "4400"})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path(format!("/{VERSION}/4400/uploads")))
        .and(query_param("file_length", "4"))
        .and(query_param("file_type", "image/jpeg"))
        .and(query_param_is_missing("access_token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "upload:MTphdHRhY2g==?sig=ARbc"})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path(format!("/{VERSION}/upload:MTphdHRhY2g==")))
        .and(query_param("sig", "ARbc"))
        .and(header("authorization", "OAuth SECRET-TOKEN"))
        .and(header("file_offset", "0"))
        .and(body_string("jpeg"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"h": "4:aGFuZGxl"})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path(edge()))
        .and(body_json(json!({"messaging_product": "whatsapp", "profile_picture_handle": "4:aGFuZGxl"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"success": true})))
        .expect(1)
        .mount(&server)
        .await;
    WhatsApp.save_picture(&link(&server.uri()), Bytes::from_static(b"jpeg")).await.unwrap();
}

#[tokio::test]
async fn pr_4_a_session_that_is_none_takes_no_file() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "4400"}))).mount(&server).await;
    Mock::given(method("POST"))
        .and(path(format!("/{VERSION}/4400/uploads")))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "../messages"})))
        .expect(1)
        .mount(&server)
        .await;
    let e = WhatsApp.save_picture(&link(&server.uri()), Bytes::from_static(b"jpeg")).await.unwrap_err();
    assert_eq!((e.policy, e.problem), (Policy::Retry, DeliveryProblem::NetworkDown));
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn pr_4_the_picture_is_fetched_without_the_token_and_from_no_other_host() {
    let server = MockServer::start().await;
    let at = link(&server.uri());
    says(&server, "profile_picture_url", json!({ "profile_picture_url": format!("{}/p/1.jpg?oe=1", server.uri()) })).await;
    Mock::given(method("GET"))
        .and(path("/p/1.jpg"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("Hello, World!", "image/jpeg"))
        .mount(&server)
        .await;
    assert_eq!(WhatsApp.picture(&at, 13).await.unwrap().unwrap(), "Hello, World!");
    let asked = server.received_requests().await.unwrap();
    assert!(!asked.iter().find(|r| r.url.path() == "/p/1.jpg").unwrap().headers.contains_key("authorization"));
    assert_eq!(WhatsApp.picture(&at, 12).await.unwrap_err().problem, DeliveryProblem::MediaUnavailable, "too large");

    let evil = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&evil).await;
    for address in [evil.uri(), "http://169.254.169.254/latest".into(), "https://pps.whatsapp.net.evil.example/x".into(), "nonsense".into()]
    {
        let server = MockServer::start().await;
        says(&server, "profile_picture_url", json!({ "profile_picture_url": address })).await;
        let e = WhatsApp.picture(&link(&server.uri()), 100).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (Policy::Never, DeliveryProblem::MediaUnavailable), "{address}");
    }
    evil.verify().await;

    let none = MockServer::start().await;
    says(&none, "profile_picture_url", json!({"messaging_product": "whatsapp"})).await;
    assert_eq!(WhatsApp.picture(&link(&none.uri()), 100).await.unwrap(), None);
}

#[tokio::test]
async fn pr_4_a_website_chat_shows_no_profile() {
    let e = channel::webchat::WebChat.profile(&link("http://127.0.0.1:1")).await.unwrap_err();
    assert_eq!((e.policy, e.problem), (Policy::Never, DeliveryProblem::UnsupportedType));
}
