//! Whether it is open.

use super::error::{Answer, Common};
use super::extract::Caller;
use axum::Json;
use model::{Millis, OpenState, TeamId};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the account is open, and its teams with hours of their own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hours {
    /// IANA name, such as `America/Sao_Paulo`.
    pub time_zone: String,
    /// False: it never closes.
    pub limited: bool,
    pub open: bool,
    /// When it closes or opens next; none when that is not within two years.
    pub changes_at: Option<Millis>,
    /// Teams that are not listed have the account's hours.
    pub teams: Vec<TeamHours>,
}

/// Whether a team is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamHours {
    pub team_id: TeamId,
    pub limited: bool,
    pub open: bool,
    pub changes_at: Option<Millis>,
}

/// Whether it is open now, and when that changes
#[utoipa::path(get, path = "/hours", tag = "account", responses((status = 200, description = "Account and teams", body = Hours), Common))]
pub async fn get_hours(Caller(cx): Caller) -> Answer<Json<Hours>> {
    let time_zone = service::people::account(&cx).await?.time_zone;
    let states = service::hours::states(&cx).await?;
    let account = states.iter().find(|s| s.team_id.is_none()).copied();
    let OpenState { limited, open, changes_at, .. } =
        account.unwrap_or(OpenState { team_id: None, limited: false, open: true, changes_at: None });
    let of_team = |s: OpenState| Some(TeamHours { team_id: s.team_id?, limited: s.limited, open: s.open, changes_at: s.changes_at });
    Ok(Json(Hours { time_zone, limited, open, changes_at, teams: states.into_iter().filter_map(of_team).collect() }))
}
