//! Icons of the one outline family.

use leptos::prelude::*;

/// A symbol's id, which most icons keep for as long as they are shown: only the others are watched.
pub enum Symbol {
    Fixed(&'static str),
    Changing(Signal<&'static str>),
}

impl From<&'static str> for Symbol {
    fn from(name: &'static str) -> Symbol {
        Symbol::Fixed(name)
    }
}

impl From<Signal<&'static str>> for Symbol {
    fn from(name: Signal<&'static str>) -> Symbol {
        Symbol::Changing(name)
    }
}

/// An icon of `app/icons.svg`, which every page carries; decorative: what it means stands beside it or in an `aria-label`.
#[component]
pub fn Icon(
    /// The symbol's id.
    #[prop(into)]
    name: Symbol,
    /// 16 px instead of 20.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small { "icon icon-small" } else { "icon" };
    let address = |name| format!("#i-{name}");
    let symbol = match name {
        Symbol::Fixed(name) => view! { <use href=address(name)></use> }.into_any(),
        Symbol::Changing(name) => view! { <use href=move || address(name.get())></use> }.into_any(),
    };
    view! { <svg class=class aria-hidden="true" focusable="false">{symbol}</svg> }
}
