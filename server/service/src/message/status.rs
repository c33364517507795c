//! What becomes of our messages: sent, delivered, read, failed.

use super::row::{Stored, columns, get, set_status, waiting};
use crate::conversation::{Row, Told, lock, owe, save, tell};
use crate::{Result, Work, args, sql};
use channel::{SendError, StatusFact};
use model::*;

/// A refusal as the message keeps it.
pub(crate) fn problem(e: &SendError) -> Problem {
    Problem { reason: e.problem, code: e.code, detail: text::shorten(&e.detail, 300) }
}

/// Applies what the network told about one of our messages; false when no message is known by that id yet.
pub(crate) async fn heard(work: &mut Work, channel: ChannelId, fact: &StatusFact) -> Result<bool> {
    let Some(found) = find(work, channel, fact).await? else { return Ok(false) };
    let (mut c, stored) = hold(work, found).await?;
    let learnt = stored.external_id.is_none();
    if learnt {
        // Our own answer was not stored, or never came: the network echoes our message's id.
        work.run(sql!("update message set external_id = $3 where account_id = $1 and id = $2"), args![stored.id, &fact.external_id])
            .await?;
        crate::outbox::settled(work, stored.id.into()).await?;
    } else if stored.external_id.as_deref() != Some(fact.external_id.as_str()) {
        return Ok(false);
    }
    let mut m = stored.view()?;
    let before = m.clone();
    apply(&mut m, fact.status, fact.at.unwrap_or_else(|| work.desk().now()), fact.error.as_ref());
    if m != before {
        changed(work, &mut c, &m, before.status).await?;
    }
    if fact.error.as_ref().is_some_and(|e| e.problem == DeliveryProblem::WindowClosed) {
        close_window(work, &mut c).await?;
    }
    if learnt {
        crate::inbound::reacted(work, channel, &fact.external_id).await?;
    }
    Ok(true)
}

/// The message by the network's id, else by our own one that the network echoes, while it has no other.
async fn find(work: &mut Work, channel: ChannelId, fact: &StatusFact) -> Result<Option<Stored>> {
    let by_external: Option<Stored> = work
        .opt(
            sql!(concat!("select ", columns!(), " from message m where m.account_id = $1 and m.channel_id = $2 and m.external_id = $3")),
            args![channel, &fact.external_id],
        )
        .await?;
    let Some((id, job)) = fact.callback.as_deref().and_then(crate::outbox::called_back).filter(|_| by_external.is_none()) else {
        return Ok(by_external);
    };
    // When the message was queued again meanwhile, this is about an earlier try of it.
    work.opt(
        sql!(concat!(
            "select ",
            columns!(),
            " from message m where m.account_id = $1 and m.channel_id = $2 and m.id = $3 and m.direction = 'OUT' and m.external_id is null
             and not exists (select 1 from outbox o where o.account_id = $1 and o.message_id = m.id and o.id <> $4)"
        )),
        args![channel, id, job],
    )
    .await
}

/// The message and its conversation, locked: the lock of a conversation is the lock of its messages, so of two facts at
/// once the second one builds on the first. A message that was merged into another conversation meanwhile is held there.
pub(crate) async fn hold(work: &mut Work, mut found: Stored) -> Result<(Row, Stored)> {
    for _ in 0..3 {
        let c = lock(work, found.conversation_id.into()).await?;
        if work.is_sqlite() {
            return Ok((c, found));
        }
        found = get(work, found.id.into()).await?;
        if found.conversation_id == c.id {
            return Ok((c, found));
        }
    }
    Err(Fault::Unavailable.into())
}

/// The message after a fact. Of several times told for one step the earliest counts, so that facts may come in any
/// order; who has read it has received it.
fn apply(m: &mut Message, status: MessageStatus, at: Millis, error: Option<&SendError>) {
    let next = m.status.after(status);
    let earliest = |known: &mut Option<Millis>| *known = Some(known.map_or(at, |k| k.min(at)));
    match status {
        MessageStatus::Sent => earliest(&mut m.sent_at),
        MessageStatus::Delivered => earliest(&mut m.delivered_at),
        MessageStatus::Read | MessageStatus::Played => {
            earliest(&mut m.delivered_at);
            earliest(&mut m.read_at);
        }
        _ => {}
    }
    if next == MessageStatus::Failed && m.status != MessageStatus::Failed {
        m.problem = Some(error.map(problem).unwrap_or(Problem { reason: DeliveryProblem::Unknown, code: None, detail: String::new() }));
    }
    if next != MessageStatus::Failed {
        m.problem = None;
    }
    m.status = next;
}

/// Marks a message as failed.
pub(crate) async fn fail(work: &mut Work, id: MessageId, why: Problem) -> Result<()> {
    let found = get(work, id).await?;
    let (mut c, stored) = hold(work, found).await?;
    let mut m = stored.view()?;
    if m.status.after(MessageStatus::Failed) != MessageStatus::Failed || m.status == MessageStatus::Failed {
        return Ok(());
    }
    let was = std::mem::replace(&mut m.status, MessageStatus::Failed);
    let window_closed = why.reason == DeliveryProblem::WindowClosed;
    m.problem = Some(why);
    changed(work, &mut c, &m, was).await?;
    if window_closed {
        close_window(work, &mut c).await?;
    }
    Ok(())
}

/// Marks a message as sent that the network took without an id of its own.
pub(crate) async fn taken(work: &mut Work, id: MessageId) -> Result<()> {
    let found = get(work, id).await?;
    let (mut c, stored) = hold(work, found).await?;
    let mut m = stored.view()?;
    let (before, now) = (m.clone(), work.desk().now());
    apply(&mut m, MessageStatus::Sent, now, None);
    if m != before { changed(work, &mut c, &m, before.status).await } else { Ok(()) }
}

/// Saves a changed message of a locked conversation and tells of it, with the conversation when that changes too.
async fn changed(work: &mut Work, c: &mut Row, m: &Message, was: MessageStatus) -> Result<()> {
    set_status(work, m).await?;
    if m.status == MessageStatus::Failed
        && was != MessageStatus::Failed
        && let Some(author) = m.author_id
    {
        crate::alert::raise(work, c, AlertKind::Failed, &[author], None).await?;
    }
    let is_preview = c.preview_id == m.id.0 && c.preview_status != m.status;
    if is_preview {
        c.preview_status = m.status;
    }
    let fell = (was == MessageStatus::Failed) != (m.status == MessageStatus::Failed);
    let weighs = m.kind == MessageKind::Template && fell && c.awaiting_from.is_some_and(|first| m.id.0 >= first);
    // What failed answered nobody (AU-2).
    let owes = fell && m.author_id.is_some() && owe(work, c).await?;
    if (weighs && weigh(work, c).await?) || owes {
        save(work, c).await?;
        tell(work, c, Told::of(c), vec![m.clone()]);
    } else if is_preview || (was == MessageStatus::Queued && m.leaves_at.is_some()) {
        // What has waited is new to a visitor, whose socket looks at changes of conversations.
        if is_preview {
            work.run(sql!("update conversation set preview_status = $3 where account_id = $1 and id = $2"), args![c.id, m.status]).await?;
        }
        tell(work, c, Told::of(c), vec![m.clone()]);
    } else {
        work.tell(Change::Message { access: c.access(), message: Box::new(m.clone()) });
    }
    Ok(())
}

/// What waits for the contact's answer, when a template failed, arrived after all, or a message was taken back: a
/// template that failed binds no category (RE-4), and without a template or message nothing waits. Answers whether that
/// changed the row, which the caller saves.
pub(super) async fn weigh(work: &mut Work, c: &mut Row) -> Result<bool> {
    let Some(first) = c.awaiting_from else { return Ok(false) };
    let out: Option<(Option<String>,)> = work
        .opt(
            sql!(
                "select content from message where account_id = $1 and conversation_id = $2 and id >= $3 and kind = 'TEMPLATE'
                 and direction = 'OUT' and status not in ('FAILED', 'DELETED') order by id limit 1"
            ),
            args![c.id, first],
        )
        .await?;
    let category = match out.and_then(|(content,)| content).as_deref().map(serde_json::from_str).transpose()? {
        Some(Content::Template(template)) => Some(template.category),
        _ => None,
    };
    let waits = category.is_some() || !waiting(work, c.id()).await?.is_empty();
    let changes = (c.awaiting_reply, &c.awaiting_category) != (waits, &category);
    (c.awaiting_reply, c.awaiting_category) = (waits, category);
    Ok(changes)
}

/// The network says that the window is closed: it knows better than our clock.
async fn close_window(work: &mut Work, c: &mut Row) -> Result<()> {
    let now = work.desk().now();
    if c.window_expires_at.is_some_and(|end| end > now) {
        let told = Told::of(c);
        c.window_expires_at = Some(now);
        save(work, c).await?;
        tell(work, c, told, Vec::new());
    }
    Ok(())
}
