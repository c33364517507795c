//! The note for who receives a conversation (TR-3): the account may demand one.

use crate::fault;
use crate::i18n::*;
use crate::live::Store;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Conversation, Fault, Wrong};

/// Whether the account demands a note with each transfer. False until the workspace is here.
pub fn needs_note(store: Store) -> Memo<bool> {
    Memo::new(move |_| store.workspace.with(|w| w.as_ref().is_some_and(|w| w.me.account.transfer.transfer_note)))
}

/// Why it cannot be handed over yet: a note is demanded and there is none. Tracked.
pub fn lacks_note(i18n: I18nContext<Locale>, required: Memo<bool>, note: RwSignal<String>) -> Option<String> {
    let lacks = required.get() && note.with(|n| n.trim().is_empty());
    lacks.then(|| fault::say(i18n, &Fault::field("note", Wrong::Required)))
}

/// Whether the contact of the conversation is told that it goes to somebody else. Tracked.
pub fn is_told(store: Store, row: &Conversation) -> bool {
    let says = store.workspace.with(|w| w.as_ref().is_some_and(|w| !w.me.account.transfer.transfer_message.is_empty()));
    says && store.window(row).is_open()
}

/// The note's field, which says whether it may stay empty.
#[component]
pub fn NoteField(name: &'static str, note: RwSignal<String>, required: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let label = Signal::derive(move || t_string!(i18n, inbox.thread.transfer.note).to_string());
    let hint = Signal::derive(move || {
        if required.get() {
            t_string!(i18n, inbox.thread.transfer.note_required).to_string()
        } else {
            t_string!(i18n, inbox.thread.transfer.note_hint).to_string()
        }
    });
    move || {
        let optional = !required.get();
        view! { <TextArea name label hint value=note optional/> }
    }
}
