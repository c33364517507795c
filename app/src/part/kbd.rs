//! Keys on screen.

use leptos::prelude::*;

/// Keys as people know them: `mod+k` is `Ctrl K`, on a Mac `⌘ K`; `g i` is `G` then `I`.
pub fn keys_text(keys: &str) -> String {
    let mac = is_mac();
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
        ("delete", _) => "Del".into(),
        ("up", _) => "↑".into(),
        ("down", _) => "↓".into(),
        (other, _) => other.to_ascii_uppercase(),
    }
}

/// On the server everybody has a Ctrl key.
pub(super) fn is_mac() -> bool {
    cfg!(feature = "browser") && window().navigator().platform().is_ok_and(|p| p.starts_with("Mac") || p.starts_with("iP"))
}

/// Keys of a shortcut, each on its cap.
#[component]
pub fn Kbd(
    /// Such as `mod+k`, `shift+e`, or `g i` for one after the other.
    keys: &'static str,
) -> impl IntoView {
    view! {
        <kbd class="kbd">{keys_text(keys).split(' ').map(|cap| view! { <span class="kbd-cap">{cap.to_owned()}</span> }).collect_view()}</kbd>
    }
}
