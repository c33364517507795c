//! Modal dialogs on the browser's own `<dialog>`, which traps and returns the focus.

use super::{Button, IconButton, Kind, effect};
use crate::i18n::*;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A modal dialog; its content exists while it is open. An element with `autofocus` gets the focus.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// 720 px wide instead of 480.
    #[prop(optional)]
    wide: bool,
    /// Further classes.
    #[prop(optional, into)]
    class: String,
    /// Escape and a click outside do not close it: something is being sent.
    #[prop(optional, into)]
    locked: Signal<bool>,
    /// Called when it has closed, whatever closed it.
    #[prop(optional, into)]
    closed: Option<Callback<()>>,
    /// Buttons at the lower edge.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
    children: ChildrenFn,
) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<leptos::html::Dialog>::new();
    let children = StoredValue::new(children);
    let footer = StoredValue::new(footer);

    effect(move || {
        let (Some(dialog), now) = (node.get(), open.get()) else { return };
        if now && !dialog.open() {
            let _ = dialog.show_modal();
            // The content is drawn after this effect.
            request_animation_frame(move || {
                let wanted = dialog.query_selector("[autofocus]").ok().flatten();
                if let Some(el) = wanted.and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = el.focus();
                }
            });
        } else if !now && dialog.open() {
            dialog.close();
        }
    });
    let on_close = move |_| {
        open.set(false);
        if let Some(closed) = closed {
            closed.run(());
        }
    };
    let on_cancel = move |event: web_sys::Event| {
        if locked.get_untracked() {
            event.prevent_default();
        }
    };
    // Browsers let a page refuse to close only so often; a key that was taken asks for nothing.
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && locked.get_untracked() {
            event.prevent_default();
        }
    };
    // A press on the backdrop arrives at the dialog itself; one that began inside, such as a text selection, does not count.
    let on_press = move |event: MouseEvent| {
        let outside = event.target().zip(node.get_untracked()).is_some_and(|(t, d)| t == *d.unchecked_ref::<web_sys::EventTarget>());
        if outside && !locked.get_untracked() {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class=format!("dialog {class}") class:wide=wide aria-label=move || title.get()
            on:close=on_close on:cancel=on_cancel on:keydown=on_key on:mousedown=on_press>
            <Show when=move || open.get()>
                <div class="dialog-box">
                    <header class="dialog-head">
                        <h2>{move || title.get()}</h2>
                        <IconButton icon="x" label=move || t_string!(i18n, common.act.close).to_string()
                            press=move |()| if !locked.get_untracked() { open.set(false) }/>
                    </header>
                    <div class="dialog-body">{move || children.with_value(|c| c())}</div>
                    {move || footer.with_value(|f| f.as_ref().map(|f| view! { <footer class="dialog-foot">{f.run()}</footer> }))}
                </div>
            </Show>
        </dialog>
    }
}

/// A question before something that matters.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    /// What the deciding button says: the deed, not "OK".
    #[prop(into)]
    label: Signal<String>,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(into)] press: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let kind = if danger { Kind::Danger } else { Kind::Primary };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind busy press=press>{move || label.get()}</Button>
        }
    };
    view! {
        <Dialog open title locked=busy footer>
            <p class="confirm-text">{move || text.get()}</p>
        </Dialog>
    }
}
