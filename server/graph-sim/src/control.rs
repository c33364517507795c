//! The control surface for tests, `/sim/...`: JSON in, JSON out. Nothing here exists at Meta.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::inbound::{self, Made};
use crate::settings::Settings;
use crate::sim::Sim;
use crate::statuses::Wording;
use crate::webhook::Change;
use crate::{control_log, control_world, signing};

/// A refused order: 400 and a sentence.
#[derive(Debug)]
pub struct Refused(pub String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"error": self.0}))).into_response()
    }
}

impl<T: Into<String>> From<T> for Refused {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

/// Answer of a control handler.
pub type Answer = Result<Json<Value>, Refused>;

/// All routes under `/sim`.
pub fn router() -> Router<Arc<Sim>> {
    Router::new()
        .route("/sim", get(overview))
        .route("/sim/inbound", post(inbound))
        .route("/sim/inbound/raw", post(raw))
        .route("/sim/batch", post(batch))
        .route("/sim/event", post(event))
        .route("/sim/status", post(status))
        .route("/sim/read", post(read))
        .route("/sim/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/sim/faults/{id}", delete(clear_fault))
        .route("/sim/settings", get(settings).post(set_settings))
        .route("/sim/clock", get(clock).post(set_clock))
        .route("/sim/verify", post(verify))
        .route("/sim/reset", post(reset))
        .merge(control_log::router())
        .merge(control_world::router())
}

async fn overview(State(sim): State<Arc<Sim>>) -> Json<Value> {
    let data = sim.peek();
    Json(json!({
        "name": "graph-sim",
        "now": sim.clock.now_s(),
        "phone_numbers": data.numbers.values().map(|n| json!({"id": n.id, "display_phone_number": n.display_phone_number, "waba_id": n.waba_id})).collect::<Vec<_>>(),
        "contacts": data.contacts.len(),
        "sent": data.sent_total,
        "webhooks": sim.queue.totals(),
        "webhook_url": sim.settings().webhook_url,
    }))
}

fn made_json(made: &[Made]) -> Value {
    let list: Vec<Value> = made.iter().map(|m| json!({"id": m.id, "contact": m.contact, "phone_number_id": m.number})).collect();
    json!({ "messages": list })
}

async fn inbound(State(sim): State<Arc<Sim>>, Json(order): Json<Value>) -> Answer {
    // Orders of thousands must not hold up the other requests.
    if order["count"].as_u64().is_some_and(|n| n > 200) {
        let made = tokio::task::spawn_blocking({
            let runtime = tokio::runtime::Handle::current();
            move || {
                let _inside = runtime.enter();
                sim.inbound(&order)
            }
        });
        return Ok(Json(made_json(&made.await.map_err(|e| e.to_string())??)));
    }
    Ok(Json(made_json(&sim.inbound(&order)?)))
}

/// The body goes out byte for byte, once; the receiver's answer comes back. Header `x-sim-signature` replaces the
/// signature: `none`, `wrong`, or a value.
async fn raw(State(sim): State<Arc<Sim>>, headers: HeaderMap, body: Bytes) -> Answer {
    let url = sim.settings().webhook_url.clone().ok_or("no webhook address is set")?;
    let own = signing::signature(&sim.config.app_secret, &body);
    let signature = match headers.get("x-sim-signature").map(|h| h.to_str().unwrap_or_default()) {
        None => Some(own),
        Some("none") => None,
        Some("wrong") => Some(signing::signature("a wrong secret", &body)),
        Some(value) => Some(value.to_owned()),
    };
    let started = std::time::Instant::now();
    let (status, text) = sim.post_once(&url, body, signature.as_deref()).await?;
    Ok(Json(json!({"status": status, "body": text, "ms": started.elapsed().as_millis()})))
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BatchOrder {
    entries: usize,
    changes: usize,
    messages: usize,
    /// First sender; the others follow.
    from: u64,
    text: String,
    /// Statuses to add to the first change, as they are.
    statuses: Vec<Value>,
    /// Puts broken items between the good ones.
    broken: bool,
    /// Post it this many times.
    times: u32,
}

impl Default for BatchOrder {
    fn default() -> Self {
        Self {
            entries: 3,
            changes: 3,
            messages: 3,
            from: 5_511_900_000_001,
            text: "mensagem {n}".into(),
            statuses: Vec::new(),
            broken: false,
            times: 1,
        }
    }
}

/// One POST with several entries, changes and messages, the changes spread over the numbers.
async fn batch(State(sim): State<Arc<Sim>>, Json(order): Json<BatchOrder>) -> Answer {
    let total = order.entries * order.changes * order.messages;
    if total == 0 || total > 1000 || order.times == 0 || order.times > 100 {
        return Err("a batch has from 1 to 1000 messages and goes out up to 100 times".into());
    }
    let settings = sim.settings();
    let numbers: Vec<String> = sim.peek().numbers.keys().cloned().collect();
    let (mut entries, mut ids, mut n, mut origin) = (Vec::new(), Vec::new(), 0u64, None);
    for e in 0..order.entries {
        let mut changes = Vec::new();
        for c in 0..order.changes {
            let number = numbers.get((e * order.changes + c) % numbers.len().max(1)).cloned().unwrap_or_default();
            let mut values = Vec::new();
            for _ in 0..order.messages {
                n += 1;
                let text = order.text.replace("{n}", &n.to_string());
                let one = json!({"phone_number_id": number, "from": (order.from + n - 1).to_string(), "text": text});
                let made = inbound::make(&mut sim.data(), &settings, sim.clock.now_ms(), &one)?;
                if let Some(bubble) = &made.bubble {
                    sim.publish_bubble(&made.number, &made.contact, bubble);
                }
                ids.extend(made.id.clone());
                values.push(made.change.value.clone());
                origin.get_or_insert(made.change);
            }
            let mut value = inbound::merge(values);
            if e == 0 && c == 0 && !order.statuses.is_empty() {
                value["statuses"] = json!(order.statuses);
            }
            if order.broken {
                changes.push(json!({}));
                changes.push(json!({"field": "messages", "value": {"messages": "x", "metadata": 7}}));
                if let Some(list) = value["messages"].as_array_mut() {
                    list.insert(0, json!({"type": 5}));
                }
            }
            changes.push(json!({"value": value, "field": "messages"}));
        }
        let waba = origin.as_ref().map(|o: &Change| o.waba_id.clone());
        entries.push(json!({"id": waba, "changes": changes}));
    }
    let body = json!({"object": "whatsapp_business_account", "entry": entries});
    if let Some(origin) = origin {
        let fault = Fault { duplicate: Some(order.times - 1), ..Fault::default() };
        sim.enqueue(&origin, &body, &fault);
    }
    Ok(Json(json!({"messages": ids})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventOrder {
    field: String,
    value: Value,
    /// Account; the first when absent.
    waba_id: Option<String>,
    /// Adds the number's metadata to the value.
    phone_number_id: Option<String>,
}

/// Any field with any value, in the usual envelope, signed and queued.
async fn event(State(sim): State<Arc<Sim>>, Json(order): Json<EventOrder>) -> Answer {
    let mut value = order.value;
    let waba_id = {
        let data = sim.peek();
        if let Some(id) = &order.phone_number_id {
            let number = data.numbers.get(id).ok_or("there is no such number")?;
            value["messaging_product"] = json!("whatsapp");
            value["metadata"] = number.metadata();
        }
        order.waba_id.or_else(|| data.wabas.keys().next().cloned()).unwrap_or_default()
    };
    let jobs = sim.emit(Change { waba_id, number_id: order.phone_number_id, field: order.field, value });
    Ok(Json(json!({ "webhooks": jobs })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusOrder {
    wamid: String,
    status: String,
    error_code: Option<u32>,
    details: Option<String>,
    errors: Option<Value>,
    timestamp: Option<i64>,
    extra: Option<Value>,
    #[serde(default = "yes")]
    force: bool,
}

fn yes() -> bool {
    true
}

async fn status(State(sim): State<Arc<Sim>>, Json(order): Json<StatusOrder>) -> Answer {
    let wording = Wording {
        error_code: order.error_code,
        details: order.details,
        errors: order.errors,
        timestamp: order.timestamp,
        extra: order.extra,
        force: order.force,
    };
    match sim.set_status(&order.wamid, &order.status, &wording) {
        Some(jobs) => Ok(Json(json!({ "webhooks": jobs }))),
        None => Err("there is no such send, or it is beyond that status".into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadOrder {
    from: String,
    phone_number_id: Option<String>,
}

/// The person opens the chat: everything delivered is read.
async fn read(State(sim): State<Arc<Sim>>, Json(order): Json<ReadOrder>) -> Answer {
    let (contact, numbers) = {
        let data = sim.peek();
        let contact = data.find_contact(&order.from).map(str::to_owned).ok_or("there is no such person")?;
        let numbers: Vec<String> = order.phone_number_id.map_or_else(|| data.numbers.keys().cloned().collect(), |n| vec![n]);
        (contact, numbers)
    };
    let count: usize = numbers.iter().map(|n| sim.read_thread(n, &contact)).sum();
    Ok(Json(json!({ "read": count })))
}

async fn faults(State(sim): State<Arc<Sim>>) -> Json<Value> {
    Json(json!({"items": sim.faults.list()}))
}

async fn add_fault(State(sim): State<Arc<Sim>>, Json(fault): Json<Fault>) -> Answer {
    Ok(Json(json!(sim.faults.add(fault)?)))
}

async fn clear_faults(State(sim): State<Arc<Sim>>) -> Json<Value> {
    sim.faults.clear(None);
    sim.flush_held();
    Json(json!({"items": []}))
}

async fn clear_fault(State(sim): State<Arc<Sim>>, Path(id): Path<u64>) -> Json<Value> {
    sim.faults.clear(Some(id));
    sim.flush_held();
    Json(json!({"items": sim.faults.list()}))
}

async fn settings(State(sim): State<Arc<Sim>>) -> Json<Settings> {
    Json((*sim.settings()).clone())
}

async fn set_settings(State(sim): State<Arc<Sim>>, Json(patch): Json<Value>) -> Answer {
    let new = sim.settings().patched(&patch)?;
    sim.set_settings(new.clone());
    Ok(Json(json!(new)))
}

async fn clock(State(sim): State<Arc<Sim>>) -> Json<Value> {
    Json(json!({"now": sim.clock.now_s(), "offset_s": sim.clock.offset_ms() / 1000}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    /// Seconds to move, backwards when negative.
    advance_s: Option<i64>,
    /// Epoch seconds that it becomes.
    set: Option<i64>,
    /// Back to the machine's time.
    #[serde(default)]
    reset: bool,
}

async fn set_clock(State(sim): State<Arc<Sim>>, Json(order): Json<ClockOrder>) -> Json<Value> {
    if order.reset {
        sim.clock.set_offset(0);
    }
    if let Some(at) = order.set {
        sim.clock.set_now(at.saturating_mul(1000));
    }
    if let Some(s) = order.advance_s {
        sim.clock.advance(s.saturating_mul(1000));
    }
    sim.touch();
    sim.publish(&json!({"kind": "reset"}));
    clock(State(sim)).await
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct VerifyOrder {
    url: Option<String>,
    verify_token: Option<String>,
}

/// Verifies the webhook as Meta does when it is set up.
async fn verify(State(sim): State<Arc<Sim>>, body: Bytes) -> Answer {
    let order: VerifyOrder =
        if body.is_empty() { VerifyOrder::default() } else { serde_json::from_slice(&body).map_err(|e| e.to_string())? };
    let url = order.url.or_else(|| sim.settings().webhook_url.clone()).ok_or("no webhook address is set")?;
    let token = order.verify_token.unwrap_or_else(|| sim.config.verify_token.clone());
    Ok(Json(json!(sim.verify(&url, &token).await)))
}

async fn reset(State(sim): State<Arc<Sim>>) -> Json<Value> {
    sim.reset();
    Json(json!({"reset": true}))
}
