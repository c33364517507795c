//! Tags of the account (CP-4).

use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_go, use_open, when_here};
use super::member::follow;
use crate::api::contact::{delete_tag, save_tag, tags};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Fault, Tag, TagColour, TagDraft, limit};

/// All tags, and the form of the one that is open.
#[component]
pub fn TagsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let all = Fetched::new(tags);
    follow(all);
    let list = when_here(all, move |rows| view! { <TagList rows/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenTag open rows changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, contact.tags.title).to_string()/>
        <Split title=move || t_string!(i18n, contact.tags.title).to_string() lead=move || t_string!(i18n, contact.tags.lead).to_string()
            new=("/settings/tags/new", Signal::derive(move || t_string!(i18n, contact.tags.new).to_string())) home="/settings/tags" open list form/>
    }
}

#[component]
fn TagList(rows: Signal<Vec<Tag>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || rows.with(Vec::is_empty)><p class="split-none">{t!(i18n, contact.tags.nothing)}</p></Show>
        <ul class="entries">
            <For each=move || rows.get() key=Tag::clone let:tag>
                <li><A href=format!("/settings/tags/{}", tag.id) attr:class="entry" scroll=false><TagMark tag/></A></li>
            </For>
        </ul>
    }
}

#[component]
fn OpenTag(open: Memo<Open>, rows: Signal<Vec<Tag>>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|tags| tags.iter().any(|t| t.id.0 == id)));
    move || {
        let tag = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="tag" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="tag" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => rows.with_untracked(|tags| tags.iter().find(|t| t.id.0 == id).cloned()),
        };
        view! { <TagForm tag changed/> }.into_any()
    }
}

#[component]
fn TagForm(tag: Option<Tag>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let is_new = tag.is_none();
    let id = tag.as_ref().map(|t| t.id);
    let name = RwSignal::new(tag.as_ref().map(|t| t.name.clone()).unwrap_or_default());
    let colour = RwSignal::new(tag.map_or(TagColour::Teal, |t| t.colour));
    let form = Form::new(move || TagDraft { id, name: name.get(), colour: colour.get() });
    let leave = go.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let go = go.clone();
        form.save(TagDraft::check, save_tag, move |saved: Tag| {
            changed.run(());
            if is_new {
                toasts.say(tu_string!(i18n, contact.tags.added).to_string());
                go(format!("/settings/tags/{}", saved.id));
            }
        });
    };
    // How many contacts have it, once that is known: then it is asked for.
    let used = RwSignal::new(0_i64);
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let delete = Callback::new(move |confirmed: bool| {
        let Some(id) = id.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let leave = leave.clone();
        spawn_local(async move {
            let answer = delete_tag(id, confirmed).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    asking.set(false);
                    form.keep();
                    toasts.say(tu_string!(i18n, contact.tags.deleted).to_string());
                    changed.run(());
                    leave("/settings/tags".to_owned());
                }
                Err(refused) => match refused.0 {
                    Fault::InUse { count } => {
                        used.set(count);
                        asking.set(true);
                    }
                    other => {
                        asking.set(false);
                        form.faults().take(&other);
                    }
                },
            }
        });
    });
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match name.get() { n if n.trim().is_empty() => t_string!(i18n, contact.tags.new).to_string(), n => n }}</h2>
            <TextField name="name" max=limit::TAG_NAME_MAX as u32 value=name autofocus=is_new label=move || t_string!(i18n, contact.tags.name).to_string()/>
            <div>
                <span class="field-label">{t!(i18n, contact.colour.title)}</span>
                <ColourChoice colour/>
            </div>
            <FormFoot form fresh=is_new>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    <Button kind=Kind::Ghost icon="trash" busy press=move |()| delete.run(false)>{t!(i18n, contact.tags.delete)}</Button>
                })}
            </FormFoot>
        </form>
        <Confirm open=asking danger=true busy press=move |()| delete.run(true) title=move || t_string!(i18n, contact.tags.delete_title).to_string()
            text=move || t_string!(i18n, contact.tags.delete_text, count = used.get()).to_string()
            label=move || t_string!(i18n, contact.tags.delete).to_string()/>
    }
}
