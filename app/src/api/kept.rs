//! What people keep: pins, snoozed conversations, views.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// My pins, my snoozed conversations, and the views that I see.
#[server(protocol = Wire)]
pub async fn kept() -> Answer<model::Kept> {
    Ok(service::kept::all(&super::cx()?).await?)
}

/// Pins a conversation of mine to the top of the list, or lets it go.
#[server(protocol = Wire)]
pub async fn pin(id: ConversationId, on: bool) -> Answer<()> {
    Ok(service::kept::pin(&super::cx()?, id, on).await?)
}

/// The usual times for a snooze, from now.
#[server(protocol = Wire)]
pub async fn snooze_choices() -> Answer<Vec<SnoozeChoice>> {
    Ok(service::conversation::snooze_choices(&super::cx()?).await?)
}

/// Snoozes a conversation of mine; none: it comes back at once (NX-21).
#[server(protocol = Wire)]
pub async fn snooze(id: ConversationId, until: Option<SnoozeUntil>) -> Answer<Conversation> {
    Ok(service::conversation::snooze(&super::cx()?, id, until).await?)
}

/// Keeps or changes a view.
#[server(protocol = Wire)]
pub async fn save_view(draft: ViewDraft) -> Answer<SavedView> {
    Ok(service::kept::save_view(&super::cx()?, draft).await?)
}

/// Deletes a view.
#[server(protocol = Wire)]
pub async fn delete_view(id: ViewId) -> Answer<()> {
    Ok(service::kept::delete_view(&super::cx()?, id).await?)
}
