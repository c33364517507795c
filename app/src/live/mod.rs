//! The living state of the client.
//!
//! * [`store`]: what screens use. [`timeline`]: a conversation on screen. [`contact`]: contacts on screen. [`action`],
//!   `after`, `named`, `things`, [`outgoing`], [`writing`], [`tray`]: what a person does. [`talk`]: the internal chat. `status`: who is online.
//! * [`apply`], [`aside`], [`answer`], [`list`], [`thread`], [`draft`], [`beat`], [`shelf`]: the rules, without network or page; tested on the host.
//! * `socket`, `hear`: the live connection and what it brings, in the browser only. [`web`]: what is needed of the page.

pub mod action;
mod after;
pub mod answer;
pub mod apply;
pub mod aside;
pub mod beat;
pub mod bell;
pub mod board;
pub mod contact;
pub mod draft;
#[cfg(feature = "browser")]
mod hear;
pub mod list;
mod named;
pub mod opening;
mod outgoing;
pub mod phase;
pub mod recorder;
pub mod shelf;
#[cfg(feature = "browser")]
mod socket;
mod status;
pub mod store;
pub mod talk;
#[cfg(test)]
mod tests;
mod things;
pub mod thread;
pub mod timeline;
pub mod tray;
mod upload;
pub mod web;
pub mod writing;

pub use named::mention_name;
pub use phase::{More, Phase};
pub use store::{Connection, Store, TabList, provide_store, use_store};
pub use talk::Wanted as TalkWanted;
pub use thread::{Item, Key, Local};
pub use timeline::Timeline;
pub use tray::{Attached, Step, Tray, TrayId};
pub use upload::{Under, upload};
