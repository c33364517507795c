//! A day of a team that hands out what comes in, by each way to do that: how long contacts wait until somebody begins.
//!
//! No server is asked. Who is next is said by `model::Distribution`, as everywhere; customers and agents are made up here, and
//! are the same in each run: most agents begin a moment after they are free, some forget to look, all of them have a break.

use crate::measure::{Dice, percentile};
use model::{Algorithm, Candidate, Distribution, UserId, Wanted};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::fmt;
use std::time::Duration;

const CONVERSATIONS: usize = 5_000;
const AGENTS: usize = 50;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// Contacts write from 8:00 to 18:00; in seconds, as all times here.
const DAY: i64 = 10 * HOUR;
/// How long an agent needs to begin: who looks, and who forgets to.
const PROMPT: i64 = 5;
const LATE: i64 = 15 * MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Writes(usize),
    /// Of who has had it since then.
    Overflows(usize, i64),
    Begins(usize),
    Ends(usize),
    Leaves(usize),
    IsBack(usize),
}

struct Agent {
    here: bool,
    /// Serves somebody, or is about to begin.
    busy: bool,
    serves: bool,
    waits: VecDeque<usize>,
    turn: i64,
    served: i64,
}

struct Conversation {
    came: i64,
    takes: i64,
    began: Option<i64>,
    to: Option<usize>,
    since: Option<i64>,
    at: i64,
    /// Nobody is looked for any more.
    over: bool,
}

/// A way to hand out; none: everybody takes from one queue.
struct Team {
    rule: Option<Distribution>,
    agents: Vec<Agent>,
    all: Vec<Conversation>,
    /// What everybody may begin with, by age.
    open: BTreeSet<usize>,
    pointer: Option<UserId>,
    turn: i64,
    moved: usize,
    events: BinaryHeap<Reverse<(i64, Event)>>,
}

impl Team {
    fn new(rule: Option<Distribution>, seed: u64) -> Team {
        let mut dice = Dice::new(seed);
        let mut below = |end: i64| dice.below(end as usize) as i64;
        let mut all: Vec<(i64, i64)> = (0..CONVERSATIONS)
            // Half of them all day, half around noon.
            .map(|n| if n % 2 == 0 { below(DAY) } else { (below(DAY) + below(DAY)) / 2 })
            .map(|came| (came, 0))
            .collect();
        all.sort_unstable();
        all.iter_mut().for_each(|(_, takes)| *takes = MINUTE + below(6 * MINUTE));
        let mut events: BinaryHeap<Reverse<(i64, Event)>> =
            all.iter().enumerate().map(|(n, (came, _))| Reverse((*came, Event::Writes(n)))).collect();
        for agent in 0..AGENTS {
            let leaves = 3 * HOUR + (agent as i64 % 5) * 30 * MINUTE;
            events.extend([Reverse((leaves, Event::Leaves(agent))), Reverse((leaves + HOUR, Event::IsBack(agent)))]);
        }
        let agent = || Agent { here: true, busy: false, serves: false, waits: VecDeque::new(), turn: 0, served: 0 };
        let conversation = |(came, takes)| Conversation { came, takes, began: None, to: None, since: None, at: 0, over: false };
        Team {
            rule,
            agents: std::iter::repeat_with(agent).take(AGENTS).collect(),
            all: all.into_iter().map(conversation).collect(),
            open: BTreeSet::new(),
            pointer: None,
            turn: 0,
            moved: 0,
            events,
        }
    }

    fn run(mut self) -> Team {
        while let Some(Reverse((now, event))) = self.events.pop() {
            match event {
                Event::Writes(c) => {
                    if !self.offer(c, now, None) {
                        self.open.insert(c);
                    }
                }
                Event::Overflows(c, at) => self.overflow(c, at, now),
                Event::Begins(a) => self.begin(a, now),
                Event::Ends(a) => {
                    (self.agents[a].busy, self.agents[a].serves) = (false, false);
                    self.drain(now);
                }
                Event::Leaves(a) => {
                    self.agents[a].here = false;
                    for c in std::mem::take(&mut self.agents[a].waits) {
                        self.all[c].to = None;
                        if !self.offer(c, now, Some(a)) {
                            self.open.insert(c);
                        }
                    }
                }
                Event::IsBack(a) => {
                    self.agents[a].here = true;
                    self.drain(now);
                }
            }
            (0..AGENTS).for_each(|a| self.look(a, now));
        }
        self
    }

    /// Gives it to somebody; false when nobody can take it.
    fn offer(&mut self, c: usize, now: i64, but: Option<usize>) -> bool {
        let user = |a: usize| UserId(a as i64 + 1);
        let Some(rule) = self.rule.filter(|_| !self.all[c].over) else { return false };
        let candidate = |(a, agent): (usize, &Agent)| Candidate {
            user_id: user(a),
            available: agent.here,
            online: true,
            load: i64::from(agent.serves) + agent.waits.len() as i64,
            turn: agent.turn,
            skills: Vec::new(),
        };
        let people: Vec<Candidate> = self.agents.iter().enumerate().map(candidate).collect();
        let Some(next) = rule.next(self.pointer, &people, &Wanted { but: but.map(user), ..Wanted::default() }) else { return false };
        self.turn += 1;
        if next.in_turn {
            self.pointer = Some(next.user_id);
        }
        let a = next.user_id.0 as usize - 1;
        self.agents[a].turn = self.turn;
        self.agents[a].waits.push_back(c);
        let since = *self.all[c].since.get_or_insert(now);
        (self.all[c].to, self.all[c].at) = (Some(a), now);
        if rule.overflow {
            let end = (now + rule.wait_minutes * MINUTE).min(since + rule.max_minutes * MINUTE);
            self.events.push(Reverse((end, Event::Overflows(c, now))));
        }
        true
    }

    fn overflow(&mut self, c: usize, at: i64, now: i64) {
        let (Some(rule), Some(a)) = (self.rule, self.all[c].to.filter(|_| self.all[c].began.is_none() && self.all[c].at == at)) else {
            return;
        };
        self.agents[a].waits.retain(|other| *other != c);
        self.all[c].to = None;
        self.moved += 1;
        self.all[c].over = now - self.all[c].since.unwrap_or(now) >= rule.max_minutes * MINUTE;
        if !self.offer(c, now, Some(a)) {
            self.open.insert(c);
        }
    }

    /// What waited because nobody could take it.
    fn drain(&mut self, now: i64) {
        let waiting: Vec<usize> = self.open.iter().copied().filter(|c| !self.all[*c].over).collect();
        for c in waiting {
            if !self.offer(c, now, None) {
                break;
            }
            self.open.remove(&c);
        }
    }

    /// An agent who is free sees that there is something to begin with.
    fn look(&mut self, a: usize, now: i64) {
        let agent = &mut self.agents[a];
        if agent.here && !agent.busy && !(agent.waits.is_empty() && self.open.is_empty()) {
            agent.busy = true;
            let needs = if a % 10 == 9 { LATE } else { PROMPT };
            self.events.push(Reverse((now + needs, Event::Begins(a))));
        }
    }

    fn begin(&mut self, a: usize, now: i64) {
        let agent = &mut self.agents[a];
        let found = if agent.here { agent.waits.pop_front().or_else(|| self.open.pop_first()) } else { None };
        let Some(c) = found else {
            agent.busy = false;
            return;
        };
        (agent.serves, agent.served) = (true, agent.served + 1);
        self.all[c].began = Some(now);
        self.events.push(Reverse((now + self.all[c].takes, Event::Ends(a))));
    }
}

/// How a day went.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    name: &'static str,
    /// Minutes.
    p50: f64,
    p90: f64,
    p99: f64,
    longest: f64,
    /// How often one lost it to the next one.
    moved: usize,
    /// Conversations of who served the fewest and the most.
    fewest: i64,
    most: i64,
}

/// The same day in each way.
pub fn simulate(seed: u64) -> Vec<Row> {
    let rule = |algorithm, overflow, max_concurrent| {
        Some(Distribution { enabled: true, algorithm, overflow, max_concurrent, ..Distribution::default() })
    };
    use Algorithm::{LeastLoaded, RoundRobin};
    [
        ("one queue for all", None),
        ("in turn", rule(RoundRobin, false, 0)),
        ("in turn, overflow", rule(RoundRobin, true, 0)),
        ("in turn, overflow, at most 3", rule(RoundRobin, true, 3)),
        ("least loaded", rule(LeastLoaded, false, 0)),
        ("least loaded, overflow", rule(LeastLoaded, true, 0)),
        ("least loaded, overflow, at most 3", rule(LeastLoaded, true, 3)),
    ]
    .into_iter()
    .map(|(name, rule)| {
        let team = Team::new(rule, seed).run();
        let mut waits: Vec<Duration> =
            team.all.iter().filter_map(|c| Some(Duration::from_secs(u64::try_from(c.began? - c.came).unwrap_or_default()))).collect();
        waits.sort_unstable();
        let minutes = |percent| percentile(&waits, percent) / 60_000.0;
        let served = || team.agents.iter().map(|a| a.served);
        Row {
            name,
            p50: minutes(50.0),
            p90: minutes(90.0),
            p99: minutes(99.0),
            longest: minutes(100.0),
            moved: team.moved,
            fewest: served().min().unwrap_or_default(),
            most: served().max().unwrap_or_default(),
        }
    })
    .collect()
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { name, p50, p90, p99, longest, moved, fewest, most } = self;
        write!(f, "{name:36}{p50:>9.1}{p90:>9.1}{p99:>9.1}{longest:>9.1}{moved:>9}{fewest:>9}{most:>9}")
    }
}

/// The table.
pub fn table(rows: &[Row]) -> String {
    let head = format!(
        "{:36}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "minutes until begun", "p50", "p90", "p99", "longest", "moved", "fewest", "most"
    );
    let lines: Vec<String> = rows.iter().map(Row::to_string).collect();
    format!("{CONVERSATIONS} conversations, {AGENTS} agents, 8:00 to 18:00\n{head}\n{}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn di_9_a_day_repeats_and_everybody_is_served() {
        let rows = simulate(1);
        assert_eq!(rows, simulate(1));
        assert_ne!(rows, simulate(2));
        println!("{}", table(&rows));
        for rule in [None, Some(Distribution { enabled: true, overflow: true, max_concurrent: 3, ..Distribution::default() })] {
            let team = Team::new(rule, 1).run();
            assert!(team.all.iter().all(|c| c.began.is_some_and(|at| at >= c.came)));
            assert_eq!(team.agents.iter().map(|a| a.served).sum::<i64>(), CONVERSATIONS as i64);
        }
        // Who forgets to look keeps contacts waiting only where nobody else gets them.
        let p99 = |name: &str| rows.iter().find(|r| r.name == name).map_or(0.0, |r| r.p99);
        assert!(p99("in turn, overflow") < p99("in turn"));
    }
}
