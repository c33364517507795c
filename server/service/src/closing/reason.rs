//! Reasons, and what becomes of one when a conversation is concluded with it.

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

macro_rules! columns {
    () => {
        "id, description, category, has_monetary_value, team_id, active"
    };
}

type Stored = (i64, String, String, bool, Option<i64>, bool);

fn view((id, description, category, has_monetary_value, team, active): Stored) -> Result<Reason> {
    Ok(Reason { id: id.into(), description, category: category.parse()?, has_monetary_value, team_id: team.map(TeamId), active })
}

/// All reasons of the account, those that are no longer offered included, by description.
pub async fn reasons(cx: &Cx) -> Result<Vec<Reason>> {
    all(&cx.may(Permission::Inbox)?).await
}

pub(super) async fn all(scope: &Scope) -> Result<Vec<Reason>> {
    let rows: Vec<Stored> = scope
        .all(
            sql!(concat!("select ", columns!(), " from reason where account_id = $1 order by lower(description), id limit $2")),
            args![limit::REASONS_MAX],
        )
        .await?;
    rows.into_iter().map(view).collect()
}

pub(super) async fn one(work: &mut Work, id: ReasonId) -> Result<Option<Reason>> {
    let row: Option<Stored> =
        work.opt(sql!(concat!("select ", columns!(), " from reason where account_id = $1 and id = $2")), args![id]).await?;
    row.map(view).transpose()
}

/// Creates or changes a reason, also whether it is offered (CO-5). Conversations keep what they were classified as.
///
/// # Errors
/// [`Fault::Invalid`] for wrong fields, [`Fault::ReasonInUse`] when automatic closing applies it and could not any more,
/// [`Fault::Missing`].
pub async fn save_reason(cx: &Cx, draft: ReasonDraft) -> Result<Reason> {
    let scope = cx.may(Permission::Lists)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    if let Some(team) = draft.team_id {
        let known: Option<(i64,)> =
            work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team]).await?;
        known.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    }
    match draft.id {
        Some(id) => {
            let before = one(&mut work, id).await?.ok_or(Fault::Missing)?;
            let narrower = !draft.active || draft.has_monetary_value || draft.team_id != before.team_id;
            if narrower && applied(&mut work, id).await? {
                return Err(Fault::ReasonInUse.into());
            }
        }
        None => {
            let (n,): (i64,) = work.one(sql!("select count(*) from reason where account_id = $1"), args![]).await?;
            if n >= limit::REASONS_MAX {
                return Err(Fault::field("description", Wrong::NotAllowed).into());
            }
        }
    }
    let id = draft.id.unwrap_or_else(|| work.desk().seam.id());
    let now = work.desk().now();
    let saved = work
        .run(
            sql!(
                "insert into reason (account_id, id, description, category, has_monetary_value, team_id, active, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
                 on conflict (id) do update set description = excluded.description, category = excluded.category,
                 has_monetary_value = excluded.has_monetary_value, team_id = excluded.team_id, active = excluded.active where reason.account_id = $1"
            ),
            args![id, draft.description.trim(), draft.category, draft.has_monetary_value, draft.team_id, draft.active, now],
        )
        .await;
    saved.map_err(|e| if e.is_unique("reason_description") { Fault::field("description", Wrong::Taken).into() } else { e })?;
    let action = if draft.id.is_some() { "reason.change" } else { "reason.add" };
    work.audit(Some(cx.user), action, id, serde_json::to_value(&draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Closing });
    let saved = one(&mut work, id).await?.ok_or(Fault::Missing)?;
    work.commit().await?;
    Ok(saved)
}

/// Deletes a reason that nothing was classified as.
///
/// # Errors
/// [`Fault::ReasonInUse`], [`Fault::Missing`].
pub async fn delete_reason(cx: &Cx, id: ReasonId) -> Result<()> {
    let mut work = cx.may(Permission::Lists)?.begin().await?;
    work.lock_account().await?;
    let reason = one(&mut work, id).await?.ok_or(Fault::Missing)?;
    // Whoever concludes with it just now holds its row (PostgreSQL), or has done so (SQLite).
    work.opt::<(i64,)>(sql!("select id from reason where account_id = $1 and id = $2 {lock}"), args![id]).await?;
    let used: Option<(i64,)> =
        work.opt(sql!("select id from conversation where account_id = $1 and reason_id = $2 limit 1"), args![id]).await?;
    if used.is_some() || applied(&mut work, id).await? {
        return Err(Fault::ReasonInUse.into());
    }
    let gone = work.run(sql!("delete from reason where account_id = $1 and id = $2"), args![id]).await;
    gone.map_err(|e| if e.is_foreign() { Fault::ReasonInUse.into() } else { e })?;
    work.audit(Some(cx.user), "reason.delete", id, serde_json::to_value(&reason)?).await?;
    work.tell(Change::Setup { what: SetupKind::Closing });
    work.commit().await
}

/// Whether automatic closing applies it.
async fn applied(work: &mut Work, id: ReasonId) -> Result<bool> {
    let rule: Option<(i64,)> =
        work.opt(sql!("select id from auto_close where account_id = $1 and reason_id = $2 limit 1"), args![id]).await?;
    Ok(rule.is_some())
}

/// What a conversation of the team is classified as with this reason and amount. What it is classified as already may
/// stay, whatever became of the reason since.
///
/// # Errors
/// [`Fault::ReasonRequired`] (CO-5), [`Fault::Invalid`].
pub(crate) async fn classification(
    work: &mut Work,
    settings: &ClosingSettings,
    team: TeamId,
    reason: Option<ReasonId>,
    amount_minor: Option<i64>,
    before: Option<&Classification>,
) -> Result<Option<Classification>> {
    let Some(id) = reason else {
        if settings.requires_reason() {
            return Err(Fault::ReasonRequired.into());
        }
        Check::default().that(amount_minor.is_none(), "amount_minor", Wrong::NotAllowed).done()?;
        return Ok(None);
    };
    let kept = before.filter(|b| b.reason_id == id);
    Check::default().that(settings.classify || kept.is_some(), "reason_id", Wrong::NotAllowed).done()?;
    let reason =
        one(work, id).await?.filter(|r| kept.is_some() || r.fits(team)).ok_or_else(|| Fault::field("reason_id", Wrong::Unknown))?;
    let amount = match amount_minor {
        None if reason.has_monetary_value => return Err(Fault::field("amount_minor", Wrong::Required).into()),
        Some(_) if !reason.has_monetary_value => return Err(Fault::field("amount_minor", Wrong::NotAllowed).into()),
        Some(minor) if !(0..=limit::AMOUNT_MAX).contains(&minor) => return Err(Fault::field("amount_minor", Wrong::NotAllowed).into()),
        // An amount that stays is still in what it was counted in.
        Some(minor) => {
            let was = kept.and_then(|k| k.amount).filter(|a| a.minor == minor);
            Some(was.unwrap_or(Money { minor, currency: settings.currency }))
        }
        None => None,
    };
    let (category, description) = match kept {
        Some(kept) => (kept.category, kept.description.clone()),
        None => (reason.category, reason.description),
    };
    Ok(Some(Classification { reason_id: id, category, description, amount }))
}
