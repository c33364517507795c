//! What a service function fails with: a [`Fault`] for people, or a cause that becomes one where it is logged.

use model::Fault;

/// An error of the service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("stored word: {0}")]
    Word(#[from] model::UnknownWord),
    #[error(transparent)]
    Storage(#[from] crate::media::storage::StorageError),
    #[error("{0}")]
    Other(String),
}

/// What service functions answer.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The fault that people see. A cause is logged here, once, under the reference that the fault carries.
    pub fn into_fault(self) -> Fault {
        match self {
            Error::Fault(fault) => fault,
            passing if passing.is_transient() => {
                tracing::warn!(error = %passing, "the database is not available");
                Fault::Unavailable
            }
            cause => {
                let reference = format!("{:08x}", rand::random::<u32>());
                tracing::error!(%reference, error = %cause, "request failed");
                Fault::Internal { reference }
            }
        }
    }

    /// True when the same work may succeed a moment later: no connection, a deadlock that the database resolved, a lock,
    /// a full disk, a database that restarts.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Fault(Fault::Unavailable) => true,
            Error::Sql(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_)) => true,
            Error::Sql(sqlx::Error::Database(e)) => e.code().is_some_and(|code| match code.len() {
                // PostgreSQL: connection, rollback by deadlock or serialization, resources, shutdown, disk.
                5 => ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || &*code == "55P03",
                // SQLite, the extended part cut off: busy, locked, I/O, full.
                _ => code.parse::<i64>().is_ok_and(|n| matches!(n & 0xff, 5 | 6 | 10 | 13)),
            }),
            _ => false,
        }
    }

    /// True when a row that points to it refused.
    pub fn is_foreign(&self) -> bool {
        matches!(self, Error::Sql(sqlx::Error::Database(e)) if e.is_foreign_key_violation())
    }

    /// True when a unique index refused the row; `name` is part of the index's or its column's name.
    pub fn is_unique(&self, name: &str) -> bool {
        match self {
            Error::Sql(sqlx::Error::Database(e)) if e.is_unique_violation() => {
                e.constraint().is_some_and(|c| c.contains(name)) || e.message().contains(name)
            }
            _ => false,
        }
    }
}
