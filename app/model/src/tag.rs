//! Tags: short coloured words that an account puts on its contacts (CP-4).

use crate::{Check, Fault, TagId, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// A tag's colour: one of a few that can be told apart and read on every ground.
    pub enum TagColour {
        Grey = "GREY",
        Red = "RED",
        Orange = "ORANGE",
        Yellow = "YELLOW",
        Green = "GREEN",
        Teal = "TEAL",
        Blue = "BLUE",
        Purple = "PURPLE",
        Pink = "PINK",
    }
}

/// A tag of the account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tag {
    pub id: TagId,
    /// Unique in the account, whatever its capital letters.
    pub name: String,
    pub colour: TagColour,
}

/// What is typed to create or change a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagDraft {
    /// `None` creates.
    pub id: Option<TagId>,
    pub name: String,
    pub colour: TagColour,
}

impl TagDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default().text(&self.name, "name", limit::TAG_NAME_MAX).done()
    }
}

words! {
    /// What a change of a contact's tags does with those it names.
    pub enum TagChange {
        /// Puts them on; those that are there stay.
        Insert = "InsertIfNotExists",
        /// Takes them off; those that are not there do not matter.
        Delete = "DeleteIfExists",
        /// Puts exactly these on.
        Replace = "ReplaceAll",
    }
}

impl TagChange {
    /// The tags after it, in order, each once.
    pub fn apply(self, before: &[TagId], named: &[TagId]) -> Vec<TagId> {
        let mut after: Vec<TagId> = match self {
            TagChange::Insert => before.iter().chain(named).copied().collect(),
            TagChange::Delete => before.iter().filter(|id| !named.contains(id)).copied().collect(),
            TagChange::Replace => named.to_vec(),
        };
        after.sort_unstable();
        after.dedup();
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cp_4_the_three_ways_to_change_tags() {
        let ids = |list: &[i64]| list.iter().copied().map(TagId).collect::<Vec<_>>();
        let before = ids(&[1, 3]);
        assert_eq!(TagChange::Insert.apply(&before, &ids(&[2, 3, 2])), ids(&[1, 2, 3]));
        assert_eq!(TagChange::Delete.apply(&before, &ids(&[3, 9])), ids(&[1]));
        assert_eq!(TagChange::Replace.apply(&before, &ids(&[9, 2])), ids(&[2, 9]));
        assert_eq!(TagChange::Replace.apply(&before, &[]), []);
    }
}
