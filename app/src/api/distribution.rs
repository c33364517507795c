//! Who gets what waits, for admins: the rule of a team is saved with the team, what a person serves with the person.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// The rules of all teams, who is next in each, and who serves which tags.
#[server(protocol = Wire)]
pub async fn hand_out_rules() -> Answer<DistributionSetup> {
    Ok(service::distribution::setup(&super::cx()?).await?)
}

/// Says whether a member is there for work, or away for long (DI-3).
#[server(protocol = Wire)]
pub async fn set_availability(user_id: UserId, availability: Availability) -> Answer<()> {
    Ok(service::people::set_availability(&super::cx()?, user_id, availability).await?)
}
