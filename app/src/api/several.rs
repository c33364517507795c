//! Acting on several chosen conversations (AB-5). Each answers what became of each; the changes come as events.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Hands them over.
#[server(protocol = Wire)]
pub async fn transfer_several(ids: Vec<ConversationId>, draft: TransferDraft) -> Answer<Vec<Outcome>> {
    Ok(service::conversation::transfer_several(&super::cx()?, &ids, &draft).await?)
}

/// Concludes them.
#[server(protocol = Wire)]
pub async fn conclude_several(ids: Vec<ConversationId>, draft: ConcludeDraft) -> Answer<Vec<Outcome>> {
    Ok(service::conversation::conclude_several(&super::cx()?, &ids, draft).await?)
}

/// Marks them as read or unread.
#[server(protocol = Wire)]
pub async fn mark_several(ids: Vec<ConversationId>, read: bool) -> Answer<Vec<Outcome>> {
    Ok(service::conversation::mark_several(&super::cx()?, &ids, read).await?)
}

/// Takes one's own transfers back.
#[server(protocol = Wire)]
pub async fn take_back_several(ids: Vec<ConversationId>) -> Answer<Vec<Outcome>> {
    Ok(service::conversation::take_back_several(&super::cx()?, &ids).await?)
}
