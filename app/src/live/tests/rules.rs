//! One rule, one test.

use super::world::{TEAMS, USERS, conversation, message, reader};
use crate::live::apply::{Inbox, Took};
use crate::live::phase::Phase;
use crate::live::thread::{Key, Local};
use leptos::prelude::*;
use model::*;

fn inbox() -> Inbox {
    let mut inbox = Inbox::default();
    let counts = Counts { new: 1, ..Counts::default() };
    assert!(inbox.ground(reader(0), counts, 10));
    let flight = inbox.ask();
    let row = conversation(100, 1, TEAMS[0], 1000);
    let round = inbox.list(Tab::New).round;
    inbox.first_page(Tab::New, round, &Page { items: vec![row], next: None }, flight);
    let (flight, round) = (inbox.ask(), inbox.list(Tab::Mine).round);
    inbox.first_page(Tab::Mine, round, &Page { items: vec![], next: None }, flight);
    inbox
}

fn told(seq: i64, row: &Conversation, before: Option<Access>, messages: Vec<Message>) -> Event {
    Event { seq, at: 0, change: Change::Conversation { row: Box::new(row.clone()), before, unread_before: 0, messages } }
}

const ID: ConversationId = ConversationId(100);

fn assumed(by: UserId) -> Conversation {
    let mut row = conversation(100, 1, TEAMS[0], 1000);
    row.status = ConversationStatus::InProgress;
    row.assignee_id = Some(by);
    row
}

fn take_it(row: &mut Conversation) {
    row.status = ConversationStatus::InProgress;
    row.assignee_id = Some(USERS[0]);
}

fn tabs(inbox: &mut Inbox) -> (usize, usize, Counts) {
    (inbox.list(Tab::New).len(), inbox.list(Tab::Mine).len(), inbox.counts.get_untracked())
}

#[test]
fn a_missing_event_is_noticed_and_a_repeated_one_ignored() {
    let mut inbox = inbox();
    let event = |seq| Event { seq, at: 0, change: Change::Nothing };
    assert_eq!(inbox.take(&event(11)), Took::Applied);
    assert_eq!(inbox.take(&event(11)), Took::Old);
    assert_eq!(inbox.take(&event(13)), Took::Gap);
    assert_eq!(inbox.seq, 11);
    assert_eq!(inbox.take(&event(12)), Took::Applied);
}

#[test]
fn a_trial_shows_at_once_and_its_event_counts_once() {
    let mut inbox = inbox();
    let trial = inbox.try_on(ID, take_it);
    let shown = Counts { mine: 1, ..Counts::default() };
    assert_eq!(tabs(&mut inbox), (0, 1, shown));
    let mine = assumed(USERS[0]);
    assert_eq!(inbox.take(&told(11, &mine, Some(conversation(100, 1, TEAMS[0], 0).access()), vec![])), Took::Applied);
    assert_eq!(tabs(&mut inbox), (0, 1, shown));
    inbox.settle(trial, Ok(Some(&mine)));
    assert_eq!(tabs(&mut inbox), (0, 1, shown));
}

#[test]
fn sm_11_a_refused_assume_goes_back_unless_an_event_said_more() {
    let mut inbox = inbox();
    let trial = inbox.try_on(ID, take_it);
    inbox.settle(trial, Err(()));
    assert_eq!(tabs(&mut inbox), (1, 0, Counts { new: 1, ..Counts::default() }));

    let trial = inbox.try_on(ID, take_it);
    let theirs = assumed(USERS[1]);
    inbox.take(&told(11, &theirs, Some(conversation(100, 1, TEAMS[0], 0).access()), vec![]));
    inbox.settle(trial, Err(()));
    assert_eq!(tabs(&mut inbox), (0, 0, Counts { others: 1, ..Counts::default() }));
    assert_eq!(inbox.row(ID).map(|r| r.get_untracked()), Some(theirs));
}

#[test]
fn the_answer_without_its_event_is_kept_and_not_counted_twice() {
    let mut inbox = inbox();
    let trial = inbox.try_on(ID, take_it);
    let mine = assumed(USERS[0]);
    inbox.settle(trial, Ok(Some(&mine)));
    assert_eq!(tabs(&mut inbox), (0, 1, Counts { mine: 1, ..Counts::default() }));
    inbox.take(&told(11, &mine, Some(conversation(100, 1, TEAMS[0], 0).access()), vec![]));
    assert_eq!(tabs(&mut inbox), (0, 1, Counts { mine: 1, ..Counts::default() }));
}

fn opened(inbox: &mut Inbox, seq: i64) {
    let conversation = assumed(USERS[0]);
    let contact = Contact {
        id: conversation.contact_id,
        name: String::new(),
        phone: None,
        email: None,
        status: ContactStatus::Active,
        annotation: String::new(),
        created_at: 0,
        identities: vec![],
        page: None,
        version: 1,
        tags: vec![],
        fields: vec![],
        photo: String::new(),
    };
    let messages = vec![message(1, ID, Direction::In, 900, None), message(2, ID, Direction::In, 950, None)];
    inbox.thread(ID).page_asked();
    inbox.opened(&Opened { conversation, contact, messages, has_more: false, draft: String::new(), others: vec![], seq });
}

#[test]
fn ms_2_what_is_deleted_for_oneself_leaves_the_timeline_and_no_page_on_its_way_brings_it_back() {
    let mut inbox = inbox();
    opened(&mut inbox, 10);
    let thread = inbox.thread(ID);
    let gone = message(900, ID, Direction::In, 5_000, None);
    thread.event(11, &gone);
    assert!(thread.key_of(gone.id).is_some());
    let others = thread.messages().len() - 1;
    // A page was asked for before, and keeps what events told meanwhile.
    thread.page_asked();
    thread.event(12, &gone);
    thread.take_out(&[gone.id, MessageId(77)]);
    assert_eq!((thread.key_of(gone.id), thread.messages().len()), (None, others));
    thread.prepend(Vec::new(), false);
    assert_eq!(thread.key_of(gone.id), None);
    assert!(thread.face.order.with_untracked(|order| !order.contains(&Key::Id(gone.id))));
}

#[test]
fn a_contact_on_screen_is_fetched_again_when_it_changes() {
    let mut inbox = inbox();
    let contact_id = assumed(USERS[0]).contact_id;
    let changed = |seq| Event { seq, at: 0, change: Change::Contact { contact_id } };
    assert_eq!(inbox.take(&changed(11)), Took::Applied, "nobody looks at it");
    opened(&mut inbox, 11);
    assert_eq!(inbox.take(&changed(12)), Took::Contact(contact_id));
    assert!(inbox.contact_is_newer(contact_id, 11) && !inbox.contact_is_newer(contact_id, 12));
    let shown = inbox.thread(ID).face.contact.clone();
    let fresh = Contact { name: "Bia".into(), ..shown.get_untracked().expect("the contact is on screen") };
    inbox.learn_contact(&fresh);
    assert_eq!(shown.get_untracked(), Some(fresh.clone()));
    // Of two fetches of a contact the later one counts; those of others are no later ones.
    let (earlier, later, other) = (inbox.contact_asked(contact_id), inbox.contact_asked(contact_id), inbox.contact_asked(ContactId(99)));
    let newer = Contact { version: fresh.version + 1, ..fresh.clone() };
    inbox.contact_answered(contact_id, earlier, Some(&fresh));
    inbox.contact_answered(ContactId(99), other, None);
    inbox.contact_answered(contact_id, later, Some(&newer));
    assert_eq!(shown.get_untracked(), Some(newer.clone()));
    inbox.contact_answered(contact_id, earlier, Some(&fresh));
    assert_eq!(shown.get_untracked(), Some(newer));
}

#[test]
fn nx_3_a_conversation_that_is_another_contacts_now_is_no_other_one_of_this_contact() {
    let mut inbox = inbox();
    opened(&mut inbox, 10);
    let mut other = conversation(200, 1, TEAMS[0], 500);
    other.contact_id = assumed(USERS[0]).contact_id;
    inbox.take(&told(11, &other, None, vec![]));
    let others = inbox.thread(ID).face.others.clone();
    assert!(others.with_untracked(|all| all.iter().any(|c| c.id == other.id)));
    other.contact_id = ContactId(99);
    inbox.take(&told(12, &other, Some(other.access()), vec![]));
    assert!(others.with_untracked(|all| all.iter().all(|c| c.id != other.id)));
}

#[test]
fn a_sent_message_keeps_its_bubble_when_the_server_has_it() {
    let mut inbox = inbox();
    opened(&mut inbox, 10);
    let shown = message(0, ID, Direction::Out, 2000, Some("mine"));
    let key = inbox.thread(ID).sending(shown, Local::Sending);
    let order = inbox.thread(ID).face.order.clone();
    assert_eq!(order.get_untracked().last(), Some(&key));
    let cell = inbox.thread(ID).cell(&key).unwrap();

    // A message of the contact with a later time comes first; ours takes its place by the server's time.
    let row = assumed(USERS[0]);
    let theirs = message(4, ID, Direction::In, 2500, None);
    let ours = message(3, ID, Direction::Out, 2100, Some("mine"));
    inbox.take(&told(11, &row, Some(row.access()), vec![theirs]));
    inbox.take(&told(12, &row, Some(row.access()), vec![ours.clone()]));
    let keys = [Key::Id(MessageId(1)), Key::Id(MessageId(2)), key.clone(), Key::Id(MessageId(4))];
    assert_eq!(order.get_untracked(), keys);
    assert_eq!(cell.with_untracked(|i| (i.message.id, i.local.clone())), (MessageId(3), Local::Stored));

    // The slow answer to the send does not put it back.
    let mut delivered = ours.clone();
    delivered.status = MessageStatus::Delivered;
    inbox.take(&Event { seq: 13, at: 0, change: Change::Message { access: row.access(), message: Box::new(delivered) } });
    inbox.thread(ID).answered(&ours);
    assert_eq!(cell.with_untracked(|i| i.message.status), MessageStatus::Delivered);
    assert_eq!(order.get_untracked(), keys);
}

#[test]
fn a_refused_message_stays_until_it_is_sent_again_or_discarded() {
    let mut inbox = inbox();
    opened(&mut inbox, 10);
    let thread = inbox.thread(ID);
    let key = thread.sending(message(0, ID, Direction::Out, 2000, Some("mine")), Local::Sending);
    thread.set_local(&key, Local::Refused(Fault::WindowClosed));
    assert_eq!(thread.cell(&key).unwrap().with_untracked(|i| i.local.clone()), Local::Refused(Fault::WindowClosed));
    thread.discard(&key);
    assert_eq!(thread.face.order.get_untracked().len(), 2);
}

#[test]
fn events_that_the_opened_answer_contains_change_nothing() {
    let mut inbox = inbox();
    opened(&mut inbox, 12);
    let old = conversation(100, 1, TEAMS[0], 1000);
    inbox.take(&told(11, &old, None, vec![message(9, ID, Direction::In, 990, None)]));
    assert_eq!(inbox.row(ID).map(|r| r.get_untracked()), Some(assumed(USERS[0])));
    assert_eq!(inbox.thread(ID).messages().len(), 2);
    inbox.take(&Event { seq: 12, at: 0, change: Change::Nothing });
    inbox.take(&told(13, &assumed(USERS[0]), None, vec![message(9, ID, Direction::In, 990, None)]));
    assert_eq!(inbox.thread(ID).messages().len(), 3);
}

#[test]
fn a_conversation_out_of_sight_leaves_lists_and_counters() {
    let mut inbox = inbox();
    opened(&mut inbox, 10);
    let face = inbox.thread(ID).face.clone();
    inbox.take(&Event { seq: 11, at: 0, change: Change::Gone { conversation_id: ID, tab: Some(Tab::New), unread: false } });
    assert_eq!(tabs(&mut inbox), (0, 0, Counts::default()));
    assert_eq!(face.phase.get_untracked(), Phase::Gone);
}

#[test]
fn an_older_workspace_is_refused_and_a_reset_starts_over() {
    let mut inbox = inbox();
    assert!(!inbox.ground(reader(0), Counts::default(), 9));
    inbox.reset(500);
    assert!(!inbox.is_grounded());
    assert!(!inbox.ground(reader(0), Counts::default(), 499));
    assert!(inbox.ground(reader(0), Counts::default(), 501));
    // Its counters contain 501 already.
    inbox.take(&told(501, &conversation(101, 2, TEAMS[0], 1), None, vec![]));
    assert_eq!(inbox.counts.get_untracked(), Counts::default());
    inbox.take(&told(502, &conversation(102, 3, TEAMS[0], 1), None, vec![]));
    assert_eq!(inbox.counts.get_untracked().new, 1);
}

#[test]
fn ab_6_what_lies_behind_the_edge_waits_for_its_page() {
    let mut inbox = Inbox::default();
    assert!(inbox.ground(reader(0), Counts::default(), 0));
    let row = |id: i64, at: Millis| conversation(id, id, TEAMS[0], at);
    let (flight, round) = (inbox.ask(), inbox.list(Tab::New).round);
    inbox.first_page(Tab::New, round, &Page { items: vec![row(3, 300), row(2, 200)], next: Some("x".into()) }, flight);
    inbox.take(&told(1, &row(1, 100), None, vec![]));
    assert_eq!(inbox.list(Tab::New).ids().collect::<Vec<_>>(), [ConversationId(3), ConversationId(2)]);
    inbox.take(&told(2, &row(4, 250), None, vec![]));
    assert_eq!(inbox.list(Tab::New).ids().collect::<Vec<_>>(), [ConversationId(3), ConversationId(4), ConversationId(2)]);
}

#[test]
fn an_open_conversation_stays_among_the_unread_until_another_is_opened() {
    let mut inbox = Inbox::default();
    assert!(inbox.ground(reader(0), Counts::default(), 0));
    inbox.sieve(Filter { unread: true, ..Filter::default() }, false);
    let mut row = conversation(100, 1, TEAMS[0], 100);
    row.unread = 2;
    let (flight, round) = (inbox.ask(), inbox.list(Tab::New).round);
    inbox.first_page(Tab::New, round, &Page { items: vec![row.clone()], next: None }, flight);
    inbox.pin(Some(ID));
    inbox.try_on(ID, |r| r.unread = 0);
    assert!(inbox.list(Tab::New).has(ID));
    inbox.pin(None);
    assert!(!inbox.list(Tab::New).has(ID));
}

fn shown(inbox: &Inbox) -> Conversation {
    inbox.row(ID).unwrap().get_untracked()
}

/// An inbox in which I serve the conversation with two unread messages.
fn serving() -> (Inbox, Conversation) {
    let mut inbox = inbox();
    let mut row = assumed(USERS[0]);
    row.unread = 2;
    inbox.take(&told(11, &row, Some(conversation(100, 1, TEAMS[0], 0).access()), vec![]));
    (inbox, row)
}

fn read_it(row: &mut Conversation) {
    row.unread = 0;
}

fn hand_it_back(row: &mut Conversation) {
    row.status = ConversationStatus::Pending;
    row.assignee_id = None;
}

#[test]
fn of_two_trials_at_once_each_refusal_takes_back_its_own_change() {
    // In the order of asking, and in the other one.
    for earlier_first in [true, false] {
        let (mut inbox, row) = serving();
        let (read, back) = (inbox.try_on(ID, read_it), inbox.try_on(ID, hand_it_back));
        assert_eq!((shown(&inbox).unread, shown(&inbox).status), (0, ConversationStatus::Pending));
        let trials = if earlier_first { [read, back] } else { [back, read] };
        inbox.settle(trials[0], Err(()));
        let half = if earlier_first { (2, ConversationStatus::Pending) } else { (0, ConversationStatus::InProgress) };
        assert_eq!((shown(&inbox).unread, shown(&inbox).status), half);
        inbox.settle(trials[1], Err(()));
        assert_eq!(shown(&inbox), row);
        assert_eq!(tabs(&mut inbox), (0, 1, Counts { mine: 1, mine_unread: 1, ..Counts::default() }));
    }
}

#[test]
fn a_refused_trial_leaves_what_the_server_agreed_to_beside_it() {
    let (mut inbox, row) = serving();
    let (read, back) = (inbox.try_on(ID, read_it), inbox.try_on(ID, hand_it_back));
    inbox.settle(read, Ok(None));
    inbox.settle(back, Err(()));
    assert_eq!(shown(&inbox), Conversation { unread: 0, ..row.clone() });
    assert_eq!(tabs(&mut inbox), (0, 1, Counts { mine: 1, ..Counts::default() }));

    // The same with an answer that tells the row, whichever comes first.
    for refused_first in [true, false] {
        let (mut inbox, row) = serving();
        let (read, back) = (inbox.try_on(ID, read_it), inbox.try_on(ID, hand_it_back));
        let mut answer = row.clone();
        hand_it_back(&mut answer);
        if refused_first {
            inbox.settle(read, Err(()));
            inbox.settle(back, Ok(Some(&answer)));
        } else {
            inbox.settle(back, Ok(Some(&answer)));
            assert_eq!(shown(&inbox), Conversation { unread: 0, ..answer.clone() }, "the other one is still on its way");
            inbox.settle(read, Err(()));
        }
        assert_eq!(shown(&inbox), answer);
        assert_eq!(tabs(&mut inbox), (1, 0, Counts { new: 1, ..Counts::default() }));
        // Its event counts once.
        inbox.take(&Event {
            seq: 12,
            at: 0,
            change: Change::Conversation { row: Box::new(answer.clone()), before: Some(row.access()), unread_before: 2, messages: vec![] },
        });
        assert_eq!(shown(&inbox), answer);
        assert_eq!(tabs(&mut inbox), (1, 0, Counts { new: 1, ..Counts::default() }));
    }
}

#[test]
fn a_trial_that_an_event_has_ended_takes_nothing_back_from_a_later_one() {
    let (mut inbox, row) = serving();
    let read = inbox.try_on(ID, read_it);
    inbox.take(&told(12, &row, Some(row.access()), vec![]));
    let back = inbox.try_on(ID, hand_it_back);
    inbox.settle(read, Err(()));
    assert_eq!(shown(&inbox), Conversation { status: ConversationStatus::Pending, assignee_id: None, ..row.clone() });
    inbox.settle(back, Err(()));
    assert_eq!(shown(&inbox), row);
}

#[test]
fn preparing_a_conversation_leaves_the_one_on_screen_whole_and_stays_within_the_bound() {
    let (mut inbox, row) = serving();
    let messages: Vec<Message> = (1..=150).map(|n| message(n, row.id, Direction::In, n, None)).collect();
    inbox.thread(row.id).window(messages, false, false);
    for n in 0..40 {
        inbox.next_thread(ConversationId(1000 + n));
    }
    let kept: Vec<ConversationId> = inbox.open_threads().collect();
    assert_eq!((kept.len(), kept[0], kept[1]), (20, row.id, ConversationId(1039)));
    assert_eq!(inbox.thread(row.id).messages().len(), 150);
    // Another one comes on screen: of what was left the newest stay.
    inbox.thread(ConversationId(1039));
    assert_eq!(inbox.thread_mut(row.id).map(|t| t.messages().len()), Some(100));
}
