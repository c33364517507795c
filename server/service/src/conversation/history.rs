//! All conversations of a contact, past and present (CP-2).

use super::list::place;
use super::row::view;
use crate::db::Text;
use crate::desk::Cx;
use crate::{Result, args, sight};
use model::*;

/// A page of the contact's conversations that the asker sees, newest first; of one channel, or of all.
///
/// # Errors
/// [`Fault::Invalid`] for a wrong `after`.
pub async fn history(cx: &Cx, query: &HistoryQuery) -> Result<Page<Conversation>> {
    let scope = cx.may(Permission::Inbox)?;
    let limit = query.limit.unwrap_or(limit::CONVERSATION_PAGE).clamp(1, limit::PAGE_MAX);
    let (at, id) = query.after.as_deref().map(place).transpose()?.unwrap_or((i64::MAX, i64::MAX));
    let (sees, more) = sight::condition(cx.seen(), 7);
    let mut args = args![query.contact_id, at, id, query.channel_id, limit + 1];
    args.extend(more);
    let text = format!(
        "select {{rows r}} from (select {} r from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.contact_id = $2
         and (c.last_at, c.id) < ($3, $4) and (cast($5 as bigint) is null or c.channel_id = $5) and {sees} order by c.last_at desc, c.id desc limit $6) page",
        view!()
    );
    let mut items: Vec<Conversation> = scope.packed(Text::Built(text), args).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|c| format!("{}.{}", c.last_at, c.id));
    Ok(cx.shown(Page { items, next }))
}
