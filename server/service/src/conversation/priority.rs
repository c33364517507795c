//! Saying how pressing a conversation is (NX-21).

use super::act::seen;
use super::row::{Told, lock, save, tell};
use crate::desk::Cx;
use crate::{Result, sla};
use model::*;

/// Says how pressing an open conversation is. Promises of service may follow from it.
///
/// # Errors
/// [`Fault::Forbidden`] for who may not hand it over, [`Fault::WrongState`] once it is concluded, [`Fault::Missing`].
pub async fn prioritize(cx: &Cx, id: ConversationId, priority: Priority) -> Result<Conversation> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    if !c.status.is_open() {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Transfer, &c.access()) {
        return Err(Fault::Forbidden.into());
    }
    if c.priority == priority {
        return Ok(cx.shown(c.view()));
    }
    let told = Told::of(&c);
    let before = std::mem::replace(&mut c.priority, priority);
    work.audit(Some(cx.user), "conversation.priority", c.id, serde_json::json!({ "from": before, "to": priority })).await?;
    save(&mut work, &c).await?;
    // What it is promised now is a part of the answer.
    sla::settle(&mut work).await?;
    let c = lock(&mut work, id).await?;
    let view = tell(&mut work, &c, told, Vec::new());
    work.commit().await?;
    Ok(cx.shown(view))
}
