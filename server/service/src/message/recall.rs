//! Taking a message back before it left (TS-2, TS-3).

use super::row::{set_content, set_text};
use super::send::locked;
use super::status::weigh;
use crate::conversation::{Told, save, tell, unsay};
use crate::desk::Cx;
use crate::media::upload;
use crate::{Result, outbox};
use model::*;
use serde_json::json;

/// Takes one's own message back while it waits. It never reaches the contact; its place in the feed stays, its text and
/// its file go back to who wrote it.
///
/// # Errors
/// [`Fault::AlreadyLeft`] when its time is over or the sender has it in hand (TS-3), [`Fault::Forbidden`] for somebody
/// else's message, [`Fault::Missing`].
pub async fn recall(cx: &Cx, id: MessageId) -> Result<Recalled> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (mut c, mut m) = locked(cx, &mut work, id).await?;
    if m.author_id != Some(cx.user) {
        return Err(Fault::Forbidden.into());
    }
    if !m.can_be_recalled(cx.user, cx.desk().now()) || !outbox::take_back(&mut work, id).await? {
        return Err(Fault::AlreadyLeft.into());
    }
    let told = Told::of(&c);
    let upload = match m.content.file() {
        Some(media) => Some(upload::give_back(&mut work, cx.user, media, m.kind).await?),
        None => None,
    };
    let text = std::mem::take(&mut m.body);
    m.content = Content::None;
    m.status = MessageStatus::Deleted;
    set_text(&mut work, &m).await?;
    set_content(&mut work, &m).await?;
    weigh(&mut work, &mut c).await?;
    unsay(&mut work, &mut c, &m).await?;
    save(&mut work, &c).await?;
    work.keep_former(id, "message.recall", &text).await?;
    work.audit(Some(cx.user), "message.recall", id, json!({ "conversation_id": c.id() })).await?;
    tell(&mut work, &c, told, vec![m.clone()]);
    work.commit().await?;
    Ok(cx.shown(Recalled { message: m, text, upload }))
}
