//! What a person does: shown at once, confirmed or taken back when the server answered.

use super::draft::Kept;
use super::outgoing::Outgoing;
use super::store::Store;
use super::tray::{Tray, TrayId};
use crate::api::{self, Answer};
use leptos::prelude::*;
use model::*;
use std::collections::{HashMap, HashSet, VecDeque};

/// What acts keep between calls.
#[derive(Default)]
pub struct Acts {
    /// Messages that the server does not have yet, in the order of sending.
    pub(super) outgoing: HashMap<ConversationId, VecDeque<Outgoing>>,
    /// Conversations whose messages are being sent.
    pub(super) sending: HashSet<ConversationId>,
    pub(super) drafts: HashMap<ConversationId, Draft>,
    pub(super) trays: HashMap<TrayId, Tray>,
    /// What the files that wait for their upload answer.
    pub(super) tray_replies: HashMap<TrayId, Option<Quote>>,
    /// Files that were attached so far.
    pub(super) attached: u32,
    /// What colleagues are told, and when they were.
    pub(super) looking: Option<(ConversationId, bool)>,
    pub(super) told_at: Millis,
}

/// How often the server hears of a writing that goes on.
const WRITING_EVERY_MS: Millis = 4_000;

/// An unsent text.
pub(super) struct Draft {
    pub text: ArcRwSignal<String>,
    pub kept: Kept,
    /// Changes with each keystroke, so that only the last one saves.
    pub turn: u32,
}

impl Store {
    /// Takes the conversation (AS-1), from the queue or from whom the screen shows. Refused with who was faster (SM-11) or
    /// why not.
    pub async fn assume(self, id: ConversationId) -> Result<Conversation, Fault> {
        let me = self.my_id_now();
        let seen = self.row(id).and_then(|row| row.with_untracked(|r| r.assignee_id));
        self.tried(
            id,
            move |row| {
                row.status = ConversationStatus::InProgress;
                row.assignee_id = me;
            },
            api::act::assume(id, seen),
        )
        .await
    }

    /// Hands the conversation over (TR-1, TR-2).
    pub async fn transfer(self, id: ConversationId, draft: TransferDraft) -> Result<Conversation, Fault> {
        let to = draft.to.clone();
        self.tried(
            id,
            move |row| match to {
                TransferTo::Team { team_id } => {
                    row.status = ConversationStatus::Pending;
                    row.team_id = team_id;
                    row.assignee_id = None;
                    row.designated_id = None;
                }
                TransferTo::Person { user_id, team_id } => {
                    row.status = ConversationStatus::InProgress;
                    row.assignee_id = Some(user_id);
                    row.team_id = team_id.unwrap_or(row.team_id);
                }
            },
            api::act::transfer(id, draft),
        )
        .await
    }

    /// Concludes the conversation (CO-1 to CO-6).
    pub async fn conclude(self, id: ConversationId, draft: ConcludeDraft) -> Result<Conversation, Fault> {
        let now = self.server_now();
        self.tried(
            id,
            move |row| {
                row.status = ConversationStatus::Completed;
                row.completed_at = Some(now);
            },
            api::act::conclude(id, draft),
        )
        .await
    }

    /// Changes why a concluded conversation was concluded (CO-4).
    pub async fn classify(self, id: ConversationId, reason: Option<ReasonId>, amount_minor: Option<i64>) -> Result<Conversation, Fault> {
        self.tried(id, |_| {}, api::act::classify(id, reason, amount_minor)).await
    }

    /// Keeps the conversation from closing by itself, or lets it again (AU-3).
    pub async fn pause(self, id: ConversationId, on: bool) -> Result<Conversation, Fault> {
        self.tried(id, move |row| row.paused = on, api::act::pause(id, on)).await
    }

    /// Says how pressing the conversation is (NX-21).
    pub async fn prioritize(self, id: ConversationId, priority: Priority) -> Result<Conversation, Fault> {
        self.tried(id, move |row| row.priority = priority, api::sla::prioritize(id, priority)).await
    }

    /// Makes somebody watch the conversation, or no longer (NX-11).
    pub async fn watch(self, id: ConversationId, user_id: UserId, on: bool) -> Result<Conversation, Fault> {
        self.tried(id, move |row| row.set_watcher(user_id, on), api::act::watch(id, user_id, on)).await
    }

    /// Restarts a concluded or expired conversation with a template (RE-1 to RE-6).
    pub async fn restart(self, id: ConversationId, fill: TemplateFill) -> Result<Conversation, Fault> {
        let client_id = super::web::client_id();
        self.tried(id, |_| {}, api::act::restart(id, client_id, fill)).await
    }

    /// Starts a conversation (IN-1 to IN-8); `client_id` is filled in.
    pub async fn start_conversation(self, mut draft: StartDraft) -> Result<Started, Fault> {
        if draft.client_id.is_empty() {
            draft.client_id = super::web::client_id();
        }
        let flight = self.change(|i| i.ask());
        match api::act::start(draft).await {
            Ok(started) => {
                self.change(|i| i.learn(&started.conversation, flight));
                Ok(started)
            }
            Err(refused) => {
                self.change(|i| i.land(flight));
                Err(self.heard(refused))
            }
        }
    }

    /// Everything up to now is read (SM-3). Nothing happens when nothing is unread.
    pub async fn mark_read(self, id: ConversationId) -> Result<(), Fault> {
        if self.row(id).is_some_and(|row| row.with_untracked(|r| r.unread == 0)) {
            return Ok(());
        }
        self.told(id, |row| row.unread = 0, api::act::mark_read(id)).await
    }

    /// Marks it unread for everybody.
    pub async fn mark_unread(self, id: ConversationId) -> Result<(), Fault> {
        self.told(id, |row| row.unread = row.unread.max(1), api::act::mark_unread(id)).await
    }

    /// Pins the conversation to the top of mine, or lets it go.
    pub async fn set_pin(self, id: ConversationId, on: bool) -> Result<(), Fault> {
        self.change(|i| i.try_pin(id, on));
        let done = api::kept::pin(id, on).await.map_err(|refused| self.heard(refused));
        if done.is_err() {
            self.change(|i| i.try_pin(id, !on));
        }
        done
    }

    /// Snoozes a conversation of mine; none: it comes back at once (NX-21).
    pub async fn snooze(self, id: ConversationId, until: Option<SnoozeUntil>) -> Result<Conversation, Fault> {
        self.tried(id, |_| {}, api::kept::snooze(id, until)).await
    }

    /// Fetches pins, snoozed conversations and views again.
    pub async fn refresh_kept(self) {
        let flight = self.change(|i| i.ask());
        match api::kept::kept().await {
            Ok(kept) => {
                self.views.set(kept.views.clone());
                self.change(|i| i.keep(&kept, Some(flight)));
            }
            Err(refused) => {
                // The next change or resync asks again.
                self.heard(refused);
                self.change(|i| i.land(flight));
            }
        }
    }

    /// Tries a failed message again (MS-4).
    pub async fn retry(self, id: ConversationId, message_id: MessageId) -> Result<(), Fault> {
        self.message_answer(id, api::act::retry(message_id).await)
    }

    /// Takes back a message that waits for the contact's answer (IN-4).
    pub async fn cancel(self, id: ConversationId, message_id: MessageId) -> Result<(), Fault> {
        self.message_answer(id, api::act::cancel(message_id).await)
    }

    /// Reacts to a message; an empty emoji takes it back.
    pub async fn react(self, id: ConversationId, message_id: MessageId, emoji: String) -> Result<(), Fault> {
        self.message_answer(id, api::act::react(message_id, emoji).await)
    }

    /// Changes the text of a note (NT-3).
    pub async fn edit_note(self, id: ConversationId, message_id: MessageId, text: String, mentions: Vec<Mention>) -> Result<(), Fault> {
        self.message_answer(id, api::act::edit_note(message_id, text, mentions).await)
    }

    /// Deletes a note (NT-4).
    pub async fn delete_note(self, id: ConversationId, message_id: MessageId) -> Result<(), Fault> {
        self.message_answer(id, api::act::delete_note(message_id).await)
    }

    fn message_answer(self, id: ConversationId, answer: Answer<Message>) -> Result<(), Fault> {
        let message = answer.map_err(|refused| self.heard(refused))?;
        self.change(|i| {
            if let Some(thread) = i.thread_mut(id) {
                thread.answered(&message);
            }
        });
        Ok(())
    }

    /// Tells colleagues which conversation is on screen and whether I write in it; `None` = none is. Writing is said again
    /// now and then: the server forgets it.
    pub fn looking(&self, conversation: Option<ConversationId>, writing: bool) {
        let (now, at) = (conversation.map(|id| (id, writing)), super::web::clock());
        let news = self.acts.try_update_value(|acts| {
            let stale = writing && (at - acts.told_at).abs() >= WRITING_EVERY_MS;
            let news = std::mem::replace(&mut acts.looking, now) != now || stale;
            if news {
                acts.told_at = at;
            }
            news
        });
        if news.unwrap_or(false) {
            self.tell_looking();
        }
    }

    /// Sends what [`Store::looking`] last said; a tab in the background looks at nothing.
    pub(super) fn tell_looking(&self) {
        let looking = self.acts.with_value(|acts| acts.looking).filter(|_| !super::web::is_hidden());
        let frame = ClientFrame::Looking { conversation_id: looking.map(|l| l.0), writing: looking.is_some_and(|l| l.1) };
        #[cfg(feature = "browser")]
        super::socket::send(&frame);
        #[cfg(not(feature = "browser"))]
        let _ = frame;
    }

    pub(super) fn my_id_now(&self) -> Option<UserId> {
        self.workspace.with_untracked(|w| w.as_ref().map(|w| w.me.user_id))
    }

    async fn tried(
        self,
        id: ConversationId,
        change: impl Fn(&mut Conversation) + Send + Sync + 'static,
        call: impl Future<Output = Answer<Conversation>>,
    ) -> Result<Conversation, Fault> {
        let trial = self.change(|i| i.try_on(id, change));
        match call.await {
            Ok(row) => {
                self.change(|i| i.settle(trial, Ok(Some(&row))));
                Ok(row)
            }
            Err(refused) => {
                self.change(|i| i.settle(trial, Err(())));
                Err(self.heard(refused))
            }
        }
    }

    async fn told(
        self,
        id: ConversationId,
        change: impl Fn(&mut Conversation) + Send + Sync + 'static,
        call: impl Future<Output = Answer<()>>,
    ) -> Result<(), Fault> {
        let trial = self.change(|i| i.try_on(id, change));
        match call.await {
            Ok(()) => {
                self.change(|i| i.settle(trial, Ok(None)));
                Ok(())
            }
            Err(refused) => {
                self.change(|i| i.settle(trial, Err(())));
                Err(self.heard(refused))
            }
        }
    }
}
