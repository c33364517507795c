//! The talks, and the colleagues and teams with whom one can begin one.

use super::{Face, is_on, name, status_of};
use crate::api::talk::talks;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use model::text::plain;
use model::{Talk, TalkWith};

/// Colleagues that a search shows at once.
const FOUND: usize = 50;

/// The list.
#[component]
pub(super) fn TalkList(#[prop(into)] choose: Callback<TalkWith>, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let times = use_times();
    let is_on = is_on();
    let search = RwSignal::new(String::new());
    let page = Paged::<Talk, String>::new(store);
    let load = move |more: bool| {
        page.load(more, false, |after| async move {
            let page = talks(after).await?;
            Ok((page.items, page.next))
        });
    };
    effect(move || {
        store.talks.stale.track();
        untrack(|| load(false));
    });
    effect(move || {
        let Some((_, talk)) = store.talks.heard.get() else { return };
        page.rows.update(|rows| {
            rows.retain(|t| t.id != talk.id);
            rows.insert(0, talk);
        });
    });
    effect(move || {
        let Some((_, id, unread)) = store.talks.read.get() else { return };
        page.rows.update(|rows| rows.iter_mut().filter(|t| t.id == id).for_each(|t| t.unread = unread));
    });
    // Everybody, my teams and my colleagues, by name.
    let candidates = Memo::new(move |_| {
        let me = session.with(|me| Some(me.user_id));
        store.workspace.with(|w| {
            let Some(w) = w.as_ref() else { return Vec::new() };
            let teams = w.teams.iter().filter(|t| w.seen.pending.contains(&t.id) || w.seen.supervised.contains(&t.id));
            let people = w.members.iter().filter(|m| m.active && Some(m.user_id) != me);
            std::iter::once((t_string!(i18n, talk.everybody).to_string(), TalkWith::Everybody))
                .chain(teams.map(|t| (t.name.clone(), TalkWith::Team { team_id: t.id })))
                .chain(people.map(|m| (m.name.clone(), TalkWith::Person { user_id: m.user_id })))
                .collect::<Vec<_>>()
        })
    });
    let found = Memo::new(move |_| {
        let wanted = search.with(|s| plain(s.trim()));
        let known = page.rows.with(|rows| rows.iter().map(|t| t.with).collect::<Vec<_>>());
        let fits = |label: &str, with: TalkWith| if wanted.is_empty() { !known.contains(&with) } else { plain(label).contains(&wanted) };
        candidates.with(|all| all.iter().filter(|(label, with)| fits(label, *with)).take(FOUND).cloned().collect::<Vec<_>>())
    });
    let searching = Memo::new(move |_| search.with(|s| !s.trim().is_empty()));
    view! {
        <header class="talk-head">
            <h2>{t!(i18n, talk.title)}</h2>
            <IconButton icon="x" label=move || t_string!(i18n, common.act.close).to_string() press=close/>
        </header>
        {move || store.talks.share.get().map(|_| view! {
            <div class="talk-share" role="status">
                <Icon name="forward" small=true/>
                <span>{t!(i18n, talk.share_choose)}</span>
                <IconButton icon="x" small=true label=move || t_string!(i18n, talk.share_drop).to_string() press=move |()| store.talks.share.set(None)/>
            </div>
        })}
        <Show when=move || !is_on.get()><p class="talk-off" role="status">{t!(i18n, talk.off)}</p></Show>
        <div class="talk-search">
            <Icon name="search" small=true/>
            <input class="input" type="search" maxlength="100" placeholder=move || t_string!(i18n, talk.search).to_string()
                aria-label=move || t_string!(i18n, talk.search).to_string() prop:value=move || search.get()
                on:input=move |event| search.set(event_target_value(&event))/>
        </div>
        <div class="talk-body">
            <Show when=move || !searching.get()>
                {move || page.fault.get().map(|fault| view! { <Trouble fault retry=move |()| load(false)/> })}
                <Show when=move || page.loading.get() && page.rows.with(Vec::is_empty)><SkeletonRows count=4/></Show>
                <ul class="talk-list" aria-label=move || t_string!(i18n, talk.talks).to_string()>
                    <For each=move || page.rows.get() key=|t| (t.id, t.last.as_ref().map(|m| m.id), t.unread) let:talk>
                        <Row talk choose/>
                    </For>
                </ul>
                {move || page.next.read().is_some().then(|| view! {
                    <Button small=true busy=page.loading press=move |()| load(true)>{t!(i18n, talk.more)}</Button>
                })}
            </Show>
            // With whom nobody has talked yet; all while one searches.
            <Show when=move || is_on.get() || searching.get()>
                {move || found.with(Vec::is_empty).then(|| searching.get()).filter(|s| *s).map(|_| view! {
                    <p class="talk-none">{t!(i18n, talk.nobody)}</p>
                })}
                {move || (!found.with(Vec::is_empty)).then(|| view! {
                    <h3 class="talk-group">{move || if searching.get() { t_string!(i18n, talk.found) } else { t_string!(i18n, talk.begin) }}</h3>
                })}
                <ul class="talk-list" aria-label=move || t_string!(i18n, talk.people).to_string()>
                    <For each=move || found.get() key=|(label, with)| (label.clone(), *with) let((label, with))>
                        <li>
                            <button type="button" class="talk-row" aria-description=move || status_of(i18n, store, times, with) on:click=move |_| choose.run(with)>
                                <Face with/>
                                <span class="talk-row-text"><bdi class="talk-name">{label}</bdi></span>
                            </button>
                        </li>
                    </For>
                </ul>
            </Show>
        </div>
    }
}

/// A talk with its last message.
#[component]
fn Row(talk: Talk, choose: Callback<TalkWith>) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let times = use_times();
    let Talk { with, last, unread, .. } = talk;
    let has_unread = unread > 0;
    let at = last.as_ref().map(|m| m.at);
    let said = move || {
        let Some(m) = &last else { return String::new() };
        let what = match (&m.file, m.text.is_empty()) {
            (_, false) => model::text::shorten(&m.text, 100),
            (Some(file), true) if !file.file_name.is_empty() => file.file_name.clone(),
            (Some(_), true) => t_string!(i18n, talk.file).to_string(),
            (None, true) => t_string!(i18n, talk.pointed).to_string(),
        };
        let mine = session.with(|me| Some(me.user_id)) == Some(m.author_id);
        match with {
            _ if mine => format!("{}: {what}", t_string!(i18n, talk.me)),
            TalkWith::Person { .. } => what,
            _ => format!("{}: {what}", store.member_name(m.author_id)),
        }
    };
    let label = Signal::derive(move || t_string!(i18n, common.nav.unread, count = unread).to_string());
    view! {
        <li>
            <button type="button" class="talk-row" class:unread=has_unread aria-description=move || status_of(i18n, store, times, with) on:click=move |_| choose.run(with)>
                <Face with/>
                <span class="talk-row-text">
                    <span class="talk-row-top"><bdi class="talk-name">{move || name(i18n, store, with)}</bdi>{at.map(|at| view! { <Time at/> })}</span>
                    <span class="talk-row-top"><bdi class="talk-last">{said}</bdi><Badge count=Signal::stored(unread) tone=Tone::Accent label/></span>
                </span>
            </button>
        </li>
    }
}
