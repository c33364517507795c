//! An address that leads nowhere.

use crate::i18n::*;
use crate::part::{EmptyState, Kind, LinkButton};
use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, with the right status, and shows the way home.
#[component]
pub fn NotFoundScreen() -> impl IntoView {
    let i18n = use_i18n();
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text=move || t_string!(i18n, common.missing.title).to_string()/>
        <main class="alone">
            <EmptyState page=true icon="compass" title=move || t_string!(i18n, common.missing.title).to_string()
                text=move || t_string!(i18n, common.missing.text).to_string()>
                <LinkButton href="/inbox" kind=Kind::Primary external=true>{t!(i18n, common.missing.home)}</LinkButton>
            </EmptyState>
        </main>
    }
}
