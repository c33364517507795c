//! One tab of the inbox: the ids of its conversations, in order, as far down as they are loaded.
//!
//! A list knows its edge. What lies behind the edge is not shown even when an event brings it, because rows between
//! would be missing; the page that reaches there brings it.

use super::phase::{More, Phase};
use leptos::prelude::*;
use model::{Conversation, ConversationId, Millis};
use std::collections::HashMap;

/// The keyset key of the lists (AB-6): last interaction, then id.
pub type SortKey = (Millis, ConversationId);

/// The key of a row.
pub fn key_of(row: &Conversation) -> SortKey {
    (row.last_at, row.id)
}

/// How far a list is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// Not at all: the first page has not come.
    Nothing,
    /// To this key, which is included.
    To(SortKey),
    End,
}

/// A tab's list.
pub struct List {
    keys: Vec<SortKey>,
    at: HashMap<ConversationId, Millis>,
    edge: Edge,
    oldest_first: bool,
    /// The ids in order; changes only when the order does.
    pub order: ArcRwSignal<Vec<ConversationId>>,
    /// The first page.
    pub phase: ArcRwSignal<Phase>,
    /// The pages after it.
    pub more: ArcRwSignal<More>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Counts first-page loads, so that an answer to an older question is dropped.
    pub round: u32,
}

impl Default for List {
    fn default() -> Self {
        List {
            keys: Vec::new(),
            at: HashMap::new(),
            edge: Edge::Nothing,
            oldest_first: false,
            order: ArcRwSignal::new(Vec::new()),
            phase: ArcRwSignal::new(Phase::Idle),
            more: ArcRwSignal::new(More::End),
            next: None,
            round: 0,
        }
    }
}

impl List {
    /// Whether a row with this key lies within what is loaded.
    pub fn reaches(&self, key: SortKey) -> bool {
        match self.edge {
            Edge::Nothing => false,
            Edge::End => true,
            Edge::To(edge) if self.oldest_first => key <= edge,
            Edge::To(edge) => key >= edge,
        }
    }

    /// Whether the row is in the list.
    pub fn has(&self, id: ConversationId) -> bool {
        self.at.contains_key(&id)
    }

    /// Rows in the list.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True when no row is loaded.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    fn find(&self, key: &SortKey) -> Result<usize, usize> {
        self.keys.binary_search_by(|have| if self.oldest_first { have.cmp(key) } else { key.cmp(have) })
    }

    /// Puts a row at its place, or takes it out when it does not belong (`belongs`) or lies behind the edge.
    pub fn place(&mut self, row: &Conversation, belongs: bool) {
        let key = key_of(row);
        let stays = belongs && self.reaches(key);
        match self.at.get(&row.id) {
            Some(at) if stays && *at == row.last_at => return,
            None if !stays => return,
            _ => {}
        }
        let before = self.index(row.id);
        self.cut(row.id);
        if stays {
            self.put(key);
        }
        if before.is_none() || before != self.index(row.id) {
            self.show();
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: ConversationId) {
        if self.has(id) {
            self.cut(id);
            self.show();
        }
    }

    /// Starts over with a first page; `next` is where the second begins. The rows come with it by [`List::place`].
    pub fn first(&mut self, oldest_first: bool, last: Option<SortKey>, next: Option<String>) {
        // A further page that was asked for behind the old edge no longer fits.
        self.round += 1;
        self.keys.clear();
        self.at.clear();
        self.oldest_first = oldest_first;
        self.edge = Edge::Nothing;
        self.extend(last, next);
        self.phase.set(Phase::Ready);
    }

    /// Moves the edge to the end of a page.
    pub fn extend(&mut self, last: Option<SortKey>, next: Option<String>) {
        self.edge = match (last, &next) {
            (Some(last), Some(_)) => Edge::To(last),
            _ => Edge::End,
        };
        self.more.set(More::from_answer(next.is_some()));
        self.next = next;
    }

    /// Puts many rows at once: one redraw.
    pub fn place_all<'a>(&mut self, rows: impl Iterator<Item = &'a Conversation>) {
        for row in rows {
            let key = key_of(row);
            self.cut(row.id);
            if self.reaches(key) {
                self.put(key);
            }
        }
        self.show();
    }

    /// Forgets everything; the next look at the tab loads it.
    pub fn unload(&mut self) {
        self.round += 1;
        self.keys.clear();
        self.at.clear();
        self.edge = Edge::Nothing;
        self.next = None;
        self.phase.set(Phase::Idle);
        self.more.set(More::End);
        self.show();
    }

    /// The loaded ids in order.
    pub fn ids(&self) -> impl Iterator<Item = ConversationId> + '_ {
        self.keys.iter().map(|(_, id)| *id)
    }

    fn index(&self, id: ConversationId) -> Option<usize> {
        self.at.get(&id).and_then(|at| self.find(&(*at, id)).ok())
    }

    fn cut(&mut self, id: ConversationId) {
        if let Some(i) = self.index(id) {
            self.keys.remove(i);
        }
        self.at.remove(&id);
    }

    fn put(&mut self, key: SortKey) {
        if let Err(i) = self.find(&key) {
            self.keys.insert(i, key);
            self.at.insert(key.1, key.0);
        }
    }

    fn show(&self) {
        let same = self.order.with_untracked(|shown| shown.len() == self.keys.len() && shown.iter().copied().eq(self.ids()));
        if !same {
            self.order.set(self.ids().collect());
        }
    }
}
