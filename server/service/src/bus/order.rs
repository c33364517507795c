//! The order in which an account's events reach those who listen here.
//!
//! Events come from this process with their content, and from others by their number or whole, in any order and twice. What
//! goes on goes once and without a gap; what is missing is read from the table, where everything before a number that is
//! known has been committed: a sequence is taken last and held until its commit.

use crate::desk::EventNews;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Events that are held for one that is missing; more are read again.
const HELD_MAX: usize = 1_000;

/// How far an account's events have gone.
#[derive(Default)]
pub(super) struct Order {
    /// The last one that went on; none before the first one.
    last: Option<i64>,
    /// The highest number that is known.
    known: i64,
    held: BTreeMap<i64, Arc<EventNews>>,
    filling: bool,
}

/// Something is missing, and nobody reads it yet: the caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Its content is on the way in this process, most likely.
    Soon,
    /// It has to be read.
    Now,
}

impl Order {
    /// Nobody listens: it begins anew with whoever comes.
    pub fn reset(&mut self) {
        self.last = None;
        self.known = 0;
        self.held.clear();
    }

    /// What was committed up to this number is known to whoever listens.
    pub fn begin(&mut self, seq: i64) {
        self.last.get_or_insert(seq);
    }

    /// An event, or the number of one. `on` takes what goes on now.
    pub fn arrive(&mut self, seq: i64, event: Option<Arc<EventNews>>, on: impl FnMut(Arc<EventNews>)) -> Option<Gap> {
        self.last.get_or_insert(seq - 1);
        self.told(seq, event, on)
    }

    /// The table holds events up to this number.
    pub fn reaches(&mut self, seq: i64, on: impl FnMut(Arc<EventNews>)) -> Option<Gap> {
        self.last.get_or_insert(seq);
        self.told(seq, None, on)
    }

    fn told(&mut self, seq: i64, event: Option<Arc<EventNews>>, on: impl FnMut(Arc<EventNews>)) -> Option<Gap> {
        if self.last.is_some_and(|last| seq <= last) {
            return None;
        }
        self.known = self.known.max(seq);
        let has_content = event.is_some();
        if let Some(event) = event.filter(|_| self.held.len() < HELD_MAX) {
            self.held.insert(seq, event);
        }
        self.pass(on);
        if self.filling || self.missing_after().is_none() {
            return None;
        }
        self.filling = true;
        Some(if has_content { Gap::Soon } else { Gap::Now })
    }

    fn missing_after(&self) -> Option<i64> {
        self.last.filter(|last| self.known > *last)
    }

    /// After which number it is to be read; none: nothing is missing any more, and the reader stops.
    pub fn missing(&mut self) -> Option<i64> {
        let since = self.missing_after();
        self.filling = since.is_some();
        since
    }

    /// The reader stops, whatever is missing.
    pub fn give_up(&mut self) {
        self.filling = false;
    }

    /// What the table holds after a number. What is not there any more was swept away.
    pub fn read(&mut self, since: i64, rows: Vec<Arc<EventNews>>, mut on: impl FnMut(Arc<EventNews>)) {
        let Some(last) = self.last else { return };
        if rows.is_empty() && last == since {
            self.last = self.held.first_key_value().map(|(seq, _)| seq - 1).or(Some(self.known));
        }
        for event in rows {
            let seq = event.event.seq;
            if self.last.is_some_and(|last| seq > last) {
                self.last = Some(seq);
                self.known = self.known.max(seq);
                on(event);
            }
        }
        self.pass(on);
    }

    /// Lets go on what follows without a gap.
    fn pass(&mut self, mut on: impl FnMut(Arc<EventNews>)) {
        let Some(mut last) = self.last else { return };
        self.held = self.held.split_off(&(last + 1));
        while let Some(event) = self.held.remove(&(last + 1)) {
            last += 1;
            on(event);
        }
        self.last = Some(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Change, Event};
    use proptest::prelude::*;

    fn event(seq: i64) -> Arc<EventNews> {
        Arc::new(EventNews::new(Event { seq, at: 0, change: Change::Nothing }))
    }

    /// What goes on when this arrives, each with or without content, while the table is read at once.
    fn passed(order: &mut Order, arrivals: &[(i64, bool)]) -> Vec<i64> {
        let mut on = Vec::new();
        for (seq, whole) in arrivals {
            let gap = order.arrive(*seq, whole.then(|| event(*seq)), |e| on.push(e.event.seq));
            if gap.is_some() {
                while let Some(since) = order.missing() {
                    let rows = (since + 1..=*seq).take(3).map(event).collect();
                    order.read(since, rows, |e| on.push(e.event.seq));
                }
            }
        }
        on
    }

    #[test]
    fn what_is_whole_and_in_order_goes_on_at_once() {
        let mut order = Order::default();
        assert_eq!(passed(&mut order, &[(5, true), (6, true), (6, true), (7, true), (5, false)]), [5, 6, 7]);
    }

    #[test]
    fn a_number_alone_is_read() {
        let mut order = Order::default();
        order.begin(10);
        assert_eq!(passed(&mut order, &[(10, false), (13, false), (12, true), (14, true)]), [11, 12, 13, 14]);
    }

    #[test]
    fn what_was_swept_away_is_no_reason_to_wait() {
        let (mut order, mut on) = (Order::default(), Vec::new());
        order.begin(1);
        assert_eq!(order.arrive(9, Some(event(9)), |e| on.push(e.event.seq)), Some(Gap::Soon));
        assert_eq!(order.arrive(12, None, |_| {}), None);
        let since = order.missing().unwrap();
        order.read(since, Vec::new(), |e| on.push(e.event.seq));
        assert_eq!((on.as_slice(), order.missing()), ([9].as_slice(), Some(9)));
        order.read(9, Vec::new(), |_| {});
        assert_eq!(order.missing(), None);
    }

    #[test]
    fn who_asks_the_table_while_nobody_listens_begins_after_it() {
        let mut order = Order::default();
        assert_eq!(order.reaches(4, |_| {}), None);
        assert_eq!(order.reaches(6, |_| {}), Some(Gap::Now));
        order.reset();
        assert_eq!(order.missing(), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_in_whatever_order_goes_on_once_and_without_a_gap(
            mut numbers in proptest::collection::vec((1..60i64, any::<bool>()), 1..120)
        ) {
            numbers.push((60, false));
            let mut order = Order::default();
            order.begin(0);
            let on = passed(&mut order, &numbers);
            prop_assert_eq!(on, (1..=60).collect::<Vec<_>>());
        }
    }
}
