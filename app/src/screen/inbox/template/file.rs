//! The file of a template's header: chosen here and brought to the server, or an address where the network fetches it.

use crate::i18n::*;
use crate::part::*;
use crate::screen::inbox::bubble::size_text;
use crate::screen::replies::file::Carried;
use crate::{fault, language};
use leptos::prelude::*;
use model::{HeaderKind, TemplateFill, Upload};
use wasm_bindgen::JsCast;

/// What the browser offers to choose from.
fn accepts(header: HeaderKind) -> &'static str {
    match header {
        HeaderKind::Image => "image/jpeg,image/png,image/webp",
        HeaderKind::Video => "video/mp4,video/3gpp",
        _ => ".pdf,.txt,.csv,.doc,.docx,.xls,.xlsx,.ppt,.pptx",
    }
}

/// The file, or its address.
#[component]
pub(super) fn HeaderFile(
    header: HeaderKind,
    carried: Carried,
    fill: RwSignal<TemplateFill>,
    /// Nothing is here yet, and somebody tried to send.
    wrong: Memo<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let by_link = RwSignal::new(false);
    // What was chosen comes back with another press.
    effect(move || {
        let id = if by_link.get() { None } else { carried.file.with(|f| f.as_ref().map(|f| f.id)) };
        fill.update(|f| f.header_file = id);
    });
    view! {
        {move || if by_link.get() {
            view! { <Link fill wrong/> }.into_any()
        } else {
            view! { <Chosen header carried wrong/> }.into_any()
        }}
        <div>
            <Button kind=Kind::Ghost small=true icon="link" press=move |()| by_link.update(|b| *b = !*b)>
                {move || if by_link.get() { t_string!(i18n, inbox.thread.template.by_file) } else { t_string!(i18n, inbox.thread.template.by_link) }}
            </Button>
        </div>
    }
}

#[component]
fn Chosen(header: HeaderKind, carried: Carried, wrong: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let input = NodeRef::<leptos::html::Input>::new();
    let choose = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let file = input.files().and_then(|f| f.item(0));
        input.set_value("");
        if let Some(file) = file {
            carried.send_as(file, header.file_max(), move |up| header.takes(up.kind, &up.mime, up.size));
        }
    };
    let there = move |file: Upload| {
        let name = StoredValue::new(file.file_name.clone());
        let size = move || size_text(language::code(i18n.get_locale()), file.size);
        let icon = match header {
            HeaderKind::Image => "image",
            HeaderKind::Video => "video",
            _ => "file",
        };
        let remove = move || {
            let name = name.get_value();
            t_string!(i18n, file.remove, name = name.as_str()).to_string()
        };
        view! {
            <div class="tray-file">
                <span class="tray-picture">
                    {match file.small {
                        true => view! { <img src=format!("/media/{}/small", file.id) alt=""/> }.into_any(),
                        false => view! { <Icon name=icon/> }.into_any(),
                    }}
                </span>
                <span class="tray-text">
                    <a href=format!("/media/{}", file.id) target="_blank" rel="noopener"><bdi>{name.get_value()}</bdi></a>
                    <span class="tray-facts">{size}</span>
                </span>
                <IconButton icon="x" small=true label=remove press=move |()| carried.file.set(None)/>
            </div>
        }
    };
    let label = move || t_string!(i18n, inbox.thread.template.header_file).to_string();
    let hint = move || match header {
        HeaderKind::Image => t_string!(i18n, inbox.thread.template.hint_image),
        HeaderKind::Video => t_string!(i18n, inbox.thread.template.hint_video),
        _ => t_string!(i18n, inbox.thread.template.hint_document),
    };
    let trouble = move || match carried.failed.get() {
        Some(why) => Some(fault::say(i18n, &why)),
        None => wrong.get().then(|| t_string!(i18n, inbox.thread.template.missing_file).to_string()),
    };
    view! {
        <div class="field" role="group" aria-labelledby="slot-header-file" data-slot="header.link" tabindex="-1" class:wrong=move || wrong.get()>
            <span class="field-label" id="slot-header-file">{label}</span>
            {move || match (carried.percent.get(), carried.file.get()) {
                (Some(percent), _) => view! {
                    <div class="template-going" role="status">
                        <progress max="100" value=i32::from(percent) aria-label=label></progress>
                        <span>{move || t_string!(i18n, file.going, percent = percent).to_string()}</span>
                    </div>
                }.into_any(),
                (None, Some(file)) => there(file).into_any(),
                (None, None) => view! {
                    <div><Button small=true icon="attach" press=choose>{t!(i18n, inbox.thread.template.choose_file)}</Button></div>
                }.into_any(),
            }}
            <input node_ref=input type="file" hidden accept=accepts(header) aria-label=label data-header-file="" on:change=chosen/>
            <div class="field-hint">{hint}</div>
            <div class="field-fault" aria-live="polite">{trouble}</div>
        </div>
    }
}

#[component]
fn Link(fill: RwSignal<TemplateFill>, wrong: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let now = fill.with_untracked(|f| f.values.get("header.link").cloned().unwrap_or_default());
    let typed = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        fill.update(|f| {
            f.values.insert("header.link".to_owned(), value);
        });
    };
    view! {
        <div class="field" class:wrong=move || wrong.get()>
            <label class="field-label" for="slot-header-link">{t!(i18n, inbox.thread.template.slot_link)}</label>
            <input id="slot-header-link" class="input" data-slot="header.link" dir="auto" autocomplete="off" type="url" maxlength=super::form::VALUE_MAX
                value=now aria-describedby="slot-header-link-fault" aria-invalid=move || wrong.get().then_some("true") on:input=typed/>
            <div class="field-fault" id="slot-header-link-fault" aria-live="polite">
                {move || wrong.get().then(|| t_string!(i18n, inbox.thread.template.missing_link))}
            </div>
        </div>
    }
}
