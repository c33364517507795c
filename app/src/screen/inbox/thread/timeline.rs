//! The messages of a conversation: drawn a few hundred at a time however many are loaded, newest at the end, standing
//! still while others come above.

use super::super::bubble::{Bubble, ChangeLine, Hold, able, key_at};
use super::feed::{DRAWN_STEP, Drawn, Entry, Line, lines};
use super::pane::{Pane, mark, use_pane};
use super::scroll::{self, Anchor};
use crate::i18n::*;
use crate::live::{Key, Local, More, Phase, Timeline};
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Direction, MessageKind, Millis, Place, text};
use std::collections::HashMap;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// Lines come before their edge is seen, in pixels.
const NEAR: i32 = 900;
/// The height of most lines, and of what surrounds the timeline, in pixels: what fits into the window is drawn first, the
/// rest after it was painted.
const LINE: usize = 36;
const AROUND: usize = 160;
/// Days change at quarters of an hour in every time zone.
const QUARTER: Millis = 15 * 60_000;

/// How the timeline is scrolled and drawn.
#[derive(Clone, Copy)]
struct Feed {
    pane: Pane,
    timeline: StoredValue<Timeline>,
    node: NodeRef<leptos::html::Div>,
    order: RwSignal<Vec<Key>>,
    older: RwSignal<More>,
    newer: RwSignal<More>,
    drawn: RwSignal<Drawn>,
    /// Whether the last message is in view.
    at_end: RwSignal<bool>,
    /// Messages of the contact that came while it was not.
    unseen: RwSignal<u32>,
    /// Lines are about to change; where one is scrolled to is put right afterwards.
    moving: StoredValue<bool>,
    placed: StoredValue<bool>,
    /// What is read out.
    spoken: RwSignal<String>,
}

/// The timeline of the open conversation.
#[component]
pub fn Messages() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let timeline = pane.timeline();
    let new_from: RwSignal<Option<Key>> = timeline.new_from.clone().into();
    let below: RwSignal<u32> = timeline.below.clone().into();
    let order: RwSignal<Vec<Key>> = timeline.order.clone().into();
    let feed = Feed {
        pane,
        node: NodeRef::new(),
        order,
        older: timeline.older.clone().into(),
        newer: timeline.newer.clone().into(),
        timeline: StoredValue::new(timeline),
        drawn: RwSignal::new(order.with_untracked(|order| Drawn::last(order, lines_in_window()))),
        at_end: RwSignal::new(true),
        unseen: RwSignal::new(0),
        moving: StoredValue::new(false),
        placed: StoredValue::new(false),
        spoken: RwSignal::new(String::new()),
    };
    let shown = feed.lines(new_from);
    let active = RwSignal::new(None::<Key>);
    let is_active = Selector::new(move || active.get());
    // The bubble under the pointer, or with the focus: it stays so between two of them.
    let point = move |event: &web_sys::Event| {
        let key = key_under(event);
        if key.is_some() && active.with_untracked(|a| *a != key) {
            active.set(key);
        }
    };
    // A finger leaves whenever it is lifted, and browsers have a mouse leave after it.
    let leave = move |event: &web_sys::PointerEvent| {
        if event.pointer_type() != "touch" {
            active.set(None);
        }
    };
    // What the keys and the palette act on.
    let focus = move |event: &web_sys::Event| {
        let key = key_under(event);
        if pane.focused.with_untracked(|f| *f != key) {
            pane.focused.set(key);
        }
    };
    let unfocus = move |event: &web_sys::FocusEvent| {
        let to = event.related_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        // A menu or a dialog gives it back.
        if to.is_some_and(|to| to.closest(".feed, dialog, [popover]").is_ok_and(|over| over.is_none())) {
            pane.focused.set(None);
        }
    };
    let hold = Hold::new(pane);
    let inner = NodeRef::<leptos::html::Div>::new();

    feed.follow(shown, new_from);
    effect(move || {
        if let (Some(outer), Some(inner)) = (feed.node.get(), inner.get()) {
            // The composer grew, a keyboard came up, a picture is larger than its box: the last line stays in view.
            let held = outer.clone();
            scroll::on_resize(&[&outer, &inner], move || {
                if feed.at_end.get_untracked() && !feed.moving.get_value() {
                    scroll::to_end(&held);
                }
            });
        }
    });
    let keys = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        if let Some(el) = feed.node.get_untracked()
            && !scroll_in_control(&event)
            && scroll::walk(&el, &event.key())
        {
            event.prevent_default();
        }
    };
    let count = move || below.get().max(feed.unseen.get());
    let latest_label = move || match count() {
        0 => t_string!(i18n, inbox.thread.feed.latest).to_string(),
        n => t_string!(i18n, inbox.thread.feed.latest_count, count = n).to_string(),
    };
    view! {
        <div class="feed-area">
            <div class="feed" role="log" aria-live="off" tabindex="0" node_ref=feed.node
                aria-label=move || { let name = pane.name(); t_string!(i18n, inbox.thread.feed.label, name = name.as_str()).to_string() }
                on:scroll=move |_| feed.scrolled() on:keydown=keys
                on:pointerover=move |event| point(&event) on:focusin=move |event| { point(&event); focus(&event) } on:focusout=move |event| unfocus(&event) on:pointerleave=move |event| leave(&event)
                on:pointerdown=move |event| {
                    let key = key_under(&event);
                    hold.down(&event, key.is_some(), move || able(pane, &key?));
                }
                on:pointermove=move |event| hold.moved(&event) on:contextmenu=move |event| hold.menu(&event)
                on:pointerup=move |_| hold.end() on:pointercancel=move |_| hold.end()>
                <div class="feed-lines" node_ref=inner>
                    <Edge more=feed.older press=move |()| feed.more_above() text=move || t_string!(i18n, inbox.thread.feed.older).to_string()/>
                    <For each=move || shown.get() key=Line::clone let:line>
                        {match line {
                            Line::Day { at, .. } => view! { <div class="feed-day"><Time at=at style=TimeStyle::LongDay/></div> }.into_any(),
                            Line::New => view! { <div class="feed-new" data-mark="new"><span>{t!(i18n, inbox.thread.feed.new)}</span></div> }.into_any(),
                            Line::Change { key } => view! { <ChangeLine key/> }.into_any(),
                            Line::Bubble { key, first } => {
                                let mine = Some(key.clone());
                                let is_active = is_active.clone();
                                view! { <Bubble key first selected=Signal::derive(move || is_active.selected(&mine))/> }.into_any()
                            }
                        }}
                    </For>
                    <Edge more=feed.newer press=move |()| feed.more_below() text=move || t_string!(i18n, inbox.thread.feed.newer).to_string()/>
                </div>
            </div>
            <Show when=move || !feed.at_end.get()>
                <button type="button" class="feed-latest" aria-label=latest_label data-tip=latest_label on:click=move |_| feed.to_latest()>
                    <Icon name="arrow-down"/>
                    {move || (count() > 0).then(|| view! { <span class="badge accent" aria-hidden="true">{count().min(99)}</span> })}
                </button>
            </Show>
            <div class="visually-hidden" aria-live="polite">{move || feed.spoken.get()}</div>
        </div>
    }
}

/// How many lines there is room for; more where the browser does not say.
fn lines_in_window() -> usize {
    let height = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a window")]
    let height = height.max(0.0) as usize;
    if height == 0 { DRAWN_STEP } else { height.saturating_sub(AROUND) / LINE + 1 }
}

/// The bubble on which something happened.
fn key_under(event: &web_sys::Event) -> Option<Key> {
    key_at(&event.target()?.dyn_into().ok()?)
}

/// Keys in a player or a link belong to it.
fn scroll_in_control(event: &KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|el| matches!(el.tag_name().as_str(), "AUDIO" | "VIDEO" | "SUMMARY"))
}

/// What stands where more messages are: nothing, that they are on their way, or that they could not be had.
#[component]
fn Edge(more: RwSignal<More>, #[prop(into)] press: Callback<()>, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        {move || match more.get() {
            More::End | More::Exists => None,
            More::Loading => Some(view! { <div class="feed-edge" role="status">{move || text.get()}</div> }.into_any()),
            More::Failed(_) => Some(view! {
                <div class="feed-edge" role="alert">
                    {t!(i18n, inbox.thread.feed.page_failed)}
                    <Button small=true icon="refresh" press=press>{t!(i18n, common.act.retry)}</Button>
                </div>
            }.into_any()),
        }}
    }
}

impl Feed {
    fn lines(self, new_from: RwSignal<Option<Key>>) -> Memo<Vec<Line>> {
        let times = use_times();
        let timeline = self.timeline.get_value();
        let days = StoredValue::new(HashMap::<Millis, i32>::new());
        let day_of = move |at: Millis| {
            let quarter = at.div_euclid(QUARTER);
            days.with_value(|d| d.get(&quarter).copied()).unwrap_or_else(|| {
                let key = untrack(|| times.day_key(at));
                let day = key.replace('-', "").parse().unwrap_or(0);
                if day != 0 {
                    days.update_value(|d| {
                        d.insert(quarter, day);
                    });
                }
                day
            })
        };
        Memo::new(move |_| {
            let new_from = new_from.get();
            let entries: Vec<Entry> = self.order.with(|order| {
                let range = self.drawn.with(|d| d.range(order));
                let entry = |key: &Key| timeline.item(key).map(|cell| cell.with_untracked(|item| Entry::new(key.clone(), &item.message)));
                order[range].iter().filter_map(entry).collect()
            });
            lines(&entries, new_from.as_ref(), day_of)
        })
    }

    /// Goes along with what comes.
    fn follow(self, shown: Memo<Vec<Line>>, new_from: RwSignal<Option<Key>>) {
        let pane = self.pane;
        // What is drawn stays what it is when pages come before it.
        effect(move || {
            self.order.with(|order| {
                let now = self.drawn.get_untracked();
                if !order.is_empty() && now.top.as_ref().is_none_or(|top| !order.contains(top)) {
                    self.drawn.set(now.pinned(order));
                }
            });
            // A page may be needed in full before the view is filled.
            request_animation_frame(move || self.scrolled());
        });
        // The first look: the unread divider, else the end.
        effect(move || {
            let ready = pane.phase.get() == Phase::Ready;
            if shown.with(Vec::is_empty) || !ready || self.placed.get_value() {
                return;
            }
            self.placed.set_value(true);
            if pane.seek.with_untracked(Option::is_some) {
                return;
            }
            let divider = new_from.get_untracked();
            if let Some(key) = &divider {
                self.draw_around(key);
            }
            let place = move |el: &web_sys::Element| {
                scroll::to_end(el);
                if divider.is_some()
                    && let Some(line) = scroll::find(el, "new")
                    && line.get_bounding_client_rect().top() < el.get_bounding_client_rect().top() + 8.0
                {
                    scroll::show(el, &line);
                }
            };
            self.moving.set_value(true);
            request_animation_frame(move || {
                if self.settle(place) {
                    set_timeout(move || self.scrolled(), Duration::ZERO);
                }
            });
        });
        // New messages.
        Effect::new(move |before: Option<Option<Key>>| {
            let last = self.order.with(|order| order.last().cloned());
            let is_ready = pane.phase.with_untracked(|p| *p == Phase::Ready) && self.placed.get_value();
            if let (true, Some(Some(before))) = (is_ready, before)
                && last.as_ref() != Some(&before)
            {
                self.came(&before);
            }
            last
        });
        Effect::new(move |before: Option<u32>| {
            let now = pane.latest.get();
            if before.is_some_and(|b| b != now) {
                self.to_latest();
            }
            now
        });
        effect(move || {
            if let Some((place, _)) = pane.seek.get()
                && pane.phase.get() == Phase::Ready
            {
                self.seek(place);
            }
        });
    }

    /// Messages behind `before`, which was the last one, came.
    fn came(self, before: &Key) {
        let i18n = self.pane.i18n();
        let timeline = self.timeline.get_value();
        let order = self.order.get_untracked();
        let Some(at) = order.iter().rposition(|k| k == before) else { return };
        let mut inbound = 0;
        let mut ours = false;
        for key in &order[at + 1..] {
            let Some(cell) = timeline.item(key) else { continue };
            cell.with_untracked(|item| {
                let m = &item.message;
                ours |= item.local != Local::Stored;
                if m.direction == Direction::In && m.kind != MessageKind::Transition {
                    inbound += 1;
                    let (name, told) = (untrack(|| self.pane.name()), text::shorten(&m.body, 120));
                    self.spoken
                        .set(untrack(|| t_string!(i18n, inbox.thread.feed.came, name = name.as_str(), text = told.as_str()).to_string()));
                }
            });
        }
        if self.at_end.get_untracked() {
            // Not for ever more lines: whoever looks at the end does not look at the beginning.
            if let Some(fewer) = self.drawn.with_untracked(|d| d.trimmed(&order)) {
                self.drawn.set(fewer);
            }
            self.after_drawing(scroll::to_end);
        } else if ours {
            self.to_latest();
        } else {
            self.unseen.update(|n| *n += inbound);
        }
    }

    fn scrolled(self) {
        let Some(el) = self.node.try_get_untracked().flatten() else { return };
        if self.moving.get_value() || !self.placed.get_value() {
            return;
        }
        let all_drawn = self.drawn.with_untracked(|d| d.bottom.is_none()) && self.newer.with_untracked(|m| *m == More::End);
        let at_end = all_drawn && scroll::is_at_end(&el);
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
        if at_end && self.unseen.get_untracked() > 0 {
            self.unseen.set(0);
        }
        if scroll::above(&el) < NEAR {
            self.more_above();
        }
        if !all_drawn && scroll::below(&el) < NEAR {
            self.more_below();
        }
    }

    /// Draws or loads what is above.
    fn more_above(self) {
        match self.order.with_untracked(|order| self.drawn.with_untracked(|d| d.up(order))) {
            Some(drawn) => self.standing_still(move || self.drawn.set(drawn)),
            None => self.timeline.get_value().load_older(),
        }
    }

    /// Draws or loads what is below.
    fn more_below(self) {
        match self.order.with_untracked(|order| self.drawn.with_untracked(|d| d.down(order))) {
            Some(drawn) => self.standing_still(move || self.drawn.set(drawn)),
            None => self.timeline.get_value().load_newer(),
        }
    }

    /// Changes what is drawn without moving what is in view.
    fn standing_still(self, change: impl FnOnce()) {
        let anchor = self.node.get_untracked().and_then(|el| Anchor::take(&el));
        change();
        self.after_drawing(move |el| {
            if let Some(anchor) = anchor {
                anchor.put_back(el);
            }
        });
    }

    /// Runs when what was changed is on the page, before it is painted.
    fn after_drawing(self, act: impl FnOnce(&web_sys::Element) + 'static) {
        self.moving.set_value(true);
        request_animation_frame(move || {
            if self.settle(act) {
                self.scrolled();
            }
        });
    }

    /// What was changed is on the page; false when that is gone.
    fn settle(self, act: impl FnOnce(&web_sys::Element)) -> bool {
        let Some(el) = self.node.try_get_untracked().flatten() else { return false };
        act(&el);
        self.moving.set_value(false);
        true
    }

    fn draw_around(self, key: &Key) -> bool {
        let order = self.order.get_untracked();
        let Some(at) = order.iter().rposition(|k| k == key) else { return false };
        let now = self.drawn.get_untracked();
        let next = now.around(&order, at);
        if next != now {
            self.drawn.set(next);
        }
        true
    }

    /// Shows the newest messages.
    fn to_latest(self) {
        let timeline = self.timeline.get_value();
        spawn_local(async move {
            timeline.to_latest().await;
            let Some(order) = self.order.try_get_untracked() else { return };
            self.unseen.set(0);
            self.at_end.set(true);
            self.drawn.set(Drawn::default().pinned(&order));
            self.after_drawing(scroll::to_end);
        });
    }

    /// Shows a message, wherever it is.
    fn seek(self, place: Place) {
        let timeline = self.timeline.get_value();
        let i18n = self.pane.i18n();
        spawn_local(async move {
            let found = timeline.jump(place).await;
            let Some(key) = timeline.key_of(place.id).filter(|_| found) else {
                self.pane.fail(untrack(|| t_string!(i18n, inbox.thread.feed.jump_failed).to_string()));
                return;
            };
            if self.node.try_get_untracked().flatten().is_none() {
                return;
            }
            self.at_end.set(false);
            self.draw_around(&key);
            let wanted = mark(&key);
            self.after_drawing(move |el| {
                if let Some(line) = scroll::find(el, &wanted) {
                    scroll::show(el, &line);
                    scroll::point_out(&line);
                }
            });
        });
    }
}
