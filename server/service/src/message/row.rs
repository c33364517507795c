//! The row of a message.

use crate::conversation::Row as Conversation;
use crate::search::Indexed;
use crate::tally::Noted;
use crate::{Result, Work, args, sql};
use model::*;
use serde::Deserialize;

/// The columns of [`Stored`], in the order of its fields.
macro_rules! columns {
    () => {
        "m.id, m.conversation_id, m.direction, m.kind, m.status, m.body, m.content, m.author_id, m.client_id, m.external_id, m.quoted, m.reactions, m.problem, m.at, m.sent_at, m.delivered_at, m.read_at, m.edited_at, m.own_reaction, m.leaves_at, m.mentions, m.forwarded"
    };
}
pub(crate) use columns;

/// A message as stored.
#[derive(Clone, Debug, Deserialize, sqlx::FromRow)]
pub(crate) struct Stored {
    pub id: i64,
    pub conversation_id: i64,
    #[sqlx(try_from = "String")]
    pub direction: Direction,
    #[sqlx(try_from = "String")]
    pub kind: MessageKind,
    #[sqlx(try_from = "String")]
    pub status: MessageStatus,
    pub body: String,
    pub content: Option<String>,
    pub author_id: Option<i64>,
    pub client_id: Option<String>,
    pub external_id: Option<String>,
    pub quoted: Option<String>,
    pub reactions: Option<String>,
    pub problem: Option<String>,
    pub at: Millis,
    pub sent_at: Option<Millis>,
    pub delivered_at: Option<Millis>,
    pub read_at: Option<Millis>,
    pub edited_at: Option<Millis>,
    pub own_reaction: Option<String>,
    pub leaves_at: Option<Millis>,
    pub mentions: Option<String>,
    pub forwarded: Option<String>,
}

impl Stored {
    /// The message as people see it.
    pub fn view(self) -> Result<Message> {
        fn read<T: serde::de::DeserializeOwned>(json: Option<String>) -> Result<Option<T>> {
            Ok(json.map(|j| serde_json::from_str(&j)).transpose()?)
        }
        Ok(Message {
            id: self.id.into(),
            conversation_id: self.conversation_id.into(),
            direction: self.direction,
            kind: self.kind,
            status: self.status,
            body: self.body,
            content: read(self.content)?.unwrap_or_default(),
            author_id: self.author_id.map(UserId),
            client_id: self.client_id,
            quoted: read(self.quoted)?,
            reactions: read(self.reactions)?.unwrap_or_default(),
            problem: read(self.problem)?,
            at: self.at,
            sent_at: self.sent_at,
            delivered_at: self.delivered_at,
            read_at: self.read_at,
            own_reaction: self.own_reaction,
            edited_at: self.edited_at,
            leaves_at: self.leaves_at,
            mentions: read(self.mentions)?.unwrap_or_default(),
            forwarded: self.forwarded.and_then(|f| Forwarded::try_from(f).ok()),
        })
    }
}

/// A message to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    /// The team that has the conversation now.
    pub team_id: TeamId,
    pub direction: Direction,
    pub kind: MessageKind,
    pub status: MessageStatus,
    pub body: String,
    pub content: Content,
    pub author_id: Option<UserId>,
    pub client_id: Option<String>,
    pub external_id: Option<String>,
    pub quoted: Option<Quote>,
    pub at: Millis,
    /// Until when it waits (TS-2).
    pub leaves_at: Option<Millis>,
    pub mentions: Vec<Mention>,
    pub forwarded: Option<Forwarded>,
}

impl NewMessage {
    /// An empty message of a conversation.
    pub fn of(c: &Conversation, direction: Direction, kind: MessageKind, status: MessageStatus, at: Millis) -> NewMessage {
        NewMessage {
            conversation_id: c.id(),
            channel_id: c.channel_id.into(),
            team_id: c.team_id.into(),
            direction,
            kind,
            status,
            body: String::new(),
            content: Content::None,
            author_id: None,
            client_id: None,
            external_id: None,
            quoted: None,
            at,
            leaves_at: None,
            mentions: Vec::new(),
            forwarded: None,
        }
    }
}

/// Writes a message; `None` when the network's id or the client's id is known already.
pub(crate) async fn put(work: &mut Work, new: NewMessage) -> Result<Option<Message>> {
    let id: MessageId = work.desk().seam.id();
    let content = if new.content.is_none() { None } else { Some(serde_json::to_string(&new.content)?) };
    let quoted = new.quoted.as_ref().map(serde_json::to_string).transpose()?;
    let written = work
        .run(
            sql!(
                "insert into message (account_id, id, conversation_id, channel_id, direction, kind, status, body, content, author_id, client_id, external_id, quoted, at, leaves_at, mentions, forwarded, team_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) on conflict do nothing"
            ),
            args![
                id,
                new.conversation_id,
                new.channel_id,
                new.direction,
                new.kind,
                new.status,
                &new.body,
                content,
                new.author_id,
                new.client_id.clone(),
                new.external_id.clone(),
                quoted,
                new.at,
                new.leaves_at,
                mentions_json(&new.mentions)?,
                new.forwarded.map(Forwarded::word),
                new.team_id
            ],
        )
        .await?;
    if written == 0 {
        return Ok(None);
    }
    if let Some(noted) = Noted::said(&new, id) {
        work.note_tally(noted);
    }
    index(work, id, Indexed::new(&new.body, &new.content, new.author_id.map(|a| a.0), new.channel_id.0)).await?;
    Ok(Some(Message {
        id,
        conversation_id: new.conversation_id,
        direction: new.direction,
        kind: new.kind,
        status: new.status,
        body: new.body,
        content: new.content,
        author_id: new.author_id,
        client_id: new.client_id,
        quoted: new.quoted,
        reactions: Vec::new(),
        problem: None,
        at: new.at,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        own_reaction: None,
        edited_at: None,
        leaves_at: new.leaves_at,
        mentions: new.mentions,
        forwarded: new.forwarded,
    }))
}

fn mentions_json(mentions: &[Mention]) -> Result<Option<String>> {
    Ok(if mentions.is_empty() { None } else { Some(serde_json::to_string(mentions)?) })
}

/// Puts a message into the search index, if it can be found by something.
pub(crate) async fn index(work: &mut Work, id: MessageId, what: Indexed<'_>) -> Result<()> {
    let words = what.document(work.account());
    if words.is_empty() {
        return Ok(());
    }
    let text = if work.is_sqlite() {
        crate::sql_system!(sqlite "insert into message_fts (rowid, words) values ($1, $2)")
    } else {
        crate::sql_system!(postgres "insert into message_fts (rowid, words) values ($1, array_to_tsvector(string_to_array($2, ' '))) on conflict do nothing")
    };
    work.system().run(text, args![id, words]).await?;
    Ok(())
}

/// Saves a changed text, and lets search find the new words only.
pub(crate) async fn set_text(work: &mut Work, m: &Message) -> Result<()> {
    work.run(
        sql!("update message set body = $3, status = $4, edited_at = $5, mentions = $6 where account_id = $1 and id = $2"),
        args![m.id, &m.body, m.status, m.edited_at, mentions_json(&m.mentions)?],
    )
    .await?;
    work.system().run(crate::sql_system!("delete from message_fts where rowid = $1"), args![m.id]).await?;
    let (channel,): (i64,) = work.one(sql!("select channel_id from message where account_id = $1 and id = $2"), args![m.id]).await?;
    index(work, m.id, Indexed::new(&m.body, &m.content, m.author_id.map(|a| a.0), channel)).await
}

/// A message by id.
///
/// # Errors
/// [`Fault::Missing`].
pub(crate) async fn get(work: &mut Work, id: MessageId) -> Result<Stored> {
    work.one(sql!(concat!("select ", columns!(), " from message m where m.account_id = $1 and m.id = $2")), args![id]).await
}

/// The message that a client has sent under this id already.
pub(crate) async fn by_client(work: &mut Work, conversation: ConversationId, client_id: &str) -> Result<Option<Message>> {
    let row: Option<Stored> = work
        .opt(
            sql!(concat!("select ", columns!(), " from message m where m.account_id = $1 and m.conversation_id = $2 and m.client_id = $3")),
            args![conversation, client_id],
        )
        .await?;
    row.map(Stored::view).transpose()
}

/// Messages that wait for the contact's answer, in order.
pub(crate) async fn waiting(work: &mut Work, conversation: ConversationId) -> Result<Vec<Message>> {
    let rows: Vec<Stored> = work
        .all(
            sql!(concat!(
                "select ",
                columns!(),
                " from message m where m.account_id = $1 and m.conversation_id = $2 and m.status = 'WAIT_REPLY' order by m.at, m.id limit 100"
            )),
            args![conversation],
        )
        .await?;
    rows.into_iter().map(Stored::view).collect()
}

/// Saves status, times and problem.
pub(crate) async fn set_status(work: &mut Work, m: &Message) -> Result<()> {
    let problem = m.problem.as_ref().map(serde_json::to_string).transpose()?;
    work.run(
        sql!("update message set status = $3, problem = $4, sent_at = $5, delivered_at = $6, read_at = $7, at = $8 where account_id = $1 and id = $2"),
        args![m.id, m.status, problem, m.sent_at, m.delivered_at, m.read_at, m.at],
    )
    .await?;
    Ok(())
}

/// Saves content and reactions.
pub(crate) async fn set_content(work: &mut Work, m: &Message) -> Result<()> {
    let content = if m.content.is_none() { None } else { Some(serde_json::to_string(&m.content)?) };
    let reactions = if m.reactions.is_empty() { None } else { Some(serde_json::to_string(&m.reactions)?) };
    work.run(sql!("update message set content = $3, reactions = $4 where account_id = $1 and id = $2"), args![m.id, content, reactions])
        .await?;
    Ok(())
}

/// Saves our own reaction.
pub(crate) async fn set_own_reaction(work: &mut Work, m: &Message) -> Result<()> {
    work.run(sql!("update message set own_reaction = $3 where account_id = $1 and id = $2"), args![m.id, m.own_reaction.as_deref()])
        .await?;
    Ok(())
}

/// The quote of a message of ours or theirs.
pub(crate) fn quote_of(m: &Stored) -> Quote {
    Quote { id: Some(m.id.into()), direction: m.direction, kind: m.kind, text: text::shorten(&m.body, 120) }
}
