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
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::Router;
use error::Refusal;
use http::{HeaderValue, header};
use model::Fault;
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
    api().into_openapi().to_pretty_json().unwrap_or_default()
}
