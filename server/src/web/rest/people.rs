//! Who the token acts for, and the account's people, teams and channels.

use super::error::{Answer, Common};
use super::extract::{Asked, Caller};
use super::page::{Page, PageQuery, of_all};
use axum::Json;
use model::{AccountId, Availability, Channel, Fault, Member, Role, StatusKind, Team, TeamLink, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// The token's user in its account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    /// Shown to contacts; empty = nothing is shown.
    pub nickname: String,
    pub email: String,
    pub role: Role,
    pub teams: Vec<TeamLink>,
    pub account: Account,
}

/// The account that a token belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    /// IANA name, such as `America/Sao_Paulo`.
    pub time_zone: String,
}

/// A member of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    pub id: UserId,
    pub name: String,
    /// Shown to contacts; empty = nothing is shown.
    pub nickname: String,
    pub email: String,
    pub role: Role,
    pub availability: Availability,
    /// Whether they work now.
    pub status: StatusKind,
    /// False when the membership has ended.
    pub active: bool,
    pub teams: Vec<TeamLink>,
}

impl From<Member> for User {
    fn from(m: Member) -> User {
        User {
            id: m.user_id,
            name: m.name,
            nickname: m.nickname,
            email: m.email,
            role: m.role,
            availability: m.availability,
            status: m.status.kind,
            active: m.active,
            teams: m.teams,
        }
    }
}

/// Who the token acts for, and in which account
#[utoipa::path(get, path = "/me", tag = "account", responses((status = 200, description = "The token's user", body = Me), Common))]
pub async fn me(Caller(cx): Caller) -> Answer<Json<Me>> {
    let account = service::people::account(&cx).await?;
    let me = service::people::members(&cx).await?.into_iter().find(|m| m.user_id == cx.user).ok_or(Fault::SignedOut)?;
    Ok(Json(Me {
        id: me.user_id,
        name: me.name,
        nickname: me.nickname,
        email: me.email,
        role: me.role,
        teams: me.teams,
        account: Account { id: account.id, name: account.name, time_zone: account.time_zone },
    }))
}

/// Members of the account, past ones included
#[utoipa::path(get, path = "/users", tag = "account", params(PageQuery), responses((status = 200, description = "By id", body = Page<User>), Common))]
pub async fn list_users(Caller(cx): Caller, Asked(query): Asked<PageQuery>) -> Answer<Json<Page<User>>> {
    let all = service::people::members(&cx).await?.into_iter().map(User::from).collect();
    Ok(Json(of_all(all, |u: &User| u.id.0, &query)?))
}

/// Teams of the account
#[utoipa::path(get, path = "/teams", tag = "account", params(PageQuery), responses((status = 200, description = "By id", body = Page<Team>), Common))]
pub async fn list_teams(Caller(cx): Caller, Asked(query): Asked<PageQuery>) -> Answer<Json<Page<Team>>> {
    Ok(Json(of_all(service::people::teams(&cx).await?, |t: &Team| t.id.0, &query)?))
}

/// Channels of the account; why one does not work is told to admins only
#[utoipa::path(get, path = "/channels", tag = "account", params(PageQuery), responses((status = 200, description = "By id", body = Page<Channel>), Common))]
pub async fn list_channels(Caller(cx): Caller, Asked(query): Asked<PageQuery>) -> Answer<Json<Page<Channel>>> {
    Ok(Json(of_all(service::channels::list(&cx).await?, |c: &Channel| c.id.0, &query)?))
}
