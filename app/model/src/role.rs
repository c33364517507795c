//! Roles: named sets of permissions, and how far each sees (03, section 3.3).

use crate::{Fault, Role, RoleId, TeamId, UserId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// What one can do in an account besides conversations.
    pub enum Permission {
        /// Account, teams, channels, hours, how conversations end.
        Settings = "SETTINGS",
        /// Work in the inbox at all; everybody may.
        Inbox = "INBOX",
        /// Invite and change people, as far as one's own role reaches.
        People = "PEOPLE",
        /// Make and change roles.
        Roles = "ROLES",
        /// Change tags, fields of contacts and reasons; others use them.
        Lists = "LISTS",
        /// Find and read every contact; who may not reads those of the conversations that they see.
        Contacts = "CONTACTS",
        /// Block contacts.
        Block = "BLOCK",
    }
}

words! {
    /// Whose conversations a role sees, the narrowest first.
    #[derive(Default)]
    pub enum Sight {
        /// Their own, and the queues of their teams.
        #[default]
        Own = "OWN",
        /// Those of their teams, by each team's restriction.
        Teams = "TEAMS",
        /// Everything in their teams, as a supervisor.
        Led = "LED",
        /// Everything, as an admin.
        All = "ALL",
    }
}

/// What a role may and how far it sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    pub sight: Sight,
    pub permissions: Vec<Permission>,
}

/// A role that the account made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    pub id: RoleId,
    pub name: String,
    pub rights: Rights,
    /// Counts its changes.
    pub version: i64,
}

/// What is typed to make or change a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleDraft {
    /// `None` makes a new one.
    pub id: Option<RoleId>,
    pub name: String,
    pub rights: Rights,
    /// The version that was changed.
    #[serde(default)]
    pub version: i64,
}

/// A role of somebody: one that every account has, or which of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleOf {
    pub role: Role,
    #[serde(default)]
    pub role_id: Option<RoleId>,
}

/// Who gets the conversations of somebody who goes (US-4); nobody: their teams' queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    #[serde(default)]
    pub to: Option<UserId>,
}

/// What becomes of the open conversations of a team that is deleted (TE-4): they go to another, or are completed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamEnd {
    #[serde(default)]
    pub to: Option<TeamId>,
    #[serde(default)]
    pub complete: bool,
    /// Why they are completed, where the account wants to know.
    #[serde(default)]
    pub reason_id: Option<crate::ReasonId>,
}

/// Conversations on their way from a person or a team that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    pub user_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub total: i64,
    pub done: i64,
}

impl From<Role> for Sight {
    /// Of a role of the account's own nothing is known here but that it may be the narrowest.
    fn from(role: Role) -> Sight {
        match role {
            Role::Admin => Sight::All,
            Role::Manager => Sight::Led,
            Role::Agent => Sight::Teams,
            Role::Restricted | Role::Custom => Sight::Own,
        }
    }
}

impl Role {
    /// The roles that every account has.
    pub const BUILT_IN: [Role; 4] = [Role::Admin, Role::Manager, Role::Agent, Role::Restricted];

    /// What it may (3.3).
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            Role::Admin => Permission::ALL,
            Role::Manager => &[Inbox, People, Lists, Contacts, Block],
            Role::Agent => &[Inbox, Contacts],
            Role::Restricted | Role::Custom => &[Inbox],
        }
    }

    /// Whether the role may; a role of the account's own is asked for its [`Rights`].
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

impl Rights {
    /// Those of a role that every account has.
    pub fn of(role: Role) -> Rights {
        Rights { sight: role.into(), permissions: role.permissions().to_vec() }
    }

    /// Whether they hold the permission.
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::Inbox || self.permissions.contains(&permission)
    }

    /// Whether who has these may give the others: nobody gives what they do not have.
    pub fn covers(&self, other: &Rights) -> bool {
        other.sight <= self.sight && other.permissions.iter().all(|p| self.may(*p))
    }

    /// Whether something is to be seen in the settings.
    pub fn opens_settings(&self) -> bool {
        [Permission::Settings, Permission::People, Permission::Roles, Permission::Lists].iter().any(|p| self.may(*p))
    }
}

impl Default for Rights {
    fn default() -> Rights {
        Rights::of(Role::Restricted)
    }
}

impl RoleDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        crate::Check::default().text(&self.name, "name", limit::NAME_MAX).done()
    }
}

impl TeamEnd {
    /// One of the two, and not both.
    pub fn check(&self) -> Result<(), Fault> {
        crate::Check::default().that(self.to.is_some() != self.complete, "to", Wrong::Required).done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ro_1_the_presets_are_those_of_the_table_in_3_3() {
        use Permission::*;
        let table = [
            (Settings, [true, false, false, false]),
            (People, [true, true, false, false]),
            (Roles, [true, false, false, false]),
            (Lists, [true, true, false, false]),
            (Contacts, [true, true, true, false]),
            (Block, [true, true, false, false]),
            (Inbox, [true, true, true, true]),
        ];
        for (permission, of) in table {
            assert_eq!(Role::BUILT_IN.map(|role| role.may(permission)), of, "{permission}");
            assert_eq!(Role::BUILT_IN.map(|role| Rights::of(role).may(permission)), of, "{permission}");
        }
        assert_eq!(Role::BUILT_IN.map(Sight::from), [Sight::All, Sight::Led, Sight::Teams, Sight::Own]);
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let of = Rights::of;
        for role in Role::BUILT_IN {
            assert!(of(Role::Admin).covers(&of(role)) && of(role).covers(&of(role)), "{role}");
        }
        assert!(!of(Role::Manager).covers(&of(Role::Admin)));
        assert!(!of(Role::Agent).covers(&of(Role::Manager)));
        // Neither more sight nor one permission more.
        let far = Rights { sight: Sight::All, permissions: vec![Permission::Inbox] };
        assert!(!of(Role::Manager).covers(&far) && !far.covers(&of(Role::Agent)));
    }
}
