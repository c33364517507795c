//! Tallies: what happened in an hour, a day or a month, as sums that can be added up, and how long things took as counts in
//! fixed steps, from which median and the like follow for any sum of them (DB-2 to DB-4).

use crate::{Millis, words};
use serde::{Deserialize, Serialize};

words! {
    /// What happens to a conversation on its way through a team. Each is a row of its own, and never changes unless it is
    /// taken back.
    pub enum StepKind {
        /// A contact's first conversation ever began.
        Fresh = "FRESH",
        /// It came into a team's queue.
        Entered = "ENTERED",
        /// Somebody has it who did not take it from a queue: started, restarted, or reopened for who served it.
        Begun = "BEGUN",
        /// Somebody took it from the queue.
        Assumed = "ASSUMED",
        /// A person wrote to the contact for the first time since it came into the queue.
        Answered = "ANSWERED",
        /// It was concluded.
        Closed = "CLOSED",
    }
}

words! {
    /// By what tallies are kept apart, each within a team.
    pub enum Dimension { Team = "TEAM", Channel = "CHANNEL", Agent = "AGENT", Reason = "REASON" }
}

words! {
    /// How long a row's time is: an hour of UTC, a day or a month of the account's zone.
    pub enum Grain { Hour = "H", Day = "D", Month = "M" }
}

/// What is counted; its place in [`Tally::counts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TallyCount {
    Fresh,
    Entered,
    Begun,
    Assumed,
    Answered,
    Closed,
    /// Concluded after somebody had taken it: those whose handling has a length.
    Served,
    Received,
    Sent,
}

/// How many things are counted.
pub const TALLY_COUNTS: usize = 9;

/// What is measured (DB-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TallySpan {
    /// From the queue until somebody takes it.
    Wait,
    /// From the queue until a person writes first.
    Answer,
    /// From when somebody has it until it is concluded.
    Serve,
}

/// By which clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TallyClock {
    #[default]
    Wall,
    /// Only while the team is open.
    Open,
}

/// Spans by clocks.
pub const TALLY_SPANS: usize = 6;

/// The place of a span in [`Tally::sums`] and [`Tally::times`].
pub fn tally_place(span: TallySpan, clock: TallyClock) -> usize {
    span as usize * 2 + clock as usize
}

/// How often a time fell into which step; steps that nothing fell into are left out.
pub type TallyTimes = Vec<(u8, i64)>;

/// What happened in some time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// By [`TallyCount`].
    pub counts: [i64; TALLY_COUNTS],
    /// Milliseconds, by [`tally_place`].
    pub sums: [i64; TALLY_SPANS],
    /// By [`tally_place`].
    pub times: [TallyTimes; TALLY_SPANS],
}

impl Tally {
    /// How often.
    pub fn count(&self, what: TallyCount) -> i64 {
        self.counts.get(what as usize).copied().unwrap_or_default()
    }

    /// Counts one thing so often.
    pub fn add_count(&mut self, what: TallyCount, n: i64) {
        if let Some(count) = self.counts.get_mut(what as usize) {
            *count += n;
        }
    }

    /// Takes a measured time in, or with `n` = −1 out again.
    pub fn add_time(&mut self, span: TallySpan, clock: TallyClock, took: Millis, n: i64) {
        let at = tally_place(span, clock);
        if let (Some(sum), Some(times)) = (self.sums.get_mut(at), self.times.get_mut(at)) {
            *sum += took.max(0) * n;
            add(times, tally_step(took), n);
        }
    }

    /// Adds another one up.
    pub fn add(&mut self, other: &Tally) {
        self.counts.iter_mut().zip(other.counts).for_each(|(a, b)| *a += b);
        self.sums.iter_mut().zip(other.sums).for_each(|(a, b)| *a += b);
        for (mine, theirs) in self.times.iter_mut().zip(&other.times) {
            theirs.iter().for_each(|(step, n)| add(mine, *step, *n));
        }
    }

    /// Nothing happened.
    pub fn is_empty(&self) -> bool {
        *self == Tally::default()
    }

    /// How many times were measured.
    pub fn measured(&self, span: TallySpan, clock: TallyClock) -> i64 {
        self.of(span, clock).iter().map(|(_, n)| n).sum()
    }

    /// The mean of a span.
    pub fn mean(&self, span: TallySpan, clock: TallyClock) -> Option<Millis> {
        let n = self.measured(span, clock);
        let sum = self.sums.get(tally_place(span, clock)).copied().unwrap_or_default();
        (n > 0).then(|| sum / n)
    }

    /// The time that so many of a hundred did not exceed: 50 is the median. By the middle of its step, which is at most an
    /// eighth off.
    pub fn percentile(&self, span: TallySpan, clock: TallyClock, percent: i64) -> Option<Millis> {
        let n = self.measured(span, clock);
        // The nearest rank: of one time it is that one.
        let mut left = (n * percent + 99) / 100;
        for (step, count) in self.of(span, clock) {
            left -= count;
            if left <= 0 && n > 0 {
                return Some(middle_of(*step));
            }
        }
        None
    }

    fn of(&self, span: TallySpan, clock: TallyClock) -> &[(u8, i64)] {
        self.times.get(tally_place(span, clock)).map_or(&[], Vec::as_slice)
    }
}

fn add(times: &mut TallyTimes, step: u8, n: i64) {
    match times.binary_search_by_key(&step, |(s, _)| *s) {
        Ok(i) => {
            if let Some(found) = times.get_mut(i) {
                found.1 += n;
            }
            times.retain(|(_, n)| *n != 0);
        }
        Err(i) if n != 0 => times.insert(i, (step, n)),
        Err(_) => {}
    }
}

/// The step of a time: below a second the first, then four to each doubling.
pub fn tally_step(took: Millis) -> u8 {
    let seconds = u64::try_from(took / 1000).unwrap_or_default();
    if seconds == 0 {
        return 0;
    }
    let doublings = seconds.ilog2();
    let quarter = ((seconds << 2) >> doublings) & 3;
    u8::try_from(1 + u64::from(doublings) * 4 + quarter).unwrap_or(u8::MAX)
}

/// The first millisecond of a step.
fn begin_of(step: u8) -> Millis {
    if step == 0 {
        return 0;
    }
    let (doublings, quarter) = (u32::from((step - 1) / 4), i64::from((step - 1) % 4));
    // Rounded up: no whole second below it is in the step.
    (((4 + quarter) << doublings) + 3) / 4 * 1000
}

fn middle_of(step: u8) -> Millis {
    let (from, to) = (begin_of(step), begin_of(step.saturating_add(1)));
    if to <= from { from } else { from + (to - from) / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_begin_where_the_one_before_them_ends() {
        assert_eq!((tally_step(-5), tally_step(0), tally_step(999), tally_step(1000)), (0, 0, 0, 1));
        for seconds in 1..200_000i64 {
            let step = tally_step(seconds * 1000);
            assert!(begin_of(step) <= seconds * 1000, "{seconds}");
            assert!(step >= tally_step(seconds * 1000 - 1000));
        }
    }

    proptest! {
        #[test]
        fn db_4_percentiles_are_close_to_those_of_the_times_themselves(
            mut times in prop::collection::vec(0i64..40_000_000, 1..200), percent in prop::sample::select(vec![50i64, 90]),
        ) {
            let mut tally = Tally::default();
            for took in &times {
                tally.add_time(TallySpan::Wait, TallyClock::Wall, *took, 1);
            }
            times.sort_unstable();
            let exact = times[usize::try_from((times.len() as i64 * percent + 99) / 100 - 1).unwrap()];
            let told = tally.percentile(TallySpan::Wait, TallyClock::Wall, percent).unwrap();
            prop_assert_eq!(tally_step(told), tally_step(exact));
            prop_assert!((told - exact).abs() <= exact / 4 + 1000);
            prop_assert_eq!(tally.mean(TallySpan::Wait, TallyClock::Wall), Some(times.iter().sum::<i64>() / times.len() as i64));
        }

        #[test]
        fn what_is_added_and_taken_out_again_leaves_nothing(all in prop::collection::vec((0i64..10_000_000, any::<bool>()), 0..50)) {
            let (mut both, mut kept, mut one, mut other) = (Tally::default(), Tally::default(), Tally::default(), Tally::default());
            for (i, (took, stays)) in all.iter().enumerate() {
                both.add_time(TallySpan::Serve, TallyClock::Open, *took, 1);
                if i % 2 == 0 { &mut one } else { &mut other }.add_time(TallySpan::Serve, TallyClock::Open, *took, 1);
                if *stays {
                    kept.add_time(TallySpan::Serve, TallyClock::Open, *took, 1);
                }
            }
            one.add(&other);
            prop_assert_eq!(&one, &both);
            for (took, stays) in &all {
                if !stays {
                    both.add_time(TallySpan::Serve, TallyClock::Open, *took, -1);
                }
            }
            prop_assert_eq!(both, kept);
        }
    }
}
