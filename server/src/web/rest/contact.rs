//! Contacts.

use super::error::{Answer, Common, OfBody, OfChange, OfOne, Refusal};
use super::extract::{Asked, Body, Caller, Id};
use super::page::{PAGE, Page, PageQuery, of_all, place, size};
use axum::Json;
use model::{Contact, ContactDraft, ContactId, CustomField, FieldValue, Tag, TagChange, TagId, Wrong, limit};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

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
    Ok(Json(service::contact::read(&cx, id).await?))
}

/// What changes of a contact; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// The contact's `version` as you know it: when it was changed since, nothing is saved (`conflict`). Without it the
    /// newest one is changed.
    pub version: Option<i64>,
    pub name: Option<String>,
    /// In any format; empty takes it away. An open conversation stays with the old number until it is concluded.
    pub phone: Option<String>,
    /// Empty takes it away.
    pub email: Option<String>,
    pub annotation: Option<String>,
    /// Values of the account's fields, in the form of the field's kind; an empty value takes it away, fields that are not
    /// named stay as they are.
    #[serde(default)]
    pub fields: Vec<FieldValue>,
}

/// Change a contact
///
/// For admins, and for users who see one of the contact's conversations. Wrong values of fields are told as `field_<id>`.
#[utoipa::path(
    patch,
    path = "/contacts/{id}",
    tag = "contacts",
    params(("id" = ContactId, Path, description = "The contact")),
    request_body = ContactInput,
    responses((status = 200, description = "The contact after it", body = Contact), Common, OfOne, OfChange, OfBody)
)]
pub async fn change_contact(Caller(cx): Caller, Id(id): Id<ContactId>, Body(input): Body<ContactInput>) -> Answer<Json<Contact>> {
    let now = service::contact::read(&cx, id).await?;
    let mut draft = ContactDraft::of(&now);
    draft.version = input.version.unwrap_or(draft.version);
    let put = |place: &mut String, value: Option<String>| {
        if let Some(value) = value {
            *place = value;
        }
    };
    put(&mut draft.name, input.name);
    put(&mut draft.phone, input.phone);
    put(&mut draft.email, input.email);
    put(&mut draft.annotation, input.annotation);
    draft.fields.retain(|have| !input.fields.iter().any(|named| named.field_id == have.field_id));
    draft.fields.extend(input.fields);
    Ok(Json(service::contact::save(&cx, draft).await?))
}

/// How a contact's tags change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagsInput {
    /// `InsertIfNotExists` puts the tags on, `DeleteIfExists` takes them off, `ReplaceAll` leaves exactly these.
    pub operation: TagChange,
    pub tag_ids: Vec<TagId>,
}

/// Change a contact's tags
#[utoipa::path(
    post,
    path = "/contacts/{id}/tags",
    tag = "contacts",
    params(("id" = ContactId, Path, description = "The contact")),
    request_body = TagsInput,
    responses((status = 200, description = "The contact after it", body = Contact), Common, OfOne, OfChange, OfBody)
)]
pub async fn change_contact_tags(Caller(cx): Caller, Id(id): Id<ContactId>, Body(input): Body<TagsInput>) -> Answer<Json<Contact>> {
    Ok(Json(service::tag::change(&cx, id, input.operation, &input.tag_ids).await?))
}

/// Tags of the account
#[utoipa::path(get, path = "/tags", tag = "contacts", params(PageQuery), responses((status = 200, description = "By id", body = Page<Tag>), Common))]
pub async fn list_tags(Caller(cx): Caller, Asked(query): Asked<PageQuery>) -> Answer<Json<Page<Tag>>> {
    Ok(Json(of_all(service::tag::list(&cx).await?, |t: &Tag| t.id.0, &query)?))
}

/// Fields that the account adds to its contacts, archived ones included
#[utoipa::path(get, path = "/contact-fields", tag = "contacts", params(PageQuery), responses((status = 200, description = "By id", body = Page<CustomField>), Common))]
pub async fn list_contact_fields(Caller(cx): Caller, Asked(query): Asked<PageQuery>) -> Answer<Json<Page<CustomField>>> {
    Ok(Json(of_all(service::field::list(&cx).await?, |f: &CustomField| f.id.0, &query)?))
}
