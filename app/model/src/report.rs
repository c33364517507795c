//! Reports over days and months (DB-3).

use crate::{Check, Fault, Language, Tally, TallyClock, TallyCount, TallySpan, TeamId, Wrong, words};
use serde::{Deserialize, Serialize};

/// The longest time that a report is about, in days.
pub const REPORT_DAYS_MAX: i64 = 3 * 366;
/// The longest time of one by tag, in days: nothing is added up by tag, so that it is read off the rows themselves.
pub const REPORT_TAG_DAYS_MAX: i64 = 366;

words! {
    /// By what a report is split.
    pub enum ReportBy {
        Day = "DAY",
        Team = "TEAM",
        Channel = "CHANNEL",
        Agent = "AGENT",
        Reason = "REASON",
        /// Tags that contacts have now.
        Tag = "TAG",
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
    /// In which the days stand in its picture.
    #[serde(default = "portuguese")]
    pub language: Language,
}

fn begun() -> ReportFigure {
    ReportFigure::Begun
}

fn portuguese() -> Language {
    Language::PtBr
}

impl ReportQuery {
    /// The longest time that it may be about, in days.
    pub fn days_max(&self) -> i64 {
        if self.by == ReportBy::Tag { REPORT_TAG_DAYS_MAX } else { REPORT_DAYS_MAX }
    }

    /// First and last day since 1970.
    pub fn days(&self) -> Result<(i64, i64), Fault> {
        let (from, to) = (crate::hours::day_number(&self.from), crate::hours::day_number(&self.to));
        let mut check = Check::default();
        check.that(from.is_some(), "from", Wrong::NotADate).that(to.is_some(), "to", Wrong::NotADate);
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        check.that(from <= to, "to", Wrong::EndBeforeStart).that(to - from < self.days_max(), "to", Wrong::TooMany);
        check.done().map(|()| (from, to))
    }
}

/// A line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The id of what it is about as a decimal string, the first day of it, or weekday and hour such as `0-14`, Monday first.
    /// A reason's 0 = concluded without one; a tag's 0 = of contacts without any.
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
    /// Days are added up by month.
    pub months: bool,
    pub rows: Vec<ReportRow>,
    /// The picture of it as SVG, drawn by the server: it holds numbers and dates alone.
    pub chart: String,
}

/// A day such as `2026-12-31` as people write it: `31/12/2026`, in English `12/31/2026`. What is no day stays as it is.
pub fn day_text(day: &str, language: Language) -> String {
    written(day, |year, month, day| match language {
        Language::En => format!("{month}/{day}/{year}"),
        Language::PtBr | Language::Es => format!("{day}/{month}/{year}"),
    })
}

/// The same without its year.
pub fn short_day_text(day: &str, language: Language) -> String {
    written(day, |_, month, day| match language {
        Language::En => format!("{month}/{day}"),
        Language::PtBr | Language::Es => format!("{day}/{month}"),
    })
}

/// The month of a day: `12/2026` in all three languages.
pub fn month_text(day: &str) -> String {
    written(day, |year, month, _| format!("{month}/{year}"))
}

fn written(day: &str, write: impl Fn(&str, &str, &str) -> String) -> String {
    let mut parts = day.split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day), None) => write(year, month, day),
        _ => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_the_order_of_each_language() {
        let said = Language::ALL.iter().map(|l| (day_text("2026-10-03", *l), short_day_text("2026-10-03", *l))).collect::<Vec<_>>();
        let said: Vec<(&str, &str)> = said.iter().map(|(long, short)| (long.as_str(), short.as_str())).collect();
        assert_eq!(said, [("03/10/2026", "03/10"), ("10/03/2026", "10/03"), ("03/10/2026", "03/10")]);
        assert_eq!((month_text("2026-10-01"), month_text("nothing")), ("10/2026".to_owned(), "nothing".to_owned()));
    }

    #[test]
    fn a_time_has_a_begin_an_end_and_a_length() {
        let of = |by, from: &str, to: &str| {
            let (from, to) = (from.to_owned(), to.to_owned());
            ReportQuery { from, to, by, figure: ReportFigure::Begun, team_id: None, language: Language::En }.days()
        };
        assert_eq!(of(ReportBy::Day, "1970-01-02", "1970-01-02"), Ok((1, 1)));
        assert!(of(ReportBy::Day, "2026-01-02", "2026-01-01").is_err());
        assert!(of(ReportBy::Day, "2024-01-01", "2026-12-31").is_ok());
        assert!(of(ReportBy::Day, "2023-01-01", "2026-12-31").is_err());
        // By tag it is read off the rows: a year at most.
        assert!(of(ReportBy::Tag, "2025-01-01", "2025-12-31").is_ok());
        assert!(of(ReportBy::Tag, "2024-12-01", "2025-12-31").is_err());
    }
}
