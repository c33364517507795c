//! Notifications: who is told of what, kept under the bell (03, section 3.11).
//!
//! A notification is written in the transaction of what caused it, for those who may see the conversation then. It is
//! read through [`crate::sight`], and asked for again before it goes to a browser: who lost sight of a conversation hears
//! no more of it.

use crate::conversation::Row;
use crate::db::{Arg, Text, list as ids};
use crate::desk::{Cx, Desk, News};
use crate::role::{own_role, sight_of};
use crate::{Result, Scope, Work, args, distribution, sight, sql, sql_system, talk};
use model::*;
use std::sync::Arc;

/// Notifications of one page.
const PAGE: i64 = 30;
/// A note waits so long for its reader to look at the conversation by themselves.
pub const PUSH_AFTER: Millis = 3_000;

/// A notification for several people, with the count of each.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct AlertNews {
    pub to: Vec<(UserId, i64)>,
    pub access: Access,
    pub alert: Alert,
}

/// Tells the agents of the conversation's team that it waits in their queue. Supervisors are not told (3.5). Answers who
/// was told.
pub(crate) async fn queued(work: &mut Work, c: &Row, actor: Option<UserId>) -> Result<Vec<UserId>> {
    let at = work.desk().now();
    let told: Vec<Told> = work
        .all(
            sql!(
                "insert into alert (account_id, user_id, conversation_id, kind, count, at, push_at)
                 select cast($1 as bigint), m.user_id, cast($2 as bigint), 'QUEUE', 1, cast($3 as bigint),
                   case when exists (select 1 from push_subscription p where p.account_id = $1 and p.user_id = m.user_id) then cast($4 as bigint) end
                 from team_member t join membership m on m.account_id = $1 and m.user_id = t.user_id
                 left join alert_setting s on s.account_id = $1 and s.user_id = m.user_id
                 where t.account_id = $1 and t.team_id = $5 and t.is_agent and m.active and m.user_id <> $6 and coalesce(s.muted, '') not like '%,QUEUE,%'
                 on conflict (user_id, conversation_id, kind) do update set count = case when alert.read_at is null then alert.count + 1 else 1 end,
                   at = excluded.at, read_at = null, push_at = coalesce(alert.push_at, excluded.push_at)
                 returning user_id, count, push_at"
            ),
            args![c.id, at, at + PUSH_AFTER, c.team_id, actor.unwrap_or_default()],
        )
        .await?;
    let users = told.iter().map(|(user, ..)| UserId(*user)).collect();
    tell(work, c, AlertKind::Queue, String::new(), at, told);
    Ok(users)
}

/// Tells people, each only if they see the conversation as it is now, and never who did it themselves.
pub(crate) async fn raise(work: &mut Work, c: &Row, kind: AlertKind, to: &[UserId], actor: Option<UserId>) -> Result<()> {
    let at = work.desk().now();
    let by = actor.filter(|_| kind == AlertKind::WatchAsk);
    // The condition is that of `model::Seen`; a test holds the two together.
    let told: Vec<Told> = work
        .all(
            sql!(concat!(
                "insert into alert (account_id, user_id, conversation_id, kind, count, at, push_at, by_id)
                 select cast($1 as bigint), m.user_id, cast($2 as bigint), cast($3 as text), 1, cast($4 as bigint),
                   case when exists (select 1 from push_subscription p where p.account_id = $1 and p.user_id = m.user_id) then cast($5 as bigint) end,
                   cast($11 as bigint)
                 from membership m join team g on g.account_id = $1 and g.id = $6
                 left join team_member t on t.account_id = $1 and t.team_id = $6 and t.user_id = m.user_id
                 left join alert_setting s on s.account_id = $1 and s.user_id = m.user_id",
                own_role!(),
                "where m.account_id = $1 and m.user_id in {in $7} and m.active and m.user_id <> $8
                   and coalesce(s.muted, '') not like '%,' || cast($3 as text) || ',%'
                   and (",
                sight_of!(),
                " = 'ALL' or coalesce(t.is_supervisor, false) or (coalesce(t.is_agent, false) and ",
                sight_of!(),
                " = 'LED') or ($9 <> 'PENDING' and m.user_id = $10)
                     or ($9 = 'PENDING' and coalesce(t.is_agent, false) and ($12 = 0 or m.user_id = $12))
                     or (",
                sight_of!(),
                " <> 'OWN' and (($9 = 'IN_PROGRESS' and coalesce(t.is_agent, false) and g.restriction <> 'USER')
                     or ($9 = 'COMPLETED' and (g.restriction = 'NONE' or (g.restriction = 'TEAM' and coalesce(t.is_agent, false)))))))
                 on conflict (user_id, conversation_id, kind) do update set count = case when alert.read_at is null then alert.count + 1 else 1 end,
                   at = excluded.at, read_at = null, push_at = coalesce(alert.push_at, excluded.push_at), by_id = excluded.by_id
                 returning user_id, count, push_at"
            )),
            args![
                c.id,
                kind,
                at,
                at + PUSH_AFTER,
                c.team_id,
                ids(to.iter().copied()),
                actor.unwrap_or_default(),
                c.status,
                c.assignee_id.unwrap_or_default(),
                by,
                c.designated_id.unwrap_or_default()
            ],
        )
        .await?;
    let by = match by.filter(|_| !told.is_empty()) {
        Some(by) => crate::conversation::member_name(work, by).await?,
        None => String::new(),
    };
    tell(work, c, kind, by, at, told);
    Ok(())
}

/// Somebody named these people in the conversation; each is told who sees it.
pub async fn mention(work: &mut Work, id: ConversationId, to: &[UserId], actor: UserId) -> Result<()> {
    let c = crate::conversation::lock(work, id).await?;
    raise(work, &c, AlertKind::Mention, to, Some(actor)).await
}

/// Tells those who watch the conversation (NX-11), except those who heard of the same already.
pub(crate) async fn watched(work: &mut Work, c: &Row, kind: AlertKind, heard: &[UserId], actor: Option<UserId>) -> Result<()> {
    let to: Vec<UserId> = c.watchers().into_iter().filter(|w| !heard.contains(w)).collect();
    if to.is_empty() { Ok(()) } else { raise(work, c, kind, &to, actor).await }
}

/// Somebody watches the conversation no longer: what they have not read of it as who watches needs no reading.
pub(crate) async fn unwatched(work: &mut Work, c: &Row, user: UserId) -> Result<()> {
    let now = work.desk().now();
    let read = work
        .run(
            sql!(
                "update alert set read_at = $4, push_at = null where account_id = $1 and conversation_id = $2 and user_id = $3
                 and kind in ('WATCH', 'WATCH_TRANSFER', 'WATCH_END', 'WATCH_ASK') and read_at is null"
            ),
            args![c.id, user, now],
        )
        .await?;
    if read > 0 {
        work.alert(News::AlertsRead { users: vec![user] });
    }
    Ok(())
}

/// Who was told: the person, how often since they read it, and when it goes to their browsers.
type Told = (i64, i64, Option<i64>);

fn tell(work: &mut Work, c: &Row, kind: AlertKind, by: String, at: Millis, told: Vec<Told>) {
    if told.is_empty() {
        return;
    }
    if told.iter().any(|(.., push)| push.is_some()) {
        work.wake_push();
    }
    let alert = Alert {
        kind,
        conversation_id: c.id(),
        talk_id: None,
        contact_name: c.contact_name.clone(),
        preview: c.view().preview,
        by,
        count: 1,
        at,
        is_read: false,
    };
    let to = told.into_iter().map(|(user, count, _)| (user.into(), count)).collect();
    work.alert(News::Alert(Arc::new(AlertNews { to, access: c.access(), alert })));
}

/// A contact's message: the assignee is told; in the queue its team is told of the conversation, or whom it waits for,
/// once, not of each message. Who watches it is told of each.
pub(crate) async fn arrived(work: &mut Work, c: &Row, before: Option<Access>) -> Result<()> {
    let heard = match (c.status, c.assignee_id) {
        (ConversationStatus::InProgress, Some(assignee)) => {
            raise(work, c, AlertKind::Message, &[assignee.into()], None).await?;
            vec![assignee.into()]
        }
        (ConversationStatus::Pending, _) if before.is_none_or(|b| !b.status.is_open()) => distribution::enter(work, c, None).await?,
        _ => Vec::new(),
    };
    watched(work, c, AlertKind::Watch, &heard, None).await
}

/// Somebody took the conversation out of the queue: nobody else needs to hear that it waits there.
pub(crate) async fn unqueued(work: &mut Work, c: &Row) -> Result<()> {
    let now = work.desk().now();
    let read: Vec<(i64,)> = work
        .all(
            sql!("update alert set read_at = $3, push_at = null where account_id = $1 and conversation_id = $2 and kind = 'QUEUE' and read_at is null returning user_id"),
            args![c.id, now],
        )
        .await?;
    if !read.is_empty() {
        work.alert(News::AlertsRead { users: read.into_iter().map(|(u,)| u.into()).collect() });
    }
    Ok(())
}

/// A transfer was taken back: whom it was for needs not hear of it, nor who watches.
pub(crate) async fn untransferred(work: &mut Work, c: &Row) -> Result<()> {
    let now = work.desk().now();
    let read: Vec<(i64,)> = work
        .all(
            sql!("update alert set read_at = $3, push_at = null where account_id = $1 and conversation_id = $2 and kind in ('TRANSFER', 'WATCH_TRANSFER') and read_at is null returning user_id"),
            args![c.id, now],
        )
        .await?;
    if !read.is_empty() {
        work.alert(News::AlertsRead { users: read.into_iter().map(|(u,)| u.into()).collect() });
    }
    Ok(())
}

/// The asker looks at the conversation: its notifications are read.
pub async fn saw(cx: &Cx, id: ConversationId) -> Result<()> {
    let scope = cx.may(Permission::Inbox)?;
    // Looked first: most conversations have none, and reading costs no turn of the writer.
    let any: Option<(i64,)> = scope
        .opt(
            sql!("select cast(1 as bigint) from alert where account_id = $1 and user_id = $2 and conversation_id = $3 and read_at is null limit 1"),
            args![cx.user, id],
        )
        .await?;
    if any.is_some() { read(cx, Some(id)).await } else { Ok(()) }
}

/// Marks the asker's notifications of one conversation, or all of them, as read.
pub async fn read(cx: &Cx, id: Option<ConversationId>) -> Result<()> {
    let now = cx.desk().now();
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let n = work
        .run(
            sql!(
                "update alert set read_at = $3, push_at = null where account_id = $1 and user_id = $2 and read_at is null
                 and (cast($4 as bigint) is null or conversation_id = $4)"
            ),
            args![cx.user, now, id],
        )
        .await?;
    let talks = if id.is_none() { talk::read_news(&mut work, cx.user).await? } else { 0 };
    if n + talks > 0 {
        work.alert(News::AlertsRead { users: vec![cx.user] });
        work.commit().await?;
    }
    Ok(())
}

/// A page under the bell, newest first; only of conversations that the asker sees now, and talks that they are in.
///
/// # Errors
/// [`Fault::Invalid`] for a wrong `after`.
pub async fn list(cx: &Cx, after: Option<&str>) -> Result<AlertPage> {
    let scope = cx.may(Permission::Inbox)?;
    let settings = settings_of(&scope, cx.user).await?;
    let after = after.map(place).transpose()?;
    let (text, args) = page_text(cx.seen(), &settings, after, PAGE + 1);
    type Found = (String, i64, i64, i64, Option<i64>, String, String, String, String, String, Option<i64>, String);
    let rows: Vec<Found> = scope.all(Text::Built(text), args).await?;
    let mut items = rows
        .into_iter()
        .map(|(kind, conversation, count, at, read_at, contact_name, p_kind, direction, status, text, author, by)| {
            Ok(Alert {
                kind: kind.parse()?,
                conversation_id: conversation.into(),
                talk_id: None,
                contact_name,
                preview: Preview {
                    kind: p_kind.parse()?,
                    direction: direction.parse()?,
                    status: status.parse()?,
                    text,
                    author_id: author.map(UserId),
                },
                by,
                count,
                at,
                is_read: read_at.is_some(),
            })
        })
        .collect::<Result<Vec<Alert>>>()?;
    items.extend(talk::alerts(cx, &scope, &settings, after, PAGE + 1).await?);
    items.sort_by_key(|a| std::cmp::Reverse((a.at, a.subject(), a.kind.word())));
    let more = items.len() as i64 > PAGE;
    items.truncate(PAGE as usize);
    let next = items.last().filter(|_| more).map(|a| format!("{}.{}.{}", a.at, a.subject(), a.kind));
    let unread = unread(cx, &scope, &settings).await?;
    Ok(cx.shown(AlertPage { items, next, unread }))
}

/// How many notifications their reader has not read: the number on the bell and on the installed app's icon.
pub(crate) async fn unread(cx: &Cx, scope: &Scope, settings: &AlertSettings) -> Result<i64> {
    let (text, args) = unread_text(cx.seen(), settings);
    let (unread,): (i64,) = scope.one(Text::Built(text), args).await?;
    Ok(unread + talk::unread_news(cx, scope, settings).await?)
}

fn place(after: &str) -> Result<(i64, i64, AlertKind)> {
    let mut parts = after.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default();
    let found = (part().parse().ok(), part().parse().ok(), part().parse().ok());
    match found {
        (Some(at), Some(id), Some(kind)) => Ok((at, id, kind)),
        _ => Err(Fault::field("after", Wrong::Unknown).into()),
    }
}

/// What the bell of a person shows, from `alert a join conversation c`.
fn of_mine(seen: &Seen, settings: &AlertSettings) -> (String, Vec<Arg>) {
    let mut args = args![seen.me];
    let (condition, more) = sight::condition(seen, 3);
    args.extend(more);
    let mut text = format!("a.account_id = $1 and a.user_id = $2 and {condition}");
    for kind in AlertKind::ALL.iter().filter(|k| !settings.wants(**k, AlertWay::Bell)) {
        text.push_str(&format!(" and a.kind <> '{}'", kind.word()));
    }
    (text, args)
}

/// The statement of a page. Public to the test that explains it.
pub fn page_text(seen: &Seen, settings: &AlertSettings, after: Option<(i64, i64, AlertKind)>, limit: i64) -> (String, Vec<Arg>) {
    let (mut condition, mut args) = of_mine(seen, settings);
    if let Some((at, id, kind)) = after {
        let n = args.len() + 2;
        args.extend(args![at, id, kind]);
        condition.push_str(&format!(" and (a.at, a.conversation_id, a.kind) < (${n}, ${}, ${})", n + 1, n + 2));
    }
    args.push(limit.into());
    let text = format!(
        "select a.kind, a.conversation_id, a.count, a.at, a.read_at, k.name, c.preview_kind, c.preview_direction, c.preview_status, c.preview_text, c.preview_author_id, coalesce(u.name, '')
         from alert a join conversation c on c.id = a.conversation_id join contact k on k.id = c.contact_id left join users u on u.id = a.by_id
         where {condition}
         order by a.at desc, a.conversation_id desc, a.kind desc limit ${}",
        args.len() + 1
    );
    (text, args)
}

/// The statement of the bell's number. Public to the test that explains it.
pub fn unread_text(seen: &Seen, settings: &AlertSettings) -> (String, Vec<Arg>) {
    let (condition, args) = of_mine(seen, settings);
    (format!("select count(*) from alert a join conversation c on c.id = a.conversation_id where {condition} and a.read_at is null"), args)
}

/// How the person wants to be told.
pub(crate) async fn settings_of(scope: &Scope, user: UserId) -> Result<AlertSettings> {
    let row: Option<(String,)> =
        scope.opt(sql!("select settings from alert_setting where account_id = $1 and user_id = $2"), args![user]).await?;
    Ok(row.map(|(text,)| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
}

/// What the settings of notifications need.
pub async fn setup(cx: &Cx) -> Result<AlertSetup> {
    let scope = cx.may(Permission::Inbox)?;
    Ok(AlertSetup {
        settings: settings_of(&scope, cx.user).await?,
        push_key: crate::push::public_key(cx.desk()).await?,
        is_subscribed: crate::push::is_subscribed(cx).await?,
    })
}

/// Changes how the asker wants to be told.
///
/// # Errors
/// [`Fault::Invalid`] for quiet hours that are none.
pub async fn save_settings(cx: &Cx, settings: AlertSettings) -> Result<()> {
    settings.check()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let muted = AlertKind::ALL.iter().filter(|kind| AlertWay::ALL.iter().all(|way| !settings.wants(**kind, *way)));
    let muted: Vec<&str> = muted.map(|k| k.word()).collect();
    work.run(
        sql!(
            "insert into alert_setting (account_id, user_id, muted, settings) values ($1, $2, $3, $4)
             on conflict (account_id, user_id) do update set muted = excluded.muted, settings = excluded.settings"
        ),
        args![cx.user, format!(",{},", muted.join(",")), serde_json::to_string(&settings)?],
    )
    .await?;
    work.alert(News::AlertsRead { users: vec![cx.user] });
    work.commit().await
}

/// Removes notifications that are old, or more than a person's share.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    desk.db.run(sql_system!("delete from alert where at < $1"), args![desk.now() - limit::ALERT_MILLIS]).await?;
    desk.db
        .run(
            sql_system!(
                "delete from alert where (user_id, conversation_id, kind) in (select user_id, conversation_id, kind from
                 (select user_id, conversation_id, kind, row_number() over (partition by account_id, user_id order by at desc) as place from alert) ranked where place > $1)"
            ),
            args![limit::ALERTS_MAX],
        )
        .await?;
    Ok(())
}
