//! Finding pages and single settings by words in the reader's language, also without accents.

use super::page::Page;
use crate::i18n::*;
use crate::live::web::sleep;
use crate::part::*;
use crate::session::{Session, use_session};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::text::plain;
use wasm_bindgen::JsCast;

/// What is shown at most.
const SHOWN: usize = 12;
/// How often a setting is looked for while its page is on its way, and how long it stays marked.
const LOOKS: u32 = 40;
const LOOK_MS: u32 = 100;
const MARKED_MS: u32 = 3_000;

macro_rules! words {
    (pages { $($page:ident $slug:ident;)* } settings { $($key:ident: $of:ident $field:literal;)* }) => {
        /// Other words for a page. A page without a line here is found by its name alone; a test finds that out.
        fn words(i18n: I18nContext<Locale>, page: Page) -> String {
            $(if page == Page::$page {
                return t_string!(i18n, find.page.$slug).to_string();
            })*
            String::new()
        }

        /// Single settings: page, the field's name there, and what it is called, a `|`, and other words for it.
        fn settings(i18n: I18nContext<Locale>) -> Vec<(Page, &'static str, String)> {
            vec![$((Page::$of, $field, t_string!(i18n, find.setting.$key).to_string())),*]
        }

        #[cfg(test)]
        const WORDED: &[Page] = &[$(Page::$page),*];
        #[cfg(test)]
        const KEYS: &[&str] = &[$(stringify!($slug)),*];
    };
}

words! {
    pages {
        Account account;
        Company company;
        Members members;
        Invitations invitations;
        Roles roles;
        Teams teams;
        Channels channels;
        Fields fields;
        Tags tags;
        Reasons reasons;
        Hours hours;
        Sla sla;
        Status status;
        Ending closing;
        Sso sso;
        Features features;
        Masks masks;
        Many many;
        Audit audit;
        Invitations invitations;
        Roles roles;
        Sla sla;
        Sso sso;
        Masks masks;
    }
    settings {
        name: Account "name";
        time_zone: Account "time_zone";
        closing_message: Account "closing_message";
        transfer_note: Account "transfer_note";
        transfer_message: Account "transfer_message";
        cnpj: Company "cnpj";
        delay: Account "delay";
        internal_chat: Features "internal_chat";
        distribution: Features "distribution";
        only_assignee: Features "only_assignee";
        quick_replies: Features "quick_replies";
        merging: Features "merging";
        watching: Features "watching";
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub label: String,
    /// On which page a single setting stands.
    pub on: Option<String>,
    pub icon: &'static str,
    pub path: String,
}

/// What the words find, pages first. Tracks the language and what the reader may open.
pub fn find(i18n: I18nContext<Locale>, session: Session, text: &str) -> Vec<Found> {
    let wanted = plain(text);
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let fits = |all: &str| {
        let all = plain(all);
        wanted.iter().all(|w| all.contains(w))
    };
    let pages = Page::ALL.iter().copied().filter(|p| p.is_for(session));
    let mut found: Vec<(bool, Found)> = pages
        .filter_map(|page| {
            let title = page.title(i18n);
            let named = fits(&title);
            let fits = named || fits(&format!("{title} {}", words(i18n, page)));
            fits.then(|| (!named, Found { label: title, on: None, icon: page.icon(), path: page.path().to_owned() }))
        })
        .collect();
    // By its name before by another word for it.
    found.sort_by_key(|(other, _)| *other);
    let single = settings(i18n).into_iter().filter(|(page, ..)| page.is_for(session)).filter_map(|(page, field, text)| {
        let label = text.split('|').next().unwrap_or_default().to_owned();
        let path = format!("{}?at={field}", page.path());
        fits(&text).then(|| Found { label, on: Some(page.title(i18n)), icon: page.icon(), path })
    });
    found.into_iter().map(|(_, f)| f).chain(single).take(SHOWN).collect()
}

/// The field above the menu, and what it finds.
#[component]
pub(super) fn Search() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let found = Memo::new(move |_| find(i18n, session, &text.get()));
    let navigate = use_navigate();
    let go = Callback::new(move |path: String| {
        if may_leave() {
            text.set(String::new());
            navigate(&path, leptos_router::NavigateOptions { scroll: false, ..Default::default() });
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "Escape" if !text.with_untracked(String::is_empty) => text.set(String::new()),
            _ if count == 0 => return,
            "ArrowDown" => chosen.update(|n| *n = (*n + 1) % count),
            "ArrowUp" => chosen.update(|n| *n = (*n + count - 1) % count),
            "Enter" => {
                if let Some(one) = found.with_untracked(|f| f.get(chosen.get_untracked()).cloned()) {
                    go.run(one.path);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let is_open = move || !text.with(|t| t.trim().is_empty());
    view! {
        <div class="settings-find" role="search">
            <Icon name="search" small=true/>
            <input id="settings-find" class="input" type="text" role="combobox" autocomplete="off" spellcheck="false" maxlength="60"
                aria-controls="settings-found" aria-autocomplete="list" aria-expanded=move || if is_open() { "true" } else { "false" }
                aria-activedescendant=move || (is_open() && found.with(|f| !f.is_empty())).then(|| format!("settings-found-{}", chosen.get()))
                aria-label=move || t_string!(i18n, find.search).to_string() placeholder=move || t_string!(i18n, find.search).to_string()
                prop:value=move || text.get() on:input=move |event| { text.set(event_target_value(&event)); chosen.set(0) } on:keydown=on_key/>
            <ul class="settings-found" id="settings-found" role="listbox" hidden=move || !is_open() || found.with(Vec::is_empty)
                aria-label=move || t_string!(i18n, find.found).to_string()>
                {move || found.get().into_iter().enumerate().map(|(n, one)| {
                    let Found { label, on, icon, path } = one;
                    view! {
                        <li id=format!("settings-found-{n}") class="settings-found-row" role="option"
                            aria-selected=move || if chosen.get() == n { "true" } else { "false" }
                            on:pointermove=move |_| chosen.set(n) on:click=move |_| go.run(path.clone())>
                            <Icon name=icon small=true/>
                            <span><span>{label}</span>{on.map(|page| view! { <small>{page}</small> })}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
            <p class="settings-none" role="status">
                {move || (is_open() && found.with(Vec::is_empty)).then(|| t_string!(i18n, find.none, text = text.get()).to_string())}
            </p>
        </div>
    }
}

/// Brings the setting that the address names (`?at=<field>`) into sight, gives it the focus and marks it for a moment.
pub(super) fn mark_wanted() {
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.read().get("at").unwrap_or_default());
    effect(move || {
        let field = wanted.get();
        let is_name = !field.is_empty() && field.len() < 40 && field.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !is_name {
            return;
        }
        spawn_local(async move {
            for _ in 0..LOOKS {
                if wanted.try_get_untracked().as_ref() != Some(&field) {
                    return;
                }
                let found = document().query_selector(&format!(".settings-open [name='{field}']")).ok().flatten();
                if let Some(element) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
                    return mark(&element).await;
                }
                sleep(LOOK_MS).await;
            }
        });
    });
}

async fn mark(element: &web_sys::HtmlElement) {
    let around = element.closest(".field, .check").ok().flatten().unwrap_or_else(|| element.clone().unchecked_into());
    let _ = element.focus();
    around.scroll_into_view();
    let _ = around.class_list().add_1("found");
    sleep(MARKED_MS).await;
    let _ = around.class_list().remove_1("found");
}

#[cfg(test)]
mod tests {
    use super::{KEYS, Page, WORDED};
    use serde_json::Value;

    #[test]
    fn every_page_has_words_in_every_language() {
        let mute: Vec<_> = Page::ALL.iter().filter(|p| !WORDED.contains(p)).collect();
        assert!(mute.is_empty(), "without words by which they are found: {mute:?}");
        for language in [
            include_str!("../../../locales/pt-BR/find.json"),
            include_str!("../../../locales/en/find.json"),
            include_str!("../../../locales/es/find.json"),
        ] {
            let words: Value = serde_json::from_str(language).unwrap();
            for (page, key) in WORDED.iter().zip(KEYS) {
                let said = words["page"][key].as_str().unwrap_or_default();
                assert!(said.split_whitespace().count() >= 3, "{page:?}: {said:?}");
            }
        }
    }
}
