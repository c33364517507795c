//! Deleting messages for oneself (MS-2): everybody else, and the contact, go on seeing them.

use super::row::{Stored, columns};
use crate::desk::{Cx, News};
use crate::{Result, args, conversation, sql};
use model::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Hidden messages that a socket keeps in mind: the newest, which may still change.
const KNOWN_MAX: i64 = 5_000;

/// Deletes messages for the asker alone; all of them or none. What was deleted before stays so.
///
/// # Errors
/// [`Fault::NotDeletable`] for templates, notes and what has not left, [`Fault::Invalid`] for none or too many,
/// [`Fault::Missing`] when one is not seen.
pub async fn hide(cx: &Cx, ids: &[MessageId]) -> Result<()> {
    let scope = cx.may(Permission::Inbox)?;
    let ids: BTreeSet<MessageId> = ids.iter().copied().collect();
    Check::default().that((1..=limit::HIDE_MAX).contains(&ids.len()), "ids", Wrong::TooMany).done()?;
    let rows: Vec<Stored> = scope
        .all(
            sql!(concat!("select ", columns!(), " from message m where m.account_id = $1 and m.id in {in $2}")),
            vec![crate::db::list(ids.iter().copied())],
        )
        .await?;
    if rows.len() != ids.len() {
        return Err(Fault::Missing.into());
    }
    let mut told: BTreeMap<ConversationId, Vec<MessageId>> = BTreeMap::new();
    let mut refused = false;
    for row in rows {
        let m = row.view()?;
        refused |= !m.can_be_hidden();
        told.entry(m.conversation_id).or_default().push(m.id);
    }
    for id in told.keys() {
        conversation::visible(cx, *id).await?;
    }
    if refused {
        return Err(Fault::NotDeletable.into());
    }
    let now = cx.desk().now();
    let mut work = scope.begin().await?;
    for id in ids {
        work.run(
            sql!("insert into message_hidden (account_id, user_id, message_id, at) values ($1, $2, $3, $4) on conflict do nothing"),
            args![cx.user, id, now],
        )
        .await?;
    }
    for (conversation_id, ids) in told {
        work.alert(News::Hidden { user: cx.user, conversation_id, ids });
    }
    work.commit().await
}

/// What the asker has deleted for themselves, the newest of it.
pub async fn hidden(cx: &Cx) -> Result<HashSet<MessageId>> {
    let rows: Vec<(i64,)> = cx
        .may(Permission::Inbox)?
        .all(
            sql!("select message_id from message_hidden where account_id = $1 and user_id = $2 order by message_id desc limit $3"),
            args![cx.user, KNOWN_MAX],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
