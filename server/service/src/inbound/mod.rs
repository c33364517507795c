//! What networks tell us: first on disk, then answered, then worked through.
//!
//! [`receive`] hands a verified body to one writer, which puts everything that arrives together into one synced commit.
//! [`run`] reads the stored bodies in order and applies their facts, a batch in one transaction; when a batch fails it
//! goes one by one, so that a bad item stands alone.

mod fact;
mod identity;
mod message;
mod reaction;

pub(crate) use fact::{unpark, unpark_found};
pub use message::{Arrived, arrive};
pub(crate) use message::{arrive_from, arrive_with_file};
pub(crate) use reaction::found as reacted;

use crate::desk::Desk;
use crate::keys::sha256_hex;
use crate::{Error, Result, args, sql_system};
use model::{ChannelKind, Fault};
use std::time::Duration;
use tokio::sync::oneshot;

/// Bodies in one commit.
const TOGETHER: usize = 256;
/// Bodies worked through in one transaction.
const BATCH: i64 = 64;
/// Tries before a body is set aside with its note.
const TRIES: i64 = 5;

/// A verified body waiting for its commit.
pub struct Receipt {
    source: ChannelKind,
    body: Vec<u8>,
    signed_by: String,
    done: oneshot::Sender<bool>,
}

/// Stores a webhook's body and returns when it is on disk; the same body again is the same row. Whoever calls this vouches
/// for all of it.
///
/// # Errors
/// [`Fault::Unavailable`] when it could not be stored: the network must try again.
pub async fn receive(desk: &Desk, source: ChannelKind, body: Vec<u8>) -> Result<()> {
    store_as(desk, source, body, String::new()).await
}

/// The same for a body that an app has signed: what it says of channels with another app secret has no effect. Tenants
/// type in their own secrets, and could otherwise sign messages for each other's numbers.
///
/// # Errors
/// [`Fault::Unavailable`].
pub async fn receive_signed(desk: &Desk, source: ChannelKind, body: Vec<u8>, app_secret: &str) -> Result<()> {
    store_as(desk, source, body, app_mark(app_secret)).await
}

async fn store_as(desk: &Desk, source: ChannelKind, body: Vec<u8>, signed_by: String) -> Result<()> {
    let (done, stored) = oneshot::channel();
    desk.receipts.send(Receipt { source, body, signed_by, done }).await.map_err(|_| Fault::Unavailable)?;
    match stored.await {
        Ok(true) => Ok(()),
        _ => Err(Fault::Unavailable.into()),
    }
}

/// By what an app is known in a webhook's row; the secret cannot be told from it.
fn app_mark(app_secret: &str) -> String {
    sha256_hex(format!("app:{app_secret}"))[..16].to_owned()
}

/// Writes receipts until the server stops. Everything that waits goes into one commit.
pub async fn write_receipts(desk: Desk) {
    let Some(mut receipts) = desk.receipts_in.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() else { return };
    let mut waiting = Vec::with_capacity(TOGETHER);
    while receipts.recv_many(&mut waiting, TOGETHER).await > 0 {
        let stored = store(&desk, &waiting).await;
        if let Err(e) = &stored {
            tracing::error!(error = %e, count = waiting.len(), "webhooks could not be stored");
        }
        for r in waiting.drain(..) {
            let _ = r.done.send(stored.is_ok());
        }
        desk.webhooks.notify_one();
    }
}

async fn store(desk: &Desk, receipts: &[Receipt]) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    let now = desk.now();
    for r in receipts {
        let id: i64 = desk.seam.id();
        tx.run(
            sql_system!(
                "insert into webhook (id, source, hash, body, received_at, state, signed_by) values ($1, $2, $3, $4, $5, 'NEW', $6)
                 on conflict (hash) do nothing"
            ),
            // PostgreSQL's text cannot hold a NUL; such a body is not JSON anyway.
            args![id, r.source, hash(r), String::from_utf8_lossy(&r.body).replace('\0', "\u{fffd}"), now, &r.signed_by],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The same bytes from another app are another body: nobody takes a message away by sending it first.
fn hash(r: &Receipt) -> String {
    if r.signed_by.is_empty() {
        sha256_hex(&r.body)
    } else {
        sha256_hex([r.signed_by.as_bytes(), b"\n".as_slice(), r.body.as_slice()].concat())
    }
}

#[derive(Clone, sqlx::FromRow)]
struct Stored {
    id: i64,
    source: String,
    body: String,
    received_at: i64,
    attempts: i64,
    signed_by: String,
}

/// Works through stored bodies until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "reading webhooks", Some(&desk.webhooks), Duration::from_secs(1), turn).await;
}

/// Works through the oldest bodies; answers how many were handled.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let rows: Vec<Stored> = desk
        .db
        .all(
            sql_system!("select id, source, body, received_at, attempts, signed_by from webhook where state = 'NEW' order by id limit $1"),
            args![BATCH],
        )
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    if rows.len() == 1 || together(desk, &rows).await.is_err() {
        for row in &rows {
            if let Err(e) = together(desk, std::slice::from_ref(row)).await {
                put_aside(desk, row, &e).await?;
            }
        }
    }
    Ok(rows.len())
}

async fn put_aside(desk: &Desk, row: &Stored, e: &Error) -> Result<()> {
    tracing::error!(webhook = row.id, error = %e, attempt = row.attempts + 1, "a webhook could not be applied");
    // What a busy or restarting database refused is not the body's fault, and must not be lost for it.
    let counts = i64::from(!e.is_transient());
    let state = if row.attempts + counts >= TRIES { "FAILED" } else { "NEW" };
    desk.db
        .run(
            sql_system!("update webhook set attempts = attempts + $2, state = $3, note = $4 where id = $1 and state = 'NEW'"),
            args![row.id, counts, state, model::text::shorten(&e.to_string(), 500)],
        )
        .await?;
    // A busy database deserves a moment before the next try.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}

async fn together(desk: &Desk, rows: &[Stored]) -> Result<()> {
    // The account is set for each fact; nothing is reached before.
    let mut work = desk.system(model::AccountId(0)).begin().await?;
    // Another reader may be at them, or may have been.
    let still: Vec<(i64,)> = work
        .system()
        .all(
            sql_system!("select id from webhook where id in {in $1} and state = 'NEW' order by id {lock}"),
            vec![crate::db::list(rows.iter().map(|r| r.id))],
        )
        .await?;
    let mut done = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|r| still.iter().any(|(id,)| *id == r.id)) {
        let kind: ChannelKind = row.source.parse()?;
        let mut notes: Vec<String> = Vec::new();
        for item in channel::adapter(kind).read(row.body.as_bytes()) {
            notes.extend(fact::apply(&mut work, kind, item, row.received_at, &row.signed_by).await?);
        }
        if !notes.is_empty() {
            let note = model::text::shorten(&notes.join("; "), 500);
            work.system().run(sql_system!("update webhook set note = $2 where id = $1"), args![row.id, note]).await?;
        }
        done.push(row.id);
    }
    work.system().run(sql_system!("update webhook set state = 'DONE' where id in {in $1}"), vec![crate::db::list(done)]).await?;
    work.commit().await
}
