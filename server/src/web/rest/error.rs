//! Refusals as the API answers them: `{"error": {"code", "message", "fields"}}`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::Fault;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::openapi::{Ref, RefOr, Response as Described, ResponseBuilder, content::ContentBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Every answer that is not a success.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// For programs; stays the same.
    #[schema(example = "invalid")]
    pub code: String,
    /// For people, in English.
    pub message: String,
    /// What is wrong with which input, such as `{"limit": "not_allowed"}`; empty when it is not about the input.
    pub fields: BTreeMap<String, String>,
    /// What the code is about, such as the `conversation_id` of `already_open`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Map<String, Value>>,
}

/// A refusal on its way out.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    retry_after: Option<i64>,
    detail: ErrorDetail,
}

/// What a handler answers.
pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    fn plain(status: StatusCode, code: &str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            retry_after: None,
            detail: ErrorDetail { code: code.into(), message: message.into(), fields: BTreeMap::new(), details: None },
        }
    }

    /// The body is no JSON.
    pub fn malformed(why: impl std::fmt::Display) -> Refusal {
        Refusal::plain(StatusCode::BAD_REQUEST, "malformed", format!("The body is not JSON: {why}."))
    }

    /// One input is not what it should be; `wrong` is a word of [`model::Wrong`] or `malformed`.
    pub fn field(field: &str, wrong: &str, why: impl std::fmt::Display) -> Refusal {
        let mut refusal =
            Refusal::plain(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("Some fields are not right: {field} ({why})."));
        refusal.detail.fields.insert(field.to_owned(), wrong.to_owned());
        refusal
    }

    pub fn wrong_method() -> Refusal {
        Refusal::plain(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
    }

    pub fn not_json() -> Refusal {
        Refusal::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send the body as application/json.")
    }

    pub fn too_large() -> Refusal {
        Refusal::plain(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("The body is larger than {} KB.", super::BODY_MAX / 1024))
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut refusal = Refusal::plain(status, fault.code(), fault.to_string());
        match &fault {
            Fault::Invalid { fields } => {
                refusal.detail.fields = fields.iter().map(|f| (f.field.clone(), f.wrong.word().to_owned())).collect()
            }
            Fault::TemplateValues { keys } => {
                refusal.detail.fields =
                    keys.iter().map(|k| (format!("template.values.{k}"), model::Wrong::Required.word().to_owned())).collect();
            }
            Fault::Throttled { seconds } | Fault::RateLimited { seconds } => refusal.retry_after = Some(*seconds),
            Fault::Unavailable => refusal.retry_after = Some(5),
            _ => {
                // What the fault carries besides its code.
                if let Ok(Value::Object(mut details)) = serde_json::to_value(&fault) {
                    details.remove("code");
                    refusal.detail.details = (!details.is_empty()).then_some(details);
                }
            }
        }
        refusal
    }
}

impl From<service::Error> for Refusal {
    fn from(e: service::Error) -> Refusal {
        e.into_fault().into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorBody { error: self.detail })).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Prosa\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}

fn described(text: &str) -> RefOr<Described> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    ResponseBuilder::new().description(text).content("application/json", content).build().into()
}

fn all(list: &[(&str, &str)]) -> BTreeMap<String, RefOr<Described>> {
    list.iter().map(|(status, text)| ((*status).to_owned(), described(text))).collect()
}

/// Errors of every operation.
pub struct Common;

impl IntoResponses for Common {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        all(&[
            ("401", "No token, or one that does not hold any more (`signed_out`)"),
            ("422", "Some input is not right (`invalid`, `template_values`, `choose_team`, `reason_required`); `fields` says which"),
            ("500", "Our fault (`internal`); the reference is in the server's log"),
            ("503", "The server is busy or restarting (`unavailable`); try again"),
        ])
    }
}

/// Errors of operations on one thing.
pub struct OfOne;

impl IntoResponses for OfOne {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        all(&[("404", "It does not exist, or the token's user may not see it (`missing`)")])
    }
}

/// Errors of operations that change something.
pub struct OfChange;

impl IntoResponses for OfChange {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        all(&[
            ("403", "The token's user sees it but may not do this (`forbidden`, `not_your_team`, `not_assignee`, `only_assignee`)"),
            (
                "409",
                "Its state does not allow this (`wrong_state`, `already_assumed`, `window_closed`, `category_mismatch`, `template_missing`, \
                 `cannot_start`, `served_by`, `already_open`, `contact_blocked`, `person_unavailable`, `person_absent`, `same_target`, `channel_down`, `key_reused`, `conflict`)",
            ),
            ("429", "Too much at once (`too_many_waiting`, `rate_limited`)"),
        ])
    }
}

/// Errors of operations that read a body.
pub struct OfBody;

impl IntoResponses for OfBody {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        all(&[
            ("400", "The body is not JSON (`malformed`)"),
            ("413", "The body is too large (`too_large`)"),
            ("415", "The body is not announced as JSON (`unsupported_media_type`)"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ConversationId, Wrong};

    #[test]
    fn a_fault_keeps_its_code_status_and_what_it_carries() {
        let open = Refusal::from(Fault::AlreadyOpen { conversation_id: ConversationId(7) });
        assert_eq!((open.status.as_u16(), open.detail.code.as_str()), (409, "already_open"));
        assert_eq!(open.detail.details.unwrap()["conversation_id"], "7");
        let field = Refusal::from(Fault::field("text", Wrong::TooLong));
        assert_eq!(field.detail.fields["text"], "too_long");
        assert!(field.detail.details.is_none());
        let values = Refusal::from(Fault::TemplateValues { keys: vec!["body.1".into()] });
        assert_eq!(values.detail.fields["template.values.body.1"], "required");
        assert_eq!(Refusal::from(Fault::RateLimited { seconds: 9 }).into_response().headers()[header::RETRY_AFTER], "9");
        assert_eq!(Refusal::from(Fault::SignedOut).into_response().headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"Prosa\"");
    }
}
