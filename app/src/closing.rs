//! Reasons and amounts in the reader's language.

use crate::i18n::*;
use leptos_i18n::I18nContext;
use model::{Classification, Currency, Money, ReasonCategory, amount_display};

/// The name of a category. Tracks the language.
pub fn category(i18n: I18nContext<Locale>, category: ReasonCategory) -> String {
    match category {
        ReasonCategory::Won => t_string!(i18n, closing.category.won),
        ReasonCategory::Lost => t_string!(i18n, closing.category.lost),
        ReasonCategory::Info => t_string!(i18n, closing.category.info),
        ReasonCategory::Other => t_string!(i18n, closing.category.other),
    }
    .to_string()
}

/// The language's decimal mark. Tracks the language.
pub fn decimal(i18n: I18nContext<Locale>) -> char {
    if i18n.get_locale() == Locale::en { '.' } else { ',' }
}

/// The mark before an amount.
pub fn symbol(currency: Currency) -> &'static str {
    match currency {
        Currency::Brl => "R$",
        Currency::Usd => "US$",
        Currency::Eur => "€",
        other => other.word(),
    }
}

/// `R$ 1.234,56`. Tracks the language.
pub fn money(i18n: I18nContext<Locale>, money: Money) -> String {
    format!("{}\u{a0}{}", symbol(money.currency), amount_display(money.minor, money.currency, decimal(i18n)))
}

/// `Objetivo atingido · Venda (R$ 1.234,56)`. Tracks the language.
pub fn what(i18n: I18nContext<Locale>, said: &Classification) -> String {
    let amount = said.amount.map(|m| format!(" ({})", money(i18n, m))).unwrap_or_default();
    format!("{} · {}{amount}", category(i18n, said.category), said.description)
}
