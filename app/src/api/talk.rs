//! The internal chat.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// A page of my talks, the newest first.
#[server(protocol = Wire)]
pub async fn talks(after: Option<String>) -> Answer<Page<Talk>> {
    Ok(service::talk::list(&super::cx()?, after.as_deref()).await?)
}

/// The talk with somebody, and its newest messages (CI-2).
#[server(protocol = Wire)]
pub async fn open_talk(with: TalkWith) -> Answer<TalkOpened> {
    Ok(service::talk::open(&super::cx()?, with).await?)
}

/// A talk by its id: its newest messages, or those before one.
#[server(protocol = Wire)]
pub async fn talk_page(id: TalkId, before: Option<TalkMessageId>) -> Answer<TalkOpened> {
    Ok(service::talk::page(&super::cx()?, id, before).await?)
}

/// Writes into a talk; the same `client_id` again answers the first message.
#[server(protocol = Wire)]
pub async fn say(id: TalkId, draft: TalkDraft) -> Answer<TalkMessage> {
    Ok(service::talk::send(&super::cx()?, id, draft).await?)
}

/// Everything up to a message is read.
#[server(protocol = Wire)]
pub async fn read_talk(id: TalkId, up_to: TalkMessageId) -> Answer<()> {
    Ok(service::talk::read(&super::cx()?, id, up_to).await?)
}

/// What I may know of a conversation that a colleague points to (CI-4).
#[server(protocol = Wire)]
pub async fn pointed_to(id: ConversationId) -> Answer<Option<Pointed>> {
    Ok(service::talk::pointed(&super::cx()?, id).await?)
}

/// What I have to read in the internal chat.
#[server(protocol = Wire)]
pub async fn talk_state() -> Answer<model::TalkState> {
    Ok(service::talk::state(&super::cx()?).await?)
}
