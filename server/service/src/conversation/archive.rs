//! The archive: concluded conversations by when, who, where, why and whom with (AR-1, AR-2).

use super::row::view;
use crate::db::{Arg, Text, list as ids};
use crate::desk::Cx;
use crate::{Result, Scope, args, sight};
use jiff::civil::Date;
use model::*;

/// A page of what was concluded, the latest first; of what the asker sees (VI-4), as everywhere.
///
/// # Errors
/// [`Fault::Invalid`] for a wrong `after`, a day that is none, or a search that is too long.
pub async fn archive(cx: &Cx, query: &ArchiveQuery) -> Result<Page<Conversation>> {
    let scope = cx.may(Permission::Inbox)?;
    let limit = query.limit.unwrap_or(limit::CONVERSATION_PAGE).clamp(1, limit::PAGE_MAX);
    let after = query.after.as_deref().map(super::list::place).transpose()?;
    let period = days(&scope, &query.from, &query.until, ["from", "until"]).await?;
    let contacts = match query.contact.trim() {
        "" => None,
        text => Some(crate::search::matching(cx, &scope, text).await?),
    };
    if contacts.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let (text, args) = archive_text(cx.seen(), query, period, contacts.as_deref(), after, limit + 1);
    let mut items: Vec<Conversation> = scope.packed(Text::Built(text), args).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|c| format!("{}.{}", c.completed_at.unwrap_or_default(), c.id));
    Ok(cx.shown(Page { items, next }))
}

/// Days as moments, in the account's time; the second one is the first moment after it. Empty is open.
///
/// # Errors
/// [`Fault::Invalid`] about one of the two fields when it is no day.
pub(crate) async fn days(scope: &Scope, from: &str, until: &str, fields: [&'static str; 2]) -> Result<(Millis, Millis)> {
    if from.is_empty() && until.is_empty() {
        return Ok((0, i64::MAX));
    }
    let zone = crate::zone::of(scope).await?;
    let day = |text: &str, field: &str| text.parse::<Date>().map_err(|_| Fault::field(field, Wrong::NotADate));
    let begins = |day: Date, field: &str| {
        let zoned = day.to_zoned(zone.clone()).map_err(|_| Fault::field(field, Wrong::NotADate))?;
        Ok::<Millis, Fault>(zoned.timestamp().as_millisecond())
    };
    let [first, last] = fields;
    let from = if from.is_empty() { 0 } else { begins(day(from, first)?, first)? };
    let until = match until {
        "" => i64::MAX,
        text => begins(day(text, last)?.tomorrow().map_err(|_| Fault::field(last, Wrong::NotADate))?, last)?,
    };
    Ok((from, until))
}

/// The statement of a page. Public to the test that explains it.
pub fn archive_text(
    seen: &Seen,
    query: &ArchiveQuery,
    (from, until): (Millis, Millis),
    contacts: Option<&[i64]>,
    after: Option<(i64, i64)>,
    limit: i64,
) -> (String, Vec<Arg>) {
    let mut args = args![from, until];
    let (condition, more) = sight::condition(seen, 4);
    args.extend(more);
    let mut clauses =
        vec!["c.account_id = $1 and c.status = 'COMPLETED' and c.completed_at >= $2 and c.completed_at < $3".to_owned(), condition];
    let mut bind = |clause: &str, value: Arg| {
        args.push(value);
        clauses.push(clause.replace('?', &format!("${}", args.len() + 1)));
    };
    if let Some(user) = query.assignee_id {
        bind("c.assignee_id = ?", user.into());
    }
    if let Some(team) = query.team_id {
        bind("c.team_id = ?", team.into());
    }
    if let Some(reason) = query.reason_id {
        bind("c.reason_id = ?", reason.into());
    }
    if let Some(contacts) = contacts {
        bind("c.contact_id in {in ?}", ids(contacts.iter().copied()));
    }
    if let Some((at, id)) = after {
        args.extend(args![at, id]);
        clauses.push(format!("(c.completed_at, c.id) < (${}, ${})", args.len(), args.len() + 1));
    }
    args.push(limit.into());
    let text = format!(
        "select {{rows r}} from (select {} r from conversation c join contact k on k.id = c.contact_id where {} order by c.completed_at desc, c.id desc limit ${}) page",
        view!(),
        clauses.join(" and "),
        args.len() + 1
    );
    (text, args)
}
