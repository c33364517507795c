//! Statements and tables: all of them prepare on both databases, and nothing forgets its account (issue part 2).

use crate::world::*;
use service::db::{Db, Text};
use service::statement::{Dialect, Statement, all};
use service::{args, desk};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Tables whose rows belong to no account, and why.
const WITHOUT_ACCOUNT: &[(&str, &str)] = &[
    ("account", "is the account"),
    ("users", "a person may belong to several accounts"),
    ("one_time_code", "is sent before anybody is signed in"),
    ("second_factor", "is the person's, in all their accounts"),
    ("recovery_code", "is the person's, in all their accounts"),
    ("terms_acceptance", "is the person's, in all their accounts"),
    ("reset_link", "is used before anybody is signed in"),
    ("throttle", "counts failures before anybody is signed in"),
    ("webhook", "bodies as they came; one may hold several accounts"),
    ("message_fts", "holds the account's mark in each word"),
    ("search_backlog", "one number for the whole index"),
    ("stored_file", "files are shared by their hash"),
    ("audit_keep", "until when lines of any account may be removed now"),
    ("server_secret", "keys that the server made for itself"),
    ("passkey", "belongs to the person, in all their accounts"),
    ("passkey_answered", "before anybody is signed in"),
];

/// Files that may cross accounts: sign-in, what comes from networks, workers, and the operator's own commands.
const CROSSING: &[&str] = &[
    "alert.rs",
    "auth/by_code.rs",
    "audit/mod.rs",
    "auth/code.rs",
    "auth/deliver.rs",
    "auth/factor.rs",
    "auth/held.rs",
    "auth/invite.rs",
    "auth/login.rs",
    "auth/mod.rs",
    "auth/passkey.rs",
    "auth/profile.rs",
    "auth/reset.rs",
    "auth/sso/",
    "auth/terms.rs",
    "auth/throttle.rs",
    "bus/",
    "channels/find.rs",
    "closing/auto.rs",
    "closing/many.rs",
    "closing/retention.rs",
    "contact/unmerge.rs",
    "conversation/snooze.rs",
    "db.rs",
    "demo/",
    "desk.rs",
    "distribution/worker.rs",
    "doctor/",
    "inbound/fact.rs",
    "inbound/mod.rs",
    "leaving.rs",
    "media/",
    "message/row.rs",
    "outbox/",
    "avatar.rs",
    "people.rs",
    "push/vapid.rs",
    "push/worker.rs",
    "reindex.rs",
    "sla/worker.rs",
    "statement.rs",
    "status/due.rs",
    "tally/recount.rs",
    "token.rs",
];

async fn prepare(db: &Db, s: &Statement) -> sqlx::Result<()> {
    match db {
        Db::Sqlite { write, .. } => write.prepare(AssertSqlSafe(s.sqlite()).into_sql_str()).await.map(drop),
        Db::Postgres(pool) => pool.prepare(AssertSqlSafe(s.postgres()).into_sql_str()).await.map(drop),
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Code without comments, by the file's name under `src`.
fn code() -> Vec<(String, String)> {
    sources(&src())
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(src()).unwrap().to_string_lossy().into_owned();
            (name, text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

/// Public functions that take an asker or an account's rows, as `module::name`; the operator's own commands left out.
pub fn asking() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, code) in code() {
        let module = file.split('/').next().unwrap().trim_end_matches(".rs").replace("work", "desk");
        if ["demo", "doctor"].contains(&&*module) {
            continue;
        }
        let functions = code.split("\npub async fn ").skip(1).chain(code.split("\npub fn ").skip(1));
        for (name, rest) in functions.filter_map(|f| f.split_once('(')) {
            let takes = &rest[..rest.find('{').unwrap_or(rest.len())];
            if takes.contains("&Cx") || takes.contains("&Scope") {
                found.insert(format!("{module}::{name}"));
            }
        }
    }
    found
}

/// Uses of a macro; `sql!` is not a part of `sql_system!`.
fn uses(code: &str, name: &str) -> usize {
    code.match_indices(&format!("{name}!(")).count() + code.match_indices(&format!("{name}! (")).count()
}

both! {
    async fn every_statement_prepares(w) {
        let (mut n, mut faults) = (0, Vec::new());
        for s in all() {
            let own = match s.dialect {
                Dialect::Both => true,
                Dialect::Sqlite => w.is_sqlite(),
                Dialect::Postgres => !w.is_sqlite(),
            };
            if own {
                n += 1;
                if let Err(e) = prepare(&w.desk.db, s).await {
                    faults.push(format!("{}:{}: {e}\n    {}", s.file, s.line, s.text));
                }
            }
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
        assert!(n > 120, "only {n} statements are on the list");
    }

    async fn every_table_has_an_account(w) {
        let text = match w.is_sqlite() {
            true => "select m.name, coalesce(max(case when c.name = 'account_id' and c.\"notnull\" = 1 then 1 end), 0) from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite%' and m.name not like 'message_fts_%' group by m.name",
            false => "select cast(table_name as text), cast(coalesce(max(case when column_name = 'account_id' and is_nullable = 'NO' then 1 end), 0) as bigint) from information_schema.columns where table_schema = 'public' group by table_name",
        };
        let tables: Vec<(String, i64)> = w.rows(text).await;
        let without: BTreeSet<&str> = tables.iter().filter(|(name, has)| *has == 0 && name != "_sqlx_migrations").map(|(name, _)| name.as_str()).collect();
        assert_eq!(without, WITHOUT_ACCOUNT.iter().map(|(t, _)| *t).collect::<BTreeSet<_>>());
        assert!(tables.len() > 25);
    }

    async fn prefixes_are_searched_by_bytes_whatever_the_language(w) {
        if w.is_sqlite() {
            return;
        }
        let columns: Vec<(String,)> =
            w.rows("select cast(table_name || '.' || column_name as text) from information_schema.columns where collation_name = 'C' and table_schema = 'public' order by 1").await;
        assert_eq!(columns.into_iter().map(|(c,)| c).collect::<Vec<_>>(), ["contact_term.term", "conversation.protocol", "quick_reply.alias_key"]);
    }

    async fn a_begin_that_is_dropped_loses_no_later_write(w) {
        // sqlx 4385: dropped half-way, a begin left its connection inside a transaction that nobody committed.
        let mut written = 0i64;
        for round in 0..60u64 {
            let begins = (0..10).map(|n| {
                let db = w.desk.db.clone();
                tokio::spawn(async move { tokio::time::timeout(Duration::from_micros((round * 37 + n * 91) % 1500), db.begin()).await.is_ok() })
            });
            let begins: Vec<_> = begins.collect();
            for (n, begin) in begins.into_iter().enumerate() {
                if n % 3 == 0 {
                    begin.abort();
                } else {
                    begin.await.unwrap();
                }
            }
            for n in 0..10 {
                w.write("insert into throttle (key, failures, until, expires_at) values ($1, 1, 1, 1)", args![format!("k{round}-{n}")]).await;
                written += 1;
            }
        }
        let other = Db::connect(&w.url).await.unwrap();
        let seen: Vec<(i64,)> = other.all(Text::Built("select count(*) from throttle".into()), args![]).await.unwrap();
        assert_eq!(seen, [(written,)]);
        if !w.is_sqlite() {
            let idle: Vec<(i64,)> = other.all(Text::Built("select count(*) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()".into()), args![]).await.unwrap();
            assert_eq!(idle, [(0,)]);
        }
        other.close().await;
    }

    async fn work_that_is_dropped_leaves_nothing_behind(w) {
        let scope = w.desk.system(w.account);
        for commit in [false, true] {
            let mut work = scope.begin().await.unwrap();
            work.audit(None, "test", 1, serde_json::json!({})).await.unwrap();
            work.tell(model::Change::Setup { what: model::SetupKind::Account });
            match commit {
                true => work.commit().await.unwrap(),
                false => drop(work),
            }
            assert_eq!(w.number("select count(*) from audit where action = 'test'").await, i64::from(commit));
        }
        assert_eq!(w.number("select count(*) from event").await, desk::last_seq(&scope).await.unwrap());
    }
}

#[test]
fn scoped_statements_are_limited_to_their_account() {
    let faults: Vec<String> = all().filter(|s| s.scoped && !s.is_scoped()).map(|s| format!("{}:{}: {}", s.file, s.line, s.text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    // The check itself can tell.
    let is = |text: &'static str| Statement::new(text, "", 0, true, Dialect::Both).is_scoped();
    assert!(!is("select id from message where id = $1"));
    assert!(!is("select id from message where account_id = $2"));
    assert!(!is("insert into message (id) select account_id from message where id = $1"));
    assert!(!is("select id from account"));
    assert!(!is("update team set name = $2 where id = $1"));
    assert!(is("select id from message where account_id = $1"));
    assert!(is("insert into message (account_id, id) values ($1, $2)"));
}

#[test]
fn every_statement_is_on_the_list() {
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for s in all() {
        // Tests may write statements too.
        if let Some((_, name)) = s.file.replace('\\', "/").rsplit_once("service/src/") {
            *listed.entry(name.to_owned()).or_default() += 1;
        }
    }
    for (name, code) in code() {
        if name == "statement.rs" {
            continue;
        }
        // A macro may make several of one.
        let written = uses(&code, "sql") + uses(&code, "sql_system");
        let listed = listed.get(&name).copied().unwrap_or(0);
        assert!(listed >= written && (listed > 0) == (written > 0), "{name}: {listed} of {written}");
    }
}

#[test]
fn only_a_few_files_cross_accounts() {
    for (name, code) in code() {
        let crosses = uses(&code, "sql_system") > 0 || code.contains(".db.run(") || code.contains(".db.all(") || code.contains(".db.one(");
        let may = CROSSING.iter().any(|c| name == *c || (c.ends_with('/') && name.starts_with(c)));
        assert!(!crosses || may || name == "work.rs", "{name} crosses accounts");
    }
}

#[test]
fn sql_is_written_in_one_layer() {
    for (name, code) in code() {
        if !["db.rs", "migration.rs"].contains(&&*name) {
            assert!(!code.contains("sqlx::query") && !code.contains("AssertSqlSafe"), "{name}");
        }
    }
}
