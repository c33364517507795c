//! People's photos, for their colleagues.

use super::refuse;
use super::session::Who;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use model::{Fault, UserId};

/// `GET /photo/{user}?v=<mark>`. The mark changes with the photo, so that browsers may keep it.
pub async fn get(Extension(Who(cx)): Extension<Who>, Path(user): Path<String>, headers: HeaderMap) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(user) = user.parse::<UserId>() else { return refuse(Fault::Missing) };
    let hash = match service::avatar::find(&cx, user).await {
        Ok(found) => found,
        Err(e) => return refuse(e.into_fault()),
    };
    let tag = format!("\"{}\"", hash.get(..32).unwrap_or_default());
    let cache = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, "private, max-age=86400"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, cache).into_response();
    }
    match cx.desk().storage.read(&hash, None).await {
        // This server drew it: it is a JPEG.
        Ok(photo) => (cache, [(header::CONTENT_TYPE, "image/jpeg")], Body::from_stream(photo)).into_response(),
        Err(e) => {
            tracing::warn!(%user, error = %e, "a photo is not where it should be");
            refuse(Fault::Missing)
        }
    }
}

/// `POST /photo`: the file as the body. Answers the new mark.
pub async fn put(Extension(Who(cx)): Extension<Who>, file: Bytes) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    match service::avatar::save(&cx, file.into()).await {
        Ok(hash) => axum::Json(hash.get(..16).unwrap_or_default().to_owned()).into_response(),
        Err(e) => refuse(e.into_fault()),
    }
}
