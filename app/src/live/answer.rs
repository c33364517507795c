//! How answers of the server enter the inbox's state beside the events that may have overtaken them.

use super::apply::{Flight, Inbox, thread_sees};
use super::list::{List, SortKey, key_of};
use super::phase::Phase;
use super::thread::Thread;
use leptos::prelude::*;
use model::{Conversation, ConversationId, Filter, Opened, Page, Tab};

/// Timelines that are kept loaded.
const THREADS_MAX: usize = 20;
/// Messages that a timeline keeps when it is left.
const KEEP_MESSAGES: usize = 100;

impl Inbox {
    // --- questions on their way -----------------------------------------------------------------------------------

    /// A question leaves now.
    pub fn ask(&mut self) -> Flight {
        self.made += 1;
        let flight = Flight(self.made);
        self.flights.insert(flight, self.seq);
        flight
    }

    /// Its answer was used, or there is none.
    pub fn land(&mut self, flight: Flight) {
        self.flights.remove(&flight);
        if self.flights.is_empty() {
            self.touched.clear();
        }
    }

    pub(super) fn is_untouched(&self, id: ConversationId, flight: Flight) -> bool {
        let since = self.flights.get(&flight).copied().unwrap_or(self.seq);
        self.touched.get(&id).is_none_or(|seq| *seq <= since) && !self.trials.contains_key(&id)
    }

    // --- lists ----------------------------------------------------------------------------------------------------

    /// A tab's list.
    pub fn list(&mut self, tab: Tab) -> &mut List {
        self.lists.entry(tab).or_default()
    }

    /// Filter and order of all tabs; every list starts over.
    pub fn sieve(&mut self, filter: Filter, oldest_first: bool) {
        self.filter = filter;
        self.oldest_first = oldest_first;
        for list in self.lists.values_mut() {
            list.unload();
        }
        self.show_aside();
    }

    /// The conversation that stays in the list although it is no longer unread.
    pub fn pin(&mut self, id: Option<ConversationId>) {
        let old = std::mem::replace(&mut self.pinned, id);
        if let Some(row) = old.filter(|o| Some(*o) != id).and_then(|o| self.row(o)) {
            self.put(&row.get_untracked());
        }
    }

    /// The first page of a tab. `round` is the list's round when it was asked for.
    pub fn first_page(&mut self, tab: Tab, round: u32, page: &Page<Conversation>, flight: Flight) {
        if self.list(tab).round == round {
            let oldest_first = self.oldest_first;
            self.list(tab).first(oldest_first, page.items.last().map(key_of), page.next.clone());
            self.take_page(tab, page, flight);
        }
        self.land(flight);
    }

    /// A further page of a tab.
    pub fn next_page(&mut self, tab: Tab, round: u32, page: &Page<Conversation>, flight: Flight) {
        if self.list(tab).round == round {
            let edge: Option<SortKey> = page.items.last().map(key_of);
            self.list(tab).extend(edge, page.next.clone());
            self.take_page(tab, page, flight);
        }
        self.land(flight);
    }

    fn take_page(&mut self, tab: Tab, page: &Page<Conversation>, flight: Flight) {
        for row in &page.items {
            if self.is_untouched(row.id, flight) {
                match self.rows.get(&row.id) {
                    Some(cell) if cell.with_untracked(|have| have != row) => cell.set(row.clone()),
                    Some(_) => {}
                    None => {
                        self.rows.insert(row.id, ArcRwSignal::new(row.clone()));
                    }
                }
                for (id, thread) in &self.threads {
                    thread_sees(*id, thread, row);
                }
                self.see_aside(row);
            }
        }
        // The page's rows, as they are now, and what events brought into its range meanwhile.
        let on_page = page.items.iter().map(|r| r.id);
        let late = self.touched.keys().chain(self.trials.keys()).copied();
        let already: Vec<ConversationId> = self.lists.get(&tab).map(|l| l.ids().collect()).unwrap_or_default();
        let rows: Vec<Conversation> = on_page
            .chain(late)
            .chain(already)
            .filter_map(|id| self.rows.get(&id))
            .map(|cell| cell.get_untracked())
            .filter(|row| self.passes(row) && self.seen.as_ref().and_then(|s| s.tab(&row.access())) == Some(tab))
            .filter(|row| tab != Tab::Mine || !self.aside.takes(row))
            .collect();
        self.list(tab).place_all(rows.iter());
    }

    // --- timelines ------------------------------------------------------------------------------------------------

    /// The timeline of the conversation that comes on screen, made when it is not there; the one before it is left.
    pub fn thread(&mut self, id: ConversationId) -> &mut Thread {
        if self.recent.front() != Some(&id) {
            if let Some(left) = self.recent.front().and_then(|front| self.threads.get_mut(front)) {
                left.trim(KEEP_MESSAGES);
            }
            self.recent.retain(|r| *r != id);
            self.recent.push_front(id);
        }
        self.kept(id)
    }

    /// The timeline of a conversation that may come on screen next, made when it is not there; the one on screen stays.
    pub fn next_thread(&mut self, id: ConversationId) -> &mut Thread {
        if !self.recent.contains(&id) {
            self.recent.insert(self.recent.len().min(1), id);
        }
        self.kept(id)
    }

    /// A timeline that is counted as used; the least recently used ones beyond the bound are dropped.
    fn kept(&mut self, id: ConversationId) -> &mut Thread {
        while self.recent.len() > THREADS_MAX {
            if let Some(oldest) = self.recent.pop_back() {
                self.threads.remove(&oldest);
            }
        }
        let row = self.rows.get(&id).map(|r| r.get_untracked());
        self.threads.entry(id).or_insert_with(|| {
            let thread = Thread::default();
            thread.face.row.set(row);
            thread
        })
    }

    /// The timeline, when there is one.
    pub fn thread_mut(&mut self, id: ConversationId) -> Option<&mut Thread> {
        self.threads.get_mut(&id)
    }

    /// Loaded timelines, most recently used first.
    pub fn open_threads(&self) -> impl Iterator<Item = ConversationId> + '_ {
        self.recent.iter().copied()
    }

    /// Forgets a timeline.
    pub fn forget_thread(&mut self, id: ConversationId) {
        self.recent.retain(|r| *r != id);
        self.threads.remove(&id);
    }

    /// An opened conversation's answer.
    pub fn opened(&mut self, opened: &Opened) {
        let id = opened.conversation.id;
        let Some(thread) = self.threads.get_mut(&id) else { return };
        let is_newest = thread.row_seq <= opened.seq;
        if !is_newest && !self.rows.contains_key(&id) {
            // It went out of sight after the answer was made.
            thread.page_dropped();
            thread.face.phase.set(Phase::Gone);
            return;
        }
        thread.opened(opened);
        if is_newest && !self.trials.contains_key(&id) {
            // A page that was asked for earlier may be older than this, and the events between count as known.
            if !self.flights.is_empty() {
                self.touched.insert(id, opened.seq);
            }
            self.put(&opened.conversation);
        } else if let Some(row) = self.rows.get(&id)
            && let Some(thread) = self.threads.get(&id)
        {
            thread.face.row.set(Some(row.get_untracked()));
        }
    }
}
