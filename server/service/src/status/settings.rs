//! What an admin sets: reasons for being away with their texts, and after how long something happens by itself.

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;
use std::collections::HashMap;

macro_rules! stored {
    () => {
        "select away_reasons, away_minutes, offline_minutes, status_version from account where id = $1"
    };
}

fn view((reasons, away_minutes, offline_minutes, version): (String, i64, i64, i64)) -> Result<StatusSettings> {
    let mut reasons: Vec<AwayReason> = serde_json::from_str(&reasons)?;
    if reasons.is_empty() {
        reasons = StatusSettings::default().reasons;
    }
    Ok(StatusSettings { version, reasons, away_minutes, offline_minutes })
}

/// The account's settings within work.
pub(super) async fn settings_in(work: &mut Work) -> Result<StatusSettings> {
    view(work.one(sql!(stored!()), args![]).await?)
}

/// What the account calls reasons of its own, by their keys.
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// A status as it is stored, with the name of its reason.
    pub fn status(&self, kind: &str, reason: String, back_at: Option<Millis>) -> Result<UserStatus> {
        let name = self.0.get(&reason).cloned().unwrap_or_default();
        Ok(UserStatus { kind: kind.parse()?, reason, name, back_at })
    }
}

/// The names of the account's own reasons.
pub(crate) async fn names_of(scope: &Scope) -> Result<Names> {
    let settings = view(scope.one(sql!(stored!()), args![]).await?)?;
    Ok(Names(settings.reasons.into_iter().map(|r| (r.key, r.name)).collect()))
}

/// Reasons that are offered, in their order.
pub async fn reasons(cx: &Cx) -> Result<Vec<AwayReason>> {
    let settings = view(cx.may(Permission::Inbox)?.one(sql!(stored!()), args![]).await?)?;
    Ok(settings.reasons.into_iter().filter(|r| r.active).collect())
}

/// All that is set.
pub async fn settings(cx: &Cx) -> Result<StatusSettings> {
    view(cx.may(Permission::Settings)?.one(sql!(stored!()), args![]).await?)
}

/// Changes it.
///
/// # Errors
/// [`Fault::Conflict`] when it was changed since the draft's version, [`Fault::Invalid`] field by field, also when a reason
/// that was saved once is not among those of the draft, [`Fault::Forbidden`].
pub async fn save(cx: &Cx, draft: StatusSettings) -> Result<StatusSettings> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let before = settings_in(&mut work).await?;
    if before.version != draft.version {
        return Err(Fault::Conflict.into());
    }
    let own = |of: &StatusSettings| -> Vec<String> {
        let keys = of.reasons.iter().map(|r| r.key.clone()).filter(|key| !key.is_empty());
        let mut keys: Vec<String> = keys.collect();
        keys.sort_unstable();
        keys
    };
    if own(&before) != own(&draft) {
        return Err(Fault::field("reasons", Wrong::Unknown).into());
    }
    let mut reasons = draft.reasons.clone();
    for reason in &mut reasons {
        (reason.name, reason.text) = (reason.name.trim().to_owned(), reason.text.trim().to_owned());
        if reason.key.is_empty() {
            reason.key = work.desk().seam.id::<i64>().to_string();
        }
    }
    work.run(
        sql!(
            "update account set away_reasons = $2, away_minutes = $3, offline_minutes = $4, status_version = status_version + 1 where id = $1"
        ),
        args![serde_json::to_string(&reasons)?, draft.away_minutes, draft.offline_minutes],
    )
    .await?;
    if before.away_minutes == 0 && draft.away_minutes > 0 {
        // The time counts from now on, whatever was told before.
        let now = work.desk().now();
        work.run(sql!("update user_status set active_at = $2 where account_id = $1"), args![now]).await?;
    }
    work.audit(Some(cx.user), "status.change", cx.account, serde_json::to_value(&draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Status });
    work.commit().await?;
    settings(cx).await
}
