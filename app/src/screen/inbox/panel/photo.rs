//! The contact's photo (PR-3): seen larger, chosen, and taken away.

use super::Shown;
use crate::api::contact::remove_contact_photo;
use crate::i18n::*;
use crate::part::*;
use crate::screen::photo::{Crop, CropButtons, Photo, PhotoButtons};
use leptos::prelude::*;
use model::ContactId;

/// The dialog.
#[component]
pub fn ContactPhoto() -> impl IntoView {
    let i18n = use_i18n();
    let Shown { pane, photo: open, .. } = expect_context::<Shown>();
    let new = Photo::begin();
    let address = Memo::new(move |_| pane.photo());
    let has = Signal::derive(move || !address.with(String::is_empty));
    let contact = move || untrack(|| pane.of(|c| c.contact_id));
    let name = Signal::derive(move || pane.name());
    let id = Signal::derive(move || pane.of(|c| c.contact_id.0));
    let title = move || if new.cutting.get() { t_string!(i18n, photo.crop) } else { t_string!(i18n, photo.contact) }.to_string();
    let send = move |()| {
        new.send(address_of(contact()), move |_| {
            let _ = open.try_set(false);
        })
    };
    let remove = move |()| {
        new.remove(remove_contact_photo(contact()), move || {
            let _ = open.try_set(false);
        })
    };
    let footer = move || new.cutting.get().then(|| view! { <CropButtons photo=new cancel=move |()| open.set(false) send/> }).into_any();
    view! {
        <Dialog open locked=new.busy title footer closed=move |()| new.cutting.set(false)>
            {move || if new.cutting.get() {
                view! { <Crop photo=new/> }.into_any()
            } else {
                view! {
                    <div class="photo-contact">
                        <Avatar name id photo=address size=AvatarSize::Huge/>
                        <PhotoButtons photo=new has remove/>
                        <p class="field-hint">{t!(i18n, photo.contact_hint)}</p>
                    </div>
                }.into_any()
            }}
        </Dialog>
    }
}

/// Where a new photo of the contact goes.
fn address_of(contact: ContactId) -> String {
    format!("/photo/contact/{contact}")
}
