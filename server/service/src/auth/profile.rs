//! One's own name and e-mail (PR-1).

use super::{normal_email, password, throttle};
use crate::desk::Cx;
use crate::{Result, args, sql_system};
use model::*;

/// Changes the asker's own name, nickname and e-mail, for all their accounts. Another e-mail is another way in: it asks
/// for the password.
///
/// # Errors
/// [`Fault::Invalid`] for wrong fields, a taken e-mail or a wrong password; [`Fault::Throttled`] after several of those.
pub async fn save_profile(cx: &Cx, draft: ProfileDraft) -> Result<()> {
    let scope = cx.may(Permission::Inbox)?;
    draft.check()?;
    let desk = cx.desk();
    let email = normal_email(&draft.email);
    let (known, hash): (String, String) =
        desk.db.one(sql_system!("select email, password_hash from users where id = $1"), args![cx.user]).await?.ok_or(Fault::SignedOut)?;
    if known != email {
        if draft.password.is_empty() {
            return Err(Fault::field("password", Wrong::Required).into());
        }
        let key = format!("password:{}", cx.user);
        let turn = password::turn(desk).await?;
        throttle::refuse(desk, &key).await?;
        if !password::is_right(&turn, draft.password.clone(), Some(hash)).await? {
            throttle::count(desk, &key, 1).await?;
            return Err(Fault::field("password", Wrong::NotAllowed).into());
        }
        throttle::forget(desk, &key).await?;
    }
    let mut work = scope.begin().await?;
    let saved = work
        .system()
        .run(
            sql_system!("update users set name = $2, nickname = $3, email = $4 where id = $1"),
            args![cx.user, draft.name.trim(), draft.nickname.trim(), &email],
        )
        .await;
    if let Err(e) = saved.map_err(crate::Error::from) {
        return Err(if e.is_unique("email") { Fault::field("email", Wrong::Taken).into() } else { e });
    }
    work.audit(Some(cx.user), "user.change", cx.user, serde_json::json!({ "email_changed": known != email })).await?;
    crate::avatar::tell_colleagues(&mut work, cx.user).await?;
    work.commit().await
}
