//! Search: contacts by word or any part of the number, conversations by protocol, messages by their words. Everything
//! found is visible to the asker (AB-8, RO-2).

mod narrow;

use crate::contact::fold;
use crate::conversation::{Row, columns};
use crate::db::{Arg, Text};
use crate::desk::{Cx, Scope};
use crate::message::{Stored, columns as message_columns};
use crate::{Result, args, avatar, sight, sql};
use model::*;
pub use narrow::{About, From, Narrow};

/// Matching messages that are looked at before visibility thins them out.
const LOOK_AT: i64 = 400;
/// The same where more thins them out: operators, or files alone.
const LOOK_AT_NARROWED: i64 = 4_000;

/// Letters of a word that are compared.
const WORD_MAX: usize = 40;

/// The text of a message as the index keeps it: folded words, each once, each behind the account's mark. The words are cut
/// here and nowhere else, so that both databases and the query agree on what a word is.
pub(crate) fn document(account: AccountId, body: &str) -> String {
    let mut words: Vec<String> = cut(body).collect();
    words.sort_unstable();
    words.dedup();
    let mark = mark(account);
    words.iter_mut().for_each(|word| word.insert_str(0, &mark));
    words.join(" ")
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

fn words(text: &str) -> Vec<String> {
    cut(text).take(8).collect()
}

/// Searches everything, or more of one part. Operators narrow what is found (see [`Seek`]); alone they find the
/// conversations that they let through.
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long.
pub async fn search(cx: &Cx, typed: &str, part: Option<SearchGroup>) -> Result<SearchResult> {
    let scope = cx.may(Permission::Inbox)?;
    Check::default().that(typed.chars().count() <= limit::SEEK_MAX, "text", Wrong::TooLong).done()?;
    let seek = Seek::read(typed);
    let words = words(&seek.text);
    if words.is_empty() && seek.terms.is_empty() {
        return Ok(SearchResult::default());
    }
    let narrow = Narrow::look_up(cx, &scope, &seek).await?;
    if !narrow.unknown.is_empty() {
        return Ok(SearchResult { unknown: narrow.unknown, ..SearchResult::default() });
    }
    let most = if part.is_some() { limit::SEARCH_ROWS_MAX } else { limit::SEARCH_ROWS };
    let wants = |group: SearchGroup| part.is_none_or(|p| p == group);
    let asked = Asked { cx, scope: &scope, narrow: &narrow, words: &words, text: &seek.text, most };
    let ids = if words.is_empty() { Vec::new() } else { contact_ids(&scope, &seek.text, &words).await? };
    let (conversations, contacts, messages, files) = tokio::try_join!(
        async { if wants(SearchGroup::Conversations) { asked.conversations(&ids).await } else { Ok(Vec::new()) } },
        // Contacts have no team, channel or day: where one asks for those, they are not asked for.
        async { if wants(SearchGroup::Contacts) && narrow.is_empty() { hits(&scope, &ids, most + 1).await } else { Ok(Vec::new()) } },
        async { if wants(SearchGroup::Messages) { asked.messages(false).await } else { Ok(Vec::new()) } },
        async { if wants(SearchGroup::Files) { asked.messages(true).await } else { Ok(Vec::new()) } },
    )?;
    let mut result = SearchResult { conversations, messages, files, contacts, ..SearchResult::default() };
    let most = most as usize;
    let lengths = [
        (SearchGroup::Conversations, result.conversations.len()),
        (SearchGroup::Messages, result.messages.len()),
        (SearchGroup::Files, result.files.len()),
        (SearchGroup::Contacts, result.contacts.len()),
    ];
    result.more = lengths.into_iter().filter(|(_, len)| *len > most).map(|(group, _)| group).collect();
    result.conversations.truncate(most);
    result.messages.truncate(most);
    result.files.truncate(most);
    result.contacts.truncate(most);
    Ok(result)
}

/// Contacts for pickers.
pub async fn contacts(cx: &Cx, text: &str) -> Result<Vec<ContactHit>> {
    let scope = cx.may(Permission::Inbox)?;
    let ids = matching(&scope, text).await?;
    hits(&scope, &ids, limit::SEARCH_ROWS).await
}

/// Ids of the contacts that a text finds, at most 100.
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long.
pub(crate) async fn matching(scope: &Scope, text: &str) -> Result<Vec<i64>> {
    Check::default().that(text.chars().count() <= limit::SEARCH_MAX, "text", Wrong::TooLong).done()?;
    let words = words(text);
    if words.is_empty() { Ok(Vec::new()) } else { contact_ids(scope, text, &words).await }
}

/// Contacts of whom every word is a name's beginning, or whose number holds the digits.
async fn contact_ids(scope: &Scope, text: &str, words: &[String]) -> Result<Vec<i64>> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = digits.len() >= 4 && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    // The longest word thins out most; the others are checked on what it found.
    let mut prefixes: Vec<String> = if number {
        crate::phone::variants(&digits).into_iter().take(1).chain([digits.trim_start_matches('0').to_owned()]).collect()
    } else if text.contains('@') {
        vec![fold(text.trim())]
    } else {
        words.to_vec()
    };
    prefixes.sort_by_key(|p| std::cmp::Reverse(p.len()));
    let mut found: Vec<i64> = Vec::new();
    let any_of = number;
    for (i, prefix) in prefixes.iter().enumerate() {
        let end = format!("{prefix}\u{10ffff}");
        let rows: Vec<(i64,)> = scope
            .all(
                sql!("select distinct contact_id from contact_term where account_id = $1 and term >= $2 and term < $3 order by contact_id desc limit 500"),
                args![prefix, end],
            )
            .await?;
        let rows: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
        if i == 0 {
            found = rows;
        } else if any_of {
            found.extend(rows.into_iter().filter(|id| !found.contains(id)).collect::<Vec<_>>());
        } else if rows.len() < 500 {
            found.retain(|id| rows.contains(id));
        }
    }
    found.truncate(100);
    Ok(found)
}

pub(crate) async fn hits(scope: &Scope, ids: &[i64], most: i64) -> Result<Vec<ContactHit>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, Option<String>, String, String)> = scope
        .all(
            sql!("select id, name, phone, status, photo from contact where account_id = $1 and id in {in $2} order by name, id limit $3"),
            vec![crate::db::list(ids.iter().copied()), most.into()],
        )
        .await?;
    let hit = |(id, name, phone, status, photo): (i64, _, _, String, String)| {
        Ok(ContactHit { id: id.into(), name, phone, status: status.parse()?, photo: avatar::mark(&photo) })
    };
    rows.into_iter().map(hit).collect()
}

/// A search under way.
#[derive(Clone, Copy)]
struct Asked<'a> {
    cx: &'a Cx,
    scope: &'a Scope,
    narrow: &'a Narrow,
    words: &'a [String],
    /// Without the operators.
    text: &'a str,
    most: i64,
}

impl Asked<'_> {
    /// Conversations, one more than wanted if there are more.
    async fn conversations(self, contacts: &[i64]) -> Result<Vec<Conversation>> {
        let mut found: Vec<Row> = Vec::new();
        if self.words.is_empty() {
            // By status and by whom: each part comes in the order of an index.
            let (users, writers) = match &self.narrow.from {
                Some(from) => (!from.users.is_empty(), !from.contacts.is_empty()),
                None => (true, false),
            };
            if users {
                let narrow = Narrow {
                    from: self.narrow.from.as_ref().map(|f| From { users: f.users.clone(), contacts: Vec::new() }),
                    ..self.narrow.clone()
                };
                for status in ConversationStatus::ALL {
                    let mut rows = self.rows("c.status = $2", args![*status], &narrow, "c.last_at desc").await?;
                    found.append(&mut rows);
                }
            }
            if let Some(from) = self.narrow.from.as_ref().filter(|_| writers) {
                let by = vec![crate::db::list(from.contacts.iter().copied())];
                let narrow = Narrow { from: None, ..self.narrow.clone() };
                let rows = self.rows("c.contact_id in {in $2}", by, &narrow, "c.last_at desc").await?;
                found.extend(rows.into_iter().filter(|r| !found.iter().any(|f| f.id == r.id)).collect::<Vec<_>>());
            }
            found.sort_by_key(|r| std::cmp::Reverse((r.last_at, r.id)));
        } else {
            let digits: String = self.text.chars().filter(char::is_ascii_digit).collect();
            if digits.len() >= 6 {
                let end = format!("{digits}~");
                found = self.rows("c.protocol >= $2 and c.protocol < $3", args![&digits, end], self.narrow, "c.protocol desc").await?;
            }
            if !contacts.is_empty() {
                let by = vec![crate::db::list(contacts.iter().copied())];
                let rows = self.rows("c.contact_id in {in $2}", by, self.narrow, "c.last_at desc").await?;
                found.extend(rows.into_iter().filter(|r| !found.iter().any(|f| f.id == r.id)).collect::<Vec<_>>());
            }
        }
        Ok(found.iter().take(self.most as usize + 1).map(Row::view).collect())
    }

    /// Visible conversations of one kind; its arguments begin at `$2`.
    async fn rows(self, by: &str, mut args: Vec<Arg>, narrow: &Narrow, order: &str) -> Result<Vec<Row>> {
        let (sees, more) = sight::condition(self.cx.seen(), args.len() + 2);
        args.extend(more);
        let (narrowed, more) = narrow.condition(About::Conversations, args.len() + 2);
        args.extend(more);
        args.push((self.most + 1).into());
        let text = format!(
            "select {} from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and {by} and {sees}{narrowed}
             order by {order}, c.id desc limit ${}",
            columns!(),
            args.len() + 1
        );
        self.scope.all(Text::Built(text), args).await
    }

    /// Messages by their text, or by the name of their file; one more than wanted if there are more.
    async fn messages(self, of_files: bool) -> Result<Vec<MessageHit>> {
        if self.words.is_empty() {
            return Ok(Vec::new());
        }
        let sqlite = self.cx.desk().db.is_sqlite();
        // What matches by both together, or by the other one, is left out below.
        let (text, more) = hits_text(sqlite, self.cx.seen(), self.narrow, of_files, 2 * self.most + 1);
        let mut args = args![match_text(sqlite, self.cx.account, self.words)];
        args.extend(more);
        let ids: Vec<(i64, i64)> = self.scope.all(Text::Built(text), args).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let messages: Vec<Stored> = self
            .scope
            .all(
                sql!(concat!(
                    "select ",
                    message_columns!(),
                    " from message m where m.account_id = $1 and m.id in {in $2} order by m.id desc"
                )),
                vec![crate::db::list(ids.iter().map(|(m, _)| *m))],
            )
            .await?;
        let rows: Vec<Row> = self
            .scope
            .all(
                sql!(concat!(
                    "select ",
                    columns!(),
                    " from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.id in {in $2}"
                )),
                vec![crate::db::list(ids.iter().map(|(_, c)| *c))],
            )
            .await?;
        let mut found = Vec::with_capacity(messages.len());
        for m in messages {
            let Some(row) = rows.iter().find(|r| r.id == m.conversation_id) else { continue };
            let message = m.view()?;
            let fits = match message.content.file() {
                Some(media) if of_files => holds(&media.file_name, self.words),
                _ if of_files => false,
                Some(media) if !media.file_name.is_empty() => holds(&message.body, self.words),
                _ => true,
            };
            if fits && found.len() <= self.most as usize {
                found.push(MessageHit { conversation: row.view(), message });
            }
        }
        Ok(found)
    }
}

/// Whether a text holds all words, the last one as a beginning, as the index finds them.
fn holds(text: &str, words: &[String]) -> bool {
    let has: Vec<String> = cut(text).collect();
    words.iter().enumerate().all(|(i, w)| has.iter().any(|h| if i + 1 == words.len() { h.starts_with(w) } else { h == w }))
}

/// The words as a query of the full-text index: all of them, the last one as a beginning.
pub fn match_text(sqlite: bool, account: AccountId, words: &[String]) -> String {
    let (quote, prefix, and) = if sqlite { ('"', "*", " AND ") } else { ('\'', ":*", " & ") };
    let mark = mark(account);
    let terms = words.iter().enumerate().map(|(i, w)| format!("{quote}{mark}{w}{quote}{}", if i + 1 == words.len() { prefix } else { "" }));
    terms.collect::<Vec<_>>().join(and)
}

/// Ids of matching visible messages and their conversations, newest first. Public to the test that explains it.
pub fn hits_text(sqlite: bool, seen: &Seen, narrow: &Narrow, of_files: bool, most: i64) -> (String, Vec<Arg>) {
    let (sees, mut args) = sight::condition(seen, 3);
    let (narrowed, more) = narrow.condition(About::Messages, 3 + args.len());
    args.extend(more);
    args.push(seen.me.into());
    let me = args.len() + 2;
    let look_at = if of_files || !narrow.is_empty() { LOOK_AT_NARROWED } else { LOOK_AT };
    let files = if of_files { " and m.kind in ('DOCUMENT', 'IMAGE', 'VIDEO', 'AUDIO')" } else { "" };
    let candidates = if sqlite {
        format!("select rowid as id from message_fts where message_fts match $2 order by rowid desc limit {look_at}")
    } else {
        format!("select rowid as id from message_fts where words @@ cast($2 as tsquery) order by rowid desc limit {look_at}")
    };
    // Cross joins keep SQLite from beginning at the account's conversations, of which there are many more than candidates.
    let text = format!(
        "select m.id, m.conversation_id from ({candidates}) f cross join message m cross join conversation c
         where m.id = f.id and c.id = m.conversation_id and c.account_id = $1 and {sees}{narrowed}{files}
         and not exists (select 1 from message_hidden h where h.account_id = $1 and h.user_id = ${me} and h.message_id = m.id)
         order by m.id desc limit {most}"
    );
    (text, args)
}
