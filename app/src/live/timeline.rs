//! A conversation's timeline as components hold it.

use super::phase::{More, Phase};
use super::store::Store;
use super::thread::{Face, Item, Key};
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Contact, Conversation, ConversationId, Message, MessageId, MessagePage, MessageQuery, Place, limit};

/// The timeline of one conversation: signals that change by themselves, and ways to load more. Cheap to clone.
///
/// Show `order` with `<For key=Clone::clone>`; each bubble reads its own [`Timeline::item`].
#[derive(Clone)]
pub struct Timeline {
    pub id: ConversationId,
    store: Store,
    /// `Loading` until the first page is here; `Failed` offers [`Timeline::reload`]; `Gone` when it is out of sight.
    pub phase: ArcRwSignal<Phase>,
    /// The conversation's row, always current; none until it is known.
    pub row: ArcRwSignal<Option<Conversation>>,
    pub contact: ArcRwSignal<Option<Contact>>,
    /// Other conversations of the contact, newest first.
    pub others: ArcRwSignal<Vec<Conversation>>,
    /// Bubbles, oldest first; those being sent are last.
    pub order: ArcRwSignal<Vec<Key>>,
    /// Messages before the first loaded one.
    pub older: ArcRwSignal<More>,
    /// Messages behind the last loaded one: only after [`Timeline::jump`].
    pub newer: ArcRwSignal<More>,
    /// New messages behind the loaded part, while `newer` is not `End`.
    pub below: ArcRwSignal<u32>,
    /// First message that was unread when the conversation was opened: the "new messages" divider stands before it.
    pub new_from: ArcRwSignal<Option<Key>>,
}

impl Timeline {
    pub(super) fn new(store: Store, id: ConversationId, face: Face) -> Timeline {
        let Face { phase, row, contact, others, order, older, newer, below, new_from } = face;
        Timeline { id, store, phase, row, contact, others, order, older, newer, below, new_from }
    }

    /// The bubble's own signal.
    pub fn item(&self, key: &Key) -> Option<ArcRwSignal<Item>> {
        self.store.cell(self.id, key)
    }

    /// The key of a loaded message, for scrolling to it.
    pub fn key_of(&self, id: MessageId) -> Option<Key> {
        self.store.change(|i| i.thread_mut(self.id).and_then(|t| t.key_of(id)))
    }

    /// Loads it again after a failure.
    pub fn reload(&self) {
        self.store.load_timeline(self.id);
    }

    /// Loads the page before; nothing when there is none or it is on its way.
    pub fn load_older(&self) {
        let timeline = self.clone();
        if !self.older.with_untracked(More::may_load) {
            return;
        }
        let Some((round, Some((first, _)))) = self.ask(|t| t.face.older.set(More::Loading)) else { return };
        spawn_local(async move {
            let answer = timeline.page(Some(first), None).await;
            timeline.land(round, answer, |t, answer| match answer {
                Ok(page) => t.prepend(page.messages, page.has_more),
                Err(fault) => {
                    t.page_dropped();
                    t.face.older.set(More::Failed(fault));
                }
            });
        });
    }

    /// Loads the page behind, after a jump into the past.
    pub fn load_newer(&self) {
        let timeline = self.clone();
        if !self.newer.with_untracked(More::may_load) {
            return;
        }
        let Some((round, Some((_, last)))) = self.ask(|t| t.face.newer.set(More::Loading)) else { return };
        spawn_local(async move {
            let answer = timeline.page(None, Some(last)).await;
            timeline.land(round, answer, |t, answer| match answer {
                Ok(page) => t.append(page.messages, page.has_more),
                Err(fault) => {
                    t.page_dropped();
                    t.face.newer.set(More::Failed(fault));
                }
            });
        });
    }

    /// Loads what is around a place, unless it is loaded; true when the place can be scrolled to.
    pub async fn jump(&self, place: Place) -> bool {
        if self.key_of(place.id).is_some() {
            return true;
        }
        let Some((round, _)) = self.ask(|_| {}) else { return false };
        // "Older than the place after it" includes the message itself.
        let upto = Place { at: place.at, id: MessageId(place.id.0.saturating_add(1)) };
        let before = self.page(Some(upto), None).await;
        let after = match &before {
            Ok(_) => self.page(None, Some(place)).await,
            Err(_) => before.clone(),
        };
        let answer = before.and_then(|before| after.map(|after| (before, after)));
        self.land(round, answer, |t, answer| match answer {
            Ok((before, after)) => {
                let (older, newer) = (before.has_more, after.has_more);
                let messages: Vec<Message> = before.messages.into_iter().chain(after.messages).collect();
                t.window(messages, older, newer);
            }
            Err(_) => t.page_dropped(),
        });
        self.key_of(place.id).is_some()
    }

    /// Goes back to the newest messages after a jump into the past; resolves when they are loaded.
    pub async fn to_latest(&self) {
        if self.newer.with_untracked(|m| *m == More::End) {
            return;
        }
        let Some((round, _)) = self.ask(|_| {}) else { return };
        let answer = self.page(None, None).await;
        self.land(round, answer, |t, answer| match answer {
            Ok(page) => t.window(page.messages, page.has_more, false),
            Err(_) => t.page_dropped(),
        });
    }

    /// Removes the "new messages" divider.
    pub fn seen_new(&self) {
        if self.new_from.with_untracked(Option::is_some) {
            self.new_from.set(None);
        }
    }

    fn ask(&self, also: impl FnOnce(&mut super::thread::Thread)) -> Option<(u32, Option<(Place, Place)>)> {
        self.store.change(|i| {
            let thread = i.thread_mut(self.id)?;
            thread.page_asked();
            also(thread);
            Some((thread.round, thread.range()))
        })
    }

    async fn page(&self, before: Option<Place>, after: Option<Place>) -> Result<MessagePage, model::Fault> {
        let query = MessageQuery { conversation_id: self.id, before, after, limit: Some(limit::MESSAGE_PAGE) };
        api::inbox::messages(query).await.map_err(|refused| self.store.heard(refused))
    }

    fn land<T>(&self, round: u32, answer: T, use_it: impl FnOnce(&mut super::thread::Thread, T)) {
        self.store.change(|i| {
            if let Some(thread) = i.thread_mut(self.id) {
                if thread.round == round { use_it(thread, answer) } else { thread.page_dropped() }
            }
        });
    }
}
