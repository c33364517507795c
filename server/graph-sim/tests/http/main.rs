//! Tests over HTTP, as a client sees the simulator.

mod common;
mod profile;
mod sending;
mod throughput;
mod webhooks;
mod world;
