//! Quick replies: finding, making, changing (QR-1, QR-3). Everybody has this page.

pub(crate) mod file;
mod form;

use super::inbox::composer::quick::list::scope_icon;
use super::settings::list::{NothingOpen, Open, Split, use_open};
use crate::api::reply::{replies, reply};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::use_session;
use form::ReplyForm;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use model::*;

/// All replies that one sees, and the form of the one that is open.
#[component]
pub fn RepliesScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let session = use_session();
    let has = Memo::new(move |_| session.has(Module::QuickReplies));
    move || {
        if !has.get() {
            return view! { <EmptyState page=true icon="bolt" title=move || t_string!(i18n, module.is_off).to_string() text=move || t_string!(i18n, module.is_off_text).to_string()/> }.into_any();
        }
        view! {
        <Title text=move || t_string!(i18n, reply.title).to_string()/>
        <Split title=move || t_string!(i18n, reply.title).to_string() lead=move || t_string!(i18n, reply.lead).to_string()
            new=("/replies/new", Signal::derive(move || t_string!(i18n, reply.new).to_string())) home="/replies" open
            list=view! { <ReplyList/> }.into_any() form=view! { <OpenReply open/> }.into_any()/>
        }
        .into_any()
    }
}

/// Search, active or archived, pages of a hundred.
#[component]
fn ReplyList() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let text = RwSignal::new(String::new());
    let archived = RwSignal::new(false);
    let list = Paged::new(store);
    let Paged { rows, next, loading, fault, .. } = list;
    let load = move |more: bool, pause: bool| {
        let (text, archived) = (text.get_untracked().trim().to_owned(), archived.get_untracked());
        list.load(more, pause, move |after| async move {
            replies(ReplyQuery { text, archived, manage: true, after }).await.map(|page| (page.items, page.next))
        });
    };
    // A search begins at the top again, and so does what somebody changed.
    Effect::new(move |before: Option<String>| {
        let now = text.get();
        archived.track();
        store.replies_changed.track();
        load(false, before.is_some_and(|b| b != now));
        now
    });
    let choose = move |mine: bool, label: Signal<String>| {
        view! {
            <button type="button" class="chip-button" aria-pressed=move || if archived.get() == mine { "true" } else { "false" }
                on:click=move |_| archived.set(mine)>{move || label.get()}</button>
        }
    };
    view! {
        <div class="split-find reply-find">
            <TextField name="reply-search" kind="search" quiet=true value=text max=limit::SEARCH_MAX as u32 label=move || t_string!(i18n, reply.find).to_string()
                placeholder=move || t_string!(i18n, reply.find).to_string()/>
            <div class="panel-choice" role="group">
                {choose(false, Signal::derive(move || t_string!(i18n, reply.active).to_string()))}
                {choose(true, Signal::derive(move || t_string!(i18n, reply.archived).to_string()))}
            </div>
        </div>
        {move || match (fault.get(), rows.with(Vec::is_empty), loading.get()) {
            (Some(fault), true, _) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| load(false, false)/> }.into_any(),
            (None, true, true) => view! { <SkeletonRows count=4/> }.into_any(),
            (None, true, false) => view! { <p class="split-none" role="status">{move || match text.get().trim() {
                "" => t_string!(i18n, reply.nothing).to_string(),
                text => t_string!(i18n, reply.no_match, text = text).to_string(),
            }}</p> }.into_any(),
            (fault, false, busy) => view! {
                <ul class="entries">
                    <For each=move || rows.get() key=|r| (r.id, r.alias.clone(), r.text.clone(), r.scope) let:reply>
                        <li>
                            <A href=format!("/replies/{}", reply.id) attr:class="entry" scroll=false>
                                <span class="entry-texts">
                                    <span class="entry-title"><bdi>{reply.alias.clone()}</bdi></span>
                                    <span class="entry-text" dir="auto">{reply.text.clone()}</span>
                                </span>
                                <Icon name=scope_icon(reply.scope) small=true/>
                            </A>
                        </li>
                    </For>
                </ul>
                {fault.map(|fault| crate::fault::view(i18n, &fault))}
                {move || next.with(Option::is_some).then(|| view! {
                    <div class="reply-more"><Button small=true busy press=move |()| load(true, false)>{t!(i18n, reply.more)}</Button></div>
                })}
            }.into_any(),
        }}
    }
}

#[derive(Clone, PartialEq)]
enum Face {
    Nothing,
    Loading,
    /// A stored reply, a copy of one, or a new one.
    Form {
        stored: Option<QuickReply>,
        copy: bool,
    },
    Failed(Fault),
}

#[component]
fn OpenReply(open: Memo<Open>) -> impl IntoView {
    let store = use_store();
    let query = use_query_map();
    let face = RwSignal::new(Face::Nothing);
    let wanted = Memo::new(move |_| {
        let copy = query.with(|q| q.get("copy").and_then(|id| id.parse::<ReplyId>().ok()));
        (open.get(), copy)
    });
    let load = move || {
        let asked = wanted.get_untracked();
        let (id, copy) = match asked.clone() {
            (Open::Nothing, _) => return face.set(Face::Nothing),
            (Open::New, None) => return face.set(Face::Form { stored: None, copy: false }),
            (Open::New, Some(id)) => (id, true),
            (Open::Id(id), _) => (ReplyId(id), false),
        };
        face.set(Face::Loading);
        spawn_local(async move {
            let answer = reply(id).await;
            // Another one was opened meanwhile.
            if wanted.try_get_untracked() != Some(asked) {
                return;
            }
            let now = match answer {
                Ok(stored) => Face::Form { stored: Some(stored), copy },
                Err(refused) => Face::Failed(store.hear(refused)),
            };
            let _ = face.try_set(now);
        });
    };
    effect(move || {
        wanted.track();
        load();
    });
    move || match face.get() {
        Face::Nothing => view! { <NothingOpen icon="bolt" missing=false/> }.into_any(),
        Face::Loading => view! { <SkeletonRows count=3/> }.into_any(),
        Face::Failed(Fault::Missing) => view! { <NothingOpen icon="bolt" missing=true/> }.into_any(),
        Face::Failed(fault) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| load()/> }.into_any(),
        Face::Form { stored, copy } => view! { <ReplyForm stored copy/> }.into_any(),
    }
}
