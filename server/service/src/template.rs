//! Templates: fetched from the network, kept, listed.

use crate::channels::ChannelRow;
use crate::desk::{Cx, Desk, Work};
use crate::{Result, args, sql};
use model::*;
use std::sync::Arc;

/// How old a list may be before it is fetched again when somebody looks.
const FRESH_MILLIS: i64 = 10 * 60_000;

/// Approved templates of a channel, by name; `refresh` asks the network first (TM-6).
///
/// # Errors
/// [`Fault::ChannelDown`] when `refresh` was asked for and the network does not answer.
pub async fn list(cx: &Cx, channel: ChannelId, refresh: bool) -> Result<Vec<Template>> {
    let scope = cx.may(Permission::Inbox)?;
    let row = crate::channels::own(cx, channel).await?;
    if !row.kind.may_start() {
        return Ok(Vec::new());
    }
    let synced: Option<(Option<i64>,)> =
        scope.opt(sql!("select min(synced_at) from template where account_id = $1 and channel_id = $2"), args![channel]).await?;
    let old = synced.and_then(|(s,)| s).is_none_or(|s| s < cx.desk().now() - FRESH_MILLIS);
    if refresh || old {
        let done = sync(cx.desk(), &row).await;
        if refresh {
            done?;
        }
    }
    let rows: Vec<(String,)> = scope
        .all(
            sql!("select definition from template where account_id = $1 and channel_id = $2 and status = 'APPROVED' order by name, language limit 1000"),
            args![channel],
        )
        .await?;
    rows.into_iter().map(|(json,)| Ok(serde_json::from_str(&json)?)).collect()
}

/// Fetches the channel's templates and makes ours the same.
///
/// # Errors
/// [`Fault::ChannelDown`].
pub async fn sync(desk: &Desk, row: &Arc<ChannelRow>) -> Result<usize> {
    let found = row.adapter().templates(&row.link(desk)).await.map_err(|e| {
        tracing::warn!(channel = %row.id, error = %e, "templates could not be fetched");
        Fault::ChannelDown
    })?;
    let now = desk.now();
    let mut work = desk.system(row.account_id).begin().await?;
    for t in &found {
        let known: Option<(i64,)> = work
            .opt(
                sql!("select id from template where account_id = $1 and channel_id = $2 and name = $3 and language = $4"),
                args![row.id, &t.template.name, &t.template.language],
            )
            .await?;
        let id = known.map_or_else(|| desk.seam.id(), |(id,)| TemplateId(id));
        let definition = Template { id, channel_id: row.id, ..t.template.clone() };
        work.run(
            sql!(
                "insert into template (account_id, id, channel_id, external_id, name, language, status, definition, synced_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 on conflict (channel_id, name, language) do update set external_id = excluded.external_id, status = excluded.status,
                 definition = excluded.definition, synced_at = excluded.synced_at where template.account_id = $1"
            ),
            args![id, row.id, &t.external_id, &definition.name, &definition.language, &t.status, serde_json::to_string(&definition)?, now],
        )
        .await?;
    }
    // What the network no longer has cannot be sent.
    work.run(sql!("delete from template where account_id = $1 and channel_id = $2 and synced_at < $3"), args![row.id, now]).await?;
    work.commit().await?;
    Ok(found.len())
}

/// A template that may be sent on this channel.
///
/// # Errors
/// [`Fault::TemplateMissing`].
pub(crate) async fn sendable(work: &mut Work, channel: ChannelId, id: TemplateId) -> Result<Template> {
    let row: Option<(String,)> = work
        .opt(
            sql!("select definition from template where account_id = $1 and id = $2 and channel_id = $3 and status = 'APPROVED'"),
            args![id, channel],
        )
        .await?;
    let (json,) = row.ok_or(Fault::TemplateMissing)?;
    Ok(serde_json::from_str(&json)?)
}

/// A template of this channel, whether or not it may be sent now.
pub(crate) async fn known(work: &mut Work, channel: ChannelId, id: TemplateId) -> Result<Option<Template>> {
    let row: Option<(String,)> =
        work.opt(sql!("select definition from template where account_id = $1 and id = $2 and channel_id = $3"), args![id, channel]).await?;
    row.map(|(json,)| Ok(serde_json::from_str(&json)?)).transpose()
}
