//! `POST /{phone_number_id}/messages`: sends, and reading receipts with typing.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::connection::Peer;
use crate::directory::{digits, is_user_id, with_country_prefix};
use crate::error::{GraphError, GraphResult};
use crate::faults::Fault;
use crate::graph::{Call, success};
use crate::settings::{Settings, WindowError};
use crate::sim::Sim;
use crate::state::{Bubble, Data, ReadReceipt, Sent};
use crate::statuses::{self, Fate, Wording};
use crate::wire::{self, MediaRef};
use crate::{limits, media_rules, template_send};

/// How long a typing indicator shows, in milliseconds.
const TYPING_MS: i64 = 25_000;
/// Largest file fetched from a link, in bytes.
const LINK_LIMIT: usize = 16 * 1024 * 1024;
/// Age beyond which a message can get no reaction, in milliseconds.
const REACTION_MS: i64 = 30 * 24 * 3600 * 1000;

/// What acceptance leaves behind.
struct Accepted {
    sent: Sent,
    fate: Fate,
    answer: Value,
    bubble: Option<Bubble>,
    link: Option<MediaRef>,
}

/// Accepts or refuses a send.
pub async fn send(sim: &Arc<Sim>, peer: &Peer, call: &Call, body: Value, fault: Fault) -> GraphResult<Response> {
    let settings = sim.settings();
    let accepted = {
        let mut data = sim.data();
        accept(&mut data, &settings, sim.clock.now_ms(), call, &body, fault.async_error)?
    };
    if let Some(bubble) = &accepted.bubble {
        sim.publish_bubble(&accepted.sent.phone_number_id, &accepted.sent.contact, bubble);
    }
    let wamid = accepted.sent.wamid.clone();
    let early = fault.status_before_answer && settings.statuses && !matches!(accepted.fate, Fate::Fails(..));
    if early {
        let jobs = sim.set_status(&wamid, "sent", &Wording::default()).unwrap_or_default();
        wait_settled(sim, &jobs).await;
    }
    match accepted.link {
        Some(link) if settings.fetch_links => fetch_then_follow(sim, wamid, link, accepted.fate, early),
        _ => sim.follow(wamid, accepted.fate, early),
    }
    if fault.lost_answer {
        peer.cut();
    }
    Ok(Json(accepted.answer).into_response())
}

/// Waits until bodies were answered with 200, three seconds at most.
async fn wait_settled(sim: &Sim, jobs: &[u64]) {
    for _ in 0..300 {
        if jobs.iter().all(|id| sim.queue.settled(*id)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn accept(data: &mut Data, settings: &Settings, now: i64, call: &Call, body: &Value, ordered: Option<u32>) -> GraphResult<Accepted> {
    let number = data.numbers.get(&call.id).ok_or_else(|| GraphError::no_object(&call.id, "post"))?.clone();
    if !number.registered {
        return Err(GraphError::new(133010).details("The phone number is not registered on the WhatsApp Business Platform."));
    }
    check_product(body)?;
    match body["recipient_type"].as_str() {
        None | Some("individual") => {}
        Some(other) => return Err(GraphError::param(format!("Param recipient_type \"{other}\" is not supported for this number."))),
    }
    if body["biz_opaque_callback_data"].as_str().is_some_and(|d| wire::chars(d) > 512) {
        return Err(GraphError::param("Param biz_opaque_callback_data must be at most 512 characters long."));
    }
    let kind = body["type"].as_str().unwrap_or("text").to_ascii_lowercase();
    let to = recipient(body)?;
    let files = wire::check(&kind, body)?;
    let link = check_files(data, &files, now)?;
    let quote = match &body["context"] {
        Value::Null => None,
        context => Some(wire::need_text(context, "message_id", "context['message_id']", 500)?.to_owned()),
    };
    let template = if kind == "template" {
        let templates = data.wabas.get(&number.waba_id).map_or(&[][..], |w| &w.templates);
        let template = template_send::find(templates, &body["template"])?;
        Some((template.category.clone(), template_send::render(template, &body["template"])?))
    } else {
        None
    };
    let address = match to {
        To::Phone(text) if settings.country_prefix && data.find_contact(text).is_none() => with_country_prefix(text, &number.digits()),
        To::Phone(text) => digits(text),
        To::User(id) => id.to_owned(),
    };
    if address == number.digits() {
        return Err(GraphError::new(131021).details("Recipient phone number cannot be the sender's phone number."));
    }
    let contact_key = data.contact_or_new(&address, None);
    let contact = data.contacts.get(&contact_key).cloned().unwrap_or_default();
    let category = template.as_ref().map(|t| t.0.as_str());
    if category == Some("AUTHENTICATION") && matches!(to, To::User(_)) {
        return Err(GraphError::new(131062).details("Authentication templates need a phone number."));
    }
    if kind == "reaction" {
        check_reaction(data, &call.id, &contact_key, body["reaction"]["message_id"].as_str().unwrap_or_default(), now)?;
    }
    if let Some(number) = data.numbers.get_mut(&call.id) {
        limits::take_throughput(number, settings.throughput, now)?;
    }
    let thread = data.thread(&call.id, &contact_key);
    let open = limits::window_open(thread, now);
    let window_failed = settings.window && !open && template.is_none();
    if let Some(limit) = settings.pair_rate.limit() {
        limits::take_pair(thread, limit, now)?;
    }
    if window_failed && window_fails_at_once(data, settings.window_error) {
        return Err(GraphError::new(131047).details(crate::error::explanation(131047)));
    }
    let thread = data.thread(&call.id, &contact_key);
    if !window_failed {
        limits::note_answer(thread, now);
    }
    thread.typing_until_ms = 0;
    let price = limits::price(category, open, limits::free_entry_open(thread, now), now);
    let shown_to = match to {
        To::Phone(text) | To::User(text) => text,
    };
    let mut sent = statuses::accepted(&call.id, shown_to, &contact, &kind, body, &call.version, now);
    sent.price = price;
    sent.template_category = category.map(str::to_owned);
    let bubble = remember(data, &sent, body, quote, template.as_ref().map(|t| &t.1));
    let fate = statuses::fate(&contact, category, window_failed, ordered);
    let answer = answer(&sent, &contact, matches!(to, To::User(_)), settings.bsuid);
    data.record_sent(sent.clone(), settings.keep_sent);
    Ok(Accepted { sent, fate, answer, bubble, link })
}

/// `messaging_product` must be there and be whatsapp.
pub fn check_product(body: &Value) -> GraphResult<()> {
    match body["messaging_product"].as_str() {
        Some("whatsapp") => Ok(()),
        Some(_) => Err(GraphError::param("Param messaging_product must be one of {WHATSAPP}.")),
        None => Err(GraphError::param("The parameter messaging_product is required.")),
    }
}

/// Whom a send names.
#[derive(Clone, Copy)]
enum To<'a> {
    Phone(&'a str),
    User(&'a str),
}

/// `to` goes before `recipient`.
fn recipient(body: &Value) -> GraphResult<To<'_>> {
    if let Some(to) = body["to"].as_str().filter(|t| !t.trim().is_empty()) {
        let count = digits(to).len();
        if is_user_id(to) || !(7..=15).contains(&count) {
            return Err(GraphError::value("Param to must be a phone number; a business-scoped user id goes into recipient."));
        }
        return Ok(To::Phone(to));
    }
    match body["recipient"].as_str().filter(|r| !r.trim().is_empty()) {
        Some(id) if is_user_id(id) => Ok(To::User(id)),
        Some(_) => Err(GraphError::value("Param recipient must be a business-scoped user id.")),
        None => Err(GraphError::param("The parameter to is required.")),
    }
}

/// Checks files given by id; gives the first one given by link.
fn check_files(data: &Data, files: &[MediaRef], now: i64) -> GraphResult<Option<MediaRef>> {
    let mut link = None;
    for file in files {
        if let Some(id) = &file.id {
            let Some(media) = data.media.get(id, now) else {
                return Err(GraphError::value(format!("Media ID {id} does not exist or has expired.")));
            };
            media_rules::check(&file.kind, &media.mime, &media.bytes)?;
        } else if link.is_none() && file.link.is_some() {
            link = Some(file.clone());
        }
    }
    Ok(link)
}

fn check_reaction(data: &mut Data, number: &str, contact: &str, target: &str, now: i64) -> GraphResult<()> {
    let bubble = data.thread(number, contact).bubble_mut(target);
    match bubble {
        Some(b) if now - b.at_ms <= REACTION_MS => Ok(()),
        Some(_) => Err(GraphError::value("The message to react to is older than 30 days.")),
        None => Err(GraphError::value("The message to react to does not exist.")),
    }
}

fn window_fails_at_once(data: &mut Data, mode: WindowError) -> bool {
    match mode {
        WindowError::Sync => true,
        WindowError::Async => false,
        WindowError::Alternate => {
            data.window_turn += 1;
            data.window_turn % 2 == 1
        }
    }
}

/// Puts a send into its thread for the phone page; a reaction changes its target instead.
fn remember(data: &mut Data, sent: &Sent, body: &Value, quote: Option<String>, rendered: Option<&Value>) -> Option<Bubble> {
    let thread = data.thread(&sent.phone_number_id, &sent.contact);
    if sent.kind == "reaction" {
        let reaction = &body["reaction"];
        let target = thread.bubble_mut(reaction["message_id"].as_str().unwrap_or_default())?;
        target.business_reaction = reaction["emoji"].as_str().filter(|e| !e.is_empty()).map(str::to_owned);
        return Some(target.clone());
    }
    let bubble = Bubble {
        id: sent.wamid.clone(),
        business: true,
        at_ms: sent.at_ms,
        kind: sent.kind.clone(),
        content: rendered.unwrap_or(&body[&sent.kind]).clone(),
        quote,
        status: "accepted".into(),
        error: None,
        user_reaction: None,
        business_reaction: None,
    };
    thread.push(bubble.clone());
    Some(bubble)
}

fn answer(sent: &Sent, contact: &crate::state::Contact, by_user_id: bool, bsuid: bool) -> Value {
    let mut who = json!({"input": sent.to});
    if !by_user_id && let Some(wa_id) = &contact.wa_id {
        who["wa_id"] = json!(wa_id);
    }
    if bsuid || by_user_id {
        who["user_id"] = json!(contact.user_id);
    }
    let mut message = json!({"id": sent.wamid});
    if sent.kind == "template" {
        message["message_status"] = json!("accepted");
    }
    json!({"messaging_product": "whatsapp", "contacts": [who], "messages": [message]})
}

/// Fetches the file of a link as Meta would; a file that cannot be had or taken fails the message with 131053.
fn fetch_then_follow(sim: &Arc<Sim>, wamid: String, link: MediaRef, fate: Fate, early: bool) {
    let sim = Arc::clone(sim);
    tokio::spawn(async move {
        let fate = match fetch(&sim, &link).await {
            Ok(id) => {
                note_file(&sim, &wamid, &link.kind, &id);
                fate
            }
            Err(details) => Fate::Fails(131053, Some(details)),
        };
        sim.follow(wamid, fate, early);
    });
}

async fn fetch(sim: &Sim, link: &MediaRef) -> Result<String, String> {
    let url = link.link.as_deref().unwrap_or_default();
    let failed = |e: reqwest::Error| format!("Media could not be downloaded from the link: {}", e.without_url());
    let mut response = sim.http.get(url).timeout(Duration::from_secs(10)).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!("Media could not be downloaded from the link: HTTP {}", response.status().as_u16()));
    }
    let header = response.headers().get("content-type").and_then(|h| h.to_str().ok()).unwrap_or("application/octet-stream");
    let mime = header.to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LINK_LIMIT {
            return Err("Media is too large.".into());
        }
    }
    media_rules::check(&link.kind, &mime, &bytes).map_err(|e| e.details.unwrap_or_default())?;
    let now = sim.clock.now_ms();
    Ok(sim.data().media.add(bytes.into(), &mime, None, false, now))
}

/// Lets the phone page show a fetched file.
fn note_file(sim: &Sim, wamid: &str, kind: &str, id: &str) {
    let mut data = sim.data();
    let Some((number, contact)) = data.sent_mut(wamid).map(|s| (s.phone_number_id.clone(), s.contact.clone())) else { return };
    let Some(bubble) = data.thread(&number, &contact).bubble_mut(wamid) else { return };
    if bubble.kind == kind {
        bubble.content["id"] = json!(id);
    } else {
        bubble.content["header"][kind]["id"] = json!(id);
    }
    let bubble = bubble.clone();
    drop(data);
    sim.publish_bubble(&number, &contact, &bubble);
}

/// Marks a message of the user, and those before it, as read; may show a typing indicator.
pub fn mark_read(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    let now = sim.clock.now_ms();
    let mut data = sim.data();
    if !data.numbers.contains_key(&call.id) {
        return Err(GraphError::no_object(&call.id, "post"));
    }
    check_product(body)?;
    let id = wire::need_text(body, "message_id", "message_id", 500)?;
    let typing = &body["typing_indicator"];
    if !typing.is_null() && typing["type"].as_str() != Some("text") {
        return Err(GraphError::param("Param typing_indicator['type'] must be one of {TEXT}."));
    }
    let unknown = || GraphError::value("Param message_id is not a message received by this number.");
    let thread_key = data.inbound.get(id).cloned().ok_or_else(unknown)?;
    let thread = data.threads.get_mut(&thread_key).filter(|t| t.number == call.id).ok_or_else(unknown)?;
    let mut changed = Vec::new();
    let mut beyond = false;
    for bubble in thread.bubbles.iter_mut().rev() {
        beyond |= bubble.id == id;
        if beyond && !bubble.business && bubble.status != "read" {
            bubble.status = "read".into();
            changed.push(bubble.clone());
        }
    }
    if !typing.is_null() {
        thread.typing_until_ms = now + TYPING_MS;
    }
    let contact = thread.contact.clone();
    data.record_read(ReadReceipt { message_id: id.to_owned(), phone_number_id: call.id.clone(), typing: !typing.is_null(), at_ms: now });
    drop(data);
    for bubble in &changed {
        sim.publish_bubble(&call.id, &contact, bubble);
    }
    if !typing.is_null() {
        sim.publish(&json!({"kind": "typing", "number": call.id, "contact": contact, "ms": TYPING_MS}));
    }
    Ok(success())
}
