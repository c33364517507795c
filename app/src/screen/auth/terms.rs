//! The documents that everybody accepts, for everybody to read (CF-2).

use super::door::Door;
use crate::api::door::ways;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use model::Terms;

/// The page without a login.
#[component]
pub fn TermsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let offered = Fetched::new(ways);
    let title = move || t_string!(i18n, door.terms.title).to_string();
    view! {
        <Title text=title/>
        <Door title lead=move || t_string!(i18n, door.terms.lead).to_string()>
            {move || match offered.get() {
                None => view! { <SkeletonRows count=2/> }.into_any(),
                Some(Ok(found)) => match found.terms {
                    Some(terms) => view! { <Documents terms/> }.into_any(),
                    None => view! { <p>{t!(i18n, door.terms.none)}</p> }.into_any(),
                },
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| offered.refetch()/> }.into_any(),
            }}
            <p class="door-note"><a href="/" rel="external">{t!(i18n, door.terms.back)}</a></p>
        </Door>
    }
}

/// Where they are, their version and its date.
#[component]
pub(super) fn Documents(terms: Terms) -> impl IntoView {
    let i18n = use_i18n();
    let Terms { version, date, terms_url, privacy_url, .. } = terms;
    let said = move || {
        if date.is_empty() {
            t_string!(i18n, door.terms.version, version = version.as_str()).to_string()
        } else {
            let date = written(i18n, &date);
            t_string!(i18n, door.terms.dated, version = version.as_str(), date = date.as_str()).to_string()
        }
    };
    view! {
        <ul class="door-terms">
            <li><a href=terms_url target="_blank" rel="noopener external">{t!(i18n, door.first.terms)}</a></li>
            <li><a href=privacy_url target="_blank" rel="noopener external">{t!(i18n, door.first.privacy)}</a></li>
        </ul>
        <p class="field-hint">{said}</p>
    }
}

/// `2026-11-01` in the reader's writing. Tracks the language.
fn written(i18n: I18nContext<Locale>, date: &str) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    match parts.as_slice() {
        [year, month, day] if i18n.get_locale() != Locale::en => format!("{day}/{month}/{year}"),
        _ => date.to_owned(),
    }
}
