//! The account's time zone.

use crate::{Result, Scope, Work, args, sql};
use jiff::tz::TimeZone;

macro_rules! zone {
    () => {
        "select time_zone from account where id = $1"
    };
}

fn read((name,): (String,)) -> TimeZone {
    TimeZone::get(&name).unwrap_or(TimeZone::UTC)
}

/// The time zone in which the account counts days and hours; UTC for a name that is not known any more.
pub(crate) async fn of(scope: &Scope) -> Result<TimeZone> {
    Ok(read(scope.one(sql!(zone!()), args![]).await?))
}

/// The same within work.
pub(crate) async fn within(work: &mut Work) -> Result<TimeZone> {
    Ok(read(work.one(sql!(zone!()), args![]).await?))
}
