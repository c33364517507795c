//! When it is open, for admins; how it stands comes with the workspace.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// All hours, and how they stand.
#[server(protocol = Wire)]
pub async fn office_hours() -> Answer<HoursSettings> {
    Ok(service::hours::settings(&super::cx()?).await?)
}

/// Saves the hours of the account or of a team, or takes a team's away again; answers all.
#[server(protocol = Wire)]
pub async fn save_hours(draft: Hours, remove: bool) -> Answer<HoursSettings> {
    Ok(service::hours::save(&super::cx()?, draft, remove).await?)
}
