//! Before anybody is signed in, and what is done first: the set-up of a new installation, the sign-in, invitations, new
//! passwords, documents, the second factor.

mod code;
mod door;
mod factor;
mod invite;
mod login;
mod other;
mod passkey;
mod reset;
mod setup;
mod sso;
mod terms;
mod welcome;

pub use factor::SecurityCard;
pub use invite::InviteScreen;
pub use login::LoginScreen;
pub use reset::ResetScreen;
pub use setup::SetupScreen;
pub use terms::TermsScreen;
pub use welcome::WelcomeScreen;

use crate::api::Answer;
use crate::language::tongue;
use crate::part::Faults;
use leptos::prelude::Callable;
use leptos::prelude::Callback;
use model::Fault;

/// What follows an attempt to sign in; true when the page is being left.
fn answered(answer: Answer<()>, faults: Faults, second: Callback<String>, next: impl FnOnce() -> String) -> bool {
    match answer.map_err(|refused| refused.0) {
        Ok(()) => {
            crate::session::go(&next());
            true
        }
        Err(Fault::SecondFactor { ticket }) => {
            second.run(ticket);
            false
        }
        Err(fault) => {
            faults.take(&fault);
            false
        }
    }
}
