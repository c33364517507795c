//! The rows of what a search found.

use super::marked;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::screen::inbox::layout::use_panes;
use crate::screen::inbox::row::{Naming, RowContent, name_of};
use crate::screen::inbox::start::{Start, use_start};
use leptos::prelude::*;
use model::{ContactHit, ContactStatus, Content, Conversation, MessageHit};
use std::sync::Arc;

/// Parts of a text, those that were looked for marked.
fn lit(parts: Vec<(String, bool)>) -> impl IntoView {
    parts.into_iter().map(|(part, hit)| if hit { view! { <mark>{part}</mark> }.into_any() } else { part.into_any() }).collect_view()
}

/// A conversation that a search found.
#[component]
pub fn ConversationFound(row: RwSignal<Conversation>, term: String) -> impl IntoView {
    let panes = use_panes();
    let named: Naming = Arc::new(move |name| lit(marked(&name, &term)).into_any());
    view! {
        <a class="inbox-row" data-hit="" href=move || panes.href(row.with(|r| r.id))>
            <RowContent row tab=Signal::stored(None) named/>
        </a>
    }
}

/// A message that a search found, by its text or by its file.
#[component]
pub fn MessageFound(hit: MessageHit, term: String, file: bool) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let MessageHit { conversation, message } = hit;
    let (id, place) = (conversation.id, message.place());
    let kind = Signal::derive(move || store.channel(conversation.channel_id).map(|c| c.kind));
    let contact_id = conversation.contact_id.0;
    let photo = contact_photo(conversation.contact_id, &conversation.contact_photo);
    let name = Signal::derive(move || name_of(i18n, &conversation.contact_name, conversation.contact_phone.as_deref()));
    let said = match &message.content {
        Content::Media(media) if file => &media.file_name,
        _ => &message.body,
    };
    let parts = marked(said, &term);
    view! {
        <a class="inbox-row" data-hit="" href=move || panes.href(id) on:click=move |event| {
            // A plain click stays in the page and goes to the message.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                panes.show_at(id, place);
            }
        }>
            <Avatar name id=contact_id photo channel=kind/>
            <span class="row-text">
                <span class="row-top"><bdi class="row-name">{move || name.get()}</bdi><Time at=message.at style=TimeStyle::List/></span>
                <span class="row-bottom">
                    <span class="row-preview">{file.then(|| view! { <Icon name="file" small=true/> })}<bdi>{lit(parts)}</bdi></span>
                </span>
            </span>
        </a>
    }
}

/// A contact that a search found.
#[component]
pub fn ContactFound(hit: ContactHit, term: String) -> impl IntoView {
    let i18n = use_i18n();
    let start = use_start();
    let shown = hit.clone();
    let name = Signal::derive(move || name_of(i18n, &shown.name, shown.phone.as_deref()));
    let digits: String = term.chars().filter(char::is_ascii_digit).collect();
    let phone = hit.phone.as_deref().map(model::text::phone_display).map(|phone| lit(marked(&phone, &digits)));
    let state = move || match hit.status {
        ContactStatus::Active => None,
        ContactStatus::Archived => Some((Tone::Neutral, t_string!(i18n, inbox.search.archived))),
        ContactStatus::Blocked => Some((Tone::Danger, t_string!(i18n, inbox.search.blocked))),
    };
    let label = move || t_string!(i18n, inbox.search.start, name = name.get()).to_string();
    let chosen = hit.clone();
    view! {
        <button type="button" class="inbox-row" data-hit="" aria-label=label data-tip=label on:click=move |_| start.begin(Start::Contact(chosen.clone()))>
            <Avatar name id=hit.id.0 photo=contact_photo(hit.id, &hit.photo)/>
            <span class="row-text">
                <span class="row-top"><bdi class="row-name">{move || lit(marked(&name.get(), &term))}</bdi></span>
                <span class="row-bottom">
                    <span class="row-preview"><bdi>{phone}</bdi></span>
                    {move || state().map(|(tone, word)| view! { <Chip tone=tone>{word}</Chip> })}
                </span>
            </span>
            <Icon name="message-plus"/>
        </button>
    }
}

/// A number that nobody has yet: write to it.
#[component]
pub fn NumberOffer(number: String) -> impl IntoView {
    let i18n = use_i18n();
    let start = use_start();
    let label = {
        let number = number.clone();
        move || t_string!(i18n, inbox.search.call, number = number.clone()).to_string()
    };
    view! {
        <button type="button" class="inbox-row row-offer" data-hit="" on:click=move |_| start.begin(Start::Number(number.clone()))>
            <span class="offer-icon"><Icon name="message-plus"/></span>
            <span class="row-text"><span class="row-name">{label}</span></span>
        </button>
    }
}
