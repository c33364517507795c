//! Who watches the conversation beside the panel (NX-11), and the way to ask a colleague.

use super::super::layout::{PanelWish, use_panes};
use super::super::thread::pane::Pane;
use super::super::watch::{may_watch, set_watcher, watchers};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::text::plain;
use model::{Member, UserId, limit};

/// Colleagues that are shown; more are found by typing.
const SHOWN: usize = 50;

/// Those who watch it, each with a button that takes them off.
#[component]
pub fn Watchers(pane: Pane) -> impl IntoView {
    let i18n = use_i18n();
    let (panes, open) = (use_panes(), RwSignal::new(false));
    effect(move || {
        if panes.wish.get() == Some(PanelWish::Watch) {
            panes.wish.set(None);
            // After the menu or the palette has given the focus back.
            request_animation_frame(move || {
                let _ = open.try_set(true);
            });
        }
    });
    let people = Memo::new(move |_| watchers(pane));
    let none = move || people.with(Vec::is_empty).then(|| view! { <p class="panel-none">{t!(i18n, working.watch.none)}</p> });
    let may = Memo::new(move |_| may_watch(pane));
    view! {
        {none}
        <ul class="watchers">
            <For each=move || people.get() key=mark let:member><Watcher member pane/></For>
        </ul>
        <Show when=move || may.get()>
            <div>
                <Popover label=move || t_string!(i18n, working.watch.ask).to_string() icon="user-plus" small=true open>
                    <Picker pane open/>
                </Popover>
            </div>
        </Show>
    }
}

/// By what a line is known: it is drawn anew when one of these changes.
fn mark(member: &Member) -> (UserId, String, String) {
    (member.user_id, member.name.clone(), member.photo.clone())
}

#[component]
fn Watcher(member: Member, pane: Pane) -> impl IntoView {
    let i18n = use_i18n();
    let Member { user_id, name, photo, .. } = member;
    let whom = name.clone();
    view! {
        <li class="watcher">
            <Avatar name=name.clone() id=user_id.0 size=AvatarSize::Small photo=photo_of(user_id, &photo)/>
            <bdi class="watcher-name">{name}</bdi>
            <IconButton small=true icon="x" label=move || t_string!(i18n, working.watch.remove, name = whom.as_str()).to_string()
                press=move |()| set_watcher(pane, user_id, false)/>
        </li>
    }
}

/// Colleagues who see the conversation and do not watch it. Tracked.
fn colleagues(pane: Pane) -> Vec<Member> {
    pane.row.with(|row| {
        let Some(c) = row else { return Vec::new() };
        pane.store.workspace.with(|w| {
            let Some(w) = w else { return Vec::new() };
            let free = |m: &&Member| m.user_id != w.me.user_id && !c.watchers.contains(&m.user_id);
            w.seeing(&c.access()).into_iter().filter(free).cloned().collect()
        })
    })
}

/// Finds a colleague by name.
#[component]
fn Picker(pane: Pane, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let wanted = text.with(|t| plain(t.trim()));
        let mut found = colleagues(pane);
        found.retain(|m| plain(&m.name).contains(&wanted));
        found.truncate(SHOWN);
        found
    });
    let ask = move |user: UserId| {
        set_watcher(pane, user, true);
        text.set(String::new());
        open.set(false);
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            let first = found.with_untracked(|f| f.first().map(|m| m.user_id));
            if let Some(user) = first.filter(|_| text.with_untracked(|t| !t.trim().is_empty())) {
                ask(user);
            }
        }
    };
    view! {
        <div class="tag-adder">
            <div on:keydown=keys>
                <TextField name="watcher-name" label=move || t_string!(i18n, working.watch.find).to_string() quiet=true value=text
                    placeholder=move || t_string!(i18n, working.watch.find).to_string() max=limit::NAME_MAX as u32/>
            </div>
            <ul class="watch-choices">
                <For each=move || found.get() key=mark let:member>
                    {
                        let Member { user_id, name, photo, .. } = member;
                        view! {
                            <li><button type="button" class="watch-choice" on:click=move |_| ask(user_id)>
                                <Avatar name=name.clone() id=user_id.0 size=AvatarSize::Small photo=photo_of(user_id, &photo)/><bdi>{name}</bdi>
                            </button></li>
                        }
                    }
                </For>
            </ul>
            <p class="tag-none" role="status">{move || found.with(Vec::is_empty).then(|| t_string!(i18n, working.watch.nobody).to_string())}</p>
        </div>
    }
}
