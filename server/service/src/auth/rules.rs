//! What an account says about how its people come in, and how many there may be.

use crate::desk::Cx;
use crate::{Result, Work, args, sql};
use model::*;

/// The account's rules.
pub async fn door_rules(cx: &Cx) -> Result<DoorRules> {
    let scope = cx.may(Permission::Settings)?;
    let (second_factor, channel, template): (bool, Option<i64>, Option<i64>) =
        scope.one(sql!("select second_factor_required, code_channel_id, code_template_id from account where id = $1"), args![]).await?;
    Ok(DoorRules { second_factor, channel_id: channel.map(Into::into), template_id: template.map(Into::into) })
}

/// Changes them. Who demands a second factor of all must have one: nobody locks themselves out by a click.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin; [`Fault::Invalid`] about `second_factor` without an own one, and about
/// `template_id` when it is none of category authentication on that channel.
pub async fn save_door_rules(cx: &Cx, draft: DoorRules) -> Result<DoorRules> {
    let scope = cx.may(Permission::Settings)?;
    let has_one = super::factor_state(cx).await?.on;
    let mut work = scope.begin().await?;
    let before: (bool,) = work.one(sql!("select second_factor_required from account where id = $1"), args![]).await?;
    if draft.second_factor && !before.0 && !has_one {
        return Err(Fault::field("second_factor", Wrong::Required).into());
    }
    match (draft.channel_id, draft.template_id) {
        (Some(channel), Some(template)) => {
            let known = crate::template::sendable(&mut work, channel, template).await;
            if !known.is_ok_and(|t| t.category == TemplateCategory::Authentication) {
                return Err(Fault::field("template_id", Wrong::Unknown).into());
            }
        }
        (None, None) => {}
        _ => return Err(Fault::field("template_id", Wrong::Required).into()),
    }
    work.run(
        sql!("update account set second_factor_required = $2, code_channel_id = $3, code_template_id = $4 where id = $1"),
        args![draft.second_factor, draft.channel_id, draft.template_id],
    )
    .await?;
    work.audit(Some(cx.user), "door.change", cx.account, serde_json::to_value(&draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    Ok(draft)
}

/// Refuses when the account has as many people as it may (US-5); `but` is an invitation that counts already. The caller
/// holds the account.
///
/// # Errors
/// [`Fault::TooManyUsers`].
pub(crate) async fn room_for_one(work: &mut Work, but: Option<InvitationId>) -> Result<()> {
    let Some(max) = work.desk().settings.door.users_max else { return Ok(()) };
    let now = work.desk().now();
    let (members,): (i64,) = work.one(sql!("select count(*) from membership where account_id = $1 and active"), args![]).await?;
    let (invited,): (i64,) = work
        .one(
            sql!("select count(*) from invitation where account_id = $1 and expires_at > $2 and id <> $3"),
            args![now, but.unwrap_or_default()],
        )
        .await?;
    if members + invited >= max { Err(Fault::TooManyUsers { max }.into()) } else { Ok(()) }
}
