//! Contacts.

use super::error::{Answer, Common, OfOne, Refusal};
use super::extract::{Asked, Caller, Id};
use super::page::{PAGE, Page, place, size};
use axum::Json;
use model::{Contact, ContactId, Permission, Wrong, limit};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContactQuery {
    /// Words of the name, part of the phone number in any format, or an e-mail address. It finds at most 100 contacts.
    #[param(max_length = 100)]
    pub query: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows in the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
}

/// Contacts of the account
#[utoipa::path(
    get,
    path = "/contacts",
    tag = "contacts",
    params(ContactQuery),
    responses((status = 200, description = "Newest first", body = Page<Contact>), Common)
)]
pub async fn list_contacts(Caller(cx): Caller, Asked(query): Asked<ContactQuery>) -> Answer<Json<Page<Contact>>> {
    if query.query.as_ref().is_some_and(|q| q.chars().count() > limit::SEARCH_MAX) {
        return Err(Refusal::field("query", Wrong::TooLong.word(), format!("at most {} characters", limit::SEARCH_MAX)));
    }
    let after: Option<ContactId> = place(query.after.as_deref())?;
    let page = service::contact::list(&cx, query.query.as_deref(), after, size(query.limit, PAGE)?).await?;
    Ok(Json(Page { items: page.items, next: page.next }))
}

/// A contact with the identities by which channels know it
#[utoipa::path(
    get,
    path = "/contacts/{id}",
    tag = "contacts",
    params(("id" = ContactId, Path, description = "The contact")),
    responses((status = 200, description = "The contact", body = Contact), Common, OfOne)
)]
pub async fn get_contact(Caller(cx): Caller, Id(id): Id<ContactId>) -> Answer<Json<Contact>> {
    Ok(Json(service::contact::get(&cx.may(Permission::Inbox)?, id).await?))
}
