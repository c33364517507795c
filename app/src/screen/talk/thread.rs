//! One talk: its messages and where one writes.

use super::message::{Message, Said};
use super::outbox::{Pending, Shelf};
use super::writer::Writer;
use super::{Face, is_on, name};
use crate::api::talk::{open_talk, read_talk, say, talk_page};
use crate::i18n::*;
use crate::live::{Store, TalkWanted, use_store, web};
use crate::part::*;
use crate::screen::inbox::thread::scroll;
use crate::{fault, language};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, Talk, TalkMessage, TalkMessageId, TalkOpened, TalkWith, UserId};

/// Messages of one person within this time stand together.
const TOGETHER_MS: i64 = 5 * 60_000;
/// So near to an edge counts as at it, in pixels.
const NEAR: i32 = 80;

/// A talk on screen; a context of its parts.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub store: Store,
    pub talk: RwSignal<Option<Talk>>,
    pub messages: RwSignal<Vec<TalkMessage>>,
    more: RwSignal<bool>,
    /// What is on its way, in order.
    pub pending: RwSignal<Vec<Pending>>,
    fault: RwSignal<Option<Fault>>,
    loading: RwSignal<bool>,
    is_sending: StoredValue<bool>,
    shelf: StoredValue<Option<Shelf>>,
}

impl Open {
    fn new(store: Store) -> Open {
        Open {
            store,
            talk: RwSignal::new(None),
            messages: RwSignal::new(Vec::new()),
            more: RwSignal::new(false),
            pending: RwSignal::new(Vec::new()),
            fault: RwSignal::new(None),
            loading: RwSignal::new(true),
            is_sending: StoredValue::new(false),
            shelf: StoredValue::new(None),
        }
    }

    /// Where this browser keeps what is unsent here.
    pub fn shelf(self) -> Option<Shelf> {
        self.shelf.try_get_value().flatten()
    }

    fn load(self, wanted: TalkWanted) {
        self.loading.set(true);
        spawn_local(async move {
            let answer = match wanted {
                TalkWanted::With(with) => open_talk(with).await,
                TalkWanted::Id(id) => talk_page(id, None).await,
            };
            if self.loading.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(opened) => self.take(opened),
                Err(refused) => self.fault.set(Some(self.store.hear(refused))),
            }
        });
    }

    fn take(self, opened: TalkOpened) {
        self.fault.set(None);
        let TalkOpened { talk, messages, more } = opened;
        if self.shelf.with_value(Option::is_none) {
            let own = untrack(|| self.store.me()).map(|me| format!("{}.{}", me.account.id, me.user_id)).unwrap_or_default();
            let shelf = Shelf::new(&own, talk.with);
            self.pending.set(shelf.pending());
            self.shelf.set_value(Some(shelf));
        }
        self.store.talks.on_screen.set(Some(talk.id));
        self.talk.set(Some(talk));
        let last = self.messages.with_untracked(|all| all.last().map(|m| m.id));
        if messages.first().map(|m| m.id) > last {
            // The first page, or so many came meanwhile that there is a gap.
            self.more.set(more);
            self.messages.set(messages);
        } else {
            messages.into_iter().filter(|m| Some(m.id) > last).for_each(|m| self.came(m));
        }
    }

    /// A message is there: mine is no longer on its way.
    fn came(self, message: TalkMessage) {
        self.settle(&message.client_id);
        self.messages.update(|all| {
            if all.last().is_none_or(|last| last.id < message.id) {
                all.push(message);
            }
        });
    }

    fn settle(self, client_id: &str) {
        if self.pending.with_untracked(|all| all.iter().any(|p| p.client_id == client_id)) {
            self.pending.update(|all| all.retain(|p| p.client_id != client_id));
            self.keep();
        }
    }

    fn keep(self) {
        if let Some(shelf) = self.shelf() {
            self.pending.with_untracked(|all| shelf.keep_pending(all));
        }
    }

    fn older(self) {
        let first = self.messages.with_untracked(|all| all.first().map(|m| m.id));
        let Some((talk, first)) = self.talk.with_untracked(|t| t.as_ref().map(|t| t.id)).zip(first) else { return };
        if !self.more.get_untracked() || self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        spawn_local(async move {
            let answer = talk_page(talk, Some(first)).await;
            if self.loading.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(page) => {
                    self.more.set(page.more);
                    self.messages.update(|all| {
                        all.splice(0..0, page.messages);
                    });
                }
                Err(refused) => self.fault.set(Some(self.store.hear(refused))),
            }
        });
    }

    /// Puts a message on its way.
    pub fn send(self, pending: Pending) {
        self.pending.update(|all| all.push(pending));
        self.keep();
        self.pump();
    }

    /// Tries one again that did not arrive, under the same id.
    fn again(self, client_id: &str) {
        self.pending.update(|all| all.iter_mut().filter(|p| p.client_id == client_id).for_each(|p| p.fault = None));
        self.pump();
    }

    /// Sends what waits, one after the other, so that the order is kept.
    fn pump(self) {
        let Some(talk) = self.talk.with_untracked(|t| t.as_ref().map(|t| t.id)) else { return };
        if self.is_sending.get_value() {
            return;
        }
        self.is_sending.set_value(true);
        spawn_local(async move {
            while let Some(next) = self.pending.try_with_untracked(|all| all.iter().find(|p| p.fault.is_none()).cloned()).flatten() {
                let answer = say(talk, next.draft()).await;
                if self.pending.try_with_untracked(|_| ()).is_none() {
                    return;
                }
                match answer {
                    Ok(message) => self.came(message),
                    Err(refused) => {
                        let fault = self.store.hear(refused);
                        self.pending.update(|all| {
                            all.iter_mut().filter(|p| p.client_id == next.client_id).for_each(|p| p.fault = Some(fault.clone()));
                        });
                    }
                }
            }
            let _ = self.is_sending.try_set_value(false);
        });
    }
}

/// The talk.
#[component]
pub(super) fn TalkThread(wanted: TalkWanted, #[prop(into)] back: Callback<()>, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let open = Open::new(store);
    provide_context(open);
    effect(move || {
        store.talks.stale.track();
        untrack(|| open.load(wanted));
    });
    effect(move || {
        let Some((_, talk)) = store.talks.heard.get() else { return };
        let here = open.talk.with_untracked(|t| t.as_ref().is_some_and(|t| t.id == talk.id));
        if let Some(message) = talk.last.filter(|_| here) {
            open.came(message);
        }
    });
    on_cleanup(move || {
        let _ = store.talks.on_screen.try_set(None);
    });
    reading(open);
    let with = move || match wanted {
        TalkWanted::With(with) => Some(with),
        TalkWanted::Id(_) => open.talk.with(|t| t.as_ref().map(|t| t.with)),
    };
    view! {
        <header class="talk-head">
            <IconButton icon="arrow-left" label=move || t_string!(i18n, talk.back).to_string() press=back/>
            {move || with().map(|with| view! { <Face with/><h2><bdi>{move || name(i18n, store, with)}</bdi></h2> })}
            <IconButton icon="x" label=move || t_string!(i18n, common.act.close).to_string() press=close/>
        </header>
        <Timeline open wanted/>
        <Foot open/>
    }
}

/// What is on screen is read, as far as it is on screen.
fn reading(open: Open) {
    let store = open.store;
    let told = StoredValue::new(TalkMessageId(0));
    effect(move || {
        // A tab that comes to the front moves the tick.
        store.tick.track();
        let Some(talk) = open.talk.with(|t| t.as_ref().map(|t| t.id)) else { return };
        let me = store.my_id();
        let last = open.messages.with(|all| all.iter().rev().find(|m| Some(m.author_id) != me).map(|m| m.id));
        let Some(last) = last.filter(|id| *id > told.get_value()) else { return };
        if !store.talks.open.get() || web::is_hidden() {
            return;
        }
        told.set_value(last);
        spawn_local(async move {
            if read_talk(talk, last).await.is_err() {
                // The next sight of it tries again.
                let _ = told.try_set_value(TalkMessageId(0));
            }
        });
    });
}

#[component]
fn Timeline(open: Open, wanted: TalkWanted) -> impl IntoView {
    let i18n = use_i18n();
    let times = use_times();
    let (node, log) = (NodeRef::<leptos::html::Div>::new(), NodeRef::<leptos::html::Div>::new());
    let at_end = StoredValue::new(true);
    // From the upper edge of what is in view to the end, and whether older messages came above it since.
    let (below, came_above) = (StoredValue::new(0), StoredValue::new(false));
    let top_was = StoredValue::new(0);
    let keep = move |el: &web_sys::Element| {
        if at_end.try_get_value() == Some(true) {
            scroll::to_end(el);
        } else if came_above.try_update_value(std::mem::take) == Some(true) {
            el.set_scroll_top(el.scroll_height() - below.get_value());
        }
        let _ = below.try_set_value(el.scroll_height() - el.scroll_top());
    };
    // The newest stays in sight, also when pictures and cards come after their messages or a keyboard takes room; what
    // comes above moves nothing.
    effect(move || {
        if let (Some(el), Some(log)) = (node.get(), log.get()) {
            let shown = el.clone();
            scroll::on_resize(&[&el, &log], move || keep(&shown));
        }
    });
    let scrolled = move |_| {
        let Some(el) = node.get_untracked() else { return };
        if came_above.get_value() {
            keep(&el);
        }
        // What came below since moved the end away, not the reader: only who scrolls up leaves it.
        let (top, was) = (el.scroll_top(), top_was.get_value());
        top_was.set_value(top);
        at_end.set_value(el.scroll_height() - top - el.client_height() < NEAR || at_end.get_value() && top >= was);
        below.set_value(el.scroll_height() - el.scroll_top());
        if el.scroll_top() < NEAR {
            open.older();
        }
    };
    Effect::new(move |before: Option<(Option<TalkMessageId>, usize)>| {
        let first = open.messages.with(|all| all.first().map(|m| m.id));
        let waiting = open.pending.with(Vec::len);
        let (was_first, was_waiting) = before.unwrap_or_default();
        if was_first.is_some() && first < was_first {
            came_above.set_value(true);
        }
        // What I send comes into sight.
        if waiting > was_waiting {
            at_end.set_value(true);
        }
        (first, waiting)
    });
    let me = move || open.store.my_id();
    let is_many = move || open.talk.with_untracked(|t| t.as_ref().is_some_and(|t| !matches!(t.with, TalkWith::Person { .. })));
    // Each message with whether it is the first of its author, and the day that begins with it.
    let lines = Memo::new(move |_| open.messages.with(|all| lines(all, &|at| times.text(at, TimeStyle::LongDay))));
    view! {
        <div node_ref=node class="talk-body talk-lines" on:scroll=scrolled tabindex="0">
            {move || match (open.fault.get(), open.talk.read().is_some()) {
                (Some(Fault::ModuleOff { .. }), false) => view! { <EmptyState icon="chat" title=move || t_string!(i18n, talk.off).to_string()/> }.into_any(),
                (Some(fault), false) => view! { <Trouble fault retry=move |()| open.load(wanted)/> }.into_any(),
                (_, false) => view! { <SkeletonRows count=4/> }.into_any(),
                _ => ().into_any(),
            }}
            <Show when=move || open.more.get()>
                <Button small=true kind=Kind::Ghost class="talk-older" busy=open.loading press=move |()| open.older()>{t!(i18n, talk.older)}</Button>
            </Show>
            <Show when=move || open.talk.read().is_some() && open.messages.with(Vec::is_empty) && open.pending.with(Vec::is_empty)>
                <p class="talk-none">{t!(i18n, talk.empty)}</p>
            </Show>
            <div node_ref=log role="log" aria-label=move || t_string!(i18n, talk.messages).to_string()>
                <ul class="talk-messages">
                    <For each=move || lines.get() key=|l| (l.message.id, l.named, l.day.clone()) let:line>
                        {line.day.map(|day| view! { <li class="talk-day"><span>{day}</span></li> })}
                        <Message mine={untrack(me) == Some(line.message.author_id)} first=line.named many=is_many() message=line.message/>
                    </For>
                    <For each=move || open.pending.get() key=|p| (p.client_id.clone(), p.fault.clone().map(|f| f.code())) let:pending>
                        <OnItsWay open pending/>
                    </For>
                </ul>
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq)]
struct Line {
    message: TalkMessage,
    named: bool,
    day: Option<String>,
}

fn lines(all: &[TalkMessage], day: &dyn Fn(i64) -> String) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(all.len());
    let (mut last, mut before): (Option<(UserId, i64)>, String) = (None, String::new());
    for message in all {
        let today = day(message.at);
        let new_day = today != before;
        let named = new_day || last.is_none_or(|(author, at)| author != message.author_id || message.at - at > TOGETHER_MS);
        last = Some((message.author_id, message.at));
        before.clone_from(&today);
        lines.push(Line { message: message.clone(), named, day: new_day.then_some(today) });
    }
    lines
}

/// A message that the server does not have yet, or refused; its text stays until it has it.
#[component]
fn OnItsWay(open: Open, pending: Pending) -> impl IntoView {
    let i18n = use_i18n();
    let Pending { client_id, text, upload, conversation_id, fault } = pending;
    let (retry, drop) = (client_id.clone(), client_id);
    let size = upload.as_ref().map_or(0, |u| u.size);
    let failed = fault.is_some();
    view! {
        <li class="talk-message mine" class:failed=failed>
            <div class="talk-bubble waiting">
                {upload.map(|u| view! {
                    <span class="talk-card"><Icon name="document"/><span class="talk-card-text"><bdi class="talk-name">{u.file_name}</bdi>
                        <span>{move || crate::screen::inbox::bubble::size_text(language::code(i18n.get_locale()), size)}</span></span></span>
                })}
                <Said text conversation=conversation_id/>
                {match fault {
                    None => view! { <span class="talk-state" role="status"><Icon name="clock" small=true/><span class="visually-hidden">{t!(i18n, talk.sending)}</span></span> }.into_any(),
                    Some(why) => view! {
                        <p class="talk-state" role="alert"><Icon name="alert" small=true/>{move || fault::say(i18n, &why)}</p>
                        <div class="talk-acts">
                            <Button small=true press=move |()| open.again(&retry)>{t!(i18n, talk.again)}</Button>
                            <Button small=true kind=Kind::Ghost press=move |()| open.settle(&drop)>{t!(i18n, talk.discard)}</Button>
                        </div>
                    }
                    .into_any(),
                }}
            </div>
        </li>
    }
}

/// Where one writes, or why one cannot.
#[component]
fn Foot(open: Open) -> impl IntoView {
    let i18n = use_i18n();
    let is_on = is_on();
    let is_known = Memo::new(move |_| open.talk.read().is_some());
    let gone = Memo::new(move |_| match open.talk.with(|t| t.as_ref().map(|t| t.with)) {
        Some(TalkWith::Person { user_id }) => !open.store.member(user_id).is_some_and(|m| m.active),
        _ => false,
    });
    move || match (is_known.get(), is_on.get(), gone.get()) {
        (false, ..) => ().into_any(),
        (_, false, _) => view! { <p class="talk-off" role="status">{t!(i18n, talk.off)}</p> }.into_any(),
        (_, _, true) => view! { <p class="talk-off" role="status">{t!(i18n, talk.gone)}</p> }.into_any(),
        _ => view! { <Writer open/> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_person_within_five_minutes_stand_under_one_name() {
        let said = |id: i64, author: i64, at: i64| TalkMessage {
            id: TalkMessageId(id),
            author_id: UserId(author),
            client_id: String::new(),
            text: String::new(),
            file: None,
            conversation_id: None,
            at,
        };
        let day = |at: i64| (at / 86_400_000).to_string();
        let all = [said(1, 1, 0), said(2, 1, TOGETHER_MS), said(3, 2, TOGETHER_MS), said(4, 2, 3 * TOGETHER_MS), said(5, 2, 86_400_000)];
        let named: Vec<(bool, bool)> = lines(&all, &day).into_iter().map(|l| (l.named, l.day.is_some())).collect();
        assert_eq!(named, [(true, true), (false, false), (true, false), (true, false), (true, true)]);
        assert_eq!(lines(&[], &day).len(), 0);
    }
}
