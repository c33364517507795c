//! Internal chat: what colleagues write to each other (04, section 4.13). A *talk* is one thread of it: of two people, of
//! a team, or of everybody.

use crate::json::tagged;
use crate::{Check, ConversationId, ConversationStatus, Fault, Media, MediaId, Millis, Seen, TalkId, TalkMessageId, TeamId, UserId, Wrong};
use crate::{limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// Who is in a talk (CI-2).
    pub enum TalkKind {
        /// Two people.
        Pair = "PAIR",
        /// A team: its agents and supervisors, as they are now.
        Team = "TEAM",
        /// Every active member.
        All = "ALL",
    }
}

/// What decides who is in a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkAccess {
    pub kind: TalkKind,
    pub team_id: Option<TeamId>,
    /// The two of a pair, the smaller id first.
    pub pair: Option<(UserId, UserId)>,
}

impl Seen {
    /// Whether the member is in the talk. Nobody else reads it, and admins neither (CI-3). `service::talk` has the same as
    /// SQL, and a test holds the two together.
    pub fn hears(&self, talk: &TalkAccess) -> bool {
        match talk.kind {
            TalkKind::Pair => talk.pair.is_some_and(|(low, high)| low == self.me || high == self.me),
            TalkKind::Team => talk.team_id.is_some_and(|team| self.pending.contains(&team) || self.supervised.contains(&team)),
            TalkKind::All => true,
        }
    }
}

tagged! { "with":
    /// With whom a member talks, as they see it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum TalkWith {
        Person { user_id: UserId },
        Team { team_id: TeamId },
        Everybody,
    }
}

impl TalkAccess {
    /// With whom this member talks there.
    pub fn with(&self, me: UserId) -> TalkWith {
        match (self.team_id, self.pair) {
            (Some(team_id), _) => TalkWith::Team { team_id },
            (None, Some((low, high))) => TalkWith::Person { user_id: if low == me { high } else { low } },
            (None, None) => TalkWith::Everybody,
        }
    }
}

/// A talk as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    pub id: TalkId,
    pub with: TalkWith,
    /// None while nobody has written.
    #[serde(default)]
    pub last: Option<TalkMessage>,
    /// Messages of others that the member has not read.
    pub unread: i64,
}

/// A message in a talk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TalkMessage {
    pub id: TalkMessageId,
    pub author_id: UserId,
    /// The author's own id for it: sent twice it is one message.
    pub client_id: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Media>,
    /// The conversation that it points to. What it is called is asked for each reader: not everybody may see it (CI-4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    pub at: Millis,
}

/// A talk that was opened, with its newest messages or those before a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TalkOpened {
    pub talk: Talk,
    /// Oldest first.
    pub messages: Vec<TalkMessage>,
    /// There are older ones.
    pub more: bool,
}

/// What is written into a talk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TalkDraft {
    pub client_id: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub upload_id: Option<MediaId>,
    /// A conversation that is shown to colleagues.
    #[serde(default)]
    pub conversation_id: Option<ConversationId>,
}

impl TalkDraft {
    /// What the composer and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let is_empty = self.text.trim().is_empty() && self.upload_id.is_none() && self.conversation_id.is_none();
        Check::default()
            .text(&self.client_id, "client_id", 64)
            .that(!is_empty, "text", Wrong::Required)
            .that(self.text.chars().count() <= limit::TEXT_MAX, "text", Wrong::TooLong)
            .done()
    }
}

/// What a reader may know of a conversation that a colleague points to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pointed {
    pub conversation_id: ConversationId,
    pub contact_name: String,
    pub protocol: String,
    pub status: ConversationStatus,
}

/// What the client's frame needs to know of the internal chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkState {
    /// Unread messages in all talks.
    pub unread: i64,
    /// Somebody has written something that the member may read; it stays readable when the chat is switched off (CI-1).
    pub has_history: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Restriction, Role, TeamLink};

    const ME: UserId = UserId(5);
    const TEAM: TeamId = TeamId(10);

    fn seen(role: Role, is_agent: bool, is_supervisor: bool) -> Seen {
        let links = [TeamLink { team_id: TEAM, is_agent, is_supervisor }];
        Seen::new(ME, role, &links, &[(TEAM, Restriction::None), (TeamId(11), Restriction::None)])
    }

    #[test]
    fn ci_2_ci_3_a_talk_is_its_members_and_no_admins() {
        let pair = |a, b| TalkAccess { kind: TalkKind::Pair, team_id: None, pair: Some((UserId(a), UserId(b))) };
        let team = |id| TalkAccess { kind: TalkKind::Team, team_id: Some(TeamId(id)), pair: None };
        let all = TalkAccess { kind: TalkKind::All, team_id: None, pair: None };
        for role in [Role::Agent, Role::Admin] {
            let outside = seen(role, false, false);
            assert!(outside.hears(&pair(5, 9)) && outside.hears(&pair(1, 5)) && outside.hears(&all));
            assert!(!outside.hears(&pair(1, 9)) && !outside.hears(&team(10)), "{role}");
            assert!(seen(role, true, false).hears(&team(10)) && seen(role, false, true).hears(&team(10)));
            assert!(!seen(role, true, true).hears(&team(11)), "{role}");
        }
        assert_eq!(pair(5, 9).with(ME), TalkWith::Person { user_id: UserId(9) });
        assert_eq!(pair(1, 5).with(ME), TalkWith::Person { user_id: UserId(1) });
    }

    #[test]
    fn ci_4_a_message_has_a_text_a_file_or_a_conversation_and_is_bounded() {
        let draft = TalkDraft { client_id: "c".into(), ..TalkDraft::default() };
        assert!(draft.check().is_err() && TalkDraft { text: " \n".into(), ..draft.clone() }.check().is_err());
        assert!(TalkDraft { upload_id: Some(MediaId(1)), ..draft.clone() }.check().is_ok());
        assert!(TalkDraft { conversation_id: Some(ConversationId(1)), ..draft.clone() }.check().is_ok());
        let long = |n: usize| TalkDraft { text: "é".repeat(n), ..draft.clone() };
        assert!(long(limit::TEXT_MAX).check().is_ok() && long(limit::TEXT_MAX + 1).check().is_err());
        assert!(TalkDraft { client_id: String::new(), ..long(1) }.check().is_err());
    }
}
