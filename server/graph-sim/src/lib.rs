//! A simulator of Meta's Graph API for the WhatsApp Cloud API: a place to practise and what tests run against.
//!
//! It keeps its world in memory, enforces Meta's limits, signs and retries webhooks, and shows a simulated phone. What
//! tests may order is under `/sim`; see the README beside this crate.

pub mod account;
pub mod clock;
pub mod config;
pub mod connection;
pub mod control;
pub mod control_log;
pub mod control_world;
pub mod directory;
pub mod error;
pub mod faults;
pub mod graph;
pub mod ids;
pub mod inbound;
pub mod inbound_object;
pub mod interactive;
pub mod limits;
pub mod media;
pub mod media_rules;
pub mod media_store;
pub mod messages;
pub mod phone;
pub mod profile;
pub mod samples;
pub mod seed;
pub mod settings;
pub mod shop;
pub mod signing;
pub mod sim;
pub mod snapshot;
pub mod state;
pub mod statuses;
pub mod template_check;
pub mod template_model;
pub mod template_send;
pub mod templates;
pub mod webhook;
pub mod webhook_queue;
pub mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::connection::{Peer, SwitchListener};
use crate::sim::Sim;

/// Largest request body, in bytes: a document of 100 MB in its form.
const BODY_LIMIT: usize = media::UPLOAD_LIMIT;

/// A running simulator. Dropping it stops it at once; [`Simulator::stop`] writes the snapshot first.
#[derive(Debug)]
pub struct Simulator {
    /// Address that it listens on.
    pub addr: SocketAddr,
    /// The world, for tests in the same process.
    pub sim: Arc<Sim>,
    tasks: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// `http://address:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops listening and writes the snapshot, when there is a data folder.
    pub fn stop(self) -> anyhow::Result<()> {
        match &self.sim.config.data {
            Some(folder) => snapshot::save(&self.sim, folder),
            None => Ok(()),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Everything that the program serves.
pub fn router(sim: Arc<Sim>) -> Router {
    Router::new()
        .merge(phone::router())
        .merge(shop::router())
        .merge(control::router())
        .route("/healthz", get(|| async { "ok" }))
        .route("/whatsapp_business/attachments/", get(media::download))
        .route("/whatsapp_business/attachments", get(media::download))
        .route("/v/picture/{id}", get(media::profile_picture))
        .fallback(graph::entry)
        .layer(middleware::from_fn(refuse_other_sites))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(sim)
}

/// A web page of somebody else must not order anything here through a person's browser.
async fn refuse_other_sites(request: Request, next: Next) -> Response {
    let foreign = request.headers().get("sec-fetch-site").is_some_and(|v| v == "cross-site");
    if foreign && request.method() != Method::GET {
        return (StatusCode::FORBIDDEN, "requests from other sites are refused").into_response();
    }
    next.run(request).await
}

/// Starts listening. Needs a tokio runtime.
pub async fn start(config: Config) -> anyhow::Result<Simulator> {
    let listener =
        TcpListener::bind(config.addr).await.with_context(|| format!("cannot listen on {}: choose another with --addr", config.addr))?;
    let addr = listener.local_addr().context("the listener has no address")?;
    let sim = Sim::new(config)?;
    if let Some(folder) = sim.config.data.clone() {
        snapshot::load(&sim, &folder)?;
    }
    let app = router(Arc::clone(&sim)).into_make_service_with_connect_info::<Peer>();
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(SwitchListener(listener), app).await {
            tracing::error!(%error, "the server stopped");
        }
    });
    let dispatcher = tokio::spawn(webhook::dispatch(Arc::clone(&sim)));
    let keeper = tokio::spawn(snapshot::keep(Arc::clone(&sim)));
    Ok(Simulator { addr, sim, tasks: vec![server, dispatcher, keeper] })
}
