//! The company behind an account (CF-1).

use crate::desk::{Cx, Scope};
use crate::{Result, args, sql};
use model::*;

type Stored = (String, String, String, Option<i64>, String, String, String);

/// What admins have written down.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins.
pub async fn get(cx: &Cx) -> Result<Company> {
    of(&cx.may(Permission::Settings)?).await
}

async fn of(scope: &Scope) -> Result<Company> {
    let row: Option<Stored> = scope
        .opt(sql!("select kind, legal_name, cnpj, responsible_id, email, phone, address from company where account_id = $1"), args![])
        .await?;
    let Some((kind, legal_name, cnpj, responsible, email, phone, address)) = row else { return Ok(Company::default()) };
    Ok(Company { kind: kind.parse()?, legal_name, cnpj, responsible_id: responsible.map(UserId), email, phone, address })
}

/// Changes it.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins; [`Fault::Invalid`], also for a responsible person who is no active admin.
pub async fn save(cx: &Cx, draft: Company) -> Result<Company> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let now = draft.tidy();
    let before = of(&scope).await?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    if let Some(user) = now.responsible_id {
        let admin: Option<(i64,)> = work
            .opt(sql!("select user_id from membership where account_id = $1 and user_id = $2 and active and role = 'ADMIN'"), args![user])
            .await?;
        if admin.is_none() {
            return Err(Fault::field("responsible_id", Wrong::NotAllowed).into());
        }
    }
    work.run(
        sql!(
            "insert into company (account_id, kind, legal_name, cnpj, responsible_id, email, phone, address) values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (account_id) do update set kind = excluded.kind, legal_name = excluded.legal_name, cnpj = excluded.cnpj,
             responsible_id = excluded.responsible_id, email = excluded.email, phone = excluded.phone, address = excluded.address"
        ),
        args![now.kind.word(), &now.legal_name, &now.cnpj, now.responsible_id, &now.email, &now.phone, &now.address],
    )
    .await?;
    work.audit_change(Some(cx.user), "company.change", cx.account, &before, &now).await?;
    work.commit().await?;
    Ok(now)
}
