//! Merging two conversations of a contact (NX-2), or two contacts that are one person (NX-3).

use crate::{Contact, ContactId, FieldId, MergeId, Millis, UserId, text, words};
use serde::{Deserialize, Serialize};

words! {
    /// Why two things are not merged, or a merge is not undone.
    pub enum MergeWhy {
        /// Not two conversations of one contact on one channel, or not two contacts.
        Unlike = "UNLIKE",
        /// One of them was merged already.
        Merged = "MERGED",
        /// A later merge builds on this one and must be undone first.
        Later = "LATER",
        /// More messages than [`crate::limit::MERGE_MESSAGES_MAX`].
        TooLong = "TOO_LONG",
    }
}

words! {
    /// Whose value stays.
    pub enum MergeSide {
        Kept = "KEPT",
        Other = "OTHER",
        /// One after the other; for the annotation only.
        Both = "BOTH",
    }
}

words! {
    /// What was merged.
    pub enum MergeKind {
        Contact = "CONTACT",
        Conversation = "CONVERSATION",
    }
}

/// How two contacts become one. The versions are those of the contacts that were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMergeDraft {
    /// The contact that stays.
    pub kept_id: ContactId,
    pub kept_version: i64,
    /// The one that goes into it.
    pub other_id: ContactId,
    pub other_version: i64,
    pub name: MergeSide,
    pub phone: MergeSide,
    pub email: MergeSide,
    pub annotation: MergeSide,
    /// Fields whose value comes from the other.
    pub fields: Vec<FieldId>,
}

impl ContactMergeDraft {
    /// What is offered at first: what stays wins, unless it says nothing.
    pub fn suggest(kept: &Contact, other: &Contact) -> ContactMergeDraft {
        let filled = |have: bool, theirs: bool| if !have && theirs { MergeSide::Other } else { MergeSide::Kept };
        let is_name =
            |c: &Contact| c.name.chars().any(char::is_alphabetic) && c.phone.as_deref().map(text::phone_display).as_ref() != Some(&c.name);
        let (mine, theirs) = (kept.annotation.trim(), other.annotation.trim());
        let has = |field: FieldId| kept.fields.iter().any(|v| v.field_id == field);
        ContactMergeDraft {
            kept_id: kept.id,
            kept_version: kept.version,
            other_id: other.id,
            other_version: other.version,
            name: filled(is_name(kept), is_name(other)),
            phone: filled(kept.phone.is_some(), other.phone.is_some()),
            email: filled(kept.email.is_some(), other.email.is_some()),
            annotation: if !mine.is_empty() && !theirs.is_empty() && mine != theirs {
                MergeSide::Both
            } else {
                filled(!mine.is_empty(), !theirs.is_empty())
            },
            fields: other.fields.iter().map(|v| v.field_id).filter(|id| !has(*id)).collect(),
        }
    }
}

/// Two annotations as one; each once.
pub fn joined(first: &str, second: &str) -> String {
    match (first.trim(), second.trim()) {
        (first, second) if second.is_empty() || first == second => first.to_owned(),
        ("", second) => second.to_owned(),
        (first, second) => format!("{first}\n\n{second}"),
    }
}

/// A merge that can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    pub id: MergeId,
    pub kind: MergeKind,
    /// The name of the contact, or the protocol of the conversation, that went into the other.
    pub label: String,
    pub at: Millis,
    /// When it can be undone no more: [`crate::limit::MERGE_MILLIS`] later.
    pub until: Millis,
    pub by: UserId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContactStatus, FieldValue};

    fn contact(id: i64, name: &str, phone: Option<&str>, annotation: &str, fields: &[i64]) -> Contact {
        Contact {
            id: ContactId(id),
            name: name.into(),
            phone: phone.map(str::to_owned),
            email: None,
            status: ContactStatus::Active,
            annotation: annotation.into(),
            created_at: 0,
            identities: Vec::new(),
            page: None,
            version: id,
            tags: Vec::new(),
            fields: fields.iter().map(|f| FieldValue { field_id: FieldId(*f), value: "x".into() }).collect(),
            photo: String::new(),
        }
    }

    #[test]
    fn nx_3_what_stays_wins_unless_it_says_nothing() {
        let (number, maria) =
            (contact(1, "+55 11 98765-4321", Some("+5511987654321"), "", &[1]), contact(2, "Maria", None, "VIP", &[1, 2]));
        let draft = ContactMergeDraft::suggest(&number, &maria);
        assert_eq!(
            (draft.name, draft.phone, draft.email, draft.annotation),
            (MergeSide::Other, MergeSide::Kept, MergeSide::Kept, MergeSide::Other)
        );
        assert_eq!(draft.fields, [FieldId(2)]);
        let draft = ContactMergeDraft::suggest(&maria, &number);
        assert_eq!((draft.name, draft.phone, draft.annotation), (MergeSide::Kept, MergeSide::Other, MergeSide::Kept));
        assert_eq!(draft.fields, []);
        let both = ContactMergeDraft::suggest(&maria, &contact(3, "Ana", None, "Nova", &[]));
        assert_eq!(both.annotation, MergeSide::Both);
    }

    #[test]
    fn two_annotations_are_one_after_the_other_and_each_once() {
        assert_eq!(joined("a", "b"), "a\n\nb");
        assert_eq!((joined("a ", "a"), joined("", "b"), joined("a", " ")), ("a".into(), "b".into(), "a".into()));
    }
}
