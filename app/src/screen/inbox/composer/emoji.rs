//! All emoji of a group at a time, with a search, those taken last, and tones of skin.

use super::suggest::Suggest;
use super::suggest::list::{Emoji, Groups, emoji, file_language, recent, search, used};
use crate::api::Refused;
use crate::area::{Area, Part};
use crate::i18n::*;
use crate::live::web;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The chosen tone of skin, in this browser.
const TONE: &str = "prosa.emoji.tone";
/// Emoji that a search shows.
const FOUND: usize = 160;
/// A sign for each group, in the order of the files; the first is that of those taken last.
const SIGNS: [&str; 10] = ["🕘", "😀", "👋", "🐻", "🍔", "🚗", "⚽", "💡", "❤️", "🏁"];
const HANDS: [&str; 6] = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];

/// The button beside the text, and the panel at it.
#[component]
pub fn EmojiButton(suggest: Suggest, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let picked = RwSignal::new(None::<String>);
    effect(move || {
        if let Some(sign) = picked.get() {
            picked.set(None);
            open.set(false);
            // The panel gives the focus back to its button first.
            request_animation_frame(move || suggest.insert(&sign));
        }
    });
    view! {
        <Popover icon="emoji" icon_only=true open class="emoji-button" label=move || t_string!(i18n, message.emoji.open).to_string()>
            <Show when=move || open.get()><Area part=Part::Emoji(picked)/></Show>
        </Popover>
    }
}

fn group_name(i18n: leptos_i18n::I18nContext<Locale>, group: usize) -> String {
    match group {
        0 => t_string!(i18n, message.emoji.recent),
        1 => t_string!(i18n, message.emoji.smileys),
        2 => t_string!(i18n, message.emoji.people),
        3 => t_string!(i18n, message.emoji.nature),
        4 => t_string!(i18n, message.emoji.food),
        5 => t_string!(i18n, message.emoji.travel),
        6 => t_string!(i18n, message.emoji.activities),
        7 => t_string!(i18n, message.emoji.objects),
        8 => t_string!(i18n, message.emoji.symbols),
        _ => t_string!(i18n, message.emoji.flags),
    }
    .to_string()
}

fn tone_name(i18n: leptos_i18n::I18nContext<Locale>, tone: usize) -> String {
    match tone {
        0 => t_string!(i18n, message.emoji.tone_none),
        1 => t_string!(i18n, message.emoji.tone_light),
        2 => t_string!(i18n, message.emoji.tone_medium_light),
        3 => t_string!(i18n, message.emoji.tone_medium),
        4 => t_string!(i18n, message.emoji.tone_medium_dark),
        _ => t_string!(i18n, message.emoji.tone_dark),
    }
    .to_string()
}

/// The panel; `picked` is what was taken.
#[component]
pub fn EmojiPicker(picked: RwSignal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let build = use_session().build();
    let language = Memo::new(move |_| file_language(i18n.get_locale()));
    let fetched = Fetched::<Groups>::new(move || {
        let (language, build) = (language.get_untracked(), build.clone());
        async move { emoji(language, &build).await.map_err(Refused) }
    });
    let text = RwSignal::new(String::new());
    let last = StoredValue::new(recent());
    let group = RwSignal::new(usize::from(last.with_value(Vec::is_empty)));
    let tone = RwSignal::new(web::read(TONE).and_then(|t| t.parse::<usize>().ok()).filter(|t| *t < HANDS.len()).unwrap_or(0));
    let shown = Memo::new(move |_| {
        let Some(Ok(groups)) = fetched.get() else { return Vec::new() };
        let wanted = text.get();
        let tone = tone.get();
        let toned = |e: &Emoji| (e.tones.get(tone.wrapping_sub(1)).cloned().unwrap_or_else(|| e.sign.clone()), e.name.clone());
        if !wanted.trim().is_empty() {
            return search(&groups, &wanted, FOUND).iter().map(toned).collect::<Vec<_>>();
        }
        match group.get() {
            // They keep the tone in which they were taken.
            0 => last.with_value(|all| all.iter().map(|sign| (sign.clone(), name_of(&groups, sign))).collect()),
            n => groups.get(n - 1).map(|list| list.iter().map(toned).collect()).unwrap_or_default(),
        }
    });
    let grid = NodeRef::<leptos::html::Div>::new();
    let take = move |sign: String| {
        used(&sign);
        picked.set(Some(sign));
    };
    let typed = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            if let Some((sign, _)) = shown.with_untracked(|all| all.first().cloned()) {
                take(sign);
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            focus_in(grid, 0);
        }
        _ => {}
    };
    let walk = move |event: KeyboardEvent| {
        let Some(grid) = grid.get_untracked() else { return };
        if let Some(to) = next(&grid, &event.key()) {
            event.prevent_default();
            focus_at(&grid, to);
        }
    };
    let pressed = move |event: MouseEvent| {
        let button = event.target().and_then(|t| t.dyn_into::<Element>().ok()).and_then(|t| t.closest("[data-sign]").ok().flatten());
        if let Some(sign) = button.and_then(|b| b.get_attribute("data-sign")) {
            take(sign);
        }
    };
    let none = move || {
        let text = text.get();
        let text = text.trim();
        (matches!(fetched.get(), Some(Ok(_))) && !text.is_empty() && shown.with(Vec::is_empty))
            .then(|| t_string!(i18n, message.emoji.none, text = text).to_string())
    };
    let heading = move || group_name(i18n, group.get());
    view! {
        <div class="emoji-box">
            <input type="search" class="input emoji-find" autofocus aria-label=move || t_string!(i18n, message.emoji.search).to_string()
                placeholder=move || t_string!(i18n, message.emoji.search).to_string() prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event)) on:keydown=typed/>
            <Show when=move || text.with(|t| t.trim().is_empty())>
                <div class="emoji-groups" role="group" aria-label=move || t_string!(i18n, message.emoji.groups).to_string()>
                    {SIGNS.into_iter().enumerate().filter(|(n, _)| *n > 0 || !last.with_value(Vec::is_empty)).map(|(n, sign)| view! {
                        <button type="button" class="emoji-group" aria-pressed=move || if group.get() == n { "true" } else { "false" }
                            aria-label=move || group_name(i18n, n) data-tip=move || group_name(i18n, n) on:click=move |_| group.set(n)>{sign}</button>
                    }).collect_view()}
                </div>
            </Show>
            {move || match fetched.get() {
                None => Some(view! { <SkeletonRows count=3/> }.into_any()),
                Some(Err(fault)) => Some(view! { <Trouble fault=Signal::stored(fault) retry=move |()| fetched.refetch()/> }.into_any()),
                Some(Ok(_)) => None,
            }}
            <div class="emoji-grid" node_ref=grid role="group" aria-label=heading on:keydown=walk on:click=pressed>
                {move || shown.get().into_iter().enumerate().map(|(n, (sign, name))| {
                    let face = sign.clone();
                    view! {
                        <button type="button" class="emoji" data-sign=sign title=name.clone() aria-label=name tabindex=if n == 0 { "0" } else { "-1" }>{face}</button>
                    }
                }).collect_view()}
            </div>
            <p class="emoji-none" role="status">{none}</p>
            <div class="emoji-tones" role="radiogroup" aria-label=move || t_string!(i18n, message.emoji.tone).to_string()>
                {HANDS.into_iter().enumerate().map(|(n, hand)| view! {
                    <button type="button" class="emoji-tone" role="radio" aria-checked=move || if tone.get() == n { "true" } else { "false" }
                        aria-label=move || tone_name(i18n, n) data-tip=move || tone_name(i18n, n)
                        on:click=move |_| { tone.set(n); web::keep(TONE, (n > 0).then(|| n.to_string()).as_deref()) }>{hand}</button>
                }).collect_view()}
            </div>
        </div>
    }
}

/// The name of a sign in any tone.
fn name_of(groups: &[Vec<Emoji>], sign: &str) -> String {
    groups.iter().flatten().find(|e| e.sign == sign || e.tones.iter().any(|t| t == sign)).map(|e| e.name.clone()).unwrap_or_default()
}

fn buttons(grid: &Element) -> Vec<HtmlElement> {
    let children = grid.children();
    (0..children.length()).filter_map(|n| children.item(n)?.dyn_into().ok()).collect()
}

fn focus_in(grid: NodeRef<leptos::html::Div>, n: usize) {
    if let Some(grid) = grid.get_untracked() {
        focus_at(&grid, n);
    }
}

fn focus_at(grid: &Element, n: usize) {
    if let Some(button) = buttons(grid).get(n) {
        let _ = button.focus();
    }
}

/// Where an arrow leads to from the emoji that has the focus; as many are in a row as the width allows.
fn next(grid: &Element, key: &str) -> Option<usize> {
    let all = buttons(grid);
    let active = document().active_element()?;
    let now = all.iter().position(|b| active.is_same_node(Some(b)))?;
    let top = all.first()?.offset_top();
    let wide = all.iter().take_while(|b| b.offset_top() == top).count().max(1);
    let last = all.len() - 1;
    Some(match key {
        "ArrowRight" => (now + 1).min(last),
        "ArrowLeft" => now.saturating_sub(1),
        "ArrowDown" => (now + wide).min(last),
        "ArrowUp" => now.saturating_sub(wide),
        "Home" => 0,
        "End" => last,
        _ => return None,
    })
}
