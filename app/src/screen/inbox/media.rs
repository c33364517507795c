//! Files of messages. Their boxes have a fixed shape, so that nothing moves when they arrive.

use super::bubble::size_text;
use super::lightbox::is_viewable;
use super::sound::{Sound, clock};
use super::thread::pane::{Sheet, use_pane};
use crate::i18n::*;
use crate::language;
use crate::part::*;
use leptos::prelude::*;
use model::{Media, MediaState, MessageKind};

/// A file: shown when the browser can, else a card to download it.
#[component]
pub fn MediaView(kind: MessageKind, media: Media) -> impl IntoView {
    // The browser could not show it: the card remains.
    let broken = RwSignal::new(false);
    match media.state {
        MediaState::Pending => view! { <Missing kind failed=false reason=String::new()/> }.into_any(),
        MediaState::Failed => view! { <Missing kind failed=true reason=media.reason/> }.into_any(),
        MediaState::Ready => (move || match kind {
            _ if broken.get() => view! { <Document media=media.clone() broken=true/> }.into_any(),
            MessageKind::Image => view! { <Picture media=media.clone() broken/> }.into_any(),
            MessageKind::Sticker => view! { <Sticker media=media.clone() broken/> }.into_any(),
            MessageKind::Video => view! { <Film media=media.clone() broken/> }.into_any(),
            MessageKind::Audio => view! { <Sound media=media.clone() broken/> }.into_any(),
            _ => view! { <Document media=media.clone()/> }.into_any(),
        })
        .into_any(),
    }
}

fn src(media: &Media) -> String {
    format!("/media/{}", media.id)
}

/// The file is on its way, or could not be had.
#[component]
fn Missing(kind: MessageKind, failed: bool, reason: String) -> impl IntoView {
    let i18n = use_i18n();
    let boxed = matches!(kind, MessageKind::Image | MessageKind::Video | MessageKind::Sticker);
    view! {
        <div class="media-missing" class:media-box=boxed class:failed=failed role="status">
            <Icon name=if failed { "alert" } else { "hourglass" }/>
            <span>{move || super::bubble::kind_name(i18n, kind)}</span>
            <span>{move || if failed { t_string!(i18n, inbox.thread.media.failed) } else { t_string!(i18n, inbox.thread.media.pending) }}</span>
            {(!reason.is_empty()).then(|| view! { <details><summary>{t!(i18n, common.word.details)}</summary><span dir="auto">{reason}</span></details> })}
        </div>
    }
}

#[component]
fn Picture(media: Media, broken: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let name = media.file_name.clone();
    let alt = move || {
        if name.is_empty() {
            t_string!(i18n, inbox.thread.media.image).to_string()
        } else {
            t_string!(i18n, inbox.thread.media.image_named, name = name.as_str()).to_string()
        }
    };
    let pane = use_pane();
    let id = media.id;
    // Without scripts, or with another button of the mouse, the link leads to the picture itself.
    let press = move |event: leptos::ev::MouseEvent| {
        if event.button() == 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            pane.sheet.set(Some(Sheet::View(id)));
        }
    };
    let known = media.width > 0 && media.height > 0;
    let address = if media.small { format!("{}/small", src(&media)) } else { src(&media) };
    view! {
        <a class="media-box picture" class:known=known href=src(&media) target="_blank" rel="noopener" on:click=press
            data-tip=move || t_string!(i18n, inbox.thread.media.open).to_string()>
            <img src=address alt=alt loading="lazy" decoding="async" width=known.then_some(media.width) height=known.then_some(media.height)
                on:error=move |_| broken.set(true)/>
        </a>
    }
}

#[component]
fn Sticker(media: Media, broken: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <img class="media-sticker" src=src(&media) alt=move || t_string!(i18n, inbox.thread.media.sticker).to_string()
            loading="lazy" decoding="async" on:error=move |_| broken.set(true)/>
    }
}

#[component]
fn Film(media: Media, broken: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let known = media.width > 0 && media.height > 0;
    let poster = media.small.then(|| format!("{}/small", src(&media)));
    let started = RwSignal::new(false);
    // Its length, until the player itself says it.
    let length =
        (media.seconds > 0).then(|| view! { <span class="film-length" aria-hidden="true">{clock(f64::from(media.seconds))}</span> });
    view! {
        <div class="media-box film" class:known=known class:started=move || started.get()>
        <video controls playsinline preload="none" src=src(&media) poster=poster width=known.then_some(media.width)
            height=known.then_some(media.height) on:play=move |_| started.set(true) aria-label=move || t_string!(i18n, inbox.thread.media.video).to_string()
            on:error=move |_| broken.set(true)></video>
        {length}
        </div>
    }
}

/// A file as a card with its name, size and a way to get it.
#[component]
fn Document(media: Media, #[prop(optional)] broken: bool) -> impl IntoView {
    let i18n = use_i18n();
    let name = media.file_name.clone();
    let shown = {
        let name = name.clone();
        move || if name.is_empty() { t_string!(i18n, inbox.thread.media.document).to_string() } else { name.clone() }
    };
    let label = {
        let shown = shown.clone();
        move || {
            let name = shown();
            t_string!(i18n, inbox.thread.media.download_named, name = name.as_str()).to_string()
        }
    };
    let pane = use_pane();
    let times = use_times();
    let (id, until) = (media.id, media.link_until);
    let view = (is_viewable(&media) && !broken).then(|| {
        view! {
            <Button small=true kind=Kind::Ghost icon="eye" class="document-view" press=move |()| pane.sheet.set(Some(Sheet::View(id)))>{t!(i18n, file.view)}</Button>
        }
    });
    let small = (media.small && !broken)
        .then(|| view! { <img class="document-small" src=format!("{}/small", src(&media)) alt="" loading="lazy"/> });
    let (size, mime) = (media.size, short_type(&media.mime));
    let facts = move || {
        let size = (size > 0).then(|| size_text(language::code(i18n.get_locale()), size));
        [Some(mime.clone()), size].into_iter().flatten().filter(|f| !f.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    view! {
        <a class="content-card document" href=src(&media) download=name aria-label=label>
            {match small {
                Some(picture) => picture.into_any(),
                None => view! { <span class="content-card-icon"><Icon name="document"/></span> }.into_any(),
            }}
            <span class="content-card-text">
                <strong class="document-name" dir="auto">{shown}</strong>
                <span class="document-facts">{facts}</span>
                {broken.then(|| view! { <span>{t!(i18n, inbox.thread.media.broken)}</span> })}
            </span>
            <Icon name="download"/>
        </a>
        {view}
        {until.map(|until| view! {
            <p class="document-link">{move || { let time = times.text(until, TimeStyle::Full); t_string!(i18n, file.link_until, time = time.as_str()).to_string() }}</p>
        })}
    }
}

/// `application/pdf` as `PDF`; nothing for types whose name tells nothing.
fn short_type(mime: &str) -> String {
    let sub = mime.split(';').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    if sub.is_empty() || sub.len() > 5 || sub.contains('.') { String::new() } else { sub.to_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::short_type;

    #[test]
    fn types_are_named_when_people_know_the_name() {
        assert_eq!(short_type("application/pdf"), "PDF");
        assert_eq!(short_type("audio/ogg; codecs=opus"), "OGG");
        assert_eq!(short_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document"), "");
        assert_eq!(short_type(""), "");
    }
}
