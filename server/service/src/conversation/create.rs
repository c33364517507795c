//! Making a conversation.

use super::row::Row;
use crate::tally::{self, Step};
use crate::{Result, Work, args, sql};
use model::*;

/// A conversation to be made.
pub(crate) struct NewConversation<'a> {
    pub contact_id: ContactId,
    pub contact_name: &'a str,
    pub contact_phone: Option<&'a str>,
    pub channel_id: ChannelId,
    pub team_id: TeamId,
    pub assignee_id: Option<UserId>,
    pub status: ConversationStatus,
    pub at: Millis,
    pub window_expires_at: Option<Millis>,
    pub referral: Option<String>,
}

/// Makes a conversation; `None` when the contact has an open one on this channel already.
pub(crate) async fn create(work: &mut Work, new: NewConversation<'_>) -> Result<Option<Row>> {
    let id: i64 = work.desk().seam.id();
    let (contact_tags,): (String,) =
        work.one(sql!("select tags from contact where account_id = $1 and id = $2"), args![new.contact_id]).await?;
    let row = Row {
        contact_tags,
        protocol: next_protocol(work, new.at).await?,
        assignee_id: new.assignee_id.map(|a| a.0),
        assigned_at: new.assignee_id.map(|_| new.at),
        queued_at: (new.status == ConversationStatus::Pending).then_some(new.at),
        entered_at: (new.status == ConversationStatus::Pending).then_some(new.at),
        assumed_at: new.assignee_id.map(|_| new.at),
        status: new.status,
        window_expires_at: new.window_expires_at,
        ..Row::begin(id, new.contact_id, new.contact_name, new.contact_phone, new.channel_id, new.team_id, new.at)
    };
    let made = work
        .run(
            sql!(
                "insert into conversation (account_id, id, protocol, contact_id, channel_id, team_id, assignee_id, status, started_at, last_at,
                 window_expires_at, preview_kind, preview_direction, preview_status, preview_text, referral)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, 'TEXT', 'IN', 'RECEIVED', '', $11)
                 on conflict (channel_id, contact_id) where status <> 'COMPLETED' do nothing"
            ),
            args![
                row.id,
                &row.protocol,
                row.contact_id,
                row.channel_id,
                row.team_id,
                row.assignee_id,
                row.status,
                row.started_at,
                row.window_expires_at,
                new.referral
            ],
        )
        .await?;
    if made != 1 {
        return Ok(None);
    }
    let step = |kind| Step { kind, at: row.started_at, from: None, user: new.assignee_id };
    row.steps.push(step(if row.entered_at.is_some() { StepKind::Entered } else { StepKind::Begun }));
    if tally::is_fresh(work, &row).await? {
        row.steps.push(step(StepKind::Fresh));
    }
    Ok(Some(row))
}

/// The next human number: the day in the account's time zone and a counter, such as `2026112100042`.
async fn next_protocol(work: &mut Work, at: Millis) -> Result<String> {
    let zone = crate::zone::within(work).await?;
    let day = jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone).strftime("%Y%m%d").to_string();
    let n = work.count_up(&format!("protocol:{day}"), 1).await?;
    Ok(format!("{day}{n:05}"))
}
