//! Drafts: every keystroke is kept in this browser at once and on the server soon after, per conversation.

use super::action::Draft;
use super::draft::{Kept, merge};
use super::store::Store;
use super::web;
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::ConversationId;
#[cfg(feature = "browser")]
use std::collections::HashSet;

/// Pause in typing after which the server is told.
const SAVE_AFTER_MS: u32 = 900;

impl Store {
    /// The unsent text of a conversation; the same signal each time. A composer shows it and writes by
    /// [`Store::save_draft`]. It changes from outside when the conversation is opened and the server kept a text.
    pub fn draft(&self, id: ConversationId) -> ArcRwSignal<String> {
        let known = self.acts.with_value(|a| a.drafts.get(&id).map(|d| d.text.clone()));
        known.unwrap_or_else(|| {
            let kept = self.kept(id);
            let text = ArcRwSignal::new(kept.as_ref().map(|k| k.text.clone()).unwrap_or_default());
            let draft = Draft { text: text.clone(), kept: kept.unwrap_or_default(), turn: 0 };
            self.acts.update_value(|a| {
                a.drafts.insert(id, draft);
            });
            self.mark(id, text.with_untracked(|t| !t.is_empty()));
            text
        })
    }

    /// Whether an unsent text of mine is known in this browser. Tracked.
    pub fn has_draft(&self, id: ConversationId) -> bool {
        self.drafts.with(|all| all.contains(&id))
    }

    /// Keeps the unsent text: in this browser now, on the server after a short pause; empty removes it.
    pub fn save_draft(&self, id: ConversationId, text: String) {
        let signal = self.draft(id);
        if signal.with_untracked(|have| *have == text) {
            return;
        }
        signal.set(text.clone());
        let changed = self.acts.try_update_value(|a| {
            a.drafts.get_mut(&id).map(|d| {
                d.kept.text = text;
                d.turn += 1;
                (d.kept.clone(), d.turn)
            })
        });
        let Some(Some((kept, turn))) = changed else { return };
        self.keep(id, Some(&kept));
        let store = *self;
        spawn_local(async move {
            // An emptied draft was sent or given up: other browsers should know at once.
            if !kept.text.is_empty() {
                web::sleep(SAVE_AFTER_MS).await;
            }
            store.save_on_server(id, turn).await;
        });
    }

    async fn save_on_server(self, id: ConversationId, turn: u32) {
        let text = self.acts.with_value(|a| a.drafts.get(&id).filter(|d| d.turn == turn).map(|d| d.kept.text.clone()));
        let Some(text) = text else { return };
        // A failure keeps the text in this browser; the next keystroke, connection or opening tries again.
        if api::act::save_draft(id, text.clone()).await.map_err(|refused| self.heard(refused)).is_ok() {
            let is_last = self.acts.try_update_value(|a| {
                a.drafts.get_mut(&id).is_some_and(|d| {
                    d.kept.base.clone_from(&text);
                    d.turn == turn
                })
            });
            if is_last == Some(true) {
                self.keep(id, Some(&Kept { text: text.clone(), base: text }));
            }
        }
    }

    /// The server's draft arrived with the opened conversation.
    pub(super) fn opened_draft(&self, id: ConversationId, server: &str) {
        let signal = self.draft(id);
        let kept = self.kept(id);
        let text = merge(kept.as_ref(), server);
        self.acts.update_value(|a| {
            if let Some(d) = a.drafts.get_mut(&id) {
                d.kept = Kept { text: text.clone(), base: server.to_owned() };
            }
        });
        if signal.with_untracked(|have| *have != text) {
            signal.set(text.clone());
        }
        self.keep(id, Some(&Kept { text: text.clone(), base: server.to_owned() }));
        if text != server {
            let store = *self;
            let turn = self.acts.with_value(|a| a.drafts.get(&id).map(|d| d.turn)).unwrap_or(0);
            spawn_local(async move { store.save_on_server(id, turn).await });
        }
    }

    /// The connection is back: drafts that the server missed are saved.
    #[cfg(feature = "browser")]
    pub(super) fn save_drafts(&self) {
        let store = *self;
        let missed: Vec<(ConversationId, u32)> =
            self.acts.with_value(|a| a.drafts.iter().filter(|(_, d)| d.kept.text != d.kept.base).map(|(id, d)| (*id, d.turn)).collect());
        for (id, turn) in missed {
            spawn_local(async move { store.save_on_server(id, turn).await });
        }
    }

    fn draft_key(&self, id: ConversationId) -> Option<String> {
        self.own_key("draft").map(|own| format!("{own}.{id}"))
    }

    fn kept(&self, id: ConversationId) -> Option<Kept> {
        model::from_json(web::read(&self.draft_key(id)?)?.as_bytes()).ok()
    }

    /// Keeps a text in this browser until it is empty here and on the server.
    fn keep(&self, id: ConversationId, kept: Option<&Kept>) {
        let kept = kept.filter(|k| !(k.text.is_empty() && k.base.is_empty()));
        if let Some(key) = self.draft_key(id) {
            let text = kept.and_then(|k| serde_json::to_string(k).ok());
            web::keep(&key, text.as_deref());
        }
        self.mark(id, kept.is_some_and(|k| !k.text.is_empty()));
    }

    fn mark(&self, id: ConversationId, has: bool) {
        if self.drafts.with_untracked(|all| all.contains(&id)) != has {
            self.drafts.update(|all| {
                if has {
                    all.insert(id)
                } else {
                    all.remove(&id)
                };
            });
        }
    }

    /// Which conversations have an unsent text, when the page begins.
    #[cfg(feature = "browser")]
    pub(super) fn find_drafts(&self) {
        let Some(prefix) = self.own_key("draft").map(|own| format!("{own}.")) else { return };
        let found = web::keys(&prefix)
            .into_iter()
            .filter_map(|key| key.strip_prefix(&prefix)?.parse().ok())
            .filter(|id| self.kept(*id).is_some_and(|k| !k.text.is_empty()));
        let found: HashSet<ConversationId> = found.collect();
        if !found.is_empty() {
            self.drafts.update(|all| all.extend(found));
        }
    }
}
