//! What happens by itself: without an open page somebody is offline, without a key or a movement away (ST-3).

use super::settings::settings_in;
use super::{Next, Row, enter, lock};
use crate::desk::{Desk, Scope};
use crate::{Result, args, sql_system};
use model::*;
use std::time::Duration;

/// How often it is looked for who is due.
const PAUSE: Duration = Duration::from_secs(15);
/// After a start pages connect again first: nobody is offline because the server was.
const SETTLE: Duration = Duration::from_secs(60);
/// People in one turn.
const TOGETHER: i64 = 100;
const MINUTE: Millis = 60_000;

impl Row {
    /// What it is time for.
    fn due(&self, settings: &StatusSettings, now: Millis) -> Option<StatusKind> {
        let passed = |since: Millis, minutes: i64| now - since >= minutes * MINUTE;
        let is_online = self.status == StatusKind::Online;
        // What was chosen stays, whoever is there.
        if !(is_online || self.status == StatusKind::Away && self.by_itself) {
            None
        } else if passed(self.seen_at, settings.offline_minutes) {
            Some(StatusKind::Offline)
        } else {
            let idle = is_online && settings.away_minutes > 0 && passed(self.active_at, settings.away_minutes);
            idle.then_some(StatusKind::Away)
        }
    }
}

/// Does what is due until the server stops.
pub async fn run(desk: Desk) {
    tokio::time::sleep(SETTLE).await;
    crate::worker::until_stopped(&desk, "ending what nobody is there for", None, PAUSE, turn).await;
}

/// Does what is due; answers for how many people.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let due: Vec<(i64, i64)> = desk
        .db
        .all(
            sql_system!(
                "select u.account_id, u.user_id from user_status u join account a on a.id = u.account_id
                 where (u.status = 'ONLINE' or u.status = 'AWAY' and u.by_itself)
                 and (u.seen_at <= $1 - a.offline_minutes * 60000
                   or u.status = 'ONLINE' and a.away_minutes > 0 and u.active_at <= $1 - a.away_minutes * 60000)
                 order by u.account_id, u.user_id limit $2"
            ),
            args![desk.now(), TOGETHER],
        )
        .await?;
    let mut n = 0;
    for (account, user) in due {
        match act(&desk.system(account.into()), user.into()).await {
            Ok(done) => n += usize::from(done),
            Err(e) => tracing::error!(user, error = %e, "a status could not be changed by itself"),
        }
    }
    Ok(n)
}

/// Changes one, if it is still time for it.
async fn act(scope: &Scope, user: UserId) -> Result<bool> {
    let mut work = scope.begin().await?;
    let settings = settings_in(&mut work).await?;
    let mut row = lock(&mut work, user).await?;
    let Some(kind) = row.due(&settings, scope.desk().now()) else { return Ok(false) };
    enter(&mut work, user, &mut row, Next::by_itself(kind)).await?;
    work.commit().await?;
    Ok(true)
}
