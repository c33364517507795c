//! The clocks of one conversation: what runs, since when, until when, and how it ended.

use super::{key, policy_of, stored_in};
use crate::conversation::{self, Row};
use crate::desk::Work;
use crate::hours::{AccountHours, known_in as hours_in};
use crate::{Result, args, sql};
use model::*;

macro_rules! columns {
    () => {
        "id, target, policy_id, minutes, in_hours, started_at, due_at, warn_at, warned_at, breached_at"
    };
}

/// A promise that runs.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Clock {
    pub id: i64,
    #[sqlx(try_from = "String")]
    pub target: SlaTarget,
    pub policy_id: i64,
    pub minutes: i64,
    pub in_hours: bool,
    pub started_at: Millis,
    pub due_at: Option<Millis>,
    pub warn_at: Option<Millis>,
    pub warned_at: Option<Millis>,
    pub breached_at: Option<Millis>,
}

impl Clock {
    fn is_of_conclusion(&self) -> bool {
        self.target == SlaTarget::Resolve
    }

    /// When something is to be done about it.
    fn next(&self) -> Option<Millis> {
        match (self.breached_at, self.warned_at) {
            (Some(_), _) => None,
            (None, Some(_)) => self.due_at,
            (None, None) => [self.warn_at, self.due_at].into_iter().flatten().min(),
        }
    }

    fn mark(&self) -> Option<SlaMark> {
        match (self.breached_at, self.warned_at) {
            (Some(_), _) => Some(SlaMark::Breached),
            (None, Some(_)) => Some(SlaMark::Warned),
            (None, None) => None,
        }
    }

    /// Whether it is time to say that it is broken.
    pub fn breaks(&self, now: Millis) -> bool {
        self.breached_at.is_none() && self.due_at.is_some_and(|due| due <= now)
    }

    /// Whether it is time to warn of it.
    pub fn warns(&self, now: Millis) -> bool {
        self.breached_at.is_none() && self.warned_at.is_none() && self.warn_at.is_some_and(|at| at <= now)
    }

    /// The same as another promise: what was broken stays so.
    fn follow(&mut self, policy: &SlaPolicy, promise: Promise, since: Millis, now: Millis) {
        if self.breached_at.is_some() {
            return;
        }
        self.policy_id = policy.id.unwrap_or_default().0;
        (self.minutes, self.in_hours, self.started_at) = (promise.minutes, policy.in_hours, since);
        (self.due_at, self.warn_at) = (promise.due_at, promise.warn_at);
        // There is more time now: it is warned of again.
        if self.warn_at.is_none_or(|at| at > now) {
            self.warned_at = None;
        }
    }
}

/// Works out what is promised in the conversations of this work that changed; answers nothing, because what is told of them
/// is corrected with it.
pub(crate) async fn settle(work: &mut Work) -> Result<()> {
    let (before, changed) = (work.account(), work.take_promises());
    for (account, id) in changed {
        work.turn_to(account);
        // As they are now: a server that does not know of a change yet must not undo it.
        let policies = stored_in(work).await?;
        let mut c = conversation::lock(work, id).await?;
        if key(&policies, &c) == c.sla_key {
            continue;
        }
        let hours = hours_in(work).await?;
        let clocks = follow(work, &c, &policies, &hours).await?;
        keep(work, &mut c, &policies, &clocks).await?;
        work.remark(id, c.sla_mark());
    }
    work.turn_to(before);
    Ok(())
}

/// Brings the clocks of a locked conversation up to its row; answers those that run.
pub(super) async fn follow(work: &mut Work, c: &Row, policies: &[SlaPolicy], hours: &AccountHours) -> Result<Vec<Clock>> {
    let now = work.desk().now();
    let (policy, schedule) = (policy_of(policies, c), hours.of(c.team_id.into()));
    let running: Vec<Clock> = work
        .all(
            sql!(concat!(
                "select ",
                columns!(),
                " from sla_clock where account_id = $1 and conversation_id = $2 and ended_at is null order by id"
            )),
            args![c.id],
        )
        .await?;
    let mut clocks = Vec::with_capacity(2);
    for of_conclusion in [false, true] {
        let clock = running.iter().find(|k| k.is_of_conclusion() == of_conclusion).cloned();
        let since = if of_conclusion { c.heard_since } else { c.asked_since };
        let Some(since) = since.filter(|_| c.status.is_open()) else {
            if let Some(clock) = clock {
                end(work, c, clock, schedule).await?;
            }
            continue;
        };
        let target = match &clock {
            Some(clock) => clock.target,
            None if of_conclusion => SlaTarget::Resolve,
            // An answer after it that left it open was none: it failed.
            None if c.first_response_at.is_none_or(|at| at >= since) => SlaTarget::First,
            None => SlaTarget::Next,
        };
        let promise = policy.and_then(|p| Some((p, p.promise(target, schedule, since)?)));
        match (clock, promise) {
            (Some(mut clock), Some((policy, promise))) => {
                let was = clock.clone();
                clock.follow(policy, promise, since, now);
                if clock != was {
                    put(work, &clock).await?;
                }
                clocks.push(clock);
            }
            // Nothing is promised any more; that it was broken is history.
            (Some(clock), None) if clock.breached_at.is_some() => end(work, c, clock, schedule).await?,
            (Some(clock), None) => {
                work.run(sql!("delete from sla_clock where account_id = $1 and id = $2"), args![clock.id]).await?;
            }
            (None, Some((policy, promise))) => {
                let mut clock = match resumed(work, c, of_conclusion, since).await? {
                    Some(clock) => clock,
                    None => begun(work, c, target, since).await?,
                };
                let promise = policy.promise(clock.target, schedule, since).unwrap_or(promise);
                clock.follow(policy, promise, since, now);
                put(work, &clock).await?;
                clocks.push(clock);
            }
            (None, None) => {}
        }
    }
    Ok(clocks)
}

/// A clock that had ended runs on: the answer that ended it was none, or a merge was undone.
async fn resumed(work: &mut Work, c: &Row, of_conclusion: bool, since: Millis) -> Result<Option<Clock>> {
    let found: Option<(i64,)> = work
        .opt(
            sql!(
                "select id from sla_clock where account_id = $1 and conversation_id = $2 and started_at = $3 and ended_at is not null
                 and case when target = 'RESOLVE' then 1 else 0 end = $4 order by id desc limit 1"
            ),
            args![c.id, since, i64::from(of_conclusion)],
        )
        .await?;
    let Some((id,)) = found else { return Ok(None) };
    work.opt(
        sql!(concat!(
            "update sla_clock set ended_at = null, outcome = null, took = null, team_id = null, assignee_id = null
             where account_id = $1 and id = $2 returning ",
            columns!()
        )),
        args![id],
    )
    .await
}

async fn begun(work: &mut Work, c: &Row, target: SlaTarget, since: Millis) -> Result<Clock> {
    let id: i64 = work.desk().seam.id();
    work.run(
        sql!(
            "insert into sla_clock (account_id, id, conversation_id, target, policy_id, minutes, in_hours, started_at) values ($1, $2, $3, $4, 0, 0, false, $5)"
        ),
        args![id, c.id, target, since],
    )
    .await?;
    Ok(Clock {
        id,
        target,
        policy_id: 0,
        minutes: 0,
        in_hours: false,
        started_at: since,
        due_at: None,
        warn_at: None,
        warned_at: None,
        breached_at: None,
    })
}

/// Saves a clock that runs.
pub(super) async fn put(work: &mut Work, k: &Clock) -> Result<()> {
    work.run(
        sql!(
            "update sla_clock set policy_id = $3, minutes = $4, in_hours = $5, started_at = $6, due_at = $7, warn_at = $8, warned_at = $9, breached_at = $10
             where account_id = $1 and id = $2"
        ),
        args![k.id, k.policy_id, k.minutes, k.in_hours, k.started_at, k.due_at, k.warn_at, k.warned_at, k.breached_at],
    )
    .await?;
    Ok(())
}

/// Ends a clock: in time or late, or because nobody waits for it any more.
async fn end(work: &mut Work, c: &Row, k: Clock, schedule: &Schedule) -> Result<()> {
    let now = work.desk().now();
    // An answer that comes late is late, whether or not the worker was there in between.
    let breached = k.breached_at.or(k.due_at.filter(|due| *due <= now));
    let dropped = c.merged_into.is_some() || !k.is_of_conclusion() && !c.status.is_open();
    let outcome = match breached {
        Some(_) => SlaOutcome::Breached,
        None if dropped => SlaOutcome::Dropped,
        None => SlaOutcome::Met,
    };
    let took = if k.in_hours { schedule.open_between(k.started_at, now) } else { (now - k.started_at).max(0) };
    work.run(
        sql!(
            "update sla_clock set ended_at = $3, outcome = $4, took = $5, breached_at = $6, team_id = $7, assignee_id = $8 where account_id = $1 and id = $2"
        ),
        args![k.id, now, outcome, took, breached, c.team_id, c.assignee_id],
    )
    .await?;
    Ok(())
}

/// Writes into the conversation's row how its promises stand, and when that is looked at next.
pub(super) async fn keep(work: &mut Work, c: &mut Row, policies: &[SlaPolicy], clocks: &[Clock]) -> Result<()> {
    c.sla = clocks.iter().filter_map(Clock::mark).max().map(|mark| mark.word().to_owned());
    c.sla_key = key(policies, c);
    let next = clocks.iter().filter_map(Clock::next).min();
    work.run(
        sql!("update conversation set sla = $3, sla_at = $4, sla_key = $5 where account_id = $1 and id = $2"),
        args![c.id, c.sla.clone(), next, &c.sla_key],
    )
    .await?;
    Ok(())
}

/// Of two conversations that become one the clocks go on in the one that stays: of two for the same the one that runs
/// longer, so that nobody is warned twice.
pub(crate) async fn carry(work: &mut Work, from: &Row, to: &Row) -> Result<()> {
    work.run(
        sql!(
            "delete from sla_clock where account_id = $1 and conversation_id in ($2, $3) and ended_at is null
             and exists (select 1 from sla_clock e where e.account_id = $1 and e.conversation_id in ($2, $3) and e.ended_at is null
               and (e.target = 'RESOLVE') = (sla_clock.target = 'RESOLVE') and (e.started_at, e.id) < (sla_clock.started_at, sla_clock.id))"
        ),
        args![from.id, to.id],
    )
    .await?;
    work.run(
        sql!("update sla_clock set conversation_id = $3 where account_id = $1 and conversation_id = $2 and ended_at is null"),
        args![from.id, to.id],
    )
    .await?;
    Ok(())
}
