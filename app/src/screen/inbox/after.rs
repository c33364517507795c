//! Changing a sent message (MS-3), deleting for oneself (MS-2), and what a message said before.

use super::ask::{Doing, SureDialog, TextDialog};
use super::thread::opened_by;
use super::thread::pane::{Sheet, use_pane};
use crate::api;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::{MessageId, OldText, limit};

/// The dialogs.
#[component]
pub fn AfterDialogs() -> impl IntoView {
    view! {
        <EditDialog/>
        <HideDialog/>
    }
}

fn message_of(sheet: &Option<Sheet>) -> Option<(MessageId, String)> {
    match sheet {
        Some(Sheet::EditMessage { id, text }) => Some((*id, text.clone())),
        _ => None,
    }
}

#[component]
fn EditDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::EditMessage { .. }));
    let text = RwSignal::new(String::new());
    let before = Signal::derive(move || pane.sheet.with(message_of).map(|(_, text)| text));
    let save = move |now| -> Doing {
        let message = pane.sheet.with_untracked(message_of);
        Box::pin(async move {
            let Some((id, _)) = message else { return Ok(()) };
            pane.store.edit_message(id, now).await
        })
    };
    view! {
        <TextDialog open title=move || t_string!(i18n, message.edit.title).to_string() before text save>
            <TextArea name="text" label=move || t_string!(i18n, message.edit.label).to_string() value=text rows=4
                hint=move || t_string!(i18n, message.edit.hint).to_string() max=limit::TEXT_MAX as u32/>
        </TextDialog>
    }
}

#[component]
fn HideDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Hide(_)));
    let count = move || pane.sheet.with(|s| if let Some(Sheet::Hide(ids)) = s { ids.len() } else { 0 });
    let text = move || match count() {
        0 | 1 => t_string!(i18n, message.hide.text).to_string(),
        n => t_string!(i18n, message.hide.text_many, count = n).to_string(),
    };
    let act = move |()| -> Option<Doing> {
        let Some(Sheet::Hide(ids)) = pane.sheet.get_untracked() else { return None };
        Some(Box::pin(async move { pane.store.hide(pane.id, ids).await }))
    };
    let done = move |()| {
        pane.picked.set(None);
        pane.say(untrack(|| t_string!(i18n, message.hide.done).to_string()));
    };
    view! {
        <SureDialog open act done=Callback::new(done) title=move || t_string!(i18n, message.hide.title).to_string() text
            label=move || t_string!(i18n, message.hide.act).to_string()/>
    }
}

/// What a changed message said before, for admins.
#[component]
pub fn Versions(id: MessageId) -> impl IntoView {
    let i18n = use_i18n();
    let times = use_times();
    let all = Fetched::<Vec<OldText>>::new(move || api::act::versions(id));
    view! {
        <h3 class="versions-title">{t!(i18n, message.edit.versions)}</h3>
        {move || match all.get() {
            None => view! { <SkeletonRows count=1/> }.into_any(),
            Some(Err(fault)) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| all.refetch()/> }.into_any(),
            Some(Ok(list)) => view! {
                <ul class="versions">
                    {list.into_iter().map(|old| view! {
                        <li>
                            <p dir="auto">{old.text}</p>
                            <small>{move || { let time = times.text(old.until, TimeStyle::Full); t_string!(i18n, message.edit.until, time = time.as_str()).to_string() }}</small>
                        </li>
                    }).collect_view()}
                </ul>
            }.into_any(),
        }}
    }
}
