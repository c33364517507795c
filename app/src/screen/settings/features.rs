//! "Mais apps" (HP-3): the optional parts of the product, and who may answer.

use super::list::when_here;
use super::modules::Apps;
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
        <Title text=move || t_string!(i18n, module.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, module.title)}</h2>
                <p>{t!(i18n, module.lead)}</p>
            </header>
            <Apps/>
            {when_here(stored, |account| account.get_untracked().map(|account| view! { <Answering features=account.features/> }).into_any())}
        </section>
    }
}

/// Who answers; the parts are switched each on its own.
#[component]
fn Answering(features: Features) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let only = RwSignal::new(features.only_assignee);
    let form = Form::new(move || only.get());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let now = untrack(|| session.me()).map(|me| me.account.features).unwrap_or(features);
        let save = move |only_assignee| save_features(Features { only_assignee, ..now });
        form.save(|_| Ok(()), save, move |account: Account| session.set_account(account));
    };
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, module.answer)}</h3>
            <Toggle name="only_assignee" checked=only label=move || t_string!(i18n, talk.features.only).to_string()
                hint=move || t_string!(i18n, talk.features.only_hint).to_string()/>
            <FormFoot form/>
        </form>
    }
}
