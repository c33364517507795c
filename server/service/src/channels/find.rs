//! Finding the channel that a webhook, a page or a row names.

use super::{ChannelRow, Secrets, Stored};
use crate::desk::{Cx, Desk};
use crate::{Result, Work, args, sql, sql_system};
use model::*;
use std::sync::Arc;

/// A channel by id, of whatever account; for workers.
pub async fn row(desk: &Desk, id: ChannelId) -> Result<Option<Arc<ChannelRow>>> {
    if let Some(row) = desk.channels.get(&id) {
        return Ok(Some(row));
    }
    let age = desk.channels.age();
    let stored: Option<Stored> = desk
        .db
        .one(
            sql_system!(
                "select id, account_id, kind, name, external_id, waba_id, display, team_id, status, status_reason, config, secrets from channel where id = $1"
            ),
            args![id],
        )
        .await?;
    let Some(stored) = stored else { return Ok(None) };
    let row = Arc::new(stored.read(desk)?);
    desk.channels.keep(id, row.clone(), age);
    Ok(Some(row))
}

/// A channel of the asker's account.
pub async fn own(cx: &Cx, id: ChannelId) -> Result<Arc<ChannelRow>> {
    row(cx.desk(), id).await?.filter(|c| c.account_id == cx.account).ok_or_else(|| Fault::Missing.into())
}

/// The same inside a unit of work, read through its own connection: whoever holds one and waits for a second one can
/// wait for ever, when all others do the same.
pub(crate) async fn own_in(work: &mut Work, id: ChannelId) -> Result<Arc<ChannelRow>> {
    let desk = work.desk().clone();
    if let Some(row) = desk.channels.get(&id) {
        return if row.account_id == work.account() { Ok(row) } else { Err(Fault::Missing.into()) };
    }
    let age = desk.channels.age();
    let stored: Stored = work
        .one(
            sql!(
                "select id, account_id, kind, name, external_id, waba_id, display, team_id, status, status_reason, config, secrets from channel where account_id = $1 and id = $2"
            ),
            args![id],
        )
        .await?;
    let row = Arc::new(stored.read(&desk)?);
    desk.channels.keep(id, row.clone(), age);
    Ok(row)
}

/// The channels that a network's id names: one number, or all numbers of a business account.
pub async fn by_route(desk: &Desk, kind: ChannelKind, route: &channel::Route) -> Result<Vec<Arc<ChannelRow>>> {
    let key = format!("{kind}:{route:?}");
    let ids = match desk.routes.get(&key) {
        Some(ids) => ids,
        None => {
            let age = desk.routes.age();
            let rows: Vec<(i64,)> = match route {
                channel::Route::Number(id) => {
                    desk.db.all(sql_system!("select id from channel where kind = $1 and external_id = $2"), args![kind, id]).await?
                }
                channel::Route::Waba(id) => {
                    desk.db
                        .all(
                            sql_system!("select id from channel where kind = $1 and waba_id = $2 and waba_id <> '' limit 1000"),
                            args![kind, id],
                        )
                        .await?
                }
                channel::Route::Nowhere => Vec::new(),
            };
            let ids: Vec<ChannelId> = rows.into_iter().map(|(id,)| id.into()).collect();
            desk.routes.keep(key, ids.clone(), age);
            ids
        }
    };
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(row(desk, id).await?);
    }
    Ok(found)
}

/// A website chat by its public key.
pub async fn by_key(desk: &Desk, key: &str) -> Result<Option<Arc<ChannelRow>>> {
    Ok(by_route(desk, ChannelKind::WebChat, &channel::Route::Number(key.to_owned())).await?.into_iter().next())
}

/// App secrets and verify tokens of all channels of a kind: Meta signs per app, and one address serves all.
pub async fn secrets(desk: &Desk, kind: ChannelKind) -> Result<Vec<Secrets>> {
    let key = format!("{kind}:secrets");
    let ids = match desk.routes.get(&key) {
        Some(ids) => ids,
        None => {
            let age = desk.routes.age();
            let rows: Vec<(i64,)> =
                desk.db.all(sql_system!("select id from channel where kind = $1 and status <> 'REMOVED'"), args![kind]).await?;
            let ids: Vec<ChannelId> = rows.into_iter().map(|(id,)| id.into()).collect();
            desk.routes.keep(key, ids.clone(), age);
            ids
        }
    };
    let mut found: Vec<Secrets> = Vec::new();
    for id in ids {
        if let Some(row) = row(desk, id).await?
            && !found.iter().any(|s| s.app_secret == row.secrets.app_secret && s.verify_token == row.secrets.verify_token)
        {
            found.push(row.secrets.clone());
        }
    }
    Ok(found)
}
