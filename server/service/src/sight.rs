//! The visibility predicate as SQL: the same sets as [`model::Seen`], which a test holds together.

use crate::db::{Arg, list};
use model::Seen;

/// A condition on the alias `c` of a conversation, with its arguments numbered from `$first`.
///
/// For those who see all it is `true` and takes no argument.
pub fn condition(seen: &Seen, first: usize) -> (String, Vec<Arg>) {
    if seen.all {
        return ("1 = 1".into(), Vec::new());
    }
    let [sup, me, pending, progress, completed] = [first, first + 1, first + 2, first + 3, first + 4];
    let text = format!(
        "(c.team_id in {{in ${sup}}}
          or (c.status <> 'PENDING' and c.assignee_id = ${me})
          or (c.status = 'PENDING' and c.team_id in {{in ${pending}}} and (c.designated_id is null or c.designated_id = ${me}))
          or (c.status = 'IN_PROGRESS' and c.team_id in {{in ${progress}}})
          or (c.status = 'COMPLETED' and c.team_id in {{in ${completed}}}))"
    );
    let ids = |set: &std::collections::BTreeSet<model::TeamId>| list(set.iter().copied());
    (text, vec![ids(&seen.supervised), seen.me.into(), ids(&seen.pending), ids(&seen.in_progress), ids(&seen.completed)])
}
