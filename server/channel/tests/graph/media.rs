//! Received files.

use crate::{NUMBER, envelope, link};
use channel::whatsapp::{VERSION, WhatsApp};
use channel::{Adapter, Policy, SendError};
use futures::StreamExt;
use model::DeliveryProblem;
use serde_json::json;
use wiremock::matchers::{header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const DIGEST: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

async fn describe(server: &MockServer, url: &str) {
    let about =
        json!({"messaging_product": "whatsapp", "url": url, "mime_type": "image/jpeg", "sha256": DIGEST, "file_size": "13", "id": "1001"});
    Mock::given(method("GET"))
        .and(path(format!("/{VERSION}/1001")))
        .and(query_param("phone_number_id", NUMBER))
        .and(header("authorization", "Bearer SECRET-TOKEN"))
        .respond_with(ResponseTemplate::new(200).set_body_json(about))
        .mount(server)
        .await;
}

async fn fetched(server: &MockServer) -> Result<Vec<u8>, SendError> {
    let mut media = WhatsApp.fetch_media(&link(&server.uri()), "1001").await?;
    assert_eq!((media.mime.as_str(), media.size, media.sha256.as_deref()), ("image/jpeg", Some(13), Some(DIGEST)));
    let mut all = Vec::new();
    while let Some(part) = media.bytes.next().await {
        all.extend_from_slice(&part?);
    }
    Ok(all)
}

#[tokio::test]
async fn a_file_is_fetched_with_token_and_user_agent() {
    let server = MockServer::start().await;
    describe(&server, &format!("{}/files/1?ext=1&hash=A", server.uri())).await;
    Mock::given(path("/files/1"))
        .and(header("authorization", "Bearer SECRET-TOKEN"))
        .and(header_exists("user-agent"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("Hello, World!", "image/png"))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(fetched(&server).await.unwrap(), b"Hello, World!");
}

#[tokio::test]
async fn an_expired_address_is_asked_for_once_more() {
    let server = MockServer::start().await;
    describe(&server, &format!("{}/files/1", server.uri())).await;
    Mock::given(path("/files/1")).respond_with(ResponseTemplate::new(404)).up_to_n_times(1).expect(1).mount(&server).await;
    Mock::given(path("/files/1")).respond_with(ResponseTemplate::new(200).set_body_string("Hello, World!")).expect(1).mount(&server).await;
    assert_eq!(fetched(&server).await.unwrap(), b"Hello, World!");

    let gone = MockServer::start().await;
    describe(&gone, &format!("{}/files/1", gone.uri())).await;
    Mock::given(path("/files/1")).respond_with(ResponseTemplate::new(404)).expect(2).mount(&gone).await;
    let e = fetched(&gone).await.unwrap_err();
    assert_eq!((e.policy, e.problem), (Policy::Never, DeliveryProblem::MediaUnavailable));
}

#[tokio::test]
async fn the_token_never_leaves_for_another_host() {
    let evil = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string("secret of the inner network"))
        .expect(0)
        .mount(&evil)
        .await;
    // Straight to another port of the same machine, to other hosts, and to other schemes.
    for url in [
        evil.uri(),
        evil.uri().replace("127.0.0.1", "localhost"),
        "http://169.254.169.254/latest".into(),
        "https://lookaside.fbsbx.com.evil.example/x".into(),
        "file:///etc/passwd".into(),
        "nonsense".into(),
    ] {
        let server = MockServer::start().await;
        describe(&server, &url).await;
        let e = fetched(&server).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (Policy::Never, DeliveryProblem::MediaUnavailable), "{url}");
    }
    // By a redirect.
    let server = MockServer::start().await;
    describe(&server, &format!("{}/files/1", server.uri())).await;
    Mock::given(path("/files/1"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", format!("{}/x", evil.uri()).as_str()))
        .mount(&server)
        .await;
    assert_eq!(fetched(&server).await.unwrap_err().problem, DeliveryProblem::MediaUnavailable);
    evil.verify().await;
}

#[tokio::test]
async fn redirects_on_the_allowed_host_are_followed_but_not_for_ever() {
    let server = MockServer::start().await;
    describe(&server, &format!("{}/files/1", server.uri())).await;
    Mock::given(path("/files/1")).respond_with(ResponseTemplate::new(302).insert_header("location", "/files/2")).mount(&server).await;
    Mock::given(path("/files/2")).respond_with(ResponseTemplate::new(200).set_body_string("Hello, World!")).mount(&server).await;
    assert_eq!(fetched(&server).await.unwrap(), b"Hello, World!");

    let circle = MockServer::start().await;
    describe(&circle, &format!("{}/files/1", circle.uri())).await;
    Mock::given(path("/files/1"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "/files/1"))
        .expect(4)
        .mount(&circle)
        .await;
    assert_eq!(fetched(&circle).await.unwrap_err().problem, DeliveryProblem::MediaUnavailable);
}

#[tokio::test]
async fn why_a_file_cannot_be_had_decides_whether_to_try_again() {
    // The id is unknown: final. The token expired: the channel. A fault: later.
    for (status, body, policy, problem) in [
        (400, envelope(100), Policy::Never, DeliveryProblem::MediaUnavailable),
        (401, envelope(190), Policy::Account, DeliveryProblem::TokenExpired),
        (503, json!({}), Policy::Retry, DeliveryProblem::NetworkDown),
        (504, json!({}), Policy::Retry, DeliveryProblem::NetworkDown),
        (200, json!({"url": ""}), Policy::Never, DeliveryProblem::MediaUnavailable),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
        let e = WhatsApp.fetch_media(&link(&server.uri()), "1001").await.err().unwrap();
        assert_eq!((e.policy, e.problem), (policy, problem), "{status}");
    }
    for (status, policy, problem) in [
        (401, Policy::Account, DeliveryProblem::TokenExpired),
        (429, Policy::Retry, DeliveryProblem::RateLimited),
        (502, Policy::Retry, DeliveryProblem::NetworkDown),
        (403, Policy::Never, DeliveryProblem::MediaUnavailable),
    ] {
        let server = MockServer::start().await;
        describe(&server, &format!("{}/files/1", server.uri())).await;
        Mock::given(path("/files/1")).respond_with(ResponseTemplate::new(status)).mount(&server).await;
        let e = fetched(&server).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (policy, problem), "{status}");
    }
    assert_eq!(WhatsApp.fetch_media(&link("http://127.0.0.1:1"), "").await.err().unwrap().problem, DeliveryProblem::MediaUnavailable);
}
