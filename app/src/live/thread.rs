//! One conversation's timeline, as far as it is loaded: messages by place, then what is being sent.

use super::phase::{More, Phase};
use leptos::prelude::*;
use model::{Contact, Conversation, Direction, Fault, Message, MessageId, Opened, Place};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a bubble is known by for as long as it is shown. A message of ours keeps its key when the server's row replaces
/// the one that was shown while sending, so that its bubble is not made anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Id(MessageId),
    Client(Arc<str>),
}

impl Key {
    fn of(message: &Message) -> Key {
        match &message.client_id {
            Some(client_id) => Key::Client(client_id.as_str().into()),
            None => Key::Id(message.id),
        }
    }
}

/// How far a message of this tab is on its way to the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Local {
    /// The server has it; [`Message::status`] tells the rest.
    Stored,
    Sending,
    /// Without a connection; leaves by itself when it is back.
    Waiting,
    /// Refused; may be tried again with the same client id, or discarded.
    Refused(Fault),
}

/// A bubble: the message, and whether the server has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub message: Message,
    pub local: Local,
}

/// The signals of a timeline; clones are handles of the same.
#[derive(Clone, Default)]
pub struct Face {
    pub phase: ArcRwSignal<Phase>,
    /// The conversation's row, kept current; none until it is loaded.
    pub row: ArcRwSignal<Option<Conversation>>,
    pub contact: ArcRwSignal<Option<Contact>>,
    /// Other conversations of the contact that the reader may see, newest first.
    pub others: ArcRwSignal<Vec<Conversation>>,
    /// Bubbles in order: stored ones by place, then those being sent in the order of sending.
    pub order: ArcRwSignal<Vec<Key>>,
    /// Before the first loaded message.
    pub older: ArcRwSignal<More>,
    /// Behind the last loaded message: only after a jump into the past.
    pub newer: ArcRwSignal<More>,
    /// Messages that came while `newer` is not [`More::End`], and so are not shown.
    pub below: ArcRwSignal<u32>,
    /// The first message that was unread when the conversation was opened.
    pub new_from: ArcRwSignal<Option<Key>>,
}

/// A timeline's state.
#[derive(Default)]
pub struct Thread {
    pub face: Face,
    places: BTreeMap<Place, Key>,
    by_id: HashMap<MessageId, Place>,
    cells: HashMap<Key, ArcRwSignal<Item>>,
    sending: Vec<Key>,
    /// The sequence up to which the loaded state is known to be true; older events change nothing.
    pub seq: i64,
    /// The last event that changed the row since the thread exists.
    pub row_seq: i64,
    /// Messages that events brought while a page is on its way, each with its sequence.
    late: Vec<(i64, Message)>,
    flights: u32,
    /// Counts replacements of the window, so that an answer to an older question is dropped.
    pub round: u32,
}

impl Thread {
    /// The bubble's signal.
    pub fn cell(&self, key: &Key) -> Option<ArcRwSignal<Item>> {
        self.cells.get(key).cloned()
    }

    /// The first and last loaded places.
    pub fn range(&self) -> Option<(Place, Place)> {
        Some((*self.places.first_key_value()?.0, *self.places.last_key_value()?.0))
    }

    /// The key of a loaded message.
    pub fn key_of(&self, id: MessageId) -> Option<Key> {
        self.places.get(self.by_id.get(&id)?).cloned()
    }

    /// The stored messages in order, for tests and for copying.
    pub fn messages(&self) -> Vec<Message> {
        self.places.values().filter_map(|k| self.cells.get(k)).map(|c| c.with_untracked(|i| i.message.clone())).collect()
    }

    /// A page was asked for: what events bring from now on is kept until it is here.
    pub fn page_asked(&mut self) {
        self.flights += 1;
    }

    /// The asked page did not come, or came too late to be used.
    pub fn page_dropped(&mut self) {
        self.flights = self.flights.saturating_sub(1);
        if self.flights == 0 {
            self.late.clear();
        }
    }

    /// The first load, or a load after a resync. `is_stale` tells that an event newer than the answer changed the row.
    pub fn opened(&mut self, opened: &Opened) {
        self.seq = opened.seq;
        self.face.contact.set(Some(opened.contact.clone()));
        self.face.others.set(opened.others.clone());
        let unread = usize::try_from(opened.conversation.unread).unwrap_or(0);
        let divider = (unread > 0)
            .then(|| opened.messages.iter().rev().filter(|m| m.direction == Direction::In).take(unread).last())
            .flatten()
            .map(Key::of);
        self.face.new_from.set(divider);
        self.window(opened.messages.clone(), opened.has_more, false);
        self.face.phase.set(Phase::Ready);
    }

    /// Replaces what is loaded by a page that hangs together.
    pub fn window(&mut self, messages: Vec<Message>, older: bool, newer: bool) {
        self.round += 1;
        let gone: Vec<Key> = std::mem::take(&mut self.places).into_values().collect();
        self.by_id.clear();
        self.face.older.set(More::from_answer(older));
        self.face.newer.set(More::from_answer(newer));
        self.face.below.set(0);
        for m in messages {
            self.store(m);
        }
        for key in gone {
            let kept = self.cells.get(&key).is_some_and(|c| c.with_untracked(|i| self.by_id.contains_key(&i.message.id)));
            if !kept && !self.sending.contains(&key) {
                self.cells.remove(&key);
            }
        }
        self.landed();
    }

    /// A page before the first loaded message.
    pub fn prepend(&mut self, messages: Vec<Message>, more: bool) {
        self.face.older.set(More::from_answer(more));
        self.add(messages);
    }

    /// A page behind the last loaded message.
    pub fn append(&mut self, messages: Vec<Message>, more: bool) {
        self.face.newer.set(More::from_answer(more));
        if !more {
            self.face.below.set(0);
        }
        self.add(messages);
    }

    fn add(&mut self, messages: Vec<Message>) {
        for m in messages {
            self.store(m);
        }
        self.landed();
    }

    fn landed(&mut self) {
        self.flights = self.flights.saturating_sub(1);
        let late = if self.flights == 0 { std::mem::take(&mut self.late) } else { self.late.clone() };
        for (seq, m) in late {
            if seq > self.seq {
                self.merge(m);
            }
        }
        self.show();
    }

    /// A message that an event brought.
    pub fn event(&mut self, seq: i64, message: &Message) {
        if seq <= self.seq {
            return;
        }
        if self.flights > 0 {
            self.late.push((seq, message.clone()));
        }
        if self.face.phase.with_untracked(|p| *p == Phase::Ready) && self.merge(message.clone()) {
            self.show();
        }
    }

    /// The server's answer to a send, a retry or a cancellation, unless an event was faster.
    pub fn answered(&mut self, message: &Message) {
        if !self.by_id.contains_key(&message.id) && self.merge(message.clone()) {
            self.show();
        }
    }

    /// Puts a message if it belongs into the window; true when the order may have changed.
    fn merge(&mut self, message: Message) -> bool {
        let place = message.place();
        let known = self.by_id.contains_key(&message.id);
        if !known {
            let is_ours = self.sending.contains(&Key::of(&message));
            let range = self.range();
            let before = range.is_some_and(|(first, _)| place < first) && self.face.older.with_untracked(|m| *m != More::End);
            let behind = self.face.newer.with_untracked(|m| *m != More::End) && range.is_none_or(|(_, last)| place > last);
            if before || behind {
                if is_ours {
                    self.forget_sending(&Key::of(&message));
                }
                if behind {
                    self.face.below.update(|n| *n += 1);
                }
                return is_ours;
            }
        }
        self.store(message)
    }

    /// Puts a message; true when the order changed.
    fn store(&mut self, message: Message) -> bool {
        let (id, place) = (message.id, message.place());
        let mut key = Key::of(&message);
        let mut moved = true;
        if let Some(old) = self.by_id.get(&id).copied() {
            moved = old != place;
            if let Some(have) = self.places.get(&old) {
                key = have.clone();
            }
            if moved {
                self.places.remove(&old);
            }
        }
        let was_sending = self.sending.len();
        self.sending.retain(|k| *k != key);
        moved |= was_sending != self.sending.len();
        let item = Item { message, local: Local::Stored };
        match self.cells.get(&key) {
            Some(cell) => {
                if cell.with_untracked(|have| *have != item) {
                    cell.set(item);
                }
            }
            None => {
                self.cells.insert(key.clone(), ArcRwSignal::new(item));
            }
        }
        self.by_id.insert(id, place);
        self.places.insert(place, key);
        moved
    }

    /// Shows a message while it is being sent; the same client id again changes the one that is shown.
    pub fn sending(&mut self, message: Message, local: Local) -> Key {
        let key = Key::of(&message);
        let item = Item { message, local };
        match self.cells.get(&key) {
            Some(cell) if self.sending.contains(&key) => cell.set(item),
            // The server has it already.
            Some(_) => {}
            None => {
                self.cells.insert(key.clone(), ArcRwSignal::new(item));
                self.sending.push(key.clone());
                self.show();
            }
        }
        key
    }

    /// Changes how far a sent message is; nothing when the server has it already.
    pub fn set_local(&mut self, key: &Key, local: Local) {
        if self.sending.contains(key)
            && let Some(cell) = self.cells.get(key)
        {
            cell.update(|item| item.local = local);
        }
    }

    /// Takes an unsent message away.
    pub fn discard(&mut self, key: &Key) {
        if self.sending.contains(key) {
            self.forget_sending(key);
            self.show();
        }
    }

    /// Takes messages away that the reader deleted for themselves.
    pub fn take_out(&mut self, ids: &[MessageId]) {
        for id in ids {
            if let Some(key) = self.by_id.remove(id).and_then(|place| self.places.remove(&place)) {
                self.cells.remove(&key);
            }
        }
        self.late.retain(|(_, m)| !ids.contains(&m.id));
        self.show();
    }

    fn forget_sending(&mut self, key: &Key) {
        self.sending.retain(|k| k != key);
        self.cells.remove(key);
    }

    /// Drops all but the newest `keep` messages of a timeline that is not on screen.
    pub fn trim(&mut self, keep: usize) {
        if self.face.newer.with_untracked(|m| *m != More::End) {
            return;
        }
        while self.places.len() > keep {
            if let Some((_, key)) = self.places.pop_first()
                && let Some(cell) = self.cells.remove(&key)
            {
                self.by_id.remove(&cell.with_untracked(|i| i.message.id));
                self.face.older.set(More::Exists);
            }
        }
        self.show();
    }

    fn show(&self) {
        let keys = || self.places.values().chain(&self.sending);
        let same = self.face.order.with_untracked(|shown| shown.iter().eq(keys()));
        if !same {
            self.face.order.set(keys().cloned().collect());
        }
    }
}
