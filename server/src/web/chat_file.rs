//! A file that a website's visitor sends: its bytes come by HTTP, the message that it becomes goes out over the sockets.

use super::chat::{origin_is_ours, refused_code};
use super::{Web, session};
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use service::media::Announced;
use service::{channels, visitor};
use std::net::SocketAddr;
use std::num::NonZeroU32;

/// Files that one address may send in a minute.
const FILES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// How many files come from where.
pub struct FileLimits(DefaultKeyedRateLimiter<String>);

impl Default for FileLimits {
    fn default() -> Self {
        FileLimits(RateLimiter::keyed(Quota::per_minute(FILES_PER_MINUTE)))
    }
}

/// What the frame says of a file.
#[derive(Deserialize)]
pub struct Asked {
    client_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    lang: String,
}

/// What the frame is answered; `code` as in the socket's errors.
#[derive(Serialize)]
struct Refused {
    code: &'static str,
}

fn refuse(status: StatusCode, code: &'static str) -> Response {
    (status, axum::Json(Refused { code })).into_response()
}

/// `POST /chat/{key}/file?client_id=…&name=…`: the file as the body; ticket and token in headers, so that neither is ever
/// in an address. Answers the message as the socket shows it, with the visitor's token.
pub async fn bring(
    State(web): State<Web>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let row = match channels::by_key(&web.desk, &key).await {
        Ok(Some(row)) => row,
        Ok(None) => return refuse(StatusCode::NOT_FOUND, "closed"),
        Err(e) => return fault(e),
    };
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if !origin_is_ours(&headers) {
        return refuse(StatusCode::FORBIDDEN, "bad_frame");
    }
    if !text("x-chat-ticket").is_some_and(|t| visitor::ticket_holds(&web.desk, &row, t)) {
        return refuse(StatusCode::FORBIDDEN, "bad_ticket");
    }
    let address = service::auth::network(&session::address(&web, &headers, Some(peer)));
    if web.chat.files.0.check_key(&address).is_err() {
        return refuse(StatusCode::TOO_MANY_REQUESTS, "rate_limited");
    }
    let mut who = match visitor::admit(&web.desk, &row, text("x-chat-token")).await {
        Ok(who) => who,
        Err(e) => return fault(e),
    };
    let size = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let announced = Announced { name: asked.name, size };
    let name = visitor::default_name(&asked.lang);
    let bytes = request.into_body().into_data_stream();
    match visitor::bring(&web.desk, &row, &mut who, &asked.client_id, announced, bytes, name).await {
        Ok(message) => axum::Json(serde_json::json!({ "token": who.token, "message": message })).into_response(),
        Err(e) => fault(e),
    }
}

fn fault(e: service::Error) -> Response {
    let fault = e.into_fault();
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    refuse(status, refused_code(&fault))
}
