//! Whether a channel works, and what happens to its queue when it does again.

use super::own;
use crate::desk::Cx;
use crate::{Result, Work, args, sql};
use model::*;

/// Asks the network whether the channel works; when it does, a stopped queue goes on.
///
/// # Errors
/// [`Fault::ChannelDown`] when it does not; the reason is stored with the channel.
pub async fn probe(cx: &Cx, id: ChannelId) -> Result<String> {
    let scope = cx.may(Permission::Settings)?;
    let row = own(cx, id).await?;
    match row.adapter().probe(&row.link(cx.desk())).await {
        Ok(name) => {
            let mut work = scope.begin().await?;
            set_status(&mut work, id, ChannelStatus::Connected, None).await?;
            work.run(
                sql!(
                    "update outbox set state = 'QUEUED', next_at = case when attempts = 0 and next_at > $3 then next_at else 0 end
                     where account_id = $1 and channel_id = $2 and state = 'HELD'"
                ),
                args![id, cx.desk().now()],
            )
            .await?;
            work.wake_outbox();
            work.commit().await?;
            Ok(name)
        }
        Err(e) => {
            tracing::warn!(channel = %id, error = %e, "a channel does not answer its probe");
            let mut work = scope.begin().await?;
            let status = if e.problem == DeliveryProblem::TokenExpired { ChannelStatus::TokenExpired } else { ChannelStatus::Disconnected };
            set_status(&mut work, id, status, Some(&reason(&e))).await?;
            work.commit().await?;
            Err(Fault::ChannelDown.into())
        }
    }
}

/// A refusal as the channel's reason.
pub(crate) fn reason(e: &channel::SendError) -> String {
    text::shorten(&e.code.map_or_else(|| e.detail.clone(), |c| format!("{c}: {}", e.detail)), 300)
}

/// Notes what the network said of a channel that works. Of one that does not, the reason stays: it says why. The row
/// decides and not what this server remembers of it, as another one may have stopped the channel.
pub(crate) async fn note(work: &mut Work, id: ChannelId, what: &str) -> Result<()> {
    let changed = work
        .run(
            sql!(
                "update channel set status_reason = $3 where account_id = $1 and id = $2 and status = 'CONNECTED' and coalesce(status_reason, '') <> $3"
            ),
            args![id, what],
        )
        .await?;
    if changed > 0 {
        work.tell(Change::Setup { what: SetupKind::Channels });
    }
    Ok(())
}

/// Sets a channel's status and tells of it.
pub(crate) async fn set_status(work: &mut Work, id: ChannelId, status: ChannelStatus, why: Option<&str>) -> Result<()> {
    let changed = work
        .run(
            sql!("update channel set status = $3, status_reason = $4 where account_id = $1 and id = $2 and (status <> $3 or coalesce(status_reason, '') <> coalesce($4, ''))"),
            args![id, status, why],
        )
        .await?;
    if changed > 0 {
        work.tell(Change::Setup { what: SetupKind::Channels });
    }
    Ok(())
}
