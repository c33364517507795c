//! What processes tell each other, and how it fits into the notifications of a database.

use super::Item;
use crate::desk::News;
use model::{Access, AccountId, ConversationId, Event, Present};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Events that are larger than this go by their number.
const EVENT_MAX: usize = 64 * 1024;
/// A message in pieces may be this large.
const WHOLE_MAX: usize = 512 * 1024;

/// One thing that other processes are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// An event was committed; with its content where there is room for it.
    Event { account: AccountId, seq: i64, event: Option<Box<Event>> },
    /// News without a number.
    News { account: AccountId, news: News },
    /// Who looks at a conversation in the process that says it.
    Here { account: AccountId, conversation_id: ConversationId, access: Access, people: Vec<Present> },
    /// What was known is not true any more.
    Forget { what: Cache },
    /// A sign of life, and whether NATS is heard there.
    Alive { hears_nats: bool },
    /// Something was lost: everybody asks again.
    Again,
    /// The process ends.
    Bye,
}

/// What processes remember for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cache {
    Logins,
    Tokens,
    Seats,
    Channels,
    Routes,
    Hours,
    Sla,
    Admitted,
}

/// What one process says at once.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub from: String,
    pub words: Vec<Word>,
}

/// The text of an item; `whole`: events with their content.
pub(super) fn text(item: &Item, whole: bool) -> Option<String> {
    let word = match item {
        Item::Word(word) => return serde_json::to_string(word).ok(),
        Item::Event(account, news) => {
            let event = whole.then(|| Box::new(news.event.clone()));
            Word::Event { account: *account, seq: news.event.seq, event }
        }
        Item::Said(_) => return None,
    };
    match serde_json::to_string(&word).ok()? {
        text if text.len() <= EVENT_MAX => Some(text),
        _ => text(item, false),
    }
}

/// Envelopes of at most `limit` bytes; a word that does not fit goes in pieces.
pub(super) fn envelopes(from: &str, words: &[String], limit: usize, mark: u64) -> Vec<String> {
    let close = |words: &str| format!("{{\"from\":\"{from}\",\"words\":[{words}]}}");
    let room = limit.saturating_sub(close("").len());
    let (mut all, mut open) = (Vec::new(), String::new());
    for (n, word) in words.iter().enumerate() {
        if !open.is_empty() && open.len() + word.len() + 1 > room {
            all.push(close(&std::mem::take(&mut open)));
        }
        if word.len() > room {
            all.extend(pieces(from, &close(word), limit, &format!("{mark:x}-{n}")));
            continue;
        }
        if !open.is_empty() {
            open.push(',');
        }
        open.push_str(word);
    }
    if !open.is_empty() {
        all.push(close(&open));
    }
    all
}

/// `+<from> <mark> <n>/<of> <part>`.
fn pieces(from: &str, text: &str, limit: usize, mark: &str) -> Vec<String> {
    let size = limit.saturating_sub(from.len() + mark.len() + 24).max(4);
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(size));
        parts.push(part);
        rest = after;
    }
    let of = parts.len();
    parts.iter().enumerate().map(|(n, part)| format!("+{from} {mark} {}/{of} {part}", n + 1)).collect()
}

/// Puts pieces together again. A process sends the pieces of one message after each other: of each there is one at most.
#[derive(Default)]
pub(super) struct Pieces(HashMap<String, (String, usize, String)>);

impl Pieces {
    /// The whole text, when this was all of it or the last piece.
    pub fn take(&mut self, text: &str) -> Option<String> {
        let Some(piece) = text.strip_prefix('+') else { return Some(text.to_owned()) };
        let mut parts = piece.splitn(4, ' ');
        let (from, mark, place, part) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (n, of) = place.split_once('/')?;
        let (n, of): (usize, usize) = (n.parse().ok()?, of.parse().ok()?);
        let mut begun = match self.0.remove(from) {
            _ if n == 1 => (mark.to_owned(), 0, String::new()),
            Some(begun) if begun.0 == mark && begun.1 + 1 == n => begun,
            // Its beginning was lost, and with it the rest.
            _ => return None,
        };
        if begun.2.len() + part.len() > WHOLE_MAX {
            return None;
        }
        begun.1 = n;
        begun.2.push_str(part);
        if n == of {
            return Some(begun.2);
        }
        self.0.insert(from.to_owned(), begun);
        None
    }

    /// A process that is gone finishes nothing.
    pub fn keep(&mut self, alive: impl Fn(&str) -> bool) {
        self.0.retain(|from, _| alive(from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> String {
        serde_json::to_string(&Word::News {
            account: AccountId(1),
            news: News::AlertsRead { users: vec![model::UserId(text.len() as i64)] },
        })
        .unwrap()
    }

    #[test]
    fn many_words_go_together_and_none_is_too_long() {
        let long = format!("{:?}", "ação ".repeat(4_000));
        let words: Vec<String> = (0..500).map(|n| if n == 250 { long.clone() } else { word(&"x".repeat(n)) }).collect();
        let all = envelopes("a1b2", &words, 7_500, 9);
        assert!(all.len() > 5 && all.iter().all(|e| e.len() <= 7_500));
        let (mut pieces, mut heard) = (Pieces::default(), Vec::new());
        for text in &all {
            if let Some(whole) = pieces.take(text) {
                let envelope: serde_json::Value = serde_json::from_str(&whole).unwrap();
                assert_eq!(envelope["from"], "a1b2");
                heard.extend(envelope["words"].as_array().unwrap().iter().map(serde_json::Value::to_string));
            }
        }
        let said: Vec<String> = words.iter().map(|w| serde_json::from_str::<serde_json::Value>(w).unwrap().to_string()).collect();
        assert_eq!(heard, said);
    }

    #[test]
    fn a_message_whose_beginning_was_lost_is_none() {
        let text = format!("{:?}", "á".repeat(5_000));
        let all = envelopes("a", &[text], 1_000, 1);
        let mut pieces = Pieces::default();
        assert!(all.iter().skip(1).all(|piece| pieces.take(piece).is_none()));
        let whole: Vec<bool> = all.iter().map(|piece| pieces.take(piece).is_some()).collect();
        assert!(whole.len() > 5 && whole.iter().rev().skip(1).all(|is| !is) && whole.ends_with(&[true]));
        assert!(pieces.take("+a b c").is_none());
        assert_eq!(pieces.take("{}").as_deref(), Some("{}"));
    }

    #[test]
    fn every_word_is_understood() {
        let words = vec![
            Word::Event { account: AccountId(1), seq: 5, event: None },
            Word::News { account: AccountId(1), news: News::Again },
            Word::Forget { what: Cache::Seats },
            Word::Alive { hears_nats: true },
            Word::Again,
            Word::Bye,
        ];
        let texts: Vec<String> = words.iter().map(|w| serde_json::to_string(w).unwrap()).collect();
        let all = envelopes("a", &texts, 7_500, 1);
        let heard: Envelope = serde_json::from_str(&all[0]).unwrap();
        assert_eq!(format!("{words:?}"), format!("{:?}", heard.words));
    }
}
