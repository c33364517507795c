//! Taking a transfer back while nobody has done anything with it.

use super::row::{Told, lock, save, tell, transition_with};
use crate::desk::{Cx, Work};
use crate::message::{Stored, columns};
use crate::{Result, alert, args, distribution, sql, tally};
use model::*;

/// The latest lines of a timeline that are looked at.
const LOOK_AT: i64 = 20;

/// Takes one's own transfer back: the conversation is where it was before. Only for a short while, and only as long as the
/// conversation still is where the transfer brought it and nobody else has written or done anything there.
///
/// # Errors
/// [`Fault::WrongState`] when it is too late, [`Fault::PersonUnavailable`] when who served it is no member any more,
/// [`Fault::Missing`].
pub async fn take_back(cx: &Cx, id: ConversationId) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = lock(&mut work, id).await?;
    let transfer = own_transfer(cx, &mut work, id).await?;
    let Some(transfer) = transfer else {
        // Who sees it may know why; for others it does not exist.
        return Err(if cx.seen().sees(&c.access()) { Fault::WrongState } else { Fault::Missing }.into());
    };
    let (from_team, from, was_left) = match transfer {
        Transition::TransferredToTeam { from_team, from, to_team } => {
            (from_team, from, c.status == ConversationStatus::Pending && c.team_id == to_team.0)
        }
        Transition::TransferredToPerson { from_team, from, to_team, to } => {
            let there = c.team_id == to_team.0 && c.assignee_id == Some(to.0);
            (from_team, from, c.status == ConversationStatus::InProgress && there)
        }
        _ => return Err(Fault::WrongState.into()),
    };
    let status = if from.is_some() { ConversationStatus::InProgress } else { ConversationStatus::Pending };
    let before = Access { status, team_id: from_team, assignee_id: from, designated_id: None };
    if !was_left {
        return Err(if cx.seen().sees(&c.access()) { Fault::WrongState } else { Fault::Missing }.into());
    }
    // Rights may have changed since.
    if !cx.seen().may(Act::Transfer, &before) {
        return Err(Fault::Forbidden.into());
    }
    if let Some(from) = from {
        let member: Option<(bool,)> =
            work.opt(sql!("select active from membership where account_id = $1 and user_id = $2 and active"), args![from]).await?;
        member.ok_or(Fault::PersonUnavailable)?;
    }
    // To a team that is there no more nothing goes back.
    if crate::leaving::living(&mut work, from_team).await? != from_team {
        return Err(Fault::WrongState.into());
    }
    let told = Told::of(&c);
    let (left_team, left) = (TeamId(c.team_id), c.assignee_id.map(UserId));
    let what = match from {
        Some(to) => Transition::TransferredToPerson { from_team: left_team, from: left, to_team: from_team, to },
        None => Transition::TransferredToTeam { from_team: left_team, from: left, to_team: from_team },
    };
    let to_person = c.assignee_id.is_some();
    c.team_id = from_team.0;
    c.assign(from, cx.desk().now());
    // From one person to another nothing was counted.
    let counted: &[StepKind] = match (to_person, from) {
        (true, Some(_)) => &[],
        (true, None) => &[StepKind::Assumed, StepKind::Begun],
        (false, _) => &[StepKind::Entered],
    };
    tally::undo(&mut work, &mut c, counted).await?;
    let more = serde_json::Map::from_iter([("taken_back".to_owned(), true.into())]);
    let line = transition_with(&mut work, &c, Some(cx.user), what, more).await?;
    save(&mut work, &c).await?;
    alert::unqueued(&mut work, &c).await?;
    alert::untransferred(&mut work, &c).await?;
    if c.status == ConversationStatus::Pending {
        distribution::enter(&mut work, &c, Some(cx.user)).await?;
    }
    tell(&mut work, &c, told, vec![line]);
    work.commit().await
}

/// The asker's own transfer, when nothing but words of the contact and notes of the asker came after it.
async fn own_transfer(cx: &Cx, work: &mut Work, id: ConversationId) -> Result<Option<Transition>> {
    let since = work.desk().now() - limit::TAKE_BACK_MILLIS;
    let lines: Vec<Stored> = work
        .all(
            sql!(concat!(
                "select ",
                columns!(),
                " from message m where m.account_id = $1 and m.conversation_id = $2 and m.at >= $3 order by m.at desc, m.id desc limit $4"
            )),
            args![id, since, LOOK_AT],
        )
        .await?;
    for line in lines {
        let line = line.view()?;
        match line.content {
            // For whom it waits now is nobody's act.
            Content::Transition(Transition::Designated { .. }) => {}
            Content::Transition(what) => return Ok(Some(what).filter(|_| line.author_id == Some(cx.user))),
            _ if line.direction == Direction::In => {}
            _ if line.kind == MessageKind::Note && line.author_id == Some(cx.user) => {}
            _ => return Ok(None),
        }
    }
    Ok(None)
}
