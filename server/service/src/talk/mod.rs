//! The internal chat: talks of colleagues (04, section 4.13).
//!
//! Who is in a talk is [`Seen::hears`], and `sight` the same as SQL; nothing here asks for a role (CI-3). Messages are no
//! events of the account: they go over the bus without a sequence, to the sockets of those who are in the talk then, and
//! who was away asks again. They are in no index of search.

mod bell;
mod row;
mod send;
mod sight;

pub(crate) use bell::{alerts, note, read_news, unread_news};
pub use bell::{page_text as bell_text, unread_text};
pub use send::send;

use crate::db::Text;
use crate::desk::{Cx, News, Scope, Work};
use crate::media::upload::Waiting;
use crate::{Result, args, sql};
use model::*;
use row::{Found, TalkRow};

/// A message on its way to those who are in its talk.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct TalkNews {
    pub id: TalkId,
    pub access: TalkAccess,
    pub message: TalkMessage,
    /// What each of the others has to read now, and whether they want to be told.
    pub to: Vec<(UserId, i64, bool)>,
    /// The notification, for those.
    pub alert: Alert,
}

impl TalkNews {
    /// The talk as a reader sees it now; none for who is not in it.
    pub fn for_reader(&self, seen: &Seen) -> Option<Talk> {
        let unread = self.to.iter().find(|(user, ..)| *user == seen.me).map_or(0, |(_, unread, _)| *unread);
        seen.hears(&self.access).then(|| Talk { id: self.id, with: self.access.with(seen.me), last: Some(self.message.clone()), unread })
    }

    /// The notification for a reader who wants it.
    pub fn alert_for(&self, seen: &Seen) -> Option<Alert> {
        let wanted = self.to.iter().find(|(user, _, wanted)| *user == seen.me && *wanted);
        wanted.filter(|_| seen.hears(&self.access)).map(|_| self.alert.clone())
    }
}

/// A talk that the asker is in.
///
/// # Errors
/// [`Fault::Missing`].
async fn heard(cx: &Cx, id: TalkId) -> Result<TalkRow> {
    let row: Option<TalkRow> = cx
        .may(Permission::Inbox)?
        .opt(sql!("select id, kind, team_id, low_id, high_id, last_id from talk where account_id = $1 and id = $2"), args![id])
        .await?;
    Ok(row.filter(|t| cx.seen().hears(&t.access())).ok_or(Fault::Missing)?)
}

/// The talk with somebody, made when it is new, and its newest messages.
///
/// # Errors
/// [`Fault::Missing`] for a colleague or a team that is not, or a team that the asker is not in; [`Fault::ModuleOff`] for a
/// new one while the chat is switched off.
pub async fn open(cx: &Cx, with: TalkWith) -> Result<TalkOpened> {
    let scope = cx.may(Permission::Inbox)?;
    let (access, is_there) = match with {
        TalkWith::Everybody => (TalkAccess { kind: TalkKind::All, team_id: None, pair: None }, true),
        TalkWith::Team { team_id } => {
            let own: Option<(i64,)> =
                scope.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team_id]).await?;
            (TalkAccess { kind: TalkKind::Team, team_id: Some(team_id), pair: None }, own.is_some())
        }
        TalkWith::Person { user_id } => {
            let own: Option<(i64,)> =
                scope.opt(sql!("select user_id from membership where account_id = $1 and user_id = $2"), args![user_id]).await?;
            let pair = (cx.user.min(user_id), cx.user.max(user_id));
            (TalkAccess { kind: TalkKind::Pair, team_id: None, pair: Some(pair) }, own.is_some() && user_id != cx.user)
        }
    };
    if !is_there || !cx.seen().hears(&access) {
        return Err(Fault::Missing.into());
    }
    let row = match row::find(&scope, &access).await? {
        Some(row) => row,
        None => {
            if !crate::feature::features_of(&scope).await?.internal_chat {
                return Err(Fault::ModuleOff { module: Module::InternalChat }.into());
            }
            let mut work = scope.begin().await?;
            row::make(&mut work, &access).await?;
            work.commit().await?;
            row::find(&scope, &access).await?.ok_or(Fault::Missing)?
        }
    };
    opened(cx, &scope, row, None).await
}

/// A talk by its id, with its newest messages, or those before one.
///
/// # Errors
/// [`Fault::Missing`] for who is not in it.
pub async fn page(cx: &Cx, id: TalkId, before: Option<TalkMessageId>) -> Result<TalkOpened> {
    let row = heard(cx, id).await?;
    opened(cx, &cx.may(Permission::Inbox)?, row, before).await
}

async fn opened(cx: &Cx, scope: &Scope, row: TalkRow, before: Option<TalkMessageId>) -> Result<TalkOpened> {
    let before = before.map_or(i64::MAX, |id| id.0);
    let mut messages = row::before(scope, row.id.into(), before, limit::TALK_PAGE + 1).await?;
    let more = messages.len() as i64 > limit::TALK_PAGE;
    messages.truncate(limit::TALK_PAGE as usize);
    messages.reverse();
    let unread: Option<(i64,)> = scope
        .opt(sql!("select unread from talk_mark where account_id = $1 and talk_id = $2 and user_id = $3"), args![row.id, cx.user])
        .await?;
    let last = row::before(scope, row.id.into(), i64::MAX, 1).await?.pop();
    let talk = Talk { id: row.id.into(), with: row.access().with(cx.user), last, unread: unread.map_or(0, |(n,)| n) };
    Ok(TalkOpened { talk, messages, more })
}

/// The asker's talks in which somebody has written, the newest first.
///
/// # Errors
/// [`Fault::Invalid`] for a wrong `after`.
pub async fn list(cx: &Cx, after: Option<&str>) -> Result<Page<Talk>> {
    let after = after.map(|a| a.parse::<i64>().map_err(|_| Fault::field("after", Wrong::Unknown))).transpose()?;
    let (text, args) = list_text(cx.seen(), after, limit::TALK_PAGE + 1);
    let rows: Vec<Found> = cx.may(Permission::Inbox)?.all(Text::Built(text), args).await?;
    let more = rows.len() as i64 > limit::TALK_PAGE;
    let items: Vec<Talk> = rows.into_iter().take(limit::TALK_PAGE as usize).map(|found| found.talk(cx.user)).collect();
    let next = items.last().filter(|_| more).and_then(|t| t.last.as_ref()).map(|m| m.id.to_string());
    Ok(Page { items, next })
}

/// The statement of [`list`]: SQLite begins where a cross join begins. Public to the test that explains it.
pub fn list_text(seen: &Seen, after: Option<i64>, limit: i64) -> (String, Vec<crate::db::Arg>) {
    let (condition, more) = sight::condition(seen, 5);
    let text = format!(
        "select t.kind, t.team_id, t.low_id, t.high_id, t.id as talk_id, coalesce(k.unread, 0) as unread, {}
         from talk t cross join talk_message m left join talk_file f on f.message_id = m.id
         left join talk_mark k on k.talk_id = t.id and k.user_id = $2
         where t.account_id = $1 and m.id = t.last_id and t.last_id > 0 and t.last_id < $3 and {condition} order by t.last_id desc limit $4",
        row::MESSAGE
    );
    (text, [args![seen.me, after.unwrap_or(i64::MAX), limit], more].concat())
}

/// What the asker has to read, and whether there is anything to be seen.
pub async fn state(cx: &Cx) -> Result<TalkState> {
    let scope = cx.may(Permission::Inbox)?;
    let (condition, more) = sight::condition(cx.seen(), 3);
    let text = format!(
        "select cast(coalesce(sum(k.unread), 0) as bigint) from talk_mark k join talk t on t.id = k.talk_id
         where k.account_id = $1 and k.user_id = $2 and k.unread > 0 and {condition}"
    );
    let (unread,): (i64,) = scope.one(Text::Built(text), [args![cx.user], more].concat()).await?;
    let (condition, more) = sight::condition(cx.seen(), 2);
    let text = format!("select t.id from talk t where t.account_id = $1 and t.last_id > 0 and {condition} limit 1");
    let any: Option<(i64,)> = scope.opt(Text::Built(text), more).await?;
    Ok(TalkState { unread, has_history: any.is_some() })
}

/// The asker has read a talk up to a message; their other tabs and the bell hear of it.
///
/// # Errors
/// [`Fault::Missing`] for who is not in it.
pub async fn read(cx: &Cx, id: TalkId, up_to: TalkMessageId) -> Result<()> {
    heard(cx, id).await?;
    let scope = cx.may(Permission::Inbox)?;
    let mark: Option<(i64, i64, i64)> = scope
        .opt(
            sql!("select read_id, unread, news from talk_mark where account_id = $1 and talk_id = $2 and user_id = $3"),
            args![id, cx.user],
        )
        .await?;
    // Most readings are of what is read already, and cost no turn of the writer.
    let Some((read_id, unread, news)) = mark else { return Ok(()) };
    if news == 0 && (unread == 0 || up_to.0 <= read_id) {
        return Ok(());
    }
    let mut work = scope.begin().await?;
    let left: Option<(i64,)> = work
        .opt(
            sql!(
                "update talk_mark set news = 0, push_at = null, read_id = case when read_id < $4 then $4 else read_id end,
                 unread = (select count(*) from talk_message m where m.account_id = $1 and m.talk_id = $2 and m.author_id <> $3
                   and m.id > (case when talk_mark.read_id < $4 then $4 else talk_mark.read_id end))
                 where account_id = $1 and talk_id = $2 and user_id = $3 returning unread"
            ),
            args![id, cx.user, up_to],
        )
        .await?;
    work.alert(News::TalkRead { user_id: cx.user, talk_id: id, unread: left.map_or(0, |(n,)| n) });
    work.alert(News::AlertsRead { users: vec![cx.user] });
    work.commit().await
}

/// What the asker may know of a conversation that a colleague points to; none for what they do not see (CI-4).
pub async fn pointed(cx: &Cx, id: ConversationId) -> Result<Option<Pointed>> {
    match crate::conversation::visible(cx, id).await {
        Ok(c) => Ok(Some(Pointed { conversation_id: c.id, contact_name: c.contact_name, protocol: c.protocol, status: c.status })),
        Err(crate::Error::Fault(Fault::Missing)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// A file of a talk that the asker is in.
pub(crate) async fn file(cx: &Cx, id: MediaId) -> Result<Option<Waiting>> {
    #[derive(sqlx::FromRow)]
    struct Stored {
        talk_id: i64,
        #[sqlx(flatten)]
        file: Waiting,
    }
    let found: Option<Stored> = cx
        .may(Permission::Inbox)?
        .opt(
            sql!(
                "select m.talk_id, f.id, 'SHOWN' as wish, f.mime, f.file_name, f.size, f.sha256, f.small, f.width, f.height, cast(0 as bigint) as expires_at
                 from talk_file f join talk_message m on m.id = f.message_id where f.account_id = $1 and f.id = $2"
            ),
            args![id],
        )
        .await?;
    let Some(Stored { talk_id, file }) = found else { return Ok(None) };
    heard(cx, talk_id.into()).await?;
    Ok(Some(file))
}

/// The row of a talk, held until the end of the work.
async fn hold(work: &mut Work, id: TalkId) -> Result<TalkRow> {
    work.one(sql!("select id, kind, team_id, low_id, high_id, last_id from talk where account_id = $1 and id = $2 {lock}"), args![id]).await
}
