//! Who waits for whom, worked out from what was said: a message that was taken back was never said, and messages may come
//! from or go to another conversation.

use super::row::Row;
use crate::message::{Stored, columns};
use crate::{Result, Work, args, sql};
use model::Message;

/// The conversation without a message that is deleted now; the caller saves the row. Its line in the list stays, as
/// deleted.
pub(crate) async fn unsay(work: &mut Work, c: &mut Row, m: &Message) -> Result<()> {
    c.see(m);
    let first_out = weigh(work, c).await?;
    if c.first_response_at == Some(m.at) {
        c.first_response_at = first_out;
    }
    crate::tally::unanswer(work, c, m).await
}

/// The conversation's line in the list and who waits for whom, after messages came or went; the caller saves the row.
pub(crate) async fn derive(work: &mut Work, c: &mut Row) -> Result<()> {
    let last: Option<Stored> = work
        .opt(
            sql!(concat!(
                "select ",
                columns!(),
                " from message m where m.account_id = $1 and m.conversation_id = $2 and m.kind not in ('NOTE', 'TRANSITION') order by m.at desc, m.id desc limit 1"
            )),
            args![c.id],
        )
        .await?;
    let heard: Option<(i64, Option<String>)> = work
        .opt(
            sql!(
                "select at, external_id from message where account_id = $1 and conversation_id = $2 and direction = 'IN' and kind not in ('NOTE', 'TRANSITION')
                 order by at desc, id desc limit 1"
            ),
            args![c.id],
        )
        .await?;
    let empty = Row::begin(c.id, c.contact_id.into(), "", None, c.channel_id.into(), c.team_id.into(), c.started_at);
    (c.preview_id, c.preview_at, c.preview_kind, c.preview_direction) = (0, 0, empty.preview_kind, empty.preview_direction);
    (c.preview_status, c.preview_text, c.preview_author_id) = (empty.preview_status, empty.preview_text, None);
    c.last_at = c.started_at;
    let (response, snoozed, answered, heard_since) = (c.first_response_at, c.snoozed_until, c.answered_at, c.heard_since);
    let noticed = c.steps.take();
    if let Some(last) = last {
        c.see(&last.view()?);
    }
    // Nothing is said now: it neither wakes nor answers.
    (c.first_response_at, c.snoozed_until, c.answered_at, c.heard_since) = (response, snoozed, answered, heard_since);
    c.steps.take();
    noticed.into_iter().for_each(|step| c.steps.push(step));
    (c.last_in_at, c.last_in_external) = heard.map_or((None, None), |(at, external)| (Some(at), external));
    weigh(work, c).await?;
    Ok(())
}

/// Who waits for whom since when; answers when we answered first.
async fn weigh(work: &mut Work, c: &mut Row) -> Result<Option<i64>> {
    // Notes and system lines say nothing to the contact; what the system says answers nobody.
    let (last_out, last_in, first_out): (Option<i64>, Option<i64>, Option<i64>) = work
        .one(
            sql!(
                "select max(case when m.direction = 'OUT' then m.at end), max(case when m.direction = 'IN' then m.at end),
                   min(case when m.direction = 'OUT' and m.at >= $3 then m.at end)
                 from message m where m.account_id = $1 and m.conversation_id = $2 and m.kind not in ('NOTE', 'TRANSITION')
                 and m.status <> 'DELETED' and (m.direction = 'IN' or m.author_id is not null)"
            ),
            args![c.id, c.started_at],
        )
        .await?;
    let (waits,): (Option<i64>,) = work
        .one(
            sql!("select min(at) from message where account_id = $1 and conversation_id = $2 and direction = 'IN' and at > $3"),
            args![c.id, last_out.unwrap_or_default().max(c.started_at - 1)],
        )
        .await?;
    c.waiting_since = waits.filter(|_| c.status.is_open());
    let owed = last_out.filter(|out| last_in.is_none_or(|said| said < *out) && c.status.is_open());
    if c.idle_since != owed {
        (c.idle_since, c.warned_at) = (owed, None);
    }
    owe(work, c).await?;
    Ok(first_out)
}

/// Since when we owe the contact an answer (AU-2), worked out anew: messages that failed or were taken back answer nothing.
/// Answers whether that changed the row, which the caller saves.
pub(crate) async fn owe(work: &mut Work, c: &mut Row) -> Result<bool> {
    let (since,): (Option<i64>,) = work
        .one(
            sql!(
                "select min(m.at) from message m where m.account_id = $1 and m.conversation_id = $2 and m.direction = 'IN' and m.status <> 'DELETED' and m.at >= $3
                 and m.at > coalesce((select max(o.at) from message o where o.account_id = $1 and o.conversation_id = $2 and o.direction = 'OUT'
                   and o.author_id is not null and o.kind not in ('NOTE', 'TRANSITION') and o.status not in ('FAILED', 'DELETED')), 0)"
            ),
            args![c.id, c.started_at],
        )
        .await?;
    let asked = since.filter(|_| c.status.is_open());
    let owed = asked.map(|since| since.max(c.assigned_at.unwrap_or(since)));
    let before = (std::mem::replace(&mut c.owed_since, owed), std::mem::replace(&mut c.asked_since, asked));
    Ok(before != (owed, asked))
}
