//! One small layer over SQLite and PostgreSQL: pool, transaction, arguments and rows are enums of two.
//!
//! SQLite has one writing connection and several reading ones, in WAL mode, and every commit is synced: what was
//! answered is on disk. PostgreSQL has one pool.

use crate::statement::{Dialect, Statement, translate_postgres, translate_sqlite};
use sqlx::postgres::{PgArguments, PgConnectOptions, PgListener, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Arguments, AssertSqlSafe, FromRow, Postgres, Sqlite};
use std::{borrow::Cow, str::FromStr, time::Duration};

/// Prepared statements that a connection keeps.
const STATEMENT_CACHE: usize = 512;

/// The database.
#[derive(Clone)]
pub enum Db {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// A bound value.
#[derive(Clone, Debug)]
pub enum Arg {
    Bool(Option<bool>),
    Int(Option<i64>),
    Text(Option<String>),
}

macro_rules! arg { ($($variant:ident: $t:ty),*) => { $(
    impl From<$t> for Arg { fn from(v: $t) -> Self { Arg::$variant(Some(v)) } }
    impl From<Option<$t>> for Arg { fn from(v: Option<$t>) -> Self { Arg::$variant(v) } }
)* } }
arg!(Bool: bool, Int: i64, Text: String);
impl From<&str> for Arg {
    fn from(v: &str) -> Self {
        Arg::Text(Some(v.to_owned()))
    }
}
impl From<&String> for Arg {
    fn from(v: &String) -> Self {
        Arg::Text(Some(v.clone()))
    }
}
impl From<Option<&str>> for Arg {
    fn from(v: Option<&str>) -> Self {
        Arg::Text(v.map(str::to_owned))
    }
}
macro_rules! id_arg { ($($t:ident),*) => { $(
    impl From<model::$t> for Arg { fn from(v: model::$t) -> Self { Arg::Int(Some(v.0)) } }
    impl From<Option<model::$t>> for Arg { fn from(v: Option<model::$t>) -> Self { Arg::Int(v.map(|v| v.0)) } }
)* } }
id_arg!(
    AccountId,
    UserId,
    LoginId,
    TeamId,
    ChannelId,
    ContactId,
    ConversationId,
    MessageId,
    TemplateId,
    MediaId,
    OutboxId,
    TokenId,
    AuditId,
    TagId,
    FieldId,
    ReplyId,
    ReasonId,
    ClosingJobId,
    ViewId,
    InvitationId,
    TalkId,
    TalkMessageId,
    MergeId,
    RoleId,
    SlaPolicyId,
    PasskeyId
);
macro_rules! word_arg { ($($t:ident),*) => { $(
    impl From<model::$t> for Arg { fn from(v: model::$t) -> Self { Arg::Text(Some(v.word().to_owned())) } }
)* } }
word_arg!(
    Role,
    Sight,
    Restriction,
    ArchivePreference,
    Availability,
    ContactStatus,
    IdentityKind,
    ChannelKind,
    ChannelStatus,
    Direction,
    MessageKind,
    MessageStatus,
    ConversationStatus,
    MediaState,
    FileWish,
    FieldKind,
    TagColour,
    ReplyScope,
    ViewScope,
    ReasonCategory,
    Currency,
    JobState,
    ItemState,
    AlertKind,
    TalkKind,
    Language,
    MergeKind,
    StatusKind,
    Algorithm,
    AuditActor,
    AuditGroup,
    Module,
    Dangerous,
    StepKind,
    Dimension,
    Grain,
    Priority,
    SlaTarget,
    SlaOutcome,
    WarnUnit
);

/// A list of ids for `{in $n}`.
pub fn list<T: Copy + Into<i64>>(ids: impl IntoIterator<Item = T>) -> Arg {
    let ids: Vec<String> = ids.into_iter().map(|id| id.into().to_string()).collect();
    Arg::Text(Some(format!("[{}]", ids.join(","))))
}

/// Values for `$2`, `$3`, … of a scoped statement, or from `$1` on of a system statement.
#[macro_export]
macro_rules! args { ($($e:expr),* $(,)?) => { vec![$($crate::db::Arg::from($e)),*] } }

macro_rules! bind {
    ($args:ident, $list:expr) => {
        for a in $list {
            match a {
                Arg::Bool(v) => $args.add(v),
                Arg::Int(v) => $args.add(v),
                // PostgreSQL's text cannot hold a NUL, and no text of ours needs one.
                Arg::Text(Some(v)) if v.contains('\0') => $args.add(v.replace('\0', "\u{fffd}")),
                Arg::Text(v) => $args.add(v),
            }
            .map_err(sqlx::Error::Encode)?;
        }
    };
}
fn sqlite_args(list: Vec<Arg>) -> sqlx::Result<SqliteArguments> {
    let mut args = SqliteArguments::default();
    bind!(args, list);
    Ok(args)
}
fn pg_args(list: Vec<Arg>) -> sqlx::Result<PgArguments> {
    let mut args = PgArguments::default();
    bind!(args, list);
    Ok(args)
}

/// Any `#[derive(FromRow)]` struct or tuple of plain fields.
pub trait Entity: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Entity for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A statement's text: fixed ones are on the list, built ones come from the list query's filter only.
pub enum Text {
    Fixed(&'static Statement),
    Built(String),
}
impl From<&'static Statement> for Text {
    fn from(s: &'static Statement) -> Self {
        Text::Fixed(s)
    }
}

impl Text {
    fn sqlite(self) -> Cow<'static, str> {
        match self {
            Text::Fixed(s) => {
                debug_assert!(s.dialect != Dialect::Postgres);
                Cow::Borrowed(s.sqlite())
            }
            Text::Built(text) => Cow::Owned(translate_sqlite(&text)),
        }
    }
    fn postgres(self) -> Cow<'static, str> {
        match self {
            Text::Fixed(s) => {
                debug_assert!(s.dialect != Dialect::Sqlite);
                Cow::Borrowed(s.postgres())
            }
            Text::Built(text) => Cow::Owned(translate_postgres(&text)),
        }
    }
}

/// Runs `$run` on `$query`, made from the fixed or built text.
macro_rules! ask {
    ($make:path, $text:expr, $args:expr) => {
        match $text {
            Cow::Borrowed(fixed) => $make(fixed, $args),
            // Built texts hold column names and operators of ours; every value is an argument.
            Cow::Owned(built) => $make(AssertSqlSafe(built), $args),
        }
    };
}

/// An open transaction.
pub enum Tx {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Whether a statement only reads: those that write and return rows begin with the verb of what they do.
fn reads(text: &str) -> bool {
    let verb = text.trim_start().get(..6).unwrap_or_default();
    !["insert", "update", "delete"].iter().any(|writes| verb.eq_ignore_ascii_case(writes))
}

impl Db {
    /// Opens the database and brings it up to date. `url` is `sqlite:path` or `postgres://…`.
    ///
    /// # Errors
    /// When the database cannot be reached, or a migration fails or was changed after it ran.
    pub async fn open(url: &str) -> sqlx::Result<Db> {
        let db = Db::connect(url).await?;
        db.migrate().await?;
        Ok(db)
    }

    /// Opens the database as it is.
    pub async fn connect(url: &str) -> sqlx::Result<Db> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENT_CACHE);
            let pool = PgPoolOptions::new().max_connections(20).acquire_timeout(Duration::from_secs(10)).connect_with(options).await?;
            return Ok(Db::Postgres(pool));
        }
        let base = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(STATEMENT_CACHE)
            .pragma("cache_size", "-8000")
            // As much as SQLite maps at all: a look-up in what is not mapped costs three times as much.
            .pragma("mmap_size", "2147418112")
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", "67108864");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(base.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(base.create_if_missing(false).pragma("query_only", "true"))
            .await?;
        Ok(Db::Sqlite { write, read })
    }

    /// Runs the migrations that are missing.
    pub async fn migrate(&self) -> sqlx::Result<()> {
        let steps = crate::migration::steps(matches!(self, Db::Sqlite { .. }));
        match self {
            Db::Sqlite { write, .. } => steps.run(write).await?,
            Db::Postgres(pool) => steps.run(pool).await?,
        }
        Ok(())
    }

    /// Migrations that have not run, by name.
    pub async fn pending_migrations(&self) -> sqlx::Result<Vec<String>> {
        let steps = crate::migration::steps(self.is_sqlite());
        // A database without this table has run none.
        let done: Vec<(i64,)> = self.all(Text::Built("select version from _sqlx_migrations".into()), Vec::new()).await.unwrap_or_default();
        Ok(steps.iter().filter(|m| !done.iter().any(|(v,)| *v == m.version)).map(|m| m.description.to_string()).collect())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> sqlx::Result<()> {
        self.one::<(i64,)>(crate::sql_system!("select cast(1 as bigint)"), Vec::new()).await.map(drop)
    }

    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Db::Sqlite { .. })
    }

    /// All rows of a statement, be it one that reads or one that writes and returns what it wrote.
    pub async fn all<T: Entity>(&self, text: impl Into<Text>, args: Vec<Arg>) -> sqlx::Result<Vec<T>> {
        match self {
            Db::Sqlite { write, read } => {
                let text = text.into().sqlite();
                let pool = if reads(&text) { read } else { write };
                ask!(sqlx::query_as_with, text, sqlite_args(args)?).fetch_all(pool).await
            }
            Db::Postgres(pool) => ask!(sqlx::query_as_with, text.into().postgres(), pg_args(args)?).fetch_all(pool).await,
        }
    }

    /// The first row of such a statement.
    pub async fn one<T: Entity>(&self, text: impl Into<Text>, args: Vec<Arg>) -> sqlx::Result<Option<T>> {
        match self {
            Db::Sqlite { write, read } => {
                let text = text.into().sqlite();
                let pool = if reads(&text) { read } else { write };
                ask!(sqlx::query_as_with, text, sqlite_args(args)?).fetch_optional(pool).await
            }
            Db::Postgres(pool) => ask!(sqlx::query_as_with, text.into().postgres(), pg_args(args)?).fetch_optional(pool).await,
        }
    }

    /// Runs a writing statement in a transaction of its own; answers the rows it touched.
    pub async fn run(&self, text: impl Into<Text>, args: Vec<Arg>) -> sqlx::Result<u64> {
        match self {
            Db::Sqlite { write, .. } => {
                Ok(ask!(sqlx::query_with, text.into().sqlite(), sqlite_args(args)?).execute(write).await?.rows_affected())
            }
            Db::Postgres(pool) => Ok(ask!(sqlx::query_with, text.into().postgres(), pg_args(args)?).execute(pool).await?.rows_affected()),
        }
    }

    /// Begins a writing transaction.
    ///
    /// It runs in a task of its own: a `begin` that is dropped half-way, because a client hung up, would leave
    /// PostgreSQL's connection inside an open transaction, and later writes on it would never be committed (sqlx #4385).
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        self.begin_in_task(true).await
    }

    /// Begins a transaction that reads only: whatever it reads is of one moment, that of its first statement.
    pub async fn begin_reading(&self) -> sqlx::Result<Tx> {
        self.begin_in_task(false).await
    }

    async fn begin_in_task(&self, writes: bool) -> sqlx::Result<Tx> {
        let db = self.clone();
        let begun = tokio::spawn(async move {
            Ok(match (&db, writes) {
                (Db::Sqlite { write, .. }, true) => Tx::Sqlite(write.begin_with("begin immediate").await?),
                (Db::Sqlite { read, .. }, false) => Tx::Sqlite(read.begin_with("begin deferred").await?),
                (Db::Postgres(pool), true) => Tx::Postgres(pool.begin().await?),
                (Db::Postgres(pool), false) => Tx::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?),
            })
        });
        begun.await.map_err(|e| sqlx::Error::Io(std::io::Error::other(e)))?
    }

    /// A connection of its own that hears PostgreSQL's notifications on a channel; none on SQLite.
    pub async fn listener(&self, channel: &str) -> sqlx::Result<Option<PgListener>> {
        let Db::Postgres(pool) = self else { return Ok(None) };
        let options = pool.connect_options().as_ref().clone();
        let own = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?;
        let mut listener = PgListener::connect_with(&own).await?;
        // Whoever hears must know of each interruption.
        listener.eager_reconnect(false);
        listener.listen(channel).await?;
        Ok(Some(listener))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Tx::Sqlite(_))
    }

    /// All rows.
    pub async fn all<T: Entity>(&mut self, text: impl Into<Text>, args: Vec<Arg>) -> sqlx::Result<Vec<T>> {
        match self {
            Tx::Sqlite(t) => ask!(sqlx::query_as_with, text.into().sqlite(), sqlite_args(args)?).fetch_all(&mut **t).await,
            Tx::Postgres(t) => ask!(sqlx::query_as_with, text.into().postgres(), pg_args(args)?).fetch_all(&mut **t).await,
        }
    }

    /// The first row.
    pub async fn one<T: Entity>(&mut self, text: impl Into<Text>, args: Vec<Arg>) -> sqlx::Result<Option<T>> {
        match self {
            Tx::Sqlite(t) => ask!(sqlx::query_as_with, text.into().sqlite(), sqlite_args(args)?).fetch_optional(&mut **t).await,
            Tx::Postgres(t) => ask!(sqlx::query_as_with, text.into().postgres(), pg_args(args)?).fetch_optional(&mut **t).await,
        }
    }

    /// Runs a statement; answers the rows it touched.
    pub async fn run(&mut self, text: impl Into<Text>, args: Vec<Arg>) -> sqlx::Result<u64> {
        match self {
            Tx::Sqlite(t) => Ok(ask!(sqlx::query_with, text.into().sqlite(), sqlite_args(args)?).execute(&mut **t).await?.rows_affected()),
            Tx::Postgres(t) => Ok(ask!(sqlx::query_with, text.into().postgres(), pg_args(args)?).execute(&mut **t).await?.rows_affected()),
        }
    }

    /// Makes it last.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Tx::Sqlite(t) => t.commit().await,
            Tx::Postgres(t) => t.commit().await,
        }
    }
}
