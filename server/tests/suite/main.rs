//! Everything that the server answers over HTTP, asked as browsers, programs and attackers ask.
//!
//! Each test starts a server of its own ([`world::World`]) with two tenants in it.

mod access;
mod board;
mod chat;
mod contract;
#[path = "../../service/tests/suite/fresh.rs"]
mod fresh;
mod headers;
mod hook;
mod http;
mod live;
mod login;
mod masks;
mod media;
mod modules;
mod pair;
mod rest;
mod talk;
mod world;
