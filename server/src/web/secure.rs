//! Headers that every answer carries, and the refusal of foreign pages' posts.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// The policy of our own pages; scripts run only with the page's nonce.
pub fn page_policy(nonce: &str, public_url: &str) -> String {
    // Some browsers do not count a socket to the same host as 'self'.
    let socket = public_url.replacen("http", "ws", 1);
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
         font-src 'self'; frame-src 'self'; connect-src 'self' {socket}; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
}

/// Whether browsers reach us over HTTPS.
#[derive(Clone, Copy)]
pub struct Https(pub bool);

/// Safe headers on every answer; a route that needs another policy has set its own.
pub async fn headers(State(Https(https)): State<Https>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    put(header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(self), payment=(), usb=()");
    put(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if https {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Refuses what another site makes a browser send with our cookie.
pub async fn same_site(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let socket = request.headers().get(header::UPGRADE).is_some();
    if (changes || socket) && !from_here(request.headers()) {
        return (StatusCode::FORBIDDEN, axum::Json(model::Fault::Forbidden)).into_response();
    }
    next.run(request).await
}

/// Whether a request comes from a page of ours. Programs that send neither header hold no cookie by accident.
pub fn from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match text("origin") {
        None => true,
        Some(origin) => origin.split_once("://").is_some_and(|(_, host)| text("host").is_some_and(|h| h.eq_ignore_ascii_case(host))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (header::HeaderName::from_static(n), v.parse().unwrap())).collect()
    }

    #[test]
    fn posts_of_foreign_pages_are_refused() {
        assert!(from_here(&headers(&[("host", "a.example"), ("origin", "https://a.example"), ("sec-fetch-site", "same-origin")])));
        assert!(from_here(&headers(&[("host", "a.example")])));
        assert!(!from_here(&headers(&[("host", "a.example"), ("origin", "https://b.example")])));
        assert!(!from_here(&headers(&[("host", "a.example"), ("sec-fetch-site", "cross-site")])));
        assert!(!from_here(&headers(&[("host", "a.example"), ("sec-fetch-site", "same-site")])));
        assert!(!from_here(&headers(&[("host", "a.example"), ("origin", "null")])));
    }

    #[test]
    fn the_page_policy_has_no_unsafe_inline() {
        let policy = page_policy("abc", "https://a.example");
        assert!(!policy.contains("unsafe-inline") && policy.contains("'nonce-abc'") && policy.contains("wss://a.example"));
    }
}
