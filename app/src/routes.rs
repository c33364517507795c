//! The list of all pages.

use crate::area::{Area, Part};
use crate::frame::Frame;
use crate::i18n::*;
use crate::part::{TipHost, ToastHost, provide_clock, provide_commands, provide_toasts};
use crate::screen::help::HelpScreen;
use crate::screen::inbox::InboxScreen;
use crate::screen::not_found::NotFoundScreen;
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
                <Route path=path!("/login") view=|| view! { <Area part=Part::Login/> }/>
                <Route path=path!("/setup") view=|| view! { <Area part=Part::Setup/> }/>
                <Route path=path!("/help/:page?") view=HelpScreen/>
                <ParentRoute path=path!("/") view=Frame>
                    <Route path=path!("") view=|| view! { <Redirect path="/inbox"/> }/>
                    <Route path=path!("inbox/:id?") view=InboxScreen/>
                    <Route path=path!("archive") view=|| view! { <Area part=Part::Archive/> }/>
                    <Route path=path!("replies/:id?") view=|| view! { <Area part=Part::Replies/> }/>
                    <Route path=path!("profile") view=|| view! { <Area part=Part::Profile/> }/>
                    <ParentRoute path=path!("settings") view=|| view! { <Area part=Part::Settings/> }>
                        <Route path=path!("") view=|| view! { <Redirect path="/settings/account"/> }/>
                        <Route path=path!("account") view=|| view! { <Area part=Part::Account/> }/>
                        <Route path=path!("members/:id?") view=|| view! { <Area part=Part::Members/> }/>
                        <Route path=path!("teams/:id?") view=|| view! { <Area part=Part::Teams/> }/>
                        <Route path=path!("channels/:id?") view=|| view! { <Area part=Part::Channels/> }/>
                        <Route path=path!("fields/:id?") view=|| view! { <Area part=Part::Fields/> }/>
                        <Route path=path!("tags/:id?") view=|| view! { <Area part=Part::Tags/> }/>
                        <Route path=path!("reasons/:id?") view=|| view! { <Area part=Part::Reasons/> }/>
                        <Route path=path!("hours") view=|| view! { <Area part=Part::Hours/> }/>
                        <Route path=path!("many") view=|| view! { <Area part=Part::Many/> }/>
                        <Route path=path!("features") view=|| view! { <Area part=Part::Features/> }/>
                        <Route path=path!("closing") view=|| view! { <Area part=Part::Ending/> }/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastHost/>
        <TipHost/>
    }
}
