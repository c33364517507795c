//! Account, members, teams.

mod fact;

use crate::desk::Cx;
use crate::role::{own_role, sight_of};
use crate::{Result, Work, args, sql, sql_system};
use model::*;
use std::collections::HashMap;

/// The account.
pub async fn account(cx: &Cx) -> Result<Account> {
    account_of(&cx.may(Permission::Inbox)?).await
}

pub(crate) async fn account_of(scope: &crate::Scope) -> Result<Account> {
    let (id, name, time_zone, closing_message): (i64, String, String, String) =
        scope.one(sql!("select id, name, time_zone, closing_message from account where id = $1"), args![]).await?;
    let closing = crate::closing::settings_of(scope).await?;
    let delay = crate::delay::settings_of(scope).await?;
    let transfer = crate::transfer::settings_of(scope).await?;
    let features = crate::feature::features_of(scope).await?;
    Ok(Account { id: id.into(), name, time_zone, closing_message, closing, delay, transfer, features })
}

/// Changes the account.
pub async fn save_account(cx: &Cx, draft: AccountDraft) -> Result<Account> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    crate::auth::check_time_zone(&draft.time_zone)?;
    let mut work = scope.begin().await?;
    let (name, time_zone, closing_message) =
        work.one(sql!("select name, time_zone, closing_message from account where id = $1"), args![]).await?;
    let before = AccountDraft { name, time_zone, closing_message };
    work.run(
        // Days of another zone are other days: all figures are added up anew.
        sql!("update account set tallied = (tallied and time_zone = $3), name = $2, time_zone = $3, closing_message = $4 where id = $1"),
        args![draft.name.trim(), &draft.time_zone, draft.closing_message.trim()],
    )
    .await?;
    // The time zone says when it is open.
    crate::distribution::look_again(&mut work, None).await?;
    work.audit_change(Some(cx.user), "account.change", cx.account, &before, &draft).await?;
    crate::sla::hours_changed(&mut work).await?;
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    account(cx).await
}

/// Members, past ones included, by name.
pub async fn members(cx: &Cx) -> Result<Vec<Member>> {
    let scope = cx.may(Permission::Inbox)?;
    type Found = (i64, String, String, String, String, Option<i64>, String, String, bool, String, String, String, Option<Millis>);
    let rows: Vec<Found> = scope
        .all(
            sql!(concat!(
                "select u.id, u.name, u.nickname, u.email, m.role, m.role_id, ",
                sight_of!(),
                ", m.availability, m.active, u.photo, coalesce(s.status, 'OFFLINE'), coalesce(s.reason, ''), s.back_at
                 from membership m join users u on u.id = m.user_id left join user_status s on s.account_id = m.account_id and s.user_id = m.user_id",
                own_role!(),
                "where m.account_id = $1 order by u.name, u.id limit 2000"
            )),
            args![],
        )
        .await?;
    let reasons = crate::status::names_of(&scope).await?;
    let links: Vec<(i64, i64, bool, bool)> = scope
        .all(
            sql!(
                "select l.user_id, l.team_id, l.is_agent, l.is_supervisor from team_member l join team g on g.id = l.team_id
                 where l.account_id = $1 and g.deleted_at is null order by l.team_id"
            ),
            args![],
        )
        .await?;
    let mut teams: HashMap<i64, Vec<TeamLink>> = HashMap::new();
    for (user, team, is_agent, is_supervisor) in links {
        teams.entry(user).or_default().push(TeamLink { team_id: team.into(), is_agent, is_supervisor });
    }
    rows.into_iter()
        .map(|(id, name, nickname, email, role, role_id, sight, availability, active, photo, status, reason, back_at)| {
            Ok(Member {
                user_id: id.into(),
                name,
                nickname,
                email,
                photo: crate::avatar::mark(&photo),
                role: role.parse()?,
                role_id: role_id.map(RoleId),
                sight: sight.parse()?,
                availability: availability.parse()?,
                status: reasons.status(&status, reason, back_at)?,
                active,
                teams: teams.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}

/// Creates or changes a member. A known e-mail joins its existing user to this account, whose name and password stay
/// theirs (AC-9).
///
/// # Errors
/// [`Fault::Invalid`] for wrong fields and for a role or teams that are not the asker's to give, [`Fault::LastAdmin`] when no
/// admin would be left (US-6), [`Fault::OpenLeft`] for who still serves something (US-4), [`Fault::TooManyUsers`] (US-5), [`Fault::Forbidden`].
pub async fn save_member(cx: &Cx, draft: MemberDraft) -> Result<Member> {
    let scope = cx.may(Permission::People)?;
    draft.check()?;
    let role = draft.role.ok_or_else(|| Fault::field("role", Wrong::Required))?;
    if draft.user_id.is_none() && draft.password.is_empty() && user_by_email(cx, &draft.email).await?.is_none() {
        return Err(Fault::field("password", Wrong::Required).into());
    }
    let hash = if draft.password.is_empty() { None } else { Some(crate::auth::hash_password(cx.desk(), draft.password.clone()).await?) };
    let known = user_by_email(cx, &draft.email).await?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let given = crate::role::rights_in(&mut work, RoleOf { role, role_id: draft.role_id }).await?;
    if let Some(user) = draft.user_id {
        crate::role::reaches(cx, &mut work, user).await?;
    }
    crate::role::may_give(cx, &given, &draft.teams)?;
    let mut ended = Vec::new();
    let user = match (draft.user_id, known) {
        (Some(user), other) => {
            if other.is_some_and(|o| o != user) {
                return Err(Fault::field("email", Wrong::Taken).into());
            }
            ended = change_user(&mut work, cx, user, &draft, hash.as_deref()).await?;
            user
        }
        (None, Some(user)) => {
            let here: Option<(bool,)> =
                work.opt(sql!("select active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
            if here == Some((true,)) {
                return Err(Fault::field("email", Wrong::Taken).into());
            }
            user
        }
        (None, None) => {
            let made =
                crate::auth::create_user(&mut work, &draft.name, &draft.nickname, &draft.email, hash.as_deref().unwrap_or_default()).await;
            made.map_err(|e| if e.is_unique("email") { Fault::field("email", Wrong::Taken).into() } else { e })?
        }
    };
    let before = fact::member(&mut work, user).await?;
    let now = work.desk().now();
    let active = draft.active || draft.user_id.is_none();
    let was_active: Option<(bool,)> =
        work.opt(sql!("select active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
    if active && was_active != Some((true,)) {
        crate::auth::room_for_one(&mut work, None).await?;
    }
    let role_id = draft.role_id.filter(|_| role == Role::Custom);
    work.run(
        sql!(
            "insert into membership (account_id, user_id, role, active, created_at, role_id) values ($1, $2, $3, $4, $5, $6)
             on conflict (account_id, user_id) do update set role = excluded.role, active = excluded.active, role_id = excluded.role_id"
        ),
        args![user, role, active, now, role_id],
    )
    .await?;
    let (admins,): (i64,) =
        work.one(sql!("select count(*) from membership where account_id = $1 and role = 'ADMIN' and active"), args![]).await?;
    if admins == 0 {
        return Err(Fault::LastAdmin.into());
    }
    set_teams(&mut work, user, &draft.teams).await?;
    if let Some(skills) = &draft.skills {
        crate::distribution::save_skills(&mut work, user, skills).await?;
    }
    if !active {
        crate::status::leave(&mut work, user).await?;
    }
    if !active && was_active == Some((true,)) {
        crate::leaving::person(&mut work, cx, user, draft.handover).await?;
    }
    let after = fact::member(&mut work, user).await?;
    if draft.user_id.is_some() {
        work.audit_change(Some(cx.user), "member.change", user, &before, &after).await?;
    } else {
        work.audit(Some(cx.user), "member.add", user, after).await?;
    }
    // What waited for them may be another's now, or the other way round.
    work.wake_distribution();
    work.tell(Change::Setup { what: SetupKind::Members });
    work.commit().await?;
    if !ended.is_empty() {
        crate::auth::tell_ended(cx.desk(), user, &ended).await?;
    }
    members(cx).await?.into_iter().find(|m| m.user_id == user).ok_or_else(|| Fault::Missing.into())
}

/// Says whether a member is there for work, or away for long (DI-3). What waits for who goes away goes to others, and what
/// nobody could take goes to who comes back (DI-10).
///
/// # Errors
/// [`Fault::Forbidden`] for who may not change them, [`Fault::Missing`].
pub async fn set_availability(cx: &Cx, user: UserId, availability: Availability) -> Result<()> {
    let mut work = cx.may(Permission::People)?.begin().await?;
    crate::role::reaches(cx, &mut work, user).await?;
    availability_in(&mut work, cx, user, availability).await?;
    work.commit().await
}

/// The same as a part of other work.
pub(crate) async fn availability_in(work: &mut Work, cx: &Cx, user: UserId, availability: Availability) -> Result<()> {
    let known =
        work.run(sql!("update membership set availability = $3 where account_id = $1 and user_id = $2"), args![user, availability]).await?;
    if known == 0 {
        return Err(Fault::Missing.into());
    }
    work.audit(Some(cx.user), "member.availability", user, serde_json::json!({ "availability": availability })).await?;
    work.wake_distribution();
    work.tell(Change::Setup { what: SetupKind::Members });
    Ok(())
}

async fn user_by_email(cx: &Cx, email: &str) -> Result<Option<UserId>> {
    let row: Option<(i64,)> =
        cx.desk().db.one(sql_system!("select id from users where email = $1"), args![crate::auth::normal_email(email)]).await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Name, e-mail and password may be changed by an admin only while the user belongs to this account alone. Answers the
/// logins that a new password ended: all but the one that changes it.
async fn change_user(work: &mut Work, cx: &Cx, user: UserId, draft: &MemberDraft, hash: Option<&str>) -> Result<Vec<LoginId>> {
    let here: Option<(bool,)> = work.opt(sql!("select active from membership where account_id = $1 and user_id = $2"), args![user]).await?;
    if here.is_none() {
        return Err(Fault::Missing.into());
    }
    let (others,): (i64,) = work
        .system()
        .one(sql_system!("select count(*) from membership where user_id = $1 and account_id <> $2 and active"), args![user, cx.account])
        .await?
        .unwrap_or_default();
    let (name, nickname, email): (String, String, String) = work
        .system()
        .one(sql_system!("select name, nickname, email from users where id = $1"), args![user])
        .await?
        .ok_or(Fault::Missing)?;
    let changed = name != draft.name.trim()
        || nickname != draft.nickname.trim()
        || email != crate::auth::normal_email(&draft.email)
        || hash.is_some();
    if !changed {
        return Ok(Vec::new());
    }
    if others > 0 && user != cx.user {
        return Err(Fault::field("email", Wrong::NotAllowed).into());
    }
    let saved = work
        .system()
        .run(
            sql_system!("update users set name = $2, nickname = $3, email = $4, password_hash = coalesce($5, password_hash) where id = $1"),
            args![user, draft.name.trim(), draft.nickname.trim(), crate::auth::normal_email(&draft.email), hash],
        )
        .await;
    if let Err(e) = saved.map_err(crate::Error::from) {
        return Err(if e.is_unique("email") { Fault::field("email", Wrong::Taken).into() } else { e });
    }
    if hash.is_none() {
        return Ok(Vec::new());
    }
    // Links for a new password die with the old one.
    work.system().run(sql_system!("delete from reset_link where user_id = $1"), args![user]).await?;
    let ended: Vec<(i64,)> = work
        .system()
        .all(sql_system!("delete from login where user_id = $1 and id <> $2 returning id"), args![user, cx.login.unwrap_or_default()])
        .await?;
    Ok(ended.into_iter().map(|(id,)| id.into()).collect())
}

pub(crate) async fn set_teams(work: &mut Work, user: UserId, links: &[TeamLink]) -> Result<()> {
    let own: Vec<(i64,)> = work.all(sql!("select id from team where account_id = $1 and deleted_at is null"), args![]).await?;
    if links.iter().any(|l| !own.iter().any(|(id,)| *id == l.team_id.0)) {
        return Err(Fault::field("teams", Wrong::Unknown).into());
    }
    // Of teams that are gone the places stay: by them one sees what was completed there.
    work.run(
        sql!(
            "delete from team_member where account_id = $1 and user_id = $2
             and team_id in (select g.id from team g where g.account_id = $1 and g.deleted_at is null)"
        ),
        args![user],
    )
    .await?;
    for l in links.iter().filter(|l| l.is_agent || l.is_supervisor) {
        work.run(
            sql!(
                "insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, $4, $5)
                 on conflict (team_id, user_id) do nothing"
            ),
            args![l.team_id, user, l.is_agent, l.is_supervisor],
        )
        .await?;
    }
    Ok(())
}

/// Teams by name.
pub async fn teams(cx: &Cx) -> Result<Vec<Team>> {
    all_teams(cx, false).await
}

/// Teams that were deleted: what was completed in them is still theirs.
pub(crate) async fn past_teams(cx: &Cx) -> Result<Vec<Team>> {
    all_teams(cx, true).await
}

async fn all_teams(cx: &Cx, past: bool) -> Result<Vec<Team>> {
    let rows: Vec<(i64, String, bool, String, String, String, i64)> = cx
        .may(Permission::Inbox)?
        .all(
            sql!(
                "select id, name, is_default, restriction, closing_message, archive_preference, version from team
                 where account_id = $1 and (deleted_at is not null) = $2 order by name, id limit 1000"
            ),
            args![past],
        )
        .await?;
    rows.into_iter()
        .map(|(id, name, is_default, restriction, closing_message, archive, version)| {
            let archive_preference = if archive.is_empty() { None } else { Some(archive.parse()?) };
            Ok(Team { id: id.into(), name, is_default, restriction: restriction.parse()?, closing_message, archive_preference, version })
        })
        .collect()
}

/// Creates or changes a team. Marking it default takes the mark from the old one; the mark cannot be taken off (TE-2).
pub async fn save_team(cx: &Cx, draft: TeamDraft) -> Result<Team> {
    save_team_seen(cx, draft, None).await
}

/// The same for who changes what they saw.
///
/// # Errors
/// [`Fault::Conflict`] when it was changed since that version.
pub async fn save_team_seen(cx: &Cx, draft: TeamDraft, seen: Option<i64>) -> Result<Team> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let old: Option<(bool, i64)> = match draft.id {
        Some(id) => Some(
            work.one(sql!("select is_default, version from team where account_id = $1 and id = $2 and deleted_at is null"), args![id])
                .await?,
        ),
        None => None,
    };
    if let (Some(seen), Some((_, version))) = (seen, old)
        && seen != version
    {
        return Err(Fault::Conflict.into());
    }
    if old.is_some_and(|(is_default, _)| is_default) && !draft.is_default {
        return Err(Fault::field("is_default", Wrong::Required).into());
    }
    let id: TeamId = draft.id.unwrap_or_else(|| work.desk().seam.id());
    let before = fact::team(&mut work, id).await?;
    if draft.is_default {
        work.run(sql!("update team set is_default = false where account_id = $1 and is_default"), args![]).await?;
    }
    let now = work.desk().now();
    let saved = work
        .run(
            sql!(
                "insert into team (account_id, id, name, is_default, restriction, closing_message, created_at, archive_preference) values ($1, $2, $3, $4, $5, $6, $7, $8)
                 on conflict (id) do update set name = excluded.name, is_default = excluded.is_default, restriction = excluded.restriction,
                 closing_message = excluded.closing_message, archive_preference = excluded.archive_preference,
                 version = team.version + 1 where team.account_id = $1"
            ),
            args![
                id,
                draft.name.trim(),
                draft.is_default,
                draft.restriction,
                draft.closing_message.trim(),
                now,
                draft.archive_preference.map_or("", ArchivePreference::word)
            ],
        )
        .await;
    saved.map_err(|e| if e.is_unique("team_name") { Fault::field("name", Wrong::Taken).into() } else { e })?;
    if let Some(rule) = &draft.distribution {
        crate::distribution::save_rule(&mut work, id, rule).await?;
    }
    let after = fact::team(&mut work, id).await?;
    if draft.id.is_some() {
        work.audit_change(Some(cx.user), "team.change", id, &before, &after).await?;
    } else {
        work.audit(Some(cx.user), "team.add", id, after).await?;
    }
    work.tell(Change::Setup { what: SetupKind::Teams });
    work.commit().await?;
    teams(cx).await?.into_iter().find(|t| t.id == id).ok_or_else(|| Fault::Missing.into())
}

/// What a contact's message within twelve hours of my conclusions does (SM-7, SM-8).
pub async fn set_archive_preference(cx: &Cx, preference: ArchivePreference) -> Result<()> {
    let scope = cx.may(Permission::Inbox)?;
    let mut work = scope.begin().await?;
    work.run(sql!("update membership set archive_preference = $3 where account_id = $1 and user_id = $2"), args![cx.user, preference])
        .await?;
    work.commit().await
}
