//! The ground that everything stands on, and the one door to an account's rows.
//!
//! [`Desk`] is made once. [`Cx`] is who asks, for which account; `cx.may(permission)` answers a [`Scope`], the only thing
//! that reaches the account's rows, and it binds the account as `$1` itself. [`Work`] is a transaction: rows and the
//! events that tell of them are saved together, and the events go out after the commit.

use crate::audit::Origin;
use crate::bus::{Bus, Cache};
use crate::cache::Known;
use crate::db::Db;
use crate::role::own_role;
use crate::work::Moment;
use crate::{Error, Result, args, keys::Keys, seam::Seam, sql, sql_system};
use model::{AccountId, Event, Fault, LoginId, Module, Permission, Rights, Role, Seen, UserId};
use serde::{Deserialize, Serialize};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

pub use crate::work::{Scope, Work, events_since, last_seq};

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
    /// Files: where they are, how much room, who scans them.
    pub files: crate::media::FileSettings,
    /// Who comes in, and how letters reach them.
    pub door: crate::auth::DoorSettings,
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
    /// Wakes the sender of files.
    pub courier: Notify,
    /// Wakes who hands out what waits.
    pub distribution: Notify,
    pub storage: crate::media::Storage,
    pub mail: crate::mail::Mail,
    /// Files coming in at once, and pictures being opened at once.
    pub(crate) uploads: tokio::sync::Semaphore,
    pub(crate) pictures: tokio::sync::Semaphore,
    pub push: crate::push::Push,
    pub sso: crate::auth::sso::Providers,
    stopping: std::sync::atomic::AtomicBool,
    reindexing: std::sync::atomic::AtomicBool,
    pub(crate) receipts: mpsc::Sender<crate::inbound::Receipt>,
    pub(crate) receipts_in: std::sync::Mutex<Option<mpsc::Receiver<crate::inbound::Receipt>>>,
    pub(crate) hashing: tokio::sync::Semaphore,
    /// Logins by the hash of their token, and the seats of members; short-lived, and dropped when they change.
    pub(crate) logins: Known<String, crate::auth::KnownLogin>,
    pub(crate) tokens: Known<String, (AccountId, UserId, model::TokenId)>,
    pub(crate) seats: Known<(AccountId, UserId), Option<Arc<Seat>>>,
    pub(crate) channels: Known<model::ChannelId, Arc<crate::channels::ChannelRow>>,
    pub(crate) routes: Known<String, Vec<model::ChannelId>>,
    pub(crate) hours: Known<AccountId, Arc<crate::hours::AccountHours>>,
    pub(crate) boards: crate::board::Boards,
    pub(crate) sla: Known<AccountId, Arc<Vec<model::SlaPolicy>>>,
    pub(crate) bus: Bus,
    pub presence: Arc<crate::presence::Presence>,
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
    /// What the role may, and how far it sees.
    pub rights: Rights,
    pub seen: Seen,
    pub name: String,
    pub nickname: String,
    /// How long what they send waits.
    pub delay: model::SafetyDelay,
    /// The account demands a second factor of everybody.
    pub second_factor_required: bool,
    /// What is switched on in their account.
    pub features: model::Features,
    /// What of contacts is hidden from them.
    pub masks: model::Masks,
}

impl Seat {
    /// Whether the member may.
    pub fn may(&self, permission: Permission) -> bool {
        self.rights.may(permission)
    }
}

/// What goes over an account's bus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum News {
    /// A stored event; its JSON is made once for all sockets. Between processes it has a word of its own.
    #[serde(skip)]
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
    /// A notification, for those whom it is for.
    Alert(Arc<crate::alert::AlertNews>),
    /// Somebody deleted messages for themselves; for their own sockets.
    Hidden { user: UserId, conversation_id: model::ConversationId, ids: Vec<model::MessageId> },
    /// What is under the bell of these people changed.
    AlertsRead { users: Vec<UserId> },
    /// A message of the internal chat, for those who are in its talk.
    Talk(Arc<crate::talk::TalkNews>),
    /// A person read a talk.
    TalkRead { user_id: UserId, talk_id: model::TalkId, unread: i64 },
    /// News may have been lost on the way from another process: everybody asks again for what they show.
    Again,
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
    /// When the HTTP client cannot be made (no TLS), or the store of files cannot be opened.
    pub fn new(db: Db, seam: Seam, secret_key: &str, settings: Settings) -> Result<Desk> {
        let http = channel::http_client().map_err(|e| Error::Other(e.to_string()))?;
        let (receipts, receipts_in) = mpsc::channel(4096);
        let bus = Bus::default();
        let storage = crate::media::Storage::open(&settings.data_dir, settings.files.bucket.as_ref())?;
        let mail = crate::mail::Mail::open(&settings.door.smtp_url, &settings.door.mail_from).map_err(|(_, why)| Error::Other(why))?;
        Ok(Desk(Arc::new(Inner {
            db,
            seam,
            keys: Keys::new(secret_key),
            settings,
            http,
            outbox: Notify::new(),
            webhooks: Notify::new(),
            media: Notify::new(),
            courier: Notify::new(),
            distribution: Notify::new(),
            storage,
            mail,
            uploads: tokio::sync::Semaphore::new(16),
            pictures: tokio::sync::Semaphore::new(2),
            push: crate::push::Push::default(),
            sso: crate::auth::sso::Providers::new(&bus.out),
            stopping: std::sync::atomic::AtomicBool::new(false),
            reindexing: std::sync::atomic::AtomicBool::new(false),
            receipts,
            receipts_in: std::sync::Mutex::new(Some(receipts_in)),
            hashing: tokio::sync::Semaphore::new(2),
            logins: Known::new(10_000).shared(&bus.out, Cache::Logins),
            tokens: Known::new(10_000).shared(&bus.out, Cache::Tokens),
            seats: Known::new(10_000).shared(&bus.out, Cache::Seats),
            channels: Known::new(1_000).shared(&bus.out, Cache::Channels),
            routes: Known::new(1_000).shared(&bus.out, Cache::Routes),
            hours: Known::new(1_000).shared(&bus.out, Cache::Hours),
            sla: Known::new(1_000).shared(&bus.out, Cache::Sla),
            boards: crate::board::Boards::default(),
            bus,
            presence: Arc::default(),
        })))
    }

    /// Tells the workers to end after their turn.
    pub fn stop(&self) {
        self.stopping.store(true, std::sync::atomic::Ordering::Relaxed);
        for worker in [&self.outbox, &self.webhooks, &self.media, &self.courier, &self.distribution, &self.push.wake] {
            worker.notify_one();
        }
    }

    /// Whether the server is stopping.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Whether old messages stand in the search index in an old form, or not at all.
    pub fn is_reindexing(&self) -> bool {
        self.reindexing.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Tells searches; what fills the index does.
    pub fn reindexing(&self, is: bool) {
        self.reindexing.store(is, std::sync::atomic::Ordering::Relaxed);
    }

    /// Now.
    pub fn now(&self) -> model::Millis {
        self.seam.now()
    }

    /// The account's rows without a person: for webhooks, workers and sign-in.
    pub fn system(&self, account: AccountId) -> Scope {
        Scope::new(self.clone(), account)
    }

    /// The member's seat, or nothing when they are not, or no longer, a member.
    pub async fn seat(&self, account: AccountId, user: UserId) -> Result<Option<Arc<Seat>>> {
        if let Some(seat) = self.seats.get(&(account, user)) {
            return Ok(seat);
        }
        let age = self.seats.age();
        let seat = self.load_seat(account, user).await?.map(Arc::new);
        self.seats.keep((account, user), seat.clone(), age);
        Ok(seat)
    }

    async fn load_seat(&self, account: AccountId, user: UserId) -> Result<Option<Seat>> {
        let scope = self.system(account);
        type Found = (String, String, String, Option<String>, Option<String>);
        let member: Option<Found> = scope
            .opt(
                sql!(concat!(
                    "select m.role, u.name, u.nickname, own.sight, own.permissions from membership m join users u on u.id = m.user_id",
                    own_role!(),
                    "where m.account_id = $1 and m.user_id = $2 and m.active"
                )),
                args![user],
            )
            .await?;
        let Some((role, name, nickname, sight, permissions)) = member else { return Ok(None) };
        let role: Role = role.parse()?;
        let rights = crate::role::rights(role, sight, permissions)?;
        let links: Vec<(i64, bool, bool)> = scope
            .all(sql!("select team_id, is_agent, is_supervisor from team_member where account_id = $1 and user_id = $2"), args![user])
            .await?;
        let links: Vec<model::TeamLink> =
            links.into_iter().map(|(t, is_agent, is_supervisor)| model::TeamLink { team_id: t.into(), is_agent, is_supervisor }).collect();
        let teams: Vec<(i64, String)> = scope.all(sql!("select id, restriction from team where account_id = $1"), args![]).await?;
        let teams = teams.into_iter().map(|(id, r)| Ok((id.into(), r.parse()?))).collect::<Result<Vec<_>>>()?;
        let features = crate::feature::features_of(&scope).await?;
        let mut delay = crate::delay::settings_of(&scope).await?;
        delay.enabled &= features.has(Module::SafetyDelay);
        let masks = crate::mask::load(&scope, rights.sight, &links).await?;
        let seen = Seen { only_assignee: features.only_assignee, ..Seen::new(user, rights.sight, &links, &teams) };
        let (second_factor_required,): (bool,) =
            scope.one(sql!("select second_factor_required from account where id = $1"), args![]).await?;
        Ok(Some(Seat { role, rights, seen, name, nickname, delay, features, second_factor_required, masks }))
    }

    /// Who asks; none when the person is not a member.
    pub async fn cx(&self, account: AccountId, user: UserId, login: Option<LoginId>) -> Result<Option<Cx>> {
        Ok(self.seat(account, user).await?.map(|seat| Cx { desk: self.clone(), account, user, login, seat, moment: None, origin: None }))
    }
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
    moment: Option<Moment>,
    origin: Option<Arc<Origin>>,
}

impl Cx {
    /// The account's rows, for those who may.
    pub fn may(&self, permission: Permission) -> Result<Scope> {
        if self.seat.may(permission) {
            Ok(self.desk.system(self.account).at(self.moment.clone()).from(self.origin.clone()))
        } else {
            Err(Fault::Forbidden.into())
        }
    }

    /// The same asker, of whom it is known from where they ask.
    #[must_use]
    pub fn from(self, origin: Origin) -> Cx {
        let token = origin.token.or(self.origin.as_ref().and_then(|o| o.token));
        Cx { origin: Some(Arc::new(Origin { token, ..origin })), ..self }
    }

    /// The account's rows for what needs no permission, such as the end of one's own login.
    pub(crate) fn own(&self) -> Scope {
        self.in_account(self.account)
    }

    /// The rows of another account of the person.
    pub(crate) fn in_account(&self, account: AccountId) -> Scope {
        self.desk.system(account).from(self.origin.clone())
    }

    /// Refuses what is switched off for the account (HP-3).
    ///
    /// # Errors
    /// [`Fault::ModuleOff`].
    pub fn needs(&self, module: Module) -> Result<()> {
        if self.seat.features.has(module) { Ok(()) } else { Err(Fault::ModuleOff { module }.into()) }
    }

    /// The same asker, for whom the account's rows stand still: what belongs together is read as of one moment, whatever is
    /// committed meanwhile. It holds a connection until it is dropped, and whoever holds one must not wait for another.
    pub async fn at_one_moment(&self) -> Result<Cx> {
        let tx = self.desk.db.begin_reading().await?;
        Ok(Cx { moment: Some(Arc::new(tokio::sync::Mutex::new(tx))), ..self.clone() })
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

/// Removes events, webhooks and logins that are older than their keeping time.
pub async fn sweep(desk: &Desk) -> Result<()> {
    let now = desk.now();
    const DAY: i64 = 86_400_000;
    desk.db.run(sql_system!("delete from event where at < $1"), args![now - 3 * DAY]).await?;
    desk.db.run(sql_system!("delete from webhook where state <> 'NEW' and received_at < $1"), args![now - 8 * DAY]).await?;
    desk.db.run(sql_system!("delete from login where expires_at < $1"), args![now]).await?;
    desk.db.run(sql_system!("delete from throttle where expires_at < $1"), args![now]).await?;
    desk.db.run(sql_system!("delete from one_time_code where expires_at < $1"), args![now]).await?;
    desk.db.run(sql_system!("delete from reset_link where expires_at < $1"), args![now]).await?;
    // One that is too old can be sent again for as long once more.
    desk.db.run(sql_system!("delete from invitation where expires_at < $1"), args![now - 30 * DAY]).await?;
    desk.db.run(sql_system!("delete from step_up_grant where expires_at < $1"), args![now]).await?;
    crate::alert::sweep(desk).await?;
    crate::audit::sweep(desk).await?;
    crate::auth::passkey::sweep(desk).await?;
    crate::contact::sweep_merges(desk).await?;
    crate::inbound::unpark_found(desk).await?;
    desk.db.run(sql_system!("delete from parked_status where at < $1"), args![now - 8 * DAY]).await?;
    desk.db.run(sql_system!("delete from reaction where created_at < $1"), args![now - 8 * DAY]).await?;
    // Reports look a year back, and at the year before it.
    desk.db.run(sql_system!("delete from user_status_period where to_at < $1"), args![now - 2 * 366 * DAY]).await?;
    Ok(())
}
