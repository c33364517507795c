//! Tabs with counters.

use super::{Badge, Tone};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// One tab.
#[derive(Clone)]
pub struct TabItem {
    /// What [`Tabs`] answers when it is chosen.
    pub key: &'static str,
    pub label: Signal<String>,
    /// A number beside the label; nothing at zero or none.
    pub count: Signal<Option<i64>>,
}

/// A row of tabs: arrows move, Home and End jump, Tab leaves.
#[component]
pub fn Tabs(
    /// What the tabs are about, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    items: Vec<TabItem>,
    #[prop(into)] selected: Signal<&'static str>,
    #[prop(into)] select: Callback<&'static str>,
    /// Id of the element that the tabs fill.
    controls: &'static str,
) -> impl IntoView {
    let keys: Vec<&'static str> = items.iter().map(|i| i.key).collect();
    let on_key = move |event: KeyboardEvent| {
        let now = keys.iter().position(|k| *k == selected.get_untracked()).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (now + 1) % keys.len(),
            "ArrowLeft" => (now + keys.len() - 1) % keys.len(),
            "Home" => 0,
            "End" => keys.len() - 1,
            _ => return,
        };
        event.prevent_default();
        select.run(keys[to]);
        let bar = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let tab = bar.and_then(|b| b.query_selector(&format!("[data-tab='{}']", keys[to])).ok().flatten());
        if let Some(tab) = tab.and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.get() on:keydown=on_key>
            {items.into_iter().map(|item| {
                let key = item.key;
                let chosen = move || selected.get() == key;
                view! {
                    <button type="button" role="tab" class="tab" data-tab=key aria-controls=controls
                        aria-selected=move || if chosen() { "true" } else { "false" }
                        tabindex=move || if chosen() { "0" } else { "-1" }
                        on:click=move |_| select.run(key)>
                        <span>{move || item.label.get()}</span>
                        <Badge count=Signal::derive(move || item.count.get().unwrap_or(0)) tone=Tone::Neutral/>
                    </button>
                }
            }).collect_view()}
        </div>
    }
}
