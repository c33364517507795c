//! Demo data: a small workspace to look around in, and bulk data to measure with.
//!
//! Both write rows directly, with times in the past, and let the product's own rules
//! ([`crate::conversation::Row::see`]) say what each message does to its conversation, so that previews, counters and
//! windows are as if the messages had come one by one. Neither writes events: nobody listened then.

mod bulk;
mod chance;
mod ground;
mod ledger;
mod plan;
mod rows;
mod scene;
mod scenes;
mod words;
mod workspace;

#[cfg(test)]
mod tests;

pub use bulk::bulk;
pub use workspace::workspace;

use crate::Result;
use crate::desk::Desk;
use std::fmt;

/// Password of everybody in demo data. Known to the whole world: for trying out only.
pub const PASSWORD: &str = "prosa-demo-2026";
/// Public key of the demo workspace's website chat.
pub const WEBCHAT_KEY: &str = "demo-webchat";
/// Name of the account that [`bulk`] fills.
pub const BULK_ACCOUNT: &str = "Carga";
/// Who signs in to it.
pub const BULK_ADMIN: &str = "admin@carga.example";
/// Contact whose last conversation has exactly [`LONG`] messages, when the size allows it.
pub const LONG_CONTACT: &str = "Conversa Longa";
/// Messages of the long conversation.
pub const LONG: i64 = 2_000;
/// Secret with which the Graph simulator, and whoever measures, signs webhooks.
pub const APP_SECRET: &str = "demo-app-secret";
/// Ids of the WhatsApp numbers that [`bulk`] makes.
pub const BULK_NUMBERS: [&str; 2] = ["200000000000001", "200000000000002"];

pub(crate) const VERIFY_TOKEN: &str = "demo-verify-token";
pub(crate) const ACCESS_TOKEN: &str = "demo-graph-token";

/// How much bulk data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// 1 to 200,000.
    pub contacts: i64,
    /// 1 to 500,000; spread evenly over the contacts.
    pub conversations: i64,
    /// At least one for each conversation, at most 10,000,000; system lines included.
    pub messages: i64,
    /// The same seed at the same hour makes the same rows.
    pub seed: u64,
}

/// Somebody who can sign in now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub email: String,
    pub password: &'static str,
    /// What the person is, in English.
    pub role: String,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub logins: Vec<Login>,
    pub accounts: i64,
    pub contacts: i64,
    pub conversations: i64,
    /// System lines and notes included.
    pub messages: i64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.logins.iter().map(|l| l.email.len()).max().unwrap_or(0);
        for l in &self.logins {
            writeln!(f, "{:widest$}  {}  {}", l.email, l.password, l.role)?;
        }
        write!(
            f,
            "{} accounts, {} contacts, {} conversations, {} messages",
            self.accounts, self.contacts, self.conversations, self.messages
        )
    }
}

/// Whether nothing is there yet: no account, so that [`workspace`] may be loaded.
///
/// # Errors
/// When the database does not answer.
pub async fn is_empty(desk: &Desk) -> Result<bool> {
    crate::auth::needs_setup(desk).await
}
