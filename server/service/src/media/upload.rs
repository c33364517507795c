//! Files that one of us sends: taken in as a stream, looked at, kept, and later made part of a message.

use super::kept::{ROOM, about_to_point, fits, stopped_pointing};
use super::look::{self, Look};
use super::spool::{Broken, Bytewise, Spooled, spool};
use super::{film, scan, voice};
use crate::desk::{Cx, Desk, Work};
use crate::{Error, Result, args, sql};
use futures::TryStreamExt;
use model::*;
use sha2::{Digest, Sha256};
use std::path::Path;
use tokio::io::AsyncReadExt;

/// How long an upload waits to be sent.
pub(crate) const WAITS_MILLIS: i64 = 24 * 3_600_000;
/// Uploads of one person that wait at once.
const WAITING_MAX: i64 = 100;

/// What the browser says of a file before its bytes.
#[derive(Clone, Debug, Default)]
pub struct Announced {
    pub name: String,
    /// Bytes, when known.
    pub size: Option<u64>,
}

/// An upload's row.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Waiting {
    pub id: i64,
    #[sqlx(try_from = "String")]
    pub wish: FileWish,
    pub mime: String,
    pub file_name: String,
    pub size: i64,
    pub sha256: String,
    pub small: String,
    pub width: i64,
    pub height: i64,
    /// What was kept elsewhere has no length.
    #[sqlx(default)]
    pub seconds: i64,
    pub expires_at: Millis,
}

impl Waiting {
    pub fn view(&self) -> Upload {
        Upload {
            id: self.id.into(),
            kind: file_kind(&self.mime),
            wish: self.wish,
            mime: self.mime.clone(),
            file_name: self.file_name.clone(),
            size: self.size,
            width: u32::try_from(self.width).unwrap_or(0),
            height: u32::try_from(self.height).unwrap_or(0),
            seconds: u32::try_from(self.seconds).unwrap_or(0),
            small: !self.small.is_empty(),
            expires_at: self.expires_at,
        }
    }
}

/// Takes a file in. Its bytes go to the disk as they come; never is the whole of it in memory.
///
/// # Errors
/// [`Fault::FileEmpty`], [`Fault::FileTooLarge`], [`Fault::FileRefused`], [`Fault::FilesFull`], [`Fault::Unavailable`]
/// when the stream broke off, [`Fault::Forbidden`].
pub async fn take(cx: &Cx, announced: Announced, wish: FileWish, bytes: impl Bytewise) -> Result<Upload> {
    let scope = cx.may(Permission::Inbox)?;
    let desk = cx.desk().clone();
    if announced.size.is_some_and(|s| s > FILE_MAX as u64) {
        return Err(too_large());
    }
    room_for_one(cx).await?;
    let used: Option<(i64,)> = scope.opt(sql!("select value from counter where account_id = $1 and name = $2"), args![ROOM]).await?;
    fits(&desk, used.map_or(0, |(n,)| n) + announced.size.map_or(0, |s| s as i64))?;
    let _turn = desk.uploads.acquire().await.map_err(|_| Fault::Unavailable)?;
    let id: MediaId = desk.seam.id();
    let path = desk.storage.spooled(id);
    let taken = keep(cx, id, &path, &announced.name, wish, bytes).await;
    let _ = tokio::fs::remove_file(&path).await;
    taken
}

/// Refuses one upload more than may wait.
///
/// # Errors
/// [`Fault::RateLimited`].
pub(crate) async fn room_for_one(cx: &Cx) -> Result<()> {
    let scope = cx.may(Permission::Inbox)?;
    let (waiting,): (i64,) = scope.one(sql!("select count(*) from upload where account_id = $1 and user_id = $2"), args![cx.user]).await?;
    if waiting >= WAITING_MAX { Err(Fault::RateLimited { seconds: 60 }.into()) } else { Ok(()) }
}

fn too_large() -> Error {
    Fault::FileTooLarge { megabytes: FILE_MAX / MB }.into()
}

/// The largest file of a website's visitor, in bytes.
pub const VISITOR_FILE_MAX: i64 = 25 * MB;

async fn keep(cx: &Cx, id: MediaId, path: &Path, name: &str, wish: FileWish, bytes: impl Bytewise) -> Result<Upload> {
    let desk = cx.desk();
    let row = settle(desk, id, path, name, wish, bytes, FILE_MAX).await?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    fits(desk, work.count_up(ROOM, row.size).await?)?;
    enter(&mut work, cx.user, &row).await?;
    work.commit().await?;
    Ok(row.view())
}

/// Spools a file, sees what it is, has it scanned, and keeps it under its hash; no row points to it yet.
async fn settle(desk: &Desk, id: MediaId, path: &Path, name: &str, wish: FileWish, bytes: impl Bytewise, most: i64) -> Result<Waiting> {
    let Spooled { head, sha256, size } = spool(path, bytes, most).await.map_err(|e| match e {
        Broken::TooLarge => Fault::FileTooLarge { megabytes: most / MB }.into(),
        Broken::Stream(why) => {
            tracing::info!(error = %why, "an upload broke off");
            Fault::Unavailable.into()
        }
        Broken::Disk(_) => Error::Other(e.to_string()),
    })?;
    if size == 0 {
        return Err(Fault::FileEmpty.into());
    }
    let file_name = clean_file_name(name);
    let mime = look::outgoing_type(&head, &file_name).map_err(|why| Fault::FileRefused { why })?;
    scan::scan(desk, path).await?;
    let (mime, wish, sha256, size) = voiced(desk, path, mime, wish, sha256, size).await?;
    let seen = look_at(desk, path, mime, wish).await?;
    let (sha256, size) = match &seen.converted {
        Some(bytes) => (crate::keys::sha256_hex(bytes), bytes.len() as i64),
        None => (sha256, size),
    };
    about_to_point(desk, &sha256).await?;
    match seen.converted {
        Some(bytes) => desk.storage.keep_bytes(bytes, &sha256).await?,
        None => desk.storage.keep(path, &sha256).await?,
    }
    let small = keep_small(desk, seen.small).await?;
    Ok(Waiting {
        id: id.0,
        wish,
        file_name: named(file_name, &seen.mime),
        mime: seen.mime,
        size,
        sha256,
        small,
        width: i64::from(seen.width),
        height: i64::from(seen.height),
        seconds: i64::from(seen.seconds),
        expires_at: desk.now() + WAITS_MILLIS,
    })
}

/// Takes in a file of a website's visitor, as it is; the caller makes it a message, or it is forgotten.
///
/// # Errors
/// As [`take`].
pub(crate) async fn take_from_visitor(desk: &Desk, account: AccountId, announced: Announced, bytes: impl Bytewise) -> Result<Waiting> {
    if announced.size.is_some_and(|s| s > VISITOR_FILE_MAX as u64) {
        return Err(Fault::FileTooLarge { megabytes: VISITOR_FILE_MAX / MB }.into());
    }
    let used: Option<(i64,)> =
        desk.system(account).opt(sql!("select value from counter where account_id = $1 and name = $2"), args![ROOM]).await?;
    fits(desk, used.map_or(0, |(n,)| n) + announced.size.map_or(0, |s| s as i64))?;
    let _turn = desk.uploads.acquire().await.map_err(|_| Fault::Unavailable)?;
    let id: MediaId = desk.seam.id();
    let path = desk.storage.spooled(id);
    let taken = settle(desk, id, &path, &announced.name, FileWish::Shown, bytes, VISITOR_FILE_MAX).await;
    let _ = tokio::fs::remove_file(&path).await;
    taken
}

/// Lets an upload wait for being sent by somebody.
pub(crate) async fn enter(work: &mut Work, user: UserId, file: &Waiting) -> Result<()> {
    let now = work.desk().now();
    work.run(
        sql!(
            "insert into upload (account_id, id, user_id, wish, mime, file_name, size, sha256, small, width, height, created_at, expires_at, seconds)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        ),
        args![
            file.id,
            user,
            file.wish,
            &file.mime,
            &file.file_name,
            file.size,
            &file.sha256,
            &file.small,
            file.width,
            file.height,
            now,
            file.expires_at,
            file.seconds
        ],
    )
    .await?;
    Ok(())
}

/// A voice note is Ogg with one channel of Opus; a recording that cannot be made one goes as sound.
async fn voiced(
    desk: &Desk,
    path: &Path,
    mime: String,
    wish: FileWish,
    sha256: String,
    size: i64,
) -> Result<(String, FileWish, String, i64)> {
    if wish != FileWish::Voice || mime == "audio/ogg" {
        return Ok((mime, wish, sha256, size));
    }
    let failed = |e: std::io::Error| Error::Other(format!("the spool: {e}"));
    if let Some(note) = voice::voice_note(desk.settings.files.ffmpeg(), path, &mime).await {
        let kept = tokio::fs::rename(&note, path).await;
        kept.map_err(failed)?;
        if voice::is_voice_note(path) {
            let (sha256, size) = hashed(path).await.map_err(failed)?;
            return Ok(("audio/ogg".to_owned(), wish, sha256, size));
        }
    }
    match mime.as_str() {
        "video/mp4" => Ok(("audio/mp4".to_owned(), FileWish::Shown, sha256, size)),
        _ if mime.starts_with("audio/") => Ok((mime, FileWish::Shown, sha256, size)),
        _ => Err(Fault::FileRefused { why: FileWhy::NotAVoice }.into()),
    }
}

/// Hash in hex and length of a file.
async fn hashed(path: &Path) -> std::io::Result<(String, i64)> {
    let mut file = tokio::fs::File::open(path).await?;
    let (mut hash, mut size, mut part) = (Sha256::new(), 0, vec![0; 64 << 10]);
    loop {
        match file.read(&mut part).await? {
            0 => return Ok((hex::encode(hash.finalize()), size)),
            n => {
                hash.update(&part[..n]);
                size += n as i64;
            }
        }
    }
}

/// Looks at a file of the spool; few at once, because a picture needs memory.
pub(super) async fn look_at(desk: &Desk, path: &Path, mime: String, wish: FileWish) -> Result<Look> {
    let _turn = desk.pictures.acquire().await.map_err(|_| Fault::Unavailable)?;
    let file = path.to_owned();
    let seen = tokio::task::spawn_blocking(move || look::look(&file, mime, wish)).await;
    let mut seen = seen.map_err(|e| Error::Other(format!("looking at a picture: {e}")))?.map_err(|why| Fault::FileRefused { why })?;
    if seen.small.is_none() && file_kind(&seen.mime) == FileKind::Video {
        seen.small = still(desk, path, &seen.mime).await;
    }
    Ok(seen)
}

/// A small picture of a film.
async fn still(desk: &Desk, path: &Path, mime: &str) -> Option<Vec<u8>> {
    let frame = film::frame(desk.settings.files.ffmpeg(), path, mime).await?;
    let (from, picture) = (frame.clone(), "image/jpeg".to_owned());
    let seen = tokio::task::spawn_blocking(move || look::look(&from, picture, FileWish::Document)).await;
    let _ = tokio::fs::remove_file(&frame).await;
    seen.ok()?.ok()?.small
}

/// Keeps a small picture; answers its hash, empty for none.
pub(super) async fn keep_small(desk: &Desk, small: Option<Vec<u8>>) -> Result<String> {
    let Some(bytes) = small else { return Ok(String::new()) };
    let sha256 = crate::keys::sha256_hex(&bytes);
    about_to_point(desk, &sha256).await?;
    desk.storage.keep_bytes(bytes, &sha256).await?;
    Ok(sha256)
}

/// A converted picture has the ending of what it is now; a pasted one has a name.
fn named(name: String, mime: &str) -> String {
    let ending = match mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "audio/ogg" => "ogg",
        _ => return name,
    };
    let (stem, old) = name.rsplit_once('.').map_or((name.as_str(), ""), |(s, o)| (s, o));
    let same = old.eq_ignore_ascii_case(ending) || (ending == "jpg" && old.eq_ignore_ascii_case("jpeg"));
    match stem {
        _ if same => name,
        "" => format!("{}.{ending}", mime.split('/').next().unwrap_or_default()),
        stem => format!("{stem}.{ending}"),
    }
}

/// The caller's upload, by id.
pub(super) async fn own(cx: &Cx, id: MediaId) -> Result<Option<Waiting>> {
    cx.may(Permission::Inbox)?
        .opt(
            sql!(
                "select id, wish, mime, file_name, size, sha256, small, width, height, seconds, expires_at from upload
                 where account_id = $1 and id = $2 and user_id = $3"
            ),
            args![id, cx.user],
        )
        .await
}

/// Takes an upload of somebody out of the waiting ones, to be sent; none when it is not theirs, or sent, or forgotten.
pub(crate) async fn claim(work: &mut Work, user: UserId, id: MediaId) -> Result<Waiting> {
    let row: Option<Waiting> = work
        .opt(
            sql!(
                "delete from upload where account_id = $1 and id = $2 and user_id = $3
                 returning id, wish, mime, file_name, size, sha256, small, width, height, seconds, expires_at"
            ),
            args![id, user],
        )
        .await?;
    row.ok_or_else(|| Fault::field("upload_id", Wrong::Unknown).into())
}

/// Type, name, size, hash, small picture, width, height, seconds.
type Ready = (String, String, i64, String, String, i64, i64, i64);

/// A file that is here, under a new id, as if it had been uploaded for the message it is copied into.
pub(crate) async fn again(work: &mut Work, id: MediaId, kind: MessageKind) -> Result<Option<Waiting>> {
    let row: Option<Ready> = work
        .opt(
            sql!("select mime, file_name, size, sha256, small, width, height, seconds from media where account_id = $1 and id = $2 and state = 'READY'"),
            args![id],
        )
        .await?;
    let Some((mime, file_name, size, sha256, small, width, height, seconds)) = row else { return Ok(None) };
    work.count_up(ROOM, size).await?;
    let as_document = kind == MessageKind::Document && file_kind(&mime) != FileKind::Document;
    let wish = match kind {
        MessageKind::Sticker if is_sticker(work.desk(), &sha256, size).await? => FileWish::Sticker,
        MessageKind::Audio if mime == "audio/ogg" => FileWish::Voice,
        _ if as_document => FileWish::Document,
        _ => FileWish::Shown,
    };
    let id = work.desk().seam.id::<i64>();
    Ok(Some(Waiting { id, wish, mime, file_name, size, sha256, small, width, height, seconds, expires_at: 0 }))
}

/// Whether a file that was sent as a sticker is one by the network's own rules. What is small may move or not; whether a
/// larger one does stands in its beginning.
async fn is_sticker(desk: &Desk, sha256: &str, size: i64) -> Result<bool> {
    if size > STICKER_MOVING_MAX {
        return Ok(false);
    }
    let bytes = desk.storage.read(sha256, Some(0..WEBP_HEAD.min(size.max(0) as usize) as u64)).await?;
    let head = bytes.try_collect::<Vec<_>>().await.map_err(|e| Error::Other(format!("the store: {e}")))?.concat();
    Ok(Webp::read(&head).is_some_and(|webp| webp.is_sticker(size)))
}

/// A file of a message that was taken back, as if it had just been uploaded.
///
/// # Errors
/// [`Fault::Missing`] when the file is not there.
pub(crate) async fn give_back(work: &mut Work, user: UserId, media: &Media, kind: MessageKind) -> Result<Upload> {
    let (mime, file_name, size, sha256, small, width, height, seconds): (String, String, i64, String, String, i64, i64, i64) = work
        .one(
            sql!(
                "delete from media where account_id = $1 and id = $2 returning mime, file_name, size, sha256, small, width, height, seconds"
            ),
            args![media.id],
        )
        .await?;
    let wish = match kind {
        _ if media.voice => FileWish::Voice,
        MessageKind::Document if file_kind(&mime) != FileKind::Document => FileWish::Document,
        MessageKind::Sticker => FileWish::Sticker,
        _ => FileWish::Shown,
    };
    let (id, expires_at) = (media.id.0, work.desk().now() + WAITS_MILLIS);
    let row = Waiting { id, wish, mime, file_name, size, sha256, small, width, height, seconds, expires_at };
    enter(work, user, &row).await?;
    Ok(row.view())
}

/// Puts a claimed upload under its message.
pub(crate) async fn attach(work: &mut Work, m: &Message, channel: ChannelId, file: &Waiting, link_until: Option<Millis>) -> Result<()> {
    work.run(
        sql!(
            "insert into media (account_id, id, conversation_id, message_id, channel_id, state, mime, file_name, size, sha256, small, width, height, link_until, seconds)
             values ($1, $2, $3, $4, $5, 'READY', $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        ),
        args![
            file.id,
            m.conversation_id,
            m.id,
            channel,
            &file.mime,
            &file.file_name,
            file.size,
            &file.sha256,
            &file.small,
            file.width,
            file.height,
            link_until,
            file.seconds
        ],
    )
    .await?;
    Ok(())
}

/// Forgets an upload of the caller; one that is gone already is forgotten.
///
/// # Errors
/// [`Fault::Forbidden`].
pub async fn discard(cx: &Cx, id: MediaId) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    if let Ok(file) = claim(&mut work, cx.user, id).await {
        work.count_up(ROOM, -file.size).await?;
        stopped_pointing(&mut work, &[&file.sha256, &file.small]).await?;
        work.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_type() {
        assert_eq!(named("foto.webp".into(), "image/jpeg"), "foto.jpg");
        assert_eq!(named("foto.JPEG".into(), "image/jpeg"), "foto.JPEG");
        assert_eq!(named(String::new(), "image/png"), "image.png");
        assert_eq!(named("nota".into(), "image/png"), "nota.png");
        assert_eq!(named("nota.xml".into(), "text/plain"), "nota.xml");
    }
}
