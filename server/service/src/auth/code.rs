//! Codes of six figures: sent to somebody, valid for ten minutes and once, with five tries (AC-2).
//!
//! The database keeps a signature in place of the code: six figures would be guessed from a plain hash. A code belongs to a
//! purpose and a subject; a new one takes the place of the old.

use super::throttle;
use crate::desk::Desk;
use crate::{Result, args, sql_system};
use model::{Fault, Millis, Wrong};

/// How long a code is valid.
pub(super) const LIFE_MILLIS: Millis = 10 * 60_000;
/// Wrong tries that one code takes.
const TRIES: i64 = 5;
/// How long one waits for another code.
pub(super) const RESEND_MILLIS: Millis = 60_000;

fn place(purpose: &str, subject: &str) -> String {
    format!("code:{purpose}:{subject}")
}

/// A new code, in place of the one before; none while that was sent less than a minute ago, and in how many seconds there
/// may be another.
pub(super) async fn make(desk: &Desk, purpose: &str, subject: &str) -> Result<(Option<String>, i64)> {
    let now = desk.now();
    let code = format!("{:06}", desk.seam.below(1_000_000));
    let signed = desk.keys.sign(&place(purpose, subject), &code);
    let hash = signed.rsplit_once('.').map_or("", |(_, signature)| signature);
    let made: Option<(i64,)> = desk
        .db
        .one(
            sql_system!(
                "insert into one_time_code (purpose, subject, code_hash, sent_at, expires_at, tries) values ($1, $2, $3, $4, $5, 0)
                 on conflict (purpose, subject) do update set code_hash = excluded.code_hash, sent_at = excluded.sent_at,
                 expires_at = excluded.expires_at, tries = 0 where one_time_code.sent_at <= $6 returning sent_at"
            ),
            args![purpose, subject, hash, now, now + LIFE_MILLIS, now - RESEND_MILLIS],
        )
        .await?;
    if made.is_some() {
        return Ok((Some(code), RESEND_MILLIS / 1000));
    }
    let sent: Option<(i64,)> =
        desk.db.one(sql_system!("select sent_at from one_time_code where purpose = $1 and subject = $2"), args![purpose, subject]).await?;
    let left = sent.map_or(0, |(at,)| at + RESEND_MILLIS - now);
    Ok((None, (left + 999).max(0) / 1000))
}

/// Takes back a code that could not be sent: another may be asked for at once.
pub(super) async fn drop_code(desk: &Desk, purpose: &str, subject: &str) -> Result<()> {
    desk.db.run(sql_system!("delete from one_time_code where purpose = $1 and subject = $2"), args![purpose, subject]).await?;
    Ok(())
}

/// Uses a code up.
///
/// # Errors
/// [`Wrong::NotTheCode`] about `code`, whatever is wrong with it; [`Fault::Throttled`] after several of those.
pub(super) async fn spend(desk: &Desk, purpose: &str, subject: &str, code: &str) -> Result<()> {
    let key = place(purpose, subject);
    throttle::refuse(desk, &key).await?;
    if is_right(desk, purpose, subject, code.trim()).await? {
        return throttle::forget(desk, &key).await;
    }
    throttle::count(desk, &key, 1).await?;
    Err(Fault::field("code", Wrong::NotTheCode).into())
}

async fn is_right(desk: &Desk, purpose: &str, subject: &str, code: &str) -> Result<bool> {
    // Counted before it is looked at: tries made in parallel are so many tries.
    let known: Option<(String,)> = desk
        .db
        .one(
            sql_system!(
                "update one_time_code set tries = tries + 1 where purpose = $1 and subject = $2 and expires_at > $3 and tries < $4 returning code_hash"
            ),
            args![purpose, subject, desk.now(), TRIES],
        )
        .await?;
    let Some((hash,)) = known else { return Ok(false) };
    let figures = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    // Compared in constant time.
    if !figures || desk.keys.open_signed(&place(purpose, subject), &format!("{code}.{hash}")).is_none() {
        return Ok(false);
    }
    let spent = desk
        .db
        .run(sql_system!("delete from one_time_code where purpose = $1 and subject = $2 and code_hash = $3"), args![purpose, subject, hash])
        .await?;
    // Of two at once one has it.
    Ok(spent == 1)
}
