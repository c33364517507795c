//! Forwarding: what a message holds becomes a new one in another conversation (MS-1).

use super::row::{NewMessage, get};
use super::send::own_file;
use crate::desk::{Cx, Work};
use crate::media::upload::{Waiting, again};
use crate::{Result, conversation};
use model::*;

/// Fills a message with what another one holds; answers its file with a new id. The contact does not learn from whom it
/// came. Answers and templates go as their text.
///
/// # Errors
/// [`Fault::Missing`] when the asker does not see the message, [`Fault::Invalid`] for what cannot be sent on.
pub(super) async fn copy(
    cx: &Cx,
    work: &mut Work,
    id: MessageId,
    channel: ChannelKind,
    new: &mut NewMessage,
) -> Result<Option<(Waiting, Option<Millis>)>> {
    let source = get(work, id).await?;
    conversation::visible(cx, source.conversation_id.into()).await?;
    let source = source.view()?;
    let refused = || Fault::field("message_id", Wrong::NotAllowed);
    if !source.kind.forwards() || matches!(source.status, MessageStatus::Deleted) {
        return Err(refused().into());
    }
    match source.content {
        Content::Media(media) => {
            let file = again(work, media.id, source.kind).await?.ok_or_else(refused)?;
            new.body = source.body;
            own_file(new, file, channel, false, new.at).map(Some)
        }
        content @ (Content::Location { .. } | Content::Contacts { .. }) => {
            (new.kind, new.body, new.content) = (source.kind, source.body, content);
            Ok(None)
        }
        content => {
            new.body = match content {
                Content::Template(t) => {
                    [t.header, source.body, t.footer].into_iter().filter(|p| !p.trim().is_empty()).collect::<Vec<_>>().join("\n\n")
                }
                _ => source.body,
            };
            if new.body.trim().is_empty() || new.body.chars().count() > limit::TEXT_MAX { Err(refused().into()) } else { Ok(None) }
        }
    }
}
