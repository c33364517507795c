//! Showing what is hidden of the contact, for a reason and for a minute (SV-4).

use super::Shown;
use crate::api::mask::reveal;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Mask, Masks, RevealDraft, limit};
use std::time::Duration;

/// What is hidden from the reader, and may be shown.
pub(super) fn revealable(shown: Shown) -> Vec<Mask> {
    let masks = shown.store.workspace.with(|w| w.as_ref().map_or(Masks::NONE, |w| w.me.masks));
    Mask::HIDING.iter().copied().filter(|what| masks.may_reveal(*what)).collect()
}

/// The dialog; each time it opens it begins anew, and nothing of what it showed stays.
#[component]
pub fn RevealDialog() -> impl IntoView {
    let shown: Shown = expect_context();
    move || shown.revealing.get().then(|| view! { <Revealing shown/> })
}

#[component]
fn Revealing(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::provide();
    let open = RwSignal::new(true);
    let offered = StoredValue::new(untrack(|| revealable(shown)));
    let what = RwSignal::new(offered.with_value(|o| o.first().map_or_else(String::new, |m| m.word().to_owned())));
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let lines = RwSignal::new(None::<Vec<String>>);
    let turn = StoredValue::new(0_u32);
    let choices = Signal::derive(move || {
        let name = |mask: Mask| match mask {
            Mask::Phone => t_string!(i18n, mask.reveal.phone).to_string(),
            Mask::Email => t_string!(i18n, mask.reveal.email).to_string(),
            Mask::Document => t_string!(i18n, mask.reveal.document).to_string(),
            _ => t_string!(i18n, mask.reveal.name).to_string(),
        };
        offered.with_value(|o| o.iter().map(|m| Choice::new(m.word().to_owned(), name(*m))).collect::<Vec<_>>())
    });
    let show = move || {
        let contact = shown.contact.with_untracked(|c| c.as_ref().map(|c| c.id));
        let (Some(contact_id), Ok(what), false) = (contact, what.get_untracked().parse::<Mask>(), busy.get_untracked()) else { return };
        let draft = RevealDraft { contact_id, what, reason: reason.get_untracked() };
        faults.clear();
        if let Err(fault) = draft.check() {
            return faults.take(&fault);
        }
        busy.set(true);
        lines.set(None);
        spawn_local(async move {
            let answer = reveal(draft).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(found) => {
                    lines.set(Some(found.lines));
                    let now = turn.get_value().wrapping_add(1);
                    turn.set_value(now);
                    // Closed or asked again meanwhile: there is nothing to take away.
                    let over = move || {
                        if turn.try_get_value() == Some(now) {
                            lines.try_set(None);
                        }
                    };
                    set_timeout(over, Duration::from_millis(u64::try_from(found.for_millis).unwrap_or_default()));
                }
                Err(refused) => faults.take(&shown.store.hear(refused)),
            }
        });
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.close)}</Button>
            <Button kind=Kind::Primary icon="eye" busy press=move |()| show()>{t!(i18n, mask.reveal.show)}</Button>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, mask.reveal.title).to_string() locked=busy footer closed=move |()| shown.revealing.set(false)>
            <form class="form" novalidate on:submit=move |event: SubmitEvent| { event.prevent_default(); show() }>
                <p class="field-hint">{t!(i18n, mask.reveal.lead)}</p>
                <Select name="what" value=what choices label=move || t_string!(i18n, mask.reveal.what).to_string()/>
                <TextField name="reason" value=reason max=limit::REVEAL_REASON_MAX as u32 autofocus=true
                    label=move || t_string!(i18n, mask.reveal.reason).to_string()/>
                // Enter in the field shows.
                <button type="submit" hidden=true></button>
            </form>
            <div role="status">
                {move || lines.get().map(|lines| view! {
                    <p class="field-hint">{t!(i18n, mask.reveal.minute)}</p>
                    {if lines.is_empty() {
                        view! { <p class="panel-none">{t!(i18n, mask.reveal.nothing)}</p> }.into_any()
                    } else {
                        view! { <ul class="revealed">{lines.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect_view()}</ul> }.into_any()
                    }}
                })}
            </div>
            {move || faults.other().map(|fault| crate::fault::view(i18n, &fault))}
        </Dialog>
    }
}
