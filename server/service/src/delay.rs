//! The safety delay: what people send waits a few seconds, on the server's clock, and can be taken back meanwhile (TS).

use crate::desk::{Cx, Scope};
use crate::{Result, args, sql};
use model::*;

/// The account's delay.
pub(crate) async fn settings_of(scope: &Scope) -> Result<SafetyDelay> {
    let (enabled, seconds) = scope.one(sql!("select delay_on, delay_seconds from account where id = $1"), args![]).await?;
    Ok(SafetyDelay { enabled, seconds })
}

/// How long what the asker sends waits. What programs send leaves at once (TS-5): they have no login.
pub(crate) fn wait_of(cx: &Cx) -> Option<Millis> {
    cx.login.and_then(|_| cx.seat.delay.wait())
}

/// Changes the account's delay (TS-1). What waits already keeps its time.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins, [`Fault::Invalid`] for a time outside of 1 to 15 seconds,
/// [`Fault::ModuleOff`].
pub async fn save(cx: &Cx, draft: SafetyDelay) -> Result<Account> {
    let scope = cx.may(Permission::Settings)?;
    cx.needs(Module::SafetyDelay)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    let (enabled, seconds) = work.one(sql!("select delay_on, delay_seconds from account where id = $1"), args![]).await?;
    work.run(sql!("update account set delay_on = $2, delay_seconds = $3 where id = $1"), args![draft.enabled, draft.seconds]).await?;
    work.audit_change(Some(cx.user), "delay.change", cx.account, &SafetyDelay { enabled, seconds }, &draft).await?;
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    crate::people::account(cx).await
}
