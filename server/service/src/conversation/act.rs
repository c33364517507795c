//! Assume and transfer.

use super::row::{Row, Told, lock, save, tell, transition, transition_with};
use crate::desk::{Cx, Work};
use crate::message::{NewMessage, put};
use crate::{Result, alert, args, sql};
use model::*;

/// Locks a conversation that the asker sees.
pub(super) async fn seen(cx: &Cx, work: &mut Work, id: ConversationId) -> Result<Row> {
    let c = lock(work, id).await?;
    if cx.seen().sees(&c.access()) { Ok(c) } else { Err(Fault::Missing.into()) }
}

/// Takes the conversation (AS-1) from whom the asker saw serving it; `seen` none: from the queue. Of several at once
/// exactly one wins, whatever their role, and the others are told who (SM-11): who may take over does so only from the
/// one they name.
///
/// # Errors
/// [`Fault::AlreadyAssumed`], [`Fault::NotYourTeam`], [`Fault::WrongState`], [`Fault::Missing`].
pub async fn assume(cx: &Cx, id: ConversationId, seen: Option<UserId>) -> Result<Conversation> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = lock(&mut work, id).await?;
    match c.assignee_id.map(UserId).filter(|_| c.status == ConversationStatus::InProgress) {
        Some(by) if by == cx.user => return Ok(c.view()),
        Some(by) if seen != Some(by) || !cx.seen().may(Act::Assume, &c.access()) => {
            // Who lost the race may not see the conversation any more, but is told why.
            let before = Access { status: ConversationStatus::Pending, assignee_id: None, ..c.access() };
            return Err(if cx.seen().sees(&before) { already(&mut work, by).await? } else { Fault::Missing.into() });
        }
        _ => {}
    }
    if !cx.seen().sees(&c.access()) {
        return Err(Fault::Missing.into());
    }
    if c.status == ConversationStatus::Completed {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Assume, &c.access()) {
        return Err(Fault::NotYourTeam.into());
    }
    let told = Told::of(&c);
    c.status = ConversationStatus::InProgress;
    c.assignee_id = Some(cx.user.0);
    c.snoozed_until = None;
    let line = transition(&mut work, &c, Some(cx.user), Transition::Assumed { from_team: c.team_id.into() }).await?;
    save(&mut work, &c).await?;
    crate::kept::let_go(&mut work, &c).await?;
    alert::unqueued(&mut work, &c).await?;
    let view = tell(&mut work, &c, told, vec![line]);
    work.commit().await?;
    Ok(view)
}

async fn already(work: &mut Work, who: UserId) -> Result<crate::Error> {
    Ok(Fault::AlreadyAssumed { user_id: who, name: member_name(work, who).await? }.into())
}

/// The name of a member, past or present.
pub(crate) async fn member_name(work: &mut Work, user: UserId) -> Result<String> {
    let row: Option<(String,)> = work
        .opt(
            sql!("select u.name from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.user_id = $2"),
            args![user],
        )
        .await?;
    Ok(row.map(|(n,)| n).unwrap_or_default())
}

/// Hands the conversation to a team's queue (SM-4) or to a person (SM-5).
///
/// # Errors
/// [`Fault::ChooseTeam`] when the person has several teams and none is the current one, [`Fault::PersonUnavailable`],
/// [`Fault::SameTarget`], [`Fault::Forbidden`], [`Fault::WrongState`], [`Fault::Missing`].
pub async fn transfer(cx: &Cx, id: ConversationId, draft: TransferDraft) -> Result<Conversation> {
    Check::default().that(draft.note.chars().count() <= limit::NOTE_MAX, "note", Wrong::TooLong).done()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    if !c.status.is_open() {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Transfer, &c.access()) {
        return Err(Fault::Forbidden.into());
    }
    let told = Told::of(&c);
    let (from_team, from) = (TeamId(c.team_id), c.assignee_id.map(UserId));
    let what = match draft.to {
        TransferTo::Team { team_id } => {
            let known: Option<(i64,)> = work.opt(sql!("select id from team where account_id = $1 and id = $2"), args![team_id]).await?;
            known.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
            if team_id == from_team && c.status == ConversationStatus::Pending {
                return Err(Fault::SameTarget.into());
            }
            c.team_id = team_id.0;
            c.assignee_id = None;
            c.status = ConversationStatus::Pending;
            Transition::TransferredToTeam { from_team, from, to_team: team_id }
        }
        TransferTo::Person { user_id, team_id } => {
            let to_team = team_for(&mut work, user_id, from_team, team_id).await?;
            if Some(user_id) == from && to_team == from_team && c.status == ConversationStatus::InProgress {
                return Err(Fault::SameTarget.into());
            }
            c.team_id = to_team.0;
            c.assignee_id = Some(user_id.0);
            c.status = ConversationStatus::InProgress;
            Transition::TransferredToPerson { from_team, from, to_team, to: user_id }
        }
    };
    c.snoozed_until = None;
    // TR-5: kept for automations.
    let more = serde_json::Map::from_iter([("stop_bot".to_owned(), draft.stop_bot.into())]);
    let mut lines = vec![transition_with(&mut work, &c, Some(cx.user), what, more).await?];
    if !draft.note.trim().is_empty() {
        let now = cx.desk().now();
        let mut note = NewMessage::of(&c, Direction::Out, MessageKind::Note, MessageStatus::Received, now);
        note.author_id = Some(cx.user);
        note.body = draft.note.trim().to_owned();
        lines.extend(put(&mut work, note).await?);
    }
    save(&mut work, &c).await?;
    crate::kept::let_go(&mut work, &c).await?;
    alert::unqueued(&mut work, &c).await?;
    match c.assignee_id {
        Some(to) => alert::raise(&mut work, &c, AlertKind::Transfer, &[to.into()], Some(cx.user)).await?,
        None => alert::queued(&mut work, &c, Some(cx.user)).await?,
    }
    let view = tell(&mut work, &c, told, lines);
    work.commit().await?;
    Ok(view)
}

/// In which team a person takes it: the current one when they are in it, their only one, else the chosen one (SM-5).
async fn team_for(work: &mut Work, user: UserId, current: TeamId, chosen: Option<TeamId>) -> Result<TeamId> {
    let member: Option<(String, bool)> =
        work.opt(sql!("select availability, active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
    let (availability, active) = member.ok_or_else(|| Fault::field("user_id", Wrong::Unknown))?;
    if !active || availability.parse::<Availability>()? != Availability::Available {
        return Err(Fault::PersonUnavailable.into());
    }
    let teams: Vec<(i64,)> =
        work.all(sql!("select team_id from team_member where account_id = $1 and user_id = $2 order by team_id"), args![user]).await?;
    let is_in = |t: TeamId| teams.iter().any(|(id,)| *id == t.0);
    match chosen {
        Some(team) if is_in(team) => Ok(team),
        Some(_) => Err(Fault::field("team_id", Wrong::Unknown).into()),
        None if is_in(current) => Ok(current),
        None => match teams.as_slice() {
            [] => Err(Fault::PersonUnavailable.into()),
            [(only,)] => Ok(TeamId(*only)),
            _ => Err(Fault::ChooseTeam.into()),
        },
    }
}
