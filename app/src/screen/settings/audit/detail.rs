//! One line of the audit, whole.

use super::words::action_name;
use super::{actor, subject};
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::AuditLine;

/// What happened, on whom, from where, and what changed.
#[component]
pub fn Detail(line: RwSignal<Option<AuditLine>>, #[prop(into)] see_all: Callback<AuditLine>) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    effect(move || {
        let is = line.with(Option::is_some);
        if open.get_untracked() != is {
            open.set(is);
        }
    });
    let title = move || line.with(|l| l.as_ref().map(|l| action_name(i18n, &l.action)).unwrap_or_default());
    let see = move |()| {
        if let Some(line) = line.get_untracked() {
            see_all.run(line);
        }
    };
    let footer = move || {
        view! {
            <Button icon="filter" press=see>{t!(i18n, audit.only)}</Button>
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.close)}</Button>
        }
    };
    view! {
        <Dialog open title class="audit-detail" wide=true footer closed=move |()| line.set(None)>
            {move || line.get().map(|line| view! { <Facts line/> })}
        </Dialog>
    }
}

#[component]
fn Facts(line: AuditLine) -> impl IntoView {
    let i18n = use_i18n();
    let (at, kind) = (line.at, line.kind().to_owned());
    let by = line.clone();
    let on = subject(&line);
    let link = (kind == "conversation").then(|| format!("/inbox/{}", line.subject));
    let more = |label: Signal<String>, value: String| {
        (!value.is_empty()).then(|| view! { <dt>{move || label.get()}</dt><dd><bdi>{value}</bdi></dd> })
    };
    let facts = line.facts.clone();
    view! {
        <dl class="audit-facts">
            <dt>{t!(i18n, audit.when)}</dt><dd><Time at style=TimeStyle::Full/></dd>
            <dt>{t!(i18n, audit.who)}</dt><dd><bdi>{move || actor(i18n, &by)}</bdi></dd>
            <dt>{t!(i18n, audit.subject)}</dt>
            <dd>{match link {
                Some(href) => view! { <a href=href><bdi>{on}</bdi></a> }.into_any(),
                None => view! { <bdi>{on}</bdi> }.into_any(),
            }}</dd>
            {more(Signal::derive(move || t_string!(i18n, audit.reason).to_string()), line.reason.clone())}
            {more(Signal::derive(move || t_string!(i18n, audit.place).to_string()), line.address.clone())}
            {more(Signal::derive(move || t_string!(i18n, audit.browser).to_string()), line.agent.clone())}
            {more(Signal::derive(move || t_string!(i18n, audit.session).to_string()), line.session.clone())}
        </dl>
        <h3>{t!(i18n, audit.changed)}</h3>
        {if facts.is_empty() {
            view! { <p class="panel-none">{t!(i18n, audit.nothing)}</p> }.into_any()
        } else {
            view! {
                <div class="audit-table" tabindex="0" role="region" aria-label=move || t_string!(i18n, audit.changed).to_string()>
                    <table>
                        <thead><tr><th scope="col">{t!(i18n, audit.field)}</th><th scope="col">{t!(i18n, audit.before)}</th><th scope="col">{t!(i18n, audit.after)}</th></tr></thead>
                        <tbody>
                            {facts.into_iter().map(|f| view! {
                                <tr><th scope="row"><code>{f.field}</code></th><td><bdi>{f.before.unwrap_or_else(|| "—".into())}</bdi></td><td><bdi>{f.after}</bdi></td></tr>
                            }).collect_view()}
                        </tbody>
                    </table>
                </div>
            }.into_any()
        }}
        <p class="field-hint">{t!(i18n, audit.hidden)}</p>
    }
}
