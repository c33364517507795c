//! Reading: the workspace, lists, search, timelines.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Everything beside the list: me, colleagues, teams, channels, counters, the sequence.
#[server(protocol = Wire)]
pub async fn workspace() -> Answer<model::Workspace> {
    Ok(service::inbox::workspace(&super::cx()?).await?)
}

/// A page of a tab (AB-1, AB-2, AB-3, AB-6).
#[server(protocol = Wire)]
pub async fn conversations(query: ConversationQuery) -> Answer<Page<Conversation>> {
    Ok(service::conversation::list(&super::cx()?, &query).await?)
}

/// Counters of the tabs.
#[server(protocol = Wire)]
pub async fn counts() -> Answer<model::Counts> {
    Ok(service::conversation::counts(&super::cx()?).await?)
}

/// Search by name, phone in any format, e-mail, protocol, message text, file name and operators (AB-8); `part`: more of one
/// part of it.
#[server(protocol = Wire)]
pub async fn search(text: String, part: Option<SearchGroup>) -> Answer<SearchResult> {
    Ok(service::search::search(&super::cx()?, &text, part).await?)
}

/// Contacts by name or number, for pickers; at most 20.
#[server(protocol = Wire)]
pub async fn find_contacts(text: String) -> Answer<Vec<ContactHit>> {
    Ok(service::search::contacts(&super::cx()?, &text).await?)
}

/// A conversation with its newest page, contact and draft; does not mark it read (AS-1).
#[server(protocol = Wire)]
pub async fn open(id: ConversationId) -> Answer<Opened> {
    Ok(service::conversation::open(&super::cx()?, id).await?)
}

/// A page of a timeline, oldest first.
#[server(protocol = Wire)]
pub async fn messages(query: MessageQuery) -> Answer<MessagePage> {
    Ok(service::message::page(&super::cx()?, &query).await?)
}

/// Approved templates of a channel, by name; `refresh` asks the network first (TM-6).
#[server(protocol = Wire)]
pub async fn templates(channel_id: ChannelId, refresh: bool) -> Answer<Vec<Template>> {
    Ok(service::template::list(&super::cx()?, channel_id, refresh).await?)
}

/// What is known before a conversation is started (IN-2, IN-5, IN-7, IN-8).
#[server(protocol = Wire)]
pub async fn start_preview(contact_id: Option<ContactId>, phone: String, channel_id: ChannelId) -> Answer<model::StartPreview> {
    Ok(service::conversation::start_preview(&super::cx()?, contact_id, &phone, channel_id).await?)
}

/// A page of what was concluded (AR-2).
#[server(protocol = Wire)]
pub async fn archive(query: ArchiveQuery) -> Answer<Page<Conversation>> {
    Ok(service::conversation::archive(&super::cx()?, &query).await?)
}
