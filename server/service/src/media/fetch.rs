//! Files that contacts send: fetched in the background, checked, looked at, and kept.

use super::look::{Look, sniff};
use super::spool::{Broken, Spooled, spool};
use super::upload::{keep_small, look_at};
use super::{kept, scan};
use crate::conversation::Row as Conversation;
use crate::desk::{Desk, Work};
use crate::{Error, Result, args, channels, message, sql, sql_system};
use base64::Engine;
use futures::StreamExt;
use model::*;
use std::time::Duration;

/// Largest file that is taken in (Meta's largest kind is 100 MB).
pub const LARGEST: u64 = 100 * 1024 * 1024;
const TRIES: i64 = 6;
const FETCH: Duration = Duration::from_secs(180);
const IN_FLIGHT: usize = 4;

/// A file that a message announced.
pub(crate) struct Expected {
    pub media: Media,
    pub external_id: String,
    /// Base64 as the network gave it, or empty.
    pub sha256: String,
}

/// Notes the file to fetch.
pub(crate) async fn expect(work: &mut Work, c: &Conversation, channel: ChannelId, m: &Message, e: &Expected) -> Result<()> {
    let hash =
        base64::engine::general_purpose::STANDARD.decode(&e.sha256).ok().filter(|b| b.len() == 32).map(hex::encode).unwrap_or_default();
    work.run(
        sql!(
            "insert into media (account_id, id, conversation_id, message_id, channel_id, state, mime, file_name, sha256, external_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        args![e.media.id, c.id, m.id, channel, e.media.state, &e.media.mime, &e.media.file_name, hash, &e.external_id],
    )
    .await?;
    work.wake_media();
    Ok(())
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Job {
    id: i64,
    account_id: i64,
    message_id: i64,
    channel_id: i64,
    sha256: String,
    external_id: String,
    attempts: i64,
}

/// Fetches files until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "fetching files", Some(&desk.media), Duration::from_secs(2), turn).await;
}

/// Fetches what is due; answers how many files were tried.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let now = desk.now();
    let jobs: Vec<Job> = {
        let mut tx = desk.db.begin().await?;
        let jobs = tx
            .all(
                sql_system!(
                    "update media set attempts = attempts + 1, next_at = $2 where id in (
                       select id from media where state = 'PENDING' and next_at <= $1 order by next_at, id limit 16) and next_at <= $1
                     returning id, account_id, message_id, channel_id, sha256, external_id, attempts"
                ),
                args![now, now + 2 * FETCH.as_millis() as i64],
            )
            .await?;
        tx.commit().await?;
        jobs
    };
    let n = jobs.len();
    futures::stream::iter(jobs)
        .for_each_concurrent(IN_FLIGHT, |job| {
            let desk = desk.clone();
            async move {
                if let Err(e) = handle(&desk, &job).await {
                    tracing::error!(media = job.id, error = %e, "a file could not be recorded");
                }
            }
        })
        .await;
    Ok(n)
}

async fn handle(desk: &Desk, job: &Job) -> Result<()> {
    let outcome = tokio::time::timeout(FETCH, fetch(desk, job)).await.unwrap_or_else(|_| Err(Refusal::again("took too long")));
    let _ = tokio::fs::remove_file(desk.storage.spooled(job.id)).await;
    match outcome {
        Ok(file) => record(desk, job, Ok(file)).await,
        Err(r) if r.again && job.attempts < TRIES => {
            let wait = 2_000i64 << (2 * job.attempts.min(8));
            tracing::info!(media = job.id, why = %r.why, "a file will be tried again");
            desk.db.run(sql_system!("update media set next_at = $2 where id = $1"), args![job.id, desk.now() + wait]).await?;
            Ok(())
        }
        Err(r) => record(desk, job, Err(r.why)).await,
    }
}

struct Refusal {
    again: bool,
    why: String,
}

impl Refusal {
    fn again(why: impl std::fmt::Display) -> Refusal {
        Refusal { again: true, why: why.to_string() }
    }
    fn never(why: impl std::fmt::Display) -> Refusal {
        Refusal { again: false, why: why.to_string() }
    }
}

struct Fetched {
    size: i64,
    sha256: String,
    /// The hash of its small picture, or empty.
    small: String,
    look: Look,
}

/// Streams the file to disk under its hash, never more than [`LARGEST`].
async fn fetch(desk: &Desk, job: &Job) -> std::result::Result<Fetched, Refusal> {
    let row =
        channels::row(desk, job.channel_id.into()).await.map_err(Refusal::again)?.ok_or_else(|| Refusal::never("the channel is gone"))?;
    let link = row.link(desk);
    let stream = row.adapter().fetch_media(&link, &job.external_id).await.map_err(|e| Refusal {
        again: matches!(
            e.policy,
            channel::Policy::Retry
                | channel::Policy::RetryPair
                | channel::Policy::Wait
                | channel::Policy::Uncertain
                | channel::Policy::Account
        ),
        why: e.detail.clone(),
    })?;
    if stream.size.is_some_and(|s| s > LARGEST) {
        return Err(Refusal::never("too large"));
    }
    let part = desk.storage.spooled(job.id);
    let Spooled { head, sha256, size } = spool(&part, stream.bytes, LARGEST as i64).await.map_err(|e| match e {
        Broken::TooLarge => Refusal::never(e),
        _ => Refusal::again(e),
    })?;
    let told = stream.sha256.unwrap_or_default();
    for expected in [job.sha256.as_str(), told.as_str()] {
        if !expected.is_empty() && !expected.eq_ignore_ascii_case(&sha256) {
            return Err(Refusal::again("the file does not have the announced hash"));
        }
    }
    scan::scan(desk, &part).await.map_err(|e| match e.into_fault() {
        Fault::FileRefused { why: FileWhy::Infected } => Refusal::never("the scanner found something in it"),
        _ => Refusal::again("it could not be scanned"),
    })?;
    kept::about_to_point(desk, &sha256).await.map_err(Refusal::again)?;
    desk.storage.keep(&part, &sha256).await.map_err(Refusal::again)?;
    // As a document: what cannot be opened as a picture is a file all the same.
    let look = look_at(desk, &part, sniff(&head, &stream.mime), FileWish::Document).await.map_err(Refusal::again)?;
    let small = keep_small(desk, look.small.clone()).await.map_err(Refusal::again)?;
    Ok(Fetched { size, sha256, small, look })
}

async fn record(desk: &Desk, job: &Job, outcome: std::result::Result<Fetched, String>) -> Result<()> {
    let mut work = desk.system(job.account_id.into()).begin().await?;
    let found = message::get(&mut work, job.message_id.into()).await?;
    let (c, stored) = message::hold(&mut work, found).await?;
    let mut m = stored.view()?;
    let Content::Media(media) = &mut m.content else { return Err(Error::Other("a file of a message without one".into())) };
    match outcome {
        Ok(file) => {
            media.state = MediaState::Ready;
            media.size = file.size;
            media.mime = file.look.mime;
            (media.width, media.height, media.small) = (file.look.width, file.look.height, !file.small.is_empty());
            media.seconds = file.look.seconds;
            work.run(
                sql!(
                    "update media set state = 'READY', size = $3, sha256 = $4, mime = $5, small = $6, width = $7, height = $8, seconds = $9
                     where account_id = $1 and id = $2"
                ),
                args![
                    job.id,
                    file.size,
                    file.sha256,
                    &media.mime,
                    file.small,
                    i64::from(media.width),
                    i64::from(media.height),
                    i64::from(media.seconds)
                ],
            )
            .await?;
            work.count_up(kept::ROOM, file.size).await?;
        }
        Err(why) => {
            tracing::warn!(media = job.id, %why, "a file was given up");
            media.state = MediaState::Failed;
            media.reason = text::shorten(&why, 300);
            work.run(sql!("update media set state = 'FAILED' where account_id = $1 and id = $2"), args![job.id]).await?;
        }
    }
    message::set_content(&mut work, &m).await?;
    work.tell(Change::Message { access: c.access(), message: Box::new(m) });
    work.commit().await
}
