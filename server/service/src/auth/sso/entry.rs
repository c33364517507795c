//! One sign-on, from the button to the login.
//!
//! What begins is not stored: its secrets lie sealed in a short-lived cookie of the browser that began it, and the
//! provider's answer counts only together with that cookie. A provider gives each code away once.

use super::provider::{Secrets, Trouble, Vouched, authorize, redeem};
use super::{COOKIE, Row, place};
use crate::auth::login::{confine, new_login};
use crate::auth::{SignedIn, Visitor, create_user, normal_email};
use crate::desk::{Desk, Work};
use crate::{Error, Result, args, sql, sql_system};
use model::*;
use serde::{Deserialize, Serialize};

/// How long a person has at their provider.
const LIFE_MILLIS: i64 = 10 * 60_000;
/// The purpose for which the cookie is sealed, and its longest length.
const SEAL: &str = "sso:begun";
const COOKIE_MAX: usize = 3_000;
/// Longest code and state that are looked at.
const CODE_MAX: usize = 2_000;

/// A sign-on that ends here: said to the person, or a failure of ours.
pub enum Refused {
    Why(SsoRefusal),
    Failed(Error),
}

impl From<SsoRefusal> for Refused {
    fn from(why: SsoRefusal) -> Refused {
        Refused::Why(why)
    }
}

impl From<Error> for Refused {
    fn from(e: Error) -> Refused {
        Refused::Failed(e)
    }
}

impl From<sqlx::Error> for Refused {
    fn from(e: sqlx::Error) -> Refused {
        Refused::Failed(e.into())
    }
}

impl From<serde_json::Error> for Refused {
    fn from(e: serde_json::Error) -> Refused {
        Refused::Failed(e.into())
    }
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Refused {
        tracing::info!(reason = %trouble, "a sign-on was not taken");
        Refused::Why(match trouble {
            Trouble::Unreachable(_) => SsoRefusal::Unreachable,
            Trouble::Invalid(_) => SsoRefusal::Invalid,
        })
    }
}

/// What the cookie holds.
#[derive(Serialize, Deserialize)]
struct Begun {
    account: i64,
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    until: Millis,
}

/// What a provider sends back in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Callback {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub error: String,
}

async fn enabled(desk: &Desk, name: &str) -> Result<Option<Row>> {
    let by_id = name.parse::<i64>().unwrap_or(0);
    let row = desk
        .db
        .one(
            sql_system!(
                "select account_id, version, enabled, slug, issuer, client_id, secret, button, domains, newcomers, team_id, only_sso from sso
                 where enabled and (account_id = $1 or slug = $2 and slug <> '')"
            ),
            args![by_id, name],
        )
        .await?;
    Ok(row)
}

/// Begins: where the browser goes, and the cookie that it keeps meanwhile. `next` is the page to which it comes back.
pub async fn begin(desk: &Desk, name: &str, next: Option<&str>) -> std::result::Result<(String, String), Refused> {
    let row = match name.len() <= 40 {
        true => enabled(desk, name).await?,
        false => None,
    };
    let row = row.ok_or(SsoRefusal::Off)?;
    let secrets = Secrets { state: desk.seam.secret(), nonce: desk.seam.secret(), verifier: desk.seam.secret() };
    let to = authorize(desk, &row, &secrets).await?;
    let next = next.and_then(text::own_path).filter(|n| n.len() <= 1_000).unwrap_or("/inbox");
    let begun = Begun {
        account: row.account_id,
        state: secrets.state,
        nonce: secrets.nonce,
        verifier: secrets.verifier,
        next: next.to_owned(),
        until: desk.now() + LIFE_MILLIS,
    };
    let mut nonce = [0u8; 24];
    desk.seam.fill(&mut nonce);
    let sealed =
        desk.keys.seal(SEAL, &serde_json::to_string(&begun)?, nonce).ok_or_else(|| Error::Other("a sign-on was not sealed".into()))?;
    let secure = if desk.settings.public_url.starts_with("https:") { "; Secure" } else { "" };
    // Lax: the provider's page leads back to us by a plain link or redirect.
    Ok((to, format!("{COOKIE}={sealed}; Path=/sso; HttpOnly; SameSite=Lax; Max-Age={}{secure}", LIFE_MILLIS / 1000)))
}

/// Ends: a login, and the page to which it leads.
pub async fn finish(
    desk: &Desk,
    cookie: Option<&str>,
    callback: &Callback,
    visitor: &Visitor,
) -> std::result::Result<(SignedIn, String), Refused> {
    let begun: Begun = cookie
        .filter(|c| c.len() <= COOKIE_MAX)
        .and_then(|c| serde_json::from_str(&desk.keys.unseal(SEAL, c)?).ok())
        .ok_or(SsoRefusal::Expired)?;
    if desk.now() >= begun.until || begun.state != callback.state {
        return Err(SsoRefusal::Expired.into());
    }
    if !callback.error.is_empty() {
        return Err(SsoRefusal::Denied.into());
    }
    if callback.code.is_empty() || callback.code.len() > CODE_MAX {
        return Err(SsoRefusal::Invalid.into());
    }
    let account = AccountId(begun.account);
    let row = enabled(desk, &account.to_string()).await?.ok_or(SsoRefusal::Off)?;
    let secret = if row.secret.is_empty() { None } else { desk.keys.unseal(&place(account), &row.secret) };
    let secrets = Secrets { state: begun.state, nonce: begun.nonce, verifier: begun.verifier };
    let vouched = redeem(desk, &row, secret, &callback.code, &secrets).await?;
    let user = person(desk, account, &row, &vouched).await?;
    let signed_in = new_login(desk, user, account, visitor).await?;
    confine(desk, &signed_in, account).await?;
    Ok((signed_in, begun.next))
}

/// Who it is here: whom the provider named before, else the member with an e-mail that it vouches for, else somebody new.
async fn person(desk: &Desk, account: AccountId, row: &Row, vouched: &Vouched) -> std::result::Result<UserId, Refused> {
    let sso = row.view()?;
    let mut work = desk.system(account).begin().await?;
    // Two sign-ons of the same new person make one.
    work.lock_account().await?;
    let known: Option<(i64, bool)> = work
        .opt(
            sql!(
                "select i.user_id, m.active from sso_identity i join membership m on m.account_id = i.account_id and m.user_id = i.user_id
                 where i.account_id = $1 and i.issuer = $2 and i.subject = $3"
            ),
            args![&row.issuer, &vouched.subject],
        )
        .await?;
    if let Some((user, active)) = known {
        return if active { Ok(UserId(user)) } else { Err(SsoRefusal::Unknown.into()) };
    }
    let email = vouched.email.as_deref().filter(|_| vouched.verified).map(normal_email).ok_or(SsoRefusal::Unverified)?;
    Check::default().email(&email, "email").done().map_err(|_| SsoRefusal::Invalid)?;
    if !sso.allows(&email) {
        return Err(SsoRefusal::Domain.into());
    }
    let found: Option<(i64,)> = work.system().one(sql_system!("select id from users where email = $1"), args![&email]).await?;
    let user = match found {
        Some((user,)) => UserId(user),
        None if sso.newcomers.is_some() => create_user(&mut work, name_of(vouched, &email), "", &email, "").await?,
        None => return Err(SsoRefusal::Unknown.into()),
    };
    let member: Option<(bool,)> =
        work.opt(sql!("select active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
    match (member, sso.newcomers) {
        (Some((true,)), _) => {}
        // Who was removed here does not come back by themselves.
        (Some((false,)), _) | (None, None) => return Err(SsoRefusal::Unknown.into()),
        (None, Some(role)) => join(&mut work, user, role, sso.team_id).await?,
    }
    let now = work.desk().now();
    let linked = work
        .run(
            sql!(
                "insert into sso_identity (account_id, issuer, subject, user_id, created_at) values ($1, $2, $3, $4, $5)
                 on conflict (account_id, issuer, user_id) do nothing"
            ),
            args![&row.issuer, &vouched.subject, user, now],
        )
        .await?;
    if linked == 0 {
        // The provider gave the e-mail to somebody else.
        return Err(SsoRefusal::Linked.into());
    }
    work.audit(Some(user), "sso.link", user, serde_json::json!({ "issuer": row.issuer, "email": email })).await?;
    work.commit().await?;
    Ok(user)
}

fn name_of<'v>(vouched: &'v Vouched, email: &'v str) -> &'v str {
    let name = vouched.name.trim();
    match name.is_empty() || name.chars().count() > limit::NAME_MAX {
        true => email.split('@').next().unwrap_or(email),
        false => name,
    }
}

/// Makes them a member, as an agent of the team that was chosen, or of the default one.
async fn join(work: &mut Work, user: UserId, role: Role, team: Option<TeamId>) -> Result<()> {
    let now = work.desk().now();
    work.run(sql!("insert into membership (account_id, user_id, role, created_at) values ($1, $2, $3, $4)"), args![user, role, now])
        .await?;
    let team: Option<(i64,)> = work
        .opt(
            sql!(
                "select id from team where account_id = $1 and (id = $2 or is_default) order by case when id = $2 then 0 else 1 end limit 1"
            ),
            args![team.unwrap_or_default()],
        )
        .await?;
    if let Some((team,)) = team {
        work.run(
            sql!("insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, true, false)"),
            args![team, user],
        )
        .await?;
    }
    work.audit(Some(user), "member.add", user, serde_json::json!({ "role": role, "sso": true })).await?;
    work.wake_distribution();
    work.tell(Change::Setup { what: SetupKind::Members });
    Ok(())
}
