//! Files on their way to the network: its servers get the bytes first, then the message that names them. That may take
//! minutes, so it has a worker of its own; the message's row says `UPLOADING` meanwhile.

use super::{Job, give_up, refused, set_state};
use crate::channels::{self, ChannelRow};
use crate::desk::Desk;
use crate::{Error, Result, args, media, sql, sql_system};
use channel::{HeaderFile, MediaKind, OutFile, OutboundBody, Policy, SendError};
use model::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Files under way at once.
const IN_FLIGHT: usize = 4;
/// An upload takes at most this long.
const UPLOAD: Duration = Duration::from_secs(20 * 60);
/// The network keeps a file for thirty days; a day less, so that none expires on its way.
const KEPT_MILLIS: i64 = 29 * 24 * 3_600_000;

#[derive(sqlx::FromRow)]
struct Row {
    body: String,
    kind: String,
    mime: String,
    file_name: String,
    size: i64,
    sha256: String,
    external_id: String,
    uploaded_at: i64,
    link_until: Option<i64>,
    content: Option<String>,
}

async fn row(desk: &Desk, account: AccountId, id: MediaId) -> Result<Option<Row>> {
    desk.system(account)
        .opt(
            sql!(
                "select m.body, m.kind, f.mime, f.file_name, f.size, f.sha256, f.external_id, f.uploaded_at, f.link_until, m.content
                 from media f join message m on m.id = f.message_id where f.account_id = $1 and f.id = $2"
            ),
            args![id],
        )
        .await
}

/// The row of a file; without one the message is given up.
async fn here(desk: &Desk, job: &Job, id: MediaId) -> Result<Option<Row>> {
    let file = row(desk, job.account_id.into(), id).await?;
    if file.is_none() {
        let gone = Problem { reason: DeliveryProblem::MediaUnavailable, code: None, detail: String::new() };
        give_up(desk, job, gone).await?;
    }
    Ok(file)
}

/// Whether the network has the bytes; else the row was handed to the worker that brings them.
async fn brought(desk: &Desk, job: &Job, channel: &ChannelRow, file: &Row) -> Result<bool> {
    let known = !file.external_id.is_empty() && file.uploaded_at > desk.now() - KEPT_MILLIS;
    if channel.kind.uploads() && !known {
        set_state(desk, job, "UPLOADING", desk.now()).await?;
        desk.courier.notify_one();
        return Ok(false);
    }
    Ok(true)
}

/// The file of a template's header; none when its bytes go first, or it is gone.
pub(super) async fn header(desk: &Desk, job: &Job, channel: &ChannelRow, id: MediaId) -> Result<Option<HeaderFile>> {
    let Some(file) = here(desk, job, id).await? else { return Ok(None) };
    let brought = brought(desk, job, channel, &file).await?;
    Ok(brought.then_some(HeaderFile { external_id: file.external_id, file_name: file.file_name }))
}

/// What to send for a file; none when its bytes go first, and the row was handed to the worker for that.
pub(super) async fn body(desk: &Desk, job: &Job, channel: &ChannelRow, id: MediaId) -> Result<Option<OutboundBody>> {
    let Some(file) = here(desk, job, id).await? else { return Ok(None) };
    if let Some(until) = file.link_until {
        let link = format!("{}{}", desk.settings.public_url, media::link_path(desk, id, until));
        let name = if file.file_name.is_empty() { String::new() } else { format!("{}\n", file.file_name) };
        let caption = if file.body.is_empty() { String::new() } else { format!("{}\n\n", file.body) };
        return Ok(Some(OutboundBody::Text { text: format!("{caption}{name}{link}") }));
    }
    if !brought(desk, job, channel, &file).await? {
        return Ok(None);
    }
    let voice = match file.content.as_deref().map(serde_json::from_str::<Content>).transpose()? {
        Some(Content::Media(m)) => m.voice,
        _ => false,
    };
    let kind = match file.kind.parse::<MessageKind>()? {
        MessageKind::Image => MediaKind::Image,
        MessageKind::Video => MediaKind::Video,
        MessageKind::Audio => MediaKind::Audio,
        MessageKind::Sticker => MediaKind::Sticker,
        _ => MediaKind::Document,
    };
    Ok(Some(OutboundBody::File { kind, external_id: file.external_id, caption: file.body, file_name: file.file_name, voice }))
}

/// Brings files to networks until the server stops; one that is slow delays no other contact's.
pub async fn run(desk: Desk) {
    let mut under_way = JoinSet::new();
    while !desk.is_stopping() {
        while under_way.try_join_next().is_some() {}
        let room = IN_FLIGHT - under_way.len();
        match claim(&desk, room).await {
            Ok(jobs) if !jobs.is_empty() => {
                for job in jobs {
                    let desk = desk.clone();
                    under_way.spawn(async move { handle(&desk, &job).await });
                }
            }
            Ok(_) => {
                let pause = tokio::time::timeout(Duration::from_secs(1), desk.courier.notified());
                tokio::select! {
                    _ = pause => {}
                    Some(_) = under_way.join_next() => {}
                }
            }
            Err(e) => {
                tracing::error!(error = %e, "the courier of files stumbled");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Brings what is due now, and waits for it; answers how many files were tried.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let jobs = claim(desk, IN_FLIGHT).await?;
    for job in &jobs {
        handle(desk, job).await;
    }
    Ok(jobs.len())
}

async fn claim(desk: &Desk, room: usize) -> Result<Vec<Job>> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let now = desk.now();
    let mut tx = desk.db.begin().await?;
    let jobs = tx
        .all(
            sql_system!(
                "update outbox set locked_until = $2 where id in (
                   select id from outbox where state = 'UPLOADING' and next_at <= $1 and locked_until < $1 order by id limit $3)
                 and state = 'UPLOADING' and locked_until < $1
                 returning id, account_id, channel_id, contact_id, conversation_id, message_id, payload, attempts, created_at"
            ),
            args![now, now + 2 * UPLOAD.as_millis() as i64, room as i64],
        )
        .await?;
    tx.commit().await?;
    Ok(jobs)
}

async fn handle(desk: &Desk, job: &Job) {
    if let Err(e) = bring(desk, job).await {
        tracing::error!(outbox = job.id, error = %e, "a file could not be brought; its lock will run out");
    }
}

async fn bring(desk: &Desk, job: &Job) -> Result<()> {
    let payload = serde_json::from_str::<super::Payload>(&job.payload);
    let Some(media_id) = payload.ok().and_then(|p| p.file()) else {
        return Err(Error::Other("a row without a file waits for an upload".into()));
    };
    let (Some(channel), Some(file)) =
        (channels::row(desk, job.channel_id.into()).await?, row(desk, job.account_id.into(), media_id).await?)
    else {
        // Its next turn finds the same and gives it up.
        return set_state(desk, job, "QUEUED", desk.now()).await;
    };
    if channel.status != ChannelStatus::Connected {
        return set_state(desk, job, "QUEUED", desk.now()).await;
    }
    let sent = tokio::time::timeout(UPLOAD, send(desk, &channel, &file)).await;
    match sent.unwrap_or_else(|_| Err(SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, "the upload took too long"))) {
        Ok(external_id) => {
            let mut work = desk.system(job.account_id.into()).begin().await?;
            let text = sql!("update media set external_id = $3, uploaded_at = $4 where account_id = $1 and id = $2");
            work.run(text, args![media_id, external_id, desk.now()]).await?;
            work.commit().await?;
            set_state(desk, job, "QUEUED", desk.now()).await?;
            desk.outbox.notify_one();
            Ok(())
        }
        Err(e) => refused(desk, job, &channel, e).await,
    }
}

async fn send(desk: &Desk, channel: &Arc<ChannelRow>, file: &Row) -> std::result::Result<String, SendError> {
    let bytes = desk.storage.read(&file.sha256, None).await.map_err(|e| {
        tracing::error!(error = %e, "a file of ours cannot be read");
        SendError::new(Policy::Retry, DeliveryProblem::MediaUnavailable, "the file cannot be read")
    })?;
    let name = if file.file_name.is_empty() { "file".to_owned() } else { file.file_name.clone() };
    let out = OutFile { mime: whatsapp_mime(&file.mime).to_owned(), file_name: name, size: file.size.max(0) as u64, bytes };
    channel.adapter().upload(&channel.link(desk), out).await
}
