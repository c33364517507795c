//! A code to the acting person before something dangerous (AC-8): it opens that one act for five minutes.

use super::code;
use crate::desk::Cx;
use crate::mail::{Letter, Subject};
use crate::{Result, args, sql};
use model::*;

/// How long a code that was right holds.
const GRANT_MILLIS: Millis = 5 * 60_000;

fn purpose(cx: &Cx, action: Dangerous) -> String {
    format!("step-up:{}:{}", action.word(), cx.account)
}

/// Sends the person a code for this act, or says that none is needed, or that the password is asked for: where nothing can
/// be sent. Asked again within a minute, the code that was sent still holds.
///
/// # Errors
/// [`Fault::NotDelivered`] when the code could not be sent.
pub async fn ask_step_up(cx: &Cx, action: Dangerous, language: Language) -> Result<StepUpAsked> {
    if is_granted(cx, action).await? {
        return Ok(StepUpAsked { way: StepUpWay::Granted, to: String::new(), resend_seconds: 0 });
    }
    let desk = cx.desk();
    let Some(address) = super::deliver::address_of(cx).await? else {
        return Ok(StepUpAsked { way: StepUpWay::Password, to: String::new(), resend_seconds: 0 });
    };
    let (purpose, subject) = (purpose(cx, action), cx.user.to_string());
    let (made, resend_seconds) = code::make(desk, &purpose, &subject).await?;
    if let Some(made) = made {
        let letter = Letter::new(language, &Subject::StepUp { code: &made, action });
        if let Err(e) = address.send(desk, &made, &letter).await {
            code::drop_code(desk, &purpose, &subject).await?;
            return Err(e);
        }
    }
    Ok(StepUpAsked { way: address.way(), to: address.shown(), resend_seconds })
}

/// Lets the act go on when the person has just proved that it is they, or proves it now by what they `said`: the code that
/// was sent to them; their password where no code can be sent. Call it before the act, on the server.
///
/// # Errors
/// [`Fault::StepUp`] when nothing was said and nothing holds, [`Fault::Invalid`] about `code` when it is not right,
/// [`Fault::Throttled`] after several of those.
pub async fn require_step_up(cx: &Cx, action: Dangerous, said: &str) -> Result<()> {
    if is_granted(cx, action).await? {
        return Ok(());
    }
    if said.trim().is_empty() {
        return Err(Fault::StepUp { action }.into());
    }
    let desk = cx.desk();
    let said_right = match super::deliver::address_of(cx).await? {
        Some(_) => code::spend(desk, &purpose(cx, action), &cx.user.to_string(), said).await,
        None => super::step_up(cx, said).await.map_err(|e| match e {
            crate::Error::Fault(Fault::Invalid { .. }) => Fault::field("code", Wrong::NotRight).into(),
            other => other,
        }),
    };
    if let Err(e) = said_right {
        if matches!(&e, crate::Error::Fault(Fault::Invalid { .. })) {
            cx.own().note(Some(cx.user), "login.step_up_failed", action).await?;
        }
        return Err(e);
    }
    let mut work = cx.own().begin().await?;
    work.run(
        sql!(
            "insert into step_up_grant (account_id, user_id, login_id, action, expires_at) values ($1, $2, $3, $4, $5)
             on conflict (account_id, user_id, login_id, action) do update set expires_at = excluded.expires_at"
        ),
        args![cx.user, cx.login.unwrap_or_default(), action, desk.now() + GRANT_MILLIS],
    )
    .await?;
    work.audit(Some(cx.user), "login.step_up", action, serde_json::json!({})).await?;
    work.commit().await
}

/// Whether this login has proved it for this act, less than five minutes ago.
async fn is_granted(cx: &Cx, action: Dangerous) -> Result<bool> {
    let row: Option<(i64,)> = cx
        .desk()
        .system(cx.account)
        .opt(
            sql!("select expires_at from step_up_grant where account_id = $1 and user_id = $2 and login_id = $3 and action = $4 and expires_at > $5"),
            args![cx.user, cx.login.unwrap_or_default(), action, cx.desk().now()],
        )
        .await?;
    Ok(row.is_some())
}
