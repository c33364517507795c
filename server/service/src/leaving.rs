//! What becomes of open conversations when the person who serves them goes (US-4), or their team (TE-4).
//!
//! Who goes loses access at once, and a deleted team is no choice any more. The first conversations move in the same work,
//! the rest in works of their own by [`turn`], which a restart does not lose. A job looks for a while longer than it finds
//! something: another server may not have heard yet.

use crate::conversation::{self, Closing};
use crate::desk::{Cx, Desk, Scope, Work};
use crate::{Result, args, closing, role, sql, sql_system};
use model::*;
use std::time::Duration;

/// Conversations that move in one work.
const TOGETHER: i64 = 50;
/// How often it is looked for jobs.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a job looks for what came late.
const LOOKS: Millis = 60_000;
/// Jobs that are shown.
const SHOWN: i64 = 50;

/// A job as stored.
#[derive(Clone, sqlx::FromRow)]
struct Job {
    id: i64,
    by_id: i64,
    user_id: Option<i64>,
    team_id: Option<i64>,
    to_user_id: Option<i64>,
    to_team_id: Option<i64>,
    complete: bool,
    reason_id: Option<i64>,
    created_at: Millis,
}

/// The membership of somebody ends with this work: what they serve goes on without them.
///
/// # Errors
/// [`Fault::OpenLeft`] while they serve something and nobody said what becomes of it, [`Fault::PersonUnavailable`] when who
/// shall have it is not there or in no team.
pub(crate) async fn person(work: &mut Work, cx: &Cx, user: UserId, handover: Option<Handover>) -> Result<()> {
    let (count,): (i64,) = work
        .one(sql!("select count(*) from conversation where account_id = $1 and assignee_id = $2 and status = 'IN_PROGRESS'"), args![user])
        .await?;
    if count > 0 && handover.is_none() {
        return Err(Fault::OpenLeft { count }.into());
    }
    let to = handover.and_then(|h| h.to);
    if let Some(to) = to
        && (to == user || teams_of(work, to).await?.is_empty())
    {
        return Err(Fault::PersonUnavailable.into());
    }
    let job = begin(work, cx, count, |job| (job.user_id, job.to_user_id) = (Some(user.0), to.map(|t| t.0))).await?;
    step(work, &job).await.map(drop)
}

/// Deletes a team: what is open in it goes to another team or is completed (TE-4). What was completed in it stays.
///
/// # Errors
/// [`Fault::OpenLeft`] while something is open in it and nobody said what becomes of that, [`Fault::Invalid`] about
/// `team_id` for the default team (TE-2) and about `to` for a team that is none, [`Fault::ReasonRequired`] (CO-5),
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn delete_team(cx: &Cx, team: TeamId, end: Option<TeamEnd>) -> Result<()> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.lock_account().await?;
    let (is_default, name): (bool, String) =
        work.one(sql!("select is_default, name from team where account_id = $1 and id = $2 and deleted_at is null"), args![team]).await?;
    if is_default {
        return Err(Fault::field("team_id", Wrong::NotAllowed).into());
    }
    let (count,): (i64,) = work
        .one(
            sql!("select count(*) from conversation where account_id = $1 and team_id = $2 and status in ('PENDING', 'IN_PROGRESS')"),
            args![team],
        )
        .await?;
    if let Some(end) = &end {
        end.check()?;
        if let Some(to) = end.to {
            let known: Option<(i64,)> =
                work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![to]).await?;
            Check::default().that(known.is_some() && to != team, "to", Wrong::Unknown).done()?;
        }
        if end.complete && count > 0 {
            let settings = closing::settings_in(&mut work).await?;
            if end.reason_id.is_none() && settings.requires_reason() {
                return Err(Fault::ReasonRequired.into());
            }
            closing::classification(&mut work, &settings, team, end.reason_id, None, None).await?;
        }
    } else if count > 0 {
        return Err(Fault::OpenLeft { count }.into());
    }
    let now = work.desk().now();
    work.run(sql!("update team set deleted_at = $3, version = version + 1 where account_id = $1 and id = $2"), args![team, now]).await?;
    work.run(sql!("update channel set team_id = null where account_id = $1 and team_id = $2"), args![team]).await?;
    work.run(sql!("update distribution set enabled = false where account_id = $1 and team_id = $2"), args![team]).await?;
    work.run(sql!("delete from auto_close where account_id = $1 and team_id = $2"), args![team]).await?;
    let end = end.unwrap_or_default();
    work.audit(Some(cx.user), "team.delete", team, serde_json::json!({ "name": name, "open": count, "end": end })).await?;
    work.tell(Change::Setup { what: SetupKind::Teams });
    work.tell(Change::Setup { what: SetupKind::Channels });
    let job = begin(&mut work, cx, count, |job| {
        (job.team_id, job.to_team_id) = (Some(team.0), end.to.map(|t| t.0));
        (job.complete, job.reason_id) = (end.complete, end.reason_id.map(|r| r.0));
    })
    .await?;
    step(&mut work, &job).await?;
    work.commit().await
}

/// Jobs that still have something to move: how far they are.
///
/// # Errors
/// [`Fault::Forbidden`].
pub async fn moving(cx: &Cx) -> Result<Vec<Moving>> {
    let rows: Vec<(Option<i64>, Option<i64>, i64, i64)> = role::manages(cx)
        .or_else(|_| cx.may(Permission::Settings))?
        .all(
            sql!("select user_id, team_id, total, done from moving where account_id = $1 and finished_at is null and done < total order by id desc limit $2"),
            args![SHOWN],
        )
        .await?;
    let view = |(user, team, total, done): (Option<i64>, Option<i64>, i64, i64)| Moving {
        user_id: user.map(UserId),
        team_id: team.map(TeamId),
        total,
        done,
    };
    Ok(rows.into_iter().map(view).collect())
}

async fn begin(work: &mut Work, cx: &Cx, total: i64, fill: impl FnOnce(&mut Job)) -> Result<Job> {
    let mut job = Job {
        id: work.desk().seam.id(),
        by_id: cx.user.0,
        user_id: None,
        team_id: None,
        to_user_id: None,
        to_team_id: None,
        complete: false,
        reason_id: None,
        created_at: work.desk().now(),
    };
    fill(&mut job);
    work.run(
        sql!(
            "insert into moving (account_id, id, by_id, user_id, team_id, to_user_id, to_team_id, complete, reason_id, total, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        args![
            job.id,
            job.by_id,
            job.user_id,
            job.team_id,
            job.to_user_id,
            job.to_team_id,
            job.complete,
            job.reason_id,
            total,
            job.created_at
        ],
    )
    .await?;
    Ok(job)
}

/// Moves the next conversations of a job; answers how many.
async fn step(work: &mut Work, job: &Job) -> Result<i64> {
    let found: Vec<(i64,)> = match (job.user_id, job.team_id) {
        (Some(user), _) => {
            let text = sql!(
                "select id from conversation where account_id = $1 and assignee_id = $2 and status = 'IN_PROGRESS' order by id limit $3"
            );
            work.all(text, args![user, TOGETHER]).await?
        }
        (None, team) => {
            let text = sql!(
                "select id from conversation where account_id = $1 and team_id = $2 and status in ('PENDING', 'IN_PROGRESS') order by id limit $3"
            );
            work.all(text, args![team, TOGETHER]).await?
        }
    };
    let to = job.to_user_id.map(UserId);
    let teams = match to {
        Some(to) => teams_of(work, to).await?,
        None => Vec::new(),
    };
    let mut moved = 0;
    for (id,) in found {
        let mut c = conversation::lock(work, id.into()).await?;
        // Somebody was faster.
        if !c.status.is_open() || job.user_id.is_some_and(|u| c.assignee_id != Some(u)) || job.team_id.is_some_and(|t| c.team_id != t) {
            continue;
        }
        let by = UserId(job.by_id);
        if job.complete && c.started_at <= job.created_at {
            let settings = closing::settings_in(work).await?;
            let reason = job.reason_id.map(ReasonId);
            // A reason that went away meanwhile keeps nothing open.
            let why = closing::classification(work, &settings, c.team_id.into(), reason, None, None).await.unwrap_or_default();
            conversation::close(work, &mut c, Closing { by: Some(by), text: String::new(), classification: why, reopens: false }).await?;
        } else if job.team_id.is_some() {
            let team = living(work, TeamId(job.to_team_id.unwrap_or(c.team_id))).await?;
            let keeps = match c.assignee_id.map(UserId) {
                Some(assignee) if serves(work, assignee, team).await? => Some(assignee),
                _ => None,
            };
            conversation::hand_on(work, &mut c, by, team, keeps).await?;
        } else {
            // In the team where it is when they are in it, else in their first.
            let here = living(work, c.team_id.into()).await?;
            let team = if teams.is_empty() || teams.contains(&here) { here } else { teams.first().copied().unwrap_or(here) };
            conversation::hand_on(work, &mut c, by, team, to.filter(|_| !teams.is_empty())).await?;
        }
        moved += 1;
    }
    if moved > 0 {
        work.run(sql!("update moving set done = done + $3 where account_id = $1 and id = $2"), args![job.id, moved]).await?;
    }
    Ok(moved)
}

/// The team itself, or the default one when it was deleted.
pub(crate) async fn living(work: &mut Work, team: TeamId) -> Result<TeamId> {
    let (id,): (i64,) = work
        .one(
            sql!("select id from team where account_id = $1 and deleted_at is null and (id = $2 or is_default) order by case when id = $2 then 0 else 1 end limit 1"),
            args![team],
        )
        .await?;
    Ok(id.into())
}

/// The teams of an active member who takes work.
async fn teams_of(work: &mut Work, user: UserId) -> Result<Vec<TeamId>> {
    let rows: Vec<(i64,)> = work
        .all(
            sql!(
                "select l.team_id from team_member l join membership h on h.account_id = $1 and h.user_id = l.user_id join team g on g.id = l.team_id
                 where l.account_id = $1 and l.user_id = $2 and h.active and h.availability = 'AVAILABLE' and g.deleted_at is null order by l.team_id"
            ),
            args![user],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

async fn serves(work: &mut Work, user: UserId, team: TeamId) -> Result<bool> {
    let row: Option<(i64,)> = work
        .opt(sql!("select user_id from team_member where account_id = $1 and user_id = $2 and team_id = $3"), args![user, team])
        .await?;
    Ok(row.is_some())
}

/// Works through jobs until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "moving what is open", None, PAUSE, turn).await;
}

/// A step of each job; answers how many conversations moved.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let jobs: Vec<(i64, i64)> =
        desk.db.all(sql_system!("select account_id, id from moving where finished_at is null order by id limit 20"), args![]).await?;
    let mut n = 0;
    for (account, id) in jobs {
        n += job_turn(&desk.system(account.into()), id).await?;
    }
    Ok(usize::try_from(n).unwrap_or_default())
}

async fn job_turn(scope: &Scope, id: i64) -> Result<i64> {
    let mut work = scope.begin().await?;
    // Held, so that of two servers one moves.
    let job: Option<Job> = work
        .opt(
            sql!(
                "select id, by_id, user_id, team_id, to_user_id, to_team_id, complete, reason_id, created_at from moving
                 where account_id = $1 and id = $2 and finished_at is null {lock}"
            ),
            args![id],
        )
        .await?;
    let Some(job) = job else { return Ok(0) };
    let now = work.desk().now();
    // Somebody who is a member again serves what they serve.
    let back: Option<(i64,)> =
        work.opt(sql!("select user_id from membership where account_id = $1 and user_id = $2 and active"), args![job.user_id]).await?;
    let moved = if back.is_some() { 0 } else { step(&mut work, &job).await? };
    let is_over = back.is_some() || moved < TOGETHER && now >= job.created_at + LOOKS;
    if moved == 0 && !is_over {
        return Ok(0);
    }
    if is_over {
        work.run(sql!("update moving set finished_at = $3 where account_id = $1 and id = $2"), args![id, now]).await?;
    }
    work.commit().await?;
    Ok(moved)
}
