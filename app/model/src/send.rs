//! What is sent, and what may be done with it afterwards.

use crate::{CAPTION_MAX, Check, ContactCard, Fault, MediaId, Message, MessageId, Millis, UserId, Wrong, json::tagged, limit};
use serde::{Deserialize, Serialize};

/// A message on its way from a composer or an API client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendDraft {
    /// Made by the client: a UUID or any text of 1 to 64 characters.
    pub client_id: String,
    pub what: SendWhat,
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// Whom a note names.
    #[serde(default)]
    pub mentions: Vec<Mention>,
}

tagged! { "type":
    /// What is sent.
    #[derive(Clone, Debug, PartialEq)]
    pub enum SendWhat {
        Text { text: String },
        Note { text: String },
        Template(crate::TemplateFill),
        /// An uploaded file, to the contact or as a note.
        File { upload_id: MediaId, caption: String, note: bool },
        Location { latitude: f64, longitude: f64, name: String, address: String },
        Contacts { cards: Vec<ContactCard> },
        /// A text with answers to choose from.
        Question { text: String, question: crate::Question },
        /// What another message holds, once more.
        Forward { message_id: MessageId },
    }
}

impl SendWhat {
    /// The text or the caption.
    pub fn text(&self) -> &str {
        match self {
            SendWhat::Text { text } | SendWhat::Note { text } | SendWhat::Question { text, .. } | SendWhat::File { caption: text, .. } => {
                text
            }
            _ => "",
        }
    }

    /// Whether it stays among ourselves.
    pub fn is_note(&self) -> bool {
        matches!(self, SendWhat::Note { .. } | SendWhat::File { note: true, .. })
    }
}

impl SendDraft {
    /// What the composer and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        check.text(&self.client_id, "client_id", 64);
        match &self.what {
            SendWhat::Text { text } => check.text(text, "text", limit::TEXT_MAX),
            SendWhat::Note { text } => check.text(text, "text", limit::NOTE_MAX),
            SendWhat::Template(_) => &mut check,
            SendWhat::File { caption, note, .. } => {
                let max = if *note { limit::NOTE_MAX } else { CAPTION_MAX };
                check.that(caption.chars().count() <= max, "caption", Wrong::TooLong)
            }
            SendWhat::Location { latitude, longitude, name, address } => check
                .that((-90.0..=90.0).contains(latitude), "latitude", Wrong::NotAllowed)
                .that((-180.0..=180.0).contains(longitude), "longitude", Wrong::NotAllowed)
                .that(name.chars().count() <= 500, "name", Wrong::TooLong)
                .that(address.chars().count() <= 500, "address", Wrong::TooLong),
            SendWhat::Contacts { cards } => check
                .that((1..=20).contains(&cards.len()), "cards", Wrong::Required)
                .that(cards.iter().all(|c| !c.name.trim().is_empty()), "name", Wrong::Required)
                .that(
                    cards.iter().all(|c| c.name.chars().count() <= 200 && c.phones.len() <= 20 && c.emails.len() <= 20),
                    "cards",
                    Wrong::TooLong,
                ),
            SendWhat::Question { text, question } => {
                question.check(&mut check);
                check.text(text, "text", crate::QUESTION_MAX)
            }
            SendWhat::Forward { .. } => &mut check,
        };
        if self.what.is_note() {
            check_mentions(&mut check, &self.mentions, self.what.text().trim_end());
        } else {
            check.that(self.mentions.is_empty(), "mentions", Wrong::NotAllowed);
        }
        check.done()
    }
}

/// Somebody who is named in a note, and which characters of the text do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mention {
    pub user_id: UserId,
    /// The `@`, counted in characters.
    pub at: u32,
    /// Characters, the `@` included.
    pub length: u32,
}

/// What an edited message said before (MS-3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OldText {
    /// Until when it said so.
    pub until: Millis,
    pub text: String,
}

/// A message that was taken back before it left (TS-2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    pub message: Message,
    /// What it said, for the composer.
    pub text: String,
    /// Its file, as if it had just been uploaded.
    pub upload: Option<crate::Upload>,
}

/// Each mention must be a stretch of the text that begins with an `@`, and none may begin before another ends.
pub fn check_mentions(check: &mut Check, mentions: &[Mention], text: &str) {
    let letters: Vec<char> = text.chars().collect();
    let mut end = 0;
    let ok = mentions.iter().all(|m| {
        let (from, length) = (m.at as usize, m.length as usize);
        let fits = from >= end && length > 1 && from.saturating_add(length) <= letters.len() && letters[from] == '@';
        end = from.saturating_add(length);
        fits
    });
    check.that(ok, "mentions", Wrong::NotRight).that(mentions.len() <= limit::MENTIONS_MAX, "mentions", Wrong::TooMany);
}

/// Where names that were picked for a text stand in it now: the picked ones in order, each at its next place. A name that
/// was changed by hand names nobody.
pub fn place_mentions(text: &str, picked: &[(UserId, String)]) -> Vec<Mention> {
    let letters: Vec<char> = text.chars().collect();
    let mut found: Vec<Mention> = Vec::new();
    for (user_id, name) in picked {
        let wanted: Vec<char> = std::iter::once('@').chain(name.chars()).collect();
        let place = letters.windows(wanted.len()).enumerate().find(|(at, window)| {
            let after = letters.get(at + wanted.len());
            *window == wanted.as_slice()
                && after.is_none_or(|c| !c.is_alphanumeric())
                && !found.iter().any(|m| (m.at as usize) < at + wanted.len() && *at < (m.at + m.length) as usize)
        });
        if let Some((at, _)) = place {
            let (at, length) = (u32::try_from(at).unwrap_or(u32::MAX), u32::try_from(wanted.len()).unwrap_or(0));
            found.push(Mention { user_id: *user_id, at, length });
        }
    }
    found.sort_by_key(|m| m.at);
    found.truncate(limit::MENTIONS_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: UserId = UserId(1);
    const BIA: UserId = UserId(2);

    fn wrong(mentions: &[Mention], text: &str) -> bool {
        let mut check = Check::default();
        check_mentions(&mut check, mentions, text);
        check.done().is_err()
    }

    #[test]
    fn nt_5_a_mention_is_a_stretch_of_the_text_behind_an_at() {
        let m = |at, length| Mention { user_id: ANA, at, length };
        assert!(!wrong(&[m(3, 4), m(8, 4)], "oi @Ana @Bia"));
        for bad in
            [vec![m(2, 4)], vec![m(3, 1)], vec![m(8, 5)], vec![m(8, 4), m(3, 4)], vec![m(3, 6), m(8, 4)], vec![m(u32::MAX, u32::MAX)]]
        {
            assert!(wrong(&bad, "oi @Ana @Bia"), "{bad:?}");
        }
    }

    #[test]
    fn nt_5_picked_names_are_found_where_they_stand_now() {
        let picked = [(BIA, "Bia Reis".to_owned()), (ANA, "Ana".to_owned()), (ANA, "Ana".to_owned())];
        let found = place_mentions("é @Ana, @Bia Reis e @Ana", &picked);
        let as_told: Vec<_> = found.iter().map(|m| (m.user_id, m.at, m.length)).collect();
        assert_eq!(as_told, [(ANA, 2, 4), (BIA, 8, 9), (ANA, 20, 4)]);
        assert_eq!(place_mentions("@Anabela", &picked), []);
        assert!(!wrong(&found, "é @Ana, @Bia Reis e @Ana"));
    }
}
