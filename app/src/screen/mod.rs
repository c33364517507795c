//! Screens, one folder per area.

pub mod alert;
pub mod archive;
pub mod auth;
pub mod board;
pub mod help;
pub mod inbox;
pub mod not_found;
pub mod photo;
pub mod preference;
pub mod profile;
pub mod replies;
pub mod settings;
pub mod step_up;
pub mod talk;
