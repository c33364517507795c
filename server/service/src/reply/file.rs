//! The file that a quick reply may carry (QR-1). It stays the reply's: who uses the reply gets an upload of their own with
//! the same bytes, beside what they write, and sends that.

use super::{get, visible};
use crate::db::{Text, list as ids};
use crate::desk::{Cx, Scope, Work};
use crate::media::kept::{ROOM, about_to_point, fits, stopped_pointing};
use crate::media::upload::{self, Waiting};
use crate::{Result, args, sql};
use model::*;
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
struct Row {
    reply_id: i64,
    #[sqlx(flatten)]
    file: Waiting,
}

const COLUMNS: &str =
    "f.reply_id, f.id, f.wish, f.mime, f.file_name, f.size, f.sha256, f.small, f.width, f.height, cast(0 as bigint) as expires_at";

/// The files of some replies, by reply.
pub(super) async fn of(scope: &Scope, replies: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, Upload>> {
    let text = Text::Built(format!("select {COLUMNS} from quick_reply_file f where f.account_id = $1 and f.reply_id in {{in $2}}"));
    let rows: Vec<Row> = scope.all(text, vec![ids(replies)]).await?;
    Ok(rows.into_iter().map(|r| (r.reply_id, r.file.view())).collect())
}

/// Makes `wanted` the file of a reply: the one that it has, an upload of `user`, or none.
///
/// # Errors
/// [`Fault::Invalid`] for an upload that is not theirs.
pub(super) async fn put(work: &mut Work, user: UserId, reply: ReplyId, wanted: Option<MediaId>) -> Result<()> {
    let has: Option<(i64,)> =
        work.opt(sql!("select id from quick_reply_file where account_id = $1 and reply_id = $2"), args![reply]).await?;
    if has.map(|(id,)| id.into()) == wanted {
        return Ok(());
    }
    forget(work, reply).await?;
    let Some(wanted) = wanted else { return Ok(()) };
    let file = upload::claim(work, user, wanted).await.map_err(|_| Fault::field("file_id", Wrong::Unknown))?;
    work.run(
        sql!(
            "insert into quick_reply_file (account_id, id, reply_id, wish, mime, file_name, size, sha256, small, width, height)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        args![file.id, reply, file.wish, &file.mime, &file.file_name, file.size, &file.sha256, &file.small, file.width, file.height],
    )
    .await?;
    Ok(())
}

/// A reply loses its file.
pub(super) async fn forget(work: &mut Work, reply: ReplyId) -> Result<()> {
    let gone: Option<(String, String, i64)> = work
        .opt(sql!("delete from quick_reply_file where account_id = $1 and reply_id = $2 returning sha256, small, size"), args![reply])
        .await?;
    if let Some((sha256, small, size)) = gone {
        work.count_up(ROOM, -size).await?;
        stopped_pointing(work, &[&sha256, &small]).await?;
    }
    Ok(())
}

/// The file of a reply that the asker sees, by the file's id.
pub(crate) async fn seen(cx: &Cx, id: MediaId) -> Result<Option<Waiting>> {
    let (sees, more) = visible(cx, true, 3);
    let text = format!(
        "select {COLUMNS} from quick_reply_file f join quick_reply q on q.id = f.reply_id where f.account_id = $1 and f.id = $2 and {sees}"
    );
    let mut args = args![id];
    args.extend(more);
    let row: Option<Row> = cx.may(Permission::Inbox)?.opt(Text::Built(text), args).await?;
    Ok(row.map(|r| r.file))
}

/// Gives the asker an upload with the bytes of a reply's file, to be sent.
///
/// # Errors
/// [`Fault::Missing`] when the reply is not theirs to see or has no file, [`Fault::FilesFull`], [`Fault::RateLimited`] when
/// too many uploads wait.
pub async fn take_file(cx: &Cx, reply: ReplyId) -> Result<Upload> {
    let scope = cx.may(Permission::Inbox)?;
    let carried = get(cx, reply).await?.file.ok_or(Fault::Missing)?;
    let file = seen(cx, carried.id).await?.ok_or(Fault::Missing)?;
    upload::room_for_one(cx).await?;
    let desk = cx.desk();
    for sha256 in [&file.sha256, &file.small].into_iter().filter(|h| !h.is_empty()) {
        about_to_point(desk, sha256).await?;
    }
    let file = Waiting { id: desk.seam.id(), expires_at: desk.now() + upload::WAITS_MILLIS, ..file };
    let mut work = scope.begin().await?;
    fits(desk, work.count_up(ROOM, file.size).await?)?;
    upload::enter(&mut work, cx.user, &file).await?;
    work.commit().await?;
    Ok(file.view())
}
