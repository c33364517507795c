//! What happened, in figures (DB-1 to DB-4).
//!
//! * A conversation's [`Row`] notices its own steps when it is assigned, answered or closed ([`Steps`]). Saving the row writes
//!   them as rows of `step`, each with its team, its person and how long what it ends took: the raw rows of all reports,
//!   together with the messages.
//! * Each step and each message is noted in its [`Work`], which adds them up into `tally` as its last step but the commit
//!   ([`flush`]): by hour, day and month, by team, channel, person and reason. Work on one account waits in line there for its
//!   place among the events, so that two never add to a row at once.
//! * What is taken back is taken out again: a transfer ([`undo`]), an answer that never left ([`unanswer`]), another reason
//!   ([`reclassify`]).
//! * [`recount`] adds everything up anew, and says what was wrong.
//! * By tag of the contact, which comes and goes, nothing is added up: such a report reads the rows themselves (`tag`).

mod chart;
mod count;
mod export;
mod recount;
mod report;
mod tag;
mod write;

pub use export::{csv, xlsx};
pub(crate) use recount::compare_all;
pub use recount::{compare, recount, recount_all, run, turn};
pub use report::report;
pub(crate) use report::{days_of, team_days, team_hours};
pub(crate) use write::{Noted, flush};

use crate::conversation::Row;
use crate::desk::Work;
use crate::hours::known_in;
use crate::{Result, args, sql};
use model::*;
use std::sync::{Mutex, PoisonError};

/// A step that a row noticed and that is not written yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub kind: StepKind,
    pub at: Millis,
    /// Since when what it ends lasts.
    pub from: Option<Millis>,
    pub user: Option<UserId>,
}

/// Steps of a row since it was saved.
#[derive(Debug, Default)]
pub(crate) struct Steps(Mutex<Vec<Step>>);

impl Clone for Steps {
    /// A copy of a row has none: each step is written once.
    fn clone(&self) -> Steps {
        Steps::default()
    }
}

impl Steps {
    /// One more.
    pub fn push(&self, step: Step) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    /// All, which it then has no more.
    pub fn take(&self) -> Vec<Step> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A step as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Stored {
    pub id: i64,
    #[sqlx(try_from = "String")]
    pub kind: StepKind,
    pub at: Millis,
    pub team_id: i64,
    pub channel_id: i64,
    pub user_id: Option<i64>,
    pub reason_id: Option<i64>,
    pub wall: Option<i64>,
    pub open: Option<i64>,
}

macro_rules! columns {
    () => {
        "id, kind, at, team_id, channel_id, user_id, reason_id, wall, open"
    };
}
pub(crate) use columns;

/// Writes the steps that a row noticed; as a part of saving it.
pub(crate) async fn keep(work: &mut Work, c: &Row) -> Result<()> {
    for step in c.steps.take() {
        let took = match step.from {
            Some(from) => {
                let hours = known_in(work).await?;
                Some(((step.at - from).max(0), hours.of(c.team_id.into()).open_between(from, step.at)))
            }
            None => None,
        };
        let reason_id = c.reason_id.filter(|_| step.kind == StepKind::Closed);
        let stored = Stored {
            id: work.desk().seam.id(),
            kind: step.kind,
            at: step.at,
            team_id: c.team_id,
            channel_id: c.channel_id,
            user_id: step.user.map(|u| u.0),
            reason_id,
            wall: took.map(|t| t.0),
            open: took.map(|t| t.1),
        };
        put(work, c.id(), stored).await?;
    }
    Ok(())
}

async fn put(work: &mut Work, conversation: ConversationId, step: Stored) -> Result<()> {
    work.run(
        sql!(
            "insert into step (account_id, id, conversation_id, kind, at, team_id, channel_id, user_id, reason_id, wall, open)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        args![step.id, conversation, step.kind, step.at, step.team_id, step.channel_id, step.user_id, step.reason_id, step.wall, step.open],
    )
    .await?;
    work.note_tally(Noted::Step(step, 1));
    Ok(())
}

/// The latest step of a kind.
async fn last(work: &mut Work, conversation: ConversationId, kind: StepKind) -> Result<Option<Stored>> {
    work.opt(
        sql!(concat!(
            "select ",
            columns!(),
            " from step where account_id = $1 and conversation_id = $2 and kind = $3 order by id desc limit 1"
        )),
        args![conversation, kind],
    )
    .await
}

async fn remove(work: &mut Work, conversation: ConversationId, step: Stored) -> Result<()> {
    work.run(sql!("delete from step where account_id = $1 and conversation_id = $2 and id = $3"), args![conversation, step.id]).await?;
    work.note_tally(Noted::Step(step, -1));
    Ok(())
}

/// A transfer was taken back: the step that it was is none, and the conversation is on its way where it was before. What the
/// row noticed of being given back is forgotten.
pub(crate) async fn undo(work: &mut Work, c: &mut Row, kinds: &[StepKind]) -> Result<()> {
    c.steps.take();
    let mut latest: Option<Stored> = None;
    for kind in kinds {
        let found = last(work, c.id(), *kind).await?;
        latest = latest.into_iter().chain(found).max_by_key(|s| s.id);
    }
    if let Some(step) = latest {
        remove(work, c.id(), step).await?;
    }
    restore(work, c).await
}

/// Where a conversation is on its way, read off its steps.
async fn restore(work: &mut Work, c: &mut Row) -> Result<()> {
    let steps: Vec<Stored> = work
        .all(
            sql!(concat!("select ", columns!(), " from step where account_id = $1 and conversation_id = $2 order by id desc limit 20")),
            args![c.id()],
        )
        .await?;
    (c.entered_at, c.assumed_at, c.answered_at) = (None, None, None);
    for step in steps.into_iter().rev() {
        match step.kind {
            StepKind::Fresh => {}
            StepKind::Entered => (c.entered_at, c.assumed_at, c.answered_at) = (Some(step.at), None, None),
            StepKind::Begun => (c.entered_at, c.assumed_at, c.answered_at) = (None, Some(step.at), None),
            StepKind::Assumed => c.assumed_at = Some(step.at),
            StepKind::Answered => c.answered_at = Some(step.at),
            StepKind::Closed => (c.entered_at, c.assumed_at, c.answered_at) = (None, None, None),
        }
    }
    Ok(())
}

/// The message that counted as the first answer never left: the next one is it, if there is one. The caller saves the row.
pub(crate) async fn unanswer(work: &mut Work, c: &mut Row, m: &Message) -> Result<()> {
    let (Some(since), true) = (c.entered_at, c.answered_at == Some(m.at) && m.author_id.is_some()) else { return Ok(()) };
    let Some(step) = last(work, c.id(), StepKind::Answered).await?.filter(|s| s.at == m.at) else { return Ok(()) };
    remove(work, c.id(), step).await?;
    let next: Option<(Millis, i64)> = work
        .opt(
            sql!(
                "select at, author_id from message where account_id = $1 and conversation_id = $2 and direction = 'OUT' and author_id is not null
                 and kind not in ('NOTE', 'TRANSITION') and status not in ('DELETED', 'FAILED') and at >= $3 and id <> $4 order by at, id limit 1"
            ),
            args![c.id(), since, m.id],
        )
        .await?;
    c.answered_at = next.map(|(at, _)| at);
    if let Some((at, author)) = next {
        c.steps.push(Step { kind: StepKind::Answered, at, from: Some(since), user: Some(author.into()) });
    }
    Ok(())
}

/// A concluded conversation has another reason.
pub(crate) async fn reclassify(work: &mut Work, c: &Row) -> Result<()> {
    let Some(step) = last(work, c.id(), StepKind::Closed).await? else { return Ok(()) };
    let now = Stored { reason_id: c.reason_id, ..step.clone() };
    remove(work, c.id(), step).await?;
    put(work, c.id(), now).await
}

/// Whether a conversation is a contact's first; asked when it has just been made.
pub(crate) async fn is_fresh(work: &mut Work, c: &Row) -> Result<bool> {
    let other: Option<(i64,)> = work
        .opt(
            sql!("select id from conversation where account_id = $1 and contact_id = $2 and id <> $3 limit 1"),
            args![c.contact_id, c.id()],
        )
        .await?;
    Ok(other.is_none())
}
