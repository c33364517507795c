//! What the bell and the notes say of the internal chat.

use super::row::{Found, MESSAGE};
use super::sight;
use crate::db::{Arg, Text};
use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;

/// A notification of a message: who wrote it, and where unless to this reader alone.
pub(super) fn alert(id: TalkId, author: &str, place: Option<&str>, message: &TalkMessage, count: i64, at: Millis, is_read: bool) -> Alert {
    let kind = match &message.file {
        Some(file) => match file_kind(&file.mime) {
            FileKind::Image => MessageKind::Image,
            FileKind::Video => MessageKind::Video,
            FileKind::Audio => MessageKind::Audio,
            FileKind::Document => MessageKind::Document,
        },
        None => MessageKind::Text,
    };
    let preview = Preview {
        kind,
        direction: Direction::In,
        status: MessageStatus::Received,
        text: text::shorten(&message.text, 120),
        author_id: Some(message.author_id),
    };
    let contact_name = place.map_or_else(|| author.to_owned(), |place| format!("{author} · {place}"));
    Alert {
        kind: AlertKind::Internal,
        conversation_id: ConversationId::default(),
        talk_id: Some(id),
        contact_name,
        preview,
        by: String::new(),
        count,
        at,
        is_read,
    }
}

/// A talk under the bell.
#[derive(sqlx::FromRow)]
struct Told {
    news: i64,
    told_at: i64,
    author: String,
    place: Option<String>,
    #[sqlx(flatten)]
    talk: Found,
}

impl Told {
    fn view(self, me: UserId) -> Option<Alert> {
        let Talk { id, last, .. } = self.talk.talk(me);
        last.map(|m| alert(id, &self.author, self.place.as_deref(), &m, self.news.max(1), self.told_at, self.news == 0))
    }
}

/// What the bell knows of talks, from `talk_mark k join talk t`.
fn of_mine(seen: &Seen, more: usize) -> (String, Vec<Arg>) {
    let (condition, args) = sight::condition(seen, more);
    (format!("k.account_id = $1 and k.user_id = $2 and k.at > $3 and {condition}"), args)
}

/// The beginning of a statement, up to its own conditions; SQLite begins where cross joins begin.
fn columns() -> String {
    format!(
        "select k.news, k.at as told_at, u.name as author, case t.kind when 'TEAM' then g.name when 'ALL' then n.name end as place,
         t.kind, t.team_id, t.low_id, t.high_id, t.id as talk_id, k.unread, {MESSAGE}
         from talk_mark k cross join talk t cross join talk_message m cross join users u cross join account n
         left join team g on g.id = t.team_id left join talk_file f on f.message_id = m.id
         where t.id = k.talk_id and m.id = k.told_id and u.id = m.author_id and n.id = k.account_id and "
    )
}

/// The statement of a page. Public to the test that explains it.
pub fn page_text(seen: &Seen, since: Millis, after: Option<(i64, i64, AlertKind)>, limit: i64) -> (String, Vec<Arg>) {
    let (condition, more) = of_mine(seen, 4);
    let mut args = [args![seen.me, since], more].concat();
    let mut place = String::new();
    if let Some((at, id, kind)) = after {
        let n = args.len() + 2;
        // Of those at the same moment it goes by the subject, then by the kind, of which there is one here.
        let same = if kind.word() > AlertKind::Internal.word() { "<=" } else { "<" };
        args.extend(args![at, id]);
        place = format!(" and (k.at < ${n} or (k.at = ${n} and k.talk_id {same} ${}))", n + 1);
    }
    args.push(limit.into());
    (format!("{}{condition}{place} order by k.at desc, k.talk_id desc limit ${}", columns(), args.len() + 1), args)
}

/// The statement of the bell's number. Public to the test that explains it.
pub fn unread_text(seen: &Seen, since: Millis) -> (String, Vec<Arg>) {
    let (condition, more) = of_mine(seen, 4);
    let text = format!("select count(*) from talk_mark k join talk t on t.id = k.talk_id where {condition} and k.news > 0");
    (text, [args![seen.me, since], more].concat())
}

fn since(scope: &Scope) -> Millis {
    scope.desk().now() - limit::ALERT_MILLIS
}

/// Talks for a page under the bell, newest first; none for who wants to hear of none there.
pub(crate) async fn alerts(
    cx: &Cx,
    scope: &Scope,
    settings: &AlertSettings,
    after: Option<(i64, i64, AlertKind)>,
    limit: i64,
) -> Result<Vec<Alert>> {
    if !settings.wants(AlertKind::Internal, AlertWay::Bell) {
        return Ok(Vec::new());
    }
    let (text, args) = page_text(cx.seen(), since(scope), after, limit);
    let rows: Vec<Told> = scope.all(Text::Built(text), args).await?;
    Ok(rows.into_iter().filter_map(|told| told.view(cx.user)).collect())
}

/// How many talks are new under the bell.
pub(crate) async fn unread_news(cx: &Cx, scope: &Scope, settings: &AlertSettings) -> Result<i64> {
    if !settings.wants(AlertKind::Internal, AlertWay::Bell) {
        return Ok(0);
    }
    let (text, args) = unread_text(cx.seen(), since(scope));
    let (n,): (i64,) = scope.one(Text::Built(text), args).await?;
    Ok(n)
}

/// Marks what the bell says of talks as read; the messages stay unread. Answers how many there were.
pub(crate) async fn read_news(work: &mut Work, user: UserId) -> Result<u64> {
    work.run(sql!("update talk_mark set news = 0, push_at = null where account_id = $1 and user_id = $2 and news > 0"), args![user]).await
}

/// What a note says to a person, if there is still something that they have not read in a talk that they are in.
pub(crate) async fn note(cx: &Cx, id: TalkId) -> Result<Option<Alert>> {
    let scope = cx.may(Permission::Inbox)?;
    let (condition, more) = of_mine(cx.seen(), 5);
    let text = format!("{}{condition} and k.talk_id = $4 and k.news > 0", columns());
    let told: Option<Told> = scope.opt(Text::Built(text), [args![cx.user, 0i64, id], more].concat()).await?;
    Ok(told.and_then(|t| t.view(cx.user)))
}
