//! Who did what, and the optional parts of the product; admins only.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// A page of the audit, the newest first.
#[server(protocol = Wire)]
pub async fn audit_lines(query: AuditQuery) -> Answer<Page<AuditLine>> {
    Ok(service::audit::page(&super::cx()?, &query).await?)
}

/// How many lines have come since one.
#[server(protocol = Wire)]
pub async fn audit_newer(than: AuditId) -> Answer<i64> {
    Ok(service::audit::newer(&super::cx()?, than).await?)
}

/// The optional parts of the product (HP-3).
#[server(protocol = Wire)]
pub async fn modules() -> Answer<Vec<ModuleState>> {
    Ok(service::feature::modules(&super::cx()?).await?)
}

/// Switches one of them.
#[server(protocol = Wire)]
pub async fn switch_module(module: Module, on: bool) -> Answer<Account> {
    Ok(service::feature::switch(&super::cx()?, module, on).await?)
}
