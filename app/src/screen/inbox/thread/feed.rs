//! From loaded messages to the lines of a timeline: which part of them is on the page, where a day begins, which bubbles
//! belong together.

use crate::live::Key;
use model::{Direction, Message, MessageKind, Millis, UserId};
use std::ops::Range;

/// Bubbles of one sender within this time of each other hang together.
pub const GROUP_MILLIS: Millis = 5 * 60_000;
/// Messages that are on the page at most; the others are loaded, but drawn only when one scrolls to them.
pub const DRAWN_MAX: usize = 300;
/// How many are added when an edge comes near.
pub const DRAWN_STEP: usize = 80;

/// A day of the account's time zone as year × 10,000 + month × 100 + day.
pub type Day = i32;

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// A day begins; the time is within it.
    Day { day: Day, at: Millis },
    /// What follows was unread when the conversation was opened.
    New,
    /// A bubble; `first` of those that hang together.
    Bubble { key: Key, first: bool },
    /// A change of the conversation.
    Change { key: Key },
}

/// What decides about a message's line.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Key,
    pub at: Millis,
    sender: Sender,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Contact,
    /// None: the account itself, such as a closing message.
    Us(Option<UserId>),
    Note(Option<UserId>),
    Nobody,
}

impl Entry {
    /// The entry of a message.
    pub fn new(key: Key, message: &Message) -> Entry {
        let sender = match (message.kind, message.direction) {
            (MessageKind::Transition, _) => Sender::Nobody,
            (MessageKind::Note, _) => Sender::Note(message.author_id),
            (_, Direction::In) => Sender::Contact,
            (_, Direction::Out) => Sender::Us(message.author_id),
        };
        Entry { key, at: message.at, sender }
    }
}

/// The lines of some messages in order.
pub fn lines(entries: &[Entry], new_from: Option<&Key>, mut day_of: impl FnMut(Millis) -> Day) -> Vec<Line> {
    let mut lines = Vec::with_capacity(entries.len() + 8);
    let mut before: Option<(&Entry, Day)> = None;
    for entry in entries {
        let day = day_of(entry.at);
        let is_new_day = before.is_none_or(|(_, d)| d != day);
        if is_new_day {
            lines.push(Line::Day { day, at: entry.at });
        }
        let is_new = new_from == Some(&entry.key);
        if is_new {
            lines.push(Line::New);
        }
        lines.push(match entry.sender {
            Sender::Nobody => Line::Change { key: entry.key.clone() },
            _ => {
                let follows = before.is_some_and(|(b, _)| b.sender == entry.sender && (entry.at - b.at).abs() <= GROUP_MILLIS);
                Line::Bubble { key: entry.key.clone(), first: is_new_day || is_new || !follows }
            }
        });
        before = Some((entry, day));
    }
    unrepeat_days(&mut lines);
    lines
}

/// A message that is being sent carries this browser's time, which may lie before the server's: its day may come twice,
/// and a line may be there only once.
fn unrepeat_days(lines: &mut Vec<Line>) {
    let mut had = Vec::new();
    lines.retain(|line| match line {
        Line::Day { day, .. } if had.contains(day) => false,
        Line::Day { day, .. } => {
            had.push(*day);
            true
        }
        _ => true,
    });
}

/// Which of the loaded messages are on the page, by the messages at its edges, so that pages that are loaded before or
/// behind do not move it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// None: as many as fit before the end.
    pub top: Option<Key>,
    /// None: to the end, and what comes is drawn.
    pub bottom: Option<Key>,
}

impl Drawn {
    /// The drawn part of `order`.
    pub fn range(&self, order: &[Key]) -> Range<usize> {
        let find = |key: &Option<Key>| key.as_ref().and_then(|k| order.iter().rposition(|o| o == k));
        let end = find(&self.bottom).map_or(order.len(), |i| i + 1);
        let start = find(&self.top).filter(|s| *s < end).unwrap_or(end.saturating_sub(DRAWN_STEP));
        start..end
    }

    /// More before the top; what is then too much is dropped at the bottom. None when all of it is drawn.
    pub fn up(&self, order: &[Key]) -> Option<Drawn> {
        let range = self.range(order);
        (range.start > 0).then(|| {
            let start = range.start.saturating_sub(DRAWN_STEP);
            Drawn::of(order, start..range.end.min(start + DRAWN_MAX))
        })
    }

    /// More behind the bottom; what is then too much is dropped at the top. None when all of it is drawn.
    pub fn down(&self, order: &[Key]) -> Option<Drawn> {
        let range = self.range(order);
        (range.end < order.len()).then(|| {
            let end = (range.end + DRAWN_STEP).min(order.len());
            Drawn::of(order, range.start.max(end.saturating_sub(DRAWN_MAX))..end)
        })
    }

    /// So that the message at `index` is drawn, with what surrounds it.
    pub fn around(&self, order: &[Key], index: usize) -> Drawn {
        if self.range(order).contains(&index) {
            return self.clone();
        }
        Drawn::of(order, index.saturating_sub(DRAWN_STEP)..(index + DRAWN_STEP).min(order.len()))
    }

    /// The same part, held by its first message.
    pub fn pinned(&self, order: &[Key]) -> Drawn {
        Drawn::of(order, self.range(order))
    }

    /// While the end is looked at: not more than the bound, however much came.
    pub fn trimmed(&self, order: &[Key]) -> Option<Drawn> {
        let range = self.range(order);
        (self.bottom.is_none() && range.len() > DRAWN_MAX).then(|| Drawn::default().pinned(order))
    }

    /// The last messages, so many at most.
    pub fn last(order: &[Key], most: usize) -> Drawn {
        Drawn::of(order, order.len().saturating_sub(most)..order.len())
    }

    fn of(order: &[Key], range: Range<usize>) -> Drawn {
        Drawn {
            top: order.get(range.start).cloned(),
            bottom: if range.end >= order.len() { None } else { order.get(range.end - 1).cloned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::MessageId;

    const MINUTE: Millis = 60_000;

    fn key(n: usize) -> Key {
        Key::Id(MessageId(n as i64))
    }
    fn entry(n: usize, at: Millis, sender: Sender) -> Entry {
        Entry { key: key(n), at, sender }
    }
    fn day(at: Millis) -> Day {
        i32::try_from(at / (24 * 60 * MINUTE)).unwrap()
    }

    #[test]
    fn bubbles_of_a_sender_hang_together_for_five_minutes() {
        let ana = Sender::Us(Some(UserId(1)));
        let entries = [
            entry(0, 0, Sender::Contact),
            entry(1, 5 * MINUTE, Sender::Contact),
            entry(2, 5 * MINUTE, ana),
            entry(3, 5 * MINUTE, Sender::Us(Some(UserId(2)))),
            entry(4, 5 * MINUTE, Sender::Note(Some(UserId(2)))),
            entry(5, 6 * MINUTE, Sender::Nobody),
            entry(6, 6 * MINUTE, Sender::Note(Some(UserId(2)))),
            entry(7, 11 * MINUTE + 1, Sender::Note(Some(UserId(2)))),
        ];
        let first: Vec<_> = lines(&entries, None, day)
            .into_iter()
            .filter_map(|l| match l {
                Line::Bubble { first, .. } => Some(first),
                _ => None,
            })
            .collect();
        assert_eq!(first, [true, false, true, true, true, true, true]);
    }

    #[test]
    fn a_day_and_the_unread_divider_stand_before_the_first_message() {
        let entries = [
            entry(0, 0, Sender::Contact),
            entry(1, MINUTE, Sender::Contact),
            entry(2, 25 * 60 * MINUTE, Sender::Contact),
            entry(3, 2, Sender::Nobody),
        ];
        assert_eq!(
            lines(&entries, Some(&key(1)), day),
            [
                Line::Day { day: 0, at: 0 },
                Line::Bubble { key: key(0), first: true },
                Line::New,
                Line::Bubble { key: key(1), first: true },
                Line::Day { day: 1, at: 25 * 60 * MINUTE },
                Line::Bubble { key: key(2), first: true },
                Line::Change { key: key(3) },
            ]
        );
    }

    #[test]
    fn at_most_three_hundred_messages_are_drawn_wherever_one_scrolls() {
        let order: Vec<Key> = (0..10_000).map(key).collect();
        let mut drawn = Drawn::default().pinned(&order);
        assert_eq!(drawn.range(&order), 9920..10_000);
        let mut ups = 0;
        while let Some(next) = drawn.up(&order) {
            let (before, after) = (drawn.range(&order), next.range(&order));
            assert!(after.start < before.start && after.len() <= DRAWN_MAX && after.end > before.start, "{before:?} {after:?}");
            drawn = next;
            ups += 1;
        }
        assert_eq!((ups, drawn.range(&order).start), (124, 0));
        while let Some(next) = drawn.down(&order) {
            assert!(next.range(&order).len() <= DRAWN_MAX);
            drawn = next;
        }
        assert_eq!(drawn.bottom, None);
        assert_eq!(drawn.range(&order).end, 10_000);
    }

    #[test]
    fn a_page_that_is_loaded_before_does_not_move_what_is_drawn() {
        let order: Vec<Key> = (50..300).map(key).collect();
        let drawn = Drawn::default().up(&order).unwrap();
        let shown: Vec<Key> = order[drawn.range(&order)].to_vec();
        let longer: Vec<Key> = (0..300).map(key).collect();
        assert_eq!(longer[drawn.range(&longer)].to_vec(), shown);
    }

    #[test]
    fn a_jump_draws_the_surroundings() {
        let order: Vec<Key> = (0..1000).map(key).collect();
        let drawn = Drawn::default().around(&order, 100);
        assert_eq!(drawn.range(&order), 20..180);
        assert_eq!(drawn.around(&order, 150), drawn);
        assert_eq!(Drawn::default().around(&order, 990), Drawn::default());
        assert_eq!(Drawn::default().around(&order, 900).bottom, Some(key(979)));
    }

    #[test]
    fn at_the_end_old_lines_are_dropped_again() {
        let order: Vec<Key> = (0..1000).map(key).collect();
        let drawn = Drawn { top: Some(key(10)), bottom: None };
        let fewer = drawn.trimmed(&order).unwrap();
        assert_eq!(fewer.range(&order), 920..1000);
        assert_eq!(fewer.trimmed(&order), None);
    }
}
