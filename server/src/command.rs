//! The commands beside `serve`.

use crate::config::Config;
use anyhow::{Context, bail};
use service::doctor::Level;

/// Brings the database up to date.
pub async fn migrate(config: Config) -> anyhow::Result<()> {
    let desk = crate::open(&config, String::new()).await?;
    println!("The database is up to date: {}", shown(&config.database_url));
    desk.db.close().await;
    Ok(())
}

/// Loads demo data.
pub async fn demo(
    config: Config,
    contacts: Option<i64>,
    conversations: Option<i64>,
    messages: Option<i64>,
    seed: u64,
) -> anyhow::Result<()> {
    let desk = crate::open(&config, String::new()).await?;
    let report = match (contacts, conversations, messages) {
        (None, None, None) => service::demo::workspace(&desk).await,
        (contacts, conversations, messages) => {
            let messages = messages.unwrap_or(10_000);
            let size = service::demo::Size {
                contacts: contacts.unwrap_or((messages / 200).max(1)),
                conversations: conversations.unwrap_or((messages / 20).max(1)),
                messages,
                seed,
            };
            service::demo::bulk(&desk, size).await
        }
    };
    let report = report.map_err(|e| anyhow::anyhow!(e.into_fault().to_string())).context("the demo data could not be loaded")?;
    println!("{report}");
    desk.db.close().await;
    Ok(())
}

/// Makes an API token.
pub async fn token(config: Config, account: &str, user: &str, name: &str) -> anyhow::Result<()> {
    let desk = crate::open(&config, String::new()).await?;
    let found = service::token::find(&desk, account, user).await;
    let (account, user) = found.map_err(|_| anyhow::anyhow!("there is no such account, or no such member in it"))?;
    let made = service::token::create(&desk, account, user, name).await;
    println!("{}", made.map_err(|_| anyhow::anyhow!("the user is not a member of this account"))?);
    desk.db.close().await;
    Ok(())
}

/// Adds all figures up anew.
pub async fn recount(config: Config) -> anyhow::Result<()> {
    let desk = crate::open(&config, String::new()).await?;
    let done = service::tally::recount_all(&desk).await.map_err(|e| anyhow::anyhow!(e.into_fault().to_string()));
    println!("{} rows of figures were written.", done.context("the figures could not be added up")?);
    desk.db.close().await;
    Ok(())
}

/// Examines the installation.
pub async fn doctor(config: Config) -> anyhow::Result<()> {
    let db = service::db::Db::connect(&config.database_url)
        .await
        .with_context(|| format!("the database cannot be opened: {}", shown(&config.database_url)))?;
    let desk = crate::desk(db, &config, String::new())?;
    let findings = service::doctor::examine(&desk, &config.public_url).await;
    let mut bad = 0;
    for f in &findings {
        let mark = match f.level {
            Level::Ok => "ok  ",
            Level::Warn => "warn",
            Level::Fail => "FAIL",
        };
        bad += usize::from(f.level == Level::Fail);
        println!("{mark}  {}: {}", f.name, f.says);
        if !f.advice.is_empty() {
            println!("      → {}", f.advice);
        }
    }
    if bad > 0 {
        bail!("{bad} of {} examinations failed", findings.len());
    }
    Ok(())
}

/// A database URL without its password.
pub fn shown(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut u) if u.password().is_some() => {
            let _ = u.set_password(Some("…"));
            u.to_string()
        }
        _ => url.to_owned(),
    }
}
