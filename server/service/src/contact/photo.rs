//! A contact's photo (PR-3). WhatsApp does not tell one: people of the account choose it.

use super::edit::may_change;
use super::{held, tell};
use crate::desk::{Cx, Work};
use crate::media::kept;
use crate::{Result, args, avatar, sql};
use model::*;
use serde_json::json;

/// Takes a PNG, JPEG or WebP file as the photo of a contact that the asker may change. Answers its hash.
///
/// # Errors
/// [`Fault::Invalid`] for what is too large or no such picture, [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn save_photo(cx: &Cx, id: ContactId, file: Vec<u8>) -> Result<String> {
    // Nothing is unpacked or kept for who may not change the contact.
    may_change(cx, &cx.may(Permission::Inbox)?, id).await?;
    let hash = avatar::keep(cx.desk(), file).await?;
    set(cx, id, &hash).await?;
    Ok(hash)
}

/// Takes the photo of a contact away.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn remove_photo(cx: &Cx, id: ContactId) -> Result<()> {
    set(cx, id, "").await
}

/// The photo of a contact, by its name in the store; for everybody who may read the contact.
///
/// # Errors
/// [`Fault::Missing`] for a contact without one, and one that the asker's account does not have.
pub async fn photo(cx: &Cx, id: ContactId) -> Result<String> {
    let text = sql!("select photo from contact where account_id = $1 and id = $2 and photo <> ''");
    let scope = cx.may(Permission::Inbox)?;
    let (hash,): (String,) = scope.one(text, args![id]).await?;
    if super::reached(cx, &scope, &[id.0]).await?.is_empty() { Err(Fault::Missing.into()) } else { Ok(hash) }
}

/// The contact's version stays: a photo is in nobody's way who changes its data (CP-6).
async fn set(cx: &Cx, id: ContactId, hash: &str) -> Result<()> {
    let mut work: Work = cx.may(Permission::Inbox)?.begin().await?;
    let before = held(cx, &mut work, id).await?.photo;
    if before == hash {
        return Ok(());
    }
    let now = work.desk().now();
    work.run(sql!("update contact set photo = $3, updated_at = $4 where account_id = $1 and id = $2"), args![id, hash, now]).await?;
    work.audit(Some(cx.user), "contact.photo", id, json!({ "removed": hash.is_empty() })).await?;
    tell(&mut work, id, true).await?;
    kept::stopped_pointing(&mut work, &[&before]).await?;
    work.commit().await
}
