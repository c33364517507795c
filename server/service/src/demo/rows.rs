//! Many rows in one statement: a JSON array that the database takes apart. One text serves both databases, and the
//! statements stay on the list of all statements.

use crate::db::Text;
use crate::search::Indexed;
use crate::statement::Statement;
use crate::{Result, Work, args, sql, sql_system};
use model::*;
use serde::Serialize;

/// Rows in one statement: large enough that its own cost vanishes, small enough for a modest argument.
const TOGETHER: usize = 1_000;

/// Picks the statement for this database.
macro_rules! from_rows {
    ($sql:ident, $sqlite:expr, $head:literal, $columns:literal) => {
        if $sqlite {
            $sql!(sqlite concat!("insert into ", $head, " select ", $columns, " from json_each($2)"))
        } else {
            $sql!(postgres concat!("insert into ", $head, " select ", $columns, " from json_array_elements(cast($2 as json))"))
        }
    };
}

#[derive(Serialize)]
pub(super) struct ContactRow {
    pub id: i64,
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub status: ContactStatus,
    pub annotation: String,
    pub at: Millis,
}

#[derive(Serialize)]
pub(super) struct IdentityRow {
    pub kind: IdentityKind,
    pub value: String,
    pub contact: i64,
    pub channel_kind: ChannelKind,
    pub address: String,
    pub username: Option<String>,
    pub at: Millis,
}

#[derive(Serialize)]
struct TermRow {
    term: String,
    contact: i64,
}

#[derive(Serialize)]
struct ConversationRow<'a> {
    id: i64,
    protocol: &'a str,
    contact: i64,
    channel: i64,
    team: i64,
    assignee: Option<i64>,
    status: ConversationStatus,
    started_at: Millis,
    completed_at: Option<Millis>,
    first_response_at: Option<Millis>,
    last_in_at: Option<Millis>,
    last_at: Millis,
    waiting_since: Option<Millis>,
    window_expires_at: Option<Millis>,
    awaiting_reply: bool,
    awaiting_category: Option<&'a str>,
    awaiting_from: Option<i64>,
    unread: i64,
    reactivate_until: Option<Millis>,
    last_in_external: Option<&'a str>,
    preview_id: i64,
    preview_at: Millis,
    closed_by: Option<i64>,
    idle_since: Option<Millis>,
    owed_since: Option<Millis>,
    queued_at: Option<Millis>,
    asked_since: Option<Millis>,
    heard_since: Option<Millis>,
    preview_kind: MessageKind,
    preview_direction: Direction,
    preview_status: MessageStatus,
    preview_text: &'a str,
    preview_author: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct MessageRow {
    pub id: i64,
    pub conversation: i64,
    pub channel: i64,
    pub direction: Direction,
    pub kind: MessageKind,
    pub status: MessageStatus,
    pub body: String,
    pub content: Option<String>,
    pub author: Option<i64>,
    pub external: Option<String>,
    pub quoted: Option<String>,
    pub reactions: Option<String>,
    pub problem: Option<String>,
    pub at: Millis,
    pub sent_at: Option<Millis>,
    pub delivered_at: Option<Millis>,
    pub read_at: Option<Millis>,
}

#[derive(Serialize)]
struct WordsRow {
    id: i64,
    words: String,
}

#[derive(Serialize)]
pub(super) struct MediaRow {
    pub id: i64,
    pub conversation: i64,
    pub message: i64,
    pub channel: i64,
    pub state: MediaState,
    pub mime: String,
    pub file_name: String,
    pub size: i64,
    pub sha256: String,
    pub small: String,
    pub width: i64,
    pub height: i64,
}

#[derive(Serialize)]
struct CounterRow<'a> {
    name: &'a str,
    value: i64,
}

async fn put<T: Serialize>(work: &mut Work, text: &'static Statement, rows: &[T]) -> Result<()> {
    for part in rows.chunks(TOGETHER) {
        let json = serde_json::to_string(part)?;
        if text.scoped {
            work.run(text, args![json]).await?;
        } else {
            work.system().run(Text::Fixed(text), args![json]).await?;
        }
    }
    Ok(())
}

/// Writes contacts and the terms by which they are found.
pub(super) async fn contacts(work: &mut Work, rows: &[ContactRow]) -> Result<()> {
    let text = from_rows!(
        sql,
        work.is_sqlite(),
        "contact (account_id, id, name, phone, email, status, annotation, created_at, updated_at)",
        "cast($1 as bigint), cast(value ->> 'id' as bigint), value ->> 'name', value ->> 'phone', value ->> 'email', value ->> 'status',
         value ->> 'annotation', cast(value ->> 'at' as bigint), cast(value ->> 'at' as bigint)"
    );
    put(work, text, rows).await?;
    let text = from_rows!(
        sql,
        work.is_sqlite(),
        "contact_term (account_id, term, contact_id)",
        "cast($1 as bigint), value ->> 'term', cast(value ->> 'contact' as bigint)"
    );
    let mut terms: Vec<TermRow> = rows
        .iter()
        .flat_map(|c| {
            let found = crate::contact::terms(&c.name, c.phone.as_deref(), c.email.as_deref());
            found.into_iter().map(|term| TermRow { term, contact: c.id })
        })
        .collect();
    // In the order of the index.
    terms.sort_by(|a, b| (&a.term, a.contact).cmp(&(&b.term, b.contact)));
    put(work, text, &terms).await
}

/// Writes identities of contacts.
pub(super) async fn identities(work: &mut Work, rows: &[IdentityRow]) -> Result<()> {
    let text = from_rows!(
        sql,
        work.is_sqlite(),
        "contact_identity (account_id, kind, value, contact_id, channel_kind, address, username, created_at)",
        "cast($1 as bigint), value ->> 'kind', value ->> 'value', cast(value ->> 'contact' as bigint), value ->> 'channel_kind', value ->> 'address',
         value ->> 'username', cast(value ->> 'at' as bigint)"
    );
    put(work, text, rows).await
}

/// Writes conversations as they are after their last message.
pub(super) async fn conversations(work: &mut Work, rows: &[crate::conversation::Row]) -> Result<()> {
    let text = from_rows!(
        sql,
        work.is_sqlite(),
        "conversation (account_id, id, protocol, contact_id, channel_id, team_id, assignee_id, status, started_at, completed_at, first_response_at,
         last_in_at, last_at, waiting_since, window_expires_at, awaiting_reply, awaiting_category, awaiting_from, unread, reactivate_until, last_in_external,
         preview_id, preview_at, preview_kind, preview_direction, preview_status, preview_text, preview_author_id, closed_by, idle_since, owed_since, queued_at,
         asked_since, heard_since)",
        "cast($1 as bigint), cast(value ->> 'id' as bigint), value ->> 'protocol', cast(value ->> 'contact' as bigint), cast(value ->> 'channel' as bigint),
         cast(value ->> 'team' as bigint), cast(value ->> 'assignee' as bigint), value ->> 'status', cast(value ->> 'started_at' as bigint),
         cast(value ->> 'completed_at' as bigint), cast(value ->> 'first_response_at' as bigint), cast(value ->> 'last_in_at' as bigint),
         cast(value ->> 'last_at' as bigint), cast(value ->> 'waiting_since' as bigint), cast(value ->> 'window_expires_at' as bigint),
         cast(value ->> 'awaiting_reply' as boolean), value ->> 'awaiting_category', cast(value ->> 'awaiting_from' as bigint), cast(value ->> 'unread' as bigint),
         cast(value ->> 'reactivate_until' as bigint), value ->> 'last_in_external', cast(value ->> 'preview_id' as bigint),
         cast(value ->> 'preview_at' as bigint), value ->> 'preview_kind', value ->> 'preview_direction', value ->> 'preview_status',
         value ->> 'preview_text', cast(value ->> 'preview_author' as bigint), cast(value ->> 'closed_by' as bigint),
         cast(value ->> 'idle_since' as bigint), cast(value ->> 'owed_since' as bigint), cast(value ->> 'queued_at' as bigint),
         cast(value ->> 'asked_since' as bigint), cast(value ->> 'heard_since' as bigint)"
    );
    for part in rows.chunks(TOGETHER) {
        let part: Vec<ConversationRow<'_>> = part.iter().map(ConversationRow::of).collect();
        put(work, text, &part).await?;
    }
    Ok(())
}

impl<'a> ConversationRow<'a> {
    fn of(c: &'a crate::conversation::Row) -> ConversationRow<'a> {
        ConversationRow {
            id: c.id,
            protocol: &c.protocol,
            contact: c.contact_id,
            channel: c.channel_id,
            team: c.team_id,
            assignee: c.assignee_id,
            status: c.status,
            started_at: c.started_at,
            completed_at: c.completed_at,
            first_response_at: c.first_response_at,
            last_in_at: c.last_in_at,
            last_at: c.last_at,
            waiting_since: c.waiting_since,
            window_expires_at: c.window_expires_at,
            awaiting_reply: c.awaiting_reply,
            awaiting_category: c.awaiting_category.as_deref(),
            awaiting_from: c.awaiting_from,
            unread: c.unread,
            reactivate_until: c.reactivate_until,
            last_in_external: c.last_in_external.as_deref(),
            preview_id: c.preview_id,
            preview_at: c.preview_at,
            closed_by: c.closed_by,
            idle_since: c.idle_since,
            owed_since: c.owed_since,
            asked_since: c.asked_since,
            heard_since: c.heard_since,
            queued_at: (c.status == ConversationStatus::Pending).then_some(c.started_at),
            preview_kind: c.preview_kind,
            preview_direction: c.preview_direction,
            preview_status: c.preview_status,
            preview_text: &c.preview_text,
            preview_author: c.preview_author_id,
        }
    }
}

/// Writes messages and puts their words into the search index.
pub(super) async fn messages(work: &mut Work, rows: &[MessageRow]) -> Result<()> {
    let text = from_rows!(
        sql,
        work.is_sqlite(),
        "message (account_id, id, conversation_id, channel_id, direction, kind, status, body, content, author_id, external_id, quoted, reactions,
         problem, at, sent_at, delivered_at, read_at)",
        "cast($1 as bigint), cast(value ->> 'id' as bigint), cast(value ->> 'conversation' as bigint), cast(value ->> 'channel' as bigint),
         value ->> 'direction', value ->> 'kind', value ->> 'status', value ->> 'body', value ->> 'content', cast(value ->> 'author' as bigint),
         value ->> 'external', value ->> 'quoted', value ->> 'reactions', value ->> 'problem', cast(value ->> 'at' as bigint),
         cast(value ->> 'sent_at' as bigint), cast(value ->> 'delivered_at' as bigint), cast(value ->> 'read_at' as bigint)"
    );
    put(work, text, rows).await?;
    let account = work.account();
    let words: Vec<WordsRow> = rows
        .iter()
        .map(|m| {
            let content = m.content.as_deref().and_then(|c| serde_json::from_str(c).ok()).unwrap_or_default();
            Indexed::new(&m.body, &content, m.author, m.channel).document(account)
        })
        .zip(rows)
        .filter(|(words, _)| !words.is_empty())
        .map(|(words, m)| WordsRow { id: m.id, words })
        .collect();
    let text = if work.is_sqlite() {
        sql_system!(sqlite "insert into message_fts (rowid, words) select cast(value ->> 'id' as bigint), value ->> 'words' from json_each($1)")
    } else {
        sql_system!(
            postgres
            "insert into message_fts (rowid, words) select cast(value ->> 'id' as bigint), array_to_tsvector(string_to_array(value ->> 'words', ' '))
             from json_array_elements(cast($1 as json))"
        )
    };
    put(work, text, &words).await
}

/// Writes the rows of files that are in the data folder already.
pub(super) async fn media(work: &mut Work, rows: &[MediaRow]) -> Result<()> {
    let text = from_rows!(
        sql,
        work.is_sqlite(),
        "media (account_id, id, conversation_id, message_id, channel_id, state, mime, file_name, size, sha256, small, width, height)",
        "cast($1 as bigint), cast(value ->> 'id' as bigint), cast(value ->> 'conversation' as bigint), cast(value ->> 'message' as bigint),
         cast(value ->> 'channel' as bigint), value ->> 'state', value ->> 'mime', value ->> 'file_name', cast(value ->> 'size' as bigint),
         value ->> 'sha256', value ->> 'small', cast(value ->> 'width' as bigint), cast(value ->> 'height' as bigint)"
    );
    put(work, text, rows).await
}

/// Sets the account's counters.
pub(super) async fn counters(work: &mut Work, values: &std::collections::BTreeMap<String, i64>) -> Result<()> {
    let text = if work.is_sqlite() {
        sql!(
            sqlite
            "insert into counter (account_id, name, value) select $1, value ->> 'name', cast(value ->> 'value' as bigint) from json_each($2) where true
             on conflict (account_id, name) do update set value = excluded.value"
        )
    } else {
        sql!(
            postgres
            "insert into counter (account_id, name, value) select cast($1 as bigint), value ->> 'name', cast(value ->> 'value' as bigint)
             from json_array_elements(cast($2 as json)) on conflict (account_id, name) do update set value = excluded.value"
        )
    };
    let rows: Vec<CounterRow<'_>> = values.iter().map(|(name, value)| CounterRow { name, value: *value }).collect();
    put(work, text, &rows).await
}
