//! Single sign-on: to the company's identity provider, and back from it with a login.

use super::Web;
use super::session::cookie;
use axum::extract::{Extension, Path, Query, State};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{HeaderMap, header};
use model::SsoRefusal;
use serde::Deserialize;
use service::Visitor;
use service::auth::sso::{self, Callback, Refused};

/// The page to which the person wanted.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// `GET /sso/{account or slug}`.
pub async fn begin(State(web): State<Web>, Path(name): Path<String>, Query(next): Query<Next>) -> Response {
    match sso::begin(&web.desk, &name, next.next.as_deref()).await {
        Ok((to, cookie)) => ([(header::CACHE_CONTROL, "no-store")], [(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response(),
        Err(refused) => say(refused),
    }
}

/// `GET /sso/callback`: where the provider sends the browser back to.
pub async fn callback(
    State(web): State<Web>,
    Extension(visitor): Extension<Visitor>,
    Query(callback): Query<Callback>,
    headers: HeaderMap,
) -> Response {
    let begun = cookie(&headers, sso::COOKIE);
    match sso::finish(&web.desk, begun, &callback, &visitor).await {
        Ok((signed_in, next)) => {
            let cookies = AppendHeaders([(header::SET_COOKIE, signed_in.cookie), (header::SET_COOKIE, over())]);
            ([(header::CACHE_CONTROL, "no-store")], cookies, Redirect::to(&next)).into_response()
        }
        Err(refused) => say(refused),
    }
}

/// Takes the short-lived cookie away again.
fn over() -> String {
    format!("{}=; Path=/sso; HttpOnly; SameSite=Lax; Max-Age=0", sso::COOKIE)
}

/// The sign-in page says why.
fn say(refused: Refused) -> Response {
    let why = match refused {
        Refused::Why(why) => why,
        Refused::Failed(e) => {
            // Logged where it becomes a fault.
            let _ = e.into_fault();
            SsoRefusal::Unreachable
        }
    };
    ([(header::CACHE_CONTROL, "no-store")], [(header::SET_COOKIE, over())], Redirect::to(&format!("/login?sso={why}"))).into_response()
}
