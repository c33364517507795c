//! Who is online, away or offline.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Reasons for being away that are offered, in their order; every member may read it.
#[server(protocol = Wire)]
pub async fn away_reasons() -> Answer<Vec<AwayReason>> {
    Ok(service::status::reasons(&super::cx()?).await?)
}

/// Changes my own status (ST-1).
#[server(protocol = Wire)]
pub async fn choose_status(draft: StatusDraft) -> Answer<UserStatus> {
    Ok(service::status::choose(&super::cx()?, draft).await?)
}

/// What an admin sets of it.
#[server(protocol = Wire)]
pub async fn status_setup() -> Answer<StatusSettings> {
    Ok(service::status::settings(&super::cx()?).await?)
}

/// Changes that (ST-2, ST-3); answers it as stored.
#[server(protocol = Wire)]
pub async fn save_status(draft: StatusSettings) -> Answer<StatusSettings> {
    Ok(service::status::save(&super::cx()?, draft).await?)
}
