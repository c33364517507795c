//! Contacts, their identities, and the terms by which they are found.

use crate::desk::{Cx, Scope, Work};
use crate::phone::{self, Phone};
use crate::{Result, args, avatar, sql};
use model::*;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

mod duplicates;
mod edit;
mod files;
mod merge;
mod photo;
mod unmerge;

pub use duplicates::duplicates;
pub(crate) use edit::{Held, answer_to, held, held_row, may_change, release, tell};
pub use edit::{save, set_status};
pub use files::files;
pub use merge::merge;
pub use photo::{photo, remove_photo, save_photo};
pub use unmerge::{merges, sweep as sweep_merges, undo_merge};

/// The columns of [`Listed`].
macro_rules! listed {
    () => {
        "select id, name, phone, email, status, annotation, created_at, page_url, page_title, page_at, version, tags, photo, merged_into from contact where account_id = $1"
    };
}

/// A contact in full, whatever is hidden from whom; one that was merged into another is that one.
///
/// # Errors
/// [`Fault::Missing`].
pub async fn get(scope: &Scope, id: ContactId) -> Result<Contact> {
    let row: Listed = scope.one(sql!(concat!(listed!(), " and id = $2")), args![id]).await?;
    if let Some(into) = row.merged_into {
        return Box::pin(get(scope, into.into())).await;
    }
    let identities: Vec<(String, String, String, Option<String>)> = scope
        .all(
            sql!(
                "select kind, channel_kind, address, username from contact_identity where account_id = $1 and contact_id = $2 and (not former or merged) order by kind, former"
            ),
            args![id],
        )
        .await?;
    let identities = identities
        .into_iter()
        .map(|(kind, channel, address, username)| Ok(Identity { kind: kind.parse()?, channel_kind: channel.parse()?, address, username }))
        .collect::<Result<Vec<_>>>()?;
    let values: Vec<(i64, String)> = scope
        .all(sql!("select field_id, value from contact_field where account_id = $1 and contact_id = $2 order by field_id"), args![id])
        .await?;
    let fields = values.into_iter().map(|(id, value)| FieldValue { field_id: id.into(), value }).collect();
    row.view(identities, fields)
}

/// A contact as the asker may see it: without the contacts, only those of conversations that they see (3.3).
///
/// # Errors
/// [`Fault::Missing`], also for those that the asker does not reach.
pub async fn read(cx: &Cx, id: ContactId) -> Result<Contact> {
    let scope = cx.may(Permission::Inbox)?;
    let contact = get(&scope, id).await?;
    if reached(cx, &scope, &[contact.id.0]).await?.is_empty() { Err(Fault::Missing.into()) } else { Ok(cx.shown(contact)) }
}

/// Those of the contacts that the asker may know of.
pub(crate) async fn reached(cx: &Cx, scope: &Scope, ids: &[i64]) -> Result<Vec<i64>> {
    if ids.is_empty() || cx.seat.may(Permission::Contacts) {
        return Ok(ids.to_vec());
    }
    let (condition, more) = crate::sight::condition(cx.seen(), 3);
    let mut args = vec![crate::db::list(ids.iter().copied())];
    args.extend(more);
    let text =
        format!("select distinct c.contact_id from conversation c where c.account_id = $1 and c.contact_id in {{in $2}} and {condition}");
    let seen: Vec<(i64,)> = scope.all(crate::db::Text::Built(text), args).await?;
    Ok(ids.iter().copied().filter(|id| seen.contains(&(*id,))).collect())
}

#[derive(sqlx::FromRow)]
struct Listed {
    id: i64,
    name: String,
    phone: Option<String>,
    email: Option<String>,
    status: String,
    annotation: String,
    created_at: Millis,
    page_url: Option<String>,
    page_title: Option<String>,
    page_at: Option<Millis>,
    version: i64,
    tags: String,
    photo: String,
    merged_into: Option<i64>,
}

impl Listed {
    fn view(self, identities: Vec<Identity>, fields: Vec<FieldValue>) -> Result<Contact> {
        let Listed {
            id,
            name,
            phone,
            email,
            status,
            annotation,
            created_at,
            page_url,
            page_title,
            page_at,
            version,
            tags,
            photo,
            merged_into: _,
        } = self;
        let page = page_url.zip(page_at).map(|(url, at)| VisitedPage { url, title: page_title.unwrap_or_default(), at });
        let (id, status, tags, photo) = (id.into(), status.parse()?, crate::tag::parse(&tags), avatar::mark(&photo));
        Ok(Contact { id, name, phone, email, status, annotation, created_at, identities, page, version, tags, fields, photo })
    }
}

/// A page of contacts, newest first: of all, or of those that a text finds (at most 100).
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long, [`Fault::Forbidden`] for who does not have the contacts.
pub async fn list(cx: &Cx, text: Option<&str>, after: Option<ContactId>, limit: i64) -> Result<Page<Contact>> {
    let scope = cx.may(Permission::Contacts)?;
    let limit = limit.clamp(1, limit::PAGE_MAX);
    let below = after.map_or(i64::MAX, |a| a.0);
    let mut rows: Vec<Listed> = match text.filter(|t| !t.trim().is_empty()) {
        None => {
            let all = sql!(concat!(listed!(), " and merged_into is null and id < $2 order by id desc limit $3"));
            scope.all(all, args![below, limit + 1]).await?
        }
        Some(text) => {
            let found = crate::db::list(crate::search::matching(cx, &scope, text).await?);
            let some = sql!(concat!(listed!(), " and id in {in $2} and id < $3 order by id desc limit $4"));
            scope.all(some, args![found, below, limit + 1]).await?
        }
    };
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let identities: Vec<(i64, String, String, String, Option<String>)> = scope
        .all(
            sql!(
                "select contact_id, kind, channel_kind, address, username from contact_identity
                 where account_id = $1 and contact_id in {in $2} and (not former or merged) order by contact_id, kind, former"
            ),
            args![crate::db::list(rows.iter().map(|r| r.id))],
        )
        .await?;
    let mut of: HashMap<i64, Vec<Identity>> = HashMap::new();
    for (id, kind, channel, address, username) in identities {
        of.entry(id).or_default().push(Identity { kind: kind.parse()?, channel_kind: channel.parse()?, address, username });
    }
    let values: Vec<(i64, i64, String)> = scope
        .all(
            sql!("select contact_id, field_id, value from contact_field where account_id = $1 and contact_id in {in $2} order by contact_id, field_id"),
            args![crate::db::list(rows.iter().map(|r| r.id))],
        )
        .await?;
    let mut fields: HashMap<i64, Vec<FieldValue>> = HashMap::new();
    for (id, field, value) in values {
        fields.entry(id).or_default().push(FieldValue { field_id: field.into(), value });
    }
    let next = rows.last().filter(|_| more).map(|r| r.id.to_string());
    let items = rows.into_iter().map(|r| {
        let (identities, fields) = (of.remove(&r.id).unwrap_or_default(), fields.remove(&r.id).unwrap_or_default());
        r.view(identities, fields)
    });
    Ok(cx.shown(Page { items: items.collect::<Result<_>>()?, next }))
}

/// The part of a contact that pickers show.
pub(crate) async fn hit(work: &mut Work, id: ContactId) -> Result<ContactHit> {
    let (name, phone, status, photo, merged_into): (String, Option<String>, String, String, Option<i64>) =
        work.one(sql!("select name, phone, status, photo, merged_into from contact where account_id = $1 and id = $2"), args![id]).await?;
    if let Some(into) = merged_into {
        return Box::pin(hit(work, into.into())).await;
    }
    Ok(ContactHit { id, name, phone, status: status.parse()?, photo: avatar::mark(&photo) })
}

/// Holds the contact until the work ends: what begins, reopens or continues its conversations goes one after the other.
/// Taken before any of them is locked. Answers the contact into which it was merged, if it was.
pub(crate) async fn lock(work: &mut Work, mut id: ContactId) -> Result<ContactId> {
    loop {
        let row: Option<(Option<i64>,)> =
            work.opt(sql!("select merged_into from contact where account_id = $1 and id = $2 {lock}"), args![id]).await?;
        // What was merged later has the later number of merges: this ends.
        match row {
            Some((Some(into),)) => id = into.into(),
            _ => return Ok(id),
        }
    }
}

/// The contact with this number, in any of its forms.
pub(crate) async fn by_phone(work: &mut Work, number: &Phone) -> Result<Option<ContactHit>> {
    match by_identity(work, IdentityKind::Phone, number.digits()).await? {
        Some(id) => Ok(Some(hit(work, id).await?)),
        None => Ok(None),
    }
}

/// The contact with this identity.
pub(crate) async fn by_identity(work: &mut Work, kind: IdentityKind, value: &str) -> Result<Option<ContactId>> {
    let row: Option<(i64,)> = work
        .opt(sql!("select contact_id from contact_identity where account_id = $1 and kind = $2 and value = $3"), args![kind, value])
        .await?;
    Ok(row.map(|(id,)| id.into()))
}

/// A contact that one of us made by its number.
pub(crate) async fn create_with_phone(work: &mut Work, name: &str, number: &Phone) -> Result<ContactHit> {
    let name = if name.trim().is_empty() { text::phone_display(&number.e164) } else { name.trim().to_owned() };
    let id = create(work, &name, Some(number)).await?;
    let new = NewIdentity {
        kind: IdentityKind::Phone,
        value: number.digits(),
        channel: ChannelKind::WhatsApp,
        address: number.digits(),
        username: None,
    };
    if !add_identity(work, id, &new).await? {
        // Somebody else made the contact a moment ago.
        work.run(sql!("delete from contact where account_id = $1 and id = $2"), args![id]).await?;
        return by_phone(work, number).await?.ok_or_else(|| Fault::Unavailable.into());
    }
    Ok(ContactHit { id, name, phone: Some(number.e164.clone()), status: ContactStatus::Active, photo: String::new() })
}

/// Makes a contact without identities.
pub(crate) async fn create(work: &mut Work, name: &str, number: Option<&Phone>) -> Result<ContactId> {
    let (id, now): (ContactId, _) = (work.desk().seam.id(), work.desk().now());
    let name = text::shorten(name.trim(), limit::NAME_MAX);
    work.run(
        sql!("insert into contact (account_id, id, name, phone, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)"),
        args![id, &name, number.map(|n| n.e164.as_str()), now],
    )
    .await?;
    // Made just now: nothing else leads here yet.
    enter(work, id, terms(&name, number.map(|n| n.e164.as_str()), None)).await?;
    Ok(id)
}

/// An identity to be added.
pub(crate) struct NewIdentity<'a> {
    pub kind: IdentityKind,
    /// The key: phone digits in key form, a BSUID, a visitor's id.
    pub value: &'a str,
    pub channel: ChannelKind,
    /// What is sent to.
    pub address: &'a str,
    pub username: Option<&'a str>,
}

/// Adds an identity; false when another contact got it first.
pub(crate) async fn add_identity(work: &mut Work, contact: ContactId, new: &NewIdentity<'_>) -> Result<bool> {
    let now = work.desk().now();
    let added = work
        .run(
            sql!(
                "insert into contact_identity (account_id, kind, value, contact_id, channel_kind, address, username, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (account_id, kind, value) do nothing"
            ),
            args![new.kind, new.value, contact, new.channel, new.address, new.username, now],
        )
        .await?;
    Ok(added == 1)
}

/// The network resolved the recipient to another form of the number: that is where we send from now on.
pub(crate) async fn set_address(work: &mut Work, contact: ContactId, address: &str) -> Result<()> {
    let Some(number) = phone::network(address) else { return Ok(()) };
    work.run(
        sql!("update contact_identity set address = $4 where account_id = $1 and contact_id = $2 and kind = 'PHONE' and value = $3 and address <> $4"),
        args![contact, number.digits(), address],
    )
    .await?;
    Ok(())
}

/// Takes an archived contact back.
pub(crate) async fn activate(work: &mut Work, id: ContactId) -> Result<()> {
    work.run(sql!("update contact set status = 'ACTIVE' where account_id = $1 and id = $2 and status = 'ARCHIVED'"), args![id]).await?;
    Ok(())
}

/// Writes the terms by which the contact is found.
pub(crate) async fn index(work: &mut Work, id: ContactId, name: &str, phone: Option<&str>, email: Option<&str>) -> Result<()> {
    work.run(sql!("delete from contact_term where account_id = $1 and contact_id = $2"), args![id]).await?;
    // Numbers that came with a merged contact.
    let more: Vec<(String,)> = work
        .all(
            sql!("select value from contact_identity where account_id = $1 and contact_id = $2 and kind = 'PHONE' and merged order by value limit 5"),
            args![id],
        )
        .await?;
    let mut found = terms(name, phone, email);
    for (number,) in more {
        found.extend(terms("", Some(&number), None));
    }
    enter(work, id, found).await
}

async fn enter(work: &mut Work, id: ContactId, terms: Vec<String>) -> Result<()> {
    for term in terms {
        work.run(
            sql!("insert into contact_term (account_id, term, contact_id) values ($1, $2, $3) on conflict do nothing"),
            args![term, id],
        )
        .await?;
    }
    Ok(())
}

/// Words of the name and the e-mail, and every tail of the number of four digits or more, so that a prefix search finds
/// a number by any part of it.
pub fn terms(name: &str, phone: Option<&str>, email: Option<&str>) -> Vec<String> {
    let mut terms: Vec<String> =
        fold(name).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(|w| w.chars().take(40).collect()).collect();
    if let Some(email) = email {
        terms.push(fold(email));
    }
    for variant in phone.map(|p| phone::variants(p.trim_start_matches('+'))).unwrap_or_default() {
        terms.extend((0..variant.len().saturating_sub(3)).map(|i| variant[i..].to_owned()));
    }
    terms.truncate(80);
    terms.sort();
    terms.dedup();
    terms
}

/// Lowercase without accents.
pub fn fold(text: &str) -> String {
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ab_8_a_contact_is_found_by_words_and_any_part_of_the_number() {
        let terms = terms("João D'Ávila", Some("+5511987654321"), Some("Joao@Loja.com"));
        for t in ["joao", "avila", "5511987654321", "11987654321", "87654321", "1187654321", "4321", "joao@loja.com"] {
            assert!(terms.iter().any(|x| x == t), "{t}");
        }
        assert!(!terms.iter().any(|x| x == "321"));
    }
}
