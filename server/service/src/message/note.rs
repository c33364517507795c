//! Notes that change after they were written (NT-3, NT-4).

use super::row::{get, set_text};
use super::send::locked;
use crate::conversation::Row;
use crate::desk::{Cx, Work};
use crate::{Result, alert, sql};
use model::*;
use serde_json::json;

/// Changes the text of one's own note; what it said is kept, and who is named now and was not before is told (NT-5).
///
/// # Errors
/// [`Fault::Forbidden`] for somebody else's note, or when its time is over (NT-3), [`Fault::Invalid`] for an empty or too
/// long text, [`Fault::WrongState`] for a deleted one, [`Fault::Missing`].
pub async fn edit_note(cx: &Cx, id: MessageId, text: &str, mentions: &[Mention]) -> Result<Message> {
    let text = text.trim_end();
    let mut check = Check::default();
    check.text(text, "text", limit::NOTE_MAX);
    check_mentions(&mut check, mentions, text);
    check.done()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (c, mut note) = own(cx, &mut work, id, |rights| rights.edit).await?;
    let named = std::mem::replace(&mut note.mentions, members(&mut work, mentions).await?);
    if note.body == text && note.mentions == named {
        return Ok(cx.shown(note));
    }
    let before = std::mem::replace(&mut note.body, text.to_owned());
    note.edited_at = Some(cx.desk().now());
    tell_named(cx, &mut work, &note, &named).await?;
    keep(cx, work, &c, note, "note.edit", before).await
}

/// Deletes a note: its place in the feed stays, its text does not (NT-4). Who finds it deleted already is told nothing.
///
/// # Errors
/// [`Fault::Forbidden`] when the asker may not (NT-3), [`Fault::Missing`].
pub async fn delete_note(cx: &Cx, id: MessageId) -> Result<Message> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (c, mut note) = match own(cx, &mut work, id, |rights| rights.delete).await {
        Err(crate::Error::Fault(Fault::WrongState)) => return Ok(cx.shown(get(&mut work, id).await?.view()?)),
        found => found?,
    };
    let before = std::mem::take(&mut note.body);
    note.status = MessageStatus::Deleted;
    note.mentions.clear();
    if matches!(note.content, Content::Media(_)) {
        note.content = Content::None;
        crate::media::kept::forget(&mut work, note.id).await?;
        super::row::set_content(&mut work, &note).await?;
    }
    keep(cx, work, &c, note, "note.delete", before).await
}

/// The mentions that name members of the account.
pub(super) async fn members(work: &mut Work, mentions: &[Mention]) -> Result<Vec<Mention>> {
    if mentions.is_empty() {
        return Ok(Vec::new());
    }
    let known: Vec<(i64,)> = work
        .all(
            sql!("select user_id from membership where account_id = $1 and user_id in {in $2} and active"),
            vec![crate::db::list(mentions.iter().map(|m| m.user_id))],
        )
        .await?;
    Ok(mentions.iter().filter(|m| known.contains(&(m.user_id.0,))).copied().collect())
}

/// Tells those whom a note names and did not name before; of them only who sees the conversation hears of it (NT-5).
pub(super) async fn tell_named(cx: &Cx, work: &mut Work, note: &Message, before: &[Mention]) -> Result<()> {
    let mut people: Vec<UserId> = note.mentions.iter().map(|m| m.user_id).collect();
    people.retain(|user| !before.iter().any(|m| m.user_id == *user));
    people.sort_unstable();
    people.dedup();
    if people.is_empty() { Ok(()) } else { alert::mention(work, note.conversation_id, &people, cx.user).await }
}

/// The note and its conversation, locked, when the asker has the right.
async fn own(cx: &Cx, work: &mut Work, id: MessageId, has: fn(NoteRights) -> bool) -> Result<(Row, Message)> {
    let (c, note) = locked(cx, work, id).await?;
    let age = cx.desk().now() - note.at;
    let rights = NoteRights::of(cx.seat.may(Permission::Settings), note.author_id == Some(cx.user), age);
    if note.kind != MessageKind::Note || !has(rights) {
        return Err(Fault::Forbidden.into());
    }
    if note.status == MessageStatus::Deleted {
        return Err(Fault::WrongState.into());
    }
    Ok((c, note))
}

async fn keep(cx: &Cx, mut work: Work, c: &Row, note: Message, action: &str, before: String) -> Result<Message> {
    set_text(&mut work, &note).await?;
    work.keep_former(note.id, action, &before).await?;
    work.audit(Some(cx.user), action, note.id, json!({ "conversation_id": c.id() })).await?;
    work.tell(Change::Message { access: c.access(), message: Box::new(note.clone()) });
    work.commit().await?;
    Ok(cx.shown(note))
}
