//! The workspace: what the client needs beside the list.

use crate::desk::Cx;
use crate::{Result, auth, channels, conversation, hours, kept, people, sla, tag, talk};
use model::*;

/// Me, colleagues, teams, channels, counters, and the sequence up to which they are true.
pub async fn workspace(cx: &Cx) -> Result<Workspace> {
    // An event between the sequence and the counters would be counted twice.
    let still = cx.at_one_moment().await?;
    let seq = crate::desk::last_seq(&still.may(Permission::Inbox)?).await?;
    let counts = conversation::counts(&still).await?;
    let (members, teams, channels) = (people::members(&still).await?, people::teams(&still).await?, channels::list(&still).await?);
    let past_teams = people::past_teams(&still).await?;
    let tags = tag::list(&still).await?;
    let kept = kept::all(&still).await?;
    let talk = talk::state(&still).await?;
    drop(still);
    // Logins and other accounts are none of this account's rows. What changes meanwhile is told after the sequence.
    let me = auth::me(cx).await?;
    let open = hours::states(cx).await?;
    let promises = sla::is_used(cx).await?;
    Ok(Workspace {
        me,
        seen: cx.seen().clone(),
        members,
        teams,
        past_teams,
        channels,
        tags,
        kept,
        counts,
        talk,
        open,
        promises,
        seq,
        build: cx.desk().settings.build.clone(),
        now: cx.desk().now(),
    })
}
