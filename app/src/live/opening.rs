//! Whether account and teams are open, as the workspace told; asked again when that changes.

use super::store::Store;
use leptos::prelude::*;
use model::{OpenState, TeamId};

impl Store {
    /// How a team stands, or the account; none before the first answer. Tracked.
    pub fn opening(&self, team: Option<TeamId>) -> Option<OpenState> {
        self.workspace.with(|w| {
            let all = &w.as_ref()?.open;
            all.iter().find(|s| s.team_id == team).or_else(|| all.iter().find(|s| s.team_id.is_none())).copied()
        })
    }

    /// Whether what the workspace told of hours is over. Not tracked.
    #[cfg(feature = "browser")]
    pub(super) fn opening_is_over(&self) -> bool {
        let now = self.server_now();
        self.workspace.with_untracked(|w| w.as_ref().is_some_and(|w| w.open.iter().any(|s| s.changes_at.is_some_and(|at| at <= now))))
    }
}
