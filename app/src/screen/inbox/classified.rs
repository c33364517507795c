//! Why a closed conversation was concluded, at its foot (CO-4).

use super::thread::pane::{Sheet, use_pane};
use crate::closing;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::ReasonCategory;

/// The classification, and its change for those who may. Nothing where conclusions are not classified.
#[component]
pub fn Classified() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let said = Memo::new(move |_| pane.of(|c| c.classification.clone()));
    let is_on = Memo::new(move |_| pane.closing().is_some_and(|s| s.classify));
    let may = Memo::new(move |_| pane.may_classify());
    let tone = Signal::derive(move || match said.with(|s| s.as_ref().map(|s| s.category)) {
        Some(ReasonCategory::Won) => Tone::Success,
        Some(ReasonCategory::Lost) => Tone::Danger,
        Some(ReasonCategory::Info) => Tone::Accent,
        _ => Tone::Neutral,
    });
    let edit = move |()| pane.sheet.set(Some(Sheet::Classify));
    move || {
        (is_on.get() || said.with(Option::is_some)).then(|| {
            view! {
                <div class="classified" role="group" aria-label=move || t_string!(i18n, closing.foot.label).to_string()>
                    <Icon name="flag" small=true/>
                    {move || match said.get() {
                        Some(what) => view! {
                            <Chip tone>{move || closing::category(i18n, what.category)}</Chip>
                            <span class="classified-text" dir="auto">{what.description.clone()}</span>
                            {what.amount.map(|amount| view! { <strong class="classified-amount">{move || closing::money(i18n, amount)}</strong> })}
                        }.into_any(),
                        None => view! { <span class="classified-text">{t!(i18n, closing.foot.none)}</span> }.into_any(),
                    }}
                    {move || may.get().then(|| view! {
                        <Button small=true kind=Kind::Ghost icon="pencil" press=edit>
                            {move || if said.with(Option::is_some) { t_string!(i18n, closing.foot.edit) } else { t_string!(i18n, closing.foot.add) }}
                        </Button>
                    })}
                </div>
            }
        })
    }
}
