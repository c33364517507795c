//! Who looks at or writes in which conversation, now: the register is the service's, where other processes tell of theirs.

pub use service::presence::Presence;
