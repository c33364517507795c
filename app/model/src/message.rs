//! Messages, notes and system lines of a conversation.

use crate::{ConversationId, DeliveryProblem, MediaId, Mention, MessageId, Millis, TeamId, UserId, json::tagged, words};
use serde::{Deserialize, Serialize};

words! {
    /// Which way a message went.
    pub enum Direction { In = "IN", Out = "OUT" }
}

words! {
    /// How often a contact's message was sent on before it came to us, as the network tells it.
    pub enum Forwarded {
        Once = "ONCE",
        /// So often that the network warns of it.
        Often = "OFTEN",
    }
}

words! {
    /// What a message is; tells which [`Content`] it carries and which mark the preview shows.
    pub enum MessageKind {
        Text = "TEXT",
        Image = "IMAGE",
        Video = "VIDEO",
        Audio = "AUDIO",
        Document = "DOCUMENT",
        Sticker = "STICKER",
        Contact = "CONTACT",
        Location = "LOCATION",
        /// An answer to buttons, a list or a flow.
        Answer = "ANSWER",
        Order = "ORDER",
        Template = "TEMPLATE",
        /// A type that we do not know or that the network withheld (MS-5).
        Unsupported = "UNSUPPORTED",
        /// Internal; never leaves the account.
        Note = "NOTE",
        /// A change of the conversation (SM-10).
        Transition = "TRANSITION",
    }
}

words! {
    /// Where a message is on its way. The order of declaration is the rank: a status never moves back (MS-6).
    pub enum MessageStatus {
        /// Waits for the contact's answer to a template (IN-4).
        WaitReply = "WAIT_REPLY",
        /// In the outbox.
        Queued = "QUEUED",
        /// The network took it.
        Sent = "SENT",
        Delivered = "DELIVERED",
        Read = "READ",
        /// A voice note that was listened to.
        Played = "PLAYED",
        /// Inbound, notes, system lines: nothing to wait for.
        Received = "RECEIVED",
        Failed = "FAILED",
        /// Cancelled before it left, or unsent by its author.
        Deleted = "DELETED",
    }
}

impl MessageKind {
    /// Whether what such a message holds can be sent to somebody else.
    pub fn forwards(self) -> bool {
        use MessageKind::*;
        matches!(self, Text | Image | Video | Audio | Document | Sticker | Contact | Location | Template | Answer)
    }
}

impl MessageStatus {
    /// The status after hearing `next`: never backwards; a delivery fact beats an earlier failure, a late `SENT` does not.
    ///
    /// `READ` and `PLAYED` imply `DELIVERED`. Inbound and deleted messages do not move.
    pub fn after(self, next: MessageStatus) -> MessageStatus {
        use MessageStatus::*;
        match (self, next) {
            (Received | Deleted, _) => self,
            (Failed, Delivered | Read | Played) => next,
            (Failed, _) => Failed,
            (Delivered | Read | Played, Failed) => self,
            (_, Failed) => Failed,
            (_, Sent | Delivered | Read | Played) if next > self => next,
            _ => self,
        }
    }
}

/// A message as everybody who may see the conversation sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub direction: Direction,
    pub kind: MessageKind,
    pub status: MessageStatus,
    /// Text, caption, note; what search finds. Empty when the content says it all.
    pub body: String,
    #[serde(default, skip_serializing_if = "Content::is_none")]
    pub content: Content,
    /// Who of us wrote it; none for contacts and the system.
    pub author_id: Option<UserId>,
    /// Made by the writing client; unique in the conversation, so that a repeated send is one message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quote>,
    /// Reactions of the contact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<String>,
    /// Our own reaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_reaction: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The place in the timeline, with `id` as the second key.
    pub at: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Millis>,
    /// When its text was changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Millis>,
    /// Until then, by the server's clock, it waits and its author can take it back (TS-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves_at: Option<Millis>,
    /// Who is named in a note, in the order of its text (NT-5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// The contact sent on what somebody else wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
}

impl Message {
    /// Whether its author can still take it back (TS-2, TS-3).
    pub fn can_be_recalled(&self, by: UserId, now: Millis) -> bool {
        self.status == MessageStatus::Queued && self.author_id == Some(by) && self.leaves_at.is_some_and(|at| now < at)
    }

    /// Whether somebody may change its text now, on a channel that can do so (MS-3).
    pub fn can_be_edited(&self, by: UserId, now: Millis) -> bool {
        use MessageStatus::*;
        self.kind == MessageKind::Text
            && self.direction == Direction::Out
            && self.author_id == Some(by)
            && matches!(self.status, Sent | Delivered | Read)
            && now - self.sent_at.unwrap_or(self.at) <= crate::limit::EDIT_MILLIS
    }

    /// Whether somebody may delete it for themselves (MS-2). Templates stay; notes are deleted for everybody.
    pub fn can_be_hidden(&self) -> bool {
        use MessageStatus::*;
        !matches!(self.kind, MessageKind::Template | MessageKind::Note | MessageKind::Transition)
            && !matches!(self.status, Queued | WaitReply)
    }
}

/// What somebody may do with a note (NT-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoteRights {
    pub edit: bool,
    pub delete: bool,
}

impl NoteRights {
    /// Admins change their own and delete any at any time; everybody else only their own, and not for long.
    pub fn of(is_admin: bool, is_own: bool, age: Millis) -> NoteRights {
        let is_fresh = age <= crate::limit::NOTE_CHANGE_MILLIS;
        NoteRights { edit: is_own && (is_admin || is_fresh), delete: is_admin || is_own && is_fresh }
    }
}

/// The part of a quoted message that the quote shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// None when the quoted message is older than this installation.
    pub id: Option<MessageId>,
    pub direction: Direction,
    pub kind: MessageKind,
    /// At most 120 characters.
    pub text: String,
}

/// Why a message did not arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What screens translate.
    pub reason: DeliveryProblem,
    /// The network's own code, for "details" (ER-1).
    pub code: Option<i64>,
    /// The network's own words.
    pub detail: String,
}

tagged! { "type":
    /// What a message carries beside its text.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    pub enum Content {
        #[default]
        None,
        Media(Media),
        Location {
            latitude: f64,
            longitude: f64,
            name: String,
            address: String,
        },
        Contacts {
            cards: Vec<ContactCard>,
        },
        /// What the contact chose or filled in; `id` is the payload of the button or row.
        Answer {
            id: String,
            title: String,
            description: String,
        },
        Order {
            items: Vec<OrderItem>,
            text: String,
        },
        Template(TemplateContent),
        /// Ours: answers to choose from, under the text.
        Question(crate::Question),
        /// The network's name of a type that we cannot show, and its reason.
        Unsupported {
            type_name: String,
            reason: String,
        },
        Transition(Transition),
    }
}

impl Content {
    /// The file of the message, or of its template's header.
    pub fn file(&self) -> Option<&Media> {
        match self {
            Content::Media(media) => Some(media),
            Content::Template(sent) => sent.header_file.as_deref(),
            _ => None,
        }
    }

    /// True when there is nothing beside the text.
    pub fn is_none(&self) -> bool {
        matches!(self, Content::None)
    }
}

words! {
    /// Whether a file is here yet.
    pub enum MediaState { Pending = "PENDING", Ready = "READY", Failed = "FAILED" }
}

/// A file of a message; its bytes are at `/media/{id}` for those who may see the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Media {
    pub id: MediaId,
    pub state: MediaState,
    pub mime: String,
    pub file_name: String,
    /// Bytes; 0 while unknown.
    pub size: i64,
    /// A recorded voice note.
    #[serde(default)]
    pub voice: bool,
    /// Why the file could not be had.
    #[serde(default)]
    pub reason: String,
    /// Pixels; 0 when it has none or they are unknown.
    #[serde(default, skip_serializing_if = "crate::is_zero")]
    pub width: u32,
    #[serde(default, skip_serializing_if = "crate::is_zero")]
    pub height: u32,
    /// How long a film is; 0 when that is not known.
    #[serde(default, skip_serializing_if = "crate::is_zero")]
    pub seconds: u32,
    /// A small picture of it is at `/media/{id}/small`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub small: bool,
    /// Ours: until when the contact's link opens it. None when it went without a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_until: Option<Millis>,
}

/// A shared contact card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactCard {
    pub name: String,
    pub phones: Vec<String>,
    pub emails: Vec<String>,
    pub organisation: String,
}

/// A line of an order; the price in minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderItem {
    pub product: String,
    pub quantity: i64,
    pub price_minor: i64,
    pub currency: String,
}

/// A place on the map.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapPlace {
    pub latitude: f64,
    pub longitude: f64,
    pub name: String,
    pub address: String,
}

/// A template message as it was sent, parameters filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateContent {
    pub name: String,
    pub language: String,
    pub category: String,
    pub header: String,
    /// The file of its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_file: Option<Box<Media>>,
    /// Where the file of its header is, when it is not ours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub header_link: String,
    /// The place of its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<MapPlace>,
    pub footer: String,
    pub buttons: Vec<String>,
}

tagged! { "what":
    /// A change of the conversation, told in its feed (SM-10).
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    pub enum Transition {
        /// The contact wrote and a conversation began.
        Opened,
        /// One of us began it with a template.
        Started,
        Assumed {
            from_team: TeamId,
        },
        TransferredToTeam {
            from_team: TeamId,
            from: Option<UserId>,
            to_team: TeamId,
        },
        TransferredToPerson {
            from_team: TeamId,
            from: Option<UserId>,
            to_team: TeamId,
            to: UserId,
        },
        /// Nobody answered the contact: by itself it went back to its team's queue (AU-2).
        Returned {
            from: UserId,
            /// After how long.
            minutes: i64,
        },
        /// By itself it went to an agent who may begin with it, or with `to` none to the whole team (DI-2, DI-4).
        Designated {
            from: Option<UserId>,
            to: Option<UserId>,
        },
        Concluded {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            classification: Option<crate::Classification>,
        },
        /// The classification of the concluded conversation was changed (CO-4).
        Classified {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            classification: Option<crate::Classification>,
        },
        /// The contact wrote within twelve hours (SM-7).
        Reopened {
            to: Option<UserId>,
        },
        Restarted,
        /// The contact's number changed.
        NumberChanged {
            from: String,
            to: String,
        },
        /// Another conversation was merged into this one (NX-2).
        Merged {
            other: ConversationId,
            protocol: String,
        },
        /// This conversation was merged into another: its messages are there.
        MergedInto {
            other: ConversationId,
            protocol: String,
        },
        /// The merge with another was undone.
        Unmerged {
            other: ConversationId,
            protocol: String,
        },
    }
}

impl Transition {
    /// Whether messages came from another conversation, or went there.
    pub fn moves_messages(&self) -> bool {
        matches!(self, Transition::Merged { .. } | Transition::MergedInto { .. } | Transition::Unmerged { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nt_3_two_hours_for_ones_own_and_no_limit_for_admins() {
        let last = crate::limit::NOTE_CHANGE_MILLIS;
        let rights = |edit, delete| NoteRights { edit, delete };
        assert_eq!(NoteRights::of(false, true, last - 1_000), rights(true, true));
        assert_eq!(NoteRights::of(false, true, last), rights(true, true));
        assert_eq!(NoteRights::of(false, true, last + 1_000), rights(false, false));
        assert_eq!(NoteRights::of(false, false, 0), rights(false, false));
        assert_eq!(NoteRights::of(true, true, last + 1_000), rights(true, true));
        assert_eq!(NoteRights::of(true, false, last + 1_000), rights(false, true));
    }

    #[test]
    fn ms_6_statuses_never_move_back() {
        use MessageStatus::*;
        assert_eq!(Queued.after(Read), Read);
        assert_eq!(Read.after(Delivered), Read);
        assert_eq!(Read.after(Sent), Read);
        assert_eq!(Failed.after(Sent), Failed);
        assert_eq!(Failed.after(Delivered), Delivered);
        assert_eq!(Read.after(Failed), Read);
        assert_eq!(Sent.after(Failed), Failed);
        assert_eq!(Received.after(Read), Received);
        assert_eq!(Deleted.after(Sent), Deleted);
    }

    proptest! {
        #[test]
        fn ms_6_any_order_of_facts_ends_the_same(order in Just(vec![1usize, 2, 3]).prop_shuffle(), twice in any::<bool>()) {
            use MessageStatus::*;
            let facts = [Queued, Sent, Delivered, Read];
            let mut s = Queued;
            for i in order.iter().chain(if twice { order.iter() } else { [].iter() }) { s = s.after(facts[*i]); }
            prop_assert_eq!(s, Read);
        }
    }
}
