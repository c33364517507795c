//! Reports over days and months (DB-3).

use crate::{Check, Fault, Tally, TallyClock, TallyCount, TallySpan, TeamId, Wrong, words};
use serde::{Deserialize, Serialize};

/// The longest time that a report is about, in days.
pub const REPORT_DAYS_MAX: i64 = 3 * 366;

words! {
    /// By what a report is split.
    pub enum ReportBy {
        Day = "DAY",
        Team = "TEAM",
        Channel = "CHANNEL",
        Agent = "AGENT",
        Reason = "REASON",
        /// Hours of the weekdays.
        Hour = "HOUR",
    }
}

words! {
    /// What its picture shows.
    pub enum ReportFigure {
        Begun = "BEGUN",
        Closed = "CLOSED",
        Received = "RECEIVED",
        Sent = "SENT",
        /// Medians, by the clock on the wall.
        Wait = "WAIT",
        Answer = "ANSWER",
        Serve = "SERVE",
    }
}

impl ReportFigure {
    /// What it shows of a tally; times in minutes.
    pub fn of(self, tally: &Tally) -> i64 {
        let median = |span| tally.percentile(span, TallyClock::Wall, 50).map_or(0, |ms| (ms + 30_000) / 60_000);
        match self {
            ReportFigure::Begun => tally.count(TallyCount::Entered) + tally.count(TallyCount::Begun),
            ReportFigure::Closed => tally.count(TallyCount::Closed),
            ReportFigure::Received => tally.count(TallyCount::Received),
            ReportFigure::Sent => tally.count(TallyCount::Sent),
            ReportFigure::Wait => median(TallySpan::Wait),
            ReportFigure::Answer => median(TallySpan::Answer),
            ReportFigure::Serve => median(TallySpan::Serve),
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuery {
    /// The first day, such as `2026-12-01`, in the account's zone.
    pub from: String,
    /// The last day, which is a part of it.
    pub to: String,
    pub by: ReportBy,
    #[serde(default = "begun")]
    pub figure: ReportFigure,
    /// None: all teams that the asker leads.
    #[serde(default)]
    pub team_id: Option<TeamId>,
}

fn begun() -> ReportFigure {
    ReportFigure::Begun
}

impl ReportQuery {
    /// First and last day since 1970.
    pub fn days(&self) -> Result<(i64, i64), Fault> {
        let (from, to) = (crate::hours::day_number(&self.from), crate::hours::day_number(&self.to));
        let mut check = Check::default();
        check.that(from.is_some(), "from", Wrong::NotADate).that(to.is_some(), "to", Wrong::NotADate);
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        check.that(from <= to, "to", Wrong::EndBeforeStart).that(to - from < REPORT_DAYS_MAX, "to", Wrong::TooMany);
        check.done().map(|()| (from, to))
    }
}

/// A line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The id of what it is about as a decimal string, the first day of it, or weekday and hour such as `0-14`, Monday first.
    /// A reason's 0 = concluded without one.
    pub key: String,
    /// What that is called; empty where the key says it.
    pub name: String,
    pub tally: Tally,
}

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub total: Tally,
    /// The same number of days before it.
    pub before: Tally,
    /// First and last of those days.
    pub before_from: String,
    pub before_to: String,
    pub rows: Vec<ReportRow>,
    /// The picture of it as SVG, drawn by the server: it holds numbers and dates alone.
    pub chart: String,
}
