//! When an account is open (HR-1 to HR-5): a week of periods, special dates, and what follows from them for any instant.
//!
//! Everything is read off the clock on the wall: at each instant the zone says which day and minute it is there, and
//! that minute is in a period or it is not. A clock that is set back shows the same minutes twice, and they count twice;
//! minutes that a clock leaves out never come.

use crate::{Check, Fault, Millis, TeamId, Wrong, limit};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MINUTE: Millis = 60_000;
const DAY: Millis = 86_400_000;
/// Minutes of a day; as the end of a period: midnight.
pub const DAY_MINUTES: u16 = 24 * 60;
/// How far the next opening or closing is looked for.
const HORIZON: Millis = 2 * 366 * DAY;
/// 1970-01-01 was a Thursday.
const FIRST_WEEKDAY: i64 = 3;

/// Open from one minute of the day until before another. What crosses midnight is two of them (HR-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period {
    /// Minutes since midnight.
    pub from: u16,
    /// Minutes since midnight, at most 1440.
    pub to: u16,
}

/// A day of the week. What is not active is closed, and keeps its periods for when it is again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekDay {
    pub active: bool,
    #[serde(default)]
    pub periods: Vec<Period>,
}

/// A date that is not like its weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDate {
    /// Such as `2026-12-25`.
    pub date: String,
    #[serde(default)]
    pub name: String,
    /// Empty = closed all day.
    #[serde(default)]
    pub periods: Vec<Period>,
}

/// The hours of the account, or those of a team instead (HR-4). Special dates and whether anything is answered are the
/// account's alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub team_id: Option<TeamId>,
    /// Counts the changes, so that of two admins the second is told.
    #[serde(default)]
    pub version: i64,
    /// False = always open.
    pub limited: bool,
    /// Seven, from Monday on.
    pub week: Vec<WeekDay>,
    #[serde(default)]
    pub dates: Vec<SpecialDate>,
    /// Who writes while it is closed gets an answer (HR-2).
    #[serde(default)]
    pub reply: bool,
    /// With the tokens of closing messages, and `[ABERTURA]`. A team's empty one = the account's.
    #[serde(default)]
    pub reply_text: String,
}

impl Hours {
    /// What a new account, or an override that was just begun, has: no limit, and a usual week to begin from.
    pub fn of(team_id: Option<TeamId>) -> Hours {
        let usual = vec![Period { from: 8 * 60, to: 12 * 60 }, Period { from: 13 * 60, to: 18 * 60 }];
        let day = |i| WeekDay { active: i < 5, periods: if i < 5 { usual.clone() } else { Vec::new() } };
        let week = (0..7).map(day).collect();
        Hours { team_id, version: 0, limited: false, week, dates: Vec::new(), reply: false, reply_text: String::new() }
    }

    /// What the form and the server check; whether the team exists is checked by the server alone.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        check.that(self.week.len() == 7, "week", Wrong::NotAllowed);
        for (i, day) in self.week.iter().enumerate() {
            let field = format!("day_{i}");
            check.that(!day.active || !day.periods.is_empty(), &field, Wrong::Required);
            check_periods(&mut check, &day.periods, &field);
        }
        let ever = self.week.iter().any(|d| d.active) || self.dates.iter().any(|d| !d.periods.is_empty());
        check.that(!self.limited || ever, "week", Wrong::Required);
        check.that(self.dates.len() <= limit::SPECIAL_DATES_MAX, "dates", Wrong::TooMany);
        for (i, special) in self.dates.iter().enumerate() {
            let field = format!("date_{}", special.date);
            let twice = self.dates[..i].iter().any(|other| other.date == special.date);
            check.that(day_number(&special.date).is_some(), &field, Wrong::NotADate).that(!twice, &field, Wrong::Taken).that(
                special.name.chars().count() <= limit::NAME_MAX,
                &field,
                Wrong::TooLong,
            );
            check_periods(&mut check, &special.periods, &field);
        }
        check
            .that(!self.reply || !self.reply_text.trim().is_empty(), "reply_text", Wrong::Required)
            .that(self.reply_text.chars().count() <= limit::TEXT_MAX, "reply_text", Wrong::TooLong)
            .that(self.team_id.is_none() || (self.dates.is_empty() && !self.reply), "team_id", Wrong::NotAllowed);
        check.done()
    }
}

fn check_periods(check: &mut Check, periods: &[Period], field: &str) {
    let mut sorted = periods.to_vec();
    sorted.sort_unstable();
    check
        .that(periods.len() <= limit::PERIODS_MAX, field, Wrong::TooMany)
        .that(periods.iter().all(|p| p.from < DAY_MINUTES && p.to <= DAY_MINUTES), field, Wrong::NotATime)
        .that(periods.iter().all(|p| p.from < p.to), field, Wrong::EndBeforeStart)
        .that(sorted.windows(2).all(|two| two[0].to <= two[1].from), field, Wrong::Overlap);
}

/// `2026-12-25` as days since 1970; none for what is no date in this writing.
pub(crate) fn day_number(text: &str) -> Option<i64> {
    let shape = text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    if !shape {
        return None;
    }
    let date = Date::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?).ok()?;
    Some(date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24)
}

/// Whether the text is a date such as `2026-12-25`.
pub fn is_date(text: &str) -> bool {
    day_number(text).is_some()
}

/// Whether it is open, and when that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenState {
    /// None: of the account, and of all teams without hours of their own.
    pub team_id: Option<TeamId>,
    /// False: it never closes.
    pub limited: bool,
    pub open: bool,
    /// When it closes or opens next; none when that is not within two years.
    pub changes_at: Option<Millis>,
}

/// All that an admin sets, and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursSettings {
    /// IANA name.
    pub time_zone: String,
    /// The account's first, then those of teams.
    pub hours: Vec<Hours>,
    pub states: Vec<OpenState>,
}

/// Hours in a zone: answers for any instant. Nothing here asks a clock.
#[derive(Clone, Debug)]
pub struct Schedule {
    limited: bool,
    week: [Vec<Period>; 7],
    /// By days since 1970.
    dates: BTreeMap<i64, Vec<Period>>,
    zone: TimeZone,
    /// Closed by hand from this instant on, until somebody opens it again.
    shut_at: Option<Millis>,
}

impl Schedule {
    /// The account's hours, or its team's instead. The account's special dates hold for both.
    pub fn new(account: &Hours, team: Option<&Hours>, zone: TimeZone) -> Schedule {
        let own = team.unwrap_or(account);
        let sorted = |periods: &[Period]| {
            let mut periods = periods.to_vec();
            periods.sort_unstable();
            periods
        };
        let of_day = |i| own.week.get(i).filter(|d: &&WeekDay| d.active).map(|d| sorted(&d.periods)).unwrap_or_default();
        let dates = account.dates.iter().filter_map(|d| Some((day_number(&d.date)?, sorted(&d.periods)))).collect();
        Schedule { limited: own.limited, week: std::array::from_fn(of_day), dates, zone, shut_at: None }
    }

    /// The same, closed by hand from an instant on: until it is opened again it is as if it never opened.
    pub fn shut(self, at: Millis) -> Schedule {
        let whole = || vec![Period { from: 0, to: DAY_MINUTES }];
        let (week, dates) = if self.limited { (self.week, self.dates) } else { (std::array::from_fn(|_| whole()), BTreeMap::new()) };
        Schedule { limited: true, week, dates, zone: self.zone, shut_at: Some(at) }
    }

    /// Whether it was closed by hand.
    pub fn is_shut(&self) -> bool {
        self.shut_at.is_some()
    }

    /// Whether it ever closes.
    pub fn is_limited(&self) -> bool {
        self.limited
    }

    /// Whether it is open at this instant.
    pub fn is_open(&self, at: Millis) -> bool {
        let there = at + self.offset(at);
        let minute = there.rem_euclid(DAY) / MINUTE;
        !self.limited
            || self.shut_at.is_none_or(|shut| at < shut)
                && self.of_day(there.div_euclid(DAY)).iter().any(|p| (i64::from(p.from)..i64::from(p.to)).contains(&minute))
    }

    /// The first instant from this one on at which it is open: this one while it is. None when there is none in two years.
    pub fn next_opening(&self, at: Millis) -> Option<Millis> {
        if !self.limited {
            return Some(at);
        }
        self.spans(at, at + HORIZON).next().map(|(from, _)| from)
    }

    /// The first instant from this one on at which it is closed: this one while it is. None when there is none in two
    /// years.
    pub fn next_closing(&self, at: Millis) -> Option<Millis> {
        if !self.limited {
            return None;
        }
        match self.spans(at, at + HORIZON).next() {
            Some((from, to)) if from <= at => Some(to).filter(|to| *to < at + HORIZON),
            _ => Some(at),
        }
    }

    /// When what is true at this instant changes.
    pub fn changes_at(&self, at: Millis) -> Option<Millis> {
        if self.is_open(at) { self.next_closing(at) } else { self.next_opening(at) }
    }

    /// How it stands at this instant.
    pub fn state(&self, team_id: Option<TeamId>, at: Millis) -> OpenState {
        OpenState { team_id, limited: self.limited, open: self.is_open(at), changes_at: self.changes_at(at) }
    }

    /// How long it is open between two instants: what a clock counts that stands still outside of hours.
    pub fn open_between(&self, from: Millis, to: Millis) -> Millis {
        if !self.limited {
            return (to - from).max(0);
        }
        self.spans(from, to).map(|(from, to)| to - from).sum()
    }

    /// Whether it is open at any instant between the two, `to` not included.
    pub fn opens_between(&self, from: Millis, to: Millis) -> bool {
        if self.limited { self.spans(from, to).next().is_some() } else { from < to }
    }

    /// The instant at which it has been open for so long since `from`: when a deadline in open time is reached. None when
    /// that is not within two years.
    pub fn after_open(&self, from: Millis, open: Millis) -> Option<Millis> {
        if open <= 0 || !self.limited {
            return Some(from + open.max(0));
        }
        let mut left = open;
        for (begin, end) in self.spans(from, from + HORIZON) {
            if left <= end - begin {
                return Some(begin + left);
            }
            left -= end - begin;
        }
        None
    }

    fn of_day(&self, day: i64) -> &[Period] {
        match self.dates.get(&day) {
            Some(special) => special,
            None => usize::try_from((day + FIRST_WEEKDAY).rem_euclid(7)).ok().and_then(|i| self.week.get(i)).map_or(&[], Vec::as_slice),
        }
    }

    /// What the zone's clock is ahead of UTC.
    fn offset(&self, at: Millis) -> Millis {
        i64::from(self.zone.to_offset(instant(at)).seconds()) * 1000
    }

    /// When the zone's clock is set next.
    fn next_set(&self, at: Millis) -> Millis {
        self.zone.following(instant(at)).next().map_or(Millis::MAX, |t| t.timestamp().as_millisecond())
    }

    /// Open spans from one instant until before another, in order; what touches is one.
    fn spans(&self, from: Millis, until: Millis) -> impl Iterator<Item = (Millis, Millis)> {
        let until = until.min(self.shut_at.unwrap_or(until)).max(from);
        let mut pieces = Pieces::new(self, from, until).peekable();
        std::iter::from_fn(move || {
            let (from, mut to) = pieces.next()?;
            while let Some((_, end)) = pieces.next_if(|(next, _)| *next == to) {
                to = end;
            }
            Some((from, to))
        })
    }
}

fn instant(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Periods as instants: between two settings of the zone's clock, day by day.
struct Pieces<'a> {
    schedule: &'a Schedule,
    /// The time between two settings, within what is asked for.
    from: Millis,
    to: Millis,
    until: Millis,
    offset: Millis,
    day: i64,
    period: usize,
}

impl<'a> Pieces<'a> {
    fn new(schedule: &'a Schedule, from: Millis, until: Millis) -> Pieces<'a> {
        let mut pieces = Pieces { schedule, from, to: from, until, offset: 0, day: 0, period: 0 };
        pieces.enter(from);
        pieces
    }

    fn enter(&mut self, from: Millis) {
        self.from = from;
        self.to = self.schedule.next_set(from).min(self.until);
        self.offset = self.schedule.offset(from);
        self.day = (from + self.offset).div_euclid(DAY);
        self.period = 0;
    }
}

impl Iterator for Pieces<'_> {
    type Item = (Millis, Millis);

    fn next(&mut self) -> Option<(Millis, Millis)> {
        while self.from < self.until {
            let midnight = self.day * DAY - self.offset;
            if midnight >= self.to {
                self.enter(self.to);
            } else if let Some(p) = self.schedule.of_day(self.day).get(self.period) {
                self.period += 1;
                let from = (midnight + i64::from(p.from) * MINUTE).max(self.from);
                let to = (midnight + i64::from(p.to) * MINUTE).min(self.to);
                if from < to {
                    return Some((from, to));
                }
            } else {
                (self.day, self.period) = (self.day + 1, 0);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
