//! Search over contacts, conversations, messages and files (AB-8).

mod found;
mod suggest;

use crate::api;
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use found::{ContactFound, ConversationFound, MessageFound, NumberOffer};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::text::plain_letter;
use model::{Fault, SearchGroup, SearchResult, Seek, limit};
use suggest::{Chips, Suggestions};
use wasm_bindgen::JsCast;

/// Pause in typing after which the server is asked.
const ASK_AFTER_MS: u32 = 200;
/// Shorter texts find everything and help nobody.
const SHORTEST: usize = 2;
/// Digits from which a text can be a phone number.
const PHONE_DIGITS: usize = 8;
/// Characters of a message shown before the found term.
const LEAD: usize = 28;

/// The search field; `/` leads to it.
#[component]
pub fn SearchField(text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<leptos::html::Input>::new();
    let commands = use_commands();
    commands.add(Command {
        id: CommandId::Search,
        label: Signal::derive(move || t_string!(i18n, inbox.key.search).to_string()),
        when: Signal::stored(true),
        run: Callback::new(move |()| {
            if let Some(el) = node.get_untracked() {
                let _ = el.focus();
                el.select();
            }
        }),
    });
    effect(move || {
        let Some(el) = node.get() else { return };
        let now = text.get();
        if el.value() != now {
            el.set_value(&now);
        }
    });
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if !text.with_untracked(String::is_empty) => {
            event.prevent_default();
            text.set(String::new());
        }
        "Escape" => {
            if let Some(el) = node.get_untracked() {
                let _ = el.blur();
            }
        }
        key @ ("ArrowDown" | "Enter") => {
            let find = |what: &str| document().query_selector(what).ok().flatten().and_then(|f| f.dyn_into::<web_sys::HtmlElement>().ok());
            let searching = text.with_untracked(|t| !t.trim().is_empty());
            let first = match (searching, key) {
                (false, _) => find(".inbox-row[tabindex='0']"),
                (true, "ArrowDown") => find(".results [data-suggest], .results [data-hit]"),
                // A value that is being typed is completed; a word may be meant as it stands.
                (true, _) => find(".results [data-suggest='value']").or_else(|| find(".results [data-hit]")),
            };
            if let Some(first) = first {
                event.prevent_default();
                if key == "Enter" && searching {
                    first.click()
                } else {
                    let _ = first.focus();
                }
            }
        }
        _ => {}
    };
    view! {
        <div class="search" role="search">
            <Icon name="search" small=true/>
            <input node_ref=node class="search-input" type="text" inputmode="search" enterkeyhint="search" autocomplete="off" spellcheck="false"
                dir="auto" maxlength=limit::SEEK_MAX.to_string()
                aria-label=move || t_string!(i18n, inbox.search.label).to_string()
                placeholder=move || t_string!(i18n, inbox.search.placeholder).to_string()
                on:input=move |event| text.set(event_target_value(&event)) on:keydown=on_key/>
            <Show when=move || text.with(|t| !t.is_empty()) fallback=|| view! { <Kbd keys=CommandId::Search.keys()/> }>
                <IconButton icon="x" small=true label=move || t_string!(i18n, inbox.search.clear).to_string() press=move |()| {
                    text.set(String::new());
                    if let Some(el) = node.get_untracked() { let _ = el.focus(); }
                }/>
            </Show>
        </div>
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Found {
    Short,
    Searching,
    Failed(Fault),
    /// What was found, and for which text.
    Here(String, SearchResult),
}

/// What the search found, in groups; the older answer stays on screen until the newer is here.
#[component]
pub fn Results(text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let found = RwSignal::new(Found::Searching);
    let asked = StoredValue::new(0u32);
    let wanted = Memo::new(move |_| text.with(|t| t.trim().to_owned()));
    let ask = move |text: String, wait: u32| {
        let turn = asked.try_update_value(|n| {
            *n += 1;
            *n
        });
        // What stands before its value is not looked for yet.
        if text.chars().count() < SHORTEST || Seek::read(&text).is_empty() {
            found.set(Found::Short);
            return;
        }
        if found.with_untracked(|f| !matches!(f, Found::Here(..))) {
            found.set(Found::Searching);
        }
        spawn_local(async move {
            web::sleep(wait).await;
            if asked.try_get_value() != turn {
                return;
            }
            let answer = api::inbox::search(text.clone(), None).await;
            if asked.try_get_value() != turn {
                return;
            }
            found.set(match answer {
                Ok(result) => Found::Here(text, result),
                Err(refused) => Found::Failed(store.hear(refused)),
            });
        });
    };
    effect(move || ask(wanted.get(), ASK_AFTER_MS));
    let on_key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Escape" => {
                text.set(String::new());
                return;
            }
            _ => return,
        };
        event.prevent_default();
        walk_hits(step);
    };
    view! {
        <div class="results" role="region" aria-label=move || t_string!(i18n, inbox.search.results).to_string() on:keydown=on_key>
            <Chips text/>
            <Suggestions text/>
            {move || match found.get() {
                Found::Short => view! { <p class="list-note">{t!(i18n, inbox.search.short)}</p> }.into_any(),
                Found::Searching => view! { <SkeletonRows count=4/> }.into_any(),
                Found::Failed(fault) => {
                    view! { <Trouble fault=Signal::stored(fault) retry=move |()| ask(wanted.get_untracked(), 0)/> }.into_any()
                }
                Found::Here(text, result) => view! { <Groups text result/> }.into_any(),
            }}
        </div>
    }
}

/// Moves the focus among the hits; upwards from the first back to the field.
fn walk_hits(step: i32) {
    let Ok(all) = document().query_selector_all(".results [data-suggest], .results [data-hit]") else { return };
    let hits: Vec<web_sys::HtmlElement> = (0..all.length()).filter_map(|i| all.get(i)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let now = hits.iter().position(|h| active.as_ref().is_some_and(|a| a.is_same_node(Some(h))));
    let to = match now.and_then(|n| i32::try_from(n).ok()) {
        Some(0) if step < 0 => document().query_selector(".search-input").ok().flatten().and_then(|el| el.dyn_into().ok()),
        Some(n) => usize::try_from(n + step).ok().and_then(|n| hits.get(n).cloned()),
        None => hits.first().cloned(),
    };
    if let Some(to) = to {
        let _ = to.focus();
    }
}

/// What was found, part by part; more of a part comes when it is asked for.
#[component]
fn Groups(text: String, result: SearchResult) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let number = phone_like(&text);
    let nothing = number.is_none()
        && result.conversations.is_empty()
        && result.messages.is_empty()
        && result.files.is_empty()
        && result.contacts.is_empty();
    let count = result.conversations.len() + result.messages.len() + result.files.len() + result.contacts.len();
    let unknown = result.unknown.clone();
    let title = {
        let text = text.clone();
        move || t_string!(i18n, inbox.search.empty, text = text.clone()).to_string()
    };
    let term = StoredValue::new(Seek::read(&text).text);
    let asked = StoredValue::new(text);
    let shown = RwSignal::new(result);
    let full = RwSignal::new(None::<(SearchGroup, Option<Fault>)>);
    let more = Callback::new(move |group: SearchGroup| {
        full.set(Some((group, None)));
        spawn_local(async move {
            let answer = api::inbox::search(asked.get_value(), Some(group)).await;
            match answer {
                Ok(more) => {
                    shown.try_update(|shown| {
                        match group {
                            SearchGroup::Conversations => shown.conversations = more.conversations,
                            SearchGroup::Messages => shown.messages = more.messages,
                            SearchGroup::Files => shown.files = more.files,
                            SearchGroup::Contacts => shown.contacts = more.contacts,
                        }
                        // As many as there are: what follows is for a narrower search.
                        shown.more.retain(|g| *g != group);
                    });
                    let _ = full.try_set(None);
                }
                Err(refused) => {
                    let _ = full.try_set(Some((group, Some(store.hear(refused)))));
                }
            }
        });
    });
    let conversations = Memo::new(move |_| shown.with(|s| s.conversations.clone()));
    let messages = Memo::new(move |_| shown.with(|s| s.messages.clone()));
    let files = Memo::new(move |_| shown.with(|s| s.files.clone()));
    let contacts = Memo::new(move |_| shown.with(|s| s.contacts.clone()));
    let sees_all = move || store.workspace.with(|w| w.as_ref().is_none_or(|w| w.seen.all));
    let more_of = move |group: SearchGroup| view! { <More group shown full more/> };
    view! {
        <span class="visually-hidden" role="status">{count}</span>
        {move || Some(conversations.get()).filter(|c| !c.is_empty()).map(|rows| view! {
            <section class="result-group">
                <h2 class="result-title">{t!(i18n, inbox.search.conversations)}</h2>
                {store.adopt(rows).into_iter().map(|row| view! { <ConversationFound row=RwSignal::from(row) term=term.get_value()/> }).collect_view()}
                {more_of(SearchGroup::Conversations)}
            </section>
        })}
        {move || Some(messages.get()).filter(|m| !m.is_empty()).map(|hits| view! {
            <section class="result-group">
                <h2 class="result-title">{t!(i18n, inbox.search.messages)}</h2>
                {hits.into_iter().map(|hit| view! { <MessageFound hit term=term.get_value() file=false/> }).collect_view()}
                {more_of(SearchGroup::Messages)}
            </section>
        })}
        {move || Some(files.get()).filter(|f| !f.is_empty()).map(|hits| view! {
            <section class="result-group">
                <h2 class="result-title">{t!(i18n, working.seek.files)}</h2>
                {hits.into_iter().map(|hit| view! { <MessageFound hit term=term.get_value() file=true/> }).collect_view()}
                {more_of(SearchGroup::Files)}
            </section>
        })}
        {move || Some(contacts.get()).filter(|c| !c.is_empty()).map(|hits| view! {
            <section class="result-group">
                <h2 class="result-title">{t!(i18n, inbox.search.contacts)}</h2>
                {hits.into_iter().map(|hit| view! { <ContactFound hit term=term.get_value()/> }).collect_view()}
                {more_of(SearchGroup::Contacts)}
            </section>
        })}
        {unknown.into_iter().map(|term| {
            let value = term.value;
            view! { <p class="list-note" role="alert">{move || t_string!(i18n, working.seek.unknown, value = value.as_str()).to_string()}</p> }
        }).collect_view()}
        {nothing.then(|| view! {
            <EmptyState icon="search" title=title text=move || t_string!(i18n, inbox.search.empty_text).to_string()/>
            {move || (!sees_all()).then(|| view! { <p class="list-note">{t!(i18n, working.hidden.sight)}</p> })}
        })}
        {number.map(|number| view! { <NumberOffer number/> })}
    }
}

/// The way to more of a part.
#[component]
fn More(
    group: SearchGroup,
    shown: RwSignal<SearchResult>,
    full: RwSignal<Option<(SearchGroup, Option<Fault>)>>,
    more: Callback<SearchGroup>,
) -> impl IntoView {
    let i18n = use_i18n();
    let busy = Signal::derive(move || full.with(|f| matches!(f, Some((g, None)) if *g == group)));
    let fault = move || full.with(|f| f.as_ref().filter(|(g, _)| *g == group).and_then(|(_, fault)| fault.clone()));
    move || {
        shown.with(|s| s.more.contains(&group)).then(|| {
            view! {
                <div class="list-note">
                    {move || fault().map(|f| view! { <span role="alert">{crate::fault::say(i18n, &f)}</span> })}
                    <Button small=true busy press=move |()| more.run(group)>{t!(i18n, working.seek.more)}</Button>
                </div>
            }
        })
    }
}

/// The text, when it can only be a phone number.
pub fn phone_like(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_phone = digits >= PHONE_DIGITS && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    (is_phone && !protocol_like(text)).then(|| text.to_owned())
}

/// Whether a text reads as a protocol: a day as `20261121`, then a number of five digits or more.
fn protocol_like(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|p| p.parse::<u32>().ok()).unwrap_or_default();
    text.len() >= 13
        && text.bytes().all(|b| b.is_ascii_digit())
        && (2020..2100).contains(&part(0, 4))
        && (1..=12).contains(&part(4, 6))
        && (1..=31).contains(&part(6, 8))
}

/// The text in parts, those that match the words of the term marked; cut so that the first match is in sight.
pub fn marked(text: &str, term: &str) -> Vec<(String, bool)> {
    let chars: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| plain_letter(*c)).collect();
    let words: Vec<Vec<char>> = term.split_whitespace().map(|w| w.chars().map(plain_letter).collect()).collect();
    let mut is_hit = vec![false; chars.len()];
    for word in words.iter().filter(|w| !w.is_empty()) {
        for start in 0..(folded.len() + 1).saturating_sub(word.len()) {
            if folded[start..start + word.len()] == word[..] {
                is_hit[start..start + word.len()].fill(true);
            }
        }
    }
    let first = is_hit.iter().position(|h| *h).unwrap_or(0);
    let from = if first > LEAD { first - LEAD / 2 } else { 0 };
    let mut parts: Vec<(String, bool)> = Vec::new();
    if from > 0 {
        parts.push(("…".to_owned(), false));
    }
    for i in from..chars.len().min(from + 160) {
        match parts.last_mut() {
            Some((part, hit)) if *hit == is_hit[i] => part.push(chars[i]),
            _ => parts.push((chars[i].to_string(), is_hit[i])),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, term: &str) -> String {
        marked(text, term).into_iter().map(|(part, hit)| if hit { format!("[{part}]") } else { part }).collect()
    }

    #[test]
    fn ab_8_found_words_are_marked_without_case_and_accents() {
        assert_eq!(shown("Olá, amanhã de MANHÃ", "manha"), "Olá, a[manhã] de [MANHÃ]");
        assert_eq!(shown("pedido 42", "xyz"), "pedido 42");
        assert_eq!(shown("", "a"), "");
        assert_eq!(shown("a b", "a b"), "[a] [b]");
    }

    #[test]
    fn a_late_match_is_brought_into_sight() {
        let text = format!("{} achado", "palavra ".repeat(30));
        let parts = shown(&text, "achado");
        assert!(parts.starts_with('…') && parts.ends_with("[achado]"), "{parts}");
    }

    #[test]
    fn in_1_a_number_is_told_from_a_text() {
        assert!(phone_like("(11) 98765-4321").is_some());
        assert!(phone_like("+1 415 555 0123").is_some());
        assert!(phone_like("1234567").is_none());
        assert!(phone_like("pedido 12345678").is_none());
        assert!(phone_like("2026112100159").is_none(), "a protocol");
        assert!(phone_like("+2026112100159").is_some(), "a number in Egypt");
        assert!(phone_like("5511987654321").is_some());
    }
}
