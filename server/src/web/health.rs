//! Whether the server lives and is ready, and figures for Prometheus on an address of their own.

use super::Web;
use anyhow::Context;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use http::StatusCode;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Figures; silent when no address is configured.
#[derive(Clone, Default)]
pub struct Metrics {
    on: bool,
    sockets: Arc<AtomicI64>,
}

impl Metrics {
    /// Starts the recorder and its own listener.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(addr: Option<SocketAddr>) -> anyhow::Result<Metrics> {
        let Some(addr) = addr else { return Ok(Metrics::default()) };
        let handle = PrometheusBuilder::new().install_recorder().context("metrics cannot start twice")?;
        let listener = tokio::net::TcpListener::bind(addr).await.with_context(|| format!("PROSA_METRICS_ADDR: cannot listen on {addr}"))?;
        let app = Router::new()
            .route("/metrics", get(|State(handle): State<PrometheusHandle>| async move { handle.render() }))
            .with_state(handle);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Metrics { on: true, sockets: Arc::default() })
    }

    /// A live socket opened.
    pub fn socket_opened(&self) {
        self.sockets(1);
    }

    /// A live socket closed.
    pub fn socket_closed(&self) {
        self.sockets(-1);
    }

    fn sockets(&self, by: i64) {
        let now = self.sockets.fetch_add(by, Ordering::Relaxed) + by;
        if self.on {
            metrics::gauge!("prosa_live_sockets").set(now as f64);
        }
    }
}

/// Counts and times each request by its route.
pub async fn measure(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    if !metrics.on {
        return next.run(request).await;
    }
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let labels = [("route", route), ("method", method), ("status", response.status().as_u16().to_string())];
    metrics::counter!("prosa_http_requests_total", &labels).increment(1);
    metrics::histogram!("prosa_http_request_seconds", &labels[..2]).record(begun.elapsed().as_secs_f64());
    response
}

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// How news travels between processes, for who looks after them; nothing where there is one.
fn bus(health: &service::bus::Health) -> String {
    if !health.is_shared {
        return String::new();
    }
    let heard = |is_heard: bool| if is_heard { "heard" } else { "NOT heard" };
    let nats = health.nats.map(|is_heard| format!("nats {}, ", heard(is_heard))).unwrap_or_default();
    format!("news: {nats}postgres {}; other processes: {}\n", heard(health.postgres), health.others)
}

/// `GET /readyz`: the database answers too. Without news of other processes it is ready all the same: events are read from
/// the table then.
pub async fn ready(State(web): State<Web>) -> Response {
    match web.desk.db.ping().await {
        Ok(_) if !web.stop.is_cancelled() => format!("ready\n{}", bus(&web.desk.bus_health())).into_response(),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response(),
        Err(e) => {
            tracing::warn!(error = %e, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bus;
    use service::bus::Health;

    #[test]
    fn who_looks_after_it_reads_what_is_not_heard() {
        let alone = Health { is_shared: false, postgres: false, nats: None, others: 0 };
        assert_eq!(bus(&alone), "");
        let pair = Health { is_shared: true, postgres: true, nats: None, others: 1 };
        assert_eq!(bus(&pair), "news: postgres heard; other processes: 1\n");
        let lost = Health { nats: Some(false), ..pair };
        assert_eq!(bus(&lost), "news: nats NOT heard, postgres heard; other processes: 1\n");
    }
}
