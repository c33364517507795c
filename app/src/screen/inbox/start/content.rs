//! What can be written to whom was chosen: free text, a template, or nothing, and why.

use super::{Who, send, use_start};
use crate::api;
use crate::fault;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::screen::inbox::layout::use_panes;
use crate::screen::inbox::template::{Picked, TemplatePicker};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ContactStatus, Fault, StartPreview, TemplateFill, Wrong};

#[derive(Clone, Debug, PartialEq)]
enum Known {
    Nothing,
    Checking,
    Failed(Fault),
    Here(Box<StartPreview>),
}

/// What the server knows of it decides what can be written.
#[component]
pub fn Content() -> impl IntoView {
    let i18n = use_i18n();
    let (store, starter, panes, toasts) = (use_store(), use_start(), use_panes(), use_toasts());
    let known = RwSignal::new(Known::Nothing);
    let again = RwSignal::new(0u32);
    let wanted = Memo::new(move |_| {
        again.track();
        Some((starter.address()?, starter.channel_id()?))
    });
    effect(move || {
        let now = wanted.get();
        let Some(((contact_id, phone), channel_id)) = now.clone() else {
            known.set(Known::Nothing);
            return;
        };
        known.set(Known::Checking);
        spawn_local(async move {
            let answer = api::inbox::start_preview(contact_id, phone, channel_id).await;
            if wanted.try_get_untracked() == Some(now) {
                known.set(match answer {
                    Ok(preview) => Known::Here(Box::new(preview)),
                    Err(refused) => Known::Failed(store.hear(refused)),
                });
            }
        });
    });
    let existed = Callback::new(move |()| toasts.say(t_string!(i18n, inbox.start.existed).to_string()));
    let go = move |template: Option<TemplateFill>| send(starter, store, panes, starter.draft(template), existed);
    let picked = Callback::new(move |picked: Picked| go(Some(picked.fill)));
    move || match known.get() {
        Known::Nothing => ().into_any(),
        Known::Checking => view! { <Skeleton lines=2/> }.into_any(),
        Known::Failed(fault) if is_wrong_number(&fault) => {
            view! { <p class="start-note danger" role="alert">{t!(i18n, inbox.start.number_wrong)}</p> }.into_any()
        }
        Known::Failed(fault) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| again.update(|n| *n += 1)/> }.into_any(),
        Known::Here(preview) => view! { <Preview preview=*preview picked go=Callback::new(move |()| go(None))/> }.into_any(),
    }
}

fn is_wrong_number(fault: &Fault) -> bool {
    matches!(fault, Fault::Invalid { fields } if fields.iter().any(|f| f.wrong == Wrong::NotAPhone || f.field == "phone"))
}

#[component]
fn Preview(preview: StartPreview, picked: Callback<Picked>, go: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (starter, panes) = (use_start(), use_panes());
    let status = preview.contact.as_ref().map(|c| c.status);
    // The number belongs to somebody already: their name, not a second contact.
    if let (Who::Number(_), Some(contact)) = (starter.who.get_untracked(), &preview.contact) {
        starter.who.set(Who::Contact(contact.clone()));
    }
    if let Some(open) = preview.open {
        let press = move |()| {
            starter.open.set(false);
            starter.clear();
            panes.show(open.id);
        };
        return view! {
            <div class="start-found">
                <p class="start-note">{t!(i18n, inbox.start.already)}</p>
                <Button kind=Kind::Primary press=press>{t!(i18n, inbox.start.go)}</Button>
            </div>
        }
        .into_any();
    }
    if let Some(name) = preview.served_by {
        return view! { <p class="start-note danger" role="alert">{t_string!(i18n, inbox.start.served, name = name).to_string()}</p> }
            .into_any();
    }
    if status == Some(ContactStatus::Blocked) {
        return view! { <p class="start-note danger" role="alert">{t!(i18n, inbox.start.blocked)}</p> }.into_any();
    }
    let archived = (status == Some(ContactStatus::Archived)).then(|| view! { <p class="start-note">{t!(i18n, inbox.start.archived)}</p> });
    let why = Signal::derive(move || {
        if starter.team_id().is_none() {
            Some(t_string!(i18n, inbox.start.need_team).to_string())
        } else {
            starter.text.with(|t| t.trim().is_empty()).then(|| t_string!(i18n, inbox.start.need_text).to_string())
        }
    });
    let refused = move || starter.fault.get().map(|f| view! { <p class="start-note danger" role="alert">{fault::say(i18n, &f)}</p> });
    if preview.window_open {
        view! {
            {archived}
            <form class="start-free" on:submit=move |event| { event.prevent_default(); if why.with_untracked(Option::is_none) { go.run(()) } }>
                <p class="start-note">{t!(i18n, inbox.start.window)}</p>
                <TextArea name="text" label=move || t_string!(i18n, inbox.start.text).to_string() value=starter.text max=4096
                    placeholder=move || t_string!(i18n, inbox.start.text_placeholder).to_string()/>
                {refused}
                <div class="start-actions">
                    <Button kind=Kind::Primary submit=true busy=starter.busy why=why>{t!(i18n, inbox.start.submit)}</Button>
                </div>
            </form>
        }
        .into_any()
    } else {
        let channel = Signal::derive(move || starter.channel_id().unwrap_or_default());
        view! {
            {archived}
            <TemplatePicker channel_id=channel on_send=picked busy=starter.busy fault=starter.fault/>
        }
        .into_any()
    }
}
