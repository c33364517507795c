//! Accounts, users, memberships, teams.

use crate::{Access, AccountId, Conversation, LoginId, Millis, RoleId, Seen, Sight, TeamId, UserId, words};
use serde::{Deserialize, Serialize};

words! {
    /// The roles that every account has, and one of its own (RO-1).
    pub enum Role {
        Admin = "ADMIN",
        Manager = "MANAGER",
        Agent = "AGENT",
        Restricted = "RESTRICTED",
        /// One that the account made: which, and what it may, is said beside it.
        Custom = "CUSTOM",
    }
}

words! {
    /// Who of the account sees a team's conversations once somebody serves them ("Todos / Equipe / Atendente").
    pub enum Restriction {
        /// Team while in progress, everybody after completion.
        None = "NONE",
        /// The team, always.
        Team = "TEAM",
        /// Only the assignee.
        User = "USER",
    }
}

words! {
    /// What a contact's message within twelve hours of completion does (SM-7).
    pub enum ArchivePreference { TwelveHours = "12H", Immediate = "IMMEDIATE" }
}

words! {
    /// A manual flag for long absence, not presence.
    pub enum Availability { Available = "AVAILABLE", Unavailable = "UNAVAILABLE" }
}

words! {
    /// Languages of the product.
    pub enum Language { PtBr = "pt-BR", En = "en", Es = "es" }
}

/// An account as its members see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    /// IANA name, such as `America/Sao_Paulo`.
    pub time_zone: String,
    /// Sent on conclusion; tokens `[NOME] [ATENDENTE] [PROTOCOLO]`; empty = none (CO-6).
    pub closing_message: String,
    pub closing: crate::ClosingSettings,
    pub delay: SafetyDelay,
    #[serde(default)]
    pub transfer: crate::TransferSettings,
    #[serde(default)]
    pub features: crate::Features,
}

/// How long messages of people wait before they leave, so that they can be taken back (TS-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyDelay {
    pub enabled: bool,
    pub seconds: i64,
}

impl SafetyDelay {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), crate::Fault> {
        let fits = (crate::limit::DELAY_SECONDS_MIN..=crate::limit::DELAY_SECONDS_MAX).contains(&self.seconds);
        crate::Check::default().that(fits, "seconds", crate::Wrong::NotAllowed).done()
    }

    /// How long a message waits; none when it leaves at once.
    pub fn wait(&self) -> Option<Millis> {
        self.enabled.then_some(self.seconds * 1_000)
    }
}

/// A member of the account, as colleagues see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    pub user_id: UserId,
    pub name: String,
    /// Shown to contacts; empty = nothing is shown.
    pub nickname: String,
    pub email: String,
    /// Marks the photo, whose address is `/photo/<user>?v=<mark>`; empty = none.
    #[serde(default)]
    pub photo: String,
    pub role: Role,
    /// Which role of the account's own.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// How far their role sees.
    #[serde(default)]
    pub sight: Sight,
    pub availability: Availability,
    /// What they do now.
    #[serde(default)]
    pub status: crate::UserStatus,
    /// False when the membership has ended; history keeps the name.
    pub active: bool,
    pub teams: Vec<TeamLink>,
}

/// A member's place in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamLink {
    pub team_id: TeamId,
    pub is_agent: bool,
    pub is_supervisor: bool,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    /// Exactly one team of an account is the default (TE-2).
    pub is_default: bool,
    pub restriction: Restriction,
    /// Replaces the account's closing message when not empty.
    pub closing_message: String,
    /// What a contact's message within twelve hours of completion does here, whatever its members prefer; none leaves it to
    /// them.
    #[serde(default)]
    pub archive_preference: Option<ArchivePreference>,
    /// Counts its changes, so that two who change it at once do not undo each other.
    #[serde(default)]
    pub version: i64,
}

/// What an admin types to create or change a member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberDraft {
    /// `None` creates.
    pub user_id: Option<UserId>,
    pub name: String,
    #[serde(default)]
    pub nickname: String,
    pub email: String,
    /// Needed for a new user; on change empty keeps the old one.
    #[serde(default)]
    pub password: String,
    pub role: Option<Role>,
    /// Which role of the account's own.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    pub teams: Vec<TeamLink>,
    /// False ends the membership.
    pub active: bool,
    /// Tags that they serve (NX-19); none leaves them as they are.
    #[serde(default)]
    pub skills: Option<Vec<crate::TagId>>,
    /// What becomes of the conversations that somebody serves whose membership ends (US-4); none refuses that while there are
    /// any.
    #[serde(default)]
    pub handover: Option<crate::Handover>,
}

/// What an admin types to create or change a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeamDraft {
    pub id: Option<TeamId>,
    pub name: String,
    pub is_default: bool,
    pub restriction: Restriction,
    #[serde(default)]
    pub closing_message: String,
    #[serde(default)]
    pub archive_preference: Option<ArchivePreference>,
    /// How its queue is handed out; none leaves that as it is.
    #[serde(default)]
    pub distribution: Option<crate::Distribution>,
}

/// The first start: the account and its first admin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SetupDraft {
    pub account_name: String,
    pub time_zone: String,
    pub name: String,
    pub email: String,
    pub password: String,
}

/// Settings of the account that an admin may change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountDraft {
    pub name: String,
    pub time_zone: String,
    pub closing_message: String,
}

/// The signed-in user and where they work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Me {
    pub user_id: UserId,
    pub login_id: LoginId,
    pub name: String,
    pub nickname: String,
    pub email: String,
    /// Marks the own photo; empty = none.
    #[serde(default)]
    pub photo: String,
    pub role: Role,
    /// What my role may, and how far it sees.
    #[serde(default)]
    pub rights: crate::Rights,
    pub archive_preference: ArchivePreference,
    /// A reason is asked with each of my conclusions (CO-2).
    pub classify_on_conclude: bool,
    /// What of contacts is hidden from me (SV-1).
    #[serde(default, skip_serializing_if = "crate::Masks::is_none")]
    pub masks: crate::Masks,
    pub account: Account,
    /// All accounts this user may switch to, the current one included (AC-9).
    pub accounts: Vec<AccountChoice>,
}

/// What a person changes of themselves (PR-1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProfileDraft {
    pub name: String,
    #[serde(default)]
    pub nickname: String,
    pub email: String,
    /// Needed to change the e-mail.
    #[serde(default)]
    pub password: String,
}

/// An account to switch to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountChoice {
    pub id: AccountId,
    pub name: String,
    pub role: Role,
}

/// What the first page needs to know before anything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    /// True while the database has no account: the set-up page is shown.
    pub needs_setup: bool,
    pub me: Option<Me>,
    /// Identifies the client build the server carries.
    pub build: String,
}

/// A signed-in browser of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoginView {
    pub id: LoginId,
    pub created_at: Millis,
    pub last_seen_at: Millis,
    pub address: String,
    pub agent: String,
    /// True for the login that asks.
    pub current: bool,
}

/// Everything the signed-in client needs beside the list: fetched at the start and after a resync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    pub me: Me,
    pub seen: Seen,
    /// Past members included, so that history has names.
    pub members: Vec<Member>,
    pub teams: Vec<Team>,
    /// Teams that were deleted, so that history has names.
    #[serde(default)]
    pub past_teams: Vec<Team>,
    pub channels: Vec<crate::Channel>,
    /// By name.
    #[serde(default)]
    pub tags: Vec<crate::Tag>,
    #[serde(default)]
    pub kept: crate::Kept,
    pub counts: crate::Counts,
    #[serde(default)]
    pub talk: crate::TalkState,
    /// Whether it is open: the account, then teams with hours of their own.
    #[serde(default)]
    pub open: Vec<crate::OpenState>,
    /// Something is promised to some conversations (NX-21).
    #[serde(default)]
    pub promises: bool,
    /// The account's sequence up to which all this is true.
    pub seq: i64,
    pub build: String,
    /// The server's clock, so that countdowns do not trust the browser's.
    pub now: Millis,
}

impl Workspace {
    /// The members who see a conversation now: those who can be named in it (NT-5) and asked to watch it (NX-11).
    pub fn seeing(&self, access: &Access) -> Vec<&Member> {
        let teams: Vec<(TeamId, Restriction)> = self.teams.iter().chain(&self.past_teams).map(|t| (t.id, t.restriction)).collect();
        let sees = |m: &&Member| m.active && Seen::new(m.user_id, m.sight, &m.teams, &teams).sees(access);
        self.members.iter().filter(sees).collect()
    }

    /// Who watches a conversation, of those who see it now (NX-11).
    pub fn watching(&self, c: &Conversation) -> Vec<&Member> {
        if c.watchers.is_empty() {
            return Vec::new();
        }
        let seeing = self.seeing(&c.access());
        c.watchers.iter().filter_map(|id| seeing.iter().copied().find(|m| m.user_id == *id)).collect()
    }
}
