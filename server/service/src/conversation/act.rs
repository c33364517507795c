//! Assume, transfer, conclude.

use super::row::{Row, Told, lock, save, tell, transition, transition_with};
use crate::desk::{Cx, Work};
use crate::message::{NewMessage, put};
use crate::{Result, alert, args, outbox, sql};
use model::*;

/// Locks a conversation that the asker sees.
async fn seen(cx: &Cx, work: &mut Work, id: ConversationId) -> Result<Row> {
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
    let line = transition(&mut work, &c, Some(cx.user), Transition::Assumed { from_team: c.team_id.into() }).await?;
    save(&mut work, &c).await?;
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

/// Concludes the conversation. The window is untouched (SM-6); the closing message goes out while the window is open,
/// never as a template (CO-6); concluding succeeds even when its send fails later (CO-7).
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::WrongState`], [`Fault::Missing`].
pub async fn conclude(cx: &Cx, id: ConversationId, silent: bool) -> Result<Conversation> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    if !c.status.is_open() {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Conclude, &c.access()) {
        return Err(Fault::Forbidden.into());
    }
    let now = cx.desk().now();
    let told = Told::of(&c);
    let mut lines = Vec::new();
    lines.extend(cancel_waiting(&mut work, &c).await?);
    let kind = crate::channels::own_in(&mut work, c.channel_id.into()).await?.kind;
    let served = c.status == ConversationStatus::InProgress;
    let closing = if silent || !served || !c.window(kind, now).is_open() { String::new() } else { closing_text(&mut work, &c).await? };
    if !closing.is_empty() {
        let mut message = NewMessage::of(&c, Direction::Out, MessageKind::Text, MessageStatus::Queued, now);
        message.body = closing.clone();
        if let Some(message) = put(&mut work, message).await? {
            outbox::queue(&mut work, &c, &message, &outbox::Payload::Text { text: closing, quoted: None }).await?;
            c.see(&message);
            lines.push(message);
        }
    }
    lines.push(transition(&mut work, &c, Some(cx.user), Transition::Concluded).await?);
    let (preference,): (String,) =
        work.one(sql!("select archive_preference from membership where account_id = $1 and user_id = $2"), args![cx.user]).await?;
    c.status = ConversationStatus::Completed;
    c.completed_at = Some(now);
    c.waiting_since = None;
    c.stop_waiting();
    c.unread = 0;
    c.reactivate_until = (preference.parse::<ArchivePreference>()? == ArchivePreference::TwelveHours).then_some(now + limit::REOPEN_MILLIS);
    save(&mut work, &c).await?;
    alert::unqueued(&mut work, &c).await?;
    let view = tell(&mut work, &c, told, lines);
    work.commit().await?;
    Ok(view)
}

/// What still waited for an answer will not be sent any more.
async fn cancel_waiting(work: &mut Work, c: &Row) -> Result<Vec<Message>> {
    let waiting = crate::message::waiting(work, c.id()).await?;
    let mut cancelled = Vec::with_capacity(waiting.len());
    for mut m in waiting {
        m.status = MessageStatus::Deleted;
        crate::message::set_status(work, &m).await?;
        cancelled.push(m);
    }
    Ok(cancelled)
}

/// The team's closing message, else the account's, with its tokens filled in. Contacts see an agent's nickname, never
/// the name.
async fn closing_text(work: &mut Work, c: &Row) -> Result<String> {
    let (account,): (String,) = work.one(sql!("select closing_message from account where id = $1"), args![]).await?;
    let (team,): (String,) = work.one(sql!("select closing_message from team where account_id = $1 and id = $2"), args![c.team_id]).await?;
    let text = if team.trim().is_empty() { account } else { team };
    let agent: Option<(String,)> = work
        .opt(
            sql!("select u.nickname from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.user_id = $2"),
            args![c.assignee_id],
        )
        .await?;
    let agent = agent.map(|(nickname,)| nickname).unwrap_or_default();
    Ok(text::fill_tokens(text.trim(), &[("[NOME]", &c.contact_name), ("[ATENDENTE]", &agent), ("[PROTOCOLO]", &c.protocol)])
        .trim()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use model::text::fill_tokens;

    #[test]
    fn co_6_tokens_are_filled_once_and_values_are_no_tokens() {
        let fill = |text| fill_tokens(text, &[("[NOME]", "[PROTOCOLO]"), ("[PROTOCOLO]", "7")]);
        assert_eq!(fill("[NOME]: [PROTOCOLO]/[PROTOCOLO] [X]"), "[PROTOCOLO]: 7/7 [X]");
        assert_eq!(fill("[NOME"), "[NOME");
    }
}
