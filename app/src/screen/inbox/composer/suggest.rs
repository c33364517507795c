//! What is offered while one types: colleagues behind an `@` in a note (NT-5), emoji behind a `:`.

pub mod list;

use super::typed::{Pressed, Typed};
use crate::area::{Area, Part};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::{ConversationId, UserId};

/// Letters of a name that are looked at.
const TYPED_MAX: usize = 40;
/// Emoji are looked for from so many letters on, so that a colon in a sentence stays one.
const EMOJI_FROM: usize = 2;

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
    named: Callback<(UserId, String)>,
    /// What is typed, and what the list shows.
    pub list: Typed<Asked, Offered>,
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
        let suggest = Suggest { people_of, named, list: Typed::new("suggest", node, save) };
        provide_context(suggest);
        suggest
    }

    /// The text or the cursor changed by typing.
    pub fn typed(self) {
        self.list.typed(|before| asked(before, self.people_of.is_some()));
    }

    /// Nothing is offered any more.
    pub fn close(self) {
        self.list.close();
    }

    /// A key in the text area; true when it was for the list.
    pub fn key(self, event: &KeyboardEvent) -> bool {
        match self.list.key(event) {
            Pressed::Other => return false,
            Pressed::Moved => {}
            Pressed::Taken(offered) => self.take(offered),
            Pressed::Escaped => self.list.dismiss(),
        }
        true
    }

    /// Puts what was chosen in the place of what was typed.
    pub fn take(self, offered: Offered) {
        self.list.asked.set(None);
        match offered {
            Offered::Person { id, name, .. } => {
                self.list.replace(&format!("@{name} "));
                self.named.run((id, name));
            }
            Offered::Emoji { sign, .. } => {
                list::used(&sign);
                self.list.replace(&sign);
            }
        }
    }

    /// Puts a text where the cursor is, in the place of what is marked.
    pub fn insert(self, what: &str) {
        self.list.insert(what);
    }
}

/// The list over the text area, once it is wanted.
#[component]
pub fn SuggestBox(suggest: Suggest) -> impl IntoView {
    let ever = Memo::new(move |before| before == Some(&true) || suggest.list.is_open());
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
