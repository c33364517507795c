//! The account's time zone.

use crate::{Result, Scope, Work, args, sql};
use jiff::tz::TimeZone;

macro_rules! zone {
    () => {
        "select time_zone from account where id = $1"
    };
}

/// The zone of this name; UTC for one that is not known any more.
pub(crate) fn named(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The time zone in which the account counts days and hours; UTC for a name that is not known any more.
pub(crate) async fn of(scope: &Scope) -> Result<TimeZone> {
    let (name,): (String,) = scope.one(sql!(zone!()), args![]).await?;
    Ok(named(&name))
}

/// The same within work.
pub(crate) async fn within(work: &mut Work) -> Result<TimeZone> {
    let (name,): (String,) = work.one(sql!(zone!()), args![]).await?;
    Ok(named(&name))
}
