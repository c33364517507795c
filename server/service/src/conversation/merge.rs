//! Merging two conversations of a contact into one (NX-2), and undoing it.
//!
//! The messages move; the conversation that they left stays, concluded, and points to where they are. What it takes to
//! undo that is kept for [`limit::MERGE_MILLIS`].

use super::row::{Row, Told, lock, save, tell, transition};
use super::start::{open_of, served_by};
use super::unsay::derive;
use super::watch;
use crate::desk::{Cx, Work};
use crate::message::queue_waiting;
use crate::{Result, args, contact, sql};
use model::*;
use serde::{Deserialize, Serialize};

/// Both conversations as they were.
#[derive(Serialize, Deserialize)]
struct Before {
    source: Row,
    target: Row,
}

/// A merge as it is kept.
#[derive(sqlx::FromRow)]
pub(crate) struct Kept {
    pub id: i64,
    pub kind: String,
    pub source_id: i64,
    pub target_id: i64,
    pub before: String,
}

/// Whether the asker may merge this conversation into another, or another into it.
fn may_merge(cx: &Cx, c: &Row) -> bool {
    let access = c.access();
    if c.status.is_open() { cx.seen().may(Act::Conclude, &access) } else { cx.seen().sees(&access) }
}

pub(crate) fn refused(why: MergeWhy) -> crate::Error {
    Fault::NotMerged { why }.into()
}

/// Merges a conversation into another of the same contact on the same channel. When it is the open one, it is the other
/// that goes into it. Answers the conversation that has the messages now.
///
/// # Errors
/// [`Fault::NotMerged`], [`Fault::Forbidden`] for an open conversation that is not the asker's to conclude,
/// [`Fault::Missing`].
pub async fn merge(cx: &Cx, from: ConversationId, into: ConversationId) -> Result<Conversation> {
    cx.needs(Module::Merging)?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let contact: Option<(i64,)> =
        work.opt(sql!("select contact_id from conversation where account_id = $1 and id = $2"), args![into]).await?;
    let (contact,) = contact.ok_or(Fault::Missing)?;
    contact::lock(&mut work, contact.into()).await?;
    let (mut source, mut target) = locked(&mut work, from, into).await?;
    for c in [&source, &target] {
        if !cx.seen().sees(&c.access()) {
            return Err(Fault::Missing.into());
        }
        if !may_merge(cx, c) {
            return Err(Fault::Forbidden.into());
        }
    }
    if source.status.is_open() {
        std::mem::swap(&mut source, &mut target);
    }
    if source.id == target.id || source.contact_id != target.contact_id || source.channel_id != target.channel_id {
        return Err(refused(MergeWhy::Unlike));
    }
    merge_in(cx, &mut work, source, &mut target, None).await?;
    work.commit().await?;
    Ok(cx.shown(target.view()))
}

/// Locks two conversations, always in the same order.
async fn locked(work: &mut Work, from: ConversationId, into: ConversationId) -> Result<(Row, Row)> {
    if from.0 < into.0 {
        let from = lock(work, from).await?;
        Ok((from, lock(work, into).await?))
    } else {
        let into = lock(work, into).await?;
        Ok((lock(work, from).await?, into))
    }
}

/// Of two contacts that become one, the open conversations on one channel become one as well: that in which the contact
/// wrote last stays.
pub(crate) async fn merge_open(cx: &Cx, work: &mut Work, one: ConversationId, other: ConversationId, part_of: MergeId) -> Result<()> {
    let (one, other) = locked(work, one, other).await?;
    for c in [&one, &other] {
        if !may_merge(cx, c) {
            return Err(served_by(work, c).await?.into());
        }
    }
    let (source, mut target) = if (one.last_in_at, one.id) > (other.last_in_at, other.id) { (other, one) } else { (one, other) };
    merge_in(cx, work, source, &mut target, Some(part_of)).await
}

async fn merge_in(cx: &Cx, work: &mut Work, mut source: Row, target: &mut Row, part_of: Option<MergeId>) -> Result<()> {
    if source.merged_into.is_some() || target.merged_into.is_some() {
        return Err(refused(MergeWhy::Merged));
    }
    let before = serde_json::to_string(&Before { source: source.clone(), target: target.clone() })?;
    let (id, now): (MergeId, _) = (work.desk().seam.id(), work.desk().now());
    keep(
        work,
        cx,
        NewMerge { id, kind: MergeKind::Conversation, source: source.id, target: target.id, part_of, label: &source.protocol, before },
    )
    .await?;
    let moved = work
        .run(
            sql!(
                "insert into merged_message (account_id, merge_id, message_id)
                 select $1, $2, id from message where account_id = $1 and conversation_id = $3"
            ),
            args![id, source.id],
        )
        .await?;
    if moved as i64 > limit::MERGE_MESSAGES_MAX {
        return Err(refused(MergeWhy::TooLong));
    }
    // A message that was sent to several conversations has one number of its sender in all of them.
    work.run(
        sql!(
            "update message set client_id = null where account_id = $1 and conversation_id = $2
             and client_id in (select o.client_id from message o where o.account_id = $1 and o.conversation_id = $3 and o.client_id is not null)"
        ),
        args![source.id, target.id],
    )
    .await?;
    carry(work, id, source.id, target.id).await?;
    carry_own(work, source.id, target.id).await?;
    watch::carry(work, &mut source, target).await?;
    let (told_source, told_target) = (Told::of(&source), Told::of(target));
    let was_open = source.status.is_open();
    if was_open {
        target.unread += source.unread;
        target.started_at = target.started_at.min(source.started_at);
        if target.status.is_open() {
            target.heard_since = [target.heard_since, source.heard_since].into_iter().flatten().min();
            crate::sla::carry(work, &source, target).await?;
        }
    }
    if !target.status.is_open() {
        target.reactivate_until = target.reactivate_until.max(source.reactivate_until);
    }
    // The window belongs to the address that is written to.
    if source.to_address == target.to_address {
        target.window_expires_at = target.window_expires_at.max(source.window_expires_at);
    }
    target.first_response_at = [target.first_response_at, source.first_response_at.filter(|_| was_open)].into_iter().flatten().min();
    derive(work, target).await?;
    let mut lines = waiting(work, &source, target).await?;
    if was_open {
        source.close(now, Some(cx.user), None);
        // It goes on in the other one: that is no conclusion.
        source.steps.take();
    }
    source.reactivate_until = None;
    source.stop_waiting();
    source.merged_into = Some(target.id);
    contact::release(work, &mut source).await?;
    let other = |c: &Row| (c.id(), c.protocol.clone());
    let ((source_id, source_protocol), (target_id, target_protocol)) = (other(&source), other(target));
    let there = transition(work, &source, Some(cx.user), Transition::MergedInto { other: target_id, protocol: target_protocol }).await?;
    lines.push(transition(work, target, Some(cx.user), Transition::Merged { other: source_id, protocol: source_protocol }).await?);
    save(work, &source).await?;
    save(work, target).await?;
    tell(work, &source, told_source, vec![there]);
    tell(work, target, told_target, lines);
    Ok(())
}

/// What waited for the contact's answer waits on, or leaves when the contact has answered in the other conversation.
async fn waiting(work: &mut Work, source: &Row, target: &mut Row) -> Result<Vec<Message>> {
    if !(source.awaiting_reply || target.awaiting_reply) || !target.status.is_open() {
        return Ok(Vec::new());
    }
    let kind = crate::channels::own_in(work, target.channel_id.into()).await?.kind;
    if target.window(kind, work.desk().now()).is_open() {
        target.stop_waiting();
        return queue_waiting(work, target).await;
    }
    if !target.awaiting_reply {
        target.awaiting_reply = true;
        target.awaiting_category.clone_from(&source.awaiting_category);
        target.awaiting_from = source.awaiting_from;
    }
    Ok(Vec::new())
}

/// Moves the messages of a merge, with their files and what is still to be sent of them.
async fn carry(work: &mut Work, merge: MergeId, from: i64, to: i64) -> Result<()> {
    let of = [
        sql!(
            "update message set conversation_id = $3 where account_id = $1 and conversation_id = $4
             and id in (select mm.message_id from merged_message mm where mm.account_id = $1 and mm.merge_id = $2)"
        ),
        sql!(
            "update media set conversation_id = $3 where account_id = $1 and conversation_id = $4
             and message_id in (select mm.message_id from merged_message mm where mm.account_id = $1 and mm.merge_id = $2)"
        ),
        sql!(
            "update outbox set conversation_id = $3 where account_id = $1 and conversation_id = $4
             and message_id in (select mm.message_id from merged_message mm where mm.account_id = $1 and mm.merge_id = $2)"
        ),
    ];
    for text in of {
        work.run(text, args![merge, to, from]).await?;
    }
    Ok(())
}

/// What somebody typed, pinned or was told of is in the conversation that goes on.
async fn carry_own(work: &mut Work, from: i64, to: i64) -> Result<()> {
    let own = [
        sql!(
            "update draft set conversation_id = $2 where account_id = $1 and conversation_id = $3
             and user_id not in (select d.user_id from draft d where d.account_id = $1 and d.conversation_id = $2)"
        ),
        sql!(
            "update pin set conversation_id = $2 where account_id = $1 and conversation_id = $3
             and user_id not in (select p.user_id from pin p where p.account_id = $1 and p.conversation_id = $2)"
        ),
        sql!(
            "update alert set conversation_id = $2 where account_id = $1 and conversation_id = $3 and not exists (select 1 from alert a
             where a.account_id = $1 and a.conversation_id = $2 and a.user_id = alert.user_id and a.kind = alert.kind)"
        ),
    ];
    for text in own {
        work.run(text, args![to, from]).await?;
    }
    Ok(())
}

/// A merge to be kept.
pub(crate) struct NewMerge<'a> {
    pub id: MergeId,
    pub kind: MergeKind,
    pub source: i64,
    pub target: i64,
    pub part_of: Option<MergeId>,
    pub label: &'a str,
    /// What undoing it needs, as JSON.
    pub before: String,
}

/// Keeps what it takes to undo a merge.
pub(crate) async fn keep(work: &mut Work, cx: &Cx, new: NewMerge<'_>) -> Result<()> {
    let now = work.desk().now();
    work.run(
        sql!(
            "insert into merge (account_id, id, kind, source_id, target_id, part_of, user_id, at, until_at, label, before)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        args![new.id, new.kind, new.source, new.target, new.part_of, cx.user, now, now + limit::MERGE_MILLIS, new.label, new.before],
    )
    .await?;
    Ok(())
}

/// Undoes the merge of two conversations: what was written since stays where it was written.
pub(crate) async fn undo(cx: &Cx, work: &mut Work, merge: &Kept) -> Result<()> {
    let (mut source, mut target) = locked(work, merge.source_id.into(), merge.target_id.into()).await?;
    if target.merged_into.is_some() || source.merged_into != Some(target.id) {
        return Err(refused(MergeWhy::Later));
    }
    if ![&source, &target].into_iter().all(|c| cx.seen().sees(&c.access())) {
        return Err(Fault::Forbidden.into());
    }
    let before: Before = serde_json::from_str(&merge.before)?;
    let (told_source, told_target) = (Told::of(&source), Told::of(&target));
    carry(work, merge.id.into(), target.id, source.id).await?;
    watch::carry_back(work, &mut source, &mut target, (&before.source, &before.target)).await?;
    source.merged_into = None;
    source.reactivate_until = before.source.reactivate_until;
    reopen(work, &mut source, &before.source).await?;
    derive(work, &mut source).await?;
    target.started_at = before.target.started_at;
    target.first_response_at = before.target.first_response_at.or(target.first_response_at);
    target.heard_since = before.target.heard_since.or(target.heard_since).filter(|_| target.status.is_open());
    if target.last_in_at.is_none_or(|at| Some(at) <= before.target.last_in_at.max(before.source.last_in_at)) {
        target.window_expires_at = before.target.window_expires_at;
    }
    derive(work, &mut target).await?;
    let line = |other: &Row| Transition::Unmerged { other: other.id(), protocol: other.protocol.clone() };
    let (back, there) = (line(&target), line(&source));
    let back = transition(work, &source, Some(cx.user), back).await?;
    let there = transition(work, &target, Some(cx.user), there).await?;
    save(work, &source).await?;
    save(work, &target).await?;
    tell(work, &source, told_source, vec![back]);
    tell(work, &target, told_target, vec![there]);
    Ok(())
}

/// A conversation that was open before it was merged is open again, with who served it if they are still here; but a
/// contact has one open conversation on a channel, and a newer one stays it.
async fn reopen(work: &mut Work, source: &mut Row, before: &Row) -> Result<()> {
    if !before.status.is_open() || open_of(work, source.channel_id.into(), source.contact_id.into()).await?.is_some() {
        return Ok(());
    }
    let here: Option<(i64,)> = work
        .opt(sql!("select user_id from membership where account_id = $1 and user_id = $2 and active"), args![before.assignee_id])
        .await?;
    source.team_id = crate::leaving::living(work, source.team_id.into()).await?.0;
    source.assign(here.map(|(id,)| UserId(id)), work.desk().now());
    source.reopen();
    if source.status == before.status {
        // It goes on where it was.
        source.steps.take();
        (source.entered_at, source.assumed_at, source.answered_at) = (before.entered_at, before.assumed_at, before.answered_at);
    }
    source.unread = before.unread;
    source.paused = before.paused;
    source.heard_since = before.heard_since;
    source.awaiting_reply = before.awaiting_reply;
    source.awaiting_category.clone_from(&before.awaiting_category);
    source.awaiting_from = before.awaiting_from;
    Ok(())
}
