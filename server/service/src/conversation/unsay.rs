//! A message that was taken back was never said: who waits for whom is as it was before it.

use super::row::Row;
use crate::{Result, Work, args, sql};
use model::Message;

/// The conversation without a message that is deleted now; the caller saves the row. Its line in the list stays, as
/// deleted.
pub(crate) async fn unsay(work: &mut Work, c: &mut Row, m: &Message) -> Result<()> {
    c.see(m);
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
    if c.first_response_at == Some(m.at) {
        c.first_response_at = first_out;
    }
    let owed = last_out.filter(|out| last_in.is_none_or(|said| said < *out) && c.status.is_open());
    if c.idle_since != owed {
        (c.idle_since, c.warned_at) = (owed, None);
    }
    Ok(())
}
