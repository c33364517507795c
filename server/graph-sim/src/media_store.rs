//! Where media bytes live: memory, bounded, with a copy in the data folder when there is one.

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids;

/// Bytes of media kept in memory altogether.
const TOTAL_LIMIT: usize = 512 * 1024 * 1024;
/// Unfinished resumable uploads kept.
const UPLOADS_LIMIT: usize = 200;

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Media {
    /// Media id.
    pub id: String,
    /// MIME type, with parameters.
    pub mime: String,
    /// SHA-256 of the bytes.
    pub sha256: Vec<u8>,
    /// Size in bytes.
    pub size: usize,
    /// File name when one was given.
    pub filename: Option<String>,
    /// Epoch milliseconds of the simulated clock.
    pub created_ms: i64,
    /// True when a person on the phone sent it.
    pub from_user: bool,
    /// Valid download links: key and expiry (epoch ms), newest last.
    pub links: VecDeque<(String, i64)>,
    /// The bytes.
    #[serde(skip)]
    pub bytes: Bytes,
}

impl Media {
    /// True when Meta would have forgotten it: 30 days for uploads, 7 for what came in.
    pub fn expired(&self, now_ms: i64) -> bool {
        let days = if self.from_user { 7 } else { 30 };
        now_ms > self.created_ms + days * 24 * 3600 * 1000
    }

    /// SHA-256 as webhooks carry it.
    pub fn sha256_base64(&self) -> String {
        STANDARD.encode(&self.sha256)
    }

    /// Makes a download link that lives until the instant and gives its key.
    pub fn new_link(&mut self, expires_ms: i64) -> String {
        let key = ids::secret(16);
        if self.links.len() >= 50 {
            self.links.pop_front();
        }
        self.links.push_back((key.clone(), expires_ms));
        key
    }
}

/// A resumable upload, for template examples and profile pictures.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    /// `upload:...`.
    pub id: String,
    /// Length announced.
    pub length: usize,
    /// MIME type announced.
    pub mime: String,
    /// Bytes so far.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// All media and uploads.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct MediaStore {
    /// Media by id.
    pub items: HashMap<String, Media>,
    /// Ids, oldest first.
    order: VecDeque<String>,
    /// Sum of sizes.
    total: usize,
    /// Unfinished uploads by id.
    pub uploads: HashMap<String, Upload>,
    /// Handles of finished uploads: handle to MIME type.
    pub handles: HashMap<String, String>,
    /// The same handles to the media that hold their bytes.
    #[serde(default)]
    pub handle_media: HashMap<String, String>,
}

impl MediaStore {
    /// Keeps a file and gives its id. The oldest files go when the total grows beyond the limit.
    pub fn add(&mut self, bytes: Bytes, mime: &str, filename: Option<String>, from_user: bool, now_ms: i64) -> String {
        let id = ids::numeric();
        self.total += bytes.len();
        self.order.push_back(id.clone());
        self.items.insert(
            id.clone(),
            Media {
                id: id.clone(),
                mime: mime.to_owned(),
                sha256: Sha256::digest(&bytes).to_vec(),
                size: bytes.len(),
                filename,
                created_ms: now_ms,
                from_user,
                links: VecDeque::new(),
                bytes,
            },
        );
        while self.total > TOTAL_LIMIT && self.order.len() > 1 {
            if let Some(old) = self.order.front().cloned() {
                self.remove(&old);
            }
        }
        id
    }

    /// Forgets a file.
    pub fn remove(&mut self, id: &str) -> Option<Media> {
        let media = self.items.remove(id)?;
        self.total -= media.size;
        self.order.retain(|x| x != id);
        Some(media)
    }

    /// A file that is still there for Meta.
    pub fn get(&self, id: &str, now_ms: i64) -> Option<&Media> {
        self.items.get(id).filter(|m| !m.expired(now_ms))
    }

    /// Begins a resumable upload; an old one goes when there are too many.
    pub fn begin_upload(&mut self, length: usize, mime: &str) -> String {
        if self.uploads.len() >= UPLOADS_LIMIT
            && let Some(any) = self.uploads.keys().next().cloned()
        {
            self.uploads.remove(&any);
        }
        let id = format!("upload:{}", ids::secret(24));
        let upload = Upload { id: id.clone(), length, mime: mime.to_owned(), bytes: Vec::new() };
        self.uploads.insert(id.clone(), upload);
        id
    }

    /// Writes files that the folder does not have yet.
    pub fn files_to_save(&self, folder: &Path) -> Vec<(std::path::PathBuf, Bytes)> {
        self.items.values().map(|m| (folder.join(&m.id), m.bytes.clone())).filter(|(path, _)| !path.exists()).collect()
    }

    /// Reads bytes back from the folder; files that are gone are forgotten.
    pub fn load_files(&mut self, folder: &Path) {
        let mut lost = Vec::new();
        for media in self.items.values_mut() {
            match std::fs::read(folder.join(&media.id)) {
                Ok(bytes) => media.bytes = Bytes::from(bytes),
                Err(_) => lost.push(media.id.clone()),
            }
        }
        for id in lost {
            self.remove(&id);
        }
    }
}
