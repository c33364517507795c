//! The sections beside the open one.

use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

/// Sections left, the open one right. Who is no admin reads why there is nothing here.
#[component]
pub fn SettingsLayout() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    if untrack(move || !session.is_admin()) {
        return view! {
            <EmptyState page=true icon="lock" title=move || t_string!(i18n, settings.admins_only).to_string()
                text=move || t_string!(i18n, settings.admins_only_text).to_string()/>
        }
        .into_any();
    }
    view! {
        <div class="settings">
            <nav class="settings-sections" aria-label=move || t_string!(i18n, settings.sections).to_string()>
                <h1>{t!(i18n, settings.title)}</h1>
                <ul>
                    <Section href="/settings/account" icon="building" label=move || t_string!(i18n, settings.account.title).to_string()/>
                    <Section href="/settings/members" icon="users" label=move || t_string!(i18n, settings.members.title).to_string()/>
                    <Section href="/settings/teams" icon="team" label=move || t_string!(i18n, settings.teams.title).to_string()/>
                    <Section href="/settings/channels" icon="plug" label=move || t_string!(i18n, settings.channels.title).to_string()/>
                    <Section href="/settings/fields" icon="list" label=move || t_string!(i18n, contact.fields.title).to_string()/>
                    <Section href="/settings/tags" icon="tag" label=move || t_string!(i18n, contact.tags.title).to_string()/>
                    <Section href="/settings/reasons" icon="flag" label=move || t_string!(i18n, closing.list.title).to_string()/>
                    <Section href="/settings/hours" icon="clock" label=move || t_string!(i18n, hours.title).to_string()/>
                    <Section href="/settings/closing" icon="conclude" label=move || t_string!(i18n, closing.settings.title).to_string()/>
                    <Section href="/settings/features" icon="plug" label=move || t_string!(i18n, talk.features.title).to_string()/>
                    <Section href="/settings/many" icon="archive" label=move || t_string!(i18n, closing.many.title).to_string()/>
                </ul>
            </nav>
            <div class="settings-open"><Outlet/></div>
        </div>
    }
    .into_any()
}

#[component]
fn Section(href: &'static str, icon: &'static str, #[prop(into)] label: Signal<String>) -> impl IntoView {
    view! {
        <li><A href=href attr:class="settings-section"><Icon name=icon/><span>{move || label.get()}</span></A></li>
    }
}
