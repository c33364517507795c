//! The tabs of the inbox: keyset pages and counters.

use super::row::view;
use crate::db::{Arg, Text, list as ids};
use crate::desk::Cx;
use crate::{Result, args, sight};
use model::*;

/// A page of a tab (AB-1, AB-2, AB-3, AB-6), by last interaction, newest first unless asked otherwise.
///
/// # Errors
/// [`Fault::Invalid`] for a wrong `after`.
pub async fn list(cx: &Cx, query: &ConversationQuery) -> Result<Page<Conversation>> {
    let scope = cx.may(Permission::Inbox)?;
    let limit = query.limit.unwrap_or(limit::CONVERSATION_PAGE).clamp(1, limit::PAGE_MAX);
    let after = query.after.as_deref().map(place).transpose()?;
    let (text, args) = select(cx.seen(), query, after, limit + 1);
    let mut items: Vec<Conversation> = scope.packed(Text::Built(text), args).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|c| format!("{}.{}", c.last_at, c.id));
    Ok(cx.shown(Page { items, next }))
}

pub(super) fn place(after: &str) -> Result<(i64, i64)> {
    let parts = after.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| Fault::field("after", Wrong::Unknown).into())
}

/// The statement of a page: `$1` the account. Public to the test that explains it.
pub fn select(seen: &Seen, query: &ConversationQuery, after: Option<(i64, i64)>, limit: i64) -> (String, Vec<Arg>) {
    let mut args: Vec<Arg> = Vec::new();
    let mut clauses = vec!["c.account_id = $1".to_owned()];
    let bind = |args: &mut Vec<Arg>, arg: Arg| -> usize {
        args.push(arg);
        args.len() + 1
    };
    match query.tab {
        Tab::New => clauses.push("c.status = 'PENDING'".into()),
        Tab::Mine => {
            let me = bind(&mut args, seen.me.into());
            clauses.push(format!("c.status = 'IN_PROGRESS' and c.assignee_id = ${me} and c.snoozed_until is null"));
        }
        Tab::Others => {
            let me = bind(&mut args, seen.me.into());
            clauses.push(format!("c.status = 'IN_PROGRESS' and c.assignee_id <> ${me}"));
        }
        Tab::Done => clauses.push("c.status = 'COMPLETED'".into()),
    }
    // My own conversations are always mine to see.
    if !seen.all && query.tab != Tab::Mine {
        let (condition, more) = sight::condition(seen, args.len() + 2);
        args.extend(more);
        clauses.push(condition);
    }
    let f = &query.filter;
    // Driven by what the asker watches, which is little beside a tab: a cross join is SQLite's word for that.
    let mut from = "conversation c";
    if f.watched {
        let me = bind(&mut args, seen.me.into());
        from = "watch w cross join conversation c";
        clauses.push(format!("w.account_id = $1 and w.user_id = ${me} and w.conversation_id = c.id"));
    }
    for (column, list) in [
        ("c.channel_id", (!f.channels.is_empty()).then(|| ids(f.channels.iter().copied()))),
        ("c.team_id", (!f.teams.is_empty()).then(|| ids(f.teams.iter().copied()))),
        ("c.assignee_id", (!f.assignees.is_empty()).then(|| ids(f.assignees.iter().copied()))),
    ] {
        if let Some(list) = list {
            let n = bind(&mut args, list);
            clauses.push(format!("{column} in {{in ${n}}}"));
        }
    }
    if !f.tags.is_empty() {
        let n = bind(&mut args, ids(f.tags.iter().copied()));
        clauses.push(format!("exists (select 1 from contact_tag t where t.contact_id = c.contact_id and t.tag_id in {{in ${n}}})"));
    }
    if f.unread {
        clauses.push("c.unread > 0".into());
    }
    // Words of ours, never of whoever asks.
    let quoted = |words: Vec<&str>| words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    if !f.priorities.is_empty() {
        clauses.push(format!("c.priority in ({})", quoted(f.priorities.iter().map(|p| p.word()).collect())));
    }
    if !f.sla.is_empty() {
        clauses.push(format!("c.sla in ({})", quoted(f.sla.iter().map(|m| m.word()).collect())));
        // What is concluded has no promises any more.
        clauses.push("c.status <> 'COMPLETED'".into());
    }
    let (compare, order) = if query.oldest_first { (">", "asc") } else { ("<", "desc") };
    if let Some((at, id)) = after {
        let a = bind(&mut args, at.into());
        let b = bind(&mut args, id.into());
        clauses.push(format!("(c.last_at, c.id) {compare} (${a}, ${b})"));
    }
    let n = bind(&mut args, limit.into());
    let text = format!(
        "select {{rows r}} from (select {} r from {from} join contact k on k.id = c.contact_id where {} order by c.last_at {order}, c.id {order} limit ${n}) page",
        view!(),
        clauses.join(" and ")
    );
    (text, args)
}

/// Counters of the tabs, for what the asker sees.
pub async fn counts(cx: &Cx) -> Result<Counts> {
    let scope = cx.may(Permission::Inbox)?;
    let (text, args) = count_text(cx.seen());
    let rows: Vec<(String, i64, i64, i64)> = scope.all(Text::Built(text), args).await?;
    let mut counts = Counts::default();
    for (status, mine, unread, n) in rows {
        match (status.parse()?, mine) {
            (ConversationStatus::Pending, _) => counts.new += n,
            (ConversationStatus::InProgress, 1) => {
                counts.mine += n;
                counts.mine_unread += unread;
            }
            (ConversationStatus::InProgress, _) => counts.others += n,
            (ConversationStatus::Completed, _) => {}
        }
    }
    Ok(counts)
}

/// The statement of the counters. Public to the test that explains it.
pub fn count_text(seen: &Seen) -> (String, Vec<Arg>) {
    let (condition, more) = sight::condition(seen, 3);
    let mut args = args![seen.me];
    args.extend(more);
    let text = format!(
        "select c.status, case when c.assignee_id = $2 then 1 else 0 end, count(case when c.unread > 0 then 1 end), count(*) from conversation c
         where c.account_id = $1 and c.status in ('PENDING', 'IN_PROGRESS') and {condition} group by 1, 2"
    );
    // PostgreSQL's integers come as 4 bytes unless told otherwise.
    (text.replace("then 1 else 0 end,", "then cast(1 as bigint) else cast(0 as bigint) end,"), args)
}
