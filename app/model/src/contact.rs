//! Contacts and the identities by which channels know them.

use crate::{
    ChannelId, ChannelKind, Check, ContactId, ConversationId, CustomField, Direction, Fault, FieldId, FieldKind, FieldValue, Media,
    MessageId, MessageKind, Millis, Place, TagId, Wrong, limit, mask::is_masked, words,
};
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
    /// Counts the changes of the contact; a change says which one it was made from.
    #[serde(default)]
    pub version: i64,
    #[serde(default)]
    pub tags: Vec<TagId>,
    /// Values in the account's own fields; a field without a value is left out.
    #[serde(default)]
    pub fields: Vec<FieldValue>,
    /// Marks the photo; empty = none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub photo: String,
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
    /// Marks the photo; empty = none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub photo: String,
}

/// What is typed to change a contact. `version` is that of the contact which was on screen: a contact that somebody else
/// changed since is refused with [`Fault::Conflict`] (CP-6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDraft {
    pub id: ContactId,
    pub version: i64,
    pub name: String,
    /// In any format; empty = none.
    pub phone: String,
    /// Empty = none.
    pub email: String,
    pub annotation: String,
    /// Values by field; a field that is not named has none afterwards. Those of archived fields stay.
    pub fields: Vec<FieldValue>,
}

impl ContactDraft {
    /// What the form holds of a contact.
    pub fn of(contact: &Contact) -> ContactDraft {
        ContactDraft {
            id: contact.id,
            version: contact.version,
            name: contact.name.clone(),
            phone: contact.phone.clone().unwrap_or_default(),
            email: contact.email.clone().unwrap_or_default(),
            annotation: contact.annotation.clone(),
            fields: contact.fields.clone(),
        }
    }

    /// The value typed in a field; empty when there is none.
    pub fn value(&self, field: FieldId) -> &str {
        self.fields.iter().find(|v| v.field_id == field).map_or("", |v| v.value.as_str())
    }

    /// What the form and the server check; the number is looked at by the server alone.
    pub fn check(&self, fields: &[CustomField]) -> Result<(), Fault> {
        let mut check = Check::default();
        check.text(&self.name, "name", limit::NAME_MAX).that(
            self.annotation.chars().count() <= limit::ANNOTATION_MAX,
            "annotation",
            Wrong::TooLong,
        );
        if !self.email.trim().is_empty() && !is_masked(&self.email) {
            check.email(&self.email, "email");
        }
        for field in fields.iter().filter(|f| !f.archived && f.kind != FieldKind::Group) {
            let typed = self.value(field.id);
            // Left as it was shown: the server knows what it stands for.
            if is_masked(typed) {
                continue;
            }
            // What is stored may hold an option that is no longer offered: the server knows it.
            let wrong = match field.read(typed, Some(typed)) {
                Ok(None) if field.required => Some(Wrong::Required),
                Ok(_) => None,
                Err(wrong) => Some(wrong),
            };
            if let Some(wrong) = wrong {
                check.that(false, &field_name(field.id), wrong);
            }
        }
        check.done()
    }
}

/// The name under which a form and a fault know a custom field.
pub fn field_name(id: FieldId) -> String {
    format!("field_{id}")
}

/// Which of a contact's conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryQuery {
    pub contact_id: ContactId,
    #[serde(default)]
    pub channel_id: Option<ChannelId>,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// 1 to [`crate::limit::PAGE_MAX`].
    #[serde(default)]
    pub limit: Option<i64>,
}

words! {
    /// What the files of a contact are sorted into (CP-2).
    pub enum ShelfKind {
        Document = "DOCUMENT",
        Link = "LINK",
        /// Pictures, videos, recordings.
        Media = "MEDIA",
    }
}

/// Which of a contact's files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileQuery {
    pub contact_id: ContactId,
    pub kind: ShelfKind,
    /// Part of the name, of the text beside it, or of the link.
    #[serde(default)]
    pub text: String,
    /// Older than this place.
    #[serde(default)]
    pub after: Option<Place>,
    /// 1 to [`crate::limit::PAGE_MAX`].
    #[serde(default)]
    pub limit: Option<i64>,
}

/// A page of files, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FilePage {
    pub files: Vec<ContactFile>,
    /// Where the next page begins; none when there is nothing older.
    pub next: Option<Place>,
}

/// A file or a link that went between a contact and us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactFile {
    pub conversation_id: ConversationId,
    pub message_id: MessageId,
    pub at: Millis,
    pub direction: Direction,
    pub kind: MessageKind,
    /// Text or caption.
    pub body: String,
    /// The file; none for links.
    pub media: Option<Media>,
    /// The first link of the text; empty for files.
    pub link: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cp_3_required_fields_keep_the_form_from_being_saved() {
        let field = |id, required, archived| CustomField {
            id: FieldId(id),
            kind: FieldKind::Integer,
            name: "x".into(),
            required,
            archived,
            options: Vec::new(),
        };
        let fields = [field(1, true, false), field(2, true, true), field(3, false, false)];
        let mut draft = ContactDraft {
            id: ContactId(1),
            version: 1,
            name: "Bia".into(),
            phone: String::new(),
            email: String::new(),
            annotation: String::new(),
            fields: Vec::new(),
        };
        assert_eq!(draft.check(&fields), Err(Fault::field("field_1", Wrong::Required)));
        draft.fields = vec![FieldValue { field_id: FieldId(1), value: "dez".into() }];
        assert_eq!(draft.check(&fields), Err(Fault::field("field_1", Wrong::NotANumber)));
        draft.fields[0].value = "10".into();
        assert_eq!(draft.check(&fields), Ok(()));
    }
}
