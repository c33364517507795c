//! Reactions: kept as they come, so that the last one stands on its message whatever order the network tells them in, also
//! when it tells them before the message.

use super::{identity, message as arriving};
use crate::channels::{self, ChannelRow};
use crate::conversation::{self, Row, Told};
use crate::message;
use crate::{Result, Work, args, sql};
use channel::Sender;
use model::*;
use std::sync::Arc;

/// A reaction as the network told it; an empty emoji takes it back.
pub(super) struct Reacted<'a> {
    pub external_id: &'a str,
    pub from: &'a Sender,
    /// The network's id of the message.
    pub target: &'a str,
    pub emoji: &'a str,
    pub at: Millis,
}

/// A reaction changes the bubble it stands on, and opens the window like any act of the contact; false when it is known
/// already. Without its bubble, or its contact, it is kept until they are here.
pub(super) async fn arrive(work: &mut Work, row: &Arc<ChannelRow>, told: &Reacted<'_>) -> Result<bool> {
    if !keep(work, row.id, told).await? {
        return Ok(false);
    }
    let Some(contact) = identity::known(work, told.from).await? else { return Ok(true) };
    let contact = crate::contact::lock(work, contact).await?;
    // Locked before its message is looked for: whoever is learning the message's id holds the lock as well, and finds the
    // reaction when we do not find the message.
    let mut open = match conversation::open_of(work, row.id, contact).await? {
        Some(c) => Some(conversation::lock(work, c.id()).await?),
        None => None,
    };
    if let Some(found) = by_external(work, row.id, told.target).await? {
        let (mut c, found) = message::hold(work, found).await?;
        if c.contact_id != contact.0 {
            return Ok(true);
        }
        open.take_if(|open| open.id == c.id);
        let before = Told::of(&c);
        let mut m = found.view()?;
        let changed = show(work, row.id, row.kind, &mut c, &mut m, told.target).await?;
        interacted(work, row, c, before, told.at, changed.then_some(m)).await?;
    }
    if let Some(c) = open {
        let before = Told::of(&c);
        interacted(work, row, c, before, told.at, None).await?;
    }
    Ok(true)
}

/// Keeps what was told; false when it is known already.
async fn keep(work: &mut Work, channel: ChannelId, told: &Reacted<'_>) -> Result<bool> {
    let (id, now): (i64, _) = (work.desk().seam.id(), work.desk().now());
    let new = work
        .run(
            sql!(
                "insert into reaction (account_id, channel_id, external_id, id, target, phone, bsuid, emoji, at, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (channel_id, external_id) do nothing"
            ),
            args![
                channel,
                told.external_id,
                id,
                told.target,
                told.from.phone.as_deref(),
                told.from.bsuid.as_deref(),
                text::shorten(told.emoji, 16),
                told.at,
                now
            ],
        )
        .await?;
    Ok(new > 0)
}

async fn by_external(work: &mut Work, channel: ChannelId, external_id: &str) -> Result<Option<message::Stored>> {
    work.opt(
        sql!(concat!(
            "select ",
            message::columns!(),
            " from message m where m.account_id = $1 and m.channel_id = $2 and m.external_id = $3"
        )),
        args![channel, external_id],
    )
    .await
}

/// The contact did something other than writing: the window opens (BW-1), and what waited for that leaves (IN-4).
async fn interacted(work: &mut Work, row: &Arc<ChannelRow>, mut c: Row, before: Told, at: Millis, changed: Option<Message>) -> Result<()> {
    arriving::opens_window(row.kind, &mut c, at);
    let mut changed: Vec<Message> = changed.into_iter().collect();
    changed.extend(arriving::flush(work, &mut c).await?);
    conversation::save(work, &c).await?;
    conversation::tell(work, &c, before, changed);
    Ok(())
}

/// Puts the contact's last reaction on a message of a locked conversation, and counts it for the window; answers whether
/// that changed the message. The caller saves the conversation.
pub(super) async fn show(
    work: &mut Work,
    channel: ChannelId,
    kind: ChannelKind,
    c: &mut Row,
    m: &mut Message,
    external_id: &str,
) -> Result<bool> {
    let Some((emoji, at)) = last(work, channel, external_id, c.contact_id.into()).await? else { return Ok(false) };
    arriving::opens_window(kind, c, at);
    let now: Vec<String> = Some(emoji).filter(|e| !e.is_empty()).into_iter().collect();
    if m.reactions == now {
        return Ok(false);
    }
    m.reactions = now;
    message::set_content(work, m).await?;
    Ok(true)
}

/// What the contact made of a message last, and when. Of two in one second the one that came later counts.
async fn last(work: &mut Work, channel: ChannelId, target: &str, contact: ContactId) -> Result<Option<(String, Millis)>> {
    let rows: Vec<(Option<String>, Option<String>, String, Millis)> = work
        .all(
            sql!(
                "select phone, bsuid, emoji, at from reaction where account_id = $1 and channel_id = $2 and target = $3
                 order by at desc, id desc limit 20"
            ),
            args![channel, target],
        )
        .await?;
    for (phone, bsuid, emoji, at) in rows {
        let from = Sender { phone, bsuid, ..Sender::default() };
        if identity::known(work, &from).await? == Some(contact) {
            return Ok(Some((emoji, at)));
        }
    }
    Ok(None)
}

/// Shows what was made of a message before we learnt its network's id.
pub(crate) async fn found(work: &mut Work, channel: ChannelId, external_id: &str) -> Result<()> {
    let any: Option<(i64,)> = work
        .opt(sql!("select id from reaction where account_id = $1 and channel_id = $2 and target = $3 limit 1"), args![channel, external_id])
        .await?;
    if any.is_none() {
        return Ok(());
    }
    let Some(stored) = by_external(work, channel, external_id).await? else { return Ok(()) };
    let (mut c, stored) = message::hold(work, stored).await?;
    let before = Told::of(&c);
    let mut m = stored.view()?;
    let kind = channels::own_in(work, channel).await?.kind;
    let window = c.window_expires_at;
    if show(work, channel, kind, &mut c, &mut m, external_id).await? || c.window_expires_at != window {
        conversation::save(work, &c).await?;
        conversation::tell(work, &c, before, vec![m]);
    }
    Ok(())
}
