//! The outbox: every send is a row first, then a call.
//!
//! Order is kept per contact and channel: a row leaves only when none before it waits; but one that the network holds
//! back for hours is overtaken, so that it does not silence the conversation. The row is marked before the
//! call, with our message's id as the network's callback data. When the answer is lost, or the server dies during the
//! call, the row is uncertain: it waits for the network's status, which carries our id, and is sent again only when
//! none comes. A file goes to the network first ([`file`]); its row blocks those behind it meanwhile. A refusal is classified by the adapter: retry, retry this contact, wait, never, or stop the channel.

mod file;
mod hold;

use crate::channels::{self, ChannelRow};
use crate::conversation::Row as Conversation;
use crate::desk::{Desk, Work};
use crate::{Result, args, contact, message, sql, sql_system};
use channel::{Outbound, OutboundBody, Policy, Recipient, SendError, Sent};
use futures::StreamExt;
use model::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Calls in flight at once.
const IN_FLIGHT: usize = 16;
/// Rows claimed in one go.
const CLAIM: i64 = 64;
/// A call takes at most this long; a row locked longer belongs to a server that died.
const CALL_MILLIS: i64 = 150_000;
/// Tries of one row before it fails for good.
const TRIES: i64 = 6;
/// Held rows that waited longer than this fail instead of surprising the contact.
const STALE_MILLIS: i64 = 24 * 3_600_000;

/// What a row sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Payload {
    Text {
        text: String,
        quoted: Option<String>,
    },
    Template {
        template: Box<Template>,
        values: BTreeMap<String, String>,
        /// The file of its header, of ours.
        #[serde(default)]
        header: Option<MediaId>,
    },
    /// A file of ours; the message's text is its caption.
    File {
        media_id: MediaId,
        quoted: Option<String>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        name: String,
        address: String,
        quoted: Option<String>,
    },
    Contacts {
        cards: Vec<ContactCard>,
        quoted: Option<String>,
    },
    Question {
        text: String,
        question: Question,
        quoted: Option<String>,
    },
    /// Our reaction to a message; an empty emoji takes it back.
    Reaction {
        on: MessageId,
        target: String,
        emoji: String,
    },
    /// A read receipt for the contact's message.
    Read {
        external_id: String,
    },
}

impl Payload {
    /// The file of ours that the network gets before the message.
    fn file(&self) -> Option<MediaId> {
        match self {
            Payload::File { media_id, .. } => Some(*media_id),
            Payload::Template { header, .. } => *header,
            _ => None,
        }
    }
}

/// Queues a message.
pub(crate) async fn queue(work: &mut Work, c: &Conversation, m: &Message, payload: &Payload) -> Result<()> {
    let at = m.leaves_at.unwrap_or_else(|| work.desk().now());
    push(work, c, m.id, "MESSAGE", payload, at).await
}

/// Queues a read receipt; an earlier one of the conversation that has not left yet is not needed any more.
pub(crate) async fn queue_read(work: &mut Work, c: &Conversation, external_id: &str) -> Result<()> {
    work.run(sql!("delete from outbox where account_id = $1 and conversation_id = $2 and kind = 'READ' and state = 'QUEUED'"), args![c.id])
        .await?;
    let now = work.desk().now();
    push(work, c, MessageId(0), "READ", &Payload::Read { external_id: external_id.to_owned() }, now).await
}

/// Queues our reaction; an earlier one on the same message that has not left yet is not needed any more.
pub(crate) async fn queue_reaction(work: &mut Work, c: &Conversation, on: MessageId, target: &str, emoji: &str) -> Result<()> {
    // The kind names the message, so that the statement finds it.
    let kind = format!("REACTION {on}");
    work.run(
        sql!("delete from outbox where account_id = $1 and conversation_id = $2 and kind = $3 and state = 'QUEUED'"),
        args![c.id, &kind],
    )
    .await?;
    let now = work.desk().now();
    push(work, c, MessageId(0), &kind, &Payload::Reaction { on, target: target.to_owned(), emoji: emoji.to_owned() }, now).await
}

async fn push(work: &mut Work, c: &Conversation, message: MessageId, kind: &str, payload: &Payload, at: Millis) -> Result<()> {
    let (id, now): (OutboxId, _) = (work.desk().seam.id(), work.desk().now());
    work.run(
        sql!(
            "insert into outbox (account_id, id, channel_id, contact_id, conversation_id, message_id, kind, payload, state, next_at, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'QUEUED', $9, $10)"
        ),
        args![id, c.channel_id, c.contact_id, c.id, message, kind, serde_json::to_string(payload)?, at, now],
    )
    .await?;
    work.wake_outbox();
    Ok(())
}

/// The network told of this message: nothing is left to send.
pub(crate) async fn settled(work: &mut Work, message: MessageId) -> Result<()> {
    work.run(sql!("delete from outbox where account_id = $1 and message_id = $2"), args![message]).await?;
    work.wake_outbox();
    Ok(())
}

/// What the network echoes with each status: the message, and the row that sent it.
fn callback(job: &Job) -> String {
    format!("{}:{}", job.message_id, job.id)
}

/// The message and the outbox row of an echoed callback.
pub(crate) fn called_back(text: &str) -> Option<(MessageId, OutboxId)> {
    let (message, row) = text.split_once(':')?;
    Some((message.parse().ok()?, row.parse().ok()?))
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Job {
    id: i64,
    account_id: i64,
    channel_id: i64,
    contact_id: i64,
    conversation_id: i64,
    message_id: i64,
    payload: String,
    attempts: i64,
    created_at: i64,
}

/// Sends until the server stops: woken by new rows, and looking once a second for those that are due.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "the outbox", Some(&desk.outbox), Duration::from_secs(1), turn).await;
}

pub use file::{run as run_files, turn as turn_files};
pub(crate) use hold::{held_until, take_back};

/// Claims what is due and sends it; answers how many rows were handled.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let jobs = claim(desk).await?;
    let n = jobs.len();
    futures::stream::iter(jobs)
        .for_each_concurrent(IN_FLIGHT, |job| {
            let desk = desk.clone();
            async move {
                if let Err(e) = handle(&desk, &job).await {
                    tracing::error!(outbox = job.id, error = %e, "a send could not be finished; its lock will run out");
                }
            }
        })
        .await;
    Ok(n)
}

/// Marks due rows as being sent: the first of each contact and channel, none whose predecessor waits. Rows of a dead
/// server become uncertain.
async fn claim(desk: &Desk) -> Result<Vec<Job>> {
    let now = desk.now();
    let wait = desk.settings.uncertain_wait.as_millis() as i64;
    let mut tx = desk.db.begin().await?;
    tx.run(
        sql_system!("update outbox set state = 'UNCERTAIN', next_at = $2 where state = 'SENDING' and locked_until < $1"),
        args![now, now + wait],
    )
    .await?;
    let jobs: Vec<Job> = tx
        .all(
            sql_system!(
                "update outbox set state = 'SENDING', attempts = attempts + 1, locked_until = $2 where id in (
                   select o.id from outbox o where o.state in ('QUEUED', 'UNCERTAIN', 'WAITING') and o.next_at <= $1
                   and not exists (select 1 from outbox p where p.channel_id = o.channel_id and p.contact_id = o.contact_id and p.id < o.id
                     and p.state <> 'WAITING')
                   order by o.id limit $3)
                 and state in ('QUEUED', 'UNCERTAIN', 'WAITING')
                 returning id, account_id, channel_id, contact_id, conversation_id, message_id, payload, attempts, created_at"
            ),
            args![now, now + CALL_MILLIS, CLAIM],
        )
        .await?;
    tx.commit().await?;
    Ok(jobs)
}

/// Rows that a server which just started may have left in mid-call: it was the only one on this database, so they are
/// uncertain now and need not wait for their lock.
pub async fn recover(desk: &Desk) -> Result<()> {
    if desk.db.is_sqlite() {
        let at = desk.now() + desk.settings.uncertain_wait.as_millis() as i64;
        desk.db.run(sql_system!("update outbox set locked_until = 0 where state = 'UPLOADING'"), args![]).await?;
        desk.db.run(sql_system!("update outbox set state = 'UNCERTAIN', next_at = $1 where state = 'SENDING'"), args![at]).await?;
    }
    Ok(())
}

async fn handle(desk: &Desk, job: &Job) -> Result<()> {
    let Some(row) = channels::row(desk, job.channel_id.into()).await? else { return drop_row(desk, job).await };
    if row.status != ChannelStatus::Connected {
        return hold(desk, job).await;
    }
    let payload: Payload = match serde_json::from_str(&job.payload) {
        Ok(payload) => payload,
        // It would stand in the way of everything behind it, for ever.
        Err(e) => return give_up(desk, job, Problem { reason: DeliveryProblem::Unknown, code: None, detail: e.to_string() }).await,
    };
    if let Payload::Read { external_id } = &payload {
        if let Err(e) = row.adapter().mark_read(&row.link(desk), external_id).await {
            tracing::info!(channel = %row.id, error = %e, "a read receipt was refused");
            if e.policy == Policy::Account {
                return stop_channel(desk, job, &row, &e).await;
            }
        }
        return drop_row(desk, job).await;
    }
    let Some(to) = recipient(desk, job).await? else {
        let why = Problem { reason: DeliveryProblem::Undeliverable, code: None, detail: String::new() };
        return give_up(desk, job, why).await;
    };
    let (body, quoted) = match payload {
        Payload::Text { text, quoted } => (OutboundBody::Text { text }, quoted),
        Payload::Template { template, values, header } => {
            let header = match header {
                Some(id) => match file::header(desk, job, &row, id).await? {
                    Some(file) => Some(file),
                    None => return Ok(()),
                },
                None => None,
            };
            (OutboundBody::Template { template, values, header }, None)
        }
        Payload::File { media_id, quoted } => match file::body(desk, job, &row, media_id).await? {
            Some(body) => (body, quoted),
            None => return Ok(()),
        },
        Payload::Location { latitude, longitude, name, address, quoted } => {
            (OutboundBody::Location { latitude, longitude, name, address }, quoted)
        }
        Payload::Contacts { cards, quoted } => (OutboundBody::Contacts { cards }, quoted),
        Payload::Question { text, question, quoted } => (OutboundBody::Question { text, question }, quoted),
        Payload::Reaction { target, emoji, .. } => (OutboundBody::Reaction { target, emoji }, None),
        Payload::Read { .. } => return drop_row(desk, job).await,
    };
    let out = Outbound { to, callback: callback(job), quoted, body };
    let link = row.link(desk);
    let call = row.adapter().send(&link, &out);
    let answer = tokio::time::timeout(Duration::from_millis(CALL_MILLIS as u64 / 2), call).await.unwrap_or_else(|_| {
        Err(SendError { policy: Policy::Uncertain, problem: DeliveryProblem::NetworkDown, code: None, detail: "no answer in time".into() })
    });
    match answer {
        Ok(sent) => done(desk, job, &row, sent).await,
        Err(e) => refused(desk, job, &row, e).await,
    }
}

/// Where to send: what the conversation stays with (CP-5), else the identity that this channel knows, the phone number first.
async fn recipient(desk: &Desk, job: &Job) -> Result<Option<Recipient>> {
    let kind = match channels::row(desk, job.channel_id.into()).await? {
        Some(row) => row.kind,
        None => return Ok(None),
    };
    let rows: Vec<(String, String)> = desk
        .system(job.account_id.into())
        .all(
            sql!(
                "select kind, address from (
                   select to_kind as kind, to_address as address, 1 as own from conversation where account_id = $1 and id = $4 and to_address is not null
                   union all
                   select kind, address, 0 from contact_identity where account_id = $1 and contact_id = $2 and channel_kind = $3 and not former
                 ) way order by own desc, kind desc"
            ),
            args![job.contact_id, kind, job.conversation_id],
        )
        .await?;
    // PHONE sorts before BSUID here, and website visitors have one identity only.
    rows.into_iter().next().map(|(kind, address)| Ok(Recipient { kind: kind.parse()?, address })).transpose()
}

async fn done(desk: &Desk, job: &Job, row: &Arc<ChannelRow>, sent: Sent) -> Result<()> {
    if job.message_id == 0 {
        return drop_row(desk, job).await;
    }
    let mut work = desk.system(job.account_id.into()).begin().await?;
    crate::conversation::lock(&mut work, job.conversation_id.into()).await?;
    let known = work
        .run(
            sql!("update message set external_id = $3 where account_id = $1 and id = $2 and external_id is null"),
            args![job.message_id, &sent.external_id],
        )
        .await;
    if let Err(e) = known {
        // The network gave one id to two messages; ours is sent all the same.
        if !e.is_unique("external") {
            return Err(e);
        }
        tracing::warn!(message = job.message_id, "the network repeated a message id");
        drop(work);
        let mut work = desk.system(job.account_id.into()).begin().await?;
        message::taken(&mut work, job.message_id.into()).await?;
        return finish(work, job).await;
    }
    if let Some(address) = &sent.address {
        contact::set_address(&mut work, job.contact_id.into(), address).await?;
    }
    let now = desk.now();
    let fact = channel::StatusFact {
        external_id: sent.external_id.clone(),
        status: MessageStatus::Sent,
        at: Some(now),
        callback: None,
        error: None,
        recipient: None,
        pricing: None,
    };
    message::heard(&mut work, row.id, &fact).await?;
    crate::inbound::unpark(&mut work, row.id, &sent.external_id).await?;
    finish(work, job).await
}

/// Removes the row with what became of it; the next one of the contact may leave.
async fn finish(mut work: Work, job: &Job) -> Result<()> {
    work.run(sql!("delete from outbox where account_id = $1 and id = $2"), args![job.id]).await?;
    work.wake_outbox();
    work.commit().await
}

async fn refused(desk: &Desk, job: &Job, row: &Arc<ChannelRow>, e: SendError) -> Result<()> {
    tracing::info!(message = job.message_id, channel = %row.id, policy = ?e.policy, code = e.code, "a send was refused");
    let backoff = |base: i64, factor: i64, most: i64| {
        let full = base.saturating_mul(factor.saturating_pow((job.attempts - 1).clamp(0, 20) as u32)).min(most);
        full + desk.seam.below(full / 4 + 1)
    };
    let (state, delay) = match e.policy {
        Policy::Never | Policy::Transform => return give_up(desk, job, message::problem(&e)).await,
        Policy::Account => return stop_channel(desk, job, row, &e).await,
        Policy::Uncertain if job.attempts >= TRIES => {
            return give_up(desk, job, Problem { reason: DeliveryProblem::Uncertain, ..message::problem(&e) }).await;
        }
        Policy::Uncertain => {
            return set_state(desk, job, "UNCERTAIN", desk.now() + desk.settings.uncertain_wait.as_millis() as i64).await;
        }
        Policy::Retry if job.attempts >= TRIES => return give_up(desk, job, message::problem(&e)).await,
        Policy::RetryPair if job.attempts >= 2 * TRIES => return give_up(desk, job, message::problem(&e)).await,
        Policy::Wait if job.attempts >= 3 => return give_up(desk, job, message::problem(&e)).await,
        Policy::Retry => ("QUEUED", backoff(1_000, 3, 300_000)),
        // The network asks for 4^n seconds.
        Policy::RetryPair => ("QUEUED", backoff(4_000, 4, 600_000)),
        Policy::Wait => ("WAITING", backoff(3_600_000, 4, 24 * 3_600_000)),
    };
    set_state(desk, job, state, desk.now() + delay).await
}

async fn set_state(desk: &Desk, job: &Job, state: &str, next_at: Millis) -> Result<()> {
    desk.db
        .run(sql_system!("update outbox set state = $2, next_at = $3, locked_until = 0 where id = $1"), args![job.id, state, next_at])
        .await?;
    Ok(())
}

async fn drop_row(desk: &Desk, job: &Job) -> Result<()> {
    desk.db.run(sql_system!("delete from outbox where id = $1"), args![job.id]).await?;
    desk.outbox.notify_one();
    Ok(())
}

async fn give_up(desk: &Desk, job: &Job, why: Problem) -> Result<()> {
    if job.message_id == 0 {
        if let Ok(Payload::Reaction { on, emoji, .. }) = serde_json::from_str(&job.payload) {
            tracing::info!(message = %on, reason = ?why.reason, "a reaction was refused");
            message::reaction_refused(desk, job.account_id.into(), on, &emoji).await?;
        }
        return drop_row(desk, job).await;
    }
    let mut work = desk.system(job.account_id.into()).begin().await?;
    message::fail(&mut work, job.message_id.into(), why).await?;
    finish(work, job).await
}

/// The channel is not connected: the row waits until it is, but not for ever.
async fn hold(desk: &Desk, job: &Job) -> Result<()> {
    if desk.now() - job.created_at > STALE_MILLIS {
        return give_up(desk, job, Problem { reason: DeliveryProblem::ChannelDown, code: None, detail: String::new() }).await;
    }
    desk.db
        .run(sql_system!("update outbox set state = 'HELD', attempts = attempts - 1, locked_until = 0 where id = $1"), args![job.id])
        .await?;
    Ok(())
}

/// The network refuses the whole channel: its queue stops, its messages wait, an admin sees why.
async fn stop_channel(desk: &Desk, job: &Job, row: &Arc<ChannelRow>, e: &SendError) -> Result<()> {
    tracing::warn!(channel = %row.id, code = e.code, detail = %e.detail, "a channel was stopped");
    let mut work = desk.system(job.account_id.into()).begin().await?;
    // Uncertain rows come here when their time has come: until then their status may still arrive.
    let status = if e.problem == DeliveryProblem::TokenExpired { ChannelStatus::TokenExpired } else { ChannelStatus::Disconnected };
    channels::set_status(&mut work, row.id, status, Some(&channels::reason(e))).await?;
    work.run(
        sql!("update outbox set state = 'HELD', locked_until = 0 where account_id = $1 and (id = $2 or (channel_id = $3 and state in ('QUEUED', 'WAITING')))"),
        args![job.id, job.channel_id],
    )
    .await?;
    work.commit().await
}

/// Held rows that have waited too long fail, so that an answer of yesterday does not surprise the contact.
pub async fn fail_stale(desk: &Desk) -> Result<()> {
    let old: Vec<Job> = desk
        .db
        .all(
            sql_system!(
                "select id, account_id, channel_id, contact_id, conversation_id, message_id, payload, attempts, created_at
                 from outbox where state = 'HELD' and created_at < $1 order by id limit 500"
            ),
            args![desk.now() - STALE_MILLIS],
        )
        .await?;
    for job in old {
        tracing::info!(conversation = job.conversation_id, "a held message was too old to send");
        give_up(desk, &job, Problem { reason: DeliveryProblem::ChannelDown, code: None, detail: String::new() }).await?;
    }
    Ok(())
}
