//! Sending: the rules between a composer and the outbox.

use super::forward;
use super::row::{NewMessage, by_client, get, put, quote_of, set_status, waiting};
use super::status::hold;
use crate::channels::ChannelRow;
use crate::conversation::{Row, Told, lock, save, tell};
use crate::desk::{Cx, Work};
use crate::media::upload::{self, Waiting};
use crate::{Result, args, outbox, sql};
use model::*;
use std::sync::Arc;

/// Sends a message or writes a note. The same `client_id` again answers the first message, so that a repeated send is
/// one message.
///
/// # Errors
/// [`Fault::WindowClosed`] for free text outside the window (BW-3), [`Fault::NotAssignee`], [`Fault::OnlyAssignee`], [`Fault::WrongState`],
/// [`Fault::KeyReused`] when the client id was used for another text, template faults, [`Fault::Missing`].
pub async fn send(cx: &Cx, id: ConversationId, draft: SendDraft) -> Result<Message> {
    draft.check()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let mut c = lock(&mut work, id).await?;
    if !cx.seen().sees(&c.access()) {
        return Err(Fault::Missing.into());
    }
    let draft = crate::mask::addressed(cx, draft, &c.contact_name);
    if let Some(sent) = by_client(&mut work, id, &draft.client_id).await? {
        return if repeats(&mut work, c.channel_id.into(), &draft, &sent).await? {
            Ok(cx.shown(sent))
        } else {
            Err(Fault::KeyReused.into())
        };
    }
    let note = draft.what.is_note();
    if !note {
        match c.status {
            ConversationStatus::Pending => return Err(Fault::NotAssignee.into()),
            ConversationStatus::Completed => return Err(Fault::WrongState.into()),
            ConversationStatus::InProgress => {}
        }
    }
    let act = if note { Act::Note } else { Act::Reply };
    if !cx.seen().may(act, &c.access()) {
        return Err(cx.seen().why_not_answer(&c.access()).into());
    }
    let channel = crate::channels::own_in(&mut work, c.channel_id.into()).await?;
    let told = Told::of(&c);
    let wait = if note { None } else { crate::delay::wait_of(cx) };
    let message = send_in(cx, &mut work, &mut c, &channel, &draft, wait).await?;
    work.run(sql!("delete from draft where account_id = $1 and user_id = $2 and conversation_id = $3"), args![cx.user, id]).await?;
    save(&mut work, &c).await?;
    tell(&mut work, &c, told, vec![message.clone()]);
    super::note::tell_named(cx, &mut work, &message, &[]).await?;
    work.commit().await?;
    Ok(cx.shown(message))
}

/// Whether a draft says what an earlier message with its client id said.
pub(crate) async fn repeats(work: &mut Work, channel: ChannelId, draft: &SendDraft, sent: &Message) -> Result<bool> {
    // Taken back since: it is not said a second time.
    if sent.status == MessageStatus::Deleted {
        return Ok(true);
    }
    if sent.quoted.as_ref().and_then(|q| q.id) != draft.reply_to {
        return Ok(false);
    }
    Ok(match &draft.what {
        SendWhat::Text { text } => sent.kind == MessageKind::Text && sent.body == text.trim_end(),
        SendWhat::Note { text } => sent.kind == MessageKind::Note && sent.body == text.trim_end(),
        SendWhat::File { upload_id, caption, .. } => {
            matches!(&sent.content, Content::Media(m) if m.id == *upload_id) && sent.body == caption.trim_end()
        }
        SendWhat::Location { .. } => sent.kind == MessageKind::Location,
        SendWhat::Contacts { cards } => matches!(&sent.content, Content::Contacts { cards: was } if was == cards),
        SendWhat::Question { text, question } => {
            matches!(&sent.content, Content::Question(was) if was == question) && sent.body == text.trim_end()
        }
        // The copy has another file than what it was made from.
        SendWhat::Forward { .. } => sent.kind.forwards(),
        SendWhat::Template(fill) => {
            let Content::Template(was) = &sent.content else { return Ok(false) };
            crate::template::known(work, channel, fill.template_id).await?.is_some_and(|t| {
                let file = was.header_file.as_deref().filter(|f| Some(f.id) == fill.header_file).cloned();
                file.is_some() == fill.header_file.is_some() && t.content(fill, file) == *was && t.body_filled(fill) == sent.body
            })
        }
    })
}

/// Writes the message into a locked conversation and queues it, to leave after `wait`; the caller saves the row and tells
/// of it.
pub(crate) async fn send_in(
    cx: &Cx,
    work: &mut Work,
    c: &mut Row,
    channel: &Arc<ChannelRow>,
    draft: &SendDraft,
    wait: Option<Millis>,
) -> Result<Message> {
    let now = cx.desk().now();
    let quoted = match draft.reply_to {
        Some(id) => {
            let stored = get(work, id).await?;
            if stored.conversation_id != c.id {
                return Err(Fault::field("reply_to", Wrong::Unknown).into());
            }
            Some(stored)
        }
        None => None,
    };
    let mut new = NewMessage::of(c, Direction::Out, MessageKind::Text, MessageStatus::Queued, now);
    new.author_id = Some(cx.user);
    new.client_id = Some(draft.client_id.clone());
    new.quoted = quoted.as_ref().map(quote_of);
    let quoted_external = quoted.and_then(|q| q.external_id);
    let mut attached = None;
    let payload = match &draft.what {
        SendWhat::Note { text } => {
            new.kind = MessageKind::Note;
            new.status = MessageStatus::Received;
            new.body = text.trim_end().to_owned();
            None
        }
        SendWhat::Text { text } => {
            new.body = text.trim_end().to_owned();
            new.status = free(work, c, channel, now).await?;
            Some(outbox::Payload::Text { text: new.body.clone(), quoted: quoted_external })
        }
        SendWhat::File { upload_id, caption, note } => {
            new.body = caption.trim_end().to_owned();
            if *note {
                (new.kind, new.status) = (MessageKind::Note, MessageStatus::Received);
            } else {
                new.status = free(work, c, channel, now).await?;
            }
            let file = upload::claim(work, cx.user, *upload_id).await?;
            attached = Some(own_file(&mut new, file, channel.kind, *note, now)?);
            (!note).then_some(outbox::Payload::File { media_id: *upload_id, quoted: quoted_external })
        }
        SendWhat::Location { latitude, longitude, name, address } => {
            new.kind = MessageKind::Location;
            new.body = [name.trim(), address.trim()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
            new.content = Content::Location { latitude: *latitude, longitude: *longitude, name: name.clone(), address: address.clone() };
            new.status = free(work, c, channel, now).await?;
            Some(stored_payload(&new.content, &new.body, quoted_external))
        }
        SendWhat::Contacts { cards } => {
            new.kind = MessageKind::Contact;
            new.body = cards.iter().map(|c| c.name.trim()).collect::<Vec<_>>().join(", ");
            new.content = Content::Contacts { cards: cards.clone() };
            new.status = free(work, c, channel, now).await?;
            Some(stored_payload(&new.content, &new.body, quoted_external))
        }
        SendWhat::Question { text, question } => {
            if !channel.kind.asks() {
                return Err(Fault::field("what", Wrong::NotAllowed).into());
            }
            new.body = text.trim_end().to_owned();
            new.content = Content::Question(question.clone());
            new.status = free(work, c, channel, now).await?;
            Some(stored_payload(&new.content, &new.body, quoted_external))
        }
        SendWhat::Forward { message_id } => {
            new.status = free(work, c, channel, now).await?;
            attached = forward::copy(cx, work, *message_id, channel.kind, &mut new).await?;
            Some(stored_payload(&new.content, &new.body, None))
        }
        SendWhat::Template(fill) => {
            let (payload, file) = template(cx, work, c, channel, fill, &mut new).await?;
            attached = file.map(|file| (file, None));
            Some(payload)
        }
    };
    if new.status == MessageStatus::Queued {
        // Nothing overtakes what waits.
        new.leaves_at = outbox::held_until(work, c).await?.max(wait.map(|wait| now + wait));
    }
    if draft.what.is_note() {
        new.mentions = super::note::members(work, &draft.mentions).await?;
    }
    let Some(message) = put(work, new).await? else { return Err(Fault::KeyReused.into()) };
    if let Some((file, link_until)) = &attached {
        upload::attach(work, &message, channel.id, file, *link_until).await?;
    }
    // A template does not open the window: only the contact does (RE-3).
    if let Content::Template(sent) = &message.content
        && !c.window(channel.kind, now).is_open()
    {
        c.await_reply(message.id, &sent.category);
    }
    c.see(&message);
    if let (Some(payload), MessageStatus::Queued) = (&payload, message.status) {
        outbox::queue(work, c, &message, payload).await?;
    }
    Ok(message)
}

/// How a message without a template leaves: at once in the open window, or right after the contact's first answer (IN-4).
async fn free(work: &mut Work, c: &Row, channel: &ChannelRow, now: Millis) -> Result<MessageStatus> {
    if c.window(channel.kind, now).is_open() {
        return Ok(MessageStatus::Queued);
    }
    if !c.awaiting_reply {
        return Err(Fault::WindowClosed.into());
    }
    let (n,): (i64,) = work
        .one(sql!("select count(*) from message where account_id = $1 and conversation_id = $2 and status = 'WAIT_REPLY'"), args![c.id])
        .await?;
    if n >= limit::WAITING_MAX { Err(Fault::TooManyWaiting.into()) } else { Ok(MessageStatus::WaitReply) }
}

/// Makes the message one of a file; answers the file, and until when a link opens it when it goes as one.
pub(super) fn own_file(
    new: &mut NewMessage,
    file: Waiting,
    channel: ChannelKind,
    note: bool,
    now: Millis,
) -> Result<(Waiting, Option<Millis>)> {
    let seen = file.view();
    let delivery = if note { Delivery::Native } else { seen.delivery(channel).ok_or(Fault::FileTooLarge { megabytes: FILE_MAX / MB })? };
    if !note {
        new.kind = seen.message_kind(delivery);
    }
    // Sound and stickers have no caption there, and a text that nobody sees is lost.
    if !note && !new.body.is_empty() && !seen.takes_caption(channel) {
        return Err(Fault::field("caption", Wrong::NotAllowed).into());
    }
    let link_until = (delivery == Delivery::Link).then_some(now + crate::media::LINK_MILLIS);
    new.content = Content::Media(Media { link_until, ..seen.media(delivery) });
    Ok((file, link_until))
}

/// What the outbox sends for a message that was stored earlier.
async fn payload_of(work: &mut Work, m: &Message) -> Result<outbox::Payload> {
    let quoted = match m.quoted.as_ref().and_then(|q| q.id) {
        Some(id) => get(work, id).await?.external_id,
        None => None,
    };
    Ok(stored_payload(&m.content, &m.body, quoted))
}

fn stored_payload(content: &Content, body: &str, quoted: Option<String>) -> outbox::Payload {
    match content {
        Content::Media(file) => outbox::Payload::File { media_id: file.id, quoted },
        Content::Location { latitude, longitude, name, address } => {
            outbox::Payload::Location { latitude: *latitude, longitude: *longitude, name: name.clone(), address: address.clone(), quoted }
        }
        Content::Contacts { cards } => outbox::Payload::Contacts { cards: cards.clone(), quoted },
        Content::Question(question) => outbox::Payload::Question { text: body.to_owned(), question: question.clone(), quoted },
        _ => outbox::Payload::Text { text: body.to_owned(), quoted },
    }
}

/// Fills a template in; answers what leaves, and the file of its header.
async fn template(
    cx: &Cx,
    work: &mut Work,
    c: &Row,
    channel: &ChannelRow,
    fill: &TemplateFill,
    new: &mut NewMessage,
) -> Result<(outbox::Payload, Option<Waiting>)> {
    let template = crate::template::sendable(work, channel.id, fill.template_id).await?;
    if let Some(first) = c.awaiting_category.clone().filter(|first| c.awaiting_reply && *first != template.category.word()) {
        return Err(Fault::CategoryMismatch { category: first }.into());
    }
    let missing = template.missing(fill);
    if !missing.is_empty() {
        return Err(Fault::TemplateValues { keys: missing }.into());
    }
    if fill.values.len() > 64 || fill.values.values().any(|v| v.chars().count() > 2000) {
        return Err(Fault::field("values", Wrong::TooLong).into());
    }
    new.kind = MessageKind::Template;
    new.body = template.body_filled(fill);
    if new.body.chars().count() > limit::TEXT_MAX {
        return Err(Fault::field("values", Wrong::TooLong).into());
    }
    let file = match fill.header_file {
        Some(id) => Some(upload::claim(work, cx.user, id).await?),
        None => None,
    };
    let media = file.as_ref().map(|f| template.header_media(&f.view())).transpose()?;
    new.content = Content::Template(template.content(fill, media));
    let payload = outbox::Payload::Template { template: Box::new(template), values: fill.values.clone(), header: fill.header_file };
    Ok((payload, file))
}

/// The contact has answered: what waited leaves now, in order (IN-4). Answers the changed messages.
pub(crate) async fn queue_waiting(work: &mut Work, c: &mut Row) -> Result<Vec<Message>> {
    let mut sent = Vec::new();
    for mut m in waiting(work, c.id()).await? {
        m.status = MessageStatus::Queued;
        set_status(work, &m).await?;
        let payload = payload_of(work, &m).await?;
        outbox::queue(work, c, &m, &payload).await?;
        sent.push(m);
    }
    Ok(sent)
}

/// A message that the asker sees, and its conversation, locked.
///
/// # Errors
/// [`Fault::Missing`].
pub(super) async fn locked(cx: &Cx, work: &mut Work, id: MessageId) -> Result<(Row, Message)> {
    let found = get(work, id).await?;
    let (c, stored) = hold(work, found).await?;
    if cx.seen().sees(&c.access()) { Ok((c, stored.view()?)) } else { Err(Fault::Missing.into()) }
}

/// The same where the asker may write.
pub(super) async fn own_message(cx: &Cx, work: &mut Work, id: MessageId) -> Result<(Row, Message)> {
    let (c, message) = locked(cx, work, id).await?;
    if cx.seen().may(Act::Reply, &c.access()) { Ok((c, message)) } else { Err(cx.seen().why_not_answer(&c.access()).into()) }
}

/// Tries a failed text or file again (MS-4). A template is filled in anew instead.
///
/// # Errors
/// [`Fault::WrongState`] when it has not failed, [`Fault::WindowClosed`], [`Fault::NotAssignee`], [`Fault::Missing`].
pub async fn retry(cx: &Cx, id: MessageId) -> Result<Message> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (mut c, mut m) = own_message(cx, &mut work, id).await?;
    let repeats =
        m.kind == MessageKind::Text || matches!(m.content, Content::Media(_) | Content::Location { .. } | Content::Contacts { .. });
    if m.status != MessageStatus::Failed || !repeats || m.direction != Direction::Out {
        return Err(Fault::WrongState.into());
    }
    let channel = crate::channels::own_in(&mut work, c.channel_id.into()).await?;
    if !c.window(channel.kind, cx.desk().now()).is_open() {
        return Err(Fault::WindowClosed.into());
    }
    let told = Told::of(&c);
    m.status = MessageStatus::Queued;
    m.problem = None;
    set_status(&mut work, &m).await?;
    work.run(sql!("update message set external_id = null where account_id = $1 and id = $2"), args![m.id]).await?;
    let payload = payload_of(&mut work, &m).await?;
    outbox::queue(&mut work, &c, &m, &payload).await?;
    c.see(&m);
    save(&mut work, &c).await?;
    tell(&mut work, &c, told, vec![m.clone()]);
    work.commit().await?;
    Ok(cx.shown(m))
}

/// Takes back a message that waits for the contact's answer (IN-4).
///
/// # Errors
/// [`Fault::WrongState`] when it has left already.
pub async fn cancel(cx: &Cx, id: MessageId) -> Result<Message> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (mut c, mut m) = own_message(cx, &mut work, id).await?;
    if m.status != MessageStatus::WaitReply {
        return Err(Fault::WrongState.into());
    }
    let told = Told::of(&c);
    m.status = MessageStatus::Deleted;
    set_status(&mut work, &m).await?;
    super::status::weigh(&mut work, &mut c).await?;
    c.see(&m);
    save(&mut work, &c).await?;
    tell(&mut work, &c, told, vec![m.clone()]);
    work.commit().await?;
    Ok(cx.shown(m))
}
