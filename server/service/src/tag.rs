//! Tags, and which contacts have them (CP-4).

use crate::contact::{held, read, tell};
use crate::db::list as ids;
use crate::desk::{Cx, Work};
use crate::{Result, args, sql};
use model::*;
use serde_json::json;

/// Tags of the account by name.
pub async fn list(cx: &Cx) -> Result<Vec<Tag>> {
    let rows: Vec<(i64, String, String)> = cx
        .may(Permission::Inbox)?
        .all(sql!("select id, name, colour from tag where account_id = $1 order by name_key, id"), args![])
        .await?;
    rows.into_iter().map(|(id, name, colour)| Ok(Tag { id: id.into(), name, colour: colour.parse()? })).collect()
}

/// Creates or changes a tag. Whoever has the contacts may create one; changing it is not for everybody (3.3).
///
/// # Errors
/// [`Fault::Invalid`] for a name that another tag has, whatever its capital letters; [`Fault::Forbidden`],
/// [`Fault::Missing`].
pub async fn save(cx: &Cx, draft: TagDraft) -> Result<Tag> {
    let scope = cx.may(if draft.id.is_some() { Permission::Lists } else { Permission::Contacts })?;
    draft.check()?;
    let name = draft.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    if let Some(id) = draft.id {
        let _: (i64,) = work.one(sql!("select id from tag where account_id = $1 and id = $2"), args![id]).await?;
    }
    let (n,): (i64,) = work.one(sql!("select count(*) from tag where account_id = $1"), args![]).await?;
    if draft.id.is_none() && n >= limit::TAGS_MAX {
        return Err(Fault::field("name", Wrong::TooMany).into());
    }
    let id = draft.id.unwrap_or_else(|| work.desk().seam.id());
    let now = work.desk().now();
    let saved = work
        .run(
            sql!(
                "insert into tag (account_id, id, name, name_key, colour, created_at) values ($1, $2, $3, $4, $5, $6)
                 on conflict (id) do update set name = excluded.name, name_key = excluded.name_key, colour = excluded.colour where tag.account_id = $1"
            ),
            args![id, &name, name.to_lowercase(), draft.colour, now],
        )
        .await;
    saved.map_err(|e| if e.is_unique("name") { Fault::field("name", Wrong::Taken).into() } else { e })?;
    work.audit(Some(cx.user), if draft.id.is_some() { "tag.change" } else { "tag.add" }, id, serde_json::to_value(&draft)?).await?;
    work.tell(Change::Setup { what: SetupKind::Tags });
    work.commit().await?;
    Ok(Tag { id, name, colour: draft.colour })
}

/// Deletes a tag and takes it off all contacts; of one that is in use only when that is `confirmed`.
///
/// # Errors
/// [`Fault::InUse`] with the number of contacts, [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn delete(cx: &Cx, id: TagId, confirmed: bool) -> Result<()> {
    let mut work = cx.may(Permission::Lists)?.begin().await?;
    work.lock_account().await?;
    let (name,): (String,) = work.one(sql!("select name from tag where account_id = $1 and id = $2 {lock}"), args![id]).await?;
    let (count,): (i64,) = work.one(sql!("select count(*) from contact_tag where account_id = $1 and tag_id = $2"), args![id]).await?;
    if count > 0 && !confirmed {
        return Err(Fault::InUse { count }.into());
    }
    work.run(
        sql!(
            "update contact set tags = replace(tags, $3, ',') where account_id = $1
             and id in (select t.contact_id from contact_tag t where t.account_id = $1 and t.tag_id = $2)"
        ),
        args![id, format!(",{id},")],
    )
    .await?;
    work.run(sql!("delete from contact_tag where account_id = $1 and tag_id = $2"), args![id]).await?;
    work.run(sql!("delete from tag where account_id = $1 and id = $2"), args![id]).await?;
    crate::sla::tags_changed(&mut work, None).await?;
    work.audit(Some(cx.user), "tag.delete", id, json!({ "name": name, "contacts": count })).await?;
    work.tell(Change::Setup { what: SetupKind::Tags });
    work.commit().await
}

/// Changes which tags a contact has: who may change the contact may do that.
///
/// # Errors
/// [`Fault::Invalid`] for tags that do not exist or are too many, [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn change(cx: &Cx, contact: ContactId, how: TagChange, named: &[TagId]) -> Result<Contact> {
    let scope = cx.may(Permission::Inbox)?;
    let mut work = scope.begin().await?;
    let before = parse(&held(cx, &mut work, contact).await?.tags);
    if how != TagChange::Delete {
        let known: Vec<(i64,)> =
            work.all(sql!("select id from tag where account_id = $1 and id in {in $2}"), vec![ids(named.iter().copied())]).await?;
        if named.iter().any(|id| !known.iter().any(|(k,)| *k == id.0)) {
            return Err(Fault::field("tag_ids", Wrong::Unknown).into());
        }
    }
    let after = how.apply(&before, named);
    if after.len() > limit::CONTACT_TAGS_MAX {
        return Err(Fault::field("tag_ids", Wrong::TooMany).into());
    }
    if after == before {
        return read(cx, contact).await;
    }
    let (added, removed) = put(&mut work, contact, &before, &after).await?;
    work.audit(Some(cx.user), "contact.tag", contact, json!({ "added": added, "removed": removed })).await?;
    tell(&mut work, contact, true).await?;
    work.commit().await?;
    read(cx, contact).await
}

/// Writes a contact's tags; answers which came and which went.
pub(crate) async fn put(work: &mut Work, contact: ContactId, before: &[TagId], after: &[TagId]) -> Result<(Vec<TagId>, Vec<TagId>)> {
    let without = |of: &[TagId], these: &[TagId]| of.iter().filter(|id| !these.contains(id)).copied().collect::<Vec<_>>();
    let (added, removed) = (without(after, before), without(before, after));
    work.run(
        sql!("delete from contact_tag where account_id = $1 and contact_id = $2 and tag_id in {in $3}"),
        args![contact].into_iter().chain([ids(removed.iter().copied())]).collect(),
    )
    .await?;
    for tag in &added {
        work.run(sql!("insert into contact_tag (account_id, contact_id, tag_id) values ($1, $2, $3)"), args![contact, *tag]).await?;
    }
    work.run(sql!("update contact set tags = $3 where account_id = $1 and id = $2"), args![contact, text_of(after)]).await?;
    crate::sla::tags_changed(work, Some(contact)).await?;
    Ok((added, removed))
}

/// Gives a contact the tags again that it had, as far as they still exist.
pub(crate) async fn put_back(work: &mut Work, contact: ContactId, had: &[TagId]) -> Result<()> {
    let known: Vec<(i64,)> =
        work.all(sql!("select id from tag where account_id = $1 and id in {in $2}"), vec![ids(had.iter().copied())]).await?;
    let still: Vec<TagId> = had.iter().filter(|t| known.contains(&(t.0,))).copied().collect();
    // While it was merged it had none.
    put(work, contact, &[], &still).await.map(drop)
}

/// How a contact's tags stand beside its name: each id between commas, so that one of them can be taken out by its text.
fn text_of(tags: &[TagId]) -> String {
    let mut text = String::new();
    for tag in tags {
        text.push(',');
        text.push_str(&tag.to_string());
    }
    if !text.is_empty() {
        text.push(',');
    }
    text
}

/// The way back.
pub(crate) fn parse(text: &str) -> Vec<TagId> {
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contacts_tags_are_read_as_they_were_written() {
        for tags in [vec![], vec![TagId(5)], vec![TagId(1), TagId(15), TagId(50)]] {
            assert_eq!(parse(&text_of(&tags)), tags);
        }
        // Taking one out by its text leaves the others.
        assert_eq!(parse(&text_of(&[TagId(1), TagId(5), TagId(15)]).replace(",5,", ",")), [TagId(1), TagId(15)]);
        assert_eq!(parse(&text_of(&[TagId(5)]).replace(",5,", ",")), []);
    }
}
