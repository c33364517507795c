//! Files of messages: fetched in the background, checked, stored under the data folder, opened only for those who may
//! see the conversation.

use crate::conversation::Row as Conversation;
use crate::desk::{Cx, Desk, Work};
use crate::{Error, Result, args, channels, message, sql, sql_system};
use base64::Engine;
use futures::StreamExt;
use model::*;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

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
    while !desk.is_stopping() {
        match turn(&desk).await {
            Ok(0) => {
                let _ = tokio::time::timeout(Duration::from_secs(2), desk.media.notified()).await;
            }
            Ok(_) => {}
            Err(e) => {
                tracing::error!(error = %e, "fetching files stumbled");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
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
    if outcome.is_err() {
        let _ = tokio::fs::remove_file(part_of(desk, job)).await;
    }
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
    mime: String,
}

/// Streams the file to disk under its hash, never more than [`LARGEST`].
async fn fetch(desk: &Desk, job: &Job) -> std::result::Result<Fetched, Refusal> {
    let row =
        channels::row(desk, job.channel_id.into()).await.map_err(Refusal::again)?.ok_or_else(|| Refusal::never("the channel is gone"))?;
    let link = row.link(desk);
    let mut stream = row.adapter().fetch_media(&link, &job.external_id).await.map_err(|e| Refusal {
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
    let part = part_of(desk, job);
    tokio::fs::create_dir_all(folder(desk)).await.map_err(Refusal::again)?;
    let mut file = tokio::fs::File::create(&part).await.map_err(Refusal::again)?;
    let (mut hash, mut size, mut head) = (Sha256::new(), 0u64, Vec::new());
    while let Some(chunk) = stream.bytes.next().await {
        let chunk = chunk.map_err(Refusal::again)?;
        size += chunk.len() as u64;
        if size > LARGEST {
            return Err(Refusal::never("too large"));
        }
        if head.len() < 4096 {
            head.extend_from_slice(&chunk[..chunk.len().min(4096 - head.len())]);
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(Refusal::again)?;
    }
    file.sync_all().await.map_err(Refusal::again)?;
    let sha256 = hex::encode(hash.finalize());
    let told = stream.sha256.clone().unwrap_or_default();
    for expected in [job.sha256.as_str(), told.as_str()] {
        if !expected.is_empty() && !expected.eq_ignore_ascii_case(&sha256) {
            return Err(Refusal::again("the file does not have the announced hash"));
        }
    }
    let path = path_of(desk, &sha256);
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent).await.map_err(Refusal::again)?;
    }
    tokio::fs::rename(&part, &path).await.map_err(Refusal::again)?;
    Ok(Fetched { size: size as i64, sha256, mime: sniff(&head, &stream.mime) })
}

/// The type by content where the content tells, else the announced one, never one that a browser would run.
pub fn sniff(head: &[u8], announced: &str) -> String {
    let announced = announced.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let seen = infer::get(head).map(|t| t.mime_type());
    let mime = match seen {
        // Containers whose content does not tell sound from pictures, and office files in a zip.
        Some("video/mp4" | "video/webm" | "application/ogg" | "application/zip" | "application/x-ole-storage") if !announced.is_empty() => {
            announced
        }
        Some(mime) => mime.to_owned(),
        None if looks_like_markup(head) => "text/plain".to_owned(),
        None if announced.is_empty() => "application/octet-stream".to_owned(),
        None => announced,
    };
    if runs(&mime) { "text/plain".to_owned() } else { mime }
}

/// Types that a browser takes as a page, a picture with scripts, a style or a program.
fn runs(mime: &str) -> bool {
    let harmless_text = ["text/plain", "text/csv", "text/calendar", "text/vcard", "text/x-vcard"];
    (mime.starts_with("text/") && !harmless_text.contains(&mime))
        || mime.ends_with("+xml")
        || ["/xml", "html", "script", "multipart/", "message/", "flash"].iter().any(|part| mime.contains(part))
        || !mime.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.+-_".contains(&b))
        || mime.matches('/').count() != 1
}

fn looks_like_markup(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&head[..head.len().min(512)]).trim_start().to_ascii_lowercase();
    start.starts_with('<')
}

fn folder(desk: &Desk) -> PathBuf {
    desk.settings.data_dir.join("media")
}

/// Where a file grows while it comes in.
fn part_of(desk: &Desk, job: &Job) -> PathBuf {
    folder(desk).join(format!("{}.part", job.id))
}

/// Where a file with this hash lives.
pub fn path_of(desk: &Desk, sha256: &str) -> PathBuf {
    let (a, b) = (sha256.get(..2).unwrap_or("00"), sha256.get(2..4).unwrap_or("00"));
    folder(desk).join(a).join(b).join(sha256)
}

async fn record(desk: &Desk, job: &Job, outcome: std::result::Result<Fetched, String>) -> Result<()> {
    let mut work = desk.system(job.account_id.into()).begin().await?;
    let found = message::get(&mut work, job.message_id.into()).await?;
    let c = crate::conversation::lock(&mut work, found.conversation_id.into()).await?;
    let mut m = message::again(&mut work, found).await?.view()?;
    let Content::Media(media) = &mut m.content else { return Err(Error::Other("a file of a message without one".into())) };
    match outcome {
        Ok(file) => {
            media.state = MediaState::Ready;
            media.size = file.size;
            media.mime = file.mime;
            work.run(
                sql!("update media set state = 'READY', size = $3, sha256 = $4, mime = $5 where account_id = $1 and id = $2"),
                args![job.id, file.size, file.sha256, &media.mime],
            )
            .await?;
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

/// A stored file, opened for somebody who may see its conversation.
pub struct File {
    pub path: PathBuf,
    pub mime: String,
    pub file_name: String,
    pub size: u64,
    pub sha256: String,
}

/// Finds a file.
///
/// # Errors
/// [`Fault::Missing`] when it does not exist, is not here yet, or its conversation is not visible to the asker.
pub async fn find(cx: &Cx, id: MediaId) -> Result<File> {
    let scope = cx.may(Permission::Inbox)?;
    let (conversation, state, mime, file_name, size, sha256): (i64, String, String, String, i64, String) = scope
        .one(sql!("select conversation_id, state, mime, file_name, size, sha256 from media where account_id = $1 and id = $2"), args![id])
        .await?;
    crate::conversation::visible(cx, conversation.into()).await?;
    if state != MediaState::Ready.word() {
        return Err(Fault::Missing.into());
    }
    Ok(File { path: path_of(cx.desk(), &sha256), mime, file_name, size: size.max(0) as u64, sha256 })
}

/// Whether the data folder can be written to.
pub async fn writable(folder: &Path) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let probe = folder.join(".probe");
    tokio::fs::write(&probe, b"ok").await?;
    tokio::fs::remove_file(&probe).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_in_disguise_is_plain_text() {
        assert_eq!(sniff(b"<html><script>1</script>", "image/jpeg"), "text/plain");
        assert_eq!(sniff(b"  <svg onload=1>", "image/svg+xml"), "text/plain");
        assert_eq!(sniff(b"see <script>1</script>", "text/html"), "text/plain");
        assert_eq!(sniff(b"PK\x03\x04page", "application/xhtml+xml"), "text/plain");
        assert_eq!(sniff(b"alert(1)", "application/javascript"), "text/plain");
        assert_eq!(sniff(b"x", "image/png\r\nset-cookie: a=b"), "text/plain");
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!(sniff(b"PK\x03\x04sheet", sheet), sheet);
        assert_eq!(sniff(b"a;b", "text/csv"), "text/csv");
        assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xe0, 0, 0], "text/html"), "image/jpeg");
        assert_eq!(sniff(b"OggS\0\0\0\0", "audio/ogg; codecs=opus"), "audio/ogg");
    }
}
