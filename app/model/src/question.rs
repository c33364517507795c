//! Questions with answers to choose from, as the network shows them: up to three buttons, or a list behind one.

use crate::{Check, Wrong};
use serde::{Deserialize, Serialize};

/// Characters of the question.
pub const QUESTION_MAX: usize = 1024;
/// Characters of the line below it.
pub const QUESTION_FOOTER_MAX: usize = 60;
/// Characters of a button, and of what opens a list.
pub const BUTTON_MAX: usize = 20;
/// Buttons of a question.
pub const BUTTONS_MAX: usize = 3;
/// Characters of a line of a list.
pub const ROW_MAX: usize = 24;
/// Characters of what explains a line.
pub const ROW_TEXT_MAX: usize = 72;
/// Lines of a list.
pub const ROWS_MAX: usize = 10;

/// The answers beside a question's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// What opens the list; empty: the answers are buttons.
    #[serde(default)]
    pub button: String,
    #[serde(default)]
    pub footer: String,
    pub answers: Vec<QuestionAnswer>,
}

/// An answer that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionAnswer {
    pub title: String,
    /// In lists only.
    #[serde(default)]
    pub description: String,
}

impl Question {
    /// Whether the answers are a list behind a button.
    pub fn is_list(&self) -> bool {
        !self.button.trim().is_empty()
    }

    /// What the network would refuse.
    pub fn check(&self, check: &mut Check) {
        let (most, long) = if self.is_list() { (ROWS_MAX, ROW_MAX) } else { (BUTTONS_MAX, BUTTON_MAX) };
        let count = |text: &str| text.chars().count();
        let mut titles: Vec<&str> = self.answers.iter().map(|a| a.title.trim()).collect();
        titles.sort_unstable();
        let twice = titles.windows(2).any(|two| two[0] == two[1]);
        let described = |a: &QuestionAnswer| count(&a.description) <= if self.is_list() { ROW_TEXT_MAX } else { 0 };
        check
            .that(!self.answers.is_empty() && titles.iter().all(|t| !t.is_empty()), "answers", Wrong::Required)
            .that(self.answers.len() <= most, "answers", Wrong::TooMany)
            .that(titles.iter().all(|t| count(t) <= long) && self.answers.iter().all(described), "answers", Wrong::TooLong)
            .that(!twice, "answers", Wrong::Taken)
            .that(count(&self.button) <= BUTTON_MAX, "button", Wrong::TooLong)
            .that(count(&self.footer) <= QUESTION_FOOTER_MAX, "footer", Wrong::TooLong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(list: bool, titles: &[&str]) -> Question {
        let answers = titles.iter().map(|t| QuestionAnswer { title: (*t).into(), description: String::new() }).collect();
        Question { button: if list { "Ver".into() } else { String::new() }, footer: String::new(), answers }
    }

    fn fits(question: &Question) -> bool {
        let mut check = Check::default();
        question.check(&mut check);
        check.done().is_ok()
    }

    #[test]
    fn three_buttons_of_20_characters_or_ten_lines_of_24() {
        let (button, row) = ("b".repeat(BUTTON_MAX), "r".repeat(ROW_MAX));
        assert!(fits(&question(false, &["a", "c", &button])) && !fits(&question(false, &["a", "c", "d", "e"])));
        assert!(!fits(&question(false, &[&row])) && fits(&question(true, &[&row])));
        let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(fits(&question(true, &many[..10])) && !fits(&question(true, &many)));
        assert!(!fits(&question(true, &[])) && !fits(&question(false, &["a", " a "])) && !fits(&question(false, &[" "])));
        let mut told = question(true, &["a"]);
        told.answers[0].description = "x".repeat(ROW_TEXT_MAX);
        assert!(fits(&told));
        told.button = String::new();
        assert!(!fits(&told), "buttons explain nothing");
    }
}
