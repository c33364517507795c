//! The audit as a table for a spreadsheet: page after page, never whole in memory.

use super::read::{lines, period};
use crate::Result;
use crate::desk::{Cx, Scope};
use crate::sheet;
use model::*;

/// Lines of one export at most: who needs more takes it by periods.
pub const MOST: i64 = 100_000;
/// Lines that are fetched at once.
const STEP: i64 = 500;

/// An export that has begun: what is left to take.
pub struct Export {
    scope: Scope,
    query: AuditQuery,
    period: (Millis, Millis),
    after: i64,
    left: i64,
    head: bool,
}

/// Begins an export; that it was taken is a line of the audit itself, before anything is read.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins, [`Fault::Invalid`] for a wrong query.
pub async fn export(cx: &Cx, query: AuditQuery) -> Result<Export> {
    let scope = cx.may(Permission::Settings)?;
    let period = period(&scope, &query).await?;
    let mut work = scope.begin().await?;
    let filter = serde_json::json!({
        "from_day": query.from, "until_day": query.until, "actor_id": query.actor_id, "group": query.group, "subject": query.subject,
        "sought": query.text,
    });
    work.audit(Some(cx.user), "audit.export", cx.account, filter).await?;
    work.commit().await?;
    Ok(Export { scope, query, period, after: i64::MAX, left: MOST, head: true })
}

/// The next piece of an export; none at its end.
pub async fn take(export: &mut Export) -> Result<Option<Vec<u8>>> {
    let found = if export.left > 0 {
        lines(&export.scope, &export.query, export.period, export.after, STEP.min(export.left)).await?
    } else {
        Vec::new()
    };
    let head = std::mem::take(&mut export.head);
    let Some(last) = found.last() else { return head.then(|| sheet::rows(true, &HEAD, std::iter::empty())).transpose() };
    export.after = last.id.0;
    export.left -= found.len() as i64;
    let rows = found.iter().map(row);
    Ok(Some(sheet::rows(head, &HEAD, rows)?))
}

const HEAD: [&str; 12] =
    ["id", "time_utc", "actor_kind", "actor", "actor_id", "group", "action", "subject", "changed", "reason", "address", "agent"];

fn row(line: &AuditLine) -> [String; 12] {
    let changed = line.facts.iter().map(|f| match &f.before {
        Some(before) => format!("{}: {before} → {}", f.field, f.after),
        None => format!("{}: {}", f.field, f.after),
    });
    [
        line.id.to_string(),
        jiff::Timestamp::from_millisecond(line.at).map(|t| t.to_string()).unwrap_or_default(),
        line.actor.to_string(),
        line.actor_name.clone(),
        line.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        audit_group(&line.action).map(|g| g.to_string()).unwrap_or_default(),
        line.action.clone(),
        line.subject.clone(),
        changed.collect::<Vec<_>>().join("; "),
        line.reason.clone(),
        line.address.clone(),
        line.agent.clone(),
    ]
}
