//! The live board of who leads (DB-1, DB-5): what waits, who is on and doing what, and today against what is usual. While
//! somebody looks at it, one snapshot for the account is made a few times a second at most ([`watch`]), and each reader gets of
//! it what is of their teams. From it one also acts: what has its own place elsewhere (transfer, notes) is done there.

mod snapshot;
mod watch;

pub(crate) use watch::Boards;
pub use watch::watch;

use crate::desk::{Cx, Work};
use crate::{Result, args, distribution, people, sql, status};
use model::*;
use std::collections::BTreeSet;

/// Of which teams somebody may know the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leads {
    pub all: bool,
    teams: BTreeSet<TeamId>,
}

impl Leads {
    /// Everything, for the board itself.
    pub(crate) fn all() -> Leads {
        Leads { all: true, teams: BTreeSet::new() }
    }

    /// Whether this team is among them.
    pub fn has(&self, team: TeamId) -> bool {
        self.all || self.teams.contains(&team)
    }

    /// Only one of them.
    pub(crate) fn only(self, team: Option<TeamId>) -> Result<Leads> {
        match team {
            None => Ok(self),
            Some(team) if self.has(team) => Ok(Leads { all: false, teams: BTreeSet::from([team]) }),
            Some(_) => Err(Fault::Missing.into()),
        }
    }

    /// For `{in …}`; empty where all are meant.
    pub(crate) fn list(&self) -> crate::db::Arg {
        crate::db::list(self.teams.iter().copied())
    }
}

/// Of which teams the asker sees figures: admins of all, supervisors of theirs.
///
/// # Errors
/// [`Fault::Forbidden`] for everybody else.
pub fn leads(cx: &Cx) -> Result<Leads> {
    cx.may(Permission::Inbox)?;
    let seen = cx.seen();
    if !seen.leads() {
        return Err(Fault::Forbidden.into());
    }
    Ok(Leads { all: seen.all, teams: seen.supervised.clone() })
}

/// The board as it is now, of the asker's teams.
pub async fn board(cx: &Cx) -> Result<Board> {
    let leads = leads(cx)?;
    let whole = snapshot::whole(&cx.may(Permission::Inbox)?, &mut snapshot::Usual::default()).await?;
    Ok(whole.only(|team| leads.has(team)))
}

/// Whether the person is in a team that the asker leads; who is not does not exist for them.
async fn over(cx: &Cx, work: &mut Work, user: UserId) -> Result<()> {
    let leads = leads(cx)?;
    let teams: Vec<(i64,)> = work
        .all(
            sql!(
                "select l.team_id from team_member l join membership h on h.account_id = l.account_id and h.user_id = l.user_id
                 where l.account_id = $1 and l.user_id = $2 and h.active"
            ),
            args![user],
        )
        .await?;
    let is_over = teams.iter().any(|(team,)| leads.has((*team).into()));
    if is_over { Ok(()) } else { Err(Fault::Missing.into()) }
}

/// Says whether somebody of the asker's teams is there for work, or away for long.
///
/// # Errors
/// [`Fault::Missing`] for who is in none of them, [`Fault::Forbidden`].
pub async fn set_availability(cx: &Cx, user: UserId, availability: Availability) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    over(cx, &mut work, user).await?;
    people::availability_in(&mut work, cx, user, availability).await?;
    work.commit().await
}

/// Changes the status of somebody of the asker's teams, as if they had chosen it.
///
/// # Errors
/// [`Fault::Missing`] for who is in none of them, [`Fault::Forbidden`].
pub async fn set_status(cx: &Cx, user: UserId, kind: StatusKind) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    over(cx, &mut work, user).await?;
    status::set_for(&mut work, user, kind).await?;
    work.audit(Some(cx.user), "member.status", user, serde_json::json!({ "status": kind })).await?;
    work.commit().await
}

/// Closes or opens a team's queue. A closed one is as if it were outside of hours: who writes is told so where the account
/// says that, clocks stand still, nothing is handed out, and what waited for one agent waits for the whole team. Nothing is
/// refused: agents may go on taking what waits.
///
/// # Errors
/// [`Fault::Missing`] for a team that the asker does not lead, [`Fault::Forbidden`].
pub async fn set_queue(cx: &Cx, team: TeamId, open: bool) -> Result<()> {
    leads(cx)?.only(Some(team))?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let now = work.desk().now();
    let text = match open {
        true => sql!("update team set shut_at = null where account_id = $1 and id = $2 and shut_at is not null and $3 > 0"),
        false => sql!("update team set shut_at = $3 where account_id = $1 and id = $2 and shut_at is null"),
    };
    if work.run(text, args![team, now]).await? == 0 {
        // It is so already, or there is no such team.
        let known: Option<(i64,)> = work.opt(sql!("select id from team where account_id = $1 and id = $2"), args![team]).await?;
        return known.map(drop).ok_or_else(|| Fault::Missing.into());
    }
    work.audit(Some(cx.user), if open { "team.open" } else { "team.close" }, team, serde_json::json!({})).await?;
    distribution::look_again(&mut work, Some(team)).await?;
    work.tell(Change::Setup { what: SetupKind::Hours });
    work.commit().await
}
