//! Two changed the contact at once: what differs, and which of both it shall be (CP-6).

use super::values::say_value;
use crate::i18n::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{ContactDraft, CustomField, FieldId, FieldKind, FieldValue, MergeSide, text::phone_display};

/// A part of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Name,
    Phone,
    Email,
    Annotation,
    Field(FieldId),
}

/// What stands there in a draft.
pub fn read(draft: &ContactDraft, what: What) -> String {
    match what {
        What::Name => draft.name.clone(),
        What::Phone => draft.phone.clone(),
        What::Email => draft.email.clone(),
        What::Annotation => draft.annotation.clone(),
        What::Field(id) => draft.value(id).to_owned(),
    }
}

/// Puts a value there.
pub fn write(draft: &mut ContactDraft, what: What, value: String) {
    match what {
        What::Name => draft.name = value,
        What::Phone => draft.phone = value,
        What::Email => draft.email = value,
        What::Annotation => draft.annotation = value,
        What::Field(id) => {
            draft.fields.retain(|v| v.field_id != id);
            if !value.is_empty() {
                draft.fields.push(FieldValue { field_id: id, value });
            }
        }
    }
}

/// A part in which the two differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub what: What,
    pub mine: String,
    pub theirs: String,
    /// What is chosen; at first mine when I changed it, else what the other one wrote.
    pub side: MergeSide,
}

/// Where `mine` and `theirs` differ, both made from `base`.
pub fn differences(base: &ContactDraft, mine: &ContactDraft, theirs: &ContactDraft, fields: &[CustomField]) -> Vec<Difference> {
    let own = fields.iter().filter(|f| !f.archived && f.kind != FieldKind::Group).map(|f| What::Field(f.id));
    [What::Name, What::Phone, What::Email, What::Annotation]
        .into_iter()
        .chain(own)
        .filter_map(|what| {
            let [base, mine, theirs] = [base, mine, theirs].map(|draft| read(draft, what).trim().to_owned());
            (mine != theirs).then(|| Difference { what, side: if mine != base { MergeSide::Kept } else { MergeSide::Other }, mine, theirs })
        })
        .collect()
}

impl Difference {
    /// The chosen value.
    pub fn chosen(&self) -> String {
        match self.side {
            MergeSide::Kept => self.mine.clone(),
            MergeSide::Other => self.theirs.clone(),
            MergeSide::Both => model::joined(&self.mine, &self.theirs),
        }
    }
}

/// Where two drafts of one contact differ, with a choice.
#[component]
pub fn Conflict(differences: RwSignal<Vec<Difference>>, fields: Vec<CustomField>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="conflict" role="alert">
            <p class="dialog-lead">{t!(i18n, contact.conflict.text)}</p>
            <Sides differences fields mine=move || t_string!(i18n, contact.conflict.mine).to_string()
                theirs=move || t_string!(i18n, contact.conflict.theirs).to_string()/>
        </div>
    }
}

/// The two values of each part, side by side, with a choice; of what a note holds, both on request.
#[component]
pub fn Sides(
    differences: RwSignal<Vec<Difference>>,
    fields: Vec<CustomField>,
    #[prop(into)] mine: Signal<String>,
    #[prop(into)] theirs: Signal<String>,
    /// Labels the choice of both annotations.
    #[prop(optional, into)]
    both: Option<Signal<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let fields = StoredValue::new(fields);
    let lines = differences.get_untracked();
    let choose = move |what: What, side: MergeSide| {
        differences.update(|all| all.iter_mut().filter(|d| d.what == what).for_each(|d| d.side = side));
    };
    lines.into_iter().enumerate().map(|(n, line)| {
        let what = line.what;
        let chosen = move || differences.with(|all| all.iter().find(|d| d.what == what).map(|d| d.side));
        let option = move |side: MergeSide, label: Signal<String>, value: Option<String>| view! {
            <label class="check conflict-side">
                <input type="radio" name=format!("conflict-{n}") prop:checked=move || chosen() == Some(side) on:change=move |_| choose(what, side)/>
                <span class="check-text">
                    <small class="field-hint" dir="auto">{label}</small>
                    {value.map(|value| view! {
                        <span class="conflict-value" dir="auto">{move || fields.with_value(|fields| say(i18n, fields, what, &value))}</span>
                    })}
                </span>
            </label>
        };
        let joint = both.filter(|_| what == What::Annotation && !line.mine.is_empty() && !line.theirs.is_empty());
        view! {
            <fieldset class="conflict-part">
                <legend class="field-label" dir="auto">{move || fields.with_value(|fields| name_of(i18n, fields, what))}</legend>
                {option(MergeSide::Kept, mine, Some(line.mine))}
                {option(MergeSide::Other, theirs, Some(line.theirs))}
                {joint.map(|label| option(MergeSide::Both, label, None))}
            </fieldset>
        }
    }).collect_view()
}

fn name_of(i18n: I18nContext<Locale>, fields: &[CustomField], what: What) -> String {
    match what {
        What::Name => t_string!(i18n, inbox.thread.panel.name).to_string(),
        What::Phone => t_string!(i18n, inbox.thread.panel.phone).to_string(),
        What::Email => t_string!(i18n, inbox.thread.panel.email).to_string(),
        What::Annotation => t_string!(i18n, inbox.thread.panel.annotation).to_string(),
        What::Field(id) => fields.iter().find(|f| f.id == id).map(|f| f.name.clone()).unwrap_or_default(),
    }
}

fn say(i18n: I18nContext<Locale>, fields: &[CustomField], what: What, value: &str) -> String {
    match what {
        _ if value.is_empty() => t_string!(i18n, contact.conflict.empty).to_string(),
        What::Phone => phone_display(value),
        What::Field(id) => match fields.iter().find(|f| f.id == id) {
            Some(field) => say_value(i18n, field.kind, value),
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ContactId;

    fn draft(name: &str, email: &str, plan: &str) -> ContactDraft {
        let mut draft = ContactDraft {
            id: ContactId(1),
            version: 1,
            name: name.into(),
            phone: String::new(),
            email: email.into(),
            annotation: String::new(),
            fields: Vec::new(),
        };
        write(&mut draft, What::Field(FieldId(7)), plan.into());
        draft
    }

    #[test]
    fn cp_6_what_differs_is_shown_and_the_first_choice_is_who_changed_it() {
        let field = |id, archived| CustomField {
            id: FieldId(id),
            kind: FieldKind::String,
            name: "Plano".into(),
            required: false,
            archived,
            options: vec![],
        };
        let base = draft("Bia", "", "");
        let mine = draft("Beatriz", "", "Ouro");
        let theirs = draft("Bia Reis", "b@x.example", "Ouro");
        let found = differences(&base, &mine, &theirs, &[field(7, false), field(8, true)]);
        let line = |what, mine: &str, theirs: &str, keeps_mine| {
            let side = if keeps_mine { MergeSide::Kept } else { MergeSide::Other };
            Difference { what, mine: mine.into(), theirs: theirs.into(), side }
        };
        assert_eq!(found, [line(What::Name, "Beatriz", "Bia Reis", true), line(What::Email, "", "b@x.example", false)]);
        assert_eq!(differences(&base, &theirs, &theirs, &[field(7, false)]), []);
    }

    #[test]
    fn what_is_written_is_read_and_an_empty_value_is_none() {
        let mut draft = draft("Bia", "", "Ouro");
        for what in [What::Name, What::Phone, What::Email, What::Annotation, What::Field(FieldId(7))] {
            write(&mut draft, what, "x".into());
            assert_eq!(read(&draft, what), "x");
        }
        write(&mut draft, What::Field(FieldId(7)), String::new());
        assert_eq!(draft.fields, []);
    }
}
