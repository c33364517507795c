//! Promises of service (NX-21): how fast a contact is answered and a conversation ends, and when somebody is warned that a
//! promise is about to be broken. No clock and no database is in it.

use crate::{ChannelId, Check, Fault, Millis, Schedule, SlaPolicyId, TagId, TeamId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

const MINUTE: Millis = 60_000;

words! {
    /// How pressing a conversation is; agents say so. The order of declaration is the order.
    #[derive(Default)]
    pub enum Priority {
        Low = "LOW",
        #[default]
        Normal = "NORMAL",
        High = "HIGH",
        Urgent = "URGENT",
    }
}

impl Priority {
    /// Whether nobody said anything of it.
    pub fn is_normal(&self) -> bool {
        *self == Priority::Normal
    }
}

words! {
    /// How the promises of a conversation stand when something is wrong with them.
    pub enum SlaMark {
        /// One is about to be broken.
        Warned = "WARNED",
        /// One is broken.
        Breached = "BREACHED",
    }
}

words! {
    /// What is promised.
    pub enum SlaTarget {
        /// The first answer, counted from the contact's first message.
        First = "FIRST",
        /// Each answer after it, counted from the first message that nobody answered.
        Next = "NEXT",
        /// The conclusion, counted from the contact's first message since it began or was taken up again.
        Resolve = "RESOLVE",
    }
}

words! {
    /// How a promise ended.
    pub enum SlaOutcome {
        Met = "MET",
        Breached = "BREACHED",
        /// Nobody waits for it any more: it was concluded without the answer, or merged into another.
        Dropped = "DROPPED",
    }
}

words! {
    /// In what the warning is counted.
    pub enum WarnUnit {
        /// Of the time that has passed.
        Percent = "PERCENT",
        /// Before the end.
        Minutes = "MINUTES",
    }
}

/// What is promised to which conversations. The first policy that applies to a conversation is its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaPolicy {
    /// None: it is to be made.
    pub id: Option<SlaPolicyId>,
    /// Of what was read; who changes something else meanwhile is told.
    #[serde(default)]
    pub version: i64,
    pub name: String,
    pub active: bool,
    /// For these; empty = for all.
    #[serde(default)]
    pub teams: Vec<TeamId>,
    #[serde(default)]
    pub channels: Vec<ChannelId>,
    /// Of the contact; one of them is enough.
    #[serde(default)]
    pub tags: Vec<TagId>,
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// 0 = not promised.
    pub first_minutes: i64,
    pub next_minutes: i64,
    pub resolve_minutes: i64,
    /// Only business hours of the conversation's team count.
    pub in_hours: bool,
    pub warn_unit: WarnUnit,
    /// 0 = no warning.
    pub warn_value: i64,
    /// Who hears of the warning: who serves it, who leads its team.
    pub warn_server: bool,
    pub warn_leads: bool,
    /// Who hears that it is broken.
    pub breach_server: bool,
    pub breach_leads: bool,
    /// When an answer is overdue, the conversation returns to its team's queue.
    pub requeue: bool,
}

impl Default for SlaPolicy {
    fn default() -> Self {
        SlaPolicy {
            id: None,
            version: 0,
            name: String::new(),
            active: true,
            teams: Vec::new(),
            channels: Vec::new(),
            tags: Vec::new(),
            priorities: Vec::new(),
            first_minutes: 15,
            next_minutes: 30,
            resolve_minutes: 0,
            in_hours: true,
            warn_unit: WarnUnit::Percent,
            warn_value: 80,
            warn_server: true,
            warn_leads: false,
            breach_server: true,
            breach_leads: true,
            requeue: false,
        }
    }
}

/// A promise to one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    pub minutes: i64,
    /// From this instant on it is broken; none: within two years it is not open for so long.
    pub due_at: Option<Millis>,
    /// From this instant on somebody is to be warned.
    pub warn_at: Option<Millis>,
}

impl SlaPolicy {
    /// How much is promised; 0 = nothing.
    pub fn minutes(&self, target: SlaTarget) -> i64 {
        match target {
            SlaTarget::First => self.first_minutes,
            SlaTarget::Next => self.next_minutes,
            SlaTarget::Resolve => self.resolve_minutes,
        }
    }

    /// Whether it is for such a conversation.
    pub fn applies(&self, team: TeamId, channel: ChannelId, tags: &[TagId], priority: Priority) -> bool {
        let among = |all: bool, one: bool| all || one;
        self.active
            && among(self.teams.is_empty(), self.teams.contains(&team))
            && among(self.channels.is_empty(), self.channels.contains(&channel))
            && among(self.tags.is_empty(), self.tags.iter().any(|t| tags.contains(t)))
            && among(self.priorities.is_empty(), self.priorities.contains(&priority))
    }

    /// How much of the promised time passes until the warning.
    fn warns_after(&self, minutes: i64) -> Option<Millis> {
        let after = match self.warn_unit {
            WarnUnit::Percent => minutes * MINUTE / 100 * self.warn_value,
            WarnUnit::Minutes => (minutes - self.warn_value) * MINUTE,
        };
        (self.warn_value > 0 && after > 0).then_some(after)
    }

    /// What is promised from an instant on, by the hours of the conversation's team; none: nothing.
    pub fn promise(&self, target: SlaTarget, hours: &Schedule, since: Millis) -> Option<Promise> {
        let minutes = self.minutes(target);
        let after = |open: Millis| if self.in_hours { hours.after_open(since, open) } else { Some(since + open) };
        (minutes > 0).then(|| Promise { minutes, due_at: after(minutes * MINUTE), warn_at: self.warns_after(minutes).and_then(after) })
    }

    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let times = [("first_minutes", self.first_minutes), ("next_minutes", self.next_minutes), ("resolve_minutes", self.resolve_minutes)];
        let shortest = times.iter().map(|(_, minutes)| *minutes).filter(|m| *m > 0).min();
        let choices = [self.teams.len(), self.channels.len(), self.tags.len(), self.priorities.len()];
        let mut check = Check::default();
        check.text(&self.name, "name", limit::NAME_MAX);
        for (field, minutes) in times {
            check.that((0..=limit::SLA_MINUTES_MAX).contains(&minutes), field, Wrong::NotAllowed);
        }
        let warns = match self.warn_unit {
            WarnUnit::Percent => (0..100).contains(&self.warn_value),
            WarnUnit::Minutes => self.warn_value == 0 || self.warn_value > 0 && shortest.is_none_or(|s| self.warn_value < s),
        };
        check
            .that(shortest.is_some(), "first_minutes", Wrong::Required)
            .that(warns, "warn_value", Wrong::NotAllowed)
            .that(choices.into_iter().all(|n| n <= limit::VIEW_CHOICES_MAX), "teams", Wrong::TooMany)
            .done()
    }
}

/// How one promise to a conversation stands, or ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlaClock {
    pub target: SlaTarget,
    /// Of the policy; empty when that is gone.
    #[serde(default)]
    pub policy: String,
    pub minutes: i64,
    pub in_hours: bool,
    pub started_at: Millis,
    pub due_at: Option<Millis>,
    pub warned_at: Option<Millis>,
    pub breached_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub outcome: Option<SlaOutcome>,
    /// How long it took, in the time that counts; once it ended.
    pub took: Option<Millis>,
}

/// Open conversations of a team whose promises are in danger or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaCount {
    pub team_id: TeamId,
    pub warned: i64,
    pub breached: i64,
}

#[cfg(test)]
mod tests;
