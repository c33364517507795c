//! How conversations end: the account's settings, its reasons, and what happens by itself.

pub mod auto;
pub mod many;
mod owed;
mod reason;
pub mod retention;
mod spared;

pub use auto::{rules, save_rule};
pub use many::{cancel_job, count_many, job_items, jobs, start_job};
pub(crate) use reason::classification;
pub use reason::{delete_reason, reasons, save_reason};
pub use retention::{retention, save_retention};
pub use spared::{save_spared, spared};

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

type Stored = (bool, bool, bool, String);

fn read((classify, classify_required, may_skip_message, currency): Stored) -> Result<ClosingSettings> {
    Ok(ClosingSettings { classify, classify_required, may_skip_message, currency: currency.parse()? })
}

/// How the account concludes.
pub(crate) async fn settings_of(scope: &Scope) -> Result<ClosingSettings> {
    read(scope.one(sql!("select classify, classify_required, may_skip_message, currency from account where id = $1"), args![]).await?)
}

/// The same within work.
pub(crate) async fn settings_in(work: &mut Work) -> Result<ClosingSettings> {
    read(work.one(sql!("select classify, classify_required, may_skip_message, currency from account where id = $1"), args![]).await?)
}

/// Changes how the account concludes.
pub async fn save_settings(cx: &Cx, draft: ClosingSettings) -> Result<Account> {
    let scope = cx.may(Permission::Settings)?;
    let mut work = scope.begin().await?;
    let before = settings_in(&mut work).await?;
    work.run(
        sql!("update account set classify = $2, classify_required = $3, may_skip_message = $4, currency = $5 where id = $1"),
        args![draft.classify, draft.classify_required, draft.may_skip_message, draft.currency],
    )
    .await?;
    work.audit_change(Some(cx.user), "closing.change", cx.account, &before, &draft).await?;
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    crate::people::account(cx).await
}

/// Whether a reason is asked with each of my conclusions (CO-2).
pub async fn set_classify(cx: &Cx, on: bool) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    work.run(sql!("update membership set classify_on_conclude = $3 where account_id = $1 and user_id = $2"), args![cx.user, on]).await?;
    work.commit().await
}
