//! What becomes of our messages: sent, delivered, read, failed.

use super::row::{Stored, columns, set_status};
use crate::conversation::{Row, Told, columns as conversation_columns, save, tell};
use crate::{Result, Work, args, sql};
use channel::{SendError, StatusFact};
use model::*;

/// A refusal as the message keeps it.
pub(crate) fn problem(e: &SendError) -> Problem {
    Problem { reason: e.problem, code: e.code, detail: text::shorten(&e.detail, 300) }
}

/// Applies what the network told about one of our messages; false when no message is known by that id yet.
pub(crate) async fn heard(work: &mut Work, channel: ChannelId, fact: &StatusFact) -> Result<bool> {
    let by_external: Option<Stored> = work
        .opt(
            sql!(concat!("select ", columns!(), " from message m where m.account_id = $1 and m.channel_id = $2 and m.external_id = $3")),
            args![channel, &fact.external_id],
        )
        .await?;
    let stored = match (by_external, fact.callback.as_deref().and_then(|c| c.parse::<i64>().ok())) {
        (Some(stored), _) => stored,
        // Our own answer was not stored, or never came: the network echoes our message's id.
        (None, Some(id)) => {
            let own: Option<Stored> = work
                .opt(
                    sql!(concat!("select ", columns!(), " from message m where m.account_id = $1 and m.channel_id = $2 and m.id = $3 and m.direction = 'OUT'")),
                    args![channel, id],
                )
                .await?;
            let Some(stored) = own.filter(|s| s.external_id.is_none()) else { return Ok(false) };
            work.run(sql!("update message set external_id = $3 where account_id = $1 and id = $2"), args![id, &fact.external_id]).await?;
            crate::outbox::settled(work, id.into()).await?;
            stored
        }
        (None, None) => return Ok(false),
    };
    let mut m = stored.view()?;
    let before = m.clone();
    apply(&mut m, fact.status, fact.at.unwrap_or_else(|| work.desk().now()), fact.error.as_ref());
    if m != before {
        changed(work, &m).await?;
    }
    if let Some(e) = &fact.error
        && e.problem == DeliveryProblem::WindowClosed
    {
        close_window(work, m.conversation_id).await?;
    }
    Ok(true)
}

/// The message after a fact.
fn apply(m: &mut Message, status: MessageStatus, at: Millis, error: Option<&SendError>) {
    let next = m.status.after(status);
    match status {
        MessageStatus::Sent => m.sent_at = m.sent_at.or(Some(at)),
        MessageStatus::Delivered => m.delivered_at = m.delivered_at.or(Some(at)),
        MessageStatus::Read | MessageStatus::Played => {
            m.delivered_at = m.delivered_at.or(Some(at));
            m.read_at = m.read_at.or(Some(at));
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
    let stored = super::row::get(work, id).await?;
    let mut m = stored.view()?;
    if m.status.after(MessageStatus::Failed) != MessageStatus::Failed || m.status == MessageStatus::Failed {
        return Ok(());
    }
    m.status = MessageStatus::Failed;
    let window_closed = why.reason == DeliveryProblem::WindowClosed;
    m.problem = Some(why);
    changed(work, &m).await?;
    if window_closed {
        close_window(work, m.conversation_id).await?;
    }
    Ok(())
}

/// Saves a changed message and tells of it, with its conversation when the list shows it.
pub(crate) async fn changed(work: &mut Work, m: &Message) -> Result<()> {
    set_status(work, m).await?;
    let mut c: Row = work
        .one(
            sql!(concat!("select ", conversation_columns!(), " from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.id = $2")),
            args![m.conversation_id],
        )
        .await?;
    if c.preview_id == m.id.0 && c.preview_status != m.status {
        c.preview_status = m.status;
        work.run(
            sql!("update conversation set preview_status = $3 where account_id = $1 and id = $2 and preview_id = $4"),
            args![c.id, m.status, m.id],
        )
        .await?;
        let told = Told::of(&c);
        tell(work, &c, told, vec![m.clone()]).await?;
    } else {
        work.tell(Change::Message { access: c.access(), message: Box::new(m.clone()) }).await?;
    }
    Ok(())
}

/// The network says that the window is closed: it knows better than our clock.
async fn close_window(work: &mut Work, id: ConversationId) -> Result<()> {
    let now = work.desk().now();
    let mut c = crate::conversation::lock(work, id).await?;
    if c.window_expires_at.is_some_and(|end| end > now) {
        let told = Told::of(&c);
        c.window_expires_at = Some(now);
        save(work, &c).await?;
        tell(work, &c, told, Vec::new()).await?;
    }
    Ok(())
}
