//! The rules, end to end on a database: everything through the functions that screens, sockets and the API call.
//!
//! Each test makes its own workspace ([`world::World`]) and runs on SQLite and on PostgreSQL.

mod acts;
mod alerts;
mod auth;
mod batch;
mod closing;
mod events;
mod explain;
mod graph;
mod life;
mod list;
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
mod restart;
mod search;
mod sight;
mod start;
mod statements;
mod tenants;
mod visitors;
mod window;
mod world;
