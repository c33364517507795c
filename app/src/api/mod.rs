//! Server functions: the client's way to the rules. One file per subject, each body one call into `service`.
//!
//! Their addresses are `/api/app/api/<file>/<name>` and stay the same from build to build (`.cargo/config.toml`).

pub mod act;
pub mod alert;
pub mod audit;
pub mod auth;
pub mod board;
pub mod closing;
pub mod company;
pub mod contact;
pub mod distribution;
pub mod door;
pub mod hours;
pub mod inbox;
pub mod kept;
pub mod mask;
pub mod passkey;
pub mod reply;
pub mod role;
pub mod settings;
pub mod several;
pub mod sla;
pub mod sso;
pub mod status;
pub mod sticker;
pub mod talk;
mod wire;

use model::Fault;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use wire::Wire;

/// The error of every server function: a [`Fault`], as JSON, with its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error(transparent)]
#[serde(transparent)]
pub struct Refused(#[from] pub Fault);

/// What a server function answers.
pub type Answer<T> = Result<T, Refused>;

impl FromServerFnError for Refused {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(e: ServerFnErrorErr) -> Self {
        let refused = match e {
            // The browser's fetch failed: no connection, or the server is restarting.
            ServerFnErrorErr::Request(_) => Refused(Fault::Offline),
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Refused(Fault::Invalid { fields: Vec::new() })
            }
            other => Refused(Fault::Internal { reference: other.to_string() }),
        };
        #[cfg(feature = "ssr")]
        set_status(&refused.0);
        refused
    }

    fn de(json: server_fn::Bytes) -> Self {
        model::from_json(&json).unwrap_or_else(|e| Self::from_server_fn_error(ServerFnErrorErr::Deserialization(e.to_string())))
    }
}

#[cfg(feature = "ssr")]
mod ground {
    use super::Refused;
    use leptos::prelude::use_context;
    use model::Fault;
    use service::{Cx, Desk, Visitor};

    /// Whose request this is; put there by the server for every page and server function.
    pub fn cx() -> Result<Cx, Refused> {
        use_context::<Cx>().ok_or_else(|| refuse(Fault::SignedOut))
    }

    /// The same, also of somebody who has something to do first; for what they do then.
    pub fn held_cx() -> Result<Cx, Refused> {
        use_context::<service::auth::Held>().map_or_else(cx, |held| Ok(held.0))
    }

    /// The signed-in person, if any.
    pub fn maybe_cx() -> Option<Cx> {
        use_context::<Cx>()
    }

    /// The server's ground, for what happens before anybody is signed in.
    pub fn desk() -> Result<Desk, Refused> {
        use_context::<Desk>().ok_or_else(|| refuse(Fault::Unavailable))
    }

    /// Address and browser of the request.
    pub fn visitor() -> Visitor {
        use_context::<Visitor>().unwrap_or_default()
    }

    fn refuse(fault: Fault) -> Refused {
        set_status(&fault);
        Refused(fault)
    }

    pub(super) fn set_status(fault: &Fault) {
        if let (Some(response), Ok(status)) = (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(fault.status())) {
            response.set_status(status);
        }
    }

    impl From<service::Error> for Refused {
        fn from(e: service::Error) -> Self {
            let fault = e.into_fault();
            set_status(&fault);
            Refused(fault)
        }
    }

    /// Sets or clears the login cookie on the answer.
    pub fn set_cookie(value: &str) {
        if let (Some(response), Ok(value)) = (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(value)) {
            response.append_header(http::header::SET_COOKIE, value);
        }
    }
}

#[cfg(feature = "ssr")]
pub use ground::*;
