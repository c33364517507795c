//! The ground that everything stands on, and the one door to an account's rows.
//!
//! [`Desk`] is made once. [`Cx`] is who asks, for which account; `cx.may(permission)` answers a [`Scope`], the only thing
//! that reaches the account's rows, and it binds the account as `$1` itself. [`Work`] is a transaction: rows and the
//! events that tell of them are saved together, and the events go out after the commit.

use crate::db::{Arg, Db, Entity, Text, Tx};
use crate::{Error, Result, args, keys::Keys, seam::Seam, sql, sql_system};
use moka::sync::Cache;
use model::{AccountId, Change, Event, Fault, LoginId, Permission, Role, Seen, SetupKind, UserId};
use std::collections::HashMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, broadcast, mpsc};

/// Events that a slow reader may be behind before it must catch up from the database.
const BUS_DEPTH: usize = 1024;

/// What the server tells the service about itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address under which browsers reach the server, without a slash at its end.
    pub public_url: String,
    /// Base of the Graph API, without version and slash.
    pub graph_url: String,
    /// Where files live.
    pub data_dir: PathBuf,
    /// The client build the server carries.
    pub build: String,
    /// How long a send whose answer was lost waits for its status before it is sent again.
    pub uncertain_wait: Duration,
}

/// Everything the server holds, made once.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

/// What a [`Desk`] holds.
pub struct Inner {
    pub db: Db,
    pub seam: Seam,
    pub keys: Keys,
    pub settings: Settings,
    /// Client for networks; time limits are set.
    pub http: reqwest::Client,
    /// Wakes the sender of the outbox, the reader of webhooks, the fetcher of media.
    pub outbox: Notify,
    pub webhooks: Notify,
    pub media: Notify,
    pub(crate) receipts: mpsc::Sender<crate::inbound::Receipt>,
    pub(crate) receipts_in: std::sync::Mutex<Option<mpsc::Receiver<crate::inbound::Receipt>>>,
    pub(crate) hashing: tokio::sync::Semaphore,
    /// Logins by the hash of their token, and the seats of members; short-lived, and dropped when they change.
    pub(crate) logins: Cache<String, crate::auth::KnownLogin>,
    pub(crate) tokens: Cache<String, (AccountId, UserId)>,
    pub(crate) seats: Cache<(AccountId, UserId), Option<Arc<Seat>>>,
    pub(crate) channels: Cache<model::ChannelId, Arc<crate::channels::ChannelRow>>,
    pub(crate) routes: Cache<String, Vec<model::ChannelId>>,
    buses: RwLock<HashMap<AccountId, broadcast::Sender<News>>>,
}

impl Deref for Desk {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// A member's place in an account, as permissions need it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    pub role: Role,
    pub seen: Seen,
    pub name: String,
    pub nickname: String,
}

/// What goes over an account's bus.
#[derive(Clone, Debug)]
pub enum News {
    /// A stored event; its JSON is made once for all sockets.
    Event(Arc<EventNews>),
    /// Somebody looks at or writes in a conversation.
    Presence { conversation_id: model::ConversationId, access: model::Access, people: Vec<model::Present> },
    /// The contact types.
    ContactTyping { conversation_id: model::ConversationId, access: model::Access },
    /// These sockets must ask again who they are: a login, role, team or membership changed.
    Seats { user_id: Option<UserId> },
    /// A login ended.
    LoginEnded { login_id: LoginId },
    /// An agent types to a contact; for the visitor's socket.
    AgentTyping { conversation_id: model::ConversationId, contact_id: model::ContactId },
    /// An agent has read everything of the contact so far.
    AgentRead { contact_id: model::ContactId, channel_id: model::ChannelId },
}

/// An event on the bus.
#[derive(Debug)]
pub struct EventNews {
    pub event: Event,
    json: OnceLock<Arc<str>>,
}

impl EventNews {
    /// Puts an event into bus form.
    pub fn new(event: Event) -> EventNews {
        EventNews { event, json: OnceLock::new() }
    }

    /// The frame as JSON, for readers who may have the event unchanged.
    pub fn json(&self) -> Arc<str> {
        self.json.get_or_init(|| serde_json::to_string(&model::Frame::Event(self.event.clone())).unwrap_or_default().into()).clone()
    }
}

impl Desk {
    /// Puts the ground together.
    ///
    /// # Errors
    /// When the HTTP client cannot be made (no TLS).
    pub fn new(db: Db, seam: Seam, secret_key: &str, settings: Settings) -> Result<Desk> {
        let http = channel::http_client().map_err(|e| Error::Other(e.to_string()))?;
        let (receipts, receipts_in) = mpsc::channel(4096);
        Ok(Desk(Arc::new(Inner {
            db,
            seam,
            keys: Keys::new(secret_key),
            settings,
            http,
            outbox: Notify::new(),
            webhooks: Notify::new(),
            media: Notify::new(),
            receipts,
            receipts_in: std::sync::Mutex::new(Some(receipts_in)),
            hashing: tokio::sync::Semaphore::new(2),
            logins: short_cache(10_000),
            tokens: short_cache(10_000),
            seats: short_cache(10_000),
            channels: short_cache(1_000),
            routes: short_cache(1_000),
            buses: RwLock::default(),
        })))
    }

    /// Now.
    pub fn now(&self) -> model::Millis {
        self.seam.now()
    }

    /// The account's rows without a person: for webhooks, workers and sign-in.
    pub fn system(&self, account: AccountId) -> Scope {
        Scope { desk: self.clone(), account }
    }

    /// Listens to an account.
    pub fn listen(&self, account: AccountId) -> broadcast::Receiver<News> {
        if let Some(bus) = self.buses.read().unwrap_or_else(PoisonError::into_inner).get(&account) {
            return bus.subscribe();
        }
        self.buses.write().unwrap_or_else(PoisonError::into_inner).entry(account).or_insert_with(|| broadcast::channel(BUS_DEPTH).0).subscribe()
    }

    /// Tells everybody who listens to the account.
    pub fn tell(&self, account: AccountId, news: News) {
        if let News::Event(e) = &news
            && let Change::Setup { what } = &e.event.change
        {
            self.forget(account, *what);
        }
        if let Some(bus) = self.buses.read().unwrap_or_else(PoisonError::into_inner).get(&account) {
            // No listener is not an error.
            let _ = bus.send(news);
        }
    }

    fn forget(&self, account: AccountId, what: SetupKind) {
        match what {
            SetupKind::Members | SetupKind::Teams => {
                self.seats.invalidate_all();
                self.tell(account, News::Seats { user_id: None });
            }
            SetupKind::Channels => {
                self.channels.invalidate_all();
                self.routes.invalidate_all();
            }
            SetupKind::Account | SetupKind::Templates => {}
        }
    }

    /// The member's seat, or nothing when they are not, or no longer, a member.
    pub async fn seat(&self, account: AccountId, user: UserId) -> Result<Option<Arc<Seat>>> {
        if let Some(seat) = self.seats.get(&(account, user)) {
            return Ok(seat);
        }
        let seat = self.load_seat(account, user).await?.map(Arc::new);
        self.seats.insert((account, user), seat.clone());
        Ok(seat)
    }

    async fn load_seat(&self, account: AccountId, user: UserId) -> Result<Option<Seat>> {
        let scope = self.system(account);
        let member: Option<(String, String, String)> = scope
            .opt(
                sql!("select m.role, u.name, u.nickname from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.user_id = $2 and m.active"),
                args![user],
            )
            .await?;
        let Some((role, name, nickname)) = member else { return Ok(None) };
        let role: Role = role.parse()?;
        let links: Vec<(i64, bool, bool)> =
            scope.all(sql!("select team_id, is_agent, is_supervisor from team_member where account_id = $1 and user_id = $2"), args![user]).await?;
        let links: Vec<model::TeamLink> =
            links.into_iter().map(|(t, is_agent, is_supervisor)| model::TeamLink { team_id: t.into(), is_agent, is_supervisor }).collect();
        let teams: Vec<(i64, String)> = scope.all(sql!("select id, restriction from team where account_id = $1"), args![]).await?;
        let teams = teams.into_iter().map(|(id, r)| Ok((id.into(), r.parse()?))).collect::<Result<Vec<_>>>()?;
        Ok(Some(Seat { role, seen: Seen::new(user, role, &links, &teams), name, nickname }))
    }

    /// Who asks; none when the person is not a member.
    pub async fn cx(&self, account: AccountId, user: UserId, login: Option<LoginId>) -> Result<Option<Cx>> {
        Ok(self.seat(account, user).await?.map(|seat| Cx { desk: self.clone(), account, user, login, seat }))
    }
}

fn short_cache<K: std::hash::Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static>(size: u64) -> Cache<K, V> {
    Cache::builder().max_capacity(size).time_to_live(Duration::from_secs(20)).build()
}

/// Who asks, for which account.
#[derive(Clone)]
pub struct Cx {
    pub(crate) desk: Desk,
    pub account: AccountId,
    pub user: UserId,
    /// None for API tokens.
    pub login: Option<LoginId>,
    pub seat: Arc<Seat>,
}

impl Cx {
    /// The account's rows, for those who may.
    pub fn may(&self, permission: Permission) -> Result<Scope> {
        if self.seat.role.may(permission) { Ok(self.desk.system(self.account)) } else { Err(Fault::Forbidden.into()) }
    }

    /// What the person sees.
    pub fn seen(&self) -> &Seen {
        &self.seat.seen
    }

    /// The ground.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }
}

/// The account's rows. Every statement's `$1` is the account, bound here and nowhere else.
#[derive(Clone)]
pub struct Scope {
    desk: Desk,
    pub account: AccountId,
}

fn with_account(account: AccountId, text: Text, mut rest: Vec<Arg>) -> (Text, Vec<Arg>) {
    match &text {
        Text::Fixed(s) => debug_assert!(s.scoped && s.is_scoped(), "not limited to the account: {}", s.text),
        Text::Built(t) => debug_assert!(t.contains("account_id = $1"), "not limited to the account: {t}"),
    }
    rest.insert(0, account.into());
    (text, rest)
}

impl Scope {
    /// The ground.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// All rows.
    pub async fn all<T: Entity>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Vec<T>> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(self.desk.db.all(text, args).await?)
    }

    /// The row, if there is one.
    pub async fn opt<T: Entity>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Option<T>> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(self.desk.db.one(text, args).await?)
    }

    /// The row, or [`Fault::Missing`].
    pub async fn one<T: Entity>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<T> {
        self.opt(text, rest).await?.ok_or_else(|| Fault::Missing.into())
    }

    /// Begins a unit of work.
    pub async fn begin(&self) -> Result<Work> {
        Ok(Work { tx: self.desk.db.begin().await?, desk: self.desk.clone(), account: self.account, told: Vec::new(), wakes: Wakes::default() })
    }
}

#[derive(Default)]
struct Wakes {
    outbox: bool,
    media: bool,
}

/// A unit of work on an account: rows and the events that tell of them.
///
/// Dropped without [`Work::commit`], it leaves nothing behind.
pub struct Work {
    tx: Tx,
    desk: Desk,
    account: AccountId,
    told: Vec<(AccountId, Event)>,
    wakes: Wakes,
}

impl Work {
    /// The ground.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The account whose rows are reached.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Goes on with another account in the same transaction; only for readers of webhooks, whose batches mix accounts.
    pub(crate) fn turn_to(&mut self, account: AccountId) {
        self.account = account;
    }

    /// Whether the database is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.tx.is_sqlite()
    }

    /// All rows.
    pub async fn all<T: Entity>(&mut self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Vec<T>> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(self.tx.all(text, args).await?)
    }

    /// The row, if there is one.
    pub async fn opt<T: Entity>(&mut self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Option<T>> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(self.tx.one(text, args).await?)
    }

    /// The row, or [`Fault::Missing`].
    pub async fn one<T: Entity>(&mut self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<T> {
        self.opt(text, rest).await?.ok_or_else(|| Fault::Missing.into())
    }

    /// Runs a statement; answers the rows it touched.
    pub async fn run(&mut self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<u64> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(self.tx.run(text, args).await?)
    }

    /// The transaction itself, for statements that cross accounts.
    pub(crate) fn system(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Raises a named counter of the account and answers its new value.
    pub async fn count_up(&mut self, name: &str) -> Result<i64> {
        let (value,): (i64,) = self
            .one(
                sql!(
                    "insert into counter (account_id, name, value) values ($1, $2, 1) on conflict (account_id, name) do update set value = counter.value + 1 returning value"
                ),
                args![name],
            )
            .await?;
        Ok(value)
    }

    /// Writes an event with the account's next sequence; it goes out after the commit.
    pub async fn tell(&mut self, change: Change) -> Result<i64> {
        let seq = self.count_up("event").await?;
        let at = self.desk.now();
        self.run(sql!("insert into event (account_id, seq, at, change) values ($1, $2, $3, $4)"), args![seq, at, serde_json::to_string(&change)?]).await?;
        self.told.push((self.account, Event { seq, at, change }));
        Ok(seq)
    }

    /// Writes down who did what.
    pub async fn audit(&mut self, actor: Option<UserId>, action: &str, subject: impl std::fmt::Display, data: serde_json::Value) -> Result<()> {
        let (id, at): (i64, _) = (self.desk.seam.id(), self.desk.now());
        self.run(
            sql!("insert into audit (account_id, id, at, actor_id, action, subject, data) values ($1, $2, $3, $4, $5, $6, $7)"),
            args![id, at, actor, action, subject.to_string(), data.to_string()],
        )
        .await?;
        Ok(())
    }

    /// Wakes the sender after the commit.
    pub fn wake_outbox(&mut self) {
        self.wakes.outbox = true;
    }

    /// Wakes the fetcher of files after the commit.
    pub fn wake_media(&mut self) {
        self.wakes.media = true;
    }

    /// Runs the work's commit and tells its events. The commit cannot be cut short by a client that hangs up.
    pub async fn commit(self) -> Result<()> {
        let Work { tx, desk, told, wakes, .. } = self;
        let done = tokio::spawn(async move {
            tx.commit().await?;
            for (account, event) in told {
                desk.tell(account, News::Event(Arc::new(EventNews::new(event))));
            }
            if wakes.outbox {
                desk.outbox.notify_one();
            }
            if wakes.media {
                desk.media.notify_one();
            }
            Ok(())
        });
        done.await.map_err(|e| Error::Other(e.to_string()))?
    }
}

/// The last sequence of an account's events.
pub async fn last_seq(scope: &Scope) -> Result<i64> {
    let row: Option<(i64,)> = scope.opt(sql!("select value from counter where account_id = $1 and name = 'event'"), args![]).await?;
    Ok(row.map_or(0, |(v,)| v))
}

/// Events after `since`, oldest first, at most `limit`.
pub async fn events_since(scope: &Scope, since: i64, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<(i64, i64, String)> =
        scope.all(sql!("select seq, at, change from event where account_id = $1 and seq > $2 order by seq limit $3"), args![since, limit]).await?;
    rows.into_iter().map(|(seq, at, change)| Ok(Event { seq, at, change: serde_json::from_str(&change)? })).collect()
}

/// Removes events, webhooks and logins that are older than their keeping time.
pub async fn sweep(desk: &Desk) -> Result<()> {
    let now = desk.now();
    const DAY: i64 = 86_400_000;
    desk.db.run(sql_system!("delete from event where at < $1"), args![now - 3 * DAY]).await?;
    desk.db.run(sql_system!("delete from webhook where state <> 'NEW' and received_at < $1"), args![now - 8 * DAY]).await?;
    desk.db.run(sql_system!("delete from login where expires_at < $1"), args![now]).await?;
    desk.db.run(sql_system!("delete from throttle where expires_at < $1"), args![now]).await?;
    desk.db.run(sql_system!("delete from parked_status where at < $1"), args![now - 8 * DAY]).await?;
    Ok(())
}

impl Scope {
    /// Writes down who did what, on its own.
    pub async fn note(&self, actor: Option<UserId>, action: &str, subject: impl std::fmt::Display) -> Result<()> {
        let mut work = self.begin().await?;
        work.audit(actor, action, subject, serde_json::json!({})).await?;
        work.commit().await
    }
}
