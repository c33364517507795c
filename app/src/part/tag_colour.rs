//! Choosing a tag's colour.

use super::tag_class;
use crate::i18n::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::TagColour;

/// A colour's name.
pub fn colour_name(i18n: I18nContext<Locale>, colour: TagColour) -> String {
    match colour {
        TagColour::Grey => t_string!(i18n, contact.colour.grey),
        TagColour::Red => t_string!(i18n, contact.colour.red),
        TagColour::Orange => t_string!(i18n, contact.colour.orange),
        TagColour::Yellow => t_string!(i18n, contact.colour.yellow),
        TagColour::Green => t_string!(i18n, contact.colour.green),
        TagColour::Teal => t_string!(i18n, contact.colour.teal),
        TagColour::Blue => t_string!(i18n, contact.colour.blue),
        TagColour::Purple => t_string!(i18n, contact.colour.purple),
        TagColour::Pink => t_string!(i18n, contact.colour.pink),
    }
    .to_string()
}

/// A row of colours, of which one is chosen.
#[component]
pub fn ColourChoice(colour: RwSignal<TagColour>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <fieldset class="colours">
            <legend class="visually-hidden">{t!(i18n, contact.colour.title)}</legend>
            {TagColour::ALL.iter().map(|one| {
                let one = *one;
                view! {
                    <label class=format!("colour {}", tag_class(one)) data-tip=move || colour_name(i18n, one)>
                        <input type="radio" name="tag-colour" value=one.word() class="visually-hidden" aria-label=move || colour_name(i18n, one)
                            prop:checked=move || colour.get() == one on:change=move |_| colour.set(one)/>
                    </label>
                }
            }).collect_view()}
        </fieldset>
    }
}
