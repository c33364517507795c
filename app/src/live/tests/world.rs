//! A small server in memory: conversations that change, an event for each change, and answers to the client's questions.

use crate::live::list::{SortKey, key_of};
use model::*;
use std::collections::BTreeMap;

pub const PAGE: usize = 3;
pub const USERS: [UserId; 3] = [UserId(1), UserId(2), UserId(3)];
pub const TEAMS: [TeamId; 3] = [TeamId(11), TeamId(12), TeamId(13)];
const CHANNEL: ChannelId = ChannelId(21);

#[derive(Default)]
pub struct World {
    pub rows: BTreeMap<ConversationId, Conversation>,
    pub messages: BTreeMap<ConversationId, BTreeMap<Place, Message>>,
    pub events: Vec<Event>,
    clock: Millis,
    made: i64,
}

/// A reader: an agent of the first team, its supervisor, an agent of two teams, or an admin.
pub fn reader(which: u8) -> Seen {
    let restrictions = [(TEAMS[0], Restriction::None), (TEAMS[1], Restriction::Team), (TEAMS[2], Restriction::User)];
    let link = |team: usize, is_supervisor: bool| TeamLink { team_id: TEAMS[team], is_agent: true, is_supervisor };
    match which % 4 {
        0 => Seen::new(USERS[0], Role::Agent, &[link(0, false)], &restrictions),
        1 => Seen::new(USERS[0], Role::Agent, &[link(0, true)], &restrictions),
        2 => Seen::new(USERS[0], Role::Agent, &[link(1, false), link(2, false)], &restrictions),
        _ => Seen::new(USERS[0], Role::Admin, &[], &restrictions),
    }
}

pub fn message(id: i64, conversation_id: ConversationId, direction: Direction, at: Millis, client_id: Option<&str>) -> Message {
    Message {
        id: MessageId(id),
        conversation_id,
        direction,
        kind: MessageKind::Text,
        status: if direction == Direction::In { MessageStatus::Received } else { MessageStatus::Queued },
        body: format!("message {id}"),
        content: Content::None,
        author_id: None,
        client_id: client_id.map(str::to_owned),
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

pub fn conversation(id: i64, contact: i64, team: TeamId, at: Millis) -> Conversation {
    Conversation {
        id: ConversationId(id),
        protocol: id.to_string(),
        contact_id: ContactId(contact),
        contact_name: format!("contact {contact}"),
        contact_phone: None,
        contact_tags: Vec::new(),
        contact_photo: String::new(),
        channel_id: CHANNEL,
        team_id: team,
        assignee_id: None,
        status: ConversationStatus::Pending,
        started_at: at,
        completed_at: None,
        last_in_at: Some(at),
        last_at: at,
        waiting_since: Some(at),
        window_expires_at: Some(at + limit::WINDOW_MILLIS),
        awaiting_reply: false,
        awaiting_category: None,
        unread: 0,
        preview: Preview {
            kind: MessageKind::Text,
            direction: Direction::In,
            status: MessageStatus::Received,
            text: String::new(),
            author_id: None,
        },
        closed_by: None,
        snoozed_until: None,
        classification: None,
        paused: false,
        merged_into: None,
        watchers: Vec::new(),
        designated_id: None,
        overflow_at: None,
        priority: Priority::Normal,
        sla: None,
    }
}

impl World {
    pub fn seq(&self) -> i64 {
        self.events.len() as i64
    }

    fn id(&mut self) -> i64 {
        self.made += 1;
        // Not in the order of making, as ids of several machines are.
        self.made * 7919 % 100_003
    }

    fn tell(&mut self, change: Change) {
        let seq = self.seq() + 1;
        self.events.push(Event { seq, at: self.clock, change });
    }

    fn save(&mut self, row: Conversation, messages: Vec<Message>) {
        for m in &messages {
            self.messages.entry(row.id).or_default().insert(m.place(), m.clone());
        }
        let old = self.rows.insert(row.id, row.clone());
        let (before, unread_before) = (old.as_ref().map(Conversation::access), old.as_ref().map_or(0, |o| o.unread));
        self.tell(Change::Conversation { row: Box::new(row), before, unread_before, messages });
    }

    /// Something happens; which thing and to which conversation is up to the arguments.
    pub fn happen(&mut self, what: u8, which: u8, how: u8) {
        // Sometimes two things happen in the same millisecond.
        self.clock += i64::from(how % 3);
        let at = self.clock;
        let Some(mut row) = self.rows.values().nth(usize::from(which) % self.rows.len().max(1)).cloned() else {
            return self.contact_writes(which, how);
        };
        let user = USERS[usize::from(how) % USERS.len()];
        let team = TEAMS[usize::from(how / 4) % TEAMS.len()];
        use ConversationStatus::*;
        // To somebody, or to the whole team.
        let designated = (!how.is_multiple_of(5)).then_some(user);
        match (what % 10, row.status) {
            (0 | 1, _) => return self.contact_writes(which, how),
            (2, InProgress) => {
                let id = self.id();
                let m = message(id, row.id, Direction::Out, at, (how.is_multiple_of(2)).then(|| format!("c{id}")).as_deref());
                row.last_at = at.max(row.last_at);
                row.waiting_since = None;
                return self.save(row, vec![m]);
            }
            (3, Pending | InProgress) => {
                row.status = InProgress;
                row.assignee_id = Some(user);
                row.designated_id = None;
            }
            (4, Pending | InProgress) => {
                row.status = Pending;
                row.team_id = team;
                row.assignee_id = None;
                row.designated_id = designated;
            }
            (5, Pending | InProgress) => {
                row.status = InProgress;
                row.team_id = team;
                row.assignee_id = Some(user);
                row.designated_id = None;
            }
            (6, Pending | InProgress) => {
                row.status = Completed;
                row.completed_at = Some(at);
                row.designated_id = None;
            }
            (9, Pending) => row.designated_id = designated,
            (7, _) => row.unread = if how.is_multiple_of(4) { 1 } else { 0 },
            (9, _) => row.set_watcher(user, how.is_multiple_of(2)),
            (8, _) => {
                let place = self.messages.get(&row.id).and_then(|all| all.keys().nth(usize::from(how) % all.len().max(1)).copied());
                if let Some(place) = place
                    && let Some(m) = self.messages.get_mut(&row.id).and_then(|all| all.get_mut(&place))
                {
                    m.status = m.status.after(MessageStatus::Read);
                    let message = Box::new(m.clone());
                    self.tell(Change::Message { access: row.access(), message });
                }
                return;
            }
            _ => return,
        }
        self.save(row, Vec::new());
    }

    fn contact_writes(&mut self, which: u8, how: u8) {
        let contact = i64::from(which % 12);
        let at = self.clock - i64::from(how % 5);
        let open = self.rows.values().find(|r| r.contact_id.0 == contact && r.status.is_open()).cloned();
        let mut row = match open {
            Some(row) => row,
            None => {
                let id = self.id();
                conversation(id, contact, TEAMS[usize::from(how) % TEAMS.len()], at)
            }
        };
        let m = message(self.id(), row.id, Direction::In, at, None);
        row.unread += 1;
        row.last_at = row.last_at.max(at);
        self.save(row, vec![m]);
    }

    pub fn counts(&self, seen: &Seen) -> Counts {
        let mut counts = Counts::default();
        for row in self.rows.values() {
            if let Some(tab) = seen.tab(&row.access()) {
                counts.add(tab, 1);
                counts.mine_unread += i64::from(tab == Tab::Mine && row.unread > 0);
            }
        }
        counts
    }

    pub fn list(&self, seen: &Seen, tab: Tab, filter: &Filter, oldest_first: bool) -> Vec<Conversation> {
        let mut rows: Vec<Conversation> =
            self.rows.values().filter(|r| seen.tab(&r.access()) == Some(tab) && filter.passes(r, seen.me)).cloned().collect();
        rows.sort_by_key(key_of);
        if !oldest_first {
            rows.reverse();
        }
        rows
    }

    pub fn page(&self, seen: &Seen, tab: Tab, filter: &Filter, oldest_first: bool, after: Option<&str>) -> Page<Conversation> {
        let after: Option<SortKey> = after.and_then(|a| a.split_once(' ')).and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
        let mut rows = self.list(seen, tab, filter, oldest_first);
        rows.retain(|r| after.is_none_or(|a| if oldest_first { key_of(r) > a } else { key_of(r) < a }));
        let has_more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| has_more).map(|r| format!("{} {}", r.last_at, r.id));
        Page { items: rows, next }
    }

    pub fn messages(&self, id: ConversationId, before: Option<Place>, after: Option<Place>) -> MessagePage {
        let all = self.messages.get(&id).cloned().unwrap_or_default();
        match after {
            Some(after) => {
                let newer: Vec<Message> = all.into_iter().filter(|(p, _)| *p > after).map(|(_, m)| m).collect();
                MessagePage { has_more: newer.len() > PAGE, messages: newer.into_iter().take(PAGE).collect() }
            }
            None => {
                let older: Vec<Message> = all.into_iter().filter(|(p, _)| before.is_none_or(|b| *p < b)).map(|(_, m)| m).collect();
                let skip = older.len().saturating_sub(PAGE);
                MessagePage { has_more: skip > 0, messages: older.into_iter().skip(skip).collect() }
            }
        }
    }

    pub fn open(&self, seen: &Seen, id: ConversationId) -> Option<Opened> {
        let conversation = self.rows.get(&id).filter(|r| seen.sees(&r.access()))?.clone();
        let page = self.messages(id, None, None);
        let mut others: Vec<Conversation> = self
            .rows
            .values()
            .filter(|r| r.contact_id == conversation.contact_id && r.id != id && seen.sees(&r.access()))
            .cloned()
            .collect();
        others.sort_by_key(|o| std::cmp::Reverse((o.started_at, o.id)));
        let contact = Contact {
            id: conversation.contact_id,
            name: conversation.contact_name.clone(),
            phone: None,
            email: None,
            status: ContactStatus::Active,
            annotation: String::new(),
            created_at: 0,
            identities: Vec::new(),
            page: None,
            version: 1,
            tags: Vec::new(),
            fields: Vec::new(),
            photo: String::new(),
        };
        Some(Opened {
            conversation,
            contact,
            messages: page.messages,
            has_more: page.has_more,
            draft: String::new(),
            others,
            seq: self.seq(),
        })
    }
}
