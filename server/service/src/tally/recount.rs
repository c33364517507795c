//! Adding everything up anew from the rows themselves, and comparing.

use super::Stored;
use super::count::{self, Key, Said, Sums, day_and_month, hour_of};
use super::write::write_anew;
use crate::desk::{Desk, Scope, Work};
use crate::{Result, args, sql, sql_system, zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::*;
use std::time::Duration;

/// How often it is looked for accounts that nothing was added up of yet.
const PAUSE: Duration = Duration::from_secs(30);
/// Rows of so long are read at once.
const WINDOW: Millis = 7 * 86_400_000;
/// Messages are counted together that were written within the same quarter of an hour: all zones begin their days with one.
const QUARTER: Millis = 900_000;

/// Adds up what was there before, and anew where the zone changed, until the server stops.
pub async fn run(desk: Desk) {
    crate::worker::until_stopped(&desk, "adding up", None, PAUSE, turn).await;
}

/// Accounts that are due; answers how many.
pub async fn turn(desk: &Desk) -> Result<usize> {
    let due: Vec<(i64,)> = desk.db.all(sql_system!("select id from account where not tallied order by id limit 100"), args![]).await?;
    for (account,) in &due {
        let rows = recount(&desk.system((*account).into())).await?;
        tracing::info!(account, rows, "the figures were added up");
    }
    Ok(due.len())
}

/// Adds the figures of all accounts up anew; answers how many rows they are.
pub async fn recount_all(desk: &Desk) -> Result<usize> {
    let accounts: Vec<(i64,)> = desk.db.all(sql_system!("select id from account order by id"), args![]).await?;
    let mut rows = 0;
    for (account,) in accounts {
        rows += recount(&desk.system(account.into())).await?;
    }
    Ok(rows)
}

/// Rows of the last two days that differ, of all accounts; for who examines the installation.
pub(crate) async fn compare_all(desk: &Desk) -> Result<usize> {
    let accounts: Vec<(i64,)> = desk.db.all(sql_system!("select id from account where tallied order by id limit 100"), args![]).await?;
    let mut wrong = 0;
    for (account,) in accounts {
        let scope = desk.system(account.into());
        let zone = zone::of(&scope).await?;
        let yesterday = Timestamp::from_millisecond(desk.now() - 86_400_000).unwrap_or_default().to_zoned(zone);
        let since = yesterday.start_of_day().map_or(0, |z| z.timestamp().as_millisecond());
        wrong += compare(&scope, Some(since)).await?.len();
    }
    Ok(wrong)
}

/// Adds all figures of an account up anew; answers how many rows they are. Of the time before the last purge they stay as they
/// are: what they were added up from is gone.
pub async fn recount(scope: &Scope) -> Result<usize> {
    let mut work = scope.begin().await?;
    // Whoever adds something waits for the end of this.
    work.count_up("event", 0).await?;
    catch_up(&mut work).await?;
    let zone = zone::within(&mut work).await?;
    let floor = floor(&mut work, &zone).await?;
    let (day, month) = floor.map_or((i64::MIN, i64::MIN), |at| day_and_month(at, &zone));
    work.run(
        sql!(
            "delete from tally where account_id = $1 and (grain = 'H' and at >= $2 or grain = 'D' and at >= $3 or grain = 'M' and at >= $4)"
        ),
        args![floor.map_or(i64::MIN, hour_of), day, month],
    )
    .await?;
    let sums = sums(&mut work, &zone, floor).await?;
    write_anew(&mut work, &sums).await?;
    work.run(sql!("update account set tallied = true where id = $1"), args![]).await?;
    work.commit().await?;
    Ok(sums.len())
}

/// How many rows of the figures since an instant, which is the beginning of a day, differ from what they were added up from.
pub async fn compare(scope: &Scope, since: Option<Millis>) -> Result<Vec<String>> {
    let mut work = scope.begin().await?;
    let zone = zone::within(&mut work).await?;
    let since = since.max(floor(&mut work, &zone).await?);
    let (day, _) = since.map_or((i64::MIN, 0), |at| day_and_month(at, &zone));
    let mut right = sums(&mut work, &zone, since).await?;
    // A month that began before is not whole.
    right.retain(|key, tally| !tally.is_empty() && (since.is_none() || key.grain != Grain::Month));
    type Row = (String, String, i64, i64, i64, String);
    let stored: Vec<Row> = work
        .all(
            sql!(
                "select dimension, grain, at, team_id, key_id,
                 times || ' ' || fresh || ' ' || entered || ' ' || begun || ' ' || assumed || ' ' || answered || ' ' || closed || ' ' || served || ' '
                 || received || ' ' || sent || ' ' || wait_wall || ' ' || wait_open || ' ' || answer_wall || ' ' || answer_open || ' ' || serve_wall || ' ' || serve_open
                 from tally where account_id = $1 and (grain = 'H' and at >= $2 or grain = 'D' and at >= $3 or grain = 'M' and $4)"
            ),
            args![since.map_or(i64::MIN, hour_of), day, since.is_none()],
        )
        .await?;
    let mut wrong = Vec::new();
    for (dimension, grain, at, team, id, values) in stored {
        let key = Key { dimension: dimension.parse()?, grain: grain.parse()?, at, team, id };
        let mut has = read(&values)?;
        let should = right.remove(&key).unwrap_or_default();
        has.times.iter_mut().for_each(|t| t.retain(|(_, n)| *n != 0));
        if has != should {
            wrong.push(format!("{key:?}: {has:?} instead of {should:?}"));
        }
    }
    wrong.extend(right.into_iter().map(|(key, should)| format!("{key:?}: nothing instead of {should:?}")));
    Ok(wrong)
}

fn read(values: &str) -> Result<Tally> {
    let mut tally = Tally::default();
    let (times, numbers) = values.split_once(' ').unwrap_or(("", values));
    if !times.is_empty() {
        tally.times = serde_json::from_str(times)?;
    }
    let mut numbers = numbers.split(' ').map(|n| n.parse::<i64>().unwrap_or_default());
    tally.counts.iter_mut().chain(tally.sums.iter_mut()).for_each(|place| *place = numbers.next().unwrap_or_default());
    Ok(tally)
}

/// What nobody noted while it happened, before there were figures: as much as the conversations tell.
async fn catch_up(work: &mut Work) -> Result<()> {
    let texts = [
        // Where they are on their way now.
        sql!(
            "update conversation set entered_at = coalesce(queued_at, started_at) where account_id = $1 and status = 'PENDING' and entered_at is null"
        ),
        sql!(
            "update conversation set entered_at = started_at, assumed_at = coalesce(assigned_at, started_at), answered_at = first_response_at
             where account_id = $1 and status = 'IN_PROGRESS' and assumed_at is null"
        ),
        // Ids below six are those of this: the step that each conversation has comes last, and says that it has all.
        sql!(
            "insert into step (account_id, id, conversation_id, kind, at, team_id, channel_id)
             select c.account_id, 1, c.id, 'FRESH', c.started_at, c.team_id, c.channel_id from conversation c
             where c.account_id = $1 and not exists (select 1 from step s where s.account_id = $1 and s.conversation_id = c.id and (s.id = 2 or s.id > 5))
             and not exists (select 1 from conversation o where o.account_id = $1 and o.contact_id = c.contact_id and o.id < c.id)"
        ),
        sql!(
            "insert into step (account_id, id, conversation_id, kind, at, team_id, channel_id, user_id, wall, open)
             select c.account_id, 3, c.id, 'ASSUMED', t.at, c.team_id, c.channel_id, c.assignee_id, t.at - c.started_at, t.at - c.started_at
             from (select m.conversation_id, min(m.at) as at from message m where m.account_id = $1 and m.kind = 'TRANSITION' and m.content like '%\"assumed\"%'
               group by m.conversation_id) t join conversation c on c.id = t.conversation_id
             where c.account_id = $1 and t.at >= c.started_at
             and not exists (select 1 from step s where s.account_id = $1 and s.conversation_id = c.id and (s.id = 2 or s.id > 5))"
        ),
        sql!(
            "insert into step (account_id, id, conversation_id, kind, at, team_id, channel_id, user_id, wall, open)
             select c.account_id, 4, c.id, 'ANSWERED', c.first_response_at, c.team_id, c.channel_id, c.assignee_id,
               c.first_response_at - c.started_at, c.first_response_at - c.started_at from conversation c
             where c.account_id = $1 and c.first_response_at >= c.started_at
             and not exists (select 1 from step s where s.account_id = $1 and s.conversation_id = c.id and (s.id = 2 or s.id > 5))"
        ),
        sql!(
            "insert into step (account_id, id, conversation_id, kind, at, team_id, channel_id, user_id, reason_id, wall, open)
             select c.account_id, 5, c.id, 'CLOSED', c.completed_at, c.team_id, c.channel_id, c.assignee_id, c.reason_id, c.completed_at - a.at, c.completed_at - a.at
             from conversation c left join step a on a.account_id = $1 and a.conversation_id = c.id and a.kind = 'ASSUMED' and a.at <= c.completed_at
             where c.account_id = $1 and c.completed_at is not null and c.merged_into is null
             and not exists (select 1 from step s where s.account_id = $1 and s.conversation_id = c.id and (s.id = 2 or s.id > 5))"
        ),
        sql!(
            "insert into step (account_id, id, conversation_id, kind, at, team_id, channel_id)
             select c.account_id, 2, c.id, 'ENTERED', c.started_at, c.team_id, c.channel_id from conversation c
             where c.account_id = $1 and not exists (select 1 from step s where s.account_id = $1 and s.conversation_id = c.id and (s.id = 2 or s.id > 5))"
        ),
    ];
    for text in texts {
        work.run(text, args![]).await?;
    }
    Ok(())
}

/// From when on all rows are still there: the first month that begins after what was purged.
async fn floor(work: &mut Work, zone: &TimeZone) -> Result<Option<Millis>> {
    let (purged,): (Option<Millis>,) = work.one(sql!("select max(before_at) from purge where account_id = $1"), args![]).await?;
    Ok(purged.and_then(|at| {
        let there = Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone());
        let next = there.date().first_of_month().checked_add(jiff::Span::new().months(1)).ok()?;
        Some(next.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
    }))
}

/// What the rows add up to.
async fn sums(work: &mut Work, zone: &TimeZone, since: Option<Millis>) -> Result<Sums> {
    let mut sums = Sums::new();
    let (first_message,): (Option<i64>,) = work.one(sql!("select min(id) from message where account_id = $1"), args![]).await?;
    let (first_step,): (Option<Millis>,) = work.one(sql!("select min(at) from step where account_id = $1"), args![]).await?;
    let first = [first_message.map(|id| MessageId(id).made_at()), first_step].into_iter().flatten().min();
    let Some(first) = first else { return Ok(sums) };
    // A clock may have been set back since: whatever comes after now is read at once.
    let (mut from, now) = (since.unwrap_or(first).max(first).div_euclid(QUARTER) * QUARTER, work.desk().now());
    loop {
        let to = if from > now { Millis::MAX >> RANDOM_BITS } else { from + WINDOW };
        messages(work, zone, &mut sums, from, to).await?;
        steps(work, zone, &mut sums, from, to).await?;
        if from > now {
            return Ok(sums);
        }
        from = to;
    }
}

async fn messages(work: &mut Work, zone: &TimeZone, sums: &mut Sums, from: Millis, to: Millis) -> Result<()> {
    type Row = (i64, i64, i64, String, Option<i64>, i64);
    let rows: Vec<Row> = work
        .all(
            sql!(
                "select (m.id / 1048576) / 900000, coalesce(m.team_id, c.team_id), m.channel_id, m.direction, case when m.direction = 'OUT' then m.author_id end, count(*)
                 from message m join conversation c on c.id = m.conversation_id
                 where m.account_id = $1 and m.id >= $2 and m.id < $3 and m.kind not in ('NOTE', 'TRANSITION') group by 1, 2, 3, 4, 5"
            ),
            args![from << RANDOM_BITS, to << RANDOM_BITS],
        )
        .await?;
    for (quarter, team, channel, direction, author, n) in rows {
        count::said(sums, zone, &Said { at: quarter * QUARTER, team, channel, author, direction: direction.parse()? }, n);
    }
    Ok(())
}

async fn steps(work: &mut Work, zone: &TimeZone, sums: &mut Sums, from: Millis, to: Millis) -> Result<()> {
    let rows: Vec<Stored> = work
        .all(sql!(concat!("select ", super::columns!(), " from step where account_id = $1 and at >= $2 and at < $3")), args![from, to])
        .await?;
    for step in &rows {
        count::step(sums, zone, step, 1);
    }
    Ok(())
}
