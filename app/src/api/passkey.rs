//! Passkeys: one's own, and signing in with one.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// My passkeys, and whether there can be any.
#[server(protocol = Wire)]
pub async fn my_passkeys() -> Answer<Passkeys> {
    Ok(service::auth::passkey::passkeys(&super::cx()?).await?)
}

/// Begins a new passkey; asks for the password when I have been signed in for a while.
#[server(protocol = Wire)]
pub async fn begin_passkey(password: String) -> Answer<PasskeyCall> {
    Ok(service::auth::passkey::begin_passkey(&super::cx()?, &password).await?)
}

/// Keeps a new passkey; answers all.
#[server(protocol = Wire)]
pub async fn add_passkey(draft: PasskeyDraft) -> Answer<Passkeys> {
    Ok(service::auth::passkey::add_passkey(&super::cx()?, draft).await?)
}

/// Gives one of my passkeys another name; answers all.
#[server(protocol = Wire)]
pub async fn rename_passkey(id: PasskeyId, name: String) -> Answer<Passkeys> {
    Ok(service::auth::passkey::rename_passkey(&super::cx()?, id, &name).await?)
}

/// Takes one of my passkeys away; answers those that are left.
#[server(protocol = Wire)]
pub async fn remove_passkey(id: PasskeyId) -> Answer<Passkeys> {
    Ok(service::auth::passkey::remove_passkey(&super::cx()?, id).await?)
}

/// Begins signing in with a passkey; none where there are none.
#[server(protocol = Wire)]
pub async fn begin_passkey_entry() -> Answer<Option<PasskeyCall>> {
    Ok(service::auth::passkey::begin_entry(&super::desk()?)?)
}

/// Signs in with a device's answer.
#[server(protocol = Wire)]
pub async fn enter_with_passkey(token: String, answer: String) -> Answer<()> {
    let signed_in = service::auth::passkey::enter(&super::desk()?, &token, &answer, &super::visitor()).await?;
    super::set_cookie(&signed_in.cookie);
    Ok(())
}
