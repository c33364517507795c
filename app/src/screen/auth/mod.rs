//! Before anybody is signed in: the set-up of a new installation, and the sign-in.

mod door;
mod login;
mod setup;

pub use login::LoginScreen;
pub use setup::SetupScreen;
