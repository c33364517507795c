//! Puts old messages into the search index again after a migration has emptied it, or changed what it holds of them.

use crate::desk::Desk;
use crate::message::index;
use crate::search::Indexed;
use crate::{Result, args, sql_system};
use model::AccountId;

/// Messages of one step: the only writer of SQLite is busy with it for a few milliseconds.
const STEP: i64 = 200;

/// Works the backlog off, the newest messages first, in small steps beside the daily work. Interrupted, it goes on at the
/// next start. Answers how many messages it looked at.
pub async fn run(desk: &Desk) -> Result<u64> {
    let mut looked_at = 0;
    while !desk.is_stopping() {
        match step(desk).await? {
            Some(messages) => looked_at += messages,
            None => {
                desk.reindexing(false);
                break;
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(looked_at)
}

/// A message's id and account, text, content, author and channel.
type Old = (i64, i64, String, Option<String>, Option<i64>, i64);

/// One step; none when nothing is left to do. As long as something is, searches know.
async fn step(desk: &Desk) -> Result<Option<u64>> {
    let mut work = desk.system(AccountId(0)).begin().await?;
    let Some((below,)) = work.system().one::<(i64,)>(sql_system!("select below from search_backlog {lock}"), args![]).await? else {
        return Ok(None);
    };
    desk.reindexing(true);
    let rows: Vec<Old> = work
        .system()
        .all(
            sql_system!("select id, account_id, body, content, author_id, channel_id from message where id < $1 order by id desc limit $2"),
            args![below, STEP],
        )
        .await?;
    for (id, account, body, content, author, channel) in &rows {
        let content = content.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
        work.system().run(sql_system!("delete from message_fts where rowid = $1"), args![*id]).await?;
        work.turn_to(AccountId(*account));
        index(&mut work, (*id).into(), Indexed::new(body, &content, *author, *channel)).await?;
    }
    match rows.last() {
        Some((lowest, ..)) => work.system().run(sql_system!("update search_backlog set below = $1"), args![*lowest]).await?,
        None => work.system().run(sql_system!("delete from search_backlog"), args![]).await?,
    };
    work.commit().await?;
    Ok((!rows.is_empty()).then_some(rows.len() as u64))
}
