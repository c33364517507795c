//! What a bubble holds.

use super::super::format;
use super::super::media::MediaView;
use super::super::template::preview::buttons;
use super::numbers::money_text;
use crate::i18n::*;
use crate::language;
use crate::part::*;
use leptos::prelude::*;
use model::{
    ContactCard, Content, FileKind, Media, Mention, MessageKind, OrderItem, Question, TemplateContent, file_kind, text::phone_display,
};

/// Longest text that is drawn at once, in characters; the rest is behind a button.
const SHOWN: usize = 6_000;

/// A message's content with its text.
#[component]
pub fn ContentView(kind: MessageKind, body: String, content: Content, mentions: Vec<Mention>, deleted: bool) -> impl IntoView {
    let i18n = use_i18n();
    if deleted {
        // What was taken back leaves nothing; what waited for an answer keeps its text.
        let gone = body.is_empty();
        return view! {
            <div class="content-deleted">
                <span>{move || match kind {
                    MessageKind::Note => t_string!(i18n, inbox.thread.note.deleted),
                    _ if gone => t_string!(i18n, message.deleted),
                    _ => t_string!(i18n, inbox.thread.bubble.deleted),
                }}</span>
                {(!body.is_empty()).then(|| view! { <s dir="auto">{body}</s> })}
            </div>
        }
        .into_any();
    }
    match content {
        Content::None if !mentions.is_empty() => named(&body, &mentions),
        Content::None | Content::Transition(_) => text(body),
        Content::Media(media) => {
            let kind = if kind == MessageKind::Note { in_note(&media) } else { kind };
            let said = if mentions.is_empty() { text(body) } else { named(&body, &mentions) };
            view! { <MediaView kind media/>{said} }.into_any()
        }
        // The body of these repeats their names, for search.
        Content::Location { latitude, longitude, name, address } => view! { <Location latitude longitude name address/> }.into_any(),
        Content::Contacts { cards } => cards.into_iter().map(|card| view! { <Card card/> }).collect_view().into_any(),
        Content::Answer { title, description, .. } => {
            let extra = body.trim() != title.trim() && !body.trim().is_empty();
            view! {
                <div class="content-answer">
                    <span class="content-kind"><Icon name="reply" small=true/>{t!(i18n, inbox.thread.content.answer)}</span>
                    <strong dir="auto">{title}</strong>
                    {(!description.is_empty()).then(|| view! { <span dir="auto">{description}</span> })}
                </div>
                {extra.then(|| text(body))}
            }
            .into_any()
        }
        Content::Order { items, text: note } => {
            let note = if note.is_empty() { body } else { note };
            view! { <Order items/>{text(note)} }.into_any()
        }
        Content::Question(question) => view! { {text(body)}<QuestionView question/> }.into_any(),
        Content::Template(template) => view! { <TemplateView template body/> }.into_any(),
        Content::Unsupported { type_name, reason } => view! { <Unsupported type_name reason/>{text(body)} }.into_any(),
    }
}

/// A note's text that names colleagues.
fn named(body: &str, mentions: &[Mention]) -> AnyView {
    view! { <div class="content-text" dir="auto">{format::rich_named(body, mentions)}</div> }.into_any()
}

/// How a note shows its file: as what it is.
fn in_note(media: &Media) -> MessageKind {
    match file_kind(&media.mime) {
        FileKind::Image if media.small => MessageKind::Image,
        FileKind::Video => MessageKind::Video,
        FileKind::Audio => MessageKind::Audio,
        _ => MessageKind::Document,
    }
}

/// Formatted text; a very long one in two steps, so that one message cannot hold up the page.
fn text(body: String) -> AnyView {
    if body.is_empty() {
        return ().into_any();
    }
    let big = format::parse::is_emoji_only(&body);
    let Some((cut, _)) = body.char_indices().nth(SHOWN) else {
        return view! { <div class="content-text" class:emoji=big dir="auto">{format::rich(&body)}</div> }.into_any();
    };
    let i18n = use_i18n();
    let all = RwSignal::new(false);
    view! {
        <div class="content-text" dir="auto">{move || format::rich(if all.get() { &body } else { &body[..cut] })}</div>
        <Show when=move || !all.get()>
            <Button small=true kind=Kind::Ghost press=move |()| all.set(true)>{t!(i18n, inbox.thread.bubble.full)}</Button>
        </Show>
    }
    .into_any()
}

/// A place in words and numbers; the map is the device's own, so that nobody else learns of it.
#[component]
fn Location(latitude: f64, longitude: f64, name: String, address: String) -> impl IntoView {
    let i18n = use_i18n();
    let numbers = format!("{latitude:.5}, {longitude:.5}");
    view! {
        <div class="content-card">
            <span class="content-card-icon"><Icon name="map-pin"/></span>
            <div class="content-card-text">
                <span class="content-kind">{t!(i18n, inbox.thread.content.location)}</span>
                {(!name.is_empty()).then(|| view! { <strong dir="auto">{name}</strong> })}
                {(!address.is_empty()).then(|| view! { <span dir="auto">{address}</span> })}
                <a href=format!("geo:{latitude},{longitude}?q={latitude},{longitude}") data-tip=move || t_string!(i18n, inbox.thread.content.location_open).to_string()>{numbers}</a>
            </div>
        </div>
    }
}

/// A shared contact.
#[component]
fn Card(card: ContactCard) -> impl IntoView {
    let i18n = use_i18n();
    let dial = |phone: &str| format!("tel:{}", phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>());
    view! {
        <div class="content-card">
            <span class="content-card-icon"><Icon name="contact"/></span>
            <div class="content-card-text">
                <span class="content-kind">{t!(i18n, inbox.thread.content.contacts)}</span>
                <strong dir="auto">{card.name}</strong>
                {(!card.organisation.is_empty()).then(|| view! { <span dir="auto">{card.organisation}</span> })}
                {card.phones.into_iter().map(|p| view! { <a href=dial(&p)>{phone_display(&p)}</a> }).collect_view()}
                {card.emails.into_iter().map(|e| view! { <span class="content-mail">{e}</span> }).collect_view()}
            </div>
        </div>
    }
}

/// The answers that the contact can choose from.
#[component]
fn QuestionView(question: Question) -> impl IntoView {
    let list = question.is_list();
    let opens = list.then(|| question.button.clone());
    let rows =
        question.answers.into_iter().map(|a| if a.description.is_empty() { a.title } else { format!("{} · {}", a.title, a.description) });
    let rows: Vec<_> = rows.map(|text| (None, text)).collect();
    view! {
        {(!question.footer.is_empty()).then(|| view! { <p class="content-footer" dir="auto">{question.footer}</p> })}
        {opens.map(|button| view! { <p class="content-kind question-list"><Icon name="list" small=true/><span dir="auto">{button}</span></p> })}
        {buttons(rows)}
    }
}

/// An order with its sum.
#[component]
fn Order(items: Vec<OrderItem>) -> impl IntoView {
    let i18n = use_i18n();
    let money = move |minor: i64, currency: &str| money_text(language::code(i18n.get_locale()), minor, currency);
    let currency = items.first().map(|i| i.currency.clone()).unwrap_or_default();
    // A sum of different currencies means nothing.
    let total = items
        .iter()
        .all(|i| i.currency == currency)
        .then(|| items.iter().fold(0i64, |sum, i| sum.saturating_add(i.price_minor.saturating_mul(i.quantity))));
    view! {
        <div class="content-order">
            <span class="content-kind"><Icon name="cart" small=true/>{t!(i18n, inbox.thread.content.order)}</span>
            <ul>
                {items.into_iter().map(|item| {
                    let OrderItem { product, quantity, price_minor, currency } = item;
                    view! {
                        <li>
                            <span class="order-quantity">{quantity} " ×"</span>
                            <span class="order-product" dir="auto">{product}</span>
                            <span class="order-price">{move || money(price_minor.saturating_mul(quantity), &currency)}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
            {total.map(|sum| view! {
                <p class="order-total"><span>{t!(i18n, inbox.thread.content.total)}</span><strong>{move || money(sum, &currency)}</strong></p>
            })}
        </div>
    }
}

/// A template as it was sent.
#[component]
fn TemplateView(template: TemplateContent, body: String) -> impl IntoView {
    let i18n = use_i18n();
    let TemplateContent { name, header, header_file, header_link, place, footer, buttons: labels, .. } = template;
    let file = header_file.map(|media| view! { <MediaView kind=in_note(&media) media=*media/> });
    let place = place.map(|p| view! { <Location latitude=p.latitude longitude=p.longitude name=p.name address=p.address/> });
    // Where the network fetched it: whoever looks decides whether to go there.
    let link = (!header_link.is_empty()).then(|| {
        let href = header_link.clone();
        view! { <p class="content-header media"><Icon name="link"/><a href=href target="_blank" rel="noopener noreferrer">{header_link}</a></p> }
    });
    view! {
        <span class="content-kind" data-tip=name><Icon name="template" small=true/>{t!(i18n, inbox.thread.content.template)}</span>
        {file}
        {place}
        {link}
        {(!header.is_empty()).then(|| view! { <p class="content-header" dir="auto">{format::rich(&header)}</p> })}
        {text(body)}
        {(!footer.is_empty()).then(|| view! { <p class="content-footer" dir="auto">{footer}</p> })}
        {buttons(labels.into_iter().map(|text| (None, text)).collect())}
    }
}

/// A message that cannot be shown: what is known of it (MS-5).
#[component]
fn Unsupported(type_name: String, reason: String) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="content-unsupported">
            <span class="content-kind"><Icon name="question" small=true/>{t!(i18n, inbox.thread.content.unsupported)}</span>
            <span>{t!(i18n, inbox.thread.content.unsupported_hint)}</span>
            <details>
                <summary>{t!(i18n, common.word.details)}</summary>
                {(!type_name.is_empty()).then(|| view! {
                    <p>{move || t_string!(i18n, inbox.thread.content.unsupported_type, name = type_name.as_str()).to_string()}</p>
                })}
                {(!reason.is_empty()).then(|| view! { <p dir="auto">{reason}</p> })}
            </details>
        </div>
    }
}
