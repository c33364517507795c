//! Contacts that may be one person.

use crate::desk::Cx;
use crate::{Result, args, sql};
use model::*;

/// Contacts that look like the same person: the network said so, or they have the same e-mail or name; at most [`limit::DUPLICATES_MAX`].
///
/// # Errors
/// [`Fault::Missing`].
pub async fn duplicates(cx: &Cx, id: ContactId) -> Result<Vec<ContactHit>> {
    cx.needs(Module::Merging)?;
    let scope = cx.may(Permission::Inbox)?;
    let (name, email): (String, Option<String>) =
        scope.one(sql!("select name, email from contact where account_id = $1 and id = $2"), args![id]).await?;
    if super::reached(cx, &scope, &[id.0]).await?.is_empty() {
        return Err(Fault::Missing.into());
    }
    let named: Vec<(i64,)> = scope
        .all(
            sql!(
                "select id from contact where account_id = $1 and same_as = $2 and merged_into is null
                 union all select k.id from contact c join contact k on k.id = c.same_as
                 where c.account_id = $1 and c.id = $2 and c.same_as is not null and k.merged_into is null limit $3"
            ),
            args![id, limit::DUPLICATES_MAX],
        )
        .await?;
    let mut ids: Vec<i64> = named.into_iter().map(|(id,)| id).collect();
    if let Some(email) = email.filter(|e| !e.is_empty()) {
        let rows: Vec<(i64,)> = scope
            .all(
                sql!("select contact_id from contact_term where account_id = $1 and term = $2 and contact_id <> $3 order by contact_id limit $4"),
                args![super::fold(&email), id, limit::DUPLICATES_MAX],
            )
            .await?;
        ids.extend(rows.into_iter().map(|(id,)| id));
    }
    let folded = super::fold(&name);
    if name.chars().any(char::is_alphabetic) {
        let found = crate::search::named(&scope, &text::shorten(&name, limit::SEARCH_MAX)).await?;
        ids.extend(found.into_iter().filter(|h| h.id != id && super::fold(&h.name) == folded).map(|h| h.id.0));
    }
    let ids = super::reached(cx, &scope, &ids).await?;
    let mut hits: Vec<ContactHit> = Vec::new();
    for found in crate::search::hits(&scope, &ids, 2 * limit::DUPLICATES_MAX).await? {
        if hits.len() < limit::DUPLICATES_MAX as usize && !hits.iter().any(|h| h.id == found.id) {
            hits.push(found);
        }
    }
    Ok(cx.shown(hits))
}
