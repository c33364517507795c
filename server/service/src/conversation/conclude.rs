//! Concluding a conversation, and saying why.

use super::act::seen;
use super::row::{Row, Told, save, tell, transition};
use crate::desk::{Cx, Work};
use crate::message::{NewMessage, put};
use crate::{Result, args, closing, outbox, sql};
use model::*;

/// Concludes the conversation. The window is untouched (SM-6); the closing message goes out while the window is open,
/// never as a template (CO-6); concluding succeeds even when its send fails later (CO-7).
///
/// # Errors
/// [`Fault::ReasonRequired`] where the account wants one (CO-5), [`Fault::Invalid`] for a reason or amount that does not
/// fit, [`Fault::Forbidden`], [`Fault::WrongState`], [`Fault::Missing`].
pub async fn conclude(cx: &Cx, id: ConversationId, draft: ConcludeDraft) -> Result<Conversation> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let view = conclude_in(cx, &mut work, id, draft).await?;
    work.commit().await?;
    Ok(cx.shown(view))
}

/// The same as a part of other work.
pub(crate) async fn conclude_in(cx: &Cx, work: &mut Work, id: ConversationId, draft: ConcludeDraft) -> Result<Conversation> {
    let mut c = seen(cx, work, id).await?;
    if !c.status.is_open() {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Conclude, &c.access()) {
        return Err(Fault::Forbidden.into());
    }
    let settings = closing::settings_in(work).await?;
    if draft.silent && !settings.may_skip_message && !cx.seat.may(Permission::Settings) {
        return Err(Fault::field("silent", Wrong::NotAllowed).into());
    }
    let classification = closing::classification(work, &settings, c.team_id.into(), draft.reason_id, draft.amount_minor, None).await?;
    // CO-8: nobody served who waits in the queue.
    let served = c.status == ConversationStatus::InProgress;
    let text = if draft.silent || !served { String::new() } else { closing_text(work, &c).await? };
    let (preference,): (String,) =
        work.one(sql!("select archive_preference from membership where account_id = $1 and user_id = $2"), args![cx.user]).await?;
    let reopens = preference.parse::<ArchivePreference>()? == ArchivePreference::TwelveHours;
    close(work, &mut c, Closing { by: Some(cx.user), text, classification, reopens }).await
}

/// How a conversation ends.
pub(crate) struct Closing {
    /// None: by itself.
    pub by: Option<UserId>,
    /// What the contact reads, tokens included; empty = nothing.
    pub text: String,
    pub classification: Option<Classification>,
    /// A message within twelve hours takes it up again (SM-7).
    pub reopens: bool,
}

/// Closes a locked conversation, in the fixed order: the closing message, then the status (CO-7).
pub(crate) async fn close(work: &mut Work, c: &mut Row, how: Closing) -> Result<Conversation> {
    let now = work.desk().now();
    let told = Told::of(c);
    let mut lines = cancel_waiting(work, c).await?;
    lines.extend(say(work, c, &how.text).await?);
    let what = Transition::Concluded { classification: how.classification.clone() };
    lines.push(transition(work, c, how.by, what).await?);
    // What an admin decided for the team goes before what the person prefers (4.6).
    let (team,): (String,) =
        work.one(sql!("select archive_preference from team where account_id = $1 and id = $2"), args![c.team_id]).await?;
    let reopens = if team.is_empty() { how.reopens } else { team.parse::<ArchivePreference>()? == ArchivePreference::TwelveHours };
    c.close(now, how.by, reopens.then_some(now + limit::REOPEN_MILLIS));
    c.classify(how.classification.as_ref());
    crate::contact::release(work, c).await?;
    save(work, c).await?;
    crate::kept::let_go(work, c).await?;
    crate::alert::unqueued(work, c).await?;
    crate::alert::watched(work, c, AlertKind::WatchEnd, &[], how.by).await?;
    Ok(tell(work, c, told, lines))
}

/// Writes a text of the system to the contact while the window is open (CO-6, AU-4); the caller saves the row.
pub(crate) async fn say(work: &mut Work, c: &mut Row, text: &str) -> Result<Option<Message>> {
    let said = say_aside(work, c, text).await?;
    if let Some(message) = &said {
        c.see(message);
    }
    Ok(said)
}

/// The same for what leaves the conversation as it was: lists and notes go on showing what the contact wrote.
pub(crate) async fn say_aside(work: &mut Work, c: &Row, text: &str) -> Result<Option<Message>> {
    say_filled(work, c, text, &[]).await
}

/// The same for a text with tokens beside those of every text.
pub(crate) async fn say_filled(work: &mut Work, c: &Row, text: &str, more: &[(&str, &str)]) -> Result<Option<Message>> {
    let now = work.desk().now();
    let text = filled(work, c, text, more).await?;
    let kind = crate::channels::own_in(work, c.channel_id.into()).await?.kind;
    if text.is_empty() || !c.window(kind, now).is_open() {
        return Ok(None);
    }
    let mut message = NewMessage::of(c, Direction::Out, MessageKind::Text, MessageStatus::Queued, now);
    message.body = text.clone();
    message.leaves_at = outbox::held_until(work, c).await?;
    let Some(message) = put(work, message).await? else { return Ok(None) };
    outbox::queue(work, c, &message, &outbox::Payload::Text { text, quoted: None }).await?;
    Ok(Some(message))
}

/// Changes why a concluded conversation was concluded (CO-4).
///
/// # Errors
/// [`Fault::Forbidden`] for others than who concluded it and admins, [`Fault::WrongState`] while it is open, otherwise
/// those of [`conclude`].
pub async fn classify(cx: &Cx, id: ConversationId, reason_id: Option<ReasonId>, amount_minor: Option<i64>) -> Result<Conversation> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    if c.status.is_open() {
        return Err(Fault::WrongState.into());
    }
    if !c.view().may_classify(cx.seen()) {
        return Err(Fault::Forbidden.into());
    }
    let settings = closing::settings_in(&mut work).await?;
    let before = c.classification();
    let now = closing::classification(&mut work, &settings, c.team_id.into(), reason_id, amount_minor, before.as_ref()).await?;
    if now == before {
        return Ok(cx.shown(c.view()));
    }
    let told = Told::of(&c);
    c.classify(now.as_ref());
    crate::tally::reclassify(&mut work, &c).await?;
    let line = transition(&mut work, &c, Some(cx.user), Transition::Classified { classification: now }).await?;
    save(&mut work, &c).await?;
    let view = tell(&mut work, &c, told, vec![line]);
    work.commit().await?;
    Ok(cx.shown(view))
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

/// The team's closing message, else the account's.
async fn closing_text(work: &mut Work, c: &Row) -> Result<String> {
    let (account,): (String,) = work.one(sql!("select closing_message from account where id = $1"), args![]).await?;
    let (team,): (String,) = work.one(sql!("select closing_message from team where account_id = $1 and id = $2"), args![c.team_id]).await?;
    Ok(if team.trim().is_empty() { account } else { team })
}

/// A text with its tokens filled in. Contacts see an agent's nickname, never the name.
async fn filled(work: &mut Work, c: &Row, text: &str, more: &[(&str, &str)]) -> Result<String> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let agent: Option<(String,)> = work
        .opt(
            sql!("select u.nickname from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.user_id = $2"),
            args![c.assignee_id],
        )
        .await?;
    let agent = agent.map(|(nickname,)| nickname).unwrap_or_default();
    let own: [(&str, &str); 3] = [("[NOME]", &c.contact_name), ("[ATENDENTE]", &agent), ("[PROTOCOLO]", &c.protocol)];
    Ok(text::fill_tokens(text.trim(), &[&own[..], more].concat()).trim().to_owned())
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
