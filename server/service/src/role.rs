//! Roles of an account's own (RO-1), and who may give which: nobody gives what they do not have.

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;
use serde_json::json;

/// Joins the role of the account's own to a membership `m`.
macro_rules! own_role {
    () => {
        " left join custom_role own on own.account_id = $1 and own.id = m.role_id "
    };
}
pub(crate) use own_role;

/// How far the role of a membership `m` sees, with [`own_role`] joined.
macro_rules! sight_of {
    () => {
        "coalesce(own.sight, case m.role when 'ADMIN' then 'ALL' when 'MANAGER' then 'LED' when 'AGENT' then 'TEAMS' else 'OWN' end)"
    };
}
pub(crate) use sight_of;

type Stored = (i64, String, String, String, i64);

fn view((id, name, sight, permissions, version): Stored) -> Result<CustomRole> {
    Ok(CustomRole { id: id.into(), name, rights: rights(Role::Custom, Some(sight), Some(permissions))?, version })
}

/// What a membership's role may: of one of the account's own as it is stored. One that is not there may the least.
pub(crate) fn rights(role: Role, sight: Option<String>, permissions: Option<String>) -> Result<Rights> {
    let (Some(sight), Some(permissions)) = (sight, permissions) else { return Ok(Rights::of(role)) };
    let mut all = vec![Permission::Inbox];
    // A word of a newer program is nothing here.
    all.extend(permissions.split(',').filter_map(|word| word.parse::<Permission>().ok()));
    Ok(Rights { sight: sight.parse()?, permissions: all })
}

/// The rights of a role that is to be given.
///
/// # Errors
/// [`Fault::Invalid`] for one that the account does not have.
pub(crate) async fn rights_in(work: &mut Work, of: RoleOf) -> Result<Rights> {
    if of.role != Role::Custom {
        return Ok(Rights::of(of.role));
    }
    let id = of.role_id.ok_or_else(|| Fault::field("role", Wrong::Required))?;
    let row: Option<(String, String)> =
        work.opt(sql!("select sight, permissions from custom_role where account_id = $1 and id = $2"), args![id]).await?;
    let (sight, permissions) = row.ok_or_else(|| Fault::field("role", Wrong::Unknown))?;
    rights(Role::Custom, Some(sight), Some(permissions))
}

/// What a member's role may now; none for who was never one.
async fn rights_of(work: &mut Work, user: UserId) -> Result<Option<Rights>> {
    let row: Option<(String, Option<String>, Option<String>)> = work
        .opt(
            sql!(concat!(
                "select m.role, own.sight, own.permissions from membership m",
                own_role!(),
                "where m.account_id = $1 and m.user_id = $2"
            )),
            args![user],
        )
        .await?;
    row.map(|(role, sight, permissions)| rights(role.parse()?, sight, permissions)).transpose()
}

/// Whether the asker may change this member: whose role is no more than theirs, and, unless they see all, who is only in
/// teams that they lead.
///
/// # Errors
/// [`Fault::Forbidden`].
pub(crate) async fn reaches(cx: &Cx, work: &mut Work, user: UserId) -> Result<()> {
    let mine = &cx.seat.rights;
    if rights_of(work, user).await?.is_some_and(|theirs| !mine.covers(&theirs)) {
        return Err(Fault::Forbidden.into());
    }
    if mine.sight == Sight::All || user == cx.user {
        return Ok(());
    }
    let teams: Vec<(i64,)> = work
        .all(
            sql!("select l.team_id from team_member l join team g on g.id = l.team_id where l.account_id = $1 and l.user_id = $2 and g.deleted_at is null"),
            args![user],
        )
        .await?;
    let led = &cx.seen().supervised;
    if teams.iter().all(|(team,)| led.contains(&TeamId(*team))) { Ok(()) } else { Err(Fault::Forbidden.into()) }
}

/// Whether the asker may give this role and these teams.
///
/// # Errors
/// [`Fault::Invalid`].
pub(crate) fn may_give(cx: &Cx, given: &Rights, teams: &[TeamLink]) -> Result<()> {
    let mine = &cx.seat.rights;
    let led = |l: &TeamLink| mine.sight == Sight::All || cx.seen().supervised.contains(&l.team_id);
    Check::default()
        .that(mine.covers(given), "role", Wrong::NotAllowed)
        .that(teams.iter().filter(|l| l.is_agent || l.is_supervisor).all(led), "teams", Wrong::NotAllowed)
        .done()?;
    Ok(())
}

/// The rows for who gives roles or makes them.
pub(crate) fn manages(cx: &Cx) -> Result<Scope> {
    cx.may(Permission::People).or_else(|_| cx.may(Permission::Roles))
}

/// The account's own roles, by name.
///
/// # Errors
/// [`Fault::Forbidden`] for who gives no roles.
pub async fn list(cx: &Cx) -> Result<Vec<CustomRole>> {
    let rows: Vec<Stored> = manages(cx)?
        .all(
            sql!("select id, name, sight, permissions, version from custom_role where account_id = $1 order by lower(name), id limit $2"),
            args![limit::ROLES_MAX],
        )
        .await?;
    rows.into_iter().map(view).collect()
}

/// Makes a role, or changes one: who has it may the new things at once, on pages that are open as well.
///
/// # Errors
/// [`Fault::Conflict`] when it was changed since the draft's version, [`Fault::Invalid`] also for what the asker does not
/// have themselves, [`Fault::Forbidden`] for a role that is more than theirs, [`Fault::Missing`].
pub async fn save(cx: &Cx, draft: RoleDraft) -> Result<CustomRole> {
    let scope = cx.may(Permission::Roles)?;
    draft.check()?;
    Check::default().that(cx.seat.rights.covers(&draft.rights), "permissions", Wrong::NotAllowed).done()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let before = match draft.id {
        Some(id) => Some(stored(&mut work, id).await?),
        None => None,
    };
    if let Some(before) = &before {
        if !cx.seat.rights.covers(&before.rights) {
            return Err(Fault::Forbidden.into());
        }
        if before.version != draft.version {
            return Err(Fault::Conflict.into());
        }
    } else {
        let (n,): (i64,) = work.one(sql!("select count(*) from custom_role where account_id = $1"), args![]).await?;
        Check::default().that(n < limit::ROLES_MAX, "name", Wrong::TooMany).done()?;
    }
    let (id, now): (RoleId, _) = (draft.id.unwrap_or_else(|| work.desk().seam.id()), work.desk().now());
    let words: Vec<&str> =
        Permission::ALL.iter().filter(|p| **p != Permission::Inbox && draft.rights.permissions.contains(p)).map(|p| p.word()).collect();
    let saved = work
        .run(
            sql!(
                "insert into custom_role (account_id, id, name, sight, permissions, created_at) values ($1, $2, $3, $4, $5, $6)
                 on conflict (id) do update set name = excluded.name, sight = excluded.sight, permissions = excluded.permissions,
                 version = custom_role.version + 1 where custom_role.account_id = $1"
            ),
            args![id, draft.name.trim(), draft.rights.sight, words.join(","), now],
        )
        .await;
    saved.map_err(|e| if e.is_unique("name") { Fault::field("name", Wrong::Taken).into() } else { e })?;
    let role = stored(&mut work, id).await?;
    let action = if before.is_some() { "role.change" } else { "role.add" };
    work.audit(Some(cx.user), action, id, json!({ "before": before, "after": role })).await?;
    work.tell(Change::Setup { what: SetupKind::Members });
    work.commit().await?;
    Ok(role)
}

async fn stored(work: &mut Work, id: RoleId) -> Result<CustomRole> {
    view(
        work.one(sql!("select id, name, sight, permissions, version from custom_role where account_id = $1 and id = $2"), args![id])
            .await?,
    )
}

/// Deletes a role; who has it gets another one.
///
/// # Errors
/// [`Fault::InUse`] with how many have it when none is named for them, [`Fault::Invalid`] for another that is none or more
/// than the asker's own, [`Fault::Forbidden`], [`Fault::Missing`].
pub async fn delete(cx: &Cx, id: RoleId, instead: Option<RoleOf>) -> Result<()> {
    let mut work = cx.may(Permission::Roles)?.begin().await?;
    work.lock_account().await?;
    let role = stored(&mut work, id).await?;
    if !cx.seat.rights.covers(&role.rights) {
        return Err(Fault::Forbidden.into());
    }
    // Who was asked and has not joined yet counts as well.
    let (count,): (i64,) = work
        .one(
            sql!(
                "select (select count(*) from membership where account_id = $1 and role_id = $2 and active)
                 + (select count(*) from invitation where account_id = $1 and role_id = $2)"
            ),
            args![id],
        )
        .await?;
    let next = match instead {
        Some(next) => {
            let given = rights_in(&mut work, next).await?;
            let other = next.role != Role::Custom || next.role_id != Some(id);
            Check::default().that(other && cx.seat.rights.covers(&given), "instead", Wrong::NotAllowed).done()?;
            next
        }
        None if count > 0 => return Err(Fault::InUse { count }.into()),
        // Only people have it who are gone.
        None => RoleOf { role: Role::Restricted, role_id: None },
    };
    let next_id = next.role_id.filter(|_| next.role == Role::Custom);
    work.run(sql!("update membership set role = $3, role_id = $4 where account_id = $1 and role_id = $2"), args![id, next.role, next_id])
        .await?;
    work.run(sql!("update invitation set role = $3, role_id = $4 where account_id = $1 and role_id = $2"), args![id, next.role, next_id])
        .await?;
    work.run(sql!("delete from custom_role where account_id = $1 and id = $2"), args![id]).await?;
    work.audit(Some(cx.user), "role.delete", id, json!({ "name": role.name, "instead": next, "people": count })).await?;
    work.wake_distribution();
    work.tell(Change::Setup { what: SetupKind::Members });
    work.commit().await
}
