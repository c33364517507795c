//! What of the audit is shown.

use super::words::group_name;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use model::{AuditGroup, AuditLine, AuditQuery};

/// The fields of the filter.
#[derive(Clone, Copy)]
pub struct Asked {
    pub person: RwSignal<String>,
    pub group: RwSignal<String>,
    pub from: RwSignal<String>,
    pub until: RwSignal<String>,
    pub text: RwSignal<String>,
    /// Id and name of what it is about.
    pub about: RwSignal<Option<(String, String)>>,
}

impl Asked {
    pub fn new() -> Asked {
        let text = || RwSignal::new(String::new());
        Asked { person: text(), group: text(), from: text(), until: text(), text: text(), about: RwSignal::new(None) }
    }

    /// The question. Tracked.
    pub fn query(self) -> AuditQuery {
        AuditQuery {
            actor_id: self.person.get().parse().ok(),
            group: self.group.get().parse().ok(),
            from: self.from.get(),
            until: self.until.get(),
            text: self.text.get().trim().to_owned(),
            subject: self.about.get().map(|(id, _)| id).unwrap_or_default(),
            ..AuditQuery::default()
        }
    }

    /// Only what is about the subject of a line.
    pub fn only(self, line: &AuditLine, name: &str) {
        self.clear();
        self.about.set(Some((line.subject.clone(), name.to_owned())));
    }

    pub fn clear(self) {
        for part in [self.person, self.group, self.from, self.until, self.text] {
            part.set(String::new());
        }
        self.about.set(None);
    }

    /// The table of what is asked.
    pub fn address(self, query: &AuditQuery) -> String {
        let id = query.actor_id.map(|id| id.to_string()).unwrap_or_default();
        let group = query.group.map_or("", AuditGroup::word);
        let parts = [
            ("actor_id", id.as_str()),
            ("group", group),
            ("from", query.from.as_str()),
            ("until", query.until.as_str()),
            ("text", query.text.as_str()),
            ("subject", query.subject.as_str()),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let asked: Vec<String> = parts.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        if asked.is_empty() { "/audit.csv".to_owned() } else { format!("/audit.csv?{}", asked.join("&")) }
    }
}

/// A value as a part of an address; on the server nobody presses the link.
fn escaped(value: &str) -> String {
    if cfg!(feature = "browser") { js_sys::encode_uri_component(value).into() } else { String::new() }
}

/// The filter.
#[component]
pub fn Filters(asked: Asked) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let people = Signal::derive(move || {
        let people = store
            .workspace
            .with(|w| w.iter().flat_map(|w| &w.members).map(|m| Choice::new(m.user_id.to_string(), m.name.clone())).collect());
        [vec![Choice::new("", t_string!(i18n, audit.anybody))], people].concat()
    });
    let groups = Signal::derive(move || {
        let all = AuditGroup::ALL.iter().map(|g| Choice::new(g.word(), group_name(i18n, *g)));
        std::iter::once(Choice::new("", t_string!(i18n, audit.any))).chain(all).collect::<Vec<_>>()
    });
    view! {
        <form class="archive-filters" role="search" on:submit=move |event| event.prevent_default() aria-label=move || t_string!(i18n, audit.filters).to_string()>
            <TextField name="audit-text" kind="search" max=100 value=asked.text label=move || t_string!(i18n, audit.text).to_string()/>
            <Select name="audit-person" value=asked.person choices=people label=move || t_string!(i18n, audit.person).to_string()/>
            <Select name="audit-group" value=asked.group choices=groups label=move || t_string!(i18n, audit.group).to_string()/>
            <TextField name="audit-from" kind="date" value=asked.from label=move || t_string!(i18n, audit.from).to_string()/>
            <TextField name="audit-until" kind="date" value=asked.until label=move || t_string!(i18n, audit.until).to_string()/>
        </form>
        {move || asked.about.get().map(|(_, name)| view! { <p class="audit-about">{t_string!(i18n, audit.about, name = name.as_str()).to_string()}</p> })}
    }
}
