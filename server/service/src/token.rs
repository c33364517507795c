//! API tokens: shown once, stored as a hash, acting as their user.

use crate::audit::Origin;
use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::{Result, args, sql, sql_system};
use model::*;

/// How every token begins, so that leak scanners know it.
pub const PREFIX: &str = "prosa_";

/// Makes a token for a member and answers it, for the one time that it can be read.
///
/// # Errors
/// [`Fault::Missing`] when the user is no member of the account.
pub async fn create(desk: &Desk, account: AccountId, user: UserId, name: &str) -> Result<String> {
    desk.seat(account, user).await?.ok_or(Fault::Missing)?;
    let token = format!("{PREFIX}{}", desk.seam.secret());
    let id: TokenId = desk.seam.id();
    let now = desk.now();
    let mut work = desk.system(account).begin().await?;
    work.run(
        sql!("insert into api_token (account_id, id, user_id, token_hash, name, created_at) values ($1, $2, $3, $4, $5, $6)"),
        args![id, user, sha256_hex(&token), text::shorten(name, limit::NAME_MAX), now],
    )
    .await?;
    work.audit(Some(user), "token.add", id, serde_json::json!({ "name": name })).await?;
    work.commit().await?;
    Ok(token)
}

/// Who a token acts for.
pub async fn cx_of_token(desk: &Desk, token: &str) -> Result<Option<Cx>> {
    if !token.starts_with(PREFIX) || token.len() > 100 {
        return Ok(None);
    }
    let hash = sha256_hex(token);
    let (account, user, token) = match desk.tokens.get(&hash) {
        Some(known) => known,
        None => {
            let age = desk.tokens.age();
            let row: Option<(i64, i64, i64)> = desk
                .db
                .one(
                    sql_system!("select account_id, user_id, id from api_token where token_hash = $1 and revoked_at is null"),
                    args![&hash],
                )
                .await?;
            let Some((account, user, id)) = row else { return Ok(None) };
            desk.db.run(sql_system!("update api_token set last_used_at = $2 where token_hash = $1"), args![&hash, desk.now()]).await?;
            let known = (account.into(), user.into(), TokenId(id));
            desk.tokens.keep(hash, known, age);
            known
        }
    };
    let cx = desk.cx(account, user, None).await?;
    Ok(cx.map(|cx| cx.from(Origin { token: Some(token), ..Origin::default() })))
}

/// Finds an account by id or exact name, and a member by id or e-mail; for the command line.
///
/// # Errors
/// [`Fault::Missing`] when one of them is not there.
pub async fn find(desk: &Desk, account: &str, user: &str) -> Result<(AccountId, UserId)> {
    let a: Option<(i64,)> = desk
        .db
        .one(sql_system!("select id from account where name = $1 or id = $2"), args![account, account.parse::<i64>().unwrap_or(0)])
        .await?;
    let (a,) = a.ok_or(Fault::Missing)?;
    let u: Option<(i64,)> = desk
        .db
        .one(
            sql_system!("select id from users where email = $1 or id = $2"),
            args![crate::auth::normal_email(user), user.parse::<i64>().unwrap_or(0)],
        )
        .await?;
    let (u,) = u.ok_or(Fault::Missing)?;
    Ok((a.into(), u.into()))
}
