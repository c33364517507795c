//! What people do now (03, section 3.10): they choose it, or their pages tell.
//!
//! A person has one row. It changes in one piece of work with its period in the history and its event. What was chosen stays
//! until the person chooses again; what came by itself ends by itself: offline when a page is opened, away when something is
//! typed or pointed at. Pages say that they are there once a minute, whichever server they are connected to; `due` looks for
//! those that have not.

mod due;
mod fragment;
mod reply;
mod settings;

pub use due::{run, turn};
pub(crate) use fragment::takes_work;
pub(crate) use reply::answer;
pub(crate) use settings::names_of;
pub use settings::{reasons, save, settings};

use crate::desk::{Cx, Scope, Work};
use crate::{Result, args, sql, zone};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::*;
use settings::settings_in;

/// A little less than the minute after which pages tell again: one write for each person and minute.
const SIGN_EVERY: Millis = 50_000;

/// A person's row.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    status: StatusKind,
    reason: String,
    back_at: Option<Millis>,
    by_itself: bool,
    since: Millis,
    seen_at: Millis,
    active_at: Millis,
    period_id: i64,
}

macro_rules! row {
    () => {
        "select status, reason, back_at, by_itself, since, seen_at, active_at, period_id from user_status where account_id = $1 and user_id = $2"
    };
}

impl Row {
    /// Whether a sign of the person ends what came by itself.
    fn wakes(&self, active: bool) -> bool {
        self.by_itself
            && match self.status {
                StatusKind::Offline => true,
                StatusKind::Away => active,
                StatusKind::Online => false,
            }
    }

    /// Whether a sign says more than the last one did.
    fn is_news(&self, active: bool, now: Millis) -> bool {
        let last = if active { self.active_at } else { self.seen_at };
        self.wakes(active) || (now - last).abs() >= SIGN_EVERY
    }
}

/// What a person does next.
struct Next {
    status: UserStatus,
    by_itself: bool,
}

impl Next {
    fn by_itself(kind: StatusKind) -> Next {
        Next { status: UserStatus::of(kind), by_itself: kind != StatusKind::Online }
    }
}

/// Locks the person's row, which is made when it is not there.
async fn lock(work: &mut Work, user: UserId) -> Result<Row> {
    if let Some(row) = work.opt(sql!(concat!(row!(), " {lock}")), args![user]).await? {
        return Ok(row);
    }
    let now = work.desk().now();
    work.run(
        sql!(
            "insert into user_status (account_id, user_id, status, by_itself, since, seen_at, active_at) values ($1, $2, 'OFFLINE', true, $3, 0, $3)
             on conflict (account_id, user_id) do nothing"
        ),
        args![user, now],
    )
    .await?;
    work.one(sql!(concat!(row!(), " {lock}")), args![user]).await
}

/// Saves a locked row as it is.
async fn save_row(work: &mut Work, user: UserId, row: &Row) -> Result<()> {
    work.run(
        sql!(
            "update user_status set status = $3, reason = $4, back_at = $5, by_itself = $6, since = $7, seen_at = $8, active_at = $9, period_id = $10
             where account_id = $1 and user_id = $2"
        ),
        args![
            user,
            row.status,
            &row.reason,
            row.back_at,
            row.by_itself,
            row.since,
            row.seen_at,
            row.active_at,
            row.period_id
        ],
    )
    .await?;
    Ok(())
}

/// Ends what the person did until now, begins what they do next, and tells of it; nothing when it is the same. The caller
/// holds the row.
async fn enter(work: &mut Work, user: UserId, row: &mut Row, next: Next) -> Result<()> {
    let Next { status, by_itself } = next;
    let is_other = row.period_id == 0 || (row.status, row.by_itself) != (status.kind, by_itself) || row.reason != status.reason;
    if !is_other && row.back_at == status.back_at {
        return Ok(());
    }
    if is_other {
        // A clock that is set back makes no period that ends before it begins.
        let now = work.desk().now().max(row.since);
        work.run(sql!("update user_status_period set to_at = $3 where account_id = $1 and id = $2"), args![row.period_id, now]).await?;
        let id: i64 = work.desk().seam.id();
        work.run(
            sql!("insert into user_status_period (account_id, id, user_id, status, reason, by_itself, from_at) values ($1, $2, $3, $4, $5, $6, $7)"),
            args![id, user, status.kind, &status.reason, by_itself, now],
        )
        .await?;
        (row.since, row.period_id) = (now, id);
    }
    (row.status, row.by_itself, row.back_at) = (status.kind, by_itself, status.back_at);
    row.reason.clone_from(&status.reason);
    save_row(work, user, row).await?;
    work.tell(Change::Status { user_id: user, status });
    // What waits for who leaves, or for somebody to come.
    work.wake_distribution();
    Ok(())
}

/// Changes one's own status (ST-1). It stays until one changes it again.
///
/// # Errors
/// [`Fault::Invalid`] for a reason that the account does not offer, and a time that is none.
pub async fn choose(cx: &Cx, draft: StatusDraft) -> Result<UserStatus> {
    let scope = cx.may(Permission::Inbox)?;
    draft.check()?;
    let mut work = scope.begin().await?;
    let now = cx.desk().now();
    let mut status = UserStatus::of(draft.kind);
    if !draft.reason.is_empty() {
        let reasons = settings_in(&mut work).await?.reasons;
        let chosen = reasons.into_iter().find(|r| r.active && r.key == draft.reason);
        let chosen = chosen.ok_or_else(|| Fault::field("reason", Wrong::Unknown))?;
        (status.reason, status.name) = (chosen.key, chosen.name);
    }
    if let Some(minute) = minute_of_day(&draft.back_at) {
        status.back_at = next_at(&zone::within(&mut work).await?, now, minute);
    }
    let mut row = lock(&mut work, cx.user).await?;
    (row.seen_at, row.active_at) = (now, now);
    enter(&mut work, cx.user, &mut row, Next { status: status.clone(), by_itself: false }).await?;
    work.commit().await?;
    Ok(status)
}

/// The next time that a clock of the zone shows this minute of the day.
fn next_at(zone: &TimeZone, now: Millis, minute: u16) -> Option<Millis> {
    let today = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone()).date();
    let time = jiff::civil::Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
    let on = |days: i32| {
        let day = today.checked_add(days.days()).ok()?;
        Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
    };
    [0, 1].into_iter().filter_map(on).find(|at| *at > now)
}

/// A page of the person is open: said when it connects, and each minute from then on. Ends an offline that came by itself.
pub async fn present(cx: &Cx) -> Result<()> {
    sign(cx, false).await
}

/// The person typed or pointed at something. Ends an away that came by itself, too (ST-3).
pub async fn active(cx: &Cx) -> Result<()> {
    sign(cx, true).await
}

async fn sign(cx: &Cx, active: bool) -> Result<()> {
    let scope = cx.may(Permission::Inbox)?;
    let now = cx.desk().now();
    let known: Option<Row> = scope.opt(sql!(row!()), args![cx.user]).await?;
    if known.is_some_and(|row| !row.is_news(active, now)) {
        return Ok(());
    }
    let mut work = scope.begin().await?;
    let mut row = lock(&mut work, cx.user).await?;
    // Another tab may have been faster.
    if !row.is_news(active, now) {
        return Ok(());
    }
    let wakes = row.wakes(active);
    row.seen_at = now;
    if active || wakes {
        row.active_at = now;
    }
    if wakes {
        enter(&mut work, cx.user, &mut row, Next::by_itself(StatusKind::Online)).await?;
    } else {
        save_row(&mut work, cx.user, &row).await?;
    }
    work.commit().await
}

/// Who leads says what somebody does; it stays until the person chooses again.
pub(crate) async fn set_for(work: &mut Work, user: UserId, kind: StatusKind) -> Result<()> {
    let mut row = lock(work, user).await?;
    enter(work, user, &mut row, Next { status: UserStatus::of(kind), by_itself: false }).await
}

/// Whose membership has ended is offline.
pub(crate) async fn leave(work: &mut Work, user: UserId) -> Result<()> {
    let row: Option<Row> = work.opt(sql!(concat!(row!(), " {lock}")), args![user]).await?;
    match row {
        Some(mut row) if row.status != StatusKind::Offline => enter(work, user, &mut row, Next::by_itself(StatusKind::Offline)).await,
        _ => Ok(()),
    }
}

/// Members who can be given work now, by id: available, and neither away nor offline by their own choice; `only_online`: they
/// have a page open, too. What changes it is told by `Change::Status` and by `Change::Setup` of members.
pub async fn who_takes_work(scope: &Scope, only_online: bool) -> Result<Vec<UserId>> {
    let text = match only_online {
        false => sql!(concat!(
            "select h.user_id from membership h where h.account_id = $1 and ",
            takes_work!(),
            " order by h.user_id limit 2000"
        )),
        true => sql!(concat!(
            "select h.user_id from membership h where h.account_id = $1 and ",
            takes_work!(online),
            " order by h.user_id limit 2000"
        )),
    };
    let rows: Vec<(i64,)> = scope.all(text, args![]).await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Zoned;

    #[test]
    fn st_1_the_time_of_return_is_the_next_one_on_the_accounts_clocks() {
        let at = |text: &str| text.parse::<Zoned>().unwrap().timestamp().as_millisecond();
        let back = |now: &str, minute| next_at(now.parse::<Zoned>().unwrap().time_zone(), at(now), minute);
        let noon = "2026-07-14T12:00:00[America/Sao_Paulo]";
        assert_eq!(back(noon, 13 * 60), Some(at("2026-07-14T13:00:00[America/Sao_Paulo]")));
        assert_eq!(back(noon, 12 * 60), Some(at("2026-07-15T12:00:00[America/Sao_Paulo]")));
        assert_eq!(back(noon, 12 * 60 - 1), Some(at("2026-07-15T11:59:00[America/Sao_Paulo]")));
        // In New York clocks go forward in the night to the 14th of March 2027: what they skip is that much later.
        let night = "2027-03-14T01:00:00[America/New_York]";
        assert_eq!(back(night, 150), Some(at("2027-03-14T03:30:00[America/New_York]")));
    }
}
