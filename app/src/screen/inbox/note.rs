//! Changing and deleting notes (NT-3, NT-4).

use super::thread::opened_by;
use super::thread::pane::{Pane, Sheet, use_pane};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::session::Session;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, Message, MessageId, MessageKind, MessageStatus, NoteRights, Wrong, limit};

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

fn note_of(sheet: &Option<Sheet>) -> Option<(MessageId, String)> {
    match sheet {
        Some(Sheet::EditNote { id, text }) => Some((*id, text.clone())),
        _ => None,
    }
}

#[component]
fn EditDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::EditNote { .. }));
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let faults = Faults::provide();
    effect(move || {
        if let Some((_, now)) = pane.sheet.with(note_of) {
            text.set(now);
            faults.clear();
        }
    });
    let submit = move |()| {
        let Some((id, before)) = pane.sheet.with_untracked(note_of) else { return };
        let now = text.get_untracked();
        if now.trim_end() == before.trim_end() {
            return open.set(false);
        }
        if now.trim().is_empty() {
            return faults.take(&Fault::field("text", Wrong::Required));
        }
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.edit_note(pane.id, id, now, Vec::new()).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(()) => open.set(false),
                Err(why) => faults.take(&why),
            }
        });
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary busy press=submit>{t!(i18n, common.act.save)}</Button>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, inbox.thread.note.edit).to_string() locked=busy footer>
            <TextArea name="text" label=move || t_string!(i18n, inbox.thread.bubble.note).to_string() value=text rows=5
                max=limit::NOTE_MAX as u32/>
            {move || faults.other().map(|why| fault::view(i18n, &why))}
        </Dialog>
    }
}

#[component]
fn DeleteDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::DeleteNote(_)));
    let busy = RwSignal::new(false);
    let press = move |()| {
        let Some(Sheet::DeleteNote(id)) = pane.sheet.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.delete_note(pane.id, id).await;
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            if let Err(why) = done {
                pane.fail(untrack(|| fault::say(i18n, &why)));
            }
        });
    };
    view! {
        <Confirm open busy danger=true title=move || t_string!(i18n, inbox.thread.note.delete_title).to_string()
            text=move || t_string!(i18n, inbox.thread.note.delete_text).to_string()
            label=move || t_string!(i18n, inbox.thread.note.delete).to_string() press=press/>
    }
}
