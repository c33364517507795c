//! A new password: by a link to the address, which works once and only while both are as they were; or by the old one.

use super::{ADDRESS_FACTOR, Visitor, code, deliver, hash_password, home_account, network, normal_email, tell_ended, throttle};
use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::mail::{Letter, Subject};
use crate::{Result, args, sql_system};
use model::*;

const LINK_MINUTES: i64 = 60;
const PURPOSE: &str = "reset";

/// Sends a link to who has this address, if anybody. The answer is the same, and as quick (AC-2).
///
/// # Errors
/// [`Fault::Invalid`] about `email` for what is no address; [`Fault::Throttled`] for who asks for too many people.
pub async fn ask_reset(desk: &Desk, email: &str, language: Language, visitor: &Visitor) -> Result<()> {
    Check::default().email(email, "email").done()?;
    let email = normal_email(email);
    let by_address = format!("code:address:{}", network(&visitor.address));
    throttle::refuse(desk, &by_address).await?;
    throttle::count(desk, &by_address, ADDRESS_FACTOR).await?;
    // One letter a minute; the code itself is nobody's.
    let (made, _) = code::make(desk, PURPOSE, &sha256_hex(&email)).await?;
    let user: Option<(i64,)> = desk.db.one(sql_system!("select id from users where email = $1"), args![&email]).await?;
    let user = user.map_or(UserId(0), |(id,)| id.into());
    let account = home_account(desk, user).await?;
    if made.is_some() && account.is_some() {
        let desk = desk.clone();
        tokio::spawn(async move {
            if let Err(e) = send(&desk, user, &email, language).await {
                tracing::warn!(error = %e, "a link for a new password could not be sent");
            }
        });
    }
    Ok(())
}

async fn send(desk: &Desk, user: UserId, email: &str, language: Language) -> Result<()> {
    let token = desk.seam.secret();
    desk.db
        .run(
            sql_system!("insert into reset_link (token_hash, user_id, email, expires_at) values ($1, $2, $3, $4)"),
            args![sha256_hex(&token), user, email, desk.now() + LINK_MINUTES * 60_000],
        )
        .await?;
    let link = format!("{}/reset/{token}", desk.settings.public_url);
    desk.mail.send(email, &Letter::new(language, &Subject::Reset { link: &link, minutes: LINK_MINUTES })).await
}

/// Whether such a link would still work.
pub async fn is_reset_open(desk: &Desk, token: &str) -> Result<bool> {
    let row: Option<(i64,)> = desk
        .db
        .one(
            sql_system!(
                "select r.user_id from reset_link r join users u on u.id = r.user_id and u.email = r.email where r.token_hash = $1 and r.expires_at > $2"
            ),
            args![sha256_hex(token), desk.now()],
        )
        .await?;
    Ok(row.is_some())
}

/// Sets a new password by the link. All logins of the person end.
///
/// # Errors
/// [`Fault::Missing`] when the link was used, is too old, or the address is another by now; [`Fault::Invalid`].
pub async fn reset_password(desk: &Desk, token: &str, new: &str, language: Language) -> Result<()> {
    Check::default().password(new, "password").done()?;
    if !is_reset_open(desk, token).await? {
        return Err(Fault::Missing.into());
    }
    let hash = hash_password(desk, new.to_owned()).await?;
    let mut tx = desk.db.begin().await?;
    let used: Option<(i64, String)> = tx
        .one(
            sql_system!("delete from reset_link where token_hash = $1 and expires_at > $2 returning user_id, email"),
            args![sha256_hex(token), desk.now()],
        )
        .await?;
    let Some((user, email)) = used else { return Err(Fault::Missing.into()) };
    let user = UserId(user);
    let changed =
        tx.run(sql_system!("update users set password_hash = $3 where id = $1 and email = $2"), args![user, &email, hash]).await?;
    if changed == 0 {
        return Err(Fault::Missing.into());
    }
    tx.run(sql_system!("delete from reset_link where user_id = $1"), args![user]).await?;
    let ended: Vec<(i64,)> = tx.all(sql_system!("delete from login where user_id = $1 returning id"), args![user]).await?;
    tx.commit().await?;
    tell_ended(desk, user, &ended.into_iter().map(|(id,)| id.into()).collect::<Vec<_>>()).await?;
    if let Some(account) = home_account(desk, user).await? {
        desk.system(account).note(Some(user), "user.password_reset", user).await?;
    }
    deliver::later(desk, email, Letter::new(language, &Subject::Changed));
    Ok(())
}

/// Sets a new password of my own by the old one. My other logins end.
///
/// # Errors
/// [`Wrong::NotRight`] about `old`, [`Fault::Invalid`] about `new`, [`Fault::Throttled`].
pub async fn change_password(cx: &Cx, old: &str, new: &str, language: Language) -> Result<()> {
    Check::default().password(new, "new").done()?;
    let desk = cx.desk();
    super::step_up(cx, old).await.map_err(|e| match e {
        crate::Error::Fault(Fault::Invalid { .. }) => Fault::field("old", Wrong::NotRight).into(),
        other => other,
    })?;
    let hash = hash_password(desk, new.to_owned()).await?;
    let mut work = desk.system(cx.account).begin().await?;
    let tx = work.system();
    let (email,): (String,) = tx
        .one(sql_system!("update users set password_hash = $2 where id = $1 returning email"), args![cx.user, hash])
        .await?
        .ok_or(Fault::SignedOut)?;
    tx.run(sql_system!("delete from reset_link where user_id = $1"), args![cx.user]).await?;
    let ended: Vec<(i64,)> = tx
        .all(sql_system!("delete from login where user_id = $1 and id <> $2 returning id"), args![cx.user, cx.login.unwrap_or_default()])
        .await?;
    work.audit(Some(cx.user), "user.password", cx.user, serde_json::json!({})).await?;
    work.commit().await?;
    tell_ended(desk, cx.user, &ended.into_iter().map(|(id,)| id.into()).collect::<Vec<_>>()).await?;
    deliver::later(desk, email, Letter::new(language, &Subject::Changed));
    Ok(())
}
