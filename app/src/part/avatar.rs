//! People, numbers and small facts.

use super::Icon;
use leptos::prelude::*;
use model::{ChannelKind, ContactId, StatusKind, UserId};

/// How large an avatar is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    /// 24 px.
    Small,
    /// 40 px.
    #[default]
    Medium,
    /// 64 px.
    Large,
    /// 160 px.
    Huge,
}

/// The address of a person's photo; empty for none.
pub fn photo_of(user: UserId, mark: &str) -> String {
    if mark.is_empty() { String::new() } else { format!("/photo/{user}?v={mark}") }
}

/// The address of a contact's photo; empty for none.
pub fn contact_photo(contact: ContactId, mark: &str) -> String {
    if mark.is_empty() { String::new() } else { format!("/photo/contact/{contact}?v={mark}") }
}

/// Initials on a colour that belongs to the person; decorative, the name stands beside it.
#[component]
pub fn Avatar(
    #[prop(into)] name: Signal<String>,
    /// Any stable number of the person, such as `id.0`; chooses one of twelve hues.
    #[prop(into)]
    id: Signal<i64>,
    #[prop(optional)] size: AvatarSize,
    /// The photo, from [`photo_of`] or [`contact_photo`]; it covers the letters when it is here.
    #[prop(optional, into)]
    photo: Signal<String>,
    /// A small mark of the network in the corner.
    #[prop(optional, into)]
    channel: MaybeProp<ChannelKind>,
    /// A dot in the corner: what the person does now, once that is known.
    #[prop(optional)]
    status: Option<Signal<Option<StatusKind>>>,
) -> impl IntoView {
    let class = move || {
        let size = match size {
            AvatarSize::Small => "small",
            AvatarSize::Medium => "medium",
            AvatarSize::Large => "large",
            AvatarSize::Huge => "huge",
        };
        // The lowest bits of an id are random, so the hues spread evenly.
        format!("avatar {size} hue-{}", id.get().rem_euclid(12))
    };
    // The rest of its row may change: the photo is drawn once.
    let missed = RwSignal::new(String::new());
    let photo = Memo::new(move |_| Some(photo.get()).filter(|p| !p.is_empty() && *p != missed.get()));
    let initials = Memo::new(move |_| name.with(|n| model::text::initials(n)));
    view! {
        // The letters are drawn by the style sheet: they are no text of the button or link that holds them.
        <span class=class aria-hidden="true" data-initials=move || Some(initials.get()).filter(|i| !i.is_empty())>
            {move || initials.read().is_empty().then(|| view! { <Icon name="user"/> })}
            {move || photo.get().map(|src| view! {
                <img class="avatar-photo" src=src.clone() alt="" loading="lazy" decoding="async" on:error=move |_| missed.set(src.clone())/>
            })}
            {move || channel.get().map(|kind| {
                let (icon, class) = match kind {
                    ChannelKind::WhatsApp => ("whatsapp", "avatar-mark whatsapp"),
                    ChannelKind::WebChat => ("globe", "avatar-mark webchat"),
                };
                view! { <span class=class><Icon name=icon small=true/></span> }
            })}
            {status.map(|status| {
                let class = move || match status.get() {
                    Some(StatusKind::Online) => "avatar-status online",
                    Some(StatusKind::Away) => "avatar-status away",
                    Some(StatusKind::Offline) => "avatar-status offline",
                    None => "",
                };
                view! { <span class=class></span> }
            })}
        </span>
    }
}

/// What a badge, chip or banner means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Accent,
    Success,
    Warning,
    Danger,
    /// Internal notes.
    Note,
}

impl Tone {
    /// The class that carries the colour.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Accent => "accent",
            Tone::Success => "success",
            Tone::Warning => "warning",
            Tone::Danger => "danger",
            Tone::Note => "note",
        }
    }
}

/// A number; nothing at zero, `99+` above 99.
#[component]
pub fn Badge(
    #[prop(into)] count: Signal<i64>,
    #[prop(optional)] tone: Tone,
    /// What the number counts, for screen readers.
    #[prop(optional, into)]
    label: Signal<String>,
) -> impl IntoView {
    view! {
        {move || {
            let n = count.get();
            (n > 0).then(|| {
                let text = if n > 99 { "99+".to_owned() } else { n.to_string() };
                let spoken = Some(label.get()).filter(|l| !l.is_empty());
                view! {
                    <span class=format!("badge {}", tone.class())>
                        <span aria-hidden=spoken.is_some().then_some("true")>{text}</span>
                        {spoken.map(|s| view! { <span class="visually-hidden">{s}</span> })}
                    </span>
                }
            })
        }}
    }
}

/// A small fact in words.
#[component]
pub fn Chip(
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional)] icon: Option<&'static str>,
    /// The longer story, on hover and focus.
    #[prop(optional, into)]
    tip: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <span class=move || format!("chip {}", tone.get().class()) data-tip=move || Some(tip.get()).filter(|t| !t.is_empty())>
            {icon.map(|name| view! { <Icon name small=true/> })}
            <span class="chip-text">{children()}</span>
        </span>
    }
}
