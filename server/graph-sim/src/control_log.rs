//! The part of the control surface that tells what happened: accepted sends, receipts, webhooks.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::Answer;
use crate::sim::Sim;

/// Routes for sends, receipts and the delivery of webhooks.
pub fn router() -> Router<Arc<Sim>> {
    Router::new()
        .route("/sim/sent", get(sent))
        .route("/sim/reads", get(reads))
        .route("/sim/webhooks", get(webhooks))
        .route("/sim/webhooks/wait", post(wait))
        .route("/sim/webhooks/retry", post(retry))
}

#[derive(Deserialize)]
struct SentQuery {
    #[serde(default)]
    since: u64,
    to: Option<String>,
    limit: Option<usize>,
}

/// Accepted sends after position `since`, in order, with counters that show whether anything went out twice.
async fn sent(State(sim): State<Arc<Sim>>, Query(query): Query<SentQuery>) -> Answer {
    let data = sim.peek();
    let who = query.to.as_ref().map(|to| data.find_contact(to).unwrap_or("nobody").to_owned());
    let limit = query.limit.unwrap_or(1_000).min(100_000);
    let items: Vec<&crate::state::Sent> =
        data.sent.iter().filter(|s| s.seq > query.since && who.as_ref().is_none_or(|w| *w == s.contact)).take(limit).collect();
    let twice: std::collections::BTreeMap<&String, u32> =
        data.callbacks.iter().filter(|(_, n)| **n > 1).map(|(k, n)| (k, *n)).take(1_000).collect();
    let per: Value = match &who {
        Some(w) => {
            let address = data.contacts.get(w).map(|c| c.address().to_owned()).unwrap_or_default();
            json!({ address.clone(): data.sent_per_address.get(&address).copied().unwrap_or(0) })
        }
        None if data.sent_per_address.len() <= 5_000 => json!(data.sent_per_address),
        None => json!({"too_many": data.sent_per_address.len()}),
    };
    Ok(Json(json!({
        "total": data.sent_total,
        "next": items.last().map_or(query.since, |s| s.seq),
        "per_recipient": per,
        "distinct_callbacks": data.callbacks.len(),
        "sent_more_than_once": twice,
        "items": items,
    })))
}

async fn reads(State(sim): State<Arc<Sim>>) -> Json<Value> {
    Json(json!({"items": sim.peek().reads}))
}

#[derive(Deserialize)]
#[serde(default)]
struct LogQuery {
    since: u64,
    limit: usize,
    body: bool,
}

impl Default for LogQuery {
    fn default() -> Self {
        Self { since: 0, limit: 200, body: false }
    }
}

/// What was posted and how it went. `?body=true` adds the bodies.
async fn webhooks(State(sim): State<Arc<Sim>>, Query(query): Query<LogQuery>) -> Json<Value> {
    let items: Vec<Value> = sim
        .queue
        .log(query.since, query.limit.min(5_000))
        .into_iter()
        .map(|e| {
            let mut item = json!(e);
            if query.body {
                item["body"] = serde_json::from_slice(&e.body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&e.body)));
            }
            item
        })
        .collect();
    let next = items.last().map_or(query.since, |i| i["id"].as_u64().unwrap_or(query.since));
    Json(json!({"totals": sim.queue.totals(), "next": next, "items": items}))
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WaitOrder {
    timeout_ms: u64,
    /// Time without any new webhook that counts as quiet.
    quiet_ms: u64,
}

impl Default for WaitOrder {
    fn default() -> Self {
        Self { timeout_ms: 10_000, quiet_ms: 0 }
    }
}

/// Waits until every webhook was answered with 200.
async fn wait(State(sim): State<Arc<Sim>>, body: Bytes) -> Answer {
    let order: WaitOrder = if body.is_empty() { WaitOrder::default() } else { serde_json::from_slice(&body).map_err(|e| e.to_string())? };
    let end = tokio::time::Instant::now() + Duration::from_millis(order.timeout_ms.min(600_000));
    let quiet = Duration::from_millis(order.quiet_ms);
    let (mut made, mut since) = (sim.queue.totals().made, tokio::time::Instant::now());
    loop {
        let totals = sim.queue.totals();
        if totals.made != made || totals.pending > 0 {
            (made, since) = (totals.made, tokio::time::Instant::now());
        }
        let idle = totals.pending == 0 && since.elapsed() >= quiet;
        if idle || tokio::time::Instant::now() >= end {
            return Ok(Json(json!({"idle": idle, "totals": totals})));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn retry(State(sim): State<Arc<Sim>>) -> Json<Value> {
    sim.queue.retry_now();
    Json(json!({"totals": sim.queue.totals()}))
}
