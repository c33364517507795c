//! How conversations end: reasons and automatic closing. Admins only, except where it says otherwise.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Reasons for concluding, inactive ones included; every member may read it.
#[server(protocol = Wire)]
pub async fn reasons() -> Answer<Vec<Reason>> {
    Ok(service::closing::reasons(&super::cx()?).await?)
}

/// Creates or changes a reason (CO-3, CO-5).
#[server(protocol = Wire)]
pub async fn save_reason(draft: ReasonDraft) -> Answer<Reason> {
    Ok(service::closing::save_reason(&super::cx()?, draft).await?)
}

/// Deletes a reason that nothing was classified as.
#[server(protocol = Wire)]
pub async fn delete_reason(id: ReasonId) -> Answer<()> {
    Ok(service::closing::delete_reason(&super::cx()?, id).await?)
}

/// Changes how the account concludes.
#[server(protocol = Wire)]
pub async fn save_closing(draft: ClosingSettings) -> Answer<Account> {
    Ok(service::closing::save_settings(&super::cx()?, draft).await?)
}

/// Changes what goes with a transfer (TR-3).
#[server(protocol = Wire)]
pub async fn save_transfer(draft: TransferSettings) -> Answer<Account> {
    Ok(service::transfer::save(&super::cx()?, draft).await?)
}

/// Whether a reason is asked with each of my conclusions (CO-2); everybody's own.
#[server(protocol = Wire)]
pub async fn set_classify(on: bool) -> Answer<()> {
    Ok(service::closing::set_classify(&super::cx()?, on).await?)
}

/// When conversations close by themselves: the account's rule, then its exceptions (AU-1).
#[server(protocol = Wire)]
pub async fn auto_rules() -> Answer<Vec<AutoClose>> {
    Ok(service::closing::rules(&super::cx()?).await?)
}

/// Saves such a rule, or takes an exception away; answers all.
#[server(protocol = Wire)]
pub async fn save_auto_rule(draft: AutoClose, remove: bool) -> Answer<Vec<AutoClose>> {
    Ok(service::closing::save_rule(&super::cx()?, draft, remove).await?)
}

/// How many open conversations a filter finds.
#[server(protocol = Wire)]
pub async fn count_many(filter: BulkFilter) -> Answer<i64> {
    Ok(service::closing::count_many(&super::cx()?, &filter).await?)
}

/// Concludes what a filter finds, in the background (BC-1, BC-2).
#[server(protocol = Wire)]
pub async fn start_job(draft: BulkDraft) -> Answer<BulkJob> {
    Ok(service::closing::start_job(&super::cx()?, draft).await?)
}

/// The newest of those jobs, with their progress.
#[server(protocol = Wire)]
pub async fn jobs() -> Answer<Vec<BulkJob>> {
    Ok(service::closing::jobs(&super::cx()?).await?)
}

/// What became of each conversation of a job.
#[server(protocol = Wire)]
pub async fn job_items(id: ClosingJobId) -> Answer<Vec<BulkItem>> {
    Ok(service::closing::job_items(&super::cx()?, id).await?)
}

/// Stops a job.
#[server(protocol = Wire)]
pub async fn cancel_job(id: ClosingJobId) -> Answer<()> {
    Ok(service::closing::cancel_job(&super::cx()?, id).await?)
}

/// How long concluded conversations are kept (AR-3).
#[server(protocol = Wire)]
pub async fn retention() -> Answer<model::Retention> {
    Ok(service::closing::retention(&super::cx()?).await?)
}

/// Changes that; with the person's password.
#[server(protocol = Wire)]
pub async fn save_retention(months: i64, password: String) -> Answer<model::Retention> {
    Ok(service::closing::save_retention(&super::cx()?, months, &password).await?)
}

/// Tags whose contacts' conversations never close by themselves (AU-3).
#[server(protocol = Wire)]
pub async fn spared_tags() -> Answer<Vec<TagId>> {
    Ok(service::closing::spared(&super::cx()?).await?)
}

/// Changes them; answers all.
#[server(protocol = Wire)]
pub async fn save_spared_tags(tags: Vec<TagId>) -> Answer<Vec<TagId>> {
    Ok(service::closing::save_spared(&super::cx()?, &tags).await?)
}
