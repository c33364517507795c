//! Files: those of messages, for those who may see their conversation; those of links; those that come in to be sent.

use super::refuse;
use super::session::Who;
use axum::body::Body;
use axum::extract::{Extension, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{Fault, FileWish, MediaId, Wrong};
use serde::Deserialize;
use service::media::File;
use service::{Cx, Desk};

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

/// Shown by the browser's reader, in a frame of ours.
const PAPER: &str = "application/pdf";

/// `GET /media/{id}`, with ranges.
pub async fn get(Extension(Who(cx)): Extension<Who>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    open(cx, &id, false, &headers).await
}

/// `GET /media/{id}/small`: a small picture of a file that has one.
pub async fn small(Extension(Who(cx)): Extension<Who>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    open(cx, &id, true, &headers).await
}

async fn open(cx: Option<Cx>, id: &str, small: bool, headers: &HeaderMap) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(id) = id.parse::<MediaId>() else { return refuse(Fault::Missing) };
    match service::media::find(&cx, id, small).await {
        Ok(file) => serve(cx.desk(), &file, headers, "private, max-age=3600").await,
        Err(e) => refuse(e.into_fault()),
    }
}

/// `GET /f/{token}`: a link that a contact got; nobody signs in for it.
pub async fn linked(State(desk): State<Desk>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let found = service::media::linked(&desk, &token).await;
    let mut response = match found {
        Ok(file) => serve(&desk, &file, &headers, "private, no-store").await,
        Err(e) => refuse(e.into_fault()),
    };
    response.headers_mut().insert(header::HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}

/// Answers the file, or the part of it that was asked for, as a stream.
async fn serve(desk: &Desk, file: &File, asking: &HeaderMap, cache: &str) -> Response {
    let paper = file.mime == PAPER;
    let shown = paper || SHOWN.contains(&file.mime.as_str());
    let mime = if shown { file.mime.as_str() } else { "application/octet-stream" };
    let tag = format!("\"{}\"", file.sha256.get(..32).unwrap_or_default());
    let asked = |name: header::HeaderName| asking.get(name).and_then(|v| v.to_str().ok());
    let known = asked(header::IF_NONE_MATCH) == Some(tag.as_str());
    // A part of another file would not fit to the part that the browser has.
    let range = asked(header::RANGE).filter(|_| asked(header::IF_RANGE).is_none_or(|t| t == tag));
    let mut response = match part(range, file.size) {
        _ if known => StatusCode::NOT_MODIFIED.into_response(),
        Err(()) => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            put(&mut response, header::CONTENT_RANGE, &format!("bytes */{}", file.size));
            response
        }
        Ok(part) => match desk.storage.read(&file.sha256, part.clone()).await {
            Ok(bytes) => {
                let mut response = Body::from_stream(bytes).into_response();
                let length = part.as_ref().map_or(file.size, |p| p.end - p.start);
                put(&mut response, header::CONTENT_LENGTH, &length.to_string());
                if let Some(p) = part {
                    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                    put(&mut response, header::CONTENT_RANGE, &format!("bytes {}-{}/{}", p.start, p.end - 1, file.size));
                }
                response
            }
            Err(e) if e.is_missing() => {
                tracing::error!(file = %file.sha256, "a file is lost from the store");
                return refuse(Fault::Missing);
            }
            Err(e) => return refuse(service::Error::from(e).into_fault()),
        },
    };
    put(&mut response, header::CONTENT_TYPE, mime);
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    put(&mut response, header::CONTENT_DISPOSITION, &disposition(shown, &file.file_name));
    // A browser's own reader of PDF does not start in a sandbox; what a document holds cannot reach our pages from there.
    let policy = if paper {
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    } else {
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    };
    put(&mut response, header::CONTENT_SECURITY_POLICY, policy);
    put(&mut response, header::CACHE_CONTROL, cache);
    put(&mut response, header::ETAG, &tag);
    put(&mut response, header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

fn put(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The asked part of so many bytes; none is the whole. Several parts at once are answered by the whole.
fn part(range: Option<&str>, size: u64) -> Result<Option<std::ops::Range<u64>>, ()> {
    let Some(parsed) = range.and_then(|r| http_range_header::parse_range_header(r).ok()) else { return Ok(None) };
    let parts = parsed.validate(size).map_err(|_| ())?;
    Ok(match parts.as_slice() {
        [one] => Some(*one.start()..*one.end() + 1),
        _ => None,
    })
}

/// What a browser says of a file that it sends.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    name: String,
    #[serde(default)]
    wish: Option<String>,
}

/// `POST /upload?name=…&wish=…` with the file's bytes as the body; answers an [`model::Upload`].
pub async fn upload(Extension(Who(cx)): Extension<Who>, Query(asked): Query<Asked>, request: Request) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let wish = match asked.wish.as_deref().map(str::parse::<FileWish>) {
        None => FileWish::Shown,
        Some(Ok(wish)) => wish,
        Some(Err(_)) => return refuse(Fault::field("wish", Wrong::Unknown)),
    };
    let size = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let announced = service::media::Announced { name: asked.name, size };
    match service::media::take(&cx, announced, wish, request.into_body().into_data_stream()).await {
        Ok(upload) => axum::Json(upload).into_response(),
        Err(e) => refuse(e.into_fault()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_bounded_by_the_file() {
        assert_eq!(part(None, 10), Ok(None));
        assert_eq!(part(Some("bytes=0-0"), 10), Ok(Some(0..1)));
        assert_eq!(part(Some("bytes=4-"), 10), Ok(Some(4..10)));
        assert_eq!(part(Some("bytes=-3"), 10), Ok(Some(7..10)));
        assert_eq!(part(Some("bytes=0-99"), 10), Ok(Some(0..10)));
        assert_eq!(part(Some("bytes=10-"), 10), Err(()));
        assert_eq!(part(Some("bytes=0-1,4-5"), 10), Ok(None));
        assert_eq!(part(Some("lines=1"), 10), Ok(None));
    }

    #[test]
    fn file_names_cannot_break_the_header() {
        assert_eq!(disposition(true, ""), "inline");
        assert_eq!(disposition(false, "../a\"b\r\nç.pdf"), "attachment; filename=\"a_b___.pdf\"; filename*=UTF-8''a%22b%0D%0A%C3%A7.pdf");
    }
}
