//! Promises of service (NX-21): policies, for admins, and the clocks of a conversation.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// All policies, in the order in which they are asked.
#[server(protocol = Wire)]
pub async fn sla_policies() -> Answer<Vec<SlaPolicy>> {
    Ok(service::sla::policies(&super::cx()?).await?)
}

/// Makes or changes one; answers all.
#[server(protocol = Wire)]
pub async fn save_sla(draft: SlaPolicy) -> Answer<Vec<SlaPolicy>> {
    Ok(service::sla::save(&super::cx()?, draft).await?)
}

/// Removes one; answers the others.
#[server(protocol = Wire)]
pub async fn remove_sla(id: SlaPolicyId) -> Answer<Vec<SlaPolicy>> {
    Ok(service::sla::remove(&super::cx()?, id).await?)
}

/// Puts them into this order; answers all.
#[server(protocol = Wire)]
pub async fn arrange_sla(order: Vec<SlaPolicyId>) -> Answer<Vec<SlaPolicy>> {
    Ok(service::sla::arrange(&super::cx()?, &order).await?)
}

/// The promises to a conversation that the asker sees.
#[server(protocol = Wire)]
pub async fn sla_clocks(id: ConversationId) -> Answer<Vec<SlaClock>> {
    Ok(service::sla::clocks(&super::cx()?, id).await?)
}

/// Says how pressing a conversation is.
#[server(protocol = Wire)]
pub async fn prioritize(id: ConversationId, priority: Priority) -> Answer<Conversation> {
    Ok(service::conversation::prioritize(&super::cx()?, id, priority).await?)
}
