//! What comes in: the workspace, events, presence. In the browser only.

use super::apply::{Inbox, Took};
use super::phase::Phase;
use super::store::{Connection, Store};
use super::thread::Thread;
use super::{beat, socket, web};
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;
use std::sync::Arc;

/// Events that wait while a workspace is on its way; more is a resync.
const HELD_MAX: usize = 2000;
/// How long "is typing" stays after the contact's last sign of it.
const TYPING_MS: u32 = 6_000;
/// How long "writes" stays after a colleague's last sign of it.
const WRITES_MS: u32 = 9_000;
/// How often countdowns move on.
const TICK_MS: u32 = 15_000;
/// How often the server hears that the person is there.
const STIR_MS: Millis = 60_000;

/// What is kept between events.
#[derive(Default)]
pub struct Hearing {
    /// Events that wait for a workspace.
    held: Option<Vec<Event>>,
    refreshing: Refreshing,
    /// The client build that this page was loaded with.
    page_build: Option<String>,
    /// When the server last heard that something was typed or pointed at, and whether that happened again since.
    told_at: Millis,
    stirred: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Refreshing {
    #[default]
    No,
    Yes,
    /// Something changed again meanwhile.
    Again,
}

impl Store {
    /// The page is alive: fetches the workspace, then connects.
    pub(super) fn begin(self) {
        self.tick.set(self.server_now());
        web::every(TICK_MS, move || {
            self.tick.set(self.server_now());
            if self.opening_is_over() {
                self.refresh();
            }
            if self.hearing.with_value(|h| h.stirred) {
                self.stir();
            }
        });
        for sign in ["pointerdown", "pointermove", "wheel", "keydown"] {
            web::on_window(sign, move || self.stir());
        }
        web::on_document("visibilitychange", move || {
            self.tick.set(self.server_now());
            self.tell_looking();
            socket::nudge(self);
        });
        web::on_window("online", move || socket::nudge(self));
        web::on_window("offline", move || socket::nudge(self));
        self.refresh();
    }

    /// The person typed or pointed at something: the server hears of it at most once a minute, and of the last time, too.
    fn stir(self) {
        let (now, is_online) = (web::clock(), self.connection.get_untracked() == Connection::Online);
        let is_due = self.hearing.try_update_value(|h| {
            h.stirred = !is_online || (now - h.told_at).abs() < STIR_MS;
            if !h.stirred {
                h.told_at = now;
            }
            !h.stirred
        });
        if is_due == Some(true) {
            socket::send(&ClientFrame::Active);
        }
    }

    pub(super) fn hurry(self) {
        socket::nudge(self);
        if self.workspace.with_untracked(Option::is_none) {
            self.refresh();
        }
    }

    /// Fetches the workspace. Events wait meanwhile, so that counters are exact.
    pub fn refresh(&self) {
        let store = *self;
        let is_running = store.hearing.try_update_value(|h| {
            let was = h.refreshing;
            h.refreshing = if was == Refreshing::No { Refreshing::Yes } else { Refreshing::Again };
            was != Refreshing::No
        });
        if is_running != Some(false) {
            return;
        }
        spawn_local(async move {
            let mut wait = beat::Backoff::default();
            loop {
                store.hearing.update_value(|h| {
                    h.held.get_or_insert_default();
                    h.refreshing = Refreshing::Yes;
                });
                match api::inbox::workspace().await {
                    Ok(workspace) => {
                        if store.take_workspace(workspace) && store.hearing.with_value(|h| h.refreshing != Refreshing::Again) {
                            break;
                        }
                    }
                    Err(refused) => {
                        let fault = store.heard(refused);
                        if fault == Fault::SignedOut {
                            return;
                        }
                        store.trouble.set(Some(fault));
                        web::sleep(wait.next(0.5)).await;
                    }
                }
            }
            store.hearing.update_value(|h| h.refreshing = Refreshing::No);
        });
    }

    fn take_workspace(&self, workspace: Workspace) -> bool {
        let was_grounded = self.inbox.with_value(Inbox::is_grounded);
        let sight_changed = self.inbox.with_value(|i| i.seen() != Some(&workspace.seen));
        let saw_others = sight_changed && self.inbox.with_value(|i| i.seen().is_some());
        if !self.change(|i| i.ground(workspace.seen.clone(), workspace.counts, workspace.seq)) {
            return false;
        }
        if saw_others {
            self.changes.update_value(super::shelf::Changes::all_gone);
        }
        self.views.set(workspace.kept.views.clone());
        self.change(|i| i.keep(&workspace.kept, None));
        self.talks.take(workspace.talk);
        self.statuses.set(workspace.members.iter().map(|m| (m.user_id, m.status.clone())).collect());
        self.offset.set_value(workspace.now - web::clock());
        if let Some(clock) = self.clock {
            clock.set(workspace.now);
        }
        self.tick.set(self.server_now());
        let is_first = self.workspace.with_untracked(Option::is_none);
        self.trouble.set(None);
        self.hearing.update_value(|h| {
            h.page_build.get_or_insert_with(|| workspace.build.clone());
        });
        self.workspace.set(Some(Arc::new(workspace)));
        self.forget_lost_tags();
        let held = self.hearing.try_update_value(|h| h.held.take()).flatten().unwrap_or_default();
        let whole = held.into_iter().all(|event| self.take(event));
        if is_first {
            self.restore_outgoing();
            self.find_drafts();
            socket::connect(*self);
            self.show_tab(self.visible_tab.get_value());
        } else if !was_grounded || sight_changed {
            self.reload_shown();
        }
        if !whole {
            socket::connect(*self);
        }
        true
    }

    /// After a resync or a change of sight: the visible list and the open conversation are fetched again, the rest is
    /// forgotten and fetched when it is looked at.
    fn reload_shown(&self) {
        let visible = self.visible_tab.get_value();
        let current = self.change(|i| {
            for tab in Tab::ALL {
                if *tab != visible {
                    i.list(*tab).unload();
                }
            }
            let open: Vec<ConversationId> = i.open_threads().collect();
            for id in open.iter().skip(1) {
                i.forget_thread(*id);
            }
            open.first().copied()
        });
        self.load_list(visible);
        if let Some(id) = current {
            self.load_timeline(id);
        }
    }

    /// Too much was missed: everything that is shown is fetched again.
    pub(super) fn resync(&self, seq: i64) {
        self.change(|i| i.reset(seq));
        self.changes.update_value(super::shelf::Changes::lost);
        for changed in [self.templates_changed, self.fields_changed, self.replies_changed] {
            changed.update(|n| *n += 1);
        }
        self.hearing.update_value(|h| h.held = Some(Vec::new()));
        self.refresh();
    }

    /// An event from the socket; false when events before it are missing.
    pub(super) fn event(&self, event: Event) -> bool {
        let waiting = self.hearing.try_update_value(|h| {
            let held = h.held.as_mut()?;
            held.push(event.clone());
            Some(held.len())
        });
        match waiting.flatten() {
            None => self.take(event),
            Some(n) if n > HELD_MAX => {
                self.resync(event.seq);
                true
            }
            Some(_) => true,
        }
    }

    fn take(&self, event: Event) -> bool {
        let about = match &event.change {
            Change::Conversation { row, .. } => Some(row.id),
            _ => None,
        };
        self.note_change(&event);
        match self.change(|i| i.take(&event)) {
            Took::Gap => return false,
            Took::Old => {}
            Took::Applied => {
                if let Change::Status { user_id, status } = &event.change {
                    self.now_is(*user_id, status.clone());
                }
                // A conversation came back into sight while its timeline is on screen.
                let is_back = about
                    .filter(|id| self.change(|i| i.thread_mut(*id).is_some_and(|t| t.face.phase.with_untracked(|p| *p == Phase::Gone))));
                // Messages came from another conversation or went there, or the conversation is another contact's now.
                let is_other = |t: &Thread| {
                    let merged = |m: &Message| matches!(&m.content, Content::Transition(what) if what.moves_messages());
                    let whose = match &event.change {
                        Change::Conversation { row, .. } => Some(row.contact_id),
                        _ => None,
                    };
                    event.messages().iter().any(merged)
                        || t.face.contact.with_untracked(|c| c.as_ref().map(|c| c.id).is_some_and(|c| Some(c) != whose))
                };
                let is_stale = about.filter(|id| self.change(|i| i.thread_mut(*id).is_some_and(|t| is_other(t))));
                if let Some(id) = is_back.or(is_stale) {
                    self.load_timeline(id);
                }
                if let Some(id) = about {
                    self.stop_typing(id);
                }
            }
            Took::Kept => self.fetch_kept(),
            Took::Contact(id) => self.refresh_contact(id),
            Took::Setup(SetupKind::Fields) => self.fields_changed.update(|n| *n += 1),
            Took::Setup(SetupKind::Replies) => self.replies_changed.update(|n| *n += 1),
            Took::Setup(SetupKind::Templates) => self.templates_changed.update(|n| *n += 1),
            Took::Setup(_) => self.refresh_soon(),
        }
        true
    }

    /// What the service worker keeps of a conversation is old now, or not to be kept any more.
    fn note_change(&self, event: &Event) {
        let now = web::clock();
        self.changes.update_value(|changes| match &event.change {
            Change::Conversation { row, .. } => changes.touch(row.id, now),
            Change::Message { message, .. } => changes.touch(message.conversation_id, now),
            Change::Gone { conversation_id, .. } => changes.gone(*conversation_id),
            _ => {}
        });
    }

    fn fetch_kept(&self) {
        let store = *self;
        spawn_local(async move { store.refresh_kept().await });
    }

    pub(super) fn page_build(&self) -> Option<String> {
        self.hearing.with_value(|h| h.page_build.clone())
    }

    /// Asks something small, whose refusal tells when the login ended.
    pub(super) fn ask_whether_signed_in(&self) {
        let store = *self;
        spawn_local(async move {
            if let Err(refused) = api::inbox::counts().await {
                store.heard(refused);
            }
        });
    }

    fn refresh_soon(&self) {
        let store = *self;
        spawn_local(async move {
            web::sleep(300).await;
            store.refresh();
        });
    }

    /// The sequence to go on from.
    pub(super) fn seq(&self) -> i64 {
        let held = self.hearing.with_value(|h| h.held.as_ref().and_then(|held| held.last().map(|e| e.seq)));
        self.inbox.with_value(|i| i.seq).max(held.unwrap_or(0))
    }

    /// Who looks at a conversation, as the socket tells.
    pub(super) fn present(&self, id: ConversationId, people: Vec<Present>) {
        let me = self.workspace.with_untracked(|w| w.as_ref().map(|w| w.me.user_id));
        let others: Vec<Present> = people.into_iter().filter(|p| Some(p.user_id) != me).collect();
        let writes = others.iter().any(|p| p.writing);
        self.presence(id).set(others);
        let turn = self.presence_turn.try_update_value(|n| {
            *n = n.wrapping_add(1);
            *n
        });
        // Who writes says so again and again: a word that is not repeated is one that was lost.
        if writes {
            let store = *self;
            store.presence_told.update_value(|all| {
                all.insert(id, turn);
            });
            spawn_local(async move {
                web::sleep(WRITES_MS).await;
                if store.presence_told.with_value(|all| all.get(&id) == Some(&turn)) {
                    store.presence(id).update(|all| all.iter_mut().for_each(|p| p.writing = false));
                }
            });
        } else {
            self.presence_told.update_value(|all| {
                all.remove(&id);
            });
        }
    }

    /// The connection is gone: nobody knows who looks where.
    pub(super) fn forget_presence(&self) {
        self.presence.with_value(|all| {
            for signal in all.values() {
                if signal.with_untracked(|p| !p.is_empty()) {
                    signal.set(Vec::new());
                }
            }
        });
    }

    /// The contact showed a sign of typing.
    pub(super) fn typed(&self, id: ConversationId) {
        let store = *self;
        let signal = store.contact_typing(id);
        let mut turn = 0;
        store.typing.update_value(|all| {
            if let Some((n, _)) = all.get_mut(&id) {
                *n += 1;
                turn = *n;
            }
        });
        signal.set(true);
        spawn_local(async move {
            web::sleep(TYPING_MS).await;
            if store.typing.with_value(|all| all.get(&id).is_some_and(|(n, _)| *n == turn)) {
                signal.set(false);
            }
        });
    }

    fn stop_typing(&self, id: ConversationId) {
        self.typing.with_value(|all| {
            if let Some((_, signal)) = all.get(&id)
                && signal.get_untracked()
            {
                signal.set(false);
            }
        });
    }
}
