//! What a contact is told who writes while the person that serves them is away (ST-2).

use super::settings::settings_in;
use crate::conversation::{self, Row};
use crate::desk::Work;
use crate::{Result, args, sql, zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::*;

/// Answers a contact's message that has just been taken in, if who serves the conversation chose to be away for a reason with a
/// text: once per conversation and time away, which a row keeps, and within the window. Nothing is said to blocked contacts.
/// The caller holds the contact's row, and asks only where the contact does not know that it is closed (HR-2).
pub(crate) async fn answer(work: &mut Work, c: &Row) -> Result<Option<Message>> {
    let Some(assignee) = c.assignee_id.filter(|_| c.status == ConversationStatus::InProgress) else { return Ok(None) };
    let away: Option<(i64, String, Option<Millis>)> = work
        .opt(
            sql!(
                "select period_id, reason, back_at from user_status where account_id = $1 and user_id = $2 and status = 'AWAY' and not by_itself"
            ),
            args![assignee],
        )
        .await?;
    let Some((period, reason, back_at)) = away else { return Ok(None) };
    let reasons = settings_in(work).await?.reasons;
    let Some(text) = reasons.into_iter().find(|r| r.key == reason).map(|r| r.text).filter(|t| !t.is_empty()) else { return Ok(None) };
    let (contact,): (String,) = work.one(sql!("select status from contact where account_id = $1 and id = $2"), args![c.contact_id]).await?;
    if contact == ContactStatus::Blocked.word() {
        return Ok(None);
    }
    // The row first: whatever writes at the same time, one tells.
    let first = work
        .run(
            sql!("insert into away_told (account_id, conversation_id, period_id) values ($1, $2, $3) on conflict (conversation_id, period_id) do nothing"),
            args![c.id, period],
        )
        .await?;
    if first == 0 {
        return Ok(None);
    }
    let now = work.desk().now();
    let zone = zone::within(work).await?;
    let back = back_at.filter(|at| *at > now).map(|at| written(at, now, &zone)).unwrap_or_default();
    let text = text::fill_tokens(&text, &[("[VOLTA_AS]", &back)]);
    let said = conversation::say_aside(work, c, &text).await?;
    if said.is_none() {
        // The window is closed: the contact was told nothing.
        work.run(sql!("delete from away_told where account_id = $1 and conversation_id = $2 and period_id = $3"), args![c.id, period])
            .await?;
    }
    Ok(said)
}

/// The time in figures, with the day when it is another one: contacts read many languages.
fn written(at: Millis, now: Millis, zone: &TimeZone) -> String {
    let there = |at| Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.clone());
    let (at, today) = (there(at), there(now).date());
    at.strftime(if at.date() == today { "%H:%M" } else { "%d/%m %H:%M" }).to_string()
}
