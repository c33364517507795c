//! Invitations (US-1 to US-3): a link to an address, for seven days and once, which makes whoever has that address a member.

use super::{SignedIn, Visitor, create_user, finish_sign_in, hash_password, is_password_of, normal_email, rules};
use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::mail::{Letter, Subject};
use crate::{Result, Work, args, sql, sql_system};
use model::*;

const DAYS: i64 = 7;
const LIFE_MILLIS: Millis = DAYS * 86_400_000;
/// Between two letters to one address.
const RESEND_MILLIS: Millis = 60_000;
/// Invitations of an account that wait.
const WAITING_MAX: i64 = 500;

type Row = (i64, String, String, String, Option<i64>, String, Millis, Millis);

fn read((id, email, name, role, role_id, teams, sent_at, expires_at): Row) -> Result<Invitation> {
    let (role, role_id, teams) = (role.parse()?, role_id.map(RoleId), serde_json::from_str(&teams)?);
    Ok(Invitation { id: id.into(), email, name, role, role_id, teams, sent_at, expires_at })
}

/// Who was asked and has not joined yet, newest first.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin.
pub async fn invitations(cx: &Cx) -> Result<Vec<Invitation>> {
    let rows: Vec<Row> = cx
        .may(Permission::People)?
        .all(
            sql!(
                "select id, email, name, role, role_id, teams, sent_at, expires_at from invitation
                 where account_id = $1 order by id desc limit $2"
            ),
            args![WAITING_MAX],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// Asks somebody to join. Asked before, the new invitation takes the place of the old one.
///
/// # Errors
/// [`Fault::Invalid`]: also about an e-mail that is a member's, and a role or teams that are not the asker's to give;
/// [`Fault::TooManyUsers`]; [`Fault::NotDelivered`]: then it is there all the same, and can be sent again.
pub async fn invite(cx: &Cx, draft: InvitationDraft) -> Result<InvitationSent> {
    let scope = cx.may(Permission::People)?;
    draft.check()?;
    let role = draft.role.ok_or_else(|| Fault::field("role", Wrong::Required))?;
    let role_id = draft.role_id.filter(|_| role == Role::Custom);
    let email = normal_email(&draft.email);
    let language = draft.language.unwrap_or(Language::PtBr);
    let mut work = scope.begin().await?;
    work.lock_account().await?;
    let given = crate::role::rights_in(&mut work, RoleOf { role, role_id }).await?;
    crate::role::may_give(cx, &given, &draft.teams)?;
    let member: Option<(i64,)> = work
        .opt(
            sql!("select u.id from membership m join users u on u.id = m.user_id where m.account_id = $1 and u.email = $2 and m.active"),
            args![&email],
        )
        .await?;
    if member.is_some() {
        return Err(Fault::field("email", Wrong::Taken).into());
    }
    let own: Vec<(i64,)> = work.all(sql!("select id from team where account_id = $1 and deleted_at is null"), args![]).await?;
    if draft.teams.iter().any(|l| !own.iter().any(|(id,)| *id == l.team_id.0)) {
        return Err(Fault::field("teams", Wrong::Unknown).into());
    }
    let old: Option<(i64,)> = work.opt(sql!("select id from invitation where account_id = $1 and email = $2"), args![&email]).await?;
    rules::room_for_one(&mut work, old.map(|(id,)| id.into())).await?;
    let (waiting,): (i64,) = work.one(sql!("select count(*) from invitation where account_id = $1"), args![]).await?;
    if waiting >= WAITING_MAX {
        return Err(Fault::field("email", Wrong::TooMany).into());
    }
    work.run(sql!("delete from invitation where account_id = $1 and email = $2"), args![&email]).await?;
    let (id, now, token): (InvitationId, _, _) = (work.desk().seam.id(), work.desk().now(), work.desk().seam.secret());
    work.run(
        sql!(
            "insert into invitation (account_id, id, email, name, role, role_id, teams, language, token_hash, invited_by, sent_at, expires_at, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)"
        ),
        args![
            id,
            &email,
            draft.name.trim(),
            role,
            role_id,
            serde_json::to_string(&draft.teams)?,
            language,
            sha256_hex(&token),
            cx.user,
            now,
            now + LIFE_MILLIS
        ],
    )
    .await?;
    let facts = serde_json::json!({ "email": email, "role": role, "role_id": role_id, "teams": draft.teams });
    work.audit(Some(cx.user), "member.invite", id, facts).await?;
    work.commit().await?;
    let (name, expires_at) = (draft.name.trim().to_owned(), now + LIFE_MILLIS);
    let invitation = Invitation { id, email, name, role, role_id, teams: draft.teams, sent_at: now, expires_at };
    send(cx, invitation, language, &token).await
}

/// Sends the link; where the server sends no letters it is given to who invites.
async fn send(cx: &Cx, invitation: Invitation, language: Language, token: &str) -> Result<InvitationSent> {
    let desk = cx.desk();
    let link = format!("{}/invite/{token}", desk.settings.public_url);
    if !desk.mail.is_on() {
        return Ok(InvitationSent { invitation, link });
    }
    let (account,): (String,) = desk.system(cx.account).one(sql!("select name from account where id = $1"), args![]).await?;
    let subject = Subject::Invitation { account: &account, by: &cx.seat.name, link: &link, days: DAYS };
    desk.mail.send(&invitation.email, &Letter::new(language, &subject)).await?;
    Ok(InvitationSent { invitation, link: String::new() })
}

/// Sends an invitation again, with a new link for seven days; the old one opens nothing any more.
///
/// # Errors
/// [`Fault::Missing`], [`Fault::Throttled`] within a minute, [`Fault::TooManyUsers`], [`Fault::NotDelivered`].
pub async fn resend_invitation(cx: &Cx, id: InvitationId) -> Result<InvitationSent> {
    let mut work = cx.may(Permission::People)?.begin().await?;
    work.lock_account().await?;
    let row: Row = work
        .one(
            sql!("select id, email, name, role, role_id, teams, sent_at, expires_at from invitation where account_id = $1 and id = $2"),
            args![id],
        )
        .await?;
    let (language,): (String,) = work.one(sql!("select language from invitation where account_id = $1 and id = $2"), args![id]).await?;
    let (now, token) = (work.desk().now(), work.desk().seam.secret());
    let mut invitation = read(row)?;
    let left = invitation.sent_at + RESEND_MILLIS - now;
    if left > 0 {
        return Err(Fault::Throttled { seconds: (left + 999) / 1000 }.into());
    }
    rules::room_for_one(&mut work, Some(id)).await?;
    work.run(
        sql!("update invitation set token_hash = $3, sent_at = $4, expires_at = $5 where account_id = $1 and id = $2"),
        args![id, sha256_hex(&token), now, now + LIFE_MILLIS],
    )
    .await?;
    work.audit(Some(cx.user), "member.invite_again", id, serde_json::json!({ "email": invitation.email })).await?;
    work.commit().await?;
    (invitation.sent_at, invitation.expires_at) = (now, now + LIFE_MILLIS);
    send(cx, invitation, language.parse()?, &token).await
}

/// Takes an invitation back.
///
/// # Errors
/// [`Fault::Missing`].
pub async fn cancel_invitation(cx: &Cx, id: InvitationId) -> Result<()> {
    let mut work = cx.may(Permission::People)?.begin().await?;
    let gone = work.run(sql!("delete from invitation where account_id = $1 and id = $2"), args![id]).await?;
    if gone == 0 {
        return Err(Fault::Missing.into());
    }
    work.audit(Some(cx.user), "member.invite_cancel", id, serde_json::json!({})).await?;
    work.commit().await
}

/// What a link opens, if it still does.
struct Open {
    account: AccountId,
    id: InvitationId,
    email: String,
    name: String,
    role: Role,
    role_id: Option<RoleId>,
    teams: Vec<TeamLink>,
    user: Option<UserId>,
}

async fn open(desk: &Desk, token: &str) -> Result<Open> {
    type Found = (i64, i64, String, String, String, Option<i64>, String);
    let row: Option<Found> = desk
        .db
        .one(
            sql_system!(
                "select account_id, id, email, name, role, role_id, teams from invitation where token_hash = $1 and expires_at > $2"
            ),
            args![sha256_hex(token), desk.now()],
        )
        .await?;
    let (account, id, email, name, role, role_id, teams) = row.ok_or(Fault::Missing)?;
    let user: Option<(i64,)> = desk.db.one(sql_system!("select id from users where email = $1"), args![&email]).await?;
    Ok(Open {
        account: account.into(),
        id: id.into(),
        email,
        name,
        role: role.parse()?,
        role_id: role_id.map(RoleId),
        teams: serde_json::from_str(&teams)?,
        user: user.map(|(id,)| id.into()),
    })
}

/// What the page of a link shows.
///
/// # Errors
/// [`Fault::Missing`] when it was used, taken back, sent again, or is too old.
pub async fn see_invitation(desk: &Desk, token: &str) -> Result<InvitationSeen> {
    let open = open(desk, token).await?;
    let (account_name,): (String,) = desk.system(open.account).one(sql!("select name from account where id = $1"), args![]).await?;
    Ok(InvitationSeen { account_name, email: open.email, name: open.name, known: open.user.is_some() })
}

/// Joins by the link, and signs in. Who has a Prosa user already says its password; nothing else of theirs changes (AC-9).
///
/// # Errors
/// [`Fault::Missing`] when the link opens nothing any more; [`Fault::Invalid`]: also about another `email` than the invited
/// one, a `phone` that is another's, and a wrong `password`; [`Fault::TooManyUsers`]; [`Fault::SecondFactor`] when they have
/// joined and have one.
pub async fn join(desk: &Desk, token: &str, draft: JoinDraft, visitor: &Visitor) -> Result<SignedIn> {
    let open = open(desk, token).await?;
    draft.check(open.user.is_some())?;
    // The address is the invited one, whatever a form says (US-1).
    Check::default().that(normal_email(&draft.email) == open.email, "email", Wrong::NotAllowed).done()?;
    let (phone, hash) = match open.user {
        Some(user) => {
            is_theirs(desk, user, &open.email, &draft.password).await?;
            (None, String::new())
        }
        None => {
            let phone = if draft.phone.trim().is_empty() { None } else { Some(crate::phone::typed(&draft.phone)?.e164) };
            (phone, hash_password(desk, draft.password.clone()).await?)
        }
    };
    let mut work = desk.system(open.account).begin().await?;
    work.lock_account().await?;
    let used = work
        .run(sql!("delete from invitation where account_id = $1 and id = $2 and token_hash = $3"), args![open.id, sha256_hex(token)])
        .await?;
    if used == 0 {
        return Err(Fault::Missing.into());
    }
    rules::room_for_one(&mut work, None).await?;
    let user = match open.user {
        Some(user) => user,
        None => new_user(&mut work, &draft, &open.email, &hash, phone.as_deref()).await?,
    };
    let now = work.desk().now();
    work.run(
        sql!(
            "insert into membership (account_id, user_id, role, active, created_at, role_id) values ($1, $2, $3, true, $4, $5)
             on conflict (account_id, user_id) do update set role = excluded.role, active = true, role_id = excluded.role_id"
        ),
        args![user, open.role, now, open.role_id],
    )
    .await?;
    // Teams that are gone by now are left out.
    let own: Vec<(i64,)> = work.all(sql!("select id from team where account_id = $1 and deleted_at is null"), args![]).await?;
    let teams: Vec<TeamLink> = open.teams.into_iter().filter(|l| own.iter().any(|(id,)| *id == l.team_id.0)).collect();
    crate::people::set_teams(&mut work, user, &teams).await?;
    work.audit(Some(user), "member.join", user, serde_json::json!({ "role": open.role, "role_id": open.role_id, "teams": teams })).await?;
    work.wake_distribution();
    work.tell(Change::Setup { what: SetupKind::Members });
    work.commit().await?;
    finish_sign_in(desk, user, open.account, visitor).await
}

async fn new_user(work: &mut Work, draft: &JoinDraft, email: &str, hash: &str, phone: Option<&str>) -> Result<UserId> {
    // Made by somebody else a moment ago: the link still opens, and asks for that user's password.
    let made = create_user(work, &draft.name, &draft.nickname, email, hash).await;
    let user = made.map_err(|e| if e.is_unique("email") { Fault::Conflict.into() } else { e })?;
    if phone.is_some() {
        let put = work.system().run(sql_system!("update users set phone = $2 where id = $1"), args![user, phone]).await;
        if let Err(e) = put.map_err(crate::Error::from) {
            return Err(if e.is_unique("phone") { Fault::field("phone", Wrong::Taken).into() } else { e });
        }
    }
    Ok(user)
}

/// The password of an existing user, guarded as at the sign-in.
async fn is_theirs(desk: &Desk, user: UserId, email: &str, said: &str) -> Result<()> {
    let key = format!("login:email:{}", sha256_hex(email));
    if is_password_of(desk, user, said, &key).await? { Ok(()) } else { Err(Fault::field("password", Wrong::NotRight).into()) }
}
