//! Contacts and what an account adds to them: editing, fields, tags, past conversations, files.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// A contact in full.
#[server(name = GetContact, protocol = Wire)]
pub async fn contact(id: ContactId) -> Answer<Contact> {
    Ok(service::contact::read(&super::cx()?, id).await?)
}

/// Changes a contact; refused when somebody else changed it since (CP-6).
#[server(protocol = Wire)]
pub async fn save_contact(draft: ContactDraft) -> Answer<Contact> {
    Ok(service::contact::save(&super::cx()?, draft).await?)
}

/// Archives or blocks a contact, or takes it back.
#[server(protocol = Wire)]
pub async fn set_contact_status(id: ContactId, status: ContactStatus) -> Answer<Contact> {
    Ok(service::contact::set_status(&super::cx()?, id, status).await?)
}

/// Takes a contact's photo away (PR-3).
#[server(protocol = Wire)]
pub async fn remove_contact_photo(id: ContactId) -> Answer<()> {
    Ok(service::contact::remove_photo(&super::cx()?, id).await?)
}

/// Makes two contacts one (NX-3).
#[server(protocol = Wire)]
pub async fn merge_contacts(draft: ContactMergeDraft) -> Answer<Contact> {
    Ok(service::contact::merge(&super::cx()?, draft).await?)
}

/// Contacts that look like the same person.
#[server(protocol = Wire)]
pub async fn duplicates(id: ContactId) -> Answer<Vec<ContactHit>> {
    Ok(service::contact::duplicates(&super::cx()?, id).await?)
}

/// Merges into a contact, and of its conversations, that can be undone.
#[server(protocol = Wire)]
pub async fn merges(id: ContactId) -> Answer<Vec<Merge>> {
    Ok(service::contact::merges(&super::cx()?, id).await?)
}

/// Undoes a merge.
#[server(protocol = Wire)]
pub async fn undo_merge(id: MergeId) -> Answer<()> {
    Ok(service::contact::undo_merge(&super::cx()?, id).await?)
}

/// Conversations of a contact, past and present, newest first.
#[server(protocol = Wire)]
pub async fn history(query: HistoryQuery) -> Answer<Page<Conversation>> {
    Ok(service::conversation::history(&super::cx()?, &query).await?)
}

/// Files and links that went between a contact and us, newest first.
#[server(protocol = Wire)]
pub async fn files(query: FileQuery) -> Answer<FilePage> {
    Ok(service::contact::files(&super::cx()?, &query).await?)
}

/// Tags of the account by name.
#[server(protocol = Wire)]
pub async fn tags() -> Answer<Vec<Tag>> {
    Ok(service::tag::list(&super::cx()?).await?)
}

/// Creates a tag, or changes one, which is for admins.
#[server(protocol = Wire)]
pub async fn save_tag(draft: TagDraft) -> Answer<Tag> {
    Ok(service::tag::save(&super::cx()?, draft).await?)
}

/// Deletes a tag; one that is in use only when that is confirmed (CP-4).
#[server(protocol = Wire)]
pub async fn delete_tag(id: TagId, confirmed: bool) -> Answer<()> {
    Ok(service::tag::delete(&super::cx()?, id, confirmed).await?)
}

/// Changes which tags a contact has (CP-4).
#[server(protocol = Wire)]
pub async fn change_tags(id: ContactId, how: TagChange, tags: Vec<TagId>) -> Answer<Contact> {
    Ok(service::tag::change(&super::cx()?, id, how, &tags).await?)
}

/// The account's fields of contacts, archived ones included.
#[server(protocol = Wire)]
pub async fn fields() -> Answer<Vec<CustomField>> {
    Ok(service::field::list(&super::cx()?).await?)
}

/// Creates or changes a field (CP-3).
#[server(protocol = Wire)]
pub async fn save_field(draft: FieldDraft) -> Answer<CustomField> {
    Ok(service::field::save(&super::cx()?, draft).await?)
}

/// Puts the fields into another order.
#[server(protocol = Wire)]
pub async fn sort_fields(order: Vec<FieldId>) -> Answer<Vec<CustomField>> {
    Ok(service::field::sort(&super::cx()?, &order).await?)
}
