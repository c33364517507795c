//! What people do with a conversation: start, assume, transfer, conclude, restart, read.

use super::error::{Answer, Common, OfBody, OfChange, OfOne, Refusal};
use super::extract::{Body, Caller, Id, IdempotencyKey, MaybeBody};
use super::message::TemplateInput;
use axum::Json;
use http::StatusCode;
use model::{
    ChannelId, ConcludeDraft, ContactId, Conversation, ConversationId, Fault, ReasonId, StartDraft, TeamId, TransferDraft, TransferTo,
    UserId, Wrong,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A conversation to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartInput {
    /// An existing contact, or …
    pub contact_id: Option<ContactId>,
    /// … a phone number in any format.
    #[serde(default)]
    pub phone: String,
    /// Name of a new contact.
    #[serde(default)]
    pub name: String,
    pub channel_id: ChannelId,
    /// The team that serves it; the token's user must be in it.
    pub team_id: TeamId,
    /// What is sent first, or …
    pub template: Option<TemplateInput>,
    /// … free text, while the contact's window is open.
    #[serde(default)]
    pub text: String,
}

/// Start a conversation
///
/// It is served by the token's user. When the contact has an open conversation on the channel already, nothing is sent,
/// and the answer is `already_open` with its id, or `served_by` when the user may not see it. The same
/// `Idempotency-Key` for the same contact and channel answers the same conversation again; with another message it is
/// refused (`key_reused`).
#[utoipa::path(
    post,
    path = "/conversations",
    tag = "conversations",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 64 visible ASCII characters", max_length = 64)),
    request_body = StartInput,
    responses((status = 201, description = "The conversation", body = Conversation), Common, OfOne, OfChange, OfBody)
)]
pub async fn start_conversation(
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(input): Body<StartInput>,
) -> Answer<(StatusCode, Json<Conversation>)> {
    if input.template.is_some() && !input.text.is_empty() {
        return Err(Refusal::field("text", Wrong::NotAllowed.word(), "not with a template"));
    }
    let draft = StartDraft {
        client_id: key.or_new(&cx),
        contact_id: input.contact_id,
        phone: input.phone,
        name: input.name,
        channel_id: input.channel_id,
        team_id: input.team_id,
        template: input.template.map(Into::into),
        text: input.text,
    };
    let started = service::conversation::start(&cx, draft).await?;
    if started.existed {
        return Err(Fault::AlreadyOpen { conversation_id: started.conversation.id }.into());
    }
    Ok((StatusCode::CREATED, Json(started.conversation)))
}

/// How a conversation is taken.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssumeInput {
    /// Who serves it as far as you know. Without it nobody does: a take-over names whom it takes from.
    pub from_user_id: Option<UserId>,
}

/// Take a conversation
///
/// Of several at once exactly one wins; the others are told who (`already_assumed`), and so are supervisors and admins who
/// do not name in `from_user_id` the user that serves it.
#[utoipa::path(
    post,
    path = "/conversations/{id}/assume",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = Option<AssumeInput>,
    responses((status = 200, description = "The conversation after it", body = Conversation), Common, OfOne, OfChange, OfBody)
)]
pub async fn assume_conversation(
    Caller(cx): Caller,
    Id(id): Id<ConversationId>,
    MaybeBody(input): MaybeBody<AssumeInput>,
) -> Answer<Json<Conversation>> {
    Ok(Json(service::conversation::assume(&cx, id, input.from_user_id).await?))
}

/// Where a conversation goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferInput {
    /// A person; without one it goes to the queue of the team.
    pub user_id: Option<UserId>,
    /// The team; for a person needed only when they are in several and none is the current one.
    pub team_id: Option<TeamId>,
    /// An internal note that is written with it; without one it is refused where the account demands one (`invalid`).
    #[serde(default)]
    pub note: String,
    /// Kept for running automations.
    #[serde(default)]
    pub stop_bot: bool,
    /// Confirms that a person gets it who is marked as unavailable; without it that is refused (`person_absent`). For admins
    /// only.
    #[serde(default)]
    pub anyway: bool,
}

/// Hand a conversation to a team's queue or to a person
#[utoipa::path(
    post,
    path = "/conversations/{id}/transfer",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = TransferInput,
    responses((status = 200, description = "The conversation after it", body = Conversation), Common, OfOne, OfChange, OfBody)
)]
pub async fn transfer_conversation(
    Caller(cx): Caller,
    Id(id): Id<ConversationId>,
    Body(input): Body<TransferInput>,
) -> Answer<Json<Conversation>> {
    let to = match (input.user_id, input.team_id) {
        (Some(user_id), team_id) => TransferTo::Person { user_id, team_id },
        (None, Some(team_id)) => TransferTo::Team { team_id },
        (None, None) => return Err(Refusal::field("team_id", Wrong::Required.word(), "a team or a person")),
    };
    let draft = TransferDraft { to, note: input.note, stop_bot: input.stop_bot, anyway: input.anyway };
    Ok(Json(service::conversation::transfer(&cx, id, draft).await?))
}

/// How a conversation is concluded.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcludeInput {
    /// Without the closing message; refused where the account does not let agents skip it.
    #[serde(default)]
    pub silent: bool,
    /// Why: one of `/reasons`. Where the account demands a reason, without one it is refused (`reason_required`).
    pub reason_id: Option<ReasonId>,
    /// In minor units of the account's currency, such as centavos; with a reason that has a monetary value, and only then.
    pub amount_minor: Option<i64>,
}

/// Conclude a conversation
///
/// The answer's `classification` is the reason as it is called now; it stays so.
#[utoipa::path(
    post,
    path = "/conversations/{id}/conclude",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = Option<ConcludeInput>,
    responses((status = 200, description = "The conversation after it", body = Conversation), Common, OfOne, OfChange, OfBody)
)]
pub async fn conclude_conversation(
    Caller(cx): Caller,
    Id(id): Id<ConversationId>,
    MaybeBody(input): MaybeBody<ConcludeInput>,
) -> Answer<Json<Conversation>> {
    let draft = ConcludeDraft { silent: input.silent, reason_id: input.reason_id, amount_minor: input.amount_minor };
    Ok(Json(service::conversation::conclude(&cx, id, draft).await?))
}

/// What a conversation is restarted with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestartInput {
    pub template: TemplateInput,
}

/// Restart a concluded or expired conversation with a template
///
/// The same `Idempotency-Key` answers the conversation again and sends nothing; with another template it is refused
/// (`key_reused`).
#[utoipa::path(
    post,
    path = "/conversations/{id}/restart",
    tag = "conversations",
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 64 visible ASCII characters", max_length = 64)
    ),
    request_body = RestartInput,
    responses((status = 200, description = "The conversation after it", body = Conversation), Common, OfOne, OfChange, OfBody)
)]
pub async fn restart_conversation(
    Caller(cx): Caller,
    Id(id): Id<ConversationId>,
    key: IdempotencyKey,
    Body(input): Body<RestartInput>,
) -> Answer<Json<Conversation>> {
    Ok(Json(service::conversation::restart(&cx, id, &key.or_new(&cx), input.template.into()).await?))
}

/// Mark a conversation as read
///
/// Only the assignee's reading counts; the contact then sees that its messages were read.
#[utoipa::path(
    post,
    path = "/conversations/{id}/read",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses((status = 204, description = "Done"), Common, OfOne)
)]
pub async fn read_conversation(Caller(cx): Caller, Id(id): Id<ConversationId>) -> Answer<StatusCode> {
    service::conversation::mark_read(&cx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
