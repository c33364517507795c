//! What adds to which rows.

use super::Stored;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::*;
use std::collections::BTreeMap;

const HOUR: Millis = 3_600_000;

/// A row of `tally`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub dimension: Dimension,
    pub grain: Grain,
    pub at: i64,
    pub team: i64,
    /// What it is of; 0 for the team as a whole, and for no reason.
    pub id: i64,
}

/// Rows to be added to those that are stored.
pub(super) type Sums = BTreeMap<Key, Tally>;

/// A message as it is counted: when Prosa wrote or got it, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub at: Millis,
    pub team: i64,
    pub channel: i64,
    pub author: Option<i64>,
    pub direction: Direction,
}

/// The day of an instant in a zone, since 1970, and its month, since year 0.
pub(crate) fn day_and_month(at: Millis, zone: &TimeZone) -> (i64, i64) {
    let date = zone.to_datetime(Timestamp::from_millisecond(at).unwrap_or_default()).date();
    let day = date.duration_since(jiff::civil::Date::constant(1970, 1, 1)).as_hours() / 24;
    (day, i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
}

/// The hour of an instant, since 1970.
pub(crate) fn hour_of(at: Millis) -> i64 {
    at.div_euclid(HOUR)
}

fn each(sums: &mut Sums, at: Millis, zone: &TimeZone, team: i64, of: &[(Dimension, i64)], mut add: impl FnMut(&mut Tally, Grain)) {
    let (day, month) = day_and_month(at, zone);
    let mut put = |dimension, grain, at, id| add(sums.entry(Key { dimension, grain, at, team, id }).or_default(), grain);
    put(Dimension::Team, Grain::Hour, hour_of(at), 0);
    for (dimension, id) in of {
        put(*dimension, Grain::Day, day, *id);
        put(*dimension, Grain::Month, month, *id);
    }
}

/// Adds messages up, `n` that are alike.
pub(super) fn said(sums: &mut Sums, zone: &TimeZone, m: &Said, n: i64) {
    let what = if m.direction == Direction::In { TallyCount::Received } else { TallyCount::Sent };
    let mut of = vec![(Dimension::Team, 0), (Dimension::Channel, m.channel)];
    if let Some(author) = m.author.filter(|_| m.direction == Direction::Out) {
        of.push((Dimension::Agent, author));
    }
    each(sums, m.at, zone, m.team, &of, |tally, _| tally.add_count(what, n));
}

/// Adds a step up, or with `n` = −1 takes it out.
pub(super) fn step(sums: &mut Sums, zone: &TimeZone, s: &Stored, n: i64) {
    let mut of = vec![(Dimension::Team, 0), (Dimension::Channel, s.channel_id)];
    if let Some(user) = s.user_id {
        of.push((Dimension::Agent, user));
    }
    if s.kind == StepKind::Closed {
        of.push((Dimension::Reason, s.reason_id.unwrap_or_default()));
    }
    each(sums, s.at, zone, s.team_id, &of, |tally, grain| {
        took(tally, s.kind, s.wall.zip(s.open), n);
        if grain == Grain::Hour {
            // Nobody asks for the median of an hour.
            tally.times = Default::default();
        }
    });
}

/// What `n` steps that are alike add to a tally; how long what they end took by both clocks, if it did.
pub(super) fn took(tally: &mut Tally, kind: StepKind, long: Option<(i64, i64)>, n: i64) {
    let (what, span) = match kind {
        StepKind::Fresh => (TallyCount::Fresh, None),
        StepKind::Entered => (TallyCount::Entered, None),
        StepKind::Begun => (TallyCount::Begun, None),
        StepKind::Assumed => (TallyCount::Assumed, Some(TallySpan::Wait)),
        StepKind::Answered => (TallyCount::Answered, Some(TallySpan::Answer)),
        StepKind::Closed => (TallyCount::Closed, Some(TallySpan::Serve)),
    };
    tally.add_count(what, n);
    let (Some(span), Some((wall, open))) = (span, long) else { return };
    if span == TallySpan::Serve {
        tally.add_count(TallyCount::Served, n);
    }
    tally.add_time(span, TallyClock::Wall, wall, n);
    tally.add_time(span, TallyClock::Open, open, n);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_are_those_of_the_zone_also_when_they_have_23_or_25_hours() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let hours = |from: &str, to: &str| {
            let (from, to) = (at(from), at(to));
            let days: Vec<i64> = (0..(to - from) / HOUR).map(|h| day_and_month(from + h * HOUR, &zone).0).collect();
            (days.len(), days.iter().all(|d| *d == days[0]), day_and_month(to, &zone).0 - days[0])
        };
        assert_eq!(hours("2027-03-14T00:00-05:00", "2027-03-15T00:00-04:00"), (23, true, 1));
        assert_eq!(hours("2027-11-07T00:00-04:00", "2027-11-08T00:00-05:00"), (25, true, 1));
        assert_eq!(day_and_month(at("2027-01-01T02:00Z"), &zone).1, 2026 * 12 + 11);
        assert_eq!(day_and_month(at("1970-01-02T12:00Z"), &TimeZone::UTC).0, 1);
        assert_eq!(day_and_month(at("1969-12-31T12:00Z"), &TimeZone::UTC).0, -1);
    }
}
