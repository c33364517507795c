//! Signing in by the company's identity provider, and why it was refused.

use crate::api::sso::sso_entry;
use crate::i18n::*;
use crate::part::*;
use crate::session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_router::hooks::use_query_map;
use model::SsoRefusal;

fn why(i18n: I18nContext<Locale>, refusal: SsoRefusal) -> String {
    match refusal {
        SsoRefusal::Off => t_string!(i18n, keys.entry.why.off),
        SsoRefusal::Denied => t_string!(i18n, keys.entry.why.denied),
        SsoRefusal::Expired => t_string!(i18n, keys.entry.why.expired),
        SsoRefusal::Unreachable => t_string!(i18n, keys.entry.why.unreachable),
        SsoRefusal::Invalid => t_string!(i18n, keys.entry.why.invalid),
        SsoRefusal::Unverified => t_string!(i18n, keys.entry.why.unverified),
        SsoRefusal::Domain => t_string!(i18n, keys.entry.why.domain),
        SsoRefusal::Unknown => t_string!(i18n, keys.entry.why.unknown),
        SsoRefusal::Linked => t_string!(i18n, keys.entry.why.linked),
    }
    .to_string()
}

/// A button for the one company that has a provider, or a way to say which one.
#[component]
pub(super) fn SsoEntry() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let door = Fetched::new(sso_entry);
    let refused = move || query.read().get("sso").and_then(|w| w.parse::<SsoRefusal>().ok()).map(|w| why(i18n, w));
    let address = move |name: &str| {
        let name = String::from(js_sys::encode_uri_component(name));
        match query.read_untracked().get("next").filter(|n| model::text::own_path(n).is_some()) {
            Some(next) => format!("/sso/{name}?next={}", String::from(js_sys::encode_uri_component(&next))),
            None => format!("/sso/{name}"),
        }
    };
    let company = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = company.get_untracked().trim().to_lowercase();
        if !name.is_empty() {
            session::go(&address(&name));
        }
    };
    view! {
        {move || refused().map(|text| view! { <p class="form-fault" role="alert">{text}</p> })}
        {move || door.get().and_then(Result::ok).map(|door| match door.one {
            Some((name, text)) => {
                let says = move || if text.is_empty() { t_string!(i18n, keys.entry.sso).to_string() } else { text.clone() };
                view! { <LinkButton href=address(&name) external=true><bdi>{says}</bdi></LinkButton> }.into_any()
            }
            None if door.several => view! {
                <form class="form" method="post" novalidate on:submit=submit>
                    <TextField name="company" max=40 value=company label=move || t_string!(i18n, keys.entry.company).to_string()
                        hint=move || t_string!(i18n, keys.entry.company_hint).to_string()/>
                    <Button submit=true>{t!(i18n, keys.entry.sso)}</Button>
                </form>
            }.into_any(),
            None => ().into_any(),
        })}
    }
}
