//! Who is in a talk, as SQL: the same as [`Seen::hears`], which a test holds together.

use crate::db::{Arg, list};
use model::Seen;

/// A condition on the alias `t` of a talk, with its arguments numbered from `$first`.
pub(super) fn condition(seen: &Seen, first: usize) -> (String, Vec<Arg>) {
    let (me, teams) = (first, first + 1);
    let text = format!(
        "(t.kind = 'ALL' or (t.kind = 'PAIR' and (t.low_id = ${me} or t.high_id = ${me})) or (t.kind = 'TEAM' and t.team_id in {{in ${teams}}}))"
    );
    (text, vec![seen.me.into(), list(seen.pending.union(&seen.supervised).copied())])
}
