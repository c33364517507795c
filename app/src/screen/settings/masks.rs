//! What people of a role do not see of contacts (SV-1).

use super::list::when_here;
use crate::api::mask::{mask_rules, save_masks};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use model::{Mask, MaskRole, MaskRule, Masks};

/// The page.
#[component]
pub fn MasksScreen() -> impl IntoView {
    let i18n = use_i18n();
    let stored = Fetched::new(mask_rules);
    view! {
        <Title text=move || t_string!(i18n, mask.title).to_string()/>
        <section class="settings-page masks">
            <header class="settings-head">
                <h2>{t!(i18n, mask.title)}</h2>
                <p>{t!(i18n, mask.lead)}</p>
            </header>
            {when_here(stored, |rules| view! { <Switches rules=rules.get_untracked()/> }.into_any())}
        </section>
    }
}

#[component]
fn Switches(rules: Vec<MaskRule>) -> impl IntoView {
    let i18n = use_i18n();
    let rules = RwSignal::new(rules);
    let form = Form::new(move || rules.get());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(|_| Ok(()), save_masks, |_: Vec<MaskRule>| ());
    };
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <table class="alert-table">
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, mask.what)}</th>
                        {MaskRole::ALL.iter().map(|role| view! { <th scope="col">{move || role_name(i18n, *role)}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {Mask::ALL.iter().map(|mask| view! {
                        <tr>
                            <th scope="row">{move || mask_name(i18n, *mask)}</th>
                            {MaskRole::ALL.iter().map(|role| view! { <Switch mask=*mask role=*role rules/> }).collect_view()}
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
            <p class="field-hint">{t!(i18n, mask.hint)}</p>
            <FormFoot form/>
        </form>
    }
}

#[component]
fn Switch(mask: Mask, role: MaskRole, rules: RwSignal<Vec<MaskRule>>) -> impl IntoView {
    let i18n = use_i18n();
    let of = move |rules: &Vec<MaskRule>| rules.iter().find(|r| r.role == role).map_or(Masks::NONE, |r| r.masks);
    let is_on = move || rules.with(of).has(mask);
    let change = move |on: bool| {
        rules.update(|all| {
            let masks = of(all).with(mask, on);
            all.retain(|r| r.role != role);
            all.push(MaskRule { role, masks });
            all.sort_by_key(|r| r.role);
        });
    };
    let label = move || {
        let (what, role) = (mask_name(i18n, mask), role_name(i18n, role));
        t_string!(i18n, mask.choice, what = what.as_str(), role = role.as_str()).to_string()
    };
    view! {
        <td>
            <label class="mark">
                <input type="checkbox" aria-label=label prop:checked=is_on on:change=move |event| change(event_target_checked(&event))/>
            </label>
        </td>
    }
}

fn role_name(i18n: I18nContext<Locale>, role: MaskRole) -> String {
    match role {
        MaskRole::Agent => t_string!(i18n, mask.role.agent),
        MaskRole::Manager => t_string!(i18n, mask.role.manager),
        MaskRole::Restricted => t_string!(i18n, mask.role.restricted),
    }
    .to_string()
}

fn mask_name(i18n: I18nContext<Locale>, mask: Mask) -> String {
    match mask {
        Mask::Phone => t_string!(i18n, mask.switch.phone),
        Mask::Email => t_string!(i18n, mask.switch.email),
        Mask::Document => t_string!(i18n, mask.switch.document),
        Mask::Name => t_string!(i18n, mask.switch.name),
        Mask::SearchDocument => t_string!(i18n, mask.switch.search_document),
        Mask::SearchPhone => t_string!(i18n, mask.switch.search_phone),
        Mask::SearchName => t_string!(i18n, mask.switch.search_name),
        Mask::Export => t_string!(i18n, mask.switch.export),
        Mask::Reveal => t_string!(i18n, mask.switch.reveal),
    }
    .to_string()
}
