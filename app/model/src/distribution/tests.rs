use super::*;
use crate::{Hours, Period, WeekDay};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeMap;

const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

fn agent(id: i64) -> Candidate {
    Candidate { user_id: UserId(id), available: true, online: true, load: 0, turn: 0, skills: Vec::new() }
}

fn rule(algorithm: Algorithm) -> Distribution {
    Distribution { enabled: true, algorithm, ..Distribution::default() }
}

/// A team that is given conversations one after the other.
struct Team {
    rule: Distribution,
    people: Vec<Candidate>,
    pointer: Option<UserId>,
    turn: i64,
    got: BTreeMap<UserId, i64>,
}

impl Team {
    fn new(rule: Distribution, people: Vec<Candidate>) -> Team {
        Team { rule, people, pointer: None, turn: 0, got: BTreeMap::new() }
    }

    fn give(&mut self, asked: &Wanted) -> Option<UserId> {
        let choice = self.rule.next(self.pointer, &self.people, asked)?;
        self.turn += 1;
        if choice.in_turn {
            self.pointer = Some(choice.user_id);
        }
        let person = self.people.iter_mut().find(|c| c.user_id == choice.user_id)?;
        (person.load, person.turn) = (person.load + 1, self.turn);
        *self.got.entry(choice.user_id).or_default() += 1;
        Some(choice.user_id)
    }

    fn gives(&mut self, n: usize) -> Vec<i64> {
        (0..n).map(|_| self.give(&Wanted::default()).map_or(0, |u| u.0)).collect()
    }

    fn change(&mut self, id: i64, change: impl FnOnce(&mut Candidate)) {
        change(self.people.iter_mut().find(|c| c.user_id.0 == id).unwrap());
    }
}

#[test]
fn di_2_everybody_in_the_order_in_which_they_became_users() {
    // Whatever the order in which they are told.
    let mut team = Team::new(rule(Algorithm::RoundRobin), [3, 1, 2].map(agent).to_vec());
    assert_eq!(team.gives(7), [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn di_2_the_pointer_outlives_the_one_it_stands_on() {
    let mut team = Team::new(rule(Algorithm::RoundRobin), [1, 2, 3, 5].map(agent).to_vec());
    assert_eq!(team.gives(2), [1, 2]);
    team.people.retain(|c| c.user_id.0 != 2);
    assert_eq!(team.gives(1), [3]);
    team.people.retain(|c| c.user_id.0 != 3);
    team.people.push(agent(4));
    assert_eq!(team.gives(4), [4, 5, 1, 4]);
    // The pointer is all that is remembered.
    let mut again = Team { pointer: Some(UserId(4)), ..Team::new(team.rule, [1, 4, 5].map(agent).to_vec()) };
    assert_eq!(again.gives(2), [5, 1]);
}

#[test]
fn di_3_who_is_away_is_passed_over_and_takes_their_place_when_they_are_back() {
    let mut team = Team::new(rule(Algorithm::RoundRobin), [1, 2, 3].map(agent).to_vec());
    team.change(2, |c| c.available = false);
    assert_eq!(team.gives(3), [1, 3, 1]);
    team.change(2, |c| c.available = true);
    assert_eq!(team.gives(4), [2, 3, 1, 2]);
    // To be online is asked for by the rule alone.
    team.change(3, |c| c.online = false);
    assert_eq!(team.gives(2), [3, 1]);
    team.rule.only_online = true;
    assert_eq!(team.gives(3), [2, 1, 2]);
}

#[test]
fn di_6_where_nobody_can_nobody_gets_it() {
    let strict = Distribution { max_concurrent: 1, only_online: true, ..rule(Algorithm::LeastLoaded) };
    assert_eq!(strict.next(None, &[], &Wanted::default()), None);
    let away = |change: fn(&mut Candidate)| {
        let mut c = agent(1);
        change(&mut c);
        strict.next(None, &[c], &Wanted::default())
    };
    assert_eq!((away(|c| c.available = false), away(|c| c.online = false), away(|c| c.load = 1)), (None, None, None));
    assert_eq!(away(|_| ()), Some(NextAgent { user_id: UserId(1), in_turn: true }));
}

#[test]
fn di_8_the_owner_comes_first_and_takes_nobodys_turn() {
    let mut team = Team::new(rule(Algorithm::RoundRobin), [1, 2, 3].map(agent).to_vec());
    let owned = Wanted { owner: Some(UserId(3)), ..Wanted::default() };
    assert_eq!((team.gives(1), team.give(&owned), team.gives(1)), (vec![1], Some(UserId(3)), vec![2]));
    team.change(3, |c| c.available = false);
    assert_eq!(team.give(&owned), Some(UserId(1)), "an owner who is away is waited for by nobody");
}

#[test]
fn di_9_the_least_loaded_first_and_of_equals_the_next_in_order() {
    let mut team = Team::new(rule(Algorithm::LeastLoaded), [1, 2, 3].map(agent).to_vec());
    team.change(1, |c| c.load = 2);
    assert_eq!(team.gives(5), [2, 3, 2, 3, 1]);
    // What is concluded at once leaves all of them equal.
    let mut idle = Team::new(rule(Algorithm::LeastLoaded), [1, 2, 3].map(agent).to_vec());
    for expected in [1, 2, 3, 1] {
        assert_eq!(idle.gives(1), [expected]);
        idle.change(expected, |c| c.load = 0);
    }
}

#[test]
fn di_4_who_had_it_gets_it_again_only_when_there_is_nobody_else() {
    let mut team = Team::new(rule(Algorithm::RoundRobin), [1, 2].map(agent).to_vec());
    assert_eq!(team.gives(1), [1]);
    let but = |id| Wanted { but: Some(UserId(id)), ..Wanted::default() };
    assert_eq!(team.give(&but(1)), Some(UserId(2)));
    assert_eq!(team.give(&but(1)), Some(UserId(2)), "not the first one, whose turn it is");
    team.change(2, |c| c.available = false);
    assert_eq!(team.give(&but(1)), Some(UserId(1)));
}

#[test]
fn nx_19_who_serves_the_tag_is_asked_first_and_nobody_starves() {
    let with = |id, skills: &[i64]| Candidate { skills: skills.iter().map(|s| TagId(*s)).collect(), ..agent(id) };
    let mut team = Team::new(rule(Algorithm::RoundRobin), vec![agent(1), agent(2), with(3, &[7]), with(4, &[7, 8])]);
    let tags = |tags: &[i64]| Wanted { tags: tags.iter().map(|t| TagId(*t)).collect(), ..Wanted::default() };
    // They take turns among themselves, and nobody else loses theirs.
    let got: Vec<_> = (0..4).map(|_| team.give(&tags(&[7])).unwrap().0).collect();
    assert_eq!(got, [3, 4, 3, 4]);
    assert_eq!(team.gives(4), [1, 2, 3, 4]);
    assert_eq!(team.give(&tags(&[7, 8])), Some(UserId(4)), "who serves both");
    // A tag that nobody serves is none, and where those who serve it are away anybody will do.
    assert_eq!(team.give(&tags(&[9])), Some(UserId(1)));
    team.change(3, |c| c.available = false);
    team.change(4, |c| c.available = false);
    assert_eq!(team.give(&tags(&[7])), Some(UserId(2)));
}

#[test]
fn c1_c2_the_times_have_limits_and_the_whole_is_not_shorter_than_its_part() {
    let fault = |wait_minutes, max_minutes| Distribution { wait_minutes, max_minutes, ..Distribution::default() }.check().err();
    for (wait, max) in [(10, 60), (2, 10), (120, 120), (10, 10)] {
        assert_eq!(fault(wait, max), None, "{wait} {max}");
    }
    for (wait, max, field) in [
        (1, 60, "wait_minutes"),
        (121, 121, "wait_minutes"),
        (10, 9, "max_minutes"),
        (2, 9, "max_minutes"),
        (10, 121, "max_minutes"),
        (30, 20, "max_minutes"),
    ] {
        let Some(Fault::Invalid { fields }) = fault(wait, max) else { panic!("{wait} {max}") };
        assert_eq!(fields[0].field, field, "{wait} {max}");
    }
    for (most, ok) in [(-1, false), (0, true), (limit::CONCURRENT_MAX, true), (limit::CONCURRENT_MAX + 1, false)] {
        assert_eq!(Distribution { max_concurrent: most, ..Distribution::default() }.check().is_ok(), ok, "{most}");
    }
}

#[test]
fn di_4_di_7_the_clock_runs_in_open_time_alone() {
    let hours = |limited| {
        let week = vec![WeekDay { active: true, periods: vec![Period { from: 8 * 60, to: 18 * 60 }] }; 7];
        Schedule::new(&Hours { limited, week, ..Hours::of(None) }, None, TimeZone::UTC)
    };
    let rule = Distribution { overflow: true, wait_minutes: 10, max_minutes: 25, ..Distribution::default() };
    let (always, office) = (hours(false), hours(true));
    assert_eq!(rule.overflows_at(&always, 0, 0), Some(10 * MINUTE));
    assert_eq!(rule.overflows_at(&always, 0, 20 * MINUTE), Some(25 * MINUTE), "the end of the whole comes first");
    let evening = 17 * HOUR + 55 * MINUTE;
    assert_eq!(rule.overflows_at(&office, evening, evening), Some(DAY + 8 * HOUR + 5 * MINUTE));
    assert_eq!(rule.overflows_at(&office, 0, 3 * HOUR), Some(8 * HOUR + 10 * MINUTE));
    assert!(!rule.is_over(&office, evening, DAY + 8 * HOUR + 20 * MINUTE - 1));
    assert!(rule.is_over(&office, evening, DAY + 8 * HOUR + 20 * MINUTE));
    // DI-5
    let stays = Distribution { overflow: false, ..rule };
    assert_eq!((stays.overflows_at(&always, 0, 0), stays.is_over(&always, 0, DAY)), (None, false));
}

fn somebody() -> impl Strategy<Value = (bool, bool, i64, Vec<i64>)> {
    (prop::bool::weighted(0.8), prop::bool::weighted(0.7), 0..4_i64, prop::collection::vec(1..4_i64, 0..3))
}

fn some_team() -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec(somebody(), 0..9).prop_map(|all| {
        let one = |(id, (available, online, load, skills)): (i64, (bool, bool, i64, Vec<i64>))| {
            let skills = skills.into_iter().map(TagId).collect();
            Candidate { user_id: UserId(id), available, online, load, turn: 0, skills }
        };
        (1..).zip(all).map(one).collect()
    })
}

fn some_rule() -> impl Strategy<Value = Distribution> {
    (any::<bool>(), any::<bool>(), 0..5_i64).prop_map(|(round, only_online, max_concurrent)| {
        let algorithm = if round { Algorithm::RoundRobin } else { Algorithm::LeastLoaded };
        Distribution { only_online, max_concurrent, ..rule(algorithm) }
    })
}

proptest! {
    #[test]
    fn di_3_di_6_di_9_only_who_can_gets_it_and_somebody_does_while_anybody_can(
        team in some_team(), rule in some_rule(), pointer in prop::option::of(0..10_i64), tags in prop::collection::vec(1..5_i64, 0..3),
        owner in prop::option::of(0..10_i64), but in prop::option::of(0..10_i64),
    ) {
        let asked = Wanted { tags: tags.into_iter().map(TagId).collect(), owner: owner.map(UserId), but: but.map(UserId) };
        let choice = rule.next(pointer.map(UserId), &team, &asked);
        let can: Vec<&Candidate> = team.iter().filter(|c| rule.gives(c)).collect();
        prop_assert_eq!(choice.is_some(), !can.is_empty());
        let Some(choice) = choice else { return Ok(()) };
        let chosen = can.iter().find(|c| c.user_id == choice.user_id);
        prop_assert!(chosen.is_some_and(|c| c.available && (c.online || !rule.only_online)));
        prop_assert!(rule.max_concurrent == 0 || chosen.is_some_and(|c| c.load < rule.max_concurrent));
        if can.iter().any(|c| Some(c.user_id) == asked.owner) {
            prop_assert_eq!(Some(choice.user_id), asked.owner);
        } else if can.len() > 1 {
            prop_assert_ne!(Some(choice.user_id), asked.but);
        }
    }

    #[test]
    fn di_2_nobody_who_is_always_there_gets_more_than_one_more_than_another(
        n in 2..7_i64, round in any::<bool>(), comings in prop::collection::vec((0..7_i64, any::<bool>()), 1..120),
    ) {
        // The last third of the team comes and goes.
        let algorithm = if round { Algorithm::RoundRobin } else { Algorithm::LeastLoaded };
        let mut team = Team::new(rule(algorithm), (1..=n + 3).map(agent).collect());
        for (who, here) in comings {
            team.change(n + 1 + who % 3, |c| c.available = here);
            team.give(&Wanted::default());
            let got: Vec<i64> = (1..=n).map(|id| team.got.get(&UserId(id)).copied().unwrap_or_default()).collect();
            let (least, most) = (got.iter().min().copied().unwrap_or_default(), got.iter().max().copied().unwrap_or_default());
            prop_assert!(most - least <= 1, "{got:?}");
        }
    }

    #[test]
    fn di_9_the_capacity_is_never_passed(
        n in 1..6_i64, max_concurrent in 1..4_i64, round in any::<bool>(), steps in prop::collection::vec((0..6_i64, any::<bool>()), 1..80),
    ) {
        let algorithm = if round { Algorithm::RoundRobin } else { Algorithm::LeastLoaded };
        let mut team = Team::new(Distribution { max_concurrent, ..rule(algorithm) }, (1..=n).map(agent).collect());
        for (who, concludes) in steps {
            let id = 1 + who % n;
            if concludes {
                team.change(id, |c| c.load = (c.load - 1).max(0));
            } else {
                let full = team.people.iter().all(|c| c.load == max_concurrent);
                prop_assert_eq!(team.give(&Wanted::default()).is_none(), full);
            }
            prop_assert!(team.people.iter().all(|c| c.load <= max_concurrent));
        }
    }
}
