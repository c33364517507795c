//! Conversations: one service to a contact on a channel, from its first message to its conclusion.

use crate::{
    Access, ChannelId, Contact, ContactId, ConversationId, Direction, Media, Message, MessageKind, MessageStatus, Millis, Priority, Seen,
    SlaMark, TagId, TeamId, TemplateCategory, UserId, json::tagged, limit, words,
};
use serde::{Deserialize, Serialize};

words! {
    /// Where a conversation is (02, section 2.2). Window and status are independent (SM-6).
    pub enum ConversationStatus {
        /// Waits in its team's queue ("Novos").
        Pending = "PENDING",
        /// Somebody serves it.
        InProgress = "IN_PROGRESS",
        Completed = "COMPLETED",
    }
}

impl ConversationStatus {
    /// True until it is concluded.
    pub fn is_open(self) -> bool {
        self != ConversationStatus::Completed
    }
}

words! {
    /// The 24-hour messaging window (02, section 2.3).
    pub enum Window {
        /// The channel has none (BW-5).
        Unlimited = "UNLIMITED",
        /// The contact has not written yet.
        NotStarted = "NOT_STARTED",
        Active = "ACTIVE",
        Expired = "EXPIRED",
    }
}

impl Window {
    /// The window at `now`. `expires_at` is the last message of the contact plus 24 hours (BW-1).
    pub fn at(has_window: bool, expires_at: Option<Millis>, now: Millis) -> Window {
        match expires_at {
            _ if !has_window => Window::Unlimited,
            None => Window::NotStarted,
            Some(end) if now < end => Window::Active,
            Some(_) => Window::Expired,
        }
    }

    /// Whether free text may be sent.
    pub fn is_open(self) -> bool {
        matches!(self, Window::Active | Window::Unlimited)
    }
}

/// A conversation as a row of the list: everything that the list and the head show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    pub id: ConversationId,
    /// Human number, such as `2026112100042`.
    pub protocol: String,
    pub contact_id: ContactId,
    pub contact_name: String,
    pub contact_phone: Option<String>,
    /// Tags of the contact.
    #[serde(default)]
    pub contact_tags: Vec<TagId>,
    /// Marks the contact's photo; empty = none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact_photo: String,
    pub channel_id: ChannelId,
    pub team_id: TeamId,
    /// While completed: who served it last.
    pub assignee_id: Option<UserId>,
    pub status: ConversationStatus,
    pub started_at: Millis,
    pub completed_at: Option<Millis>,
    pub last_in_at: Option<Millis>,
    /// Sort key of the list: the last message either way.
    pub last_at: Millis,
    /// Since when the contact waits for an answer; none when we wrote last.
    pub waiting_since: Option<Millis>,
    pub window_expires_at: Option<Millis>,
    /// True after a template of ours until the contact answers (IN-3).
    pub awaiting_reply: bool,
    /// While one waits for an answer: the category that another template must have (RE-4).
    pub awaiting_category: Option<TemplateCategory>,
    /// Messages of the contact that nobody has read.
    pub unread: i64,
    pub preview: Preview,
    /// Who concluded it; none while it is open, and when it closed by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<UserId>,
    /// Why it was concluded, when that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<crate::Classification>,
    /// Until when its assignee does not want to see it in their list; it comes back before when the contact writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Millis>,
    /// It does not close by itself (AU-3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// It was merged into this one, where its messages are (NX-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ConversationId>,
    /// Who watches it (NX-11), in the order in which they began. Watching gives no sight: who does not see it now hears
    /// nothing of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watchers: Vec<UserId>,
    /// While it waits: the agent who may begin with it, where its team hands out what waits (DI-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designated_id: Option<UserId>,
    /// When it goes on to the next one, unless they have begun by then or the team's hours change (DI-4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overflow_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Priority::is_normal")]
    pub priority: Priority,
    /// While it is open: the worst of how its promises stand (NX-21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<SlaMark>,
}

impl Conversation {
    /// Makes somebody watch it, or no longer.
    pub fn set_watcher(&mut self, user: UserId, on: bool) {
        self.watchers.retain(|w| *w != user);
        if on {
            self.watchers.push(user);
        }
    }

    /// What the visibility predicate needs.
    pub fn access(&self) -> Access {
        Access { status: self.status, team_id: self.team_id, assignee_id: self.assignee_id, designated_id: self.designated_id }
    }
}

/// The last message, in one line of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    pub kind: MessageKind,
    pub direction: Direction,
    pub status: MessageStatus,
    /// At most 120 characters.
    pub text: String,
    pub author_id: Option<UserId>,
}

/// Everything that opening a conversation needs, in one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub conversation: Conversation,
    pub contact: Contact,
    /// The newest page, oldest first.
    pub messages: Vec<Message>,
    /// True when older messages exist.
    pub has_more: bool,
    /// The reader's own unsent text.
    pub draft: String,
    /// Other conversations of the contact that the reader may see, newest first, at most 20.
    pub others: Vec<Conversation>,
    /// The sequence up to which this state is true.
    pub seq: i64,
}

/// A page of the timeline, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessagePage {
    pub messages: Vec<Message>,
    /// True when more exist in the asked direction.
    pub has_more: bool,
}

tagged! { "to":
    /// Where to transfer to.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum TransferTo {
        /// To the queue of a team (SM-4).
        Team { team_id: TeamId },
        /// To a person; `team_id` is needed when the person has several teams and none is the current one (SM-5).
        Person { user_id: UserId, team_id: Option<TeamId> },
    }
}

/// A transfer with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferDraft {
    pub to: TransferTo,
    /// An internal note that is written with it; empty = none, which the account may refuse (TR-3).
    #[serde(default)]
    pub note: String,
    /// Kept for running automations (TR-5).
    #[serde(default)]
    pub stop_bot: bool,
    /// An admin's word for it that the person gets it although they are unavailable (TR-4).
    #[serde(default)]
    pub anyway: bool,
}

/// What goes with each transfer that a person makes (TR-3); what comes back or is handed on by itself needs neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferSettings {
    /// It needs an internal note.
    pub transfer_note: bool,
    /// What the contact is told while the window is open; tokens `[NOME] [ATENDENTE] [PROTOCOLO]`, and `[EQUIPE]` for the team
    /// that it goes to; empty = nothing.
    #[serde(default)]
    pub transfer_message: String,
}

impl TransferSettings {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), crate::Fault> {
        let fits = self.transfer_message.chars().count() <= limit::CLOSING_TEXT_MAX;
        crate::Check::default().that(fits, "transfer_message", crate::Wrong::TooLong).done()
    }
}

/// Starting a conversation with a template, or free text while the window is open (IN-8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartDraft {
    pub client_id: String,
    /// An existing contact, or …
    pub contact_id: Option<ContactId>,
    /// … a phone number in any format, with the name of a new contact.
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub name: String,
    pub channel_id: ChannelId,
    pub team_id: TeamId,
    pub template: Option<crate::TemplateFill>,
    #[serde(default)]
    pub text: String,
}

/// What a start led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    pub conversation: Conversation,
    /// True when the contact already had an open conversation, which is shown instead (IN-5).
    pub existed: bool,
}

/// What is known of a number or contact before a conversation is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartPreview {
    pub contact: Option<crate::ContactHit>,
    /// The normalised number (IN-7).
    pub phone: String,
    /// An open conversation on this channel that the asker may see.
    pub open: Option<Conversation>,
    /// Or who serves it, when it is not theirs to see (IN-5).
    pub served_by: Option<String>,
    /// True when free text may be sent at once (IN-8).
    pub window_open: bool,
}

/// A file together with what its server needs to check access.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaFile {
    pub media: Media,
    pub sha256: String,
}

/// Seconds until the window closes on screens, less the safety margin; none without a running window.
pub fn window_left(expires_at: Option<Millis>, now: Millis) -> Option<i64> {
    expires_at.map(|end| (end - limit::WINDOW_MARGIN_MILLIS - now) / 1000).filter(|s| *s > 0)
}

/// A change of which conversations somebody sees: the tab it was in and the one it is in now.
pub fn moved(seen: &Seen, before: Option<&Access>, after: &Access) -> (Option<crate::Tab>, Option<crate::Tab>) {
    (before.and_then(|a| seen.tab(a)), seen.tab(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bw_1_window_is_open_until_24_hours_after_the_last_inbound() {
        let last_in = 1_000_000;
        let end = Some(last_in + limit::WINDOW_MILLIS);
        assert_eq!(Window::at(true, end, last_in + limit::WINDOW_MILLIS - 1), Window::Active);
        assert_eq!(Window::at(true, end, last_in + limit::WINDOW_MILLIS), Window::Expired);
        assert_eq!(Window::at(true, None, 0), Window::NotStarted);
    }

    #[test]
    fn bw_5_web_chat_has_no_window() {
        assert_eq!(Window::at(false, None, 0), Window::Unlimited);
        assert!(Window::at(false, Some(1), 5).is_open());
    }
}
