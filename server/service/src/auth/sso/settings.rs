//! What an admin sets.

use super::{Row, place, provider};
use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

macro_rules! stored {
    () => {
        "select account_id, version, enabled, slug, issuer, client_id, secret, button, domains, newcomers, team_id, only_sso from sso where account_id = $1"
    };
}

fn view(scope: &Scope, row: Option<&Row>) -> Result<SsoSettings> {
    let account = scope.account.to_string();
    Ok(SsoSettings {
        sso: row.map(Row::view).transpose()?.unwrap_or_default(),
        has_secret: row.is_some_and(|r| !r.secret.is_empty()),
        callback: provider::callback(scope.desk()),
        start: format!("{}/sso/{}", scope.desk().settings.public_url, row.map_or(account, Row::name)),
    })
}

/// How the account's people come in by their provider.
pub async fn settings(cx: &Cx) -> Result<SsoSettings> {
    let scope = cx.may(Permission::Settings)?;
    let row: Option<Row> = scope.opt(sql!(stored!()), args![]).await?;
    view(&scope, row.as_ref())
}

/// Changes it. A provider that is switched on must be there.
///
/// # Errors
/// [`Fault::Conflict`] when it was changed since the draft's version, [`Fault::Invalid`] field by field, [`Fault::Forbidden`].
pub async fn save(cx: &Cx, draft: Sso) -> Result<SsoSettings> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let desk = cx.desk();
    let issuer = draft.issuer.trim();
    if draft.enabled && !provider::is_there(desk, issuer).await {
        return Err(Fault::field("issuer", Wrong::NotRight).into());
    }
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let before: Option<Row> = work.opt(sql!(stored!()), args![]).await?;
    if before.as_ref().map_or(0, |b| b.version) != draft.version {
        return Err(Fault::Conflict.into());
    }
    if let Some(team) = draft.team_id {
        let own: Option<(i64,)> = work.opt(sql!("select id from team where account_id = $1 and id = $2"), args![team]).await?;
        own.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    }
    // A secret is told to the provider that it was made for, not to another one.
    let same = before.as_ref().is_some_and(|b| b.issuer == issuer && b.client_id == draft.client_id.trim());
    let secret = match draft.secret.trim() {
        "" if same => before.as_ref().map(|b| b.secret.clone()).unwrap_or_default(),
        "" => String::new(),
        fresh => {
            let mut nonce = [0u8; 24];
            desk.seam.fill(&mut nonce);
            let sealed = desk.keys.seal(&place(cx.account), fresh, nonce);
            sealed.ok_or_else(|| crate::Error::Other("a secret could not be encrypted".into()))?
        }
    };
    let saved = work
        .run(
            sql!(
                "insert into sso (account_id, version, enabled, slug, issuer, client_id, secret, button, domains, newcomers, team_id, only_sso)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                 on conflict (account_id) do update set version = excluded.version, enabled = excluded.enabled, slug = excluded.slug,
                 issuer = excluded.issuer, client_id = excluded.client_id, secret = excluded.secret, button = excluded.button,
                 domains = excluded.domains, newcomers = excluded.newcomers, team_id = excluded.team_id, only_sso = excluded.only_sso"
            ),
            args![
                draft.version + 1,
                draft.enabled,
                &draft.slug,
                issuer,
                draft.client_id.trim(),
                secret,
                draft.button.trim(),
                serde_json::to_string(&draft.domains)?,
                draft.newcomers.map(Role::word).unwrap_or_default(),
                draft.team_id,
                draft.only
            ],
        )
        .await;
    if let Err(e) = saved {
        return Err(if e.is_unique("slug") { Fault::field("slug", Wrong::Taken).into() } else { e });
    }
    let ended = if draft.only { end_others(&mut work).await? } else { Vec::new() };
    let told = Sso { secret: String::new(), ..draft.clone() };
    work.audit(Some(cx.user), "sso.change", cx.account, serde_json::to_value(&told)?).await?;
    work.commit().await?;
    desk.sso.admitted.forget();
    for (user, login) in ended {
        crate::auth::tell_ended(desk, user, &[login]).await?;
    }
    settings(cx).await
}

/// Ends what is signed in here otherwise, admins' logins left out.
async fn end_others(work: &mut Work) -> Result<Vec<(UserId, LoginId)>> {
    let ended: Vec<(i64, i64)> = work
        .all(
            sql!(
                "delete from login where account_id = $1 and sso_account_id is null
                 and user_id in (select user_id from membership where account_id = $1 and role <> 'ADMIN') returning user_id, id"
            ),
            args![],
        )
        .await?;
    Ok(ended.into_iter().map(|(user, login)| (user.into(), login.into())).collect())
}
