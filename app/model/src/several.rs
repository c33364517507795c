//! Acting on several chosen conversations at once (AB-5).

use crate::{ConversationId, Fault};
use serde::{Deserialize, Serialize};

/// What became of one of several conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub id: ConversationId,
    /// Why not; none: it was done.
    pub fault: Option<Fault>,
}
