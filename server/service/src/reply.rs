//! Quick replies: one's own, those of one's teams, and everybody's (QR-1 to QR-3).

mod file;

use crate::contact::fold;
use crate::db::{Arg, Text, list as ids};
use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql};
use model::*;
use std::collections::HashMap;

pub(crate) use file::seen as file_seen;
pub use file::take_file;

/// Whose replies these are: a condition on the alias `q`, with its arguments numbered from `$first`. `manage` adds what an
/// admin looks after without using it.
fn visible(cx: &Cx, manage: bool, first: usize) -> (String, Vec<Arg>) {
    let [me, teams] = [first, first + 1];
    let shared = if manage && cx.seat.may(Permission::Settings) { " or q.scope <> 'ME'" } else { "" };
    let text = format!(
        "(q.owner_id = ${me} or q.scope = 'ALL' or (q.scope = 'TEAMS' and exists
           (select 1 from quick_reply_team t where t.reply_id = q.id and t.team_id in {{in ${teams}}})){shared})"
    );
    (text, vec![cx.user.into(), ids(teams_of(cx))])
}

/// The asker's teams.
fn teams_of(cx: &Cx) -> Vec<TeamId> {
    cx.seen().pending.union(&cx.seen().supervised).copied().collect()
}

type Listed = (i64, i64, String, String, String, bool, String);
const COLUMNS: &str = "q.id, q.owner_id, q.scope, q.alias, q.text, q.archived, q.alias_key";

/// A page of the replies that the asker sees, by alias, at most 100.
///
/// # Errors
/// [`Fault::Invalid`] for a text that is too long or a wrong `after`.
pub async fn list(cx: &Cx, query: &ReplyQuery) -> Result<Page<QuickReply>> {
    cx.needs(Module::QuickReplies)?;
    let scope = cx.may(Permission::Inbox)?;
    Check::default().that(query.text.chars().count() <= limit::SEARCH_MAX, "text", Wrong::TooLong).done()?;
    let (alias, id) = match &query.after {
        None => (String::new(), 0),
        Some(after) => {
            let parts = after.split_once('.').and_then(|(id, alias)| Some((alias.to_owned(), id.parse::<i64>().ok()?)));
            parts.ok_or_else(|| Fault::field("after", Wrong::Unknown))?
        }
    };
    let (sees, more) = visible(cx, query.manage, 7);
    let mut args = args![query.archived, like(&query.text), alias, id, limit::PAGE_MAX + 1];
    args.extend(more);
    let text = format!(
        "select {COLUMNS} from quick_reply q where q.account_id = $1 and q.archived = $2 and q.words like $3 escape '\\'
         and (q.alias_key, q.id) > ($4, $5) and {sees} order by q.alias_key, q.id limit $6"
    );
    let mut rows: Vec<Listed> = scope.all(Text::Built(text), args).await?;
    let more = rows.len() as i64 > limit::PAGE_MAX;
    rows.truncate(limit::PAGE_MAX as usize);
    let next = rows.last().filter(|_| more).map(|(id, .., alias)| format!("{id}.{alias}"));
    Ok(Page { items: view(&scope, rows).await?, next })
}

/// Folded text between wildcards of its own.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in fold(text.trim()).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

async fn view(scope: &Scope, rows: Vec<Listed>) -> Result<Vec<QuickReply>> {
    let teams: Vec<(i64, i64)> = scope
        .all(
            sql!("select reply_id, team_id from quick_reply_team where account_id = $1 and reply_id in {in $2} order by reply_id, team_id"),
            vec![ids(rows.iter().map(|r| r.0))],
        )
        .await?;
    let mut of: HashMap<i64, Vec<TeamId>> = HashMap::new();
    for (reply, team) in teams {
        of.entry(reply).or_default().push(team.into());
    }
    let mut files = file::of(scope, rows.iter().map(|r| r.0)).await?;
    rows.into_iter()
        .map(|(id, owner, scope, alias, text, archived, _)| {
            let team_ids = of.remove(&id).unwrap_or_default();
            let file = files.remove(&id);
            Ok(QuickReply { id: id.into(), owner_id: owner.into(), scope: scope.parse()?, team_ids, alias, text, file, archived })
        })
        .collect()
}

/// One reply that the asker sees or manages.
///
/// # Errors
/// [`Fault::Missing`].
pub async fn get(cx: &Cx, id: ReplyId) -> Result<QuickReply> {
    cx.needs(Module::QuickReplies)?;
    let scope = cx.may(Permission::Inbox)?;
    let (sees, more) = visible(cx, true, 3);
    let mut args = args![id];
    args.extend(more);
    let row: Listed = scope
        .one(Text::Built(format!("select {COLUMNS} from quick_reply q where q.account_id = $1 and q.id = $2 and {sees}")), args)
        .await?;
    view(&scope, vec![row]).await?.pop().ok_or_else(|| Fault::Missing.into())
}

/// Locks a reply that the asker sees, when they may change it.
async fn hold(cx: &Cx, work: &mut Work, seen: QuickReply) -> Result<()> {
    let id = seen.id;
    let row: (i64, String) =
        work.one(sql!("select owner_id, scope from quick_reply where account_id = $1 and id = $2 {lock}"), args![id]).await?;
    let now = QuickReply { owner_id: row.0.into(), scope: row.1.parse()?, ..seen };
    if now.may_change(cx.user, cx.seat.may(Permission::Settings)) { Ok(()) } else { Err(Fault::Forbidden.into()) }
}

/// Creates or changes a reply: everybody may make one (QR-1), for themselves, for their teams, or for all. It stays its
/// maker's when an admin changes it.
///
/// # Errors
/// [`Fault::Invalid`], [`Fault::Forbidden`] for somebody else's, [`Fault::Missing`].
pub async fn save(cx: &Cx, draft: ReplyDraft) -> Result<QuickReply> {
    cx.needs(Module::QuickReplies)?;
    let scope = cx.may(Permission::Inbox)?;
    draft.check()?;
    let mut teams = if draft.scope == ReplyScope::Teams { draft.team_ids.clone() } else { Vec::new() };
    teams.sort_unstable();
    teams.dedup();
    // What is not theirs to see does not exist.
    let seen = match draft.id {
        Some(id) => Some(get(cx, id).await?),
        None => None,
    };
    let mut work = scope.begin().await?;
    let before: Vec<(i64,)> = match seen {
        Some(seen) => {
            let id = seen.id;
            hold(cx, &mut work, seen).await?;
            work.all(sql!("select team_id from quick_reply_team where account_id = $1 and reply_id = $2"), args![id]).await?
        }
        None => Vec::new(),
    };
    let known: Vec<(i64,)> = work
        .all(sql!("select id from team where account_id = $1 and deleted_at is null and id in {in $2}"), vec![ids(teams.iter().copied())])
        .await?;
    let mine = teams_of(cx);
    for team in &teams {
        if !known.contains(&(team.0,)) {
            return Err(Fault::field("team_ids", Wrong::Unknown).into());
        }
        // Teams that it is for already may stay.
        if !cx.seat.may(Permission::Settings) && !mine.contains(team) && !before.contains(&(team.0,)) {
            return Err(Fault::field("team_ids", Wrong::NotAllowed).into());
        }
    }
    let (id, now) = (draft.id.unwrap_or_else(|| work.desk().seam.id()), work.desk().now());
    let (alias, text) = (draft.alias.trim(), draft.text.trim());
    work.run(
        sql!(
            "insert into quick_reply (account_id, id, owner_id, scope, alias, alias_key, text, words, archived, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (id) do update set scope = excluded.scope, alias = excluded.alias,
             alias_key = excluded.alias_key, text = excluded.text, words = excluded.words, archived = excluded.archived,
             updated_at = excluded.updated_at where quick_reply.account_id = $1"
        ),
        args![id, cx.user, draft.scope, alias, fold(alias), text, fold(&format!("{alias}\n{text}")), draft.archived, now],
    )
    .await?;
    work.run(sql!("delete from quick_reply_team where account_id = $1 and reply_id = $2"), args![id]).await?;
    for team in &teams {
        work.run(sql!("insert into quick_reply_team (account_id, reply_id, team_id) values ($1, $2, $3)"), args![id, *team]).await?;
    }
    file::put(&mut work, cx.user, id, draft.file_id).await?;
    let action = if draft.id.is_some() { "reply.change" } else { "reply.add" };
    work.audit(Some(cx.user), action, id, serde_json::json!({ "alias": alias, "scope": draft.scope, "archived": draft.archived })).await?;
    work.tell(Change::Setup { what: SetupKind::Replies });
    work.commit().await?;
    get(cx, id).await
}

/// Deletes a reply for good.
///
/// # Errors
/// [`Fault::Forbidden`] for somebody else's, [`Fault::Missing`].
pub async fn delete(cx: &Cx, id: ReplyId) -> Result<()> {
    cx.needs(Module::QuickReplies)?;
    let seen = get(cx, id).await?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    hold(cx, &mut work, seen).await?;
    file::forget(&mut work, id).await?;
    work.run(sql!("delete from quick_reply where account_id = $1 and id = $2"), args![id]).await?;
    work.audit(Some(cx.user), "reply.delete", id, serde_json::json!({})).await?;
    work.tell(Change::Setup { what: SetupKind::Replies });
    work.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_no_pattern() {
        assert_eq!(like(" 100%_Ação\\ "), "%100\\%\\_acao\\\\%");
        assert_eq!(like(""), "%%");
    }
}
