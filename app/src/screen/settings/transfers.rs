//! What goes with a transfer (TR-3).

use super::closing::ClosingMessage;
use crate::api::closing::save_transfer;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Account, TransferSettings};

/// Whether a note is demanded, and what the contact is told.
#[component]
pub(super) fn Transfers(settings: TransferSettings) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let note = RwSignal::new(settings.transfer_note);
    let message = RwSignal::new(settings.transfer_message);
    let form = Form::new(move || TransferSettings { transfer_note: note.get(), transfer_message: message.get() });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(TransferSettings::check, save_transfer, move |account: Account| session.set_account(account));
    };
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, closing.transfer.title)}</h3>
            <p class="field-hint">{t!(i18n, closing.transfer.lead)}</p>
            <Toggle name="transfer_note" checked=note label=move || t_string!(i18n, closing.transfer.note).to_string()
                hint=move || t_string!(i18n, closing.transfer.note_hint).to_string()/>
            <ClosingMessage name="transfer_message" team=true value=message label=move || t_string!(i18n, closing.transfer.message).to_string()
                hint=move || t_string!(i18n, closing.transfer.message_hint).to_string()/>
            <FormFoot form/>
        </form>
    }
}
