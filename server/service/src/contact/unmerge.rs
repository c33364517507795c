//! What was merged can be undone for [`limit::MERGE_MILLIS`].

use super::edit::may_change;
use super::merge::{Before, Facts, facts, write};
use super::{index, lock, tell};
use crate::conversation::merge::{self as conversations, Kept, refused};
use crate::desk::{Cx, Desk, Work};
use crate::media::kept;
use crate::{Result, args, sql, sql_system, tag};
use model::*;

/// The merges into a contact, and of its conversations, that can be undone, newest first.
///
/// # Errors
/// [`Fault::Missing`], [`Fault::Forbidden`] for who may not change the contact.
pub async fn merges(cx: &Cx, id: ContactId) -> Result<Vec<Merge>> {
    let scope = cx.may(Permission::Inbox)?;
    may_change(cx, &scope, id).await?;
    let now = cx.desk().now();
    let rows: Vec<(i64, String, String, Millis, Millis, i64)> = scope
        .all(
            sql!(
                "select id, kind, label, at, until_at, user_id from merge where account_id = $1 and part_of is null and until_at > $3
                 and target_id in (select $2 union all select c.id from conversation c where c.account_id = $1 and c.contact_id = $2)
                 order by at desc, id desc limit 50"
            ),
            args![id, now],
        )
        .await?;
    rows.into_iter()
        .map(|(id, kind, label, at, until, by)| Ok(cx.shown(Merge { id: id.into(), kind: kind.parse()?, label, at, until, by: by.into() })))
        .collect()
}

/// Undoes a merge. Of contacts: the other gets its conversations and identities back, and what the contact has of it goes
/// unless it was changed since; conversations that began since stay.
///
/// # Errors
/// [`Fault::NotMerged`] when a later merge builds on it, [`Fault::Missing`] when it was undone or its time is over,
/// [`Fault::Forbidden`].
pub async fn undo_merge(cx: &Cx, id: MergeId) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let now = work.desk().now();
    let merge: Kept = work
        .one(
            sql!("select id, kind, source_id, target_id, before from merge where account_id = $1 and id = $2 and part_of is null and until_at > $3"),
            args![id, now],
        )
        .await?;
    match merge.kind.parse()? {
        MergeKind::Contact => undo_contact(cx, &mut work, &merge).await?,
        MergeKind::Conversation => {
            let (contact,): (i64,) =
                work.one(sql!("select contact_id from conversation where account_id = $1 and id = $2"), args![merge.target_id]).await?;
            lock(&mut work, contact.into()).await?;
            super::held(cx, &mut work, contact.into()).await?;
            conversations::undo(cx, &mut work, &merge).await?;
        }
    }
    // Two who undo it at once: the second one finds nothing to delete.
    if work.run(sql!("delete from merge where account_id = $1 and id = $2"), args![id]).await? == 0 {
        return Err(Fault::Missing.into());
    }
    work.commit().await
}

async fn undo_contact(cx: &Cx, work: &mut Work, merge: &Kept) -> Result<()> {
    let (other_id, kept_id) = (ContactId(merge.source_id), ContactId(merge.target_id));
    if lock(work, kept_id).await? != kept_id {
        return Err(refused(MergeWhy::Later));
    }
    let row = super::held(cx, work, kept_id).await?;
    let now = work.desk().now();
    let back = work
        .run(
            sql!(
                "update contact set merged_into = null, version = version + 1, updated_at = $4 where account_id = $1 and id = $2 and merged_into = $3"
            ),
            args![other_id, kept_id, now],
        )
        .await?;
    if back == 0 {
        return Err(Fault::Missing.into());
    }
    let before: Before = serde_json::from_str(&merge.before)?;
    give_back(work, &before, kept_id, other_id).await?;
    let parts: Vec<Kept> = work
        .all(
            sql!("select id, kind, source_id, target_id, before from merge where account_id = $1 and part_of = $2 order by id desc"),
            args![merge.id],
        )
        .await?;
    for part in &parts {
        conversations::undo(cx, work, part).await?;
    }
    for way in &before.ways {
        work.run(
            sql!(
                "update contact_identity set contact_id = $4, former = $5, merged = $6 where account_id = $1 and kind = $2 and value = $3 and contact_id = $7"
            ),
            args![way.kind.as_str(), way.value.as_str(), way.contact_id, way.former, way.merged, kept_id],
        )
        .await?;
    }
    let now_facts = facts(work, kept_id, &row).await?;
    write(work, kept_id, &now_facts, &restored(&before, &now_facts)).await?;
    let other = super::held_row(work, other_id).await?;
    index(work, other_id, &other.name, other.phone.as_deref(), other.email.as_deref()).await?;
    tag::put_back(work, other_id, &tag::parse(&other.tags)).await?;
    work.audit(Some(cx.user), "contact.unmerge", kept_id, serde_json::json!({ "other": other_id, "name": other.name })).await?;
    tell(work, kept_id, true).await?;
    tell(work, other_id, true).await
}

/// The other's conversations are the other's again, without the addresses that the merge gave some.
async fn give_back(work: &mut Work, before: &Before, kept: ContactId, other: ContactId) -> Result<()> {
    work.run(
        sql!("update conversation set to_kind = null, to_address = null where account_id = $1 and id in {in $2}"),
        args![crate::db::list(before.held.iter().copied())],
    )
    .await?;
    work.run(
        sql!("update conversation set contact_id = $3 where account_id = $1 and contact_id = $4 and id in {in $2}"),
        args![crate::db::list(before.conversations.iter().copied()), other, kept],
    )
    .await?;
    work.run(
        sql!("update outbox set contact_id = $3 where account_id = $1 and conversation_id in {in $2}"),
        args![crate::db::list(before.conversations.iter().copied()), other],
    )
    .await?;
    Ok(())
}

/// What the contact says of itself without what came with the merge, as far as nobody has changed that since.
fn restored(before: &Before, now: &Facts) -> Facts {
    fn one<T: Clone + PartialEq>(was: &T, after: &T, now: &T) -> T {
        if now == after { was.clone() } else { now.clone() }
    }
    let (was, after) = (&before.kept, &before.after);
    let came: Vec<TagId> = after.tags.iter().filter(|t| !was.tags.contains(t)).copied().collect();
    let mut fields = now.fields.clone();
    for id in was.fields.keys().chain(after.fields.keys()) {
        if now.fields.get(id) == after.fields.get(id) {
            match was.fields.get(id) {
                Some(value) => fields.insert(*id, value.clone()),
                None => fields.remove(id),
            };
        }
    }
    Facts {
        name: one(&was.name, &after.name, &now.name),
        phone: one(&was.phone, &after.phone, &now.phone),
        email: one(&was.email, &after.email, &now.email),
        annotation: one(&was.annotation, &after.annotation, &now.annotation),
        status: one(&was.status, &after.status, &now.status),
        tags: now.tags.iter().filter(|t| !came.contains(t)).copied().collect(),
        fields,
        photo: one(&was.photo, &after.photo, &now.photo),
    }
}

/// Forgets what can be undone no more: the record, and the contact that went into another.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk) -> Result<()> {
    let over: Vec<(i64, i64, String, i64)> = desk
        .db
        .all(
            sql_system!(
                "select account_id, id, kind, source_id from merge where until_at <= $1 and part_of is null order by until_at limit 100"
            ),
            args![desk.now()],
        )
        .await?;
    for (account, id, kind, source) in over {
        let mut work = desk.system(account.into()).begin().await?;
        work.run(sql!("delete from merge where account_id = $1 and id = $2"), args![id]).await?;
        if kind == MergeKind::Contact.word() {
            let gone: Vec<(String,)> = work
                .all(
                    sql!(
                        "delete from contact where account_id = $1 and id = $2 and merged_into is not null
                     and not exists (select 1 from conversation c where c.account_id = $1 and c.contact_id = $2)
                     and not exists (select 1 from outbox o where o.account_id = $1 and o.contact_id = $2) returning photo"
                    ),
                    args![source],
                )
                .await?;
            for (photo,) in gone {
                kept::stopped_pointing(&mut work, &[&photo]).await?;
            }
        }
        work.commit().await?;
    }
    Ok(())
}
