//! The sections beside the open one.

use super::find::{Search, mark_wanted};
use super::page::Page;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos_router::components::{A, Redirect};
use leptos_router::hooks::use_params_map;

/// Sections left, the open one right. Who may open none of them reads why there is nothing here.
#[component]
pub fn SettingsLayout() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let mine = Memo::new(move |_| Page::ALL.iter().copied().filter(|p| p.is_for(session)).collect::<Vec<_>>());
    let params = use_params_map();
    let slug = Memo::new(move |_| params.read().get("page").unwrap_or_default());
    // What is open stays on screen while rights change that it does not need.
    let shown = Memo::new(move |_| {
        mine.with(|mine| match (mine.first(), Page::at(&slug.get())) {
            (Some(first), None) if slug.with(String::is_empty) => Shown::First(first.path()),
            (_, Some(page)) if mine.contains(&page) => Shown::Page(page),
            (Some(_), None) => Shown::Missing,
            _ => Shown::Locked,
        })
    });
    mark_wanted();
    let nothing = Memo::new(move |_| mine.with(Vec::is_empty));
    let draw = move || match shown.get() {
        Shown::Page(page) => page.draw(),
        Shown::First(path) => view! { <Redirect path/> }.into_any(),
        Shown::Missing => view! { <Missing/> }.into_any(),
        Shown::Locked => view! {
            <EmptyState page=true icon="lock" title=move || t_string!(i18n, roles.no_section).to_string()
                text=move || t_string!(i18n, roles.no_section_text).to_string()/>
        }
        .into_any(),
    };
    move || {
        if nothing.get() {
            return view! { <Locked/> }.into_any();
        }
        view! {
            <div class="settings">
                <nav class="settings-sections" aria-label=move || t_string!(i18n, settings.sections).to_string()>
                    <h1>{t!(i18n, settings.title)}</h1>
                    <Search/>
                    <ul>
                        <For each=move || mine.get() key=|page| page.slug() let(page)>
                            <li>
                                <A href=page.path() attr:class="settings-section"><Icon name=page.icon()/><span>{move || page.title(i18n)}</span></A>
                            </li>
                        </For>
                    </ul>
                </nav>
                <div class="settings-open">{draw}</div>
            </div>
        }
        .into_any()
    }
}

/// What stands beside the menu.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Page(Page),
    /// No page is named: the first one.
    First(&'static str),
    Missing,
    /// Not for who asks.
    Locked,
}

#[component]
fn Locked() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <EmptyState page=true icon="lock" title=move || t_string!(i18n, settings.admins_only).to_string()
            text=move || t_string!(i18n, settings.admins_only_text).to_string()/>
    }
}

#[component]
fn Missing() -> impl IntoView {
    let i18n = use_i18n();
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <EmptyState page=true icon="compass" title=move || t_string!(i18n, common.missing.title).to_string()
            text=move || t_string!(i18n, common.missing.text).to_string()/>
    }
}
