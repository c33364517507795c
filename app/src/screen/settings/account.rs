//! The account: name, time zone, closing message, safety delay, transfers.

use super::closing::ClosingMessage;
use super::delay::Delay;
use super::list::when_here;
use super::transfers::Transfers;
use crate::api::settings::{account, save_account};
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{Account, AccountDraft};

/// What holds for everybody in the account.
#[component]
pub fn AccountScreen() -> impl IntoView {
    let i18n = use_i18n();
    let has_delay = untrack(|| use_session().has(model::Module::SafetyDelay));
    let stored = Fetched::new(|| async { account().await.map(Some) });
    view! {
        <Title text=move || t_string!(i18n, settings.account.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, settings.account.title)}</h2>
                <p>{t!(i18n, settings.account.lead)}</p>
            </header>
            {when_here(stored, move |account| account.get_untracked().map(|account| {
                let (settings, transfer) = (account.delay, account.transfer.clone());
                view! { <AccountForm account/>{has_delay.then(|| view! { <Delay settings/> })}<Transfers settings=transfer/> }
            }).into_any())}
        </section>
    }
}

#[component]
fn AccountForm(account: Account) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let name = RwSignal::new(account.name);
    let zone = RwSignal::new(account.time_zone);
    let closing = RwSignal::new(account.closing_message);
    let form = Form::new(move || AccountDraft { name: name.get(), time_zone: zone.get(), closing_message: closing.get() });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(AccountDraft::check, save_account, move |account| session.set_account(account));
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <TextField name="name" max=120 value=name label=move || t_string!(i18n, settings.account.name).to_string()/>
            <ZoneField value=zone/>
            <ClosingMessage value=closing label=move || t_string!(i18n, settings.account.closing).to_string()
                hint=move || t_string!(i18n, settings.account.closing_hint).to_string()/>
            <FormFoot form/>
        </form>
    }
}
