//! Set-up, sign-in, logins, accounts.
//!
//! A login is a random token in a cookie; the database keeps its hash. It is made anew at every sign-in, can be revoked,
//! and names the account in which the person works now.

mod by_code;
mod code;
mod deliver;
mod factor;
mod held;
mod invite;
mod login;
pub mod passkey;
mod password;
mod profile;
mod reset;
mod rules;
pub mod sso;
mod step_up;
mod terms;
mod throttle;
mod totp;

pub use by_code::{ask_code, sign_in_by_code, ways};
pub use factor::{begin_factor, confirm_factor, end_factor, factor_state, finish_sign_in, new_recovery_codes, reset_factor, second_factor};
pub use held::{Asker, Held, accept_terms, ask_terms_code, asker_of_login, held_state};
pub use invite::{cancel_invitation, invitations, invite, join, resend_invitation, see_invitation};
pub(crate) use login::tell_ended;
pub use login::{cx_of_login, known_login, logins, revoke_login, sign_out, switch_account};
pub use password::hash_password;
pub use profile::save_profile;
pub use reset::{ask_reset, change_password, is_reset_open, reset_password};
pub(crate) use rules::room_for_one;
pub use rules::{door_rules, save_door_rules};
pub use step_up::{ask_step_up, require_step_up};
pub use terms::terms_log;
pub use throttle::network;

use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::{Result, args, sql, sql_system};
use login::{home_account, new_login};
use model::*;

/// Name of the login cookie.
pub const COOKIE: &str = "prosa_login";
/// An address may fail more often than an account: offices share one.
const ADDRESS_FACTOR: i64 = 6;

/// What the server's own settings say about who comes in.
#[derive(Clone, Debug, Default)]
pub struct DoorSettings {
    /// `smtp://…`, `smtps://…`, or `file:` and a folder; empty = no letters.
    pub smtp_url: String,
    /// Who letters come from.
    pub mail_from: String,
    /// Documents that everybody accepts, and their version; an empty version asks for nothing (AC-3).
    pub terms_url: String,
    pub privacy_url: String,
    pub terms_version: String,
    /// The date of that version, such as `2026-11-01`; empty = not said.
    pub terms_date: String,
    /// People whom an account may have, invitations included (US-5).
    pub users_max: Option<i64>,
}

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Network address.
    pub address: String,
    /// The browser's own name, cut to 200 characters.
    pub agent: String,
    /// The public URL is https.
    pub secure: bool,
}

/// A fresh login.
pub struct SignedIn {
    /// The `Set-Cookie` value.
    pub cookie: String,
    pub user_id: UserId,
    pub account_id: AccountId,
}

/// A login that a cookie named.
#[derive(Clone, Debug)]
pub struct KnownLogin {
    pub id: LoginId,
    pub user_id: UserId,
    pub account_id: AccountId,
    /// The version of the documents that the person accepted.
    pub terms_version: String,
    /// They have a second factor.
    pub second_factor: bool,
}

/// What the first page needs to know.
pub async fn boot(desk: &Desk, cx: Option<&Cx>) -> Result<Boot> {
    let me = match cx {
        Some(cx) => Some(me(cx).await?),
        None => None,
    };
    let needs_setup = me.is_none() && needs_setup(desk).await?;
    Ok(Boot { needs_setup, me, build: desk.settings.build.clone() })
}

/// True while no account exists.
pub async fn needs_setup(desk: &Desk) -> Result<bool> {
    let any: Option<(i64,)> = desk.db.one(sql_system!("select id from account limit 1"), args![]).await?;
    Ok(any.is_none())
}

/// The signed-in person and where they work.
pub async fn me(cx: &Cx) -> Result<Me> {
    let account = crate::people::account(cx).await?;
    let (name, nickname, email, photo): (String, String, String, String) = cx
        .desk
        .db
        .one(sql_system!("select name, nickname, email, photo from users where id = $1"), args![cx.user])
        .await?
        .ok_or(Fault::SignedOut)?;
    let (preference, classify_on_conclude): (String, bool) = cx
        .desk
        .system(cx.account)
        .one(sql!("select archive_preference, classify_on_conclude from membership where account_id = $1 and user_id = $2"), args![cx.user])
        .await?;
    let accounts: Vec<(i64, String, String)> = cx
        .desk
        .db
        .all(
            sql_system!(
                "select a.id, a.name, m.role from membership m join account a on a.id = m.account_id where m.user_id = $1 and m.active
                 and not exists (select 1 from login l where l.id = $2 and l.sso_account_id <> m.account_id) order by a.name, a.id limit 100"
            ),
            args![cx.user, cx.login.unwrap_or_default()],
        )
        .await?;
    let accounts = accounts
        .into_iter()
        .map(|(id, name, role)| Ok(AccountChoice { id: id.into(), name, role: role.parse()? }))
        .collect::<Result<Vec<_>>>()?;
    Ok(Me {
        user_id: cx.user,
        login_id: cx.login.unwrap_or_default(),
        name,
        nickname,
        email,
        photo: crate::avatar::mark(&photo),
        role: cx.seat.role,
        rights: cx.seat.rights.clone(),
        archive_preference: preference.parse()?,
        classify_on_conclude,
        masks: crate::mask::masks_of(cx),
        account,
        accounts,
    })
}

/// The first start: creates the account, its default team and its first admin, and signs them in.
///
/// # Errors
/// [`Fault::SetupClosed`] when an account exists, [`Fault::Invalid`] for wrong fields.
pub async fn setup(desk: &Desk, draft: SetupDraft, visitor: &Visitor) -> Result<SignedIn> {
    draft.check()?;
    check_time_zone(&draft.time_zone)?;
    if !needs_setup(desk).await? {
        return Err(Fault::SetupClosed.into());
    }
    let hash = hash_password(desk, draft.password.clone()).await?;
    let account: AccountId = desk.seam.id();
    let mut work = desk.system(account).begin().await?;
    // Two browsers at the set-up page: the second one waits here and finds the account.
    if !work.is_sqlite() {
        work.system().run(sql_system!(postgres "lock table account in exclusive mode"), args![]).await?;
    }
    let any: Option<(i64,)> = work.system().one(sql_system!("select id from account limit 1"), args![]).await?;
    if any.is_some() {
        return Err(Fault::SetupClosed.into());
    }
    let user = found_account(&mut work, &draft.account_name, &draft.time_zone, &draft.name, &draft.email, &hash).await?;
    work.audit(Some(user), "account.setup", account, serde_json::json!({})).await?;
    work.commit().await?;
    new_login(desk, user, account, visitor).await
}

/// Creates an account with its default team and first admin; answers the admin.
pub(crate) async fn found_account(work: &mut crate::Work, name: &str, zone: &str, admin: &str, email: &str, hash: &str) -> Result<UserId> {
    let now = work.desk().now();
    let account = work.account();
    work.system()
        .run(
            sql_system!("insert into account (id, name, time_zone, created_at) values ($1, $2, $3, $4)"),
            args![account, name.trim(), zone, now],
        )
        .await?;
    let user = create_user(work, admin, "", email, hash).await?;
    work.run(sql!("insert into membership (account_id, user_id, role, created_at) values ($1, $2, $3, $4)"), args![user, Role::Admin, now])
        .await?;
    let team: TeamId = work.desk().seam.id();
    work.run(
        sql!("insert into team (account_id, id, name, is_default, restriction, created_at) values ($1, $2, $3, true, $4, $5)"),
        args![team, "Atendimento", Restriction::None, now],
    )
    .await?;
    work.run(
        sql!("insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, true, true)"),
        args![team, user],
    )
    .await?;
    Ok(user)
}

/// Creates a user; the e-mail must be free.
pub(crate) async fn create_user(work: &mut crate::Work, name: &str, nickname: &str, email: &str, hash: &str) -> Result<UserId> {
    let (user, now): (UserId, _) = (work.desk().seam.id(), work.desk().now());
    work.system()
        .run(
            sql_system!("insert into users (id, email, name, nickname, password_hash, created_at) values ($1, $2, $3, $4, $5, $6)"),
            args![user, normal_email(email), name.trim(), nickname.trim(), hash, now],
        )
        .await?;
    Ok(user)
}

/// The form in which e-mails are stored and compared.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// An IANA zone that this server knows.
pub fn check_time_zone(zone: &str) -> Result<()> {
    jiff::tz::TimeZone::get(zone).map(drop).map_err(|_| Fault::field("time_zone", Wrong::NotATimeZone).into())
}

/// The person says their password once more, before something that matters.
///
/// # Errors
/// [`Fault::Invalid`] about `password` when it is not right, [`Fault::Throttled`] after repeated failures.
pub async fn step_up(cx: &Cx, password: &str) -> Result<()> {
    let desk = cx.desk();
    let key = format!("step-up:{}", cx.user);
    let wrong = || Fault::field("password", Wrong::NotRight);
    if password.len() > 4 * limit::PASSWORD_MAX {
        return Err(wrong().into());
    }
    if is_password_of(desk, cx.user, password, &key).await? {
        return Ok(());
    }
    cx.own().note(Some(cx.user), "login.step_up_failed", cx.user).await?;
    Err(wrong().into())
}

/// Whether this is the person's password. Failures count under the key, and are forgotten once it is.
async fn is_password_of(desk: &Desk, user: UserId, said: &str, key: &str) -> Result<bool> {
    let turn = password::turn(desk).await?;
    throttle::refuse(desk, key).await?;
    let hash: Option<(String,)> = desk.db.one(sql_system!("select password_hash from users where id = $1"), args![user]).await?;
    let fits = said.len() <= 4 * limit::PASSWORD_MAX;
    if !fits || !password::is_right(&turn, said.to_owned(), hash.map(|(h,)| h)).await? {
        throttle::count(desk, key, 1).await?;
        return Ok(false);
    }
    throttle::forget(desk, key).await?;
    Ok(true)
}

/// Signs in. Unknown e-mail, wrong password and a user without an account answer alike, and take alike (AC-2).
///
/// # Errors
/// [`Fault::BadCredentials`], or [`Fault::Throttled`] after repeated failures of this e-mail or this address;
/// [`Fault::SecondFactor`] for who has one.
pub async fn sign_in(desk: &Desk, email: &str, password: &str, visitor: &Visitor) -> Result<SignedIn> {
    let email = normal_email(email);
    if email.len() > 254 || password.len() > 4 * limit::PASSWORD_MAX {
        return Err(Fault::BadCredentials.into());
    }
    let by_email = format!("login:email:{}", sha256_hex(&email));
    let by_address = format!("login:address:{}", network(&visitor.address));
    // What follows is done by two at a time: tries made in parallel cannot all pass before the first failure counts.
    let turn = password::turn(desk).await?;
    throttle::refuse(desk, &by_email).await?;
    throttle::refuse(desk, &by_address).await?;
    let user: Option<(i64, String)> =
        desk.db.one(sql_system!("select id, password_hash from users where email = $1"), args![&email]).await?;
    let (id, hash) = user.map_or((None, None), |(id, hash)| (Some(UserId(id)), Some(hash)));
    let right = password::is_right(&turn, password.to_owned(), hash).await?;
    let account = match id {
        Some(id) if right => home_account(desk, id).await?,
        _ => None,
    };
    let (Some(user), Some(account)) = (id, account) else {
        throttle::count(desk, &by_email, 1).await?;
        throttle::count(desk, &by_address, ADDRESS_FACTOR).await?;
        return Err(Fault::BadCredentials.into());
    };
    drop(turn);
    throttle::forget(desk, &by_email).await?;
    finish_sign_in(desk, user, account, visitor).await
}
