//! One process on SQLite. Its caches and its sockets know nothing of another one, and SQLite tells nobody anything.

use anyhow::{Context, bail};
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

/// How often it is tried: a server that ends may need a moment.
const TRIES: usize = 30;

/// The database's file, if it is one.
fn file(database_url: &str) -> Option<PathBuf> {
    let path = database_url.strip_prefix("sqlite:")?;
    let path = path.split('?').next().unwrap_or_default().trim_start_matches("//");
    (!path.is_empty() && path != ":memory:").then(|| path.into())
}

/// Takes the place of the one process on a SQLite database; the system gives it back when the process ends, also by `kill -9`.
///
/// # Errors
/// When another process has it.
pub async fn on_sqlite(database_url: &str) -> anyhow::Result<Option<File>> {
    let Some(database) = file(database_url) else { return Ok(None) };
    let mut place = database.clone().into_os_string();
    place.push(".lock");
    let place = PathBuf::from(place);
    let lock = File::options().create(true).truncate(false).write(true).open(&place);
    let lock = lock.with_context(|| format!("{} cannot be written; may this user write there?", place.display()))?;
    for attempt in 0..TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(Some(lock)),
            Err(TryLockError::WouldBlock) if attempt + 1 < TRIES => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(e)) => {
                // Some network folders cannot lock; SQLite does not work there either.
                tracing::warn!(error = %e, "it cannot be seen whether another server runs on this database");
                return Ok(None);
            }
        }
    }
    bail!(
        "another prosa serves the database {}. SQLite is for one process: stop the other one, or use PostgreSQL \
         (PROSA_DATABASE_URL) to run several",
        database.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_server_on_sqlite_is_refused_until_the_first_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", dir.path().join("prosa.db").display());
        let first = on_sqlite(&url).await.unwrap();
        assert!(first.is_some());
        let refused = on_sqlite(&url).await.unwrap_err().to_string();
        assert!(refused.contains("another prosa serves") && refused.contains("PostgreSQL"), "{refused}");
        drop(first);
        assert!(on_sqlite(&url).await.unwrap().is_some());
        assert!(on_sqlite("postgres://prosa@127.0.0.1/prosa").await.unwrap().is_none());
        assert!(on_sqlite("sqlite::memory:").await.unwrap().is_none());
    }
}
