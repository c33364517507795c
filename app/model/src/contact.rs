//! Contacts and the identities by which channels know them.

use crate::{ChannelKind, ContactId, Millis, words};
use serde::{Deserialize, Serialize};

words! {
    /// Whether a contact may be written to.
    pub enum ContactStatus { Active = "ACTIVE", Archived = "ARCHIVED", Blocked = "BLOCKED" }
}

words! {
    /// What kind of name a channel gives a contact.
    pub enum IdentityKind {
        /// A phone number; stored under its canonical key (NX-1).
        Phone = "PHONE",
        /// Meta's business-scoped user id.
        Bsuid = "BSUID",
        /// An anonymous visitor of a website chat.
        Visitor = "VISITOR",
    }
}

/// A contact in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    /// E.164 with `+`, or nothing when only another identity is known.
    pub phone: Option<String>,
    pub email: Option<String>,
    pub status: ContactStatus,
    /// Free note about the contact.
    pub annotation: String,
    pub created_at: Millis,
    pub identities: Vec<Identity>,
    /// Where on the website a visitor of its chat was last.
    #[serde(default)]
    pub page: Option<VisitedPage>,
}

/// A page that carries the chat, as the visitor's browser tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitedPage {
    /// Of a site that may carry the chat; `http` or `https`.
    pub url: String,
    pub title: String,
    pub at: Millis,
}

/// How a channel knows the contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identity {
    pub kind: IdentityKind,
    pub channel_kind: ChannelKind,
    /// What is sent to: a `wa_id`, a BSUID, a visitor's id.
    pub address: String,
    /// A username or similar, when the channel tells one.
    pub username: Option<String>,
}

/// A contact in a search result or picker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactHit {
    pub id: ContactId,
    pub name: String,
    pub phone: Option<String>,
    pub status: ContactStatus,
}
