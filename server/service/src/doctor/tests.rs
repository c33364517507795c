//! Each trouble is seen, and told with advice.

use super::*;
use crate::db::Db;
use crate::desk::Settings;
use crate::seam::Seam;

const NOW: Millis = 1_790_000_000_000;

async fn desk(folder: &tempfile::TempDir, migrated: bool, secret: &str) -> Desk {
    let url = format!("sqlite:{}", folder.path().join("t.db").display());
    let db = if migrated { Db::open(&url).await.unwrap() } else { Db::connect(&url).await.unwrap() };
    let settings = Settings {
        public_url: "http://127.0.0.1:3000".into(),
        // Nobody listens there.
        graph_url: "http://127.0.0.1:9".into(),
        data_dir: folder.path().to_owned(),
        build: "test".into(),
        uncertain_wait: Duration::from_secs(60),
        files: Default::default(),
        door: Default::default(),
    };
    Desk::new(db, Seam::fixed(NOW, 1), secret, settings).unwrap()
}

fn level(findings: &[Finding], name: &str) -> Level {
    findings.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("{name} in {findings:?}")).level
}

async fn run(desk: &Desk, text: &str) {
    desk.db.run(Text::Built(text.to_owned()), args![]).await.unwrap();
}

#[tokio::test]
async fn a_fresh_installation_is_well_but_for_its_network() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder, true, "k").await;
    let empty = examine(&desk, "https://chat.example.com").await;
    // How full this machine's disk is, is not the test's business.
    assert!(empty.iter().all(|f| f.level == Level::Ok || f.name == "data folder"), "{empty:?}");
    crate::demo::workspace(&desk).await.unwrap();
    let found = examine(&desk, "http://127.0.0.1:3000").await;
    assert_eq!(level(&found, "channel Chat do site of Loja Exemplo"), Level::Ok);
    assert_eq!(level(&found, "channel WhatsApp Vendas of Loja Exemplo"), Level::Fail);
    assert!(found.iter().filter(|f| f.level == Level::Fail).all(|f| !f.advice.is_empty()));
}

#[tokio::test]
async fn every_trouble_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder, true, "k").await;
    crate::demo::workspace(&desk).await.unwrap();
    run(&desk, &format!("insert into event (account_id, seq, at, change) select id, 1, {}, '{{}}' from account limit 1", NOW + 2 * HOUR))
        .await;
    run(&desk, &format!("insert into webhook (id, source, hash, body, received_at, state, note) values (1, 'WHATSAPP', 'x', '{{}}', {}, 'FAILED', 'bad item')", NOW - HOUR)).await;
    run(
        &desk,
        &format!(
            "insert into outbox (id, account_id, channel_id, contact_id, conversation_id, message_id, kind, payload, state, next_at, created_at)
             select 1, account_id, channel_id, contact_id, id, 0, 'MESSAGE', '{{}}', 'HELD', 0, {} from conversation limit 1",
            NOW - 3 * HOUR
        ),
    )
    .await;
    let found = examine(&desk, "http://shop.example/inbox").await;
    assert_eq!(level(&found, "clock"), Level::Fail);
    assert_eq!(level(&found, "webhooks"), Level::Fail);
    assert!(found.iter().any(|f| f.name == "webhooks" && f.says.contains("bad item")));
    assert_eq!(level(&found, "outbox"), Level::Warn);
    assert!(found.iter().any(|f| f.name == "outbox" && f.says.contains("3 hours")));
    assert_eq!(level(&found, "public URL"), Level::Fail);
}

#[tokio::test]
async fn another_secret_key_is_told() {
    let folder = tempfile::tempdir().unwrap();
    crate::demo::workspace(&desk(&folder, true, "first").await).await.unwrap();
    let found = examine(&desk(&folder, true, "second").await, "https://a.example").await;
    assert!(found.iter().any(|f| f.level == Level::Fail && f.says.contains("secret key")), "{found:?}");
}

#[tokio::test]
async fn an_empty_database_wants_its_migrations() {
    let folder = tempfile::tempdir().unwrap();
    let found = examine(&desk(&folder, false, "k").await, "http://shop.example").await;
    assert_eq!(level(&found, "migrations"), Level::Fail);
    assert_eq!(level(&found, "public URL"), Level::Warn);
    assert!(found.iter().all(|f| f.name != "outbox"));
}
