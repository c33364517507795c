//! One message of a talk: its text, its file, the conversation that it points to.

use crate::api::talk::pointed_to;
use crate::i18n::*;
use crate::language;
use crate::live::use_store;
use crate::part::*;
use crate::prefs::is_phone;
use crate::screen::inbox::bubble::size_text;
use crate::screen::inbox::format;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{ConversationId, FileKind, Media, Pointed, TalkMessage, file_kind};

/// A message as its reader sees it. `first`: it is not by the author of the one before; `many`: it could be anybody's.
#[component]
pub(super) fn Message(message: TalkMessage, mine: bool, first: bool, many: bool) -> impl IntoView {
    let store = use_store();
    let author = message.author_id;
    view! {
        <li class="talk-message" class:mine=mine class:named=first>
            {(first && many && !mine).then(|| view! { <bdi class="talk-author">{move || store.member_name(author)}</bdi> })}
            <div class="talk-bubble">
                {message.file.map(|file| view! { <FileView file/> })}
                <Said text=message.text conversation=message.conversation_id/>
                <Time at=message.at style=TimeStyle::Clock/>
            </div>
        </li>
    }
}

/// A text, and a card of the conversation that it points to.
#[component]
pub(super) fn Said(text: String, conversation: Option<ConversationId>) -> impl IntoView {
    // An address alone says nothing that the card does not.
    let only_link = conversation.is_some_and(|id| text.ends_with(&format!("/inbox/{id}")) && !text.contains(char::is_whitespace));
    let big = format::parse::is_emoji_only(&text);
    view! {
        {(!text.is_empty() && !only_link).then(|| view! { <div class="content-text" class:emoji=big dir="auto">{format::rich(&text)}</div> })}
        {conversation.map(|id| view! { <Card id/> })}
    }
}

/// What the reader may know of a conversation (CI-4): its name and the way to it, or that it is not theirs to see.
#[component]
pub(super) fn Card(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let found = RwSignal::new(None::<Option<Pointed>>);
    effect(move || {
        spawn_local(async move {
            if let Ok(answer) = pointed_to(id).await {
                let _ = found.try_set(Some(answer));
            }
        });
    });
    // On a phone the chat stands over what is opened.
    let leave = move |_| {
        if is_phone() {
            store.talks.open.set(false);
        }
    };
    move || match found.get() {
        Some(Some(c)) => {
            let protocol = c.protocol.clone();
            view! {
                <A href=format!("/inbox/{id}") attr:class="talk-card" on:click=leave>
                    <Icon name="inbox"/>
                    <span class="talk-card-text">
                        <bdi class="talk-name">{c.contact_name}</bdi>
                        <span>{move || t_string!(i18n, talk.protocol, number = protocol.as_str()).to_string()}</span>
                    </span>
                </A>
            }
            .into_any()
        }
        Some(None) => view! {
            <span class="talk-card closed"><Icon name="lock"/><span>{t!(i18n, talk.not_yours)}</span></span>
        }
        .into_any(),
        None => view! { <span class="talk-card closed"><Icon name="inbox"/><span>{t!(i18n, talk.pointed)}</span></span> }.into_any(),
    }
}

/// A file, shown when the browser can.
#[component]
fn FileView(file: Media) -> impl IntoView {
    let i18n = use_i18n();
    let src = format!("/media/{}", file.id);
    let broken = RwSignal::new(false);
    let name = if file.file_name.is_empty() { None } else { Some(file.file_name.clone()) };
    let called = {
        let name = name.clone();
        move || name.clone().unwrap_or_else(|| t_string!(i18n, talk.file).to_string())
    };
    let (size, is_small) = (file.size, file.small);
    let card = {
        let (src, called, name) = (src.clone(), called.clone(), name.clone());
        move || {
            view! {
                <a class="talk-card" href=src.clone() download=name.clone()>
                    <Icon name="document"/>
                    <span class="talk-card-text"><bdi class="talk-name">{called.clone()}</bdi><span>{move || size_text(language::code(i18n.get_locale()), size)}</span></span>
                    <Icon name="download"/>
                </a>
            }
        }
    };
    let kind = file_kind(&file.mime);
    move || {
        match kind {
        FileKind::Image if is_small && !broken.get() => view! {
            <a class="talk-picture" href=src.clone() target="_blank" rel="noopener">
                <img src=format!("{src}/small") alt=called.clone() loading="lazy" decoding="async" width=file.width height=file.height on:error=move |_| broken.set(true)/>
            </a>
        }
        .into_any(),
        FileKind::Video if !broken.get() => view! {
            <video class="talk-video" controls playsinline preload="none" src=src.clone() aria-label=called.clone() on:error=move |_| broken.set(true)></video>
        }
        .into_any(),
        FileKind::Audio if !broken.get() => view! {
            <audio controls preload="none" src=src.clone() aria-label=called.clone() on:error=move |_| broken.set(true)></audio>
        }
        .into_any(),
        _ => card().into_any(),
    }
    }
}
