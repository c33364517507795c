//! Pictures, films and PDF documents of the conversation at full size, one after the other.

use super::bubble::size_text;
use super::thread::opened_by;
use super::thread::pane::{Pane, Sheet, use_pane};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::{Media, MediaId, MediaState, Message};

/// How far a picture can be enlarged, in steps.
const STEPS: usize = 4;

/// Whether a file can be looked at here.
pub fn is_viewable(media: &Media) -> bool {
    media.state == MediaState::Ready && !media.voice && view_of(&media.mime).is_some()
}

#[derive(Clone, Copy, PartialEq)]
enum View {
    Picture,
    Film,
    Paper,
}

fn view_of(mime: &str) -> Option<View> {
    match mime {
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" => Some(View::Picture),
        "video/mp4" | "video/webm" | "video/3gpp" => Some(View::Film),
        "application/pdf" => Some(View::Paper),
        _ => None,
    }
}

/// The files of the loaded part, oldest first.
fn files(pane: Pane) -> Vec<Media> {
    let timeline = pane.timeline();
    let media = |m: &Message| m.content.file().cloned();
    let all = timeline.order.get();
    all.iter().filter_map(|key| timeline.item(key)?.with(|i| media(&i.message))).filter(is_viewable).collect()
}

/// The dialog of the file that was pressed.
#[component]
pub fn Lightbox() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::View(_)));
    let at = Memo::new(move |_| match pane.sheet.get() {
        Some(Sheet::View(id)) => Some(id),
        _ => None,
    });
    let here = Memo::new(move |_| {
        let id = at.get()?;
        let all = files(pane);
        let place = all.iter().position(|m| m.id == id)?;
        Some((place, all.len(), all[place].clone(), beside(&all, place, -1), beside(&all, place, 1)))
    });
    let step = RwSignal::new(0usize);
    effect(move || {
        at.track();
        step.set(0);
    });
    let go = move |id: Option<MediaId>| {
        if let Some(id) = id {
            pane.sheet.set(Some(Sheet::View(id)));
        }
    };
    let enlarge = move |by: i32| step.update(|s| *s = s.saturating_add_signed(by as isize).min(STEPS));
    let keys = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let (before, after) = here.with_untracked(|h| h.as_ref().map_or((None, None), |h| (h.3, h.4)));
        match event.key().as_str() {
            "ArrowLeft" => go(before),
            "ArrowRight" => go(after),
            "+" | "=" => enlarge(1),
            "-" => enlarge(-1),
            "0" => step.set(0),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let title = move || {
        let name = here.with(|h| h.as_ref().map(|h| h.2.file_name.clone()).unwrap_or_default());
        if name.is_empty() { t_string!(i18n, file.viewer).to_string() } else { name }
    };
    let end = move |is: Signal<bool>| Signal::derive(move || is.get().then(|| t_string!(i18n, file.no_more).to_string()));
    let last = move |side: fn(&Here) -> Option<MediaId>| end(Signal::derive(move || here.with(|h| h.as_ref().and_then(side)).is_none()));
    let footer = move || {
        let (first, last) = (last(|h| h.3), last(|h| h.4));
        let (least, most) = (end(Signal::derive(move || step.get() == 0)), end(Signal::derive(move || step.get() == STEPS)));
        view! {
            <span class="lightbox-count" aria-live="polite">{move || here.with(|h| h.as_ref().map(|h| format!("{} / {}", h.0 + 1, h.1)))}</span>
            <span class="lightbox-tools">
                <IconButton icon="chevron-left" label=move || t_string!(i18n, file.before).to_string() why=first
                    press=move |()| go(here.with_untracked(|h| h.as_ref().and_then(|h| h.3)))/>
                <IconButton icon="chevron-right" label=move || t_string!(i18n, file.after).to_string() why=last
                    press=move |()| go(here.with_untracked(|h| h.as_ref().and_then(|h| h.4)))/>
                <IconButton icon="minus" label=move || t_string!(i18n, file.smaller).to_string() why=least press=move |()| enlarge(-1)/>
                <IconButton icon="plus" label=move || t_string!(i18n, file.larger).to_string() why=most press=move |()| enlarge(1)/>
                {move || here.get().map(|(_, _, media, ..)| view! {
                    <a class="button ghost icon-button" href=format!("/media/{}", media.id) download=media.file_name
                        aria-label=move || t_string!(i18n, inbox.thread.media.download).to_string()><Icon name="download"/></a>
                })}
            </span>
        }
    };
    view! {
        <Dialog open title class="lightbox" footer>
            <div class="lightbox-stage" data-step=move || step.get().to_string() tabindex="0" autofocus on:keydown=keys
                role="group" aria-label=title>
                {move || here.get().map(|(_, _, media, ..)| show(media))}
            </div>
        </Dialog>
    }
}

type Here = (usize, usize, Media, Option<MediaId>, Option<MediaId>);

fn beside(all: &[Media], place: usize, by: isize) -> Option<MediaId> {
    place.checked_add_signed(by).and_then(|n| all.get(n)).map(|m| m.id)
}

fn show(media: Media) -> AnyView {
    let address = format!("/media/{}", media.id);
    match view_of(&media.mime) {
        Some(View::Film) => view! { <video src=address controls playsinline autoplay></video> }.into_any(),
        Some(View::Paper) if !shows_papers() => view! { <Paper media/> }.into_any(),
        Some(View::Paper) => view! { <iframe src=address title=media.file_name></iframe> }.into_any(),
        _ => view! { <img src=address alt=media.file_name width=media.width height=media.height decoding="async"/> }.into_any(),
    }
}

/// Whether the browser shows PDF documents within a page: those of phones do not. Older ones do not say, and do.
fn shows_papers() -> bool {
    js_sys::Reflect::get(&window().navigator(), &"pdfViewerEnabled".into()).map_or(true, |shows| shows.as_bool() != Some(false))
}

/// A document that cannot be shown here: its name and size, and the ways to have it.
#[component]
fn Paper(media: Media) -> impl IntoView {
    let i18n = use_i18n();
    let address = format!("/media/{}", media.id);
    let name = media.file_name.clone();
    let size = move || size_text(crate::language::code(i18n.get_locale()), media.size);
    view! {
        <div class="lightbox-paper">
            <Icon name="document"/>
            <p class="lightbox-paper-name">
                {if name.is_empty() { t!(i18n, file.no_name).into_any() } else { view! { <bdi>{name}</bdi> }.into_any() }}
            </p>
            <p class="lightbox-paper-size">{size}</p>
            <p>{t!(i18n, file.paper)}</p>
            <div class="lightbox-paper-acts">
                <a class="button primary" href=address.clone() target="_blank" rel="noopener"><Icon name="external" small=true/>{t!(i18n, file.open)}</a>
                <a class="button plain" href=address download=media.file_name><Icon name="download" small=true/>{t!(i18n, inbox.thread.media.download)}</a>
            </div>
        </div>
    }
}
