use super::*;
use crate::{Hours, Period, SpecialDate, WeekDay};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const HOUR: Millis = 60 * MINUTE;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Millis {
    text.parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond()
}

/// Monday to Friday, 08:00 to 12:00 and 13:00 to 18:00.
fn office() -> Hours {
    Hours { limited: true, ..Hours::of(None) }
}

fn policy(minutes: i64) -> SlaPolicy {
    SlaPolicy { name: "Padrão".into(), first_minutes: minutes, next_minutes: minutes, ..SlaPolicy::default() }
}

fn due(hours: &Hours, name: &str, minutes: i64, since: &str) -> Promise {
    policy(minutes).promise(SlaTarget::First, &Schedule::new(hours, None, zone(name)), at(since)).unwrap()
}

#[test]
fn nx_21_a_promise_stands_still_at_lunch_at_night_and_on_weekends() {
    let promise = due(&office(), "America/Sao_Paulo", 60, "2026-11-20T11:30:00[America/Sao_Paulo]");
    assert_eq!(promise.due_at, Some(at("2026-11-20T13:30:00[America/Sao_Paulo]")));
    assert_eq!(promise.warn_at, Some(at("2026-11-20T13:18:00[America/Sao_Paulo]")));
    let friday = due(&office(), "America/Sao_Paulo", 60, "2026-11-20T17:30:00[America/Sao_Paulo]");
    assert_eq!(friday.due_at, Some(at("2026-11-23T08:30:00[America/Sao_Paulo]")));
    let night = due(&office(), "America/Sao_Paulo", 60, "2026-11-20T03:00:00[America/Sao_Paulo]");
    assert_eq!(night.due_at, Some(at("2026-11-20T09:00:00[America/Sao_Paulo]")));
}

#[test]
fn nx_21_a_holiday_counts_nothing() {
    let mut hours = office();
    hours.dates.push(SpecialDate { date: "2026-11-20".into(), ..SpecialDate::default() });
    let promise = due(&hours, "America/Sao_Paulo", 60, "2026-11-19T17:30:00[America/Sao_Paulo]");
    assert_eq!(promise.due_at, Some(at("2026-11-23T08:30:00[America/Sao_Paulo]")));
}

#[test]
fn nx_21_a_promise_in_open_time_counts_what_clocks_skip_and_show_twice() {
    let always = Hours { week: vec![WeekDay { active: true, periods: vec![Period { from: 0, to: 1440 }] }; 7], ..office() };
    // In New York clocks go back at 02:00 on the 1st of November 2026.
    let since = "2026-10-31T23:30:00[America/New_York]";
    assert_eq!(due(&always, "America/New_York", 240, since).due_at, Some(at(since) + 4 * HOUR));
    // Open from 01:00 to 04:00 it is four hours on that day, and two when clocks go forward.
    let night = Hours { week: vec![WeekDay { active: true, periods: vec![Period { from: 60, to: 240 }] }; 7], ..office() };
    let due_in = |minutes, since: &str| due(&night, "America/New_York", minutes, since).due_at.unwrap();
    assert_eq!(due_in(240, "2026-11-01T00:00:00[America/New_York]"), at("2026-11-01T04:00:00[America/New_York]"));
    assert_eq!(due_in(120, "2027-03-14T00:00:00[America/New_York]"), at("2027-03-14T04:00:00[America/New_York]"));
}

#[test]
fn nx_21_wall_clock_time_knows_no_hours() {
    let by_the_clock = SlaPolicy { in_hours: false, warn_unit: WarnUnit::Minutes, warn_value: 10, ..policy(60) };
    let hours = Schedule::new(&office(), None, zone("America/Sao_Paulo"));
    let since = at("2026-11-20T23:30:00[America/Sao_Paulo]");
    let promise = by_the_clock.promise(SlaTarget::Next, &hours, since).unwrap();
    assert_eq!((promise.due_at, promise.warn_at), (Some(since + HOUR), Some(since + 50 * MINUTE)));
    assert_eq!(by_the_clock.promise(SlaTarget::Resolve, &hours, since), None);
    // What never opens breaks no promise.
    let never = Hours { week: vec![WeekDay { active: false, periods: Vec::new() }; 7], ..office() };
    assert_eq!(due(&never, "UTC", 60, "2026-11-20T12:00:00[UTC]").due_at, None);
}

#[test]
fn nx_21_a_policy_is_for_what_it_names_and_for_all_where_it_names_nothing() {
    let (team, channel) = (TeamId(1), ChannelId(2));
    let applies = |p: &SlaPolicy| p.applies(team, channel, &[TagId(3)], Priority::High);
    assert!(applies(&policy(5)));
    assert!(applies(&SlaPolicy { teams: vec![TeamId(9), team], tags: vec![TagId(3)], priorities: vec![Priority::High], ..policy(5) }));
    for other in [
        SlaPolicy { active: false, ..policy(5) },
        SlaPolicy { teams: vec![TeamId(9)], ..policy(5) },
        SlaPolicy { channels: vec![ChannelId(9)], ..policy(5) },
        SlaPolicy { tags: vec![TagId(9)], ..policy(5) },
        SlaPolicy { priorities: vec![Priority::Urgent], ..policy(5) },
    ] {
        assert!(!applies(&other), "{other:?}");
    }
}

#[test]
fn nx_21_a_policy_promises_something_and_warns_before_that_is_broken() {
    assert_eq!(policy(5).check(), Ok(()));
    let nothing = SlaPolicy { first_minutes: 0, next_minutes: 0, ..policy(5) };
    assert_eq!(nothing.check(), Err(Fault::field("first_minutes", Wrong::Required)));
    assert!(SlaPolicy { resolve_minutes: 60, ..nothing }.check().is_ok());
    for minutes in [-1, limit::SLA_MINUTES_MAX + 1, i64::MAX, i64::MIN] {
        assert!(SlaPolicy { next_minutes: minutes, ..policy(5) }.check().is_err(), "{minutes}");
    }
    let warns = |warn_unit, warn_value| SlaPolicy { warn_unit, warn_value, ..policy(10) }.check().is_ok();
    assert!(warns(WarnUnit::Percent, 0) && warns(WarnUnit::Percent, 99) && !warns(WarnUnit::Percent, 100) && !warns(WarnUnit::Percent, -1));
    assert!(warns(WarnUnit::Minutes, 0) && warns(WarnUnit::Minutes, 9) && !warns(WarnUnit::Minutes, 10) && !warns(WarnUnit::Minutes, -1));
}

proptest! {
    #[test]
    fn nx_21_the_warning_comes_before_the_breach_and_both_after_exactly_the_promised_open_time(
        minutes in 1..5_000i64, percent in 1..100i64, since in 0..400 * 24 * 60i64, in_hours in any::<bool>()
    ) {
        let hours = Schedule::new(&office(), None, zone("America/New_York"));
        let since = at("2026-01-01T00:00:00[UTC]") + since * MINUTE;
        let policy = SlaPolicy { warn_value: percent, in_hours, ..policy(minutes) };
        let promise = policy.promise(SlaTarget::First, &hours, since).unwrap();
        let (due, warn) = (promise.due_at.unwrap(), promise.warn_at.unwrap());
        let passed = |to| if in_hours { hours.open_between(since, to) } else { to - since };
        prop_assert!(since < warn && warn < due);
        prop_assert_eq!(passed(due), minutes * MINUTE);
        prop_assert_eq!(passed(warn), minutes * MINUTE / 100 * percent);
    }
}
