//! Search: contacts by word or any part of the number, conversations by protocol, messages by their words. Everything
//! found is visible to the asker (AB-8, RO-2).

use crate::contact::fold;
use crate::conversation::{Row, columns};
use crate::db::{Arg, Text};
use crate::desk::{Cx, Scope};
use crate::message::{Stored, columns as message_columns};
use crate::{Result, args, sight, sql};
use model::*;

const MOST: i64 = 20;
/// Matching messages that are looked at before visibility thins them out.
const LOOK_AT: i64 = 400;

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

/// Searches everything.
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long.
pub async fn search(cx: &Cx, text: &str) -> Result<SearchResult> {
    let scope = cx.may(Permission::Inbox)?;
    Check::default().that(text.chars().count() <= limit::SEARCH_MAX, "text", Wrong::TooLong).done()?;
    let words = words(text);
    if words.is_empty() {
        return Ok(SearchResult::default());
    }
    let ids = contact_ids(&scope, text, &words).await?;
    let (conversations, contacts, messages) =
        tokio::try_join!(conversations(cx, &scope, text, &ids), hits(&scope, &ids), messages(cx, &scope, &words))?;
    Ok(SearchResult { conversations, contacts, messages })
}

/// Contacts for pickers.
pub async fn contacts(cx: &Cx, text: &str) -> Result<Vec<ContactHit>> {
    let scope = cx.may(Permission::Inbox)?;
    let ids = matching(&scope, text).await?;
    hits(&scope, &ids).await
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

async fn hits(scope: &Scope, ids: &[i64]) -> Result<Vec<ContactHit>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, Option<String>, String)> = scope
        .all(
            sql!("select id, name, phone, status from contact where account_id = $1 and id in {in $2} order by name, id limit 20"),
            vec![crate::db::list(ids.iter().copied())],
        )
        .await?;
    rows.into_iter().map(|(id, name, phone, status)| Ok(ContactHit { id: id.into(), name, phone, status: status.parse()? })).collect()
}

async fn conversations(cx: &Cx, scope: &Scope, text: &str, contacts: &[i64]) -> Result<Vec<Conversation>> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut found: Vec<Row> = Vec::new();
    if digits.len() >= 6 {
        let (sees, more) = sight::condition(cx.seen(), 4);
        let mut args = args![&digits, format!("{digits}~")];
        args.extend(more);
        let text = format!(
            "select {} from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.protocol >= $2 and c.protocol < $3 and {sees} order by c.protocol desc limit {MOST}",
            columns!()
        );
        found.extend(scope.all::<Row>(Text::Built(text), args).await?);
    }
    if !contacts.is_empty() {
        let (sees, more) = sight::condition(cx.seen(), 3);
        let mut args = vec![crate::db::list(contacts.iter().copied())];
        args.extend(more);
        let text = format!(
            "select {} from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.contact_id in {{in $2}} and {sees} order by c.last_at desc limit {MOST}",
            columns!()
        );
        let rows: Vec<Row> = scope.all(Text::Built(text), args).await?;
        found.extend(rows.into_iter().filter(|r| !found.iter().any(|f| f.id == r.id)).collect::<Vec<_>>());
    }
    Ok(found.iter().take(MOST as usize).map(Row::view).collect())
}

/// The words as a query of the full-text index: all of them, the last one as a beginning.
pub fn match_text(sqlite: bool, account: AccountId, words: &[String]) -> String {
    let (quote, prefix, and) = if sqlite { ('"', "*", " AND ") } else { ('\'', ":*", " & ") };
    let mark = mark(account);
    let terms = words.iter().enumerate().map(|(i, w)| format!("{quote}{mark}{w}{quote}{}", if i + 1 == words.len() { prefix } else { "" }));
    terms.collect::<Vec<_>>().join(and)
}

async fn messages(cx: &Cx, scope: &Scope, words: &[String]) -> Result<Vec<MessageHit>> {
    let sqlite = cx.desk().db.is_sqlite();
    let (text, more) = hits_text(sqlite, cx.seen());
    let mut args = args![match_text(sqlite, cx.account, words)];
    args.extend(more);
    let ids: Vec<(i64, i64)> = scope.all(Text::Built(text), args).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let messages: Vec<Stored> = scope
        .all(
            sql!(concat!("select ", message_columns!(), " from message m where m.account_id = $1 and m.id in {in $2} order by m.id desc")),
            vec![crate::db::list(ids.iter().map(|(m, _)| *m))],
        )
        .await?;
    let rows: Vec<Row> = scope
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
        if let Some(row) = rows.iter().find(|r| r.id == m.conversation_id) {
            found.push(MessageHit { conversation: row.view(), message: m.view()? });
        }
    }
    Ok(found)
}

/// Ids of matching visible messages and their conversations, newest first.
pub fn hits_text(sqlite: bool, seen: &Seen) -> (String, Vec<Arg>) {
    let (sees, mut more) = sight::condition(seen, 3);
    let me = more.len() + 3;
    more.push(seen.me.into());
    let candidates = if sqlite {
        format!("select rowid as id from message_fts where message_fts match $2 order by rowid desc limit {LOOK_AT}")
    } else {
        format!("select rowid as id from message_fts where words @@ cast($2 as tsquery) order by rowid desc limit {LOOK_AT}")
    };
    // Cross joins keep SQLite from beginning at the account's conversations, of which there are many more than candidates.
    let text = format!(
        "select m.id, m.conversation_id from ({candidates}) f cross join message m cross join conversation c
         where m.id = f.id and c.id = m.conversation_id and c.account_id = $1 and {sees}
         and not exists (select 1 from message_hidden h where h.account_id = $1 and h.user_id = ${me} and h.message_id = m.id)
         order by m.id desc limit {MOST}"
    );
    (text, more)
}
