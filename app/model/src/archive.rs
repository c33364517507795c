//! What the archive of concluded conversations is asked for (AR-2).

use crate::{ReasonId, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// Which concluded conversations: all that is said holds at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveQuery {
    /// First and last day of the conclusion in the account's time, such as `2026-11-21`; empty = open.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub until: String,
    /// Who served it last.
    #[serde(default)]
    pub assignee_id: Option<UserId>,
    #[serde(default)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub reason_id: Option<ReasonId>,
    /// Beginnings of names, or a number.
    #[serde(default)]
    pub contact: String,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// 1 to [`crate::limit::PAGE_MAX`].
    #[serde(default)]
    pub limit: Option<i64>,
}
