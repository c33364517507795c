//! All conversations of the contact that the reader sees, past and present (CP-2).

use super::super::layout::use_panes;
use super::Shown;
use super::merged::{MergeButton, Merges};
use crate::api::contact::history;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use model::*;

/// The list, by channel when the account has several.
#[component]
pub fn History() -> impl IntoView {
    let i18n = use_i18n();
    let shown: Shown = expect_context();
    let store = shown.store;
    let channel = RwSignal::new(None::<ChannelId>);
    let list = Paged::new(store);
    let Paged { rows, next, loading, fault, .. } = list;
    let load = move |more: bool| {
        let Some(contact_id) = shown.contact.with_untracked(|c| c.as_ref().map(|c| c.id)) else { return };
        let channel_id = channel.get_untracked();
        list.load(more, false, move |after| async move {
            let page = history(HistoryQuery { contact_id, channel_id, after, limit: None }).await?;
            let found = store.adopt(page.items).into_iter().map(RwSignal::from).collect::<Vec<RwSignal<Conversation>>>();
            Ok((found, page.next))
        });
    };
    // Another contact, or one that was merged, another channel, a conversation that has just begun: from the top. Older ones
    // that this list itself brings have smaller ids.
    let others: RwSignal<Vec<Conversation>> = shown.pane.timeline().others.clone().into();
    let known = Memo::new(move |_| {
        let newest = others.with(|o| o.iter().map(|c| c.id).max());
        (shown.contact.with(|c| c.as_ref().map(|c| (c.id, c.version))), channel.get(), newest)
    });
    effect(move || {
        // Read, not only tracked: what nobody reads is never worked out, and so never changes.
        let _ = known.get();
        load(false);
    });
    let channels = move || store.workspace.with(|w| w.iter().flat_map(|w| &w.channels).map(|c| (c.id, c.name.clone())).collect::<Vec<_>>());
    view! {
        <Merges shown/>
        {move || Some(channels()).filter(|all| all.len() > 1).map(|all| view! {
            <div class="panel-choice" role="group" aria-label=move || t_string!(i18n, inbox.thread.panel.channel).to_string()>
                <Choose mine=None name=t_string!(i18n, contact.history.all).to_string() channel/>
                {all.into_iter().map(|(id, name)| view! { <Choose mine=Some(id) name channel/> }).collect_view()}
            </div>
        })}
        {move || match (fault.get(), rows.with(Vec::is_empty), loading.get()) {
            (Some(fault), true, _) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| load(false)/> }.into_any(),
            (None, true, true) => view! { <SkeletonRows count=4/> }.into_any(),
            (None, true, false) => view! { <p class="panel-none">{t!(i18n, contact.history.none)}</p> }.into_any(),
            (fault, false, busy) => view! {
                <ul class="panel-others">
                    {move || rows.get().into_iter().map(|row| view! { <Other row/> }).collect_view()}
                </ul>
                {fault.map(|fault| crate::fault::view(i18n, &fault))}
                {move || next.with(Option::is_some).then(|| view! { <Button small=true busy press=move |()| load(true)>{t!(i18n, contact.more)}</Button> })}
            }.into_any(),
        }}
    }
}

/// All channels, or one.
#[component]
fn Choose(mine: Option<ChannelId>, name: String, channel: RwSignal<Option<ChannelId>>) -> impl IntoView {
    view! {
        <button type="button" class="chip-button" aria-pressed=move || if channel.get() == mine { "true" } else { "false" }
            on:click=move |_| channel.set(mine)><bdi>{name}</bdi></button>
    }
}

/// A conversation of the contact; opens it.
#[component]
fn Other(row: RwSignal<Conversation>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let status = move || {
        match row.with(|r| r.status) {
            ConversationStatus::Pending => t_string!(i18n, inbox.thread.head.status_pending),
            ConversationStatus::InProgress => t_string!(i18n, inbox.thread.head.status_in_progress),
            ConversationStatus::Completed => t_string!(i18n, inbox.thread.head.status_completed),
        }
        .to_string()
    };
    let facts = move || {
        let (channel, team) = row.with(|r| (r.channel_id, r.team_id));
        [store.channel(channel).map(|c| c.name).unwrap_or_default(), store.team_name(team)].join(" · ")
    };
    let here = move || panes.open.get() == Some(row.with(|r| r.id));
    view! {
        <li class="panel-other-item">
            <a class="panel-other" href=move || panes.href(row.with(|r| r.id)) aria-current=move || here().then_some("true")
                on:click=move |_| panes.close_sheet()>
                <span class="panel-other-line">
                    <Time at=Signal::derive(move || row.with(|r| r.started_at)) style=TimeStyle::Day/>
                    <span class="panel-other-status">{status}</span>
                </span>
                <span class="panel-other-text" dir="auto">{move || row.with(|r| r.preview.text.clone())}</span>
                <span class="panel-other-facts" dir="auto">{facts}</span>
            </a>
            <MergeButton row/>
        </li>
    }
}
