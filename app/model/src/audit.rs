//! The audit: who did or saw what, when, and from where. Lines are written once and never changed.

use crate::{AuditId, Millis, UserId, words};
use serde::{Deserialize, Serialize};

words! {
    /// Under which heading a line stands.
    pub enum AuditGroup {
        /// Signing in, and what it needs.
        Access = "ACCESS",
        /// Members, teams, roles.
        People = "PEOPLE",
        Settings = "SETTINGS",
        Contacts = "CONTACTS",
        Conversations = "CONVERSATIONS",
        /// Personal data was read in bulk, shown although it is masked, or removed.
        Data = "DATA",
    }
}

words! {
    /// Who acted.
    pub enum AuditActor { Person = "PERSON", Token = "TOKEN", System = "SYSTEM" }
}

/// Everything that can stand in the audit. The words for an action are its key in the locale file `audit.json`, with `_` for
/// the dot.
pub const AUDIT_ACTIONS: &[(&str, AuditGroup)] = {
    use AuditGroup::*;
    &[
        ("account.change", Settings),
        ("account.setup", Access),
        ("audit.export", Data),
        ("audit.sweep", Data),
        ("auto_close.change", Settings),
        ("auto_close.remove", Settings),
        ("auto_close.spared", Settings),
        ("channel.add", Settings),
        ("channel.change", Settings),
        ("channel.profile", Settings),
        ("closing.change", Settings),
        ("company.change", Settings),
        ("contact.change", Contacts),
        ("contact.merge", Contacts),
        ("contact.number", Contacts),
        ("contact.photo", Contacts),
        ("contact.reveal", Data),
        ("contact.same_person", Contacts),
        ("contact.status", Contacts),
        ("contact.tag", Contacts),
        ("contact.unmerge", Contacts),
        ("conversation.assume", Conversations),
        ("conversation.classify", Conversations),
        ("conversation.conclude", Conversations),
        ("conversation.designate", Conversations),
        ("conversation.merge", Conversations),
        ("conversation.open", Conversations),
        ("conversation.pause", Conversations),
        ("conversation.priority", Conversations),
        ("conversation.purge", Data),
        ("conversation.reopen", Conversations),
        ("conversation.restart", Conversations),
        ("conversation.return", Conversations),
        ("conversation.snooze", Conversations),
        ("conversation.start", Conversations),
        ("conversation.transfer", Conversations),
        ("conversation.unmerge", Conversations),
        ("conversation.wake", Conversations),
        ("conversation.watch", Conversations),
        ("conversations.conclude", Conversations),
        ("conversations.conclude_cancelled", Conversations),
        ("delay.change", Settings),
        ("door.change", Settings),
        ("features.change", Settings),
        ("field.add", Settings),
        ("field.change", Settings),
        ("field.sort", Settings),
        ("hours.change", Settings),
        ("hours.remove", Settings),
        ("login.end", Access),
        ("login.new", Access),
        ("login.passkey", Access),
        ("login.step_up", Access),
        ("login.step_up_failed", Access),
        ("login.switch", Access),
        ("masks.change", Settings),
        ("member.add", People),
        ("member.availability", People),
        ("member.change", People),
        ("member.invite", People),
        ("member.invite_again", People),
        ("member.invite_cancel", People),
        ("member.join", People),
        ("member.second_factor_reset", People),
        ("member.status", People),
        ("message.edit", Conversations),
        ("message.recall", Conversations),
        ("module.off", Settings),
        ("module.on", Settings),
        ("note.delete", Conversations),
        ("note.edit", Conversations),
        ("passkey.add", Access),
        ("passkey.copied", Access),
        ("passkey.remove", Access),
        ("passkey.rename", Access),
        ("reason.add", Settings),
        ("reason.change", Settings),
        ("reason.delete", Settings),
        ("reply.add", Settings),
        ("reply.change", Settings),
        ("reply.delete", Settings),
        ("retention.change", Settings),
        ("role.add", People),
        ("role.change", People),
        ("role.delete", People),
        ("sla.add", Settings),
        ("sla.change", Settings),
        ("sla.order", Settings),
        ("sla.remove", Settings),
        ("sso.change", Settings),
        ("sso.link", Access),
        ("status.change", Settings),
        ("tag.add", Settings),
        ("tag.change", Settings),
        ("tag.delete", Settings),
        ("team.add", People),
        ("team.change", People),
        ("team.close", People),
        ("team.delete", People),
        ("team.open", People),
        ("terms.export", Data),
        ("token.add", Access),
        ("transfer.change", Settings),
        ("user.change", Access),
        ("user.password", Access),
        ("user.password_reset", Access),
        ("user.photo", Access),
        ("user.recovery_codes", Access),
        ("user.second_factor", Access),
        ("user.terms", Access),
        ("view.add", Settings),
        ("view.change", Settings),
        ("view.delete", Settings),
    ]
};

/// The heading of an action; none for one that is not on the list.
pub fn audit_group(action: &str) -> Option<AuditGroup> {
    AUDIT_ACTIONS.iter().find(|(known, _)| *known == action).map(|(_, group)| *group)
}

/// Which lines: all that is said holds at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    #[serde(default)]
    pub actor_id: Option<UserId>,
    #[serde(default)]
    pub actor: Option<AuditActor>,
    #[serde(default)]
    pub group: Option<AuditGroup>,
    /// Exactly this one.
    #[serde(default)]
    pub action: String,
    /// Id of what it was done to.
    #[serde(default)]
    pub subject: String,
    /// First and last day in the account's time, such as `2026-11-21`; empty = open.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub until: String,
    /// Stands in what changed, the reason or the address.
    #[serde(default)]
    pub text: String,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// 1 to [`crate::limit::PAGE_MAX`].
    #[serde(default)]
    pub limit: Option<i64>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    pub id: AuditId,
    pub at: Millis,
    pub actor: AuditActor,
    pub actor_id: Option<UserId>,
    /// The person's name, or the token's; empty for the system.
    pub actor_name: String,
    pub action: String,
    /// Id of what it was done to.
    pub subject: String,
    /// Its name now; empty when it has none or is gone.
    #[serde(default)]
    pub subject_name: String,
    /// What changed, without secrets and without what people wrote.
    pub facts: Vec<AuditFact>,
    /// Why, where that is asked.
    #[serde(default)]
    pub reason: String,
    /// Network address; empty when it came from no request.
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub agent: String,
    /// The same for all that was done by one login, and nothing else.
    #[serde(default)]
    pub session: String,
}

/// One part of what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFact {
    pub field: String,
    /// None: only what it is since then was written down.
    #[serde(default)]
    pub before: Option<String>,
    pub after: String,
}

impl AuditLine {
    /// What the subject is: the part of the action before the dot.
    pub fn kind(&self) -> &str {
        self.action.split('.').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_listed_once_and_in_order_of_its_subject() {
        for (n, (action, _)) in AUDIT_ACTIONS.iter().enumerate() {
            assert!(AUDIT_ACTIONS.iter().skip(n + 1).all(|(other, _)| other != action), "{action} twice");
            assert!(action.split_once('.').is_some_and(|(kind, what)| !kind.is_empty() && !what.is_empty()), "{action}");
        }
    }
}
