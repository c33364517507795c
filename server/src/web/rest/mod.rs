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
mod hours;
#[expect(unused_qualifications, reason = "written by the macros of the document")]
mod message;
mod page;
mod people;
mod reason;
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
use std::time::Duration;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest body of a call.
pub const BODY_MAX: usize = 256 * 1024;
/// A call that takes longer is answered in the API's own words, before the server's limit for all requests ends it.
const CALL_TIME: Duration = Duration::from_secs(55);

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
        .routes(routes!(reason::list_reasons))
        .routes(routes!(hours::get_hours))
        .routes(routes!(contact::list_contacts))
        .routes(routes!(contact::get_contact, contact::change_contact))
        .routes(routes!(contact::change_contact_tags))
        .routes(routes!(contact::list_tags))
        .routes(routes!(contact::list_contact_fields))
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
        .fallback(nothing)
        .method_not_allowed_fallback(|| async { Refusal::wrong_method() })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(to_the_end))
}

/// What no operation answers to.
pub async fn nothing() -> Response {
    Refusal::from(Fault::Missing).into_response()
}

/// A call runs to its end also when the client hangs up in the middle: what was begun is either whole or not there. So it
/// does when it takes longer than the client is kept waiting.
async fn to_the_end(request: Request, next: Next) -> Response {
    let mut response = match tokio::time::timeout(CALL_TIME, tokio::spawn(next.run(request))).await {
        Ok(Ok(response)) => response,
        Ok(Err(e)) => Refusal::from(service::Error::Other(e.to_string())).into_response(),
        Err(_) => Refusal::from(Fault::Unavailable).into_response(),
    };
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
    describe(document);
}

fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => *text = to.to_owned(),
        Value::Array(list) => list.iter_mut().for_each(|v| rename(v, from, to)),
        Value::Object(map) => map.values_mut().for_each(|v| rename(v, from, to)),
        _ => {}
    }
}

/// Descriptions come from the sources, where they name rules of a specification that users of the API do not have.
fn describe(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(describe),
        Value::Object(map) => {
            for key in ["description", "summary", "title"] {
                if let Some(Value::String(text)) = map.get_mut(key) {
                    *text = without_rules(text);
                }
            }
            map.values_mut().for_each(describe);
        }
        _ => {}
    }
}

/// The text without its references in parentheses, such as ` (TE-2)` or ` (03, section 3.5)`.
fn without_rules(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside, after)) = rest.split_once('(').and_then(|(b, r)| r.split_once(')').map(|(i, a)| (b, i, a))) {
        if is_reference(inside) {
            out.push_str(before.trim_end());
        } else {
            out.extend([before, "(", inside, ")"]);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `TE-2`, `AB-8 and 21`, `03, sections 3.5 and 3.6`; not a number alone.
fn is_reference(inside: &str) -> bool {
    let number = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit() || c == '.');
    let rule = |word: &str| {
        word.split_once('-')
            .is_some_and(|(name, n)| (2..=3).contains(&name.len()) && name.chars().all(|c| c.is_ascii_uppercase()) && number(n))
    };
    let mut names = false;
    inside.split([' ', ',', ';']).filter(|word| !word.is_empty()).all(|word| {
        let named = rule(word) || matches!(word, "section" | "sections" | "group" | "groups");
        names |= named;
        named || number(word) || matches!(word, "and" | "to")
    }) && names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_rules_are_left_out_and_nothing_else_is() {
        for (from, to) in [
            ("A team (TE-2).", "A team."),
            ("Works out the sets (03, sections 3.5 and 3.6). More (AB-8, 21)", "Works out the sets. More"),
            ("The text (at most 100).", "The text (at most 100)."),
            ("No such thing (404, 410) or an error (5 and 6)", "No such thing (404, 410) or an error (5 and 6)"),
            ("Meta's limit (UTF-8 text)", "Meta's limit (UTF-8 text)"),
            ("open ( and no end", "open ( and no end"),
            ("", ""),
        ] {
            assert_eq!(without_rules(from), to);
        }
    }

    /// What matches `\b[A-Z]{2,3}-\d`.
    fn names_a_rule(text: &str) -> bool {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| {
            word.split_once('-').is_some_and(|(name, number)| {
                (2..=3).contains(&name.len())
                    && name.chars().all(|c| c.is_ascii_uppercase())
                    && number.starts_with(|c: char| c.is_ascii_digit())
            })
        })
    }

    #[test]
    fn the_document_names_no_rule_of_a_specification() {
        assert!(names_a_rule("see (RE-3)") && names_a_rule("NX-1.") && !names_a_rule("e-mail, 24-hour, pt-BR"));
        let text = document_json();
        let named: Vec<&str> = text.lines().filter(|line| names_a_rule(line)).collect();
        assert!(named.is_empty(), "{named:#?}");
    }
}
