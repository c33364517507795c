//! Promises of service (NX-21): policies, and the clocks of each conversation.
//!
//! What a conversation is promised follows from its row alone: policy, team, and since when the contact waits for an answer
//! and for the end (`asked_since`, `heard_since`, moved by each message). [`saved`] compares that with what it was worked out
//! of before (`sla_key`); where it differs, [`Work`] has the clocks follow as its last step but one ([`settle`]), in the same
//! transaction. Each clock is a row with its two instants, of the warning and of the breach; the conversation's row has the
//! next of them (`sla_at`), by which the worker finds it ([`turn`]). Policies, hours and tags that change only have it looked
//! at again: the worker works its instants out anew.
//!
//! What runs on: an answer that failed or was taken back never ended its clock; who gets a conversation gets its clocks,
//! too, by the policy of the team that it is in then. Snoozing stops nothing, because the contact waits all the same. A
//! conclusion ends what was owed as neither met nor broken.

mod clock;
mod worker;

pub(crate) use clock::{carry, settle};
pub use worker::{run, turn};

use crate::conversation::{self, Row};
use crate::db::list as ids;
use crate::desk::{Cx, Desk, Scope, Work};
use crate::{Result, args, sql};
use model::*;
use std::sync::Arc;

/// Clocks of one conversation that are shown.
const SHOWN: i64 = 50;

macro_rules! policies {
    () => {
        "select id, version, name, active, teams, channels, tags, priorities, first_minutes, next_minutes, resolve_minutes, in_hours, warn_unit,
         warn_value, warn_server, warn_leads, breach_server, breach_leads, requeue from sla_policy where account_id = $1 order by place, id limit 100"
    };
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    version: i64,
    name: String,
    active: bool,
    teams: String,
    channels: String,
    tags: String,
    priorities: String,
    first_minutes: i64,
    next_minutes: i64,
    resolve_minutes: i64,
    in_hours: bool,
    warn_unit: String,
    warn_value: i64,
    warn_server: bool,
    warn_leads: bool,
    breach_server: bool,
    breach_leads: bool,
    requeue: bool,
}

impl Stored {
    fn view(self) -> Result<SlaPolicy> {
        Ok(SlaPolicy {
            id: Some(self.id.into()),
            version: self.version,
            name: self.name,
            active: self.active,
            teams: serde_json::from_str(&self.teams)?,
            channels: serde_json::from_str(&self.channels)?,
            tags: serde_json::from_str(&self.tags)?,
            priorities: serde_json::from_str(&self.priorities)?,
            first_minutes: self.first_minutes,
            next_minutes: self.next_minutes,
            resolve_minutes: self.resolve_minutes,
            in_hours: self.in_hours,
            warn_unit: self.warn_unit.parse()?,
            warn_value: self.warn_value,
            warn_server: self.warn_server,
            warn_leads: self.warn_leads,
            breach_server: self.breach_server,
            breach_leads: self.breach_leads,
            requeue: self.requeue,
        })
    }
}

/// The account's policies as they are stored, within work.
async fn stored_in(work: &mut Work) -> Result<Vec<SlaPolicy>> {
    let rows: Vec<Stored> = work.all(sql!(policies!()), args![]).await?;
    rows.into_iter().map(Stored::view).collect()
}

/// The same as they were a moment ago.
async fn known_in(work: &mut Work) -> Result<Arc<Vec<SlaPolicy>>> {
    let (desk, account): (Desk, _) = (work.desk().clone(), work.account());
    if let Some(policies) = desk.sla.get(&account) {
        return Ok(policies);
    }
    let age = desk.sla.age();
    let policies = Arc::new(stored_in(work).await?);
    desk.sla.keep(account, policies.clone(), age);
    Ok(policies)
}

/// The policy of a conversation: the first that is for it.
fn policy_of<'a>(policies: &'a [SlaPolicy], c: &Row) -> Option<&'a SlaPolicy> {
    if !c.status.is_open() || policies.is_empty() {
        return None;
    }
    let tags = crate::tag::parse(&c.contact_tags);
    policies.iter().find(|p| p.applies(c.team_id.into(), c.channel_id.into(), &tags, c.priority))
}

/// All that the promises to a conversation are worked out of; empty = nothing is promised.
fn key(policies: &[SlaPolicy], c: &Row) -> String {
    let Some(policy) = policy_of(policies, c) else { return String::new() };
    let (asked, heard) = (c.asked_since.unwrap_or_default(), c.heard_since.unwrap_or_default());
    if asked == 0 && heard == 0 {
        return String::new();
    }
    format!("{}.{}.{}.{asked}.{heard}", policy.id.unwrap_or_default(), policy.version, c.team_id)
}

/// A conversation is saved: its clocks follow if they must.
pub(crate) async fn saved(work: &mut Work, c: &Row) -> Result<()> {
    let policies = known_in(work).await?;
    if key(&policies, c) != c.sla_key {
        work.promise(c.id());
    }
    Ok(())
}

/// Policies have changed: the worker looks at once at what is open, of a contact or of the account.
async fn look_again(work: &mut Work, contact: Option<ContactId>) -> Result<()> {
    let now = work.desk().now();
    work.run(
        sql!(
            "update conversation set sla_at = $2 where account_id = $1 and status <> 'COMPLETED' and ($3 = 0 or contact_id = $3)
             and (asked_since is not null or heard_since is not null or sla_key <> '')"
        ),
        args![now, contact.map_or(0, |c| c.0)],
    )
    .await?;
    Ok(())
}

/// Hours have changed: what is promised in open time ends at other instants.
pub(crate) async fn hours_changed(work: &mut Work) -> Result<()> {
    let now = work.desk().now();
    work.run(sql!("update conversation set sla_at = $2 where account_id = $1 and status <> 'COMPLETED' and sla_key <> ''"), args![now])
        .await?;
    Ok(())
}

/// The tags of a contact have changed, or of many: some policies may be for other conversations now.
pub(crate) async fn tags_changed(work: &mut Work, contact: Option<ContactId>) -> Result<()> {
    if known_in(work).await?.iter().any(|p| !p.tags.is_empty()) { look_again(work, contact).await } else { Ok(()) }
}

/// All policies, in the order in which they are asked.
pub async fn policies(cx: &Cx) -> Result<Vec<SlaPolicy>> {
    let rows: Vec<Stored> = cx.may(Permission::Settings)?.all(sql!(policies!()), args![]).await?;
    rows.into_iter().map(Stored::view).collect()
}

/// Whether anything is promised.
pub(crate) async fn is_used(cx: &Cx) -> Result<bool> {
    let one: Option<(i64,)> = cx
        .may(Permission::Inbox)?
        .opt(sql!("select cast(1 as bigint) from sla_policy where account_id = $1 and active limit 1"), args![])
        .await?;
    Ok(one.is_some())
}

/// Makes a policy, which is asked last, or changes one.
///
/// # Errors
/// [`Fault::Conflict`] when it was changed since the draft's version, [`Fault::Invalid`] field by field,
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn save(cx: &Cx, draft: SlaPolicy) -> Result<Vec<SlaPolicy>> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    known(&mut work, &draft).await?;
    let before = match draft.id {
        Some(id) => {
            let found: (i64, i64) =
                work.one(sql!("select version, place from sla_policy where account_id = $1 and id = $2"), args![id]).await?;
            if found.0 != draft.version {
                return Err(Fault::Conflict.into());
            }
            Some(found.1)
        }
        None => None,
    };
    let (n, last): (i64, Option<i64>) =
        work.one(sql!("select count(*), max(place) from sla_policy where account_id = $1"), args![]).await?;
    if before.is_none() && n >= limit::SLA_POLICIES_MAX {
        return Err(Fault::field("name", Wrong::TooMany).into());
    }
    let version = work.count_up("sla", 1).await?;
    let id = draft.id.unwrap_or_else(|| work.desk().seam.id());
    work.run(
        sql!(
            "insert into sla_policy (account_id, id, version, place, name, active, teams, channels, tags, priorities, first_minutes, next_minutes,
             resolve_minutes, in_hours, warn_unit, warn_value, warn_server, warn_leads, breach_server, breach_leads, requeue)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
             on conflict (id) do update set version = excluded.version, name = excluded.name, active = excluded.active, teams = excluded.teams,
             channels = excluded.channels, tags = excluded.tags, priorities = excluded.priorities, first_minutes = excluded.first_minutes,
             next_minutes = excluded.next_minutes, resolve_minutes = excluded.resolve_minutes, in_hours = excluded.in_hours,
             warn_unit = excluded.warn_unit, warn_value = excluded.warn_value, warn_server = excluded.warn_server, warn_leads = excluded.warn_leads,
             breach_server = excluded.breach_server, breach_leads = excluded.breach_leads, requeue = excluded.requeue
             where sla_policy.account_id = $1"
        ),
        args![
            id,
            version,
            before.unwrap_or_else(|| last.unwrap_or_default() + 1),
            draft.name.trim(),
            draft.active,
            serde_json::to_string(&draft.teams)?,
            serde_json::to_string(&draft.channels)?,
            serde_json::to_string(&draft.tags)?,
            serde_json::to_string(&draft.priorities)?,
            draft.first_minutes,
            draft.next_minutes,
            draft.resolve_minutes,
            draft.in_hours,
            draft.warn_unit,
            draft.warn_value,
            draft.warn_server,
            draft.warn_leads,
            draft.breach_server,
            draft.breach_leads,
            draft.requeue
        ],
    )
    .await?;
    let action = if before.is_some() { "sla.change" } else { "sla.add" };
    changed(cx, work, action, id.0, serde_json::to_value(&draft)?).await
}

/// Removes a policy. What it promised is promised no more; what was kept or broken stays known.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn remove(cx: &Cx, id: SlaPolicyId) -> Result<Vec<SlaPolicy>> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.lock_account().await?;
    let (name,): (String,) = work.one(sql!("select name from sla_policy where account_id = $1 and id = $2"), args![id]).await?;
    work.run(sql!("delete from sla_policy where account_id = $1 and id = $2"), args![id]).await?;
    changed(cx, work, "sla.remove", id.0, serde_json::json!({ "name": name })).await
}

/// Puts the policies into this order.
///
/// # Errors
/// [`Fault::Conflict`] when these are not all of them, each once; [`Fault::Forbidden`].
pub async fn arrange(cx: &Cx, order: &[SlaPolicyId]) -> Result<Vec<SlaPolicy>> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.lock_account().await?;
    let mut now: Vec<(i64,)> = work.all(sql!("select id from sla_policy where account_id = $1 limit 100"), args![]).await?;
    let mut wanted: Vec<(i64,)> = order.iter().map(|id| (id.0,)).collect();
    now.sort_unstable();
    wanted.sort_unstable();
    if now != wanted {
        return Err(Fault::Conflict.into());
    }
    for (place, id) in (1i64..).zip(order) {
        work.run(sql!("update sla_policy set place = $3 where account_id = $1 and id = $2"), args![*id, place]).await?;
    }
    changed(cx, work, "sla.order", cx.account.0, serde_json::to_value(order)?).await
}

async fn changed(cx: &Cx, mut work: Work, action: &str, subject: i64, data: serde_json::Value) -> Result<Vec<SlaPolicy>> {
    work.audit(Some(cx.user), action, subject, data).await?;
    look_again(&mut work, None).await?;
    work.tell(Change::Setup { what: SetupKind::Sla });
    work.commit().await?;
    policies(cx).await
}

/// Whether what the policy names is the account's.
async fn known(work: &mut Work, draft: &SlaPolicy) -> Result<()> {
    let teams: Vec<(i64,)> =
        work.all(sql!("select id from team where account_id = $1 and id in {in $2}"), vec![ids(draft.teams.iter().copied())]).await?;
    let channels: Vec<(i64,)> =
        work.all(sql!("select id from channel where account_id = $1 and id in {in $2}"), vec![ids(draft.channels.iter().copied())]).await?;
    let tags: Vec<(i64,)> =
        work.all(sql!("select id from tag where account_id = $1 and id in {in $2}"), vec![ids(draft.tags.iter().copied())]).await?;
    Check::default()
        .that(draft.teams.iter().all(|t| teams.contains(&(t.0,))), "teams", Wrong::Unknown)
        .that(draft.channels.iter().all(|c| channels.contains(&(c.0,))), "channels", Wrong::Unknown)
        .that(draft.tags.iter().all(|t| tags.contains(&(t.0,))), "tags", Wrong::Unknown)
        .done()?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Shown {
    target: String,
    policy: String,
    minutes: i64,
    in_hours: bool,
    started_at: Millis,
    due_at: Option<Millis>,
    warned_at: Option<Millis>,
    breached_at: Option<Millis>,
    ended_at: Option<Millis>,
    outcome: Option<String>,
    took: Option<Millis>,
}

/// The promises to a conversation: those that run first, then the newest of the others.
///
/// # Errors
/// [`Fault::Missing`] for a conversation that the asker does not see.
pub async fn clocks(cx: &Cx, id: ConversationId) -> Result<Vec<SlaClock>> {
    conversation::visible(cx, id).await?;
    let rows: Vec<Shown> = cx
        .may(Permission::Inbox)?
        .all(
            sql!(
                "select q.target, coalesce(y.name, '') as policy, q.minutes, q.in_hours, q.started_at, q.due_at, q.warned_at, q.breached_at, q.ended_at,
                   q.outcome, q.took
                 from sla_clock q left join sla_policy y on y.account_id = $1 and y.id = q.policy_id
                 where q.account_id = $1 and q.conversation_id = $2 order by case when q.ended_at is null then 0 else 1 end, q.id desc limit $3"
            ),
            args![id, SHOWN],
        )
        .await?;
    rows.into_iter()
        .map(|r| {
            Ok(SlaClock {
                target: r.target.parse()?,
                policy: r.policy,
                minutes: r.minutes,
                in_hours: r.in_hours,
                started_at: r.started_at,
                due_at: r.due_at,
                warned_at: r.warned_at,
                breached_at: r.breached_at,
                ended_at: r.ended_at,
                outcome: r.outcome.map(|o| o.parse()).transpose()?,
                took: r.took,
            })
        })
        .collect()
}

/// How many open conversations of each team are in danger or late; of these teams, or of all.
pub async fn counts(scope: &Scope, teams: Option<&[TeamId]>) -> Result<Vec<SlaCount>> {
    let all = i64::from(teams.is_none());
    let rows: Vec<(i64, i64, i64)> = scope
        .all(
            sql!(
                "select team_id, count(case when sla = 'WARNED' then 1 end), count(case when sla = 'BREACHED' then 1 end) from conversation
                 where account_id = $1 and sla is not null and status <> 'COMPLETED' and ($2 = 1 or team_id in {in $3}) group by team_id order by team_id"
            ),
            vec![all.into(), ids(teams.unwrap_or_default().iter().copied())],
        )
        .await?;
    Ok(rows.into_iter().map(|(team, warned, breached)| SlaCount { team_id: team.into(), warned, breached }).collect())
}
