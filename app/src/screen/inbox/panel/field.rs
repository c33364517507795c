//! One of the account's own fields in the contact's form.

use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::{CustomField, FieldId, FieldKind, field_name, limit};
use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    /// Form fields are known by names that live as long as the page: one is made for each field, once.
    static NAMES: RefCell<HashMap<FieldId, &'static str>> = RefCell::new(HashMap::new());
}

fn name_of(id: FieldId) -> &'static str {
    NAMES.with_borrow_mut(|names| *names.entry(id).or_insert_with(|| Box::leak(field_name(id).into_boxed_str())))
}

/// A control for the field's kind, bound to the value's text.
#[component]
pub fn ValueField(field: CustomField, value: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let name = name_of(field.id);
    let CustomField { kind, name: label, options, required, .. } = field;
    let optional = !required;
    let line = limit::FIELD_LINE_MAX as u32;
    let one_line =
        |kind: &'static str, code: bool, label: String| view! { <TextField name kind code value label optional max=line/> }.into_any();
    match kind {
        FieldKind::Group => view! { <h3 class="form-group" dir="auto">{label}</h3> }.into_any(),
        FieldKind::String => one_line("text", false, label),
        FieldKind::Integer | FieldKind::Float => one_line("text", true, label),
        FieldKind::Date => one_line("date", false, label),
        FieldKind::Time => one_line("time", false, label),
        FieldKind::DateTime => one_line("datetime-local", false, label),
        FieldKind::Text => view! { <TextArea name value label optional max=limit::FIELD_TEXT_MAX as u32/> }.into_any(),
        FieldKind::Boolean => {
            let choices = Signal::derive(move || {
                let word = |value: &str, label: &str| Choice::new(value, label);
                vec![
                    word("", t_string!(i18n, contact.field.nothing)),
                    word("true", t_string!(i18n, contact.field.yes)),
                    word("false", t_string!(i18n, contact.field.no)),
                ]
            });
            view! { <Select name value label choices optional/> }.into_any()
        }
        FieldKind::SingleSelect => {
            let before = value.get_untracked();
            let choices = Signal::derive(move || {
                let empty = Choice::new("", t_string!(i18n, contact.field.nothing));
                // What is stored stays choosable although it is no longer offered.
                let gone = (!before.is_empty() && !options.contains(&before)).then(|| Choice::new(before.clone(), before.clone()));
                let offered = options.iter().map(|o| Choice::new(o.clone(), o.clone()));
                std::iter::once(empty).chain(gone).chain(offered).collect::<Vec<_>>()
            });
            view! { <Select name value label choices optional/> }.into_any()
        }
        FieldKind::MultiSelect => view! { <Several name label options value/> }.into_any(),
    }
}

/// Any of the options; the value holds one per line.
#[component]
fn Several(name: &'static str, label: String, options: Vec<String>, value: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let faults = use_context::<Faults>();
    let mut all: Vec<String> = value.with_untracked(|v| v.split('\n').filter(|o| !o.is_empty()).map(str::to_owned).collect());
    all.retain(|o| !options.contains(o));
    all.splice(0..0, options);
    let has = move |option: &str| value.with(|v| v.split('\n').any(|o| o == option));
    let flip = move |option: &str| {
        value.update(|v| {
            let mut chosen: Vec<&str> = v.split('\n').filter(|o| !o.is_empty()).collect();
            match chosen.iter().position(|o| *o == option) {
                Some(at) => drop(chosen.remove(at)),
                None => chosen.push(option),
            }
            *v = chosen.join("\n");
        });
        if let Some(faults) = faults {
            faults.touched(name);
        }
    };
    view! {
        <fieldset class="field field-several" class:wrong=move || faults.is_some_and(|f| f.of(name).is_some())>
            <legend class="field-label" dir="auto">{label}</legend>
            {all.into_iter().enumerate().map(|(n, option)| {
                let (is, mine) = (option.clone(), option.clone());
                view! {
                    <label class="check">
                        <input type="checkbox" name=(n == 0).then_some(name) prop:checked=move || has(&is) on:change=move |_| flip(&mine)/>
                        <span class="check-text"><bdi>{option}</bdi></span>
                    </label>
                }
            }).collect_view()}
            <div class="field-fault" aria-live="polite">{move || faults.and_then(|f| f.of(name)).map(|wrong| crate::fault::say_wrong(i18n, wrong))}</div>
        </fieldset>
    }
}
