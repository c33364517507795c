//! A small choice of emoji beside the text.

use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;

/// Those that colleagues use most; the device's own keyboard has the rest.
const EMOJI: [&str; 40] = [
    "😀", "😂", "😅", "😊", "😍", "😘", "😉", "😎", "🤔", "😬", "😢", "😭", "😡", "😱", "🥳", "🤯", "👍", "👎", "👏", "🙏", "💪", "🤝",
    "👀", "✋", "❤️", "🔥", "⭐", "🎉", "✅", "❌", "⚠️", "❓", "💡", "📌", "📎", "📞", "⏰", "☕", "🍕", "🚀",
];

/// The button over the choice.
#[component]
pub(super) fn EmojiButton(#[prop(into)] choose: Callback<&'static str>) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    view! {
        <Popover icon="emoji" icon_only=true open label=move || t_string!(i18n, talk.emoji).to_string()>
            <div class="talk-emoji">
                {EMOJI.map(|emoji| view! {
                    <button type="button" on:click=move |_| { open.set(false); choose.run(emoji) }>{emoji}</button>
                }).collect_view()}
            </div>
        </Popover>
    }
}
