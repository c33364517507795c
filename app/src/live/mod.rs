//! The living state of the client.
//!
//! * [`store`]: what screens use. [`timeline`]: a conversation on screen. [`contact`]: contacts on screen. [`action`],
//!   [`outgoing`], [`writing`], [`tray`]: what a person does.
//! * [`apply`], [`aside`], [`answer`], [`list`], [`thread`], [`draft`], [`beat`]: the rules, without network or page; tested on the host.
//! * `socket`, `hear`: the live connection and what it brings, in the browser only. [`web`]: what is needed of the page.

pub mod action;
pub mod answer;
pub mod apply;
pub mod aside;
pub mod beat;
pub mod bell;
pub mod contact;
pub mod draft;
#[cfg(feature = "browser")]
mod hear;
pub mod list;
pub mod outgoing;
pub mod phase;
pub mod recorder;
#[cfg(feature = "browser")]
mod socket;
pub mod store;
#[cfg(test)]
mod tests;
pub mod thread;
pub mod timeline;
pub mod tray;
mod upload;
pub mod web;
pub mod writing;

pub use phase::{More, Phase};
pub use store::{Connection, Store, TabList, provide_store, use_store};
pub use thread::{Item, Key, Local};
pub use timeline::Timeline;
pub use tray::{Attached, Step, Tray, TrayId};
