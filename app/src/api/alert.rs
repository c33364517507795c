//! Notifications: the bell, how one wants to be told, notes to this browser.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// A page under the bell, newest first.
#[server(protocol = Wire)]
pub async fn alerts(after: Option<String>) -> Answer<AlertPage> {
    Ok(service::alert::list(&super::cx()?, after.as_deref()).await?)
}

/// Marks the notifications of one conversation, or all, as read.
#[server(protocol = Wire)]
pub async fn read_alerts(conversation_id: Option<ConversationId>) -> Answer<()> {
    Ok(service::alert::read(&super::cx()?, conversation_id).await?)
}

/// How I want to be told, and what this browser needs to subscribe.
#[server(protocol = Wire)]
pub async fn alert_setup() -> Answer<model::AlertSetup> {
    Ok(service::alert::setup(&super::cx()?).await?)
}

/// Changes how I want to be told.
#[server(protocol = Wire)]
pub async fn save_alert_settings(settings: AlertSettings) -> Answer<()> {
    Ok(service::alert::save_settings(&super::cx()?, settings).await?)
}

/// Notes go to this browser from now on.
#[server(protocol = Wire)]
pub async fn subscribe_push(draft: PushDraft) -> Answer<()> {
    Ok(service::push::subscribe(&super::cx()?, draft).await?)
}

/// No more notes to this browser.
#[server(protocol = Wire)]
pub async fn unsubscribe_push() -> Answer<()> {
    Ok(service::push::unsubscribe(&super::cx()?).await?)
}

/// Sends a trial note to this browser and tells what became of it (NO-3).
#[server(protocol = Wire)]
pub async fn test_push() -> Answer<PushOutcome> {
    Ok(service::push::test(&super::cx()?).await?)
}
