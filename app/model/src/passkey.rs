//! Passkeys: keys that a person's devices hold, with which they sign in.

use crate::{Check, Fault, Millis, PasskeyId, Wrong, limit};
use serde::{Deserialize, Serialize};

/// One of one's own passkeys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: Millis,
    #[serde(default)]
    pub last_used_at: Option<Millis>,
    /// The device's maker keeps a copy, so that the person's other devices have it, too.
    pub synced: bool,
}

/// One's own passkeys, and whether there can be any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Passkeys {
    /// Not under an address without a name or without encryption, and not for who came in by their company's sign-on.
    pub available: bool,
    /// Oldest first.
    pub keys: Vec<Passkey>,
}

/// What a browser needs to ask a device: at most five minutes old when its answer comes, and good for one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyCall {
    /// Given back with the answer.
    pub token: String,
    /// The options of WebAuthn, as JSON.
    pub options: String,
}

/// A new passkey.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PasskeyDraft {
    pub token: String,
    /// The device's answer, as JSON.
    pub answer: String,
    pub name: String,
}

impl PasskeyDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.name, "name", limit::NAME_MAX)
            .that(self.token.len() <= limit::PASSKEY_TOKEN_MAX && self.answer.len() <= limit::PASSKEY_ANSWER_MAX, "answer", Wrong::TooLong)
            .done()
    }
}
