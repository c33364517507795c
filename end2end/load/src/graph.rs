//! The far end of sends: takes every message at once and does nothing else, so that it is our side that is measured.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers `POST /{version}/{number}/messages` like Meta, with a new id each time.
pub struct Graph {
    pub url: String,
    taken: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Graph {
    /// Starts it on a free port.
    pub async fn start() -> anyhow::Result<Graph> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let taken = Arc::new(AtomicU64::new(0));
        let app = Router::new().route("/{version}/{number}/messages", post(take)).with_state(taken.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Graph { url, taken, task })
    }

    /// Messages taken so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(taken): State<Arc<AtomicU64>>, Json(body): Json<Value>) -> Json<Value> {
    if body["status"] == "read" {
        return Json(json!({"success": true}));
    }
    let n = taken.fetch_add(1, Ordering::Relaxed);
    let to = body["to"].as_str().unwrap_or_default().trim_start_matches('+');
    Json(json!({
        "messaging_product": "whatsapp",
        "contacts": [{"input": to, "wa_id": to}],
        "messages": [{"id": format!("wamid.TAKEN{n:012}")}],
    }))
}
