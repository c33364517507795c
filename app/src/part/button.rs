//! Buttons that say why they cannot be pressed.

use super::Icon;
use super::kbd::keys_text;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The one thing that makes sense now; at most one in a view.
    Primary,
    #[default]
    Plain,
    /// Cannot be undone.
    Danger,
    /// Without a border, for bars and rows.
    Ghost,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Kind::Primary => "button primary",
            Kind::Plain => "button plain",
            Kind::Danger => "button danger",
            Kind::Ghost => "button ghost",
        }
    }
}

/// A button with text. A disabled one stays focusable, so that its reason can be read.
#[component]
pub fn Button(
    #[prop(optional)] kind: Kind,
    /// 28 px high instead of 36 (44 on touch).
    #[prop(optional)]
    small: bool,
    /// An icon before the text.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Sends its form.
    #[prop(optional)]
    submit: bool,
    /// Something is under way; presses are ignored.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it cannot be pressed now; `None` enables it.
    #[prop(optional, into)]
    why: Signal<Option<String>>,
    #[prop(optional, into)] press: Option<Callback<()>>,
    /// Further classes.
    #[prop(optional, into)]
    class: String,
    /// A name for tests and screen readers when the text is not enough.
    #[prop(optional, into)]
    label: Signal<String>,
    children: Children,
) -> impl IntoView {
    let off = move || busy.get() || why.with(Option::is_some);
    // In the server's page a form would be sent by the browser itself, to nowhere.
    let asleep = submit && cfg!(feature = "ssr");
    let pressed = move |event: MouseEvent| {
        if off() {
            event.prevent_default();
            event.stop_propagation();
        } else if let Some(press) = press {
            press.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=format!("{} {class}", kind.class())
            class:small=small
            disabled=asleep
            aria-disabled=move || off().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            aria-label=move || Some(label.get()).filter(|l| !l.is_empty())
            aria-description=move || why.get()
            data-tip=move || why.get()
            on:click=pressed
        >
            {icon.map(|name| view! { <Icon name small/> })}
            <span class="button-text">{children()}</span>
        </button>
    }
}

/// A button with an icon alone; its label is its tooltip.
#[component]
pub fn IconButton(
    icon: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] kind: Option<Kind>,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    /// Why it cannot be pressed now.
    #[prop(optional, into)]
    why: Signal<Option<String>>,
    /// Makes it a toggle: whether it is down.
    #[prop(optional, into)]
    pressed: MaybeProp<bool>,
    /// Says that it opens something: whether that is open.
    #[prop(optional, into)]
    expanded: MaybeProp<bool>,
    /// Shortcut, shown in the tooltip.
    #[prop(optional)]
    keys: Option<&'static str>,
    /// A small dot or number on the icon.
    #[prop(optional, into)]
    badge: MaybeProp<String>,
    #[prop(optional, into)] press: Option<Callback<()>>,
    #[prop(optional, into)] class: String,
    #[prop(optional)] node_ref: NodeRef<leptos::html::Button>,
) -> impl IntoView {
    let off = move || busy.get() || why.with(Option::is_some);
    let clicked = move |event: MouseEvent| {
        if off() {
            event.prevent_default();
            event.stop_propagation();
        } else if let Some(press) = press {
            press.run(());
        }
    };
    let tip = move || match (why.get(), keys) {
        (Some(why), _) => why,
        (None, Some(keys)) => format!("{} ({})", label.get(), keys_text(keys)),
        (None, None) => label.get(),
    };
    let kind = kind.unwrap_or(Kind::Ghost).class();
    view! {
        <button
            node_ref=node_ref
            type="button"
            class=format!("{kind} icon-button {class}")
            class:small=small
            aria-label=move || label.get()
            aria-disabled=move || off().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            aria-pressed=move || pressed.get().map(|p| if p { "true" } else { "false" })
            aria-expanded=move || expanded.get().map(|e| if e { "true" } else { "false" })
            aria-description=move || why.get()
            data-tip=tip
            on:click=clicked
        >
            <Icon name=icon/>
            {move || badge.get().map(|text| view! { <span class="icon-badge" aria-hidden="true">{text}</span> })}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: Kind,
    #[prop(optional)] small: bool,
    #[prop(optional)] icon: Option<&'static str>,
    /// Leaves the client's router: a full page load.
    #[prop(optional)]
    external: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=kind.class() class:small=small href=move || href.get() rel=external.then_some("external")>
            {icon.map(|name| view! { <Icon name small/> })}
            <span class="button-text">{children()}</span>
        </a>
    }
}
