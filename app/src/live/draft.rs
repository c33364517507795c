//! Unsent texts: what is kept in this browser and what the server keeps are brought together without losing either.

use serde::{Deserialize, Serialize};

/// An unsent text in this browser that the server may not have yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What was typed here.
    pub text: String,
    /// What the server had when typing began.
    pub base: String,
}

/// The text to go on with: `kept` was typed here and never confirmed, `server` is what another browser may have left.
///
/// Whoever changed nothing gives way. When both changed, both texts are shown, the server's first; nobody's words are
/// dropped.
pub fn merge(kept: Option<&Kept>, server: &str) -> String {
    match kept {
        None => server.to_owned(),
        Some(kept) if kept.base == server || kept.text == server || kept.text.starts_with(server) => kept.text.clone(),
        Some(kept) if kept.text == kept.base || kept.text.is_empty() || server.starts_with(&kept.text) => server.to_owned(),
        Some(kept) => format!("{server}\n{}", kept.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, base: &str) -> Kept {
        Kept { text: text.into(), base: base.into() }
    }

    #[test]
    fn the_side_that_changed_wins() {
        assert_eq!(merge(None, "server"), "server");
        assert_eq!(merge(Some(&kept("typed here", "")), ""), "typed here");
        assert_eq!(merge(Some(&kept("old", "old")), "newer elsewhere"), "newer elsewhere");
        assert_eq!(merge(Some(&kept("old and more", "old")), "old"), "old and more");
    }

    #[test]
    fn a_text_that_was_sent_here_does_not_come_back() {
        assert_eq!(merge(Some(&kept("", "was sent")), "was sent"), "");
    }

    #[test]
    fn two_changes_keep_both_texts() {
        assert_eq!(merge(Some(&kept("here", "base")), "there"), "there\nhere");
        assert_eq!(merge(Some(&kept("hello", "")), "hello world"), "hello world");
        assert_eq!(merge(Some(&kept("hello world", "")), "hello"), "hello world");
    }
}
