//! Files for what is no message: Meta's resumable uploads (20, section 3.4), which end with a handle.

use super::{graph, wire};
use crate::{Link, Policy, SendError, USER_AGENT};
use bytes::Bytes;
use model::DeliveryProblem;
use reqwest::header;

/// Gives a file to the app that the token belongs to, in one piece; answers its handle. May be repeated: a handle that
/// nothing names is forgotten.
pub(super) async fn upload(link: &Link, mime: &str, name: &str, bytes: Bytes) -> Result<String, SendError> {
    let app = app(link).await?;
    let mut url = graph::endpoint(link, &[&app, "uploads"])?;
    url.query_pairs_mut()
        .append_pair("file_length", &bytes.len().to_string())
        .append_pair("file_type", mime)
        .append_pair("file_name", name);
    let begun = graph::call(link, link.http.post(url), true).await.map_err(graph::repeatable)?;
    let session = wire::word(&begun, "id").filter(|id| id.starts_with("upload:")).ok_or_else(|| broken("an upload without a session"))?;
    // The id is a piece of an address, with a signature as its query.
    let (path, query) = session.split_once('?').map_or((session.as_str(), None), |(path, query)| (path, Some(query)));
    let mut url = graph::endpoint(link, &[path])?;
    url.set_query(query);
    let request = link
        .http
        .post(url)
        // This address knows the token by this word only.
        .header(header::AUTHORIZATION, format!("OAuth {}", link.access_token))
        .header(header::USER_AGENT, USER_AGENT)
        .header("file_offset", "0")
        .body(bytes);
    let done = graph::answer(request, true).await.map_err(graph::repeatable)?;
    wire::word(&done, "h").ok_or_else(|| broken("an upload without a handle"))
}

/// The id of the app that the token was made for; the token itself stays out of addresses.
async fn app(link: &Link) -> Result<String, SendError> {
    let mut url = graph::endpoint(link, &["app"])?;
    url.query_pairs_mut().append_pair("fields", "id");
    let answer = graph::call(link, link.http.get(url), true).await.map_err(graph::repeatable)?;
    wire::word(&answer, "id").ok_or_else(|| broken("a token without an app"))
}

fn broken(detail: &str) -> SendError {
    SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, detail)
}
