//! Ways in beside e-mail and password.

use super::passkey::PasskeyEntry;
use super::sso::SsoEntry;
use leptos::prelude::*;

/// Passkeys and the company's provider, below the form.
#[component]
pub(super) fn OtherWays() -> impl IntoView {
    view! {
        <div class="door-others">
            <PasskeyEntry/>
            <SsoEntry/>
        </div>
    }
}
