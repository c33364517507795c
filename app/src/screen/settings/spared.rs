//! Contacts whose conversations never close by themselves: those with one of the chosen tags (AU-3).

use super::list::when_here;
use crate::api::closing::{save_spared_tags, spared_tags};
use crate::api::contact::tags;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Tag, TagId};
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    tags: Vec<Tag>,
    spared: Vec<TagId>,
}

/// The card.
#[component]
pub(super) fn Spared() -> impl IntoView {
    let known = Fetched::new(|| async { Ok(Known { tags: tags().await?, spared: spared_tags().await? }) });
    view! { {when_here(known, |known| { let Known { tags, spared } = known.get_untracked(); view! { <Choose tags spared/> }.into_any() })} }
}

#[component]
fn Choose(tags: Vec<Tag>, spared: Vec<TagId>) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(spared.into_iter().collect::<BTreeSet<TagId>>());
    let form = Form::new(move || chosen.get().into_iter().collect::<Vec<TagId>>());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(|_| Ok(()), save_spared_tags, |_: Vec<TagId>| ());
    };
    let none = tags.is_empty();
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, archive.spared)}</h3>
            <p class="field-hint">{t!(i18n, archive.spared_lead)}</p>
            {none.then(|| view! { <p>{t!(i18n, archive.spared_none)}</p> })}
            <fieldset class="marks">
                <legend class="visually-hidden">{t!(i18n, archive.spared)}</legend>
                {tags.into_iter().map(|tag| {
                    let id = tag.id;
                    view! {
                        <label class="check">
                            <input type="checkbox" prop:checked=move || chosen.read().contains(&id)
                                on:change=move |event| chosen.update(|all| { if event_target_checked(&event) { all.insert(id); } else { all.remove(&id); } })/>
                            <span class="check-text" dir="auto">{tag.name}</span>
                        </label>
                    }
                }).collect_view()}
            </fieldset>
            <FormFoot form/>
        </form>
    }
}
