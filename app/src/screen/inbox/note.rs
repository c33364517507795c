//! Changing and deleting notes (NT-3, NT-4).

use super::ask::{Doing, SureDialog, TextDialog};
use super::composer::suggest::{Suggest, SuggestBox};
use super::thread::opened_by;
use super::thread::pane::{Pane, Sheet, use_pane};
use crate::i18n::*;
use crate::live::mention_name;
use crate::part::*;
use crate::session::Session;
use leptos::prelude::*;
use model::{Message, MessageKind, MessageStatus, NoteRights, UserId, limit, place_mentions};

/// What the signed-in person may do with a message that is a note; nothing with others. Tracks the clock.
pub fn rights(pane: Pane, session: Session, m: &Message) -> NoteRights {
    if m.kind != MessageKind::Note || m.status == MessageStatus::Deleted {
        return NoteRights::default();
    }
    let age = pane.store.tick.get().max(pane.store.server_now()) - m.at;
    NoteRights::of(session.is_admin(), m.author_id == Some(session.with(|me| me.user_id)), age)
}

/// The dialogs of notes.
#[component]
pub fn NoteDialogs() -> impl IntoView {
    view! {
        <EditDialog/>
        <DeleteDialog/>
    }
}

fn note_of(sheet: &Option<Sheet>) -> Option<Message> {
    match sheet {
        Some(Sheet::EditNote(note)) => Some((**note).clone()),
        _ => None,
    }
}

#[component]
fn EditDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::EditNote(_)));
    let text = RwSignal::new(String::new());
    // Whom the note names, as far as they still stand in it.
    let named = RwSignal::new(Vec::<(UserId, String)>::new());
    effect(move || {
        if let Some(note) = pane.sheet.with(note_of) {
            named.set(note.mentions.iter().map(|m| (m.user_id, mention_name(&note.body, m))).collect());
        }
    });
    let before = Signal::derive(move || pane.sheet.with(note_of).map(|note| note.body));
    let save = move |now: String| -> Doing {
        let note = pane.sheet.with_untracked(note_of);
        let mentions = named.with_untracked(|named| place_mentions(&now, named));
        Box::pin(async move {
            let Some(note) = note else { return Ok(()) };
            pane.store.edit_note(pane.id, note.id, now, mentions).await
        })
    };
    view! {
        <TextDialog open title=move || t_string!(i18n, inbox.thread.note.edit).to_string() before text save>
            <NoteField text named/>
        </TextDialog>
    }
}

/// The text, with colleagues behind an `@`.
#[component]
fn NoteField(text: RwSignal<String>, named: RwSignal<Vec<(UserId, String)>>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let node = NodeRef::<leptos::html::Textarea>::new();
    let taken = move |picked| named.update(|all| all.push(picked));
    let suggest = Suggest::new(node, Callback::new(move |now| text.set(now)), Some(pane.id), Callback::new(taken));
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let _ = suggest.key(&event);
    };
    view! {
        <div class="suggest-field" on:keydown=keys on:input=move |_| suggest.typed()>
            <TextArea name="text" label=move || t_string!(i18n, inbox.thread.bubble.note).to_string() value=text rows=5
                max=limit::NOTE_MAX as u32 node_ref=node/>
            <SuggestBox suggest/>
        </div>
    }
}

#[component]
fn DeleteDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::DeleteNote(_)));
    let act = move |()| -> Option<Doing> {
        let Some(Sheet::DeleteNote(id)) = pane.sheet.get_untracked() else { return None };
        Some(Box::pin(async move { pane.store.delete_note(pane.id, id).await }))
    };
    view! {
        <SureDialog open act title=move || t_string!(i18n, inbox.thread.note.delete_title).to_string()
            text=move || t_string!(i18n, inbox.thread.note.delete_text).to_string()
            label=move || t_string!(i18n, inbox.thread.note.delete).to_string()/>
    }
}
