//! A desk with two tenants behind a real listener, for each test its own: on SQLite, and on PostgreSQL where
//! `TEST_POSTGRES_URL` names a server.

use crate::fresh;
use crate::http::{Client, Socket};
use futures::FutureExt;
use model::*;
use serde_json::{Value, json};
use server::config::{Config, Given};
use server::web;
use service::db::{Arg, Db, Entity, Text};
use service::{Cx, Desk, args, auth, channels, conversation, inbound, people, token};
use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio_util::sync::CancellationToken;

pub const PASSWORD: &str = "correct horse battery";
pub const NUMBER: &str = "106540352242922";
pub const OTHER_NUMBER: &str = "206540352242922";
pub const APP_SECRET: &str = "app secret of Loja";
pub const VERIFY: &str = "verify token of Loja";
/// Where the website chat may be shown.
pub const SHOP: &str = "https://shop.example";
/// In every contact's name and message of the first tenant; nobody else may read it.
pub const MARK: &str = "Zuleica";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// How the server is set up.
#[derive(Clone, Copy, Default)]
pub struct Options {
    pub https: bool,
    pub trust_proxy: bool,
    /// Nothing is in the database.
    pub empty: bool,
}

/// Runs each test on both databases: `name::sqlite` and `name::postgres`. The body gets `&World`.
macro_rules! both {
    ($($(#[$doc:meta])* async fn $name:ident($w:ident) $body:block)+) => { $(
        $(#[$doc])*
        async fn $name($w: &crate::world::World) $body

        mod $name {
            #[test]
            fn sqlite() {
                crate::world::run(crate::world::Engine::Sqlite, crate::world::Options::default(), |w| Box::pin(super::$name(w)));
            }

            #[test]
            fn postgres() {
                crate::world::run(crate::world::Engine::Postgres, crate::world::Options::default(), |w| Box::pin(super::$name(w)));
            }
        }
    )+ };
}
pub(crate) use both;

/// Runs each test on SQLite, with options.
macro_rules! sqlite {
    ($($(#[$doc:meta])* async fn $name:ident($w:ident: $options:expr) $body:block)+) => { $(
        $(#[$doc])*
        #[test]
        fn $name() {
            async fn the_test($w: &crate::world::World) $body
            crate::world::run(crate::world::Engine::Sqlite, $options, |w| Box::pin(the_test(w)));
        }
    )+ };
}
pub(crate) use sqlite;

/// A member and how they ask.
pub struct Person {
    pub cx: Cx,
    /// API token.
    pub token: String,
}

/// The running server and who is in it.
pub struct World {
    pub desk: Desk,
    pub base: String,
    pub client: Client,
    /// `None` in an empty world.
    people: Option<People>,
    next: AtomicI64,
    stop: CancellationToken,
    _dir: tempfile::TempDir,
}

/// A second server on the world's database.
pub struct Another {
    pub desk: Desk,
    pub client: Client,
    _dir: tempfile::TempDir,
}

impl Drop for Another {
    fn drop(&mut self) {
        self.desk.stop();
    }
}

/// Everybody and what they work with.
pub struct People {
    pub account: AccountId,
    pub admin: Person,
    pub supervisor: Person,
    pub agent: Person,
    /// Of another team of the same account.
    pub sibling: Person,
    /// Was an agent of the team; the membership has ended.
    pub removed: (UserId, String),
    /// Whose conversations only its members see.
    pub team: TeamId,
    pub sibling_team: TeamId,
    pub whatsapp: ChannelId,
    pub chat: ChannelId,
    pub chat_key: String,
    pub template: TemplateId,
    /// The other tenant.
    pub other: Person,
    pub other_team: TeamId,
    pub other_whatsapp: ChannelId,
}

/// Makes the world, runs the test in it, and takes it down, also when the test fails.
pub fn run(engine: Engine, options: Options, test: for<'w> fn(&'w World) -> Pin<Box<dyn Future<Output = ()> + 'w>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some((url, server)) = database(engine).await else { return };
        let world = World::new(&url, options).await;
        let outcome = AssertUnwindSafe(test(&world)).catch_unwind().await;
        world.stop.cancel();
        world.desk.stop();
        world.desk.db.close().await;
        drop(world);
        if let Some((server, name)) = server {
            server.run(Text::Built(format!("drop database if exists {name} with (force)")), args![]).await.unwrap();
        }
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// An empty PostgreSQL database, and the connection that removes it; an empty address for SQLite.
async fn database(engine: Engine) -> Option<(String, Option<(Db, String)>)> {
    if engine == Engine::Sqlite {
        return Some((String::new(), None));
    }
    let (server, name, url) = fresh::postgres().await?;
    Some((url, Some((server, name))))
}

impl World {
    async fn new(url: &str, options: Options) -> World {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        if url.is_empty() {
            std::fs::create_dir(&data).unwrap();
            fresh::sqlite(&data.join("prosa.db")).await;
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let scheme = if options.https { "https" } else { "http" };
        let given = Given {
            config: Some(empty_file(dir.path())),
            addr: Some(addr.to_string()),
            public_url: Some(format!("{scheme}://{addr}")),
            database_url: Some(url.to_owned()).filter(|u| !u.is_empty()),
            data_dir: Some(data),
            // Nobody listens there.
            graph_url: Some("http://127.0.0.1:9".into()),
            trust_proxy: Some(options.trust_proxy.to_string()),
            ..Given::default()
        };
        let config = Config::read(given).unwrap();
        let desk = server::open(&config, "test".into()).await.unwrap();
        let stop = CancellationToken::new();
        let router = web::router(desk.clone(), &config, site(dir.path()), web::health::Metrics::default(), stop.clone());
        tokio::spawn(axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).into_future());
        tokio::spawn(inbound::write_receipts(desk.clone()));
        let base = format!("http://{addr}");
        let people = if options.empty { None } else { Some(People::new(&desk).await) };
        World { desk, client: Client::new(&base), base, people, next: AtomicI64::new(0), stop, _dir: dir }
    }

    /// Everybody; not in an empty world.
    pub fn people(&self) -> &People {
        self.people.as_ref().expect("people")
    }

    /// A number that was not used before.
    pub fn fresh(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Rows of any statement, for what no function of the product shows.
    pub async fn rows<T: Entity>(&self, text: &str) -> Vec<T> {
        self.desk.db.all(Text::Built(text.to_owned()), args![]).await.unwrap()
    }

    /// The one number that a statement answers.
    pub async fn number(&self, text: &str) -> i64 {
        let rows: Vec<(i64,)> = self.rows(text).await;
        rows[0].0
    }

    /// Changes rows behind the product's back.
    pub async fn write(&self, text: &str, args: Vec<Arg>) -> u64 {
        self.desk.db.run(Text::Built(text.to_owned()), args).await.unwrap()
    }

    /// The cookie of a new login, without the price of a password.
    pub async fn login(&self, account: AccountId, user: UserId) -> String {
        let (id, secret, now): (i64, String, i64) = (self.desk.seam.id(), self.desk.seam.secret(), self.desk.now());
        self.write(
            "insert into login (id, token_hash, user_id, account_id, created_at, last_seen_at, expires_at, address, agent) values ($1, $2, $3, $4, $5, $5, $6, '192.0.2.1', 'Test')",
            args![id, service::keys::sha256_hex(&secret), user, account, now, now + 3_600_000],
        )
        .await;
        format!("{}={secret}", auth::COOKIE)
    }

    /// The cookie of a new login of a person.
    pub async fn cookie(&self, person: &Person) -> String {
        self.login(person.cx.account, person.cx.user).await
    }

    /// A live socket of a person, after its `hello`.
    pub async fn live(&self, person: &Person) -> Socket {
        let cookie = self.cookie(person).await;
        let mut socket = self.client.socket("/live", &[("cookie", &cookie)]).await.unwrap();
        assert_eq!(socket.frame().await["frame"], "hello");
        socket
    }

    /// Another server on the same database, as another process would be; both hear each other when this has answered. Only
    /// on PostgreSQL.
    pub async fn another(&self) -> Another {
        let dir = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let given = Given {
            config: Some(empty_file(dir.path())),
            addr: Some(addr.to_string()),
            public_url: Some(self.base.clone()),
            data_dir: Some(dir.path().join("data")),
            graph_url: Some("http://127.0.0.1:9".into()),
            ..Given::default()
        };
        let config = Config::read(given).unwrap();
        let desk = server::desk(self.desk.db.clone(), &config, "test".into()).unwrap();
        let router = web::router(desk.clone(), &config, site(dir.path()), web::health::Metrics::default(), self.stop.clone());
        tokio::spawn(axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).into_future());
        let both = [self.desk.clone(), desk.clone()];
        for one in &both {
            tokio::spawn(service::bus::run(one.clone(), None));
        }
        for _ in 0..1_000 {
            if both.iter().all(|one| one.bus_health().others == 1) {
                return Another { desk, client: Client::new(&format!("http://{addr}")), _dir: dir };
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("they do not hear each other");
    }

    // ---- what happens in the first tenant

    /// A text of a contact, as Meta posts it.
    pub fn message(&self, number: &str, phone: &str, text: &str) -> Value {
        let id = format!("wamid.IN{}", self.fresh());
        let at = (self.desk.now() / 1000).to_string();
        body(number, vec![json!({"from": phone, "id": id, "timestamp": at, "type": "text", "text": {"body": text}})])
    }

    /// Stores a webhook's body and works it through.
    pub async fn inbound(&self, body: &Value) {
        inbound::receive(&self.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
        self.read().await;
    }

    /// Works through everything that was received.
    pub async fn read(&self) {
        while inbound::turn(&self.desk).await.unwrap() > 0 {}
    }

    /// A contact of the first tenant writes; the conversation waits in the team's queue.
    pub async fn says(&self, text: &str) -> Conversation {
        let phone = format!("55119{:08}", 80_000_000 + self.fresh());
        self.says_from(&phone, text).await
    }

    /// The same from a given number.
    pub async fn says_from(&self, phone: &str, text: &str) -> Conversation {
        let body = self.message(NUMBER, phone, text);
        self.inbound(&body).await;
        let id = body["entry"][0]["changes"][0]["value"]["messages"][0]["id"].as_str().unwrap();
        let rows: Vec<(i64,)> =
            self.desk.db.all(Text::Built("select conversation_id from message where external_id = $1".into()), args![id]).await.unwrap();
        conversation::visible(&self.people().admin.cx, rows[0].0.into()).await.unwrap()
    }

    /// A conversation that the agent serves.
    pub async fn served(&self) -> Conversation {
        let c = self.says(&format!("oi, {MARK}")).await;
        conversation::assume(&self.people().agent.cx, c.id, None).await.unwrap()
    }

    /// A conversation that the agent has concluded.
    pub async fn done(&self) -> Conversation {
        let c = self.served().await;
        conversation::conclude(&self.people().agent.cx, c.id, ConcludeDraft::silent()).await.unwrap()
    }

    /// A file of a message, on disk.
    pub async fn media(&self, c: &Conversation, mime: &str, file_name: &str, bytes: &[u8]) -> MediaId {
        let (id, sha256): (MediaId, _) = (self.desk.seam.id(), service::keys::sha256_hex(bytes));
        self.desk.storage.keep_bytes(bytes.to_vec(), &sha256).await.unwrap();
        let message = self.number(&format!("select min(id) from message where conversation_id = {}", c.id)).await;
        self.write(
            "insert into media (account_id, id, conversation_id, message_id, channel_id, state, mime, file_name, size, sha256) values ($1, $2, $3, $4, $5, 'READY', $6, $7, $8, $9)",
            args![self.people().account, id, c.id, message, c.channel_id, mime, file_name, bytes.len() as i64, sha256],
        )
        .await;
        id
    }
}

/// A webhook's body with messages of one number, from contacts that carry the mark.
pub fn body(number: &str, messages: Vec<Value>) -> Value {
    let contacts: Vec<Value> = messages
        .iter()
        .filter_map(|m| m["from"].as_str())
        .map(|from| json!({"profile": {"name": format!("{MARK} {from}")}, "wa_id": from}))
        .collect();
    let value = json!({"messaging_product": "whatsapp", "metadata": {"display_phone_number": "551155500100", "phone_number_id": number},
                       "contacts": contacts, "messages": messages});
    json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]})
}

/// Hides the developer's own settings file.
fn empty_file(dir: &Path) -> std::path::PathBuf {
    let path = dir.join("prosa.toml");
    std::fs::write(&path, "").unwrap();
    path
}

/// The smallest site: one file of the client, one of the chat.
fn site(dir: &Path) -> web::site::Site {
    let site = dir.join("site");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    std::fs::write(site.join("build.txt"), "test").unwrap();
    std::fs::write(site.join("pkg/app.js"), "export {}").unwrap();
    std::fs::write(site.join("widget.js"), "0").unwrap();
    web::site::Site::load(&site).unwrap()
}

impl People {
    async fn new(desk: &Desk) -> People {
        let draft = SetupDraft {
            account_name: "Loja da Ana".into(),
            time_zone: "America/Sao_Paulo".into(),
            name: "Alice Admin".into(),
            email: "alice@loja.example".into(),
            password: PASSWORD.into(),
        };
        let made = auth::setup(desk, draft, &auth::Visitor::default()).await.unwrap();
        let (account, admin) = (made.account_id, made.user_id);
        let admin = Person::new(desk, account, admin).await;
        let team = new_team(&admin.cx, "Vendas", true).await;
        let sibling_team = new_team(&admin.cx, "Suporte", false).await;
        let supervisor = member(desk, &admin.cx, "Sofia", &[(team, false, true)]).await;
        let agent = member(desk, &admin.cx, "Gabriel", &[(team, true, false)]).await;
        let sibling = member(desk, &admin.cx, "Bruno", &[(sibling_team, true, false)]).await;
        let gone = member(desk, &admin.cx, "Rita", &[(team, true, false)]).await;
        let draft = MemberDraft { user_id: Some(gone.cx.user), active: false, ..member_draft("Rita", &[(team, true, false)]) };
        people::save_member(&admin.cx, draft).await.unwrap();
        let whatsapp = channels::save(&admin.cx, whatsapp_draft("WhatsApp", NUMBER, APP_SECRET, VERIFY)).await.unwrap().channel.id;
        let chat = channels::save(&admin.cx, chat_draft("Site")).await.unwrap();
        let template = template(desk, account, whatsapp).await;
        let (other, other_team) = other_tenant(desk).await;
        let other_whatsapp =
            channels::save(&other.cx, whatsapp_draft("Outro", OTHER_NUMBER, "app secret of Outra", "verify token of Outra"))
                .await
                .unwrap()
                .channel
                .id;
        People {
            account,
            admin,
            supervisor,
            agent,
            sibling,
            removed: (gone.cx.user, gone.token),
            team,
            sibling_team,
            whatsapp,
            chat: chat.channel.id,
            chat_key: chat.webchat.key,
            template,
            other,
            other_team,
            other_whatsapp,
        }
    }
}

impl Person {
    async fn new(desk: &Desk, account: AccountId, user: UserId) -> Person {
        let cx = desk.cx(account, user, None).await.unwrap().expect("a member");
        // A socket that opens later is no news to anybody.
        service::status::present(&cx).await.unwrap();
        Person { cx, token: token::create(desk, account, user, "test").await.unwrap() }
    }
}

async fn new_team(admin: &Cx, name: &str, is_default: bool) -> TeamId {
    let draft = TeamDraft {
        id: None,
        name: name.into(),
        is_default,
        restriction: Restriction::Team,
        closing_message: String::new(),
        archive_preference: None,
        distribution: None,
    };
    people::save_team(admin, draft).await.unwrap().id
}

/// What an admin types to add a member, with teams as `(team, is_agent, is_supervisor)`.
pub fn member_draft(name: &str, teams: &[(TeamId, bool, bool)]) -> MemberDraft {
    MemberDraft {
        name: name.into(),
        nickname: name.into(),
        email: format!("{}@loja.example", name.to_lowercase()),
        password: PASSWORD.into(),
        role: Some(Role::Agent),
        teams: teams
            .iter()
            .map(|(team_id, is_agent, is_supervisor)| TeamLink { team_id: *team_id, is_agent: *is_agent, is_supervisor: *is_supervisor })
            .collect(),
        active: true,
        ..MemberDraft::default()
    }
}

/// A new member of the first tenant.
pub async fn member(desk: &Desk, admin: &Cx, name: &str, teams: &[(TeamId, bool, bool)]) -> Person {
    let made = people::save_member(admin, member_draft(name, teams)).await.unwrap();
    Person::new(desk, admin.account, made.user_id).await
}

/// What an admin types to connect a number.
pub fn whatsapp_draft(name: &str, number: &str, app_secret: &str, verify: &str) -> ChannelDraft {
    ChannelDraft {
        kind: Some(ChannelKind::WhatsApp),
        name: name.into(),
        whatsapp: WhatsAppSettings {
            phone_number_id: number.into(),
            waba_id: "102290129340398".into(),
            display: "+55 11 5550-0100".into(),
            access_token: "SECRET-ACCESS-TOKEN".into(),
            app_secret: app_secret.into(),
            verify_token: verify.into(),
        },
        ..ChannelDraft::default()
    }
}

/// What an admin types to make a website chat.
pub fn chat_draft(name: &str) -> ChannelDraft {
    let webchat =
        WebChatSettings { origins: vec![SHOP.into()], title: "Loja <b>".into(), greeting: "Olá".into(), ..WebChatSettings::default() };
    ChannelDraft { kind: Some(ChannelKind::WebChat), name: name.into(), webchat, ..ChannelDraft::default() }
}

/// An approved template with one variable, as if it had been fetched a moment ago.
async fn template(desk: &Desk, account: AccountId, channel_id: ChannelId) -> TemplateId {
    let template = Template {
        id: desk.seam.id(),
        channel_id,
        name: "volta".into(),
        language: "pt_BR".into(),
        category: TemplateCategory::Utility,
        header_kind: HeaderKind::None,
        header: String::new(),
        body: "Olá {{1}}, voltamos.".into(),
        footer: String::new(),
        buttons: vec![TemplateButton { kind: ButtonKind::QuickReply, text: "Sim".into(), url: String::new() }],
        named: false,
    };
    desk.db
        .run(
            Text::Built("insert into template (id, account_id, channel_id, external_id, name, language, status, definition, synced_at) values ($1, $2, $3, 't', 'volta', 'pt_BR', 'APPROVED', $4, $5)".into()),
            args![template.id, account, channel_id, serde_json::to_string(&template).unwrap(), desk.now()],
        )
        .await
        .unwrap();
    template.id
}

/// A second account with its own admin; there is no screen that makes one.
async fn other_tenant(desk: &Desk) -> (Person, TeamId) {
    let (account, user, team): (AccountId, UserId, TeamId) = (desk.seam.id(), desk.seam.id(), desk.seam.id());
    let hash = auth::hash_password(desk, PASSWORD.into()).await.unwrap();
    let now = desk.now();
    for (text, args) in [
        ("insert into account (id, name, time_zone, created_at) values ($1, 'Outra Loja', 'America/Sao_Paulo', $2)", args![account, now]),
        (
            "insert into users (id, email, name, nickname, password_hash, created_at) values ($1, 'olga@outra.example', 'Olga Outra', 'Olga', $2, $3)",
            args![user, hash, now],
        ),
        ("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'ADMIN', $3)", args![account, user, now]),
        (
            "insert into team (account_id, id, name, is_default, restriction, created_at) values ($1, $2, 'Time', true, 'NONE', $3)",
            args![account, team, now],
        ),
        (
            "insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, true, true)",
            args![account, team, user],
        ),
    ] {
        desk.db.run(Text::Built(text.into()), args).await.unwrap();
    }
    (Person::new(desk, account, user).await, team)
}
