//! Set-up, sign-in, logins, accounts.
//!
//! A login is a random token in a cookie; the database keeps its hash. It is made anew at every sign-in, can be revoked,
//! and names the account in which the person works now.

use crate::desk::{Cx, Desk, News};
use crate::keys::sha256_hex;
use crate::{Result, args, sql, sql_system};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use model::*;

/// Name of the login cookie.
pub const COOKIE: &str = "prosa_login";
const LOGIN_MILLIS: i64 = 90 * 86_400_000;
/// Failures after which waiting begins, and the longest wait.
const FREE_FAILURES: i64 = 5;
const LONGEST_WAIT_MILLIS: i64 = 15 * 60_000;
const FAILURE_MEMORY_MILLIS: i64 = 30 * 60_000;
/// An address may fail more often than an account: offices share one.
const ADDRESS_FACTOR: i64 = 6;

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Network address.
    pub address: String,
    /// The browser's own name, cut to 200 characters.
    pub agent: String,
    /// The public URL is https.
    pub secure: bool,
}

/// A fresh login.
pub struct SignedIn {
    /// The `Set-Cookie` value.
    pub cookie: String,
    pub user_id: UserId,
    pub account_id: AccountId,
}

/// A login that a cookie named.
#[derive(Clone, Debug)]
pub struct KnownLogin {
    pub id: LoginId,
    pub user_id: UserId,
    pub account_id: AccountId,
}

/// What the first page needs to know.
pub async fn boot(desk: &Desk, cx: Option<&Cx>) -> Result<Boot> {
    let me = match cx {
        Some(cx) => Some(me(cx).await?),
        None => None,
    };
    let needs_setup = me.is_none() && needs_setup(desk).await?;
    Ok(Boot { needs_setup, me, build: desk.settings.build.clone() })
}

/// True while no account exists.
pub async fn needs_setup(desk: &Desk) -> Result<bool> {
    let any: Option<(i64,)> = desk.db.one(sql_system!("select id from account limit 1"), args![]).await?;
    Ok(any.is_none())
}

/// The signed-in person and where they work.
pub async fn me(cx: &Cx) -> Result<Me> {
    let account = crate::people::account(cx).await?;
    let (name, nickname, email): (String, String, String) = cx
        .desk
        .db
        .one(sql_system!("select name, nickname, email from users where id = $1"), args![cx.user])
        .await?
        .ok_or(Fault::SignedOut)?;
    let (preference,): (String,) = cx
        .desk
        .system(cx.account)
        .one(sql!("select archive_preference from membership where account_id = $1 and user_id = $2"), args![cx.user])
        .await?;
    let accounts: Vec<(i64, String, String)> = cx
        .desk
        .db
        .all(
            sql_system!(
                "select a.id, a.name, m.role from membership m join account a on a.id = m.account_id where m.user_id = $1 and m.active order by a.name, a.id limit 100"
            ),
            args![cx.user],
        )
        .await?;
    let accounts =
        accounts.into_iter().map(|(id, name, role)| Ok(AccountChoice { id: id.into(), name, role: role.parse()? })).collect::<Result<Vec<_>>>()?;
    Ok(Me {
        user_id: cx.user,
        login_id: cx.login.unwrap_or_default(),
        name,
        nickname,
        email,
        role: cx.seat.role,
        archive_preference: preference.parse()?,
        account,
        accounts,
    })
}

/// The first start: creates the account, its default team and its first admin, and signs them in.
///
/// # Errors
/// [`Fault::SetupClosed`] when an account exists, [`Fault::Invalid`] for wrong fields.
pub async fn setup(desk: &Desk, draft: SetupDraft, visitor: &Visitor) -> Result<SignedIn> {
    draft.check()?;
    check_time_zone(&draft.time_zone)?;
    if !needs_setup(desk).await? {
        return Err(Fault::SetupClosed.into());
    }
    let hash = hash_password(desk, draft.password.clone()).await?;
    let account: AccountId = desk.seam.id();
    let mut work = desk.system(account).begin().await?;
    // Two browsers at the set-up page: the second one waits here and finds the account.
    if !work.is_sqlite() {
        work.system().run(sql_system!(postgres "lock table account in exclusive mode"), args![]).await?;
    }
    let any: Option<(i64,)> = work.system().one(sql_system!("select id from account limit 1"), args![]).await?;
    if any.is_some() {
        return Err(Fault::SetupClosed.into());
    }
    let user = found_account(&mut work, &draft.account_name, &draft.time_zone, &draft.name, &draft.email, &hash).await?;
    work.audit(Some(user), "account.setup", account, serde_json::json!({})).await?;
    work.commit().await?;
    new_login(desk, user, account, visitor).await
}

/// Creates an account with its default team and first admin; answers the admin.
pub(crate) async fn found_account(work: &mut crate::Work, name: &str, zone: &str, admin: &str, email: &str, hash: &str) -> Result<UserId> {
    let now = work.desk().now();
    let account = work.account();
    work.system()
        .run(sql_system!("insert into account (id, name, time_zone, created_at) values ($1, $2, $3, $4)"), args![account, name.trim(), zone, now])
        .await?;
    let user = create_user(work, admin, "", email, hash).await?;
    work.run(sql!("insert into membership (account_id, user_id, role, created_at) values ($1, $2, $3, $4)"), args![user, Role::Admin, now]).await?;
    let team: TeamId = work.desk().seam.id();
    work.run(
        sql!("insert into team (account_id, id, name, is_default, restriction, created_at) values ($1, $2, $3, true, $4, $5)"),
        args![team, "Atendimento", Restriction::None, now],
    )
    .await?;
    work.run(
        sql!("insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, true, true)"),
        args![team, user],
    )
    .await?;
    Ok(user)
}

/// Creates a user; the e-mail must be free.
pub(crate) async fn create_user(work: &mut crate::Work, name: &str, nickname: &str, email: &str, hash: &str) -> Result<UserId> {
    let (user, now): (UserId, _) = (work.desk().seam.id(), work.desk().now());
    work.system()
        .run(
            sql_system!("insert into users (id, email, name, nickname, password_hash, created_at) values ($1, $2, $3, $4, $5, $6)"),
            args![user, normal_email(email), name.trim(), nickname.trim(), hash, now],
        )
        .await?;
    Ok(user)
}

/// The form in which e-mails are stored and compared.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// An IANA zone that this server knows.
pub fn check_time_zone(zone: &str) -> Result<()> {
    jiff::tz::TimeZone::get(zone).map(drop).map_err(|_| Fault::field("time_zone", Wrong::NotATimeZone).into())
}

/// Hashes a password with argon2id; at most two at a time, each takes about 19 MiB.
pub async fn hash_password(desk: &Desk, password: String) -> Result<String> {
    let _turn = desk.hashing.acquire().await.map_err(|e| crate::Error::Other(e.to_string()))?;
    let hash = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()));
    hash.await.map_err(|e| crate::Error::Other(e.to_string()))?.map_err(|e| crate::Error::Other(e.to_string()))
}

async fn password_is(desk: &Desk, password: String, hash: Option<String>) -> Result<bool> {
    /// Verified for unknown users, so that they take as long as known ones.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$cG9zaXRpdmVseSBub3QgdGhlIGhhc2ggb2YgYW55dGg";
    let _turn = desk.hashing.acquire().await.map_err(|e| crate::Error::Other(e.to_string()))?;
    let check = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(parsed) = PasswordHash::new(&hash) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
    });
    check.await.map_err(|e| crate::Error::Other(e.to_string()))
}

/// Signs in. Unknown e-mail, wrong password and a user without an account answer alike, and take alike (AC-2).
///
/// # Errors
/// [`Fault::BadCredentials`], or [`Fault::Throttled`] after repeated failures of this e-mail or this address.
pub async fn sign_in(desk: &Desk, email: &str, password: &str, visitor: &Visitor) -> Result<SignedIn> {
    let email = normal_email(email);
    if email.len() > 254 || password.len() > 4 * limit::PASSWORD_MAX {
        return Err(Fault::BadCredentials.into());
    }
    let keys = [(format!("login:email:{}", sha256_hex(&email)), 1), (format!("login:address:{}", visitor.address), ADDRESS_FACTOR)];
    for (key, _) in &keys {
        refuse_throttled(desk, key).await?;
    }
    let user: Option<(i64, String)> = desk.db.one(sql_system!("select id, password_hash from users where email = $1"), args![&email]).await?;
    let (id, hash) = match user {
        Some((id, hash)) => (Some(UserId(id)), Some(hash)),
        None => (None, None),
    };
    let right = password_is(desk, password.to_owned(), hash).await?;
    let account = match id {
        Some(id) if right => home_account(desk, id).await?,
        _ => None,
    };
    match (id, account) {
        (Some(user), Some(account)) => {
            for (key, _) in &keys[..1] {
                desk.db.run(sql_system!("delete from throttle where key = $1"), args![key]).await?;
            }
            new_login(desk, user, account, visitor).await
        }
        _ => {
            for (key, factor) in &keys {
                count_failure(desk, key, *factor).await?;
            }
            Err(Fault::BadCredentials.into())
        }
    }
}

async fn refuse_throttled(desk: &Desk, key: &str) -> Result<()> {
    let until: Option<(i64,)> = desk.db.one(sql_system!("select until from throttle where key = $1"), args![key]).await?;
    match until {
        Some((until,)) if until > desk.now() => Err(Fault::Throttled { seconds: (until - desk.now() + 999) / 1000 }.into()),
        _ => Ok(()),
    }
}

async fn count_failure(desk: &Desk, key: &str, factor: i64) -> Result<()> {
    let now = desk.now();
    let mut tx = desk.db.begin().await?;
    let row: Option<(i64, i64)> = tx.one(sql_system!("select failures, expires_at from throttle where key = $1 {lock}"), args![key]).await?;
    let failures = row.filter(|(_, expires)| *expires > now).map_or(0, |(f, _)| f) + 1;
    let over = failures - FREE_FAILURES * factor;
    let wait = if over < 0 { 0 } else { (2_000i64 << over.min(12)).min(LONGEST_WAIT_MILLIS) };
    tx.run(
        sql_system!(
            "insert into throttle (key, failures, until, expires_at) values ($1, $2, $3, $4)
             on conflict (key) do update set failures = excluded.failures, until = excluded.until, expires_at = excluded.expires_at"
        ),
        args![key, failures, now + wait, now + wait + FAILURE_MEMORY_MILLIS],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The account that a person last worked in, else their first.
async fn home_account(desk: &Desk, user: UserId) -> Result<Option<AccountId>> {
    let row: Option<(i64,)> = desk
        .db
        .one(
            sql_system!(
                "select m.account_id from membership m
                 left join (select account_id, max(last_seen_at) as seen from login where user_id = $1 group by account_id) l on l.account_id = m.account_id
                 where m.user_id = $1 and m.active order by coalesce(l.seen, 0) desc, m.created_at limit 1"
            ),
            args![user],
        )
        .await?;
    Ok(row.map(|(id,)| id.into()))
}

async fn new_login(desk: &Desk, user: UserId, account: AccountId, visitor: &Visitor) -> Result<SignedIn> {
    let token = desk.seam.secret();
    let (id, now): (LoginId, _) = (desk.seam.id(), desk.now());
    desk.db
        .run(
            sql_system!(
                "insert into login (id, token_hash, user_id, account_id, created_at, last_seen_at, expires_at, address, agent)
                 values ($1, $2, $3, $4, $5, $5, $6, $7, $8)"
            ),
            args![id, sha256_hex(&token), user, account, now, now + LOGIN_MILLIS, text::shorten(&visitor.address, 64), text::shorten(&visitor.agent, 200)],
        )
        .await?;
    desk.system(account).note(Some(user), "login.new", id).await?;
    let secure = if desk.settings.public_url.starts_with("https:") { "; Secure" } else { "" };
    Ok(SignedIn {
        cookie: format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", LOGIN_MILLIS / 1000),
        user_id: user,
        account_id: account,
    })
}

/// The login that a cookie's token names, if it still holds.
pub async fn known_login(desk: &Desk, token: &str) -> Result<Option<KnownLogin>> {
    let hash = sha256_hex(token);
    if let Some(known) = desk.logins.get(&hash) {
        return Ok(Some(known));
    }
    let now = desk.now();
    let row: Option<(i64, i64, i64, i64)> = desk
        .db
        .one(sql_system!("select id, user_id, account_id, last_seen_at from login where token_hash = $1 and expires_at > $2"), args![&hash, now])
        .await?;
    let Some((id, user, account, seen)) = row else { return Ok(None) };
    if now - seen > 60_000 {
        desk.db
            .run(sql_system!("update login set last_seen_at = $2, expires_at = $3 where id = $1"), args![id, now, now + LOGIN_MILLIS])
            .await?;
    }
    let known = KnownLogin { id: id.into(), user_id: user.into(), account_id: account.into() };
    desk.logins.insert(hash, known.clone());
    Ok(Some(known))
}

/// Who asks, by their login cookie. A login whose account was lost goes on in another account of the person.
pub async fn cx_of_login(desk: &Desk, token: &str) -> Result<Option<Cx>> {
    let Some(known) = known_login(desk, token).await? else { return Ok(None) };
    if let Some(cx) = desk.cx(known.account_id, known.user_id, Some(known.id)).await? {
        return Ok(Some(cx));
    }
    let Some(account) = home_account(desk, known.user_id).await? else { return Ok(None) };
    move_login(desk, known.id, account).await?;
    desk.cx(account, known.user_id, Some(known.id)).await
}

async fn move_login(desk: &Desk, login: LoginId, account: AccountId) -> Result<()> {
    desk.db.run(sql_system!("update login set account_id = $2 where id = $1"), args![login, account]).await?;
    desk.logins.invalidate_all();
    Ok(())
}

/// Ends this login; answers the cookie that removes it.
pub async fn sign_out(cx: &Cx) -> Result<String> {
    if let Some(login) = cx.login {
        end_login(cx, login).await?;
    }
    Ok(format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"))
}

async fn end_login(cx: &Cx, login: LoginId) -> Result<()> {
    let gone = cx.desk.db.run(sql_system!("delete from login where id = $1 and user_id = $2"), args![login, cx.user]).await?;
    if gone == 0 {
        return Err(Fault::Missing.into());
    }
    cx.desk.logins.invalidate_all();
    for choice in me(cx).await?.accounts {
        cx.desk.tell(choice.id, News::LoginEnded { login_id: login });
    }
    cx.desk.system(cx.account).note(Some(cx.user), "login.end", login).await
}

/// Own logins, newest first.
pub async fn logins(cx: &Cx) -> Result<Vec<LoginView>> {
    let rows: Vec<(i64, i64, i64, String, String)> = cx
        .desk
        .db
        .all(
            sql_system!("select id, created_at, last_seen_at, address, agent from login where user_id = $1 and expires_at > $2 order by last_seen_at desc limit 100"),
            args![cx.user, cx.desk.now()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, created_at, last_seen_at, address, agent)| LoginView {
            id: id.into(),
            created_at,
            last_seen_at,
            address,
            agent,
            current: cx.login == Some(id.into()),
        })
        .collect())
}

/// Ends one of the own logins.
///
/// # Errors
/// [`Fault::Missing`] for another person's login.
pub async fn revoke_login(cx: &Cx, id: LoginId) -> Result<()> {
    end_login(cx, id).await
}

/// Goes on in another account without signing in again (AC-9).
///
/// # Errors
/// [`Fault::Missing`] when the person is no member there.
pub async fn switch_account(cx: &Cx, account: AccountId) -> Result<()> {
    let login = cx.login.ok_or(Fault::Forbidden)?;
    if cx.desk.seat(account, cx.user).await?.is_none() {
        return Err(Fault::Missing.into());
    }
    move_login(&cx.desk, login, account).await?;
    cx.desk.tell(cx.account, News::LoginEnded { login_id: login });
    cx.desk.system(account).note(Some(cx.user), "login.switch", login).await
}
