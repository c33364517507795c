//! The page around both forms.

use crate::i18n::*;
use crate::language;
use leptos::prelude::*;

/// A card with the product's mark and a choice of language below.
#[component]
pub fn Door(#[prop(into)] title: Signal<String>, #[prop(into)] lead: Signal<String>, children: Children) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <main class="door">
            <div class="door-card">
                <svg class="logo" aria-hidden="true"><use href="#i-prosa"></use></svg>
                <h1>{move || title.get()}</h1>
                <p class="door-lead">{move || lead.get()}</p>
                {children()}
            </div>
            <div class="door-languages" role="group" aria-label=move || t_string!(i18n, common.language.title).to_string()>
                {language::ALL.map(|(locale, name)| view! {
                    <button type="button" lang=language::code(locale) aria-pressed=move || if i18n.get_locale() == locale { "true" } else { "false" }
                        on:click=move |_| language::choose(i18n, locale)>{name}</button>
                }).collect_view()}
            </div>
        </main>
    }
}
