//! The product's rules, its SQL and its background work. No HTTP server and no screens.
//!
//! * [`desk`]: the ground ([`Desk`]), who asks ([`Cx`]), the account's rows ([`Scope`], [`Work`]).
//! * [`db`], [`statement`], [`migration`], [`seam`], [`keys`]: database, statements, time, secrets.
//! * [`auth`], [`people`], [`channels`], [`template`], [`reply`]: who and with what.
//! * [`conversation`], [`message`], [`search`], [`sight`]: the inbox.
//! * [`kept`]: pins and views.
//! * [`contact`], [`field`], [`tag`]: customers and what an account adds to them.
//! * [`hours`]: when it is open. [`closing`]: how conversations end. [`delay`]: how long what is sent can be taken back.
//! * [`inbound`], [`outbox`], [`media`], [`visitor`]: what comes from and goes to the channels.
//! * [`alert`], [`push`]: notifications, and their way to browsers. [`avatar`]: photos of people and contacts.
//! * [`talk`]: the internal chat. [`feature`]: what an admin switches on.
//! * [`token`]: API tokens.

pub mod alert;
pub mod auth;
pub mod avatar;
mod cache;
pub mod channels;
pub mod closing;
pub mod contact;
pub mod conversation;
pub mod db;
pub mod delay;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod error;
pub mod feature;
pub mod field;
pub mod hours;
pub mod inbound;
pub mod inbox;
pub mod kept;
pub mod keys;
pub mod media;
pub mod message;
pub mod migration;
pub mod outbox;
pub mod people;
pub mod phone;
mod picture;
pub mod push;
pub mod reindex;
pub mod reply;
pub mod seam;
pub mod search;
pub mod sight;
pub mod statement;
pub mod tag;
pub mod talk;
pub mod template;
pub mod token;
pub mod visitor;
mod work;
mod worker;
mod zone;

pub use auth::Visitor;
pub use desk::{Cx, Desk, EventNews, News, Scope, Seat, Settings, Work};
pub use error::{Error, Result};
