//! Files of messages: [`fetch`] brings those that contacts send, [`upload`] takes those that we send, [`look`] sees what
//! they are, `film` measures films, `voice` makes recordings voice notes, `sticker` pictures stickers, [`storage`] keeps their bytes, [`kept`] removes what nobody needs. Here: who may open one.

mod fetch;
mod film;
pub(crate) mod kept;
mod look;
mod scan;
mod spool;
mod sticker;
pub mod storage;
pub(crate) mod upload;
mod voice;

use crate::desk::{Cx, Desk};
use crate::{Result, args, sql, sql_system};
use model::*;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

pub(crate) use fetch::{Expected, expect};
pub use fetch::{LARGEST, run, turn};
pub use kept::clean;
pub use look::sniff;
pub use spool::Bytewise;
pub use storage::{Bucket, Storage};
pub use upload::{Announced, VISITOR_FILE_MAX, discard, take};

/// How long a contact's link opens a file (MD-5).
pub const LINK_MILLIS: i64 = 7 * 24 * 3_600_000;
const LINK: &str = "file-link/1";

/// What the operator set.
#[derive(Clone, Debug, Default)]
pub struct FileSettings {
    /// None: files are in the data folder.
    pub bucket: Option<Bucket>,
    /// Bytes that an account's files may have; none: no bound.
    pub quota: Option<i64>,
    /// A command that gets a path and answers 0 for clean, 1 for infected.
    pub scan: Option<String>,
    /// The program that encodes sound and takes a frame of a film; none: `ffmpeg`, where it is installed.
    pub ffmpeg: Option<String>,
}

impl FileSettings {
    fn ffmpeg(&self) -> &str {
        self.ffmpeg.as_deref().unwrap_or("ffmpeg")
    }
}

/// Runs a program, which hears and says nothing, for so long at most; whether it wrote its file, which is gone otherwise.
async fn wrote(program: &mut tokio::process::Command, to: &Path, patience: Duration) -> bool {
    let run = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).status();
    let done = matches!(tokio::time::timeout(patience, run).await, Ok(Ok(status)) if status.success());
    if !done {
        let _ = tokio::fs::remove_file(to).await;
    }
    done
}

/// A stored file that the asker may open.
#[derive(Clone, Debug)]
pub struct File {
    pub mime: String,
    pub file_name: String,
    /// Bytes.
    pub size: u64,
    /// Its name in the store.
    pub sha256: String,
}

#[derive(sqlx::FromRow)]
struct Found {
    conversation_id: i64,
    state: String,
    mime: String,
    file_name: String,
    size: i64,
    sha256: String,
    small: String,
}

/// Finds a file, or its small picture.
///
/// # Errors
/// [`Fault::Missing`] when it does not exist, is not here yet, or its conversation is not visible to the asker; for a file
/// that was not sent yet, to anybody but who uploaded it; for a quick reply's, to who does not see the reply; for one of
/// the internal chat, to who is not in its talk.
pub async fn find(cx: &Cx, id: MediaId, small: bool) -> Result<File> {
    let scope = cx.may(Permission::Inbox)?;
    let found: Option<Found> = scope
        .opt(
            sql!("select conversation_id, state, mime, file_name, size, sha256, small from media where account_id = $1 and id = $2"),
            args![id],
        )
        .await?;
    let (file, picture) = match found {
        Some(f) => {
            crate::conversation::visible(cx, f.conversation_id.into()).await?;
            if f.state != MediaState::Ready.word() {
                return Err(Fault::Missing.into());
            }
            (File { mime: f.mime, file_name: f.file_name, size: f.size.max(0) as u64, sha256: f.sha256 }, f.small)
        }
        None => {
            let f = match upload::own(cx, id).await? {
                Some(own) => Some(own),
                None => match crate::reply::file_seen(cx, id).await? {
                    Some(carried) => Some(carried),
                    None => crate::talk::file(cx, id).await?,
                },
            };
            let f = f.ok_or(Fault::Missing)?;
            (File { mime: f.mime, file_name: f.file_name, size: f.size.max(0) as u64, sha256: f.sha256 }, f.small)
        }
    };
    match small {
        false => Ok(file),
        true if picture.is_empty() => Err(Fault::Missing.into()),
        // Its length is not in the row; the store tells it.
        true => Ok(File { mime: "image/jpeg".to_owned(), size: cx.desk().storage.size(&picture).await?, sha256: picture, ..file }),
    }
}

/// A file that was kept: its hash, and what was seen of it.
pub(crate) struct Kept {
    pub sha256: String,
    /// The hash of its small picture, or empty.
    pub small: String,
    pub width: u32,
    pub height: u32,
    pub seconds: u32,
}

/// Keeps a file of the demo, as received ones are.
pub(crate) async fn keep_sample(desk: &Desk, bytes: &[u8], mime: &str) -> Result<Kept> {
    let sha256 = crate::keys::sha256_hex(bytes);
    let path = desk.storage.spooled(&sha256);
    tokio::fs::write(&path, bytes).await.map_err(storage::StorageError::from)?;
    let seen = upload::look_at(desk, &path, mime.to_owned(), FileWish::Document).await;
    let kept = desk.storage.keep(&path, &sha256).await;
    let _ = tokio::fs::remove_file(&path).await;
    kept?;
    let seen = seen?;
    // The demo holds its transaction open, so nothing is noted of the hashes; its rows point to them at once.
    let small = match seen.small {
        Some(bytes) => {
            let name = crate::keys::sha256_hex(&bytes);
            desk.storage.keep_bytes(bytes, &name).await?;
            name
        }
        None => String::new(),
    };
    Ok(Kept { sha256, small, width: seen.width, height: seen.height, seconds: seen.seconds })
}

/// The path of a link that opens a file without signing in, until `until`.
pub fn link_path(desk: &Desk, id: MediaId, until: Millis) -> String {
    format!("/f/{}", desk.keys.sign(LINK, &format!("{}-{until}", id.0)))
}

/// The file of a link that we made.
///
/// # Errors
/// [`Fault::Missing`] when the link is not ours or has expired, or the file is gone.
pub async fn linked(desk: &Desk, token: &str) -> Result<File> {
    let parts = desk.keys.open_signed(LINK, token).and_then(|t| t.split_once('-'));
    let known = parts.and_then(|(id, until)| Some((id.parse::<i64>().ok()?, until.parse::<Millis>().ok()?)));
    let (id, _) = known.filter(|(_, until)| *until > desk.now()).ok_or(Fault::Missing)?;
    // A message that was deleted takes its file with it.
    let rows: Vec<(String, String, i64, String)> = desk
        .db
        .all(
            sql_system!(
                "select f.mime, f.file_name, f.size, f.sha256 from media f join message m on m.id = f.message_id
                 where f.id = $1 and f.state = 'READY' and m.status <> 'DELETED' and m.kind <> 'NOTE'"
            ),
            args![id],
        )
        .await?;
    let (mime, file_name, size, sha256) = rows.into_iter().next().ok_or(Fault::Missing)?;
    Ok(File { mime, file_name, size: size.max(0) as u64, sha256 })
}

/// Whether the data folder can be written to.
pub async fn writable(folder: &Path) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let probe = folder.join(".probe");
    tokio::fs::write(&probe, b"ok").await?;
    tokio::fs::remove_file(&probe).await
}
