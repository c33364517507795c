//! Messages of a conversation: its timeline, and sending.

use super::error::{Answer, Common, OfBody, OfChange, OfOne, Refusal};
use super::extract::{Asked, Body, Caller, Id, IdempotencyKey};
use super::page::{Page, size};
use axum::Json;
use http::StatusCode;
use model::{ConversationId, Message, MessageId, SendDraft, SendWhat, TemplateFill, TemplateId, Wrong, limit};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Which part of a timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Older than this message, newest first; without it and without `after` the newest page.
    pub before: Option<MessageId>,
    /// Newer than this message, oldest first; wins over `before`.
    pub after: Option<MessageId>,
    /// Rows in the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
}

/// Messages of a conversation, notes and system lines included
///
/// Pages are read on with `next` as `before`, or as `after` when the first page was asked for with `after`.
#[utoipa::path(
    get,
    path = "/conversations/{id}/messages",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation"), MessageQuery),
    responses((status = 200, description = "In the direction of reading", body = Page<Message>), Common, OfOne)
)]
pub async fn list_messages(
    Caller(cx): Caller,
    Id(id): Id<ConversationId>,
    Asked(query): Asked<MessageQuery>,
) -> Answer<Json<Page<Message>>> {
    let size = size(query.limit, limit::MESSAGE_PAGE)?;
    let page = service::message::page_at(&cx, id, query.before, query.after, size).await?;
    let mut items = page.messages;
    if query.after.is_none() {
        items.reverse();
    }
    let next = items.last().filter(|_| page.has_more).map(|m| m.id.to_string());
    Ok(Json(Page { items, next }))
}

/// What kind of message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendType {
    /// Free text to the contact; needs an open window.
    Text,
    /// For colleagues; never leaves the account.
    Note,
    /// An approved template.
    Template,
}

/// A template with its parameters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateInput {
    pub template_id: TemplateId,
    /// Values by place, such as `body.1`, `header.1`, `header.link` (the address of a media header's file), `button.0`,
    /// `header.latitude`, `header.longitude`, `header.name` and `header.address` (a place in the header).
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

impl From<TemplateInput> for TemplateFill {
    fn from(input: TemplateInput) -> TemplateFill {
        TemplateFill { template_id: input.template_id, values: input.values, header_file: None }
    }
}

/// A message to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendInput {
    #[serde(rename = "type")]
    pub kind: SendType,
    /// For `text` (at most 4096 characters) and `note` (at most 8000).
    pub text: Option<String>,
    /// For `template`.
    pub template: Option<TemplateInput>,
    /// The message of this conversation that is answered.
    pub reply_to: Option<MessageId>,
}

impl SendInput {
    fn what(self) -> Answer<SendWhat> {
        let required = |field| Refusal::field(field, Wrong::Required.word(), "required");
        let not_here = |field| Refusal::field(field, Wrong::NotAllowed.word(), "not with this type");
        match (self.kind, self.text, self.template) {
            (SendType::Text, Some(text), None) => Ok(SendWhat::Text { text }),
            (SendType::Note, Some(text), None) => Ok(SendWhat::Note { text }),
            (SendType::Template, None, Some(fill)) => Ok(SendWhat::Template(fill.into())),
            (SendType::Template, _, None) => Err(required("template")),
            (SendType::Template, Some(_), _) => Err(not_here("text")),
            (SendType::Text | SendType::Note, None, _) => Err(required("text")),
            (SendType::Text | SendType::Note, _, Some(_)) => Err(not_here("template")),
        }
    }
}

/// Send a message or write a note
///
/// The message is stored and queued; its `status` tells how far it came. The same `Idempotency-Key` in the same
/// conversation answers the first message again; with another body it is refused (`key_reused`).
#[utoipa::path(
    post,
    path = "/conversations/{id}/messages",
    tag = "conversations",
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 64 visible ASCII characters", max_length = 64)
    ),
    request_body = SendInput,
    responses((status = 201, description = "The message", body = Message), Common, OfOne, OfChange, OfBody)
)]
pub async fn send_message(
    Caller(cx): Caller,
    Id(id): Id<ConversationId>,
    key: IdempotencyKey,
    Body(input): Body<SendInput>,
) -> Answer<(StatusCode, Json<Message>)> {
    let reply_to = input.reply_to;
    let draft = SendDraft { client_id: key.or_new(&cx), what: input.what()?, reply_to, mentions: Vec::new() };
    Ok((StatusCode::CREATED, Json(service::message::send(&cx, id, draft).await?)))
}
