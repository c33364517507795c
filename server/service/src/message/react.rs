//! Our own reactions to messages.

use super::row::{get, set_own_reaction};
use super::send::own_message;
use crate::desk::{Cx, Desk};
use crate::{Result, outbox};
use model::*;

/// Bytes of the longest emoji, with its skin tones and joiners.
const EMOJI_MAX: usize = 64;

/// Reacts to a message; an empty emoji takes the reaction back. It counts as writing: only who serves the conversation may,
/// and only in the open window.
///
/// # Errors
/// [`Fault::WrongState`] for what the network does not have or cannot take a reaction to, [`Fault::WindowClosed`],
/// [`Fault::NotAssignee`], [`Fault::Invalid`] for what is no emoji, [`Fault::Missing`].
pub async fn react(cx: &Cx, id: MessageId, emoji: &str) -> Result<Message> {
    let emoji = emoji.trim();
    let is_emoji =
        emoji.len() <= EMOJI_MAX && emoji.chars().count() <= 12 && !emoji.chars().any(|c| c.is_alphabetic() || c.is_whitespace());
    Check::default().that(is_emoji, "emoji", Wrong::NotAllowed).done()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (c, mut m) = own_message(cx, &mut work, id).await?;
    let channel = crate::channels::own_in(&mut work, c.channel_id.into()).await?;
    let external = get(&mut work, id).await?.external_id;
    let target = external.filter(|_| channel.kind.reacts() && !matches!(m.status, MessageStatus::Deleted | MessageStatus::Failed));
    let target = target.ok_or(Fault::WrongState)?;
    if c.status != ConversationStatus::InProgress {
        return Err(Fault::WrongState.into());
    }
    if !c.window(channel.kind, cx.desk().now()).is_open() {
        return Err(Fault::WindowClosed.into());
    }
    let new = (!emoji.is_empty()).then(|| emoji.to_owned());
    if m.own_reaction == new {
        return Ok(cx.shown(m));
    }
    m.own_reaction = new;
    set_own_reaction(&mut work, &m).await?;
    outbox::queue_reaction(&mut work, &c, id, &target, emoji).await?;
    work.tell(Change::Message { access: c.access(), message: Box::new(m.clone()) });
    work.commit().await?;
    Ok(cx.shown(m))
}

/// The network did not take it: it does not stand there any more, unless another one was chosen meanwhile.
pub(crate) async fn refused(desk: &Desk, account: AccountId, id: MessageId, emoji: &str) -> Result<()> {
    let mut work = desk.system(account).begin().await?;
    let found = match get(&mut work, id).await {
        Err(crate::Error::Fault(Fault::Missing)) => return Ok(()),
        found => found?,
    };
    let (c, stored) = super::status::hold(&mut work, found).await?;
    let mut m = stored.view()?;
    if m.own_reaction.as_deref() != Some(emoji) {
        return Ok(());
    }
    m.own_reaction = None;
    set_own_reaction(&mut work, &m).await?;
    work.tell(Change::Message { access: c.access(), message: Box::new(m) });
    work.commit().await
}
