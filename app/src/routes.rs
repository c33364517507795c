//! The list of all pages.

use crate::frame::Frame;
use crate::i18n::*;
use crate::part::{TipHost, ToastHost, provide_clock, provide_commands, provide_toasts};
use crate::screen::auth::{LoginScreen, SetupScreen};
use crate::screen::help::HelpScreen;
use crate::screen::inbox::InboxScreen;
use crate::screen::not_found::NotFoundScreen;
use crate::screen::profile::ProfileScreen;
use crate::screen::settings::{AccountScreen, ChannelsScreen, MembersScreen, SettingsLayout, TeamsScreen};
use crate::{language, prefs, session};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::path;

/// The whole client: its contexts and its pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let i18n = language::provide();
    prefs::provide();
    session::provide();
    provide_clock();
    provide_toasts();
    provide_commands();
    let product = move || t_string!(i18n, common.product).to_string();
    view! {
        <Title formatter=move |page: String| if page.is_empty() { product() } else { format!("{page} · {}", product()) }/>
        <Router>
            <Routes fallback=|| view! { <NotFoundScreen/> }>
                <Route path=path!("/login") view=LoginScreen/>
                <Route path=path!("/setup") view=SetupScreen/>
                <Route path=path!("/help/:page?") view=HelpScreen/>
                <ParentRoute path=path!("/") view=Frame>
                    <Route path=path!("") view=|| view! { <Redirect path="/inbox"/> }/>
                    <Route path=path!("inbox/:id?") view=InboxScreen/>
                    <Route path=path!("profile") view=ProfileScreen/>
                    <ParentRoute path=path!("settings") view=SettingsLayout>
                        <Route path=path!("") view=|| view! { <Redirect path="/settings/account"/> }/>
                        <Route path=path!("account") view=AccountScreen/>
                        <Route path=path!("members/:id?") view=MembersScreen/>
                        <Route path=path!("teams/:id?") view=TeamsScreen/>
                        <Route path=path!("channels/:id?") view=ChannelsScreen/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastHost/>
        <TipHost/>
    }
}
