//! What an admin switches on for the whole account.

use super::list::when_here;
use crate::api::settings::{account, save_features};
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{Account, Features};

/// The page.
#[component]
pub fn FeaturesScreen() -> impl IntoView {
    let i18n = use_i18n();
    let stored = Fetched::new(|| async { account().await.map(Some) });
    view! {
        <Title text=move || t_string!(i18n, talk.features.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, talk.features.title)}</h2>
                <p>{t!(i18n, talk.features.lead)}</p>
            </header>
            {when_here(stored, |account| account.get_untracked().map(|account| view! { <Switches features=account.features/> }).into_any())}
        </section>
    }
}

#[component]
fn Switches(features: Features) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let (chat, only) = (RwSignal::new(features.internal_chat), RwSignal::new(features.only_assignee));
    let form = Form::new(move || Features { internal_chat: chat.get(), only_assignee: only.get() });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(|_| Ok(()), save_features, move |account: Account| session.set_account(account));
    };
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <Toggle name="internal_chat" checked=chat label=move || t_string!(i18n, talk.features.chat).to_string()
                hint=move || t_string!(i18n, talk.features.chat_hint).to_string()/>
            <Toggle name="only_assignee" checked=only label=move || t_string!(i18n, talk.features.only).to_string()
                hint=move || t_string!(i18n, talk.features.only_hint).to_string()/>
            <FormFoot form/>
        </form>
    }
}
