use super::*;
use proptest::prelude::*;

const HOUR: Millis = 60 * MINUTE;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The instant of a wall clock's time, such as `2026-11-30T08:00-03:00`.
fn at(text: &str) -> Millis {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn period(from: (u16, u16), to: (u16, u16)) -> Period {
    Period { from: from.0 * 60 + from.1, to: to.0 * 60 + to.1 }
}

/// The same periods on every day.
fn daily(periods: &[Period]) -> Hours {
    let day = WeekDay { active: true, periods: periods.to_vec() };
    Hours { limited: true, week: vec![day; 7], ..Hours::of(None) }
}

fn office() -> Hours {
    Hours { limited: true, ..Hours::of(None) }
}

fn schedule(hours: &Hours, name: &str) -> Schedule {
    hours.check().unwrap();
    Schedule::new(hours, None, zone(name))
}

fn wrong(hours: &Hours) -> Vec<(String, Wrong)> {
    match hours.check() {
        Err(Fault::Invalid { fields }) => fields.into_iter().map(|f| (f.field, f.wrong)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn hr_1_without_a_limit_it_is_always_open() {
    let s = schedule(&Hours::of(None), "America/Sao_Paulo");
    let now = at("2026-11-29T03:00-03:00");
    assert!(s.is_open(now) && !s.is_limited());
    assert_eq!((s.next_opening(now), s.next_closing(now), s.changes_at(now)), (Some(now), None, None));
    assert_eq!((s.open_between(now, now + DAY), s.after_open(now, HOUR)), (DAY, Some(now + HOUR)));
}

#[test]
fn hr_1_a_week_with_a_lunch_break() {
    let s = schedule(&office(), "America/Sao_Paulo");
    // Monday.
    for (time, open) in [
        ("2026-11-30T07:59:59-03:00", false),
        ("2026-11-30T08:00-03:00", true),
        ("2026-11-30T11:59:59-03:00", true),
        ("2026-11-30T12:00-03:00", false),
        ("2026-11-30T13:00-03:00", true),
        ("2026-11-30T18:00-03:00", false),
        ("2026-12-05T10:00-03:00", false),
    ] {
        assert_eq!(s.is_open(at(time)), open, "{time}");
    }
    let friday = at("2026-12-04T18:00-03:00");
    assert_eq!(s.next_opening(friday), Some(at("2026-12-07T08:00-03:00")));
    assert_eq!(s.next_closing(friday - HOUR), Some(friday));
    assert_eq!(s.next_closing(friday), Some(friday), "it is closed already");
    assert_eq!(s.open_between(at("2026-11-30T00:00-03:00"), at("2026-12-07T00:00-03:00")), 45 * HOUR);
    assert_eq!(s.after_open(at("2026-12-04T17:00-03:00"), 2 * HOUR), Some(at("2026-12-07T09:00-03:00")));
    assert_eq!(s.after_open(at("2026-12-04T17:00-03:00"), HOUR), Some(friday), "a deadline at the last moment is not the next morning's");
}

#[test]
fn hr_1_special_dates_go_before_their_weekday() {
    let dates = vec![
        SpecialDate { date: "2026-12-25".into(), name: "Natal".into(), periods: vec![] },
        SpecialDate { date: "2026-12-24".into(), name: String::new(), periods: vec![period((8, 0), (11, 30))] },
        SpecialDate { date: "2026-12-26".into(), name: "Plantão".into(), periods: vec![period((9, 0), (10, 0))] },
    ];
    let s = schedule(&Hours { dates, ..office() }, "America/Sao_Paulo");
    assert_eq!(s.next_closing(at("2026-12-24T09:00-03:00")), Some(at("2026-12-24T11:30-03:00")));
    assert!(!s.is_open(at("2026-12-25T09:00-03:00")));
    assert_eq!(s.next_opening(at("2026-12-24T11:30-03:00")), Some(at("2026-12-26T09:00-03:00")));
    assert_eq!(s.next_opening(at("2026-12-26T10:00-03:00")), Some(at("2026-12-28T08:00-03:00")));
}

#[test]
fn hr_4_a_teams_hours_go_before_the_accounts_and_holidays_hold_for_both() {
    let account = Hours { dates: vec![SpecialDate { date: "2026-12-25".into(), ..SpecialDate::default() }], ..office() };
    let team = Hours { team_id: Some(TeamId(1)), ..daily(&[period((10, 0), (22, 0))]) };
    let s = Schedule::new(&account, Some(&team), zone("America/Sao_Paulo"));
    assert!(s.is_open(at("2026-12-06T21:00-03:00")) && !s.is_open(at("2026-12-07T09:00-03:00")));
    assert!(!s.is_open(at("2026-12-25T12:00-03:00")));
    let free = Hours { limited: false, ..team };
    assert!(Schedule::new(&account, Some(&free), zone("America/Sao_Paulo")).is_open(at("2026-12-25T12:00-03:00")));
}

#[test]
fn hr_5_what_touches_is_one_also_over_midnight() {
    let night = daily(&[period((0, 0), (2, 0)), period((20, 0), (22, 0)), period((22, 0), (24, 0))]);
    let s = schedule(&night, "America/Sao_Paulo");
    let evening = at("2026-11-30T20:00-03:00");
    assert_eq!(s.next_closing(evening), Some(at("2026-12-01T02:00-03:00")));
    assert!(s.is_open(at("2026-11-30T23:59:59-03:00")) && s.is_open(at("2026-12-01T00:00-03:00")));
    // Round the clock never closes.
    let always = schedule(&daily(&[period((0, 0), (24, 0))]), "America/New_York");
    assert_eq!((always.is_open(evening), always.next_closing(evening)), (true, None));
    assert_eq!(always.open_between(evening, evening + 400 * DAY), 400 * DAY);
}

#[test]
fn hr_5_faults_name_the_day_and_what_is_wrong() {
    let bad = |periods: &[Period]| {
        let mut hours = office();
        hours.week[2].periods = periods.to_vec();
        wrong(&hours)
    };
    let day = |w| vec![("day_2".to_owned(), w)];
    assert_eq!(bad(&[period((8, 0), (12, 0)), period((11, 59), (14, 0))]), day(Wrong::Overlap));
    assert_eq!(bad(&[period((8, 0), (12, 0)), period((8, 0), (12, 0))]), day(Wrong::Overlap));
    assert_eq!(bad(&[period((12, 0), (8, 0))]), day(Wrong::EndBeforeStart));
    assert_eq!(bad(&[period((8, 0), (8, 0))]), day(Wrong::EndBeforeStart));
    assert_eq!(bad(&[period((8, 0), (24, 1))]), day(Wrong::NotATime));
    assert_eq!(bad(&[]), day(Wrong::Required));
    assert_eq!(bad(&(0..30).map(|i| period((0, i * 2), (0, i * 2 + 1))).collect::<Vec<_>>()), day(Wrong::TooMany));
    let special = |date: &str, periods: &[Period]| SpecialDate { date: date.into(), name: String::new(), periods: periods.to_vec() };
    let dated = |dates| wrong(&Hours { dates, ..office() });
    for date in ["", "2026-02-29", "25/12/2026", "2026-1-01", "2026-13-01", "+026-12-25", "2026-12-2é"] {
        assert_eq!(dated(vec![special(date, &[])]), [(format!("date_{date}"), Wrong::NotADate)]);
    }
    assert_eq!(dated(vec![special("2026-12-25", &[]), special("2026-12-25", &[])]), [("date_2026-12-25".into(), Wrong::Taken)]);
    assert_eq!(dated(vec![special("2026-12-25", &[period((9, 0), (8, 0))])]), [("date_2026-12-25".into(), Wrong::EndBeforeStart)]);
    assert_eq!(wrong(&Hours { reply: true, reply_text: " ".into(), ..office() }), [("reply_text".into(), Wrong::Required)]);
    assert_eq!(wrong(&Hours { reply_text: "é".repeat(4097), ..office() }), [("reply_text".into(), Wrong::TooLong)]);
    let mut never = office();
    never.week.iter_mut().for_each(|d| d.active = false);
    assert_eq!(wrong(&never), [("week".into(), Wrong::Required)]);
    assert!(Hours { limited: false, ..never }.check().is_ok());
    let team = Hours { team_id: Some(TeamId(1)), reply: true, reply_text: "x".into(), ..office() };
    assert_eq!(wrong(&team), [("team_id".into(), Wrong::NotAllowed)]);
}

#[test]
fn hr_5_a_clock_set_forward_leaves_minutes_out() {
    // New York, 2026-03-08: 02:00 becomes 03:00.
    let s = schedule(&daily(&[period((2, 15), (2, 45))]), "America/New_York");
    let before = at("2026-03-08T00:00-05:00");
    assert_eq!(s.next_opening(before), Some(at("2026-03-09T02:15-04:00")));
    assert_eq!(s.open_between(before, at("2026-03-09T00:00-04:00")), 0);
    let s = schedule(&daily(&[period((1, 0), (4, 0))]), "America/New_York");
    assert_eq!(s.open_between(before, at("2026-03-09T00:00-04:00")), 2 * HOUR);
    assert_eq!(s.next_closing(at("2026-03-08T01:00-05:00")), Some(at("2026-03-08T04:00-04:00")));
}

#[test]
fn hr_5_a_clock_set_back_shows_an_hour_twice() {
    // New York, 2026-11-01: 02:00 becomes 01:00.
    let s = schedule(&daily(&[period((1, 15), (1, 45))]), "America/New_York");
    let first = at("2026-11-01T01:15-04:00");
    assert_eq!(s.next_closing(first), Some(first + HOUR / 2));
    assert_eq!(s.next_opening(first + HOUR / 2), Some(first + HOUR));
    assert_eq!(s.open_between(at("2026-11-01T00:00-04:00"), at("2026-11-02T00:00-05:00")), HOUR);
    let s = schedule(&daily(&[period((0, 0), (8, 0))]), "America/New_York");
    assert_eq!(s.open_between(at("2026-11-01T00:00-04:00"), at("2026-11-02T00:00-05:00")), 9 * HOUR);
    assert_eq!(s.after_open(at("2026-11-01T00:00-04:00"), 8 * HOUR), Some(at("2026-11-01T07:00-05:00")));
}

#[test]
fn hr_5_brazils_summer_time_began_and_ended_at_midnight() {
    let s = schedule(&daily(&[period((0, 0), (1, 0)), period((23, 0), (24, 0))]), "America/Sao_Paulo");
    // 2018-11-04: midnight became 01:00. 2019-02-17: midnight became 23:00 of the 16th.
    assert_eq!(s.next_closing(at("2018-11-03T23:00-03:00")), Some(at("2018-11-04T01:00-02:00")));
    assert!(!s.is_open(at("2018-11-04T01:00-02:00")));
    assert_eq!(s.next_closing(at("2019-02-16T23:00-02:00")), Some(at("2019-02-17T01:00-03:00")));
    assert_eq!(s.open_between(at("2019-02-16T12:00-02:00"), at("2019-02-17T12:00-03:00")), 3 * HOUR);
    // Since then the clock stays.
    assert_eq!(s.open_between(at("2026-02-16T12:00-03:00"), at("2026-02-17T12:00-03:00")), 2 * HOUR);
}

#[test]
fn hr_5_a_day_that_a_zone_leaves_out_never_comes() {
    // Samoa went from the 29th to the 31st of December 2011; the 30th was a Friday.
    let mut hours = daily(&[period((9, 0), (10, 0))]);
    hours.week.iter_mut().enumerate().for_each(|(i, d)| d.active = i == 4);
    let s = schedule(&hours, "Pacific/Apia");
    assert_eq!(s.next_opening(at("2011-12-25T00:00-10:00")), Some(at("2012-01-06T09:00+14:00")));
}

const ZONES: [&str; 7] =
    ["America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"];

prop_compose! {
    /// Up to three periods that do not overlap and may touch.
    fn some_periods()(mut cuts in prop::collection::vec(0..=96_u16, 0..7)) -> Vec<Period> {
        cuts.sort_unstable();
        cuts.chunks_exact(2).filter(|c| c[0] < c[1]).map(|c| Period { from: c[0] * 15, to: c[1] * 15 }).collect()
    }
}

prop_compose! {
    fn some_schedule()(
        days in prop::collection::vec((any::<bool>(), some_periods()), 7),
        special in prop::collection::btree_map(0..60_i64, some_periods(), 0..4),
        which in 0..ZONES.len(),
    ) -> Schedule {
        let week = days.into_iter().map(|(active, periods)| WeekDay { active: active && !periods.is_empty(), periods }).collect();
        let hours = Hours { limited: true, week, ..Hours::of(None) };
        let mut schedule = Schedule::new(&hours, None, zone(ZONES[which]));
        schedule.dates = special.into_iter().map(|(day, periods)| (17_830 + day, periods)).collect();
        schedule
    }
}

/// From October 2018 on, and in the spring of 2026: around the clocks' settings.
fn some_instant() -> impl Strategy<Value = Millis> {
    let (autumn, spring) = (at("2018-10-25T00:00Z"), at("2026-03-01T00:00Z"));
    prop_oneof![autumn..autumn + 40 * DAY, spring..spring + 70 * DAY].prop_map(|at| at - at % 1000)
}

proptest! {
    #[test]
    fn hr_3_open_closed_opening_and_closing_agree(s in some_schedule(), now in some_instant()) {
        let (opens, closes) = (s.next_opening(now), s.next_closing(now));
        prop_assert_eq!(s.is_open(now), opens == Some(now));
        prop_assert_eq!(!s.is_open(now), closes == Some(now));
        for (edge, open) in [(opens, true), (closes, false)] {
            let Some(edge) = edge else { continue };
            prop_assert_eq!(s.is_open(edge), open);
            if edge > now {
                prop_assert_eq!(s.is_open(edge - 1), !open);
                // Nothing changes on the way.
                for step in 1..=20 {
                    prop_assert_eq!(s.is_open(now + (edge - now) * step / 21), !open);
                }
            }
        }
        prop_assert_eq!(s.changes_at(now), if s.is_open(now) { closes } else { opens });
    }

    #[test]
    fn hr_3_open_time_adds_up_minute_by_minute(s in some_schedule(), from in some_instant(), minutes in 0..3000_i64, part in 0..3000_i64) {
        let from = from - from % MINUTE;
        let (to, between) = (from + minutes * MINUTE, from + part.min(minutes) * MINUTE);
        prop_assert_eq!(s.open_between(from, between) + s.open_between(between, to), s.open_between(from, to));
        let counted = (0..minutes).filter(|m| s.is_open(from + m * MINUTE)).count();
        prop_assert_eq!(s.open_between(from, to), i64::try_from(counted).unwrap() * MINUTE);
        prop_assert_eq!(s.opens_between(from, to), counted > 0);
    }

    #[test]
    fn hr_3_a_deadline_in_open_time_is_reached_when_so_much_was_open(s in some_schedule(), from in some_instant(), open in 1..100 * HOUR) {
        if let Some(deadline) = s.after_open(from, open) {
            prop_assert_eq!(s.open_between(from, deadline), open);
            prop_assert!(s.is_open(deadline - 1));
        } else {
            prop_assert!(s.open_between(from, from + HORIZON) < open);
        }
    }
}

#[test]
fn a_queue_that_is_closed_by_hand_is_as_if_it_never_opened_until_it_is_opened_again() {
    let noon = at("2026-11-30T12:00-03:00");
    for hours in [Hours::of(None), daily(&[period((8, 0), (20, 0))])] {
        let open = schedule(&hours, "America/Sao_Paulo");
        let shut = open.clone().shut(noon);
        assert!(shut.is_open(noon - 1) && !shut.is_open(noon) && !shut.is_open(noon + 40 * HOUR));
        assert_eq!(shut.open_between(noon - HOUR, noon + 50 * HOUR), HOUR);
        assert_eq!((shut.next_opening(noon), shut.next_closing(noon - HOUR)), (None, Some(noon)));
        assert!(!shut.opens_between(noon, noon + 50 * HOUR) && shut.opens_between(noon - HOUR, noon + HOUR));
        assert_eq!(shut.after_open(noon - HOUR, 2 * HOUR), None);
    }
}
