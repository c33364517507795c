//! The archive: what was concluded, by period, agent, team, reason and contact (AR-1, AR-2). A row opens the conversation as
//! it is, to be read, and to be restarted by who may.

use crate::api::closing::reasons;
use crate::api::inbox::archive;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{ArchiveQuery, Conversation, Reason, text::phone_display};

/// The page.
#[component]
pub fn ArchiveScreen() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let list = Paged::<Conversation, String>::new(store);
    let Paged { rows, next, loading, fault, .. } = list;
    let text = || RwSignal::new(String::new());
    let (from, until, agent, team, reason, contact) = (text(), text(), text(), text(), text(), text());
    let query = Memo::new(move |_| ArchiveQuery {
        from: from.get(),
        until: until.get(),
        assignee_id: agent.get().parse().ok(),
        team_id: team.get().parse().ok(),
        reason_id: reason.get().parse().ok(),
        contact: contact.get(),
        ..ArchiveQuery::default()
    });
    let load = move |more: bool| {
        let asked = query.get_untracked();
        list.load(more, !more, move |after| async move {
            let page = archive(ArchiveQuery { after, ..asked }).await?;
            Ok((page.items, page.next))
        });
    };
    effect(move || {
        query.track();
        untrack(|| load(false));
    });
    let is_filtered = Memo::new(move |_| query.get() != ArchiveQuery::default());
    let clear = move |()| [from, until, agent, team, reason, contact].iter().for_each(|s| s.set(String::new()));
    view! {
        <Title text=move || t_string!(i18n, archive.title).to_string()/>
        <div class="archive">
            <header class="archive-head">
                <h1>{t!(i18n, archive.title)}</h1>
                <p>{t!(i18n, archive.lead)}</p>
            </header>
            <Filters from until agent team reason contact/>
            {move || is_filtered.get().then(|| view! { <Button small=true kind=Kind::Ghost icon="x" press=clear>{t!(i18n, archive.clear)}</Button> })}
            {move || match (fault.get(), rows.with(Vec::is_empty), loading.get()) {
                (Some(fault), true, _) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| load(false)/> }.into_any(),
                (None, true, true) => view! { <SkeletonRows count=6/> }.into_any(),
                (None, true, false) if is_filtered.get() => view! {
                    <EmptyState icon="archive" title=move || t_string!(i18n, archive.none).to_string() text=move || t_string!(i18n, archive.none_text).to_string()/>
                }.into_any(),
                (None, true, false) => view! { <EmptyState icon="archive" title=move || t_string!(i18n, archive.empty).to_string()/> }.into_any(),
                (fault, false, busy) => view! {
                    <ul class="archive-list" aria-label=move || t_string!(i18n, archive.title).to_string() aria-busy=if busy { "true" } else { "false" }>
                        <For each=move || rows.get() key=|c| c.id let:row><Row row/></For>
                    </ul>
                    {fault.map(|fault| crate::fault::view(i18n, &fault))}
                    {move || next.with(Option::is_some).then(|| view! { <Button busy press=move |()| load(true)>{t!(i18n, archive.more)}</Button> })}
                }.into_any(),
            }}
        </div>
    }
}

/// What is looked for.
#[component]
fn Filters(
    from: RwSignal<String>,
    until: RwSignal<String>,
    agent: RwSignal<String>,
    team: RwSignal<String>,
    reason: RwSignal<String>,
    contact: RwSignal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let known = Fetched::new(reasons);
    let any = move || Choice::new("", t_string!(i18n, archive.any));
    let agents = Signal::derive(move || {
        let people = store
            .workspace
            .with(|w| w.iter().flat_map(|w| &w.members).map(|m| Choice::new(m.user_id.to_string(), m.name.clone())).collect());
        [vec![any()], people].concat()
    });
    let teams = Signal::derive(move || {
        let teams =
            store.workspace.with(|w| w.iter().flat_map(|w| &w.teams).map(|t| Choice::new(t.id.to_string(), t.name.clone())).collect());
        [vec![Choice::new("", t_string!(i18n, archive.any_team))], teams].concat()
    });
    // Inactive ones, too: history has them.
    let reasons = Signal::derive(move || {
        let all: Vec<Reason> = known.get().and_then(Result::ok).unwrap_or_default();
        std::iter::once(any()).chain(all.iter().map(|r| Choice::new(r.id.to_string(), r.description.clone()))).collect::<Vec<_>>()
    });
    view! {
        <form class="archive-filters" role="search" on:submit=move |event| event.prevent_default() aria-label=move || t_string!(i18n, archive.filters).to_string()>
            <TextField name="contact" kind="search" max=100 value=contact label=move || t_string!(i18n, archive.contact).to_string()/>
            <TextField name="from" kind="date" value=from label=move || t_string!(i18n, archive.from).to_string()/>
            <TextField name="until" kind="date" value=until label=move || t_string!(i18n, archive.until).to_string()/>
            <Select name="agent" value=agent choices=agents label=move || t_string!(i18n, archive.agent).to_string()/>
            <Select name="team" value=team choices=teams label=move || t_string!(i18n, archive.team).to_string()/>
            <Select name="reason" value=reason choices=reasons label=move || t_string!(i18n, archive.reason).to_string()/>
        </form>
    }
}

/// A concluded conversation.
#[component]
fn Row(row: Conversation) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let number = row.contact_phone.as_deref().map(phone_display).unwrap_or_default();
    let name = if row.contact_name.trim().is_empty() { number.clone() } else { row.contact_name.clone() };
    let (agent, team, channel) = (row.assignee_id, row.team_id, row.channel_id);
    let who = move || {
        let agent = agent.map_or_else(|| t_string!(i18n, archive.nobody).to_string(), |id| store.member_name(id));
        let channel = store.channel(channel).map(|c| c.name).unwrap_or_default();
        [agent, store.team_name(team), channel].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    let protocol = row.protocol.clone();
    view! {
        <li>
            <A href=format!("/inbox/{}", row.id) attr:class="archive-row">
                <Avatar name=name.clone() id=row.contact_id.0 photo=contact_photo(row.contact_id, &row.contact_photo)/>
                <span class="archive-texts">
                    <span class="archive-top"><bdi class="archive-name">{name}</bdi><Time at=row.completed_at.unwrap_or(row.last_at) style=TimeStyle::Full/></span>
                    <bdi class="archive-text">{row.preview.text}</bdi>
                    <span class="archive-facts"><bdi>{who}</bdi>" · "{move || t_string!(i18n, archive.protocol, number = protocol.as_str()).to_string()}</span>
                </span>
                {row.classification.map(|what| view! { <Chip icon="flag"><bdi>{what.description}</bdi></Chip> })}
            </A>
        </li>
    }
}
