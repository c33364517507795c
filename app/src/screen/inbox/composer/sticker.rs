//! Stickers: those that were sent or received, to be sent once more, and making one of a picture.

use super::super::thread::opened_by;
use super::super::thread::pane::{Sheet, Tab, use_pane};
use super::files::{attach, listed};
use crate::api::sticker::stickers;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::{Content, FileWish, Message};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The dialog.
#[component]
pub fn StickerDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Sticker));
    let file = NodeRef::<leptos::html::Input>::new();
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let files = listed(input.files());
        // The same file may be chosen again.
        input.set_value("");
        open.set(false);
        attach(pane, Tab::Message, files, FileWish::Sticker);
    };
    let footer = move || {
        view! { <Button icon="image" press=move |()| if let Some(file) = file.get_untracked() { file.click() }>{t!(i18n, sticker.make)}</Button> }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, sticker.title).to_string() footer>
            <input node_ref=file class="visually-hidden" type="file" multiple tabindex="-1" accept="image/png,image/jpeg,image/webp,image/gif" data-attach="sticker"
                aria-label=move || t_string!(i18n, sticker.make).to_string() on:change=chosen/>
            <Shelf open/>
        </Dialog>
    }
}

/// The stickers; one press sends.
#[component]
fn Shelf(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let fetched = Fetched::<Vec<Message>>::new(stickers);
    let grid = NodeRef::<leptos::html::Div>::new();
    let send = move |message: &Message| {
        pane.store.forward(pane.id, message);
        pane.hold_unread.set(false);
        pane.latest.update(|n| *n += 1);
        open.set(false);
        pane.focus(Tab::Message);
    };
    let walk = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        if let Some(grid) = grid.get_untracked() {
            event.prevent_default();
            step_focus(&grid, step);
        }
    };
    let one = move |(n, message): (usize, Message)| {
        let Content::Media(media) = &message.content else { return ().into_any() };
        let address = format!("/media/{}", media.id);
        let label = move || t_string!(i18n, sticker.send, n = n + 1).to_string();
        // It may have been removed meanwhile.
        let broken = RwSignal::new(false);
        view! {
            <Show when=move || !broken.get()>
                <button type="button" class="sticker-choice" aria-label=label on:click={ let message = message.clone(); move |_| send(&message) }>
                    <img src=address.clone() alt="" loading="lazy" decoding="async" on:error=move |_| broken.set(true)/>
                </button>
            </Show>
        }
        .into_any()
    };
    move || {
        match fetched.get() {
        None => view! { <SkeletonRows/> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| fetched.refetch()/> }.into_any(),
        Some(Ok(all)) if all.is_empty() => view! { <p class="forward-none">{t!(i18n, sticker.none)}</p> }.into_any(),
        Some(Ok(all)) => view! {
            <div node_ref=grid class="sticker-grid" role="group" aria-label=move || t_string!(i18n, sticker.title).to_string() on:keydown=walk>
                {all.into_iter().enumerate().map(one).collect_view()}
            </div>
        }
        .into_any(),
    }
    }
}

/// Moves the focus to the next choice, or the one before.
fn step_focus(grid: &web_sys::HtmlDivElement, step: i32) {
    let Ok(all) = grid.query_selector_all("button") else { return };
    let now = document().active_element();
    let at = (0..all.length()).find(|i| all.get(*i).and_then(|n| n.dyn_into::<web_sys::Element>().ok()) == now);
    let to = at.map_or(0, |at| at.saturating_add_signed(step).min(all.length().saturating_sub(1)));
    if let Some(button) = all.get(to).and_then(|n| n.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
    }
}
