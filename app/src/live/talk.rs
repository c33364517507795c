//! The internal chat as the live connection brings it. Its screen is `screen::talk`, which comes when it is first opened.

#[cfg(feature = "browser")]
use super::store::Store;
use leptos::prelude::*;
use model::{ConversationId, Talk, TalkId, TalkState, TalkWith};
#[cfg(feature = "browser")]
use std::collections::HashMap;

/// Which talk is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    With(TalkWith),
    /// A notification names the talk alone.
    Id(TalkId),
}

/// What is known of the internal chat.
#[derive(Clone, Copy)]
pub struct Talks {
    /// What is unread in all talks, and whether there is any history.
    pub state: RwSignal<TalkState>,
    /// The talk in which somebody wrote last, numbered, so that two of the same are two.
    pub heard: RwSignal<Option<(u32, Talk)>>,
    /// The talk that was read last, here or in another tab, with what is left.
    pub read: RwSignal<Option<(u32, TalkId, i64)>>,
    /// Changes when what is shown must be fetched again.
    pub stale: RwSignal<u32>,
    /// The chat stands over the page.
    pub open: RwSignal<bool>,
    /// The talk that it shows first.
    pub wanted: RwSignal<Option<Wanted>>,
    /// A conversation that is to be shown to a colleague.
    pub share: RwSignal<Option<ConversationId>>,
    /// The talk on screen: what comes there makes no sound.
    pub on_screen: RwSignal<Option<TalkId>>,
    /// What is unread in each talk, as far as it was heard of.
    #[cfg(feature = "browser")]
    unread: StoredValue<HashMap<TalkId, i64>>,
}

impl Talks {
    pub(super) fn new() -> Talks {
        Talks {
            state: RwSignal::new(TalkState::default()),
            heard: RwSignal::new(None),
            read: RwSignal::new(None),
            stale: RwSignal::new(0),
            open: RwSignal::new(false),
            wanted: RwSignal::new(None),
            share: RwSignal::new(None),
            on_screen: RwSignal::new(None),
            #[cfg(feature = "browser")]
            unread: StoredValue::new(HashMap::new()),
        }
    }

    /// What is shown is to be fetched again.
    pub fn refetch(self) {
        self.stale.update(|n| *n = n.wrapping_add(1));
    }

    /// Opens the chat with a talk.
    pub fn show(self, wanted: Wanted) {
        self.wanted.set(Some(wanted));
        self.open.set(true);
    }

    /// Asks to which colleague a conversation is to be shown.
    pub fn share(self, id: ConversationId) {
        self.wanted.set(None);
        self.share.set(Some(id));
        self.open.set(true);
    }

    /// The exact numbers came.
    pub fn take(self, state: TalkState) {
        #[cfg(feature = "browser")]
        self.unread.update_value(HashMap::clear);
        self.state.set(state);
    }
}

#[cfg(feature = "browser")]
impl Store {
    /// Somebody wrote in a talk of mine.
    pub(super) fn talked(&self, talk: Talk) {
        let now = talk.unread;
        // One that was not heard of before had one less, unless it is my own message.
        let before = self.talks.unread.try_update_value(|all| all.insert(talk.id, now)).flatten();
        let before = before.unwrap_or((now - 1).max(0));
        self.talks.state.update(|s| {
            s.unread = (s.unread + now - before).max(0);
            s.has_history = true;
        });
        let n = self.talks.heard.with_untracked(|h| h.as_ref().map_or(0, |(n, _)| n.wrapping_add(1)));
        self.talks.heard.set(Some((n, talk)));
    }

    /// I read a talk, in some tab.
    pub(super) fn talk_read(&self, id: TalkId, unread: i64) {
        match self.talks.unread.try_update_value(|all| all.insert(id, unread)).flatten() {
            Some(before) => self.talks.state.update(|s| s.unread = (s.unread + unread - before).max(0)),
            None => self.talks.refetch(),
        }
        let n = self.talks.read.with_untracked(|r| r.map_or(0, |(n, ..)| n.wrapping_add(1)));
        self.talks.read.set(Some((n, id, unread)));
    }
}
