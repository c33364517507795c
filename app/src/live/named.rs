//! Whom an unsent note names: kept in this browser beside the note until it is sent.

use super::store::Store;
use super::web;
use model::{ConversationId, Mention, UserId, from_json, place_mentions};

impl Store {
    /// A colleague was picked for the unsent note.
    pub fn name_in_note(&self, id: ConversationId, user: UserId, name: &str) {
        let mut all = self.named(id);
        all.push((user, name.to_owned()));
        self.keep_named(id, &all);
    }

    /// Where the picked colleagues stand in a note that leaves now; they are forgotten with it.
    pub(super) fn take_named(&self, id: ConversationId, text: &str) -> Vec<Mention> {
        let found = place_mentions(text, &self.named(id));
        self.keep_named(id, &[]);
        found
    }

    fn named(&self, id: ConversationId) -> Vec<(UserId, String)> {
        let kept = self.named_place(id).and_then(|place| web::read(&place));
        // One line each: the id, then the name.
        let lines = kept.and_then(|text| from_json::<Vec<String>>(text.as_bytes()).ok()).unwrap_or_default();
        lines
            .iter()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(user, name)| Some((user.parse().ok()?, name.to_owned())))
            .collect()
    }

    fn keep_named(&self, id: ConversationId, all: &[(UserId, String)]) {
        let Some(place) = self.named_place(id) else { return };
        let lines: Vec<String> = all.iter().map(|(user, name)| format!("{user} {name}")).collect();
        let text = if lines.is_empty() { None } else { serde_json::to_string(&lines).ok() };
        web::keep(&place, text.as_deref());
    }

    fn named_place(&self, id: ConversationId) -> Option<String> {
        self.own_key("named").map(|key| format!("{key}.{id}"))
    }
}

/// What a mention says, without its `@`.
pub fn mention_name(text: &str, mention: &Mention) -> String {
    text.chars().skip(mention.at as usize + 1).take((mention.length as usize).saturating_sub(1)).collect()
}
