//! Rows of talks and their messages.

use crate::desk::{Scope, Work};
use crate::{Result, args, sql};
use model::*;

/// A talk's row.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct TalkRow {
    pub id: i64,
    #[sqlx(try_from = "String")]
    pub kind: TalkKind,
    pub team_id: Option<i64>,
    pub low_id: Option<i64>,
    pub high_id: Option<i64>,
    pub last_id: i64,
}

impl TalkRow {
    pub fn access(&self) -> TalkAccess {
        access(self.kind, self.team_id, self.low_id, self.high_id)
    }
}

fn access(kind: TalkKind, team: Option<i64>, low: Option<i64>, high: Option<i64>) -> TalkAccess {
    TalkAccess { kind, team_id: team.map(TeamId), pair: low.zip(high).map(|(low, high)| (low.into(), high.into())) }
}

macro_rules! message {
    () => {
        "m.id, m.author_id, m.client_id, m.body, m.conversation_id, m.at, f.id as file_id, f.mime, f.file_name, f.size, f.width, f.height, f.small"
    };
}

/// Columns of a message `m` with its file `f`.
pub(super) const MESSAGE: &str = message!();

/// A message's row with its file's.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct MessageRow {
    id: i64,
    author_id: i64,
    client_id: String,
    body: String,
    conversation_id: Option<i64>,
    at: Millis,
    file_id: Option<i64>,
    mime: Option<String>,
    file_name: Option<String>,
    size: Option<i64>,
    width: Option<i64>,
    height: Option<i64>,
    small: Option<String>,
}

impl MessageRow {
    pub fn view(self) -> TalkMessage {
        let pixels = |n: Option<i64>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let file = self.file_id.map(|id| Media {
            id: id.into(),
            state: MediaState::Ready,
            mime: self.mime.unwrap_or_default(),
            file_name: self.file_name.unwrap_or_default(),
            size: self.size.unwrap_or(0),
            voice: false,
            reason: String::new(),
            width: pixels(self.width),
            height: pixels(self.height),
            seconds: 0,
            small: self.small.is_some_and(|s| !s.is_empty()),
            link_until: None,
        });
        TalkMessage {
            id: self.id.into(),
            author_id: self.author_id.into(),
            client_id: self.client_id,
            text: self.body,
            file,
            conversation_id: self.conversation_id.map(ConversationId),
            at: self.at,
        }
    }
}

/// A talk of a list, with its last message.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Found {
    #[sqlx(try_from = "String")]
    kind: TalkKind,
    team_id: Option<i64>,
    low_id: Option<i64>,
    high_id: Option<i64>,
    talk_id: i64,
    unread: i64,
    #[sqlx(flatten)]
    last: MessageRow,
}

impl Found {
    pub fn access(&self) -> TalkAccess {
        access(self.kind, self.team_id, self.low_id, self.high_id)
    }

    pub fn talk(self, me: UserId) -> Talk {
        let with = self.access().with(me);
        Talk { id: self.talk_id.into(), with, last: Some(self.last.view()), unread: self.unread }
    }
}

/// The talk of these, if there is one.
pub(super) async fn find(scope: &Scope, access: &TalkAccess) -> Result<Option<TalkRow>> {
    let (low, high) = access.pair.unzip();
    scope
        .opt(
            sql!(
                "select id, kind, team_id, low_id, high_id, last_id from talk where account_id = $1 and kind = $2
                 and coalesce(team_id, 0) = coalesce($3, 0) and coalesce(low_id, 0) = coalesce($4, 0) and coalesce(high_id, 0) = coalesce($5, 0)"
            ),
            args![access.kind, access.team_id, low, high],
        )
        .await
}

/// Makes a talk; of two who make it at once, the database takes one.
pub(super) async fn make(work: &mut Work, access: &TalkAccess) -> Result<()> {
    let (id, now) = (work.desk().seam.id::<TalkId>(), work.desk().now());
    let (low, high) = access.pair.unzip();
    work.run(
        sql!(
            "insert into talk (account_id, id, kind, team_id, low_id, high_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict do nothing"
        ),
        args![id, access.kind, access.team_id, low, high, now],
    )
    .await?;
    Ok(())
}

/// Messages before one, the newest first.
pub(super) async fn before(scope: &Scope, talk: TalkId, before: i64, limit: i64) -> Result<Vec<TalkMessage>> {
    let rows: Vec<MessageRow> = scope
        .all(
            sql!(concat!(
                "select ",
                message!(),
                " from talk_message m left join talk_file f on f.message_id = m.id
                 where m.account_id = $1 and m.talk_id = $2 and m.id < $3 order by m.id desc limit $4"
            )),
            args![talk, before, limit],
        )
        .await?;
    Ok(rows.into_iter().map(MessageRow::view).collect())
}

/// The author's message with this id of theirs.
pub(super) async fn by_client(work: &mut Work, talk: TalkId, author: UserId, client: &str) -> Result<Option<TalkMessage>> {
    let row: Option<MessageRow> = work
        .opt(
            sql!(concat!(
                "select ",
                message!(),
                " from talk_message m left join talk_file f on f.message_id = m.id
                 where m.account_id = $1 and m.talk_id = $2 and m.author_id = $3 and m.client_id = $4"
            )),
            args![talk, author, client],
        )
        .await?;
    Ok(row.map(MessageRow::view))
}
