//! What the full-text index holds of a message, and how it is asked.
//!
//! A message is a set of words there. Each has its account's mark before it. The words of its text stand as they are, those
//! of its file's name behind a sign of their own, and so does what a search is narrowed by and never changes: author and
//! channel. Both signs are characters that no word has.

use super::narrow::{About, Narrow};
use crate::contact::fold;
use crate::conversation::view_columns as view;
use crate::db::Arg;
use crate::message::columns;
use crate::sight;
use model::*;

/// Matching messages that are looked at before visibility and operators thin them out; far fewer where enough are found.
const LOOK_AT: i64 = 4_000;
/// Words with one beginning that are asked for one by one. SQLite walks those from the newest message on and stops when it
/// has enough; of a beginning it first gathers all messages. With more words than these, that is the faster way.
const COMPLETIONS: usize = 128;
/// Values of an operator that the index is asked for; more are looked at in the rows alone.
const VALUES: usize = 32;
/// A message may come that much later than its time: networks try that long to deliver it.
const LATE: Millis = 8 * 86_400_000;

/// Letters of a word that are compared.
const WORD_MAX: usize = 40;
/// Before the words of a file's name. In the order of the index before the signs: looked for behind one that many messages
/// have, a word that is not there costs SQLite a walk over all of those.
const NAME: char = '£';
/// Before what a message has beside its words.
const SIGN: char = '¤';

/// By what a message is found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Indexed<'a> {
    pub body: &'a str,
    pub file_name: &'a str,
    pub author: Option<i64>,
    pub channel: i64,
}

impl<'a> Indexed<'a> {
    pub fn new(body: &'a str, content: &'a Content, author: Option<i64>, channel: i64) -> Indexed<'a> {
        let file_name = content.file().map_or("", |m| m.file_name.as_str());
        Indexed { body, file_name, author, channel }
    }

    /// The message as the index keeps it; empty when it has no text and
    /// no name. The words are cut here and nowhere else, so that both
    /// databases and the query agree on what a word is.
    pub fn document(self, account: AccountId) -> String {
        if self.body.trim().is_empty() && self.file_name.is_empty() {
            return String::new();
        }
        let mut words: Vec<String> = cut(self.body).collect();
        words.extend(cut(self.file_name).map(|w| format!("{NAME}{w}")));
        words.sort_unstable();
        words.dedup();
        words.extend(self.author.map(by_author));
        words.push(by_channel(self.channel));
        let mark = mark(account);
        words.iter_mut().for_each(|word| word.insert_str(0, &mark));
        words.join(" ")
    }
}

fn by_author(id: i64) -> String {
    format!("{SIGN}a{id}")
}

fn by_channel(id: i64) -> String {
    format!("{SIGN}c{id}")
}

/// Five characters before each word of an account: its words are words of its own, so that no other account's messages
/// are looked through. Two accounts with the same mark cost each other some time, never sight: rows are limited to the
/// account afterwards. The index of beginnings counts these characters, see migration 5.
fn mark(account: AccountId) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mixed = (account.0 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..5).map(|n| char::from(LETTERS[(mixed >> (39 + 5 * n)) as usize % 32])).collect()
}

fn cut(text: &str) -> impl Iterator<Item = String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(|w| w.chars().take(WORD_MAX).collect())
        .collect::<Vec<String>>()
        .into_iter()
}

pub(super) fn words(text: &str) -> Vec<String> {
    cut(text).take(8).collect()
}

/// Whether a text holds all words, the last one as a beginning, as the index finds them.
pub(super) fn holds(text: &str, words: &[String]) -> bool {
    let has: Vec<String> = cut(text).collect();
    words.iter().enumerate().all(|(i, w)| has.iter().any(|h| if i + 1 == words.len() { h.starts_with(w) } else { h == w }))
}

/// What is looked for among the messages.
#[derive(Clone, Copy, Debug)]
pub struct Find<'a> {
    pub account: AccountId,
    pub words: &'a [String],
    pub narrow: &'a Narrow,
    /// By the names of their files, not by their texts.
    pub of_files: bool,
    /// Old messages stand in the index without signs: it is being filled again.
    pub unsigned: bool,
}

/// One database's language of queries.
struct Language {
    quote: char,
    beginning: &'static str,
    and: &'static str,
    or: &'static str,
}

const SQLITE: Language = Language { quote: '"', beginning: "*", and: " AND ", or: " OR " };
const POSTGRES: Language = Language { quote: '\'', beginning: ":*", and: " & ", or: " | " };

impl Find<'_> {
    /// All words but the last, each followed by an "and".
    fn before(&self, l: &Language) -> String {
        let whole = self.words.split_last().map_or(&[][..], |(_, whole)| whole);
        whole.iter().map(|w| format!("{0}{1}{0}{2}", l.quote, self.word(w), l.and)).collect()
    }

    /// A word as the index has it.
    fn word(&self, word: &str) -> String {
        let mark = mark(self.account);
        if self.of_files && !self.unsigned { format!("{mark}{NAME}{word}") } else { format!("{mark}{word}") }
    }

    /// The last word.
    fn last(&self) -> String {
        self.word(self.words.last().map_or("", String::as_str))
    }

    /// What the signs narrow, each preceded by an "and".
    fn signs(&self, l: &Language) -> String {
        let mut text = String::new();
        if self.unsigned {
            return text;
        }
        let mark = mark(self.account);
        let mut any = |signs: Vec<String>| {
            let signs: Vec<String> = signs.iter().map(|s| format!("{0}{mark}{s}{0}", l.quote)).collect();
            text.push_str(&format!("{}({})", l.and, signs.join(l.or)));
        };
        if let Some(channels) = self.narrow.channels.as_ref().filter(|c| c.len() <= VALUES) {
            any(channels.iter().copied().map(by_channel).collect());
        }
        // A customer's message has no sign of whose it is: contacts are merged.
        if let Some(from) = self.narrow.from.as_ref().filter(|f| f.contacts.is_empty() && f.users.len() <= VALUES) {
            any(from.users.iter().copied().map(by_author).collect());
        }
        text
    }

    /// Ids of the messages that match, newest first, with the arguments from `$2` on.
    fn candidates(&self, sqlite: bool) -> (String, Vec<Arg>) {
        let l = if sqlite { &SQLITE } else { &POSTGRES };
        let (before, last, signs) = (self.before(l), self.last(), self.signs(l));
        let whole = format!("{before}{0}{last}{0}{1}{signs}", l.quote, l.beginning);
        let mut args = vec![Arg::from(&whole)];
        let matches = if !sqlite {
            "words @@ cast($2 as tsquery)".to_owned()
        } else if self.words.last().is_some_and(|w| w.chars().count() <= 2) && !self.of_files {
            // Beginnings as short as that have an index, or too many words.
            "message_fts match $2".to_owned()
        } else {
            args.extend([Arg::from(before), Arg::from(signs), Arg::from(&last), Arg::from(format!("{last}\u{10ffff}"))]);
            format!(
                "message_fts match (with recursive word (term) as (select (select term from message_fts_word where term >= $5 limit 1)
                 union all select (select v.term from message_fts_word v where v.term >= word.term || char(1) limit 1) from word where word.term < $6 limit {})
                 select case when count(*) between 1 and {COMPLETIONS}
                  then $3 || '(' || group_concat('\"' || term || '\"', ' OR ') || ')' || $4 else $2 end
                 from word where term < $6)",
                COMPLETIONS + 1
            )
        };
        let early = self.narrow.before.map_or_else(String::new, |before| {
            // Ids begin with the time.
            args.push(before.saturating_add(LATE).saturating_mul(1 << 20).into());
            format!(" and rowid < ${}", args.len() + 1)
        });
        (format!("select rowid as id from message_fts where {matches}{early} order by rowid desc limit {LOOK_AT}"), args)
    }
}

/// Matching visible messages with their conversations, newest first. Public to the test that explains it.
pub fn hits_text(sqlite: bool, seen: &Seen, find: &Find<'_>, most: i64) -> (String, Vec<Arg>) {
    let (candidates, mut args) = find.candidates(sqlite);
    let (sees, more) = sight::condition(seen, args.len() + 2);
    args.extend(more);
    let (narrowed, more) = find.narrow.condition(About::Messages, args.len() + 2);
    args.extend(more);
    args.push(seen.me.into());
    let me = args.len() + 1;
    let files = if find.of_files { " and m.kind in ('DOCUMENT', 'IMAGE', 'VIDEO', 'AUDIO')" } else { "" };
    // SQLite goes through the candidates in their order and stops at the limit; told to sort, it would look all of them up
    // first. PostgreSQL may join in any order unless it is told.
    let order = if sqlite { "" } else { "order by f.id desc" };
    // Cross joins keep SQLite from beginning at the account's conversations, of which there are many more than candidates.
    let text = format!(
        "select {{rows r}} from (select {{row}}({{row}}({}), {}) r
         from ({candidates}) f cross join message m cross join conversation c cross join contact k
         where m.id = f.id and c.id = m.conversation_id and k.id = c.contact_id and c.account_id = $1 and {sees}{narrowed}{files}
         and not exists (select 1 from message_hidden h where h.account_id = $1 and h.user_id = ${me} and h.message_id = m.id)
         {order} limit {most}) page",
        columns!(),
        view!()
    );
    (text, args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_taken_for_a_sign() {
        let typed = "¤a7 ¤c1 £nota 'x' ¤";
        let account = AccountId(1);
        let document = |body: &str, file_name: &str| {
            Indexed { body, file_name, author: Some(7), channel: 1 }.document(account).split(' ').map(str::to_owned).collect::<Vec<_>>()
        };
        let mark = mark(account);
        let signs =
            |d: Vec<String>| d.into_iter().filter(|w| w[mark.len()..].starts_with([NAME, SIGN])).map(|w| w[mark.len()..].to_owned());
        assert_eq!(signs(document(typed, "")).collect::<Vec<_>>(), ["¤a7", "¤c1"]);
        assert_eq!(signs(document("", "Nota ¤a9.pdf")).collect::<Vec<_>>(), ["£a9", "£nota", "£pdf", "¤a7", "¤c1"]);
        assert_eq!(signs(document("👍", "")).collect::<Vec<_>>(), ["¤a7", "¤c1"]);
        assert_eq!(document(" ", ""), [""]);
        assert!(words(typed).iter().all(|w| w.chars().all(char::is_alphanumeric)));
    }
}
