//! The error envelope of the Graph API and what each code means, for synchronous answers and for failed statuses alike.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ids;

/// An error as Graph answers it: `{error:{message,type,code,error_subcode?,error_data?,error_user_title?,error_user_msg?,fbtrace_id}}`.
#[derive(Debug, Clone)]
pub struct GraphError {
    /// Meta's code, the one callers branch on.
    pub code: u32,
    /// HTTP status; a weak signal, most are 400.
    pub status: StatusCode,
    /// Finer code, used by template creation and tokens.
    pub subcode: Option<u32>,
    /// Whole text after "(#code) "; the title of the code when absent.
    pub message: Option<String>,
    /// Text for `error_data.details`.
    pub details: Option<String>,
    /// Text meant for a person: title and message.
    pub user: Option<Box<(String, String)>>,
    /// Value of `type`.
    pub kind: &'static str,
}

/// Result of everything that may end in a Graph error.
pub type GraphResult<T> = Result<T, GraphError>;

impl GraphError {
    /// The error of a code, with its usual title and HTTP status.
    pub fn new(code: u32) -> Self {
        Self { code, status: http_status(code), subcode: None, message: None, details: None, user: None, kind: "OAuthException" }
    }

    /// Code 100, with the text that follows "(#100) ".
    pub fn param(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new(100) }
    }

    /// Code 131009: a value breaks a rule.
    pub fn value(details: impl Into<String>) -> Self {
        Self::new(131009).details(details)
    }

    /// Code 131008: something required is missing.
    pub fn missing(details: impl Into<String>) -> Self {
        Self::new(131008).details(details)
    }

    /// Code 100, subcode 33: the object does not exist for this token.
    pub fn no_object(id: &str, method: &str) -> Self {
        Self {
            subcode: Some(33),
            kind: "GraphMethodException",
            message: Some(format!(
                "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation"
            )),
            ..Self::new(100)
        }
    }

    /// Code 190 with HTTP 401.
    pub fn token(message: &str, subcode: Option<u32>) -> Self {
        Self { subcode, message: Some(message.to_owned()), ..Self::new(190) }
    }

    /// Adds `error_data.details`.
    pub fn details(mut self, text: impl Into<String>) -> Self {
        self.details = Some(text.into());
        self
    }

    /// The JSON body of the answer.
    pub fn body(&self) -> Value {
        let message = match (&self.message, self.code) {
            (Some(text), 190) => text.clone(),
            (Some(text), 100) if self.subcode == Some(33) => text.clone(),
            (Some(text), code) => format!("(#{code}) {text}"),
            (None, code) => format!("(#{code}) {}", title(code)),
        };
        let mut error = json!({
            "message": message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": ids::fbtrace(),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({"messaging_product": "whatsapp", "details": details});
        }
        if let Some((title, text)) = self.user.as_deref() {
            error["is_transient"] = json!(false);
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(text);
        }
        json!({ "error": error })
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert("www-authenticate", axum::http::HeaderValue::from_static("OAuth \"Facebook Platform\" \"invalid_token\""));
        }
        response
    }
}

/// One element of `statuses[].errors[]` or `messages[].errors[]`.
pub fn status_error(code: u32, details: Option<&str>) -> Value {
    json!({
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": details.unwrap_or_else(|| explanation(code))},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
    })
}

/// HTTP status that goes with a code.
pub fn http_status(code: u32) -> StatusCode {
    match code {
        0 | 190 => StatusCode::UNAUTHORIZED,
        3 | 10 | 200..=299 | 368 | 131005 | 131031 | 130403 => StatusCode::FORBIDDEN,
        132001 => StatusCode::NOT_FOUND,
        130429 => StatusCode::TOO_MANY_REQUESTS,
        1 | 131000 => StatusCode::INTERNAL_SERVER_ERROR,
        2 | 131016 | 133004 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Code for an HTTP status that a fault asks for without naming a code.
pub fn code_for_status(status: u16) -> u32 {
    match status {
        401 => 190,
        403 => 10,
        404 => 132001,
        429 => 130429,
        500 => 131000,
        501..=599 => 131016,
        _ => 100,
    }
}

/// Short title of a code.
pub fn title(code: u32) -> &'static str {
    match code {
        0 => "AuthException",
        1 => "API Unknown",
        2 => "API Service",
        3 => "API Method",
        4 => "API Too Many Calls",
        10 => "Permission Denied",
        33 => "Parameter value is not valid",
        100 => "Invalid parameter",
        190 => "Access token has expired",
        200..=299 => "API Permission",
        368 => "Temporarily blocked for policies violations",
        80007 => "Rate limit issues",
        130403 => "User is blocked",
        130429 => "Rate limit hit",
        130472 => "User's number is part of an experiment",
        130497 => "Business account is restricted from messaging users in this country.",
        131000 => "Something went wrong",
        131005 => "Access denied",
        131008 => "Required parameter is missing",
        131009 => "Parameter value is not valid",
        131016 => "Service unavailable",
        131021 => "Recipient cannot be sender",
        131026 => "Message undeliverable",
        131030 => "Recipient phone number not in allowed list",
        131031 => "Account has been locked",
        131037 => "Display name not approved",
        131042 => "Business eligibility payment issue",
        131044 => "Business payment issue",
        131045 => "Incorrect certificate",
        131047 => "Re-engagement message",
        131048 => "Spam rate limit hit",
        131049 => "This message was not delivered to maintain healthy ecosystem engagement.",
        131050 => "User has stopped marketing messages from this business",
        131051 => "Message type unknown",
        131052 => "Media download error",
        131053 => "Media upload error",
        131055 => "Method not allowed",
        131056 => "(Business Account, Consumer Account) pair rate limit hit",
        131057 => "Account in maintenance mode",
        131060 => "This message is currently unavailable.",
        131062 => "Business-scoped user id is not supported for this message",
        131063 => "Marketing messages are disabled",
        131064 => "Template classification limit hit",
        132000 => "Number of parameters does not match the expected number of params",
        132001 => "Template name does not exist in the translation",
        132005 => "Translated text too long",
        132007 => "Template format character policy violated",
        132008 => "Template parameter format does not match",
        132012 => "Parameter format does not match format in the created template",
        132015 => "Template is paused",
        132016 => "Template is disabled",
        132018 => "There was an issue with the parameters in your template",
        132068 => "Flow is in blocked state",
        132069 => "Flow is in throttled state",
        133000 => "Incomplete deregistration",
        133004 => "Server temporarily unavailable",
        133005 => "Two step verification PIN mismatch",
        133006 => "Phone number re-verification needed",
        133008 => "Too many two step verification PIN guesses",
        133009 => "Two step verification PIN guessed too fast",
        133010 => "Phone number not registered",
        133015 => "Please wait a few minutes before attempting to register this phone number",
        133016 => "Account register deregister rate limit exceeded",
        135000 => "Generic user error",
        137000 => "Identity key check failed",
        2593107 => "Synchronization request limit exceeded",
        2593108 => "Synchronization request made outside of the time window",
        _ => "Unknown error",
    }
}

/// Longer sentence of a code, used as `error_data.details` of failed statuses.
pub fn explanation(code: u32) -> &'static str {
    match code {
        130429 => "Message failed to send because there were too many messages sent from this phone number in a short period of time.",
        130472 => "Failed to send message because this user's phone number is part of an experiment.",
        131026 => "Message Undeliverable.",
        131047 => "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
        131048 => {
            "Message failed to send because there are restrictions on how many messages can be sent from this phone number. This may be because too many previous messages were blocked or flagged as spam."
        }
        131049 => "This message was not delivered to maintain healthy ecosystem engagement.",
        131050 => "The user has opted out of receiving marketing messages from your business.",
        131053 => "Unable to upload the media used in the message.",
        131056 => {
            "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time."
        }
        code => title(code),
    }
}
