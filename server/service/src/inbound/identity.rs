//! Whom a message comes from: one contact for a number in any form, for a business-scoped id, or for both.

use crate::contact::{self, NewIdentity};
use crate::{Result, Work, args, phone, sql};
use channel::Sender;
use model::*;

/// The contact that a sender is, as far as we know them.
pub(crate) async fn known(work: &mut Work, from: &Sender) -> Result<Option<ContactId>> {
    if let Some(bsuid) = &from.bsuid
        && let Some(id) = contact::by_identity(work, IdentityKind::Bsuid, bsuid).await?
    {
        return Ok(Some(id));
    }
    match from.phone.as_deref().and_then(phone::network) {
        Some(number) => contact::by_identity(work, IdentityKind::Phone, number.digits()).await,
        None => Ok(None),
    }
}

/// The contact of a sender, made when unknown. Both identities, number and BSUID, lead to the same contact afterwards;
/// when they led to two, the number wins and the BSUID moves there.
pub(crate) async fn resolve(work: &mut Work, channel: ChannelKind, from: &Sender) -> Result<ContactId> {
    let number = from.phone.as_deref().and_then(phone::network);
    let by_number = match &number {
        Some(n) => contact::by_identity(work, IdentityKind::Phone, n.digits()).await?,
        None => None,
    };
    let by_bsuid = match &from.bsuid {
        Some(b) => contact::by_identity(work, IdentityKind::Bsuid, b).await?,
        None => None,
    };
    let name = from.name.as_deref().map(str::trim).filter(|n| !n.is_empty());
    let id = match (by_number, by_bsuid) {
        (Some(n), Some(b)) if n != b => {
            work.run(sql!("update contact set same_as = $3 where account_id = $1 and id = $2"), args![b, n]).await?;
            work.audit(None, "contact.same_person", n, serde_json::json!({ "bsuid": from.bsuid, "other": b })).await?;
            work.run(
                sql!("update contact_identity set contact_id = $2 where account_id = $1 and kind = 'BSUID' and value = $3"),
                args![n, from.bsuid.as_deref()],
            )
            .await?;
            n
        }
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => {
            let fallback = number
                .as_ref()
                .map(|n| text::phone_display(&n.e164))
                .or_else(|| from.username.as_ref().map(|u| format!("@{}", u.trim_start_matches('@'))));
            let name = name.map(str::to_owned).or(fallback).unwrap_or_else(|| "WhatsApp".to_owned());
            contact::create(work, &name, number.as_ref()).await?
        }
    };
    let mut id = id;
    if let (Some(n), None) = (&number, by_number) {
        let address = from.phone.as_deref().unwrap_or_default();
        let new = NewIdentity { kind: IdentityKind::Phone, value: n.digits(), channel, address, username: from.username.as_deref() };
        if contact::add_identity(work, id, &new).await? {
            if by_bsuid.is_some() {
                gained_number(work, id, n).await?;
            }
        } else if let Some(first) = contact::by_identity(work, IdentityKind::Phone, n.digits()).await? {
            // Another server made the contact a moment ago: ours has nothing yet.
            work.run(sql!("delete from contact where account_id = $1 and id = $2"), args![id]).await?;
            id = first;
        }
    }
    if let (Some(b), None) = (&from.bsuid, by_bsuid) {
        let new = NewIdentity { kind: IdentityKind::Bsuid, value: b, channel, address: b, username: from.username.as_deref() };
        if !contact::add_identity(work, id, &new).await?
            && number.is_none()
            && let Some(first) = contact::by_identity(work, IdentityKind::Bsuid, b).await?
        {
            work.run(sql!("delete from contact where account_id = $1 and id = $2"), args![id]).await?;
            id = first;
        }
    }
    Ok(id)
}

async fn gained_number(work: &mut Work, id: ContactId, number: &phone::Phone) -> Result<()> {
    let (name, email): (String, Option<String>) =
        work.one(sql!("select name, email from contact where account_id = $1 and id = $2"), args![id]).await?;
    work.run(
        sql!("update contact set phone = $3, version = version + 1 where account_id = $1 and id = $2 and phone is null"),
        args![id, &number.e164],
    )
    .await?;
    contact::index(work, id, &name, Some(&number.e164), email.as_deref()).await
}

/// A contact's business-scoped id was replaced. The old one still leads to them: what was on its way comes under it.
pub(crate) async fn bsuid_changed(work: &mut Work, channel: ChannelKind, phone: Option<&str>, previous: &str, current: &str) -> Result<()> {
    let bsuid = Some(previous.to_owned()).filter(|p| !p.is_empty());
    let from = Sender { phone: phone.map(str::to_owned), bsuid, ..Sender::default() };
    let Some(id) = known(work, &from).await? else { return Ok(()) };
    contact::add_identity(work, id, &NewIdentity { kind: IdentityKind::Bsuid, value: current, channel, address: current, username: None })
        .await?;
    work.run(
        sql!("update contact_identity set former = true where account_id = $1 and contact_id = $2 and kind = 'BSUID' and value = $3"),
        args![id, previous],
    )
    .await?;
    Ok(())
}

/// The contact has a new number; answers the old and the new one, or nothing when the new one is somebody else's.
pub(crate) async fn change_number(work: &mut Work, id: ContactId, new_address: &str) -> Result<Option<(String, String)>> {
    let Some(number) = phone::network(new_address) else { return Ok(None) };
    let (name, old, email): (String, Option<String>, Option<String>) =
        work.one(sql!("select name, phone, email from contact where account_id = $1 and id = $2"), args![id]).await?;
    let new = NewIdentity {
        kind: IdentityKind::Phone,
        value: number.digits(),
        channel: ChannelKind::WhatsApp,
        address: new_address,
        username: None,
    };
    if !contact::add_identity(work, id, &new).await? {
        return Ok(None);
    }
    work.run(
        sql!("delete from contact_identity where account_id = $1 and contact_id = $2 and kind = 'PHONE' and value <> $3 and not merged"),
        args![id, number.digits()],
    )
    .await?;
    work.run(sql!("update contact set phone = $3, version = version + 1 where account_id = $1 and id = $2"), args![id, &number.e164])
        .await?;
    contact::index(work, id, &name, Some(&number.e164), email.as_deref()).await?;
    Ok(Some((old.unwrap_or_default(), number.e164)))
}
