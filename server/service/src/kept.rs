//! What people keep: pins on their own conversations, and views of the list.

use crate::contact::fold;
use crate::conversation::{Row, snooze, view_columns};
use crate::db::{Text, list};
use crate::desk::{Cx, Work};
use crate::{Result, args, sql};
use model::*;

type Stored = (i64, i64, String, Option<i64>, String, String, bool);

fn view((id, owner, scope, team, name, filter, oldest_first): Stored) -> Result<SavedView> {
    Ok(SavedView {
        id: id.into(),
        owner_id: owner.into(),
        scope: scope.parse()?,
        team_id: team.map(TeamId),
        name,
        filter: serde_json::from_str(&filter)?,
        oldest_first,
    })
}

/// What the asker's list shows beside its pages: pins, snoozed conversations, views.
pub async fn all(cx: &Cx) -> Result<Kept> {
    Ok(cx.shown(Kept { pinned: pinned(cx).await?, snoozed: snooze::asleep(cx).await?, views: views(cx).await? }))
}

/// The asker's pins on conversations that they serve, the latest first.
async fn pinned(cx: &Cx) -> Result<Vec<Conversation>> {
    let (text, args) = pinned_text(cx.user);
    cx.may(Permission::Inbox)?.packed(Text::Built(text), args).await
}

/// The statement of the pins. Public to the test that explains it.
pub fn pinned_text(me: UserId) -> (String, Vec<crate::db::Arg>) {
    let text = format!(
        "select {{rows r}} from (select {} r from pin p join conversation c on c.id = p.conversation_id join contact k on k.id = c.contact_id
         where p.account_id = $1 and p.user_id = $2 and c.assignee_id = $2 and c.status = 'IN_PROGRESS' order by p.at desc, c.id limit $3) page",
        view_columns!()
    );
    (text, args![me, limit::PINS_MAX])
}

/// Pins one's own conversation to the top of the list, or lets it go.
///
/// # Errors
/// [`Fault::Forbidden`] for a conversation of somebody else, [`Fault::Invalid`] when too many are pinned,
/// [`Fault::Missing`].
pub async fn pin(cx: &Cx, id: ConversationId, on: bool) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let c: Row = crate::conversation::lock(&mut work, id).await?;
    if !cx.seen().sees(&c.access()) {
        return Err(Fault::Missing.into());
    }
    let changed = if on {
        if c.status != ConversationStatus::InProgress || c.assignee_id != Some(cx.user.0) {
            return Err(Fault::Forbidden.into());
        }
        let (others,): (i64,) = work
            .one(sql!("select count(*) from pin where account_id = $1 and user_id = $2 and conversation_id <> $3"), args![cx.user, id])
            .await?;
        if others >= limit::PINS_MAX {
            return Err(Fault::field("pin", Wrong::TooMany).into());
        }
        let now = cx.desk().now();
        work.run(
            sql!("insert into pin (account_id, user_id, conversation_id, at) values ($1, $2, $3, $4) on conflict (account_id, user_id, conversation_id) do nothing"),
            args![cx.user, id, now],
        )
        .await?
    } else {
        work.run(sql!("delete from pin where account_id = $1 and user_id = $2 and conversation_id = $3"), args![cx.user, id]).await?
    };
    if changed > 0 {
        work.tell(Change::Kept { user_id: Some(cx.user) });
        work.commit().await?;
    }
    Ok(())
}

/// Pins of people who do not serve the conversation any more are no pins.
pub(crate) async fn let_go(work: &mut Work, c: &Row) -> Result<()> {
    let serves = c.assignee_id.filter(|_| c.status == ConversationStatus::InProgress).unwrap_or_default();
    work.run(sql!("delete from pin where account_id = $1 and conversation_id = $2 and user_id <> $3"), args![c.id, serves]).await?;
    Ok(())
}

/// Views that the asker sees: their own, those of their teams, and those for all; by name.
async fn views(cx: &Cx) -> Result<Vec<SavedView>> {
    let seen = cx.seen();
    let teams = list(seen.supervised.union(&seen.pending).copied());
    let rows: Vec<Stored> = cx
        .may(Permission::Inbox)?
        .all(
            sql!(
                "select id, owner_id, scope, team_id, name, filter, oldest_first from saved_view where account_id = $1
                 and (scope = 'ALL' or (scope = 'MINE' and owner_id = $2) or (scope = 'TEAM' and ($3 = 1 or team_id in {in $4})))
                 order by name_key, id limit $5"
            ),
            args![cx.user, i64::from(seen.all), teams, 2 * limit::VIEWS_MAX],
        )
        .await?;
    rows.into_iter().map(view).collect()
}

/// Keeps a new view, or changes one.
///
/// # Errors
/// [`Fault::Forbidden`] for those for whom the asker may not speak, [`Fault::Invalid`] also when there are too many,
/// [`Fault::Missing`].
pub async fn save_view(cx: &Cx, draft: ViewDraft) -> Result<SavedView> {
    let scope = cx.may(Permission::Inbox)?;
    draft.check()?;
    let team_id = draft.team_id.filter(|_| draft.scope == ViewScope::Team);
    let mut work = scope.begin().await?;
    let owner = match draft.id {
        Some(id) => hold(cx, &mut work, id).await?.owner_id,
        None => cx.user,
    };
    if let Some(team) = team_id {
        let known: Option<(i64,)> =
            work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team]).await?;
        known.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    }
    // A view that becomes somebody's own is its maker's, who may be another one.
    if !draft.is_allowed(cx.seen()) || (draft.scope == ViewScope::Mine && owner != cx.user) {
        return Err(Fault::Forbidden.into());
    }
    if draft.id.is_none() {
        let mine = i64::from(draft.scope == ViewScope::Mine);
        let (already,): (i64,) = work
            .one(
                sql!("select count(*) from saved_view where account_id = $1 and (($2 = 1 and scope = 'MINE' and owner_id = $3) or ($2 = 0 and scope <> 'MINE'))"),
                args![mine, cx.user],
            )
            .await?;
        if already >= limit::VIEWS_MAX {
            return Err(Fault::field("name", Wrong::TooMany).into());
        }
    }
    let (id, now) = (draft.id.unwrap_or_else(|| work.desk().seam.id()), work.desk().now());
    let name = draft.name.trim().to_owned();
    work.run(
        sql!(
            "insert into saved_view (account_id, id, owner_id, scope, team_id, name, name_key, filter, oldest_first, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (id) do update set scope = excluded.scope, team_id = excluded.team_id,
             name = excluded.name, name_key = excluded.name_key, filter = excluded.filter, oldest_first = excluded.oldest_first,
             updated_at = excluded.updated_at where saved_view.account_id = $1"
        ),
        args![id, owner, draft.scope, team_id, &name, fold(&name), serde_json::to_string(&draft.filter)?, draft.oldest_first, now],
    )
    .await?;
    let action = if draft.id.is_some() { "view.change" } else { "view.add" };
    work.audit(Some(cx.user), action, id, serde_json::json!({ "name": name, "scope": draft.scope })).await?;
    // It may have been for others before.
    work.tell(Change::Kept { user_id: Some(cx.user).filter(|_| draft.scope == ViewScope::Mine && draft.id.is_none()) });
    work.commit().await?;
    Ok(SavedView { id, owner_id: owner, scope: draft.scope, team_id, name, filter: draft.filter, oldest_first: draft.oldest_first })
}

/// Deletes a view.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn delete_view(cx: &Cx, id: ViewId) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let held = hold(cx, &mut work, id).await?;
    work.run(sql!("delete from saved_view where account_id = $1 and id = $2"), args![id]).await?;
    work.audit(Some(cx.user), "view.delete", id, serde_json::json!({ "name": held.name })).await?;
    work.tell(Change::Kept { user_id: Some(cx.user).filter(|_| held.scope == ViewScope::Mine) });
    work.commit().await
}

/// Locks a view that the asker may change; one that they do not see does not exist.
async fn hold(cx: &Cx, work: &mut Work, id: ViewId) -> Result<SavedView> {
    let row: Stored = work
        .one(
            sql!(
                "select id, owner_id, scope, team_id, name, filter, oldest_first from saved_view where account_id = $1 and id = $2 {lock}"
            ),
            args![id],
        )
        .await?;
    let held = view(row)?;
    let seen = cx.seen();
    let sees = match held.scope {
        ViewScope::Mine => held.owner_id == cx.user,
        ViewScope::Team => seen.all || held.team_id.is_some_and(|t| seen.supervised.contains(&t) || seen.pending.contains(&t)),
        ViewScope::All => true,
    };
    match (sees, held.may_change(seen)) {
        (false, _) => Err(Fault::Missing.into()),
        (true, false) => Err(Fault::Forbidden.into()),
        (true, true) => Ok(held),
    }
}
