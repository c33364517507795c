//! Where a piece of state is between asking for it and having it.

use model::Fault;

/// How far the first load of something is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nobody asked for it yet.
    #[default]
    Idle,
    /// The first answer is on its way; skeletons are shown.
    Loading,
    Ready,
    /// It could not be had; what is shown offers a retry.
    Failed(Fault),
    /// It exists no longer for this reader.
    Gone,
}

impl Phase {
    /// Whether it has to be asked for before it can be shown.
    pub fn is_to_load(&self) -> bool {
        matches!(self, Phase::Idle | Phase::Failed(_) | Phase::Gone)
    }
}

/// Whether there is more behind the edge of what is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum More {
    #[default]
    End,
    Exists,
    Loading,
    /// The page could not be had; asking again is allowed.
    Failed(Fault),
}

impl More {
    /// From a page's answer.
    pub fn from_answer(has_more: bool) -> More {
        if has_more { More::Exists } else { More::End }
    }

    /// Whether a page may be asked for now.
    pub fn may_load(&self) -> bool {
        matches!(self, More::Exists | More::Failed(_))
    }
}
