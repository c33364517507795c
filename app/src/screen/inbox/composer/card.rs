//! Sending a contact: one of the account's, or typed in.

use super::super::thread::opened_by;
use super::super::thread::pane::{Sheet, use_pane};
use crate::api;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::mask::is_masked;
use model::text::phone_display;
use model::{Check, ContactCard, ContactHit, Wrong, limit};

/// A search waits this long for the next letter.
const PAUSE_MS: u32 = 200;

/// The dialog.
#[component]
pub fn CardDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Card));
    let faults = Faults::apart();
    let [name, phone, email, organisation] = [(); 4].map(|()| RwSignal::new(String::new()));
    let clear = move || {
        for field in [name, phone, email, organisation] {
            field.set(String::new());
        }
        faults.clear();
    };
    let send = move || {
        let of = |field: RwSignal<String>| field.with_untracked(|t| t.trim().to_owned());
        let digits: String = of(phone).chars().filter(char::is_ascii_digit).collect();
        let mut check = Check::default();
        check.text(&of(name), "card_name", limit::NAME_MAX);
        check.that((8..=15).contains(&digits.len()), "card_phone", if digits.is_empty() { Wrong::Required } else { Wrong::NotAPhone });
        if !of(email).is_empty() {
            check.email(&of(email), "card_email");
        }
        if let Err(fault) = check.done() {
            return faults.take(&fault);
        }
        let emails = Some(of(email)).filter(|e| !e.is_empty()).into_iter().collect();
        let card = ContactCard { name: of(name), phones: vec![format!("+{digits}")], emails, organisation: of(organisation) };
        pane.store.send_card(pane.id, card, pane.reply.get_untracked());
        pane.reply.set(None);
        pane.latest.update(|n| *n += 1);
        open.set(false);
    };
    let chosen = move |hit: ContactHit| {
        name.set(hit.name);
        // Whose number one does not see, one cannot give away either.
        phone.set(hit.phone.filter(|p| !is_masked(p)).map(|p| phone_display(&p)).unwrap_or_default());
        faults.clear();
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="send" press=move |()| send()>{t!(i18n, message.card.send)}</Button>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, message.card.title).to_string() footer closed=move |()| clear()>
            {faults.lend()}
            <Find chosen/>
            <form class="form" novalidate on:submit=move |event: SubmitEvent| { event.prevent_default(); send() }>
                <TextField name="card_name" max=limit::NAME_MAX as u32 value=name label=move || t_string!(i18n, message.card.name).to_string()/>
                <TextField name="card_phone" max=40 value=phone label=move || t_string!(i18n, message.card.phone).to_string()
                    hint=move || t_string!(i18n, message.card.phone_hint).to_string()/>
                <TextField name="card_email" max=200 value=email optional=true label=move || t_string!(i18n, message.card.email).to_string()/>
                <TextField name="card_organisation" max=200 value=organisation optional=true label=move || t_string!(i18n, message.card.organisation).to_string()/>
                // Enter in a field sends.
                <button type="submit" hidden=true></button>
            </form>
        </Dialog>
    }
}

/// The account's contacts, by name or number.
#[component]
fn Find(#[prop(into)] chosen: Callback<ContactHit>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Vec<ContactHit>>);
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let wanted = text.with(|t| t.trim().to_owned());
        let now = turn.get_value().wrapping_add(1);
        turn.set_value(now);
        if wanted.is_empty() {
            return found.set(None);
        }
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
            if turn.try_get_value() != Some(now) {
                return;
            }
            let answer = api::inbox::find_contacts(wanted).await;
            if turn.try_get_value() == Some(now) {
                match answer {
                    Ok(list) => found.set(Some(list)),
                    Err(refused) => pane.fail(untrack(|| crate::fault::say(i18n, &refused.0))),
                }
            }
        });
    });
    view! {
        <input type="search" class="input card-find" autofocus aria-label=move || t_string!(i18n, message.card.find).to_string()
            placeholder=move || t_string!(i18n, message.card.find).to_string() prop:value=move || text.get()
            on:input=move |event| text.set(event_target_value(&event))/>
        {move || found.get().map(|list| if list.is_empty() {
            let text = text.get_untracked();
            view! { <p class="forward-none" role="status">{t_string!(i18n, message.card.none, text = text.trim()).to_string()}</p> }.into_any()
        } else {
            view! {
                <ul class="forward-list">
                    {list.into_iter().take(6).map(|hit| {
                        let (id, photo) = (hit.id.0, contact_photo(hit.id, &hit.photo));
                        let (name, phone) = (hit.name.clone(), hit.phone.clone().map(|p| phone_display(&p)));
                        view! {
                            <li><button type="button" class="forward-choice" on:click=move |_| { chosen.run(hit.clone()); text.set(String::new()) }>
                                <Avatar name=name.clone() id photo size=AvatarSize::Small/><strong dir="auto">{name}</strong><span class="forward-channel">{phone}</span>
                            </button></li>
                        }
                    }).collect_view()}
                </ul>
            }.into_any()
        })}
    }
}
