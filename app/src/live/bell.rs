//! Notifications as the live connection brings them. What is done with them is in `screen::alert`, which comes later than
//! the first sight.

use super::store::Store;
use leptos::prelude::*;
use model::Alert;

/// What is known of notifications.
#[derive(Clone, Copy)]
pub struct Bell {
    /// Unread ones.
    pub unread: RwSignal<i64>,
    /// The last one that came, numbered, so that two of the same are two.
    pub heard: RwSignal<Option<(u32, Alert)>>,
    /// Changes when what is under the bell must be fetched again.
    pub stale: RwSignal<u32>,
}

impl Bell {
    pub(super) fn new() -> Bell {
        Bell { unread: RwSignal::new(0), heard: RwSignal::new(None), stale: RwSignal::new(0) }
    }

    /// What is shown is to be fetched again.
    pub fn refetch(self) {
        self.stale.update(|n| *n = n.wrapping_add(1));
    }
}

impl Store {
    /// A notification came, or something about them changed elsewhere.
    #[cfg(feature = "browser")]
    pub(super) fn alerted(&self, alert: Option<Alert>) {
        if let Some(alert) = alert {
            let n = self.bell.heard.with_untracked(|h| h.as_ref().map_or(0, |(n, _)| n.wrapping_add(1)));
            self.bell.heard.set(Some((n, alert)));
        }
        self.bell.refetch();
    }

    /// Adds a text from outside to what is unsent in a conversation.
    pub fn add_to_draft(&self, id: model::ConversationId, text: &str) {
        let before = self.draft(id).get_untracked();
        let gap = if before.is_empty() || before.ends_with(char::is_whitespace) { "" } else { "\n" };
        self.save_draft(id, format!("{before}{gap}{text}"));
    }
}
