//! Visitors of a website chat: their signed token, their messages, what they have seen.

use crate::channels::ChannelRow;
use crate::contact::{self, NewIdentity};
use crate::desk::{Desk, News, Scope};
use crate::inbound::{self, Arrived};
use crate::media::upload::{self, Waiting};
use crate::media::{Announced, Bytewise, kept};
use crate::{Result, args, message, sql};
use channel::webchat::{ChatFile, ChatFrom, ChatMessage};
use channel::{InboundBody, InboundMessage, Sender};
use model::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A visitor who showed a token of ours, or got one.
#[derive(Clone, Debug)]
pub struct VisitorId {
    /// The identity's value: channel and random part.
    pub value: String,
    /// Signed; the visitor's browser keeps it.
    pub token: String,
    /// None until the first message.
    pub contact_id: Option<ContactId>,
    /// Where they are, until it is stored with the contact.
    pub page: Option<VisitedPage>,
}

/// How long a page's ticket opens a socket.
const TICKET_MILLIS: i64 = 12 * 3_600_000;

/// A ticket for a page that may carry the chat: it proves that the frame was served to an allowed origin.
pub fn ticket(desk: &Desk, row: &ChannelRow) -> String {
    desk.keys.sign("ticket", &format!("{}:{}", row.id, desk.now() + TICKET_MILLIS))
}

/// Whether a ticket is ours, for this chat, and not too old.
pub fn ticket_holds(desk: &Desk, row: &ChannelRow, ticket: &str) -> bool {
    desk.keys
        .open_signed("ticket", ticket)
        .and_then(|t| t.split_once(':'))
        .is_some_and(|(id, until)| id == row.id.to_string() && until.parse::<i64>().is_ok_and(|u| u > desk.now()))
}

/// The visitor that a token names, or a new one without a token or with one that is not ours.
pub async fn admit(desk: &Desk, row: &ChannelRow, token: Option<&str>) -> Result<VisitorId> {
    let prefix = format!("{}:", row.id);
    let known = token.and_then(|t| desk.keys.open_signed("visitor", t)).filter(|v| v.starts_with(&prefix));
    let value = match known {
        Some(v) => v.to_owned(),
        None => format!("{prefix}{}", &desk.seam.secret()[..22]),
    };
    let contact: Option<(i64,)> = desk
        .system(row.account_id)
        .opt(sql!("select contact_id from contact_identity where account_id = $1 and kind = 'VISITOR' and value = $2"), args![&value])
        .await?;
    let token = desk.keys.sign("visitor", &value);
    Ok(VisitorId { value, token, contact_id: contact.map(|(id,)| id.into()), page: None })
}

/// The visitor is on a page of the site: stored with the contact, or kept until the first message makes one. What is not a
/// page of a site that may carry the chat is not taken: the browser may say anything.
pub async fn visits(desk: &Desk, row: &ChannelRow, visitor: &mut VisitorId, url: &str, title: &str) -> Result<()> {
    visitor.page = page_of(row, url, title, desk.now());
    let (Some(contact), Some(page)) = (visitor.contact_id, visitor.page.as_ref()) else { return Ok(()) };
    let mut work = desk.system(row.account_id).begin().await?;
    keep_page(&mut work, contact, page).await?;
    work.commit().await?;
    visitor.page = None;
    Ok(())
}

fn page_of(row: &ChannelRow, url: &str, title: &str, at: Millis) -> Option<VisitedPage> {
    let mut url = url::Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    if !row.webchat.origins.contains(&url.origin().ascii_serialization()) {
        return None;
    }
    url.set_fragment(None);
    // They cannot fail: the address has a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.as_str().len() > limit::PAGE_URL_MAX {
        url.set_query(None);
    }
    let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let page = VisitedPage { url: url.into(), title: text::shorten(title.trim(), limit::PAGE_TITLE_MAX), at };
    (page.url.len() <= limit::PAGE_URL_MAX).then_some(page)
}

async fn keep_page(work: &mut crate::Work, contact: ContactId, page: &VisitedPage) -> Result<()> {
    work.run(
        sql!("update contact set page_url = $3, page_title = $4, page_at = $5 where account_id = $1 and id = $2"),
        args![contact, &page.url, &page.title, page.at],
    )
    .await?;
    Ok(())
}

/// Stores a visitor's message; the same `client_id` again is the same message. Answers the contact, and the message with
/// its order number.
///
/// # Errors
/// [`Fault::Invalid`] for an empty or too long text, [`Fault::ChannelDown`] when the chat is switched off.
pub async fn say(
    desk: &Desk,
    row: &Arc<ChannelRow>,
    visitor: &mut VisitorId,
    client_id: &str,
    body: &str,
    name: &str,
) -> Result<ChatMessage> {
    Check::default().text(client_id, "client_id", 64).text(body, "text", limit::TEXT_MAX).done()?;
    store(desk, row, visitor, client_id, Said::Text(body), name).await
}

/// Stores a visitor's file as a message of its own; the same `client_id` again is the same message.
///
/// # Errors
/// [`Fault::ChannelDown`] when the chat is switched off, [`Fault::Forbidden`] when it takes no files, and what
/// [`crate::media::take`] refuses, at [`crate::media::VISITOR_FILE_MAX`].
pub async fn bring(
    desk: &Desk,
    row: &Arc<ChannelRow>,
    visitor: &mut VisitorId,
    client_id: &str,
    announced: Announced,
    bytes: impl Bytewise,
    name: &str,
) -> Result<ChatMessage> {
    Check::default().text(client_id, "client_id", 64).done()?;
    if row.webchat.no_files {
        return Err(Fault::Forbidden.into());
    }
    if row.status != ChannelStatus::Connected {
        return Err(Fault::ChannelDown.into());
    }
    let file = upload::take_from_visitor(desk, row.account_id, announced, bytes).await?;
    // Refused now, its bytes are nobody's: the clean-up finds them.
    store(desk, row, visitor, client_id, Said::File(&file), name).await
}

enum Said<'a> {
    Text(&'a str),
    File(&'a Waiting),
}

async fn store(
    desk: &Desk,
    row: &Arc<ChannelRow>,
    visitor: &mut VisitorId,
    client_id: &str,
    what: Said<'_>,
    name: &str,
) -> Result<ChatMessage> {
    if row.status != ChannelStatus::Connected {
        return Err(Fault::ChannelDown.into());
    }
    let scope = desk.system(row.account_id);
    let mut work = scope.begin().await?;
    let contact_id = match contact::by_identity(&mut work, IdentityKind::Visitor, &visitor.value).await? {
        Some(id) => id,
        None => {
            let id = contact::create(&mut work, name, None).await?;
            let new = NewIdentity {
                kind: IdentityKind::Visitor,
                value: &visitor.value,
                channel: ChannelKind::WebChat,
                address: &visitor.value,
                username: None,
            };
            if contact::add_identity(&mut work, id, &new).await? {
                id
            } else {
                work.run(sql!("delete from contact where account_id = $1 and id = $2"), args![id]).await?;
                contact::by_identity(&mut work, IdentityKind::Visitor, &visitor.value).await?.ok_or(Fault::Unavailable)?
            }
        }
    };
    let now = desk.now();
    let said = InboundMessage {
        from: Sender::default(),
        external_id: format!("{}:{client_id}", visitor.value),
        at: Some(now),
        body: InboundBody::Text(if let Said::Text(text) = what { text.to_owned() } else { String::new() }),
        quoted: None,
        forwarded: None,
        referral: None,
        group_id: None,
        raw: serde_json::Value::Null,
    };
    let arrived = match what {
        Said::Text(_) => inbound::arrive_from(&mut work, row, contact_id, &said, now).await?,
        Said::File(file) => {
            kept::fits(desk, work.count_up(kept::ROOM, 0).await? + file.size)?;
            inbound::arrive_with_file(&mut work, row, contact_id, &said, now, file).await?
        }
    };
    let stored = match arrived {
        Some(Arrived { message, .. }) => message,
        None => {
            let row: Option<message::Stored> = work
                .opt(
                    sql!(concat!(
                        "select ",
                        message::columns!(),
                        " from message m where m.account_id = $1 and m.channel_id = $2 and m.external_id = $3"
                    )),
                    args![row.id, &said.external_id],
                )
                .await?;
            row.ok_or(Fault::Unavailable)?.view()?
        }
    };
    if let Some(page) = &visitor.page {
        keep_page(&mut work, contact_id, page).await?;
    }
    work.commit().await?;
    visitor.page = None;
    visitor.contact_id = Some(contact_id);
    let mut chat = chat_message(desk, &stored, "");
    chat.client_id = Some(client_id.to_owned());
    Ok(chat)
}

/// Messages that a browser which comes back gets at most.
pub const MISSED_MAX: usize = 200;

/// The id that the visitor's browser gave its own message.
pub async fn client_id(desk: &Desk, row: &ChannelRow, visitor: &VisitorId, id: MessageId) -> Result<Option<String>> {
    let found: Option<(Option<String>,)> =
        desk.system(row.account_id).opt(sql!("select external_id from message where account_id = $1 and id = $2"), args![id]).await?;
    Ok(found.and_then(|(e,)| e).and_then(|e| e.strip_prefix(&format!("{}:", visitor.value)).map(str::to_owned)))
}

/// The visitor's messages with a number above `since`, oldest first, at most the last 200; without `since` the last 50.
pub async fn history(desk: &Desk, row: &ChannelRow, visitor: &VisitorId, since: Option<MessageId>) -> Result<Vec<ChatMessage>> {
    let Some(contact) = visitor.contact_id else { return Ok(Vec::new()) };
    let scope = desk.system(row.account_id);
    let limit = if since.is_some() { MISSED_MAX as i64 } else { 50 };
    // What had to wait, or was changed, since the browser was here may have a smaller number than what it has.
    let made = since.map_or(0, MessageId::made_at);
    let mut rows: Vec<message::Stored> = scope
        .all(
            sql!(concat!(
                "select ",
                message::columns!(),
                " from message m join conversation c on c.id = m.conversation_id where m.account_id = $1 and c.account_id = $1 and c.contact_id = $2 and c.channel_id = $3
                 and m.kind not in ('NOTE', 'TRANSITION') and m.status not in ('DELETED', 'WAIT_REPLY', 'FAILED')
                 and not (m.status = 'QUEUED' and m.leaves_at is not null) and (m.id > $4 or m.leaves_at > $6 or m.edited_at > $6) order by m.id desc limit $5"
            )),
            args![contact, row.id, since.unwrap_or_default(), limit, made],
        )
        .await?;
    rows.reverse();
    let authors: BTreeSet<i64> = rows.iter().filter_map(|m| m.author_id).collect();
    let names = nicknames(&scope, &authors.into_iter().collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|m| {
            let client = m
                .external_id
                .as_deref()
                .filter(|_| m.direction == Direction::In)
                .and_then(|e| e.strip_prefix(&format!("{}:", visitor.value)))
                .map(str::to_owned);
            let m = m.view()?;
            let author = m.author_id.and_then(|a| names.get(&a.0)).map(String::as_str).unwrap_or_default();
            let mut chat = chat_message(desk, &m, author);
            chat.client_id = client;
            Ok(chat)
        })
        .collect()
}

/// What visitors see of an agent: the nickname, blank when there is none, or for somebody who never was a member.
pub async fn nickname(scope: &Scope, agent: UserId) -> Result<String> {
    let found: Option<(String,)> = scope
        .opt(
            sql!("select u.nickname from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.user_id = $2"),
            args![agent],
        )
        .await?;
    Ok(found.map(|(nickname,)| nickname).unwrap_or_default())
}

/// The nicknames of several agents, of those who have one.
async fn nicknames(scope: &Scope, agents: &[i64]) -> Result<HashMap<i64, String>> {
    if agents.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, String)> = scope
        .all(
            sql!(
                "select u.id, u.nickname from membership m join users u on u.id = m.user_id
                 where m.account_id = $1 and m.user_id in {in $2} and u.nickname <> ''"
            ),
            vec![crate::db::list(agents.iter().copied())],
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// A message as the visitor sees it, or nothing for notes, system lines and what has not left.
pub fn for_visitor(desk: &Desk, m: &Message, author: &str) -> Option<ChatMessage> {
    let hidden = matches!(m.kind, MessageKind::Note | MessageKind::Transition)
        || matches!(m.status, MessageStatus::Deleted | MessageStatus::WaitReply | MessageStatus::Failed)
        || (m.status == MessageStatus::Queued && m.leaves_at.is_some());
    (!hidden).then(|| chat_message(desk, m, author))
}

fn chat_message(desk: &Desk, m: &Message, author: &str) -> ChatMessage {
    ChatMessage {
        id: m.id.to_string(),
        n: m.id,
        from: if m.direction == Direction::In { ChatFrom::Me } else { ChatFrom::Them },
        text: m.body.clone(),
        at: m.at,
        author: (!author.is_empty()).then(|| author.to_owned()),
        client_id: None,
        edited: m.edited_at.is_some(),
        file: match &m.content {
            Content::Media(f) if f.state == MediaState::Ready => Some(ChatFile {
                url: crate::media::link_path(desk, f.id, desk.now() + crate::media::LINK_MILLIS),
                mime: f.mime.clone(),
                name: f.file_name.clone(),
                size: f.size,
                width: f.width,
                height: f.height,
            }),
            _ => None,
        },
    }
}

/// The visitor's browser has our messages up to `n`, or the visitor has read them.
pub async fn ticks(desk: &Desk, row: &ChannelRow, visitor: &VisitorId, upto: MessageId, status: MessageStatus) -> Result<()> {
    let Some(contact) = visitor.contact_id else { return Ok(()) };
    let mut work = desk.system(row.account_id).begin().await?;
    let before = if status == MessageStatus::Read { "('SENT', 'QUEUED', 'DELIVERED')" } else { "('SENT', 'QUEUED')" };
    // A message is on the visitor's screen before the outbox has come to it: then its id to be is the outbox's callback.
    let text = format!(
        "select coalesce(m.external_id, cast(m.id as text) || ':' || cast(o.id as text)) from message m
         join conversation c on c.id = m.conversation_id left join outbox o on o.message_id = m.id and o.account_id = $1
         where m.account_id = $1 and c.account_id = $1 and c.contact_id = $2 and c.channel_id = $3 and m.direction = 'OUT' and m.id <= $4
         and m.status in {before} and not (m.status = 'QUEUED' and m.leaves_at is not null) and m.kind not in ('NOTE', 'TRANSITION') and (m.external_id is not null or o.id is not null) order by m.id desc limit 200"
    );
    let rows: Vec<(String,)> = work.all(crate::db::Text::Built(text), args![contact, row.id, upto]).await?;
    let now = desk.now();
    for (external_id,) in rows.into_iter().rev() {
        let callback = Some(external_id.clone());
        let fact = channel::StatusFact { external_id, status, at: Some(now), callback, error: None, recipient: None, pricing: None };
        message::heard(&mut work, row.id, &fact).await?;
    }
    work.commit().await
}

/// A conversation's id, status, team, assignee, and for whom it waits.
type Open = (i64, String, i64, Option<i64>, Option<i64>);

/// Tells agents that the visitor types.
pub async fn typing(desk: &Desk, row: &ChannelRow, visitor: &VisitorId) -> Result<()> {
    let Some(contact) = visitor.contact_id else { return Ok(()) };
    let open: Option<Open> = desk
        .system(row.account_id)
        .opt(
            sql!("select id, status, team_id, assignee_id, designated_id from conversation where account_id = $1 and channel_id = $2 and contact_id = $3 and status <> 'COMPLETED'"),
            args![row.id, contact],
        )
        .await?;
    if let Some((id, status, team, assignee, designated)) = open {
        let access = Access {
            status: status.parse()?,
            team_id: team.into(),
            assignee_id: assignee.map(UserId),
            designated_id: designated.map(UserId),
        };
        desk.tell(row.account_id, News::ContactTyping { conversation_id: id.into(), access });
    }
    Ok(())
}

/// The number up to which agents have read the visitor's messages.
pub async fn seen_upto(desk: &Desk, row: &ChannelRow, visitor: &VisitorId) -> Result<Option<MessageId>> {
    let Some(contact) = visitor.contact_id else { return Ok(None) };
    let newest: Option<(i64, i64, Option<i64>, String)> = desk
        .system(row.account_id)
        .opt(
            sql!(
                "select c.id, c.unread, (select max(m.id) from message m where m.account_id = $1 and m.conversation_id = c.id and m.direction = 'IN'), c.status
                 from conversation c where c.account_id = $1 and c.channel_id = $2 and c.contact_id = $3 order by c.last_at desc limit 1"
            ),
            args![row.id, contact],
        )
        .await?;
    Ok(newest.filter(|(_, unread, _, status)| *unread == 0 && status != "PENDING").and_then(|(_, _, upto, _)| upto).map(MessageId))
}

/// The contact's name for a visitor without one.
pub fn default_name(language: &str) -> &'static str {
    match language.get(..2) {
        Some("en") => "Website visitor",
        Some("es") => "Visitante del sitio",
        _ => "Visitante do site",
    }
}
