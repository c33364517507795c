//! The list under the bell.

use super::alert_name;
use crate::api::alert::{alerts, read_alerts};
use crate::i18n::*;
use crate::live::{TalkWanted, use_store};
use crate::part::*;
use crate::{fault, session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{Alert, AlertKind, Fault};
use wasm_bindgen::JsCast;

/// The newest notifications, more on request; each leads to its conversation.
#[component]
pub fn BellList() -> impl IntoView {
    let i18n = use_i18n();
    let (store, toasts) = (use_store(), use_toasts());
    let items = RwSignal::new(None::<Vec<Alert>>);
    let next = RwSignal::new(None::<String>);
    let trouble = RwSignal::new(None::<Fault>);
    let busy = RwSignal::new(false);
    let load = move |after: Option<String>| {
        let more = after.is_some();
        spawn_local(async move {
            match alerts(after).await {
                Ok(page) => {
                    trouble.set(None);
                    next.set(page.next);
                    items.update(|all| match all {
                        Some(all) if more => all.extend(page.items),
                        all => *all = Some(page.items),
                    });
                }
                Err(refused) if more => toasts.fail(untrack(|| fault::say(i18n, &refused.0))),
                Err(refused) => {
                    if !session::ended_by(&refused.0) {
                        trouble.set(Some(refused.0));
                    }
                }
            }
            busy.set(false);
        });
    };
    effect(move || {
        store.bell.stale.track();
        load(None);
    });
    let more = move |()| {
        busy.set(true);
        load(next.get_untracked());
    };
    let read_all = move |()| {
        spawn_local(async move {
            if let Err(refused) = read_alerts(None).await
                && !session::ended_by(&refused.0)
            {
                toasts.fail(untrack(|| fault::say(i18n, &refused.0)));
            }
        });
    };
    view! {
        <div class="bell-head">
            <h2>{t!(i18n, alert.title)}</h2>
            <Button kind=Kind::Ghost small=true press=read_all
                why=Signal::derive(move || (store.bell.unread.get() == 0).then(|| t_string!(i18n, alert.none_unread).to_string()))>
                {t!(i18n, alert.read_all)}
            </Button>
        </div>
        {move || match (trouble.get(), items.read().is_some()) {
            (Some(fault), false) => view! { <Trouble fault retry=move |()| load(None)/> }.into_any(),
            (_, false) => view! { <SkeletonRows count=3/> }.into_any(),
            _ => ().into_any(),
        }}
        <Show when=move || items.with(|all| all.as_ref().is_some_and(Vec::is_empty))>
            <p class="bell-empty">{t!(i18n, alert.empty)}</p>
        </Show>
        <ul class="bell-list">
            <For each=move || items.get().unwrap_or_default() key=|a| (a.subject(), a.kind, a.at, a.count, a.is_read) let:alert>
                <Entry alert/>
            </For>
        </ul>
        <div class="bell-foot">
            {move || next.read().is_some().then(|| view! { <Button small=true busy press=more>{t!(i18n, alert.more)}</Button> })}
            <A href="/profile#alerts" attr:class="bell-link" on:click=close>{t!(i18n, alert.settings)}</A>
        </div>
    }
}

fn close(event: web_sys::MouseEvent) {
    let panel = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).and_then(|t| t.closest("[popover]").ok().flatten());
    if let Some(panel) = panel.and_then(|p| p.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = panel.hide_popover();
    }
}

#[component]
fn Entry(alert: Alert) -> impl IntoView {
    let i18n = use_i18n();
    let icon = match alert.kind {
        AlertKind::Queue => "inbox",
        AlertKind::Message => "message",
        AlertKind::Transfer => "transfer",
        AlertKind::Mention => "user",
        AlertKind::Failed => "alert",
        AlertKind::Snooze => "clock",
        AlertKind::Internal => "chat",
        AlertKind::Owed => "clock",
        AlertKind::Returned => "inbox",
        AlertKind::Sla => "hourglass",
        AlertKind::SlaBreached => "alert",
        AlertKind::Watch | AlertKind::WatchTransfer | AlertKind::WatchEnd | AlertKind::WatchAsk => "eye",
    };
    let store = use_store();
    let (id, count, unread) = (alert.conversation_id, alert.count, !alert.is_read);
    let told = alert.clone();
    let (talk, path) = (alert.talk_id, alert.path());
    // Who follows it has read it, also when the conversation cannot be opened any more.
    let follow = move |event: web_sys::MouseEvent| {
        // The internal chat stands over any page.
        if let Some(talk) = talk {
            event.prevent_default();
            store.talks.show(TalkWanted::Id(talk));
            return close(event);
        }
        close(event);
        if unread {
            spawn_local(async move {
                let _ = read_alerts(Some(id)).await;
            });
        }
    };
    view! {
        <li>
            <A href=path attr:class="bell-entry" attr:data-unread=unread.then_some("") on:click=follow>
                <Icon name=icon/>
                <span class="bell-texts">
                    <span class="bell-top">
                        <bdi class="bell-name">{alert.contact_name}</bdi>
                        <Time at=alert.at/>
                    </span>
                    <span class="bell-what">
                        {move || alert_name(i18n, &told)}{(count > 1).then(|| format!(" ({count})"))}
                        {unread.then(|| view! { <span class="visually-hidden">", "{t!(i18n, alert.unread)}</span> })}
                    </span>
                    <bdi class="bell-text">{alert.preview.text}</bdi>
                </span>
            </A>
        </li>
    }
}
