//! The rows of a tab. They stand in chunks, and only chunks near the eye are drawn: thousands of loaded rows cost no more
//! than the few that are seen.

use super::end::{Elsewhere, End, Nothing};
use super::{Asleep, shown_order};
use crate::i18n::*;
use crate::live::{More, Phase, use_store, web};
use crate::part::*;
use crate::screen::inbox::layout::use_panes;
use crate::screen::inbox::row::RowContent;
use crate::screen::inbox::select::{Selection, use_selection};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::{ConversationId, Fault, Tab};
use std::collections::HashMap;
use wasm_bindgen::JsCast;

/// Rows that are drawn or not drawn together.
const CHUNK: usize = 15;
/// Height of a row that was never drawn, in pixels.
const ROW_HEIGHT: usize = 84;
/// How far from the eye chunks are still drawn.
const NEAR: &str = "1200px";
/// Frames that a row may take to be drawn before the focus is given up.
const PATIENCE: u32 = 30;

/// What stands where the rows are.
#[derive(Clone, Debug, PartialEq)]
enum Face {
    Skeleton,
    Failed(Fault),
    Empty,
    Rows,
}

/// What the chunks share.
#[derive(Clone, Copy)]
struct Shown {
    order: Memo<Vec<ConversationId>>,
    /// Has or had the focus.
    focused: RwSignal<Option<ConversationId>>,
    /// The one row that Tab reaches: the last focused, else the open one, else the first.
    reachable: Memo<Option<ConversationId>>,
    /// The first rows are here, so that a new one may slide in.
    settled: StoredValue<bool>,
    /// How many of the first ones are pinned.
    pinned: Memo<usize>,
}

/// The rows of the tab, however many; more come when the end is near.
#[component]
pub fn Rows() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let list = move || store.tab_list(panes.tab.get());
    let selection = use_selection();
    let Asleep(is_asleep) = expect_context();
    let order = Memo::new(move |_| shown_order(store, panes.tab.get()));
    let pinned = Memo::new(move |_| if panes.tab.get() == Tab::Mine && !is_asleep.get() { store.pinned().with(Vec::len) } else { 0 });
    let more = Memo::new(move |_| list().more.get());
    let face = Memo::new(move |_| match list().phase.get() {
        _ if store.workspace.with(Option::is_none) => match store.trouble.get() {
            Some(fault) => Face::Failed(fault),
            None => Face::Skeleton,
        },
        // Pinned ones do not stand for the others.
        Phase::Failed(fault) if !is_asleep.get() && list().order.with(Vec::is_empty) => Face::Failed(fault),
        _ if order.with(|o| !o.is_empty()) => Face::Rows,
        Phase::Idle | Phase::Loading | Phase::Gone => Face::Skeleton,
        Phase::Failed(fault) => Face::Failed(fault),
        Phase::Ready => Face::Empty,
    });
    let focused = RwSignal::new(None::<ConversationId>);
    let reachable = Memo::new(move |_| {
        order.with(|o| {
            let has = |id: &ConversationId| o.contains(id);
            focused.get().filter(has).or_else(|| panes.open.get().filter(has)).or_else(|| o.first().copied())
        })
    });
    let shown = Shown { order, focused, reachable, settled: StoredValue::new(false), pinned };
    let rows_node = NodeRef::<leptos::html::Div>::new();
    let scroll_node = NodeRef::<leptos::html::Div>::new();
    let scrolled = keep_scroll(scroll_node, panes.tab);
    keep_focus(shown, rows_node);
    effect(move || {
        panes.tab.track();
        shown.settled.set_value(false);
        if face.get() == Face::Rows {
            request_animation_frame(move || {
                let _ = shown.settled.try_set_value(true);
            });
        }
    });
    let near_end = RwSignal::new(false);
    effect(move || {
        if near_end.get() && more.get() == More::Exists && !is_asleep.get() {
            store.load_more(panes.tab.get_untracked());
        }
    });
    walking_commands(shown);
    selecting_command(shown, selection);

    let on_key = move |event: KeyboardEvent| {
        if selects(shown, selection, &event) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        let Some(to) = order.with_untracked(|o| target(o, reachable.get_untracked(), &event.key())) else { return };
        event.prevent_default();
        focused.set(Some(to));
        reveal(shown, to, true);
    };
    let failed = move |fault: Fault| {
        let retry = move |()| {
            if store.workspace.with_untracked(Option::is_none) { store.retry_now() } else { store.show_tab(panes.tab.get_untracked()) }
        };
        view! { <Trouble fault=Signal::stored(fault) retry=retry/> }
    };
    let chunks = Memo::new(move |_| order.with(|o| o.len().div_ceil(CHUNK)));
    view! {
        <div class="list-scroll" node_ref=scroll_node on:scroll=move |_| scrolled()>
            {move || match face.get() {
                Face::Skeleton => Some(view! { <SkeletonRows count=8/> }.into_any()),
                Face::Failed(fault) => Some(failed(fault).into_any()),
                Face::Empty => Some(view! { <Nothing/><Elsewhere/> }.into_any()),
                Face::Rows => None,
            }}
            <div class="inbox-rows" role="listbox" node_ref=rows_node aria-label=move || t_string!(i18n, inbox.list.label).to_string()
                aria-multiselectable=move || selection.is_on().then_some("true") class:selecting=move || selection.is_on()
                on:pointermove=move |event| selection.moved(&event) on:pointerup=move |_| selection.lifted() on:pointercancel=move |_| selection.lifted()
                on:contextmenu=move |event| if selection.is_pressing() { event.prevent_default() }
                hidden=move || face.with(|f| *f != Face::Rows) on:keydown=on_key>
                <For each=move || 0..chunks.get() key=|i| *i let:index><Chunk index shown/></For>
            </div>
            <div hidden=move || is_asleep.get()><End near_end/></div>
        </div>
    }
}

/// Some rows, or the room that they take.
#[component]
fn Chunk(index: usize, shown: Shown) -> impl IntoView {
    let panes = use_panes();
    let node = NodeRef::<leptos::html::Div>::new();
    let ids = Memo::new(move |_| shown.order.with(|o| o.iter().skip(index * CHUNK).take(CHUNK).copied().collect::<Vec<_>>()));
    // The first rows are in sight from the start; what is below them is drawn when they have been painted.
    let near = RwSignal::new(index == 0);
    // The height when it was last drawn, and of how many rows.
    let measured = StoredValue::new(None::<(i32, usize)>);
    let drawn = Memo::new(move |_| near.get() || shown.reachable.get().is_some_and(|id| ids.with(|ids| ids.contains(&id))));
    effect(move || {
        panes.tab.track();
        let _ = measured.try_set_value(None);
    });
    effect(move || {
        let Some(el) = node.get() else { return };
        let measuring = el.clone();
        web::watch(&el, ".list-scroll", NEAR, move |seen| {
            if !seen && drawn.try_get_untracked() == Some(true) {
                let rows = ids.try_with_untracked(Vec::len).unwrap_or(0);
                let _ = measured.try_set_value(Some((measuring.offset_height(), rows)));
            }
            let _ = near.try_set(seen);
        });
    });
    let height = move || {
        (!drawn.get()).then(|| {
            let rows = ids.with(Vec::len);
            match measured.get_value() {
                Some((height, of)) if of == rows => format!("{height}px"),
                _ => format!("{}px", rows * ROW_HEIGHT),
            }
        })
    };
    view! {
        <div class="inbox-chunk" role="presentation" id=format!("chunk-{index}") node_ref=node style:height=height>
            <For each=move || if drawn.get() { ids.get() } else { Vec::new() } key=|id| *id let:id>
                <Row id index ids shown fresh={shown.settled.get_value() && shown.order.with_untracked(|o| o.first() == Some(&id))}/>
            </For>
        </div>
    }
}

#[component]
fn Row(
    id: ConversationId,
    index: usize,
    ids: Memo<Vec<ConversationId>>,
    shown: Shown,
    /// Came in at the top while one was looking.
    fresh: bool,
) -> impl IntoView {
    let store = use_store();
    let panes = use_panes();
    let row = store.row(id).map(RwSignal::from);
    let i18n = use_i18n();
    let selection = use_selection();
    let is_open = Memo::new(move |_| panes.open.get() == Some(id));
    let is_chosen = Memo::new(move |_| selection.has(id));
    let is_reachable = Memo::new(move |_| shown.reachable.get() == Some(id));
    let place = Memo::new(move |_| index * CHUNK + ids.with(|ids| ids.iter().position(|i| *i == id).unwrap_or(0)) + 1);
    let prepare = move || {
        if !untrack(|| selection.is_on()) {
            store.prepare(id);
        }
    };
    // Nothing is done with concluded ones.
    let may_choose = move || panes.tab.get_untracked() != Tab::Done;
    // Above the first of the pinned ones, and above the first of the others.
    let heading = move || match (place.get(), shown.pinned.get()) {
        (_, 0) => None,
        (1, _) => Some(t_string!(i18n, working.pin.title)),
        (n, pinned) if n == pinned + 1 => Some(t_string!(i18n, working.pin.rest)),
        _ => None,
    };
    view! {
        {move || heading().map(|text| view! { <div class="list-group" role="presentation" aria-hidden="true">{text}</div> })}
        <a class="inbox-row" class:chosen=move || is_chosen.get() class:fresh=fresh id=format!("row-{id}") role="option" href=untrack(|| panes.href(id))
            class:open=move || is_open.get()
            aria-selected=move || if if selection.is_on() { is_chosen.get() } else { is_open.get() } { "true" } else { "false" }
            aria-posinset=move || place.get().to_string() aria-setsize=move || shown.order.with(Vec::len).to_string()
            tabindex=move || if is_reachable.get() { "0" } else { "-1" }
            on:focus=move |_| shown.focused.set(Some(id))
            on:pointerdown=move |event| {
                if event.button() == 0 && event.pointer_type() == "mouse" {
                    prepare();
                }
                if may_choose() {
                    selection.pressed(&event, id);
                }
            }
            on:click=move |event| {
                prepare();
                if may_choose() {
                    shown.order.with_untracked(|o| selection.clicked(&event, o, id, panes.open.get_untracked()));
                }
            }>
            {move || selection.is_on().then(|| view! { <span class="row-check" aria-hidden="true"><Icon name="check" small=true/></span> })}
            {row.map(|row| view! { <RowContent row tab=Signal::derive(move || Some(panes.tab.get()))/> })}
        </a>
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

/// Brings a row into sight, and the focus to it when wanted; one that is not drawn is drawn first.
fn reveal(shown: Shown, id: ConversationId, focus: bool) {
    if row_element(id).is_none()
        && let Some(at) = shown.order.with_untracked(|o| o.iter().position(|o| *o == id))
        && let Some(chunk) = document().get_element_by_id(&format!("chunk-{}", at / CHUNK))
    {
        into_sight(&chunk);
    }
    arrive(id, focus, PATIENCE);
}

fn arrive(id: ConversationId, focus: bool, patience: u32) {
    match row_element(id) {
        Some(row) => {
            into_sight(&row);
            if focus {
                let _ = row.focus();
            }
        }
        None if patience > 0 => request_animation_frame(move || arrive(id, focus, patience - 1)),
        None => {}
    }
}

fn row_element(id: ConversationId) -> Option<web_sys::HtmlElement> {
    document().get_element_by_id(&format!("row-{id}"))?.dyn_into().ok()
}

/// `j` and `k` open the next and the previous conversation.
fn walking_commands(shown: Shown) {
    let i18n = use_i18n();
    let (panes, commands) = (use_panes(), use_commands());
    let walk = move |key: &'static str| {
        Callback::new(move |()| {
            let from = panes.open.get_untracked().or(shown.focused.get_untracked());
            if let Some(to) = shown.order.with_untracked(|o| target(o, from, key)) {
                shown.focused.set(Some(to));
                panes.show(to);
                reveal(shown, to, false);
            }
        })
    };
    let when = Signal::derive(move || shown.order.with(|o| !o.is_empty()));
    let label = Signal::derive(move || t_string!(i18n, inbox.key.next).to_string());
    commands.add(Command { id: CommandId::ListNext, label, when, run: walk("ArrowDown") });
    let label = Signal::derive(move || t_string!(i18n, inbox.key.previous).to_string());
    commands.add(Command { id: CommandId::ListPrevious, label, when, run: walk("ArrowUp") });
}

/// `x` chooses the row that has the focus, else the open one.
fn selecting_command(shown: Shown, selection: Selection) {
    let i18n = use_i18n();
    let (panes, commands) = (use_panes(), use_commands());
    let label = Signal::derive(move || t_string!(i18n, working.select.key).to_string());
    let when = Signal::derive(move || panes.tab.get() != Tab::Done && shown.order.with(|o| !o.is_empty()));
    let run = Callback::new(move |()| {
        let here = |id: &ConversationId| shown.order.with_untracked(|o| o.contains(id));
        let focused = shown.focused.get_untracked().filter(here);
        match focused.or_else(|| panes.open.get_untracked().filter(here)) {
            Some(id) => selection.toggle(id),
            None => selection.begin(),
        }
    });
    commands.add(Command { id: CommandId::SelectOne, label, when, run });
}

/// What a key does to the selection while there is one: Space chooses, with Shift a step further, Ctrl A chooses all, Escape
/// ends it. True when it did something.
fn selects(shown: Shown, selection: Selection, event: &KeyboardEvent) -> bool {
    if !untrack(|| selection.is_on()) {
        return false;
    }
    let now = shown.reachable.get_untracked();
    match event.key().as_str() {
        " " => {
            if let Some(id) = now {
                selection.toggle(id);
            }
        }
        key @ ("ArrowDown" | "ArrowUp") if event.shift_key() => {
            let Some(to) = shown.order.with_untracked(|o| target(o, now, key)) else { return false };
            selection.add(&[now, Some(to)].into_iter().flatten().collect::<Vec<_>>());
            shown.focused.set(Some(to));
            reveal(shown, to, true);
        }
        "a" if event.ctrl_key() || event.meta_key() => shown.order.with_untracked(|o| selection.add(o)),
        "Escape" => selection.end(),
        _ => return false,
    }
    true
}

/// Each tab keeps its own place while another one is looked at. Answers what to call when the list was scrolled.
fn keep_scroll(scroll: NodeRef<leptos::html::Div>, tab: Memo<Tab>) -> impl Fn() + Copy {
    let places = StoredValue::new(HashMap::<Tab, i32>::new());
    let shown = StoredValue::new(None::<Tab>);
    effect(move || {
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
fn keep_focus(shown: Shown, rows: NodeRef<leptos::html::Div>) {
    let within = StoredValue::new(false);
    effect(move || {
        shown.order.track();
        let Some(rows) = rows.get_untracked() else { return };
        let active = document().active_element();
        if active.as_ref().is_some_and(|a| rows.contains(Some(a))) {
            within.set_value(true);
        } else if within.get_value() && active.is_none_or(|a| a.tag_name() == "BODY") {
            if let Some(row) = shown.focused.get_untracked().and_then(row_element) {
                let gently = web_sys::FocusOptions::new();
                gently.set_prevent_scroll(true);
                let _ = row.focus_with_options(&gently);
            }
        } else {
            within.set_value(false);
        }
    });
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
