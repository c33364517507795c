//! What people keep for themselves and for each other: pinned and snoozed conversations, and views.

use crate::{Check, Conversation, Fault, Filter, Millis, Seen, TeamId, UserId, ViewId, Wrong, json::tagged, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// Who sees a view.
    pub enum ViewScope {
        Mine = "MINE",
        /// The members of a team.
        Team = "TEAM",
        All = "ALL",
    }
}

/// A filter and an order of the inbox under a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SavedView {
    pub id: ViewId,
    /// Who made it.
    pub owner_id: UserId,
    pub scope: ViewScope,
    /// Of [`ViewScope::Team`].
    pub team_id: Option<TeamId>,
    pub name: String,
    pub filter: Filter,
    pub oldest_first: bool,
}

impl SavedView {
    /// Whether somebody may change and delete it: their own, a team's whose supervisor they are, all as an admin.
    pub fn may_change(&self, seen: &Seen) -> bool {
        may_keep(seen, self.scope, self.team_id, self.owner_id)
    }
}

/// Whether somebody may keep a view for these people.
fn may_keep(seen: &Seen, scope: ViewScope, team: Option<TeamId>, owner: UserId) -> bool {
    match scope {
        ViewScope::Mine => owner == seen.me,
        ViewScope::Team => seen.all || team.is_some_and(|t| seen.supervised.contains(&t)),
        ViewScope::All => seen.all,
    }
}

/// What is typed to keep or change a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewDraft {
    pub id: Option<ViewId>,
    pub scope: ViewScope,
    pub team_id: Option<TeamId>,
    pub name: String,
    pub filter: Filter,
    pub oldest_first: bool,
}

impl ViewDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let f = &self.filter;
        let most = [f.channels.len(), f.teams.len(), f.assignees.len(), f.tags.len(), f.priorities.len(), f.sla.len()]
            .into_iter()
            .max()
            .unwrap_or(0);
        Check::default()
            .text(&self.name, "name", limit::VIEW_NAME_MAX)
            .that(most <= limit::VIEW_CHOICES_MAX, "filter", Wrong::TooMany)
            .that(self.scope != ViewScope::Team || self.team_id.is_some(), "team_id", Wrong::Required)
            .done()
    }

    /// Whether somebody may keep it for those whom it names.
    pub fn is_allowed(&self, seen: &Seen) -> bool {
        may_keep(seen, self.scope, self.team_id, seen.me)
    }
}

/// What the list shows beside its pages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Of my own conversations those that I pinned, the latest pin first.
    #[serde(default)]
    pub pinned: Vec<Conversation>,
    /// Of my own conversations those that are snoozed, the next to come back first.
    #[serde(default)]
    pub snoozed: Vec<Conversation>,
    /// By name.
    #[serde(default)]
    pub views: Vec<SavedView>,
}

words! {
    /// The usual times until which a conversation is snoozed.
    pub enum SnoozeKind {
        /// In three hours, while that is still today.
        Later = "LATER",
        /// Tomorrow morning.
        Tomorrow = "TOMORROW",
        /// On Monday morning.
        Week = "WEEK",
    }
}

/// A usual time, worked out in the account's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeChoice {
    pub kind: SnoozeKind,
    pub at: Millis,
}

tagged! { "until":
    /// Until when a conversation is snoozed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum SnoozeUntil {
        Time { at: Millis },
        /// Day and time on the clocks of the account's time zone, as `2026-11-23T08:00`.
        Clock { local: String },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Restriction, Role, TeamLink};

    fn seen(role: Role, supervises: bool) -> Seen {
        let link = TeamLink { team_id: TeamId(1), is_agent: true, is_supervisor: supervises };
        Seen::new(UserId(7), role, &[link], &[(TeamId(1), Restriction::None)])
    }

    #[test]
    fn views_are_kept_by_those_who_may_speak_for_whom_they_are_for() {
        let draft =
            |scope, team_id| ViewDraft { id: None, scope, team_id, name: "x".into(), filter: Filter::default(), oldest_first: false };
        let (agent, supervisor, admin) = (seen(Role::Agent, false), seen(Role::Agent, true), seen(Role::Admin, false));
        let may = |scope, team| [&agent, &supervisor, &admin].map(|s| draft(scope, team).is_allowed(s));
        assert_eq!(may(ViewScope::Mine, None), [true, true, true]);
        assert_eq!(may(ViewScope::Team, Some(TeamId(1))), [false, true, true]);
        assert_eq!(may(ViewScope::Team, Some(TeamId(2))), [false, false, true]);
        assert_eq!(may(ViewScope::All, None), [false, false, true]);
        assert!(draft(ViewScope::Team, None).check().is_err());
    }
}
