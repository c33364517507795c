//! Logins: made at sign-in, found by their token, ended.

use super::{COOKIE, KnownLogin, SignedIn, Visitor};
use crate::audit::Origin;
use crate::desk::{Cx, Desk, News};
use crate::keys::sha256_hex;
use crate::{Result, args, sql_system};
use model::*;
use std::sync::Arc;

const LOGIN_MILLIS: i64 = 90 * 86_400_000;

/// The account that a person last worked in, else their first.
pub(super) async fn home_account(desk: &Desk, user: UserId) -> Result<Option<AccountId>> {
    let row: Option<(i64,)> = desk
        .db
        .one(
            sql_system!(
                "select m.account_id from membership m
                 left join (select account_id, max(last_seen_at) as seen from login where user_id = $1 group by account_id) l on l.account_id = m.account_id
                 where m.user_id = $1 and m.active and (m.role = 'ADMIN' or not exists
                 (select 1 from sso s where s.account_id = m.account_id and s.enabled and s.only_sso)) order by coalesce(l.seen, 0) desc, m.created_at limit 1"
            ),
            args![user],
        )
        .await?;
    Ok(row.map(|(id,)| id.into()))
}

pub(super) async fn new_login(desk: &Desk, user: UserId, account: AccountId, visitor: &Visitor) -> Result<SignedIn> {
    let token = desk.seam.secret();
    let (id, now): (LoginId, _) = (desk.seam.id(), desk.now());
    desk.db
        .run(
            sql_system!(
                "insert into login (id, token_hash, user_id, account_id, created_at, last_seen_at, expires_at, address, agent)
                 values ($1, $2, $3, $4, $5, $5, $6, $7, $8)"
            ),
            args![
                id,
                sha256_hex(&token),
                user,
                account,
                now,
                now + LOGIN_MILLIS,
                text::shorten(&visitor.address, 64),
                text::shorten(&visitor.agent, 200)
            ],
        )
        .await?;
    desk.system(account).from(Some(Arc::new(Origin::of(visitor, Some(id))))).note(Some(user), "login.new", id).await?;
    let secure = if desk.settings.public_url.starts_with("https:") { "; Secure" } else { "" };
    Ok(SignedIn {
        cookie: format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", LOGIN_MILLIS / 1000),
        user_id: user,
        account_id: account,
    })
}

/// A login that an account's provider made is good in that account alone; nobody has it before this.
pub(super) async fn confine(desk: &Desk, signed_in: &SignedIn, account: AccountId) -> Result<()> {
    let token = signed_in.cookie.split(';').next().and_then(|pair| pair.split_once('=')).map_or("", |(_, token)| token);
    desk.db.run(sql_system!("update login set sso_account_id = $2 where token_hash = $1"), args![sha256_hex(token), account]).await?;
    Ok(())
}

/// The login that a cookie's token names, if it still holds.
pub async fn known_login(desk: &Desk, token: &str) -> Result<Option<KnownLogin>> {
    let hash = sha256_hex(token);
    if let Some(known) = desk.logins.get(&hash) {
        return Ok(Some(known));
    }
    let age = desk.logins.age();
    let now = desk.now();
    let row: Option<(i64, i64, i64, i64, String, i64)> = desk
        .db
        .one(
            sql_system!(
                "select l.id, l.user_id, l.account_id, l.last_seen_at, u.terms_version,
                 (select count(*) from second_factor f where f.user_id = l.user_id and f.confirmed_at is not null)
                 + case when l.sso_account_id is null then 0 else 1 end
                 from login l join users u on u.id = l.user_id where l.token_hash = $1 and l.expires_at > $2"
            ),
            args![&hash, now],
        )
        .await?;
    let Some((id, user, account, seen, terms_version, factors)) = row else { return Ok(None) };
    if now - seen > 60_000 {
        desk.db
            .run(sql_system!("update login set last_seen_at = $2, expires_at = $3 where id = $1"), args![id, now, now + LOGIN_MILLIS])
            .await?;
    }
    // What a provider asks for is agreed with the provider.
    let known = KnownLogin { id: id.into(), user_id: user.into(), account_id: account.into(), terms_version, second_factor: factors > 0 };
    desk.logins.keep(hash, known.clone(), age);
    Ok(Some(known))
}

/// Who asks, by their login cookie; nobody while they have something to do first.
pub async fn cx_of_login(desk: &Desk, token: &str) -> Result<Option<Cx>> {
    Ok(match super::asker_of_login(desk, token).await? {
        super::Asker::In(cx) => Some(cx),
        super::Asker::Held(_) | super::Asker::Nobody => None,
    })
}

pub(super) async fn move_login(desk: &Desk, login: LoginId, account: AccountId) -> Result<()> {
    desk.db
        .run(sql_system!("update login set account_id = $2, last_seen_at = $3 where id = $1"), args![login, account, desk.now()])
        .await?;
    desk.logins.forget();
    Ok(())
}

/// Ends this login; answers the cookie that removes it.
pub async fn sign_out(cx: &Cx) -> Result<String> {
    if let Some(login) = cx.login {
        match end_login(cx, login).await {
            // Ended elsewhere a moment ago: that is what was asked for.
            Ok(()) | Err(crate::Error::Fault(Fault::Missing)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"))
}

async fn end_login(cx: &Cx, login: LoginId) -> Result<()> {
    let gone = cx.desk.db.run(sql_system!("delete from login where id = $1 and user_id = $2"), args![login, cx.user]).await?;
    if gone == 0 {
        return Err(Fault::Missing.into());
    }
    tell_ended(&cx.desk, cx.user, &[login]).await?;
    cx.own().note(Some(cx.user), "login.end", login).await
}

/// Forgets ended logins, and ends their sockets in whichever account they are.
pub(crate) async fn tell_ended(desk: &Desk, user: UserId, logins: &[LoginId]) -> Result<()> {
    desk.logins.forget();
    let accounts: Vec<(i64,)> = desk.db.all(sql_system!("select account_id from membership where user_id = $1"), args![user]).await?;
    for (account,) in accounts {
        for login_id in logins {
            desk.tell(account.into(), News::LoginEnded { login_id: *login_id });
        }
    }
    desk.said().await;
    Ok(())
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
    let seat = cx.desk.seat(account, cx.user).await?.ok_or(Fault::Missing)?;
    if !super::sso::admits(&cx.desk, login, account, seat.role).await? {
        return Err(Fault::Forbidden.into());
    }
    move_login(&cx.desk, login, account).await?;
    cx.desk.tell(cx.account, News::LoginEnded { login_id: login });
    // The page that follows may come to another process.
    cx.desk.said().await;
    cx.in_account(account).note(Some(cx.user), "login.switch", login).await
}
