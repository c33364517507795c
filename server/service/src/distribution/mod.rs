//! Who gets what waits in a team's queue (DI-1 to DI-11). Who is next is `model::Distribution`'s to say; here is what is
//! stored, and when it is asked.
//!
//! * A conversation that comes into a queue is *offered* ([`enter`]): [`Work`] decides it as its last step before the events
//!   ([`settle`]), when it holds all other locks that it needs. Until the commit it holds one more, the account's count of
//!   what was handed out, so that all servers decide one after the other. It is the account's and not the team's, because a
//!   person may be in several teams and has one capacity.
//! * What happens by itself is the worker's ([`turn`]): who did not begin in time loses it to the next one, what waits for
//!   somebody who is away goes to another, and what waited because nobody could take it goes to who can. It only offers again:
//!   the same step decides.
//!
//! A conversation that waits for one person is seen by them and by who leads (`model::Seen`).

mod people;
mod settle;
mod worker;

pub(crate) use people::save_skills;
pub(crate) use settle::{Offer, settle};
pub use worker::{run, turn};

use crate::conversation::Row;
use crate::desk::{Cx, Scope, Work};
use crate::{Result, alert, args, feature, sql};
use model::*;
use std::collections::HashMap;

/// Clocks of several servers may differ by this; what is further ahead comes from a clock that was set back since.
const AHEAD: Millis = 120_000;

macro_rules! columns {
    () => {
        "d.team_id, d.enabled, d.algorithm, d.only_online, d.overflow, d.wait_minutes, d.max_minutes, d.max_concurrent, d.pointer_id"
    };
}

type Stored = (i64, bool, String, bool, bool, i64, i64, i64, Option<i64>);

/// A team's rule, and who was last in turn.
struct TeamRule {
    rule: Distribution,
    pointer: Option<UserId>,
}

fn view(stored: Stored) -> Result<(TeamId, TeamRule)> {
    let (team, enabled, algorithm, only_online, overflow, wait_minutes, max_minutes, max_concurrent, pointer) = stored;
    let rule = Distribution { enabled, algorithm: algorithm.parse()?, only_online, overflow, wait_minutes, max_minutes, max_concurrent };
    Ok((team.into(), TeamRule { rule, pointer: pointer.map(UserId) }))
}

/// The rules of teams, those that hand nothing out included.
async fn rules(scope: &Scope) -> Result<HashMap<TeamId, TeamRule>> {
    let rows: Vec<Stored> =
        scope.all(sql!(concat!("select ", columns!(), " from distribution d where d.account_id = $1 limit 1000")), args![]).await?;
    rows.into_iter().map(view).collect()
}

/// The rule by which a team hands out what waits, if it does.
async fn rule_in(work: &mut Work, team: TeamId) -> Result<Option<TeamRule>> {
    let stored: Option<Stored> = work
        .opt(
            sql!(concat!(
                "select ",
                columns!(),
                " from distribution d join account a on a.id = d.account_id join team t on t.id = d.team_id
                  where d.account_id = $1 and d.team_id = $2 and d.enabled and a.distribution and t.shut_at is null"
            )),
            args![team],
        )
        .await?;
    Ok(stored.map(view).transpose()?.map(|(_, rule)| rule))
}

/// A conversation waits in its team's queue from now on, and its row says so. Where the team hands out what waits, who gets
/// it is decided when the work is committed; elsewhere the team's agents are told, who are answered. `but` gave it away or lost it: they are
/// not told, and get it last.
pub(crate) async fn enter(work: &mut Work, c: &Row, but: Option<UserId>) -> Result<Vec<UserId>> {
    if rule_in(work, c.team_id.into()).await?.is_none() {
        return alert::queued(work, c, but).await;
    }
    work.offer(Offer::new(c.id(), but));
    Ok(Vec::new())
}

/// Changes how a team hands out what waits; as a part of changing the team.
///
/// # Errors
/// [`Fault::ModuleOff`] while distribution is switched off for the account.
pub(crate) async fn save_rule(work: &mut Work, team: TeamId, rule: &Distribution) -> Result<()> {
    switched_on(work).await?;
    work.run(
        sql!(
            "insert into distribution (account_id, team_id, enabled, algorithm, only_online, overflow, wait_minutes, max_minutes, max_concurrent)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (team_id) do update set enabled = excluded.enabled, algorithm = excluded.algorithm, only_online = excluded.only_online,
             overflow = excluded.overflow, wait_minutes = excluded.wait_minutes, max_minutes = excluded.max_minutes,
             max_concurrent = excluded.max_concurrent where distribution.account_id = $1"
        ),
        args![
            team,
            rule.enabled,
            rule.algorithm,
            rule.only_online,
            rule.overflow,
            rule.wait_minutes,
            rule.max_minutes,
            rule.max_concurrent
        ],
    )
    .await?;
    look_again(work, Some(team)).await
}

async fn switched_on(work: &mut Work) -> Result<()> {
    if feature::features_in(work).await?.distribution { Ok(()) } else { Err(Fault::ModuleOff { module: Module::Distribution }.into()) }
}

/// Rules or hours have changed: the worker looks at once at what waits for somebody, and works out anew when that ends.
pub(crate) async fn look_again(work: &mut Work, team: Option<TeamId>) -> Result<()> {
    let now = work.desk().now();
    work.run(
        sql!("update conversation set overflow_at = $2 where account_id = $1 and designated_id is not null and ($3 = 0 or team_id = $3)"),
        args![now, team.map_or(0, |t| t.0)],
    )
    .await?;
    work.wake_distribution();
    Ok(())
}

/// Rules of all teams, who is next in each, and who serves which tags.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin, [`Fault::ModuleOff`] while distribution is switched off for the account.
pub async fn setup(cx: &Cx) -> Result<DistributionSetup> {
    let scope = cx.may(Permission::Settings).or_else(|_| cx.may(Permission::People))?;
    if !feature::features_of(&scope).await?.distribution {
        return Err(Fault::ModuleOff { module: Module::Distribution }.into());
    }
    let mut rules = rules(&scope).await?;
    let (mut people, skills) = (people::of_scope(&scope).await?, people::skills(&scope).await?);
    let teams: Vec<(i64,)> =
        scope.all(sql!("select id from team where account_id = $1 and deleted_at is null order by id limit 1000"), args![]).await?;
    let teams = teams.into_iter().map(|(id,)| {
        let (team_id, usual) = (TeamId(id), TeamRule { rule: Distribution::default(), pointer: None });
        let TeamRule { rule, pointer } = rules.remove(&team_id).unwrap_or(usual);
        let next = rule.next(pointer, &people.remove(&team_id).unwrap_or_default(), &Wanted::default());
        TeamDistribution { team_id, rule, next: next.filter(|_| rule.enabled).map(|n| n.user_id) }
    });
    Ok(DistributionSetup { teams: teams.collect(), skills })
}
