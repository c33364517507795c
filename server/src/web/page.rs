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
use service::{Cx, Visitor};

/// Pages that are shown without a login.
const OPEN_PAGES: &[&str] = &["/login", "/setup", "/help"];

fn who(request: &Request) -> Option<Cx> {
    request.extensions().get::<Who>().and_then(|w| w.0.clone())
}

/// What every page and server function finds as contexts.
fn contexts(web: &Web, request: &Request) -> impl Fn() + Clone + Send + Sync + 'static {
    let (desk, cx, site) = (web.desk.clone(), who(request), web.site.build.clone());
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    move || {
        provide_context(desk.clone());
        provide_context(visitor.clone());
        provide_context(BuildId(site.clone()));
        if let Some(cx) = &cx {
            provide_context(cx.clone());
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
    if let Some(to) = redirect(&path, &boot) {
        return Redirect::to(to).into_response();
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

/// Where a page leads that its reader cannot use now.
fn redirect(path: &str, boot: &Boot) -> Option<&'static str> {
    let open = OPEN_PAGES.iter().any(|p| path == *p || path.strip_prefix(p).is_some_and(|rest| rest.starts_with('/')));
    match (&boot.me, boot.needs_setup) {
        (None, true) => (path != "/setup").then_some("/setup"),
        (None, false) if path == "/setup" || !open => Some("/login"),
        (None, false) => None,
        (Some(_), _) => matches!(path, "/" | "/login" | "/setup").then_some("/inbox"),
    }
}

fn unavailable(fault: Fault) -> Response {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, [(header::RETRY_AFTER, "5")], format!("{fault}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_where_their_reader_can_go() {
        let nobody = |needs_setup| Boot { needs_setup, me: None, build: String::new() };
        assert_eq!(redirect("/inbox", &nobody(true)), Some("/setup"));
        assert_eq!(redirect("/setup", &nobody(true)), None);
        assert_eq!(redirect("/setup", &nobody(false)), Some("/login"));
        assert_eq!(redirect("/inbox/1", &nobody(false)), Some("/login"));
        assert_eq!(redirect("/helpless", &nobody(false)), Some("/login"));
        assert_eq!(redirect("/help/inbox", &nobody(false)), None);
        assert_eq!(redirect("/login", &nobody(false)), None);
    }
}
