//! Statuses of accepted sends: sent, delivered, read, failed, with their webhooks.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::error::status_error;
use crate::ids;
use crate::limits;
use crate::settings::Settings;
use crate::sim::Sim;
use crate::state::{Contact, Data, Sent};
use crate::webhook::Change;

/// How an accepted send goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// sent, then delivered, then maybe read.
    Arrives,
    /// Only sent: the phone is off.
    Waits,
    /// Fails with a code and details.
    Fails(u32, Option<String>),
}

/// Order of statuses; a status never goes down by itself.
pub fn rank(status: &str) -> u8 {
    match status {
        "accepted" => 0,
        "sent" => 1,
        "delivered" => 2,
        "read" => 3,
        "played" => 4,
        _ => 9,
    }
}

/// What may be said differently about a status that a test orders.
#[derive(Debug, Default, Clone)]
pub struct Wording {
    /// Error code of a failed status.
    pub error_code: Option<u32>,
    /// Details of the error.
    pub details: Option<String>,
    /// `errors` as they are.
    pub errors: Option<Value>,
    /// `timestamp`, seconds.
    pub timestamp: Option<i64>,
    /// Keys to put over the status object.
    pub extra: Option<Value>,
    /// Send it although the message is beyond it.
    pub force: bool,
}

/// Major version of "v23.0".
fn major(version: &str) -> u32 {
    version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok()).unwrap_or(25)
}

/// The `statuses[]` element of a send.
fn element(
    sent: &Sent,
    contact: &Contact,
    status: &str,
    wording: &Wording,
    settings: &Settings,
    now_s: i64,
    free_until_s: Option<i64>,
) -> Value {
    let failed = status == "failed";
    let mut s = json!({
        "id": sent.wamid,
        "status": status,
        "timestamp": wording.timestamp.unwrap_or(now_s).to_string(),
    });
    if let Some(wa_id) = contact.visible_wa_id() {
        s["recipient_id"] = json!(wa_id);
    }
    if contact.bsuid_only || (settings.bsuid && !failed) {
        s["recipient_user_id"] = json!(contact.user_id);
    }
    if let Some(data) = &sent.biz_opaque_callback_data {
        s["biz_opaque_callback_data"] = json!(data);
    }
    let version = settings.webhook_api_version.as_deref().unwrap_or(&sent.version);
    let old = major(version) <= 23;
    let free_entry = sent.price.kind.as_deref() == Some("free_entry_point");
    if !failed && (old || free_entry) {
        s["conversation"] = json!({"id": conversation_id(sent), "origin": {"type": sent.price.category}});
        if status == "sent" {
            let until = free_until_s.filter(|_| free_entry).unwrap_or(now_s + 24 * 3600);
            s["conversation"]["expiration_timestamp"] = json!(until.to_string());
        }
    }
    let tells_price = old || matches!(status, "sent") || (matches!(status, "delivered" | "read") && !sent.price_told);
    if !failed && tells_price {
        let mut pricing = json!({
            "billable": sent.price.billable,
            "pricing_model": sent.price.model,
            "category": sent.price.category,
        });
        if let Some(kind) = &sent.price.kind {
            pricing["type"] = json!(kind);
        }
        s["pricing"] = pricing;
    }
    if failed {
        s["errors"] = wording
            .errors
            .clone()
            .unwrap_or_else(|| json!([status_error(wording.error_code.unwrap_or(131000), wording.details.as_deref())]));
    }
    if let Some(Value::Object(extra)) = &wording.extra {
        for (key, value) in extra {
            s[key.as_str()] = value.clone();
        }
    }
    s
}

/// A conversation id that is the same for every status of a message.
fn conversation_id(sent: &Sent) -> String {
    use sha2::Digest;
    hex::encode(&sha2::Sha256::digest(sent.wamid.as_bytes())[..16])
}

/// `contacts[]` that goes with statuses; none on failed ones.
fn contacts(contact: &Contact, status: &str, settings: &Settings) -> Option<Value> {
    if status == "failed" || !(settings.bsuid || contact.bsuid_only) {
        return None;
    }
    let mut c = json!({"profile": {"name": contact.name}, "user_id": contact.user_id});
    if let Some(wa_id) = contact.visible_wa_id() {
        c["wa_id"] = json!(wa_id);
    }
    if status != "sent"
        && let Some(username) = &contact.username
    {
        c["profile"]["username"] = json!(username);
    }
    Some(json!([c]))
}

/// Changes the status of a send and makes the webhook's change; none when unknown or not a step forward.
fn advance(
    data: &mut Data,
    settings: &Settings,
    now_ms: i64,
    wamid: &str,
    status: &str,
    wording: &Wording,
) -> Option<(Change, String, String)> {
    let sent = data.sent_mut(wamid)?;
    if !wording.force && (rank(status) <= rank(&sent.status) || sent.status == "failed") {
        return None;
    }
    let before = sent.clone();
    if rank(status) > rank(&sent.status) || status == "failed" {
        sent.status = status.to_owned();
    }
    if status == "failed" {
        sent.error_code = wording.error_code.or(Some(131000));
    }
    if matches!(status, "delivered" | "read") {
        sent.price_told = true;
    }
    let contact = data.contacts.get(&before.contact).cloned().unwrap_or_default();
    let thread = data.thread(&before.phone_number_id, &before.contact);
    let free_until = thread.free_until_ms.map(|ms| ms / 1000);
    match status {
        "delivered" => thread.unread.push_back(wamid.to_owned()),
        "read" | "failed" => thread.unread.retain(|id| id != wamid),
        _ => {}
    }
    while thread.unread.len() > 1_000 {
        thread.unread.pop_front();
    }
    let s = element(&before, &contact, status, wording, settings, now_ms.div_euclid(1000), free_until);
    if let Some(bubble) = thread.bubble_mut(wamid)
        && (rank(status) > rank(&bubble.status) || status == "failed")
    {
        bubble.status = status.to_owned();
        bubble.error = s.get("errors").and_then(|e| e.get(0)).cloned();
    }
    let number = data.numbers.get(&before.phone_number_id)?;
    let mut value = json!({"messaging_product": "whatsapp", "metadata": number.metadata(), "statuses": [s]});
    if let Some(list) = contacts(&contact, status, settings) {
        value["contacts"] = list;
    }
    let change = Change { waba_id: number.waba_id.clone(), number_id: Some(number.id.clone()), field: "messages".into(), value };
    Some((change, before.phone_number_id, before.contact))
}

impl Sim {
    /// Gives a send a status and queues its webhook; the numbers of the bodies, none when nothing changed.
    pub fn set_status(self: &Arc<Self>, wamid: &str, status: &str, wording: &Wording) -> Option<Vec<u64>> {
        let settings = self.settings();
        let (change, bubble) = {
            let mut data = self.data();
            let (change, number, contact) = advance(&mut data, &settings, self.clock.now_ms(), wamid, status, wording)?;
            let bubble = data.thread(&number, &contact).bubble_mut(wamid).cloned();
            (change, bubble.map(|b| (number, contact, b)))
        };
        if let Some((number, contact, bubble)) = bubble {
            self.publish_bubble(&number, &contact, &bubble);
        }
        Some(self.emit(change))
    }

    /// Lets an accepted send go its way.
    pub fn follow(self: &Arc<Self>, wamid: String, fate: Fate, sent_already: bool) {
        let settings = self.settings();
        if !settings.statuses {
            return;
        }
        let sim = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(settings.sent_delay_ms)).await;
            if let Fate::Fails(code, details) = fate {
                let wording = Wording { error_code: Some(code), details, ..Wording::default() };
                sim.set_status(&wamid, "failed", &wording);
                return;
            }
            if !sent_already {
                sim.set_status(&wamid, "sent", &Wording::default());
            }
            if fate == Fate::Waits {
                return;
            }
            let rest = settings.delivered_delay_ms.saturating_sub(settings.sent_delay_ms);
            tokio::time::sleep(Duration::from_millis(rest)).await;
            sim.arrive(&wamid, &settings).await;
        });
    }

    /// Delivered, and read when that happens by itself.
    async fn arrive(self: &Arc<Self>, wamid: &str, settings: &Settings) {
        if !settings.skip_delivered {
            self.set_status(wamid, "delivered", &Wording::default());
        }
        let reads = {
            let mut data = self.data();
            let contact = data.sent_mut(wamid).map(|s| s.contact.clone());
            contact.and_then(|c| data.contacts.get(&c)?.auto_read).unwrap_or(settings.auto_read)
        };
        if reads || settings.skip_delivered {
            tokio::time::sleep(Duration::from_millis(settings.read_delay_ms)).await;
            self.set_status(wamid, "read", &Wording::default());
        }
    }

    /// The person opened the chat: everything delivered is read. Gives how many messages.
    pub fn read_thread(self: &Arc<Self>, number: &str, contact: &str) -> usize {
        let ids: Vec<String> = self.data().thread(number, contact).unread.iter().cloned().collect();
        ids.iter().filter(|id| self.set_status(id, "read", &Wording::default()).is_some()).count()
    }

    /// The phone is back: what waited is delivered.
    pub fn deliver_waiting(self: &Arc<Self>, contact: &str) {
        let waiting: Vec<String> =
            self.data().sent.iter().filter(|s| s.contact == contact && s.status == "sent").map(|s| s.wamid.clone()).collect();
        let sim = Arc::clone(self);
        tokio::spawn(async move {
            let settings = sim.settings();
            for wamid in waiting {
                sim.arrive(&wamid, &settings).await;
            }
        });
    }
}

/// What happens to a send, from the marks of the person and the window.
pub fn fate(contact: &Contact, category: Option<&str>, window_failed: bool, ordered: Option<u32>) -> Fate {
    if let Some(code) = ordered {
        return Fate::Fails(code, None);
    }
    if window_failed {
        return Fate::Fails(131047, None);
    }
    if contact.not_on_whatsapp {
        return Fate::Fails(131026, None);
    }
    if category == Some("MARKETING") && contact.opted_out {
        return Fate::Fails(131050, None);
    }
    if category == Some("MARKETING") && contact.capped {
        return Fate::Fails(131049, None);
    }
    if contact.offline { Fate::Waits } else { Fate::Arrives }
}

/// A send that was accepted and is about to be remembered; the version decides what its statuses look like.
pub fn accepted(number: &str, to: &str, contact: &Contact, kind: &str, payload: &Value, version: &str, now_ms: i64) -> Sent {
    Sent {
        seq: 0,
        wamid: ids::wamid(contact.address(), ids::Side::Business),
        phone_number_id: number.to_owned(),
        to: to.to_owned(),
        address: contact.address().to_owned(),
        contact: contact.key.clone(),
        kind: kind.to_owned(),
        payload: to_raw_value(payload).unwrap_or_default(),
        biz_opaque_callback_data: payload["biz_opaque_callback_data"].as_str().map(str::to_owned),
        version: version.to_owned(),
        at_ms: now_ms,
        status: "accepted".into(),
        error_code: None,
        price: limits::price(None, true, false, now_ms),
        price_told: false,
        template_category: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(version: &str) -> (Sent, Contact) {
        let contact = Contact { wa_id: Some("5511987654321".into()), user_id: "BR.1".into(), ..Contact::default() };
        let payload = json!({"biz_opaque_callback_data": "o1"});
        (accepted("1", "+55", &contact, "text", &payload, version, 1_790_000_000_000), contact)
    }

    fn say(version: &str, status: &str, told: bool) -> Value {
        let (mut sent, contact) = sent(version);
        sent.price_told = told;
        element(&sent, &contact, status, &Wording::default(), &Settings::default(), 5, None)
    }

    #[test]
    fn version_24_leaves_the_conversation_out_and_version_23_has_it() {
        assert!(say("v24.0", "sent", false).get("conversation").is_none());
        let old = say("v23.0", "sent", false);
        assert!(old["conversation"]["expiration_timestamp"].is_string());
        assert!(say("v23.0", "delivered", false)["conversation"].get("expiration_timestamp").is_none());
        assert_eq!(old["conversation"]["id"].as_str().map(str::len), Some(32));
    }

    #[test]
    fn pricing_is_told_on_sent_and_on_one_of_delivered_and_read() {
        assert!(say("v25.0", "sent", false).get("pricing").is_some());
        assert!(say("v25.0", "delivered", false).get("pricing").is_some());
        assert!(say("v25.0", "read", true).get("pricing").is_none());
        assert!(say("v25.0", "read", false).get("pricing").is_some(), "delivered was skipped");
        assert!(say("v25.0", "failed", false).get("pricing").is_none());
    }

    #[test]
    fn failed_has_errors_and_everything_echoes_the_callback_data() {
        let failed = say("v25.0", "failed", false);
        assert_eq!(failed["errors"][0]["code"], 131000);
        assert!(failed.get("recipient_user_id").is_none());
        assert_eq!(failed["biz_opaque_callback_data"], "o1");
        assert_eq!(say("v25.0", "read", false)["recipient_id"], "5511987654321");
    }

    #[test]
    fn marks_decide_the_fate() {
        let marked = |f: fn(&mut Contact)| {
            let mut c = Contact::default();
            f(&mut c);
            c
        };
        assert_eq!(fate(&marked(|c| c.not_on_whatsapp = true), None, false, None), Fate::Fails(131026, None));
        assert_eq!(fate(&marked(|c| c.opted_out = true), Some("MARKETING"), false, None), Fate::Fails(131050, None));
        assert_eq!(fate(&marked(|c| c.opted_out = true), Some("UTILITY"), false, None), Fate::Arrives);
        assert_eq!(fate(&marked(|c| c.capped = true), Some("MARKETING"), false, None), Fate::Fails(131049, None));
        assert_eq!(fate(&marked(|c| c.offline = true), None, false, None), Fate::Waits);
        assert_eq!(fate(&Contact::default(), None, true, None), Fate::Fails(131047, None));
        assert_eq!(fate(&Contact::default(), None, false, Some(131053)), Fate::Fails(131053, None));
    }
}
