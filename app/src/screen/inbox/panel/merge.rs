//! Two contacts that are one person become one (NX-3): whom, then what stays of each.

use super::Shown;
use super::conflict::{Difference, Sides, What, differences};
use super::merged::offer_undo;
use crate::api::Answer;
use crate::api::contact::{contact, duplicates, merge_contacts};
use crate::i18n::*;
use crate::part::*;
use crate::screen::inbox::find::{FindContact, Hit};
use crate::screen::inbox::layout::use_panes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;

/// The dialog; each time it opens it begins anew.
#[component]
pub fn MergeContact() -> impl IntoView {
    let shown: Shown = expect_context();
    let panes = use_panes();
    // The panel may be closed over it.
    on_cleanup(move || panes.merging.set(false));
    let ready = Memo::new(move |_| panes.merging.get() && shown.contact.with(Option::is_some));
    move || ready.get().then(|| view! { <Merging shown/> })
}

/// The two and what is chosen of them.
#[derive(Clone)]
struct Pair {
    kept: Contact,
    other: Contact,
}

#[component]
fn Merging(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let panes = use_panes();
    let toasts = use_toasts();
    let store = shown.store;
    let open = RwSignal::new(true);
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<Fault>);
    let pair = RwSignal::new(None::<Pair>);
    let sides = RwSignal::new(Vec::<Difference>::new());
    let fields = Memo::new(move |before: Option<&Vec<CustomField>>| match shown.fields.get() {
        Some(Ok(all)) => all,
        _ => before.cloned().unwrap_or_default(),
    });
    let compare = move |kept: Contact, other: Contact| {
        let suggested = ContactMergeDraft::suggest(&kept, &other);
        let [mine, theirs] = [&kept, &other].map(ContactDraft::of);
        let mut found = fields.with_untracked(|fields| differences(&mine, &mine, &theirs, fields));
        for line in &mut found {
            line.side = match line.what {
                What::Name => suggested.name,
                What::Phone => suggested.phone,
                What::Email => suggested.email,
                What::Annotation => suggested.annotation,
                What::Field(id) if suggested.fields.contains(&id) => MergeSide::Other,
                What::Field(_) => MergeSide::Kept,
            };
        }
        sides.set(found);
        pair.set(Some(Pair { kept, other }));
    };
    // Both as they are now: what is chosen is chosen from that.
    let pick = move |hit: ContactHit| {
        let Some(kept) = shown.contact.with_untracked(|c| c.as_ref().map(|c| c.id)).filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let answer = both(kept, hit.id).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok((kept, other)) => compare(kept, other),
                Err(refused) => fault.set(Some(store.hear(refused))),
            }
        });
    };
    let merge = move |()| {
        let Some(Pair { kept, other }) = pair.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        let draft = sides.with_untracked(|sides| draft(&kept, &other, sides));
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let answer = merge_contacts(draft).await;
            match answer {
                Ok(one) => {
                    store.learn_contact(&one);
                    let said = untrack(|| t_string!(i18n, merge.done, name = other.name.as_str()).to_string());
                    let _ = open.try_set(false);
                    offer_undo(i18n, toasts, store, one.id, said).await;
                }
                Err(refused) => {
                    let why = store.hear(refused);
                    // Somebody changed one of them since: compared again as they are now.
                    if why == Fault::Conflict
                        && let Ok((kept, other)) = both(kept.id, other.id).await
                        && busy.try_get_untracked().is_some()
                    {
                        compare(kept, other);
                    }
                    let _ = fault.try_set(Some(why));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let compared = Memo::new(move |_| pair.with(Option::is_some));
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            {move || compared.get().then(|| view! {
                <Button press=move |()| { fault.set(None); pair.set(None) }>{t!(i18n, merge.other)}</Button>
                <Button kind=Kind::Primary busy press=merge>{t!(i18n, merge.go)}</Button>
            })}
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, merge.title).to_string() locked=busy footer closed=move |()| panes.merging.set(false)>
            {move || match pair.get() {
                None => view! { <Whom shown pick=Callback::new(pick)/> }.into_any(),
                Some(pair) => view! { <Compare pair sides fields=fields.get_untracked()/> }.into_any(),
            }}
            {move || fault.get().map(|fault| crate::fault::view(i18n, &fault))}
        </Dialog>
    }
}

/// Two contacts as they are now.
async fn both(kept: ContactId, other: ContactId) -> Answer<(Contact, Contact)> {
    Ok((contact(kept).await?, contact(other).await?))
}

fn draft(kept: &Contact, other: &Contact, sides: &[Difference]) -> ContactMergeDraft {
    let side = |what: What| sides.iter().find(|d| d.what == what).map_or(MergeSide::Kept, |d| d.side);
    let from_other = sides.iter().filter(|d| d.side == MergeSide::Other).filter_map(|d| match d.what {
        What::Field(id) => Some(id),
        _ => None,
    });
    ContactMergeDraft {
        name: side(What::Name),
        phone: side(What::Phone),
        email: side(What::Email),
        annotation: side(What::Annotation),
        fields: from_other.collect(),
        ..ContactMergeDraft::suggest(kept, other)
    }
}

/// The other contact: one that looks alike, or one that is looked for.
#[component]
fn Whom(shown: Shown, pick: Callback<ContactHit>) -> impl IntoView {
    let i18n = use_i18n();
    let typed = RwSignal::new(String::new());
    let me = shown.contact.with_untracked(|c| c.as_ref().map(|c| c.id));
    let alike = Fetched::new(move || async move {
        match me {
            Some(me) => duplicates(me).await,
            None => Ok(Vec::new()),
        }
    });
    view! {
        <p class="dialog-lead">{move || { let name = shown.pane.name(); t_string!(i18n, merge.lead, name = name.as_str()).to_string() }}</p>
        {move || alike.get().and_then(Result::ok).filter(|hits| !hits.is_empty()).map(|hits| view! {
            <section class="merge-alike" aria-label=move || t_string!(i18n, merge.alike).to_string()>
                <h3>{t!(i18n, merge.alike)}</h3>
                <div class="start-hits">{hits.into_iter().map(|hit| view! { <Hit hit pick/> }).collect_view()}</div>
            </section>
        })}
        {me.map(|me| view! {
            <FindContact typed without=me pick label=move || t_string!(i18n, merge.find).to_string() hint=move || t_string!(i18n, merge.find_hint).to_string()/>
        })}
    }
}

/// What stays of each, and what comes together by itself.
#[component]
fn Compare(pair: Pair, sides: RwSignal<Vec<Difference>>, fields: Vec<CustomField>) -> impl IntoView {
    let i18n = use_i18n();
    let named = |contact: &Contact| {
        let name = contact.name.clone();
        match contact.phone.as_deref().map(text::phone_display).filter(|phone| *phone != name) {
            Some(phone) => format!("{name} · {phone}"),
            None => name,
        }
    };
    let (mine, theirs) = (Signal::stored(named(&pair.kept)), Signal::stored(named(&pair.other)));
    let both = Signal::derive(move || t_string!(i18n, merge.both).to_string());
    let alike = sides.with_untracked(Vec::is_empty);
    view! {
        <p class="dialog-lead">{t!(i18n, merge.compare)}</p>
        <div class="conflict">
            {if alike {
                view! { <p class="panel-none">{t!(i18n, merge.nothing_differs)}</p> }.into_any()
            } else {
                view! { <Sides differences=sides fields mine theirs both/> }.into_any()
            }}
        </div>
        <p class="field-hint">{t!(i18n, merge.rest)}</p>
    }
}
