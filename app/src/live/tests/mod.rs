//! The rules of the live state, tested without network and page.

mod agreement;
mod rules;
mod world;
