//! Read, unread, drafts.

use super::row::{Row, Told, lock, save, tell};
use crate::desk::{Cx, News};
use crate::{Result, args, outbox, sql};
use model::*;

/// Everything up to now is read. Only the assignee's reading counts, and only in service does the contact hear of it:
/// a preview from the queue leaves no trace (AS-1, SM-3).
pub async fn mark_read(cx: &Cx, id: ConversationId) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = lock(&mut work, id).await?;
    if !cx.seen().sees(&c.access()) {
        return Err(Fault::Missing.into());
    }
    if !is_mine(cx, &c) || c.unread == 0 {
        return Ok(());
    }
    let told = Told::of(&c);
    c.unread = 0;
    save(&mut work, &c).await?;
    if let Some(external) = c.last_in_external.clone() {
        outbox::queue_read(&mut work, &c, &external).await?;
    }
    tell(&mut work, &c, told, Vec::new());
    work.commit().await?;
    cx.desk().tell(cx.account, News::AgentRead { contact_id: c.contact_id.into(), channel_id: c.channel_id.into() });
    Ok(())
}

fn is_mine(cx: &Cx, c: &Row) -> bool {
    c.status == ConversationStatus::InProgress && c.assignee_id == Some(cx.user.0)
}

/// Marks it unread: in the tab of one's own conversations only (AB-5), because it is the assignee whom it reminds.
///
/// # Errors
/// [`Fault::Forbidden`] for a conversation of somebody else.
pub async fn mark_unread(cx: &Cx, id: ConversationId) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = lock(&mut work, id).await?;
    if !cx.seen().sees(&c.access()) {
        return Err(Fault::Missing.into());
    }
    if !is_mine(cx, &c) {
        return Err(Fault::Forbidden.into());
    }
    if c.unread == 0 {
        let told = Told::of(&c);
        c.unread = 1;
        save(&mut work, &c).await?;
        tell(&mut work, &c, told, Vec::new());
        work.commit().await?;
    }
    Ok(())
}

/// Keeps the asker's unsent text; empty removes it.
///
/// # Errors
/// [`Fault::Missing`] for a conversation that the asker does not see.
pub async fn save_draft(cx: &Cx, id: ConversationId, body: &str) -> Result<()> {
    Check::default().that(body.chars().count() <= limit::NOTE_MAX, "text", Wrong::TooLong).done()?;
    super::visible(cx, id).await?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    if body.trim().is_empty() {
        work.run(sql!("delete from draft where account_id = $1 and user_id = $2 and conversation_id = $3"), args![cx.user, id]).await?;
    } else {
        let now = cx.desk().now();
        work.run(
            sql!(
                "insert into draft (account_id, user_id, conversation_id, body, updated_at) values ($1, $2, $3, $4, $5)
                 on conflict (user_id, conversation_id) do update set body = excluded.body, updated_at = excluded.updated_at"
            ),
            args![cx.user, id, body, now],
        )
        .await?;
    }
    work.commit().await
}
