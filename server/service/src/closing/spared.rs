//! Conversations that never close by themselves because of a tag of their contact (AU-3).

use crate::desk::{Cx, Work};
use crate::{Result, args, db::list, sql};
use model::*;

/// The tags whose contacts are spared, by name.
pub async fn spared(cx: &Cx) -> Result<Vec<TagId>> {
    let rows: Vec<(i64,)> = cx
        .may(Permission::Settings)?
        .all(
            sql!(
                "select t.id from auto_close_tag a join tag t on t.account_id = a.account_id and t.id = a.tag_id
                 where a.account_id = $1 order by t.name_key, t.id"
            ),
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Changes them; answers all.
///
/// # Errors
/// [`Fault::Invalid`] for a tag that the account does not have.
pub async fn save_spared(cx: &Cx, tags: &[TagId]) -> Result<Vec<TagId>> {
    let scope = cx.may(Permission::Settings)?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let known: Vec<(i64,)> =
        work.all(sql!("select id from tag where account_id = $1 and id in {in $2}"), vec![list(tags.iter().copied())]).await?;
    if tags.iter().any(|tag| !known.contains(&(tag.0,))) {
        return Err(Fault::field("tags", Wrong::Unknown).into());
    }
    work.run(sql!("delete from auto_close_tag where account_id = $1"), args![]).await?;
    for (tag,) in known {
        work.run(sql!("insert into auto_close_tag (account_id, tag_id) values ($1, $2)"), args![tag]).await?;
    }
    work.audit(Some(cx.user), "auto_close.spared", cx.account, serde_json::json!({ "tags": tags })).await?;
    work.tell(Change::Setup { what: SetupKind::Closing });
    work.commit().await?;
    spared(cx).await
}

/// Whether the contact has such a tag.
pub(super) async fn is_spared(work: &mut Work, contact: ContactId) -> Result<bool> {
    let tag: Option<(i64,)> = work
        .opt(
            sql!(
                "select a.tag_id from auto_close_tag a join contact_tag t on t.account_id = a.account_id and t.tag_id = a.tag_id
                 where a.account_id = $1 and t.contact_id = $2 limit 1"
            ),
            args![contact],
        )
        .await?;
    Ok(tag.is_some())
}
