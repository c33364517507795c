//! The list of what is offered, and the names of emoji behind it.

use super::super::typed::lines::TypedLines;
use super::{Asked, Offered, Suggest};
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use crate::session::use_session;
use crate::status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::text::plain;
use model::{ConversationId, Fault, StatusKind, UserId, from_json};
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Lines that are shown; more are found by typing more.
const SHOWN: usize = 8;
/// Emoji that were taken last, in this browser.
const RECENT: &str = "prosa.emoji.recent";
const RECENT_MAX: usize = 24;

/// An emoji with its name and words in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Emoji {
    pub sign: String,
    pub name: String,
    /// Name and words without accents, for the search.
    pub words: String,
    /// In the five tones of skin; empty when it has none.
    pub tones: Vec<String>,
}

/// The emoji of a language by group.
pub type Groups = Arc<Vec<Vec<Emoji>>>;

thread_local! {
    static KNOWN: RefCell<Option<(&'static str, Groups)>> = const { RefCell::new(None) };
}

/// The emoji in the reader's language, fetched once.
///
/// # Errors
/// [`Fault::Offline`].
pub async fn emoji(language: &'static str, build: &str) -> Result<Groups, Fault> {
    let known = KNOWN.with_borrow(|known| known.as_ref().filter(|(of, _)| *of == language).map(|(_, groups)| groups.clone()));
    if let Some(groups) = known {
        return Ok(groups);
    }
    let text = fetch(&format!("/pkg/{build}/emoji-{language}.json")).await.ok_or(Fault::Offline)?;
    let lists: Vec<Vec<Vec<String>>> = from_json(text.as_bytes()).map_err(|_| Fault::Offline)?;
    let read = |mut parts: Vec<String>| {
        let mut next = || if parts.is_empty() { String::new() } else { parts.remove(0) };
        let (sign, name, words, tones) = (next(), next(), next(), next());
        let words = plain(&format!("{name} {words}"));
        Emoji { sign, words, name, tones: tones.split_whitespace().map(str::to_owned).collect() }
    };
    let groups: Groups = Arc::new(lists.into_iter().map(|list| list.into_iter().map(read).collect()).collect());
    KNOWN.set(Some((language, groups.clone())));
    Ok(groups)
}

async fn fetch(path: &str) -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str(path)).await.ok()?.dyn_into::<web_sys::Response>().ok()?;
    if !answer.ok() {
        return None;
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

/// The language of the names; `pt-BR` has no file of its own.
pub fn file_language(locale: Locale) -> &'static str {
    crate::language::code(locale).get(..2).map_or("pt", |code| match code {
        "en" => "en",
        "es" => "es",
        _ => "pt",
    })
}

/// Those that fit all typed words, the best first: the name begins so, a word begins so, it is somewhere in them.
pub fn search(groups: &[Vec<Emoji>], text: &str, most: usize) -> Vec<Emoji> {
    let wanted = plain(text);
    let parts: Vec<&str> = wanted.split_whitespace().collect();
    if parts.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u8, &Emoji)> = groups
        .iter()
        .flatten()
        .filter(|e| parts.iter().all(|part| e.words.contains(part)))
        .map(|e| {
            let begins = parts.iter().all(|part| e.words.split_whitespace().any(|word| word.starts_with(part)));
            (
                if e.words.starts_with(&wanted) {
                    0
                } else if begins {
                    1
                } else {
                    2
                },
                e,
            )
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().take(most).map(|(_, e)| e.clone()).collect()
}

/// What was taken last, newest first.
pub fn recent() -> Vec<String> {
    web::read(RECENT).and_then(|text| from_json::<Vec<String>>(text.as_bytes()).ok()).unwrap_or_default()
}

/// An emoji was taken.
pub fn used(sign: &str) {
    let mut all = recent();
    all.retain(|known| known != sign);
    all.insert(0, sign.to_owned());
    all.truncate(RECENT_MAX);
    web::keep(RECENT, serde_json::to_string(&all).ok().as_deref());
}

/// Colleagues who see the conversation and whose name has a word that begins so; oneself is not among them.
fn people(id: ConversationId, text: &str) -> Vec<Offered> {
    let store = use_store();
    let Some(workspace) = store.workspace.get() else { return Vec::new() };
    let Some(access) = store.known_row(id).with(|row| row.as_ref().map(|c| c.access())) else { return Vec::new() };
    let wanted = plain(text.trim());
    let fits = |name: &str| {
        let name = plain(name);
        name.starts_with(&wanted) || name.split_whitespace().any(|word| word.starts_with(&wanted))
    };
    workspace
        .seeing(&access)
        .into_iter()
        .filter(|m| m.user_id != workspace.me.user_id && fits(&m.name))
        .take(SHOWN)
        .map(|m| Offered::Person { id: m.user_id, name: m.name.clone(), photo: m.photo.clone() })
        .collect()
}

/// The list.
#[component]
pub fn SuggestList() -> impl IntoView {
    let i18n = use_i18n();
    let suggest: Suggest = expect_context();
    let typed = suggest.list;
    let build = use_session().build();
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let now = turn.get_value().wrapping_add(1);
        turn.set_value(now);
        let set = move |found: Vec<Offered>| typed.show(found);
        match typed.asked.get() {
            None => set(Vec::new()),
            Some(Asked::Person(text)) => set(suggest.people_of.map(|id| people(id, &text)).unwrap_or_default()),
            Some(Asked::Emoji(text)) => {
                let (language, build) = (file_language(i18n.get_locale()), build.clone());
                spawn_local(async move {
                    // Without them one types on.
                    let Ok(groups) = emoji(language, &build).await else { return };
                    if turn.try_get_value() == Some(now) {
                        let found = search(&groups, &text, SHOWN);
                        set(found.into_iter().map(|e| Offered::Emoji { sign: e.sign, name: e.name }).collect());
                    }
                });
            }
        }
    });
    let named = move || matches!(typed.asked.get(), Some(Asked::Person(_)));
    let none = move || match typed.asked.get()? {
        // A sentence that happens to begin with the sign is no search any more.
        Asked::Person(text) if typed.found.with(Vec::is_empty) && !text.contains(' ') => {
            Some(t_string!(i18n, message.mention.none, text = text.as_str()).to_string())
        }
        _ => None,
    };
    let shown = Memo::new(move |_| typed.is_open() && (typed.found.with(|f| !f.is_empty()) || none().is_some()));
    let label =
        move || if named() { t_string!(i18n, message.mention.list).to_string() } else { t_string!(i18n, message.emoji.label).to_string() };
    view! {
        <Show when=move || shown.get()>
            // A press on it must not take the cursor out of the text.
            <div class="quick suggest" on:mousedown=|event| event.prevent_default()>
                <TypedLines typed class="suggest-line" label=Signal::derive(label) face=face take=move |offered| suggest.take(offered)/>
                <p class="quick-none" role="status">{none}</p>
                <Show when=named><footer class="quick-foot"><span>{t!(i18n, message.mention.hint)}</span></footer></Show>
            </div>
        </Show>
    }
}

/// A line: the colleague's face and name, or the emoji and what it is called.
fn face(offered: Offered) -> AnyView {
    match offered {
        Offered::Person { name, photo, id } => view! {
            <Avatar name=name.clone() id=id.0 size=AvatarSize::Small photo=photo_of(id, &photo) status=status::dot(use_store(), id)/><bdi>{name}</bdi>
            <Now id/>
        }
        .into_any(),
        Offered::Emoji { sign, name } => view! { <span class="suggest-sign">{sign}</span><span>{name}</span> }.into_any(),
    }
}

/// What a colleague does now, where that is not to work.
#[component]
fn Now(id: UserId) -> impl IntoView {
    let i18n = use_i18n();
    let (store, times) = (use_store(), use_times());
    move || {
        let now = store.status(id);
        (now.kind != StatusKind::Online).then(|| view! { <small class="suggest-now" dir="auto">{status::say(i18n, times, &now)}</small> })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_found_by_any_word_without_accents_the_name_first() {
        let of = |sign: &str, words: &str| Emoji { sign: sign.into(), name: String::new(), words: plain(words), tones: Vec::new() };
        let groups = [vec![of("❤️", "coração vermelho amor"), of("💔", "partido coração"), of("🙂", "rosto sorrindo decoração")]];
        let found = |text| search(&groups, text, 9).into_iter().map(|e| e.sign).collect::<Vec<_>>();
        assert_eq!(found("coracao"), ["❤️", "💔", "🙂"]);
        assert_eq!(found("cora verm"), ["❤️"]);
        assert_eq!(found(" "), [""; 0]);
        assert_eq!(search(&groups, "coracao", 1).len(), 1);
    }
}
