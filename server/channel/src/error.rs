//! What a network's refusal means and what to do about it (20, section 5).

use model::DeliveryProblem;

/// What the outbox does after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Try the same message again, later and later.
    Retry,
    /// Try again, but only this contact waits.
    RetryPair,
    /// Wait for hours, then perhaps.
    Wait,
    /// Never as it is.
    Never,
    /// The whole channel is refused: stop its queue, tell an admin.
    Account,
    /// Needs another form: a template instead of text, another file type.
    Transform,
    /// The answer was lost: the network may have taken it. Ask before sending again.
    Uncertain,
}

/// A refusal or failure of a call to a network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{problem} {code:?}: {detail}")]
pub struct SendError {
    pub policy: Policy,
    pub problem: DeliveryProblem,
    /// The network's code.
    pub code: Option<i64>,
    /// The network's words, for "details" and the log; never a secret.
    pub detail: String,
}

/// Characters of a detail; a network's page of HTML must not fill the database.
const DETAIL_MAX: usize = 500;

impl SendError {
    /// A failure without a code of the network.
    pub fn new(policy: Policy, problem: DeliveryProblem, detail: impl AsRef<str>) -> SendError {
        SendError { policy, problem, code: None, detail: model::text::shorten(detail.as_ref().trim(), DETAIL_MAX) }
    }

    /// The same with the network's code.
    pub fn with_code(self, code: i64) -> SendError {
        SendError { code: Some(code), ..self }
    }

    /// The network may or may not have done it.
    pub(crate) fn uncertain(detail: impl AsRef<str>) -> SendError {
        SendError::new(Policy::Uncertain, DeliveryProblem::Uncertain, detail)
    }
}

/// What a failed call means, when there was no answer to read.
///
/// `repeatable` calls (reading, marking as read) may be made again whatever happened. For a send only a failure before
/// the request left is safe to repeat; afterwards nobody can tell whether the network took it.
pub(crate) fn transport(error: reqwest::Error, repeatable: bool) -> SendError {
    let before = error.is_connect();
    let malformed = error.is_builder();
    let detail = chain(&error.without_url());
    if malformed {
        SendError::new(Policy::Account, DeliveryProblem::ChannelDown, detail)
    } else if before || repeatable {
        SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, detail)
    } else {
        SendError::uncertain(detail)
    }
}

/// An error with its causes in one line; the client's own texts name neither headers nor bodies.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(c) = cause {
        text.push_str(": ");
        text.push_str(&c.to_string());
        cause = c.source();
    }
    text
}
