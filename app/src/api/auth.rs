//! Set-up, sign-in, logins, switching accounts.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// What the first page needs to know: set-up or not, who is signed in.
#[server(protocol = Wire)]
pub async fn boot() -> Answer<model::Boot> {
    Ok(service::auth::boot(&super::desk()?, super::maybe_cx().as_ref()).await?)
}

/// Creates the account and its first admin, and signs them in; closed for good once an account exists.
#[server(protocol = Wire)]
pub async fn setup(draft: SetupDraft) -> Answer<()> {
    let signed_in = service::auth::setup(&super::desk()?, draft, &super::visitor()).await?;
    super::set_cookie(&signed_in.cookie);
    Ok(())
}

/// Signs in with a new login; wrong and unknown answer alike (AC-2).
#[server(protocol = Wire)]
pub async fn sign_in(email: String, password: String) -> Answer<()> {
    let signed_in = service::auth::sign_in(&super::desk()?, &email, &password, &super::visitor()).await?;
    super::set_cookie(&signed_in.cookie);
    Ok(())
}

/// Ends this login.
#[server(protocol = Wire)]
pub async fn sign_out() -> Answer<()> {
    let cookie = service::auth::sign_out(&super::held_cx()?).await?;
    super::set_cookie(&cookie);
    Ok(())
}

/// Own logins, newest first.
#[server(protocol = Wire)]
pub async fn logins() -> Answer<Vec<LoginView>> {
    Ok(service::auth::logins(&super::cx()?).await?)
}

/// Ends one of the own logins; its sockets end at once.
#[server(protocol = Wire)]
pub async fn revoke_login(id: LoginId) -> Answer<()> {
    Ok(service::auth::revoke_login(&super::cx()?, id).await?)
}

/// Goes on in another account without signing in again (AC-9).
#[server(protocol = Wire)]
pub async fn switch_account(account_id: AccountId) -> Answer<()> {
    Ok(service::auth::switch_account(&super::cx()?, account_id).await?)
}

/// What a contact's message within twelve hours of my conclusions does (SM-7, SM-8).
#[server(protocol = Wire)]
pub async fn set_archive_preference(preference: ArchivePreference) -> Answer<()> {
    Ok(service::people::set_archive_preference(&super::cx()?, preference).await?)
}

/// Changes my own name, nickname and e-mail (PR-1).
#[server(protocol = Wire)]
pub async fn save_profile(draft: ProfileDraft) -> Answer<()> {
    Ok(service::auth::save_profile(&super::cx()?, draft).await?)
}

/// Removes my photo.
#[server(protocol = Wire)]
pub async fn remove_photo() -> Answer<()> {
    Ok(service::avatar::remove(&super::cx()?).await?)
}
