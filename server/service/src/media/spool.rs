//! A file as it comes in: written to the spool part by part, so that never is the whole of it in memory.

use super::look::HEAD;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Silence after which a stream is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// A body that comes in parts.
pub trait Bytewise: Stream<Item = Result<Bytes, Self::Broken>> + Unpin {
    /// Why it broke off.
    type Broken: std::fmt::Display;
}

impl<S: Stream<Item = Result<Bytes, E>> + Unpin, E: std::fmt::Display> Bytewise for S {
    type Broken = E;
}

/// A file of the spool.
pub(super) struct Spooled {
    /// Its beginning, which tells its type.
    pub head: Vec<u8>,
    /// Lowercase hex.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// Why a file did not come in whole.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("too large")]
    TooLarge,
    #[error("{0}")]
    Stream(String),
    #[error("the spool: {0}")]
    Disk(#[from] std::io::Error),
}

/// Writes a stream of at most `most` bytes.
pub(super) async fn spool(path: &Path, mut bytes: impl Bytewise, most: i64) -> Result<Spooled, Broken> {
    let mut file = tokio::fs::File::create(path).await?;
    let (mut head, mut hash, mut size) = (Vec::new(), Sha256::new(), 0);
    loop {
        let chunk = match tokio::time::timeout(SILENCE, bytes.next()).await {
            Ok(None) => break,
            Ok(Some(chunk)) => chunk.map_err(|e| Broken::Stream(e.to_string()))?,
            Err(silent) => return Err(Broken::Stream(silent.to_string())),
        };
        size += chunk.len() as i64;
        if size > most {
            return Err(Broken::TooLarge);
        }
        if head.len() < HEAD {
            head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        }
        hash.update(&chunk);
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    Ok(Spooled { head, sha256: hex::encode(hash.finalize()), size })
}
