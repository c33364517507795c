//! Concluded conversations are kept for ever, or for some months (AR-3): then they go with all that they hold, and what
//! stays is a line of how many there were.

use crate::desk::{Cx, Desk, Scope, Work};
use crate::{Result, args, media, sql, sql_system};
use jiff::{Timestamp, ToSpan};
use model::*;

/// Conversations of one step: the only writer of SQLite is busy with it for some milliseconds.
const TOGETHER: i64 = 20;
/// Steps of one turn; the rest follows in the next.
const STEPS: usize = 50;
/// Events are kept a little shorter than this.
const EVENTS_MILLIS: i64 = 4 * 86_400_000;
/// Purges that the screen shows.
const SHOWN: i64 = 20;

/// How long conversations are kept, and what was purged lately.
pub async fn retention(cx: &Cx) -> Result<Retention> {
    let scope = cx.may(Permission::Settings)?;
    let (months,): (i64,) = scope.one(sql!("select retention_months from account where id = $1"), args![]).await?;
    let rows: Vec<(Millis, Millis, i64, i64, i64)> = scope
        .all(
            sql!("select at, before_at, conversations, messages, files from purge where account_id = $1 order by id desc limit $2"),
            args![SHOWN],
        )
        .await?;
    let purges =
        rows.into_iter().map(|(at, before, conversations, messages, files)| Purge { at, before, conversations, messages, files }).collect();
    Ok(Retention { months, purges })
}

/// Changes how long conversations are kept; 0 = for ever. The person says their password once more.
///
/// # Errors
/// [`Fault::Invalid`]: also about `password` when it is not right.
pub async fn save_retention(cx: &Cx, months: i64, password: &str) -> Result<Retention> {
    let scope = cx.may(Permission::Settings)?;
    Check::default().that((0..=limit::RETENTION_MONTHS_MAX).contains(&months), "months", Wrong::NotAllowed).done()?;
    crate::auth::step_up(cx, password).await?;
    let mut work = scope.begin().await?;
    work.run(sql!("update account set retention_months = $2 where id = $1"), args![months]).await?;
    work.audit(Some(cx.user), "retention.change", cx.account, serde_json::json!({ "months": months })).await?;
    work.commit().await?;
    retention(cx).await
}

/// Purges what is due in all accounts; answers how many conversations went.
pub async fn turn(desk: &Desk) -> Result<i64> {
    let accounts: Vec<(i64, i64, String)> = desk
        .db
        .all(sql_system!("select id, retention_months, time_zone from account where retention_months > 0 order by id"), args![])
        .await?;
    let mut n = 0;
    for (account, months, zone) in accounts {
        let before = ago(desk.now(), months, &zone);
        n += account_turn(&desk.system(account.into()), before).await?;
    }
    Ok(n)
}

/// The same time of day so many months ago, in the account's zone.
fn ago(now: Millis, months: i64, zone: &str) -> Millis {
    let zone = crate::zone::named(zone);
    let now_there = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone);
    // Before the beginning of time nothing was concluded.
    now_there.checked_sub(months.months()).map_or(i64::MIN, |then| then.timestamp().as_millisecond())
}

async fn account_turn(scope: &Scope, before: Millis) -> Result<i64> {
    let (mut gone, mut messages, mut files) = (0, 0, 0);
    for _ in 0..STEPS {
        if scope.desk().is_stopping() {
            break;
        }
        let step = step(scope, before).await?;
        if step.conversations == 0 {
            break;
        }
        gone += step.conversations;
        messages += step.messages;
        files += step.files;
    }
    if gone > 0 {
        let mut work = scope.begin().await?;
        let (id, at): (i64, _) = (work.desk().seam.id(), work.desk().now());
        work.run(
            sql!("insert into purge (account_id, id, at, conversations, messages, files, before_at) values ($1, $2, $3, $4, $5, $6, $7)"),
            args![id, at, gone, messages, files, before],
        )
        .await?;
        work.commit().await?;
    }
    Ok(gone)
}

#[derive(Default)]
struct Step {
    conversations: i64,
    messages: i64,
    files: i64,
}

/// Purges some of the oldest, with the audit of it, in one piece of work.
async fn step(scope: &Scope, before: Millis) -> Result<Step> {
    let mut work = scope.begin().await?;
    let ids: Vec<(i64,)> = work
        .all(
            sql!(
                "select id from conversation where account_id = $1 and status = 'COMPLETED' and completed_at < $2 order by completed_at, id limit $3"
            ),
            args![before, TOGETHER],
        )
        .await?;
    let mut done = Step::default();
    for (id,) in ids {
        // It may have come back just now.
        let c = match crate::conversation::lock(&mut work, id.into()).await {
            Ok(c) if c.status == ConversationStatus::Completed && c.completed_at.is_some_and(|at| at < before) => c,
            Ok(_) | Err(crate::Error::Fault(Fault::Missing)) => continue,
            Err(e) => return Err(e),
        };
        let (messages, files) = purge(&mut work, c.id()).await?;
        done.messages += messages;
        done.files += files;
        done.conversations += 1;
        work.audit(None, "conversation.purge", c.id, serde_json::json!({ "protocol": c.protocol, "completed_at": c.completed_at })).await?;
        work.tell(Change::Gone { conversation_id: c.id(), tab: Some(Tab::Done), unread: false });
    }
    work.commit().await?;
    Ok(done)
}

/// Deletes a conversation and all that tells of what was said in it.
async fn purge(work: &mut Work, id: ConversationId) -> Result<(i64, i64)> {
    let files = media::kept::forget_all(work, id).await?;
    work.system()
        .run(sql_system!("delete from message_fts where rowid in (select id from message where conversation_id = $1)"), args![id])
        .await?;
    // Events are swept after some days; those of these days hold what was said.
    let (latest,): (Option<i64>,) = work
        .one(sql!("select max(coalesce(edited_at, at)) from message where account_id = $1 and conversation_id = $2"), args![id])
        .await?;
    if latest.is_some_and(|at| at > work.desk().now() - EVENTS_MILLIS) {
        work.run(
            sql!("update event set change = $2 where account_id = $1 and change like $3"),
            args![serde_json::to_string(&Change::Nothing)?, format!("%\"{id}\"%")],
        )
        .await?;
    }
    work.run(
        sql!(
            "delete from reaction where account_id = $1 and exists (select 1 from message m where m.account_id = $1 and m.conversation_id = $2
             and m.channel_id = reaction.channel_id and m.external_id = reaction.target)"
        ),
        args![id],
    )
    .await?;
    work.run(sql!("delete from outbox where account_id = $1 and conversation_id = $2"), args![id]).await?;
    // What was merged into it points nowhere any more, and what undoing would need holds a line of what was said.
    work.run(sql!("delete from merge where account_id = $1 and kind = 'CONVERSATION' and (target_id = $2 or source_id = $2)"), args![id])
        .await?;
    work.run(sql!("update conversation set merged_into = null where account_id = $1 and merged_into = $2"), args![id]).await?;
    // What hangs on messages goes with them: raw bodies, and what they said before.
    let messages = work.run(sql!("delete from message where account_id = $1 and conversation_id = $2"), args![id]).await?;
    work.run(sql!("delete from conversation where account_id = $1 and id = $2"), args![id]).await?;
    Ok((messages as i64, files))
}
