//! Changing what was sent, where the network can (MS-3).

use super::row::{get, set_text};
use super::send::locked;
use crate::conversation::{Told, save, tell};
use crate::desk::Cx;
use crate::{Result, args, channels, conversation, sql};
use model::*;
use serde_json::json;

/// Old texts of one message that are shown.
const OLD_MAX: i64 = 100;

/// Changes the text of one's own message; what it said is kept.
///
/// # Errors
/// [`Fault::NotEditable`] where the network cannot, [`Fault::EditOver`] after 15 minutes, [`Fault::Forbidden`] for what is
/// no text of the asker's own, [`Fault::WrongState`] for what has not left or was deleted, [`Fault::Invalid`] for an empty
/// or too long text, [`Fault::Missing`].
pub async fn edit(cx: &Cx, id: MessageId, text: &str) -> Result<Message> {
    let text = text.trim_end();
    Check::default().text(text, "text", limit::TEXT_MAX).done()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (mut c, mut m) = locked(cx, &mut work, id).await?;
    if !channels::own_in(&mut work, c.channel_id.into()).await?.kind.edits() {
        return Err(Fault::NotEditable.into());
    }
    if m.kind != MessageKind::Text || m.direction != Direction::Out || m.author_id != Some(cx.user) {
        return Err(Fault::Forbidden.into());
    }
    if !matches!(m.status, MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read) {
        return Err(Fault::WrongState.into());
    }
    let now = cx.desk().now();
    if !m.can_be_edited(cx.user, now) {
        return Err(Fault::EditOver.into());
    }
    if m.body == text {
        return Ok(cx.shown(m));
    }
    let told = Told::of(&c);
    let before = std::mem::replace(&mut m.body, text.to_owned());
    m.edited_at = Some(now);
    set_text(&mut work, &m).await?;
    if c.preview_id == m.id.0 {
        c.preview_text = text::shorten(&m.body, 120);
        save(&mut work, &c).await?;
    }
    work.keep_former(id, "message.edit", &before).await?;
    work.audit(Some(cx.user), "message.edit", id, json!({ "conversation_id": c.id() })).await?;
    // As a change of the conversation, so that the visitor's socket knows whose it is.
    tell(&mut work, &c, told, vec![m.clone()]);
    work.commit().await?;
    Ok(cx.shown(m))
}

/// What a message or note said before it was changed, oldest first; for admins.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins, [`Fault::Missing`].
pub async fn versions(cx: &Cx, id: MessageId) -> Result<Vec<OldText>> {
    let scope = cx.may(Permission::Settings)?;
    let mut work = scope.begin().await?;
    let found = get(&mut work, id).await?;
    drop(work);
    conversation::visible(cx, found.conversation_id.into()).await?;
    let rows: Vec<(i64, String)> = scope
        .all(
            sql!(
                "select at, body from former_text where account_id = $1 and message_id = $2 and action in ('message.edit', 'note.edit')
                 order by id limit $3"
            ),
            args![id, OLD_MAX],
        )
        .await?;
    Ok(rows.into_iter().map(|(until, text)| OldText { until, text }).collect())
}
