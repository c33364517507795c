//! What the contact will see.

use super::super::format;
use crate::i18n::*;
use crate::part::Icon;
use leptos::prelude::*;
use model::{ButtonKind, HeaderKind, Template, TemplateFill, Upload};

/// The template as a bubble, with the values that are there; what is missing is marked.
#[component]
pub fn Preview(template: StoredValue<Template>, fill: RwSignal<TemplateFill>, file: RwSignal<Option<Upload>>) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = move || file.get().filter(|f| fill.with(|now| now.header_file == Some(f.id)));
    let header = move || {
        if let Some(file) = chosen() {
            return Some(shown(file));
        }
        template.with_value(|t| match t.header_kind {
            HeaderKind::None => None,
            HeaderKind::Text => Some(
                view! { <p class="content-header" dir="auto">{fill.with(|f| format::rich_template(&t.header_filled(f)))}</p> }.into_any(),
            ),
            HeaderKind::Image => Some(media("image", t_string!(i18n, inbox.thread.content.header_image).to_string())),
            HeaderKind::Video => Some(media("video", t_string!(i18n, inbox.thread.content.header_video).to_string())),
            HeaderKind::Document => Some(media("file", t_string!(i18n, inbox.thread.content.header_document).to_string())),
            HeaderKind::Location => Some(media("map-pin", {
                let place = fill.with(|f| f.values.get("header.name").map(|n| n.trim().to_owned()).unwrap_or_default());
                if place.is_empty() { t_string!(i18n, inbox.thread.content.header_location).to_string() } else { place }
            })),
        })
    };
    let body = move || template.with_value(|t| fill.with(|f| format::rich_template(&t.body_filled(f))));
    let footer =
        template.with_value(|t| (!t.footer.is_empty()).then(|| view! { <p class="content-footer" dir="auto">{t.footer.clone()}</p> }));
    let buttons = template.with_value(|t| buttons(t.buttons.iter().map(|b| (Some(b.kind), b.text.clone())).collect()));
    view! {
        <div class="template-preview">
            <p class="template-preview-title">{t!(i18n, inbox.thread.template.preview)}</p>
            <div class="bubble out first preview">
                {header}
                <div class="content-text" dir="auto">{body}</div>
                {footer}
                {buttons}
            </div>
        </div>
    }
}

/// The chosen file: its picture, or its name.
fn shown(file: Upload) -> AnyView {
    if !file.small {
        return media("file", file.file_name);
    }
    let known = file.width > 0 && file.height > 0;
    view! {
        <div class="media-box picture" class:known=known>
            <img src=format!("/media/{}/small", file.id) alt=file.file_name width=known.then_some(file.width) height=known.then_some(file.height)/>
        </div>
    }
    .into_any()
}

fn media(icon: &'static str, text: String) -> AnyView {
    view! { <p class="content-header media"><Icon name=icon/><span>{text}</span></p> }.into_any()
}

/// The buttons under a template; they work on the contact's side only.
pub fn buttons(list: Vec<(Option<ButtonKind>, String)>) -> Option<AnyView> {
    let i18n = use_i18n();
    (!list.is_empty()).then(|| {
        view! {
            <ul class="content-buttons" aria-label=move || t_string!(i18n, inbox.thread.content.buttons).to_string()>
                {list.into_iter().map(|(kind, text)| {
                    let icon = match kind {
                        Some(ButtonKind::Url) => Some("external"),
                        Some(ButtonKind::Phone) => Some("phone"),
                        Some(ButtonKind::CopyCode) => Some("copy"),
                        Some(ButtonKind::QuickReply) => Some("reply"),
                        Some(ButtonKind::Other) | None => None,
                    };
                    view! { <li>{icon.map(|name| view! { <Icon name small=true/> })}<span dir="auto">{text}</span></li> }
                }).collect_view()}
            </ul>
        }
        .into_any()
    })
}
