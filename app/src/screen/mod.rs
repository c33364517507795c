//! Screens, one folder per area.

pub mod alert;
pub mod auth;
pub mod help;
pub mod inbox;
pub mod not_found;
pub mod profile;
pub mod settings;
