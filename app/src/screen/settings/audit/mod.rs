//! The audit (NX-20): who did or saw what, when and from where; filtered, page by page, and as a table for a spreadsheet.

mod detail;
mod filter;
mod words;

use crate::api::audit::{audit_lines, audit_newer};
use crate::i18n::*;
use crate::live::use_store;
use crate::live::web::sleep;
use crate::part::*;
use detail::Detail;
use filter::{Asked, Filters};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use model::{AuditActor, AuditLine, AuditQuery};
use words::{action_name, group_name};

/// How often an open page asks whether there is more.
const ASK_MS: u32 = 10_000;

/// The page.
#[component]
pub fn AuditScreen() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let list = Paged::<AuditLine, String>::new(store);
    let Paged { rows, next, loading, fault, .. } = list;
    let asked = Asked::new();
    let query = Memo::new(move |_| asked.query());
    let newer = RwSignal::new(0_i64);
    let open = RwSignal::new(None::<AuditLine>);
    let load = move |more: bool, pause: bool| {
        let asked = query.get_untracked();
        if !more {
            newer.set(0);
        }
        list.load(more, pause, move |after| async move {
            let page = audit_lines(AuditQuery { after, ..asked }).await?;
            Ok((page.items, page.next))
        });
    };
    Effect::new(move |before: Option<()>| {
        query.track();
        untrack(|| load(false, before.is_some()));
    });
    // Lines come with everything that anybody does: the page says that there are more, and stays as it is read.
    effect(move || {
        spawn_local(async move {
            loop {
                sleep(ASK_MS).await;
                let Some(first) = rows.try_with_untracked(|all| all.first().map(|l| l.id)) else { return };
                let (Some(first), false) = (first, document().hidden()) else { continue };
                if let Ok(count) = audit_newer(first).await
                    && newer.try_set(count).is_some()
                {
                    return;
                }
            }
        });
    });
    let is_filtered = Memo::new(move |_| query.get() != AuditQuery::default());
    let see_all = Callback::new(move |line: AuditLine| {
        open.set(None);
        asked.only(&line, &subject(&line));
    });
    view! {
        <Title text=move || t_string!(i18n, audit.title).to_string()/>
        <section class="settings-page audit">
            <header class="settings-head audit-head">
                <div><h2>{t!(i18n, audit.title)}</h2><p>{t!(i18n, audit.lead)}</p></div>
                <a class="button small plain" href=move || asked.address(&query.get()) download="audit.csv" rel="external"
                    data-tip=move || t_string!(i18n, audit.export_hint).to_string()>
                    <Icon name="download" small=true/><span>{t!(i18n, audit.export)}</span>
                </a>
            </header>
            <Filters asked/>
            {move || is_filtered.get().then(|| view! { <Button small=true kind=Kind::Ghost icon="x" press=move |()| asked.clear()>{t!(i18n, audit.clear)}</Button> })}
            <div class="audit-newer" role="status">
                {move || (newer.get() > 0).then(|| view! {
                    <Button small=true icon="arrow-up" press=move |()| load(false, false)>{move || t_string!(i18n, audit.newer, count = newer.get()).to_string()}</Button>
                })}
            </div>
            {move || match (fault.get(), rows.with(Vec::is_empty), loading.get()) {
                (Some(fault), true, _) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| load(false, false)/> }.into_any(),
                (None, true, true) => view! { <SkeletonRows count=8/> }.into_any(),
                (None, true, false) => view! {
                    <EmptyState icon="shield" title=move || t_string!(i18n, audit.none).to_string() text=move || t_string!(i18n, audit.none_text).to_string()/>
                }.into_any(),
                (fault, false, busy) => view! {
                    <ul class="audit-list" aria-label=move || t_string!(i18n, audit.title).to_string() aria-busy=if busy { "true" } else { "false" }>
                        <For each=move || rows.get() key=|l| l.id let(line)><Row line open/></For>
                    </ul>
                    {fault.map(|fault| crate::fault::view(i18n, &fault))}
                    {move || next.with(Option::is_some).then(|| view! { <Button busy press=move |()| load(true, false)>{t!(i18n, audit.more)}</Button> })}
                }.into_any(),
            }}
            <Detail line=open see_all/>
        </section>
    }
}

/// Who did it.
fn actor(i18n: I18nContext<Locale>, line: &AuditLine) -> String {
    match line.actor {
        AuditActor::System => t_string!(i18n, audit.system).to_string(),
        AuditActor::Token => t_string!(i18n, audit.token, name = line.actor_name.as_str()).to_string(),
        AuditActor::Person if line.actor_name.is_empty() => t_string!(i18n, audit.gone).to_string(),
        AuditActor::Person => line.actor_name.clone(),
    }
}

/// What it was done to, as people call it.
fn subject(line: &AuditLine) -> String {
    if line.subject_name.is_empty() { line.subject.clone() } else { line.subject_name.clone() }
}

#[component]
fn Row(line: AuditLine, open: RwSignal<Option<AuditLine>>) -> impl IntoView {
    let i18n = use_i18n();
    let shown = line.clone();
    let (at, action) = (line.at, line.action.clone());
    let name = line.subject_name.clone();
    let by = line.clone();
    let group = model::audit_group(&line.action);
    view! {
        <li>
            <button type="button" class="audit-row" on:click=move |_| open.set(Some(shown.clone()))>
                <span class="audit-what">
                    <strong>{move || action_name(i18n, &action)}</strong>
                    {(!name.is_empty()).then(|| view! { " "<bdi>{name}</bdi> })}
                </span>
                <span class="audit-who"><bdi>{move || actor(i18n, &by)}</bdi></span>
                <span class="audit-when"><Time at style=TimeStyle::Full/></span>
                {group.map(|group| view! { <span class="audit-group">{move || group_name(i18n, group)}</span> })}
            </button>
        </li>
    }
}
