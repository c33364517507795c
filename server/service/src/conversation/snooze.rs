//! Snoozing: a conversation of one's own leaves the list until a time, or until the contact writes (NX-21).

use super::act::seen;
use super::row::{Told, lock, save, tell, view};
use crate::db::Text;
use crate::desk::{Cx, Desk};
use crate::{Result, alert, args, sql, sql_system};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use model::*;
use std::time::Duration;

/// Conversations that come back in one turn.
const TOGETHER: i64 = 100;
/// How often it is looked for what is due.
const PAUSE: Duration = Duration::from_secs(10);
const HOUR: Millis = 3_600_000;
const QUARTER: Millis = 15 * 60_000;
/// When a working day begins.
const MORNING: Time = Time::constant(8, 0, 0, 0);

/// Snoozes one's own conversation; none: it comes back at once.
///
/// # Errors
/// [`Fault::Forbidden`] for a conversation of somebody else, [`Fault::Invalid`] for a time that is no time, is over, or is
/// too far away, and when too many are snoozed, [`Fault::Missing`].
pub async fn snooze(cx: &Cx, id: ConversationId, until: Option<SnoozeUntil>) -> Result<Conversation> {
    let scope = cx.may(Permission::Inbox)?;
    let at = match &until {
        None => None,
        Some(SnoozeUntil::Time { at }) => Some(*at),
        Some(SnoozeUntil::Clock { local }) => Some(on_clocks(local, crate::zone::of(&scope).await?)?),
    };
    let mut work = scope.begin().await?;
    let mut c = seen(cx, &mut work, id).await?;
    if c.status != ConversationStatus::InProgress || c.assignee_id != Some(cx.user.0) {
        return Err(Fault::Forbidden.into());
    }
    let now = cx.desk().now();
    if at.is_some_and(|at| at <= now || at > now + limit::SNOOZE_MILLIS_MAX) {
        return Err(Fault::field("until", Wrong::NotAllowed).into());
    }
    if at == c.snoozed_until {
        return Ok(cx.shown(c.view()));
    }
    if at.is_some() && c.snoozed_until.is_none() {
        let (already,): (i64,) = work
            .one(
                sql!("select count(*) from conversation where account_id = $1 and assignee_id = $2 and snoozed_until is not null"),
                args![cx.user],
            )
            .await?;
        if already >= limit::SNOOZED_MAX {
            return Err(Fault::field("until", Wrong::TooMany).into());
        }
    }
    let told = Told::of(&c);
    c.snoozed_until = at;
    let action = if at.is_some() { "conversation.snooze" } else { "conversation.wake" };
    work.audit(Some(cx.user), action, c.id, serde_json::json!({ "until": at })).await?;
    save(&mut work, &c).await?;
    let view = tell(&mut work, &c, told, Vec::new());
    work.commit().await?;
    Ok(cx.shown(view))
}

/// The usual times, on the clocks of the account.
pub async fn snooze_choices(cx: &Cx) -> Result<Vec<SnoozeChoice>> {
    let zone = crate::zone::of(&cx.may(Permission::Inbox)?).await?;
    Ok(choices(cx.desk().now(), zone))
}

/// A day and a time as clocks show them. What a clock skips is taken as much later; of what it shows twice, the first.
fn on_clocks(local: &str, zone: TimeZone) -> Result<Millis> {
    let wrong = |_| Fault::field("until", Wrong::NotADate);
    let local: DateTime = local.trim().parse().map_err(wrong)?;
    Ok(local.to_zoned(zone).map_err(wrong)?.timestamp().as_millisecond())
}

fn choices(now: Millis, zone: TimeZone) -> Vec<SnoozeChoice> {
    let here: Zoned = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone());
    let today = here.date();
    let later = (now + 3 * HOUR + QUARTER - 1) / QUARTER * QUARTER;
    let still_today = Timestamp::from_millisecond(later).is_ok_and(|t| t.to_zoned(zone.clone()).date() == today);
    let morning = |days: i32| {
        let day = today.checked_add(days.days()).ok()?;
        Some(day.to_datetime(MORNING).to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
    };
    let to_monday = 7 - i32::from(today.weekday().since(Weekday::Monday));
    let found = [
        (SnoozeKind::Later, still_today.then_some(later)),
        (SnoozeKind::Tomorrow, morning(1)),
        // On a Sunday both are the same morning.
        (SnoozeKind::Week, morning(to_monday).filter(|_| to_monday > 1)),
    ];
    found.into_iter().filter_map(|(kind, at)| at.map(|at| SnoozeChoice { kind, at })).collect()
}

/// The asker's snoozed conversations, the next to come back first.
pub(crate) async fn asleep(cx: &Cx) -> Result<Vec<Conversation>> {
    let (text, args) = asleep_text(cx.seen().me);
    cx.may(Permission::Inbox)?.packed(Text::Built(text), args).await
}

/// The statement of the snoozed ones. Public to the test that explains it.
pub fn asleep_text(me: UserId) -> (String, Vec<crate::db::Arg>) {
    let text = format!(
        "select {{rows r}} from (select {} r from conversation c join contact k on k.id = c.contact_id
         where c.account_id = $1 and c.assignee_id = $2 and c.status = 'IN_PROGRESS' and c.snoozed_until is not null
         order by c.snoozed_until limit $3) page",
        view!()
    );
    (text, args![me, limit::SNOOZED_MAX])
}

/// Brings back what is due until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "bringing snoozed conversations back", None, PAUSE, turn).await;
}

/// Brings back what is due; answers how many that were.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let due: Vec<(i64, i64)> = desk
        .db
        .all(
            sql_system!("select account_id, id from conversation where snoozed_until <= $1 order by snoozed_until, id limit $2"),
            args![desk.now(), TOGETHER],
        )
        .await?;
    let mut n = 0;
    for (account, id) in due {
        n += usize::from(wake(desk, account.into(), id.into()).await?);
    }
    Ok(n)
}

/// Brings one back as unread and tells who snoozed it; false when it is awake by now.
async fn wake(desk: &Desk, account: AccountId, id: ConversationId) -> Result<bool> {
    let mut work = desk.system(account).begin().await?;
    let mut c = lock(&mut work, id).await?;
    if c.snoozed_until.is_none_or(|at| at > desk.now()) {
        return Ok(false);
    }
    let told = Told::of(&c);
    c.snoozed_until = None;
    if c.status == ConversationStatus::InProgress {
        c.unread = c.unread.max(1);
    }
    work.audit(None, "conversation.wake", c.id, serde_json::json!({})).await?;
    save(&mut work, &c).await?;
    if let Some(assignee) = c.assignee_id.filter(|_| c.status == ConversationStatus::InProgress) {
        alert::raise(&mut work, &c, AlertKind::Snooze, &[assignee.into()], None).await?;
    }
    tell(&mut work, &c, told, Vec::new());
    work.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        text.parse::<Zoned>().unwrap().timestamp().as_millisecond()
    }

    fn offered(now: &str) -> Vec<(SnoozeKind, Millis)> {
        let zone = now.parse::<Zoned>().unwrap().time_zone().clone();
        choices(at(now), zone).into_iter().map(|c| (c.kind, c.at)).collect()
    }

    #[test]
    fn nx_21_the_usual_times_are_those_of_the_accounts_clocks() {
        let saturday = offered("2026-11-21T22:40:00[America/Sao_Paulo]");
        assert_eq!(
            saturday,
            [
                (SnoozeKind::Tomorrow, at("2026-11-22T08:00:00[America/Sao_Paulo]")),
                (SnoozeKind::Week, at("2026-11-23T08:00:00[America/Sao_Paulo]")),
            ]
        );
        let monday = offered("2026-11-23T10:01:00[America/Sao_Paulo]");
        assert_eq!(monday[0], (SnoozeKind::Later, at("2026-11-23T13:15:00[America/Sao_Paulo]")));
        assert_eq!(monday[2], (SnoozeKind::Week, at("2026-11-30T08:00:00[America/Sao_Paulo]")));
        let sunday = offered("2026-11-22T10:00:00[America/Sao_Paulo]");
        assert_eq!(sunday.iter().map(|(k, _)| *k).collect::<Vec<_>>(), [SnoozeKind::Later, SnoozeKind::Tomorrow]);
    }

    #[test]
    fn nx_21_mornings_stay_mornings_when_clocks_change() {
        // In New York clocks go back in the night to the 1st of November 2026, and forward on the 14th of March 2027.
        let autumn = offered("2026-10-31T20:00:00[America/New_York]");
        assert_eq!(autumn[1], (SnoozeKind::Tomorrow, at("2026-11-01T08:00:00[America/New_York]")));
        assert_eq!(autumn[1].1 - at("2026-10-31T20:00:00[America/New_York]"), 13 * HOUR);
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(on_clocks("2027-03-14T02:30", zone.clone()).unwrap(), at("2027-03-14T03:30:00-04:00[America/New_York]"));
        assert!(on_clocks("2027-02-30T08:00", zone.clone()).is_err());
        assert!(on_clocks("amanhã", zone).is_err());
    }
}
