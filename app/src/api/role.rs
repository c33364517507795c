//! Roles, and what becomes of open conversations when somebody goes.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// The account's own roles, for who gives them.
#[server(protocol = Wire)]
pub async fn roles() -> Answer<Vec<CustomRole>> {
    Ok(service::role::list(&super::cx()?).await?)
}

/// Makes or changes a role.
#[server(protocol = Wire)]
pub async fn save_role(draft: RoleDraft) -> Answer<CustomRole> {
    Ok(service::role::save(&super::cx()?, draft).await?)
}

/// Deletes a role; who has it gets another.
#[server(protocol = Wire)]
pub async fn delete_role(id: RoleId, instead: Option<RoleOf>) -> Answer<()> {
    Ok(service::role::delete(&super::cx()?, id, instead).await?)
}

/// Deletes a team; what is open in it moves or is completed (TE-4).
#[server(protocol = Wire)]
pub async fn delete_team(id: TeamId, end: Option<TeamEnd>) -> Answer<()> {
    Ok(service::leaving::delete_team(&super::cx()?, id, end).await?)
}

/// How far the conversations of who left are on their way.
#[server(protocol = Wire)]
pub async fn on_the_way() -> Answer<Vec<Moving>> {
    Ok(service::leaving::moving(&super::cx()?).await?)
}
