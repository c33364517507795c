//! What an admin switches on for the whole account.

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

fn read((internal_chat, only_assignee): (bool, bool)) -> Features {
    Features { internal_chat, only_assignee }
}

macro_rules! features {
    () => {
        "select internal_chat, only_assignee from account where id = $1"
    };
}

/// The account's switches.
pub(crate) async fn features_of(scope: &Scope) -> Result<Features> {
    Ok(read(scope.one(sql!(features!()), args![]).await?))
}

/// The same within work.
pub(crate) async fn features_in(work: &mut Work) -> Result<Features> {
    Ok(read(work.one(sql!(features!()), args![]).await?))
}

/// Changes them.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin.
pub async fn save(cx: &Cx, draft: Features) -> Result<Account> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.run(
        sql!("update account set internal_chat = $2, only_assignee = $3 where id = $1"),
        args![draft.internal_chat, draft.only_assignee],
    )
    .await?;
    work.audit(Some(cx.user), "features.change", cx.account, serde_json::to_value(draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    crate::people::account(cx).await
}
