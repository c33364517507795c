//! Which language a page speaks: the person's choice (cookie), else the browser's, else Brazilian Portuguese.
//!
//! The server decides when it renders and writes `<html lang>`; the browser reads it from there, so both agree.

use crate::i18n::Locale;
use crate::prefs;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
#[cfg(feature = "ssr")]
use leptos_i18n::context::{I18nContextOptions, UseLocalesOptions, init_i18n_context_with_options};

const COOKIE: &str = "prosa_lang";

/// The languages with the names by which their speakers know them.
pub const ALL: [(Locale, &str); 3] = [(Locale::pt_BR, "Português (Brasil)"), (Locale::en, "English"), (Locale::es, "Español")];

/// Provides the translations to everything below.
pub fn provide() -> I18nContext<Locale> {
    #[cfg(feature = "ssr")]
    let i18n = of_request_context();
    // Given like this, the library does not look at the browser's own languages again.
    #[cfg(not(feature = "ssr"))]
    let i18n = leptos_i18n::context::init_i18n_subcontext(Some(Signal::stored(of_document())));
    provide_context(i18n);
    // A change of the language while the page is open; the first value is already in the document.
    Effect::new(move |before: Option<Locale>| {
        let now = i18n.get_locale();
        if before.is_some_and(|b| b != now)
            && let Some(html) = document().document_element()
        {
            let _ = html.set_attribute("lang", code(now));
        }
        now
    });
    i18n
}

/// Speaks another language from now on, here and on the next visit.
pub fn choose(i18n: I18nContext<Locale>, locale: Locale) {
    prefs::write_cookie(COOKIE, code(locale));
    i18n.set_locale(locale);
}

/// The BCP 47 code, such as `pt-BR`.
pub fn code(locale: Locale) -> &'static str {
    match locale {
        Locale::pt_BR => "pt-BR",
        Locale::en => "en",
        Locale::es => "es",
    }
}

/// The same as the server's rules know it. Untracked.
pub fn tongue(i18n: I18nContext<Locale>) -> model::Language {
    code(i18n.get_locale_untracked()).parse().unwrap_or(model::Language::PtBr)
}

/// The language in which the server drew the page.
#[cfg(not(feature = "ssr"))]
fn of_document() -> Locale {
    let lang = document().document_element().and_then(|html| html.get_attribute("lang"));
    ALL.iter().map(|(locale, _)| *locale).find(|l| lang.as_deref() == Some(code(*l))).unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn of_request_context() -> I18nContext<Locale> {
    let wanted = UseLocalesOptions::default().ssr_lang_header_getter(wanted);
    init_i18n_context_with_options(I18nContextOptions::<Locale>::default().enable_cookie(false).ssr_lang_header_getter(wanted))
}

/// The choice, else what the browser accepts, in the form of an `Accept-Language` header.
#[cfg(feature = "ssr")]
fn wanted() -> Option<String> {
    prefs::read_cookie(COOKIE).filter(|c| ALL.iter().any(|(l, _)| code(*l) == c)).or_else(|| prefs::request_header("accept-language"))
}

/// The language in which the server renders this page.
#[cfg(feature = "ssr")]
pub fn of_request() -> Locale {
    of_request_context().get_locale_untracked()
}
