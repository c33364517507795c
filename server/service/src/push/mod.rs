//! Web Push (RFC 8030, 8188, 8291, 8292): notes on a person's screens while no page of ours is open.
//!
//! * [`vapid`]: the server's key. [`post`]: one request to a push service. [`words`]: what a note says.
//! * [`run`], [`turn`]: the worker. A notification that is not read in time becomes a job for each of the person's
//!   browsers; a job is asked once more whether its reader may and wants to know, and sent with retries.

pub mod post;
pub mod vapid;
mod words;
mod worker;

pub use worker::{run, turn};

use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::{Result, args, sql};
use model::*;
use post::Outcome;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, OnceCell};

/// Whether one of the person's tabs shows the conversation now.
type Looks = Box<dyn Fn(AccountId, UserId, ConversationId) -> bool + Send + Sync>;

/// What the notes need of the ground.
#[derive(Default)]
pub struct Push {
    key: OnceCell<Arc<vapid::Vapid>>,
    client: OnceLock<reqwest::Client>,
    looks: OnceLock<Looks>,
    local: AtomicBool,
    /// Wakes the worker.
    pub(crate) wake: Notify,
}

impl Push {
    /// Who knows which tab shows what; said once, by the server that holds the tabs.
    pub fn ask_whether_looking(&self, looks: impl Fn(AccountId, UserId, ConversationId) -> bool + Send + Sync + 'static) {
        let _ = self.looks.set(Box::new(looks));
    }

    /// Whether one of the person's tabs shows the conversation now.
    pub fn looks(&self, account: AccountId, user: UserId, conversation: ConversationId) -> bool {
        self.looks.get().is_some_and(|looks| looks(account, user, conversation))
    }

    /// Push services may be on this machine and without encryption: for tests, whose push service is their own.
    pub fn allow_local(&self) {
        self.local.store(true, Ordering::Relaxed);
    }

    fn is_local(&self) -> bool {
        self.local.load(Ordering::Relaxed)
    }
}

/// The server's public key, with which browsers subscribe.
pub async fn public_key(desk: &Desk) -> Result<String> {
    Ok(vapid::key(desk).await?.public.clone())
}

/// A browser that gets notes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Subscription {
    id: i64,
    endpoint: String,
    p256dh: String,
    auth: String,
    #[sqlx(try_from = "String")]
    language: Language,
}

/// Whether the asker's login is subscribed.
pub async fn is_subscribed(cx: &Cx) -> Result<bool> {
    Ok(own(cx).await?.is_some())
}

async fn own(cx: &Cx) -> Result<Option<Subscription>> {
    let Some(login) = cx.login else { return Ok(None) };
    cx.may(Permission::Inbox)?
        .opt(
            sql!(
                "select id, endpoint, p256dh, auth, language from push_subscription where account_id = $1 and user_id = $2 and login_id = $3
                 order by created_at desc, id desc limit 1"
            ),
            args![cx.user, login],
        )
        .await
}

/// Notes go to this browser from now on. The same browser again is the same row; a person's oldest browsers give way.
///
/// # Errors
/// [`Fault::Invalid`] for an address that is not a push service's, or keys that are none.
pub async fn subscribe(cx: &Cx, draft: PushDraft) -> Result<()> {
    draft.check()?;
    let scope = cx.may(Permission::Inbox)?;
    let login = cx.login.ok_or(Fault::Forbidden)?;
    if post::address(cx.desk(), &draft.endpoint).is_none() {
        return Err(Fault::field("endpoint", Wrong::NotAllowed).into());
    }
    if post::keys(&draft.p256dh, &draft.auth).is_none() {
        return Err(Fault::field("p256dh", Wrong::NotAllowed).into());
    }
    let (id, now): (i64, _) = (cx.desk().seam.id(), cx.desk().now());
    let mut work = scope.begin().await?;
    // One login is one browser: what it was subscribed as before is over.
    work.run(sql!("delete from push_subscription where account_id = $1 and login_id = $2"), args![login]).await?;
    work.run(
        sql!(
            "insert into push_subscription (account_id, id, user_id, login_id, endpoint_hash, endpoint, p256dh, auth, language, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (endpoint_hash) do update set account_id = excluded.account_id, user_id = excluded.user_id, login_id = excluded.login_id,
             p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language, refusals = 0, created_at = excluded.created_at"
        ),
        args![
            id,
            cx.user,
            login,
            sha256_hex(&draft.endpoint),
            &draft.endpoint,
            draft.p256dh.trim(),
            draft.auth.trim(),
            draft.language,
            now
        ],
    )
    .await?;
    work.run(
        sql!(
            "delete from push_subscription where account_id = $1 and user_id = $2 and id not in
             (select id from push_subscription where account_id = $1 and user_id = $2 order by created_at desc, id desc limit $3)"
        ),
        args![cx.user, limit::PUSH_MAX],
    )
    .await?;
    work.commit().await
}

/// No more notes to this browser.
pub async fn unsubscribe(cx: &Cx) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    work.run(
        sql!("delete from push_subscription where account_id = $1 and user_id = $2 and login_id = $3"),
        args![cx.user, cx.login.unwrap_or_default()],
    )
    .await?;
    work.commit().await
}

/// Sends a trial note to this browser, now, and tells what became of it (NO-3).
pub async fn test(cx: &Cx) -> Result<PushOutcome> {
    let Some(subscription) = own(cx).await? else { return Ok(PushOutcome::None) };
    let note = words::trial(subscription.language);
    let outcome = post::send(cx.desk(), &subscription, &note, "trial").await?;
    settle(cx.desk(), cx.account, &subscription, &outcome).await?;
    Ok(match outcome {
        Outcome::Sent => PushOutcome::Sent,
        Outcome::Gone => PushOutcome::Gone,
        Outcome::Refused(_) => PushOutcome::Refused,
        Outcome::Later(_) => PushOutcome::Unreachable,
    })
}

/// Refusals in a row after which a browser is given up.
const REFUSALS_MAX: i64 = 5;

/// What an answer means for the subscription: gone ones are removed, those that are refused again and again, too.
async fn settle(desk: &Desk, account: AccountId, subscription: &Subscription, outcome: &Outcome) -> Result<()> {
    let mut work = desk.system(account).begin().await?;
    match outcome {
        Outcome::Gone => {
            work.run(sql!("delete from push_subscription where account_id = $1 and id = $2"), args![subscription.id]).await?;
        }
        Outcome::Refused(_) => {
            work.run(
                sql!("update push_subscription set refusals = refusals + 1 where account_id = $1 and id = $2"),
                args![subscription.id],
            )
            .await?;
            work.run(
                sql!("delete from push_subscription where account_id = $1 and id = $2 and refusals >= $3"),
                args![subscription.id, REFUSALS_MAX],
            )
            .await?;
        }
        Outcome::Sent => {
            work.run(
                sql!("update push_subscription set refusals = 0 where account_id = $1 and id = $2 and refusals > 0"),
                args![subscription.id],
            )
            .await?;
        }
        Outcome::Later(_) => return Ok(()),
    }
    work.commit().await
}
