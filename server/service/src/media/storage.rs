//! Where the bytes of files live: a folder, or a bucket that speaks S3. A file's name is the hash of its content, so the
//! same file is kept once, and what is there under a name is never another.

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ClientOptions, GetOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig, WriteMultipart};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// Parts of a large file on its way to a bucket, and how many are under way at once.
const PART: usize = 8 << 20;
const PARTS_AT_ONCE: usize = 2;
/// A person waits for the file: a bucket that is away is said soon.
const RETRIES: usize = 3;
const RETRY_TIME: Duration = Duration::from_secs(20);

/// A bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// Address of the service; empty for Amazon's own.
    pub endpoint: String,
    pub region: String,
    /// Both empty: the machine's own credentials.
    pub key_id: String,
    pub secret: String,
}

/// The store of files.
#[derive(Clone, Debug)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// A folder of this machine in which files grow before they are kept.
    spool: PathBuf,
    shown: String,
}

/// The store failed; for the log.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("the store of files: {0}")]
    Store(#[from] object_store::Error),
    #[error("a file of the spool: {0}")]
    Io(#[from] std::io::Error),
}

impl StorageError {
    /// True when the file is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, StorageError::Store(object_store::Error::NotFound { .. }))
    }
}

impl Storage {
    /// Files under `<data_dir>/media`, or in a bucket; either way they grow under `<data_dir>/spool` first.
    ///
    /// # Errors
    /// When the folders cannot be made, or the bucket's settings are not right.
    pub fn open(data_dir: &Path, bucket: Option<&Bucket>) -> Result<Storage, StorageError> {
        let spool = data_dir.join("spool");
        std::fs::create_dir_all(&spool)?;
        let Some(bucket) = bucket else {
            let folder = data_dir.join("media");
            std::fs::create_dir_all(&folder)?;
            let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
            return Ok(Storage { store: Arc::new(store), spool, shown: folder.display().to_string() });
        };
        let mut s3 = AmazonS3Builder::new()
            .with_bucket_name(&bucket.name)
            .with_region(if bucket.region.is_empty() { "us-east-1" } else { &bucket.region })
            .with_client_options(ClientOptions::new().with_connect_timeout(Duration::from_secs(10)).with_allow_http(true));
        if !bucket.endpoint.is_empty() {
            s3 = s3.with_endpoint(&bucket.endpoint).with_virtual_hosted_style_request(false);
        }
        if !bucket.key_id.is_empty() {
            s3 = s3.with_access_key_id(&bucket.key_id).with_secret_access_key(&bucket.secret);
        }
        s3 = s3.with_retry(RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_TIME, ..RetryConfig::default() });
        let store = s3.with_config(AmazonS3ConfigKey::UnsignedPayload, "true").build()?;
        Ok(Storage { store: Arc::new(store), spool, shown: format!("bucket {}", bucket.name) })
    }

    /// What it is, for people.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// A new name in the spool.
    pub(crate) fn spooled(&self, name: impl std::fmt::Display) -> PathBuf {
        self.spool.join(format!("{name}.part"))
    }

    /// Keeps a file of the spool under its hash; durable when this answers.
    ///
    /// # Errors
    /// When it cannot be read or the store refuses it; nothing is kept then.
    pub async fn keep(&self, from: &Path, sha256: &str) -> Result<(), StorageError> {
        let key = key(sha256);
        let mut file = tokio::fs::File::open(from).await?;
        let size = file.metadata().await?.len();
        if self.store.head(&key).await.is_ok_and(|there| there.size == size) {
            return Ok(());
        }
        if size <= PART as u64 {
            let mut bytes = Vec::with_capacity(size as usize);
            file.read_to_end(&mut bytes).await?;
            self.store.put(&key, PutPayload::from(bytes)).await?;
            return Ok(());
        }
        let mut parts = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&key).await?, PART);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let n = match file.read(&mut buffer).await {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) => {
                    let _ = parts.abort().await;
                    return Err(e.into());
                }
            };
            if let Err(e) = parts.wait_for_capacity(PARTS_AT_ONCE).await {
                let _ = parts.abort().await;
                return Err(e.into());
            }
            parts.write(&buffer[..n]);
        }
        parts.finish().await?;
        Ok(())
    }

    /// Keeps bytes that are at hand.
    ///
    /// # Errors
    /// When the store refuses them.
    pub async fn keep_bytes(&self, bytes: Vec<u8>, sha256: &str) -> Result<(), StorageError> {
        self.store.put(&key(sha256), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// The file's bytes, or a part of them.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn read(&self, sha256: &str, range: Option<Range<u64>>) -> Result<BoxStream<'static, std::io::Result<Bytes>>, StorageError> {
        let options = GetOptions { range: range.map(Into::into), ..GetOptions::default() };
        let found = self.store.get_opts(&key(sha256), options).await?;
        Ok(found.into_stream().map(|part| part.map_err(std::io::Error::other)).boxed())
    }

    /// The length of a file in bytes.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn size(&self, sha256: &str) -> Result<u64, StorageError> {
        Ok(self.store.head(&key(sha256)).await?.size)
    }

    /// Removes a file; one that is not there is removed already.
    pub(crate) async fn remove(&self, sha256: &str) -> Result<(), StorageError> {
        match self.store.delete(&key(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Writes a small file, reads it and removes it.
    ///
    /// # Errors
    /// What keeps the store from working.
    pub async fn probe(&self) -> Result<(), StorageError> {
        let key = Key::from(".probe");
        self.store.put(&key, PutPayload::from_static(b"ok")).await?;
        let back = self.store.get(&key).await?.bytes().await?;
        self.store.delete(&key).await?;
        if back.as_ref() == b"ok" { Ok(()) } else { Err(std::io::Error::other("what was read is not what was written").into()) }
    }

    /// Removes what a dead server left in the spool.
    pub(crate) async fn clear_spool(&self, older_than: Duration) -> std::io::Result<()> {
        let mut folder = tokio::fs::read_dir(&self.spool).await?;
        while let Some(entry) = folder.next_entry().await? {
            let age = entry.metadata().await?.modified()?.elapsed().unwrap_or_default();
            if age > older_than {
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
        Ok(())
    }
}

fn key(sha256: &str) -> Key {
    let (a, b) = (sha256.get(..2).unwrap_or("00"), sha256.get(2..4).unwrap_or("00"));
    Key::from_iter([a, b, sha256])
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use hyper_util::server::conn::auto::Builder;

    async fn whole(s: &Storage, sha256: &str, range: Option<Range<u64>>) -> Vec<u8> {
        let parts: Vec<Bytes> = s.read(sha256, range).await.unwrap().try_collect().await.unwrap();
        parts.concat()
    }

    /// A server of its own that speaks S3, checks signatures and has one empty bucket.
    async fn bucket(folder: &Path) -> Bucket {
        std::fs::create_dir_all(folder.join("files")).unwrap();
        let mut made = s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
        made.set_auth(s3s::auth::SimpleAuth::from_single("key", "secret"));
        let service = made.build();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Bucket { name: "files".into(), endpoint, region: "us-east-1".into(), key_id: "key".into(), secret: "secret".into() }
    }

    async fn keeps_reads_and_removes(s: &Storage) {
        s.probe().await.unwrap();
        for size in [0, 1, PART, PART + 1, 2 * PART + 5] {
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let from = s.spooled("x");
            std::fs::write(&from, &bytes).unwrap();
            let name = crate::keys::sha256_hex(&bytes);
            s.keep(&from, &name).await.unwrap();
            s.keep(&from, &name).await.unwrap();
            assert_eq!(s.size(&name).await.unwrap(), size as u64);
            assert!(whole(s, &name, None).await == bytes, "{size}");
            if size > 10 {
                assert_eq!(whole(s, &name, Some(3..7)).await, bytes[3..7]);
            }
            s.remove(&name).await.unwrap();
            s.remove(&name).await.unwrap();
            assert!(s.read(&name, None).await.is_err_and(|e| e.is_missing()));
        }
        s.keep_bytes(b"small".to_vec(), "abcdef").await.unwrap();
        assert_eq!(whole(s, "abcdef", None).await, b"small");
    }

    #[tokio::test]
    async fn small_and_large_files_are_kept_in_a_folder_read_in_part_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        keeps_reads_and_removes(&Storage::open(folder.path(), None).unwrap()).await;
    }

    #[tokio::test]
    async fn small_and_large_files_are_kept_in_a_bucket_read_in_part_and_removed() {
        let (folder, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let bucket = bucket(there.path()).await;
        keeps_reads_and_removes(&Storage::open(folder.path(), Some(&bucket)).unwrap()).await;
        // Where S3 is used, nothing stays on this machine but what is on its way.
        assert!(!folder.path().join("media").exists());
    }

    #[tokio::test]
    async fn a_bucket_that_refuses_us_or_is_away_says_so() {
        let (folder, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let right = bucket(there.path()).await;
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        for wrong in [Bucket { secret: "another".into(), ..right.clone() }, Bucket { endpoint: format!("http://{gone}"), ..right }] {
            let s = Storage::open(folder.path(), Some(&wrong)).unwrap();
            assert!(s.probe().await.is_err());
            assert!(s.keep_bytes(b"x".to_vec(), "abcdef").await.is_err());
        }
    }

    #[tokio::test]
    async fn the_spool_is_cleared_of_old_files_only() {
        let folder = tempfile::tempdir().unwrap();
        let s = Storage::open(folder.path(), None).unwrap();
        std::fs::write(s.spooled("a"), b"x").unwrap();
        s.clear_spool(Duration::from_secs(60)).await.unwrap();
        assert!(s.spooled("a").exists());
        s.clear_spool(Duration::ZERO).await.unwrap();
        assert!(!s.spooled("a").exists());
    }
}
