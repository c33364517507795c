//! Reading the figures: reports (DB-3), and what the live board shows of today.

use super::count::{day_and_month, hour_of};
use super::tag::by_tag;
use crate::board::{Leads, leads};
use crate::desk::{Cx, Scope};
use crate::{Result, args, sql, zone};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::*;
use std::collections::{BTreeMap, HashMap};

/// Longer than this, days are shown by month.
const DAYS_SHOWN: i64 = 92;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A row as it comes packed: when, of which team, of what, its numbers, its times.
type Packed = (i64, i64, i64, Vec<i64>, Option<[TallyTimes; TALLY_SPANS]>);

fn unpacked((at, team, id, numbers, times): Packed) -> (i64, i64, i64, Tally) {
    let mut tally = Tally { times: times.unwrap_or_default(), ..Tally::default() };
    tally.counts.iter_mut().chain(tally.sums.iter_mut()).zip(numbers).for_each(|(place, n)| *place = n);
    (at, team, id, tally)
}

async fn rows(scope: &Scope, dimension: Dimension, (grain, from, to): Part, leads: &Leads) -> Result<Vec<(i64, i64, i64, Tally)>> {
    let rows: Vec<Packed> = scope
        .packed(
            sql!(
                "select {rows r} from (select {row}(y.at, y.team_id, y.key_id,
                   {row}(y.fresh, y.entered, y.begun, y.assumed, y.answered, y.closed, y.served, y.received, y.sent,
                     y.wait_wall, y.wait_open, y.answer_wall, y.answer_open, y.serve_wall, y.serve_open),
                   {json case when y.times = '' then 'null' else y.times end}) r
                 from tally y where y.account_id = $1 and y.dimension = $2 and y.grain = $3 and y.at >= $4 and y.at <= $5
                 and ($6 or y.team_id in {in $7})) page"
            ),
            args![dimension.word(), grain.word(), from, to, leads.all].into_iter().chain([leads.list()]).collect(),
        )
        .await?;
    Ok(rows.into_iter().map(unpacked).collect())
}

/// Rows of a grain, from one time to another that is a part of it.
type Part = (Grain, i64, i64);

fn date_of(day: i64) -> Date {
    EPOCH.checked_add(day.days()).unwrap_or(EPOCH)
}

fn month_of(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

fn day_of(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

fn first_of_month(month: i64) -> Date {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    i16::try_from(year).ok().zip(i8::try_from(month).ok()).and_then(|(y, m)| Date::new(y, m, 1).ok()).unwrap_or(EPOCH)
}

/// The fewest rows that make up these days: whole months as such, what is left of them as days.
fn parts(from: i64, to: i64) -> Vec<Part> {
    let (first, last) = (date_of(from), date_of(to));
    let first_whole = if first.day() == 1 { month_of(first) } else { month_of(first) + 1 };
    let last_whole = if last == last.last_of_month() { month_of(last) } else { month_of(last) - 1 };
    if first_whole > last_whole {
        return vec![(Grain::Day, from, to)];
    }
    let (begin, end) = (day_of(first_of_month(first_whole)), day_of(first_of_month(last_whole + 1)));
    let all = [(Grain::Day, from, begin - 1), (Grain::Month, first_whole, last_whole), (Grain::Day, end, to)];
    all.into_iter().filter(|(_, from, to)| from <= to).collect()
}

/// What happened in days of the account's zone, added up by what `key` says of when, which team and what.
async fn added<K: Ord>(
    scope: &Scope,
    dimension: Dimension,
    parts: &[Part],
    leads: &Leads,
    key: impl Fn(Grain, i64, i64, i64) -> K,
) -> Result<BTreeMap<K, Tally>> {
    let mut sums: BTreeMap<K, Tally> = BTreeMap::new();
    for part in parts {
        for (at, team, id, tally) in rows(scope, dimension, *part, leads).await? {
            sums.entry(key(part.0, at, team, id)).or_default().add(&tally);
        }
    }
    Ok(sums)
}

async fn total(scope: &Scope, from: i64, to: i64, leads: &Leads) -> Result<Tally> {
    let all = added(scope, Dimension::Team, &parts(from, to), leads, |_, _, _, _| ()).await?;
    Ok(all.into_values().next().unwrap_or_default())
}

/// A report over the teams that the asker leads, or over one of them.
///
/// # Errors
/// [`Fault::Forbidden`] for who leads no team, [`Fault::Missing`] for a team that they do not lead, [`Fault::Invalid`].
pub async fn report(cx: &Cx, query: &ReportQuery) -> Result<Report> {
    let scope = cx.may(Permission::Inbox)?;
    let leads = leads(cx)?.only(query.team_id)?;
    let (from, to) = query.days()?;
    let long = to - from + 1;
    let (before_from, before_to) = (from - long, from - 1);
    let lines = lines(&scope, query.by, from, to, &leads).await?;
    let months = query.by == ReportBy::Day && by_month(from, to);
    let chart = super::chart::draw(query, months, &lines);
    Ok(Report {
        total: total(&scope, from, to, &leads).await?,
        before: total(&scope, before_from, before_to, &leads).await?,
        before_from: date_of(before_from).to_string(),
        before_to: date_of(before_to).to_string(),
        months,
        rows: lines,
        chart,
    })
}

/// The rows of a report.
pub(super) async fn lines(scope: &Scope, split: ReportBy, from: i64, to: i64, leads: &Leads) -> Result<Vec<ReportRow>> {
    Ok(match split {
        ReportBy::Day => by_day(scope, from, to, leads).await?,
        ReportBy::Team => named(scope, "team", by(scope, Dimension::Team, from, to, leads, true).await?).await?,
        ReportBy::Channel => named(scope, "channel", by(scope, Dimension::Channel, from, to, leads, false).await?).await?,
        ReportBy::Agent => named(scope, "agent", by(scope, Dimension::Agent, from, to, leads, false).await?).await?,
        ReportBy::Reason => named(scope, "reason", by(scope, Dimension::Reason, from, to, leads, false).await?).await?,
        ReportBy::Tag => {
            let zone = zone::of(scope).await?;
            let sums = by_tag(scope, midnight(date_of(from), &zone), midnight(date_of(to + 1), &zone), leads).await?;
            named(scope, "tag", sums).await?
        }
        ReportBy::Hour => by_hour(scope, from, to, leads).await?,
    })
}

async fn by(scope: &Scope, dimension: Dimension, from: i64, to: i64, leads: &Leads, of_team: bool) -> Result<BTreeMap<i64, Tally>> {
    added(scope, dimension, &parts(from, to), leads, |_, _, team, id| if of_team { team } else { id }).await
}

/// Whether days are shown by month.
fn by_month(from: i64, to: i64) -> bool {
    to - from >= DAYS_SHOWN
}

async fn by_day(scope: &Scope, from: i64, to: i64, leads: &Leads) -> Result<Vec<ReportRow>> {
    let by_month = by_month(from, to);
    let parts = if by_month { parts(from, to) } else { vec![(Grain::Day, from, to)] };
    let key = |grain: Grain, at: i64, _: i64, _: i64| match (grain, by_month) {
        (Grain::Month, _) => at,
        (_, true) => month_of(date_of(at)),
        (_, false) => at,
    };
    let mut sums = added(scope, Dimension::Team, &parts, leads, key).await?;
    // Days on which nothing happened are days, too.
    let (first, last) = if by_month { (month_of(date_of(from)), month_of(date_of(to))) } else { (from, to) };
    let line = |at: i64| {
        let date = if by_month { first_of_month(at) } else { date_of(at) };
        ReportRow { key: date.to_string(), name: String::new(), tally: sums.remove(&at).unwrap_or_default() }
    };
    Ok((first..=last).map(line).collect())
}

/// Hours by their weekday and their hour on the wall; they know no medians.
async fn by_hour(scope: &Scope, from: i64, to: i64, leads: &Leads) -> Result<Vec<ReportRow>> {
    let zone = zone::of(scope).await?;
    let (begin, end) = (hour_of(midnight(date_of(from), &zone)), hour_of(midnight(date_of(to + 1), &zone)) - 1);
    let mut sums: BTreeMap<(i8, i8), Tally> = BTreeMap::new();
    for (at, _, tally) in hours(scope, begin, end, leads, false).await? {
        let there = zone.to_datetime(jiff::Timestamp::from_second(at * 3600).unwrap_or_default());
        sums.entry((there.weekday().to_monday_zero_offset(), there.hour())).or_default().add(&tally);
    }
    let all = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
    let line =
        |(day, hour)| ReportRow { key: format!("{day}-{hour}"), name: String::new(), tally: sums.remove(&(day, hour)).unwrap_or_default() };
    Ok(all.map(line).collect())
}

/// Counts of hours, of all teams together or team by team.
async fn hours(scope: &Scope, from: i64, to: i64, leads: &Leads, by_team: bool) -> Result<Vec<(i64, i64, Tally)>> {
    type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64);
    let text = if by_team {
        sql!(
            "select cast(0 as bigint), y.team_id, cast(sum(y.fresh) as bigint), cast(sum(y.entered) as bigint), cast(sum(y.begun) as bigint),
               cast(sum(y.assumed) as bigint), cast(sum(y.closed) as bigint), cast(sum(y.received) as bigint), cast(sum(y.sent) as bigint)
             from tally y where y.account_id = $1 and y.dimension = 'TEAM' and y.grain = 'H' and y.at >= $2 and y.at <= $3
             and ($4 or y.team_id in {in $5}) group by y.team_id"
        )
    } else {
        sql!(
            "select y.at, cast(0 as bigint), cast(sum(y.fresh) as bigint), cast(sum(y.entered) as bigint), cast(sum(y.begun) as bigint),
               cast(sum(y.assumed) as bigint), cast(sum(y.closed) as bigint), cast(sum(y.received) as bigint), cast(sum(y.sent) as bigint)
             from tally y where y.account_id = $1 and y.dimension = 'TEAM' and y.grain = 'H' and y.at >= $2 and y.at <= $3
             and ($4 or y.team_id in {in $5}) group by y.at"
        )
    };
    let rows: Vec<Row> = scope.all(text, args![from, to, leads.all].into_iter().chain([leads.list()]).collect()).await?;
    let tally = |(at, team, fresh, entered, begun, assumed, closed, received, sent): Row| {
        let mut tally = Tally::default();
        for (what, n) in [
            (TallyCount::Fresh, fresh),
            (TallyCount::Entered, entered),
            (TallyCount::Begun, begun),
            (TallyCount::Assumed, assumed),
            (TallyCount::Closed, closed),
            (TallyCount::Received, received),
            (TallyCount::Sent, sent),
        ] {
            tally.add_count(what, n);
        }
        (at, team, tally)
    };
    Ok(rows.into_iter().map(tally).collect())
}

/// The first instant of a day.
fn midnight(date: Date, zone: &TimeZone) -> Millis {
    date.to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_millisecond())
}

/// What lines are of, with its name; the most first.
async fn named(scope: &Scope, what: &str, sums: BTreeMap<i64, Tally>) -> Result<Vec<ReportRow>> {
    let names: Vec<(i64, String)> = match what {
        "team" => scope.all(sql!("select id, name from team where account_id = $1 limit 1000"), args![]).await?,
        "channel" => scope.all(sql!("select id, name from channel where account_id = $1 limit 1000"), args![]).await?,
        "tag" => scope.all(sql!("select id, name from tag where account_id = $1 limit 1000"), args![]).await?,
        "reason" => scope.all(sql!("select id, description from reason where account_id = $1 limit 5000"), args![]).await?,
        _ => {
            scope
                .all(
                    sql!("select u.id, u.name from membership m join users u on u.id = m.user_id where m.account_id = $1 limit 5000"),
                    args![],
                )
                .await?
        }
    };
    let names: HashMap<i64, String> = names.into_iter().collect();
    let line = |(id, tally): (i64, Tally)| ReportRow { key: id.to_string(), name: names.get(&id).cloned().unwrap_or_default(), tally };
    let mut lines: Vec<ReportRow> = sums.into_iter().filter(|(_, tally)| !tally.is_empty()).map(line).collect();
    let much = |row: &ReportRow| row.tally.counts.iter().sum::<i64>();
    lines.sort_by(|a, b| (much(b), &a.name).cmp(&(much(a), &b.name)));
    Ok(lines)
}

/// Days that the live board shows, as hours of UTC that are over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TeamDays {
    /// Today, since 1970.
    pub today: i64,
    /// The last full hour.
    pub until: Millis,
    pub so_far: (i64, i64),
    /// The same hours of the days with the same name before it, the latest first.
    pub usual: Vec<(i64, i64)>,
}

/// The hours of today, and those of the last four days with its name.
pub(crate) fn days_of(now: Millis, zone: &TimeZone) -> TeamDays {
    let until = hour_of(now) * 3_600_000;
    let there = zone.to_datetime(jiff::Timestamp::from_millisecond(until).unwrap_or_default());
    let today = zone.to_datetime(jiff::Timestamp::from_millisecond(now).unwrap_or_default()).date();
    let hours = |date: Date| {
        let end = date.to_datetime(there.time()).to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_millisecond());
        (hour_of(midnight(date, zone)), hour_of(end) - 1)
    };
    // Before the first full hour of a day there is nothing to compare.
    let full = there.date() == today;
    let week = |n: i64| today.checked_sub((n * 7).days()).unwrap_or(today);
    let usual = if full { (1..=4).map(|n| hours(week(n))).collect() } else { Vec::new() };
    let so_far = if full { hours(today) } else { (0, -1) };
    TeamDays { today: day_and_month(now, zone).0, until, so_far, usual }
}

/// A day of each team.
pub(crate) async fn team_days(scope: &Scope, day: i64) -> Result<HashMap<i64, Tally>> {
    let rows = rows(scope, Dimension::Team, (Grain::Day, day, day), &Leads::all()).await?;
    Ok(rows.into_iter().map(|(_, team, _, tally)| (team, tally)).collect())
}

/// Hours of each team, added up.
pub(crate) async fn team_hours(scope: &Scope, (from, to): (i64, i64)) -> Result<HashMap<i64, Tally>> {
    if from > to {
        return Ok(HashMap::new());
    }
    let rows = hours(scope, from, to, &Leads::all(), true).await?;
    Ok(rows.into_iter().map(|(_, team, tally)| (team, tally)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        day_of(text.parse().unwrap())
    }

    #[test]
    fn a_long_time_is_read_by_months_and_what_is_left_of_it_by_days() {
        let parts = |from: &str, to: &str| parts(day(from), day(to));
        let month = |year: i64, month: i64| year * 12 + month - 1;
        assert_eq!(parts("2026-01-01", "2026-12-31"), [(Grain::Month, month(2026, 1), month(2026, 12))]);
        assert_eq!(
            parts("2025-12-15", "2026-12-14"),
            [
                (Grain::Day, day("2025-12-15"), day("2025-12-31")),
                (Grain::Month, month(2026, 1), month(2026, 11)),
                (Grain::Day, day("2026-12-01"), day("2026-12-14"))
            ]
        );
        assert_eq!(parts("2026-02-02", "2026-03-30"), [(Grain::Day, day("2026-02-02"), day("2026-03-30"))]);
        for from in 0..70 {
            for to in from..140 {
                let days: i64 = super::parts(from, to)
                    .into_iter()
                    .map(|(grain, from, to)| match grain {
                        Grain::Month => day_of(first_of_month(to + 1)) - day_of(first_of_month(from)),
                        _ => to - from + 1,
                    })
                    .sum();
                assert_eq!(days, to - from + 1, "{from} {to}");
            }
        }
    }

    #[test]
    fn today_is_held_against_the_same_hours_of_days_with_its_name() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let zone = TimeZone::get("America/New_York").unwrap();
        // The week before, clocks were set forward in the night.
        let days = days_of(at("2027-03-21T10:40-04:00"), &zone);
        assert_eq!(days.until, at("2027-03-21T10:00-04:00"));
        assert_eq!(days.so_far.1 - days.so_far.0 + 1, 10);
        assert_eq!(days.usual.iter().map(|(from, to)| to - from + 1).collect::<Vec<_>>(), [9, 10, 10, 10]);
        assert!(days_of(at("2027-03-21T00:40-04:00"), &zone).usual.iter().all(|(from, to)| from > to));
    }
}
