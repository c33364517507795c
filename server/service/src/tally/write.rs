//! Adding up into `tally`.

use super::Stored;
use super::count::{self, Key, Said, Sums};
use crate::desk::Work;
use crate::hours::known_in;
use crate::{Result, args, sql};
use model::*;

/// Rows that one statement writes at most.
const TOGETHER: usize = 400;

/// What a work is to add up.
#[derive(Clone, Debug)]
pub(crate) enum Noted {
    Said(Said),
    /// A step and how often it counts: −1 takes it out.
    Step(Stored, i64),
}

impl Noted {
    /// A message that has just been written; system lines and notes do not count.
    pub fn said(m: &crate::message::NewMessage, id: MessageId) -> Option<Noted> {
        let counts = !matches!(m.kind, MessageKind::Note | MessageKind::Transition);
        counts.then(|| {
            Noted::Said(Said {
                at: id.made_at(),
                team: m.team_id.0,
                channel: m.channel_id.0,
                author: m.author_id.map(|a| a.0),
                direction: m.direction,
            })
        })
    }
}

/// Adds up what was noted. The caller holds the account's count of events until the commit: nobody else is here meanwhile.
pub(crate) async fn flush(work: &mut Work, noted: Vec<Noted>) -> Result<()> {
    if noted.is_empty() {
        return Ok(());
    }
    let hours = known_in(work).await?;
    let mut sums = Sums::new();
    for what in &noted {
        match what {
            Noted::Said(said) => count::said(&mut sums, hours.zone(), said, 1),
            Noted::Step(step, n) => count::step(&mut sums, hours.zone(), step, *n),
        }
    }
    add(work, sums).await
}

/// Adds sums to the rows that are there.
pub(super) async fn add(work: &mut Work, mut sums: Sums) -> Result<()> {
    sums.retain(|_, tally| !tally.is_empty());
    let mut rows = Vec::with_capacity(sums.len());
    for (key, tally) in &sums {
        // Sums add up by themselves; how often a time fell where is one text, which is as it is written here from now on.
        let times = match tally.times.iter().any(|t| !t.is_empty()) {
            true => serde_json::to_string(&merged(work, key, &tally.times).await?)?,
            false => String::new(),
        };
        rows.push(row(key, tally, times));
    }
    write(work, &rows).await
}

/// Writes rows that nothing is stored of.
pub(super) async fn write_anew(work: &mut Work, sums: &Sums) -> Result<()> {
    let mut rows = Vec::with_capacity(sums.len());
    for (key, tally) in sums.iter().filter(|(_, tally)| !tally.is_empty()) {
        let times = match tally.times.iter().any(|t| !t.is_empty()) {
            true => serde_json::to_string(&tally.times)?,
            false => String::new(),
        };
        rows.push(row(key, tally, times));
    }
    write(work, &rows).await
}

async fn merged(work: &mut Work, key: &Key, more: &[TallyTimes; TALLY_SPANS]) -> Result<[TallyTimes; TALLY_SPANS]> {
    let stored: Option<(String,)> = work
        .opt(
            sql!(
                "select times from tally where account_id = $1 and dimension = $2 and grain = $3 and at = $4 and team_id = $5 and key_id = $6"
            ),
            args![key.dimension, key.grain, key.at, key.team, key.id],
        )
        .await?;
    let mut both = Tally { times: more.clone(), ..Tally::default() };
    if let Some((text,)) = stored.filter(|(text,)| !text.is_empty()) {
        both.add(&Tally { times: serde_json::from_str(&text)?, ..Tally::default() });
    }
    Ok(both.times)
}

/// Writes rows; what is stored of them already is added to.
async fn write(work: &mut Work, rows: &[serde_json::Value]) -> Result<()> {
    for some in rows.chunks(TOGETHER) {
        let json = serde_json::to_string(some)?;
        let text = if work.is_sqlite() {
            sql!(sqlite
                "insert into tally (account_id, dimension, grain, at, team_id, key_id, times, fresh, entered, begun, assumed, answered, closed, served,
                   received, sent, wait_wall, wait_open, answer_wall, answer_open, serve_wall, serve_open)
                 select $1, e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4, e.value ->> 5, e.value ->> 6, e.value ->> 7,
                   e.value ->> 8, e.value ->> 9, e.value ->> 10, e.value ->> 11, e.value ->> 12, e.value ->> 13, e.value ->> 14, e.value ->> 15,
                   e.value ->> 16, e.value ->> 17, e.value ->> 18, e.value ->> 19, e.value ->> 20
                 from json_each($2) e where true
                 on conflict (account_id, dimension, grain, at, team_id, key_id) do update set
                   times = case when excluded.times = '' then tally.times else excluded.times end,
                   fresh = tally.fresh + excluded.fresh, entered = tally.entered + excluded.entered, begun = tally.begun + excluded.begun,
                   assumed = tally.assumed + excluded.assumed, answered = tally.answered + excluded.answered, closed = tally.closed + excluded.closed,
                   served = tally.served + excluded.served, received = tally.received + excluded.received, sent = tally.sent + excluded.sent,
                   wait_wall = tally.wait_wall + excluded.wait_wall, wait_open = tally.wait_open + excluded.wait_open,
                   answer_wall = tally.answer_wall + excluded.answer_wall, answer_open = tally.answer_open + excluded.answer_open,
                   serve_wall = tally.serve_wall + excluded.serve_wall, serve_open = tally.serve_open + excluded.serve_open")
        } else {
            sql!(postgres
                "insert into tally (account_id, dimension, grain, at, team_id, key_id, times, fresh, entered, begun, assumed, answered, closed, served,
                   received, sent, wait_wall, wait_open, answer_wall, answer_open, serve_wall, serve_open)
                 select $1, e.value ->> 0, e.value ->> 1, cast(e.value ->> 2 as bigint), cast(e.value ->> 3 as bigint), cast(e.value ->> 4 as bigint),
                   e.value ->> 5, cast(e.value ->> 6 as bigint), cast(e.value ->> 7 as bigint), cast(e.value ->> 8 as bigint),
                   cast(e.value ->> 9 as bigint), cast(e.value ->> 10 as bigint), cast(e.value ->> 11 as bigint), cast(e.value ->> 12 as bigint),
                   cast(e.value ->> 13 as bigint), cast(e.value ->> 14 as bigint), cast(e.value ->> 15 as bigint), cast(e.value ->> 16 as bigint),
                   cast(e.value ->> 17 as bigint), cast(e.value ->> 18 as bigint), cast(e.value ->> 19 as bigint), cast(e.value ->> 20 as bigint)
                 from json_array_elements(cast($2 as json)) e (value)
                 on conflict (account_id, dimension, grain, at, team_id, key_id) do update set
                   times = case when excluded.times = '' then tally.times else excluded.times end,
                   fresh = tally.fresh + excluded.fresh, entered = tally.entered + excluded.entered, begun = tally.begun + excluded.begun,
                   assumed = tally.assumed + excluded.assumed, answered = tally.answered + excluded.answered, closed = tally.closed + excluded.closed,
                   served = tally.served + excluded.served, received = tally.received + excluded.received, sent = tally.sent + excluded.sent,
                   wait_wall = tally.wait_wall + excluded.wait_wall, wait_open = tally.wait_open + excluded.wait_open,
                   answer_wall = tally.answer_wall + excluded.answer_wall, answer_open = tally.answer_open + excluded.answer_open,
                   serve_wall = tally.serve_wall + excluded.serve_wall, serve_open = tally.serve_open + excluded.serve_open")
        };
        work.run(text, args![json]).await?;
    }
    Ok(())
}

fn row(key: &Key, tally: &Tally, times: String) -> serde_json::Value {
    let mut row: Vec<serde_json::Value> =
        vec![key.dimension.word().into(), key.grain.word().into(), key.at.into(), key.team.into(), key.id.into(), times.into()];
    row.extend(tally.counts.iter().chain(&tally.sums).map(|n| serde_json::Value::from(*n)));
    row.into()
}
