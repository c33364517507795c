//! The documents that everybody accepts: which, and who accepted them when (CF-2).

use crate::desk::{Cx, Desk, Work};
use crate::{Result, args, sheet, sql, sql_system};
use model::*;

/// Acceptances in one table at most, the newest.
const MOST: i64 = 50_000;
const HEAD: [&str; 8] = ["name", "email", "user_id", "member", "version", "version_date", "accepted_utc", "address"];

/// What everybody accepts now; none where nothing is asked for.
pub(super) fn documents(desk: &Desk) -> Option<Terms> {
    let door = &desk.settings.door;
    (!door.terms_version.is_empty()).then(|| Terms {
        version: door.terms_version.clone(),
        date: door.terms_date.clone(),
        terms_url: door.terms_url.clone(),
        privacy_url: door.privacy_url.clone(),
        code: false,
    })
}

/// Adds an acceptance to the log: each version once, the first time.
pub(super) async fn write_down(work: &mut Work, user: UserId, terms: &Terms) -> Result<()> {
    let (id, at): (i64, _) = (work.desk().seam.id(), work.desk().now());
    let address = work.origin().map(|o| o.address.clone()).unwrap_or_default();
    work.system()
        .run(
            sql_system!(
                "insert into terms_acceptance (id, user_id, version, dated, at, address) values ($1, $2, $3, $4, $5, $6)
                 on conflict (user_id, version) do nothing"
            ),
            args![id, user, &terms.version, &terms.date, at, address],
        )
        .await?;
    Ok(())
}

type Found = (i64, String, String, bool, String, String, Millis, String);

/// The acceptances of everybody who is or was a member, newest first, as CSV. That it was taken is a line of the audit.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins.
pub async fn terms_log(cx: &Cx) -> Result<Vec<u8>> {
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    let found: Vec<Found> = work
        .all(
            sql!(
                "select u.id, u.name, u.email, m.active, t.version, t.dated, t.at, t.address from membership m
                 join users u on u.id = m.user_id join terms_acceptance t on t.user_id = m.user_id
                 where m.account_id = $1 order by t.at desc, t.id desc limit $2"
            ),
            args![MOST],
        )
        .await?;
    work.audit(Some(cx.user), "terms.export", cx.account, serde_json::json!({ "rows": found.len() })).await?;
    work.commit().await?;
    sheet::rows(true, &HEAD, found.into_iter().map(row))
}

fn row((user, name, email, active, version, dated, at, address): Found) -> [String; 8] {
    let at = jiff::Timestamp::from_millisecond(at).map(|t| t.to_string()).unwrap_or_default();
    [name, email, user.to_string(), if active { "yes" } else { "no" }.to_owned(), version, dated, at, address]
}
