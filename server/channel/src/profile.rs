//! The company's profile, as every network that shows one tells it (PR-4).

use crate::{Policy, SendError};
use futures::future::{BoxFuture, FutureExt, ready};
use model::{BusinessProfile, DeliveryProblem};

/// The profile as the network has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileRow {
    /// Its `photo` is left empty; the service fills it in.
    pub profile: BusinessProfile,
    /// Where the picture is now, for [`Adapter::picture`](crate::Adapter::picture); empty for none.
    pub picture_url: String,
}

/// What a network without profiles answers.
pub(crate) fn none<T: Send + 'static>() -> BoxFuture<'static, Result<T, SendError>> {
    ready(Err(SendError::new(Policy::Never, DeliveryProblem::UnsupportedType, "this network shows no profile of the company"))).boxed()
}
