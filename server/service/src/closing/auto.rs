//! Closing by itself: conversations in which the contact owes an answer for too long (AU-1 to AU-5).
//!
//! Which contact owes since when is a column that each message moves (`Row::see`), and the warning is a mark beside it: it
//! is set in the transaction that queues the warning, so that a crash or a second server cannot warn twice. Nothing else
//! is remembered; a turn that is cut off is simply done again.
//!
//! What the same rules say of answers that we owe is done by `owed`.

use super::{owed, reason};
use crate::conversation::{self, Closing, Row, Told};
use crate::db::{Arg, list};
use crate::desk::{Cx, Desk, Work};
use crate::{Result, args, sql, sql_system};
use model::*;
use std::time::Duration;

/// Conversations of one rule in one turn.
const TOGETHER: i64 = 100;
/// How often it is looked for what is due.
const PAUSE: Duration = Duration::from_secs(15);
pub(super) const MINUTE: i64 = 60_000;

macro_rules! columns {
    () => {
        "team_id, channel_id, enabled, idle_minutes, warn_minutes, warn_text, closing_text, reason_id, in_hours, remind_minutes, return_minutes"
    };
}

type Stored = (Option<i64>, Option<i64>, bool, i64, i64, String, String, Option<i64>, bool, i64, i64);

fn view(stored: Stored) -> AutoClose {
    let (team, channel, enabled, idle_minutes, warn_minutes, warn_text, closing_text, reason, in_hours, remind_minutes, return_minutes) =
        stored;
    AutoClose {
        team_id: team.map(TeamId),
        channel_id: channel.map(ChannelId),
        enabled,
        idle_minutes,
        warn_minutes,
        warn_text,
        closing_text,
        reason_id: reason.map(ReasonId),
        in_hours,
        remind_minutes,
        return_minutes,
    }
}

/// When conversations close by themselves: the account's own rule first, which is always there, then its exceptions.
pub async fn rules(cx: &Cx) -> Result<Vec<AutoClose>> {
    let rows: Vec<Stored> = cx
        .may(Permission::Settings)?
        .all(
            sql!(concat!(
                "select ",
                columns!(),
                " from auto_close where account_id = $1 order by coalesce(team_id, 0) + coalesce(channel_id, 0), id limit 1000"
            )),
            args![],
        )
        .await?;
    let mut rules: Vec<AutoClose> = rows.into_iter().map(view).collect();
    if !rules.iter().any(|r| r.team_id.is_none() && r.channel_id.is_none()) {
        rules.insert(0, AutoClose::default());
    }
    Ok(rules)
}

/// Saves the rule of the account, of a team or of a channel; `remove` takes an exception away again.
///
/// # Errors
/// [`Fault::Invalid`] for wrong fields: also for a reason that does not fit all that the rule is for, asks for an amount,
/// or is missing where conclusions must have one.
pub async fn save_rule(cx: &Cx, draft: AutoClose, remove: bool) -> Result<Vec<AutoClose>> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    known(&mut work, &draft).await?;
    let settings = super::settings_in(&mut work).await?;
    let reason = match draft.reason_id {
        Some(id) => reason::one(&mut work, id).await?,
        None => None,
    };
    if !remove && !fits(&settings, reason.as_ref(), &draft) {
        return Err(Fault::field("reason_id", if draft.reason_id.is_some() { Wrong::NotAllowed } else { Wrong::Required }).into());
    }
    work.run(
        sql!("delete from auto_close where account_id = $1 and coalesce(team_id, 0) = coalesce($2, 0) and coalesce(channel_id, 0) = coalesce($3, 0)"),
        args![draft.team_id, draft.channel_id],
    )
    .await?;
    if !remove {
        let id: i64 = work.desk().seam.id();
        work.run(
            sql!(
                "insert into auto_close (account_id, id, team_id, channel_id, enabled, idle_minutes, warn_minutes, warn_text, closing_text, reason_id, in_hours, remind_minutes, return_minutes)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            ),
            args![
                id,
                draft.team_id,
                draft.channel_id,
                draft.enabled,
                draft.idle_minutes,
                draft.warn_minutes,
                draft.warn_text.trim(),
                draft.closing_text.trim(),
                draft.reason_id,
                draft.in_hours,
                draft.remind_minutes,
                draft.return_minutes
            ],
        )
        .await?;
    }
    let action = if remove { "auto_close.remove" } else { "auto_close.change" };
    work.audit(Some(cx.user), action, cx.account, serde_json::to_value(&draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Closing });
    work.commit().await?;
    rules(cx).await
}

/// Whether team and channel are the account's.
async fn known(work: &mut Work, rule: &AutoClose) -> Result<()> {
    if let Some(team) = rule.team_id {
        let own: Option<(i64,)> =
            work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team]).await?;
        own.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    }
    if let Some(channel) = rule.channel_id {
        let own: Option<(i64,)> = work.opt(sql!("select id from channel where account_id = $1 and id = $2"), args![channel]).await?;
        own.ok_or_else(|| Fault::field("channel_id", Wrong::Unknown))?;
    }
    Ok(())
}

/// Whether what the rule closes can be classified as it says: each of its conversations, without a question, and as the
/// account demands (CO-5).
fn fits(settings: &ClosingSettings, reason: Option<&Reason>, rule: &AutoClose) -> bool {
    match reason {
        None => rule.reason_id.is_none() && !(rule.enabled && settings.requires_reason()),
        Some(r) => r.active && !r.has_monetary_value && (r.team_id.is_none() || r.team_id == rule.team_id),
    }
}

/// Does what is due until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "closing by itself", None, PAUSE, turn).await;
}

/// Warns, closes, reminds and returns what is due; answers how many conversations that were.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let accounts: Vec<(i64,)> = desk
        .db
        .all(
            sql_system!(
                "select distinct account_id from auto_close where enabled or remind_minutes > 0 or return_minutes > 0 order by account_id"
            ),
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
    let scope = desk.system(account);
    let rows: Vec<Stored> =
        scope.all(sql!(concat!("select ", columns!(), " from auto_close where account_id = $1 limit 1000")), args![]).await?;
    let rules: Vec<AutoClose> = rows.into_iter().map(view).collect();
    let channels: Vec<(i64, String)> = scope.all(sql!("select id, kind from channel where account_id = $1"), args![]).await?;
    let windowless: Vec<ChannelId> = channels
        .iter()
        .filter(|(_, kind)| kind.parse::<ChannelKind>().is_ok_and(|k| !k.has_window()))
        .map(|(id, _)| (*id).into())
        .collect();
    let settings = super::settings_of(&scope).await?;
    let reasons = reason::all(&scope).await?;
    let teams: Vec<(i64,)> = scope.all(sql!("select id from team where account_id = $1"), args![]).await?;
    let hours = crate::hours::known(&scope).await?;
    let closed = hours.closed(teams.into_iter().map(|(id,)| id.into()), desk.now());
    let mut n = 0;
    for rule in &rules {
        let asleep = if rule.in_hours { closed.as_slice() } else { &[] };
        n += owed::turn(desk, account, &rules, rule, &hours, asleep).await?;
        // Where the account demands reasons since, a rule without one closes nothing until it has one.
        if !rule.enabled || !fits(&settings, reasons.iter().find(|r| Some(r.id) == rule.reason_id), rule) {
            continue;
        }
        for deed in [Deed::Close, Deed::Warn] {
            if deed == Deed::Warn && rule.warn_minutes == 0 {
                continue;
            }
            for (id,) in due(desk, account, &rules, rule, deed, &windowless, asleep).await? {
                match act(desk, account, &rules, rule, deed, id.into()).await {
                    Ok(done) => n += usize::from(done),
                    Err(e) => tracing::error!(conversation = id, error = %e, "a conversation could not be closed by itself"),
                }
            }
        }
    }
    Ok(n)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Warn,
    Close,
}

/// The rule of a conversation: its channel's, else its team's, else the account's.
pub(super) fn rule_of<'a>(rules: &'a [AutoClose], c: &Row) -> Option<&'a AutoClose> {
    let (team, channel) = (TeamId(c.team_id), ChannelId(c.channel_id));
    rules
        .iter()
        .find(|r| r.channel_id == Some(channel))
        .or_else(|| rules.iter().find(|r| r.channel_id.is_none() && r.team_id == Some(team)))
        .or_else(|| rules.iter().find(|r| r.channel_id.is_none() && r.team_id.is_none()))
}

/// Conversations of a rule whose clock stands at `$2` or before; the other values are those of `within`.
macro_rules! of_rule {
    ($columns:literal, $clock:literal) => {
        concat!(
            "select ",
            $columns,
            " from conversation c where c.account_id = $1 and c.status = 'IN_PROGRESS' and c.",
            $clock,
            " <= $2
             and ($3 = 0 or c.team_id = $3) and ($4 = 0 or c.channel_id = $4) and c.team_id not in {in $5} and c.channel_id not in {in $6} and not c.paused
             and not exists (select 1 from contact_tag t join auto_close_tag a on a.account_id = $1 and a.tag_id = t.tag_id where t.contact_id = c.contact_id) and "
        )
    };
}
pub(super) use of_rule;

/// `$2` to `$6` of `of_rule`.
pub(super) fn within(rules: &[AutoClose], rule: &AutoClose, before: Millis, asleep: &[TeamId]) -> Vec<Arg> {
    // What has a rule of its own is not this one's.
    let own_channel: Vec<ChannelId> = rules.iter().filter_map(|r| r.channel_id).filter(|_| rule.channel_id.is_none()).collect();
    let own_team: Vec<TeamId> =
        rules.iter().filter_map(|r| r.team_id).filter(|_| rule.channel_id.is_none() && rule.team_id.is_none()).collect();
    args![
        before,
        rule.team_id.map_or(0, |t| t.0),
        rule.channel_id.map_or(0, |c| c.0),
        // Outside of their hours nothing happens (AU-5).
        list(own_team.into_iter().chain(asleep.iter().copied())),
        list(own_channel)
    ]
}

/// Conversations of the rule for which it is time, those that wait longest first.
async fn due(
    desk: &Desk,
    account: AccountId,
    rules: &[AutoClose],
    rule: &AutoClose,
    deed: Deed,
    windowless: &[ChannelId],
    asleep: &[TeamId],
) -> Result<Vec<(i64,)>> {
    let now = desk.now();
    let before = match deed {
        Deed::Close => now - rule.idle_minutes * MINUTE,
        Deed::Warn => now - (rule.idle_minutes - rule.warn_minutes) * MINUTE,
    };
    let mut args = within(rules, rule, before, asleep);
    args.extend(args![list(windowless.iter().copied()), now, TOGETHER]);
    // A failed message reached nobody: its contact owes nothing.
    macro_rules! idle {
        () => {
            concat!(of_rule!("c.id", "idle_since"), "not (c.preview_status = 'FAILED' and c.preview_author_id is not null) and ")
        };
    }
    macro_rules! open_window {
        () => {
            "(c.channel_id in {in $7} or coalesce(c.window_expires_at, 0) > $8)"
        };
    }
    let text = match deed {
        Deed::Warn => sql!(concat!(idle!(), "c.warned_at is null and ", open_window!(), " order by c.idle_since, c.id limit $9")),
        Deed::Close => {
            // Whoever can be warned must have been, long enough ago.
            args.push(if rule.warn_minutes > 0 { now - rule.warn_minutes * MINUTE } else { i64::MAX }.into());
            sql!(concat!(
                idle!(),
                "(coalesce(c.warned_at, 9223372036854775807) <= $10 or not ",
                open_window!(),
                ") order by c.idle_since, c.id limit $9"
            ))
        }
    };
    desk.system(account).all(text, args).await
}

/// Warns or closes one, if it is still time for it; false when something has changed.
async fn act(desk: &Desk, account: AccountId, rules: &[AutoClose], rule: &AutoClose, deed: Deed, id: ConversationId) -> Result<bool> {
    let now = desk.now();
    let mut work = desk.system(account).begin().await?;
    let mut c = conversation::lock(&mut work, id).await?;
    let Some(since) = c.idle_since.filter(|_| c.status == ConversationStatus::InProgress && rule_of(rules, &c) == Some(rule)) else {
        return Ok(false);
    };
    if rule.in_hours && !crate::hours::known_in(&mut work).await?.of(c.team_id.into()).is_open(now) {
        return Ok(false);
    }
    // AU-3, as it is now.
    if c.paused || super::spared::is_spared(&mut work, c.contact_id.into()).await? {
        return Ok(false);
    }
    match deed {
        Deed::Warn => {
            if c.warned_at.is_some() || now < since + (rule.idle_minutes - rule.warn_minutes) * MINUTE {
                return Ok(false);
            }
            let told = Told::of(&c);
            let line = conversation::say(&mut work, &mut c, &rule.warn_text).await?;
            c.warned_at = Some(now);
            conversation::save(&mut work, &c).await?;
            conversation::tell(&mut work, &c, told, line.into_iter().collect());
        }
        Deed::Close => {
            let warned = rule.warn_minutes == 0 || c.warned_at.is_some_and(|at| at + rule.warn_minutes * MINUTE <= now) || {
                let kind = crate::channels::own_in(&mut work, c.channel_id.into()).await?.kind;
                !c.window(kind, now).is_open()
            };
            if !warned || now < since + rule.idle_minutes * MINUTE {
                return Ok(false);
            }
            let settings = super::settings_in(&mut work).await?;
            let reason = rule.reason_id.filter(|_| settings.classify);
            let what = reason::classification(&mut work, &settings, c.team_id.into(), reason, None, None).await?;
            let how = Closing { by: None, text: rule.closing_text.clone(), classification: what, reopens: true };
            conversation::close(&mut work, &mut c, how).await?;
        }
    }
    work.commit().await?;
    Ok(true)
}
