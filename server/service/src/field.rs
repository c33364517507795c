//! The fields that an account adds to all of its contacts (CP-3).

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

type Listed = (i64, String, String, bool, bool, String);

macro_rules! every_field {
    () => {
        "select id, kind, name, required, archived, options from custom_field where account_id = $1 order by position, id"
    };
}

fn view(row: Listed) -> Result<CustomField> {
    let (id, kind, name, required, archived, options) = row;
    Ok(CustomField { id: id.into(), kind: kind.parse()?, name, required, archived, options: serde_json::from_str(&options)? })
}

/// All fields in their order, archived ones included.
pub async fn list(cx: &Cx) -> Result<Vec<CustomField>> {
    of(&cx.may(Permission::Inbox)?).await
}

async fn of(scope: &Scope) -> Result<Vec<CustomField>> {
    let rows: Vec<Listed> = scope.all(sql!(every_field!()), args![]).await?;
    rows.into_iter().map(view).collect()
}

/// The same inside a work.
pub(crate) async fn all(work: &mut Work) -> Result<Vec<CustomField>> {
    let rows: Vec<Listed> = work.all(sql!(every_field!()), args![]).await?;
    rows.into_iter().map(view).collect()
}

/// Writes a contact's value of a field; none takes it away.
pub(crate) async fn put(work: &mut Work, contact: ContactId, field: FieldId, value: Option<&str>) -> Result<()> {
    match value {
        None => {
            let text = sql!("delete from contact_field where account_id = $1 and contact_id = $2 and field_id = $3");
            work.run(text, args![contact, field]).await?
        }
        Some(value) => {
            let text = sql!(
                "insert into contact_field (account_id, contact_id, field_id, value) values ($1, $2, $3, $4)
                 on conflict (contact_id, field_id) do update set value = excluded.value"
            );
            work.run(text, args![contact, field, value]).await?
        }
    };
    Ok(())
}

/// Creates or changes a field; a new one stands last. The kind is fixed once a contact has a value.
///
/// # Errors
/// [`Fault::Invalid`], [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn save(cx: &Cx, draft: FieldDraft) -> Result<CustomField> {
    let scope = cx.may(Permission::Lists)?;
    let draft = draft.tidy();
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    if let Some(id) = draft.id {
        let (kind,): (String,) = work.one(sql!("select kind from custom_field where account_id = $1 and id = $2"), args![id]).await?;
        if kind != draft.kind.word() {
            let used: Option<(i64,)> =
                work.opt(sql!("select contact_id from contact_field where account_id = $1 and field_id = $2 limit 1"), args![id]).await?;
            if used.is_some() {
                return Err(Fault::field("kind", Wrong::NotAllowed).into());
            }
        }
    }
    let (n, last): (i64, i64) =
        work.one(sql!("select count(*), coalesce(max(position), 0) from custom_field where account_id = $1"), args![]).await?;
    if draft.id.is_none() && n >= limit::FIELDS_MAX {
        return Err(Fault::field("name", Wrong::TooMany).into());
    }
    let id = draft.id.unwrap_or_else(|| work.desk().seam.id());
    let now = work.desk().now();
    let saved = work
        .run(
            sql!(
                "insert into custom_field (account_id, id, kind, name, name_key, required, archived, options, position, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do update set kind = excluded.kind, name = excluded.name,
                 name_key = excluded.name_key, required = excluded.required, archived = excluded.archived, options = excluded.options
                 where custom_field.account_id = $1"
            ),
            args![
                id,
                draft.kind,
                &draft.name,
                draft.name.to_lowercase(),
                draft.required,
                draft.archived,
                serde_json::to_string(&draft.options)?,
                last + 1,
                now
            ],
        )
        .await;
    saved.map_err(|e| if e.is_unique("name") { Fault::field("name", Wrong::Taken).into() } else { e })?;
    work.audit(Some(cx.user), if draft.id.is_some() { "field.change" } else { "field.add" }, id, serde_json::to_value(&draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Fields });
    work.commit().await?;
    of(&scope).await?.into_iter().find(|f| f.id == id).ok_or_else(|| Fault::Missing.into())
}

/// Puts the fields into another order; those that are not named stand behind them as they were.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Missing`] for a field that is not there.
pub async fn sort(cx: &Cx, order: &[FieldId]) -> Result<Vec<CustomField>> {
    let scope = cx.may(Permission::Lists)?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let known = all(&mut work).await?;
    if order.iter().any(|id| !known.iter().any(|f| f.id == *id)) {
        return Err(Fault::Missing.into());
    }
    let rest = known.iter().map(|f| f.id).filter(|id| !order.contains(id));
    for (position, id) in order.iter().copied().chain(rest).enumerate() {
        work.run(sql!("update custom_field set position = $3 where account_id = $1 and id = $2"), args![id, position as i64 + 1]).await?;
    }
    work.audit(Some(cx.user), "field.sort", cx.account, serde_json::json!({ "order": order })).await?;
    work.tell(Change::Setup { what: SetupKind::Fields });
    work.commit().await?;
    of(&scope).await
}
