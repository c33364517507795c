//! Accounts, people, teams and channels of demo data.

use crate::channels::{NewRow, Secrets, WebChatConfig};
use crate::{Result, Work, args, auth, channels, sql, sql_system};
use model::*;

/// Makes the account of this work.
pub(super) async fn account(work: &mut Work, name: &str, zone: &str, closing: &str) -> Result<()> {
    let (id, now) = (work.account(), work.desk().now());
    work.system()
        .run(
            sql_system!("insert into account (id, name, time_zone, closing_message, created_at) values ($1, $2, $3, $4, $5)"),
            args![id, name, zone, closing, now],
        )
        .await?;
    Ok(())
}

/// Turns classifying on, with reasons to choose from.
pub(super) async fn reasons(work: &mut Work, list: &[(ReasonCategory, &str, bool)]) -> Result<()> {
    let now = work.desk().now();
    work.run(sql!("update account set classify = true where id = $1"), args![]).await?;
    for (category, description, has_monetary_value) in list {
        let id: ReasonId = work.desk().seam.id();
        work.run(
            sql!(
                "insert into reason (account_id, id, description, category, has_monetary_value, active, created_at)
                 values ($1, $2, $3, $4, $5, true, $6)"
            ),
            args![id, *description, *category, *has_monetary_value, now],
        )
        .await?;
    }
    Ok(())
}

/// Makes a team.
pub(super) async fn team(work: &mut Work, name: &str, is_default: bool, restriction: Restriction) -> Result<TeamId> {
    let (id, now): (TeamId, _) = (work.desk().seam.id(), work.desk().now());
    work.run(
        sql!("insert into team (account_id, id, name, is_default, restriction, created_at) values ($1, $2, $3, $4, $5, $6)"),
        args![id, name, is_default, restriction, now],
    )
    .await?;
    Ok(id)
}

/// Makes a person of this account: name, nickname, e-mail, role, and teams as (team, agent, supervisor).
pub(super) async fn person(
    work: &mut Work,
    who: (&str, &str, &str),
    hash: &str,
    role: Role,
    teams: &[(TeamId, bool, bool)],
) -> Result<UserId> {
    let (name, nickname, email) = who;
    let user = auth::create_user(work, name, nickname, email, hash).await?;
    join(work, user, role, teams).await?;
    Ok(user)
}

/// Makes a known person a member of this account.
pub(super) async fn join(work: &mut Work, user: UserId, role: Role, teams: &[(TeamId, bool, bool)]) -> Result<()> {
    let now = work.desk().now();
    work.run(sql!("insert into membership (account_id, user_id, role, created_at) values ($1, $2, $3, $4)"), args![user, role, now])
        .await?;
    for (team, agent, supervisor) in teams {
        work.run(
            sql!("insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, $4, $5)"),
            args![*team, user, *agent, *supervisor],
        )
        .await?;
    }
    Ok(())
}

/// Connects a WhatsApp number with the simulator's credentials.
pub(super) async fn whatsapp(
    work: &mut Work,
    name: &str,
    number: &str,
    waba: &str,
    display: &str,
    team: Option<TeamId>,
) -> Result<ChannelId> {
    let id: ChannelId = work.desk().seam.id();
    let row = NewRow { id, kind: ChannelKind::WhatsApp, name, external: number, waba, display, team };
    let secrets = Secrets {
        access_token: super::ACCESS_TOKEN.to_owned(),
        app_secret: super::APP_SECRET.to_owned(),
        verify_token: super::VERIFY_TOKEN.to_owned(),
    };
    channels::put(work, &row, &WebChatConfig::default(), &secrets).await?;
    Ok(id)
}

/// Sets up a website chat.
pub(super) async fn webchat(work: &mut Work, name: &str, key: &str, config: &WebChatConfig, team: Option<TeamId>) -> Result<ChannelId> {
    let id: ChannelId = work.desk().seam.id();
    let row = NewRow { id, kind: ChannelKind::WebChat, name, external: key, waba: "", display: "", team };
    channels::put(work, &row, config, &Secrets::default()).await?;
    Ok(id)
}
