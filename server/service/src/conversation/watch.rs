//! Watching a conversation (NX-11): a colleague is asked for help and nothing changes hands. Watching gives neither sight
//! nor a right: who does not see the conversation hears nothing of it, until they see it again.

use super::act::seen;
use super::row::{Row, Told, tell};
use crate::db::list as ids;
use crate::desk::{Cx, Work};
use crate::{Result, alert, args, sql};
use model::*;

/// Makes somebody watch a conversation, or no longer: the asker, or a colleague who sees it now and is told who asked.
///
/// # Errors
/// [`Fault::Invalid`] about `user_id` for who does not see it, about `watchers` when too many watch it, about `watched` when
/// that person watches too many; [`Fault::WrongState`] for one that was merged into another; [`Fault::Missing`].
pub async fn watch(cx: &Cx, id: ConversationId, user: UserId, on: bool) -> Result<Conversation> {
    // Whoever watches may always stop.
    if on {
        cx.needs(Module::Watching)?;
    }
    let scope = cx.may(Permission::Inbox)?;
    // Asked before the work begins: who holds a connection must not wait for another.
    let seat = if on { cx.desk().seat(cx.account, user).await? } else { None };
    let mut work = scope.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    let mut watchers = c.watchers();
    if watchers.contains(&user) == on {
        return Ok(cx.shown(c.view()));
    }
    let told = Told::of(&c);
    if on {
        if c.merged_into.is_some() {
            return Err(Fault::WrongState.into());
        }
        if seat.is_none_or(|seat| !seat.seen.sees(&c.access())) {
            return Err(Fault::field("user_id", Wrong::NotAllowed).into());
        }
        if watchers.len() >= limit::WATCHERS_MAX {
            return Err(Fault::field("watchers", Wrong::TooMany).into());
        }
        let (watched,): (i64,) = work.one(sql!("select count(*) from watch where account_id = $1 and user_id = $2"), args![user]).await?;
        if watched >= limit::WATCHED_MAX {
            return Err(Fault::field("watched", Wrong::TooMany).into());
        }
        watchers.push(user);
    } else {
        watchers.retain(|w| *w != user);
    }
    put(&mut work, &mut c, &watchers).await?;
    work.audit(Some(cx.user), "conversation.watch", c.id, serde_json::json!({ "user_id": user, "on": on })).await?;
    if on {
        alert::raise(&mut work, &c, AlertKind::WatchAsk, &[user], Some(cx.user)).await?;
    } else {
        alert::unwatched(&mut work, &c, user).await?;
    }
    let view = tell(&mut work, &c, told, Vec::new());
    work.commit().await?;
    Ok(cx.shown(view))
}

/// Makes these people the watchers of a locked conversation, and nobody else.
async fn put(work: &mut Work, c: &mut Row, watchers: &[UserId]) -> Result<()> {
    let all = || ids(watchers.iter().copied());
    work.run(sql!("delete from watch where account_id = $1 and conversation_id = $2 and user_id not in {in $3}"), args![c.id, all()])
        .await?;
    work.run(
        sql!(
            "insert into watch (account_id, user_id, conversation_id)
             select m.account_id, m.user_id, cast($2 as bigint) from membership m where m.account_id = $1 and m.user_id in {in $3}
             on conflict (account_id, user_id, conversation_id) do nothing"
        ),
        args![c.id, all()],
    )
    .await?;
    c.watchers = watchers.iter().map(UserId::to_string).collect::<Vec<_>>().join(",");
    work.run(sql!("update conversation set watchers = $3 where account_id = $1 and id = $2"), args![c.id, &c.watchers]).await?;
    Ok(())
}

/// Who watches a conversation whose messages move watches the one to which they go, as far as there is room.
pub(super) async fn carry(work: &mut Work, source: &mut Row, target: &mut Row) -> Result<()> {
    let (go, mut stay) = (source.watchers(), target.watchers());
    if go.is_empty() {
        return Ok(());
    }
    for user in go {
        if stay.len() < limit::WATCHERS_MAX && !stay.contains(&user) {
            stay.push(user);
        }
    }
    put(work, source, &[]).await?;
    put(work, target, &stay).await
}

/// The way back, for those who came along and have not stopped watching since. `before`: both conversations as they were.
pub(super) async fn carry_back(work: &mut Work, source: &mut Row, target: &mut Row, before: (&Row, &Row)) -> Result<()> {
    let now = target.watchers();
    let (came, had) = (before.0.watchers(), before.1.watchers());
    let back: Vec<UserId> = now.iter().filter(|w| came.contains(w)).copied().collect();
    if back.is_empty() {
        return Ok(());
    }
    let stay: Vec<UserId> = now.iter().filter(|w| had.contains(w) || !back.contains(w)).copied().collect();
    put(work, source, &back).await?;
    put(work, target, &stay).await
}
