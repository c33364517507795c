//! Quick replies.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// A page of the replies that one sees, by alias (QR-3).
#[server(protocol = Wire)]
pub async fn replies(query: ReplyQuery) -> Answer<Page<QuickReply>> {
    Ok(service::reply::list(&super::cx()?, &query).await?)
}

/// One reply.
#[server(name = GetReply, protocol = Wire)]
pub async fn reply(id: ReplyId) -> Answer<QuickReply> {
    Ok(service::reply::get(&super::cx()?, id).await?)
}

/// Creates or changes a reply (QR-1).
#[server(protocol = Wire)]
pub async fn save_reply(draft: ReplyDraft) -> Answer<QuickReply> {
    Ok(service::reply::save(&super::cx()?, draft).await?)
}

/// An upload of one's own with the bytes of a reply's file (QR-1).
#[server(protocol = Wire)]
pub async fn take_reply_file(id: ReplyId) -> Answer<Upload> {
    Ok(service::reply::take_file(&super::cx()?, id).await?)
}

/// Deletes a reply.
#[server(protocol = Wire)]
pub async fn delete_reply(id: ReplyId) -> Answer<()> {
    Ok(service::reply::delete(&super::cx()?, id).await?)
}
