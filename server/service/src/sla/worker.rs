//! What happens by itself: warnings and breaches, to the second. The mark that it happened is set in the transaction that
//! tells of it, on a row that is held: neither a crash nor a second server tells twice.

use super::clock::{Clock, follow, keep, put};
use super::stored_in;
use crate::conversation::{self, Row, Told};
use crate::db::list as ids;
use crate::desk::{Desk, Work};
use crate::hours::known_in;
use crate::{Result, alert, args, sql, sql_system};
use model::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// Conversations of one turn, and of one work.
const TOGETHER: i64 = 500;
const IN_WORK: usize = 50;
/// Promises are kept to the second.
const PAUSE: Duration = Duration::from_secs(1);
/// What could not be looked at is left alone for so long.
const LATER: Millis = 60_000;
/// Agents and supervisors of a team who are told at most.
const PEOPLE: i64 = 200;

/// Warns and tells of breaches until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "keeping promises of service", None, PAUSE, turn).await;
}

/// Looks at what is due; answers how many conversations that were.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let due: Vec<(i64, i64)> = desk
        .db
        .all(
            sql_system!("select account_id, id from conversation where sla_at <= $1 order by sla_at, id limit $2"),
            args![desk.now(), TOGETHER],
        )
        .await?;
    let mut by_account: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (account, id) in due {
        by_account.entry(account).or_default().push(id);
    }
    let mut n = 0;
    for (account, due) in by_account {
        for some in due.chunks(IN_WORK) {
            n += look(desk, account.into(), some).await?;
        }
    }
    Ok(n)
}

/// Looks at some conversations in one work; where that fails, at each alone, so that one keeps no other from it.
async fn look(desk: &Desk, account: AccountId, due: &[i64]) -> Result<usize> {
    if let Ok(n) = look_at(desk, account, due).await {
        return Ok(n);
    }
    let mut n = 0;
    for id in due {
        match look_at(desk, account, &[*id]).await {
            Ok(done) => n += done,
            Err(e) => {
                tracing::error!(conversation = id, error = %e, "the promises of a conversation could not be looked at");
                let mut work = desk.system(account).begin().await?;
                let later = desk.now() + LATER;
                work.run(sql!("update conversation set sla_at = $3 where account_id = $1 and id = $2"), args![*id, later]).await?;
                work.commit().await?;
            }
        }
    }
    Ok(n)
}

async fn look_at(desk: &Desk, account: AccountId, due: &[i64]) -> Result<usize> {
    let mut work = desk.system(account).begin().await?;
    // What another work holds is left for the next turn; what another server has looked at is not due any more.
    let held: Vec<(i64,)> = work
        .all(
            sql!("select id from conversation where account_id = $1 and id in {in $2} and sla_at <= $3 order by id {lock skip locked}"),
            vec![ids(due.iter().copied()), desk.now().into()],
        )
        .await?;
    if held.is_empty() {
        return Ok(0);
    }
    // Not those of a moment ago: that they changed may be why this is looked at.
    let policies = stored_in(&mut work).await?;
    for (id,) in &held {
        let mut c = conversation::lock(&mut work, (*id).into()).await?;
        one(&mut work, &mut c, &policies).await?;
    }
    work.commit().await?;
    Ok(held.len())
}

async fn one(work: &mut Work, c: &mut Row, policies: &[SlaPolicy]) -> Result<()> {
    let now = work.desk().now();
    let (told, before) = (Told::of(c), c.sla_mark());
    let hours = known_in(work).await?;
    let mut clocks = follow(work, c, policies, &hours).await?;
    let mut returns = None;
    for clock in &mut clocks {
        let policy = policies.iter().find(|p| p.id == Some(SlaPolicyId(clock.policy_id)));
        if clock.breaks(now) {
            // It was broken then, however late that is found.
            clock.breached_at = clock.due_at;
            put(work, clock).await?;
            if let Some(policy) = policy {
                tell(work, c, AlertKind::SlaBreached, policy.breach_server, policy.breach_leads).await?;
                returns = returns.or(given_back(c, policy, clock));
            }
        } else if clock.warns(now) {
            clock.warned_at = Some(now);
            put(work, clock).await?;
            if let Some(policy) = policy {
                tell(work, c, AlertKind::Sla, policy.warn_server, policy.warn_leads).await?;
            }
        }
    }
    keep(work, c, policies, &clocks).await?;
    match returns {
        Some((from, minutes)) => conversation::give_back(work, c, from, minutes).await,
        None => {
            if c.sla_mark() != before {
                conversation::tell(work, c, told, Vec::new());
            }
            Ok(())
        }
    }
}

/// Who loses the conversation because they did not answer, and after how many minutes.
fn given_back(c: &Row, policy: &SlaPolicy, clock: &Clock) -> Option<(UserId, i64)> {
    let served = c.status == ConversationStatus::InProgress && policy.requeue && clock.target != SlaTarget::Resolve;
    c.assignee_id.filter(|_| served).map(|from| (from.into(), clock.minutes))
}

/// Tells who serves it, while it waits those who may begin with it, and who leads its team.
async fn tell(work: &mut Work, c: &Row, kind: AlertKind, server: bool, leads: bool) -> Result<()> {
    let serving = match c.status {
        ConversationStatus::InProgress => c.assignee_id,
        _ => c.designated_id,
    };
    let found: Vec<(i64,)> = work
        .all(
            sql!(
                "select user_id from team_member where account_id = $1 and team_id = $2 and (($3 and is_supervisor) or ($4 and is_agent))
                 order by user_id limit $5"
            ),
            args![c.team_id, leads, server && serving.is_none(), PEOPLE],
        )
        .await?;
    let mut to: Vec<UserId> = found.into_iter().map(|(id,)| id.into()).collect();
    if let Some(serving) = serving.map(UserId).filter(|s| server && !to.contains(s)) {
        to.push(serving);
    }
    if to.is_empty() { Ok(()) } else { alert::raise(work, c, kind, &to, None).await }
}
