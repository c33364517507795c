//! Promises of service in words: priorities, and how a conversation's promises stand.

use crate::i18n::*;
use crate::part::Tone;
use leptos_i18n::I18nContext;
use model::{Priority, SlaMark};

/// The name of a priority. Tracks the language.
pub fn priority(i18n: I18nContext<Locale>, priority: Priority) -> String {
    match priority {
        Priority::Low => t_string!(i18n, sla.priority.low),
        Priority::Normal => t_string!(i18n, sla.priority.normal),
        Priority::High => t_string!(i18n, sla.priority.high),
        Priority::Urgent => t_string!(i18n, sla.priority.urgent),
    }
    .to_string()
}

/// How pressing it looks; none for what needs no word.
pub fn priority_tone(priority: Priority) -> Option<Tone> {
    match priority {
        Priority::Normal => None,
        Priority::Low => Some(Tone::Neutral),
        Priority::High => Some(Tone::Warning),
        Priority::Urgent => Some(Tone::Danger),
    }
}

/// Tone, icon and word of a promise in danger or broken. Tracks the language.
pub fn mark(i18n: I18nContext<Locale>, mark: SlaMark) -> (Tone, &'static str, String) {
    match mark {
        SlaMark::Warned => (Tone::Warning, "hourglass", t_string!(i18n, sla.row.warned).to_string()),
        SlaMark::Breached => (Tone::Danger, "alert", t_string!(i18n, sla.row.breached).to_string()),
    }
}
