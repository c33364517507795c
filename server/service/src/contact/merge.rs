//! Merging two contacts that are one person (NX-3), field by field.
//!
//! The other contact's conversations and identities go to the one that stays; its row stays, too, and points there, so
//! that undoing gives it back as it was. Who writes from an identity that is not the contact's first is answered there.

use super::{Held, index, lock, read, tell};
use crate::conversation::merge::{self as conversations, NewMerge, keep, refused};
use crate::desk::{Cx, Work};
use crate::{Result, args, field, sql, tag};
use model::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a contact says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub annotation: String,
    pub status: ContactStatus,
    pub tags: Vec<TagId>,
    pub fields: BTreeMap<i64, String>,
    #[serde(default)]
    pub photo: String,
}

/// An identity as it was.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct Way {
    pub kind: String,
    pub value: String,
    pub channel_kind: String,
    pub address: String,
    pub contact_id: i64,
    pub former: bool,
    pub merged: bool,
}

/// Both contacts before the merge, and what the one that stays was after it.
#[derive(Serialize, Deserialize)]
pub(super) struct Before {
    pub kept: Facts,
    pub after: Facts,
    pub ways: Vec<Way>,
    /// The other's conversations.
    pub conversations: Vec<i64>,
    /// Those that go on with an address of their own since.
    pub held: Vec<i64>,
}

pub(super) async fn facts(work: &mut Work, id: ContactId, held: &Held) -> Result<Facts> {
    let fields: Vec<(i64, String)> =
        work.all(sql!("select field_id, value from contact_field where account_id = $1 and contact_id = $2"), args![id]).await?;
    Ok(Facts {
        name: held.name.clone(),
        phone: held.phone.clone(),
        email: held.email.clone(),
        annotation: held.annotation.clone(),
        status: held.status.parse()?,
        tags: tag::parse(&held.tags),
        fields: fields.into_iter().collect(),
        photo: held.photo.clone(),
    })
}

/// Makes two contacts one. Open conversations of both on one channel are merged as well.
///
/// # Errors
/// [`Fault::Conflict`] when one of them was changed since they were compared, [`Fault::Forbidden`], [`Fault::ServedBy`]
/// when an open conversation would be merged that is not the asker's, [`Fault::NotMerged`], [`Fault::Invalid`] when the
/// result is too long, [`Fault::Missing`].
pub async fn merge(cx: &Cx, draft: ContactMergeDraft) -> Result<Contact> {
    cx.needs(Module::Merging)?;
    let scope = cx.may(Permission::Inbox)?;
    let (kept_id, other_id) = (draft.kept_id, draft.other_id);
    if kept_id == other_id {
        return Err(refused(MergeWhy::Unlike));
    }
    let mut work = scope.begin().await?;
    for id in [kept_id.min(other_id), kept_id.max(other_id)] {
        if lock(&mut work, id).await? != id {
            return Err(refused(MergeWhy::Merged));
        }
    }
    let kept_row = super::held(cx, &mut work, kept_id).await?;
    let other_row = super::held(cx, &mut work, other_id).await?;
    if (kept_row.version, other_row.version) != (draft.kept_version, draft.other_version) {
        return Err(Fault::Conflict.into());
    }
    let kept = facts(&mut work, kept_id, &kept_row).await?;
    let other = facts(&mut work, other_id, &other_row).await?;
    if [kept.status, other.status].contains(&ContactStatus::Blocked) && !cx.seat.may(Permission::Block) {
        return Err(Fault::Forbidden.into());
    }
    let after = chosen(&draft, &kept, &other)?;
    let (id, label): (MergeId, _) = (work.desk().seam.id(), other.name.clone());
    // The merges of conversations name this one: it stands first, and gets what undoing needs last.
    let new =
        NewMerge { id, kind: MergeKind::Contact, source: other_id.0, target: kept_id.0, part_of: None, label: &label, before: "{}".into() };
    keep(&mut work, cx, new).await?;
    merge_open(cx, &mut work, kept_id, other_id, id).await?;
    let moved = move_conversations(&mut work, other_id, kept_id).await?;
    let (ways, held) = move_ways(&mut work, kept_id, other_id, draft.phone == MergeSide::Other, &moved).await?;
    write(&mut work, kept_id, &kept, &after).await?;
    work.run(sql!("delete from contact_term where account_id = $1 and contact_id = $2"), args![other_id]).await?;
    work.run(sql!("delete from contact_tag where account_id = $1 and contact_id = $2"), args![other_id]).await?;
    // Whichever of the two was told last that it is closed: they are one person.
    work.run(
        sql!(
            "update contact set off_hours_at = (select max(k.off_hours_at) from contact k where k.account_id = $1 and k.id in ($2, $3)),
             off_hours_until = (select max(k.off_hours_until) from contact k where k.account_id = $1 and k.id in ($2, $3)) where account_id = $1 and id = $2"
        ),
        args![kept_id, other_id],
    )
    .await?;
    let now = work.desk().now();
    work.run(
        sql!("update contact set merged_into = $3, version = version + 1, updated_at = $4 where account_id = $1 and id = $2"),
        args![other_id, kept_id, now],
    )
    .await?;
    let before = serde_json::to_string(&Before { kept, after, ways, conversations: moved, held })?;
    work.run(sql!("update merge set before = $3 where account_id = $1 and id = $2"), args![id, before]).await?;
    work.audit(Some(cx.user), "contact.merge", kept_id, serde_json::json!({ "other": other_id, "name": label })).await?;
    tell(&mut work, kept_id, true).await?;
    work.tell(Change::Contact { contact_id: other_id });
    work.commit().await?;
    read(cx, kept_id).await
}

/// The contact that comes of it.
fn chosen(draft: &ContactMergeDraft, kept: &Facts, other: &Facts) -> Result<Facts> {
    let mut check = Check::default();
    for (side, what) in [(draft.name, "name"), (draft.phone, "phone"), (draft.email, "email")] {
        check.that(side != MergeSide::Both, what, Wrong::NotAllowed);
    }
    let of = |side: MergeSide| if side == MergeSide::Other { other } else { kept };
    let annotation = match draft.annotation {
        MergeSide::Both => joined(&kept.annotation, &other.annotation),
        side => of(side).annotation.clone(),
    };
    check.that(annotation.chars().count() <= limit::ANNOTATION_MAX, "annotation", Wrong::TooLong);
    let mut tags = kept.tags.clone();
    tags.extend(other.tags.iter().filter(|t| !kept.tags.contains(t)));
    check.that(tags.len() <= limit::CONTACT_TAGS_MAX, "tag_ids", Wrong::TooMany);
    check.done()?;
    let mut fields = kept.fields.clone();
    for id in &draft.fields {
        match other.fields.get(&id.0) {
            Some(value) => fields.insert(id.0, value.clone()),
            None => fields.remove(&id.0),
        };
    }
    let either = |status| kept.status == status || other.status == status;
    let status = [ContactStatus::Blocked, ContactStatus::Active].into_iter().find(|s| either(*s)).unwrap_or(kept.status);
    let (name, phone, email) = (of(draft.name).name.clone(), of(draft.phone).phone.clone(), of(draft.email).email.clone());
    // A face is better than none.
    let photo = if kept.photo.is_empty() { &other.photo } else { &kept.photo }.clone();
    Ok(Facts { name, phone, email, annotation, status, tags, fields, photo })
}

/// Where both have an open conversation on one channel, one goes into the other.
async fn merge_open(cx: &Cx, work: &mut Work, kept: ContactId, other: ContactId, part_of: MergeId) -> Result<()> {
    let open: Vec<(i64, i64)> = work
        .all(
            sql!(
                "select a.id, b.id from conversation a join conversation b on b.channel_id = a.channel_id
                 where a.account_id = $1 and a.contact_id = $2 and a.status <> 'COMPLETED' and b.account_id = $1 and b.contact_id = $3 and b.status <> 'COMPLETED'"
            ),
            args![kept, other],
        )
        .await?;
    for (a, b) in open {
        conversations::merge_open(cx, work, a.into(), b.into(), part_of).await?;
    }
    Ok(())
}

/// Gives all conversations of a contact to another; answers them.
async fn move_conversations(work: &mut Work, from: ContactId, to: ContactId) -> Result<Vec<i64>> {
    let moved: Vec<(i64,)> = work
        .all(sql!("update conversation set contact_id = $3 where account_id = $1 and contact_id = $2 returning id"), args![from, to])
        .await?;
    work.run(sql!("update outbox set contact_id = $3 where account_id = $1 and contact_id = $2"), args![from, to]).await?;
    Ok(moved.into_iter().map(|(id,)| id).collect())
}

/// Gives the other's identities to the one that stays. Of each kind one is first, by the choice of the number; what is
/// open goes on where it was. Answers the identities as they were, and the conversations that have an address of their own
/// since.
async fn move_ways(work: &mut Work, kept: ContactId, other: ContactId, others_number: bool, moved: &[i64]) -> Result<(Vec<Way>, Vec<i64>)> {
    let ways: Vec<Way> = work
        .all(
            sql!(
                "select kind, value, channel_kind, address, contact_id, former, merged from contact_identity
                 where account_id = $1 and contact_id in ($2, $3) order by kind desc, created_at"
            ),
            args![kept, other],
        )
        .await?;
    // As the outbox looks for them.
    let first = |of: ContactId, channel: &str| ways.iter().find(|w| w.contact_id == of.0 && w.channel_kind == channel && !w.former);
    for way in &ways {
        let wins = |side: ContactId| {
            ways.iter().any(|w| w.contact_id == side.0 && w.kind == way.kind && w.channel_kind == way.channel_kind && !w.former)
        };
        let is_others = way.contact_id == other.0;
        let prefers_other = others_number && way.kind == IdentityKind::Phone.word();
        let former = way.former || if is_others { wins(kept) && !prefers_other } else { wins(other) && prefers_other };
        if is_others || former != way.former {
            work.run(
                sql!("update contact_identity set contact_id = $4, former = $5, merged = true where account_id = $1 and kind = $2 and value = $3"),
                args![way.kind.as_str(), way.value.as_str(), kept, former],
            )
            .await?;
        }
    }
    let open: Vec<(i64, String)> = work
        .all(
            sql!(
                "select c.id, h.kind from conversation c join channel h on h.id = c.channel_id
                 where c.account_id = $1 and c.contact_id = $2 and c.status <> 'COMPLETED' and c.to_address is null"
            ),
            args![kept],
        )
        .await?;
    let mut held = Vec::new();
    for (id, channel) in open {
        let was = first(if moved.contains(&id) { other } else { kept }, &channel);
        let is: Option<(String,)> = work
            .opt(
                sql!(
                    "select address from contact_identity where account_id = $1 and contact_id = $2 and channel_kind = $3 and not former order by kind desc limit 1"
                ),
                args![kept, channel.as_str()],
            )
            .await?;
        let Some(was) = was.filter(|was| is.is_none_or(|(is,)| is != was.address)) else { continue };
        work.run(
            sql!("update conversation set to_kind = $3, to_address = $4 where account_id = $1 and id = $2"),
            args![id, was.kind.as_str(), was.address.as_str()],
        )
        .await?;
        held.push(id);
    }
    Ok((ways, held))
}

/// Writes what a contact says of itself, as far as it differs.
pub(super) async fn write(work: &mut Work, id: ContactId, before: &Facts, after: &Facts) -> Result<()> {
    let now = work.desk().now();
    work.run(
        sql!(
            "update contact set name = $3, phone = $4, email = $5, annotation = $6, status = $7, version = version + 1, updated_at = $8, photo = $9
             where account_id = $1 and id = $2"
        ),
        args![id, &after.name, after.phone.clone(), after.email.clone(), &after.annotation, after.status, now, &after.photo],
    )
    .await?;
    index(work, id, &after.name, after.phone.as_deref(), after.email.as_deref()).await?;
    tag::put(work, id, &before.tags, &after.tags).await?;
    for field in before.fields.keys().chain(after.fields.keys()).filter(|f| before.fields.get(f) != after.fields.get(f)) {
        field::put(work, id, (*field).into(), after.fields.get(field).map(String::as_str)).await?;
    }
    Ok(())
}
