//! The rules, end to end on a database: everything through the functions that screens, sockets and the API call.
//!
//! Each test makes its own workspace ([`world::World`]) and runs on SQLite and on PostgreSQL.

mod closing;
mod graph;
mod life;
mod list;
mod payload;
mod people;
mod search;
mod start;
mod window;
mod world;
