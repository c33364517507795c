//! Which stored files are still pointed to, how much room an account uses, and removing what nobody needs.
//!
//! A file is shared by all rows with its hash. Who is about to point to one says so first ([`about_to_point`]), and who stops
//! says so, too ([`stopped_pointing`]). The clean-up looks at both an hour later, and decides while it holds the row of the
//! hash: no file goes that somebody points to, and none stays because pointing to it failed.

use crate::desk::{Desk, Work};
use crate::{Result, args, sql, sql_system};
use model::{ConversationId, Fault, MessageId};
use std::time::Duration;

/// How long a hash stays after somebody said that they are about to point to it.
const GRACE_MILLIS: i64 = 3_600_000;
/// Rows that one turn of the clean-up handles.
const TURN: i64 = 500;
/// What stays in the spool longer than this belongs to no upload any more.
const SPOOL_AGE: Duration = Duration::from_secs(6 * 3600);

/// Keeps the clean-up away from a hash for the next hour; then it looks whether somebody points to it.
pub(crate) async fn about_to_point(desk: &Desk, sha256: &str) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    tx.run(
        sql_system!(
            "insert into stored_file (sha256, used_at, doomed) values ($1, $2, true)
             on conflict (sha256) do update set used_at = excluded.used_at, doomed = true"
        ),
        args![sha256, desk.now()],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Lets the clean-up look at hashes; empty ones are none.
pub(crate) async fn stopped_pointing(work: &mut Work, hashes: &[&str]) -> Result<()> {
    let now = work.desk().now();
    for sha256 in hashes.iter().filter(|h| !h.is_empty()) {
        work.system()
            .run(
                sql_system!(
                    "insert into stored_file (sha256, used_at, doomed) values ($1, $2, true) on conflict (sha256) do update set doomed = true"
                ),
                args![*sha256, now],
            )
            .await?;
    }
    Ok(())
}

/// A message loses its files.
pub(crate) async fn forget(work: &mut Work, message: MessageId) -> Result<()> {
    let text = sql!("delete from media where account_id = $1 and message_id = $2 returning sha256, small, size");
    let gone = work.all(text, args![message]).await?;
    let_go(work, gone).await
}

/// A conversation loses its files; answers how many they were.
pub(crate) async fn forget_all(work: &mut Work, conversation: ConversationId) -> Result<i64> {
    let text = sql!("delete from media where account_id = $1 and conversation_id = $2 returning sha256, small, size");
    let gone = work.all(text, args![conversation]).await?;
    let n = gone.len() as i64;
    let_go(work, gone).await?;
    Ok(n)
}

async fn let_go(work: &mut Work, gone: Vec<(String, String, i64)>) -> Result<()> {
    let bytes: i64 = gone.iter().map(|(_, _, size)| size).sum();
    if bytes != 0 {
        work.count_up(ROOM, -bytes).await?;
    }
    for (sha256, small, _) in gone {
        stopped_pointing(work, &[&sha256, &small]).await?;
    }
    Ok(())
}

/// The counter of the bytes that an account's files have.
pub(crate) const ROOM: &str = "media_bytes";

/// Refuses what would not fit into the account's room.
///
/// # Errors
/// [`Fault::FilesFull`].
pub(crate) fn fits(desk: &Desk, sum: i64) -> Result<()> {
    match desk.settings.files.quota {
        Some(quota) if sum > quota => Err(Fault::FilesFull.into()),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Expired {
    account_id: i64,
    id: i64,
    sha256: String,
    small: String,
    size: i64,
}

/// Forgets uploads that were never sent, and removes files that nothing points to; answers how many rows were handled.
///
/// # Errors
/// When the database fails. A file that cannot be removed stays for the next turn.
pub async fn clean(desk: &Desk) -> Result<usize> {
    let mut done = 0;
    let now = desk.now();
    let expired: Vec<Expired> = desk
        .db
        .all(
            sql_system!("select account_id, id, sha256, small, size from upload where expires_at < $1 order by expires_at limit $2"),
            args![now, TURN],
        )
        .await?;
    for e in expired {
        let mut work = desk.system(e.account_id.into()).begin().await?;
        // It may have been sent a moment ago.
        if work.run(sql!("delete from upload where account_id = $1 and id = $2"), args![e.id]).await? == 1 {
            work.count_up(ROOM, -e.size).await?;
            stopped_pointing(&mut work, &[&e.sha256, &e.small]).await?;
        }
        work.commit().await?;
        done += 1;
    }
    let doomed: Vec<(String,)> = desk
        .db
        .all(
            sql_system!("select sha256 from stored_file where doomed and used_at < $1 order by used_at limit $2"),
            args![now - GRACE_MILLIS, TURN],
        )
        .await?;
    for (sha256,) in doomed {
        done += 1;
        remove(desk, &sha256).await?;
    }
    if let Err(e) = desk.storage.clear_spool(SPOOL_AGE).await {
        tracing::warn!(error = %e, "the spool could not be cleared");
    }
    Ok(done)
}

async fn remove(desk: &Desk, sha256: &str) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    let held: Option<(String,)> = tx
        .all(
            sql_system!("select sha256 from stored_file where sha256 = $1 and doomed and used_at < $2 {lock}"),
            args![sha256, desk.now() - GRACE_MILLIS],
        )
        .await?
        .pop();
    if held.is_none() {
        return Ok(());
    }
    let users: Vec<(i64,)> = tx
        .all(
            sql_system!(
                "select cast(1 as bigint) from (select 1 from media where sha256 = $1 union all select 1 from media where small = $1 and small <> ''
                   union all select 1 from upload where sha256 = $1 union all select 1 from upload where small = $1 and small <> ''
                   union all select 1 from talk_file where sha256 = $1 union all select 1 from talk_file where small = $1 and small <> ''
                   union all select 1 from quick_reply_file where sha256 = $1 union all select 1 from quick_reply_file where small = $1 and small <> ''
                   union all select 1 from users where photo = $1 and photo <> ''
                   union all select 1 from contact where photo = $1 and photo <> '') u limit 1"
            ),
            args![sha256],
        )
        .await?;
    if users.is_empty() {
        if let Err(e) = desk.storage.remove(sha256).await {
            tracing::warn!(error = %e, "a file could not be removed; the next turn tries again");
            return Ok(());
        }
        tx.run(sql_system!("delete from stored_file where sha256 = $1"), args![sha256]).await?;
    } else {
        tx.run(sql_system!("update stored_file set doomed = false where sha256 = $1"), args![sha256]).await?;
    }
    Ok(tx.commit().await?)
}
