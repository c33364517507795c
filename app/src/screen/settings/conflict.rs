//! Two people changed the same at once: the second one decides with what they typed still there.

use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::Fault;

/// Shown after a save that came second.
#[component]
pub(super) fn Conflict(
    faults: Faults,
    /// Asks for what is stored by now.
    changed: Callback<()>,
    /// Makes the form anew from what is stored.
    theirs: Callback<()>,
    /// Saves over it.
    mine: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = Memo::new(move |_| faults.other() == Some(Fault::Conflict));
    effect(move || {
        if here.get() {
            changed.run(());
        }
    });
    view! {
        <Show when=move || here.get()>
            <div class="form-part" role="status">
                <p>{t!(i18n, roles.conflict.text)}</p>
                <div class="form-foot">
                    <Button press=theirs>{t!(i18n, roles.conflict.theirs)}</Button>
                    <Button press=mine>{t!(i18n, roles.conflict.mine)}</Button>
                </div>
            </div>
        </Show>
    }
}
