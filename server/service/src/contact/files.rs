//! What went between a contact and us: files and links of the conversations that the asker sees (CP-2).

use super::fold;
use crate::db::{Arg, Text};
use crate::desk::Cx;
use crate::message::{Stored, columns};
use crate::{Result, sight};
use model::*;

/// Messages that are looked at in one go.
const BATCH: i64 = 200;
/// How often that is done for one page: a search for a rare name ends somewhere, and goes on with the next page.
const BATCHES: usize = 10;

/// A page of files, newest first. A search may find fewer than asked for and still have a next page.
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long.
pub async fn files(cx: &Cx, query: &FileQuery) -> Result<FilePage> {
    let scope = cx.may(Permission::Inbox)?;
    Check::default().that(query.text.chars().count() <= limit::SEARCH_MAX, "text", Wrong::TooLong).done()?;
    let limit = usize::try_from(query.limit.unwrap_or(limit::MESSAGE_PAGE).clamp(1, limit::PAGE_MAX)).unwrap_or(1);
    let needle = fold(query.text.trim());
    let mut before = query.after.unwrap_or(Place { at: i64::MAX, id: MessageId(i64::MAX) });
    let mut page = FilePage::default();
    for _ in 0..BATCHES {
        let (text, args) = select(cx.seen(), query.contact_id, query.kind, before);
        let rows: Vec<Stored> = scope.packed(Text::Built(text), args).await?;
        let is_last = (rows.len() as i64) < BATCH;
        for row in rows {
            let message = row.view()?;
            before = message.place();
            page.next = Some(before);
            if let Some(file) = file(query.kind, message).filter(|f| matches(f, &needle)) {
                page.files.push(file);
                if page.files.len() == limit {
                    return Ok(page);
                }
            }
        }
        if is_last {
            page.next = None;
            return Ok(page);
        }
    }
    Ok(page)
}

fn select(seen: &Seen, contact: ContactId, kind: ShelfKind, before: Place) -> (String, Vec<Arg>) {
    let what = match kind {
        ShelfKind::Document => "m.kind = 'DOCUMENT'",
        ShelfKind::Media => "m.kind in ('IMAGE', 'VIDEO', 'AUDIO', 'STICKER')",
        ShelfKind::Link => "m.kind not in ('NOTE', 'TRANSITION') and lower(m.body) like '%http%://%'",
    };
    let (sees, more) = sight::condition(seen, 6);
    let mut args = vec![contact.into(), before.at.into(), before.id.into(), BATCH.into()];
    args.extend(more);
    let me = args.len() + 2;
    args.push(seen.me.into());
    let text = format!(
        "select {{rows r}} from (select {{row}}({}) r from conversation c join message m on m.conversation_id = c.id
         where c.account_id = $1 and c.contact_id = $2 and (m.at, m.id) < ($3, $4) and m.status <> 'DELETED' and {what} and {sees}
         and not exists (select 1 from message_hidden h where h.account_id = $1 and h.user_id = ${me} and h.message_id = m.id)
         order by m.at desc, m.id desc limit $5) page",
        columns!()
    );
    (text, args)
}

fn file(kind: ShelfKind, m: Message) -> Option<ContactFile> {
    let (media, link) = match (kind, m.content) {
        (ShelfKind::Link, _) => (None, first_link(&m.body)?.to_owned()),
        (_, Content::Media(media)) => (Some(media), String::new()),
        _ => return None,
    };
    let (conversation_id, message_id) = (m.conversation_id, m.id);
    Some(ContactFile { conversation_id, message_id, at: m.at, direction: m.direction, kind: m.kind, body: m.body, media, link })
}

fn matches(file: &ContactFile, needle: &str) -> bool {
    let name = file.media.as_ref().map_or("", |m| m.file_name.as_str());
    [name, &file.body, &file.link].iter().any(|text| fold(text).contains(needle))
}

/// The first link to the web in a text.
fn first_link(text: &str) -> Option<&str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')')).find_map(|word| {
        let word = word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | '!' | '?' | '*' | '_' | '~' | '\''));
        let scheme = word.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://"))
            || word.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("http://"));
        (scheme && word.split("://").nth(1).is_some_and(|host| !host.is_empty())).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_of_a_text_is_found_without_what_stands_around_it() {
        for (text, link) in [
            ("veja https://loja.example/p?a=1.", Some("https://loja.example/p?a=1")),
            ("(HTTP://a.example) e https://b.example", Some("HTTP://a.example")),
            ("http tudo em dia ://", None),
            ("javascript:alert(1)", None),
            ("https://", None),
            ("é https://ação.example/é!", Some("https://ação.example/é")),
        ] {
            assert_eq!(first_link(text), link, "{text}");
        }
    }
}
