//! Everything that the server answers over HTTP: one list of routes.

pub mod chat;
pub mod health;
pub mod hook;
pub mod live;
pub mod media;
pub mod page;
pub mod presence;
pub mod rest;
pub mod secure;
pub mod session;
pub mod site;

use crate::config::Config;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};
use axum::{Router, middleware};
use service::Desk;
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
pub const PUBLIC: &[&str] =
    &["/healthz", "/readyz", "/webhooks/meta", "/chat/{key}", "/chat/{key}/live", "/api/v1/openapi.json", "/pkg/{*path}"];

/// All routes.
pub fn router(desk: Desk, config: &Config, site: site::Site, metrics: health::Metrics, stop: CancellationToken) -> Router {
    // The pages' reactive tasks run on tokio; a second start, as in tests, keeps the first.
    let _ = any_spawner::Executor::init_tokio();
    let web = Web { desk, site, presence: Arc::default(), chat: Arc::default(), metrics, trust_proxy: config.trust_proxy, stop };
    let with_login = Router::new()
        .route("/api/app/{*function}", post(page::server_function))
        .route("/live", get(live::connect))
        .route("/media/{id}", get(media::get))
        .fallback(page::page)
        .layer(middleware::from_fn_with_state(web.clone(), session::who))
        .layer(middleware::from_fn(secure::same_site));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/webhooks/meta", get(hook::verify).post(hook::receive).layer(DefaultBodyLimit::max(WEBHOOK_MAX)))
        .route("/chat/{key}", get(chat::frame))
        .route("/chat/{key}/live", get(chat::connect))
        .nest("/api/v1", rest::routes(web.clone()))
        .route("/pkg/{*path}", get(site::package))
        .merge(with_login)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(web.clone(), secure::headers))
        .layer(middleware::from_fn_with_state(web.clone(), health::measure))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .layer(CatchPanicLayer::new())
        .with_state(web)
}
