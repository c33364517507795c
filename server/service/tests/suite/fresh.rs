//! Databases that are up to date and empty: copies of one that the first test of a program makes, since running all
//! migrations takes longer than most tests.

use service::args;
use service::db::{Db, Text};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// This program, and when it was built: another build may have other migrations.
fn program() -> (u64, u64) {
    let path = std::env::current_exe().unwrap();
    let built = path.metadata().unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    (hasher.finish(), u64::try_from(built.as_millis()).unwrap())
}

/// Held by whoever looks for the one that is copied, or makes it.
fn lock(name: &str) -> File {
    let file = File::create(std::env::temp_dir().join(format!("{name}.lock"))).unwrap();
    file.lock().unwrap();
    file
}

/// Puts a database into `to`, a path that is free; answers its address.
pub async fn sqlite(to: &Path) -> String {
    let (path, built) = program();
    let name = format!("prosa-template-{path:016x}-{built:x}");
    let whole = std::env::temp_dir().join(format!("{name}.db"));
    let held = lock(&name);
    if !whole.exists() {
        let part = PathBuf::from(format!("{}.part", whole.display()));
        let _ = std::fs::remove_file(&part);
        let db = Db::open(&format!("sqlite:{}", part.display())).await.unwrap();
        db.close().await;
        assert!(!PathBuf::from(format!("{}-wal", part.display())).exists(), "all of it is in one file");
        std::fs::rename(part, &whole).unwrap();
    }
    drop(held);
    std::fs::copy(&whole, to).unwrap();
    format!("sqlite:{}", to.display())
}

/// A new database on the server of this address: a connection to the server, by which it is removed, its name and its
/// address. None, with a note, where `TEST_POSTGRES_URL` names no server.
pub async fn postgres() -> Option<(Db, String, String)> {
    let Ok(server_url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("not run: TEST_POSTGRES_URL is not set");
        return None;
    };
    let server = Db::connect(&server_url).await.unwrap();
    let run = async |text: String| server.run(Text::Built(text), args![]).await.unwrap();
    let base = server_url.rsplit_once('/').unwrap().0;
    let (path, built) = program();
    let template = format!("prosa_template_{path:016x}_{built:x}");
    let held = lock(&template);
    let known: Vec<(String,)> = server
        .all(Text::Built("select cast(datname as text) from pg_database where datname like 'prosa_template_%'".into()), args![])
        .await
        .unwrap();
    if !known.iter().any(|(name,)| *name == template) {
        for (old,) in known.iter().filter(|(name,)| name.starts_with(&format!("prosa_template_{path:016x}_"))) {
            run(format!("drop database if exists {old} with (force)")).await;
        }
        let part = format!("prosa_part_{path:016x}");
        run(format!("drop database if exists {part} with (force)")).await;
        run(format!("create database {part}")).await;
        Db::open(&format!("{base}/{part}")).await.unwrap().close().await;
        run(format!("alter database {part} rename to {template}")).await;
    }
    drop(held);
    let name = format!("prosa_test_{:016x}", rand::random::<u64>());
    run(format!("create database {name} template {template}")).await;
    let url = format!("{base}/{name}");
    Some((server, name, url))
}
