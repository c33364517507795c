//! Conversations: their row, their list, and what people do with them.
//!
//! Every act follows one pattern: lock the row, ask [`model::Seen::may`], change the row and its messages, write the
//! transition, the audit line and the event, commit.

mod act;
mod archive;
mod conclude;
mod create;
mod history;
mod list;
pub(crate) mod merge;
mod open;
mod pause;
mod priority;
mod read;
mod row;
mod several;
pub mod snooze;
mod start;
mod take_back;
mod unsay;
mod watch;

pub use act::{assume, transfer};
pub(crate) use act::{give_back, hand_on, member_name};
pub(crate) use archive::days;
pub use archive::{archive, archive_text};
pub(crate) use conclude::{Closing, close, conclude_in, say, say_aside, say_filled};
pub use conclude::{classify, conclude};
pub(crate) use create::{NewConversation, create};
pub use history::history;
pub use list::{count_text, counts, list, select};
pub use merge::merge;
pub use open::{open, others, visible};
pub use pause::pause;
pub use priority::prioritize;
pub use read::{mark_read, mark_unread, save_draft};
pub(crate) use row::{Row, Told, lock, save, tell, transition, view as view_columns};
pub use several::{conclude_several, mark_several, take_back_several, transfer_several};
pub use snooze::{snooze, snooze_choices};
pub(crate) use start::open_of;
pub use start::{restart, start, start_preview};
pub use take_back::take_back;
pub(crate) use unsay::{owe, unsay};
pub use watch::watch;
