//! Keeping a conversation from closing by itself (AU-3).

use super::act::seen;
use super::row::{Told, save, tell};
use crate::Result;
use crate::desk::Cx;
use model::*;

/// Pauses the automatic closing of a conversation in service, or lets it go on. Its conclusion ends the pause.
///
/// # Errors
/// [`Fault::Forbidden`] for who may not conclude it, [`Fault::WrongState`] unless it is in service, [`Fault::Missing`].
pub async fn pause(cx: &Cx, id: ConversationId, on: bool) -> Result<Conversation> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    if c.status != ConversationStatus::InProgress {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Conclude, &c.access()) {
        return Err(Fault::Forbidden.into());
    }
    if c.paused == on {
        return Ok(cx.shown(c.view()));
    }
    let told = Told::of(&c);
    c.paused = on;
    save(&mut work, &c).await?;
    work.audit(Some(cx.user), "conversation.pause", c.id, serde_json::json!({ "on": on })).await?;
    let view = tell(&mut work, &c, told, Vec::new());
    work.commit().await?;
    Ok(cx.shown(view))
}
