//! Everything that the server answers over HTTP: one list of routes.

mod audit;
pub mod chat;
mod chat_file;
pub mod health;
pub mod hook;
pub mod live;
pub mod media;
pub mod page;
pub mod photo;
pub mod presence;
pub mod report;
pub mod rest;
pub mod secure;
pub mod session;
pub mod site;
mod sso;
mod terms;

use crate::config::Config;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use service::Desk;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// Largest body of a server function or an API call.
const BODY_MAX: usize = 256 * 1024;
/// Largest webhook; Meta sends up to 3 MB.
const WEBHOOK_MAX: usize = 4 * 1024 * 1024;
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// For a large file on a slow line.
const UPLOAD_TIME: Duration = Duration::from_secs(30 * 60);

/// What the routes share.
#[derive(Clone)]
pub struct Web {
    pub desk: Desk,
    pub site: site::Site,
    pub presence: Arc<presence::Presence>,
    pub chat: Arc<chat::Limits>,
    pub metrics: health::Metrics,
    pub trust_proxy: bool,
    pub stop: CancellationToken,
}

impl FromRef<Web> for Desk {
    fn from_ref(web: &Web) -> Desk {
        web.desk.clone()
    }
}

/// Addresses that answer without a login, by design. The access test holds this list against the router.
pub const PUBLIC: &[&str] = &[
    "/healthz",
    "/readyz",
    "/webhooks/meta",
    "/chat/{key}",
    "/chat/{key}/live",
    "/chat/{key}/file",
    "/f/{token}",
    "/api/v1/",
    "/api/v1/openapi.json",
    "/pkg/{*path}",
    "/share",
    "/sso/callback",
    "/sso/{name}",
];

/// All routes.
pub fn router(desk: Desk, config: &Config, site: site::Site, metrics: health::Metrics, stop: CancellationToken) -> Router {
    // The pages' reactive tasks run on tokio; a second start, as in tests, keeps the first.
    let _ = any_spawner::Executor::init_tokio();
    let presence = desk.presence.clone();
    let web = Web { desk, site, presence, chat: Arc::default(), metrics, trust_proxy: config.trust_proxy, stop };
    let presence = web.presence.clone();
    web.desk.push.ask_whether_looking(move |account, user, conversation| presence.looks(account, conversation, user));
    let with_login = Router::new()
        .route("/api/app/{*function}", post(page::server_function))
        .route("/live", get(live::connect))
        .route("/media/{id}", get(media::get))
        .route("/media/{id}/small", get(media::small))
        .route("/photo/{user}", get(photo::get))
        .route("/photo", post(photo::put).layer(DefaultBodyLimit::max(model::limit::PHOTO_MAX + 1)))
        .route(
            "/photo/contact/{id}",
            get(photo::get_contact).post(photo::put_contact).layer(DefaultBodyLimit::max(model::limit::PHOTO_MAX + 1)),
        )
        .route(
            "/photo/channel/{id}",
            get(photo::get_channel).post(photo::put_channel).layer(DefaultBodyLimit::max(model::limit::PHOTO_MAX + 1)),
        )
        .route("/audit.csv", get(audit::table))
        .route("/report.csv", get(report::csv))
        .route("/report.xlsx", get(report::xlsx))
        .route("/terms.csv", get(terms::csv))
        .route("/share", post(page::share))
        .route("/sso/callback", get(sso::callback))
        .route("/sso/{name}", get(sso::begin))
        .fallback(page::page)
        .layer(middleware::from_fn_with_state(web.clone(), session::who))
        .layer(middleware::from_fn(secure::same_site));
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/webhooks/meta", get(hook::verify).post(hook::receive).layer(DefaultBodyLimit::max(WEBHOOK_MAX)))
        .route("/chat/{key}", get(chat::frame))
        .route("/chat/{key}/live", get(chat::connect))
        .route("/f/{token}", get(media::linked))
        .nest("/api/v1", rest::routes(web.clone()))
        .route("/api/v1/", any(rest::nothing))
        .route("/pkg/{*path}", get(site::package))
        .merge(with_login)
        .layer(DefaultBodyLimit::max(BODY_MAX));
    let uploads = Router::new()
        .route("/upload", post(media::upload))
        .layer(middleware::from_fn_with_state(web.clone(), session::who))
        .layer(middleware::from_fn(secure::same_site))
        .route("/chat/{key}/file", post(chat_file::bring));
    let https = secure::Https(web.desk.settings.public_url.starts_with("https:"));
    around(timed(routes, REQUEST_TIME).merge(timed(uploads, UPLOAD_TIME)), web.metrics.clone(), https).with_state(web)
}

/// Routes that end, even when a handler panics or hangs.
fn timed<S: Clone + Send + Sync + 'static>(routes: Router<S>, time: Duration) -> Router<S> {
    routes.layer(CatchPanicLayer::custom(panicked)).layer(TimeoutLayer::with_status_code(http::StatusCode::SERVICE_UNAVAILABLE, time))
}

/// What stands around all routes. Safe headers are outermost: what the layers answer themselves carries them, too.
fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>, metrics: health::Metrics, https: secure::Https) -> Router<S> {
    routes.layer(middleware::from_fn_with_state(metrics, health::measure)).layer(middleware::from_fn_with_state(https, secure::headers))
}

/// A fault as an answer, for our own pages.
fn refuse(fault: model::Fault) -> Response {
    (http::StatusCode::from_u16(fault.status()).unwrap_or(http::StatusCode::NOT_FOUND), axum::Json(fault)).into_response()
}

/// A handler's panic: logged, and answered without a word of it.
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let says = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = says.unwrap_or_default(), "a request ended in a panic");
    http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::extract::Request;
    use tower::ServiceExt;

    async fn panics() {
        panic!("a secret");
    }

    #[tokio::test]
    async fn answers_of_the_layers_carry_safe_headers_too() {
        let routes: Router = Router::new()
            .route_service("/panics", get(panics))
            .route_service("/hangs", get(std::future::pending::<()>))
            .route_service("/takes", post(|_: bytes::Bytes| async {}).layer(DefaultBodyLimit::max(4)));
        let app = around(timed(routes, Duration::from_millis(20)), health::Metrics::default(), secure::Https(true));
        for (method, path, status) in
            [("GET", "/panics", 500), ("GET", "/hangs", 503), ("POST", "/takes", 413), ("DELETE", "/takes", 405), ("BREW", "/nothing", 404)]
        {
            let request = Request::builder().method(method).uri(path).body(Body::from("too much")).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{method} {path}");
            for name in ["x-content-type-options", "content-security-policy", "referrer-policy", "strict-transport-security"] {
                assert!(response.headers().contains_key(name), "{method} {path} without {name}");
            }
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            assert!(!String::from_utf8_lossy(&body).contains("secret"));
        }
    }
}
