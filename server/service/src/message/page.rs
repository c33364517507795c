//! Pages of a timeline, by the key (at, id).

use super::row::{Stored, columns};
use crate::desk::Cx;
use crate::{Result, args, sql};
use model::*;

/// Before and after the place of a page: a conversation's access, and the messages of the page in one text.
macro_rules! before_place {
    () => {
        concat!(
            "select c.status, c.team_id, c.assignee_id, c.designated_id, (select {rows r} from (select {row}(",
            columns!(),
            ") r from message m where m.account_id = $1 and m.conversation_id = $2 and not exists
             (select 1 from message_hidden h where h.account_id = $1 and h.user_id = $6 and h.message_id = m.id) and "
        )
    };
}
macro_rules! after_place {
    () => {
        " limit $5) page) from conversation c where c.account_id = $1 and c.id = $2"
    };
}

/// A page, oldest first: the newest one, the one before a place, or the one after it; without what the asker deleted for
/// themselves (MS-2).
///
/// # Errors
/// [`Fault::Missing`] when the asker does not see the conversation.
pub async fn page(cx: &Cx, query: &MessageQuery) -> Result<MessagePage> {
    let scope = cx.may(Permission::Inbox)?;
    let limit = query.limit.unwrap_or(limit::MESSAGE_PAGE).clamp(1, limit::PAGE_MAX);
    let id = query.conversation_id;
    let (text, place) = match (query.after, query.before) {
        (Some(p), _) => (sql!(concat!(before_place!(), "(m.at, m.id) > ($3, $4) order by m.at, m.id", after_place!())), p),
        (None, before) => {
            let older = sql!(concat!(before_place!(), "(m.at, m.id) < ($3, $4) order by m.at desc, m.id desc", after_place!()));
            (older, before.unwrap_or(Place { at: i64::MAX, id: MessageId(i64::MAX) }))
        }
    };
    // The page and who may see it, in one statement.
    let (status, team, assignee, designated, json): (String, i64, Option<i64>, Option<i64>, String) =
        scope.one(text, args![id, place.at, place.id, limit + 1, cx.user]).await?;
    let access =
        Access { status: status.parse()?, team_id: team.into(), assignee_id: assignee.map(UserId), designated_id: designated.map(UserId) };
    if !cx.seen().sees(&access) {
        return Err(Fault::Missing.into());
    }
    let mut rows: Vec<Stored> = serde_json::from_str(&json)?;
    let has_more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    if query.after.is_none() {
        rows.reverse();
    }
    Ok(cx.shown(MessagePage { messages: rows.into_iter().map(Stored::view).collect::<Result<_>>()?, has_more }))
}

/// A page older or newer than a message, which need not be known by its place.
///
/// # Errors
/// [`Fault::Invalid`] for a message that is not in the conversation, [`Fault::Missing`] when the asker does not see it.
pub async fn page_at(cx: &Cx, id: ConversationId, before: Option<MessageId>, after: Option<MessageId>, limit: i64) -> Result<MessagePage> {
    // What is asked of a place must not tell of a conversation that is not seen; the page looks for itself.
    if before.or(after).is_some() {
        crate::conversation::visible(cx, id).await?;
    }
    let before = place(cx, id, before, "before").await?;
    let after = place(cx, id, after, "after").await?;
    page(cx, &MessageQuery { conversation_id: id, before, after, limit: Some(limit) }).await
}

async fn place(cx: &Cx, conversation: ConversationId, message: Option<MessageId>, field: &str) -> Result<Option<Place>> {
    let Some(id) = message else { return Ok(None) };
    let found: Option<(i64,)> = cx
        .may(Permission::Inbox)?
        .opt(sql!("select at from message where account_id = $1 and conversation_id = $2 and id = $3"), args![conversation, id])
        .await?;
    let (at,) = found.ok_or_else(|| Fault::field(field, Wrong::Unknown))?;
    Ok(Some(Place { at, id }))
}
