//! Who is signed in but has something to do first: accept the terms (AC-3), set up the second factor that their account
//! demands (AC-7). Until then they are nobody to all else: no page, server function, file or socket knows them.

use super::code;
use super::login::{home_account, known_login, move_login};
use crate::desk::{Cx, Desk};
use crate::mail::{Letter, Subject};
use crate::{Result, args, sql_system};
use model::*;

/// Who a login cookie names.
pub enum Asker {
    Nobody,
    Held(Held),
    In(Cx),
}

/// Somebody who has something to do first.
#[derive(Clone)]
pub struct Held(pub Cx);

/// Who asks, by their login cookie. A login whose account was lost goes on in another account of the person.
pub async fn asker_of_login(desk: &Desk, token: &str) -> Result<Asker> {
    let Some(known) = known_login(desk, token).await? else { return Ok(Asker::Nobody) };
    let mut cx = desk.cx(known.account_id, known.user_id, Some(known.id)).await?;
    if let Some(here) = &cx
        && !super::sso::admits(desk, known.id, here.account, here.seat.role).await?
    {
        cx = None;
    }
    if cx.is_none() {
        let Some(account) = home_account(desk, known.user_id).await? else { return Ok(Asker::Nobody) };
        let Some(seat) = desk.seat(account, known.user_id).await? else { return Ok(Asker::Nobody) };
        if !super::sso::admits(desk, known.id, account, seat.role).await? {
            return Ok(Asker::Nobody);
        }
        move_login(desk, known.id, account).await?;
        cx = desk.cx(account, known.user_id, Some(known.id)).await?;
    }
    let Some(cx) = cx else { return Ok(Asker::Nobody) };
    let lacks_factor = cx.seat.second_factor_required && !known.second_factor;
    let held = lacks_factor || known.terms_version != desk.settings.door.terms_version && !desk.settings.door.terms_version.is_empty();
    Ok(if held { Asker::Held(Held(cx)) } else { Asker::In(cx) })
}

/// What is to be done first.
pub async fn held_state(cx: &Cx) -> Result<HeldState> {
    let desk = cx.desk();
    let (name, accepted): (String, String) =
        desk.db.one(sql_system!("select name, terms_version from users where id = $1"), args![cx.user]).await?.ok_or(Fault::SignedOut)?;
    let code = accepted.is_empty() && super::deliver::address_of(cx).await?.is_some();
    let terms = super::terms::documents(desk).filter(|t| t.version != accepted).map(|t| Terms { code, ..t });
    let second_factor = cx.seat.second_factor_required && !super::factor_state(cx).await?.on;
    Ok(HeldState { name, terms, second_factor })
}

/// Sends the second code of a first access (AC-3); answers in how many seconds there may be another.
///
/// # Errors
/// [`Fault::NotDelivered`].
pub async fn ask_terms_code(cx: &Cx, language: Language) -> Result<i64> {
    let desk = cx.desk();
    let address = super::deliver::address_of(cx).await?.ok_or(Fault::NotDelivered)?;
    let subject = cx.user.to_string();
    let (made, seconds) = code::make(desk, "terms", &subject).await?;
    if let Some(made) = made
        && let Err(e) = address.send(desk, &made, &Letter::new(language, &Subject::Terms { code: &made })).await
    {
        code::drop_code(desk, "terms", &subject).await?;
        return Err(e);
    }
    Ok(seconds)
}

/// Accepts the documents in this version.
///
/// # Errors
/// [`Fault::Conflict`] when there is a newer version by now; [`Wrong::NotTheCode`] about `code`, the first time.
pub async fn accept_terms(cx: &Cx, version: &str, code: &str) -> Result<()> {
    let desk = cx.desk();
    let Some(terms) = held_state(cx).await?.terms else { return Ok(()) };
    if terms.version != version {
        return Err(Fault::Conflict.into());
    }
    if terms.code {
        code::spend(desk, "terms", &cx.user.to_string(), code).await?;
    }
    let mut work = cx.own().begin().await?;
    work.system()
        .run(sql_system!("update users set terms_version = $2, terms_at = $3 where id = $1"), args![cx.user, version, desk.now()])
        .await?;
    super::terms::write_down(&mut work, cx.user, &terms).await?;
    work.audit(Some(cx.user), "user.terms", cx.user, serde_json::json!({ "version": version })).await?;
    work.commit().await?;
    desk.logins.forget();
    Ok(())
}
