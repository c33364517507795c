//! The contact's values in the account's own fields (CP-3).

use super::Shown;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Contact, CustomField, FieldKind};

/// The fields in their order, under their groups. Nothing when the account has none.
#[component]
pub fn Values(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let fields = move || match shown.fields.get() {
        Some(Ok(all)) => all.into_iter().filter(|f| !f.archived).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let lost = move || matches!(shown.fields.get(), Some(Err(_)));
    move || {
        if lost() {
            return Some(
                view! {
                    <p class="panel-none" role="alert">
                        {t!(i18n, contact.field.lost)}" "
                        <Button small=true kind=Kind::Ghost icon="refresh" press=move |()| shown.fields.refetch()>{t!(i18n, common.act.retry)}</Button>
                    </p>
                }
                .into_any(),
            );
        }
        let (fields, contact) = (fields(), shown.contact.get()?);
        (!fields.is_empty()).then(|| {
            view! {
                <section class="panel-part">
                    <h3>{t!(i18n, contact.field.title)}</h3>
                    <dl class="facts">{fields.into_iter().map(|field| line(i18n, &contact, field)).collect_view()}</dl>
                </section>
            }
            .into_any()
        })
    }
}

fn line(i18n: I18nContext<Locale>, contact: &Contact, field: CustomField) -> AnyView {
    if field.kind == FieldKind::Group {
        return view! { <dt class="facts-group" dir="auto">{field.name}</dt> }.into_any();
    }
    let value = contact.fields.iter().find(|v| v.field_id == field.id).map(|v| say_value(i18n, field.kind, &v.value));
    view! {
        <dt dir="auto">{field.name}</dt>
        <dd>{match value {
            Some(value) => view! { <span class="panel-annotation" dir="auto">{value}</span> }.into_any(),
            None => view! { <span class="panel-none">{t!(i18n, inbox.thread.panel.unknown)}</span> }.into_any(),
        }}</dd>
    }
    .into_any()
}

/// A stored value as people of the reader's language write it. Tracks the language.
pub fn say_value(i18n: I18nContext<Locale>, kind: FieldKind, value: &str) -> String {
    let day = |day: &str| match (i18n.get_locale(), day.splitn(3, '-').collect::<Vec<_>>().as_slice()) {
        (Locale::en, _) => day.to_owned(),
        (_, [y, m, d]) => format!("{d}/{m}/{y}"),
        _ => day.to_owned(),
    };
    match kind {
        FieldKind::Boolean if value == "true" => t_string!(i18n, contact.field.yes).to_string(),
        FieldKind::Boolean => t_string!(i18n, contact.field.no).to_string(),
        FieldKind::Date => day(value),
        FieldKind::DateTime => value.split_once('T').map_or_else(|| value.to_owned(), |(date, time)| format!("{} {time}", day(date))),
        FieldKind::Float if i18n.get_locale() != Locale::en => value.replace('.', ","),
        FieldKind::MultiSelect => value.replace('\n', ", "),
        _ => value.to_owned(),
    }
}
