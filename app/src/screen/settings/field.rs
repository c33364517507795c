//! Fields that the account adds to its contacts (CP-3).

use super::field_form::FieldForm;
use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use crate::api::contact::{fields, sort_fields};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{CustomField, FieldId, FieldKind};

/// All fields in their order, and the form of the one that is open.
#[component]
pub fn FieldsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let open = use_open();
    let all = Fetched::new(fields);
    Effect::new(move |before: Option<u32>| {
        let now = store.fields_changed.get();
        if before.is_some_and(|b| b != now) {
            all.refetch();
        }
        now
    });
    let list = when_here(all, move |rows| view! { <FieldList rows all/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenField open rows changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, contact.fields.title).to_string()/>
        <Split title=move || t_string!(i18n, contact.fields.title).to_string() lead=move || t_string!(i18n, contact.fields.lead).to_string()
            new=("/settings/fields/new", Signal::derive(move || t_string!(i18n, contact.fields.new).to_string()))
            home="/settings/fields" open list form/>
    }
}

/// The name of a kind of field.
pub(super) fn kind_name(i18n: I18nContext<Locale>, kind: FieldKind) -> String {
    match kind {
        FieldKind::Group => t_string!(i18n, contact.kind.group),
        FieldKind::String => t_string!(i18n, contact.kind.string),
        FieldKind::Text => t_string!(i18n, contact.kind.text),
        FieldKind::Integer => t_string!(i18n, contact.kind.integer),
        FieldKind::Float => t_string!(i18n, contact.kind.float),
        FieldKind::SingleSelect => t_string!(i18n, contact.kind.single),
        FieldKind::MultiSelect => t_string!(i18n, contact.kind.multi),
        FieldKind::Date => t_string!(i18n, contact.kind.date),
        FieldKind::Time => t_string!(i18n, contact.kind.time),
        FieldKind::DateTime => t_string!(i18n, contact.kind.datetime),
        FieldKind::Boolean => t_string!(i18n, contact.kind.boolean),
    }
    .to_string()
}

#[component]
fn FieldList(rows: Signal<Vec<CustomField>>, all: Fetched<Vec<CustomField>>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let sorted = move || {
        let mut fields = rows.get();
        fields.sort_by_key(|f| f.archived);
        fields
    };
    // By one place, among those that are shown.
    let shift = move |id: FieldId, by: isize| {
        let mut order: Vec<FieldId> = untrack(sorted).iter().map(|f| f.id).collect();
        let (Some(at), false) = (order.iter().position(|x| *x == id), busy.get_untracked()) else { return };
        let Some(to) = at.checked_add_signed(by).filter(|to| *to < order.len()) else { return };
        order.swap(at, to);
        busy.set(true);
        spawn_local(async move {
            let answer = sort_fields(order).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => all.refetch(),
                Err(refused) => {
                    let fault = store.hear(refused);
                    toasts.fail(untrack(|| crate::fault::say(i18n, &fault)));
                }
            }
        });
    };
    view! {
        <Show when=move || rows.with(Vec::is_empty)><p class="split-none">{t!(i18n, contact.fields.none)}</p></Show>
        <ul class="entries">
            <For each=sorted key=CustomField::clone let:field>
                {
                    let CustomField { id, kind, name, required, archived, .. } = field;
                    let (up, down) = (name.clone(), name.clone());
                    view! {
                        <li class="entry-row">
                            <A href=format!("/settings/fields/{id}") attr:class=if archived { "entry past" } else { "entry" } scroll=false>
                                <span class="entry-texts">
                                    <span class="entry-title"><bdi>{name}</bdi></span>
                                    <span class="entry-text">{move || kind_name(i18n, kind)}</span>
                                </span>
                                {archived.then(|| view! { <Chip icon="archive">{t!(i18n, contact.fields.archived)}</Chip> })}
                                {(required && !archived).then(|| view! { <Chip tone=Tone::Accent>{t!(i18n, contact.fields.required)}</Chip> })}
                            </A>
                            {(!archived).then(|| view! {
                                <span class="entry-move">
                                    <IconButton small=true icon="arrow-up" label=move || t_string!(i18n, contact.fields.up, name = up.as_str()).to_string()
                                        press=move |()| shift(id, -1)/>
                                    <IconButton small=true icon="arrow-down" label=move || t_string!(i18n, contact.fields.down, name = down.as_str()).to_string()
                                        press=move |()| shift(id, 1)/>
                                </span>
                            })}
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

#[component]
fn OpenField(open: Memo<Open>, rows: Signal<Vec<CustomField>>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|fields| fields.iter().any(|f| f.id.0 == id)));
    move || {
        let field = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="list" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="list" missing=true/> }.into_any(),
            Entry::New => None,
            Entry::Known(id) => rows.with_untracked(|fields| fields.iter().find(|f| f.id.0 == id).cloned()),
        };
        view! { <FieldForm field changed/> }.into_any()
    }
}
