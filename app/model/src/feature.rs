//! What an admin switches on for the whole account.

use serde::{Deserialize, Serialize};

/// The account's switches; all are off at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    /// Colleagues write to each other (CI-1).
    #[serde(default)]
    pub internal_chat: bool,
    /// Only who serves a conversation answers in it; supervisors and admins take it over first.
    #[serde(default)]
    pub only_assignee: bool,
    /// Teams may hand out what waits in their queues (DI-1).
    #[serde(default)]
    pub distribution: bool,
    /// What is switched off of that which is on at first: ask [`Features::has`].
    #[serde(default)]
    pub off: i64,
}
