//! What people do now, as the workspace told and events go on telling. It stands apart from the workspace: who shows that
//! needs not be drawn anew because somebody went to lunch.

use super::store::Store;
use leptos::prelude::*;
use model::{UserId, UserStatus};

impl Store {
    /// What a colleague, or oneself, does now. Tracked.
    pub fn status(&self, id: UserId) -> UserStatus {
        self.statuses.with(|all| all.iter().find(|(user, _)| *user == id).map(|(_, status)| status.clone()).unwrap_or_default())
    }

    /// Somebody's status is this one.
    pub fn now_is(&self, id: UserId, status: UserStatus) {
        self.statuses.update(|all| {
            all.retain(|(user, _)| *user != id);
            all.push((id, status));
        });
    }
}
