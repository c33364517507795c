//! The live board, reports, and what who leads does from there.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// The board as it is now.
#[server(protocol = Wire)]
pub async fn live_board() -> Answer<Board> {
    Ok(service::board::board(&super::cx()?).await?)
}

/// A report.
#[server(protocol = Wire)]
pub async fn figures(query: ReportQuery) -> Answer<Report> {
    Ok(service::tally::report(&super::cx()?, &query).await?)
}

/// Says whether somebody is there for work, or away for long.
#[server(protocol = Wire)]
pub async fn set_team_availability(user_id: UserId, availability: Availability) -> Answer<()> {
    Ok(service::board::set_availability(&super::cx()?, user_id, availability).await?)
}

/// Changes somebody's status.
#[server(protocol = Wire)]
pub async fn set_team_status(user_id: UserId, kind: StatusKind) -> Answer<()> {
    Ok(service::board::set_status(&super::cx()?, user_id, kind).await?)
}

/// Closes or opens a team's queue.
#[server(protocol = Wire)]
pub async fn set_queue(team_id: TeamId, open: bool) -> Answer<()> {
    Ok(service::board::set_queue(&super::cx()?, team_id, open).await?)
}
