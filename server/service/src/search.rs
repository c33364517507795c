//! Search: contacts by word or any part of the number, conversations by protocol, messages by their words. Everything
//! found is visible to the asker (AB-8, RO-2).

mod asked;
mod index;
mod narrow;

use crate::contact::{fold, reached};
use crate::desk::{Cx, Scope};
use crate::mask::masks_of;
use crate::{Result, args, avatar, sql};
use asked::Asked;
pub use asked::{By, conversations_text};
pub(crate) use index::Indexed;
use index::words;
pub use index::{Find, hits_text};
use model::mask::is_blocked_number;
use model::*;
pub use narrow::{About, From, Narrow};

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
    let blocked = is_blocked_number(&seek.text, masks_of(cx));
    let narrow = Narrow::look_up(cx, &scope, &seek).await?;
    if !narrow.unknown.is_empty() {
        return Ok(SearchResult { unknown: narrow.unknown, ..SearchResult::default() });
    }
    let most = if part.is_some() { limit::SEARCH_ROWS_MAX } else { limit::SEARCH_ROWS };
    let wants = |group: SearchGroup| part.is_none_or(|p| p == group);
    let asked = Asked { cx, scope: &scope, narrow: &narrow, words: &words, text: &seek.text, most };
    let ids = if words.is_empty() {
        Vec::new()
    } else {
        reached(cx, &scope, &contact_ids(&scope, masks_of(cx), &seek.text, &words).await?).await?
    };
    let (conversations, contacts, messages, files) = tokio::try_join!(
        async { if wants(SearchGroup::Conversations) { asked.conversations(&ids).await } else { Ok(Vec::new()) } },
        // Contacts have no team, channel or day: where one asks for those, they are not asked for.
        async { if wants(SearchGroup::Contacts) && seek.terms.is_empty() { hits(&scope, &ids, most + 1).await } else { Ok(Vec::new()) } },
        async { if wants(SearchGroup::Messages) && !blocked { asked.messages(false).await } else { Ok(Vec::new()) } },
        async { if wants(SearchGroup::Files) && !blocked { asked.messages(true).await } else { Ok(Vec::new()) } },
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
    Ok(cx.shown(result))
}

/// Contacts for pickers.
pub async fn contacts(cx: &Cx, text: &str) -> Result<Vec<ContactHit>> {
    let scope = cx.may(Permission::Inbox)?;
    let ids = reached(cx, &scope, &matching(cx, &scope, text).await?).await?;
    Ok(cx.shown(hits(&scope, &ids, limit::SEARCH_ROWS).await?))
}

/// Ids of the contacts that a text finds, at most 100.
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long.
pub(crate) async fn matching(cx: &Cx, scope: &Scope, text: &str) -> Result<Vec<i64>> {
    Check::default().that(text.chars().count() <= limit::SEARCH_MAX, "text", Wrong::TooLong).done()?;
    let words = words(text);
    if words.is_empty() { Ok(Vec::new()) } else { contact_ids(scope, masks_of(cx), text, &words).await }
}

/// Contacts with such a name, for rules: whatever the person who asks may search by, and sees.
pub(crate) async fn named(scope: &Scope, name: &str) -> Result<Vec<ContactHit>> {
    let ids = contact_ids(scope, Masks::NONE, name, &words(name)).await?;
    hits(scope, &ids, limit::SEARCH_ROWS).await
}

/// Contacts of whom every word is a name's beginning, or whose number holds the digits; none by what the masks block (SV-3).
async fn contact_ids(scope: &Scope, masks: Masks, text: &str, words: &[String]) -> Result<Vec<i64>> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = digits.len() >= 4 && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    // Names and numbers stand in one index: a word of digits finds either.
    let is_digits = |word: &String| word.chars().all(char::is_numeric);
    if masks.has(Mask::SearchPhone) && (number || words.iter().any(is_digits))
        || masks.has(Mask::SearchName) && !number && !text.contains('@')
    {
        return Ok(Vec::new());
    }
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
