//! Stickers to be sent once more.

use super::row::{Stored, columns};
use crate::db::{Text, list};
use crate::desk::Cx;
use crate::{Result, sight, sql};
use model::*;

/// Messages that are looked at: the same sticker may be in many of them.
const LOOKED_AT: i64 = 1_000;

/// Messages with the stickers that went to or came from contacts whose conversations the asker sees, each picture once,
/// the newest first. One is sent by forwarding its message.
pub async fn stickers(cx: &Cx) -> Result<Vec<Message>> {
    let scope = cx.may(Permission::Inbox)?;
    let (sees, more) = sight::condition(cx.seen(), 5);
    let text = format!(
        "select max(s.id) from (select m.id, m.at, f.sha256 from message m join conversation c on c.id = m.conversation_id
           join media f on f.message_id = m.id
           where m.account_id = $1 and m.kind = 'STICKER' and m.status <> 'DELETED' and f.state = 'READY' and {sees}
           and not exists (select 1 from message_hidden h where h.account_id = $1 and h.user_id = $2 and h.message_id = m.id)
           order by m.at desc limit $3) s group by s.sha256 order by max(s.at) desc limit $4"
    );
    let mut args = vec![cx.user.into(), LOOKED_AT.into(), (STICKERS_SHOWN as i64).into()];
    args.extend(more);
    let newest: Vec<(i64,)> = scope.all(Text::Built(text), args).await?;
    let rows: Vec<Stored> = scope
        .all(
            sql!(concat!(
                "select ",
                columns!(),
                " from message m where m.account_id = $1 and m.id in {in $2} order by m.at desc, m.id desc"
            )),
            vec![list(newest.into_iter().map(|(id,)| id))],
        )
        .await?;
    Ok(cx.shown(rows.into_iter().map(Stored::view).collect::<Result<Vec<_>>>()?))
}
