//! Sending, marking as read, probing.

use crate::{NUMBER, envelope, link};
use channel::whatsapp::{VERSION, WhatsApp};
use channel::{Adapter, Link, Outbound, OutboundBody, Policy, Recipient, SendError, Sent};
use model::{DeliveryProblem, IdentityKind};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{body_json, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn text() -> Outbound {
    Outbound {
        to: Recipient { kind: IdentityKind::Phone, address: "5511987654321".into() },
        callback: "884422".into(),
        quoted: Some("wamid.Q=".into()),
        body: OutboundBody::Text { text: "Olá 😀".into() },
    }
}

fn messages_path() -> String {
    format!("/{VERSION}/{NUMBER}/messages")
}

/// A server that answers every send with this.
async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path(messages_path())).respond_with(answer).expect(1).mount(&server).await;
    server
}

async fn refused_by(answer: ResponseTemplate) -> SendError {
    let server = answering(answer).await;
    let e = WhatsApp.send(&link(&server.uri()), &text()).await.unwrap_err();
    assert!(!e.to_string().contains("SECRET-TOKEN"));
    server.verify().await;
    e
}

#[tokio::test]
async fn a_text_is_sent_with_callback_quote_and_plus_and_its_id_comes_back() {
    let server = MockServer::start().await;
    let answer = json!({"messaging_product": "whatsapp", "contacts": [{"input": "+5511987654321", "wa_id": "551187654321"}], "messages": [{"id": "wamid.NEW="}]});
    Mock::given(method("POST"))
        .and(path(messages_path()))
        .and(header("authorization", "Bearer SECRET-TOKEN"))
        .and(header_exists("user-agent"))
        .and(body_json(json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+5511987654321", "type": "text",
            "text": {"body": "Olá 😀", "preview_url": false}, "context": {"message_id": "wamid.Q="}, "biz_opaque_callback_data": "884422"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .expect(2)
        .mount(&server)
        .await;
    assert_eq!(
        WhatsApp.send(&link(&server.uri()), &text()).await,
        Ok(Sent { external_id: "wamid.NEW=".into(), address: Some("551187654321".into()) })
    );
    // A slash at the end of the base changes nothing.
    assert!(WhatsApp.send(&link(&format!("{}/", server.uri())), &text()).await.is_ok());
}

#[tokio::test]
async fn a_bsuid_is_sent_as_recipient() {
    let server = MockServer::start().await;
    Mock::given(body_json(json!({"messaging_product": "whatsapp", "recipient_type": "individual", "recipient": "BR.1", "type": "text", "text": {"body": "oi", "preview_url": false}, "biz_opaque_callback_data": "1"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"contacts": [{"input": "BR.1", "user_id": "BR.1"}], "messages": [{"id": "wamid.N"}]})))
        .mount(&server)
        .await;
    let out = Outbound {
        to: Recipient { kind: IdentityKind::Bsuid, address: "BR.1".into() },
        callback: "1".into(),
        quoted: None,
        body: OutboundBody::Text { text: "oi".into() },
    };
    assert_eq!(WhatsApp.send(&link(&server.uri()), &out).await, Ok(Sent { external_id: "wamid.N".into(), address: Some("BR.1".into()) }));
}

#[tokio::test]
async fn a_code_decides_whatever_the_http_status_is() {
    for (status, code, policy, problem) in [
        (400, 131047, Policy::Transform, DeliveryProblem::WindowClosed),
        (400, 131056, Policy::RetryPair, DeliveryProblem::PairLimited),
        (400, 130429, Policy::Retry, DeliveryProblem::RateLimited),
        (500, 131000, Policy::Retry, DeliveryProblem::NetworkDown),
        (500, 132000, Policy::Never, DeliveryProblem::TemplateParameters),
        (401, 190, Policy::Account, DeliveryProblem::TokenExpired),
        (429, 4, Policy::Retry, DeliveryProblem::RateLimited),
        (200, 131026, Policy::Never, DeliveryProblem::Undeliverable),
    ] {
        let e = refused_by(ResponseTemplate::new(status).set_body_json(envelope(code))).await;
        assert_eq!((e.policy, e.problem, e.code, e.detail.as_str()), (policy, problem, Some(code), "the details"), "{status} {code}");
    }
}

#[tokio::test]
async fn er_1_an_unknown_code_is_shown_as_it_came() {
    let e = refused_by(ResponseTemplate::new(400).set_body_json(envelope(999_123))).await;
    assert_eq!((e.policy, e.problem, e.code, e.detail.as_str()), (Policy::Never, DeliveryProblem::Unknown, Some(999_123), "the details"));
    assert_eq!(refused_by(ResponseTemplate::new(500).set_body_json(envelope(999_123))).await.policy, Policy::Retry);
    assert_eq!(refused_by(ResponseTemplate::new(429).set_body_json(envelope(999_123))).await.policy, Policy::Retry);
}

#[tokio::test]
async fn answers_without_an_envelope_go_by_their_status() {
    for (status, policy, problem) in [
        (500, Policy::Retry, DeliveryProblem::NetworkDown),
        (503, Policy::Retry, DeliveryProblem::NetworkDown),
        (429, Policy::Retry, DeliveryProblem::RateLimited),
        (401, Policy::Account, DeliveryProblem::TokenExpired),
        (413, Policy::Never, DeliveryProblem::TooLong),
        (404, Policy::Never, DeliveryProblem::Unknown),
        (307, Policy::Never, DeliveryProblem::Unknown),
        // A gateway that gave up tells nothing about what is behind it.
        (502, Policy::Uncertain, DeliveryProblem::Uncertain),
        (504, Policy::Uncertain, DeliveryProblem::Uncertain),
    ] {
        let e =
            refused_by(ResponseTemplate::new(status).set_body_string("<html>oops</html>").insert_header("location", "http://127.0.0.1:1/"))
                .await;
        assert_eq!((e.policy, e.problem), (policy, problem), "{status}");
    }
}

#[tokio::test]
async fn a_good_status_without_a_message_id_is_uncertain() {
    for body in ["", "<html>", "[]", "5", "{}", r#"{"messages":[]}"#, r#"{"messages":[{}]}"#, r#"{"messages":[{"id":""}]}"#] {
        let e = refused_by(ResponseTemplate::new(200).set_body_string(body)).await;
        assert_eq!((e.policy, e.problem), (Policy::Uncertain, DeliveryProblem::Uncertain), "{body:?}");
    }
}

/// A server that does this with each connection after it has read the whole request; counts the requests.
async fn raw_server(answer: &'static str, then_hang: bool) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let count = count.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while !request.windows(4).any(|w| w == b"884\x22" || w == b"422\x22") {
                    match socket.read(&mut part).await {
                        Ok(0) | Err(_) => return,
                        Ok(n) => request.extend_from_slice(&part[..n]),
                    }
                }
                count.fetch_add(1, Ordering::SeqCst);
                socket.write_all(answer.as_bytes()).await.ok();
                if then_hang {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            });
        }
    });
    (url, taken)
}

#[tokio::test]
async fn a_lost_answer_is_uncertain_and_never_sent_twice() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"messages\":[{\"id\"",
        "not http at all\r\n\r\n",
    ] {
        let (url, taken) = raw_server(answer, false).await;
        let e = WhatsApp.send(&link(&url), &text()).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (Policy::Uncertain, DeliveryProblem::Uncertain), "{answer:?}: {e}");
        assert_eq!(taken.load(Ordering::SeqCst), 1, "{answer:?}");
    }
}

/// A connection that was used before is the tempting case: clients like to try again on a fresh one.
#[tokio::test]
async fn a_lost_answer_on_a_used_connection_is_not_sent_twice_either() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (mut request, mut part) = (Vec::new(), [0; 4096]);
            while let Ok(n @ 1..) = socket.read(&mut part).await {
                request.extend_from_slice(&part[..n]);
                if !request.ends_with(b"\"type\":\"text\"}") {
                    continue;
                }
                request.clear();
                if count.fetch_add(1, Ordering::SeqCst) > 0 {
                    break;
                }
                let body = r#"{"messages":[{"id":"wamid.1"}]}"#;
                socket.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
            }
        }
    });
    let link = link(&url);
    assert_eq!(WhatsApp.send(&link, &text()).await.unwrap().external_id, "wamid.1");
    let e = WhatsApp.send(&link, &text()).await.unwrap_err();
    assert_eq!((e.policy, taken.load(Ordering::SeqCst)), (Policy::Uncertain, 2), "{e}");
}

#[tokio::test]
async fn a_timeout_after_the_request_left_is_uncertain() {
    let (url, taken) = raw_server("", true).await;
    let http = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    let e = WhatsApp.send(&Link { http, ..link(&url) }, &text()).await.unwrap_err();
    assert_eq!((e.policy, taken.load(Ordering::SeqCst)), (Policy::Uncertain, 1), "{e}");
}

#[tokio::test]
async fn a_request_that_never_left_may_be_retried() {
    let refused = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let (plain, _) = raw_server("no TLS here", false).await;
    for url in [refused, "http://no-such-host.invalid".to_owned(), plain.replace("http://", "https://")] {
        let http = reqwest::Client::builder().connect_timeout(Duration::from_millis(500)).build().unwrap();
        let e = WhatsApp.send(&Link { http, ..link(&url) }, &text()).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (Policy::Retry, DeliveryProblem::NetworkDown), "{url}: {e}");
    }
}

#[tokio::test]
async fn a_channel_that_is_set_up_wrongly_is_told_so() {
    for bad in [
        link("not an address"),
        link("ftp://x"),
        Link { external_id: String::new(), ..link("http://127.0.0.1:1") },
        Link { external_id: "..".into(), ..link("http://127.0.0.1:1") },
    ] {
        let e = WhatsApp.send(&bad, &text()).await.unwrap_err();
        assert_eq!((e.policy, e.problem), (Policy::Account, DeliveryProblem::ChannelDown));
    }
    let e = WhatsApp.templates(&Link { waba_id: String::new(), ..link("http://127.0.0.1:1") }).await.unwrap_err();
    assert_eq!(e.problem, DeliveryProblem::ChannelDown);
}

#[tokio::test]
async fn reading_is_marked_and_may_always_be_repeated() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(messages_path()))
        .and(body_json(json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A="})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"success": true})))
        .mount(&server)
        .await;
    assert_eq!(WhatsApp.mark_read(&link(&server.uri()), "wamid.A=").await, Ok(()));
    let broken = answering(ResponseTemplate::new(504)).await;
    assert_eq!(WhatsApp.mark_read(&link(&broken.uri()), "wamid.A=").await.unwrap_err().policy, Policy::Retry);
    let refused = answering(ResponseTemplate::new(400).set_body_json(envelope(100))).await;
    assert_eq!(WhatsApp.mark_read(&link(&refused.uri()), "wamid.A=").await.unwrap_err().policy, Policy::Never);
}

#[tokio::test]
async fn a_probe_names_the_number_or_says_why_not() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(format!("/{VERSION}/{NUMBER}")))
        .and(query_param("fields", "display_phone_number,verified_name"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"id": NUMBER, "display_phone_number": "+55 11 5550-0100", "verified_name": "Loja Exemplo"})),
        )
        .mount(&server)
        .await;
    assert_eq!(WhatsApp.probe(&link(&server.uri())).await.as_deref(), Ok("Loja Exemplo (+55 11 5550-0100)"));
    let expired = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(401).set_body_json(envelope(190))).mount(&expired).await;
    assert_eq!(WhatsApp.probe(&link(&expired.uri())).await.unwrap_err().problem, DeliveryProblem::TokenExpired);
}
