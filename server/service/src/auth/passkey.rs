//! Passkeys (WebAuthn): a key that a device holds and gives away only to who unlocks it, so that it counts as two factors.
//!
//! What begins is not stored: the browser carries it, sealed, and gives it back with the device's answer. What was
//! answered is stored, so that nothing is answered twice, whichever server is asked.

use super::login::{home_account, new_login};
use super::{SignedIn, Visitor, network, sso, step_up, throttle};
use crate::desk::{Cx, Desk, Work};
use crate::keys::sha256_hex;
use crate::{Error, Result, args, sql_system};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::*;
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{AuthenticationVerificationOptions, DiscoverableCredentialRequestOptions};
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, USER_HANDLE_MAX_LEN, UserHandle64, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, Backup, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication64, DiscoverableAuthenticationServerState, PublicKeyCredentialCreationOptions,
    Registration, RegistrationServerState,
};

/// How long a device has to answer.
const CALL_MILLIS: i64 = 5 * 60_000;
/// How long after signing in one need not say again who one is.
const FRESH_MILLIS: i64 = 10 * 60_000;
/// For which purpose something was begun.
const ADD: &str = "passkey:add";
const ENTER: &str = "passkey:enter";

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Who we are to a device: the public address decides, never what a request says.
struct Site {
    id: RpId,
    origin: String,
}

fn site(desk: &Desk) -> Option<Site> {
    let url = Url::parse(&desk.settings.public_url).ok()?;
    let Host::Domain(name) = url.host()? else { return None };
    // Browsers give keys to encrypted pages only, and to this machine's own.
    let local = name == "localhost" || name.ends_with(".localhost");
    let id = AsciiDomain::try_from(name.to_owned()).ok().map(RpId::Domain)?;
    (url.scheme() == "https" || local).then(|| Site { id, origin: url.origin().ascii_serialization() })
}

/// What was begun, as the browser carries it.
#[derive(Serialize, Deserialize)]
struct Begun {
    user: i64,
    until: Millis,
    state: String,
}

fn seal(desk: &Desk, purpose: &str, user: i64, state: &[u8]) -> Result<String> {
    let begun = Begun { user, until: desk.now() + CALL_MILLIS, state: URL_SAFE_NO_PAD.encode(state) };
    let mut nonce = [0u8; 24];
    desk.seam.fill(&mut nonce);
    let sealed = desk.keys.seal(purpose, &serde_json::to_string(&begun)?, nonce);
    sealed.ok_or_else(|| Error::Other("a call for a passkey could not be sealed".into()))
}

/// What was begun, when it was ours, for this purpose, and not too long ago.
fn unseal(desk: &Desk, purpose: &str, token: &str) -> Option<(i64, Vec<u8>)> {
    if token.len() > limit::PASSKEY_TOKEN_MAX {
        return None;
    }
    let begun: Begun = serde_json::from_str(&desk.keys.unseal(purpose, token)?).ok()?;
    (desk.now() < begun.until).then_some(())?;
    Some((begun.user, URL_SAFE_NO_PAD.decode(begun.state).ok()?))
}

/// Takes a call, once and for all.
async fn take(work: &mut Work, token: &str) -> Result<bool> {
    let until = work.desk().now() + CALL_MILLIS;
    let taken = work
        .system()
        .run(
            sql_system!("insert into passkey_answered (hash, expires_at) values ($1, $2) on conflict (hash) do nothing"),
            args![sha256_hex(token), until],
        )
        .await?;
    Ok(taken > 0)
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|e| Error::Other(e.to_string()))
}

fn odd(what: impl std::fmt::Debug) -> Error {
    Error::Other(format!("a stored passkey cannot be read: {what:?}"))
}

/// One's own passkeys.
pub async fn passkeys(cx: &Cx) -> Result<Passkeys> {
    cx.may(Permission::Inbox)?;
    let rows: Vec<(i64, String, i64, Option<i64>, bool)> = cx
        .desk()
        .db
        .all(
            sql_system!(
                "select id, name, created_at, last_used_at, synced from passkey where user_id = $1 order by created_at, id limit 100"
            ),
            args![cx.user],
        )
        .await?;
    let keys = rows
        .into_iter()
        .map(|(id, name, created_at, last_used_at, synced)| Passkey { id: id.into(), name, created_at, last_used_at, synced })
        .collect();
    let available = site(cx.desk()).is_some() && cx.login.is_some() && !sso::is_confined(cx).await?;
    Ok(Passkeys { available, keys })
}

/// Who adds a way in has signed in a moment ago, or says the password once more. Who was let in by one account's provider
/// adds none: it would be a way into the person's other accounts, for which that provider does not speak.
async fn may_add(cx: &Cx, password: &str) -> Result<()> {
    cx.may(Permission::Inbox)?;
    let login = cx.login.ok_or(Fault::Forbidden)?;
    if sso::is_confined(cx).await? {
        return Err(Fault::Forbidden.into());
    }
    let since: Option<(i64,)> = cx.desk().db.one(sql_system!("select created_at from login where id = $1"), args![login]).await?;
    let (since,) = since.ok_or(Fault::SignedOut)?;
    if cx.desk().now() - since <= FRESH_MILLIS {
        return Ok(());
    }
    if password.is_empty() {
        return Err(Fault::field("password", Wrong::Required).into());
    }
    step_up(cx, password).await
}

/// Begins a new passkey.
///
/// # Errors
/// [`Fault::Invalid`] about `password` when it is to be said or is not right, [`Fault::Forbidden`] where there can be none.
pub async fn begin_passkey(cx: &Cx, password: &str) -> Result<PasskeyCall> {
    may_add(cx, password).await?;
    let desk = cx.desk();
    let site = site(desk).ok_or(Fault::Forbidden)?;
    let (email, name) = person(desk, cx.user).await?;
    let handle = handle(desk, cx.user).await?;
    let known: Vec<(String, i64)> = desk
        .db
        .all(sql_system!("select credential, transports from passkey where user_id = $1 order by id limit 100"), args![cx.user])
        .await?;
    let known = known.into_iter().map(|(id, transports)| {
        let id = CredentialId::<Vec<u8>>::decode(bytes(&id)?).map_err(odd)?;
        let transports = AuthTransports::decode(u8::try_from(transports).unwrap_or_default()).map_err(odd)?;
        Ok(PublicKeyCredentialDescriptor { id, transports })
    });
    let known = known.collect::<Result<Vec<_>>>()?;
    let user = PublicKeyCredentialUserEntity {
        name: Username::try_from(email.as_str()).or_else(|_| Username::try_from("prosa")).map_err(odd)?,
        id: &handle,
        display_name: Nickname::try_from(name.as_str()).ok(),
    };
    let mut options = PublicKeyCredentialCreationOptions::passkey(&site.id, user, known);
    options.extensions.cred_protect = CredProtect::None;
    let (state, client) = options.start_ceremony().map_err(|e| Error::Other(e.to_string()))?;
    let state = state.encode().map_err(|e| Error::Other(e.to_string()))?;
    Ok(PasskeyCall { token: seal(desk, ADD, cx.user.0, &state)?, options: serde_json::to_string(&client)? })
}

async fn person(desk: &Desk, user: UserId) -> Result<(String, String)> {
    let row: Option<(String, String)> = desk.db.one(sql_system!("select email, name from users where id = $1"), args![user]).await?;
    Ok(row.ok_or(Fault::SignedOut)?)
}

/// By which devices know the person; made with the first passkey.
async fn handle(desk: &Desk, user: UserId) -> Result<UserHandle64> {
    let mut fresh = [0u8; USER_HANDLE_MAX_LEN];
    desk.seam.fill(&mut fresh);
    // The database decides which of two is the first.
    desk.db
        .run(
            sql_system!("update users set passkey_handle = $2 where id = $1 and passkey_handle = ''"),
            args![user, URL_SAFE_NO_PAD.encode(fresh)],
        )
        .await?;
    let row: Option<(String,)> = desk.db.one(sql_system!("select passkey_handle from users where id = $1"), args![user]).await?;
    read_handle(&row.ok_or(Fault::SignedOut)?.0)
}

fn read_handle(text: &str) -> Result<UserHandle64> {
    let bytes: [u8; USER_HANDLE_MAX_LEN] = bytes(text)?.try_into().map_err(odd)?;
    UserHandle64::decode(bytes).map_err(odd)
}

/// Keeps a new passkey; answers all.
///
/// # Errors
/// [`Fault::Invalid`] about `answer` when it does not hold, comes too late or a second time.
pub async fn add_passkey(cx: &Cx, draft: PasskeyDraft) -> Result<Passkeys> {
    let scope = cx.may(Permission::Inbox)?;
    draft.check()?;
    let desk = cx.desk();
    let refused = || Fault::field("answer", Wrong::NotAllowed);
    let site = site(desk).ok_or(Fault::Forbidden)?;
    let (user, state) = unseal(desk, ADD, &draft.token).filter(|(user, _)| *user == cx.user.0).ok_or_else(refused)?;
    let state = RegistrationServerState::<USER_HANDLE_MAX_LEN>::decode(&state).map_err(odd)?;
    let answer = Registration::from_json_relaxed(draft.answer.as_bytes()).map_err(|_| refused())?;
    let origins = [site.origin.as_str()];
    let rules = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let key = state.verify(&site.id, &answer, &rules).map_err(|e| {
        tracing::info!(reason = %e, "a passkey was not taken");
        refused()
    })?;
    let (credential, transports, _, fixed, moving, _) = key.into_parts();
    let credential = URL_SAFE_NO_PAD.encode(credential.as_ref());
    let fixed = URL_SAFE_NO_PAD.encode(fixed.encode().map_err(odd)?);
    let (id, now): (PasskeyId, _) = (desk.seam.id(), desk.now());
    let mut work = scope.begin().await?;
    if !take(&mut work, &draft.token).await? {
        return Err(refused().into());
    }
    let (many,): (i64,) =
        work.system().one(sql_system!("select count(*) from passkey where user_id = $1"), args![user]).await?.unwrap_or_default();
    if many >= limit::PASSKEYS_MAX {
        return Err(Fault::field("name", Wrong::TooMany).into());
    }
    let kept = work
        .system()
        .run(
            sql_system!(
                "insert into passkey (id, user_id, name, credential, public_key, state, transports, synced, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential) do nothing"
            ),
            args![
                id,
                user,
                draft.name.trim(),
                credential,
                fixed,
                written(moving),
                i64::from(transports.encode().map_err(odd)?),
                !matches!(moving.backup, Backup::NotEligible),
                now
            ],
        )
        .await?;
    if kept == 0 {
        return Err(refused().into());
    }
    work.audit(Some(cx.user), "passkey.add", id, serde_json::json!({ "name": draft.name.trim() })).await?;
    work.commit().await?;
    passkeys(cx).await
}

fn written(state: DynamicState) -> String {
    let Ok(bytes) = state.encode();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Names one of the own passkeys; answers all.
///
/// # Errors
/// [`Fault::Missing`] for another person's.
pub async fn rename_passkey(cx: &Cx, id: PasskeyId, name: &str) -> Result<Passkeys> {
    let scope = cx.may(Permission::Inbox)?;
    Check::default().text(name, "name", limit::NAME_MAX).done()?;
    let mut work = scope.begin().await?;
    let named = work
        .system()
        .run(sql_system!("update passkey set name = $3 where id = $1 and user_id = $2"), args![id, cx.user, name.trim()])
        .await?;
    if named == 0 {
        return Err(Fault::Missing.into());
    }
    work.audit(Some(cx.user), "passkey.rename", id, serde_json::json!({ "name": name.trim() })).await?;
    work.commit().await?;
    passkeys(cx).await
}

/// Takes one of the own passkeys away; answers those that are left. Logins made with it go on.
///
/// # Errors
/// [`Fault::Missing`] for another person's.
pub async fn remove_passkey(cx: &Cx, id: PasskeyId) -> Result<Passkeys> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let gone = work.system().run(sql_system!("delete from passkey where id = $1 and user_id = $2"), args![id, cx.user]).await?;
    if gone == 0 {
        return Err(Fault::Missing.into());
    }
    work.audit(Some(cx.user), "passkey.remove", id, serde_json::json!({})).await?;
    work.commit().await?;
    passkeys(cx).await
}

/// Begins signing in, for whoever holds a key; none where there are no passkeys. Nothing is asked of the database.
pub fn begin_entry(desk: &Desk) -> Result<Option<PasskeyCall>> {
    let Some(site) = site(desk) else { return Ok(None) };
    let begun = DiscoverableCredentialRequestOptions::passkey(&site.id).start_ceremony();
    let (state, client) = begun.map_err(|e| Error::Other(e.to_string()))?;
    let state = state.encode().map_err(|e| Error::Other(e.to_string()))?;
    Ok(Some(PasskeyCall { token: seal(desk, ENTER, 0, &state)?, options: serde_json::to_string(&client)? }))
}

#[derive(sqlx::FromRow)]
struct Held {
    id: i64,
    user_id: i64,
    public_key: String,
    state: String,
    passkey_handle: String,
}

/// Signs in with a device's answer. An unknown key, a wrong answer and a person without an account answer alike.
///
/// # Errors
/// [`Fault::BadCredentials`], or [`Fault::Throttled`] after repeated failures from this address.
pub async fn enter(desk: &Desk, token: &str, answer: &str, visitor: &Visitor) -> Result<SignedIn> {
    let by_address = format!("login:address:{}", network(&visitor.address));
    throttle::refuse(desk, &by_address).await?;
    match holder(desk, token, answer).await? {
        Some((user, account)) => new_login(desk, user, account, visitor).await,
        None => {
            throttle::count(desk, &by_address, super::ADDRESS_FACTOR).await?;
            Err(Fault::BadCredentials.into())
        }
    }
}

/// Who holds the key that answered, and where they work.
async fn holder(desk: &Desk, token: &str, answer: &str) -> Result<Option<(UserId, AccountId)>> {
    let Some(site) = site(desk) else { return Ok(None) };
    if answer.len() > limit::PASSKEY_ANSWER_MAX {
        return Ok(None);
    }
    let Some((_, state)) = unseal(desk, ENTER, token) else { return Ok(None) };
    let state = DiscoverableAuthenticationServerState::decode(&state).map_err(odd)?;
    let Ok(answer) = DiscoverableAuthentication64::from_json_relaxed(answer.as_bytes()) else { return Ok(None) };
    let held: Option<Held> = desk
        .db
        .one(
            sql_system!(
                "select p.id, p.user_id, p.public_key, p.state, u.passkey_handle from passkey p join users u on u.id = p.user_id
                 where p.credential = $1"
            ),
            args![URL_SAFE_NO_PAD.encode(answer.raw_id().as_ref())],
        )
        .await?;
    let Some(held) = held else { return Ok(None) };
    let user = UserId(held.user_id);
    let Some(account) = home_account(desk, user).await? else { return Ok(None) };
    let handle = read_handle(&held.passkey_handle)?;
    let fixed = StaticState::<PublicKey>::decode(&bytes(&held.public_key)?).map_err(odd)?;
    let moving: [u8; 7] = bytes(&held.state)?.try_into().map_err(odd)?;
    let moving = DynamicState::decode(moving).map_err(odd)?;
    let mut key = AuthenticatedCredential::new(answer.raw_id(), &handle, fixed, moving).map_err(odd)?;
    let origins = [site.origin.as_str()];
    let rules = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        ..AuthenticationVerificationOptions::default()
    };
    if let Err(e) = state.verify(&site.id, &answer, &mut key, &rules) {
        tracing::info!(reason = %e, "a passkey did not open");
        if matches!(e, AuthCeremonyErr::SignatureCounter) {
            // There are two of it: somebody copied it.
            desk.system(account).note(Some(user), "passkey.copied", held.id).await?;
        }
        return Ok(None);
    }
    let mut work = desk.system(account).begin().await?;
    if !take(&mut work, token).await? {
        return Ok(None);
    }
    let now = work.desk().now();
    // Of two answers with the same count the second finds another state.
    let used = work
        .system()
        .run(
            sql_system!("update passkey set state = $3, last_used_at = $4 where id = $1 and state = $2"),
            args![held.id, &held.state, written(key.dynamic_state()), now],
        )
        .await?;
    if used == 0 {
        return Ok(None);
    }
    work.audit(Some(user), "login.passkey", held.id, serde_json::json!({})).await?;
    work.commit().await?;
    Ok(Some((user, account)))
}

/// Forgets calls whose answers would come too late anyway.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    desk.db.run(sql_system!("delete from passkey_answered where expires_at < $1"), args![desk.now()]).await?;
    Ok(())
}
