//! Acting on conversations. Each answers the conversation as it is after the act; the same comes as an event.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Takes the conversation (AS-1); exactly one of several wins (SM-11). `seen` is who served it on the screen: a take-over
/// is from them and from nobody else.
#[server(protocol = Wire)]
pub async fn assume(id: ConversationId, seen: Option<UserId>) -> Answer<Conversation> {
    Ok(service::conversation::assume(&super::cx()?, id, seen).await?)
}

/// Hands it to a team's queue or to a person (TR-1, TR-2).
#[server(protocol = Wire)]
pub async fn transfer(id: ConversationId, draft: TransferDraft) -> Answer<Conversation> {
    Ok(service::conversation::transfer(&super::cx()?, id, draft).await?)
}

/// Concludes it (CO-1 to CO-7).
#[server(protocol = Wire)]
pub async fn conclude(id: ConversationId, draft: ConcludeDraft) -> Answer<Conversation> {
    Ok(service::conversation::conclude(&super::cx()?, id, draft).await?)
}

/// Changes why a concluded conversation was concluded (CO-4).
#[server(protocol = Wire)]
pub async fn classify(id: ConversationId, reason_id: Option<ReasonId>, amount_minor: Option<i64>) -> Answer<Conversation> {
    Ok(service::conversation::classify(&super::cx()?, id, reason_id, amount_minor).await?)
}

/// Keeps it from closing by itself, or lets it again (AU-3).
#[server(protocol = Wire)]
pub async fn pause(id: ConversationId, on: bool) -> Answer<Conversation> {
    Ok(service::conversation::pause(&super::cx()?, id, on).await?)
}

/// Makes somebody watch it, or no longer: oneself, or a colleague who sees it (NX-11).
#[server(protocol = Wire)]
pub async fn watch(id: ConversationId, user_id: UserId, on: bool) -> Answer<Conversation> {
    Ok(service::conversation::watch(&super::cx()?, id, user_id, on).await?)
}

/// Merges a conversation into another of the same contact (NX-2); answers the one that stays.
#[server(protocol = Wire)]
pub async fn merge_conversations(from: ConversationId, into: ConversationId) -> Answer<Conversation> {
    Ok(service::conversation::merge(&super::cx()?, from, into).await?)
}

/// Restarts a concluded or expired conversation with a template (RE-1 to RE-6).
#[server(protocol = Wire)]
pub async fn restart(id: ConversationId, client_id: String, fill: TemplateFill) -> Answer<Conversation> {
    Ok(service::conversation::restart(&super::cx()?, id, &client_id, fill).await?)
}

/// Starts a conversation (IN-1 to IN-8).
#[server(protocol = Wire)]
pub async fn start(draft: StartDraft) -> Answer<Started> {
    Ok(service::conversation::start(&super::cx()?, draft).await?)
}

/// Sends a message or writes a note; the same `client_id` again answers the first message.
// The generated type must not be called `Send`.
#[server(name = SendMessage, protocol = Wire)]
pub async fn send(id: ConversationId, draft: SendDraft) -> Answer<Message> {
    Ok(service::message::send(&super::cx()?, id, draft).await?)
}

/// Tries a failed message again (MS-4).
#[server(protocol = Wire)]
pub async fn retry(message_id: MessageId) -> Answer<Message> {
    Ok(service::message::retry(&super::cx()?, message_id).await?)
}

/// Takes back a message that waits for the contact's answer (IN-4).
#[server(protocol = Wire)]
pub async fn cancel(message_id: MessageId) -> Answer<Message> {
    Ok(service::message::cancel(&super::cx()?, message_id).await?)
}

/// Takes back a message that waits its safety delay (TS-2).
#[server(protocol = Wire)]
pub async fn recall(message_id: MessageId) -> Answer<Recalled> {
    Ok(service::message::recall(&super::cx()?, message_id).await?)
}

/// Changes the text of one's own sent message (MS-3).
#[server(protocol = Wire)]
pub async fn edit_message(message_id: MessageId, text: String) -> Answer<Message> {
    Ok(service::message::edit(&super::cx()?, message_id, &text).await?)
}

/// What a message said before it was changed; admins only (MS-3).
#[server(protocol = Wire)]
pub async fn versions(message_id: MessageId) -> Answer<Vec<OldText>> {
    Ok(service::message::versions(&super::cx()?, message_id).await?)
}

/// Deletes messages for the asker alone (MS-2).
#[server(protocol = Wire)]
pub async fn hide(ids: Vec<MessageId>) -> Answer<()> {
    Ok(service::message::hide(&super::cx()?, &ids).await?)
}

/// Changes the text of one's own note (NT-3).
#[server(protocol = Wire)]
pub async fn edit_note(message_id: MessageId, text: String, mentions: Vec<Mention>) -> Answer<Message> {
    Ok(service::message::edit_note(&super::cx()?, message_id, &text, &mentions).await?)
}

/// Deletes a note (NT-3, NT-4).
#[server(protocol = Wire)]
pub async fn delete_note(message_id: MessageId) -> Answer<Message> {
    Ok(service::message::delete_note(&super::cx()?, message_id).await?)
}

/// Reacts to a message; an empty emoji takes it back.
#[server(protocol = Wire)]
pub async fn react(message_id: MessageId, emoji: String) -> Answer<Message> {
    Ok(service::message::react(&super::cx()?, message_id, &emoji).await?)
}

/// Forgets a file that was uploaded and not sent; one that is gone is forgotten already.
#[server(protocol = Wire)]
pub async fn discard_upload(id: MediaId) -> Answer<()> {
    Ok(service::media::discard(&super::cx()?, id).await?)
}

/// Everything up to now is read; tells the network when the conversation is in service (SM-3).
#[server(protocol = Wire)]
pub async fn mark_read(id: ConversationId) -> Answer<()> {
    Ok(service::conversation::mark_read(&super::cx()?, id).await?)
}

/// Marks it unread for everybody.
#[server(protocol = Wire)]
pub async fn mark_unread(id: ConversationId) -> Answer<()> {
    Ok(service::conversation::mark_unread(&super::cx()?, id).await?)
}

/// Keeps the unsent text of this conversation for me; empty removes it.
#[server(protocol = Wire)]
pub async fn save_draft(id: ConversationId, text: String) -> Answer<()> {
    Ok(service::conversation::save_draft(&super::cx()?, id, &text).await?)
}
