//! The worker: notifications that were not read in time become jobs, one for each browser, and jobs become requests.

use super::post::{self, Outcome};
use super::{Subscription, settle, words};
use crate::desk::{Cx, Desk};
use crate::{Result, alert, args, sql, sql_system};
use futures::StreamExt;
use model::*;
use std::time::Duration;

/// Notifications and jobs of one turn.
const TURN: i64 = 64;
/// Requests under way at once.
const IN_FLIGHT: usize = 8;
/// A job whose worker died is taken up again after this time.
const LEASE: Millis = 60_000;
/// Pauses before the next try; after the last one the note is given up.
const PAUSES: [Millis; 5] = [5_000, 30_000, 120_000, 600_000, 1_800_000];

#[derive(Clone, Debug, sqlx::FromRow)]
struct Job {
    account_id: i64,
    subscription_id: i64,
    /// The conversation, or the talk.
    subject_id: i64,
    kind: String,
    tries: i64,
    next_at: i64,
    until: i64,
}

/// Works until the server stops: woken by new notifications, and looking now and then for what is due.
pub async fn run(desk: Desk) {
    while !desk.is_stopping() {
        match turn(&desk).await {
            Ok(0) => {
                // Woken, it gives the reader the time to look by themselves; unwoken, it looks for retries.
                if tokio::time::timeout(Duration::from_secs(5), desk.push.wake.notified()).await.is_ok() && !desk.is_stopping() {
                    tokio::time::sleep(Duration::from_millis(alert::PUSH_AFTER as u64)).await;
                }
            }
            Ok(_) => {}
            Err(e) => {
                tracing::error!(error = %e, "sending notes stumbled");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }
}

/// One turn; answers how much was handled.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let spread = spread(desk).await?;
    let jobs = claim(desk).await?;
    let n = spread + jobs.len();
    futures::stream::iter(jobs)
        .for_each_concurrent(IN_FLIGHT, |job| async move {
            if let Err(e) = handle(desk, &job).await {
                tracing::error!(subscription = job.subscription_id, error = %e, "a note could not be finished; its lease will run out");
            }
        })
        .await;
    Ok(n)
}

/// Makes a job for each browser of whoever has not read a notification in time.
async fn spread(desk: &Desk) -> Result<usize> {
    let now = desk.now();
    let mut tx = desk.db.begin().await?;
    let mut due: Vec<(i64, i64, i64, String)> = tx
        .all(
            sql_system!(
                "update alert set push_at = null where (user_id, conversation_id, kind) in
                 (select user_id, conversation_id, kind from alert where push_at <= $1 order by push_at limit $2) and push_at <= $1
                 returning account_id, user_id, conversation_id, kind"
            ),
            args![now, TURN],
        )
        .await?;
    let talks: Vec<(i64, i64, i64)> = tx
        .all(
            sql_system!(
                "update talk_mark set push_at = null where (talk_id, user_id) in
                 (select talk_id, user_id from talk_mark where push_at <= $1 order by push_at limit $2) and push_at <= $1
                 returning account_id, user_id, talk_id"
            ),
            args![now, TURN],
        )
        .await?;
    due.extend(talks.into_iter().map(|(account, user, talk)| (account, user, talk, AlertKind::Internal.word().to_owned())));
    for (account, user, subject, kind) in &due {
        tx.run(
            sql_system!(
                "insert into push_job (account_id, subscription_id, subject_id, kind, tries, next_at, until)
                 select p.account_id, p.id, cast($3 as bigint), cast($4 as text), 0, cast($5 as bigint), cast($6 as bigint)
                 from push_subscription p join login l on l.id = p.login_id and l.account_id = p.account_id and l.expires_at > $5
                 where p.account_id = $1 and p.user_id = $2
                 on conflict (subscription_id, subject_id, kind) do update set tries = 0, next_at = excluded.next_at, until = excluded.until"
            ),
            args![*account, *user, *subject, kind, now, now + post::TTL.as_millis() as i64],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(due.len())
}

async fn claim(desk: &Desk) -> Result<Vec<Job>> {
    let now = desk.now();
    let mut tx = desk.db.begin().await?;
    let jobs = tx
        .all(
            sql_system!(
                "update push_job set tries = tries + 1, next_at = $2 where (subscription_id, subject_id, kind) in
                 (select subscription_id, subject_id, kind from push_job where next_at <= $1 order by next_at limit $3) and next_at <= $1
                 returning account_id, subscription_id, subject_id, kind, tries, next_at, until"
            ),
            args![now, now + LEASE, TURN],
        )
        .await?;
    tx.commit().await?;
    Ok(jobs)
}

async fn handle(desk: &Desk, job: &Job) -> Result<()> {
    let account = AccountId(job.account_id);
    let Some((subscription, note)) = prepare(desk, job).await? else { return finish(desk, job).await };
    let topic = format!("{account}.{}", note.tag);
    let outcome = post::send(desk, &subscription, &note, &topic).await?;
    settle(desk, account, &subscription, &outcome).await?;
    let Outcome::Later(asked) = outcome else { return finish(desk, job).await };
    let now = desk.now();
    let pause = usize::try_from(job.tries - 1).ok().and_then(|n| PAUSES.get(n));
    match pause.map(|pause| now + asked.unwrap_or(0).max(*pause)).filter(|next| *next < job.until) {
        None => finish(desk, job).await,
        Some(next) => again(desk, job, next).await,
    }
}

/// Who gets what, if it is still unread, still theirs to know, wanted, not quiet, and not on their screen.
async fn prepare(desk: &Desk, job: &Job) -> Result<Option<(Subscription, words::Note)>> {
    let account = AccountId(job.account_id);
    let Ok(kind) = job.kind.parse::<AlertKind>() else { return Ok(None) };
    let scope = desk.system(account);
    let reader: Option<(i64,)> =
        scope.opt(sql!("select user_id from push_subscription where account_id = $1 and id = $2"), args![job.subscription_id]).await?;
    let Some((user,)) = reader else { return Ok(None) };
    let Some(cx) = desk.cx(account, user.into(), None).await? else { return Ok(None) };
    let about = match kind {
        AlertKind::Internal => crate::talk::note(&cx, job.subject_id.into()).await?,
        kind => about_conversation(&cx, job.subject_id.into(), kind).await?,
    };
    let Some(about) = about else { return Ok(None) };
    let settings = alert::settings_of(&scope, cx.user).await?;
    if !settings.wants(kind, AlertWay::Desktop) || is_quiet(&scope, &settings).await? {
        return Ok(None);
    }
    let subscription: Option<Subscription> = scope
        .opt(
            sql!("select id, endpoint, p256dh, auth, language from push_subscription where account_id = $1 and id = $2"),
            args![job.subscription_id],
        )
        .await?;
    let Some(subscription) = subscription else { return Ok(None) };
    let unread = Some(alert::unread(&cx, &scope, &settings).await?);
    let note = words::Note { unread, ..words::note(&about, settings.hide_text, subscription.language) };
    Ok(Some((subscription, note)))
}

/// The notification of a conversation that the reader sees and does not look at.
async fn about_conversation(cx: &Cx, id: ConversationId, kind: AlertKind) -> Result<Option<Alert>> {
    let unread: Option<(i64, String)> = cx
        .may(Permission::Inbox)?
        .opt(
            sql!(
                "select a.count, coalesce(u.name, '') from alert a left join users u on u.id = a.by_id
                 where a.account_id = $1 and a.user_id = $2 and a.conversation_id = $3 and a.kind = $4 and a.read_at is null"
            ),
            args![cx.user, id, kind],
        )
        .await?;
    let Some((count, by)) = unread else { return Ok(None) };
    let Ok(c) = crate::conversation::visible(cx, id).await else { return Ok(None) };
    if cx.desk().push.looks(cx.account, cx.user, id) {
        return Ok(None);
    }
    let at = cx.desk().now();
    Ok(Some(Alert {
        kind,
        conversation_id: id,
        talk_id: None,
        contact_name: c.contact_name,
        preview: c.preview,
        by,
        count,
        at,
        is_read: false,
    }))
}

/// Whether it is a quiet hour, in the account's time.
async fn is_quiet(scope: &crate::Scope, settings: &AlertSettings) -> Result<bool> {
    let Some(quiet) = settings.quiet else { return Ok(false) };
    let zone = crate::zone::of(scope).await?;
    let now = jiff::Timestamp::from_millisecond(scope.desk().now()).unwrap_or_default().to_zoned(zone);
    Ok(quiet.covers(i64::from(now.hour()) * 60 + i64::from(now.minute())))
}

/// Nothing is left to do, unless there is something new meanwhile.
async fn finish(desk: &Desk, job: &Job) -> Result<()> {
    let mut work = desk.system(job.account_id.into()).begin().await?;
    work.run(
        sql!("delete from push_job where account_id = $1 and subscription_id = $2 and subject_id = $3 and kind = $4 and next_at = $5"),
        args![job.subscription_id, job.subject_id, &job.kind, job.next_at],
    )
    .await?;
    work.commit().await
}

async fn again(desk: &Desk, job: &Job, next: Millis) -> Result<()> {
    let mut work = desk.system(job.account_id.into()).begin().await?;
    work.run(
        sql!("update push_job set next_at = $6 where account_id = $1 and subscription_id = $2 and subject_id = $3 and kind = $4 and next_at = $5"),
        args![job.subscription_id, job.subject_id, &job.kind, job.next_at, next],
    )
    .await?;
    work.commit().await
}
