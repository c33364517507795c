//! What an admin switches on for the whole account: optional parts of the product (HP-3), and who may answer.

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

type Stored = (bool, bool, bool, String);

fn read((internal_chat, only_assignee, distribution, off): Stored) -> Features {
    let first = Features { internal_chat, only_assignee, distribution, off: 0 };
    // A name that this build does not know belongs to a newer one.
    off.split(' ').filter_map(|word| word.parse().ok()).fold(first, |features, module: Module| features.with(module, false))
}

macro_rules! features {
    () => {
        "select internal_chat, only_assignee, distribution,
         coalesce((select string_agg(m.module, ' ') from module m where m.account_id = $1 and not m.enabled), '') from account where id = $1"
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
    work.lock_account().await?;
    let before = features_in(&mut work).await?;
    if before != draft {
        store(cx, &mut work, before, draft).await?;
    }
    work.commit().await?;
    crate::people::account(cx).await
}

/// Switches one part of the product; whoever switches it to what it is already changes nothing.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin.
pub async fn switch(cx: &Cx, module: Module, on: bool) -> Result<Account> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.lock_account().await?;
    let before = features_in(&mut work).await?;
    if before.has(module) != on {
        store(cx, &mut work, before, before.with(module, on)).await?;
    }
    work.commit().await?;
    crate::people::account(cx).await
}

async fn store(cx: &Cx, work: &mut Work, before: Features, after: Features) -> Result<()> {
    let now = work.desk().now();
    work.run(
        sql!("update account set internal_chat = $2, only_assignee = $3, distribution = $4 where id = $1"),
        args![after.internal_chat, after.only_assignee, after.distribution],
    )
    .await?;
    for module in Module::ALL.iter().copied().filter(|m| before.has(*m) != after.has(*m)) {
        let on = after.has(module);
        work.run(
            sql!(
                "insert into module (account_id, module, enabled, since, by_id) values ($1, $2, $3, $4, $5)
                 on conflict (account_id, module) do update set enabled = excluded.enabled, since = excluded.since, by_id = excluded.by_id"
            ),
            args![module, on, now, cx.user],
        )
        .await?;
        let facts = serde_json::json!({ "module": module });
        work.audit(Some(cx.user), if on { "module.on" } else { "module.off" }, cx.account, facts).await?;
    }
    if before.only_assignee != after.only_assignee {
        let only = |features: Features| serde_json::json!({ "only_assignee": features.only_assignee });
        work.audit_change(Some(cx.user), "features.change", cx.account, &only(before), &only(after)).await?;
    }
    work.tell(Change::Setup { what: SetupKind::Account });
    work.wake_distribution();
    Ok(())
}

/// All parts, as admins see them.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin.
pub async fn modules(cx: &Cx) -> Result<Vec<ModuleState>> {
    let scope = cx.may(Permission::Settings)?;
    let features = features_of(&scope).await?;
    let rows: Vec<(String, Millis, Option<String>)> = scope
        .all(
            sql!(
                "select m.module, m.since, u.name from module m left join users u on u.id = m.by_id where m.account_id = $1 order by m.module limit 100"
            ),
            args![],
        )
        .await?;
    let state = |module: &Module| {
        let row = rows.iter().find(|(word, ..)| word == module.word());
        ModuleState {
            module: *module,
            on: features.has(*module),
            since: row.map(|(_, since, _)| *since),
            by: row.and_then(|(.., by)| by.clone()).unwrap_or_default(),
        }
    };
    Ok(Module::ALL.iter().map(state).collect())
}
