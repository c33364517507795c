//! The product's rules, its SQL and its background work. No HTTP server and no screens.
//!
//! * [`desk`]: the ground ([`Desk`]), who asks ([`Cx`]), the account's rows ([`Scope`], [`Work`]).
//! * [`bus`], [`presence`]: how news reaches everybody, and who is where, in all processes.
//! * [`db`], [`statement`], [`migration`], [`seam`], [`keys`]: database, statements, time, secrets.
//! * [`mail`]: letters to people who work here.
//! * [`auth`], [`people`], [`channels`], [`template`], [`reply`]: who and with what.
//! * [`auth`], [`people`], [`role`], [`leaving`], [`channels`], [`template`], [`reply`]: who and with what.
//! * [`conversation`], [`message`], [`search`], [`sight`]: the inbox.
//! * [`kept`]: pins and views.
//! * [`contact`], [`field`], [`tag`]: customers and what an account adds to them.
//! * [`distribution`]: who gets what waits. [`status`]: who is online, away or offline. [`hours`]: when it is open.
//!   [`sla`]: how fast a contact is answered. [`closing`]: how conversations end. [`delay`]: how long what is sent can be taken back.
//! * [`inbound`], [`outbox`], [`media`], [`visitor`]: what comes from and goes to the channels.
//! * [`alert`], [`push`]: notifications, and their way to browsers. [`avatar`]: photos of people and contacts.
//! * [`board`], [`tally`]: what happens now, and what has happened, in figures.
//! * [`talk`]: the internal chat. [`feature`]: what an admin switches on.
//! * [`audit`]: who did what, and from where. [`sheet`]: tables for spreadsheets. [`token`]: API tokens.
//! * [`mask`]: what of contacts is hidden from whom. [`token`]: API tokens.

pub mod alert;
pub mod audit;
pub mod auth;
pub mod avatar;
pub mod board;
pub mod bus;
mod cache;
pub mod channels;
pub mod closing;
pub mod company;
pub mod contact;
pub mod conversation;
pub mod db;
pub mod delay;
pub mod demo;
pub mod desk;
pub mod distribution;
pub mod doctor;
pub mod error;
pub mod feature;
pub mod field;
pub mod hours;
pub mod inbound;
pub mod inbox;
pub mod kept;
pub mod keys;
pub mod leaving;
pub mod mail;
pub mod mask;
pub mod media;
pub mod message;
pub mod migration;
pub mod outbox;
pub mod people;
pub mod phone;
mod picture;
pub mod presence;
pub mod push;
pub mod reindex;
pub mod reply;
pub mod role;
pub mod seam;
pub mod search;
pub mod sheet;
pub mod sight;
pub mod sla;
pub mod statement;
pub mod status;
pub mod tag;
pub mod talk;
pub mod tally;
pub mod template;
pub mod token;
pub mod transfer;
pub mod visitor;
mod work;
mod worker;
mod zone;

pub use auth::Visitor;
pub use desk::{Cx, Desk, EventNews, News, Scope, Seat, Settings, Work};
pub use error::{Error, Result};
