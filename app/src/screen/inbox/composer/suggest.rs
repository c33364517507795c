//! What is offered while one types: colleagues behind an `@` in a note (NT-5), emoji behind a `:`.

pub mod list;

use super::quick::{cut, utf16};
use crate::area::{Area, Part};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::{ConversationId, UserId};

/// Id of the list.
pub const LIST: &str = "suggest-list";
/// Letters of a name that are looked at.
const TYPED_MAX: usize = 40;
/// Emoji are looked for from so many letters on, so that a colon in a sentence stays one.
const EMOJI_FROM: usize = 2;

/// The id of a line of the list.
pub fn line_id(n: usize) -> String {
    format!("suggest-{n}")
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    Person(String),
    Emoji(String),
}

/// Something that can be taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Offered {
    Person { id: UserId, name: String, photo: String },
    Emoji { sign: String, name: String },
}

/// The offers of one text area; a context of their list.
#[derive(Clone, Copy)]
pub struct Suggest {
    /// Whose colleagues are offered; none where nobody can be named.
    pub people_of: Option<ConversationId>,
    node: NodeRef<leptos::html::Textarea>,
    save: Callback<String>,
    named: Callback<(UserId, String)>,
    /// What is typed; none while the list is closed.
    pub asked: RwSignal<Option<Asked>>,
    /// What the list shows; it is the list that sets it.
    pub found: RwSignal<Vec<Offered>>,
    pub chosen: RwSignal<usize>,
    range: StoredValue<(u32, u32)>,
    /// The sign that Escape has closed: it stays closed.
    closed: StoredValue<Option<u32>>,
}

/// What is being typed behind a sign at a word's beginning: where the sign stands, in bytes, and what is asked for.
fn asked(before: &str, people: bool) -> Option<(usize, Asked)> {
    let at = before.rfind(['@', ':'])?;
    let typed = &before[at + 1..];
    let opens = before[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || "([{\"'".contains(c));
    let letters = typed.chars().count();
    if !opens || letters > TYPED_MAX || typed.starts_with(char::is_whitespace) || typed.contains('\n') {
        return None;
    }
    match before.as_bytes()[at] {
        b'@' if people => Some((at, Asked::Person(typed.to_owned()))),
        b':' if letters >= EMOJI_FROM && typed.chars().all(|c| c.is_alphanumeric() || "_-".contains(c)) => {
            Some((at, Asked::Emoji(typed.replace(['_', '-'], " "))))
        }
        _ => None,
    }
}

impl Suggest {
    /// For a text area; `save` keeps its text, `named` hears of each colleague that was taken.
    pub fn new(
        node: NodeRef<leptos::html::Textarea>,
        save: Callback<String>,
        people_of: Option<ConversationId>,
        named: Callback<(UserId, String)>,
    ) -> Suggest {
        let suggest = Suggest {
            people_of,
            node,
            save,
            named,
            asked: RwSignal::new(None),
            found: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(0),
            range: StoredValue::new((0, 0)),
            closed: StoredValue::new(None),
        };
        provide_context(suggest);
        // Screen readers hear the chosen line while the cursor stays in the text.
        Effect::new(move |was: Option<bool>| {
            let Some(el) = node.get() else { return false };
            let open = suggest.asked.with(Option::is_some) && suggest.found.with(|f| !f.is_empty());
            let line = line_id(suggest.chosen.get());
            if open || was == Some(true) {
                for (name, value) in [("aria-autocomplete", "list"), ("aria-controls", LIST), ("aria-activedescendant", line.as_str())] {
                    let _ = if open { el.set_attribute(name, value) } else { el.remove_attribute(name) };
                }
            }
            open
        });
        suggest
    }

    fn caret(self) -> Option<(String, u32)> {
        let el = self.node.get_untracked()?;
        let text = el.value();
        let caret = el.selection_start().ok().flatten().unwrap_or_else(|| utf16(&text));
        Some((text, caret))
    }

    /// The text or the cursor changed by typing.
    pub fn typed(self) {
        let Some((text, caret)) = self.caret() else { return };
        let (before, _) = cut(&text, caret);
        match asked(&before, self.people_of.is_some()) {
            Some((at, what)) => {
                let from = utf16(&before[..at]);
                if self.closed.get_value() == Some(from) {
                    return;
                }
                self.range.set_value((from, caret));
                self.chosen.set(0);
                self.asked.set(Some(what));
            }
            None => self.close(None),
        }
    }

    /// Nothing is offered any more.
    pub fn close(self, closed: Option<u32>) {
        self.closed.set_value(closed);
        if self.asked.with_untracked(Option::is_some) {
            self.asked.set(None);
        }
    }

    /// A key in the text area; true when it was for the list.
    pub fn key(self, event: &KeyboardEvent) -> bool {
        if event.is_composing() || self.asked.with_untracked(Option::is_none) {
            return false;
        }
        let count = self.found.with_untracked(Vec::len);
        let now = self.chosen.get_untracked().min(count.saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" if count > 0 => self.chosen.set((now + 1) % count),
            "ArrowUp" if count > 0 => self.chosen.set((now + count - 1) % count),
            "Enter" | "Tab" if count > 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key() => {
                if let Some(offered) = self.found.with_untracked(|f| f.get(now).cloned()) {
                    self.take(offered);
                }
            }
            "Escape" => self.close(Some(self.range.get_value().0)),
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    /// Puts what was chosen in the place of what was typed.
    pub fn take(self, offered: Offered) {
        let (from, to) = self.range.get_value();
        self.asked.set(None);
        match offered {
            Offered::Person { id, name, .. } => {
                self.put(from, to, &format!("@{name} "));
                self.named.run((id, name));
            }
            Offered::Emoji { sign, .. } => {
                list::used(&sign);
                self.put(from, to, &sign);
            }
        }
    }

    /// Puts a text where the cursor is, in the place of what is marked.
    pub fn insert(self, what: &str) {
        let Some((_, from)) = self.caret() else { return };
        let to = self.node.get_untracked().and_then(|el| el.selection_end().ok().flatten()).unwrap_or(from).max(from);
        self.put(from, to, what);
    }

    fn put(self, from: u32, to: u32, what: &str) {
        let Some(el) = self.node.get_untracked() else { return };
        let text = el.value();
        let ((head, _), (_, tail)) = (cut(&text, from), cut(&text, to));
        let with = head + what;
        let caret = utf16(&with);
        let text = with + &tail;
        el.set_value(&text);
        let _ = el.focus();
        let _ = el.set_selection_range(caret, caret);
        self.save.run(text);
    }
}

/// The list over the text area, once it is wanted.
#[component]
pub fn SuggestBox(suggest: Suggest) -> impl IntoView {
    let ever = Memo::new(move |before| before == Some(&true) || suggest.asked.with(Option::is_some));
    view! { <Show when=move || ever.get()><Area part=Part::Suggest/></Show> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nt_5_an_at_opens_the_list_at_a_words_beginning_only() {
        assert_eq!(asked("@", true), Some((0, Asked::Person(String::new()))));
        assert_eq!(asked("veja, @ana so", true), Some((6, Asked::Person("ana so".into()))));
        assert_eq!(asked("(@an", true), Some((1, Asked::Person("an".into()))));
        for none in ["ana@loja", "@ ", "@ana\n", "sem nada"] {
            assert_eq!(asked(none, true), None, "{none}");
        }
        assert_eq!(asked("@ana", false), None, "the contact reads it: nobody is named");
    }

    #[test]
    fn a_colon_and_two_letters_look_for_emoji() {
        assert_eq!(asked("oi :co", false), Some((3, Asked::Emoji("co".into()))));
        assert_eq!(asked(":polegar_para", true), Some((0, Asked::Emoji("polegar para".into()))));
        for none in ["às 10:30", ":c", ":)", ":co ração", "total: 20", "http://x"] {
            assert_eq!(asked(none, true), None, "{none}");
        }
    }
}
