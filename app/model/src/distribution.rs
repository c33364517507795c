//! Who gets a waiting conversation (DI-1 to DI-11). No clock and no database is in it: what is known of a team's people
//! comes in, who is next goes out.

use crate::{Check, Fault, Millis, Schedule, TagId, TeamId, UserId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

const MINUTE: Millis = 60_000;

words! {
    /// How the next one is chosen (DI-2, DI-9).
    pub enum Algorithm {
        /// One after the other, in the order in which they became users.
        RoundRobin = "ROUND_ROBIN",
        /// Who has the fewest conversations; of several, the next one in that order.
        LeastLoaded = "LEAST_LOADED",
    }
}

/// How a team hands out what waits in its queue (TE-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    pub enabled: bool,
    pub algorithm: Algorithm,
    /// Only who has a page open gets something (DI-9).
    pub only_online: bool,
    /// Who does not begin in time loses it to the next one (DI-4).
    pub overflow: bool,
    /// How many minutes of open time each has for that (C1).
    pub wait_minutes: i64,
    /// After how many of them nobody is looked for any more, and the whole team may begin (C2).
    pub max_minutes: i64,
    /// Conversations after which a person gets no more; 0 = any number (DI-9).
    pub max_concurrent: i64,
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution {
            enabled: false,
            algorithm: Algorithm::RoundRobin,
            only_online: false,
            overflow: false,
            wait_minutes: 10,
            max_minutes: 60,
            max_concurrent: 0,
        }
    }
}

/// What is known of an agent of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Ids rise with the time at which people became users: the order is theirs (DI-2).
    pub user_id: UserId,
    /// Not away for long (DI-3).
    pub available: bool,
    pub online: bool,
    /// Conversations that they have: those in service, and those that wait for them.
    pub load: i64,
    /// When they last got one, as a count that rises; 0 = never.
    pub turn: i64,
    /// What they serve (NX-19).
    pub skills: Vec<TagId>,
}

/// What a conversation asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Tags of its contact.
    pub tags: Vec<TagId>,
    /// Whose contact it is: they come first while they can (DI-8).
    pub owner: Option<UserId>,
    /// Who had it and did not begin, or gave it away: they get it again only when there is nobody else.
    pub but: Option<UserId>,
}

/// Who gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextAgent {
    pub user_id: UserId,
    /// It was their turn: the order goes on after them. Who was asked for because of a skill, or as the contact's owner,
    /// takes nobody's turn.
    pub in_turn: bool,
}

impl Distribution {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let waits = limit::OVERFLOW_WAIT_MINUTES_MIN..=limit::OVERFLOW_MINUTES_MAX;
        let all = limit::OVERFLOW_ALL_MINUTES_MIN.max(self.wait_minutes)..=limit::OVERFLOW_MINUTES_MAX;
        Check::default()
            .that(waits.contains(&self.wait_minutes), "wait_minutes", Wrong::NotAllowed)
            .that(all.contains(&self.max_minutes), "max_minutes", Wrong::NotAllowed)
            .that((0..=limit::CONCURRENT_MAX).contains(&self.max_concurrent), "max_concurrent", Wrong::NotAllowed)
            .done()
    }

    /// Whether what waits for this person may go on waiting for them: they are not away.
    pub fn stays_with(&self, c: &Candidate) -> bool {
        c.available && (c.online || !self.only_online)
    }

    /// Whether this person can get one more.
    pub fn gives(&self, c: &Candidate) -> bool {
        self.stays_with(c) && (self.max_concurrent == 0 || c.load < self.max_concurrent)
    }

    /// Who gets the conversation; nobody when nobody can (DI-6). `pointer` is who was last in turn: the next one is who
    /// follows in the order, also when the one who was last has left.
    pub fn next(&self, pointer: Option<UserId>, team: &[Candidate], wanted: &Wanted) -> Option<NextAgent> {
        let can: Vec<&Candidate> = team.iter().filter(|c| self.gives(c)).collect();
        if let Some(owner) = can.iter().find(|c| Some(c.user_id) == wanted.owner) {
            return Some(NextAgent { user_id: owner.user_id, in_turn: false });
        }
        let others: Vec<&Candidate> = can.iter().copied().filter(|c| Some(c.user_id) != wanted.but).collect();
        let from = if others.is_empty() { can } else { others };
        // Skills are a wish: where nobody has one of them, anybody will do.
        let fit = |c: &Candidate| wanted.tags.iter().filter(|tag| c.skills.contains(tag)).count();
        let best = from.iter().map(|c| fit(c)).max()?;
        let in_turn = from.iter().all(|c| fit(c) == best);
        let chosen = from.into_iter().filter(|c| fit(c) == best).min_by_key(|c| {
            let load = if self.algorithm == Algorithm::LeastLoaded { c.load } else { 0 };
            // Out of turn the order stands still: of those who are asked for, who has waited longest.
            let turn = if in_turn { 0 } else { c.turn };
            (load, turn, pointer.is_some_and(|last| c.user_id <= last), c.user_id)
        })?;
        Some(NextAgent { user_id: chosen.user_id, in_turn })
    }

    /// When who has had it since `designated_at` loses it, of a search that began at `since`; never without overflow. The
    /// clock stands still while the team is closed (DI-7).
    pub fn overflows_at(&self, hours: &Schedule, since: Millis, designated_at: Millis) -> Option<Millis> {
        if !self.overflow {
            return None;
        }
        let (own, all) = (hours.after_open(designated_at, self.wait_minutes * MINUTE), hours.after_open(since, self.max_minutes * MINUTE));
        [own, all].into_iter().flatten().min()
    }

    /// Whether a search that began at `since` has taken long enough (DI-4).
    pub fn is_over(&self, hours: &Schedule, since: Millis, now: Millis) -> bool {
        self.overflow && hours.open_between(since, now) >= self.max_minutes * MINUTE
    }
}

/// A team's distribution as its admins see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeamDistribution {
    pub team_id: TeamId,
    pub rule: Distribution,
    /// Who gets the next one; nobody while nobody can.
    pub next: Option<UserId>,
}

/// The tags that a member serves (NX-19).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberSkills {
    pub user_id: UserId,
    pub tag_ids: Vec<TagId>,
}

/// What settings show of the distribution.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DistributionSetup {
    pub teams: Vec<TeamDistribution>,
    /// Of members who have any.
    pub skills: Vec<MemberSkills>,
}

#[cfg(test)]
mod tests;
