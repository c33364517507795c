//! How conversations end: what is asked at a conclusion, and which ones happen by themselves.

use super::auto_close::AutoRules;
use super::keep::Keeping;
use super::list::when_here;
use super::member::follow;
use super::spared::Spared;
use crate::api::closing::{auto_rules, reasons, save_closing};
use crate::api::settings::{account, channel_forms, teams};
use crate::closing::symbol;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{Account, AutoClose, ClosingSettings, Currency, Reason};

/// What the page shows. Teams and channels by id and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ending {
    pub account: Option<Account>,
    pub rules: Vec<AutoClose>,
    pub reasons: Vec<Reason>,
    pub teams: Vec<(i64, String)>,
    pub channels: Vec<(i64, String)>,
}

async fn fetch() -> crate::api::Answer<Ending> {
    Ok(Ending {
        account: Some(account().await?),
        rules: auto_rules().await?,
        reasons: reasons().await?,
        teams: teams().await?.into_iter().map(|t| (t.id.0, t.name)).collect(),
        channels: channel_forms().await?.into_iter().map(|c| (c.channel.id.0, c.channel.name)).collect(),
    })
}

/// The page.
#[component]
pub fn EndingScreen() -> impl IntoView {
    let i18n = use_i18n();
    let all = Fetched::new(fetch);
    follow(all);
    view! {
        <Title text=move || t_string!(i18n, closing.settings.title).to_string()/>
        <section class="settings-page endings">
            <header class="settings-head">
                <h2>{t!(i18n, closing.settings.title)}</h2>
                <p>{t!(i18n, closing.settings.lead)}</p>
            </header>
            {when_here(all, move |rows| view! {
                {rows.with_untracked(|all| all.account.clone()).map(|account| view! { <Concluding settings=account.closing changed=move |()| all.refetch()/> })}
                <AutoRules rows changed=move |()| all.refetch()/>
            }.into_any())}
            <Spared/>
            <Keeping/>
        </section>
    }
}

/// What is asked, and what may be left out.
#[component]
fn Concluding(settings: ClosingSettings, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let (classify, required) = (RwSignal::new(settings.classify), RwSignal::new(settings.classify_required));
    let may_skip = RwSignal::new(settings.may_skip_message);
    let currency = RwSignal::new(settings.currency.word().to_owned());
    let form = Form::new(move || ClosingSettings {
        classify: classify.get(),
        classify_required: required.get(),
        may_skip_message: may_skip.get(),
        currency: currency.get().parse().unwrap_or(Currency::Brl),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            |_| Ok(()),
            save_closing,
            move |account: Account| {
                session.set_account(account);
                changed.run(());
            },
        );
    };
    let currencies = Signal::stored(
        Currency::ALL
            .iter()
            .map(|c| {
                Choice::new(c.word(), if symbol(*c) == c.word() { c.word().to_owned() } else { format!("{} ({})", c.word(), symbol(*c)) })
            })
            .collect::<Vec<_>>(),
    );
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, closing.settings.conclude)}</h3>
            <Toggle name="classify" checked=classify label=move || t_string!(i18n, closing.settings.classify).to_string()
                hint=move || t_string!(i18n, closing.settings.classify_hint).to_string()/>
            <Show when=move || classify.get()>
                <Toggle name="classify_required" checked=required label=move || t_string!(i18n, closing.settings.required).to_string()
                    hint=move || t_string!(i18n, closing.settings.required_hint).to_string()/>
                <Select name="currency" value=currency choices=currencies label=move || t_string!(i18n, closing.settings.currency).to_string()/>
            </Show>
            <Toggle name="may_skip_message" checked=may_skip label=move || t_string!(i18n, closing.settings.skip).to_string()
                hint=move || t_string!(i18n, closing.settings.skip_hint).to_string()/>
            <FormFoot form/>
        </form>
    }
}
