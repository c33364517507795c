//! Nothing there, loading, failed, under way, done.

use super::{Button, Icon, Kind, Tone};
use crate::fault;
use crate::i18n::*;
use leptos::prelude::*;
use model::Fault;

/// Says what would be here and how to get it.
#[component]
pub fn EmptyState(
    icon: &'static str,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] text: Signal<String>,
    /// It is the page's only content: its title is the page's heading.
    #[prop(optional)]
    page: bool,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon"><Icon name=icon/></span>
            {if page {
                view! { <h1 class="empty-title">{move || title.get()}</h1> }.into_any()
            } else {
                view! { <p class="empty-title">{move || title.get()}</p> }.into_any()
            }}
            {move || Some(text.get()).filter(|t| !t.is_empty()).map(|text| view! { <p class="empty-text">{text}</p> })}
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}

/// Grey lines where text will be.
#[component]
pub fn Skeleton(#[prop(default = 3)] lines: u32) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{t!(i18n, common.word.loading)}</span>
            {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view()}
        </div>
    }
}

/// Grey rows where a list will be.
#[component]
pub fn SkeletonRows(#[prop(default = 6)] count: u32) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="skeleton rows" role="status">
            <span class="visually-hidden">{t!(i18n, common.word.loading)}</span>
            {(0..count).map(|_| view! {
                <div class="skeleton-row">
                    <span class="skeleton-disc"></span>
                    <span class="skeleton-texts"><span class="skeleton-line"></span><span class="skeleton-line short"></span></span>
                </div>
            }).collect_view()}
        </div>
    }
}

/// A part that could not be loaded: what happened, and a retry.
#[component]
pub fn Trouble(#[prop(into)] fault: Signal<Fault>, #[prop(into)] retry: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="empty trouble" role="alert">
            <span class="empty-icon"><Icon name="alert"/></span>
            <p class="empty-title">{t!(i18n, common.trouble.title)}</p>
            <p class="empty-text">{move || fault.with(|f| fault::say(i18n, f))}</p>
            <div class="empty-actions">
                <Button kind=Kind::Primary icon="refresh" press=retry>{t!(i18n, common.act.retry)}</Button>
            </div>
        </div>
    }
}

/// A thin bar across the page or a pane, such as "no connection".
#[component]
pub fn Banner(
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional)] icon: Option<&'static str>,
    /// What its button says; without it there is none.
    #[prop(optional, into)]
    action: Signal<String>,
    #[prop(optional, into)] press: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=move || format!("banner {}", tone.get().class()) role="status">
            {icon.map(|name| view! { <Icon name small=true/> })}
            <span class="banner-text">{children()}</span>
            {move || Some(action.get()).filter(|a| !a.is_empty()).zip(press).map(|(label, press)| view! { <Button kind=Kind::Plain small=true press=press>{label}</Button> })}
        </div>
    }
}

/// How far something is.
#[component]
pub fn Progress(
    #[prop(into)] label: Signal<String>,
    /// 0 to 1; none = not known.
    #[prop(into)]
    part: Signal<Option<f64>>,
) -> impl IntoView {
    view! {
        <label class="progress">
            <span>{move || label.get()}</span>
            <progress max="1" value=move || part.get().map(|p| p.to_string())></progress>
        </label>
    }
}

/// What a form says beside its button: unsaved, saving, saved.
#[component]
pub fn Saved(
    #[prop(into)] saving: Signal<bool>,
    /// True from a successful save until the next change.
    #[prop(into)]
    saved: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="saved" role="status">
            {move || match (saving.get(), saved.get()) {
                (true, _) => Some(view! { <span>{t!(i18n, common.act.saving)}</span> }.into_any()),
                (_, true) => Some(view! { <Icon name="check" small=true/><span>{t!(i18n, common.act.saved)}</span> }.into_any()),
                _ => None,
            }}
        </span>
    }
}
