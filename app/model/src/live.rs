//! Events, and the frames of the live socket.
//!
//! Every change of an account is an event with a gapless sequence, written with the change. A client holds the last
//! sequence it applied; after a pause it asks for what followed. When that is too much, the answer is `reset` and the
//! client fetches its state again by the way it used at the start.

use crate::{Access, ContactId, ConversationId, Message, Millis, Tab, UserId, json::tagged};
use serde::{Deserialize, Serialize};

/// Something that happened in an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Gapless per account, from 1.
    pub seq: i64,
    pub at: Millis,
    pub change: Change,
}

tagged! { "type":
    /// What happened.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Change {
        /// A conversation is new or changed; with it the messages that are new or changed.
        Conversation {
            row: Box<crate::Conversation>,
            /// Its access before; none when it is new.
            before: Option<Access>,
            /// Unread messages before, so that counters follow.
            #[serde(default)]
            unread_before: i64,
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            messages: Vec<Message>,
        },
        /// One message changed, its conversation's row did not.
        Message { access: Access, message: Box<Message> },
        /// A contact changed: fetch it again if you show it. Its conversations' rows come as changes of their own.
        Contact { contact_id: ContactId },
        /// Users, teams, channels, templates, tags, fields or the account changed: fetch what you show of them again.
        Setup { what: SetupKind },
        /// What a person keeps changed, their pins or views: fetch it again; none: views of others, for everybody.
        Kept { user_id: Option<UserId> },
        /// A person is online, away or offline (ST-1).
        Status { user_id: UserId, status: crate::UserStatus },
        /// For this reader only: they no longer see the conversation. Made by the socket; stored when it was purged, for
        /// everybody.
        Gone { conversation_id: ConversationId, tab: Option<Tab>, unread: bool },
        /// For this reader only: something happened that is not theirs to see; keeps the sequence gapless.
        Nothing,
    }
}

/// Which set-up changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupKind {
    Account,
    Members,
    Teams,
    Channels,
    Templates,
    Tags,
    Fields,
    Replies,
    /// Reasons for concluding, and when conversations close by themselves.
    Closing,
    /// When it is open.
    Hours,
    /// Reasons for being away, and when somebody is away or offline by themselves.
    Status,
    /// Promises of service.
    Sla,
}

impl Event {
    /// The event as this reader may know it; what they may not see becomes `Gone` or `Nothing`.
    pub fn for_reader(&self, seen: &crate::Seen) -> Event {
        let change = match &self.change {
            Change::Conversation { row, before, unread_before, .. } if !seen.sees(&row.access()) => match before.filter(|b| seen.sees(b)) {
                Some(b) => Change::Gone { conversation_id: row.id, tab: seen.tab(&b), unread: *unread_before > 0 },
                None => Change::Nothing,
            },
            Change::Message { access, .. } if !seen.sees(access) => Change::Nothing,
            Change::Kept { user_id: Some(other) } if *other != seen.me => Change::Nothing,
            seen_as_is => seen_as_is.clone(),
        };
        Event { seq: self.seq, at: self.at, change }
    }

    /// The messages that it tells of.
    pub fn messages(&self) -> &[Message] {
        match &self.change {
            Change::Conversation { messages, .. } => messages,
            Change::Message { message, .. } => std::slice::from_ref(message),
            _ => &[],
        }
    }

    /// The event without messages that its reader has deleted for themselves (MS-2).
    pub fn without(&self, is_hidden: impl Fn(crate::MessageId) -> bool) -> Event {
        let change = match &self.change {
            Change::Message { message, .. } if is_hidden(message.id) => Change::Nothing,
            Change::Conversation { row, before, unread_before, messages } => Change::Conversation {
                row: row.clone(),
                before: *before,
                unread_before: *unread_before,
                messages: messages.iter().filter(|m| !is_hidden(m.id)).cloned().collect(),
            },
            same => same.clone(),
        };
        Event { seq: self.seq, at: self.at, change }
    }

    /// Whether the reader may have it unchanged; lets a socket send the shared text without a copy.
    pub fn is_open_to(&self, seen: &crate::Seen) -> bool {
        match &self.change {
            Change::Conversation { row, .. } => seen.sees(&row.access()),
            Change::Message { access, .. } => seen.sees(access),
            Change::Kept { user_id } => user_id.is_none_or(|u| u == seen.me),
            Change::Contact { .. } | Change::Setup { .. } | Change::Status { .. } | Change::Gone { .. } | Change::Nothing => true,
        }
    }
}

tagged! { "frame":
    /// From the server to a tab.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Frame {
        /// First frame: the account's sequence now and the client build the server carries.
        Hello {
            seq: i64,
            build: String,
        },
        Event(Event),
        /// Too much was missed: fetch again, then go on from `seq`.
        Reset {
            seq: i64,
        },
        /// Who looks at or writes in a conversation; the whole list for that conversation.
        Presence {
            conversation_id: ConversationId,
            people: Vec<Present>,
        },
        /// The contact is typing.
        ContactTyping {
            conversation_id: ConversationId,
        },
        /// For this reader only: a notification; none: what is under the bell changed elsewhere, fetch it again.
        Alert {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            alert: Option<Box<crate::Alert>>,
        },
        /// For this reader only: messages that they deleted for themselves (MS-2).
        Hidden {
            conversation_id: ConversationId,
            ids: Vec<crate::MessageId>,
        },
        /// For this reader only: somebody wrote in a talk that they are in; its last message is the new one.
        Talk {
            talk: Box<crate::Talk>,
        },
        /// For this reader only: they read a talk in another tab.
        TalkRead {
            talk_id: crate::TalkId,
            unread: i64,
        },
        /// For this reader only, while they look at the live board: a [`crate::Board`] as JSON, for those who draw it.
        Board {
            text: String,
        },
        /// The login, membership or account ended; do not reconnect, sign in again.
        Ended,
        Pong,
    }
}

/// A colleague in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    pub user_id: UserId,
    pub writing: bool,
}

tagged! { "frame":
    /// From a tab to the server.
    #[derive(Clone, Debug, PartialEq)]
    pub enum ClientFrame {
        Ping,
        /// Which conversation is on screen, and whether the person writes in it; none = no conversation.
        Looking {
            conversation_id: Option<ConversationId>,
            writing: bool,
        },
        /// The live board is on screen, or is no more.
        Board {
            on: bool,
        },
        /// The person typed or pointed at something; said at most once a minute.
        Active,
    }
}
