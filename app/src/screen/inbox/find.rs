//! Looking up a contact by name or number.

use super::row::name_of;
use super::search::phone_like;
use crate::api::inbox::find_contacts;
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ContactHit, ContactId, text::phone_display};

/// Pause in typing after which contacts are looked up.
const ASK_AFTER_MS: u32 = 200;

/// A field and what it finds; Enter takes the first.
#[component]
pub fn FindContact(
    typed: RwSignal<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] hint: Signal<String>,
    #[prop(into)] pick: Callback<ContactHit>,
    /// Takes a number that is nobody's yet.
    #[prop(optional, into)]
    number: Option<Callback<String>>,
    /// Who is not looked for.
    #[prop(optional, into)]
    without: Option<ContactId>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let hits = RwSignal::new(None::<Vec<ContactHit>>);
    let asked = StoredValue::new(0u32);
    let wanted = Memo::new(move |_| typed.with(|t| t.trim().to_owned()));
    effect(move || {
        let text = wanted.get();
        let turn = asked.try_update_value(|n| {
            *n += 1;
            *n
        });
        if text.chars().count() < 2 {
            hits.set(None);
            return;
        }
        spawn_local(async move {
            web::sleep(ASK_AFTER_MS).await;
            if asked.try_get_value() != turn {
                return;
            }
            let answer = find_contacts(text).await;
            if asked.try_get_value() == turn {
                // A failed look-up still lets one use the number.
                let mut found = answer.map_err(|refused| store.hear(refused)).unwrap_or_default();
                found.retain(|hit| Some(hit.id) != without);
                let _ = hits.try_set(Some(found));
            }
        });
    });
    let new = Memo::new(move |_| number.and_then(|_| wanted.with(|t| phone_like(t))));
    let nobody = move || hits.with(|h| h.as_ref().is_some_and(Vec::is_empty)) && new.with(Option::is_none);
    view! {
        <form class="start-who" on:submit=move |event| {
            event.prevent_default();
            let first = hits.get_untracked().unwrap_or_default().into_iter().next();
            match (first, new.get_untracked().zip(number)) {
                (Some(hit), _) => pick.run(hit),
                (None, Some((new, take))) => take.run(new),
                (None, None) => {}
            }
        }>
            <TextField name="who" label hint value=typed max=120 autofocus=true/>
        </form>
        <div class="start-hits" aria-live="polite">
            {move || hits.get().unwrap_or_default().into_iter().map(|hit| view! { <Hit hit pick/> }).collect_view()}
            {move || new.get().zip(number).map(|(new, take)| {
                let label = t_string!(i18n, inbox.start.new_number, number = new.clone()).to_string();
                view! { <Button icon="phone" press=move |()| take.run(new.clone())>{label}</Button> }
            })}
            {move || nobody().then(|| view! {
                <p class="start-note">{t_string!(i18n, inbox.start.nobody, text = wanted.get()).to_string()}</p>
            })}
        </div>
    }
}

/// A contact that was found.
#[component]
pub fn Hit(hit: ContactHit, pick: Callback<ContactHit>) -> impl IntoView {
    let i18n = use_i18n();
    let name = name_of(i18n, &hit.name, hit.phone.as_deref());
    let phone = hit.phone.as_deref().map(phone_display);
    let (id, photo) = (hit.id.0, contact_photo(hit.id, &hit.photo));
    view! {
        <button type="button" class="inbox-row" on:click=move |_| pick.run(hit.clone())>
            <Avatar name=name.clone() id photo/>
            <span class="row-text">
                <span class="row-top"><bdi class="row-name">{name}</bdi></span>
                <span class="row-bottom"><span class="row-preview">{phone}</span></span>
            </span>
        </button>
    }
}
