//! Who I am, other accounts, the way out.

use super::command::leave;
use super::status::{MyStatus, StatusItems};
use crate::api::auth::switch_account;
use crate::i18n::*;
use crate::part::*;
use crate::session::{self, use_session};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::AccountId;

/// What the menu of the signed-in person holds.
#[component]
pub fn MyMenu() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let toasts = use_toasts();
    let current = move || session.with(|me| Some(me.account.id));
    let others = move || session.with(|me| me.accounts.clone());
    view! {
        <div class="menu-head">
            <strong dir="auto">{move || session.with(|me| me.name.clone())}</strong>
            <span dir="auto">{move || session.with(|me| me.email.clone())}</span>
            <span dir="auto">{move || session.with(|me| me.account.name.clone())}</span>
            <MyStatus/>
        </div>
        <StatusItems/>
        <MenuLink href="/profile" icon="user">{t!(i18n, common.nav.profile)}</MenuLink>
        <Show when=move || session.has(model::Module::QuickReplies)>
            <MenuLink href="/replies" icon="bolt">{t!(i18n, reply.title)}</MenuLink>
        </Show>
        <MenuLink href="/archive" icon="archive">{t!(i18n, archive.title)}</MenuLink>
        <Show when=move || session.has_settings()>
            <MenuLink href="/settings/account" icon="settings">{t!(i18n, common.nav.settings)}</MenuLink>
        </Show>
        <MenuLink href="/help" icon="help" external=true>{t!(i18n, common.nav.help)}</MenuLink>
        <Show when=move || { others().len() > 1 }>
            <div class="menu-title">{t!(i18n, common.nav.accounts)}</div>
            {move || others().into_iter().map(|account| view! {
                <MenuItem checked=current() == Some(account.id) press=move |()| switch_to(account.id, toasts, i18n)><bdi>{account.name}</bdi></MenuItem>
            }).collect_view()}
        </Show>
        <MenuItem icon="log-out" press=move |()| leave(toasts, i18n)>{t!(i18n, common.nav.sign_out)}</MenuItem>
    }
}

fn switch_to(account: AccountId, toasts: Toasts, i18n: I18nContext<Locale>) {
    leptos::task::spawn_local(async move {
        match switch_account(account).await {
            Ok(()) => session::go("/inbox"),
            Err(e) => toasts.fail(untrack(|| crate::fault::say(i18n, &e.0))),
        }
    });
}
