//! Faults that tests order: wrong answers of the API, and a webhook sender that misbehaves.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// One ordered fault. Every effect that is set applies to each event that matches, `count` times or until deleted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Number by which it is deleted.
    pub id: u64,
    /// Which calls: `messages` (sends, the default), `read`, `media`, `message_templates`, ... or `*`.
    pub path: Option<String>,
    /// Only sends to this address as written in the request.
    pub to: Option<String>,
    /// Events left; null for no end.
    pub count: Option<u64>,

    /// Wait before the answer, in milliseconds.
    pub delay_ms: Option<u64>,
    /// HTTP status of the refusal.
    pub status: Option<u16>,
    /// Code of the refusal; follows from the status when absent.
    pub error_code: Option<u32>,
    /// Subcode of the refusal.
    pub error_subcode: Option<u32>,
    /// `error_data.details` of the refusal.
    pub details: Option<String>,
    /// Body of the refusal instead of the error envelope, such as a proxy's HTML page.
    pub raw_body: Option<String>,
    /// Accept the send, then close the connection without an answer.
    pub lost_answer: bool,
    /// Close the connection without accepting.
    pub drop_connection: bool,
    /// Answer 190, expired.
    pub expired_token: bool,
    /// Accept the send, then a failed status with this code.
    pub async_error: Option<u32>,
    /// Deliver the `sent` status before the answer to the send.
    pub status_before_answer: bool,

    /// Only webhooks of this field, such as `messages`.
    pub field: Option<String>,
    /// Post each webhook this many times more.
    pub duplicate: Option<u32>,
    /// Collect this many webhooks and post them in random order.
    pub shuffle: Option<usize>,
    /// Collect this many changes into one body.
    pub batch: Option<usize>,
    /// Longest time that webhooks are collected, in milliseconds; 1000 when absent.
    pub hold_ms: Option<u64>,
    /// Post webhooks this much later, in milliseconds.
    pub webhook_delay_ms: Option<u64>,
    /// Sign webhooks with a wrong secret.
    pub bad_signature: bool,
    /// Attempts to post fail without reaching the receiver; `count` counts attempts.
    pub webhook_down: bool,
}

impl Fault {
    /// True when it changes answers of the API.
    fn is_api(&self) -> bool {
        self.delay_ms.is_some()
            || self.status.is_some()
            || self.error_code.is_some()
            || self.raw_body.is_some()
            || self.lost_answer
            || self.drop_connection
            || self.expired_token
            || self.async_error.is_some()
            || self.status_before_answer
    }

    /// True when it changes how webhooks are made and queued.
    fn is_webhook(&self) -> bool {
        self.duplicate.is_some() || self.shuffle.is_some() || self.batch.is_some() || self.webhook_delay_ms.is_some() || self.bad_signature
    }

    fn matches_call(&self, path: &str, to: Option<&str>) -> bool {
        let wanted = self.path.as_deref().unwrap_or(if self.expired_token { "*" } else { "messages" });
        (wanted == "*" || wanted == path) && self.to.as_deref().is_none_or(|t| to == Some(t))
    }
}

/// All faults in force.
#[derive(Debug, Default)]
pub struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    list: Vec<Fault>,
}

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault and gives it back with its id; refuses one that does nothing.
    pub fn add(&self, mut fault: Fault) -> Result<Fault, String> {
        if !fault.is_api() && !fault.is_webhook() && !fault.webhook_down {
            return Err("the fault has no effect: name at least one".into());
        }
        if fault.status.is_some_and(|s| !(400..=599).contains(&s)) {
            return Err("status goes from 400 to 599".into());
        }
        let mut inner = self.lock();
        if inner.list.len() >= 1000 {
            return Err("there are 1000 faults already".into());
        }
        inner.next += 1;
        fault.id = inner.next;
        inner.list.push(fault.clone());
        Ok(fault)
    }

    /// The faults in force, oldest first.
    pub fn list(&self) -> Vec<Fault> {
        self.lock().list.clone()
    }

    /// Deletes one fault, or all of them.
    pub fn clear(&self, id: Option<u64>) {
        self.lock().list.retain(|f| id.is_some_and(|id| f.id != id));
    }

    /// Uses up one count of each fault that passes the test and gives what they say together.
    fn take(&self, test: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut inner = self.lock();
        if inner.list.is_empty() {
            return None;
        }
        let mut sum: Option<Fault> = None;
        for fault in inner.list.iter_mut().filter(|f| test(f)) {
            if let Some(count) = &mut fault.count {
                if *count == 0 {
                    continue;
                }
                *count -= 1;
            }
            let s = sum.get_or_insert_with(Fault::default);
            s.delay_ms = s.delay_ms.or(fault.delay_ms);
            s.status = s.status.or(fault.status);
            s.error_code = s.error_code.or(fault.error_code);
            s.error_subcode = s.error_subcode.or(fault.error_subcode);
            s.details = s.details.take().or_else(|| fault.details.clone());
            s.raw_body = s.raw_body.take().or_else(|| fault.raw_body.clone());
            s.lost_answer |= fault.lost_answer;
            s.drop_connection |= fault.drop_connection;
            s.expired_token |= fault.expired_token;
            s.async_error = s.async_error.or(fault.async_error);
            s.status_before_answer |= fault.status_before_answer;
            s.duplicate = s.duplicate.or(fault.duplicate);
            s.shuffle = s.shuffle.or(fault.shuffle);
            s.batch = s.batch.or(fault.batch);
            s.hold_ms = s.hold_ms.or(fault.hold_ms);
            s.webhook_delay_ms = s.webhook_delay_ms.or(fault.webhook_delay_ms);
            s.bad_signature |= fault.bad_signature;
            s.webhook_down |= fault.webhook_down;
        }
        inner.list.retain(|f| f.count != Some(0));
        sum
    }

    /// What happens to this API call.
    pub fn for_call(&self, path: &str, to: Option<&str>) -> Option<Fault> {
        self.take(|f| f.is_api() && f.matches_call(path, to))
    }

    /// What happens to this webhook when it is made.
    pub fn for_webhook(&self, field: &str) -> Option<Fault> {
        self.take(|f| f.is_webhook() && f.field.as_deref().is_none_or(|x| x == field))
    }

    /// True when this attempt to post must fail.
    pub fn attempt_fails(&self, field: &str) -> bool {
        self.take(|f| f.webhook_down && f.field.as_deref().is_none_or(|x| x == field)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_used_up_and_matches_only_its_calls() {
        let faults = Faults::default();
        faults.add(Fault { status: Some(500), count: Some(2), ..Fault::default() }).unwrap();
        assert!(faults.for_call("read", None).is_none(), "a mark-as-read call does not use up a fault of sends");
        assert_eq!(faults.for_call("messages", None).unwrap().status, Some(500));
        assert!(faults.for_webhook("messages").is_none());
        assert!(faults.for_call("messages", Some("5511")).is_some());
        assert!(faults.for_call("messages", None).is_none());
        assert!(faults.list().is_empty());
    }

    #[test]
    fn faults_add_up_and_can_be_deleted() {
        let faults = Faults::default();
        let a = faults.add(Fault { delay_ms: Some(5), ..Fault::default() }).unwrap();
        faults.add(Fault { lost_answer: true, to: Some("1".into()), ..Fault::default() }).unwrap();
        let both = faults.for_call("messages", Some("1")).unwrap();
        assert!(both.lost_answer && both.delay_ms == Some(5));
        assert!(!faults.for_call("messages", Some("2")).unwrap().lost_answer);
        faults.clear(Some(a.id));
        assert_eq!(faults.list().len(), 1);
        faults.clear(None);
        assert!(faults.list().is_empty());
        assert!(faults.add(Fault::default()).is_err());
    }
}
