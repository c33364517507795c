//! The inbox's state and the one way in which events change it.
//!
//! State comes from two sides: answers to questions (a page, an opened conversation) and events. Both may overtake each
//! other. The rules that keep them in agreement:
//! * events are applied in sequence, none twice, none left out ([`Took::Gap`] otherwise);
//! * counters are true as of `counts_seq`; older events do not change them;
//! * what an event changed while a question was on its way is newer than the answer and wins;
//! * a change that is shown before the server agreed is a *trial*: the next event about that conversation ends it, and a
//!   refusal takes back this change only.
//!
//! Nothing here touches the network or the page, so the property test in `live/tests/` runs on the host.

use super::aside::Aside;
use super::list::List;
use super::phase::Phase;
use super::thread::Thread;
use leptos::prelude::*;
use model::{Change, ContactId, Conversation, ConversationId, Counts, Event, Filter, Seen, SetupKind, Tab};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Rows that are kept although no list shows them.
const ROWS_MAX: usize = 4000;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    Applied,
    /// Applied; besides, part of the set-up is to be fetched again.
    Setup(SetupKind),
    /// Applied; besides, pins or views are to be fetched again.
    Kept,
    /// Applied; besides, a contact that is on screen is to be fetched again.
    Contact(ContactId),
    /// It was here before.
    Old,
    /// Events are missing before this one.
    Gap,
}

/// A question on its way; what events change meanwhile is newer than its answer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
pub struct Flight(pub(super) u64);

/// A change that is shown before the server agreed.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    id: ConversationId,
    number: u64,
}

/// What is shown of one conversation beyond what events told.
pub(super) struct Tried {
    /// The row as events last told it; the counters know it.
    pub(super) truth: Conversation,
    /// A row that the server answered since.
    answered: Option<Conversation>,
    /// Changes by their trials' numbers, in the order in which people made them; a refused one is taken out.
    steps: Vec<(u64, Step)>,
}

type Step = Box<dyn Fn(&mut Conversation) + Send + Sync>;

impl Tried {
    /// The row with all changes that nobody refused.
    fn shown(&self) -> Conversation {
        let mut row = self.answered.as_ref().unwrap_or(&self.truth).clone();
        self.steps.iter().for_each(|(_, step)| step(&mut row));
        row
    }

    /// Takes a trial's change out; false when it is not here.
    fn take_out(&mut self, number: u64) -> bool {
        let place = self.steps.iter().position(|(n, _)| *n == number);
        place.map(|at| self.steps.remove(at)).is_some()
    }
}

/// Everything that lists, counters and timelines show.
#[derive(Default)]
pub struct Inbox {
    pub(super) seen: Option<Seen>,
    /// The last applied event.
    pub seq: i64,
    /// False until a workspace came, and after a resync began.
    grounded: bool,
    pub(super) counts_seq: i64,
    pub(super) base: Counts,
    /// The numbers on the tabs, trials included.
    pub counts: ArcRwSignal<Counts>,
    pub(super) rows: HashMap<ConversationId, ArcRwSignal<Conversation>>,
    pub(super) lists: BTreeMap<Tab, List>,
    pub(super) filter: Filter,
    pub(super) oldest_first: bool,
    pub(super) pinned: Option<ConversationId>,
    pub(super) threads: HashMap<ConversationId, Thread>,
    pub(super) recent: VecDeque<ConversationId>,
    pub(super) trials: HashMap<ConversationId, Tried>,
    pub(super) touched: HashMap<ConversationId, i64>,
    pub(super) flights: BTreeMap<Flight, i64>,
    pub(super) made: u64,
    /// The last change of each contact that was told lately.
    pub(super) contacts: HashMap<ContactId, i64>,
    /// The last fetch of each contact that is on its way.
    pub(super) contact_turns: HashMap<ContactId, u64>,
    /// What stands beside the list of my own conversations.
    pub aside: Aside,
}

impl Inbox {
    /// The sight, counters and sequence that a workspace tells. Counters of a workspace that is older than what was
    /// applied are refused with `false`: ask again.
    pub fn ground(&mut self, seen: Seen, counts: Counts, seq: i64) -> bool {
        if seq < self.seq {
            return false;
        }
        if self.seen.is_none() {
            self.seq = seq;
        }
        self.grounded = true;
        self.seen = Some(seen);
        self.base = counts;
        self.counts_seq = seq;
        self.recount();
        true
    }

    /// A resync: what is loaded may be stale. Lists are kept on screen until their first page is here.
    pub fn reset(&mut self, seq: i64) {
        self.seq = seq;
        self.grounded = false;
        self.counts_seq = seq;
        self.trials.clear();
        self.touched.clear();
        self.flights.clear();
        for thread in self.threads.values_mut() {
            thread.seq = 0;
            thread.row_seq = 0;
        }
    }

    /// Whether counters and sight are those of now.
    pub fn is_grounded(&self) -> bool {
        self.grounded
    }

    /// Whose sight.
    pub fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    // --- events ---------------------------------------------------------------------------------------------------

    /// Applies an event that the socket brought.
    pub fn take(&mut self, event: &Event) -> Took {
        if event.seq <= self.seq {
            return Took::Old;
        }
        if event.seq != self.seq + 1 {
            return Took::Gap;
        }
        self.seq = event.seq;
        match &event.change {
            Change::Conversation { row, before, unread_before, messages } => {
                self.count(event.seq, before.as_ref().map(|b| (b, *unread_before)), Some(row));
                if self.is_known_since(row.id, event.seq) {
                    self.recount();
                    return Took::Applied;
                }
                self.touch(row.id, event.seq);
                self.put(row);
                if let Some(thread) = self.threads.get_mut(&row.id) {
                    thread.row_seq = event.seq;
                    for m in messages {
                        thread.event(event.seq, m);
                    }
                }
            }
            Change::Message { message, .. } => {
                if let Some(thread) = self.threads.get_mut(&message.conversation_id) {
                    thread.event(event.seq, message);
                }
            }
            Change::Gone { conversation_id, tab, unread } => {
                if let Some(tab) = tab
                    && event.seq > self.counts_seq
                {
                    self.base.add(*tab, -1);
                    if *tab == Tab::Mine && *unread {
                        self.base.mine_unread -= 1;
                    }
                }
                self.touch(*conversation_id, event.seq);
                if let Some(thread) = self.threads.get_mut(conversation_id) {
                    thread.row_seq = event.seq;
                }
                self.take_away(*conversation_id);
            }
            Change::Contact { contact_id } => {
                if self.contact_changed(*contact_id, event.seq) {
                    return Took::Contact(*contact_id);
                }
            }
            Change::Kept { .. } => return Took::Kept,
            Change::Setup { what } => return Took::Setup(*what),
            Change::Status { .. } | Change::Nothing => {}
        }
        Took::Applied
    }

    /// Whether the timeline's answer already contains this event, and nothing else is shown in its place.
    fn is_known_since(&self, id: ConversationId, seq: i64) -> bool {
        !self.trials.contains_key(&id) && self.threads.get(&id).is_some_and(|t| seq <= t.seq)
    }

    fn touch(&mut self, id: ConversationId, seq: i64) {
        if !self.flights.is_empty() {
            self.touched.insert(id, seq);
        }
        self.trials.remove(&id);
    }

    fn count(&mut self, seq: i64, before: Option<(&model::Access, i64)>, row: Option<&Conversation>) {
        if seq <= self.counts_seq {
            return;
        }
        let Some(seen) = &self.seen else { return };
        shift(&mut self.base, seen, before, row.map(|r| (r.access(), r.unread)));
    }

    fn recount(&self) {
        let mut shown = self.base;
        if let Some(seen) = &self.seen {
            for (id, tried) in &self.trials {
                let now = self.rows.get(id).map(|r| r.with_untracked(|r| (r.access(), r.unread)));
                shift(&mut shown, seen, Some((&tried.truth.access(), tried.truth.unread)), now);
            }
        }
        if self.counts.with_untracked(|c| *c != shown) {
            self.counts.set(shown);
        }
    }

    // --- rows -----------------------------------------------------------------------------------------------------

    /// A row's signal.
    pub fn row(&self, id: ConversationId) -> Option<ArcRwSignal<Conversation>> {
        self.rows.get(&id).cloned()
    }

    /// Puts a row wherever it is shown.
    pub fn put(&mut self, row: &Conversation) {
        match self.rows.get(&row.id) {
            Some(cell) => {
                if cell.with_untracked(|have| have != row) {
                    cell.set(row.clone());
                }
            }
            None => {
                self.rows.insert(row.id, ArcRwSignal::new(row.clone()));
            }
        }
        self.see_aside(row);
        let tab = self.seen.as_ref().and_then(|s| s.tab(&row.access()));
        let passes = self.passes(row) && !(tab == Some(Tab::Mine) && self.aside.takes(row));
        for (list_tab, list) in &mut self.lists {
            list.place(row, passes && tab == Some(*list_tab));
        }
        for (id, thread) in &self.threads {
            thread_sees(*id, thread, row);
        }
        self.recount();
        self.prune();
    }

    pub(super) fn passes(&self, row: &Conversation) -> bool {
        let me = self.seen.as_ref().map(|s| s.me).unwrap_or_default();
        // An open conversation is read by being open; it must not vanish from the unread ones under one's hands.
        self.filter.passes(row, me) || (self.pinned == Some(row.id) && Filter { unread: false, ..self.filter.clone() }.passes(row, me))
    }

    fn take_away(&mut self, id: ConversationId) {
        self.rows.remove(&id);
        self.leave_aside(id);
        for list in self.lists.values_mut() {
            list.remove(id);
        }
        if let Some(thread) = self.threads.get(&id) {
            thread.face.phase.set(Phase::Gone);
        }
        for thread in self.threads.values() {
            if thread.face.others.with_untracked(|o| o.iter().any(|c| c.id == id)) {
                thread.face.others.update(|o| o.retain(|c| c.id != id));
            }
        }
        self.recount();
    }

    fn prune(&mut self) {
        if self.rows.len() <= ROWS_MAX {
            return;
        }
        let (lists, threads, trials, aside) = (&self.lists, &self.threads, &self.trials, &self.aside);
        self.rows
            .retain(|id, _| aside.has(*id) || threads.contains_key(id) || trials.contains_key(id) || lists.values().any(|l| l.has(*id)));
    }

    // --- trials ---------------------------------------------------------------------------------------------------

    /// Shows a change at once; [`Inbox::settle`] ends it.
    pub fn try_on(&mut self, id: ConversationId, change: impl Fn(&mut Conversation) + Send + Sync + 'static) -> Trial {
        self.made += 1;
        let number = self.made;
        if let Some(cell) = self.rows.get(&id) {
            let tried = self.trials.entry(id).or_insert_with(|| Tried { truth: cell.get_untracked(), answered: None, steps: Vec::new() });
            tried.steps.push((number, Box::new(change)));
            let shown = tried.shown();
            self.put(&shown);
        }
        Trial { id, number }
    }

    /// The server's answer to a trial: its row (none: it agreed without telling), or a refusal, which takes this change
    /// back and leaves those of other trials.
    pub fn settle(&mut self, trial: Trial, answer: Result<Option<&Conversation>, ()>) {
        // Without its step, an event came in between and tells more.
        let Some(tried) = self.trials.get_mut(&trial.id) else { return };
        match answer {
            // The step is shown until the event is here.
            Ok(None) => return,
            Ok(Some(row)) if tried.take_out(trial.number) => tried.answered = Some(row.clone()),
            Err(()) if tried.take_out(trial.number) => {}
            Ok(Some(_)) | Err(()) => return,
        }
        let shown = tried.shown();
        if tried.steps.is_empty() && tried.answered.is_none() {
            self.trials.remove(&trial.id);
        }
        self.put(&shown);
    }

    /// A row that the server answered, not as the end of a trial; nothing when events may know better.
    pub fn learn(&mut self, row: &Conversation, flight: Flight) {
        if self.is_untouched(row.id, flight) {
            self.put(row);
        }
        self.land(flight);
    }
}

/// Keeps a timeline's copies of a row current: its own, and those under "other conversations".
pub(super) fn thread_sees(id: ConversationId, thread: &Thread, row: &Conversation) {
    if id == row.id {
        if thread.face.row.with_untracked(|have| have.as_ref() != Some(row)) {
            thread.face.row.set(Some(row.clone()));
        }
    } else if thread.face.row.with_untracked(|have| have.as_ref().is_some_and(|h| h.contact_id == row.contact_id)) {
        thread.face.others.update(|others| {
            others.retain(|o| o.id != row.id);
            let at = others.partition_point(|o| (o.started_at, o.id) > (row.started_at, row.id));
            others.insert(at, row.clone());
        });
    } else if thread.face.others.with_untracked(|others| others.iter().any(|o| o.id == row.id)) {
        // It is another contact's now.
        thread.face.others.update(|others| others.retain(|o| o.id != row.id));
    }
}

/// Moves one conversation between the counters.
fn shift(counts: &mut Counts, seen: &Seen, before: Option<(&model::Access, i64)>, after: Option<(model::Access, i64)>) {
    let mut add = |access: &model::Access, unread: i64, by: i64| {
        if let Some(tab) = seen.tab(access) {
            counts.add(tab, by);
            if tab == Tab::Mine && unread > 0 {
                counts.mine_unread += by;
            }
        }
    };
    if let Some((access, unread)) = before {
        add(access, unread, -1);
    }
    if let Some((access, unread)) = after {
        add(&access, unread, 1);
    }
}
