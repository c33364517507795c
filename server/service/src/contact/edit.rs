//! Changing contacts by hand (CP-3, CP-5, CP-6), archiving and blocking them.

use super::{NewIdentity, add_identity, by_identity, index, lock, read};
use crate::conversation::{self, Row, Told};
use crate::db::{Arg, Text};
use crate::desk::{Cx, Scope, Work};
use crate::phone::{self, Phone};
use crate::{Result, args, field, mask, sight, sql};
use model::*;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Conversations whose rows are told of a change; older ones show it when they are fetched again.
const TOLD_MAX: i64 = 100;

/// A contact that is about to be changed.
#[derive(sqlx::FromRow)]
pub(crate) struct Held {
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub annotation: String,
    pub status: String,
    pub version: i64,
    pub tags: String,
    pub photo: String,
}

/// The contact, held until the work ends, when the asker may change it: whoever sees one of its conversations, and
/// everybody who has the contacts while it has none.
///
/// # Errors
/// [`Fault::Missing`], [`Fault::Forbidden`].
pub(crate) async fn held(cx: &Cx, work: &mut Work, id: ContactId) -> Result<Held> {
    lock(work, id).await?;
    let contact = held_row(work, id).await?;
    let (text, args) = seen_of(cx, id);
    decide(cx, work.one(text, args).await?)?;
    Ok(contact)
}

/// Whether the asker may change the contact, without holding it: for what only reads, or looks before it begins.
///
/// # Errors
/// [`Fault::Missing`], [`Fault::Forbidden`].
pub(crate) async fn may_change(cx: &Cx, scope: &Scope, id: ContactId) -> Result<()> {
    let _: (i64,) = scope.one(sql!("select id from contact where account_id = $1 and id = $2 and merged_into is null"), args![id]).await?;
    let (text, args) = seen_of(cx, id);
    decide(cx, scope.one(text, args).await?)
}

/// Counts the contact's conversations, and those of them that the asker sees.
fn seen_of(cx: &Cx, id: ContactId) -> (Text, Vec<Arg>) {
    let (condition, more) = sight::condition(cx.seen(), 3);
    let mut args = args![id];
    args.extend(more);
    let text = format!(
        "select count(*), count(case when {condition} then 1 end) from conversation c where c.account_id = $1 and c.contact_id = $2"
    );
    (Text::Built(text), args)
}

fn decide(cx: &Cx, (all, seen): (i64, i64)) -> Result<()> {
    if seen == 0 && (all > 0 || !cx.seat.may(Permission::Contacts)) { Err(Fault::Forbidden.into()) } else { Ok(()) }
}

/// The contact without a question of who asks.
pub(crate) async fn held_row(work: &mut Work, id: ContactId) -> Result<Held> {
    work.one(
        sql!("select name, phone, email, annotation, status, version, tags, photo from contact where account_id = $1 and id = $2 and merged_into is null"),
        args![id],
    )
    .await
}

/// Tells of a changed contact; with `rows`, when something changed that its conversations' rows show.
pub(crate) async fn tell(work: &mut Work, id: ContactId, rows: bool) -> Result<()> {
    if rows {
        let all: Vec<(i64,)> = work
            .all(
                sql!("select id from conversation where account_id = $1 and contact_id = $2 order by last_at desc limit $3"),
                args![id, TOLD_MAX],
            )
            .await?;
        for (conversation,) in all {
            let c = conversation::lock(work, conversation.into()).await?;
            conversation::tell(work, &c, Told::of(&c), Vec::new());
        }
    }
    work.tell(Change::Contact { contact_id: id });
    Ok(())
}

/// Changes a contact. Its open conversation on WhatsApp goes on under the number it began with (CP-5).
///
/// # Errors
/// [`Fault::Conflict`] when it was changed since the draft's version (CP-6), [`Fault::Invalid`] field by field,
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn save(cx: &Cx, draft: ContactDraft) -> Result<Contact> {
    let scope = cx.may(Permission::Inbox)?;
    let mut work = scope.begin().await?;
    let before = held(cx, &mut work, draft.id).await?;
    let fields = field::all(&mut work).await?;
    if draft.version != before.version {
        return Err(Fault::Conflict.into());
    }
    let draft = mask::meant_of(cx, draft, &before)?;
    draft.check(&fields)?;
    // The form lets masks pass; what is one no longer is a value like any other.
    let unlike = !model::mask::is_masked(&draft.email) || before.email.as_deref() == Some(draft.email.as_str());
    Check::default().that(unlike, "email", Wrong::NotAnEmail).done()?;
    let name = draft.name.trim();
    let annotation = draft.annotation.trim();
    let email = Some(draft.email.trim()).filter(|e| !e.is_empty());
    let typed = draft.phone.trim();
    let number = match typed {
        "" => None,
        // A number of which only the network knows the form stays as it is.
        same if before.phone.as_deref() == Some(same) => None,
        typed => Some(phone::typed(typed)?),
    };
    let phone = match (&number, typed) {
        (Some(number), _) => Some(number.e164.clone()),
        (None, "") => None,
        (None, same) => Some(same.to_owned()),
    };
    let mut changed = Map::new();
    let mut note = |what: &str, from: &str, to: &str| {
        if from != to {
            changed.insert(what.to_owned(), json!({ "from": from, "to": to }));
        }
    };
    note("name", &before.name, name);
    note("phone", before.phone.as_deref().unwrap_or_default(), phone.as_deref().unwrap_or_default());
    note("email", before.email.as_deref().unwrap_or_default(), email.unwrap_or_default());
    note("annotation", &before.annotation, annotation);
    set_values(cx, &mut work, &draft, &fields, &mut changed).await?;
    if changed.is_empty() {
        return read(cx, draft.id).await;
    }
    if changed.contains_key("phone") {
        set_number(&mut work, draft.id, number.as_ref()).await?;
    }
    let now = work.desk().now();
    work.run(
        sql!(
            "update contact set name = $3, phone = $4, email = $5, annotation = $6, version = version + 1, updated_at = $7 where account_id = $1 and id = $2"
        ),
        args![draft.id, name, phone.clone(), email, annotation, now],
    )
    .await?;
    if ["name", "phone", "email"].iter().any(|what| changed.contains_key(*what)) {
        index(&mut work, draft.id, name, phone.as_deref(), email).await?;
    }
    let rows = changed.contains_key("name") || changed.contains_key("phone");
    work.audit(Some(cx.user), "contact.change", draft.id, Value::Object(changed)).await?;
    tell(&mut work, draft.id, rows).await?;
    work.commit().await?;
    read(cx, draft.id).await
}

/// Writes the values of the account's fields that differ.
async fn set_values(
    cx: &Cx,
    work: &mut Work,
    draft: &ContactDraft,
    fields: &[CustomField],
    changed: &mut Map<String, Value>,
) -> Result<()> {
    if let Some(unknown) = draft.fields.iter().find(|v| !fields.iter().any(|f| f.id == v.field_id)) {
        return Err(Fault::field(&field_name(unknown.field_id), Wrong::Unknown).into());
    }
    let stored: Vec<(i64, String)> =
        work.all(sql!("select field_id, value from contact_field where account_id = $1 and contact_id = $2"), args![draft.id]).await?;
    let stored: HashMap<i64, String> = stored.into_iter().collect();
    for field in fields.iter().filter(|f| !f.archived && f.kind != FieldKind::Group) {
        let before = stored.get(&field.id.0).map(String::as_str);
        let typed = mask::meant_value(cx, draft.value(field.id), before.unwrap_or_default());
        let now = typed.and_then(|typed| field.read(&typed, before)).map_err(|wrong| Fault::field(&field_name(field.id), wrong))?;
        if now.as_deref() == before {
            continue;
        }
        field::put(work, draft.id, field.id, now.as_deref()).await?;
        changed.insert(field_name(field.id), json!({ "from": before, "to": now }));
    }
    Ok(())
}

/// Gives the contact another number, or none. What is open on WhatsApp stays with where it is sent to now, because the
/// messaging window belongs to that address; the old number leads to the contact until then (CP-5).
async fn set_number(work: &mut Work, id: ContactId, new: Option<&Phone>) -> Result<()> {
    let now: Vec<(String, String)> = work
        .all(
            sql!(
                "select kind, address from contact_identity where account_id = $1 and contact_id = $2 and channel_kind = 'WHATSAPP' and not former
                 order by kind desc"
            ),
            args![id],
        )
        .await?;
    let key = new.map(|n| n.digits().to_owned()).unwrap_or_default();
    if let Some(number) = new {
        let (channel, address) = (ChannelKind::WhatsApp, number.digits());
        let identity = NewIdentity { kind: IdentityKind::Phone, value: number.digits(), channel, address, username: None };
        if !add_identity(work, id, &identity).await? {
            if by_identity(work, IdentityKind::Phone, number.digits()).await? != Some(id) {
                return Err(Fault::field("phone", Wrong::Taken).into());
            }
            work.run(
                sql!(
                    "update contact_identity set former = false where account_id = $1 and contact_id = $2 and kind = 'PHONE' and value = $3"
                ),
                args![id, &key],
            )
            .await?;
        }
    }
    let mut pinned = 0;
    if let Some((kind, address)) = now.first() {
        pinned = work
            .run(
                sql!(
                    "update conversation set to_kind = $3, to_address = $4 where account_id = $1 and contact_id = $2 and status <> 'COMPLETED'
                     and to_address is null and channel_id in (select id from channel where account_id = $1 and kind = 'WHATSAPP')"
                ),
                args![id, kind, address],
            )
            .await?;
    }
    let old = if pinned > 0 {
        sql!(
            "update contact_identity set former = true where account_id = $1 and contact_id = $2 and kind = 'PHONE' and not former and value <> $3"
        )
    } else {
        sql!("delete from contact_identity where account_id = $1 and contact_id = $2 and kind = 'PHONE' and not former and value <> $3")
    };
    work.run(old, args![id, key]).await?;
    Ok(())
}

/// The conversation ended, or its contact writes from the new number: the old one is not needed for it any more.
pub(crate) async fn release(work: &mut Work, c: &mut Row) -> Result<()> {
    if c.to_address.take().is_none() {
        return Ok(());
    }
    work.run(sql!("update conversation set to_kind = null, to_address = null where account_id = $1 and id = $2"), args![c.id]).await?;
    work.run(
        sql!(
            "delete from contact_identity where account_id = $1 and contact_id = $2 and kind = 'PHONE' and former
             and not merged and not exists (select 1 from conversation c where c.account_id = $1 and c.contact_id = $2 and c.to_address is not null)"
        ),
        args![c.contact_id],
    )
    .await?;
    Ok(())
}

/// The contact wrote from this number: the answer goes there when it is one that came with a merged contact, and to the
/// contact's own again when they write from that.
pub(crate) async fn answer_to(work: &mut Work, c: &mut Row, from: Option<&str>) -> Result<()> {
    if let (Some(address), Some(written)) = (from, from.and_then(key))
        && c.contact_phone.as_deref().and_then(|own| key(own.trim_start_matches('+'))).is_none_or(|own| own != written)
    {
        let second: Option<(String,)> = work
            .opt(
                sql!(
                    "select address from contact_identity where account_id = $1 and contact_id = $2 and kind = 'PHONE' and value = $3 and former and merged"
                ),
                args![c.contact_id, written],
            )
            .await?;
        if second.is_some() {
            if c.to_address.as_deref() != Some(address) {
                c.to_address = Some(address.to_owned());
                work.run(
                    sql!("update conversation set to_kind = 'PHONE', to_address = $3 where account_id = $1 and id = $2"),
                    args![c.id, address],
                )
                .await?;
            }
            return Ok(());
        }
    }
    if writes_from_elsewhere(c, from) { release(work, c).await } else { Ok(()) }
}

/// The key of a number as networks write it.
fn key(address: &str) -> Option<String> {
    phone::network(address).map(|n| n.digits().to_owned())
}

/// Whether a conversation that stays with an old number is written to from another one.
fn writes_from_elsewhere(c: &Row, from: Option<&str>) -> bool {
    match (&c.to_address, from.and_then(key)) {
        (Some(pinned), Some(from)) => key(pinned).is_none_or(|pinned| pinned != from),
        _ => false,
    }
}

/// Archives a contact, blocks it, or takes either back. Blocking is not for everybody (3.3).
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn set_status(cx: &Cx, id: ContactId, status: ContactStatus) -> Result<Contact> {
    let scope = cx.may(Permission::Inbox)?;
    let mut work = scope.begin().await?;
    let before: ContactStatus = held(cx, &mut work, id).await?.status.parse()?;
    if [before, status].contains(&ContactStatus::Blocked) && !cx.seat.may(Permission::Block) {
        return Err(Fault::Forbidden.into());
    }
    if before != status {
        let now = work.desk().now();
        work.run(sql!("update contact set status = $3, updated_at = $4 where account_id = $1 and id = $2"), args![id, status, now]).await?;
        work.audit(Some(cx.user), "contact.status", id, json!({ "from": before, "to": status })).await?;
        tell(&mut work, id, false).await?;
        work.commit().await?;
    }
    read(cx, id).await
}
