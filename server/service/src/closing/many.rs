//! Concluding many at once (04, section 4.8): the set is frozen when it is confirmed (BC-1), and a worker goes through it,
//! each conversation in work of its own together with what became of it.

use crate::conversation::days;
use crate::db::{Arg, list};
use crate::desk::{Cx, Desk};
use crate::{Result, Scope, args, auth, conversation, sql, sql_system};
use model::*;
use std::time::Duration;

/// Conversations of one job in one turn.
const TOGETHER: i64 = 50;
/// How often it is looked for new jobs.
const PAUSE: Duration = Duration::from_secs(2);
/// Jobs that a list shows, and items of one.
const JOBS: i64 = 20;
const ITEMS: i64 = 1_000;

/// What a filter finds. Public to the test that explains it.
macro_rules! found {
    () => {
        " from conversation c where c.account_id = $1 and c.status in ('PENDING', 'IN_PROGRESS') and ($2 = '[]' or c.channel_id in {in $2})
         and ($3 = '[]' or c.team_id in {in $3}) and ($4 = '[]' or c.assignee_id in {in $4}) and ($5 = '' or c.status = $5) and c.last_at <= $6
         and ($7 = '[]' or exists (select 1 from contact_tag t where t.account_id = $1 and t.contact_id = c.contact_id and t.tag_id in {in $7}))
         and c.started_at >= $8 and c.started_at < $9
         and ($10 = 0 or exists (select 1 from message m where m.account_id = $1 and m.conversation_id = c.id and m.at >= $10 and m.at < $11
           and m.kind not in ('NOTE', 'TRANSITION')))"
    };
}

async fn found_args(cx: &Cx, scope: &Scope, f: &BulkFilter) -> Result<Vec<Arg>> {
    let created = days(scope, &f.created_from, &f.created_until, ["created_from", "created_until"]).await?;
    let active = days(scope, &f.active_from, &f.active_until, ["active_from", "active_until"]).await?;
    // 0 is any time: then no message is looked at.
    let since = if active.1 < i64::MAX { active.0.max(1) } else { active.0 };
    let before = if f.idle_minutes > 0 { cx.desk().now() - f.idle_minutes * 60_000 } else { i64::MAX };
    Ok(args![
        list(f.channels.iter().copied()),
        list(f.teams.iter().copied()),
        list(f.assignees.iter().copied()),
        f.status.map_or("", ConversationStatus::word),
        before,
        list(f.tags.iter().copied()),
        created.0,
        created.1,
        since,
        active.1
    ])
}

/// How many open conversations the filter finds. When they were concluded is not asked: none of them is.
///
/// # Errors
/// [`Fault::Invalid`] about a day that is none.
pub async fn count_many(cx: &Cx, filter: &BulkFilter) -> Result<i64> {
    let scope = cx.may(Permission::Settings)?;
    let args = found_args(cx, &scope, filter).await?;
    let (n,): (i64,) = scope.one(sql!(concat!("select count(*)", found!())), args).await?;
    Ok(n)
}

/// Concludes what the filter finds now, in the background (BC-1). Nobody is written to unless that was ticked (BC-2).
///
/// # Errors
/// [`Fault::StepUp`] (AC-8); [`Fault::Invalid`]: also about `code` when it is not right, and about `expected` when there are others by now;
/// [`Fault::ReasonRequired`] where the account demands a reason (CO-5).
pub async fn start_job(cx: &Cx, draft: BulkDraft) -> Result<BulkJob> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    auth::require_step_up(cx, Dangerous::CompleteMany, &draft.code).await?;
    let mut args = found_args(cx, &scope, &draft.filter).await?;
    let mut work = scope.begin().await?;
    let settings = super::settings_in(&mut work).await?;
    match draft.reason_id {
        None if settings.requires_reason() => return Err(Fault::ReasonRequired.into()),
        None => {}
        Some(id) => {
            let reason = super::reason::one(&mut work, id).await?.filter(|r| settings.classify && r.active);
            let reason = reason.ok_or_else(|| Fault::field("reason_id", Wrong::Unknown))?;
            // One amount cannot be that of all.
            Check::default().that(!reason.has_monetary_value, "reason_id", Wrong::NotAllowed).done()?;
        }
    }
    let (id, now): (ClosingJobId, _) = (work.desk().seam.id(), work.desk().now());
    let how = ConcludeDraft { silent: !draft.with_message, reason_id: draft.reason_id, amount_minor: None };
    work.run(
        sql!(
            "insert into closing_job (account_id, id, user_id, state, draft, total, created_at) values ($1, $2, $3, 'RUNNING', $4, $5, $6)"
        ),
        args![id, cx.user, serde_json::to_string(&how)?, draft.expected, now],
    )
    .await?;
    args.extend(args![id, limit::BULK_MAX + 1]);
    let frozen = work
        .run(
            sql!(concat!(
                "insert into closing_item (account_id, job_id, conversation_id, state) select $1, $12, c.id, 'WAITING'",
                found!(),
                " order by c.id limit $13"
            )),
            args,
        )
        .await?;
    if frozen as i64 != draft.expected {
        return Err(Fault::field("expected", Wrong::Unknown).into());
    }
    let filter = serde_json::to_value(&draft.filter)?;
    work.audit(Some(cx.user), "conversations.conclude", id, serde_json::json!({ "total": frozen, "filter": filter, "how": how })).await?;
    work.commit().await?;
    Ok(BulkJob { id, by: cx.user, state: JobState::Running, total: draft.expected, done: 0, failed: 0, created_at: now, finished_at: None })
}

/// The newest jobs with their progress.
pub async fn jobs(cx: &Cx) -> Result<Vec<BulkJob>> {
    type Row = (i64, i64, String, i64, i64, i64, Millis, Option<Millis>);
    let rows: Vec<Row> = cx
        .may(Permission::Settings)?
        .all(
            sql!(
                "select id, user_id, state, total, done, failed, created_at, finished_at from closing_job where account_id = $1
                 order by id desc limit $2"
            ),
            args![JOBS],
        )
        .await?;
    rows.into_iter()
        .map(|(id, by, state, total, done, failed, created_at, finished_at)| {
            Ok(BulkJob { id: id.into(), by: by.into(), state: state.parse()?, total, done, failed, created_at, finished_at })
        })
        .collect()
}

/// What became of each conversation of a job: those that failed first.
///
/// # Errors
/// [`Fault::Missing`].
pub async fn job_items(cx: &Cx, id: ClosingJobId) -> Result<Vec<BulkItem>> {
    let scope = cx.may(Permission::Settings)?;
    scope.one::<(i64,)>(sql!("select id from closing_job where account_id = $1 and id = $2"), args![id]).await?;
    let rows: Vec<(i64, String, String, String, Option<String>)> = scope
        .all(
            sql!(
                "select c.id, c.protocol, k.name, i.state, i.fault from closing_item i join conversation c on c.id = i.conversation_id
                 join contact k on k.id = c.contact_id where i.account_id = $1 and i.job_id = $2
                 order by case i.state when 'FAILED' then 0 when 'WAITING' then 1 else 2 end, c.id limit $3"
            ),
            args![id, ITEMS],
        )
        .await?;
    rows.into_iter()
        .map(|(id, protocol, contact_name, state, fault)| {
            let fault = fault.map(|f| serde_json::from_str(&f)).transpose()?;
            Ok(cx.shown(BulkItem { conversation_id: id.into(), protocol, contact_name, state: state.parse()?, fault }))
        })
        .collect()
}

/// Stops a job: what it has concluded stays so.
///
/// # Errors
/// [`Fault::WrongState`] when it has ended, [`Fault::Missing`].
pub async fn cancel_job(cx: &Cx, id: ClosingJobId) -> Result<()> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.one::<(i64,)>(sql!("select id from closing_job where account_id = $1 and id = $2"), args![id]).await?;
    let now = work.desk().now();
    let stopped = work
        .run(
            sql!("update closing_job set state = 'CANCELLED', finished_at = $3 where account_id = $1 and id = $2 and state = 'RUNNING'"),
            args![id, now],
        )
        .await?;
    if stopped == 0 {
        return Err(Fault::WrongState.into());
    }
    work.audit(Some(cx.user), "conversations.conclude_cancelled", id, serde_json::json!({})).await?;
    work.commit().await
}

/// Works through jobs until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "concluding many", None, PAUSE, turn).await;
}

/// A step of each running job; answers how many conversations were worked on.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let jobs: Vec<(i64, i64, i64, String)> = desk
        .db
        .all(sql_system!("select id, account_id, user_id, draft from closing_job where state = 'RUNNING' order by id limit 10"), args![])
        .await?;
    let mut n = 0;
    for (id, account, user, draft) in jobs {
        n += step(desk, id.into(), account.into(), user.into(), serde_json::from_str(&draft)?).await?;
    }
    Ok(n)
}

async fn step(desk: &Desk, id: ClosingJobId, account: AccountId, user: UserId, how: ConcludeDraft) -> Result<usize> {
    let scope = desk.system(account);
    let items: Vec<(i64,)> = scope
        .all(
            sql!("select conversation_id from closing_item where account_id = $1 and job_id = $2 and state = 'WAITING' order by conversation_id limit $3"),
            args![id, TOGETHER],
        )
        .await?;
    // Who is no admin any more concludes nothing.
    let cx = desk.cx(account, user, None).await?.filter(|cx| cx.may(Permission::Settings).is_ok());
    let (Some(cx), false) = (cx, items.is_empty()) else {
        let (state, now) = (if items.is_empty() { JobState::Done } else { JobState::Cancelled }, desk.now());
        let mut work = scope.begin().await?;
        work.run(
            sql!("update closing_job set state = $3, finished_at = $4 where account_id = $1 and id = $2 and state = 'RUNNING'"),
            args![id, state, now],
        )
        .await?;
        work.commit().await?;
        return Ok(0);
    };
    let mut n = 0;
    for (conversation,) in items {
        if !one(&cx, id, conversation.into(), how).await? {
            break;
        }
        n += 1;
    }
    Ok(n)
}

/// Concludes one and writes down what became of it, together; false when the job was stopped.
async fn one(cx: &Cx, job: ClosingJobId, id: ConversationId, how: ConcludeDraft) -> Result<bool> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    if !is_waiting(&mut work, job, id).await? {
        return Ok(false);
    }
    let fault = match conversation::conclude_in(cx, &mut work, id, how).await {
        Ok(_) => None,
        Err(crate::Error::Fault(fault)) => {
            // What it began is not kept.
            drop(work);
            work = cx.may(Permission::Settings)?.begin().await?;
            if !is_waiting(&mut work, job, id).await? {
                return Ok(false);
            }
            Some(fault)
        }
        Err(other) => return Err(other),
    };
    let state = if fault.is_some() { ItemState::Failed } else { ItemState::Done };
    let (done, failed) = (i64::from(fault.is_none()), i64::from(fault.is_some()));
    let fault = fault.map(|f| serde_json::to_string(&f)).transpose()?;
    work.run(
        sql!("update closing_item set state = $4, fault = $5 where account_id = $1 and job_id = $2 and conversation_id = $3"),
        args![job, id, state, fault],
    )
    .await?;
    work.run(
        sql!("update closing_job set done = done + $3, failed = failed + $4 where account_id = $1 and id = $2"),
        args![job, done, failed],
    )
    .await?;
    work.commit().await?;
    Ok(true)
}

/// Whether the job runs and this one still waits; holds the job's row, so that a stop is seen and two workers take turns.
async fn is_waiting(work: &mut crate::Work, job: ClosingJobId, id: ConversationId) -> Result<bool> {
    let (state,): (String,) = work.one(sql!("select state from closing_job where account_id = $1 and id = $2 {lock}"), args![job]).await?;
    let waits: Option<(i64,)> = work
        .opt(
            sql!("select conversation_id from closing_item where account_id = $1 and job_id = $2 and conversation_id = $3 and state = 'WAITING'"),
            args![job, id],
        )
        .await?;
    Ok(state.parse::<JobState>()? == JobState::Running && waits.is_some())
}
