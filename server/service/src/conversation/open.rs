//! Opening a conversation: everything the screen needs in one answer.

use super::row::{Row, columns, view};
use crate::db::Text;
use crate::desk::Cx;
use crate::{Result, args, sight, sql};
use model::*;

/// The conversation, if the asker sees it.
///
/// # Errors
/// [`Fault::Missing`], also when it exists but is not visible (VI-3).
pub async fn visible(cx: &Cx, id: ConversationId) -> Result<Conversation> {
    let row: Row = cx
        .may(Permission::Inbox)?
        .one(
            sql!(concat!(
                "select ",
                columns!(),
                " from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.id = $2"
            )),
            args![id],
        )
        .await?;
    if cx.seen().sees(&row.access()) { Ok(cx.shown(row.view())) } else { Err(Fault::Missing.into()) }
}

/// A conversation with its newest page, contact, draft and the contact's other conversations. Marks nothing as read
/// (AS-1).
///
/// # Errors
/// [`Fault::Missing`].
pub async fn open(cx: &Cx, id: ConversationId) -> Result<Opened> {
    let scope = cx.may(Permission::Inbox)?;
    // Read before the rest, so that nothing is lost between the state and the events that follow it.
    let seq = crate::desk::last_seq(&scope).await?;
    let conversation = visible(cx, id).await?;
    let page = crate::message::page(cx, &MessageQuery { conversation_id: id, before: None, after: None, limit: None }).await?;
    let draft: Option<(String,)> = scope
        .opt(sql!("select body from draft where account_id = $1 and user_id = $2 and conversation_id = $3"), args![cx.user, id])
        .await?;
    let contact = crate::contact::read(cx, conversation.contact_id).await?;
    let others = others(cx, conversation.contact_id).await?.into_iter().filter(|c| c.id != id).collect();
    Ok(Opened {
        contact,
        messages: page.messages,
        has_more: page.has_more,
        draft: draft.map(|(d,)| d).unwrap_or_default(),
        others,
        seq,
        conversation,
    })
}

/// The contact's conversations that the asker sees, newest first, at most 20.
pub async fn others(cx: &Cx, contact: ContactId) -> Result<Vec<Conversation>> {
    let scope = cx.may(Permission::Inbox)?;
    let (condition, more) = sight::condition(cx.seen(), 3);
    let mut args = args![contact];
    args.extend(more);
    let text = format!(
        "select {{rows r}} from (select {} r from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.contact_id = $2 and {condition} order by c.last_at desc limit 20) page",
        view!()
    );
    Ok(cx.shown(scope.packed(Text::Built(text), args).await?))
}
