//! Several messages at once (MS-1): the bar in the composer's place.

use super::forward::can_go_on;
use super::thread::pane::{Sheet, use_pane};
use crate::i18n::*;
use crate::live::web;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{MediaState, Message};
use wasm_bindgen::JsCast;

/// Browsers take downloads that follow too fast for one.
const BETWEEN_MS: u32 = 350;

/// The bar, while messages are being chosen.
#[component]
pub fn Selection() -> impl IntoView {
    let pane = use_pane();
    let picking = Memo::new(move |_| pane.picked.with(Option::is_some));
    view! { <Show when=move || picking.get()><Bar/></Show> }
}

#[component]
fn Bar() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let chosen = Memo::new(move |_| pane.picked.get().map(|ids| pane.store.messages_of(pane.id, &ids)).unwrap_or_default());
    let count = move || match pane.picked.with(|p| p.as_ref().map_or(0, Vec::len)) {
        0 => t_string!(i18n, message.pick.count_none).to_string(),
        1 => t_string!(i18n, message.pick.count_one).to_string(),
        n => t_string!(i18n, message.pick.count, count = n).to_string(),
    };
    // Escape ends it, wherever the focus is; a dialog over it takes the key for itself.
    let keys = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let in_dialog = || document().query_selector("dialog[open]").is_ok_and(|d| d.is_some());
        if event.key() == "Escape" && !event.default_prevented() && !in_dialog() {
            event.prevent_default();
            pane.picked.set(None);
        }
    });
    on_cleanup(move || keys.remove());
    let why = move |any: fn(&Message) -> bool, text: fn(leptos_i18n::I18nContext<Locale>) -> String| {
        Signal::derive(move || (!chosen.with(|all| all.iter().any(any))).then(|| text(i18n)))
    };
    let can_hide = Signal::derive(move || {
        let fits = chosen.with(|all| !all.is_empty() && all.iter().all(Message::can_be_hidden));
        (!fits).then(|| t_string!(i18n, message.hide.refused).to_string())
    });
    let download = move |()| {
        let files: Vec<(String, String)> = chosen.with_untracked(|all| all.iter().filter_map(file).collect());
        spawn_local(async move {
            for (href, name) in files {
                save(&href, &name);
                web::sleep(BETWEEN_MS).await;
            }
        });
    };
    let forward = move |()| {
        let all = chosen.with_untracked(|all| all.iter().filter(|m| can_go_on(m)).cloned().collect());
        pane.sheet.set(Some(Sheet::Forward(all)));
    };
    let copy = move |()| {
        let texts: Vec<String> = chosen.with_untracked(|all| all.iter().filter(|m| has_text(m)).map(|m| m.body.clone()).collect());
        pane.copy(texts.join("\n"), untrack(|| t_string!(i18n, inbox.thread.bubble.copied).to_string()));
    };
    let hide = move |()| pane.sheet.set(Some(Sheet::Hide(chosen.with_untracked(|all| all.iter().map(|m| m.id).collect()))));
    view! {
        <div class="selection" role="toolbar" aria-label=move || t_string!(i18n, message.pick.bar).to_string()>
            <IconButton icon="x" label=move || t_string!(i18n, message.pick.end).to_string() keys="escape" press=move |()| pane.picked.set(None)/>
            <strong class="selection-count" role="status">{count}</strong>
            <Button icon="download" class="selection-act" label=move || t_string!(i18n, message.pick.download).to_string() why=why(|m| file(m).is_some(), |i| t_string!(i, message.pick.download_none).to_string()) press=download>{t!(i18n, message.pick.download)}</Button>
            <Button icon="forward" class="selection-act" label=move || t_string!(i18n, message.pick.forward).to_string() why=why(can_go_on, |i| t_string!(i, message.pick.forward_none).to_string()) press=forward>{t!(i18n, message.pick.forward)}</Button>
            <Button icon="copy" class="selection-act" label=move || t_string!(i18n, message.pick.copy).to_string() why=why(has_text, |i| t_string!(i, message.pick.copy_none).to_string()) press=copy>{t!(i18n, message.pick.copy)}</Button>
            <Button icon="trash" class="selection-act" kind=Kind::Danger label=move || t_string!(i18n, message.hide.act).to_string() why=can_hide press=hide>{t!(i18n, message.hide.act)}</Button>
        </div>
    }
}

fn has_text(m: &Message) -> bool {
    !m.body.trim().is_empty()
}

/// Address and name of a message's file.
fn file(m: &Message) -> Option<(String, String)> {
    match m.content.file() {
        Some(media) if media.state == MediaState::Ready => Some((format!("/media/{}", media.id), media.file_name.clone())),
        _ => None,
    }
}

/// Lets the browser keep a file.
fn save(href: &str, name: &str) {
    let Some(link) = document().create_element("a").ok().and_then(|el| el.dyn_into::<web_sys::HtmlAnchorElement>().ok()) else { return };
    link.set_href(href);
    link.set_download(name);
    link.click();
}
