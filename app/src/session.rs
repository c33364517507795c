//! Who is signed in. The server says it when it renders the page; the browser reads the same from the page's data.

use leptos::prelude::*;
use model::{Account, Boot, Fault, Me, Module, Permission};

/// The signed-in person and their account; a context, there before anything is drawn.
#[derive(Clone, Copy)]
pub struct Session {
    me: RwSignal<Option<Me>>,
    needs_setup: bool,
    build: StoredValue<String>,
}

impl Session {
    /// The signed-in person, if any. Below [`crate::frame::Frame`] there always is one.
    pub fn me(self) -> Option<Me> {
        self.me.get()
    }

    /// Whether somebody is signed in; untracked, because only another page load changes it.
    pub fn signed_in(self) -> bool {
        self.me.with_untracked(Option::is_some)
    }

    /// A part of the signed-in person, or the default when nobody is.
    pub fn with<T: Default>(self, read: impl FnOnce(&Me) -> T) -> T {
        self.me.with(|me| me.as_ref().map(read).unwrap_or_default())
    }

    /// Whether the person's role may.
    pub fn may(self, permission: Permission) -> bool {
        self.me.with(|me| me.as_ref().is_some_and(|m| m.rights.may(permission)))
    }

    /// Whether the person may change the account's settings.
    pub fn is_admin(self) -> bool {
        self.may(Permission::Settings)
    }

    /// Whether the settings have something for the person.
    pub fn has_settings(self) -> bool {
        self.me.with(|me| me.as_ref().is_some_and(|m| m.rights.opens_settings()))
    }

    /// Whether a part of the product is on in the account.
    pub fn has(self, module: Module) -> bool {
        self.me.with(|me| me.as_ref().is_some_and(|m| m.account.features.has(module)))
    }

    /// IANA name of the account's time zone; `UTC` when nobody is signed in.
    pub fn time_zone(self) -> String {
        self.me.with(|me| me.as_ref().map_or_else(|| "UTC".to_owned(), |m| m.account.time_zone.clone()))
    }

    /// Whether the database has no account yet.
    pub fn needs_setup(self) -> bool {
        self.needs_setup
    }

    /// The client build that the server carried when the page was made.
    pub fn build(self) -> String {
        self.build.get_value()
    }

    /// Shows a changed person or account at once.
    pub fn change(self, change: impl FnOnce(&mut Me)) {
        self.me.update(|me| {
            if let Some(me) = me {
                change(me);
            }
        });
    }

    /// Shows a changed account at once.
    pub fn set_account(self, account: Account) {
        self.change(|me| {
            if let Some(choice) = me.accounts.iter_mut().find(|c| c.id == account.id) {
                choice.name.clone_from(&account.name);
            }
            me.account = account;
        });
    }
}

/// The id of the element in which the server hands [`Boot`] to the browser.
pub(crate) const BOOT: &str = "boot";

/// What the page starts from: from the request's context, in the browser from the page itself.
fn boot() -> Boot {
    #[cfg(feature = "ssr")]
    let boot = use_context::<Boot>();
    #[cfg(not(feature = "ssr"))]
    let boot = document().get_element_by_id(BOOT).and_then(|e| model::from_json(e.text_content()?.as_bytes()).ok());
    boot.unwrap_or(Boot { needs_setup: false, me: None, build: String::new() })
}

/// [`Boot`] as the text of a script element: JSON that cannot end the element.
#[cfg(feature = "ssr")]
pub(crate) fn boot_text() -> String {
    serde_json::to_string(&boot()).unwrap_or_default().replace('<', "\\u003c")
}

/// Provides [`Session`] to everything below.
pub fn provide() -> Session {
    let boot = boot();
    let session = Session { me: RwSignal::new(boot.me), needs_setup: boot.needs_setup, build: StoredValue::new(boot.build) };
    provide_context(session);
    session
}

/// The session of this page.
pub fn use_session() -> Session {
    expect_context()
}

/// Leaves for another page of Prosa by a full load, so that nothing of the old session stays in memory.
pub fn go(path: &str) {
    let _ = window().location().assign(path);
}

/// The login ended: asks for a new one and comes back here afterwards.
pub fn ended() {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if !here.starts_with("/login") {
        go(&format!("/login?next={}", js_sys::encode_uri_component(&here)));
    }
}

/// Tells whether the fault means that the login ended; if so, the sign-in page is on its way.
pub fn ended_by(fault: &Fault) -> bool {
    let over = *fault == Fault::SignedOut;
    if over {
        ended();
    }
    over
}
