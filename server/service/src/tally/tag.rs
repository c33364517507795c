//! Figures by tag of the contact (DB-3). Tags are put on and taken off, so that nothing is added up by them: this reads the
//! steps and the messages themselves, as contacts have their tags now.

use super::count::took;
use crate::board::Leads;
use crate::desk::Scope;
use crate::{Result, args, sql};
use model::*;
use std::collections::BTreeMap;

/// Rows of so long are read at once.
const WINDOW: Millis = 28 * 86_400_000;

/// What happened from one instant until another, by tag. What is about a contact with several counts for each of them; what is
/// about one without any, or about a conversation that was purged, stands under 0.
pub(super) async fn by_tag(scope: &Scope, from: Millis, until: Millis, leads: &Leads) -> Result<BTreeMap<i64, Tally>> {
    let (mut sums, mut begin) = (BTreeMap::new(), from);
    while begin < until {
        let end = (begin + WINDOW).min(until);
        steps(scope, &mut sums, (begin, end), leads).await?;
        messages(scope, &mut sums, (begin, end), leads).await?;
        begin = end;
    }
    Ok(sums)
}

async fn steps(scope: &Scope, sums: &mut BTreeMap<i64, Tally>, (begin, end): (Millis, Millis), leads: &Leads) -> Result<()> {
    type Row = (i64, String, Option<i64>, Option<i64>, i64);
    let rows: Vec<Row> = scope
        .all(
            sql!(
                "select coalesce(t.tag_id, 0), s.kind, s.wall, s.open, count(*) from step s
                 left join conversation c on c.account_id = s.account_id and c.id = s.conversation_id
                 left join contact_tag t on t.account_id = s.account_id and t.contact_id = c.contact_id
                 where s.account_id = $1 and s.at >= $2 and s.at < $3 and ($4 or s.team_id in {in $5}) group by 1, 2, 3, 4"
            ),
            args![begin, end, leads.all].into_iter().chain([leads.list()]).collect(),
        )
        .await?;
    for (tag, kind, wall, open, n) in rows {
        took(sums.entry(tag).or_default(), kind.parse()?, wall.zip(open), n);
    }
    Ok(())
}

async fn messages(scope: &Scope, sums: &mut BTreeMap<i64, Tally>, (begin, end): (Millis, Millis), leads: &Leads) -> Result<()> {
    let rows: Vec<(i64, String, i64)> = scope
        .all(
            sql!(
                "select coalesce(t.tag_id, 0), m.direction, count(*) from message m
                 join conversation c on c.account_id = m.account_id and c.id = m.conversation_id
                 left join contact_tag t on t.account_id = m.account_id and t.contact_id = c.contact_id
                 where m.account_id = $1 and m.id >= $2 and m.id < $3 and m.kind not in ('NOTE', 'TRANSITION')
                 and ($4 or coalesce(m.team_id, c.team_id) in {in $5}) group by 1, 2"
            ),
            args![begin << RANDOM_BITS, end << RANDOM_BITS, leads.all].into_iter().chain([leads.list()]).collect(),
        )
        .await?;
    for (tag, direction, n) in rows {
        let what = if direction.parse::<Direction>()? == Direction::In { TallyCount::Received } else { TallyCount::Sent };
        sums.entry(tag).or_default().add_count(what, n);
    }
    Ok(())
}
