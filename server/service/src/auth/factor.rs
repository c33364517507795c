//! The second factor (AC-7): set up by the person, asked for after the first one, taken away by an admin when it is lost.

use super::{SignedIn, Visitor, new_login, throttle, totp};
use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::mail::{Letter, Subject};
use crate::{Error, Result, args, sql, sql_system};
use model::*;

/// How long a right first factor waits for the second.
const TICKET_MILLIS: Millis = 10 * 60_000;
const TICKET: &str = "second-factor";
const RECOVERY_CODES: usize = 10;

fn place(user: UserId) -> String {
    format!("second-factor:{user}")
}

fn wrong() -> Error {
    Fault::field("code", Wrong::NotTheCode).into()
}

/// Signs in whose first factor was right, or asks for the second.
///
/// # Errors
/// [`Fault::SecondFactor`] with the ticket for [`second_factor`].
pub async fn finish_sign_in(desk: &Desk, user: UserId, account: AccountId, visitor: &Visitor) -> Result<SignedIn> {
    if !is_on(desk, user).await? {
        return new_login(desk, user, account, visitor).await;
    }
    let text = format!("{}-{}-{}-{}", user.0, account.0, desk.now() + TICKET_MILLIS, password_mark(desk, user).await?);
    Err(Fault::SecondFactor { ticket: desk.keys.sign(TICKET, &text) }.into())
}

/// Changes with the password: tickets that were given before open nothing then.
async fn password_mark(desk: &Desk, user: UserId) -> Result<String> {
    let (hash,): (String,) =
        desk.db.one(sql_system!("select password_hash from users where id = $1"), args![user]).await?.ok_or(Fault::BadCredentials)?;
    Ok(sha256_hex(hash)[..16].to_owned())
}

/// Signs in with the ticket of a right first factor and the figures of the second, or a recovery code.
///
/// # Errors
/// [`Wrong::NotTheCode`] about `code`; [`Fault::BadCredentials`] when the ticket is too old: the first factor is asked for
/// again; [`Fault::Throttled`].
pub async fn second_factor(desk: &Desk, ticket: &str, code: &str, visitor: &Visitor) -> Result<SignedIn> {
    let text = desk.keys.open_signed(TICKET, ticket).ok_or(Fault::BadCredentials)?;
    let mut parts = text.splitn(4, '-');
    let mut number = || parts.next().and_then(|n| n.parse::<i64>().ok());
    let (Some(user), Some(account), Some(until)) = (number(), number(), number()) else { return Err(Fault::BadCredentials.into()) };
    let (user, account) = (UserId(user), AccountId(account));
    let fresh = until > desk.now() && parts.next() == Some(&password_mark(desk, user).await?);
    if !fresh || desk.seat(account, user).await?.is_none() {
        return Err(Fault::BadCredentials.into());
    }
    check(desk, user, code).await?;
    new_login(desk, user, account, visitor).await
}

async fn is_on(desk: &Desk, user: UserId) -> Result<bool> {
    let row: Option<(i64,)> =
        desk.db.one(sql_system!("select user_id from second_factor where user_id = $1 and confirmed_at is not null"), args![user]).await?;
    Ok(row.is_some())
}

async fn secret_of(desk: &Desk, user: UserId, confirmed: bool) -> Result<Option<Vec<u8>>> {
    let row: Option<(String, Option<Millis>)> =
        desk.db.one(sql_system!("select secret, confirmed_at from second_factor where user_id = $1"), args![user]).await?;
    let Some((sealed, _)) = row.filter(|(_, at)| at.is_some() == confirmed) else { return Ok(None) };
    let secret = desk.keys.unseal(&place(user), &sealed).and_then(|text| hex::decode(text).ok());
    Ok(Some(secret.ok_or_else(|| Error::Other("a second factor cannot be read: was the secret key changed?".into()))?))
}

/// Uses up figures or a recovery code of a factor that is in force.
async fn check(desk: &Desk, user: UserId, code: &str) -> Result<()> {
    let key = place(user);
    throttle::refuse(desk, &key).await?;
    // Counted before it is looked at: tries made in parallel are so many tries.
    throttle::count(desk, &key, 1).await?;
    let typed: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_lowercase();
    let right = match secret_of(desk, user, true).await? {
        Some(secret) if typed.len() == 6 => use_figures(desk, user, &secret, &typed).await?,
        Some(_) => use_recovery(desk, user, &typed).await?,
        None => false,
    };
    if !right {
        return Err(wrong());
    }
    throttle::forget(desk, &key).await
}

/// The same figures do not count twice, nor those before them.
async fn use_figures(desk: &Desk, user: UserId, secret: &[u8], typed: &str) -> Result<bool> {
    let Some(step) = totp::step_of(secret, typed, desk.now()) else { return Ok(false) };
    let used = desk
        .db
        .run(sql_system!("update second_factor set last_step = $2 where user_id = $1 and last_step < $2"), args![user, step])
        .await?;
    Ok(used == 1)
}

fn recovery_hash(desk: &Desk, user: UserId, code: &str) -> String {
    sha256_hex(desk.keys.sign(&format!("recovery:{user}"), code))
}

async fn use_recovery(desk: &Desk, user: UserId, typed: &str) -> Result<bool> {
    let used = desk
        .db
        .run(sql_system!("delete from recovery_code where user_id = $1 and code_hash = $2"), args![user, recovery_hash(desk, user, typed)])
        .await?;
    Ok(used == 1)
}

/// How my second factor stands.
pub async fn factor_state(cx: &Cx) -> Result<SecondFactor> {
    let desk = cx.desk();
    let (left,): (i64,) =
        desk.db.one(sql_system!("select count(*) from recovery_code where user_id = $1"), args![cx.user]).await?.unwrap_or_default();
    Ok(SecondFactor { on: is_on(desk, cx.user).await?, required: is_required(desk, cx.user).await?, recovery_left: left })
}

/// Whether any account of the person demands one.
async fn is_required(desk: &Desk, user: UserId) -> Result<bool> {
    let row: Option<(i64,)> = desk
        .db
        .one(
            sql_system!(
                "select a.id from membership m join account a on a.id = m.account_id where m.user_id = $1 and m.active and a.second_factor_required limit 1"
            ),
            args![user],
        )
        .await?;
    Ok(row.is_some())
}

/// A new secret for my app; in force when its first figures are right.
///
/// # Errors
/// [`Fault::WrongState`] when there is one in force: whoever finds a screen unlocked must not put theirs in its place.
pub async fn begin_factor(cx: &Cx) -> Result<FactorSetup> {
    let desk = cx.desk();
    let (mut secret, mut nonce) = ([0; totp::SECRET], [0; 24]);
    desk.seam.fill(&mut secret);
    desk.seam.fill(&mut nonce);
    let sealed = desk.keys.seal(&place(cx.user), &hex::encode(secret), nonce).ok_or_else(|| Error::Other("sealing failed".into()))?;
    let made = desk
        .db
        .run(
            sql_system!(
                "insert into second_factor (user_id, secret, created_at) values ($1, $2, $3)
                 on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at, last_step = 0
                 where second_factor.confirmed_at is null"
            ),
            args![cx.user, sealed, desk.now()],
        )
        .await?;
    if made == 0 {
        return Err(Fault::WrongState.into());
    }
    let (email,): (String,) =
        desk.db.one(sql_system!("select email from users where id = $1"), args![cx.user]).await?.ok_or(Fault::SignedOut)?;
    let secret = totp::base32(&secret);
    let link = totp::link(&email, &secret);
    let (picture, side) = totp::picture(&link).unwrap_or_default();
    Ok(FactorSetup { secret, link, picture, side })
}

/// Puts the secret in force by its first figures; answers the recovery codes, which are shown this once.
///
/// # Errors
/// [`Wrong::NotTheCode`] about `code`, [`Fault::WrongState`] when nothing was begun.
pub async fn confirm_factor(cx: &Cx, code: &str) -> Result<Vec<String>> {
    let desk = cx.desk();
    let key = place(cx.user);
    throttle::refuse(desk, &key).await?;
    let secret = secret_of(desk, cx.user, false).await?.ok_or(Fault::WrongState)?;
    let typed: String = code.chars().filter(char::is_ascii_digit).collect();
    let Some(step) = totp::step_of(&secret, &typed, desk.now()) else {
        throttle::count(desk, &key, 1).await?;
        return Err(wrong());
    };
    let mut work = desk.system(cx.account).begin().await?;
    let now = desk.now();
    let confirmed = work
        .system()
        .run(
            sql_system!("update second_factor set confirmed_at = $2, last_step = $3 where user_id = $1 and confirmed_at is null"),
            args![cx.user, now, step],
        )
        .await?;
    if confirmed == 0 {
        return Err(Fault::WrongState.into());
    }
    let codes = put_recovery(&mut work, cx.user).await?;
    work.audit(Some(cx.user), "user.second_factor", cx.user, serde_json::json!({ "on": true })).await?;
    work.commit().await?;
    throttle::forget(desk, &key).await?;
    desk.logins.forget();
    Ok(codes)
}

async fn put_recovery(work: &mut crate::Work, user: UserId) -> Result<Vec<String>> {
    work.system().run(sql_system!("delete from recovery_code where user_id = $1"), args![user]).await?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; 10];
        work.desk().seam.fill(&mut bytes);
        let code = totp::base32(&bytes).to_lowercase();
        let hash = recovery_hash(work.desk(), user, &code);
        work.system().run(sql_system!("insert into recovery_code (user_id, code_hash) values ($1, $2)"), args![user, hash]).await?;
        codes.push(code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"));
    }
    Ok(codes)
}

/// New recovery codes in place of the old ones, for who has the factor at hand.
///
/// # Errors
/// [`Wrong::NotTheCode`] about `code`.
pub async fn new_recovery_codes(cx: &Cx, code: &str) -> Result<Vec<String>> {
    check(cx.desk(), cx.user, code).await?;
    let mut work = cx.desk().system(cx.account).begin().await?;
    let codes = put_recovery(&mut work, cx.user).await?;
    work.audit(Some(cx.user), "user.recovery_codes", cx.user, serde_json::json!({})).await?;
    work.commit().await?;
    Ok(codes)
}

/// Goes back to one factor, for who has the second at hand and no account that demands it.
///
/// # Errors
/// [`Fault::Forbidden`] where it is demanded; [`Wrong::NotTheCode`] about `code`.
pub async fn end_factor(cx: &Cx, code: &str) -> Result<()> {
    if is_required(cx.desk(), cx.user).await? {
        return Err(Fault::Forbidden.into());
    }
    check(cx.desk(), cx.user, code).await?;
    let mut work = cx.desk().system(cx.account).begin().await?;
    remove(&mut work, cx.user).await?;
    work.audit(Some(cx.user), "user.second_factor", cx.user, serde_json::json!({ "on": false })).await?;
    work.commit().await?;
    cx.desk().logins.forget();
    Ok(())
}

async fn remove(work: &mut crate::Work, user: UserId) -> Result<()> {
    work.system().run(sql_system!("delete from second_factor where user_id = $1"), args![user]).await?;
    work.system().run(sql_system!("delete from recovery_code where user_id = $1"), args![user]).await?;
    Ok(())
}

/// An admin takes away another's lost factor: their logins end, and they hear of it. Who works in several accounts is no
/// one account's to weaken.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin and for one's own; [`Fault::Missing`]; [`Wrong::NotAllowed`] about `email`.
pub async fn reset_factor(cx: &Cx, user: UserId, language: Language) -> Result<()> {
    let mut work = cx.may(Permission::People)?.begin().await?;
    crate::role::reaches(cx, &mut work, user).await?;
    work.one::<(bool,)>(sql!("select active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
    if user == cx.user {
        return Err(Fault::Forbidden.into());
    }
    let (others,): (i64,) = work
        .system()
        .one(sql_system!("select count(*) from membership where user_id = $1 and account_id <> $2 and active"), args![user, cx.account])
        .await?
        .unwrap_or_default();
    if others > 0 {
        return Err(Fault::field("email", Wrong::NotAllowed).into());
    }
    remove(&mut work, user).await?;
    let ended: Vec<(i64,)> = work.system().all(sql_system!("delete from login where user_id = $1 returning id"), args![user]).await?;
    let (email,): (String,) =
        work.system().one(sql_system!("select email from users where id = $1"), args![user]).await?.ok_or(Fault::Missing)?;
    let (name,): (String,) = work.one(sql!("select name from account where id = $1"), args![]).await?;
    work.audit(Some(cx.user), "member.second_factor_reset", user, serde_json::json!({})).await?;
    work.commit().await?;
    let ended: Vec<LoginId> = ended.into_iter().map(|(id,)| id.into()).collect();
    super::tell_ended(cx.desk(), user, &ended).await?;
    super::deliver::later(cx.desk(), email, Letter::new(language, &Subject::FactorGone { account: &name }));
    Ok(())
}
