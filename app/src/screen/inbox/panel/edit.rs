//! The contact's form (CP-3, CP-5, CP-6).

use super::Shown;
use super::conflict::{Conflict, Difference, differences, write};
use super::field::ValueField;
use crate::api::contact::{contact, save_contact};
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;

/// The dialog; each time it opens it begins with what is stored.
#[component]
pub fn EditContact() -> impl IntoView {
    let shown: Shown = expect_context();
    move || shown.editing.get().then(|| view! { <Editing shown/> })
}

#[component]
fn Editing(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::provide();
    let open = RwSignal::new(true);
    let form = Typed::new(shown);
    let fields = Memo::new(move |before: Option<&Vec<CustomField>>| match shown.fields.get() {
        Some(Ok(all)) => all,
        _ => before.cloned().unwrap_or_default(),
    });
    let here = Memo::new(move |_| matches!(shown.fields.get(), Some(Ok(_))));
    let busy = RwSignal::new(false);
    let conflict = RwSignal::new(Vec::<Difference>::new());
    let conflicting = Memo::new(move |_| conflict.with(|c| !c.is_empty()));
    let save = move |()| {
        if busy.get_untracked() || !here.get_untracked() {
            return;
        }
        faults.clear();
        if conflicting.get_untracked() {
            form.choose(&conflict.get_untracked());
            conflict.set(Vec::new());
        }
        let draft = form.draft();
        if let Err(fault) = fields.with_untracked(|fields| draft.check(fields)) {
            return faults.take(&fault);
        }
        busy.set(true);
        spawn_local(async move {
            let answer = save_contact(draft.clone()).await;
            let outcome = match answer {
                // What the other one wrote is needed to choose.
                Err(refused) if refused.0 == Fault::Conflict => match contact(draft.id).await {
                    Ok(theirs) => Ok(Err(theirs)),
                    Err(refused) => Err(refused),
                },
                Ok(saved) => Ok(Ok(saved)),
                Err(refused) => Err(refused),
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(Ok(saved)) => {
                    shown.store.learn_contact(&saved);
                    open.set(false);
                }
                Ok(Err(theirs)) => {
                    shown.store.learn_contact(&theirs);
                    let found = fields.with_untracked(|fields| form.meet(&theirs, fields));
                    if found.is_empty() {
                        // Both wrote the same.
                        open.set(false);
                    }
                    conflict.set(found);
                    // The question stands above the form's lower end, where one was.
                    if let Some(body) = document().query_selector("dialog[open] .dialog-body").ok().flatten() {
                        body.set_scroll_top(0);
                    }
                }
                Err(refused) => faults.take(&shown.store.hear(refused)),
            }
        });
    };
    let dirty = Memo::new(move |_| form.dirty());
    guard_leaving(dirty.into());
    let footer = move || {
        let why = Signal::derive(move || {
            (!here.get() || (!dirty.get() && !conflicting.get())).then(|| t_string!(i18n, common.act.unchanged).to_string())
        });
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary busy why press=save>
                {move || if conflicting.get() { t_string!(i18n, contact.conflict.save) } else { t_string!(i18n, common.act.save) }}
            </Button>
        }
    };
    let locked = Signal::derive(move || busy.get() || dirty.get());
    view! {
        <Dialog open title=move || t_string!(i18n, contact.edit_title).to_string() locked footer closed=move |()| shown.editing.set(false)>
            {move || if conflicting.get() {
                view! { <Conflict differences=conflict fields=fields.get_untracked()/> }.into_any()
            } else if here.get() {
                view! { <FormFields shown form fields=fields.get()/> }.into_any()
            } else if let Some(Err(fault)) = shown.fields.get() {
                view! { <Trouble fault=Signal::stored(fault) retry=move |()| shown.fields.refetch()/> }.into_any()
            } else {
                view! { <Skeleton lines=6/> }.into_any()
            }}
            {move || faults.other().map(|fault| crate::fault::view(i18n, &fault))}
        </Dialog>
    }
}

#[component]
fn FormFields(shown: Shown, form: Typed, fields: Vec<CustomField>) -> impl IntoView {
    let i18n = use_i18n();
    // The number of an open conversation: its window belongs to it (CP-5).
    let warns = move || {
        let changed = form.phone.with(|p| p.trim() != form.base.with_value(|b| b.phone.clone()));
        let kind = shown.pane.channel().map(|c| c.kind);
        let open = shown.pane.of(|c| Some(c.status)).is_some_and(ConversationStatus::is_open);
        let other = shown.pane.timeline().others.with(|o| o.iter().any(|c| c.status.is_open()));
        changed && (open && kind == Some(ChannelKind::WhatsApp) || other)
    };
    view! {
        <TextField name="name" value=form.name max=limit::NAME_MAX as u32 autofocus=true label=move || t_string!(i18n, inbox.thread.panel.name).to_string()/>
        <TextField name="phone" kind="tel" autocomplete="off" value=form.phone optional=true code=true
            label=move || t_string!(i18n, inbox.thread.panel.phone).to_string()/>
        {move || warns().then(|| view! {
            <p class="form-warning" role="status"><Icon name="alert" small=true/><span>{t!(i18n, contact.number_warning)}</span></p>
        })}
        <TextField name="email" kind="email" value=form.email optional=true label=move || t_string!(i18n, inbox.thread.panel.email).to_string()/>
        <TextArea name="annotation" value=form.annotation optional=true max=limit::ANNOTATION_MAX as u32
            label=move || t_string!(i18n, inbox.thread.panel.annotation).to_string()/>
        {fields.into_iter().filter(|f| !f.archived).map(|field| {
            let value = form.value(field.id);
            view! { <ValueField field value/> }
        }).collect_view()}
    }
}

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    /// What it was made from.
    base: StoredValue<ContactDraft>,
    name: RwSignal<String>,
    phone: RwSignal<String>,
    email: RwSignal<String>,
    annotation: RwSignal<String>,
    /// Values of fields; each is made when its field is first shown.
    values: RwSignal<Vec<(FieldId, RwSignal<String>)>>,
    owner: StoredValue<Owner>,
}

impl Typed {
    fn new(shown: Shown) -> Typed {
        let base = shown.contact.with_untracked(|c| c.as_ref().map(ContactDraft::of)).unwrap_or_else(nobody);
        let text = |text: &str| RwSignal::new(text.to_owned());
        let values = base.fields.iter().map(|v| (v.field_id, text(&v.value))).collect();
        Typed {
            name: text(&base.name),
            phone: text(&base.phone),
            email: text(&base.email),
            annotation: text(&base.annotation),
            values: RwSignal::new(values),
            base: StoredValue::new(base),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// The signal of a field's value. It lives as long as the form, not as the view that first shows it.
    fn value(self, id: FieldId) -> RwSignal<String> {
        let known = self.values.with_untracked(|all| all.iter().find(|(field, _)| *field == id).map(|(_, value)| *value));
        known.unwrap_or_else(|| {
            let made = self.owner.with_value(|owner| owner.with(|| RwSignal::new(String::new())));
            self.values.update(|all| all.push((id, made)));
            made
        })
    }

    /// As a draft. Tracked.
    fn now(self) -> ContactDraft {
        let base = self.base.get_value();
        let fields = self.values.with(|all| {
            let read = all.iter().map(|(id, value)| FieldValue { field_id: *id, value: value.get() });
            read.filter(|v| !v.value.trim().is_empty()).collect()
        });
        ContactDraft {
            id: base.id,
            version: base.version,
            name: self.name.get(),
            phone: self.phone.get(),
            email: self.email.get(),
            annotation: self.annotation.get(),
            fields,
        }
    }

    fn draft(self) -> ContactDraft {
        untrack(|| self.now())
    }

    fn dirty(self) -> bool {
        let sorted = |mut draft: ContactDraft| {
            draft.fields.sort_by_key(|v| v.field_id);
            draft
        };
        sorted(self.now()) != sorted(self.base.get_value())
    }

    /// Somebody else was faster: goes on from what they saved, and answers where the two differ.
    fn meet(self, theirs: &Contact, fields: &[CustomField]) -> Vec<Difference> {
        let theirs = ContactDraft::of(theirs);
        let found = differences(&self.base.get_value(), &self.draft(), &theirs, fields);
        self.base.set_value(theirs);
        found
    }

    /// Puts the chosen values into the form.
    fn choose(self, differences: &[Difference]) {
        let mut draft = self.draft();
        for line in differences {
            write(&mut draft, line.what, line.chosen());
        }
        self.name.set(draft.name.clone());
        self.phone.set(draft.phone.clone());
        self.email.set(draft.email.clone());
        self.annotation.set(draft.annotation.clone());
        let ids = draft
            .fields
            .iter()
            .map(|v| v.field_id)
            .chain(self.values.with_untracked(|all| all.iter().map(|(id, _)| *id).collect::<Vec<_>>()));
        for id in ids.collect::<Vec<_>>() {
            self.value(id).set(draft.value(id).to_owned());
        }
    }
}

/// Before the contact is here; its form is not offered then.
fn nobody() -> ContactDraft {
    let empty = String::new;
    ContactDraft { id: ContactId(0), version: 0, name: empty(), phone: empty(), email: empty(), annotation: empty(), fields: Vec::new() }
}
