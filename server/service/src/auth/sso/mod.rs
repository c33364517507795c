//! Single sign-on by OpenID Connect: an account's people come in by their company's identity provider.
//!
//! * [`provider`]: what is asked of the provider, and what of its answers is believed. [`entry`]: one sign-on.
//! * [`settings`]: what an admin sets.
//!
//! A provider speaks for its account alone. Whom it lets in is found among that account's members, and the login is good
//! in that account only (`login.sso_account_id`): otherwise whoever runs one company's provider could be anybody elsewhere.

mod entry;
mod provider;
mod settings;

pub use entry::{Callback, Refused, begin, finish};
pub use provider::Providers;
pub use settings::{save, settings};

use crate::desk::{Cx, Desk};
use crate::{Result, args, sql, sql_system};
use model::*;

/// Name of the short-lived cookie that ties a sign-on to its browser.
pub const COOKIE: &str = "prosa_sso";

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    version: i64,
    enabled: bool,
    slug: String,
    issuer: String,
    client_id: String,
    secret: String,
    button: String,
    domains: String,
    newcomers: String,
    team_id: Option<i64>,
    only_sso: bool,
}

impl Row {
    fn view(&self) -> Result<Sso> {
        Ok(Sso {
            version: self.version,
            enabled: self.enabled,
            slug: self.slug.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            secret: String::new(),
            button: self.button.clone(),
            domains: serde_json::from_str(&self.domains)?,
            newcomers: if self.newcomers.is_empty() { None } else { Some(self.newcomers.parse()?) },
            team_id: self.team_id.map(TeamId),
            only: self.only_sso,
        })
    }

    /// How the account is called in its address.
    fn name(&self) -> String {
        if self.slug.is_empty() { self.account_id.to_string() } else { self.slug.clone() }
    }
}

/// Under which the secret of an account is sealed.
fn place(account: AccountId) -> String {
    format!("sso:{account}")
}

/// The account whose provider let the asker in; such a login is good there alone.
async fn confined_to(cx: &Cx) -> Result<Option<AccountId>> {
    let Some(login) = cx.login else { return Ok(None) };
    let row: Option<(Option<i64>,)> = cx.desk().db.one(sql_system!("select sso_account_id from login where id = $1"), args![login]).await?;
    Ok(row.and_then(|(account,)| account).map(AccountId))
}

/// Whether the asker was let in by an account's provider: what concerns the person in all accounts is not theirs to change.
pub async fn is_confined(cx: &Cx) -> Result<bool> {
    Ok(confined_to(cx).await?.is_some())
}

/// Whether a login may go on in an account: one that a provider made in its account alone, another one anywhere but where
/// members come in by their provider alone.
pub(super) async fn admits(desk: &Desk, login: LoginId, account: AccountId, role: Role) -> Result<bool> {
    let known = match desk.sso.admitted.get(&(login, account)) {
        Some(known) => known,
        None => {
            let age = desk.sso.admitted.age();
            let row: Option<(Option<i64>,)> =
                desk.db.one(sql_system!("select sso_account_id from login where id = $1"), args![login]).await?;
            let Some((made_by,)) = row else { return Ok(false) };
            let only: Option<(bool,)> =
                desk.system(account).opt(sql!("select only_sso from sso where account_id = $1 and enabled"), args![]).await?;
            let known = (made_by.map(AccountId), only.is_some_and(|(only,)| only));
            desk.sso.admitted.keep((login, account), known, age);
            known
        }
    };
    Ok(match known {
        (Some(own), _) => own == account,
        (None, only) => !only || role == Role::Admin,
    })
}

/// What the sign-in page offers. Which companies work here is told only where there is one.
pub async fn door(desk: &Desk) -> Result<SsoDoor> {
    let rows: Vec<(i64, String, String)> =
        desk.db.all(sql_system!("select account_id, slug, button from sso where enabled order by account_id limit 2"), args![]).await?;
    Ok(match rows.as_slice() {
        [(account, slug, button)] => {
            let name = if slug.is_empty() { account.to_string() } else { slug.clone() };
            SsoDoor { one: Some((name, button.clone())), several: false }
        }
        rows => SsoDoor { one: None, several: !rows.is_empty() },
    })
}
