//! Answers that we owe for too long: who serves the conversation is reminded, then it returns to its team's queue; for that it
//! is never closed (AU-2).
//!
//! Since when we owe it is a column that messages and hand-overs move (`Row::see`, `Row::assign`); of which time of owing
//! somebody was reminded is a mark beside it, set in the transaction of the reminder. Where a rule keeps to business hours
//! the time stands still outside of them: nobody loses in the morning what came in the night.

use super::auto::{MINUTE, of_rule, rule_of, within};
use crate::conversation::{self, Row};
use crate::desk::Desk;
use crate::hours::{AccountHours, known_in};
use crate::{Result, alert, sql};
use model::*;

/// Conversations of one rule that are looked at in one turn: owed for long enough, but perhaps not in open time.
const LOOK_AT: i64 = 1_000;
/// Those of them that are acted on.
const TOGETHER: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Remind,
    Return,
}

impl Deed {
    /// After how long it is time for it; 0 = never.
    fn minutes(self, rule: &AutoClose) -> i64 {
        match self {
            Deed::Remind => rule.remind_minutes,
            Deed::Return => rule.return_minutes,
        }
    }

    /// Whether it is time for it in a conversation of the team, which owes the answer since then.
    fn is_due(self, rule: &AutoClose, hours: &AccountHours, team: TeamId, since: Millis, now: Millis) -> bool {
        let schedule = hours.of(team);
        let waited = match rule.in_hours {
            true if !schedule.is_open(now) => return false,
            true => schedule.open_between(since, now),
            false => now - since,
        };
        waited >= self.minutes(rule) * MINUTE
    }
}

/// Reminds of and returns what is due by the rule; answers how many conversations that were.
pub(super) async fn turn(
    desk: &Desk,
    account: AccountId,
    rules: &[AutoClose],
    rule: &AutoClose,
    hours: &AccountHours,
    asleep: &[TeamId],
) -> Result<usize> {
    let mut n = 0;
    // Of what returns nobody needs to be reminded.
    for deed in [Deed::Return, Deed::Remind] {
        if deed.minutes(rule) == 0 {
            continue;
        }
        for id in due(desk, account, rules, rule, deed, hours, asleep).await? {
            match act(desk, account, rules, rule, deed, id).await {
                Ok(done) => n += usize::from(done),
                Err(e) => tracing::error!(conversation = id.0, error = %e, "nobody could be told that an answer is owed"),
            }
        }
    }
    Ok(n)
}

/// Conversations of the rule for which it is time, those that wait longest first.
async fn due(
    desk: &Desk,
    account: AccountId,
    rules: &[AutoClose],
    rule: &AutoClose,
    deed: Deed,
    hours: &AccountHours,
    asleep: &[TeamId],
) -> Result<Vec<ConversationId>> {
    let now = desk.now();
    let mut args = within(rules, rule, now - deed.minutes(rule) * MINUTE, asleep);
    args.push(LOOK_AT.into());
    let text = match deed {
        Deed::Remind => sql!(concat!(
            of_rule!("c.id, c.team_id, c.owed_since", "owed_since"),
            "coalesce(c.reminded_of, 0) <> c.owed_since order by c.owed_since, c.id limit $7"
        )),
        Deed::Return => sql!(concat!(
            of_rule!("c.id, c.team_id, c.owed_since", "owed_since"),
            "c.assignee_id is not null order by c.owed_since, c.id limit $7"
        )),
    };
    let rows: Vec<(i64, i64, i64)> = desk.system(account).all(text, args).await?;
    let due = rows.into_iter().filter(|(_, team, since)| deed.is_due(rule, hours, TeamId(*team), *since, now));
    Ok(due.map(|(id, ..)| ConversationId(id)).take(TOGETHER).collect())
}

/// Reminds of or returns one, if it is still time for it; false when something has changed.
async fn act(desk: &Desk, account: AccountId, rules: &[AutoClose], rule: &AutoClose, deed: Deed, id: ConversationId) -> Result<bool> {
    let now = desk.now();
    let mut work = desk.system(account).begin().await?;
    let mut c: Row = conversation::lock(&mut work, id).await?;
    let (Some(since), Some(assignee)) = (c.owed_since, c.assignee_id.map(UserId)) else { return Ok(false) };
    if c.status != ConversationStatus::InProgress || rule_of(rules, &c) != Some(rule) {
        return Ok(false);
    }
    let hours = known_in(&mut work).await?;
    if !deed.is_due(rule, &hours, c.team_id.into(), since, now) {
        return Ok(false);
    }
    // AU-3, as it is now.
    if c.paused || super::spared::is_spared(&mut work, c.contact_id.into()).await? {
        return Ok(false);
    }
    match deed {
        Deed::Remind => {
            if c.reminded_of == Some(since) {
                return Ok(false);
            }
            c.reminded_of = Some(since);
            conversation::save(&mut work, &c).await?;
            alert::raise(&mut work, &c, AlertKind::Owed, &[assignee], None).await?;
        }
        Deed::Return => conversation::give_back(&mut work, &mut c, assignee, rule.return_minutes).await?,
    }
    work.commit().await?;
    Ok(true)
}
