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
                <Route path=path!("/welcome") view=|| view! { <Area part=Part::Welcome/> }/>
                <Route path=path!("/invite/:token?") view=|| view! { <Area part=Part::Invite/> }/>
                <Route path=path!("/reset/:token?") view=|| view! { <Area part=Part::Reset/> }/>
                <Route path=path!("/terms") view=|| view! { <Area part=Part::Terms/> }/>
                <Route path=path!("/help/:page?") view=HelpScreen/>
                <ParentRoute path=path!("/") view=Frame>
                    <Route path=path!("") view=|| view! { <Redirect path="/inbox"/> }/>
                    <Route path=path!("inbox/:id?") view=InboxScreen/>
                    <Route path=path!("board/:page?") view=|| view! { <Area part=Part::Board/> }/>
                    <Route path=path!("archive") view=|| view! { <Area part=Part::Archive/> }/>
                    <Route path=path!("replies/:id?") view=|| view! { <Area part=Part::Replies/> }/>
                    <Route path=path!("profile") view=|| view! { <Area part=Part::Profile/> }/>
                    // Which pages there are says `screen::settings::page`.
                    <Route path=path!("settings/:page?/:id?") view=|| view! { <Area part=Part::Settings/> }/>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastHost/>
        <TipHost/>
    }
}
