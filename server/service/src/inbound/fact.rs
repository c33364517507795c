//! Applying one fact of a network to the account that it concerns.

use super::identity;
use super::reaction::{self, Reacted};
use crate::channels::{self, ChannelRow};
use crate::conversation::{self, Told};
use crate::message;
use crate::{Result, Work, args, sql, sql_system};
use channel::{Fact, Inbound, StatusFact};
use model::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Applies a fact to the channels that it names, as far as they belong to the app that signed it (empty = all); answers
/// a note for the webhook's row when it had no effect.
pub(crate) async fn apply(
    work: &mut Work,
    kind: ChannelKind,
    item: Inbound,
    received_at: Millis,
    signed_by: &str,
) -> Result<Option<String>> {
    let desk = work.desk().clone();
    let mut rows = channels::by_route(&desk, kind, &item.route).await?;
    if !signed_by.is_empty() {
        let named = rows.len();
        rows.retain(|row| super::app_mark(&row.secrets.app_secret) == signed_by);
        if rows.len() < named {
            tracing::warn!(route = ?item.route, "a webhook spoke of a channel of another app");
        }
    }
    if rows.is_empty() && !matches!(item.fact, Fact::Ignored { .. } | Fact::Unreadable { .. }) {
        return Ok(Some(format!("no channel for {:?}", item.route)));
    }
    for row in &rows {
        work.turn_to(row.account_id);
        if let Some(note) = one(work, row, &item.fact, received_at).await? {
            return Ok(Some(note));
        }
    }
    Ok(match item.fact {
        Fact::Ignored { what } => Some(what),
        Fact::Unreadable { why } => Some(format!("unreadable: {why}")),
        _ => None,
    })
}

async fn one(work: &mut Work, row: &Arc<ChannelRow>, fact: &Fact, received_at: Millis) -> Result<Option<String>> {
    match fact {
        Fact::Message(m) => {
            let arrived = super::message::arrive(work, row, m, received_at).await?;
            return Ok(arrived.is_none().then(|| "known already".to_owned()));
        }
        Fact::Status(s) => {
            if !message::heard(work, row.id, s).await? {
                park(work, row.id, s).await?;
            }
        }
        Fact::Reaction { from, target, emoji, at, external_id } => {
            let at = at.map_or(received_at, |t| t.min(received_at));
            let told = Reacted { external_id, from, target, emoji: emoji.as_deref().unwrap_or_default(), at };
            return Ok((!reaction::arrive(work, row, &told).await?).then(|| "known already".to_owned()));
        }
        Fact::NumberChanged { from, new_address, .. } => {
            number_changed(work, row, from, new_address).await?;
        }
        Fact::BsuidChanged { previous, current, phone } => {
            identity::bsuid_changed(work, row.kind, phone.as_deref(), previous, current).await?
        }
        Fact::TemplatesChanged { .. } => {
            // Fetched when somebody looks, so that a burst of changes is one call.
            work.run(sql!("update template set synced_at = 0 where account_id = $1 and channel_id = $2"), args![row.id]).await?;
            work.tell(Change::Setup { what: SetupKind::Templates });
        }
        Fact::ChannelNotice { code, text, fatal } => {
            let why = text::shorten(&code.map_or_else(|| text.clone(), |c| format!("{c}: {text}")), 300);
            if *fatal {
                channels::set_status(work, row.id, ChannelStatus::Disconnected, Some(&why)).await?;
            } else {
                channels::note(work, row.id, &why).await?;
            }
        }
        Fact::Ignored { .. } | Fact::Unreadable { .. } => {}
    }
    Ok(None)
}

/// A status as it is parked.
#[derive(Serialize, Deserialize)]
struct Parked {
    at: Option<Millis>,
    problem: Option<Problem>,
}

/// The status of a message that we do not know yet: our own answer may still be on its way.
async fn park(work: &mut Work, channel: ChannelId, s: &StatusFact) -> Result<()> {
    let now = work.desk().now();
    let fact = serde_json::to_string(&Parked { at: s.at, problem: s.error.as_ref().map(message::problem) })?;
    work.run(
        sql!(
            "insert into parked_status (account_id, channel_id, external_id, status, fact, at) values ($1, $2, $3, $4, $5, $6)
             on conflict (channel_id, external_id, status) do nothing"
        ),
        args![channel, &s.external_id, s.status, fact, now],
    )
    .await?;
    Ok(())
}

/// Applies what the network told of a message before we learnt its id.
pub(crate) async fn unpark(work: &mut Work, channel: ChannelId, external_id: &str) -> Result<()> {
    let rows: Vec<(String, String)> = work
        .all(
            sql!("delete from parked_status where account_id = $1 and channel_id = $2 and external_id = $3 returning status, fact"),
            args![channel, external_id],
        )
        .await?;
    reaction::found(work, channel, external_id).await?;
    for (status, fact) in rows {
        let parked: Parked = serde_json::from_str(&fact)?;
        let error = parked.problem.map(|p| channel::SendError {
            policy: channel::Policy::Never,
            problem: p.reason,
            code: p.code,
            detail: p.detail,
        });
        let fact = StatusFact {
            external_id: external_id.to_owned(),
            status: status.parse()?,
            at: parked.at,
            callback: None,
            error,
            recipient: None,
            pricing: None,
        };
        message::heard(work, channel, &fact).await?;
    }
    Ok(())
}

/// The new number stands in every conversation of the contact; the open one tells of the change.
async fn number_changed(work: &mut Work, row: &Arc<ChannelRow>, from: &channel::Sender, new_address: &str) -> Result<()> {
    let Some(contact) = identity::known(work, from).await? else { return Ok(()) };
    let contact = crate::contact::lock(work, contact).await?;
    let Some((old, new)) = identity::change_number(work, contact, new_address).await? else { return Ok(()) };
    let ids: Vec<(i64,)> = work
        .all(sql!("select id from conversation where account_id = $1 and contact_id = $2 order by last_at desc limit 100"), args![contact])
        .await?;
    for (id,) in ids {
        let c = conversation::lock(work, id.into()).await?;
        let mut lines = Vec::new();
        if c.status.is_open() && c.channel_id == row.id.0 {
            let what = Transition::NumberChanged { from: old.clone(), to: new.clone() };
            lines.push(conversation::transition(work, &c, None, what).await?);
        }
        conversation::tell(work, &c, Told::of(&c), lines);
    }
    work.tell(Change::Contact { contact_id: contact });
    Ok(())
}

/// Applies parked statuses whose message is known by now: its id was learnt while the status was being parked.
pub(crate) async fn unpark_found(desk: &crate::Desk) -> Result<()> {
    let found: Vec<(i64, i64, String)> = desk
        .db
        .all(
            sql_system!(
                "select distinct p.account_id, p.channel_id, p.external_id from parked_status p
                 join message m on m.channel_id = p.channel_id and m.external_id = p.external_id limit 500"
            ),
            args![],
        )
        .await?;
    for (account, channel, external_id) in found {
        let mut work = desk.system(account.into()).begin().await?;
        unpark(&mut work, channel.into(), &external_id).await?;
        work.commit().await?;
    }
    Ok(())
}
