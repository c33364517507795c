//! What a contact is told who writes while it is closed (HR-2).

use super::known_in;
use crate::conversation::{self, Row};
use crate::desk::Work;
use crate::{Result, args, sql};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::*;

/// Answers a contact's message that has just been taken in, if it is closed and the contact does not know that yet: once
/// per contact and closed period, whichever of its conversations it is and wherever that has moved. Nothing is said to
/// blocked contacts, nor while somebody serves the conversation all the same. The caller holds the contact's row.
///
/// Answers what was said, and whether the contact knows now that it is closed: no other answer of the system is due then.
pub(crate) async fn answer(work: &mut Work, c: &Row) -> Result<(Option<Message>, bool)> {
    let hours = known_in(work).await?;
    let team = TeamId(c.team_id);
    let schedule = hours.of(team);
    // By our clock, not the message's: it says how it is when the contact reads it.
    let now = work.desk().now();
    let Some(account_text) = hours.reply.as_deref().filter(|_| !schedule.is_open(now)) else { return Ok((None, false)) };
    let (told_at, told_until, status): (Option<Millis>, Option<Millis>, String) = work
        .one(sql!("select off_hours_at, off_hours_until, status from contact where account_id = $1 and id = $2"), args![c.contact_id])
        .await?;
    // By the hours of then, and by those of now: a team to which it was moved may open at another time.
    let knows = told_until.is_some_and(|until| now < until) || told_at.is_some_and(|at| !schedule.opens_between(at, now));
    if knows || status == ContactStatus::Blocked.word() {
        return Ok((None, knows));
    }
    if served_at(work, c).await?.is_some_and(|at| !schedule.opens_between(at, now)) {
        return Ok((None, false));
    }
    let opens = schedule.next_opening(now);
    let text = hours.replies.get(&team).map_or(account_text, String::as_str);
    let text = text::fill_tokens(text, &[("[ABERTURA]", &opens.map(|at| written(at, &hours.zone)).unwrap_or_default())]);
    let said = conversation::say_aside(work, c, &text).await?;
    if said.is_some() {
        work.run(
            sql!("update contact set off_hours_at = $3, off_hours_until = $4 where account_id = $1 and id = $2"),
            args![c.contact_id, now, opens],
        )
        .await?;
    }
    let knows = said.is_some();
    Ok((said, knows))
}

/// When a person last wrote to the contact in this conversation.
async fn served_at(work: &mut Work, c: &Row) -> Result<Option<Millis>> {
    let last: Option<(Millis,)> = work
        .opt(
            sql!(
                "select at from message where account_id = $1 and conversation_id = $2 and direction = 'OUT' and author_id is not null
                 and kind not in ('NOTE', 'TRANSITION') and status <> 'DELETED' order by at desc, id desc limit 1"
            ),
            args![c.id],
        )
        .await?;
    Ok(last.map(|(at,)| at))
}

/// Day and time in figures: contacts read many languages.
fn written(at: Millis, zone: &TimeZone) -> String {
    Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.clone()).strftime("%d/%m %H:%M").to_string()
}
