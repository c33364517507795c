//! Files and links that went between the contact and us (CP-2).

use super::super::bubble::size_text;
use super::super::layout::use_panes;
use super::Shown;
use crate::api::contact::files;
use crate::i18n::*;
use crate::language;
use crate::part::*;
use leptos::prelude::*;
use model::*;

/// One kind of files, found by name, page by page.
#[component]
pub fn Files() -> impl IntoView {
    let i18n = use_i18n();
    let shown: Shown = expect_context();
    let kind = RwSignal::new(ShelfKind::Document);
    let text = RwSignal::new(String::new());
    let list = Paged::new(shown.store);
    let Paged { rows, next, loading, fault, .. } = list;
    let load = move |more: bool| {
        let Some(contact_id) = shown.contact.with_untracked(|c| c.as_ref().map(|c| c.id)) else { return };
        let (kind, text) = (kind.get_untracked(), text.get_untracked().trim().to_owned());
        let searches = !more && !text.is_empty();
        list.load(more, searches, move |after| async move {
            files(FileQuery { contact_id, kind, text, after, limit: None }).await.map(|page| (page.files, page.next))
        });
    };
    let asked = Memo::new(move |_| (shown.contact.with(|c| c.as_ref().map(|c| c.id)), kind.get(), text.get()));
    Effect::new(move |before: Option<ShelfKind>| {
        let (_, kind, _) = asked.get();
        // Files of another kind are nothing to look at while these are on their way.
        if before.is_some_and(|b| b != kind) {
            rows.set(Vec::new());
        }
        load(false);
        kind
    });
    let name = move |kind: ShelfKind| match kind {
        ShelfKind::Document => t_string!(i18n, contact.files.documents),
        ShelfKind::Link => t_string!(i18n, contact.files.links),
        ShelfKind::Media => t_string!(i18n, contact.files.media),
    };
    view! {
        <div class="panel-choice" role="group" aria-label=move || t_string!(i18n, contact.tab.files).to_string()>
            {ShelfKind::ALL.iter().map(|one| {
                let one = *one;
                view! {
                    <button type="button" class="chip-button" aria-pressed=move || if kind.get() == one { "true" } else { "false" }
                        on:click=move |_| kind.set(one)>{move || name(one)}</button>
                }
            }).collect_view()}
        </div>
        <TextField name="file-search" kind="search" quiet=true value=text max=limit::SEARCH_MAX as u32 label=move || t_string!(i18n, contact.files.find).to_string()
            placeholder=move || t_string!(i18n, contact.files.find).to_string()/>
        {move || match (fault.get(), rows.with(Vec::is_empty), loading.get()) {
            (Some(fault), true, _) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| load(false)/> }.into_any(),
            (None, true, true) => view! { <SkeletonRows count=4/> }.into_any(),
            (None, true, false) if next.with(Option::is_none) => view! { <p class="panel-none" role="status">{t!(i18n, contact.files.none)}</p> }.into_any(),
            (fault, _, busy) => view! {
                <ul class="panel-files">
                    <For each=move || rows.get() key=|f| f.message_id let:file><FileLine file/></For>
                </ul>
                {fault.map(|fault| crate::fault::view(i18n, &fault))}
                {move || next.with(Option::is_some).then(|| view! { <Button small=true busy press=move |()| load(true)>{t!(i18n, contact.more)}</Button> })}
            }.into_any(),
        }}
    }
}

/// A file or link, and the way to where it was sent.
#[component]
fn FileLine(file: ContactFile) -> impl IntoView {
    let i18n = use_i18n();
    let panes = use_panes();
    let ContactFile { conversation_id, message_id, at, kind, body, media, link, direction } = file;
    let (icon, word) = super::super::row::kind_mark(i18n, kind).unwrap_or(("link", String::new()));
    let (href, title, size) = match &media {
        Some(media) => {
            let title =
                [media.file_name.as_str(), body.as_str(), word.as_str()].into_iter().find(|t| !t.trim().is_empty()).unwrap_or_default();
            let href = (media.state == MediaState::Ready).then(|| format!("/media/{}", media.id));
            (href, text::shorten(title, 120), (media.size > 0).then_some(media.size))
        }
        None => (Some(link.clone()), link, None),
    };
    let picture = media.as_ref().filter(|m| m.state == MediaState::Ready && matches!(kind, MessageKind::Image | MessageKind::Sticker));
    let picture = picture.map(|m| if m.small { format!("/media/{}/small", m.id) } else { format!("/media/{}", m.id) });
    let icon = if media.is_none() { "link" } else { icon };
    let from = move || match direction {
        Direction::In => t_string!(i18n, contact.files.received),
        Direction::Out => t_string!(i18n, contact.files.sent),
    };
    view! {
        <li class="panel-file">
            <span class="panel-file-mark">
                {match picture {
                    Some(src) => view! { <img src=src alt="" loading="lazy"/> }.into_any(),
                    None => view! { <Icon name=icon/> }.into_any(),
                }}
            </span>
            <span class="panel-file-texts">
                {match href {
                    Some(href) => view! { <a class="panel-file-name" href=href target="_blank" rel="noopener noreferrer" dir="auto">{title}</a> }.into_any(),
                    None => view! { <span class="panel-file-name" dir="auto">{title}</span> }.into_any(),
                }}
                <span class="panel-file-facts">
                    {from}" · "<Time at style=TimeStyle::Day/>
                    {size.map(|size| format!(" · {}", size_text(language::code(i18n.get_locale()), size)))}
                </span>
            </span>
            <IconButton small=true icon="message" label=move || t_string!(i18n, contact.files.show).to_string() press=move |()| {
                panes.close_sheet();
                panes.show_at(conversation_id, Place { at, id: message_id });
            }/>
        </li>
    }
}
