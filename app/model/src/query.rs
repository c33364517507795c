//! What lists are asked for, and what they answer.

use crate::{
    ChannelId, ContactHit, Conversation, ConversationId, Message, MessageId, Millis, Priority, SlaMark, Tab, TagId, TeamId, Term, UserId,
    words,
};
use serde::{Deserialize, Serialize};

/// A keyset page: the rows, and where the next page begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque; none on the last page.
    pub next: Option<String>,
}

/// Which conversations, in which order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationQuery {
    pub tab: Tab,
    #[serde(default)]
    pub filter: Filter,
    /// Oldest interaction first (AB-3).
    #[serde(default)]
    pub oldest_first: bool,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// 1 to [`crate::limit::PAGE_MAX`].
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Filters: AND between kinds, OR inside (AB-2). Empty = all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    #[serde(default)]
    pub channels: Vec<ChannelId>,
    #[serde(default)]
    pub teams: Vec<TeamId>,
    #[serde(default)]
    pub assignees: Vec<UserId>,
    /// On the contact.
    #[serde(default)]
    pub tags: Vec<TagId>,
    #[serde(default)]
    pub unread: bool,
    /// That the reader watches (NX-11).
    #[serde(default)]
    pub watched: bool,
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// How their promises stand (NX-21).
    #[serde(default)]
    pub sla: Vec<SlaMark>,
}

impl Filter {
    /// True when it hides nothing.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether a row passes for this reader, so that live rows obey the same filter as fetched ones.
    pub fn passes(&self, c: &Conversation, me: UserId) -> bool {
        (self.channels.is_empty() || self.channels.contains(&c.channel_id))
            && (self.teams.is_empty() || self.teams.contains(&c.team_id))
            && (self.assignees.is_empty() || c.assignee_id.is_some_and(|a| self.assignees.contains(&a)))
            && (self.tags.is_empty() || c.contact_tags.iter().any(|t| self.tags.contains(t)))
            && (!self.unread || c.unread > 0)
            && (!self.watched || c.watchers.contains(&me))
            && (self.priorities.is_empty() || self.priorities.contains(&c.priority))
            && (self.sla.is_empty() || c.sla.is_some_and(|mark| self.sla.contains(&mark)))
    }
}

/// Open conversations by tab, for the reader (AB-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    pub new: i64,
    pub mine: i64,
    pub others: i64,
    /// Mine with unread messages.
    pub mine_unread: i64,
}

impl Counts {
    /// The number on a tab; completed ones are not counted.
    pub fn of(&self, tab: Tab) -> Option<i64> {
        match tab {
            Tab::New => Some(self.new),
            Tab::Mine => Some(self.mine),
            Tab::Others => Some(self.others),
            Tab::Done => None,
        }
    }

    /// Adds to the number on a tab.
    pub fn add(&mut self, tab: Tab, by: i64) {
        match tab {
            Tab::New => self.new += by,
            Tab::Mine => self.mine += by,
            Tab::Others => self.others += by,
            Tab::Done => {}
        }
    }
}

words! {
    /// The parts of what a search found.
    pub enum SearchGroup { Conversations = "CONVERSATIONS", Messages = "MESSAGES", Files = "FILES", Contacts = "CONTACTS" }
}

/// What a search found, all of it visible to the asker (AB-8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchResult {
    /// By contact name, phone in any format, e-mail or protocol; by operators alone: whatever they let through.
    pub conversations: Vec<Conversation>,
    /// By message text.
    pub messages: Vec<MessageHit>,
    /// By file name.
    #[serde(default)]
    pub files: Vec<MessageHit>,
    pub contacts: Vec<ContactHit>,
    /// Parts that have more than is shown.
    #[serde(default)]
    pub more: Vec<SearchGroup>,
    /// Operators whose value means nothing here: nothing is found then.
    #[serde(default)]
    pub unknown: Vec<Term>,
}

/// A message that a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageHit {
    pub conversation: Conversation,
    pub message: Message,
}

/// Which part of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageQuery {
    pub conversation_id: ConversationId,
    /// Older than this place; none = the newest page.
    #[serde(default)]
    pub before: Option<Place>,
    /// Newer than this place; wins over `before`.
    #[serde(default)]
    pub after: Option<Place>,
    #[serde(default)]
    pub limit: Option<i64>,
}

/// A message's place in its timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub at: Millis,
    pub id: MessageId,
}

impl Message {
    /// Its place in the timeline.
    pub fn place(&self) -> Place {
        Place { at: self.at, id: self.id }
    }
}
