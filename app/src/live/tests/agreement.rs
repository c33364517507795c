//! State fetched, plus the events that followed, is the state fetched afterwards: whatever happens, in whatever order
//! answers and events arrive. (The method is Zulip's: compare what events made of the state with a fresh fetch.)

use super::world::{USERS, World, reader};
use crate::live::apply::{Flight, Inbox, Took};
use crate::live::list::key_of;
use crate::live::phase::{More, Phase};
use leptos::prelude::*;
use model::*;
use proptest::prelude::*;

/// A question whose answer is made at one moment and arrives at another.
#[expect(clippy::large_enum_variant, reason = "a handful of them in a test")]
enum Question {
    First { tab: Tab, round: u32, flight: Flight, answer: Option<Page<Conversation>> },
    Next { tab: Tab, round: u32, after: String, flight: Flight, answer: Option<Page<Conversation>> },
    Open { id: ConversationId, answer: Option<Option<Opened>> },
    Older { id: ConversationId, round: u32, before: Place, answer: Option<MessagePage> },
}

struct Client {
    inbox: Inbox,
    seen: Seen,
    filter: Filter,
    oldest_first: bool,
    questions: Vec<Question>,
}

impl Client {
    fn new(world: &World, seen: Seen, filter: Filter, oldest_first: bool) -> Client {
        let mut inbox = Inbox::default();
        inbox.sieve(filter.clone(), oldest_first);
        assert!(inbox.ground(seen.clone(), world.counts(&seen), world.seq()));
        Client { inbox, seen, filter, oldest_first, questions: Vec::new() }
    }

    fn ask_first(&mut self, tab: Tab) {
        let list = self.inbox.list(tab);
        list.round += 1;
        let round = list.round;
        let flight = self.inbox.ask();
        self.questions.push(Question::First { tab, round, flight, answer: None });
    }

    fn ask_next(&mut self, tab: Tab) {
        let list = self.inbox.list(tab);
        if let (true, Some(after)) = (list.more.with_untracked(More::may_load), list.next.clone()) {
            list.more.set(More::Loading);
            let round = list.round;
            let flight = self.inbox.ask();
            self.questions.push(Question::Next { tab, round, after, flight, answer: None });
        }
    }

    fn ask_open(&mut self, id: ConversationId) {
        let thread = self.inbox.thread(id);
        thread.round += 1;
        thread.page_asked();
        if thread.face.phase.with_untracked(|p| *p != Phase::Ready) {
            thread.face.phase.set(Phase::Loading);
        }
        self.questions.push(Question::Open { id, answer: None });
    }

    fn ask_older(&mut self, id: ConversationId) {
        let Some(thread) = self.inbox.thread_mut(id) else { return };
        if let (true, Some((before, _))) = (thread.face.older.with_untracked(More::may_load), thread.range()) {
            thread.face.older.set(More::Loading);
            thread.page_asked();
            let round = thread.round;
            self.questions.push(Question::Older { id, round, before, answer: None });
        }
    }

    /// The server reads its state for the oldest unanswered question.
    fn read(&mut self, world: &World) {
        let (seen, filter, oldest_first) = (&self.seen, &self.filter, self.oldest_first);
        for q in &mut self.questions {
            match q {
                Question::First { tab, answer: a @ None, .. } => *a = Some(world.page(seen, *tab, filter, oldest_first, None)),
                Question::Next { tab, after, answer: a @ None, .. } => *a = Some(world.page(seen, *tab, filter, oldest_first, Some(after))),
                Question::Open { id, answer: a @ None } => *a = Some(world.open(seen, *id)),
                Question::Older { id, before, answer: a @ None, .. } => *a = Some(world.messages(*id, Some(*before), None)),
                _ => continue,
            }
            return;
        }
    }

    /// The oldest question's answer arrives.
    fn land(&mut self, world: &World) {
        if self.questions.is_empty() {
            return;
        }
        match self.questions.remove(0) {
            Question::First { tab, round, flight, answer } => {
                let page = answer.unwrap_or_else(|| world.page(&self.seen, tab, &self.filter, self.oldest_first, None));
                self.inbox.first_page(tab, round, &page, flight);
            }
            Question::Next { tab, round, after, flight, answer } => {
                let page = answer.unwrap_or_else(|| world.page(&self.seen, tab, &self.filter, self.oldest_first, Some(&after)));
                self.inbox.next_page(tab, round, &page, flight);
            }
            Question::Open { id, answer } => match answer.unwrap_or_else(|| world.open(&self.seen, id)) {
                Some(opened) => self.inbox.opened(&opened),
                None => {
                    if let Some(thread) = self.inbox.thread_mut(id) {
                        thread.page_dropped();
                        thread.face.phase.set(Phase::Gone);
                    }
                }
            },
            Question::Older { id, round, before, answer } => {
                let page = answer.unwrap_or_else(|| world.messages(id, Some(before), None));
                if let Some(thread) = self.inbox.thread_mut(id) {
                    if thread.round == round { thread.prepend(page.messages, page.has_more) } else { thread.page_dropped() }
                }
            }
        }
    }

    /// The next `n` events arrive.
    fn hear(&mut self, world: &World, n: usize) {
        for _ in 0..n {
            let Some(event) = usize::try_from(self.inbox.seq).ok().and_then(|at| world.events.get(at)) else { return };
            let event = event.for_reader(&self.seen);
            assert_eq!(self.inbox.take(&event), Took::Applied);
            assert_eq!(self.inbox.take(&event), Took::Old, "an event counts once");
            if let Change::Conversation { row, .. } = &event.change
                && self.inbox.thread_mut(row.id).is_some_and(|t| t.face.phase.with_untracked(|p| *p == Phase::Gone))
            {
                self.ask_open(row.id);
            }
        }
    }

    fn check(&mut self, world: &World) {
        assert_eq!(self.inbox.counts.get_untracked(), world.counts(&self.seen));
        for tab in Tab::ALL {
            let fetched = world.list(&self.seen, *tab, &self.filter, self.oldest_first);
            let list = self.inbox.list(*tab);
            if list.phase.with_untracked(|p| *p != Phase::Ready) {
                continue;
            }
            let wanted: Vec<&Conversation> = fetched.iter().filter(|r| list.reaches(key_of(r))).collect();
            let shown: Vec<ConversationId> = list.ids().collect();
            assert_eq!(list.order.get_untracked(), shown, "what is shown is what is there");
            let have: Vec<Conversation> = shown.iter().filter_map(|id| self.inbox.row(*id)).map(|r| r.get_untracked()).collect();
            assert_eq!(have.iter().collect::<Vec<_>>(), wanted, "tab {tab}");
        }
        for row in world.rows.values().filter(|r| self.seen.sees(&r.access())) {
            let Some(thread) = self.inbox.thread_mut(row.id) else { continue };
            if thread.face.phase.with_untracked(|p| *p != Phase::Ready) {
                continue;
            }
            assert_eq!(thread.face.row.get_untracked().as_ref(), Some(row));
            let all: Vec<Message> = world.messages[&row.id].values().cloned().collect();
            let is_whole = thread.face.older.with_untracked(|m| *m == More::End);
            let first = thread.range().map(|(first, _)| first);
            let wanted: Vec<Message> = all.into_iter().filter(|m| is_whole || first.is_some_and(|f| m.place() >= f)).collect();
            assert_eq!(thread.messages(), wanted);
        }
    }
}

fn filters() -> impl Strategy<Value = Filter> {
    prop_oneof![
        Just(Filter::default()),
        Just(Filter { unread: true, ..Filter::default() }),
        Just(Filter { watched: true, ..Filter::default() }),
        Just(Filter { assignees: vec![USERS[0], USERS[1]], ..Filter::default() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn state_and_events_are_the_state_fetched_afterwards(
        start in prop::collection::vec(any::<(u8, u8, u8)>(), 0..60),
        steps in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..200),
        who in any::<u8>(),
        filter in filters(),
        oldest_first in any::<bool>(),
    ) {
        let mut world = World::default();
        for (what, which, how) in start { world.happen(what, which, how) }
        let mut client = Client::new(&world, reader(who), filter, oldest_first);
        for (step, what, which, how) in steps {
            let tab = Tab::ALL[usize::from(what) % 4];
            let some = world.rows.keys().nth(usize::from(which) % world.rows.len().max(1)).copied();
            match step % 16 {
                0..=6 => world.happen(what, which, how),
                7..=8 => client.hear(&world, usize::from(how % 6)),
                9 => client.ask_first(tab),
                10 => client.ask_next(tab),
                11 => if let Some(id) = some { client.ask_open(id) },
                12 => if let Some(id) = some { client.ask_older(id) },
                13 => client.read(&world),
                _ => client.land(&world),
            }
        }
        for _ in 0..4 {
            client.hear(&world, usize::MAX);
            while !client.questions.is_empty() { client.land(&world) }
        }
        client.check(&world);
    }
}
