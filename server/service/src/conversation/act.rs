//! Assume and transfer.

use super::row::{Row, Told, lock, save, tell, transition, transition_with};
use crate::desk::{Cx, Work};
use crate::message::{NewMessage, put};
use crate::{Result, alert, args, distribution, sql};
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
        Some(by) if by == cx.user => return Ok(cx.shown(c.view())),
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
    c.assign(Some(cx.user), cx.desk().now());
    c.snoozed_until = None;
    let line = transition(&mut work, &c, Some(cx.user), Transition::Assumed { from_team: c.team_id.into() }).await?;
    save(&mut work, &c).await?;
    crate::kept::let_go(&mut work, &c).await?;
    alert::unqueued(&mut work, &c).await?;
    let view = tell(&mut work, &c, told, vec![line]);
    work.commit().await?;
    Ok(cx.shown(view))
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

/// Hands the conversation to a team's queue (SM-4) or to a person (SM-5). The account may demand a note with it, and have the
/// contact told while the window is open (TR-3).
///
/// # Errors
/// [`Fault::Invalid`] about `note`, too long or missing where one is demanded; [`Fault::ChooseTeam`] when the person has
/// several teams and none is the current one, [`Fault::PersonUnavailable`] and, for admins who may confirm it,
/// [`Fault::PersonAbsent`] (TR-4), [`Fault::SameTarget`], [`Fault::Forbidden`], [`Fault::WrongState`], [`Fault::Missing`].
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
    let settings = crate::transfer::settings_in(&mut work).await?;
    let note = draft.note.trim();
    if settings.transfer_note && note.is_empty() {
        return Err(Fault::field("note", Wrong::Required).into());
    }
    let (told, now) = (Told::of(&c), cx.desk().now());
    let (from_team, from) = (TeamId(c.team_id), c.assignee_id.map(UserId));
    // TR-5: kept for automations.
    let mut more: serde_json::Map<String, serde_json::Value> = [("stop_bot".to_owned(), draft.stop_bot.into())].into_iter().collect();
    let (to_team, to) = match draft.to {
        TransferTo::Team { team_id } => {
            let known: Option<(i64,)> =
                work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team_id]).await?;
            known.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
            if team_id == from_team && c.status == ConversationStatus::Pending {
                return Err(Fault::SameTarget.into());
            }
            (team_id, None)
        }
        TransferTo::Person { user_id, team_id } => {
            if !takes(&mut work, cx, user_id, draft.anyway).await? {
                more.insert("anyway".to_owned(), true.into());
            }
            let to_team = team_for(&mut work, user_id, from_team, team_id).await?;
            if Some(user_id) == from && to_team == from_team && c.status == ConversationStatus::InProgress {
                return Err(Fault::SameTarget.into());
            }
            (to_team, Some(user_id))
        }
    };
    // Before the conversation is another's: who hands it over is named.
    let mut lines = Vec::from_iter(crate::transfer::announce(&mut work, &c, &settings.transfer_message, to_team).await?);
    c.team_id = to_team.0;
    c.assign(to, now);
    c.snoozed_until = None;
    let what = match to {
        Some(to) => Transition::TransferredToPerson { from_team, from, to_team, to },
        None => Transition::TransferredToTeam { from_team, from, to_team },
    };
    lines.push(transition_with(&mut work, &c, Some(cx.user), what, more).await?);
    if !note.is_empty() {
        let mut line = NewMessage::of(&c, Direction::Out, MessageKind::Note, MessageStatus::Received, now);
        line.author_id = Some(cx.user);
        line.body = note.to_owned();
        lines.extend(put(&mut work, line).await?);
    }
    let view = handed(&mut work, &c, told, cx.user, lines).await?;
    work.commit().await?;
    Ok(cx.shown(view))
}

/// Saves a conversation that was handed to somebody or to a queue and tells of it; `but` needs not be notified.
async fn handed(work: &mut Work, c: &Row, told: Told, but: UserId, lines: Vec<Message>) -> Result<Conversation> {
    save(work, c).await?;
    crate::kept::let_go(work, c).await?;
    alert::unqueued(work, c).await?;
    let heard = match c.assignee_id {
        Some(to) => {
            alert::raise(work, c, AlertKind::Transfer, &[to.into()], Some(but)).await?;
            vec![to.into()]
        }
        None => distribution::enter(work, c, Some(but)).await?,
    };
    alert::watched(work, c, AlertKind::WatchTransfer, &heard, Some(but)).await?;
    Ok(tell(work, c, told, lines))
}

/// Takes a locked conversation from who serves it back to its team's queue, where nobody answered for so many minutes
/// (AU-2). Who had it is told in words of its own.
pub(crate) async fn give_back(work: &mut Work, c: &mut Row, from: UserId, minutes: i64) -> Result<()> {
    let told = Told::of(c);
    c.assign(None, work.desk().now());
    c.snoozed_until = None;
    let line = transition(work, c, None, Transition::Returned { from, minutes }).await?;
    alert::raise(work, c, AlertKind::Returned, &[from], None).await?;
    handed(work, c, told, from, vec![line]).await?;
    Ok(())
}

/// Takes a locked conversation on to a team's queue, or to somebody in it, because who serves it or its team goes (US-4, TE-4).
/// What waited already keeps its place.
pub(crate) async fn hand_on(work: &mut Work, c: &mut Row, by: UserId, to_team: TeamId, to: Option<UserId>) -> Result<()> {
    let (told, waited) = (Told::of(c), c.queued_at.filter(|_| c.status == ConversationStatus::Pending));
    let (from_team, from) = (TeamId(c.team_id), c.assignee_id.map(UserId));
    c.team_id = to_team.0;
    c.assign(to, work.desk().now());
    c.queued_at = waited.filter(|_| to.is_none()).or(c.queued_at);
    c.snoozed_until = None;
    let what = match to {
        Some(to) => Transition::TransferredToPerson { from_team, from, to_team, to },
        None => Transition::TransferredToTeam { from_team, from, to_team },
    };
    let line = transition(work, c, Some(by), what).await?;
    handed(work, c, told, by, vec![line]).await?;
    Ok(())
}

/// Whether the person is available; who is not gets it by an admin's word alone, and who is no member any more never (TR-4).
async fn takes(work: &mut Work, cx: &Cx, user: UserId, anyway: bool) -> Result<bool> {
    let member: Option<(String, bool)> =
        work.opt(sql!("select availability, active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
    let (availability, active) = member.ok_or_else(|| Fault::field("user_id", Wrong::Unknown))?;
    let is_admin = cx.seat.may(Permission::Settings);
    match availability.parse::<Availability>()? {
        Availability::Available if active => Ok(true),
        Availability::Unavailable if active && is_admin && anyway => Ok(false),
        Availability::Unavailable if active && is_admin => Err(Fault::PersonAbsent.into()),
        Availability::Available | Availability::Unavailable => Err(Fault::PersonUnavailable.into()),
    }
}

/// In which team a person takes it: the current one when they are in it, their only one, else the chosen one (SM-5).
async fn team_for(work: &mut Work, user: UserId, current: TeamId, chosen: Option<TeamId>) -> Result<TeamId> {
    let teams: Vec<(i64,)> =
        work
        .all(
            sql!("select l.team_id from team_member l join team g on g.id = l.team_id where l.account_id = $1 and l.user_id = $2 and g.deleted_at is null order by l.team_id"),
            args![user],
        )
        .await?;
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
