//! The company behind the account; admins only.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// What is written down.
#[server(name = GetCompany, protocol = Wire)]
pub async fn company() -> Answer<Company> {
    Ok(service::company::get(&super::cx()?).await?)
}

/// Changes it (CF-1).
#[server(protocol = Wire)]
pub async fn save_company(draft: Company) -> Answer<Company> {
    Ok(service::company::save(&super::cx()?, draft).await?)
}
