//! What a person does with a message that is there already: taking it back, changing it, deleting it for oneself.

use super::store::Store;
use super::tray::TrayId;
use crate::api;
use leptos::prelude::UpdateValue;
use model::*;

impl Store {
    /// Takes a message back that waits (TS-2). Its file is in the tray again; answers its text and what it answered.
    pub async fn recall(self, id: ConversationId, message_id: MessageId) -> Result<(String, Option<Quote>), Fault> {
        let back = api::act::recall(message_id).await.map_err(|refused| self.heard(refused))?;
        if let Some(upload) = back.upload {
            self.put_back(TrayId { conversation: id, note: false }, upload);
        }
        Ok((back.text, back.message.quoted))
    }

    /// Changes the text of a message that was sent (MS-3).
    pub async fn edit_message(self, message_id: MessageId, text: String) -> Result<(), Fault> {
        api::act::edit_message(message_id, text).await.map(|_| ()).map_err(|refused| self.heard(refused))
    }

    /// Deletes messages for oneself (MS-2).
    pub async fn hide(self, id: ConversationId, ids: Vec<MessageId>) -> Result<(), Fault> {
        api::act::hide(ids.clone()).await.map_err(|refused| self.heard(refused))?;
        self.hidden(id, &ids);
        Ok(())
    }

    /// Messages were deleted for oneself, here or in another tab.
    pub(super) fn hidden(&self, id: ConversationId, ids: &[MessageId]) {
        self.changes.update_value(|c| c.touch(id, super::web::clock()));
        self.change(|i| {
            if let Some(thread) = i.thread_mut(id) {
                thread.take_out(ids);
            }
        });
    }

    /// The newest message of a conversation that can still be taken back.
    pub fn recallable(&self, id: ConversationId) -> Option<MessageId> {
        let (me, now) = (self.my_id_now()?, self.server_now());
        self.change(|i| i.thread_mut(id)?.messages().into_iter().rev().find(|m| m.can_be_recalled(me, now)).map(|m| m.id))
    }

    /// Loaded messages of a conversation by their ids, in the order of the timeline.
    pub fn messages_of(&self, id: ConversationId, ids: &[MessageId]) -> Vec<Message> {
        let all = self.change(|i| i.thread_mut(id).map(|t| t.messages())).unwrap_or_default();
        all.into_iter().filter(|m| ids.contains(&m.id)).collect()
    }
}
