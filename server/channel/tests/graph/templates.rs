//! Lists of templates.

use crate::{WABA, envelope, link};
use channel::Adapter;
use channel::whatsapp::{VERSION, WhatsApp};
use model::{DeliveryProblem, HeaderKind, TemplateCategory};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use wiremock::matchers::{header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn row(name: &str) -> Value {
    json!({"id": format!("id-{name}"), "name": name, "status": "APPROVED", "category": "MARKETING", "language": "pt_BR", "parameter_format": "NAMED",
        "components": [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}}, {"type": "BODY", "text": "Olá {{nome}}"}]})
}

async fn page(server: &MockServer, after: Option<&str>, rows: Vec<Value>, paging: Value) {
    let mock = Mock::given(method("GET"))
        .and(path(format!("/{VERSION}/{WABA}/message_templates")))
        .and(header("authorization", "Bearer SECRET-TOKEN"));
    let mock = match after {
        Some(cursor) => mock.and(query_param("after", cursor)),
        None => mock.and(query_param_is_missing("after")),
    };
    mock.respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": rows, "paging": paging}))).mount(server).await;
}

#[tokio::test]
async fn templates_are_followed_over_every_page() {
    let server = MockServer::start().await;
    let next = format!("{}/{VERSION}/{WABA}/message_templates?access_token=x&after=C2", server.uri());
    // The address of `next` may name a host under another name; its cursor is what counts.
    page(
        &server,
        None,
        vec![row("a"), row("b")],
        json!({"cursors": {"before": "C0", "after": "C1="}, "next": "https://graph.facebook.com/whatever"}),
    )
    .await;
    page(&server, Some("C1="), vec![row("c"), json!({"name": 5}), json!(null)], json!({ "next": next })).await;
    page(&server, Some("C2"), vec![row("d")], json!({"cursors": {"before": "C2", "after": "C3"}})).await;
    let rows = WhatsApp.templates(&link(&server.uri())).await.unwrap();
    assert_eq!(rows.iter().map(|r| r.external_id.as_str()).collect::<Vec<_>>(), ["id-a", "id-b", "id-c", "id-d"]);
    let first = &rows[0];
    assert_eq!(
        (first.status.as_str(), first.template.category, first.template.header_kind, first.template.named),
        ("APPROVED", TemplateCategory::Marketing, HeaderKind::Image, true)
    );
    assert_eq!(first.template.slots().into_iter().map(|s| s.key).collect::<Vec<_>>(), ["header.link", "body.nome"]);
}

#[tokio::test]
async fn a_next_page_elsewhere_or_without_end_is_an_error_and_not_half_a_list() {
    let elsewhere = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let server = MockServer::start().await;
    page(&server, None, vec![row("a")], json!({"next": format!("{}/x?after=C1", elsewhere.uri())})).await;
    assert!(WhatsApp.templates(&link(&server.uri())).await.unwrap_err().detail.contains("another host"));
    elsewhere.verify().await;

    let circle = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": [], "paging": {"cursors": {"after": "SAME"}, "next": "x"}})))
        .expect(2)
        .mount(&circle)
        .await;
    assert!(WhatsApp.templates(&link(&circle.uri())).await.is_err());

    let endless = MockServer::start().await;
    let n = AtomicUsize::new(0);
    Mock::given(method("GET"))
        .respond_with(move |_: &wiremock::Request| ResponseTemplate::new(200).set_body_json(json!({"data": [row("a")], "paging": {"cursors": {"after": format!("C{}", n.fetch_add(1, Ordering::SeqCst))}, "next": "x"}})))
        .expect(100)
        .mount(&endless)
        .await;
    assert!(WhatsApp.templates(&link(&endless.uri())).await.is_err());

    let failing = MockServer::start().await;
    page(&failing, None, vec![row("a")], json!({"cursors": {"after": "C1"}, "next": "x"})).await;
    Mock::given(query_param("after", "C1")).respond_with(ResponseTemplate::new(400).set_body_json(envelope(80007))).mount(&failing).await;
    assert_eq!(WhatsApp.templates(&link(&failing.uri())).await.unwrap_err().problem, DeliveryProblem::RateLimited);
}
