//! Changing a sent message (MS-3), deleting for oneself (MS-2), and what a message said before.

use super::thread::opened_by;
use super::thread::pane::{Sheet, use_pane};
use crate::api;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, MessageId, OldText, Wrong, limit};

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
    let busy = RwSignal::new(false);
    let faults = Faults::apart();
    effect(move || {
        if let Some((_, now)) = pane.sheet.with(message_of) {
            text.set(now);
            faults.clear();
        }
    });
    let submit = move |()| {
        let Some((id, before)) = pane.sheet.with_untracked(message_of) else { return };
        let now = text.get_untracked();
        if now.trim_end() == before.trim_end() {
            return open.set(false);
        }
        if now.trim().is_empty() {
            return faults.take(&Fault::field("text", Wrong::Required));
        }
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.edit_message(id, now).await;
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
        <Dialog open title=move || t_string!(i18n, message.edit.title).to_string() locked=busy footer>
            {faults.lend()}
            <TextArea name="text" label=move || t_string!(i18n, message.edit.label).to_string() value=text rows=4
                hint=move || t_string!(i18n, message.edit.hint).to_string() max=limit::TEXT_MAX as u32/>
            {move || faults.other().map(|why| fault::view(i18n, &why))}
        </Dialog>
    }
}

#[component]
fn HideDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Hide(_)));
    let busy = RwSignal::new(false);
    let count = move || pane.sheet.with(|s| if let Some(Sheet::Hide(ids)) = s { ids.len() } else { 0 });
    let text = move || match count() {
        0 | 1 => t_string!(i18n, message.hide.text).to_string(),
        n => t_string!(i18n, message.hide.text_many, count = n).to_string(),
    };
    let press = move |()| {
        let Some(Sheet::Hide(ids)) = pane.sheet.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.hide(pane.id, ids).await;
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match done {
                Ok(()) => {
                    pane.picked.set(None);
                    pane.say(untrack(|| t_string!(i18n, message.hide.done).to_string()));
                }
                Err(why) => pane.fail(untrack(|| fault::say(i18n, &why))),
            }
        });
    };
    view! {
        <Confirm open busy danger=true title=move || t_string!(i18n, message.hide.title).to_string() text
            label=move || t_string!(i18n, message.hide.act).to_string() press=press/>
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
