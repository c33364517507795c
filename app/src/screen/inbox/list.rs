//! The left pane: search, tabs, and the list of the chosen tab.

mod end;

use super::filter::{FilterMenu, OrderButton};
use super::layout::{tab_of, tab_word, use_panes};
use super::row::RowContent;
use super::search::{Results, SearchField};
use super::start::{Start, use_start};
use crate::i18n::*;
use crate::live::{More, Phase, use_store};
use crate::part::*;
use end::{End, Nothing};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::{ConversationId, Fault, Tab};
use std::collections::HashMap;
use wasm_bindgen::JsCast;

/// Id of the element that the tabs fill.
const ROWS: &str = "inbox-rows";

/// What stands where the rows are.
#[derive(Clone, Debug, PartialEq)]
enum Face {
    Skeleton,
    Failed(Fault),
    Empty,
    Rows,
}

/// Search, tabs and rows.
#[component]
pub fn ListPane() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let start = use_start();
    let search = RwSignal::new(String::new());
    let filter_open = RwSignal::new(false);
    let searching = Memo::new(move |_| search.with(|s| !s.trim().is_empty()));

    // What the address says is what is loaded.
    Effect::new(move |_| store.show_tab(panes.tab.get()));
    Effect::new(move |_| store.pin(panes.open.get()));
    follow_my_own();

    let label = move |tab: Tab| {
        Signal::derive(move || {
            match tab {
                Tab::New => t_string!(i18n, inbox.tab.new),
                Tab::Mine => t_string!(i18n, inbox.tab.mine),
                Tab::Others => t_string!(i18n, inbox.tab.others),
                Tab::Done => t_string!(i18n, inbox.tab.done),
            }
            .to_string()
        })
    };
    let items = Tab::ALL.iter().map(|tab| {
        let tab = *tab;
        TabItem { key: tab_word(tab), label: label(tab), count: Signal::derive(move || store.counts.with(|c| c.of(tab))) }
    });
    let select = move |word: &'static str| {
        search.set(String::new());
        if let Some(tab) = tab_of(word) {
            panes.show_tab(tab);
        }
    };
    let commands = use_commands();
    let always = Signal::stored(true);
    for (tab, id, keys) in
        [(Tab::New, "tab-new", "g n"), (Tab::Mine, "tab-mine", "g m"), (Tab::Others, "tab-others", "g o"), (Tab::Done, "tab-done", "g c")]
    {
        let name = label(tab);
        let label = Signal::derive(move || t_string!(i18n, inbox.key.tab, name = name.get()).to_string());
        let run = Callback::new(move |()| select(tab_word(tab)));
        commands.add(Command { id, group: CommandGroup::Go, label, keys: Some(keys), when: always, run });
    }
    commands.add(Command {
        id: "list-filter",
        group: CommandGroup::View,
        label: Signal::derive(move || t_string!(i18n, inbox.key.filter).to_string()),
        keys: Some("f"),
        when: always,
        run: Callback::new(move |()| filter_open.set(true)),
    });
    commands.add(Command {
        id: "start",
        group: CommandGroup::Conversation,
        label: Signal::derive(move || t_string!(i18n, inbox.key.start).to_string()),
        keys: Some("shift+n"),
        when: always,
        run: Callback::new(move |()| start.begin(Start::Empty)),
    });
    view! {
        <div class="list-head">
            <div class="list-tools">
                <SearchField text=search/>
                <FilterMenu open=filter_open/>
                <OrderButton/>
                <IconButton icon="message-plus" label=move || t_string!(i18n, inbox.start.open).to_string() keys="shift+n"
                    class="start-button" press=move |()| start.begin(Start::Empty)/>
            </div>
            <Tabs label=move || t_string!(i18n, inbox.tab.label).to_string() items=items.collect()
                selected=Signal::derive(move || tab_word(panes.tab.get())) select=select controls=ROWS/>
        </div>
        <div class="list-body" id=ROWS role="tabpanel" aria-label=move || label(panes.tab.get()).get() class:searching=move || searching.get()>
            <Rows/>
            <Show when=move || searching.get()><Results text=search/></Show>
        </div>
    }
}

/// When the open conversation becomes mine under my eyes, the list goes along to the tab where it is now.
fn follow_my_own() {
    let (store, panes) = (use_store(), use_panes());
    let place = Memo::new(move |_| {
        let id = panes.open.get()?;
        let seen = store.workspace.with(|w| w.as_ref().map(|w| w.seen.clone()))?;
        store.known_row(id).with(|row| row.as_ref().and_then(|row| seen.tab(&row.access()))).map(|tab| (id, tab))
    });
    Effect::new(move |before: Option<Option<(ConversationId, Tab)>>| {
        let now = place.get();
        if let (Some(Some((old, from))), Some((id, Tab::Mine))) = (before, now)
            && old == id
            && from != Tab::Mine
            && from == panes.tab.get_untracked()
        {
            panes.show_tab(Tab::Mine);
        }
        now
    });
}

/// The rows of the tab, however many; more come when the end is near.
#[component]
fn Rows() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let list = move || store.tab_list(panes.tab.get());
    let order = Memo::new(move |_| list().order.get());
    let more = Memo::new(move |_| list().more.get());
    let face = Memo::new(move |_| match list().phase.get() {
        _ if store.workspace.with(Option::is_none) => match store.trouble.get() {
            Some(fault) => Face::Failed(fault),
            None => Face::Skeleton,
        },
        _ if order.with(|o| !o.is_empty()) => Face::Rows,
        Phase::Idle | Phase::Loading | Phase::Gone => Face::Skeleton,
        Phase::Failed(fault) => Face::Failed(fault),
        Phase::Ready => Face::Empty,
    });
    let rows_node = NodeRef::<leptos::html::Div>::new();
    let scroll_node = NodeRef::<leptos::html::Div>::new();
    let focused = RwSignal::new(None::<ConversationId>);
    // The one row that Tab reaches: the last focused, else the open one, else the first.
    let reachable = Memo::new(move |_| {
        order.with(|o| {
            let has = |id: &ConversationId| o.contains(id);
            focused.get().filter(has).or_else(|| panes.open.get().filter(has)).or_else(|| o.first().copied())
        })
    });
    let reach = StoredValue::new(Selector::new(move || reachable.get()));
    let open = StoredValue::new(Selector::new(move || panes.open.get()));
    let settled = StoredValue::new(false);

    let scrolled = keep_scroll(scroll_node, panes.tab);
    keep_focus(order, focused, rows_node);
    Effect::new(move |_| {
        panes.tab.track();
        settled.set_value(false);
        if order.with(|o| !o.is_empty()) {
            request_animation_frame(move || {
                let _ = settled.try_set_value(true);
            });
        }
    });
    let near_end = RwSignal::new(false);
    Effect::new(move |_| {
        if near_end.get() && more.get() == More::Exists {
            store.load_more(panes.tab.get_untracked());
        }
    });
    walking_commands(order, focused);

    let on_key = move |event: KeyboardEvent| {
        let Some(to) = order.with_untracked(|o| target(o, reachable.get_untracked(), &event.key())) else { return };
        event.prevent_default();
        focused.set(Some(to));
        focus_row(to, false);
    };
    let failed = move |fault: Fault| {
        let retry = move |()| {
            if store.workspace.with_untracked(Option::is_none) { store.retry_now() } else { store.show_tab(panes.tab.get_untracked()) }
        };
        view! { <Trouble fault=Signal::stored(fault) retry=retry/> }
    };
    view! {
        <div class="list-scroll" node_ref=scroll_node on:scroll=move |_| scrolled()>
            {move || match face.get() {
                Face::Skeleton => Some(view! { <SkeletonRows count=8/> }.into_any()),
                Face::Failed(fault) => Some(failed(fault).into_any()),
                Face::Empty => Some(view! { <Nothing/> }.into_any()),
                Face::Rows => None,
            }}
            <div class="rows" role="listbox" node_ref=rows_node aria-label=move || t_string!(i18n, inbox.list.label).to_string()
                hidden=move || face.with(|f| *f != Face::Rows) on:keydown=on_key>
                <For each=move || order.get() key=|id| *id let:id>
                    <Row id focused reach open fresh={settled.get_value() && order.with_untracked(|o| o.first() == Some(&id))}/>
                </For>
            </div>
            <End near_end/>
        </div>
    }
}

/// Where a key leads from the reachable row.
fn target(order: &[ConversationId], from: Option<ConversationId>, key: &str) -> Option<ConversationId> {
    let now = from.and_then(|id| order.iter().position(|o| *o == id));
    let last = order.len().checked_sub(1)?;
    let to = match key {
        "ArrowDown" => now.map_or(0, |n| (n + 1).min(last)),
        "ArrowUp" => now.map_or(0, |n| n.saturating_sub(1)),
        "PageDown" => now.map_or(0, |n| (n + 8).min(last)),
        "PageUp" => now.map_or(0, |n| n.saturating_sub(8)),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    order.get(to).copied()
}

fn focus_row(id: ConversationId, gently: bool) {
    let found = document().get_element_by_id(&format!("row-{id}"));
    if let Some(row) = found.and_then(|r| r.dyn_into::<web_sys::HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(gently);
        let _ = row.focus_with_options(&options);
    }
}

/// `j` and `k` open the next and the previous conversation.
fn walking_commands(order: Memo<Vec<ConversationId>>, focused: RwSignal<Option<ConversationId>>) {
    let i18n = use_i18n();
    let (panes, commands) = (use_panes(), use_commands());
    let walk = move |key: &'static str| {
        Callback::new(move |()| {
            let from = panes.open.get_untracked().or(focused.get_untracked());
            if let Some(to) = order.with_untracked(|o| target(o, from, key)) {
                focused.set(Some(to));
                panes.show(to);
                if let Some(row) = document().get_element_by_id(&format!("row-{to}")) {
                    let options = web_sys::ScrollIntoViewOptions::new();
                    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                    row.scroll_into_view_with_scroll_into_view_options(&options);
                }
            }
        })
    };
    let group = CommandGroup::Go;
    let when = Signal::derive(move || order.with(|o| !o.is_empty()));
    let label = Signal::derive(move || t_string!(i18n, inbox.key.next).to_string());
    commands.add(Command { id: "list-next", group, label, keys: Some("j"), when, run: walk("ArrowDown") });
    let label = Signal::derive(move || t_string!(i18n, inbox.key.previous).to_string());
    commands.add(Command { id: "list-previous", group, label, keys: Some("k"), when, run: walk("ArrowUp") });
}

/// Each tab keeps its own place while another one is looked at. Answers what to call when the list was scrolled.
fn keep_scroll(scroll: NodeRef<leptos::html::Div>, tab: Memo<Tab>) -> impl Fn() + Copy {
    let places = StoredValue::new(HashMap::<Tab, i32>::new());
    let shown = StoredValue::new(None::<Tab>);
    Effect::new(move |_| {
        let Some(el) = scroll.get() else { return };
        let now = tab.get();
        if shown.get_value() == Some(now) {
            return;
        }
        shown.set_value(None);
        let place = places.with_value(|p| p.get(&now).copied()).unwrap_or(0);
        request_animation_frame(move || {
            el.set_scroll_top(place);
            let _ = shown.try_set_value(Some(now));
        });
    });
    move || {
        if let (Some(el), Some(tab)) = (scroll.get_untracked(), shown.get_value()) {
            places.update_value(|p| {
                p.insert(tab, el.scroll_top());
            });
        }
    }
}

/// A row that moves is taken out of the page and put in again, which loses its focus: it gets it back.
fn keep_focus(order: Memo<Vec<ConversationId>>, focused: RwSignal<Option<ConversationId>>, rows: NodeRef<leptos::html::Div>) {
    let within = StoredValue::new(false);
    Effect::new(move |_| {
        order.track();
        let Some(rows) = rows.get_untracked() else { return };
        let active = document().active_element();
        if active.as_ref().is_some_and(|a| rows.contains(Some(a))) {
            within.set_value(true);
        } else if within.get_value() && active.is_none_or(|a| a.tag_name() == "BODY") {
            if let Some(id) = focused.get_untracked() {
                focus_row(id, true);
            }
        } else {
            within.set_value(false);
        }
    });
}

#[component]
fn Row(
    id: ConversationId,
    focused: RwSignal<Option<ConversationId>>,
    reach: StoredValue<Selector<Option<ConversationId>>>,
    open: StoredValue<Selector<Option<ConversationId>>>,
    /// Came in at the top while one was looking.
    fresh: bool,
) -> impl IntoView {
    let store = use_store();
    let panes = use_panes();
    let row = store.row(id).map(RwSignal::from);
    on_cleanup(move || {
        let _ = reach.try_with_value(|s| s.remove(&Some(id)));
        let _ = open.try_with_value(|s| s.remove(&Some(id)));
    });
    let is_open = Memo::new(move |_| open.with_value(|s| s.selected(&Some(id))));
    view! {
        <a class="row" class:fresh=fresh id=format!("row-{id}") role="option" href=untrack(|| panes.href(id))
            class:open=move || is_open.get()
            aria-selected=move || if is_open.get() { "true" } else { "false" }
            tabindex=move || if reach.with_value(|s| s.selected(&Some(id))) { "0" } else { "-1" }
            on:focus=move |_| focused.set(Some(id))>
            {row.map(|row| view! { <RowContent row tab=Signal::derive(move || Some(panes.tab.get()))/> })}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_walk_the_list_and_stop_at_its_ends() {
        let order: Vec<ConversationId> = (1..=20).map(ConversationId).collect();
        let at = |n: i64| Some(ConversationId(n));
        assert_eq!(target(&order, at(3), "ArrowDown"), at(4));
        assert_eq!(target(&order, at(20), "ArrowDown"), at(20));
        assert_eq!(target(&order, at(1), "ArrowUp"), at(1));
        assert_eq!(target(&order, None, "ArrowUp"), at(1));
        assert_eq!(target(&order, at(5), "End"), at(20));
        assert_eq!(target(&order, at(15), "PageDown"), at(20));
        assert_eq!(target(&order, at(5), "x"), None);
        assert_eq!(target(&[], None, "ArrowDown"), None);
    }
}
