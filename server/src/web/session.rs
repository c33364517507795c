//! Who asks: the login cookie becomes a [`Cx`] in the request's extensions.

use super::Web;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use service::audit::Origin;
use service::auth::{Asker, Held};
use service::{Cx, Visitor};
use std::net::SocketAddr;

/// The person of a request, if they are signed in.
#[derive(Clone)]
pub struct Who(pub Option<Cx>);

/// Puts [`Who`] and [`Visitor`] into the request.
pub async fn who(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let visitor = visitor(&web, &request);
    let asker = match cookie(request.headers(), service::auth::COOKIE) {
        Some(token) => match service::auth::asker_of_login(&web.desk, token).await {
            Ok(asker) => asker,
            Err(e) => {
                let fault = e.into_fault();
                let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                return (status, axum::Json(fault)).into_response();
            }
        },
        None => Asker::Nobody,
    };
    // Who has something to do first is nobody to all that asks for `Who`.
    let cx = match asker {
        Asker::In(cx) => {
            let origin = Origin::of(&visitor, cx.login);
            Some(cx.from(origin))
        }
        Asker::Nobody => None,
        Asker::Held(Held(cx)) => {
            let origin = Origin::of(&visitor, cx.login);
            request.extensions_mut().insert(Held(cx.from(origin)));
            None
        }
    };
    request.extensions_mut().insert(Who(cx));
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// A cookie's value.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, v)| *n == name && !v.is_empty())
        .map(|(_, v)| v)
}

/// Address and browser of a request.
pub fn visitor(web: &Web, request: &Request) -> Visitor {
    visitor_of(web, request.headers(), request.extensions())
}

/// The same from the request's parts.
pub fn visitor_of(web: &Web, headers: &HeaderMap, extensions: &http::Extensions) -> Visitor {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0);
    Visitor {
        address: address(web, headers, peer),
        agent: headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().chars().take(200).collect(),
        secure: web.desk.settings.public_url.starts_with("https:"),
    }
}

/// The peer's address; behind a proxy of ours, the last address that the proxy itself saw. What a client writes into the
/// header stands before it and is not believed.
pub fn address(web: &Web, headers: &HeaderMap, peer: Option<SocketAddr>) -> String {
    let forwarded = web.trust_proxy.then(|| headers.get_all("x-forwarded-for").iter().next_back()).flatten();
    let last = forwarded
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.rsplit(',').next())
        .map(str::trim)
        .filter(|a| a.parse::<std::net::IpAddr>().is_ok());
    last.map(str::to_owned).or_else(|| peer.map(|p| p.ip().to_string())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; xprosa_login=no; prosa_login=yes; b=2".parse().unwrap());
        assert_eq!(cookie(&headers, "prosa_login"), Some("yes"));
        assert_eq!(cookie(&headers, "login"), None);
    }
}
