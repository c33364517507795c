//! The composer of a talk: a text, emoji, files, a conversation to show.

use super::emoji::EmojiButton;
use super::message::Card;
use super::outbox::Pending;
use super::thread::Open;
use crate::fault;
use crate::i18n::*;
use crate::live::{upload, web};
use crate::part::*;
use crate::prefs::{is_touch, use_prefs};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{FILES_MAX, Fault, FileWish, Upload, limit};
use wasm_bindgen::JsCast;

/// A file beside the text.
#[derive(Clone)]
struct Beside {
    key: u32,
    name: String,
    step: ArcRwSignal<Step>,
}

#[derive(Clone, PartialEq)]
enum Step {
    /// Percent.
    Going(u8),
    Ready(Upload),
    Failed(Fault),
}

/// The composer.
#[component]
pub(super) fn Writer(open: Open) -> impl IntoView {
    let i18n = use_i18n();
    let prefs = use_prefs();
    let toasts = use_toasts();
    let store = open.store;
    let area = NodeRef::<leptos::html::Textarea>::new();
    let chooser = NodeRef::<leptos::html::Input>::new();
    let text = RwSignal::new(open.shelf().map(|s| s.text()).unwrap_or_default());
    let files = RwSignal::new(Vec::<Beside>::new());
    let last_key = StoredValue::new(0_u32);
    // The text is kept, files beside it are not.
    guard_reload(Signal::derive(move || files.with(|all| !all.is_empty())));
    effect(move || {
        if let Some(shelf) = open.shelf() {
            text.with(|t| shelf.keep_text(t));
        }
    });
    effect(move || {
        if let Some(area) = area.get().filter(|_| !is_touch()) {
            let _ = area.focus();
        }
    });
    let add = move |chosen: Vec<web_sys::File>| {
        let room = FILES_MAX.saturating_sub(files.with_untracked(Vec::len));
        if chosen.len() > room {
            let over = chosen.len() - room;
            toasts.fail(untrack(|| t_string!(i18n, file.too_many, max = FILES_MAX, over = over).to_string()));
        }
        for file in chosen.into_iter().take(room) {
            let key = last_key.get_value().wrapping_add(1);
            last_key.set_value(key);
            let step = ArcRwSignal::new(Step::Going(0));
            files.update(|all| all.push(Beside { key, name: file.name(), step: step.clone() }));
            let told = step.clone();
            let (_, sent) = upload(&file, FileWish::Shown, Box::new(move |percent| told.set(Step::Going(percent))));
            spawn_local(async move {
                step.set(match sent.await {
                    Ok(upload) => Step::Ready(upload),
                    Err(fault) => Step::Failed(fault),
                });
            });
        }
    };
    let used = Memo::new(move |_| text.with(|t| t.chars().count()));
    let why = Signal::derive(move || {
        let over = used.get().checked_sub(limit::TEXT_MAX).filter(|n| *n > 0);
        if let Some(over) = over {
            return Some(t_string!(i18n, inbox.thread.composer.over, count = over).to_string());
        }
        let steps = |is: fn(&Step) -> bool| files.with(|all| all.iter().any(|f| f.step.with(is)));
        if steps(|s| matches!(s, Step::Failed(_))) {
            return Some(t_string!(i18n, file.fix_first).to_string());
        }
        steps(|s| matches!(s, Step::Going(_))).then(|| t_string!(i18n, file.busy).to_string())
    });
    let leave = move || {
        let said = text.with_untracked(|t| t.trim_end().to_owned());
        let shared = store.talks.share.get_untracked();
        let uploads: Vec<Upload> = files.with_untracked(|all| {
            all.iter().filter_map(|f| if let Step::Ready(u) = f.step.get_untracked() { Some(u) } else { None }).collect()
        });
        if why.with_untracked(Option::is_some) || said.trim().is_empty() && uploads.is_empty() && shared.is_none() {
            return;
        }
        // The text stands with the first file; each further one is a message of its own.
        let mut uploads = uploads.into_iter();
        let first = Pending { client_id: web::client_id(), text: said, upload: uploads.next(), conversation_id: shared, fault: None };
        open.send(first);
        for upload in uploads {
            open.send(Pending {
                client_id: web::client_id(),
                text: String::new(),
                upload: Some(upload),
                conversation_id: None,
                fault: None,
            });
        }
        files.set(Vec::new());
        text.set(String::new());
        store.talks.share.set(None);
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    };
    let pressed = move |event: KeyboardEvent| {
        if prefs.leaves(&event) {
            event.prevent_default();
            leave();
        }
    };
    let listed = |list: Option<web_sys::FileList>| -> Vec<web_sys::File> {
        list.map(|l| (0..l.length()).filter_map(|i| l.get(i)).collect()).unwrap_or_default()
    };
    let pasted = move |event: web_sys::ClipboardEvent| {
        let found = listed(event.clipboard_data().and_then(|d| d.files()));
        if !found.is_empty() {
            event.prevent_default();
            add(found);
        }
    };
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let found = listed(input.files());
        // The same file may be chosen again.
        input.set_value("");
        add(found);
    };
    let insert = move |emoji: &'static str| {
        text.update(|t| t.push_str(emoji));
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    };
    let hint = move || t_string!(i18n, talk.write).to_string();
    view! {
        <div class="talk-writer">
            {move || store.talks.share.get().map(|id| view! {
                <div class="talk-beside">
                    <Card id/>
                    <IconButton icon="x" small=true label=move || t_string!(i18n, talk.share_drop).to_string() press=move |()| store.talks.share.set(None)/>
                </div>
            })}
            <Show when=move || !files.with(Vec::is_empty)>
                <ul class="talk-files" aria-label=move || t_string!(i18n, file.tray).to_string()>
                    <For each=move || files.get() key=|f| f.key let:file>
                        <FileLine file drop=move |key| files.update(|all| all.retain(|f| f.key != key))/>
                    </For>
                </ul>
            </Show>
            <div class="talk-line">
                <IconButton icon="attach" label=move || t_string!(i18n, file.attach).to_string()
                    press=move |()| if let Some(input) = chooser.get_untracked() { input.click() }/>
                <input node_ref=chooser type="file" multiple hidden data-attach="talk" aria-label=move || t_string!(i18n, file.attach).to_string() on:change=chosen/>
                <textarea node_ref=area class="talk-text" rows="1" dir="auto" placeholder=hint aria-label=hint prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event)) on:keydown=pressed on:paste=pasted></textarea>
                <EmojiButton choose=insert/>
                <IconButton icon="send" kind=Kind::Primary why label=move || t_string!(i18n, talk.send).to_string() press=move |()| leave()/>
            </div>
        </div>
    }
}

/// A file and how far it is.
#[component]
fn FileLine(file: Beside, #[prop(into)] drop: Callback<u32>) -> impl IntoView {
    let i18n = use_i18n();
    let Beside { key, name, step } = file;
    let called = name.clone();
    let state = move || match step.get() {
        Step::Going(percent) => t_string!(i18n, file.going, percent = percent).to_string(),
        Step::Ready(_) => String::new(),
        Step::Failed(why) => fault::say(i18n, &why),
    };
    view! {
        <li class="talk-beside">
            <Icon name="document" small=true/>
            <span class="talk-card-text"><bdi class="talk-name">{name}</bdi><span role="status">{state}</span></span>
            <IconButton icon="x" small=true label=move || t_string!(i18n, file.remove, name = called.as_str()).to_string() press=move |()| drop.run(key)/>
        </li>
    }
}
