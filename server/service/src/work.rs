//! The account's rows: [`Scope`] reads them, [`Work`] changes them together with the events that tell of it.

use crate::audit::Origin;
use crate::db::{Arg, Entity, Text, Tx};
use crate::desk::{Desk, EventNews, News};
use crate::distribution::{self, Offer};
use crate::tally::{self, Noted};
use crate::{Error, Result, args, sla, sql};
use model::{AccountId, Change, ConversationId, Event, Fault, SlaMark, UserId};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The account's rows. Every statement's `$1` is the account, bound here and nowhere else.
#[derive(Clone)]
pub struct Scope {
    desk: Desk,
    pub account: AccountId,
    /// What is read is of this moment; none: of now.
    moment: Option<Moment>,
    /// From where it is asked; none: from no request.
    origin: Option<Arc<Origin>>,
}

/// A transaction that several readers share.
pub(crate) type Moment = Arc<tokio::sync::Mutex<Tx>>;

fn with_account(account: AccountId, text: Text, mut rest: Vec<Arg>) -> (Text, Vec<Arg>) {
    match &text {
        Text::Fixed(s) => debug_assert!(s.scoped && s.is_scoped(), "not limited to the account: {}", s.text),
        Text::Built(t) => debug_assert!(t.contains("account_id = $1"), "not limited to the account: {t}"),
    }
    rest.insert(0, account.into());
    (text, rest)
}

impl Scope {
    pub(crate) fn new(desk: Desk, account: AccountId) -> Scope {
        Scope { desk, account, moment: None, origin: None }
    }

    /// The same rows as they are in an open transaction.
    pub(crate) fn at(self, moment: Option<Moment>) -> Scope {
        Scope { moment, ..self }
    }

    /// The same rows, asked for from somewhere: the audit says so.
    pub(crate) fn from(self, origin: Option<Arc<Origin>>) -> Scope {
        Scope { origin, ..self }
    }

    /// The ground.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// All rows.
    pub async fn all<T: Entity>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Vec<T>> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(match &self.moment {
            Some(moment) => moment.lock().await.all(text, args).await?,
            None => self.desk.db.all(text, args).await?,
        })
    }

    /// All rows of a statement that makes one text of them (`{rows …}`), their columns in the order of `T`'s fields.
    ///
    /// A page of many columns comes over for a third of what it costs row by row: sqlx copies each value on its own.
    pub async fn packed<T: DeserializeOwned>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Vec<T>> {
        let (json,): (String,) = self.one(text, rest).await?;
        Ok(serde_json::from_str(&json)?)
    }

    /// The row, if there is one.
    pub async fn opt<T: Entity>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<Option<T>> {
        let (text, args) = with_account(self.account, text.into(), rest);
        Ok(match &self.moment {
            Some(moment) => moment.lock().await.one(text, args).await?,
            None => self.desk.db.one(text, args).await?,
        })
    }

    /// The row, or [`Fault::Missing`].
    pub async fn one<T: Entity>(&self, text: impl Into<Text>, rest: Vec<Arg>) -> Result<T> {
        self.opt(text, rest).await?.ok_or_else(|| Fault::Missing.into())
    }

    /// Begins a unit of work.
    pub async fn begin(&self) -> Result<Work> {
        Ok(Work {
            tx: self.desk.db.begin().await?,
            desk: self.desk.clone(),
            account: self.account,
            origin: self.origin.clone(),
            told: Vec::new(),
            alerts: Vec::new(),
            offers: Vec::new(),
            noted: Vec::new(),
            promises: Vec::new(),
            wakes: Wakes::default(),
        })
    }

    /// Writes down who did what, on its own.
    pub async fn note(&self, actor: Option<UserId>, action: &str, subject: impl std::fmt::Display) -> Result<()> {
        let mut work = self.begin().await?;
        work.audit(actor, action, subject, serde_json::json!({})).await?;
        work.commit().await
    }
}

#[derive(Default)]
struct Wakes {
    outbox: bool,
    media: bool,
    push: bool,
    distribution: bool,
}

/// A unit of work on an account: rows and the events that tell of them.
///
/// Dropped without [`Work::commit`], it leaves nothing behind.
pub struct Work {
    tx: Tx,
    desk: Desk,
    account: AccountId,
    origin: Option<Arc<Origin>>,
    told: Vec<(AccountId, Change)>,
    alerts: Vec<(AccountId, News)>,
    offers: Vec<(AccountId, Offer)>,
    noted: Vec<(AccountId, Noted)>,
    promises: Vec<(AccountId, ConversationId)>,
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

    /// From where it is done.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_deref()
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

    /// Works on settings of the account go one after the other: what they check (one default team, an admin left)
    /// must still be true when they end.
    pub(crate) async fn lock_account(&mut self) -> Result<()> {
        self.one::<(i64,)>(sql!("select id from account where id = $1 {lock}"), args![]).await?;
        Ok(())
    }

    /// Raises a named counter of the account and answers its new value.
    pub async fn count_up(&mut self, name: &str, by: i64) -> Result<i64> {
        let (value,): (i64,) = self
            .one(
                sql!(
                    "insert into counter (account_id, name, value) values ($1, $2, $3) on conflict (account_id, name) do update set value = counter.value + $3 returning value"
                ),
                args![name, by],
            )
            .await?;
        Ok(value)
    }

    /// Tells of a change: its event is written by [`Work::commit`], in the same transaction, and goes out after it.
    pub fn tell(&mut self, change: Change) {
        self.told.push((self.account, change));
    }

    /// Wakes the sender after the commit.
    pub fn wake_outbox(&mut self) {
        self.wakes.outbox = true;
    }

    /// Wakes the fetcher of files after the commit.
    pub fn wake_media(&mut self) {
        self.wakes.media = true;
    }

    /// Wakes the sender of notes after the commit.
    pub(crate) fn wake_push(&mut self) {
        self.wakes.push = true;
    }

    /// Wakes who hands out what waits, after the commit.
    pub(crate) fn wake_distribution(&mut self) {
        self.wakes.distribution = true;
    }

    /// A conversation whose row is held is offered to its team's agents: [`Work::commit`] decides who gets it.
    pub(crate) fn offer(&mut self, offer: Offer) {
        let offer = offer.after(self.told.len());
        self.offers.push((self.account, offer));
    }

    /// Something to be added up in the figures, by [`Work::commit`].
    pub(crate) fn note_tally(&mut self, what: Noted) {
        self.noted.push((self.account, what));
    }

    /// What is promised in a conversation whose row is held is to be worked out anew; [`Work::commit`] does.
    pub(crate) fn promise(&mut self, id: ConversationId) {
        if !self.promises.contains(&(self.account, id)) {
            self.promises.push((self.account, id));
        }
    }

    /// The conversations whose promises are to be worked out.
    pub(crate) fn take_promises(&mut self) -> Vec<(AccountId, ConversationId)> {
        std::mem::take(&mut self.promises)
    }

    /// What is told of a conversation says how its promises stand now.
    pub(crate) fn remark(&mut self, id: ConversationId, mark: Option<SlaMark>) {
        for (account, change) in &mut self.told {
            match change {
                Change::Conversation { row, .. } if *account == self.account && row.id == id => row.sla = mark,
                _ => {}
            }
        }
    }

    /// The offers that nobody has decided yet, by account.
    pub(crate) fn take_offers(&mut self) -> BTreeMap<AccountId, Vec<Offer>> {
        let mut by_account: BTreeMap<AccountId, Vec<Offer>> = BTreeMap::new();
        for (account, offer) in std::mem::take(&mut self.offers) {
            by_account.entry(account).or_default().push(offer);
        }
        by_account
    }

    /// A conversation that came into the queue by this work waits for somebody: what is told of it, from the change at this
    /// place on, says so from the beginning, and nobody else hears of it. Gives the lines back when nothing is told of it yet.
    pub(crate) fn retell(
        &mut self,
        since: Option<usize>,
        row: &model::Conversation,
        lines: Vec<model::Message>,
    ) -> Option<Vec<model::Message>> {
        let mut last = None;
        for (place, (_, change)) in self.told.iter_mut().enumerate().skip(since.unwrap_or(usize::MAX)) {
            match change {
                Change::Conversation { row: told, before, .. } if told.id == row.id => {
                    if let Some(before) = before.as_mut().filter(|_| last.is_some()) {
                        before.designated_id = row.designated_id;
                    }
                    (told.designated_id, told.overflow_at) = (row.designated_id, row.overflow_at);
                    last = Some(place);
                }
                Change::Message { access, message } if message.conversation_id == row.id => access.designated_id = row.designated_id,
                _ => {}
            }
        }
        match last.and_then(|place| self.told.get_mut(place)) {
            Some((_, Change::Conversation { messages, .. })) => {
                messages.extend(lines);
                None
            }
            _ => Some(lines),
        }
    }

    /// Goes over the bus after the commit, without a number of its own.
    pub(crate) fn alert(&mut self, news: News) {
        self.alerts.push((self.account, news));
    }

    /// Writes the events with the accounts' next sequences.
    ///
    /// The sequence is taken last: its row is locked until the commit, and whoever held it while waiting for a
    /// conversation that another holds would stop both.
    async fn write_events(&mut self) -> Result<Vec<(AccountId, Event)>> {
        let mut by_account: BTreeMap<AccountId, Vec<Change>> = BTreeMap::new();
        for (account, change) in std::mem::take(&mut self.told) {
            by_account.entry(account).or_default().push(change);
        }
        let mut noted: BTreeMap<AccountId, Vec<Noted>> = BTreeMap::new();
        for (account, what) in std::mem::take(&mut self.noted) {
            by_account.entry(account).or_default();
            noted.entry(account).or_default().push(what);
        }
        let at = self.desk.now();
        let mut events = Vec::new();
        for (account, changes) in by_account {
            self.account = account;
            let last = self.count_up("event", changes.len() as i64).await?;
            // Nobody else adds to the account's figures until the commit.
            tally::flush(self, noted.remove(&account).unwrap_or_default()).await?;
            if changes.is_empty() {
                continue;
            }
            let first = last + 1 - changes.len() as i64;
            let texts = changes.iter().map(serde_json::to_string).collect::<serde_json::Result<Vec<_>>>()?;
            // All in one statement: a batch of webhooks tells of dozens of changes.
            let text = if self.is_sqlite() {
                sql!(sqlite "insert into event (account_id, seq, at, change) select $1, $2 + e.key, $3, e.value from json_each($4) e")
            } else {
                sql!(postgres "insert into event (account_id, seq, at, change)
                     select $1, $2 + e.n - 1, $3, e.value from json_array_elements_text(cast($4 as json)) with ordinality e (value, n)")
            };
            self.run(text, args![first, at, serde_json::to_string(&texts)?]).await?;
            events.extend((first..).zip(changes).map(|(seq, change)| (account, Event { seq, at, change })));
        }
        Ok(events)
    }

    /// Works out what is promised, decides who gets what was offered, writes the events, commits, and tells. A client that hangs up cannot cut it short.
    pub async fn commit(mut self) -> Result<()> {
        let done = tokio::spawn(async move {
            sla::settle(&mut self).await?;
            distribution::settle(&mut self).await?;
            let events = self.write_events().await?;
            let Work { tx, desk, wakes, alerts, .. } = self;
            tx.commit().await?;
            for (account, event) in events {
                desk.tell(account, News::Event(Arc::new(EventNews::new(event))));
            }
            for (account, news) in alerts {
                desk.tell(account, news);
            }
            if wakes.outbox {
                desk.outbox.notify_one();
            }
            if wakes.media {
                desk.media.notify_one();
            }
            if wakes.push {
                desk.push.wake.notify_one();
            }
            if wakes.distribution {
                desk.distribution.notify_one();
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

/// Events after `since`, oldest first, at most `limit`. Old ones are swept away: the first may be later than asked for.
pub async fn events_since(scope: &Scope, since: i64, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<(i64, i64, String)> = scope
        .all(sql!("select seq, at, change from event where account_id = $1 and seq > $2 order by seq limit $3"), args![since, limit])
        .await?;
    rows.into_iter().map(|(seq, at, change)| Ok(Event { seq, at, change: serde_json::from_str(&change)? })).collect()
}
