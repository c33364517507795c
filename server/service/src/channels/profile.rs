//! What contacts see of the company on a channel (PR-4). The network keeps it: it is read there each time and never stored
//! here, because it may be changed at the network, too.

use super::{ChannelRow, own, reason, set_status};
use crate::desk::Cx;
use crate::keys::sha256_hex;
use crate::{Error, Result, avatar};
use channel::{Policy, ProfileRow, SendError};
use model::*;
use serde_json::json;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Pixels of a side of the picture as WhatsApp wants it.
const SIDES: RangeInclusive<u32> = 192..=640;
/// Pixels of a side as we show it.
const SHOWN: u32 = 256;
/// When a person may try again after the network has had too many calls; it does not say how long that lasts.
const WAIT_SECONDS: i64 = 60;
/// Fields by what the network calls them, and by their names in the form. It says in its sentence which one it refuses: the
/// address of an e-mail is no address.
const FIELDS: [(&str, &str); 6] = [
    ("email", "email"),
    ("description", "description"),
    ("website", BusinessProfileDraft::WEBSITE_FIELDS[0]),
    ("vertical", "vertical"),
    ("address", "address"),
    ("about", "about"),
];

/// The profile as the network has it.
///
/// # Errors
/// [`Fault::Missing`] for a channel without profiles; [`Fault::ChannelDown`], [`Fault::RateLimited`], [`Fault::Unavailable`]
/// when the network refuses or does not answer.
pub async fn profile(cx: &Cx, id: ChannelId) -> Result<BusinessProfile> {
    cx.may(Permission::Settings)?;
    let row = with_profile(cx, id).await?;
    read(cx, &row).await
}

/// Changes what the draft names; answers the profile after that.
///
/// # Errors
/// [`Fault::Missing`] for a channel without profiles; [`Fault::Invalid`], also for what the network does not take;
/// [`Fault::ChannelDown`], [`Fault::RateLimited`], [`Fault::Unavailable`] when it refuses the channel or does not answer.
pub async fn save_profile(cx: &Cx, id: ChannelId, draft: BusinessProfileDraft) -> Result<BusinessProfile> {
    cx.may(Permission::Settings)?;
    let row = with_profile(cx, id).await?;
    draft.check()?;
    let draft = draft.tidy();
    let before = read(cx, &row).await?;
    if draft.is_empty() {
        return Ok(before);
    }
    let cx = cx.clone();
    whole(async move {
        let taken = row.adapter().save_profile(&row.link(cx.desk()), &draft).await;
        told(&cx, &row, taken, changing).await?;
        let now = before.clone().with(&draft);
        let mut work = cx.may(Permission::Settings)?.begin().await?;
        work.audit_change(Some(cx.user), "channel.profile", id, &before, &now).await?;
        work.commit().await?;
        Ok(now)
    })
    .await
}

/// The picture of the profile as a JPEG file that this server drew.
///
/// # Errors
/// [`Fault::Missing`] for a channel without profiles, and a profile without a picture; the others as [`profile`].
pub async fn picture(cx: &Cx, id: ChannelId) -> Result<Vec<u8>> {
    cx.may(Permission::Settings)?;
    let row = with_profile(cx, id).await?;
    let found = row.adapter().picture(&row.link(cx.desk()), limit::PHOTO_MAX).await;
    let file = told(cx, &row, found, reading).await?.ok_or(Fault::Missing)?;
    avatar::square(cx.desk(), file.into(), SHOWN..=SHOWN).await
}

/// Takes a PNG, JPEG or WebP file as the picture of the profile. Answers the hash of what the network was given.
///
/// # Errors
/// [`Fault::Missing`] for a channel without profiles; [`Fault::Invalid`] for what is too large, no such picture, or not taken
/// by the network; the others as [`profile`].
pub async fn save_picture(cx: &Cx, id: ChannelId, file: Vec<u8>) -> Result<String> {
    cx.may(Permission::Settings)?;
    let row = with_profile(cx, id).await?;
    let jpeg = avatar::square(cx.desk(), file, SIDES).await?;
    let cx = cx.clone();
    whole(async move {
        let hash = sha256_hex(&jpeg);
        let taken = row.adapter().save_picture(&row.link(cx.desk()), jpeg.into()).await;
        told(&cx, &row, taken, |_| Fault::field("photo", Wrong::NotAllowed)).await?;
        let mut work = cx.may(Permission::Settings)?.begin().await?;
        work.audit(Some(cx.user), "channel.profile", id, json!({ "photo": true })).await?;
        work.commit().await?;
        Ok(hash)
    })
    .await
}

/// In a task of its own: a client that hangs up cannot come between what the network did and the line that says so.
async fn whole<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.map_err(|e| Error::Other(e.to_string()))?
}

async fn read(cx: &Cx, row: &ChannelRow) -> Result<BusinessProfile> {
    let found = row.adapter().profile(&row.link(cx.desk())).await;
    let ProfileRow { profile, picture_url } = told(cx, row, found, reading).await?;
    // The address is another one when the picture is.
    let photo = if picture_url.is_empty() { String::new() } else { avatar::mark(&sha256_hex(&picture_url)) };
    Ok(BusinessProfile { photo, ..profile })
}

async fn with_profile(cx: &Cx, id: ChannelId) -> Result<Arc<ChannelRow>> {
    let row = own(cx, id).await?;
    if row.kind.has_profile() && row.status != ChannelStatus::Removed { Ok(row) } else { Err(Fault::Missing.into()) }
}

/// What the network answered, or the fault that people read. That its access is over is noted with the channel; `never` says
/// what a final refusal is about.
async fn told<T>(
    cx: &Cx,
    row: &ChannelRow,
    answer: std::result::Result<T, SendError>,
    never: impl FnOnce(&SendError) -> Fault,
) -> Result<T> {
    let e = match answer {
        Ok(answer) => return Ok(answer),
        Err(e) => e,
    };
    tracing::warn!(channel = %row.id, error = %e, "the network refused a call about the company's profile");
    if e.problem == DeliveryProblem::TokenExpired {
        let mut work = cx.may(Permission::Settings)?.begin().await?;
        set_status(&mut work, row.id, ChannelStatus::TokenExpired, Some(&reason(&e))).await?;
        work.commit().await?;
    }
    let fault = match (e.problem, e.policy) {
        (DeliveryProblem::RateLimited, _) => Fault::RateLimited { seconds: WAIT_SECONDS },
        // A token that may not do this is no reason to stop messages.
        (_, Policy::Account) => Fault::ChannelDown,
        (_, Policy::Never | Policy::Transform) => never(&e),
        _ => Fault::Unavailable,
    };
    Err(fault.into())
}

/// Nobody typed anything: the network does not know the number, or has no picture any more.
fn reading(e: &SendError) -> Fault {
    if e.problem == DeliveryProblem::MediaUnavailable { Fault::Missing } else { Fault::ChannelDown }
}

/// The field that the network's sentence names; none when it names none.
fn changing(e: &SendError) -> Fault {
    let said = e.detail.to_lowercase();
    match FIELDS.iter().find(|(word, _)| said.contains(word)) {
        Some((_, field)) => Fault::field(field, Wrong::NotAllowed),
        None => Fault::Invalid { fields: Vec::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pr_4_a_refusal_is_told_beside_the_field_that_it_names() {
        let refused = |detail: &str| changing(&SendError::new(Policy::Never, DeliveryProblem::BadParameter, detail));
        assert_eq!(refused("(#100) Param websites must be a list"), Fault::field("website_1", Wrong::NotAllowed));
        assert_eq!(refused("Param email must be a valid email address."), Fault::field("email", Wrong::NotAllowed));
        assert_eq!(refused("Param ADDRESS must be at most 256 characters long."), Fault::field("address", Wrong::NotAllowed));
        assert_eq!(refused("Something went wrong"), Fault::Invalid { fields: Vec::new() });
    }
}
