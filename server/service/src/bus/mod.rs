//! How news reaches everybody who listens, in this process and in others on the same database.
//!
//! * Here: each account has a line, a broadcast channel. [`Desk::tell`] puts news on it.
//! * Between processes, on PostgreSQL: what is told here is said to the others, by NATS where that is configured, else by
//!   PostgreSQL's notifications ([`run`]). An event goes by its number, or whole by NATS; [`order`] sees to it that each one
//!   goes on once and without a gap, and what is missing is read from the table. News without a number goes whole, in
//!   pieces where a notification is too small ([`word`]). What processes remember is forgotten by all of them.
//! * Whatever was lost on the way, the numbers are compared with the table once a second; after a connection was lost
//!   everybody is told to ask again ([`News::Again`]).

mod nats;
mod order;
mod out;
mod run;
mod word;

pub use run::run;

use crate::db::list;
use crate::desk::{Desk, EventNews, News};
use crate::presence::Told;
use crate::{Result, sql_system, work};
use model::{AccountId, Change, ConversationId, LoginId, SetupKind};
use order::{Gap, Order};
pub(crate) use out::{Item, Outgoing};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{broadcast, oneshot};
use tokio::time::Instant;
pub(crate) use word::{Cache, Word};

/// News that a slow reader may be behind before it must catch up from the database.
const BUS_DEPTH: usize = 1024;
/// Events that are read at once.
const READ: i64 = 500;
/// What one task of this process has committed and another one tells first is told in a moment.
const GRACE: Duration = Duration::from_millis(5);
/// How long somebody waits for the others to be told.
const SAID: Duration = Duration::from_secs(1);
/// A process that says nothing for so long is gone.
const SILENT: Duration = Duration::from_secs(12);

/// The lines, and what is known of other processes.
#[derive(Default)]
pub(crate) struct Bus {
    pub out: Outgoing,
    lines: RwLock<HashMap<AccountId, Arc<Line>>>,
    /// Logins with a socket here.
    logins: Mutex<HashMap<(LoginId, AccountId), usize>>,
    /// The name of this process among others.
    station: OnceLock<String>,
    others: Mutex<HashMap<String, Other>>,
    ears: Ears,
    nats: OnceLock<nats::Nats>,
}

/// What is heard now.
#[derive(Default)]
struct Ears {
    postgres: AtomicBool,
    nats: AtomicBool,
    wants_nats: AtomicBool,
}

struct Other {
    heard: Instant,
    hears_nats: bool,
}

/// An account's listeners here.
struct Line {
    news: broadcast::Sender<News>,
    order: Mutex<Order>,
}

impl Default for Line {
    fn default() -> Self {
        Line { news: broadcast::channel(BUS_DEPTH).0, order: Mutex::default() }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    fn send(&self, news: News) {
        // No listener is not an error.
        let _ = self.news.send(news);
    }

    /// Events go on under the lock, so that their order is that of their numbers.
    fn on(&self) -> impl FnMut(Arc<EventNews>) {
        |event| self.send(News::Event(event))
    }

    fn is_heard(&self) -> bool {
        self.news.receiver_count() > 0
    }
}

/// How news travels between processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether others are told at all.
    pub is_shared: bool,
    /// Whether PostgreSQL's notifications are heard.
    pub postgres: bool,
    /// Whether NATS is heard; none: it is not configured.
    pub nats: Option<bool>,
    /// Other processes that are there.
    pub others: usize,
}

/// A login has a socket here as long as this lives.
pub struct LoginHeld {
    desk: Desk,
    key: (LoginId, AccountId),
}

impl Drop for LoginHeld {
    fn drop(&mut self) {
        let mut logins = locked(&self.desk.bus.logins);
        if let Some(n) = logins.get_mut(&self.key) {
            *n -= 1;
            if *n == 0 {
                logins.remove(&self.key);
            }
        }
    }
}

impl Bus {
    fn line(&self, account: AccountId) -> Arc<Line> {
        if let Some(line) = self.line_of(account) {
            return line;
        }
        self.lines.write().unwrap_or_else(PoisonError::into_inner).entry(account).or_default().clone()
    }

    fn line_of(&self, account: AccountId) -> Option<Arc<Line>> {
        self.lines.read().unwrap_or_else(PoisonError::into_inner).get(&account).cloned()
    }

    /// The accounts to which somebody listens here.
    fn heard(&self) -> Vec<(AccountId, Arc<Line>)> {
        let lines = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|(_, line)| line.is_heard()).map(|(account, line)| (*account, line.clone())).collect()
    }

    fn station(&self) -> &str {
        self.station.get().map_or("", String::as_str)
    }

    /// Whether something may be lost now.
    fn is_deaf(&self) -> bool {
        !self.ears.postgres.load(Ordering::Relaxed) || self.wants_nats() && !self.ears.nats.load(Ordering::Relaxed)
    }

    fn wants_nats(&self) -> bool {
        self.ears.wants_nats.load(Ordering::Relaxed)
    }

    /// Whether every process hears NATS, as far as it is known here.
    fn all_hear_nats(&self) -> bool {
        self.ears.nats.load(Ordering::Relaxed) && locked(&self.others).values().all(|o| o.hears_nats)
    }
}

impl Desk {
    /// Listens to an account.
    pub fn listen(&self, account: AccountId) -> broadcast::Receiver<News> {
        self.bus.line(account).news.subscribe()
    }

    /// Listens to an account from now on: each event that is committed after this has answered comes, wherever it was
    /// committed, once and in the order of its number, unless the listener is too slow.
    pub async fn follow(&self, account: AccountId) -> Result<broadcast::Receiver<News>> {
        let line = self.bus.line(account);
        if !line.is_heard() {
            locked(&line.order).reset();
        }
        let news = line.news.subscribe();
        if self.bus.out.is_open() {
            let seq = work::last_seq(&self.system(account)).await?;
            locked(&line.order).begin(seq);
        }
        Ok(news)
    }

    /// Tells everybody who listens to the account, in all processes.
    pub fn tell(&self, account: AccountId, news: News) {
        match &news {
            News::Event(e) => {
                if let Change::Setup { what } = &e.event.change {
                    self.forget(account, *what, true);
                }
                self.bus.out.say(Item::Event(account, e.clone()));
            }
            News::Presence { conversation_id, access, .. } => {
                let people = self.presence.own(account, *conversation_id, *access);
                self.bus.out.say(Item::Word(Word::Here { account, conversation_id: *conversation_id, access: *access, people }));
            }
            news if self.bus.out.is_open() => self.bus.out.say(Item::Word(Word::News { account, news: news.clone() })),
            _ => {}
        }
        self.hear(account, news);
    }

    /// Tells that somebody has left a conversation that they do not see any more: to those who might know of them.
    pub fn tell_left(&self, account: AccountId, conversation_id: ConversationId) {
        if let Some((access, people)) = self.presence.last(account, conversation_id) {
            self.tell(account, News::Presence { conversation_id, access, people });
        }
    }

    /// Returns when the other processes were told what was told so far, or after a second.
    pub async fn said(&self) {
        if self.bus.out.is_open() {
            let (done, said) = oneshot::channel();
            self.bus.out.say(Item::Said(done));
            let _ = tokio::time::timeout(SAID, said).await;
        }
    }

    /// Tells everybody who listens here.
    fn hear(&self, account: AccountId, news: News) {
        match news {
            News::Event(event) if self.bus.out.is_open() => self.arrive(account, event.event.seq, Some(event)),
            news => {
                if let Some(line) = self.bus.line_of(account) {
                    line.send(news);
                }
            }
        }
    }

    /// An event, or the number of one, from wherever.
    fn arrive(&self, account: AccountId, seq: i64, event: Option<Arc<EventNews>>) {
        let Some(line) = self.bus.line_of(account) else { return };
        let gap = {
            let mut order = locked(&line.order);
            if !line.is_heard() {
                return order.reset();
            }
            order.arrive(seq, event, line.on())
        };
        self.fill_soon(account, line, gap);
    }

    fn fill_soon(&self, account: AccountId, line: Arc<Line>, gap: Option<Gap>) {
        let Some(gap) = gap else { return };
        let desk = self.clone();
        tokio::spawn(async move {
            if gap == Gap::Soon {
                tokio::time::sleep(GRACE).await;
            }
            desk.fill(account, &line).await;
        });
    }

    /// Reads what is missing until nothing is.
    async fn fill(&self, account: AccountId, line: &Line) {
        let mut pause = Duration::from_millis(50);
        loop {
            let Some(since) = locked(&line.order).missing() else { return };
            match work::events_since(&self.system(account), since, READ).await {
                Ok(rows) => {
                    for row in &rows {
                        if let Change::Setup { what } = &row.change {
                            self.forget(account, *what, false);
                        }
                    }
                    let rows = rows.into_iter().map(|row| Arc::new(EventNews::new(row))).collect();
                    locked(&line.order).read(since, rows, line.on());
                }
                Err(_) if self.is_stopping() => return locked(&line.order).give_up(),
                Err(e) => {
                    tracing::warn!(%account, error = %e, "events of another process could not be read; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
            }
        }
    }

    /// What is remembered of a set-up that changed; `by_all`: in all processes.
    fn forget(&self, account: AccountId, what: SetupKind, by_all: bool) {
        let forget = |caches: &[Cache]| caches.iter().for_each(|c| self.forget_cache(*c, by_all));
        match what {
            // Who may answer, and how long what they send waits, are settings of the account. The time zone is, too.
            SetupKind::Members | SetupKind::Teams | SetupKind::Account => {
                forget(&[Cache::Seats, Cache::Hours]);
                let news = News::Seats { user_id: None };
                if by_all { self.tell(account, news) } else { self.hear(account, news) }
            }
            SetupKind::Channels => forget(&[Cache::Channels, Cache::Routes]),
            SetupKind::Hours => forget(&[Cache::Hours]),
            SetupKind::Sla => forget(&[Cache::Sla]),
            SetupKind::Templates | SetupKind::Tags | SetupKind::Fields | SetupKind::Replies | SetupKind::Closing | SetupKind::Status => {}
        }
    }

    fn forget_cache(&self, cache: Cache, by_all: bool) {
        match cache {
            Cache::Logins => self.logins.forget_as(by_all),
            Cache::Tokens => self.tokens.forget_as(by_all),
            Cache::Seats => self.seats.forget_as(by_all),
            Cache::Channels => self.channels.forget_as(by_all),
            Cache::Routes => self.routes.forget_as(by_all),
            Cache::Hours => self.hours.forget_as(by_all),
            Cache::Sla => self.sla.forget_as(by_all),
            Cache::Admitted => self.sso.admitted.forget_as(by_all),
        }
    }

    fn forget_all(&self) {
        for cache in [Cache::Logins, Cache::Tokens, Cache::Seats, Cache::Channels, Cache::Routes, Cache::Hours, Cache::Sla, Cache::Admitted]
        {
            self.forget_cache(cache, false);
        }
    }

    /// Notes that a login has a socket here: it is told when the login has ended, whatever becomes of the news of that.
    pub fn hold_login(&self, account: AccountId, login: Option<LoginId>) -> Option<LoginHeld> {
        let key = (login?, account);
        *locked(&self.bus.logins).entry(key).or_default() += 1;
        Some(LoginHeld { desk: self.clone(), key })
    }

    /// Something may have been lost: nothing that is remembered counts, and everybody who listens here asks again.
    async fn again(&self) {
        self.forget_all();
        if let Err(e) = self.compare(true).await {
            tracing::warn!(error = %e, "what other processes did could not be read; trying again in a second");
        }
        for (_, line) in self.bus.heard() {
            line.send(News::Again);
        }
        self.introduce();
    }

    /// Compares with the table: events that did not arrive and, where something may have been lost, logins that have ended.
    async fn compare(&self, logins: bool) -> Result<()> {
        let lines: HashMap<AccountId, Arc<Line>> = self.bus.heard().into_iter().collect();
        if !lines.is_empty() {
            let last: Vec<(i64, i64)> = self
                .db
                .all(
                    sql_system!("select account_id, value from counter where name = 'event' and account_id in {in $1}"),
                    vec![list(lines.keys().copied())],
                )
                .await?;
            for (account, seq) in last {
                let account = AccountId(account);
                let Some(line) = lines.get(&account) else { continue };
                let gap = locked(&line.order).reaches(seq, line.on());
                self.fill_soon(account, line.clone(), gap);
            }
        }
        if logins { self.compare_logins().await } else { Ok(()) }
    }

    async fn compare_logins(&self) -> Result<()> {
        let held: Vec<(LoginId, AccountId)> = locked(&self.bus.logins).keys().copied().collect();
        if held.is_empty() {
            return Ok(());
        }
        let rows: Vec<(i64, i64)> = self
            .db
            .all(
                sql_system!("select id, account_id from login where id in {in $1} and expires_at > $2"),
                vec![list(held.iter().map(|(login, _)| *login)), self.now().into()],
            )
            .await?;
        let there: HashMap<LoginId, AccountId> = rows.into_iter().map(|(id, account)| (id.into(), account.into())).collect();
        for (login_id, account) in held {
            if there.get(&login_id) != Some(&account) {
                self.hear(account, News::LoginEnded { login_id });
            }
        }
        Ok(())
    }

    /// Says that this process is there, and who looks at what in it.
    fn introduce(&self) {
        self.say_alive();
        for Told { account, conversation_id, access, people } in self.presence.all_own() {
            self.bus.out.say(Item::Word(Word::Here { account, conversation_id, access, people }));
        }
    }

    fn say_alive(&self) {
        self.bus.out.say(Item::Word(Word::Alive { hears_nats: self.bus.ears.nats.load(Ordering::Relaxed) }));
    }

    /// What another process says.
    fn take(&self, envelope: word::Envelope) {
        let from = envelope.from;
        if from == self.bus.station() {
            return;
        }
        let is_new = {
            let mut others = locked(&self.bus.others);
            let is_new = !others.contains_key(&from);
            let hears_nats = self.bus.wants_nats();
            others.entry(from.clone()).or_insert(Other { heard: Instant::now(), hears_nats }).heard = Instant::now();
            is_new
        };
        for word in envelope.words {
            match word {
                Word::Event { account, seq, event } => {
                    let event = event.filter(|e| e.seq == seq).map(|e| Arc::new(EventNews::new(*e)));
                    self.arrive(account, seq, event);
                }
                Word::News { account, news } => self.hear(account, news),
                Word::Here { account, conversation_id, access, people } => {
                    let people = self.presence.hear(&from, account, conversation_id, people);
                    self.hear(account, News::Presence { conversation_id, access, people });
                }
                Word::Forget { what } => self.forget_cache(what, false),
                Word::Alive { hears_nats } => {
                    if let Some(other) = locked(&self.bus.others).get_mut(&from) {
                        other.hears_nats = hears_nats;
                    }
                }
                Word::Again => {
                    let desk = self.clone();
                    tokio::spawn(async move { desk.again().await });
                }
                Word::Bye => return self.leave(&from),
            }
        }
        if is_new {
            tracing::info!(process = from, "another process is on this database");
            self.introduce();
        }
    }

    /// Another process is gone.
    fn leave(&self, from: &str) {
        if locked(&self.bus.others).remove(from).is_some() {
            tracing::info!(process = from, "another process is gone");
        }
        for Told { account, conversation_id, access, people } in self.presence.forget(from) {
            self.hear(account, News::Presence { conversation_id, access, people });
        }
    }

    fn leave_silent(&self) {
        let silent: Vec<String> = {
            let others = locked(&self.bus.others);
            others.iter().filter(|(_, o)| o.heard.elapsed() > SILENT).map(|(from, _)| from.clone()).collect()
        };
        for from in silent {
            self.leave(&from);
        }
    }

    /// How news travels between processes now.
    pub fn bus_health(&self) -> Health {
        let ears = &self.bus.ears;
        Health {
            is_shared: self.bus.out.is_open(),
            postgres: ears.postgres.load(Ordering::Relaxed),
            nats: self.bus.wants_nats().then(|| ears.nats.load(Ordering::Relaxed)),
            others: locked(&self.bus.others).len(),
        }
    }
}
