//! Photos of people and of contacts, for those who work with them, and of the company where contacts see it.

use super::refuse;
use super::session::Who;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, Query};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use model::{ChannelId, ContactId, Fault, UserId};
use serde::Deserialize;
use service::{Cx, avatar, channels, contact};

/// Which photo an address means.
#[derive(Deserialize)]
pub struct Version {
    #[serde(default)]
    v: String,
}

/// `GET /photo/{user}?v=<mark>`.
pub async fn get(Extension(Who(cx)): Extension<Who>, Path(user): Path<String>, version: Query<Version>, headers: HeaderMap) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(user) = user.parse::<UserId>() else { return refuse(Fault::Missing) };
    show(&cx, avatar::find(&cx, user).await, &version.v, &headers).await
}

/// `GET /photo/contact/{id}?v=<mark>`.
pub async fn get_contact(
    Extension(Who(cx)): Extension<Who>,
    Path(id): Path<String>,
    version: Query<Version>,
    headers: HeaderMap,
) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(id) = id.parse::<ContactId>() else { return refuse(Fault::Missing) };
    show(&cx, contact::photo(&cx, id).await, &version.v, &headers).await
}

/// `GET /photo/channel/{id}`: the company's photo as the network shows it now.
pub async fn get_channel(Extension(Who(cx)): Extension<Who>, Path(id): Path<String>) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(id) = id.parse::<ChannelId>() else { return refuse(Fault::Missing) };
    match channels::picture(&cx, id).await {
        Ok(photo) => {
            let head = [
                (header::CONTENT_TYPE, "image/jpeg"),
                (header::CACHE_CONTROL, "private, no-cache"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
            ];
            (head, photo).into_response()
        }
        Err(e) => refuse(e.into_fault()),
    }
}

/// The mark changes with the photo: under the address that bears it a browser keeps it.
async fn show(cx: &Cx, found: service::Result<String>, version: &str, headers: &HeaderMap) -> Response {
    let hash = match found {
        Ok(found) => found,
        Err(e) => return refuse(e.into_fault()),
    };
    let tag = format!("\"{}\"", hash.get(..32).unwrap_or_default());
    let is_this = avatar::mark(&hash) == version;
    let cache = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, if is_this { "private, max-age=31536000, immutable" } else { "private, no-cache" }),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, cache).into_response();
    }
    match cx.desk().storage.read(&hash, None).await {
        // This server drew it: it is a JPEG.
        Ok(photo) => (cache, [(header::CONTENT_TYPE, "image/jpeg")], Body::from_stream(photo)).into_response(),
        Err(e) => {
            tracing::warn!(error = %e, "a photo is not where it should be");
            refuse(Fault::Missing)
        }
    }
}

/// `POST /photo`: the file as the body. Answers the new mark.
pub async fn put(Extension(Who(cx)): Extension<Who>, file: Bytes) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    taken(avatar::save(&cx, file.into()).await)
}

/// `POST /photo/contact/{id}`: the file as the body. Answers the new mark.
pub async fn put_contact(Extension(Who(cx)): Extension<Who>, Path(id): Path<String>, file: Bytes) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(id) = id.parse::<ContactId>() else { return refuse(Fault::Missing) };
    taken(contact::save_photo(&cx, id, file.into()).await)
}

/// `POST /photo/channel/{id}`: the file as the body. Answers the new mark.
pub async fn put_channel(Extension(Who(cx)): Extension<Who>, Path(id): Path<String>, file: Bytes) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(id) = id.parse::<ChannelId>() else { return refuse(Fault::Missing) };
    taken(channels::save_picture(&cx, id, file.into()).await)
}

fn taken(saved: service::Result<String>) -> Response {
    match saved {
        Ok(hash) => axum::Json(avatar::mark(&hash)).into_response(),
        Err(e) => refuse(e.into_fault()),
    }
}
