//! What messages do to their conversation, told in memory with the product's own rules, and its human number.

use crate::conversation::Row;
use model::*;
use std::collections::BTreeMap;

/// A message as the conversation needs to know it.
pub(super) fn message(c: &Row, id: i64, direction: Direction, kind: MessageKind, status: MessageStatus, at: Millis) -> Message {
    Message {
        id: id.into(),
        conversation_id: c.id.into(),
        direction,
        kind,
        status,
        body: String::new(),
        content: Content::None,
        author_id: None,
        client_id: None,
        quoted: None,
        reactions: Vec::new(),
        problem: None,
        at,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        own_reaction: None,
        edited_at: None,
        leaves_at: None,
        mentions: Vec::new(),
        forwarded: None,
    }
}

/// What an arriving, sent or written message does to its conversation.
pub(super) fn take(c: &mut Row, m: &Message, external: Option<&str>, has_window: bool) {
    c.see(m);
    match (m.direction, m.kind) {
        (_, MessageKind::Note | MessageKind::Transition) => {}
        (Direction::In, _) => {
            c.unread += 1;
            c.last_in_at = c.last_in_at.max(Some(m.at));
            c.last_in_external = external.map(str::to_owned);
            if has_window {
                c.window_expires_at = c.window_expires_at.max(Some(m.at + limit::WINDOW_MILLIS));
            }
            c.stop_waiting();
        }
        (Direction::Out, kind) => {
            // Who answers has read.
            c.unread = 0;
            if kind == MessageKind::Template && has_window && c.window_expires_at.is_none_or(|end| m.at >= end) {
                c.await_reply(m.id, TemplateCategory::Utility.word());
            }
        }
    }
}

/// What taking the conversation does.
pub(super) fn assume(c: &mut Row, user: UserId) {
    c.status = ConversationStatus::InProgress;
    c.assignee_id = Some(user.0);
}

/// What concluding it does, with the usual preference.
pub(super) fn conclude(c: &mut Row, at: Millis) {
    c.close(at, c.assignee_id.map(UserId), Some(at + limit::REOPEN_MILLIS));
}

/// Human numbers, counted by day as the product does; the counters are saved with the conversations.
pub(super) struct Protocols {
    zone: jiff::tz::TimeZone,
    pub counters: BTreeMap<String, i64>,
}

impl Protocols {
    pub fn new(zone: &str) -> Protocols {
        Protocols { zone: crate::zone::named(zone), counters: BTreeMap::new() }
    }

    /// The next number of the day of `at`.
    pub fn next(&mut self, at: Millis) -> String {
        let day = jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(self.zone.clone()).strftime("%Y%m%d").to_string();
        let n = self.counters.entry(format!("protocol:{day}")).or_insert(0);
        *n += 1;
        format!("{day}{n:05}")
    }
}
