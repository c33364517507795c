//! The rules, end to end on a database: everything through the functions that screens, sockets and the API call.
//!
//! Each test makes its own workspace ([`world::World`]) and runs on SQLite and on PostgreSQL.

mod acts;
mod alerts;
mod auth;
mod auto_close;
mod batch;
mod closing;
mod contacts;
mod events;
mod exchange;
mod explain;
mod files;
mod graph;
mod kept;
mod life;
mod list;
mod many;
mod media;
mod notes;
mod notices;
mod outbox;
mod payload;
mod people;
mod profile;
mod push;
mod race;
mod reactions;
mod reasons;
mod replies;
mod restart;
mod retention;
mod search;
mod seek;
mod several;
mod sight;
mod start;
mod statements;
mod tenants;
mod visitors;
mod window;
mod world;
