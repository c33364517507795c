//! What tests and people may switch while the simulator runs (`/sim/settings`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a send outside the 24-hour window fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowError {
    /// Every second time as an HTTP error, otherwise accepted and failed later.
    Alternate,
    /// Always as an HTTP error.
    Sync,
    /// Always accepted, then a `failed` status.
    Async,
}

/// What happens to a new or edited template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Approved after `template_review_ms`.
    Approve,
    /// Rejected after `template_review_ms`.
    Reject,
    /// Stays PENDING until `/sim/templates` decides.
    Manual,
}

/// Limit of messages from one number to one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairLimit {
    /// Messages that may be sent at once.
    #[serde(default = "default_burst")]
    pub burst: u32,
    /// Milliseconds that each message costs.
    #[serde(default = "default_interval")]
    pub interval_ms: u64,
    /// True: after a burst the whole of it must be paid back before the next message.
    #[serde(default)]
    pub strict: bool,
}

fn default_burst() -> u32 {
    45
}

fn default_interval() -> u64 {
    6_000
}

/// The forms in which the pair limit may be written: `true`, `false`, `"strict"` or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PairRate {
    /// On with Meta's figures, or off.
    Switch(bool),
    /// Meta's figures with full pay-back.
    Named(Strict),
    /// Own figures.
    Limit(PairLimit),
}

/// The word "strict".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strict {
    /// See [`PairLimit::strict`].
    Strict,
}

impl PairRate {
    /// The limit in force, none when switched off.
    pub fn limit(self) -> Option<PairLimit> {
        let meta = PairLimit { burst: default_burst(), interval_ms: default_interval(), strict: false };
        match self {
            Self::Switch(false) => None,
            Self::Switch(true) => Some(meta),
            Self::Named(Strict::Strict) => Some(PairLimit { strict: true, ..meta }),
            Self::Limit(limit) => Some(limit),
        }
    }
}

/// All settings with their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether statuses are sent by themselves.
    pub statuses: bool,
    /// Milliseconds from acceptance to `sent`.
    pub sent_delay_ms: u64,
    /// Milliseconds from acceptance to `delivered`.
    pub delivered_delay_ms: u64,
    /// Milliseconds from `delivered` to `read` when read by itself.
    pub read_delay_ms: u64,
    /// Every delivered message is read by itself.
    pub auto_read: bool,
    /// Go from `sent` straight to `read`, as with an open chat.
    pub skip_delivered: bool,
    /// Enforce the 24-hour window.
    pub window: bool,
    /// How a send outside the window fails.
    pub window_error: WindowError,
    /// Messages to one user.
    pub pair_rate: PairRate,
    /// Messages per second of one number, both ways; 0 is unlimited.
    pub throughput: u32,
    /// Put the business's country code before numbers written without one.
    pub country_prefix: bool,
    /// Fetch media given by `link`; otherwise links are taken as good.
    pub fetch_links: bool,
    /// Webhooks carry the business-scoped user id of every contact.
    pub bsuid: bool,
    /// What becomes of new templates.
    pub template_review: Review,
    /// Milliseconds that the review takes.
    pub template_review_ms: u64,
    /// Seconds that a media URL lives.
    pub media_url_ttl_s: u64,
    /// Where webhooks go unless an account or a number says otherwise.
    pub webhook_url: Option<String>,
    /// Webhooks posted at the same time.
    pub webhook_concurrency: usize,
    /// Milliseconds after which a webhook without answer is tried again.
    pub webhook_timeout_ms: u64,
    /// Milliseconds before each retry; the last one repeats.
    pub webhook_backoff_ms: Vec<u64>,
    /// Seconds after which a webhook is given up.
    pub webhook_give_up_s: u64,
    /// API version that shapes statuses, as "v23.0"; that of the send when null.
    pub webhook_api_version: Option<String>,
    /// How many accepted sends are remembered.
    pub keep_sent: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            statuses: true,
            sent_delay_ms: 150,
            delivered_delay_ms: 400,
            read_delay_ms: 300,
            auto_read: false,
            skip_delivered: false,
            window: true,
            window_error: WindowError::Alternate,
            pair_rate: PairRate::Switch(true),
            throughput: 80,
            country_prefix: true,
            fetch_links: true,
            bsuid: true,
            template_review: Review::Approve,
            template_review_ms: 1_500,
            media_url_ttl_s: 300,
            webhook_url: None,
            webhook_concurrency: 4,
            webhook_timeout_ms: 10_000,
            webhook_backoff_ms: vec![200, 1_000, 3_000, 10_000, 30_000, 60_000],
            webhook_give_up_s: 7 * 24 * 3600,
            webhook_api_version: None,
            keep_sent: 200_000,
        }
    }
}

impl Settings {
    /// The settings after the keys of `patch` were replaced; unknown keys and wrong types are refused with a sentence.
    pub fn patched(&self, patch: &Value) -> Result<Self, String> {
        let Value::Object(patch) = patch else {
            return Err("settings are a JSON object".into());
        };
        let mut all = serde_json::to_value(self).map_err(|e| e.to_string())?;
        for (key, value) in patch {
            match all.get_mut(key) {
                Some(slot) => *slot = value.clone(),
                None => return Err(format!("there is no setting '{key}'")),
            }
        }
        let new: Self = serde_json::from_value(all).map_err(|e| format!("wrong value: {e}"))?;
        if new.webhook_concurrency == 0 || new.webhook_concurrency > 512 {
            return Err("webhook_concurrency goes from 1 to 512".into());
        }
        if let Some(url) = &new.webhook_url {
            crate::config::http_url(url)?;
        }
        if new.webhook_backoff_ms.is_empty() {
            return Err("webhook_backoff_ms needs at least one delay".into());
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_can_be_switched_off_and_pinned() {
        let s = Settings::default().patched(&json!({"pair_rate": false, "throughput": 0})).unwrap();
        assert_eq!((s.pair_rate.limit(), s.throughput), (None, 0));
        let s = s.patched(&json!({"pair_rate": {"burst": 1}, "window_error": "sync"})).unwrap();
        assert_eq!(s.pair_rate.limit(), Some(PairLimit { burst: 1, interval_ms: 6000, strict: false }));
        assert_eq!(s.throughput, 0, "keys that were not named keep their value");
        assert!(s.patched(&json!({"pair_rate": "strict"})).unwrap().pair_rate.limit().unwrap().strict);
    }

    #[test]
    fn unknown_or_wrong_settings_are_refused() {
        for bad in [json!({"nope": 1}), json!({"throughput": "fast"}), json!([]), json!({"webhook_concurrency": 0})] {
            assert!(Settings::default().patched(&bad).is_err(), "{bad}");
        }
    }
}
