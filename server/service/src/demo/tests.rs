//! Demo data holds what the product's rules promise, on both databases.

use super::*;
use crate::db::{Arg, Db, Entity, Text};
use crate::desk::{Cx, Settings};
use crate::seam::Seam;
use crate::{args, conversation, message, search};
use model::*;
use std::time::Duration;

const NOW: Millis = 1_790_000_123_456;

struct Ground {
    desk: Desk,
    _folder: tempfile::TempDir,
}

async fn on(url: &str, folder: tempfile::TempDir, seed: u64) -> Ground {
    let db = Db::open(url).await.unwrap();
    let settings = Settings {
        public_url: "http://127.0.0.1:3000".into(),
        graph_url: "http://127.0.0.1:43210".into(),
        data_dir: folder.path().to_owned(),
        build: "test".into(),
        uncertain_wait: Duration::from_secs(60),
        files: Default::default(),
        door: Default::default(),
    };
    Ground { desk: Desk::new(db, Seam::fixed(NOW, seed), "secret", settings).unwrap(), _folder: folder }
}

async fn sqlite(seed: u64) -> Ground {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("t.db").display());
    on(&url, folder, seed).await
}

/// A fresh database on the server that tests may use, when there is one.
async fn postgres(name: &str) -> Option<Ground> {
    let url = std::env::var("TEST_POSTGRES_URL").ok()?;
    let server = Db::connect(&url).await.unwrap();
    let name = format!("demo_{name}_{}", std::process::id());
    server.run(Text::Built(format!("create database {name}")), args![]).await.unwrap();
    let (base, _) = url.rsplit_once('/').unwrap();
    Some(on(&format!("{base}/{name}"), tempfile::tempdir().unwrap(), 1).await)
}

async fn all<T: Entity>(g: &Ground, text: &str) -> Vec<T> {
    g.desk.db.all(Text::Built(text.to_owned()), Vec::<Arg>::new()).await.unwrap()
}

async fn count(g: &Ground, text: &str) -> i64 {
    all::<(i64,)>(g, text).await[0].0
}

async fn cx(g: &Ground, email: &str, account: &str) -> Cx {
    let (account, user) = crate::token::find(&g.desk, account, email).await.unwrap();
    g.desk.cx(account, user, None).await.unwrap().unwrap()
}

fn tab(tab: Tab) -> ConversationQuery {
    ConversationQuery { tab, filter: Filter::default(), oldest_first: false, after: None, limit: Some(100) }
}

/// What must be true of any rows, whoever wrote them.
async fn invariants(g: &Ground) {
    let none = [
        (
            "one open conversation for each contact and channel",
            "select count(*) from (select 1 from conversation where status <> 'COMPLETED' group by channel_id, contact_id having count(*) > 1) x",
        ),
        ("who waits has nobody, the others have", "select count(*) from conversation where (status = 'PENDING') <> (assignee_id is null)"),
        (
            "completed ones are read and closed",
            "select count(*) from conversation where status = 'COMPLETED' and (unread <> 0 or completed_at is null or waiting_since is not null)",
        ),
        (
            "open ones are not closed",
            "select count(*) from conversation where status <> 'COMPLETED' and (completed_at is not null or reactivate_until is not null)",
        ),
        (
            "previews are the last message",
            "select count(*) from conversation c where c.preview_id <> (select m.id from message m where m.conversation_id = c.id and m.kind not in ('NOTE', 'TRANSITION') order by m.at desc, m.id desc limit 1)",
        ),
        (
            "previews say what the message says",
            "select count(*) from conversation c join message m on m.id = c.preview_id where m.kind <> c.preview_kind or m.status <> c.preview_status or m.direction <> c.preview_direction or m.at <> c.preview_at or substr(m.body, 1, 50) <> substr(c.preview_text, 1, 50)",
        ),
        (
            "sort keys are the last message",
            "select count(*) from conversation c where c.last_at <> (select max(m.at) from message m where m.conversation_id = c.id and m.kind not in ('NOTE', 'TRANSITION'))",
        ),
        (
            "windows end a day after the last inbound",
            "select count(*) from conversation c join channel h on h.id = c.channel_id where h.kind = 'WHATSAPP' and c.window_expires_at <> 86400000 + (select max(m.at) from message m where m.conversation_id = c.id and m.direction = 'IN')",
        ),
        (
            "website chats have no window",
            "select count(*) from conversation c join channel h on h.id = c.channel_id where h.kind = 'WEBCHAT' and c.window_expires_at is not null",
        ),
        (
            "unread is what came since we wrote",
            "select count(*) from conversation c where c.status <> 'COMPLETED' and c.unread > (select count(*) from message m where m.conversation_id = c.id and m.direction = 'IN')",
        ),
        (
            "the opening stands before the message that caused it",
            r#"select count(*) from message m join message f on f.conversation_id = m.conversation_id and f.direction = 'IN' and (f.at, f.id) < (m.at, m.id)
               where m.kind = 'TRANSITION' and m.content like '%"opened"%'"#,
        ),
        ("nothing is in the future", "select count(*) from message where at > 1790000123456"),
        ("ids carry the time", "select count(*) from message where id / 1048576 <> at"),
        (
            "every row has its account",
            "select count(*) from message m join conversation c on c.id = m.conversation_id where c.account_id <> m.account_id or c.channel_id <> m.channel_id",
        ),
        (
            "every contact has a way to it",
            "select count(*) from contact k where not exists (select 1 from contact_identity i where i.contact_id = k.id)",
        ),
        (
            "texts are in the index",
            "select count(*) from message m where m.body <> '' and not exists (select 1 from message_fts f where f.rowid = m.id)",
        ),
        (
            "human numbers are counted",
            "select count(*) from (select account_id, substr(protocol, 1, 8) as day, count(*) as n from conversation group by 1, 2) d left join counter n on n.account_id = d.account_id and n.name = 'protocol:' || d.day where coalesce(n.value, 0) <> d.n",
        ),
    ];
    for (rule, text) in none {
        assert_eq!(count(g, text).await, 0, "{rule}");
    }
    for (content,) in all::<(String,)>(g, "select content from message where content is not null").await {
        assert!(serde_json::from_str::<Content>(&content).is_ok(), "{content}");
    }
}

async fn look_around(g: &Ground) {
    assert!(is_empty(&g.desk).await.unwrap());
    let report = workspace(&g.desk).await.unwrap();
    assert!(!is_empty(&g.desk).await.unwrap());
    assert!(matches!(workspace(&g.desk).await, Err(crate::Error::Fault(Fault::SetupClosed))));
    invariants(g).await;
    assert_eq!(report.logins.len(), 4);
    assert!(report.to_string().contains("ana@prosa.example") && report.to_string().contains(PASSWORD));

    let admin = cx(g, "admin@prosa.example", "Loja Exemplo").await;
    let counts = conversation::counts(&admin).await.unwrap();
    assert!(counts.new >= 5 && counts.mine >= 3 && counts.others >= 8, "{counts:?}");
    assert!(counts.mine_unread >= 2);
    let done = conversation::list(&admin, &tab(Tab::Done)).await.unwrap();
    assert!(done.items.len() >= 7);
    let mut kinds = std::collections::BTreeSet::new();
    for t in [Tab::New, Tab::Mine, Tab::Others, Tab::Done] {
        for c in conversation::list(&admin, &tab(t)).await.unwrap().items {
            assert!(!c.preview.text.is_empty() || !matches!(c.preview.kind, MessageKind::Text), "{}", c.contact_name);
            kinds.extend(conversation::open(&admin, c.id).await.unwrap().messages.into_iter().map(|m| m.kind));
        }
    }
    assert_eq!(kinds.len(), MessageKind::ALL.len(), "{kinds:?}");

    // Each sees their own part (03, section 3.6).
    let ana = cx(g, "ana@prosa.example", "Loja Exemplo").await;
    let hers = conversation::counts(&ana).await.unwrap();
    assert!(hers.mine >= 3 && hers.new < counts.new, "{hers:?}");
    let bruno = cx(g, "bruno@prosa.example", "Loja Exemplo").await;
    assert!(conversation::counts(&bruno).await.unwrap().mine >= 3);
    assert!(conversation::counts(&cx(g, "carla@prosa.example", "Loja Exemplo").await).await.unwrap().mine >= 3);

    let found = search::search(&admin, "caneca azul", None).await.unwrap();
    assert!(found.messages.iter().any(|h| h.conversation.contact_name == "Ana Souza"));
    assert!(!search::search(&admin, "98765-4321", None).await.unwrap().contacts.is_empty());
    assert!(search::search(&bruno, "caneca azul", None).await.unwrap().messages.is_empty(), "not Bruno's to see");

    // Files are there for real.
    let media: Vec<(i64,)> = all(g, "select id from media").await;
    assert!(media.len() >= 5);
    for (id,) in media {
        let file = crate::media::find(&admin, MediaId(id), false).await.unwrap();
        assert_eq!(g.desk.storage.size(&file.sha256).await.unwrap(), file.size);
    }
    let me = crate::auth::me(&admin).await.unwrap();
    assert_eq!(me.accounts.len(), 2, "AC-9 can be tried");
    assert!(crate::auth::sign_in(&g.desk, "carla@prosa.example", PASSWORD, &crate::Visitor::default()).await.is_ok());
    let chat = crate::channels::by_key(&g.desk, WEBCHAT_KEY).await.unwrap().unwrap();
    assert!(chat.webchat.origins.iter().any(|o| o == "http://127.0.0.1:43210"), "{:?}", chat.webchat.origins);

    // What waits for an answer leaves when the contact answers (IN-4), also here.
    assert_eq!(count(g, "select count(*) from message m join conversation c on c.id = m.conversation_id where m.status = 'WAIT_REPLY' and c.awaiting_reply and m.external_id is null").await, 1);
    assert_eq!(count(g, "select count(*) from message where status = 'FAILED' and problem is not null").await, 1);
}

#[tokio::test]
async fn the_workspace_can_be_looked_around_in() {
    look_around(&sqlite(1).await).await;
}

#[tokio::test]
async fn the_workspace_can_be_looked_around_in_on_postgres() {
    if let Some(g) = postgres("workspace").await {
        look_around(&g).await;
    }
}

const SMALL: Size = Size { contacts: 40, conversations: 300, messages: 6_000, seed: 4 };

async fn fill(g: &Ground) {
    let report = bulk(&g.desk, SMALL).await.unwrap();
    assert_eq!((report.contacts, report.conversations, report.messages), (40, 300, 6_000));
    invariants(g).await;
    for (table, n) in [("contact", 40), ("conversation", 300), ("message", 6_000)] {
        assert_eq!(count(g, &format!("select count(*) from {table}")).await, n, "{table}");
    }
    let admin = cx(g, BULK_ADMIN, BULK_ACCOUNT).await;
    let counts = conversation::counts(&admin).await.unwrap();
    assert!(counts.new > 0 && counts.mine > 0 && counts.others > 0, "{counts:?}");
    // The long conversation is the admin's, and has pages.
    let long = search::search(&admin, LONG_CONTACT, None).await.unwrap().conversations.into_iter().max_by_key(|c| c.last_at).unwrap();
    assert_eq!(long.assignee_id, Some(admin.user));
    assert_eq!(count(g, &format!("select count(*) from message where conversation_id = {}", long.id)).await, LONG);
    let page = message::page(&admin, &MessageQuery { conversation_id: long.id, before: None, after: None, limit: None }).await.unwrap();
    assert!(page.has_more && page.messages.len() == 50);
    // A word of a message finds it.
    let text = page.messages.iter().rev().find(|m| m.kind == MessageKind::Text && m.body.len() > 60).unwrap().body.clone();
    let found = search::search(&admin, &text.split_whitespace().take(6).collect::<Vec<_>>().join(" "), None).await.unwrap();
    assert!(found.messages.iter().any(|h| h.message.body == text), "{text}");
    // Not twice into one account.
    let again = bulk(&g.desk, Size { seed: 5, ..SMALL }).await;
    assert!(matches!(again, Err(crate::Error::Fault(Fault::Invalid { .. }))));
    // The workspace and the bulk account stand side by side; the first start is over all the same.
    assert!(matches!(workspace(&g.desk).await, Err(crate::Error::Fault(Fault::SetupClosed))));
}

#[tokio::test]
async fn bulk_data_is_consistent() {
    fill(&sqlite(1).await).await;
}

#[tokio::test]
async fn bulk_data_is_consistent_on_postgres() {
    if let Some(g) = postgres("bulk").await {
        fill(&g).await;
    }
}

/// Everything that the seed decides, without what is random for safety's sake.
async fn rows(g: &Ground) -> Vec<String> {
    let contacts: Vec<(i64, String, Option<String>, i64)> = all(g, "select id, name, phone, created_at from contact order by id").await;
    let conversations: Vec<(i64, String, i64, String, i64, String)> =
        all(g, "select id, protocol, contact_id, status, unread, preview_text from conversation order by id").await;
    type Said = (i64, i64, String, String, String, Option<String>, i64);
    let messages: Vec<Said> = all(g, "select id, conversation_id, kind, status, body, external_id, at from message order by id").await;
    let terms: Vec<(String, i64)> = all(g, "select term, contact_id from contact_term order by 1, 2").await;
    contacts
        .iter()
        .map(|r| format!("{r:?}"))
        .chain(conversations.iter().map(|r| format!("{r:?}")))
        .chain(messages.iter().map(|r| format!("{r:?}")))
        .chain(terms.iter().map(|r| format!("{r:?}")))
        .collect()
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows() {
    let size = Size { contacts: 12, conversations: 60, messages: 900, seed: 11 };
    let (a, b, c) = (sqlite(1).await, sqlite(2).await, sqlite(1).await);
    bulk(&a.desk, size).await.unwrap();
    // Later in the same hour.
    b.desk.seam.advance(100_000);
    bulk(&b.desk, size).await.unwrap();
    bulk(&c.desk, Size { seed: 12, ..size }).await.unwrap();
    let (a, b, c) = (rows(&a).await, rows(&b).await, rows(&c).await);
    assert_eq!(a, b);
    assert_ne!(a, c);
}

#[tokio::test]
async fn bulk_may_follow_the_workspace_and_sizes_are_checked() {
    let g = sqlite(1).await;
    workspace(&g.desk).await.unwrap();
    for wrong in [
        Size { contacts: 0, ..SMALL },
        Size { conversations: 0, ..SMALL },
        Size { messages: 299, ..SMALL },
        Size { messages: 10_000_001, ..SMALL },
    ] {
        assert!(matches!(bulk(&g.desk, wrong).await, Err(crate::Error::Fault(Fault::Invalid { .. }))), "{wrong:?}");
    }
    bulk(&g.desk, Size { contacts: 3, conversations: 3, messages: 3, seed: 1 }).await.unwrap();
    invariants(&g).await;
    assert_eq!(count(&g, "select count(*) from account").await, 3);
}
