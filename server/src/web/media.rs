//! Files of messages, for those who may see their conversation.

use super::session::Who;
use axum::extract::{Extension, Path, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::{Fault, MediaId};
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// Types that a browser shows without running anything.
const SHOWN: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/amr",
    "audio/wav",
    "video/mp4",
    "video/3gpp",
    "video/webm",
];

/// `GET /media/{id}`, with ranges.
pub async fn get(Extension(Who(cx)): Extension<Who>, Path(id): Path<String>, request: Request) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(id) = id.parse::<MediaId>() else { return refuse(Fault::Missing) };
    let file = match service::media::find(&cx, id).await {
        Ok(file) => file,
        Err(e) => return refuse(e.into_fault()),
    };
    let shown = SHOWN.contains(&file.mime.as_str());
    let mime = if shown { file.mime.as_str() } else { "application/octet-stream" };
    let tag = format!("\"{}\"", file.sha256.get(..32).unwrap_or_default());
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match ServeFile::new(&file.path).oneshot(request).await {
            Ok(served) => served.map(axum::body::Body::new),
            Err(never) => match never {},
        }
    };
    let headers = response.headers_mut();
    let mut put = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, mime);
    put(header::CONTENT_DISPOSITION, &disposition(shown, &file.file_name));
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'");
    put(header::CACHE_CONTROL, "private, max-age=3600");
    put(header::ETAG, &tag);
    put(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

/// Inline or attachment, with the name in both spellings that browsers know.
fn disposition(shown: bool, name: &str) -> String {
    let kind = if shown { "inline" } else { "attachment" };
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.trim().is_empty() {
        return kind.to_owned();
    }
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let coded: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"._-".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{coded}")
}

fn refuse(fault: Fault) -> Response {
    (StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::NOT_FOUND), axum::Json(fault)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_break_the_header() {
        assert_eq!(disposition(true, ""), "inline");
        assert_eq!(disposition(false, "../a\"b\r\nç.pdf"), "attachment; filename=\"a_b___.pdf\"; filename*=UTF-8''a%22b%0D%0A%C3%A7.pdf");
    }
}
