//! Pages, rendered by the client's own code, and its server functions.

use super::session::Who;
use super::{BODY_MAX, Web, secure};
use app::BuildId;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, Method, StatusCode, header};
use leptos::prelude::{provide_context, use_context};
use model::{Boot, Fault};
use service::auth::Held;
use service::{Cx, Visitor};
use std::borrow::Cow;

/// Pages that are shown without a login.
const OPEN_PAGES: &[&str] = &["/login", "/setup", "/help", "/invite", "/reset", "/terms"];
/// Where who is signed in does what is to be done first.
const FIRST: &str = "/welcome";

fn who(request: &Request) -> Option<Cx> {
    request.extensions().get::<Who>().and_then(|w| w.0.clone())
}

/// What every page and server function finds as contexts.
fn contexts(web: &Web, request: &Request) -> impl Fn() + Clone + Send + Sync + 'static {
    let (desk, cx, site) = (web.desk.clone(), who(request), web.site.build.clone());
    let held = request.extensions().get::<Held>().cloned();
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    move || {
        provide_context(desk.clone());
        provide_context(visitor.clone());
        provide_context(BuildId(site.clone()));
        if let Some(cx) = &cx {
            provide_context(cx.clone());
        }
        if let Some(held) = &held {
            provide_context(held.clone());
        }
    }
}

/// `/api/app/…`: the server functions.
pub async fn server_function(State(web): State<Web>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // A body that is too large ends here, before it is read by anybody else.
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, axum::Json(Fault::Invalid { fields: Vec::new() })).into_response();
    };
    let request = Request::from_parts(parts, Body::from(body));
    let contexts = contexts(&web, &request);
    // It runs to its end also when the client hangs up in the middle.
    let done = tokio::spawn(async move { leptos_axum::handle_server_fns_with_context(contexts, request).await.into_response() }).await;
    let mut response = done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Everything else: a static file, or a page.
pub async fn page(State(web): State<Web>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().to_owned();
    if let Some(file) = web.site.serve(&path, request.headers()) {
        return file;
    }
    let boot = match service::auth::boot(&web.desk, who(&request).as_ref()).await {
        Ok(boot) => boot,
        Err(e) => return unavailable(e.into_fault()),
    };
    let held = request.extensions().get::<Held>().is_some();
    if let Some(to) = redirect(&path, request.uri().query(), &boot, held) {
        return Redirect::to(&to).into_response();
    }
    let contexts = contexts(&web, &request);
    let public_url = web.desk.settings.public_url.clone();
    let with_policy = move || {
        contexts();
        provide_context(boot.clone());
        if let (Some(response), Some(nonce)) = (use_context::<leptos_axum::ResponseOptions>(), leptos::nonce::use_nonce()) {
            if let Ok(policy) = HeaderValue::from_str(&secure::page_policy(&nonce, &public_url)) {
                response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
            response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    };
    leptos_axum::render_app_to_stream_with_context(with_policy, app::shell::shell)(request).await
}

/// Where a page leads that its reader cannot use now. Who must sign in first comes back to the page.
fn redirect(path: &str, query: Option<&str>, boot: &Boot, held: bool) -> Option<Cow<'static, str>> {
    let open = OPEN_PAGES.iter().any(|p| path == *p || path.strip_prefix(p).is_some_and(|rest| rest.starts_with('/')));
    if held {
        let may = path == FIRST || open && !matches!(path, "/login" | "/setup");
        return (!may).then_some(FIRST.into());
    }
    match (&boot.me, boot.needs_setup) {
        (None, true) => (path != "/setup").then_some("/setup".into()),
        (None, false) if path == "/setup" || path == FIRST => Some("/login".into()),
        (None, false) => (!open).then(|| login(path, query)),
        (Some(_), _) => matches!(path, "/" | "/login" | "/setup" | FIRST).then_some("/inbox".into()),
    }
}

/// The sign-in page, with the way back to a page to which it does not lead anyway.
fn login(path: &str, query: Option<&str>) -> Cow<'static, str> {
    let asked = query.map_or_else(|| path.to_owned(), |q| format!("{path}?{q}"));
    match model::text::own_path(&asked).filter(|p| !matches!(*p, "/" | "/inbox")) {
        Some(next) => format!("/login?next={}", url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()).into(),
        None => "/login".into(),
    }
}

fn unavailable(fault: Fault) -> Response {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, [(header::RETRY_AFTER, "5")], format!("{fault}\n")).into_response()
}

/// `POST /share`: another app shares something. The service worker takes it before it comes here; where there is none yet,
/// the inbox opens all the same.
pub async fn share() -> Redirect {
    Redirect::to("/inbox")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody(needs_setup: bool) -> Boot {
        Boot { needs_setup, me: None, build: String::new() }
    }

    #[test]
    fn pages_lead_where_their_reader_can_go() {
        let to = |path: &str, needs_setup| redirect(path, None, &nobody(needs_setup), false).map(Cow::into_owned);
        assert_eq!(to("/inbox", true).as_deref(), Some("/setup"));
        assert_eq!(to("/setup", true), None);
        assert_eq!(to("/setup", false).as_deref(), Some("/login"));
        assert_eq!(to("/help/inbox", false), None);
        assert_eq!(to("/login", false), None);
        assert_eq!(to("/invite/abc", false), None);
        assert_eq!(to("/reset", false), None);
        assert_eq!(to("/terms", false), None);
        assert_eq!(to("/welcome", false).as_deref(), Some("/login"));
    }

    #[test]
    fn ac_3_who_has_something_to_do_first_comes_to_no_other_page() {
        let to = |path: &str| redirect(path, None, &nobody(false), true).map(Cow::into_owned);
        for path in ["/inbox", "/", "/login", "/settings/teams", "/profile", "/setup", "/welcome/x"] {
            assert_eq!(to(path).as_deref(), Some("/welcome"), "{path}");
        }
        for path in ["/welcome", "/help/inbox", "/invite/abc"] {
            assert_eq!(to(path), None, "{path}");
        }
    }

    #[test]
    fn who_signs_in_comes_back_to_the_page_that_was_asked_for() {
        let to = |path: &str, query| redirect(path, query, &nobody(false), false).map(Cow::into_owned).unwrap_or_default();
        assert_eq!(to("/inbox/1", None), "/login?next=%2Finbox%2F1");
        assert_eq!(to("/settings/teams", Some("a=b&c=d")), "/login?next=%2Fsettings%2Fteams%3Fa%3Db%26c%3Dd");
        assert_eq!(to("/helpless", None), "/login?next=%2Fhelpless");
        assert_eq!(to("/x%20y", Some("next=//evil.example")), "/login?next=%2Fx%2520y%3Fnext%3D%2F%2Fevil.example");
        // That is where one comes to anyway.
        for plain in ["/", "/inbox"] {
            assert_eq!(to(plain, None), "/login");
        }
        // Another server's address is no page of ours.
        for foreign in ["//evil.example", "///evil.example", "/\\evil.example"] {
            assert_eq!(to(foreign, None), "/login", "{foreign}");
        }
    }
}
