//! The REST API, `/api/v1`: for programs, with bearer tokens. Cookies are not looked at.
//!
//! Every operation names its shapes where it stands, and the OpenAPI document is made from that. Handlers are thin: they
//! read the request and ask the same functions of `service` that the screens ask, as the token's user.

mod act;
#[expect(unused_qualifications, reason = "written by the macros of the document")]
mod contact;
#[expect(unused_qualifications, reason = "written by the macros of the document")]
mod conversation;
mod error;
mod extract;
#[expect(unused_qualifications, reason = "written by the macros of the document")]
mod message;
mod page;
mod people;
#[expect(unused_qualifications, reason = "written by the macros of the document")]
mod template;

pub use error::{ErrorBody, ErrorDetail};

use super::Web;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use error::Refusal;
use http::{HeaderValue, header};
use model::Fault;
use serde_json::{Value, json};
use std::sync::OnceLock;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest body of a call.
pub const BODY_MAX: usize = 256 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Prosa API",
        description = "Conversations, contacts and messages of one account, as one of its members.\n\n\
            Send `Authorization: Bearer prosa_…`; `prosa token` makes a token. What the member may not see does not exist for it (404). \
            Ids are decimal strings, times are milliseconds since 1970 in UTC. Lists are pages: pass `next` as `after` to read on, until it is null."
    ),
    servers((url = "/api/v1")),
    security(("token" = [])),
    components(schemas(ErrorBody)),
    modifiers(&Token),
    tags(
        (name = "account", description = "Who the token acts for, and the account's people, teams and channels"),
        (name = "contacts", description = "Customers"),
        (name = "conversations", description = "Lists, timelines, and what people do with a conversation"),
        (name = "templates", description = "Approved templates of a channel")
    )
)]
struct Document;

/// The one way to sign in.
struct Token;

impl utoipa::Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token that `prosa token` printed")).build();
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

fn api() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(people::me))
        .routes(routes!(people::list_users))
        .routes(routes!(people::list_teams))
        .routes(routes!(people::list_channels))
        .routes(routes!(contact::list_contacts))
        .routes(routes!(contact::get_contact))
        .routes(routes!(template::list_templates))
        .routes(routes!(conversation::list_conversations, act::start_conversation))
        .routes(routes!(conversation::get_conversation))
        .routes(routes!(message::list_messages, message::send_message))
        .routes(routes!(act::assume_conversation))
        .routes(routes!(act::transfer_conversation))
        .routes(routes!(act::conclude_conversation))
        .routes(routes!(act::restart_conversation))
        .routes(routes!(act::read_conversation))
}

/// Its routes, without the `/api/v1` before them.
pub fn routes(_: Web) -> Router<Web> {
    let (router, _) = api().split_for_parts();
    router
        .route("/openapi.json", get(document))
        .fallback(|| async { Refusal::from(Fault::Missing) })
        .method_not_allowed_fallback(|| async { Refusal::wrong_method() })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(to_the_end))
}

/// A call runs to its end also when the client hangs up in the middle: what was begun is either whole or not there.
async fn to_the_end(request: Request, next: Next) -> Response {
    let done = tokio::spawn(next.run(request)).await;
    let mut response = done.unwrap_or_else(|e| Refusal::from(service::Error::Other(e.to_string())).into_response());
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The document; made once.
async fn document() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(document_json).as_str();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The OpenAPI document as JSON.
pub fn document_json() -> String {
    let mut document = serde_json::to_value(api().into_openapi()).unwrap_or_default();
    tidy(&mut document);
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// What the macros cannot say: a page refers to the shape of its rows, and a time is more than a number.
fn tidy(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for (name, schema) in schemas.iter_mut() {
        if let (Some(row), Some(rows)) = (name.strip_prefix("Page_"), schema.pointer_mut("/properties/items/items")) {
            *rows = json!({ "$ref": format!("#/components/schemas/{row}") });
        }
    }
    if let Some(mut number) = schemas.remove("i64") {
        number["description"] = "Milliseconds since 1970 in UTC".into();
        schemas.insert("Millis".into(), number);
    }
    rename(document, "#/components/schemas/i64", "#/components/schemas/Millis");
}

fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => *text = to.to_owned(),
        Value::Array(list) => list.iter_mut().for_each(|v| rename(v, from, to)),
        Value::Object(map) => map.values_mut().for_each(|v| rename(v, from, to)),
        _ => {}
    }
}
