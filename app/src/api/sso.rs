//! Single sign-on: what the sign-in page offers, and what an admin sets.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// What the sign-in page offers.
#[server(protocol = Wire)]
pub async fn sso_entry() -> Answer<SsoDoor> {
    Ok(service::auth::sso::door(&super::desk()?).await?)
}

/// How the account's people come in by their identity provider.
#[server(protocol = Wire)]
pub async fn sso_setup() -> Answer<SsoSettings> {
    Ok(service::auth::sso::settings(&super::cx()?).await?)
}

/// Changes it; a provider that is switched on is asked first whether it is there.
#[server(protocol = Wire)]
pub async fn save_sso(draft: Sso) -> Answer<SsoSettings> {
    Ok(service::auth::sso::save(&super::cx()?, draft).await?)
}
