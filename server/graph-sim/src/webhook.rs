//! The webhook sender: from a change to signed bytes, through the queue, with retries.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::signing;
use crate::sim::Sim;
use crate::webhook_queue::{Job, Outcome, Step};

/// One element of `entry[].changes[]` and where it belongs.
#[derive(Debug, Clone)]
pub struct Change {
    /// `entry[].id`.
    pub waba_id: String,
    /// Number of the metadata, when the field has one.
    pub number_id: Option<String>,
    /// Name of the field.
    pub field: String,
    /// The value.
    pub value: Value,
}

/// Changes collected by a `batch` or `shuffle` fault.
#[derive(Debug, Default)]
pub struct Held {
    changes: Vec<(Change, Fault)>,
    generation: u64,
}

/// Collected changes of all simulators of this process are kept apart by living in [`Sender`].
#[derive(Debug, Default)]
pub struct Sender {
    held: Mutex<Held>,
}

/// The body of a POST with these changes; changes of one account that follow each other share an entry.
pub fn envelope(changes: &[Change], now_s: i64) -> Value {
    let mut entries: Vec<(String, Vec<Value>)> = Vec::new();
    for change in changes {
        let one = json!({"value": change.value, "field": change.field});
        match entries.last_mut() {
            Some((id, list)) if *id == change.waba_id => list.push(one),
            _ => entries.push((change.waba_id.clone(), vec![one])),
        }
    }
    let entries: Vec<Value> = entries
        .into_iter()
        .map(|(id, changes)| {
            let mut entry = json!({"id": id, "changes": changes});
            // Account fields carry a time, messages do not.
            if entry["changes"][0]["field"] != "messages" {
                entry["time"] = json!(now_s);
            }
            entry
        })
        .collect();
    json!({"object": "whatsapp_business_account", "entry": entries})
}

impl Sim {
    /// Queues a change for the receiver, through the faults in force. Gives the numbers of the bodies made at once.
    pub fn emit(self: &Arc<Self>, change: Change) -> Vec<u64> {
        let fault = self.faults.for_webhook(&change.field).unwrap_or_default();
        let want = fault.batch.or(fault.shuffle).unwrap_or(0);
        if want <= 1 {
            let body = envelope(std::slice::from_ref(&change), self.clock.now_s());
            return self.enqueue(&change, &body, &fault);
        }
        let hold = Duration::from_millis(fault.hold_ms.unwrap_or(1_000));
        let (full, generation) = {
            let mut held = self.queue.sender.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.changes.push((change, fault));
            (held.changes.len() >= want, held.generation)
        };
        if full {
            self.flush_held();
        } else {
            let sim = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(hold).await;
                let same = sim.queue.sender.held.lock().unwrap_or_else(PoisonError::into_inner).generation == generation;
                if same {
                    sim.flush_held();
                }
            });
        }
        Vec::new()
    }

    /// Posts what `batch` and `shuffle` faults have collected.
    pub fn flush_held(self: &Arc<Self>) {
        let mut changes = {
            let mut held = self.queue.sender.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.generation += 1;
            std::mem::take(&mut held.changes)
        };
        let Some((first, fault)) = changes.first().cloned() else { return };
        if fault.shuffle.is_some() {
            changes.sort_by_cached_key(|_| rand::random::<u64>());
        }
        if fault.batch.is_some() {
            let list: Vec<Change> = changes.into_iter().map(|(c, _)| c).collect();
            self.enqueue(&first, &envelope(&list, self.clock.now_s()), &fault);
        } else {
            for (change, fault) in changes {
                let body = envelope(std::slice::from_ref(&change), self.clock.now_s());
                self.enqueue(&change, &body, &fault);
            }
        }
    }

    /// Queues a whole body, as it is.
    pub fn enqueue(&self, origin: &Change, body: &Value, fault: &Fault) -> Vec<u64> {
        let body = Bytes::from(signing::escaped(body));
        let delay = Duration::from_millis(fault.webhook_delay_ms.unwrap_or(0));
        (0..=fault.duplicate.unwrap_or(0).min(100))
            .map(|_| {
                let job = Job {
                    id: 0,
                    waba_id: origin.waba_id.clone(),
                    number_id: origin.number_id.clone(),
                    field: origin.field.clone(),
                    body: body.clone(),
                    bad_signature: fault.bad_signature,
                    created: Instant::now(),
                    attempts: 0,
                };
                self.queue.push(job, delay)
            })
            .collect()
    }

    /// Where webhooks of an account and a number go; none when nobody subscribed.
    pub fn webhook_url(&self, waba_id: &str, number_id: Option<&str>) -> Option<String> {
        let app = self.settings().webhook_url.clone();
        let data = self.peek();
        match data.wabas.get(waba_id) {
            Some(waba) if !waba.subscribed => None,
            waba => {
                number_id.and_then(|n| data.numbers.get(n)?.webhook_override.clone()).or_else(|| waba?.webhook_override.clone()).or(app)
            }
        }
    }

    /// Posts bytes once and gives status and body of the answer.
    pub async fn post_once(&self, url: &str, body: Bytes, signature: Option<&str>) -> Result<(u16, String), String> {
        let timeout = Duration::from_millis(self.settings().webhook_timeout_ms);
        let mut request = self.http.post(url).timeout(timeout).header("content-type", "application/json").body(body);
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        let response = request.send().await.map_err(|e| describe(&e))?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|e| describe(&e))?;
        Ok((status, text.chars().take(2_000).collect()))
    }

    /// Asks the receiver to confirm its subscription (GET with `hub.challenge`); the challenge must come back byte for byte.
    pub async fn verify(&self, url: &str, token: &str) -> Verification {
        let challenge = (rand::random::<u32>()).to_string();
        let sent = self
            .http
            .get(url)
            .query(&[("hub.mode", "subscribe"), ("hub.challenge", challenge.as_str()), ("hub.verify_token", token)])
            .timeout(Duration::from_secs(10))
            .send()
            .await;
        let mut result = Verification { ok: false, status: None, content_type: None, body: String::new(), error: None };
        match sent {
            Ok(response) => {
                result.status = Some(response.status().as_u16());
                let header = response.headers().get("content-type").and_then(|v| v.to_str().ok());
                result.content_type = header.map(str::to_owned);
                match response.text().await {
                    Ok(text) => {
                        result.ok = result.status == Some(200) && text == challenge;
                        result.body = text.chars().take(2_000).collect();
                    }
                    Err(e) => result.error = Some(describe(&e)),
                }
            }
            Err(e) => result.error = Some(describe(&e)),
        }
        result
    }
}

/// Outcome of a subscription check.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Verification {
    /// 200 and the challenge, nothing else.
    pub ok: bool,
    /// HTTP status.
    pub status: Option<u16>,
    /// Content type of the answer.
    pub content_type: Option<String>,
    /// Body of the answer, shortened.
    pub body: String,
    /// What went wrong without an answer.
    pub error: Option<String>,
}

fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Takes bodies from the queue and posts them, until the task is aborted.
pub async fn dispatch(sim: Arc<Sim>) {
    loop {
        match sim.queue.step(sim.settings().webhook_concurrency) {
            Step::Post(job) => {
                let sim = Arc::clone(&sim);
                tokio::spawn(async move { attempt(&sim, job).await });
            }
            Step::Wait(None) => sim.queue.changed().await,
            Step::Wait(Some(time)) => {
                // A timeout is what was waited for.
                let _ = tokio::time::timeout(time, sim.queue.changed()).await;
            }
        }
    }
}

async fn attempt(sim: &Arc<Sim>, job: Job) {
    let settings = sim.settings();
    let started = Instant::now();
    let url = sim.webhook_url(&job.waba_id, job.number_id.as_deref());
    let mut outcome = Outcome { url: url.clone(), status: None, error: None, took: Duration::ZERO, again: None, dropped: false };
    let Some(url) = url else {
        outcome.error = Some("nobody is subscribed".into());
        outcome.dropped = true;
        sim.queue.finish(job, outcome);
        return;
    };
    if sim.faults.attempt_fails(&job.field) {
        outcome.error = Some("webhook_down".into());
    } else {
        let secret = if job.bad_signature { "a wrong secret" } else { &sim.config.app_secret };
        let signature = signing::signature(secret, &job.body);
        match sim.post_once(&url, job.body.clone(), Some(&signature)).await {
            Ok((status, _)) => outcome.status = Some(status),
            Err(error) => outcome.error = Some(error),
        }
    }
    outcome.took = started.elapsed();
    let done = outcome.status == Some(200);
    if !done {
        outcome.dropped = job.created.elapsed() >= Duration::from_secs(settings.webhook_give_up_s);
        if !outcome.dropped {
            let backoff = &settings.webhook_backoff_ms;
            let at = usize::try_from(job.attempts).unwrap_or(usize::MAX).min(backoff.len().saturating_sub(1));
            outcome.again = Some(Duration::from_millis(backoff.get(at).copied().unwrap_or(60_000)));
        }
        tracing::debug!(id = job.id, url, status = outcome.status, error = outcome.error, "webhook not accepted");
    }
    sim.queue.finish(job, outcome);
    sim.touch();
    if sim.queue.note_failing(!done) {
        sim.publish(&json!({"kind": "webhooks", "failing": !done, "pending": sim.queue.totals().pending}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_one_account_share_an_entry() {
        let change = |waba: &str, field: &str| Change { waba_id: waba.into(), number_id: None, field: field.into(), value: json!({}) };
        let body = envelope(&[change("1", "messages"), change("1", "messages"), change("2", "account_update")], 7);
        assert_eq!(body["entry"][0]["changes"].as_array().map(Vec::len), Some(2));
        assert!(body["entry"][0].get("time").is_none());
        assert_eq!(body["entry"][1]["time"], 7);
    }
}
