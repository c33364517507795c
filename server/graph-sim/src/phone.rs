//! The simulated phone: its page, what the page loads, and the live stream.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::control::Answer;
use crate::limits;
use crate::sim::Sim;
use crate::state::{Contact, Data, Thread};

/// Nothing but our own files; no script or style inside the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// People listed at most; those with the newest messages go first.
const LIST_LIMIT: usize = 200;

/// Routes of the phone.
pub fn router() -> Router<Arc<Sim>> {
    Router::new()
        .route("/", get(page))
        .route("/phone/app.js", get(|| asset("text/javascript; charset=utf-8", include_str!("../pages/phone.js"))))
        .route("/phone/bubble.js", get(|| asset("text/javascript; charset=utf-8", include_str!("../pages/bubble.js"))))
        .route("/phone/compose.js", get(|| asset("text/javascript; charset=utf-8", include_str!("../pages/compose.js"))))
        .route("/phone/words.js", get(|| asset("text/javascript; charset=utf-8", include_str!("../pages/words.js"))))
        .route("/phone/style.css", get(|| asset("text/css; charset=utf-8", include_str!("../pages/phone.css"))))
        .route("/phone/icon.svg", get(|| asset("image/svg+xml", include_str!("../pages/icon.svg"))))
        .route("/phone/state", get(state))
        .route("/phone/thread", get(thread))
        .route("/phone/events", get(events))
        .route("/phone/open", post(open))
        .route("/phone/media/{id}", get(media))
}

async fn page() -> Response {
    let mut response = asset("text/html; charset=utf-8", include_str!("../pages/phone.html")).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// One of our files.
pub async fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    (headers, text).into_response()
}

/// The line of a person in the list.
fn line(data: &Data, contact: &Contact) -> (i64, Value) {
    let mut last_ms = 0;
    let mut threads = serde_json::Map::new();
    for number in data.numbers.keys() {
        let Some(thread) = data.threads.get(&Thread::key(number, &contact.key)) else { continue };
        let Some(last) = thread.bubbles.back() else { continue };
        last_ms = last_ms.max(last.at_ms);
        threads.insert(number.clone(), json!({"last": last, "unread": thread.unread.len()}));
    }
    let mut item = json!(contact);
    item["threads"] = Value::Object(threads);
    (last_ms, item)
}

async fn state(State(sim): State<Arc<Sim>>) -> Json<Value> {
    let data = sim.peek();
    let mut people: Vec<(i64, Value)> = if data.contacts.len() <= 2 * LIST_LIMIT {
        data.contacts.values().map(|c| line(&data, c)).collect()
    } else {
        // Many people come from load tests: look at the threads instead of at everybody.
        let recent = data.threads.values().filter_map(|t| Some((t.bubbles.back()?.at_ms, &t.contact)));
        let mut recent: Vec<(i64, &String)> = recent.collect();
        recent.sort_unstable_by(|a, b| b.cmp(a));
        recent.truncate(LIST_LIMIT);
        let chosen: std::collections::BTreeSet<&String> = recent.into_iter().map(|r| r.1).collect();
        data.contacts.values().filter(|c| c.pinned || chosen.contains(&c.key)).map(|c| line(&data, c)).collect()
    };
    people.sort_by_key(|p| std::cmp::Reverse(p.0));
    people.truncate(LIST_LIMIT);
    let numbers: Vec<Value> = data
        .numbers
        .values()
        .map(|n| json!({"id": n.id, "display_phone_number": n.display_phone_number, "verified_name": n.verified_name}))
        .collect();
    Json(json!({
        "now_ms": sim.clock.now_ms(),
        "offset_ms": sim.clock.offset_ms(),
        "numbers": numbers,
        "contacts": people.into_iter().map(|p| p.1).collect::<Vec<_>>(),
        "prosa_url": sim.config.prosa_url,
        "webhooks": {"url": sim.settings().webhook_url, "failing": sim.queue.failing(), "pending": sim.queue.totals().pending},
    }))
}

#[derive(Deserialize)]
struct Pair {
    number: String,
    contact: String,
}

async fn thread(State(sim): State<Arc<Sim>>, Query(pair): Query<Pair>) -> Answer {
    let now = sim.clock.now_ms();
    let data = sim.peek();
    let empty = Thread::default();
    let thread = data.threads.get(&Thread::key(&pair.number, &pair.contact)).unwrap_or(&empty);
    Ok(Json(json!({
        "bubbles": thread.bubbles,
        "typing_ms": (thread.typing_until_ms - now).max(0),
        "window_open": limits::window_open(thread, now),
    })))
}

/// The person looks at the chat: everything delivered is read.
async fn open(State(sim): State<Arc<Sim>>, Json(pair): Json<Pair>) -> Answer {
    let known = {
        let data = sim.peek();
        data.numbers.contains_key(&pair.number) && data.contacts.contains_key(&pair.contact)
    };
    if !known {
        return Err("there is no such chat".into());
    }
    Ok(Json(json!({"read": sim.read_thread(&pair.number, &pair.contact)})))
}

/// Live events. A page that is too slow gets `reset` and loads everything again.
async fn events(State(sim): State<Arc<Sim>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let receiver = sim.subscribe();
    let stream = futures::stream::unfold(receiver, |mut receiver| async move {
        match receiver.recv().await {
            Ok(text) => Some((Ok(Event::default().data(&*text)), receiver)),
            Err(RecvError::Lagged(_)) => Some((Ok(Event::default().data(r#"{"kind":"reset"}"#)), receiver)),
            Err(RecvError::Closed) => None,
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// A file for the page. What could run in the browser is offered for download only.
async fn media(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Response {
    let found = sim.peek().media.items.get(&id).map(|m| (crate::media_rules::bare(&m.mime), m.bytes.clone()));
    let Some((mime, bytes)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let shown = matches!(mime.as_str(), "image/jpeg" | "image/png" | "image/webp" | "image/gif")
        || mime.starts_with("audio/")
        || mime.starts_with("video/");
    let headers = [
        (header::CONTENT_TYPE, if shown { mime } else { "application/octet-stream".into() }),
        (header::CONTENT_DISPOSITION, if shown { "inline".into() } else { "attachment".into() }),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".into()),
        (header::CACHE_CONTROL, "private, max-age=3600".into()),
    ];
    (headers, bytes).into_response()
}
