//! Signing in by a code to a phone or an e-mail address (AC-1). Known and unknown addresses are answered alike, and what is
//! done for them takes alike: letters leave afterwards (AC-2).

use super::deliver::{self, Address};
use super::{ADDRESS_FACTOR, SignedIn, Visitor, code, finish_sign_in, home_account, network, normal_email, throttle};
use crate::desk::Desk;
use crate::keys::sha256_hex;
use crate::mail::{Letter, Subject};
use crate::{Error, Result, args, sql_system};
use model::*;

const PURPOSE: &str = "sign-in";

/// What the pages before the sign-in offer.
pub async fn ways(desk: &Desk) -> Result<DoorWays> {
    let phones: Option<(i64,)> =
        desk.db.one(sql_system!("select id from account where code_template_id is not null limit 1"), args![]).await?;
    Ok(DoorWays { mail: desk.mail.is_on(), phone: phones.is_some(), terms: super::terms::documents(desk) })
}

/// The form in which an address is looked for: an e-mail, or a phone in E.164.
fn normal(who: &str) -> Result<String> {
    if who.contains('@') {
        Check::default().email(who, "who").done()?;
        return Ok(normal_email(who));
    }
    let phone = crate::phone::typed(who).map_err(|_| Fault::field("who", Wrong::NotAPhone))?;
    Ok(phone.e164)
}

async fn user_of(desk: &Desk, who: &str) -> Result<Option<(UserId, AccountId)>> {
    let user: Option<(i64,)> = match who.contains('@') {
        true => desk.db.one(sql_system!("select id from users where email = $1"), args![who]).await?,
        false => desk.db.one(sql_system!("select id from users where phone = $1"), args![who]).await?,
    };
    let user = user.map_or(UserId(0), |(id,)| id.into());
    Ok(home_account(desk, user).await?.map(|account| (user, account)))
}

/// Sends a code to who has this address, if anybody; answers in how many seconds another may be asked for.
///
/// # Errors
/// [`Fault::Invalid`] about `who` for what is no address; [`Fault::Throttled`] for who asks for too many people.
pub async fn ask_code(desk: &Desk, who: &str, language: Language, visitor: &Visitor) -> Result<i64> {
    let who = normal(who)?;
    let by_address = format!("code:address:{}", network(&visitor.address));
    throttle::refuse(desk, &by_address).await?;
    throttle::count(desk, &by_address, ADDRESS_FACTOR).await?;
    let (made, seconds) = code::make(desk, PURPOSE, &sha256_hex(&who)).await?;
    let found = user_of(desk, &who).await?;
    if let (Some(made), Some((_, account))) = (made, found) {
        let desk = desk.clone();
        tokio::spawn(async move {
            let letter = Letter::new(language, &Subject::Code { code: &made });
            let sent = match who.contains('@') {
                true => Address::Email(who).send(&desk, &made, &letter).await,
                false => match deliver::phone_of(&desk, account, &who).await {
                    Ok(Some(address)) => address.send(&desk, &made, &letter).await,
                    Ok(None) => Ok(()),
                    Err(e) => Err(e),
                },
            };
            if let Err(e) = sent {
                tracing::warn!(error = %e, "a code to sign in could not be sent");
            }
        });
    }
    Ok(seconds)
}

/// Signs in by the code.
///
/// # Errors
/// [`Wrong::NotTheCode`] about `code`, whatever is wrong; [`Fault::SecondFactor`]; [`Fault::Throttled`].
pub async fn sign_in_by_code(desk: &Desk, who: &str, code: &str, visitor: &Visitor) -> Result<SignedIn> {
    let who = normal(who)?;
    let by_address = format!("login:address:{}", network(&visitor.address));
    throttle::refuse(desk, &by_address).await?;
    if let Err(e) = code::spend(desk, PURPOSE, &sha256_hex(&who), code).await {
        if matches!(&e, Error::Fault(Fault::Invalid { .. })) {
            throttle::count(desk, &by_address, ADDRESS_FACTOR).await?;
        }
        return Err(e);
    }
    let Some((user, account)) = user_of(desk, &who).await? else { return Err(Fault::field("code", Wrong::NotTheCode).into()) };
    finish_sign_in(desk, user, account, visitor).await
}
