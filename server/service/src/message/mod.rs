//! Messages: their row, their pages, sending, and what becomes of them.

mod edit;
mod forward;
mod hide;
mod note;
mod page;
mod react;
mod recall;
mod row;
mod send;
mod status;
mod sticker;

pub use edit::{edit, versions};
pub use hide::{hidden, hide};
pub use note::{delete_note, edit_note};
pub use page::{page, page_at};
pub use react::react;
pub(crate) use react::refused as reaction_refused;
pub use recall::recall;
pub(crate) use row::{NewMessage, Stored, by_client, columns, get, index, put, quote_of, set_content, set_status, waiting};
pub use send::{cancel, retry, send};
pub(crate) use send::{queue_waiting, repeats, send_in};
pub(crate) use status::{fail, heard, hold, problem, taken};
pub use sticker::stickers;
