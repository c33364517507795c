//! A contact's message: into the open conversation, the one that reopens, or a new one.

use super::identity;
use super::reaction;
use crate::channels::ChannelRow;
use crate::contact;
use crate::conversation::{self, NewConversation, Row, Told};
use crate::media::kept::ROOM;
use crate::media::upload::{self, Waiting};
use crate::message::{self, NewMessage, put};
use crate::role::{own_role, sight_of};
use crate::{Result, Work, args, sql};
use channel::{InboundBody, InboundMessage, MediaKind};
use model::*;
use std::sync::Arc;

/// What a message led to.
pub struct Arrived {
    pub conversation_id: ConversationId,
    pub message: Message,
}

/// Applies a contact's message; `None` when it is known already, or belongs to a group.
pub async fn arrive(work: &mut Work, row: &Arc<ChannelRow>, m: &InboundMessage, received_at: Millis) -> Result<Option<Arrived>> {
    if m.group_id.is_some() {
        return Ok(None);
    }
    let known = known(work, row.id, &m.external_id).await?;
    if known.here {
        return Ok(None);
    }
    let who = identity::resolve(work, row.kind, &m.from).await?;
    // The network tells whole seconds: within the second of its arrival the arrival is finer. Its clock may be ahead of
    // ours, but nothing was written later than it arrived.
    let at = m.at.map_or(received_at, |t| received_at.min(t + 999));
    write(work, row, who, m, at, known, None).await
}

/// The same for a contact that is known already: a visitor of a website chat.
pub(crate) async fn arrive_from(
    work: &mut Work,
    row: &Arc<ChannelRow>,
    contact: ContactId,
    m: &InboundMessage,
    received_at: Millis,
) -> Result<Option<Arrived>> {
    let known = known(work, row.id, &m.external_id).await?;
    if known.here {
        return Ok(None);
    }
    write(work, row, contact, m, received_at, known, None).await
}

/// The same with a file that is here already; it is the whole message.
pub(crate) async fn arrive_with_file(
    work: &mut Work,
    row: &Arc<ChannelRow>,
    contact: ContactId,
    m: &InboundMessage,
    received_at: Millis,
    file: &Waiting,
) -> Result<Option<Arrived>> {
    let known = known(work, row.id, &m.external_id).await?;
    if known.here {
        return Ok(None);
    }
    write(work, row, contact, m, received_at, known, Some(file)).await
}

/// What is known of a message by its network's id.
struct Known {
    /// It is stored.
    here: bool,
    /// Somebody has reacted to it.
    reacted: bool,
}

async fn known(work: &mut Work, channel: ChannelId, external_id: &str) -> Result<Known> {
    let rows: Vec<(i64,)> = work
        .all(
            sql!(
                "select cast(1 as bigint) from message where account_id = $1 and channel_id = $2 and external_id = $3
                 union all select cast(2 as bigint) from reaction where account_id = $1 and channel_id = $2 and target = $3"
            ),
            args![channel, external_id],
        )
        .await?;
    Ok(Known { here: rows.contains(&(1,)), reacted: rows.contains(&(2,)) })
}

async fn write(
    work: &mut Work,
    row: &Arc<ChannelRow>,
    who: ContactId,
    m: &InboundMessage,
    at: Millis,
    known: Known,
    file: Option<&Waiting>,
) -> Result<Option<Arrived>> {
    let who = contact::lock(work, who).await?;
    // The same message may have come twice at once: the second one waited for the contact, and must not leave a new
    // conversation behind.
    let known = if work.is_sqlite() { known } else { self::known(work, row.id, &m.external_id).await? };
    if known.here {
        return Ok(None);
    }
    let referral = m.referral.as_ref().map(|r| text::shorten(&r.to_string(), 4000));
    let (mut c, told, mut lines) = place(work, row, who, at, referral).await?;
    contact::answer_to(work, &mut c, m.from.phone.as_deref()).await?;
    let mut new = NewMessage::of(&c, Direction::In, MessageKind::Text, MessageStatus::Received, at);
    new.external_id = Some(m.external_id.clone());
    new.quoted = quote(work, row.id, m.quoted.as_deref()).await?;
    new.forwarded = m.forwarded;
    let media = match file {
        None => describe(work, &m.body, &mut new),
        Some(file) => {
            let seen = file.view();
            new.kind = seen.message_kind(Delivery::Native);
            new.content = Content::Media(seen.media(Delivery::Native));
            None
        }
    };
    let Some(mut message) = put(work, new).await? else { return Ok(None) };
    if !m.raw.is_null() {
        let raw = m.raw.to_string();
        work.run(sql!("insert into message_raw (account_id, message_id, raw) values ($1, $2, $3)"), args![message.id, raw]).await?;
    }
    if let Some(media) = media {
        crate::media::expect(work, &c, row.id, &message, &media).await?;
    }
    if let Some(file) = file {
        upload::attach(work, &message, row.id, file, None).await?;
        work.count_up(ROOM, file.size).await?;
    }
    c.see(&message);
    c.unread += 1;
    c.last_in_at = c.last_in_at.max(Some(at));
    c.last_in_external = Some(m.external_id.clone());
    opens_window(row.kind, &mut c, m.at.map_or(at, |t| t.min(at)));
    if known.reacted {
        reaction::show(work, row.id, row.kind, &mut c, &mut message, &m.external_id).await?;
    }
    lines.push(message.clone());
    lines.extend(flush(work, &mut c).await?);
    conversation::save(work, &c).await?;
    crate::alert::arrived(work, &c, told.before).await?;
    let (told_closed, knows) = crate::hours::answer(work, &c).await?;
    lines.extend(told_closed);
    // Who knows that nobody works needs not hear that somebody is away.
    if !knows {
        lines.extend(crate::status::answer(work, &c).await?);
    }
    conversation::tell(work, &c, told, lines);
    Ok(Some(Arrived { conversation_id: c.id(), message }))
}

/// BW-1: by the message's own time; a webhook may be days late.
pub(super) fn opens_window(kind: ChannelKind, c: &mut Row, at: Millis) {
    if kind.has_window() {
        c.window_expires_at = c.window_expires_at.max(Some(at + limit::WINDOW_MILLIS));
    }
}

/// IN-4: what waited for the contact's answer leaves. Answers the changed messages.
pub(super) async fn flush(work: &mut Work, c: &mut Row) -> Result<Vec<Message>> {
    let waited = c.awaiting_reply;
    c.stop_waiting();
    if waited { message::queue_waiting(work, c).await } else { Ok(Vec::new()) }
}

/// The conversation for a message at `at`: the open one, the concluded one that reopens (SM-7), or a new one (SM-1).
async fn place(
    work: &mut Work,
    row: &Arc<ChannelRow>,
    who: ContactId,
    at: Millis,
    referral: Option<String>,
) -> Result<(Row, Told, Vec<Message>)> {
    // Two servers may make the conversation at once; the second finds the first one's row.
    for _ in 0..3 {
        if let Some(open) = conversation::open_of(work, row.id, who).await? {
            let c = if work.is_sqlite() { open } else { conversation::lock(work, open.id()).await? };
            if c.status.is_open() {
                let told = Told::of(&c);
                return Ok((c, told, Vec::new()));
            }
        }
        // The last conclusion decides: an earlier one does not come back over it.
        let last: Option<(i64, Option<Millis>)> = work
            .opt(
                sql!(
                    "select id, reactivate_until from conversation where account_id = $1 and contact_id = $2 and channel_id = $3 and status = 'COMPLETED'
                     order by completed_at desc, id desc limit 1"
                ),
                args![who, row.id],
            )
            .await?;
        if let Some((id, Some(_))) = last.filter(|(_, until)| until.is_some_and(|u| u >= at)) {
            match reopen(work, id.into()).await? {
                Some(reopened) => return Ok(reopened),
                None => continue,
            }
        }
        let team_id = team(work, row).await?;
        let (name, phone): (String, Option<String>) =
            work.one(sql!("select name, phone from contact where account_id = $1 and id = $2"), args![who]).await?;
        let made = conversation::create(
            work,
            NewConversation {
                contact_id: who,
                contact_name: &name,
                contact_phone: phone.as_deref(),
                channel_id: row.id,
                team_id,
                assignee_id: None,
                status: ConversationStatus::Pending,
                at,
                window_expires_at: None,
                referral: referral.clone(),
            },
        )
        .await?;
        if let Some(c) = made {
            let line = conversation::transition(work, &c, None, Transition::Opened).await?;
            return Ok((c, Told::new(), vec![line]));
        }
    }
    Err(crate::Error::Other("a conversation could neither be found nor made".into()))
}

/// Where a new conversation waits: the channel's team, else the account's default team (SM-1).
async fn team(work: &mut Work, row: &Arc<ChannelRow>) -> Result<TeamId> {
    if let Some(team) = row.team_id {
        return Ok(team);
    }
    let (id,): (i64,) = work.one(sql!("select id from team where account_id = $1 and is_default"), args![]).await?;
    Ok(id.into())
}

/// Takes the conversation up again, for the same person while they are there (SM-7), else for its team (SM-12).
/// None when somebody else was faster.
async fn reopen(work: &mut Work, id: ConversationId) -> Result<Option<(Row, Told, Vec<Message>)>> {
    let mut c = conversation::lock(work, id).await?;
    if c.status.is_open() {
        return Ok(None);
    }
    let told = Told::of(&c);
    c.team_id = crate::leaving::living(work, c.team_id.into()).await?.0;
    let fit: Option<(i64,)> = work
        .opt(
            sql!(concat!(
                "select m.user_id from membership m left join team_member t on t.account_id = m.account_id and t.user_id = m.user_id and t.team_id = $3",
                own_role!(),
                "where m.account_id = $1 and m.user_id = $2 and m.active and m.availability = 'AVAILABLE' and (t.user_id is not null or ",
                sight_of!(),
                " = 'ALL')"
            )),
            args![c.assignee_id, c.team_id],
        )
        .await?;
    c.assign(fit.map(|(id,)| UserId(id)), work.desk().now());
    c.reopen();
    let line = conversation::transition(work, &c, None, Transition::Reopened { to: c.assignee_id.map(UserId) }).await?;
    Ok(Some((c, told, vec![line])))
}

async fn quote(work: &mut Work, channel: ChannelId, external: Option<&str>) -> Result<Option<Quote>> {
    let Some(external) = external else { return Ok(None) };
    let stored: Option<message::Stored> = work
        .opt(
            sql!(concat!(
                "select ",
                message::columns!(),
                " from message m where m.account_id = $1 and m.channel_id = $2 and m.external_id = $3"
            )),
            args![channel, external],
        )
        .await?;
    // Older than this installation: the quote is kept, its text is not known.
    let unknown = || Quote { id: None, direction: Direction::Out, kind: MessageKind::Text, text: String::new() };
    Ok(Some(stored.as_ref().map_or_else(unknown, message::quote_of)))
}

/// Fills in what the message shows; answers the file to fetch.
fn describe(work: &Work, body: &InboundBody, new: &mut NewMessage) -> Option<crate::media::Expected> {
    let cut = |s: &str, n: usize| text::shorten(s.trim(), n).replace('\0', "");
    match body {
        InboundBody::Text(text) => new.body = cut(text, 8192),
        InboundBody::Media(m) => {
            new.kind = match m.kind {
                MediaKind::Image => MessageKind::Image,
                MediaKind::Video => MessageKind::Video,
                MediaKind::Audio => MessageKind::Audio,
                MediaKind::Document => MessageKind::Document,
                MediaKind::Sticker => MessageKind::Sticker,
            };
            new.body = cut(&m.caption, 4096);
            let id: MediaId = work.desk().seam.id();
            let state = if m.external_id.is_some() { MediaState::Pending } else { MediaState::Failed };
            let media = Media {
                id,
                state,
                mime: cut(&m.mime, 120),
                file_name: cut(&m.file_name, 240),
                size: 0,
                voice: m.voice,
                reason: cut(&m.reason, 300),
                width: 0,
                height: 0,
                seconds: 0,
                small: false,
                link_until: None,
            };
            new.content = Content::Media(media.clone());
            return Some(crate::media::Expected {
                media,
                external_id: m.external_id.clone().unwrap_or_default(),
                sha256: m.sha256.clone(),
            });
        }
        InboundBody::Location { latitude, longitude, name, address } => {
            new.kind = MessageKind::Location;
            new.body = cut(name, 500);
            new.content =
                Content::Location { latitude: *latitude, longitude: *longitude, name: cut(name, 500), address: cut(address, 1000) };
        }
        InboundBody::Contacts(cards) => {
            new.kind = MessageKind::Contact;
            new.body = cut(&cards.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "), 1000);
            new.content = Content::Contacts { cards: cards.iter().take(50).cloned().collect() };
        }
        InboundBody::Answer { id, title, description } => {
            new.kind = MessageKind::Answer;
            new.body = cut(title, 4096);
            new.content = Content::Answer { id: cut(id, 512), title: cut(title, 4096), description: cut(description, 4096) };
        }
        InboundBody::Order { items, text } => {
            new.kind = MessageKind::Order;
            new.body = cut(text, 4096);
            new.content = Content::Order { items: items.iter().take(200).cloned().collect(), text: cut(text, 4096) };
        }
        InboundBody::Unsupported { type_name, reason, text } => {
            new.kind = MessageKind::Unsupported;
            new.body = cut(text, 4096);
            new.content = Content::Unsupported { type_name: cut(type_name, 60), reason: cut(reason, 300) };
        }
    }
    None
}
