//! Meta's webhooks: verified over the raw bytes, on disk, then answered.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use model::ChannelKind;
use serde::Deserialize;
use service::{Desk, channels, inbound};
use sha2::{Digest, Sha256};

/// The query of Meta's verification.
#[derive(Deserialize)]
pub struct Verification {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
    #[serde(rename = "hub.verify_token", default)]
    token: String,
}

/// `GET /webhooks/meta`: answers the challenge as text when the token is one of ours.
pub async fn verify(State(desk): State<Desk>, Query(asked): Query<Verification>) -> Response {
    let known = match channels::secrets(&desk, ChannelKind::WhatsApp).await {
        Ok(known) => known,
        Err(e) => return status_of(e),
    };
    let same = |ours: &str| !ours.is_empty() && Sha256::digest(ours) == Sha256::digest(&asked.token);
    match asked.challenge {
        Some(challenge) if asked.mode == "subscribe" && known.iter().any(|s| same(&s.verify_token)) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response()
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// `POST /webhooks/meta`: 401 for a signature that is not ours, 200 when the body is on disk, 503 when it could not be
/// put there. What is in it never changes the answer.
pub async fn receive(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let secrets: Vec<String> = match channels::secrets(&desk, ChannelKind::WhatsApp).await {
        Ok(known) => known.into_iter().map(|s| s.app_secret).collect(),
        Err(e) => return status_of(e),
    };
    let signature = headers.get("x-hub-signature-256").and_then(|v| v.to_str().ok());
    let adapter = channel::adapter(ChannelKind::WhatsApp);
    // Every secret is tried, so that the time does not tell which one fits.
    let fits = |secret: &String| adapter.verify(std::slice::from_ref(secret), signature, &body);
    let Some(signer) = secrets.iter().filter(|secret| fits(secret)).fold(None, |first, secret| first.or(Some(secret))) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match inbound::receive_signed(&desk, ChannelKind::WhatsApp, body.to_vec(), signer).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(e) => status_of(e),
    }
}

fn status_of(e: service::Error) -> Response {
    e.into_fault();
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
