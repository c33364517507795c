//! Examining an installation: what works, what does not, and what to do about it. Reads only, and asks networks whether
//! they know us; nothing is changed or sent.

use crate::db::{Entity, Text};
use crate::desk::Desk;
use crate::{Result, args, channels, media, sql_system};
use futures::StreamExt;
use model::*;
use std::time::Duration;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const GIGABYTE: u64 = 1 << 30;
/// Channels that are asked, and how many at once.
const CHANNELS_MAX: i64 = 200;
const AT_ONCE: usize = 8;
/// How long a network may take to answer.
const PROBE: Duration = Duration::from_secs(12);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Ok,
    /// Works, but somebody should look.
    Warn,
    /// Does not work.
    Fail,
}

/// What was found at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was examined.
    pub name: String,
    pub level: Level,
    /// What was seen.
    pub says: String,
    /// What to do; empty when there is nothing to do.
    pub advice: String,
}

impl Finding {
    fn new(name: &str, level: Level, says: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { name: name.to_owned(), level, says: says.into(), advice: advice.into() }
    }

    fn ok(name: &str, says: impl Into<String>) -> Finding {
        Finding::new(name, Level::Ok, says, "")
    }
}

/// Examines everything; never fails itself. Without the tables, what needs them is left out.
pub async fn examine(desk: &Desk, public_url: &str) -> Vec<Finding> {
    let mut findings = vec![settled("database", database(desk).await)];
    if findings[0].level != Level::Fail {
        let steps = migrations(desk).await;
        let ready = steps.level == Level::Ok;
        findings.push(steps);
        if desk.db.is_sqlite() {
            findings.push(settled("database file", integrity(desk).await));
        }
        if ready {
            findings.push(settled("clock", clock(desk).await));
        }
        findings.push(folder(desk).await);
        findings.push(files(desk).await);
        findings.push(address(public_url));
        if ready {
            findings.extend(networks(desk).await.unwrap_or_else(|e| vec![settled("channels", Err(e))]));
            findings.push(settled("outbox", outbox(desk).await));
            findings.push(settled("webhooks", webhooks(desk).await));
            findings.push(settled("figures", figures(desk).await));
        }
    } else {
        findings.push(folder(desk).await);
        findings.push(address(public_url));
    }
    findings
}

fn settled(name: &str, found: Result<Finding>) -> Finding {
    found.unwrap_or_else(|e| {
        let advice = if name == "database" {
            "Check PROSA_DATABASE_URL, and that the database runs and can be reached."
        } else {
            "See the message; the database may be damaged or busy."
        };
        Finding::new(name, Level::Fail, e.to_string(), advice)
    })
}

async fn one<T: Entity>(desk: &Desk, text: impl Into<Text>, args: Vec<crate::db::Arg>) -> Result<Option<T>> {
    Ok(desk.db.one(text, args).await?)
}

async fn database(desk: &Desk) -> Result<Finding> {
    let (name, text) = if desk.db.is_sqlite() {
        ("SQLite", sql_system!(sqlite "select sqlite_version()"))
    } else {
        ("PostgreSQL", sql_system!(postgres "select current_setting('server_version')"))
    };
    let version: Option<(String,)> = one(desk, text, args![]).await?;
    Ok(Finding::ok("database", format!("{name} {}", version.map(|(v,)| v).unwrap_or_default())))
}

async fn migrations(desk: &Desk) -> Finding {
    match desk.db.pending_migrations().await {
        Ok(pending) if pending.is_empty() => Finding::ok("migrations", "all have run"),
        Ok(pending) => Finding::new(
            "migrations",
            Level::Fail,
            format!("{} have not run: {}", pending.len(), pending.join(", ")),
            "Run: prosa migrate (prosa serve does it at its start, too).",
        ),
        Err(e) => settled("migrations", Err(e.into())),
    }
}

/// What was added up, against the rows of these days.
async fn figures(desk: &Desk) -> Result<Finding> {
    Ok(match crate::tally::compare_all(desk).await? {
        0 => Finding::ok("figures", "reports and board agree with what is stored"),
        wrong => {
            let says = format!("{wrong} figures of yesterday and today are not what the rows add up to");
            Finding::new("figures", Level::Warn, says, "Run: prosa recount")
        }
    })
}

async fn integrity(desk: &Desk) -> Result<Finding> {
    let rows: Vec<(String,)> = desk.db.all(sql_system!(sqlite "pragma quick_check(5)"), args![]).await?;
    let (size,): (i64,) =
        one(desk, sql_system!(sqlite "select page_count * page_size from pragma_page_count(), pragma_page_size()"), args![])
            .await?
            .unwrap_or_default();
    Ok(match rows.as_slice() {
        [(ok,)] if ok == "ok" => Finding::ok("database file", format!("sound, {}", bytes(size.max(0) as u64))),
        faults => Finding::new(
            "database file",
            Level::Fail,
            faults.iter().map(|(f,)| f.as_str()).collect::<Vec<_>>().join("; "),
            "The file is damaged. Stop the server, keep a copy, and restore the last backup; sqlite3 <file> .recover may save newer rows.",
        ),
    })
}

/// PostgreSQL has a clock of its own to compare with; on SQLite the newest event tells whether ours went back.
async fn clock(desk: &Desk) -> Result<Finding> {
    const SET_IT: &str = "Let the machine keep its clock by NTP: messaging windows, statuses and logins depend on it.";
    let now = desk.now();
    if !desk.db.is_sqlite() {
        let theirs: Option<(i64,)> =
            one(desk, sql_system!(postgres "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"), args![]).await?;
        let apart = theirs.map_or(0, |(t,)| (t - now).abs());
        if apart > 5_000 {
            return Ok(Finding::new(
                "clock",
                if apart > MINUTE { Level::Fail } else { Level::Warn },
                format!("{} s away from the database's", apart / 1000),
                SET_IT,
            ));
        }
    }
    let newest: Option<(Option<i64>,)> = one(desk, sql_system!("select max(at) from event"), args![]).await?;
    let ahead = newest.and_then(|(at,)| at).map_or(0, |at| at - now);
    if ahead > MINUTE {
        return Ok(Finding::new(
            "clock",
            Level::Fail,
            format!("the newest event is {} s in the future: the clock went back", ahead / 1000),
            SET_IT,
        ));
    }
    // The first version of the product is younger than this.
    if now < 1_767_225_600_000 {
        return Ok(Finding::new("clock", Level::Fail, "the machine thinks that it is before 2026", SET_IT));
    }
    Ok(Finding::ok("clock", if desk.db.is_sqlite() { "later than the newest event" } else { "agrees with the database" }))
}

async fn files(desk: &Desk) -> Finding {
    match desk.storage.probe().await {
        Ok(()) => Finding::ok("files", format!("{} can be written to and read", desk.storage.shown())),
        Err(e) => Finding::new(
            "files",
            Level::Fail,
            format!("{}: {e}", desk.storage.shown()),
            "Check PROSA_S3_BUCKET and its neighbours, or the media folder in the data folder.",
        ),
    }
}

async fn folder(desk: &Desk) -> Finding {
    let folder = &desk.settings.data_dir;
    let shown = folder.display();
    if let Err(e) = media::writable(folder).await {
        return Finding::new(
            "data folder",
            Level::Fail,
            format!("{shown} cannot be written to: {e}"),
            "Give the server's user the folder, or set PROSA_DATA_DIR to another one.",
        );
    }
    let free = match rustix::fs::statvfs(folder) {
        Ok(s) => s.f_bavail.saturating_mul(s.f_frsize),
        Err(e) => return Finding::new("data folder", Level::Warn, format!("free space of {shown} is not known: {e}"), ""),
    };
    let says = format!("{shown}, {} free", bytes(free));
    let advice = "Make room: without it neither messages nor files can be stored.";
    match free {
        f if f < GIGABYTE / 4 => Finding::new("data folder", Level::Fail, says, advice),
        f if f < 2 * GIGABYTE => Finding::new("data folder", Level::Warn, says, advice),
        _ => Finding::ok("data folder", says),
    }
}

fn bytes(n: u64) -> String {
    match n {
        n if n >= GIGABYTE => format!("{:.1} GB", n as f64 / GIGABYTE as f64),
        n => format!("{:.1} MB", n as f64 / (1 << 20) as f64),
    }
}

fn address(public_url: &str) -> Finding {
    const NAME: &str = "public URL";
    let advice = "Set PROSA_PUBLIC_URL to the address under which browsers and Meta reach this server, such as https://chat.example.com";
    let Ok(url) = url::Url::parse(public_url) else {
        return Finding::new(NAME, Level::Fail, format!("{public_url:?} is not an address"), advice);
    };
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return Finding::new(NAME, Level::Fail, format!("{public_url} is not an http or https address"), advice);
    };
    if url.path() != "/" || url.query().is_some() {
        return Finding::new(
            NAME,
            Level::Fail,
            format!("{public_url} has a path"),
            "The server needs a host of its own: give its address without a path.",
        );
    }
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) || host == "[::1]";
    match (url.scheme(), here) {
        ("https", false) => Finding::ok(NAME, public_url),
        (_, true) => Finding::new(
            NAME,
            Level::Ok,
            format!("{public_url}: this machine only"),
            "For other people, and for Meta's webhooks, it has to be a public https address.",
        ),
        _ => Finding::new(
            NAME,
            Level::Warn,
            format!("{public_url} is not encrypted"),
            "Put a proxy with a certificate in front and set PROSA_PUBLIC_URL to its https address: Meta refuses http, and logins would travel readable.",
        ),
    }
}

/// Every connected channel, asked through its adapter.
async fn networks(desk: &Desk) -> Result<Vec<Finding>> {
    let rows: Vec<(i64, String)> = desk
        .db
        .all(
            sql_system!(
                "select c.id, a.name from channel c join account a on a.id = c.account_id where c.status <> 'REMOVED' order by a.name, c.name, c.id limit $1"
            ),
            args![CHANNELS_MAX],
        )
        .await?;
    if rows.is_empty() {
        return Ok(vec![Finding::new("channels", Level::Ok, "none is connected", "An admin connects them under Settings, Channels.")]);
    }
    let asked = futures::stream::iter(rows).map(|(id, account)| async move { network(desk, id.into(), &account).await });
    Ok(asked.buffered(AT_ONCE).collect().await)
}

async fn network(desk: &Desk, id: ChannelId, account: &str) -> Finding {
    let row = match channels::row(desk, id).await {
        Ok(Some(row)) => row,
        Ok(None) => return Finding::ok("channel", "was removed a moment ago"),
        Err(e) => return settled("channel", Err(e)),
    };
    let name = format!("channel {} of {account}", row.name);
    if row.kind == ChannelKind::WebChat {
        return match row.webchat.origins.as_slice() {
            [] => Finding::new(&name, Level::Warn, "no page may carry this chat", "Name the pages' origins under Settings, Channels."),
            origins => Finding::ok(&name, format!("website chat for {}", origins.join(", "))),
        };
    }
    if row.secrets.access_token.is_empty() || row.secrets.app_secret.is_empty() {
        return Finding::new(
            &name,
            Level::Fail,
            "its secrets are missing, or do not open with this secret key",
            "Start with the PROSA_SECRET_KEY (or secret.key) with which the channel was connected, or enter its tokens again.",
        );
    }
    let link = row.link(desk);
    let probe = tokio::time::timeout(PROBE, row.adapter().probe(&link)).await;
    match probe {
        Ok(Ok(_)) if row.status != ChannelStatus::Connected => Finding::new(
            &name,
            Level::Warn,
            format!("the network knows it, but it is stopped: {}", row.status_reason.as_deref().unwrap_or(row.status.word())),
            "Press Test under Settings, Channels: its queue then goes on.",
        ),
        Ok(Ok(answer)) => Finding::ok(&name, format!("works: {answer}")),
        Ok(Err(e)) => Finding::new(&name, Level::Fail, channels::reason(&e), advice_for(e.problem)),
        Err(_) => Finding::new(
            &name,
            Level::Fail,
            format!("{} did not answer within {} s", link.graph_url, PROBE.as_secs()),
            advice_for(DeliveryProblem::NetworkDown),
        ),
    }
}

fn advice_for(problem: DeliveryProblem) -> &'static str {
    match problem {
        DeliveryProblem::TokenExpired => {
            "Make a new access token at Meta (a system user's does not expire) and enter it under Settings, Channels."
        }
        DeliveryProblem::PermissionMissing => {
            "The token needs whatsapp_business_messaging and whatsapp_business_management for this business account."
        }
        DeliveryProblem::NetworkDown | DeliveryProblem::Uncertain => {
            "Check that this machine reaches PROSA_GRAPH_URL, also through its proxy and firewall."
        }
        DeliveryProblem::AccountBlocked => "Look at the account's quality page in Meta's Business Manager.",
        DeliveryProblem::Payment => "Add a payment method in Meta's Business Manager.",
        DeliveryProblem::NumberNotRegistered => "Register the number again, or correct its phone number id.",
        _ => "Compare phone number id, business account id and token with those in Meta's app dashboard.",
    }
}

async fn outbox(desk: &Desk) -> Result<Finding> {
    let now = desk.now();
    let rows: Vec<(String, i64, i64)> =
        desk.db.all(sql_system!("select state, count(*), min(created_at) from outbox group by state order by state"), args![]).await?;
    let of = |state: &str| rows.iter().find(|(s, _, _)| s == state).map_or((0, now), |(_, n, oldest)| (*n, *oldest));
    let all: i64 = rows.iter().map(|(_, n, _)| n).sum();
    let (held, since) = of("HELD");
    if held > 0 {
        return Ok(Finding::new(
            "outbox",
            Level::Warn,
            format!("{held} sends are held, the oldest for {}", ago(now - since)),
            "Their channel is stopped. Repair it before 24 hours have passed: older sends fail.",
        ));
    }
    let oldest = rows.iter().map(|(_, _, oldest)| *oldest).min().unwrap_or(now);
    if now - oldest > 10 * MINUTE {
        return Ok(Finding::new(
            "outbox",
            Level::Warn,
            format!("{all} sends wait, the oldest for {}", ago(now - oldest)),
            "Is prosa serve running? If it is, its log says what the network answers.",
        ));
    }
    Ok(Finding::ok("outbox", if all == 0 { "empty".to_owned() } else { format!("{all} sends on their way") }))
}

async fn webhooks(desk: &Desk) -> Result<Finding> {
    let now = desk.now();
    let rows: Vec<(String, i64, i64)> = desk
        .db
        .all(
            sql_system!(
                "select state, count(*), min(received_at) from webhook where state = 'NEW' or (state = 'FAILED' and received_at > $1) group by state"
            ),
            args![now - 8 * 24 * HOUR],
        )
        .await?;
    if let Some((_, n, since)) = rows.iter().find(|(s, _, _)| s == "FAILED") {
        let note: Option<(String,)> =
            one(desk, sql_system!("select note from webhook where state = 'FAILED' order by id desc limit 1"), args![]).await?;
        return Ok(Finding::new(
            "webhooks",
            Level::Fail,
            format!(
                "{n} could not be applied, the first {} ago; the last one: {}",
                ago(now - since),
                note.map(|(n,)| n).unwrap_or_default()
            ),
            "Their bodies are kept in the table webhook. Report the note with the log lines that name the row.",
        ));
    }
    if let Some((_, n, since)) = rows.iter().find(|(s, _, since)| s == "NEW" && now - since > MINUTE) {
        return Ok(Finding::new(
            "webhooks",
            Level::Warn,
            format!("{n} wait, the oldest for {}", ago(now - since)),
            "They are worked through while prosa serve runs.",
        ));
    }
    Ok(Finding::ok("webhooks", "all worked through"))
}

fn ago(millis: i64) -> String {
    match millis {
        m if m >= 48 * HOUR => format!("{} days", m / (24 * HOUR)),
        m if m >= 2 * HOUR => format!("{} hours", m / HOUR),
        m => format!("{} minutes", m / MINUTE),
    }
}

#[cfg(test)]
mod tests;
