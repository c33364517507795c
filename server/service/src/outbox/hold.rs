//! Messages that wait before they leave (TS): until when, and taking one out again.

use crate::conversation::Row as Conversation;
use crate::desk::Work;
use crate::{Result, args, sql};
use model::{MessageId, Millis};

/// Until when the contact's last message waits that has not been tried yet (TS-2): what follows waits with it.
pub(crate) async fn held_until(work: &mut Work, c: &Conversation) -> Result<Option<Millis>> {
    let now = work.desk().now();
    let (at,): (Option<Millis>,) = work
        .one(
            sql!(
                "select max(next_at) from outbox where account_id = $1 and channel_id = $2 and contact_id = $3 and kind = 'MESSAGE'
                 and state in ('QUEUED', 'HELD') and attempts = 0 and next_at > $4"
            ),
            args![c.channel_id, c.contact_id, now],
        )
        .await?;
    Ok(at)
}

/// Takes a message out that nobody has begun to send; false when somebody has.
pub(crate) async fn take_back(work: &mut Work, message: MessageId) -> Result<bool> {
    let taken = work
        .run(
            sql!("delete from outbox where account_id = $1 and message_id = $2 and kind = 'MESSAGE' and state in ('QUEUED', 'HELD') and attempts = 0"),
            args![message],
        )
        .await?;
    // Those behind it need not wait for it any more.
    work.wake_outbox();
    Ok(taken > 0)
}
