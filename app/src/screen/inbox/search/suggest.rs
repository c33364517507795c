//! Operators of the search: those in effect as chips, and what may follow while one types.

use crate::i18n::*;
use crate::language;
use crate::live::{Store, use_store};
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::text::plain;
use model::{ChannelStatus, Operator, Seek, Term, Typing, typing};
use wasm_bindgen::JsCast;

/// Suggestions at once.
const MOST: usize = 6;

/// An operator's word in the reader's language. Tracked.
fn word(i18n: I18nContext<Locale>, operator: Operator) -> &'static str {
    let which = language::ALL.iter().position(|(l, _)| *l == i18n.get_locale()).unwrap_or(0);
    operator.spellings()[which]
}

/// What an operator does, in a few words. Tracked.
fn says(i18n: I18nContext<Locale>, operator: Operator) -> String {
    match operator {
        Operator::From => t_string!(i18n, working.seek.from),
        Operator::In => t_string!(i18n, working.seek.in_team),
        Operator::Channel => t_string!(i18n, working.seek.channel),
        Operator::Tag => t_string!(i18n, working.seek.tag),
        Operator::Before => t_string!(i18n, working.seek.before),
        Operator::After => t_string!(i18n, working.seek.after),
    }
    .to_string()
}

/// The operators in effect, each with a button that takes it out.
#[component]
pub fn Chips(text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let seek = Memo::new(move |_| text.with(|t| Seek::read(t).terms));
    let drop = move |term: &Term| {
        let mut seek = Seek::read(&text.get_untracked());
        seek.terms.retain(|t| t != term);
        text.set(seek.to_string());
        focus_field();
    };
    view! {
        <div class="seek-chips" hidden=move || seek.with(Vec::is_empty)>
            <For each=move || seek.get() key=Term::clone let:term>
                {
                    let shown = term.clone();
                    let label = term.value.clone();
                    view! {
                        <span class="tag seek-chip">
                            <bdi>{move || format!("{}: {}", word(i18n, shown.operator), shown.value)}</bdi>
                            <button type="button" class="tag-off" on:click=move |_| drop(&term)
                                aria-label=move || t_string!(i18n, working.seek.drop, value = label.as_str()).to_string()>
                                <Icon name="x" small=true/>
                            </button>
                        </span>
                    }
                }
            </For>
        </div>
    }
}

/// What could stand where one types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Suggestion {
    /// What is put in from `from` on.
    insert: String,
    from: usize,
    shown: String,
    about: String,
    is_value: bool,
}

/// Operators that begin with the word, or values of the operator; arrows lead to them from the field.
#[component]
pub fn Suggestions(text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let found = Memo::new(move |_| text.with(|t| suggestions(i18n, store, t)));
    let take = move |s: &Suggestion| {
        text.update(|t| {
            t.truncate(s.from);
            t.push_str(&s.insert);
        });
        focus_field();
    };
    view! {
        <div class="seek-suggestions" role="group" aria-label=move || t_string!(i18n, working.seek.suggestions).to_string() hidden=move || found.with(Vec::is_empty)>
            <For each=move || found.get() key=Suggestion::clone let:suggestion>
                {
                    let (shown, about) = (suggestion.shown.clone(), suggestion.about.clone());
                    view! {
                        <button type="button" class="seek-suggestion" data-suggest=if suggestion.is_value { "value" } else { "word" } on:click=move |_| take(&suggestion)>
                            <b dir="auto">{shown}</b><small>{about}</small>
                        </button>
                    }
                }
            </For>
        </div>
    }
}

fn focus_field() {
    let field = document().query_selector(".search-input").ok().flatten().and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(field) = field {
        let _ = field.focus();
    }
}

fn suggestions(i18n: I18nContext<Locale>, store: Store, text: &str) -> Vec<Suggestion> {
    match typing(text) {
        Typing::Nothing => Vec::new(),
        Typing::Word { word: begun, from } => {
            let begun = plain(&begun);
            let fits = |o: &Operator| o.spellings().iter().any(|s| plain(s).starts_with(&begun));
            let all = Operator::ALL.iter().filter(|o| fits(o)).map(|o| {
                let shown = format!("{}:", word(i18n, *o));
                Suggestion { insert: shown.clone(), from, shown, about: says(i18n, *o), is_value: false }
            });
            all.collect()
        }
        Typing::Value { operator, value, from } => {
            let begun = plain(value.trim());
            let word = word(i18n, operator);
            let mut names = values(i18n, store, operator);
            names.retain(|n| plain(n).contains(&begun));
            // Whole already: nothing to complete.
            if names.iter().any(|n| plain(n) == begun) {
                return Vec::new();
            }
            let line = |name: String| {
                let quoted = if name.contains(char::is_whitespace) { format!("\"{name}\"") } else { name.clone() };
                Suggestion { insert: format!("{word}:{quoted} "), from, shown: name, about: says(i18n, operator), is_value: true }
            };
            names.into_iter().take(MOST).map(line).collect()
        }
    }
}

/// Values that an operator is used with. Tracked.
fn values(i18n: I18nContext<Locale>, store: Store, operator: Operator) -> Vec<String> {
    let clean = |name: &String| !name.contains('"');
    store.workspace.with(|w| {
        let Some(w) = w.as_ref() else { return Vec::new() };
        match operator {
            Operator::From => {
                let mut all = vec![t_string!(i18n, working.seek.me).to_string()];
                all.extend(w.members.iter().filter(|m| m.active).map(|m| m.name.clone()).filter(clean));
                all
            }
            Operator::In => w.teams.iter().map(|t| t.name.clone()).filter(clean).collect(),
            Operator::Channel => {
                w.channels.iter().filter(|c| c.status != ChannelStatus::Removed).map(|c| c.name.clone()).filter(clean).collect()
            }
            Operator::Tag => w.tags.iter().map(|t| t.name.clone()).filter(clean).collect(),
            Operator::Before | Operator::After => {
                [t_string!(i18n, common.time.today), t_string!(i18n, common.time.yesterday)].map(|t| t.to_string()).to_vec()
            }
        }
    })
}
