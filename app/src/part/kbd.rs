//! Keys on screen.

use super::time::use_clock;
use leptos::prelude::*;

/// Keys as people know them: `mod+k` is `Ctrl K`, on a Mac `⌘ K`; `g i` is `G` then `I`. Tracks the page's coming alive.
pub fn keys_text(keys: &str) -> String {
    // On the server, and until the page is alive, everybody has a Ctrl key.
    let mac = use_context::<super::Clock>().is_some_and(|c| c.now().is_some()) && is_mac();
    keys.split(' ')
        .map(|chord| chord.split('+').map(|key| name(key, mac)).collect::<Vec<_>>().join(if mac { "" } else { "+" }))
        .collect::<Vec<_>>()
        .join(" ")
}

fn name(key: &str, mac: bool) -> String {
    match (key, mac) {
        ("mod", true) => "⌘".into(),
        ("mod", false) => "Ctrl".into(),
        ("alt", true) => "⌥".into(),
        ("alt", false) => "Alt".into(),
        ("shift", true) => "⇧".into(),
        ("shift", false) => "Shift".into(),
        ("enter", _) => "Enter".into(),
        ("escape", _) => "Esc".into(),
        ("up", _) => "↑".into(),
        ("down", _) => "↓".into(),
        (other, _) => other.to_uppercase(),
    }
}

pub(super) fn is_mac() -> bool {
    cfg!(feature = "hydrate") && window().navigator().platform().is_ok_and(|p| p.starts_with("Mac") || p.starts_with("iP"))
}

/// Keys of a shortcut, each on its cap.
#[component]
pub fn Kbd(
    /// Such as `mod+k`, `shift+e`, or `g i` for one after the other.
    keys: &'static str,
) -> impl IntoView {
    let clock = use_clock();
    view! {
        <kbd class="kbd">
            {move || {
                clock.now();
                keys_text(keys).split(' ').map(|cap| view! { <span class="kbd-cap">{cap.to_owned()}</span> }).collect_view()
            }}
        </kbd>
    }
}
