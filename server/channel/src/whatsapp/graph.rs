//! Calls to the Graph API: addresses, bounded answers, refusals.

use super::{VERSION, errors, wire};
use crate::error::transport;
use crate::{Link, Policy, SendError, USER_AGENT};
use model::DeliveryProblem;
use reqwest::{RequestBuilder, Response, Url};
use serde_json::Value;

/// Bytes of an answer that are read; a page of 100 templates has about half a megabyte.
const ANSWER_MAX: usize = 8 << 20;

/// The base of the Graph API; a wrong one is a set-up fault of the channel.
pub(super) fn base(link: &Link) -> Result<Url, SendError> {
    let wrong = || SendError::new(Policy::Account, DeliveryProblem::ChannelDown, "the address of the Graph API is not one");
    let url = Url::parse(&link.graph_url).map_err(|_| wrong())?;
    if url.host_str().is_none() || !matches!(url.scheme(), "http" | "https") { Err(wrong()) } else { Ok(url) }
}

/// `{base}/{version}/{path…}`, each segment escaped.
pub(super) fn endpoint(link: &Link, path: &[&str]) -> Result<Url, SendError> {
    if let Some(bad) = path.iter().find(|s| matches!(s.trim(), "" | "." | "..")) {
        return Err(SendError::new(
            Policy::Account,
            DeliveryProblem::ChannelDown,
            format!("an id of the channel is missing or wrong: {bad:?}"),
        ));
    }
    let mut url = base(link)?;
    match url.path_segments_mut() {
        Ok(mut segments) => segments.pop_if_empty().push(VERSION).extend(path),
        Err(()) => return Err(SendError::new(Policy::Account, DeliveryProblem::ChannelDown, "the address of the Graph API is not one")),
    };
    Ok(url)
}

/// The request with what every call carries.
pub(super) fn signed(link: &Link, request: RequestBuilder) -> RequestBuilder {
    request.bearer_auth(&link.access_token).header(reqwest::header::USER_AGENT, USER_AGENT)
}

/// Makes the call and reads its answer. `repeatable`: see [`transport`].
pub(super) async fn call(link: &Link, request: RequestBuilder, repeatable: bool) -> Result<Value, SendError> {
    answer(signed(link, request), repeatable).await
}

/// The same for a request that carries all it needs already.
pub(super) async fn answer(request: RequestBuilder, repeatable: bool) -> Result<Value, SendError> {
    let response = request.send().await.map_err(|e| transport(e, repeatable))?;
    let status = response.status().as_u16();
    let body = bounded(response).await;
    if !(200..300).contains(&status) {
        return Err(refusal(status, &body.unwrap_or_default()));
    }
    match body.map(|b| wire::parse(&b)) {
        Ok(Ok(answer)) if answer.get("error").is_some_and(Value::is_object) => Err(refused(&answer["error"], status)),
        Ok(Ok(answer)) if answer.is_object() => Ok(answer),
        Ok(_) if repeatable => Err(SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, "an answer that is not JSON")),
        Ok(_) => Err(SendError::uncertain("an answer that is not JSON")),
        Err(e) => Err(transport(e, repeatable)),
    }
}

/// The answer's body, cut off at [`ANSWER_MAX`], so that what is longer does not parse.
async fn bounded(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk[..chunk.len().min(ANSWER_MAX - body.len())]);
        if body.len() >= ANSWER_MAX {
            break;
        }
    }
    Ok(body)
}

/// What an answer other than 2xx means: Meta's envelope when there is one, otherwise the status.
pub(super) fn refusal(status: u16, body: &[u8]) -> SendError {
    let parsed = wire::parse(body).ok();
    if let Some(error) = parsed.as_ref().and_then(|v| v.get("error")).filter(|e| e.get("code").is_some()) {
        return refused(error, status);
    }
    let words = format!("HTTP {status} {}", String::from_utf8_lossy(&body[..body.len().min(300)]).trim());
    match status {
        401 => SendError::new(Policy::Account, DeliveryProblem::TokenExpired, words),
        // A gateway gave up on somebody who may have got the request.
        502 | 504 => SendError::uncertain(words),
        429 => SendError::new(Policy::Retry, DeliveryProblem::RateLimited, words),
        408 | 500..=599 => SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, words),
        413 => SendError::new(Policy::Never, DeliveryProblem::TooLong, words),
        _ => SendError::new(Policy::Never, DeliveryProblem::Unknown, words),
    }
}

fn refused(error: &Value, status: u16) -> SendError {
    let e = errors::read(error, Some(status));
    tracing::info!(code = e.code, status, trace = wire::text(error, "fbtrace_id"), "the Graph API refused a call");
    e
}

/// For calls that may be made again whatever happened: nothing is uncertain.
pub(super) fn repeatable(e: SendError) -> SendError {
    if e.policy == Policy::Uncertain { SendError { policy: Policy::Retry, problem: DeliveryProblem::NetworkDown, ..e } } else { e }
}
