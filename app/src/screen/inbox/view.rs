//! Views: filters and an order under a name, above the filters of the list.

use crate::api::kept::{delete_view, save_view};
use crate::fault;
use crate::i18n::*;
use crate::live::{Store, use_store};
use crate::part::*;
use crate::prefs::is_phone;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use model::*;

/// What the lower part of the list of views shows.
#[derive(Clone, Debug, PartialEq)]
enum Below {
    Nothing,
    Form(Box<ViewDraft>),
    Sure(Box<SavedView>),
}

/// The views, and the way to keep the filters of now as one.
#[component]
pub fn Views() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let below = RwSignal::new(Below::Nothing);
    let filters = Memo::new(move |_| store.filter.with(|f| !f.is_empty()) || store.oldest_first.get());
    let fresh = move |()| below.set(Below::Form(Box::new(now(store))));
    view! {
        <section class="views" aria-label=move || t_string!(i18n, working.view.title).to_string()>
            <h2>{t!(i18n, working.view.title)}</h2>
            <For each=move || store.views.get() key=|view| view.clone() let:view><Line view below/></For>
            {move || store.views.with(Vec::is_empty).then(|| view! { <p class="field-hint">{t!(i18n, working.view.none)}</p> })}
            {move || match below.get() {
                Below::Nothing => filters.get().then(|| view! {
                    <Button small=true icon="plus" press=fresh>{t!(i18n, working.view.save)}</Button>
                }).into_any(),
                Below::Form(draft) => view! { <Form draft=*draft below/> }.into_any(),
                Below::Sure(view) => view! { <Sure view=*view below/> }.into_any(),
            }}
        </section>
    }
}

/// Each view as a command under its name, on every page.
#[component]
pub fn ViewCommands() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let commands = use_commands();
    let location = use_location();
    let navigate = use_navigate();
    // Whether the list is in sight then: it is not on other pages, and on a phone it is under the open conversation.
    let show_list = Callback::new(move |()| {
        let path = location.pathname.get_untracked();
        if path == "/inbox" || path.starts_with("/inbox/") && !is_phone() {
            return true;
        }
        if !may_leave() {
            return false;
        }
        let tab = location.query.with_untracked(|q| q.get("tab")).filter(|_| path.starts_with("/inbox/"));
        navigate(&tab.map_or("/inbox".to_owned(), |tab| format!("/inbox?tab={tab}")), NavigateOptions::default());
        true
    });
    effect(move || {
        for SavedView { id, name, filter, oldest_first, .. } in store.views.get() {
            let label = Signal::derive(move || t_string!(i18n, working.view.command, name = name.as_str()).to_string());
            let run = Callback::new(move |()| {
                if show_list.run(()) {
                    // What was looked for stood over the list.
                    store.search.set(String::new());
                    store.sieve(filter.clone(), oldest_first);
                }
            });
            commands.add(Command { id: CommandId::ApplyView(id), label, when: Signal::stored(true), run });
        }
    });
}

/// The filters and the order of now, as a new view of mine.
fn now(store: Store) -> ViewDraft {
    ViewDraft {
        id: None,
        scope: ViewScope::Mine,
        team_id: None,
        name: String::new(),
        filter: store.filter.get_untracked(),
        oldest_first: store.oldest_first.get_untracked(),
    }
}

/// One view: a press applies it.
#[component]
fn Line(view: SavedView, below: RwSignal<Below>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let (filter, oldest_first) = (view.filter.clone(), view.oldest_first);
    let is_on = {
        let filter = filter.clone();
        Memo::new(move |_| store.filter.with(|f| *f == filter) && store.oldest_first.get() == oldest_first)
    };
    let may = Memo::new({
        let view = view.clone();
        move |_| store.workspace.with(|w| w.as_ref().is_some_and(|w| view.may_change(&w.seen)))
    });
    let icon = match view.scope {
        ViewScope::Mine => "user",
        ViewScope::Team => "team",
        ViewScope::All => "users",
    };
    let name = view.name.clone();
    let named = move |which: fn(leptos_i18n::I18nContext<Locale>, &str) -> String| {
        let name = name.clone();
        Signal::derive(move || which(i18n, &name))
    };
    let apply_label = named(|i18n, name| t_string!(i18n, working.view.apply, name = name).to_string());
    let edit_label = named(|i18n, name| t_string!(i18n, working.view.edit, name = name).to_string());
    let copy_label = named(|i18n, name| t_string!(i18n, working.view.copy, name = name).to_string());
    let remove_label = named(|i18n, name| t_string!(i18n, working.view.remove, name = name).to_string());
    let as_draft = |view: &SavedView| ViewDraft {
        id: Some(view.id),
        scope: view.scope,
        team_id: view.team_id,
        name: view.name.clone(),
        filter: view.filter.clone(),
        oldest_first: view.oldest_first,
    };
    let shown = view.name.clone();
    let kept = StoredValue::new(view);
    let edit = move |()| below.set(Below::Form(Box::new(kept.with_value(as_draft))));
    let copy = move |()| {
        let name = kept.with_value(|v| untrack(|| t_string!(i18n, working.view.copy_name, name = v.name.as_str()).to_string()));
        let name = text::shorten(&name, limit::VIEW_NAME_MAX);
        let draft = ViewDraft { id: None, scope: ViewScope::Mine, team_id: None, name, ..kept.with_value(as_draft) };
        below.set(Below::Form(Box::new(draft)));
    };
    view! {
        <div class="view-line">
            <button type="button" class="view-apply" aria-label=move || apply_label.get() aria-pressed=move || if is_on.get() { "true" } else { "false" }
                on:click=move |_| store.sieve(filter.clone(), oldest_first)>
                <Icon name=icon small=true/><bdi>{shown}</bdi>
            </button>
            {move || may.get().then(|| view! { <IconButton small=true icon="pencil" label=edit_label press=edit/> })}
            <IconButton small=true icon="copy" label=copy_label press=copy/>
            {move || may.get().then(|| view! {
                <IconButton small=true icon="trash" label=remove_label press=move |()| below.set(Below::Sure(Box::new(kept.get_value())))/>
            })}
        </div>
    }
}

/// A new view, or one that is changed. What was typed stays when it was refused.
#[component]
fn Form(draft: ViewDraft, below: RwSignal<Below>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let name = RwSignal::new(draft.name.clone());
    let scope = RwSignal::new(draft.scope.word().to_owned());
    let team = RwSignal::new(draft.team_id.map(|t| t.to_string()).unwrap_or_default());
    // An edited view keeps its filters unless those of now are taken.
    let take = RwSignal::new(draft.id.is_none());
    let edits = draft.id.is_some();
    let filters = Memo::new(move |_| store.filter.with(|f| !f.is_empty()));
    let busy = RwSignal::new(false);
    let faults = Faults::provide();
    let scopes = Signal::derive(move || {
        let seen = store.workspace.with(|w| w.as_ref().map(|w| w.seen.clone()));
        let (all, some) = seen.map_or((false, false), |s| (s.all, s.all || !s.supervised.is_empty()));
        let mut choices = vec![Choice::new(ViewScope::Mine.word(), t_string!(i18n, working.view.mine))];
        if some {
            choices.push(Choice::new(ViewScope::Team.word(), t_string!(i18n, working.view.team)));
        }
        if all {
            choices.push(Choice::new(ViewScope::All.word(), t_string!(i18n, working.view.all)));
        }
        choices
    });
    let teams = Signal::derive(move || {
        store.workspace.with(|w| {
            let Some(w) = w.as_ref() else { return Vec::new() };
            let may = |id: &TeamId| w.seen.all || w.seen.supervised.contains(id);
            let mut all: Vec<Choice> =
                w.teams.iter().filter(|t| may(&t.id)).map(|t| Choice::new(t.id.to_string(), t.name.clone())).collect();
            all.insert(0, Choice::new("", "—"));
            all
        })
    });
    let is_team = move || scope.with(|s| s == ViewScope::Team.word());
    let draft = StoredValue::new(draft);
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        let mut wanted = draft.get_value();
        wanted.name = name.get_untracked();
        wanted.scope = scope.get_untracked().parse().unwrap_or(ViewScope::Mine);
        wanted.team_id = team.get_untracked().parse().ok().filter(|_| wanted.scope == ViewScope::Team);
        if take.get_untracked() && edits {
            let fresh = now(store);
            (wanted.filter, wanted.oldest_first) = (fresh.filter, fresh.oldest_first);
        }
        if let Err(wrong) = wanted.check() {
            return faults.take(&wrong);
        }
        busy.set(true);
        spawn_local(async move {
            let done = save_view(wanted).await.map_err(|refused| store.hear(refused));
            if done.is_ok() {
                store.refresh_kept().await;
            }
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(_) => below.set(Below::Nothing),
                Err(fault) => faults.take(&fault),
            }
        });
    };
    view! {
        <form class="view-form" method="post" novalidate on:submit=move |event| { event.prevent_default(); submit() }>
            <TextField name="name" value=name autofocus=true max=limit::VIEW_NAME_MAX as u32 label=move || t_string!(i18n, working.view.name).to_string()/>
            <Show when=move || scopes.with(|s| s.len() > 1)>
                <Select name="scope" value=scope choices=scopes label=move || t_string!(i18n, working.view.scope).to_string()/>
            </Show>
            <Show when=is_team>
                <Select name="team_id" value=team choices=teams label=move || t_string!(i18n, working.view.of_team).to_string()/>
            </Show>
            <Show when=move || edits && filters.get()>
                <Checkbox checked=take label=move || t_string!(i18n, working.view.take).to_string()/>
            </Show>
            {move || faults.other().map(|f| fault::view(i18n, &f))}
            <div class="view-foot">
                <Button small=true kind=Kind::Primary submit=true busy>{t!(i18n, common.act.save)}</Button>
                <Button small=true press=move |()| below.set(Below::Nothing)>{t!(i18n, common.act.cancel)}</Button>
            </div>
        </form>
    }
}

/// The question before a view goes.
#[component]
fn Sure(view: SavedView, below: RwSignal<Below>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<Fault>);
    let (id, name, shared) = (view.id, view.name, view.scope != ViewScope::Mine);
    let remove = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let done = delete_view(id).await.map_err(|refused| store.hear(refused));
            if done.is_ok() {
                toasts.say(untrack(|| t_string!(i18n, working.view.removed).to_string()));
                store.refresh_kept().await;
            }
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(()) => below.set(Below::Nothing),
                Err(fault) => refused.set(Some(fault)),
            }
        });
    };
    view! {
        <div class="view-form" role="group">
            <p>{move || t_string!(i18n, working.view.sure, name = name.as_str()).to_string()}</p>
            {shared.then(|| view! { <p class="field-hint">{t!(i18n, working.view.sure_shared)}</p> })}
            {move || refused.get().map(|f| fault::view(i18n, &f))}
            <div class="view-foot">
                <Button small=true kind=Kind::Danger icon="trash" busy press=remove>{t!(i18n, working.view.delete)}</Button>
                <Button small=true press=move |()| below.set(Below::Nothing)>{t!(i18n, common.act.cancel)}</Button>
            </div>
        </div>
    }
}
