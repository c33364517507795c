//! Contacts on screen: what a colleague changes is fetched again.

use super::apply::Inbox;
use super::store::Store;
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Contact, ContactId, Tag, TagId};

/// Changed contacts that are remembered for answers that are on their way.
const REMEMBERED: usize = 500;

impl Inbox {
    /// A contact changed with an event; tells whether somebody looks at it.
    pub fn contact_changed(&mut self, id: ContactId, seq: i64) -> bool {
        if self.contacts.len() >= REMEMBERED {
            self.contacts.clear();
        }
        self.contacts.insert(id, seq);
        self.threads.values().any(|t| t.face.contact.with_untracked(|c| c.as_ref().is_some_and(|c| c.id == id)))
    }

    /// Whether an answer of that sequence is older than the contact's last change.
    pub fn contact_is_newer(&self, id: ContactId, seq: i64) -> bool {
        self.contacts.get(&id).is_some_and(|changed| *changed > seq)
    }

    /// A contact is fetched; answers which fetch of it this is.
    pub fn contact_asked(&mut self, id: ContactId) -> u64 {
        self.made += 1;
        self.contact_turns.insert(id, self.made);
        self.made
    }

    /// The answer to a fetch, none when it failed; one that a later fetch of that contact has overtaken is dropped.
    pub fn contact_answered(&mut self, id: ContactId, turn: u64, contact: Option<&Contact>) {
        if self.contact_turns.get(&id) == Some(&turn) {
            self.contact_turns.remove(&id);
            if let Some(contact) = contact {
                self.learn_contact(contact);
            }
        }
    }

    /// Shows a contact wherever it is on screen.
    pub fn learn_contact(&self, contact: &Contact) {
        for thread in self.threads.values() {
            let shown = &thread.face.contact;
            if shown.with_untracked(|c| c.as_ref().is_some_and(|c| c.id == contact.id && c != contact)) {
                shown.set(Some(contact.clone()));
            }
        }
    }
}

impl Store {
    /// A contact as the server answered it after a change: it is shown at once.
    pub fn learn_contact(&self, contact: &Contact) {
        self.change(|i| i.learn_contact(contact));
    }

    /// Fetches a contact again; an answer that a later question has overtaken is dropped.
    pub fn refresh_contact(&self, id: ContactId) {
        let store = *self;
        let turn = store.change(|i| i.contact_asked(id));
        spawn_local(async move {
            let answer = api::contact::contact(id).await.ok();
            store.change(|i| i.contact_answered(id, turn, answer.as_ref()));
        });
    }

    /// A tag by its id. Tracked.
    pub fn tag(&self, id: TagId) -> Option<Tag> {
        self.workspace.with(|w| w.as_ref().and_then(|w| w.tags.iter().find(|t| t.id == id).cloned()))
    }

    /// All tags by name. Tracked.
    pub fn tags(&self) -> Vec<Tag> {
        self.workspace.with(|w| w.as_ref().map(|w| w.tags.clone()).unwrap_or_default())
    }

    /// Tags that were deleted hide nothing: they are taken out of the filter.
    #[cfg(feature = "browser")]
    pub(super) fn forget_lost_tags(&self) {
        let mut filter = self.filter.get_untracked();
        let before = filter.tags.len();
        let known = self.workspace.with_untracked(|w| w.as_ref().map(|w| w.tags.iter().map(|t| t.id).collect::<Vec<_>>()));
        filter.tags.retain(|id| known.as_ref().is_none_or(|known| known.contains(id)));
        if filter.tags.len() != before {
            self.sieve(filter, self.oldest_first.get_untracked());
        }
    }
}
