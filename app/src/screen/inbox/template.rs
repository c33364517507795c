//! Choosing an approved template, filling it in and looking at it before it is sent.

mod file;
mod form;
pub mod preview;

use crate::api;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use form::FillIn;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{ChannelId, Fault, Template, TemplateCategory, TemplateFill, Upload};

/// A template with its values, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    pub template: Template,
    pub fill: TemplateFill,
    /// The file of its header.
    pub file: Option<Upload>,
}

/// A category's name.
pub fn category_name(i18n: I18nContext<Locale>, category: TemplateCategory) -> String {
    match category {
        TemplateCategory::Marketing => t_string!(i18n, inbox.thread.template.marketing),
        TemplateCategory::Utility => t_string!(i18n, inbox.thread.template.utility),
        TemplateCategory::Authentication => t_string!(i18n, inbox.thread.template.authentication),
    }
    .to_string()
}

/// What the picker shows; changes of the list do not disturb who fills in a template.
#[derive(Clone, Debug, PartialEq)]
enum Face {
    Fill(Template),
    Loading,
    Failed(Fault),
    Empty,
    List,
}

#[derive(Clone, Debug, PartialEq)]
enum Loaded {
    Loading,
    Here(Vec<Template>),
    Failed(Fault),
}

/// Lists the channel's templates, then asks for the chosen one's values. What was typed stays while it is on screen.
#[component]
pub fn TemplatePicker(
    #[prop(into)] channel_id: Signal<ChannelId>,
    /// Only templates of this category may be sent (RE-4).
    #[prop(optional, into)]
    category: Signal<Option<TemplateCategory>>,
    /// Called with the filled-in template; nothing is missing from it.
    #[prop(into)]
    on_send: Callback<Picked>,
    /// It is being sent.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why the last try was refused.
    #[prop(optional, into)]
    fault: Signal<Option<Fault>>,
    /// The search field takes the focus at once.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let loaded = RwSignal::new(Loaded::Loading);
    let refreshing = RwSignal::new(false);
    let refresh_fault = RwSignal::new(None::<Fault>);
    let search = RwSignal::new(String::new());
    let wanted = RwSignal::new(None::<TemplateCategory>);
    let chosen = RwSignal::new(None::<Template>);

    let load = move |refresh: bool| {
        let channel = channel_id.get_untracked();
        if refresh {
            refreshing.set(true);
        }
        refresh_fault.set(None);
        spawn_local(async move {
            let answer = api::inbox::templates(channel, refresh).await;
            // The picker may be gone, or show another channel by now.
            if channel_id.try_get_untracked() != Some(channel) {
                return;
            }
            refreshing.set(false);
            match answer {
                Ok(list) => loaded.set(Loaded::Here(list)),
                Err(refused) if crate::session::ended_by(&refused.0) => {}
                // A failed refresh keeps the list that is there.
                Err(refused) if loaded.with_untracked(|l| matches!(l, Loaded::Here(_))) => refresh_fault.set(Some(refused.0)),
                Err(refused) => loaded.set(Loaded::Failed(refused.0)),
            }
        });
    };
    Effect::new(move |before: Option<ChannelId>| {
        let channel = channel_id.get();
        store.templates_changed.track();
        if before.is_some_and(|b| b != channel) {
            chosen.set(None);
            loaded.set(Loaded::Loading);
        }
        load(false);
        channel
    });
    // A chosen template that was changed or withdrawn meanwhile.
    effect(move || {
        if let Loaded::Here(list) = loaded.get()
            && let Some(have) = chosen.get_untracked()
        {
            let now = list.into_iter().find(|t| t.id == have.id);
            if now.as_ref() != Some(&have) {
                chosen.set(now);
            }
        }
    });

    let allowed = move |t: &Template| category.get().or_else(|| wanted.get()).is_none_or(|c| t.category == c);
    let shown = Memo::new(move |_| {
        let needle = search.with(|s| s.trim().to_lowercase());
        loaded.with(|l| match l {
            Loaded::Here(list) => list.iter().filter(|t| allowed(t) && matches(t, &needle)).cloned().collect::<Vec<_>>(),
            _ => Vec::new(),
        })
    });
    let face = Memo::new(move |_| match (chosen.get(), loaded.get()) {
        (Some(template), _) => Face::Fill(template),
        (None, Loaded::Loading) => Face::Loading,
        (None, Loaded::Failed(fault)) => Face::Failed(fault),
        (None, Loaded::Here(all)) if all.is_empty() => Face::Empty,
        (None, Loaded::Here(_)) => Face::List,
    });
    let refresh_button = move || {
        view! {
            <Button small=true icon="refresh" busy=refreshing press=move |()| load(true)
                label=Signal::derive(move || t_string!(i18n, inbox.thread.template.refresh).to_string())>
                {move || if refreshing.get() { t_string!(i18n, inbox.thread.template.refreshing) } else { t_string!(i18n, inbox.thread.template.refresh) }}
            </Button>
        }
    };
    let list = move || {
        view! {
            <div class="template-tools">
                <TextField name="template-search" kind="search" label=move || t_string!(i18n, inbox.thread.template.search).to_string() quiet=true
                    placeholder=move || t_string!(i18n, inbox.thread.template.search).to_string() value=search max=100 autofocus/>
                {refresh_button()}
            </div>
            {move || match category.get() {
                Some(only) => view! {
                    <p class="template-only">{move || {
                        let category = category_name(i18n, only);
                        t_string!(i18n, inbox.thread.template.only_category, category = category.as_str()).to_string()
                    }}</p>
                }.into_any(),
                None => view! { <Categories wanted/> }.into_any(),
            }}
            {move || refresh_fault.get().map(|f| crate::fault::view(i18n, &f))}
            {move || match shown.get() {
                list if list.is_empty() => view! { <NothingFound search wanted only=category/> }.into_any(),
                list => view! {
                    <ul class="template-list" aria-label=move || t_string!(i18n, inbox.thread.template.label).to_string()>
                        {list.into_iter().map(|t| view! { <Choose template=t chosen/> }).collect_view()}
                    </ul>
                }.into_any(),
            }}
        }
    };
    view! {
        <div class="template-picker">
            {move || match face.get() {
                Face::Fill(template) => view! {
                    <FillIn template on_send busy fault back=move |()| chosen.set(None)/>
                }.into_any(),
                Face::Loading => view! { <SkeletonRows count=3/> }.into_any(),
                Face::Failed(fault) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| { loaded.set(Loaded::Loading); load(false) }/> }.into_any(),
                Face::Empty => view! {
                    <EmptyState icon="template" title=move || t_string!(i18n, inbox.thread.template.empty).to_string()
                        text=move || t_string!(i18n, inbox.thread.template.empty_text).to_string()>
                        {refresh_button()}
                    </EmptyState>
                    {move || refresh_fault.get().map(|f| crate::fault::view(i18n, &f))}
                }.into_any(),
                Face::List => list().into_any(),
            }}
        </div>
    }
}

fn matches(template: &Template, needle: &str) -> bool {
    needle.is_empty()
        || template.name.to_lowercase().replace('_', " ").contains(&needle.replace('_', " "))
        || template.body.to_lowercase().contains(needle)
}

/// All, or one category.
#[component]
fn Categories(wanted: RwSignal<Option<TemplateCategory>>) -> impl IntoView {
    let i18n = use_i18n();
    let choices = [None, Some(TemplateCategory::Utility), Some(TemplateCategory::Marketing), Some(TemplateCategory::Authentication)];
    let name = move |c: Option<TemplateCategory>| match c {
        None => t_string!(i18n, inbox.thread.template.all).to_string(),
        Some(c) => category_name(i18n, c),
    };
    view! {
        <div class="template-categories" role="group">
            {choices.into_iter().map(|c| view! {
                <button type="button" class="chip-button" aria-pressed=move || if wanted.get() == c { "true" } else { "false" }
                    on:click=move |_| wanted.set(c)>{move || name(c)}</button>
            }).collect_view()}
        </div>
    }
}

#[component]
fn NothingFound(
    search: RwSignal<String>,
    wanted: RwSignal<Option<TemplateCategory>>,
    only: Signal<Option<TemplateCategory>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let title = move || match search.with(|s| s.trim().to_owned()) {
        text if text.is_empty() || (only.get().or(wanted.get()).is_some() && text.is_empty()) => {
            t_string!(i18n, inbox.thread.template.empty_category).to_string()
        }
        text => t_string!(i18n, inbox.thread.template.empty_search, text = text.as_str()).to_string(),
    };
    view! { <p class="template-none" role="status">{title}</p> }
}

/// One template of the list.
#[component]
fn Choose(template: Template, chosen: RwSignal<Option<Template>>) -> impl IntoView {
    let i18n = use_i18n();
    let (name, language, category, body) =
        (template.name.replace('_', " "), template.language.clone(), template.category, template.body.clone());
    let template = StoredValue::new(template);
    view! {
        <li>
            <button type="button" class="template-choice" on:click=move |_| chosen.set(Some(template.get_value()))>
                <span class="template-name">{name}</span>
                <span class="template-facts">{move || category_name(i18n, category)} " · " {language}</span>
                <span class="template-body" dir="auto">{body}</span>
            </button>
        </li>
    }
}
