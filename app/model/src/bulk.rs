//! Concluding many conversations at once, and purging old ones.

use crate::{
    ChannelId, Check, ClosingJobId, ConversationId, ConversationStatus, Fault, Millis, ReasonId, TagId, TeamId, UserId, Wrong, limit, words,
};
use serde::{Deserialize, Serialize};

/// Which open conversations: AND between kinds, OR inside; empty = all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkFilter {
    #[serde(default)]
    pub channels: Vec<ChannelId>,
    #[serde(default)]
    pub teams: Vec<TeamId>,
    #[serde(default)]
    pub assignees: Vec<UserId>,
    /// None: waiting and in progress.
    #[serde(default)]
    pub status: Option<ConversationStatus>,
    /// No message either way for this long; 0 = any.
    #[serde(default)]
    pub idle_minutes: i64,
    /// Of contacts that have one of these.
    #[serde(default)]
    pub tags: Vec<TagId>,
    /// First and last day on which it began, in the account's time, such as `2026-11-21`; empty = open.
    #[serde(default)]
    pub created_from: String,
    #[serde(default)]
    pub created_until: String,
    /// First and last day between which somebody wrote in it, either way.
    #[serde(default)]
    pub active_from: String,
    #[serde(default)]
    pub active_until: String,
}

/// Concluding what a filter finds, as one confirms it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDraft {
    pub filter: BulkFilter,
    /// How many the screen said there are.
    pub expected: i64,
    /// Send the closing message (BC-2).
    #[serde(default)]
    pub with_message: bool,
    /// One for all (CO-5).
    #[serde(default)]
    pub reason_id: Option<ReasonId>,
    /// The code that was sent to the person; their password where none can be sent (AC-8).
    #[serde(default)]
    pub code: String,
}

impl BulkDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .that((1..=limit::BULK_MAX).contains(&self.expected), "expected", Wrong::NotAllowed)
            .that(self.filter.status != Some(ConversationStatus::Completed), "status", Wrong::NotAllowed)
            .that((0..=limit::IDLE_MINUTES_MAX * 12).contains(&self.filter.idle_minutes), "idle_minutes", Wrong::NotAllowed)
            .done()
    }
}

words! {
    /// Where a job is.
    pub enum JobState { Running = "RUNNING", Done = "DONE", Cancelled = "CANCELLED" }
}

words! {
    /// What became of one conversation of a job.
    pub enum ItemState { Waiting = "WAITING", Done = "DONE", Failed = "FAILED" }
}

/// A job and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkJob {
    pub id: ClosingJobId,
    pub by: UserId,
    pub state: JobState,
    pub total: i64,
    pub done: i64,
    pub failed: i64,
    pub created_at: Millis,
    pub finished_at: Option<Millis>,
}

/// What became of one of its conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkItem {
    pub conversation_id: ConversationId,
    pub protocol: String,
    pub contact_name: String,
    pub state: ItemState,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// One purge of old conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purge {
    pub at: Millis,
    /// Conversations concluded before this.
    pub before: Millis,
    pub conversations: i64,
    pub messages: i64,
    pub files: i64,
}

/// How long concluded conversations are kept, and what was purged lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// 0 = for ever.
    pub months: i64,
    /// The newest first.
    pub purges: Vec<Purge>,
}
