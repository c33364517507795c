//! A workspace of its own for each test, on SQLite or on PostgreSQL, with a clock that stands until it is moved and a
//! Graph API that says what the test wants.

use crate::fresh;
use crate::graph::Graph;
use crate::payload;
use futures::FutureExt;
use model::*;
use serde_json::Value;
use service::db::{Arg, Db, Entity, Text};
use service::seam::Seam;
use service::{Cx, Desk, Settings, args, auth, channels, conversation, inbound, message, outbox, people};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// When every world begins.
pub const START: Millis = 1_784_000_000_000;
pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60_000;
pub const HOUR: Millis = 3_600_000;
pub const DAY: Millis = 24 * HOUR;
pub const PASSWORD: &str = "correct horse battery";
pub const NUMBER: &str = "106540352242922";
pub const WABA: &str = "102290129340398";

/// Runs each test on both databases: `name::sqlite` and `name::postgres`, the latter where `TEST_POSTGRES_URL` names a
/// server. The body gets `&World`.
macro_rules! both {
    ($($(#[$doc:meta])* async fn $name:ident($w:ident) $body:block)+) => { $(
        $(#[$doc])*
        async fn $name($w: &crate::world::World) $body

        mod $name {
            #[test]
            fn sqlite() {
                crate::world::run(crate::world::Engine::Sqlite, |w| Box::pin(super::$name(w)));
            }

            #[test]
            fn postgres() {
                crate::world::run(crate::world::Engine::Postgres, |w| Box::pin(super::$name(w)));
            }
        }
    )+ };
}
pub(crate) use both;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database with an account in it.
pub struct World {
    pub desk: Desk,
    pub graph: Graph,
    pub account: AccountId,
    /// The account's first admin, agent and supervisor of the default team.
    pub admin: Cx,
    /// The default team, without restriction.
    pub team: TeamId,
    /// A connected WhatsApp number.
    pub channel: ChannelId,
    /// The database's address.
    pub url: String,
    next: AtomicI64,
    _dir: tempfile::TempDir,
}

/// Makes the world, runs the test in it, and takes it down, also when the test fails.
pub fn run(engine: Engine, test: for<'w> fn(&'w World) -> Pin<Box<dyn Future<Output = ()> + 'w>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(fresh) = Fresh::new(engine).await else { return };
        let world = World::new(&fresh).await;
        let outcome = AssertUnwindSafe(test(&world)).catch_unwind().await;
        world.desk.db.close().await;
        drop(world);
        fresh.end().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Runs a test on an empty database, before the set-up.
pub fn run_empty(engine: Engine, test: for<'d> fn(&'d Desk) -> Pin<Box<dyn Future<Output = ()> + 'd>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(fresh) = Fresh::new(engine).await else { return };
        let desk = fresh.desk("http://127.0.0.1:9").await;
        let outcome = AssertUnwindSafe(test(&desk)).catch_unwind().await;
        desk.db.close().await;
        fresh.end().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// An empty database.
pub struct Fresh {
    pub url: String,
    /// Folder of the files, and of SQLite's database.
    pub dir: tempfile::TempDir,
    server: Option<(Db, String)>,
}

impl Fresh {
    /// None, with a note, where there is no PostgreSQL.
    pub async fn new(engine: Engine) -> Option<Fresh> {
        let dir = tempfile::tempdir().unwrap();
        if engine == Engine::Sqlite {
            let url = fresh::sqlite(&dir.path().join("prosa.db")).await;
            return Some(Fresh { url, dir, server: None });
        }
        let (server, name, url) = fresh::postgres().await?;
        Some(Fresh { url, dir, server: Some((server, name)) })
    }

    pub async fn desk(&self, graph_url: &str) -> Desk {
        self.desk_with(graph_url, Default::default()).await
    }

    pub async fn desk_with(&self, graph_url: &str, files: service::media::FileSettings) -> Desk {
        let db = Db::open(&self.url).await.unwrap();
        let settings = Settings {
            public_url: "https://prosa.example".into(),
            graph_url: graph_url.into(),
            data_dir: self.dir.path().to_path_buf(),
            build: "test".into(),
            uncertain_wait: Duration::from_secs(60),
            files,
            door: Default::default(),
        };
        Desk::new(db, Seam::fixed(START, 7), "a secret key for tests", settings).unwrap()
    }

    pub async fn end(self) {
        if let Some((server, name)) = self.server {
            server.run(Text::Built(format!("drop database if exists {name} with (force)")), args![]).await.unwrap();
            server.close().await;
        }
    }
}

pub fn setup_draft() -> SetupDraft {
    SetupDraft {
        account_name: "Loja da Ana".into(),
        time_zone: "America/Sao_Paulo".into(),
        name: "Alice Admin".into(),
        email: "alice@loja.example".into(),
        password: PASSWORD.into(),
    }
}

pub fn visitor() -> auth::Visitor {
    auth::Visitor { address: "192.0.2.7".into(), agent: "Test".into(), secure: true }
}

/// The token of a `Set-Cookie` value.
pub fn token(cookie: &str) -> String {
    cookie.split(';').next().unwrap().split_once('=').unwrap().1.to_owned()
}

impl World {
    async fn new(fresh: &Fresh) -> World {
        World::made(fresh, Default::default()).await
    }

    /// A world of its own, with settings for files; it lives as long as it is held.
    pub async fn with(engine: Engine, files: service::media::FileSettings) -> World {
        let fresh = Fresh::new(engine).await.expect("this engine");
        let world = World::made(&fresh, files).await;
        World { _dir: fresh.dir, ..world }
    }

    async fn made(fresh: &Fresh, files: service::media::FileSettings) -> World {
        let graph = Graph::start().await;
        let desk = fresh.desk_with(&graph.uri(), files).await;
        tokio::spawn(inbound::write_receipts(desk.clone()));
        let signed_in = auth::setup(&desk, setup_draft(), &visitor()).await.unwrap();
        let admin = auth::cx_of_login(&desk, &token(&signed_in.cookie)).await.unwrap().unwrap();
        let team = people::teams(&admin).await.unwrap()[0].id;
        let channel = channels::save(&admin, whatsapp("Principal", NUMBER, WABA)).await.unwrap().channel.id;
        World {
            desk,
            graph,
            account: admin.account,
            admin,
            team,
            channel,
            url: fresh.url.clone(),
            next: AtomicI64::new(0),
            _dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A number that was not used before.
    pub fn fresh(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn is_sqlite(&self) -> bool {
        self.desk.db.is_sqlite()
    }

    /// Moves the clock.
    pub fn pass(&self, by: Millis) {
        self.desk.seam.advance(by);
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

    // ---- people

    pub async fn new_team(&self, name: &str, restriction: Restriction) -> TeamId {
        let draft = TeamDraft {
            id: None,
            name: name.into(),
            is_default: false,
            restriction,
            closing_message: String::new(),
            archive_preference: None,
            distribution: None,
        };
        people::save_team(&self.admin, draft).await.unwrap().id
    }

    /// A member with teams, as `(team, is_agent, is_supervisor)`.
    pub async fn member(&self, name: &str, role: Role, teams: &[(TeamId, bool, bool)]) -> Cx {
        let made = people::save_member(&self.admin, member_draft(name, role, teams)).await.unwrap();
        self.cx(made.user_id).await
    }

    /// An agent of one team.
    pub async fn agent(&self, name: &str, team: TeamId) -> Cx {
        self.member(name, Role::Agent, &[(team, true, false)]).await
    }

    /// Who asks, with the rights of this moment.
    pub async fn cx(&self, user: UserId) -> Cx {
        self.desk.cx(self.account, user, None).await.unwrap().expect("a member")
    }

    // ---- what comes in

    /// Stores a webhook's body and works it through.
    pub async fn inbound(&self, body: &Value) {
        inbound::receive(&self.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
        self.read().await;
    }

    /// Works through everything that was received.
    pub async fn read(&self) {
        while inbound::turn(&self.desk).await.unwrap() > 0 {}
    }

    /// A text of a contact, now; answers its conversation.
    pub async fn says(&self, phone: &str, text: &str) -> Conversation {
        let id = format!("wamid.IN{}", self.fresh());
        self.inbound(&payload::one(NUMBER, vec![payload::text(phone, &id, self.desk.now(), text)])).await;
        self.conversation_of(&id).await
    }

    /// The conversation that a message of the network came to, as the admin sees it.
    pub async fn conversation_of(&self, external_id: &str) -> Conversation {
        let rows: Vec<(i64,)> = self
            .desk
            .db
            .all(Text::Built("select conversation_id from message where external_id = $1".into()), args![external_id])
            .await
            .unwrap();
        self.conversation(rows[0].0.into()).await
    }

    /// A conversation as the admin sees it.
    pub async fn conversation(&self, id: ConversationId) -> Conversation {
        conversation::visible(&self.admin, id).await.unwrap()
    }

    // ---- what goes out

    /// Sends until nothing is due.
    pub async fn send_out(&self) {
        while outbox::turn(&self.desk).await.unwrap() > 0 {}
    }

    /// Brings files and sends messages until nothing is due.
    pub async fn deliver(&self) {
        while outbox::turn(&self.desk).await.unwrap() + outbox::turn_files(&self.desk).await.unwrap() > 0 {}
    }

    /// Uploads a file.
    pub async fn upload(&self, cx: &Cx, name: &str, wish: FileWish, bytes: &[u8]) -> service::Result<Upload> {
        let parts: Vec<std::io::Result<bytes::Bytes>> = bytes.chunks(1000).map(|c| Ok(c.to_vec().into())).collect();
        let announced = service::media::Announced { name: name.into(), size: Some(bytes.len() as u64) };
        service::media::take(cx, announced, wish, futures::stream::iter(parts)).await
    }

    /// Sends an upload to the contact.
    pub async fn send_file(&self, cx: &Cx, id: ConversationId, file: MediaId, caption: &str) -> service::Result<Message> {
        message::send(cx, id, file_draft(&format!("f{}", self.fresh()), file, caption, false)).await
    }

    /// The bytes of a stored file.
    pub async fn stored(&self, sha256: &str) -> Vec<u8> {
        use futures::TryStreamExt;
        let parts: Vec<bytes::Bytes> = self.desk.storage.read(sha256, None).await.unwrap().try_collect().await.unwrap();
        parts.concat()
    }

    /// A conversation that `cx` serves.
    pub async fn served(&self, cx: &Cx, phone: &str) -> Conversation {
        let c = self.says(phone, "oi").await;
        conversation::assume(cx, c.id, None).await.unwrap()
    }

    pub async fn send(&self, cx: &Cx, id: ConversationId, text: &str) -> service::Result<Message> {
        message::send(cx, id, text_draft(&format!("c{}", self.fresh()), text)).await
    }

    /// The whole timeline.
    pub async fn messages(&self, id: ConversationId) -> Vec<Message> {
        let query = MessageQuery { conversation_id: id, before: None, after: None, limit: Some(100) };
        message::page(&self.admin, &query).await.unwrap().messages
    }

    /// The timeline without system lines, as `status text`.
    pub async fn said(&self, id: ConversationId) -> Vec<String> {
        let messages = self.messages(id).await;
        messages.iter().filter(|m| m.kind != MessageKind::Transition).map(|m| format!("{} {}", m.status, m.body)).collect()
    }

    /// The changes that the timeline tells.
    pub async fn transitions(&self, id: ConversationId) -> Vec<Transition> {
        let lines = self.messages(id).await.into_iter();
        lines.filter_map(|m| if let Content::Transition(t) = m.content { Some(t) } else { None }).collect()
    }

    pub async fn message(&self, id: MessageId) -> Message {
        let rows: Vec<(i64,)> = self.rows(&format!("select conversation_id from message where id = {}", id.0)).await;
        self.messages(rows[0].0.into()).await.into_iter().find(|m| m.id == id).unwrap()
    }

    /// Templates that Graph has, fetched and listed.
    pub async fn templates(&self, list: &[Value]) -> Vec<Template> {
        self.graph.templates(list).await;
        service::template::list(&self.admin, self.channel, true).await.unwrap()
    }
}

pub fn whatsapp(name: &str, number: &str, waba: &str) -> ChannelDraft {
    ChannelDraft {
        kind: Some(ChannelKind::WhatsApp),
        name: name.into(),
        whatsapp: WhatsAppSettings {
            phone_number_id: number.into(),
            waba_id: waba.into(),
            display: "+55 11 5550-0100".into(),
            access_token: "SECRET-TOKEN".into(),
            app_secret: "app secret".into(),
            verify_token: "verify".into(),
        },
        ..ChannelDraft::default()
    }
}

pub fn webchat(name: &str) -> ChannelDraft {
    let webchat = WebChatSettings { origins: vec!["https://shop.example".into()], ..WebChatSettings::default() };
    ChannelDraft { kind: Some(ChannelKind::WebChat), name: name.into(), webchat, ..ChannelDraft::default() }
}

pub fn member_draft(name: &str, role: Role, teams: &[(TeamId, bool, bool)]) -> MemberDraft {
    MemberDraft {
        name: name.into(),
        nickname: name.split(' ').next().unwrap().into(),
        email: format!("{}@loja.example", name.to_lowercase().replace(' ', ".")),
        password: PASSWORD.into(),
        role: Some(role),
        teams: teams
            .iter()
            .map(|(team_id, is_agent, is_supervisor)| TeamLink { team_id: *team_id, is_agent: *is_agent, is_supervisor: *is_supervisor })
            .collect(),
        active: true,
        ..MemberDraft::default()
    }
}

pub fn reason_draft(description: &str) -> ReasonDraft {
    ReasonDraft {
        id: None,
        description: description.into(),
        category: ReasonCategory::Won,
        has_monetary_value: false,
        team_id: None,
        active: true,
    }
}

pub fn text_draft(client_id: &str, text: &str) -> SendDraft {
    SendDraft { client_id: client_id.into(), what: SendWhat::Text { text: text.into() }, reply_to: None, mentions: Vec::new() }
}

pub fn file_draft(client_id: &str, file: MediaId, caption: &str, note: bool) -> SendDraft {
    SendDraft {
        client_id: client_id.into(),
        what: SendWhat::File { upload_id: file, caption: caption.into(), note },
        reply_to: None,
        mentions: Vec::new(),
    }
}

/// A picture of this size.
pub fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(picture).write_to(&mut out, format).unwrap();
    out.into_inner()
}

pub fn filled(template: &Template, values: &[(&str, &str)]) -> TemplateFill {
    TemplateFill {
        template_id: template.id,
        values: values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        header_file: None,
    }
}

/// The fault of an answer.
#[track_caller]
pub fn fault<T>(answer: service::Result<T>) -> Fault {
    match answer {
        Err(service::Error::Fault(fault)) => fault,
        Err(other) => panic!("no fault but {other:?}"),
        Ok(_) => panic!("it was allowed"),
    }
}
