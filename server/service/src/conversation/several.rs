//! Acting on several chosen conversations (AB-5). Each one is decided like the single act, in work of its own, and what
//! became of it is told by itself: one refusal keeps no other from happening.

use super::{conclude, mark_read, mark_unread, take_back, transfer, visible};
use crate::Result;
use crate::desk::Cx;
use model::*;

enum Deed<'a> {
    Transfer(&'a TransferDraft),
    Conclude(ConcludeDraft),
    Mark { read: bool },
    TakeBack,
}

/// Hands several conversations over.
///
/// # Errors
/// [`Fault::Invalid`] for none or too many; what becomes of each is in the answer.
pub async fn transfer_several(cx: &Cx, ids: &[ConversationId], draft: &TransferDraft) -> Result<Vec<Outcome>> {
    each(cx, ids, Deed::Transfer(draft)).await
}

/// Concludes several conversations, with one reason for all (CO-5).
///
/// # Errors
/// [`Fault::Invalid`] for none or too many; what becomes of each is in the answer.
pub async fn conclude_several(cx: &Cx, ids: &[ConversationId], draft: ConcludeDraft) -> Result<Vec<Outcome>> {
    each(cx, ids, Deed::Conclude(draft)).await
}

/// Marks several of one's own conversations as read or unread.
///
/// # Errors
/// [`Fault::Invalid`] for none or too many; what becomes of each is in the answer.
pub async fn mark_several(cx: &Cx, ids: &[ConversationId], read: bool) -> Result<Vec<Outcome>> {
    each(cx, ids, Deed::Mark { read }).await
}

/// Takes several transfers of one's own back.
///
/// # Errors
/// [`Fault::Invalid`] for none or too many; what becomes of each is in the answer.
pub async fn take_back_several(cx: &Cx, ids: &[ConversationId]) -> Result<Vec<Outcome>> {
    each(cx, ids, Deed::TakeBack).await
}

async fn each(cx: &Cx, ids: &[ConversationId], deed: Deed<'_>) -> Result<Vec<Outcome>> {
    cx.may(Permission::Inbox)?;
    Check::default().that(!ids.is_empty(), "ids", Wrong::Required).that(ids.len() <= limit::SEVERAL_MAX, "ids", Wrong::TooMany).done()?;
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(ids.len());
    for id in ids {
        if outcomes.iter().any(|o| o.id == *id) {
            continue;
        }
        let done = match &deed {
            Deed::Transfer(draft) => transfer(cx, *id, (*draft).clone()).await.map(drop),
            Deed::Conclude(draft) => conclude(cx, *id, *draft).await.map(drop),
            Deed::Mark { read } => mark(cx, *id, *read).await,
            Deed::TakeBack => take_back(cx, *id).await,
        };
        outcomes.push(Outcome { id: *id, fault: done.err().map(crate::Error::into_fault) });
    }
    Ok(outcomes)
}

/// Looking at somebody else's conversation marks nothing as read, silently; asked for by name it is refused.
async fn mark(cx: &Cx, id: ConversationId, read: bool) -> Result<()> {
    let c = visible(cx, id).await?;
    if c.status != ConversationStatus::InProgress || c.assignee_id != Some(cx.user) {
        return Err(Fault::Forbidden.into());
    }
    if read { mark_read(cx, id).await } else { mark_unread(cx, id).await }
}
