//! One field: kind, name, options, required, archived.

use super::field::kind_name;
use super::list::use_go;
use crate::api::contact::save_field;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{CustomField, FieldDraft, FieldKind, limit};

/// Creates (`field` is none) or changes a field.
#[component]
pub(super) fn FieldForm(field: Option<CustomField>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let is_new = field.is_none();
    let id = field.as_ref().map(|f| f.id);
    let kind = RwSignal::new(field.as_ref().map_or(FieldKind::String, |f| f.kind).word().to_owned());
    let name = RwSignal::new(field.as_ref().map(|f| f.name.clone()).unwrap_or_default());
    let required = RwSignal::new(field.as_ref().is_some_and(|f| f.required));
    let archived = RwSignal::new(field.as_ref().is_some_and(|f| f.archived));
    let options = RwSignal::new(field.map(|f| f.options.join("\n")).unwrap_or_default());
    let of_kind = move || kind.read().parse().unwrap_or(FieldKind::String);
    let form = Form::new(move || {
        let options = options.read().lines().map(str::to_owned).collect();
        FieldDraft { id, kind: of_kind(), name: name.get(), required: required.get(), archived: archived.get(), options }.tidy()
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let go = go.clone();
        form.save(FieldDraft::check, save_field, move |saved: CustomField| {
            changed.run(());
            if is_new {
                toasts.say(tu_string!(i18n, contact.fields.added).to_string());
                go(format!("/settings/fields/{}", saved.id));
            }
        });
    };
    let kinds = Signal::derive(move || FieldKind::ALL.iter().map(|k| Choice::new(k.word(), kind_name(i18n, *k))).collect::<Vec<_>>());
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match name.get() { n if n.trim().is_empty() => t_string!(i18n, contact.fields.new).to_string(), n => n }}</h2>
            <TextField name="name" max=limit::NAME_MAX as u32 value=name autofocus=is_new label=move || t_string!(i18n, contact.fields.name).to_string()/>
            <Select name="kind" value=kind choices=kinds label=move || t_string!(i18n, contact.fields.kind).to_string()
                hint=move || t_string!(i18n, contact.fields.kind_hint).to_string()/>
            <Show when=move || of_kind().has_options()>
                <TextArea name="options" value=options rows=5 max=12_000 label=move || t_string!(i18n, contact.fields.options).to_string()
                    hint=move || t_string!(i18n, contact.fields.options_hint).to_string()/>
            </Show>
            <Show when=move || of_kind() != FieldKind::Group>
                <Toggle name="required" checked=required label=move || t_string!(i18n, contact.fields.required).to_string()
                    hint=move || t_string!(i18n, contact.fields.required_hint).to_string()/>
            </Show>
            {(!is_new).then(|| view! {
                <Toggle name="archived" checked=archived label=move || t_string!(i18n, contact.fields.archived).to_string()
                    hint=move || t_string!(i18n, contact.fields.archived_hint).to_string()/>
            })}
            <FormFoot form fresh=is_new/>
        </form>
    }
}
