//! What happens by itself: looking for what is to be decided anew. The decision is `settle`'s, which knows what is true then.

use super::settle::{Offer, settle};
use super::{AHEAD, TeamRule, people, rules};
use crate::db::{Arg, list as ids};
use crate::desk::Desk;
use crate::statement::Statement;
use crate::{Result, args, feature, sql, sql_system};
use model::*;
use std::collections::HashMap;
use std::time::Duration;

/// Conversations that are decided in one work.
const TOGETHER: i64 = 50;
/// How often it is looked for what is due, when nothing wakes it.
const PAUSE: Duration = Duration::from_secs(5);

/// Hands out until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "handing out what waits", Some(&desk.distribution), PAUSE, turn).await;
}

/// Overflow, and what waits since nobody could take it; answers how many conversations that changed.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let accounts: Vec<(i64,)> = desk
        .db
        .all(
            sql_system!("select id from account where distribution union select account_id from conversation where designated_id is not null order by 1"),
            args![],
        )
        .await?;
    let mut n = 0;
    for (account,) in accounts {
        n += account_turn(desk, account.into()).await?;
    }
    Ok(n)
}

async fn account_turn(desk: &Desk, account: AccountId) -> Result<usize> {
    let (scope, now) = (desk.system(account), desk.now());
    let mut rules: HashMap<TeamId, TeamRule> = rules(&scope).await?;
    let is_on = feature::features_of(&scope).await?.distribution;
    let hours = crate::hours::known(&scope).await?;
    // A queue that somebody closed hands nothing out.
    rules.retain(|team, r| is_on && r.rule.enabled && !hours.of(*team).is_shut());
    let people = people::of_scope(&scope).await?;
    let in_team = |team: &TeamId| people.get(team).map(Vec::as_slice).unwrap_or_default();
    let mut n = 0;
    // Who waits for whom: few pairs, however much waits.
    let pairs: Vec<(i64, i64)> = scope
        .all(
            sql!(
                "select distinct designated_id, team_id from conversation where account_id = $1 and designated_id is not null limit 20000"
            ),
            args![],
        )
        .await?;
    for (user, team) in pairs {
        let stays = |rule: &TeamRule| in_team(&TeamId(team)).iter().any(|c| c.user_id.0 == user && rule.rule.stays_with(c));
        if !rules.get(&TeamId(team)).is_some_and(stays) {
            let text =
                sql!("select id from conversation where account_id = $1 and designated_id = $2 and team_id = $3 order by id limit $4");
            n += offer_again(desk, account, text, args![user, team, TOGETHER]).await?;
        }
    }
    let text = sql!("select id from conversation where account_id = $1 and overflow_at <= $2 order by overflow_at, id limit $3");
    n += offer_again(desk, account, text, args![now, TOGETHER]).await?;
    // A clock that was set back.
    let text = sql!("select id from conversation where account_id = $1 and designated_id is not null and designated_at > $2 limit $3");
    n += offer_again(desk, account, text, args![now + AHEAD, TOGETHER]).await?;
    // Who waits longest comes first.
    let text = sql!(
        "select id from conversation where account_id = $1 and team_id = $2 and queued_at is not null and designated_id is null
         order by queued_at, id limit $3"
    );
    for (team, rule) in &rules {
        if in_team(team).iter().any(|c| rule.rule.gives(c)) {
            n += offer_again(desk, account, text, args![*team, TOGETHER]).await?;
        }
    }
    Ok(n)
}

/// Offers what a statement finds, in its order; what another work holds now is left for the next turn.
async fn offer_again(desk: &Desk, account: AccountId, text: &'static Statement, args: Vec<Arg>) -> Result<usize> {
    let scope = desk.system(account);
    let found: Vec<(i64,)> = scope.all(text, args).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let mut work = scope.begin().await?;
    let held: Vec<(i64,)> = work
        .all(
            sql!("select id from conversation where account_id = $1 and id in {in $2} order by id {lock skip locked}"),
            vec![ids(found.iter().map(|(id,)| *id))],
        )
        .await?;
    for id in found.iter().filter(|id| held.contains(id)) {
        work.offer(Offer::again(ConversationId(id.0)));
    }
    let changed = settle(&mut work).await?;
    if changed > 0 {
        work.commit().await?;
    }
    Ok(changed)
}
