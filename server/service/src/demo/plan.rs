//! What bulk data looks like before it is written: who talked when, how long, and how it stands now.

use super::Size;
use super::chance::Chance;
use model::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How far back conversations go.
const HISTORY: i64 = 180 * DAY;
/// From this many messages on a conversation has its system lines too.
const WITH_LINES: u32 = 6;

const TALK: u64 = 10;
const STEP: u64 = 11;
const RECENT: u64 = 12;

/// One conversation.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    /// Number of the contact.
    pub contact: i64,
    pub status: ConversationStatus,
    /// Number of the team and of the person who serves it.
    pub team: usize,
    pub agent: usize,
    /// Messages, system lines included.
    pub count: u32,
    pub end: Millis,
    span: i64,
}

/// What one message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Opened,
    Assumed,
    Concluded,
    In,
    InLocation,
    InAnswer,
    Out,
    Note,
}

/// One message's place: in time, in its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub at: Millis,
    pub talk: u32,
    pub n: u32,
}

/// All conversations. Contact 0's last one is the long one, when there are messages enough; it is being served by
/// person 0.
pub(super) fn talks(size: &Size, anchor: Millis, teams: usize, people: usize) -> Vec<Talk> {
    let mut talks: Vec<Talk> = Vec::with_capacity(size.conversations as usize);
    for n in 0..size.conversations {
        let contact = n % size.contacts;
        let of_contact = (size.conversations - contact - 1) / size.contacts + 1;
        let back = of_contact - 1 - n / size.contacts;
        let mut chance = Chance::new(size.seed, TALK, n as u64);
        let recent = recent(size.seed, contact);
        let slot = HISTORY / of_contact;
        // Earlier conversations of a contact end in their own part of the history.
        let end = anchor - recent - back * slot;
        let status = if back > 0 { ConversationStatus::Completed } else { status(recent, &mut chance) };
        talks.push(Talk {
            contact,
            status,
            team: chance.below(teams as i64) as usize,
            agent: if chance.percent(12) { 0 } else { chance.below(people as i64) as usize },
            count: 1,
            end,
            span: (slot * 8 / 10).min(10 * DAY),
        });
    }
    let long = long_place(size);
    if let Some(long) = long {
        let talk = &mut talks[long];
        (talk.status, talk.agent) = (ConversationStatus::InProgress, 0);
    }
    share(size, &mut talks, long);
    talks
}

/// How long ago a contact's last conversation had its last message.
fn recent(seed: u64, contact: i64) -> i64 {
    let mut chance = Chance::new(seed, RECENT, contact as u64);
    match chance.below(100) {
        // The one with the long conversation is talking now.
        _ if contact == 0 => 20 * MINUTE,
        0..=44 => MINUTE + chance.below(23 * HOUR),
        45..=69 => DAY + chance.below(6 * DAY),
        _ => 7 * DAY + chance.below(50 * DAY),
    }
}

/// Which conversation is the long one.
pub(super) fn long_place(size: &Size) -> Option<usize> {
    let last_of_first = (size.conversations - 1) / size.contacts * size.contacts;
    (size.messages >= super::LONG + size.conversations - 1).then_some(last_of_first as usize)
}

fn status(recent: i64, chance: &mut Chance) -> ConversationStatus {
    let (pending, progress) = match recent {
        r if r < DAY => (35, 50),
        r if r < 7 * DAY => (10, 45),
        _ => (0, 4),
    };
    match chance.below(100) {
        n if n < pending => ConversationStatus::Pending,
        n if n < pending + progress => ConversationStatus::InProgress,
        _ => ConversationStatus::Completed,
    }
}

/// Spreads the messages: every conversation has one, the long one its number, the others by weight; the sum is exact.
fn share(size: &Size, talks: &mut [Talk], long: Option<usize>) {
    let weight = |n: usize, t: &Talk| -> i64 {
        let mut chance = Chance::new(size.seed, TALK + 100, n as u64);
        // Few talk much; who still waits has said little.
        let w = 10 + chance.below(100) * (10 + chance.below(100)) / 30;
        if t.status == ConversationStatus::Pending { 1 + w / 30 } else { w }
    };
    let others = |n: usize| Some(n) != long;
    let mut left = size.messages - talks.len() as i64;
    if let Some(long) = long {
        talks[long].count = super::LONG as u32;
        left -= super::LONG - 1;
    }
    let total: i64 = talks.iter().enumerate().filter(|(n, _)| others(*n)).map(|(n, t)| weight(n, t)).sum();
    let spread = left;
    for n in (0..talks.len()).filter(|n| others(*n)) {
        let more = (i128::from(spread) * i128::from(weight(n, &talks[n])) / i128::from(total.max(1))) as i64;
        talks[n].count += more as u32;
        left -= more;
    }
    // What rounding left goes to the first ones that are not waiting; with one conversation alone there is no other.
    let mut places: Vec<usize> = (0..talks.len()).filter(|n| others(*n) && talks[*n].status != ConversationStatus::Pending).collect();
    if places.is_empty() {
        places = (0..talks.len()).filter(|n| others(*n)).collect();
    }
    if let (Some(_), true) = (long, places.is_empty()) {
        places = (0..talks.len()).collect();
    }
    for i in 0..left.max(0) as usize {
        talks[places[i % places.len()]].count += 1;
    }
}

impl Talk {
    fn has_lines(&self) -> bool {
        self.count >= WITH_LINES
    }

    /// What its `n`-th message is.
    pub fn what(&self, seed: u64, talk: u32, n: u32) -> What {
        let served = self.status != ConversationStatus::Pending;
        if self.has_lines() {
            match n {
                0 => return What::Opened,
                1 => return What::In,
                2 if served => return What::Assumed,
                _ if n + 1 == self.count && self.status == ConversationStatus::Completed => return What::Concluded,
                _ => {}
            }
        }
        let mut chance = Chance::new(seed, STEP, u64::from(talk) << 32 | u64::from(n));
        if n == 0 || !served || (n + 1 == self.count && self.awaits_us(talk)) {
            return What::In;
        }
        match chance.below(1000) {
            0..=479 => What::Out,
            480..=499 => What::Note,
            500..=504 => What::InLocation,
            505..=514 => What::InAnswer,
            _ => What::In,
        }
    }

    /// Whether the contact has spoken last in a conversation that is being served.
    fn awaits_us(&self, talk: u32) -> bool {
        self.status == ConversationStatus::InProgress && !talk.is_multiple_of(5)
    }

    /// When its messages were, oldest first.
    pub fn times(&self, seed: u64, talk: u32) -> impl Iterator<Item = Millis> + use<> {
        let count = i64::from(self.count);
        let mut chance = Chance::new(seed, STEP + 100, u64::from(talk));
        let pause = 20_000 + chance.below(9 * MINUTE);
        let long = (count * pause).min(self.span).max(count);
        let (end, step) = (self.end, long / count);
        (0..count).map(move |n| end - (count - 1 - n) * step - chance.below(step.max(1)) / 2)
    }
}

/// Every message of all conversations, in the order of time.
pub(super) fn steps(size: &Size, talks: &[Talk]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(size.messages as usize);
    for (talk, t) in talks.iter().enumerate() {
        let talk = talk as u32;
        steps.extend(t.times(size.seed, talk).enumerate().map(|(n, at)| Step { at, talk, n: n as u32 }));
    }
    steps.sort_unstable();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(contacts: i64, conversations: i64, messages: i64) -> Size {
        Size { contacts, conversations, messages, seed: 9 }
    }

    #[test]
    fn every_size_comes_out_exactly() {
        for s in [
            size(1, 1, 1),
            size(1, 1, 5_000),
            size(3, 2, 2),
            size(10, 25, 400),
            size(100, 1_000, 20_000),
            size(7, 50, 50),
            size(1, 3, 2_002),
        ] {
            let talks = talks(&s, 1_790_000_000_000, 4, 12);
            assert_eq!(talks.len() as i64, s.conversations, "{s:?}");
            assert_eq!(talks.iter().map(|t| i64::from(t.count)).sum::<i64>(), s.messages, "{s:?}");
            assert!(talks.iter().all(|t| t.count >= 1));
            assert_eq!(steps(&s, &talks).len() as i64, s.messages);
            if let Some(long) = long_place(&s).filter(|_| s.conversations > 1) {
                assert_eq!(i64::from(talks[long].count), super::super::LONG, "{s:?}");
                assert_eq!(talks[long].contact, 0);
            }
        }
    }

    #[test]
    fn messages_of_a_conversation_follow_each_other() {
        let s = size(20, 200, 12_000);
        let talks = talks(&s, 1_790_000_000_000, 4, 12);
        for (n, t) in talks.iter().enumerate() {
            let times: Vec<Millis> = t.times(s.seed, n as u32).collect();
            assert!(times.windows(2).all(|w| w[0] < w[1]), "{n}");
            assert!(times.last().is_some_and(|last| *last < 1_790_000_000_000));
        }
        // A contact's conversations do not overlap.
        for contact in 0..20 {
            let mut own: Vec<(Millis, Millis)> = talks
                .iter()
                .enumerate()
                .filter(|(_, t)| t.contact == contact)
                .map(|(n, t)| (t.times(s.seed, n as u32).next().unwrap(), t.end))
                .collect();
            own.sort_unstable();
            assert!(own.windows(2).all(|w| w[0].1 <= w[1].0), "{own:?}");
        }
    }
}
