//! What opens beside its button: menus and small panels, in the top layer, closed by Escape and by a press elsewhere.

use super::{Icon, Kind, effect};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::text::plain;
use std::sync::Mutex;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

const GAP: f64 = 4.0;

/// A button that opens a panel. Its content is drawn when it is first opened, and kept from then on, so that forms in it
/// keep what was typed.
#[component]
pub fn Popover(
    /// What the button says, or its name when only an icon shows.
    #[prop(into)]
    label: Signal<String>,
    #[prop(optional)] icon: Option<&'static str>,
    /// Shows the icon alone; the label becomes the tooltip.
    #[prop(optional)]
    icon_only: bool,
    #[prop(optional)] kind: Option<Kind>,
    #[prop(optional)] small: bool,
    /// A mark on the button, such as an active filter.
    #[prop(optional, into)]
    marked: Signal<bool>,
    /// Draws the button's content instead of icon and label.
    #[prop(optional, into)]
    trigger: Option<ViewFn>,
    /// Follows and steers whether it is open.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    /// Further classes of the button.
    #[prop(optional, into)]
    class: String,
    children: Children,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    floating(Floating { label, icon, icon_only, kind, small, marked, trigger, open, class, role: "dialog" }, children)
}

/// A button that opens a menu of [`MenuItem`]s and [`MenuLink`]s, which are drawn when it is first opened; arrows move, Home
/// and End jump, letters find.
#[component]
pub fn Menu(
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] icon: Option<&'static str>,
    /// Shows the icon alone; the label becomes the tooltip.
    #[prop(optional)]
    icon_only: bool,
    #[prop(optional)] kind: Option<Kind>,
    #[prop(optional)] small: bool,
    /// Draws the button's content instead of icon and label.
    #[prop(optional, into)]
    trigger: Option<ViewFn>,
    /// Follows and steers whether it is open.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    /// Further classes of the button.
    #[prop(optional, into)]
    class: String,
    children: Children,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    floating(Floating { label, icon, icon_only, kind, small, marked: Signal::stored(false), trigger, open, class, role: "menu" }, children)
}

struct Floating {
    label: Signal<String>,
    icon: Option<&'static str>,
    icon_only: bool,
    kind: Option<Kind>,
    small: bool,
    marked: Signal<bool>,
    trigger: Option<ViewFn>,
    open: RwSignal<bool>,
    class: String,
    role: &'static str,
}

fn floating(given: Floating, children: Children) -> impl IntoView {
    let Floating { label, icon, icon_only, kind, small, marked, trigger, open, class, role } = given;
    let button = NodeRef::<leptos::html::Button>::new();
    let panel = NodeRef::<leptos::html::Div>::new();
    let ever = RwSignal::new(false);
    let draw = move || {
        if !ever.get_untracked() {
            ever.set(true);
        }
    };
    let children = Mutex::new(Some(children));
    let content = move || {
        let children = ever.get().then(|| children.lock().ok().and_then(|mut children| children.take())).flatten();
        children.map(|children| children())
    };

    effect(move || {
        if let (Some(button), Some(panel)) = (button.get(), panel.get()) {
            // By element: no ids to make up.
            let _ = js_sys::Reflect::set(&button, &JsValue::from_str("popoverTargetElement"), &panel);
        }
    });
    effect(move || {
        let Some(panel) = panel.get() else { return };
        let shown = panel.matches(":popover-open").unwrap_or(false);
        if open.get() && !shown {
            draw();
            if let Some(button) = button.get_untracked() {
                place(&button, &panel);
            }
            let _ = panel.show_popover();
        } else if !open.get() && shown {
            let _ = panel.hide_popover();
        }
    });
    let before = move |event: web_sys::Event| {
        if let (true, Some(button), Some(panel)) = (new_state(&event), button.get_untracked(), panel.get_untracked()) {
            draw();
            place(&button, &panel);
        }
    };
    let toggled = move |event: web_sys::Event| {
        let shown = new_state(&event);
        if open.get_untracked() != shown {
            open.set(shown);
        }
        if shown && let Some(panel) = panel.get_untracked() {
            let first = if role == "menu" { "[role^=menuitem]" } else { "[autofocus], input, select, button, a[href]" };
            let find = move || panel.query_selector(first).ok().flatten();
            match find() {
                None => request_animation_frame(move || focus(find())),
                found => focus(found),
            }
        }
    };
    let keys = move |event: KeyboardEvent| {
        if role == "menu"
            && let Some(panel) = panel.get_untracked()
        {
            walk(&event, &panel);
        }
    };
    let kind = match kind.unwrap_or(if icon_only || trigger.is_some() { Kind::Ghost } else { Kind::Plain }) {
        Kind::Primary => "button primary",
        Kind::Plain => "button plain",
        Kind::Danger => "button danger",
        Kind::Ghost => "button ghost",
    };
    let custom = trigger.is_some();
    view! {
        <button node_ref=button type="button" class=format!("{kind} {class}") class:small=small
            class:icon-button=icon_only class:marked=move || marked.get()
            aria-haspopup=role aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-label=move || (icon_only || custom).then(|| label.get())
            data-tip=move || (icon_only && !open.get()).then(|| label.get())>
            {match trigger {
                Some(trigger) => trigger.run(),
                None => view! {
                    {icon.map(|name| view! { <Icon name small=!icon_only/> })}
                    {(!icon_only).then(|| view! { <span class="button-text">{move || label.get()}</span> })}
                }.into_any(),
            }}
        </button>
        <div node_ref=panel class="popover" class:menu={role == "menu"} popover="auto" role=role aria-label=move || label.get()
            on:beforetoggle=before on:toggle=toggled on:keydown=keys>
            {content}
        </div>
    }
}

/// A deed in a [`Menu`].
#[component]
pub fn MenuItem(
    #[prop(optional)] icon: Option<&'static str>,
    #[prop(optional)] danger: bool,
    /// Makes it one of several choices: whether it is the chosen one.
    #[prop(optional, into)]
    checked: MaybeProp<bool>,
    /// Why it cannot be chosen now.
    #[prop(optional, into)]
    why: Signal<Option<String>>,
    /// Shortcut, shown at the end.
    #[prop(optional)]
    keys: Option<&'static str>,
    #[prop(into)] press: Callback<()>,
    children: Children,
) -> impl IntoView {
    let choice = checked.get_untracked().is_some();
    let clicked = move |event: web_sys::MouseEvent| {
        if why.with_untracked(Option::is_some) {
            return;
        }
        close_around(&event);
        press.run(());
    };
    view! {
        <button type="button" class="menu-item" class:danger=danger role=if choice { "menuitemradio" } else { "menuitem" } tabindex="-1"
            aria-checked=move || checked.get().map(|c| if c { "true" } else { "false" })
            aria-disabled=move || why.with(Option::is_some).then_some("true")
            aria-description=move || why.get() data-tip=move || why.get()
            on:click=clicked>
            {icon.map(|name| view! { <Icon name small=true/> })}
            <span class="menu-text">{children()}</span>
            {keys.map(|keys| view! { <super::Kbd keys/> })}
            {choice.then(|| view! { <span class="menu-check"><Icon name="check" small=true/></span> })}
        </button>
    }
}

/// A way to another page in a [`Menu`].
#[component]
pub fn MenuLink(
    #[prop(into)] href: String,
    #[prop(optional)] icon: Option<&'static str>,
    /// A full page load.
    #[prop(optional)]
    external: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="menu-item" role="menuitem" tabindex="-1" href=href rel=external.then_some("external") on:click=move |event| close_around(&event)>
            {icon.map(|name| view! { <Icon name small=true/> })}
            <span class="menu-text">{children()}</span>
        </a>
    }
}

fn new_state(event: &web_sys::Event) -> bool {
    js_sys::Reflect::get(event, &JsValue::from_str("newState")).is_ok_and(|s| s.as_string().as_deref() == Some("open"))
}

fn close_around(event: &web_sys::MouseEvent) {
    let panel = event.target().and_then(|t| t.dyn_into::<Element>().ok()).and_then(|t| t.closest("[popover]").ok().flatten());
    if let Some(panel) = panel.and_then(|p| p.dyn_into::<HtmlElement>().ok()) {
        let _ = panel.hide_popover();
    }
}

fn focus(el: Option<Element>) {
    if let Some(el) = el.and_then(|el| el.dyn_into::<HtmlElement>().ok()) {
        let _ = el.focus();
    }
}

/// A length of style, in whole pixels.
pub(super) fn px(length: f64) -> String {
    format!("{}px", length.round() as i32)
}

/// Opens towards the middle of the page, so that its own size does not matter.
fn place(button: &HtmlElement, panel: &HtmlElement) {
    let size = |s: Result<JsValue, JsValue>| s.ok().and_then(|s| s.as_f64()).unwrap_or_default();
    let (wide, high) = (size(window().inner_width()), size(window().inner_height()));
    let at = button.get_bounding_client_rect();
    let style = panel.style();
    let set = |name: &str, value: f64| {
        let _ = style.set_property(name, &px(value.max(0.0)));
    };
    for name in ["left", "right", "top", "bottom"] {
        let _ = style.set_property(name, "auto");
    }
    if at.left() + at.width() / 2.0 > wide / 2.0 {
        set("right", wide - at.right())
    } else {
        set("left", at.left())
    }
    let room = if at.top() + at.height() / 2.0 > high * 0.6 {
        set("bottom", high - at.top() + GAP);
        at.top()
    } else {
        set("top", at.bottom() + GAP);
        high - at.bottom()
    };
    set("max-height", room - 3.0 * GAP);
}

/// Arrow keys, Home, End and first letters move between the items.
fn walk(event: &KeyboardEvent, panel: &Element) {
    let Ok(found) = panel.query_selector_all("[role^=menuitem]") else { return };
    let items: Vec<HtmlElement> = (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect();
    if items.is_empty() {
        return;
    }
    let active = document().active_element();
    let now = items.iter().position(|i| active.as_ref().is_some_and(|a| a.is_same_node(Some(i))));
    let key = event.key();
    let to = match key.as_str() {
        "ArrowDown" => now.map_or(0, |n| (n + 1) % items.len()),
        "ArrowUp" => now.map_or(items.len() - 1, |n| (n + items.len() - 1) % items.len()),
        "Home" => 0,
        "End" => items.len() - 1,
        letter if letter.chars().count() == 1 && !event.ctrl_key() && !event.meta_key() => {
            let begins = |i: &usize| items[*i].text_content().is_some_and(|t| plain(t.trim()).starts_with(&plain(letter)));
            let after = now.map_or(0, |n| n + 1);
            match (after..items.len()).chain(0..after.min(items.len())).find(begins) {
                Some(found) => found,
                None => return,
            }
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let _ = items[to].focus();
}
