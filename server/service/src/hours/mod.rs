//! When the account and its teams are open (HR-1 to HR-5). The rules are `model::Schedule`'s; here is what is stored.

mod reply;

pub(crate) use reply::answer;

use crate::desk::{Cx, Desk, Scope, Work};
use crate::{Result, args, sql, zone};
use jiff::tz::TimeZone;
use model::*;
use std::collections::HashMap;
use std::sync::Arc;

macro_rules! stored {
    () => {
        "select team_id, version, limited, week, dates, reply, reply_text from hours where account_id = $1 order by coalesce(team_id, 0) limit 1000"
    };
}

/// Teams whose queue is closed by hand, and since when.
macro_rules! shut {
    () => {
        "select id, shut_at from team where account_id = $1 and shut_at is not null limit 1000"
    };
}

type Stored = (Option<i64>, i64, bool, String, String, bool, String);

fn view((team, version, limited, week, dates, reply, reply_text): Stored) -> Result<Hours> {
    Ok(Hours {
        team_id: team.map(TeamId),
        version,
        limited,
        week: serde_json::from_str(&week)?,
        dates: serde_json::from_str(&dates)?,
        reply,
        reply_text,
    })
}

/// The account's first, which is always there, then those of teams.
fn listed(rows: Vec<Stored>) -> Result<Vec<Hours>> {
    let mut hours = rows.into_iter().map(view).collect::<Result<Vec<_>>>()?;
    if hours.first().is_none_or(|h| h.team_id.is_some()) {
        hours.insert(0, Hours::of(None));
    }
    Ok(hours)
}

/// The hours of an account, ready to be asked.
#[derive(Debug)]
pub(crate) struct AccountHours {
    account: Schedule,
    teams: HashMap<TeamId, Schedule>,
    zone: TimeZone,
    /// What is answered while it is closed; none: nothing.
    reply: Option<String>,
    replies: HashMap<TeamId, String>,
}

impl AccountHours {
    fn new(hours: &[Hours], shut: &[(i64, Millis)], zone: TimeZone) -> AccountHours {
        let usual = Hours::of(None);
        let account = hours.iter().find(|h| h.team_id.is_none()).unwrap_or(&usual);
        let of_teams = || hours.iter().filter_map(|h| Some((h.team_id?, h)));
        let mut teams: HashMap<TeamId, Schedule> =
            of_teams().map(|(team, h)| (team, Schedule::new(account, Some(h), zone.clone()))).collect();
        for (team, at) in shut {
            let usual = teams.remove(&TeamId(*team)).unwrap_or_else(|| Schedule::new(account, None, zone.clone()));
            teams.insert(TeamId(*team), usual.shut(*at));
        }
        AccountHours {
            account: Schedule::new(account, None, zone.clone()),
            teams,
            zone,
            reply: account.reply.then(|| account.reply_text.clone()),
            replies: of_teams().filter(|(_, h)| !h.reply_text.trim().is_empty()).map(|(team, h)| (team, h.reply_text.clone())).collect(),
        }
    }

    /// The hours by which this team works (HR-4).
    pub fn of(&self, team: TeamId) -> &Schedule {
        self.teams.get(&team).unwrap_or(&self.account)
    }

    /// Where it counts days.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Teams that are closed at this instant, of those named.
    pub fn closed(&self, teams: impl Iterator<Item = TeamId>, at: Millis) -> Vec<TeamId> {
        teams.filter(|team| !self.of(*team).is_open(at)).collect()
    }

    fn states(&self, at: Millis) -> Vec<OpenState> {
        let mut teams: Vec<_> = self.teams.iter().collect();
        teams.sort_by_key(|(id, _)| **id);
        let own = teams.into_iter().map(|(id, schedule)| schedule.state(Some(*id), at));
        std::iter::once(self.account.state(None, at)).chain(own).collect()
    }
}

async fn of_scope(scope: &Scope) -> Result<AccountHours> {
    let hours = listed(scope.all(sql!(stored!()), args![]).await?)?;
    let shut: Vec<(i64, Millis)> = scope.all(sql!(shut!()), args![]).await?;
    Ok(AccountHours::new(&hours, &shut, zone::of(scope).await?))
}

/// The account's hours, as they were a moment ago.
pub(crate) async fn known(scope: &Scope) -> Result<Arc<AccountHours>> {
    let desk = scope.desk();
    if let Some(hours) = desk.hours.get(&scope.account) {
        return Ok(hours);
    }
    let age = desk.hours.age();
    let hours = Arc::new(of_scope(scope).await?);
    desk.hours.keep(scope.account, hours.clone(), age);
    Ok(hours)
}

/// The same within work, through its own connection.
pub(crate) async fn known_in(work: &mut Work) -> Result<Arc<AccountHours>> {
    let (desk, account): (Desk, _) = (work.desk().clone(), work.account());
    if let Some(hours) = desk.hours.get(&account) {
        return Ok(hours);
    }
    let age = desk.hours.age();
    let rows = listed(work.all(sql!(stored!()), args![]).await?)?;
    let shut: Vec<(i64, Millis)> = work.all(sql!(shut!()), args![]).await?;
    let hours = Arc::new(AccountHours::new(&rows, &shut, zone::within(work).await?));
    desk.hours.keep(account, hours.clone(), age);
    Ok(hours)
}

/// Whether account and teams are open now, and when that changes: the account first, then teams with hours of their own.
pub async fn states(cx: &Cx) -> Result<Vec<OpenState>> {
    Ok(known(&cx.may(Permission::Inbox)?).await?.states(cx.desk().now()))
}

/// All hours, and how they stand.
pub async fn settings(cx: &Cx) -> Result<HoursSettings> {
    let scope = cx.may(Permission::Settings)?;
    let hours = listed(scope.all(sql!(stored!()), args![]).await?)?;
    let (time_zone,): (String,) = scope.one(sql!("select time_zone from account where id = $1"), args![]).await?;
    let shut: Vec<(i64, Millis)> = scope.all(sql!(shut!()), args![]).await?;
    let states = AccountHours::new(&hours, &shut, zone::named(&time_zone)).states(cx.desk().now());
    Ok(HoursSettings { time_zone, hours, states })
}

/// Saves the hours of the account or of a team; `remove` takes a team's away again, so that it has the account's.
///
/// # Errors
/// [`Fault::Conflict`] when they were changed since the draft's version, [`Fault::Invalid`] field by field,
/// [`Fault::Forbidden`].
pub async fn save(cx: &Cx, draft: Hours, remove: bool) -> Result<HoursSettings> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    if let Some(team) = draft.team_id {
        let own: Option<(i64,)> =
            work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team]).await?;
        own.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    }
    let before: Option<Stored> = work
        .opt(
            sql!(
                "select team_id, version, limited, week, dates, reply, reply_text from hours
                 where account_id = $1 and coalesce(team_id, 0) = coalesce($2, 0)"
            ),
            args![draft.team_id],
        )
        .await?;
    let before = before.map(view).transpose()?.unwrap_or_else(|| Hours::of(draft.team_id));
    if before.version != draft.version {
        return Err(Fault::Conflict.into());
    }
    work.run(sql!("delete from hours where account_id = $1 and coalesce(team_id, 0) = coalesce($2, 0)"), args![draft.team_id]).await?;
    if !remove {
        // One count for all: what was removed and made anew has no version that it had before.
        let version = work.count_up("hours", 1).await?;
        let id: i64 = work.desk().seam.id();
        work.run(
            sql!(
                "insert into hours (account_id, id, team_id, version, limited, week, dates, reply, reply_text) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            ),
            args![
                id,
                draft.team_id,
                version,
                draft.limited,
                serde_json::to_string(&draft.week)?,
                serde_json::to_string(&draft.dates)?,
                draft.reply,
                draft.reply_text.trim()
            ],
        )
        .await?;
    }
    if remove {
        work.audit(Some(cx.user), "hours.remove", cx.account, serde_json::to_value(&before)?).await?;
    } else {
        work.audit_change(Some(cx.user), "hours.change", cx.account, &before, &draft).await?;
    }
    crate::distribution::look_again(&mut work, None).await?;
    crate::sla::hours_changed(&mut work).await?;
    work.tell(Change::Setup { what: SetupKind::Hours });
    work.commit().await?;
    settings(cx).await
}
