//! The workspace: what the client needs beside the list.

use crate::desk::Cx;
use crate::{Result, auth, channels, conversation, people};
use model::*;

/// Me, colleagues, teams, channels, counters, and the sequence up to which they are true.
pub async fn workspace(cx: &Cx) -> Result<Workspace> {
    let scope = cx.may(Permission::Inbox)?;
    // Read before the rest: an event in between is applied twice rather than never.
    let seq = crate::desk::last_seq(&scope).await?;
    let (me, members, teams, channels, counts) =
        tokio::try_join!(auth::me(cx), people::members(cx), people::teams(cx), channels::list(cx), conversation::counts(cx))?;
    Ok(Workspace {
        me,
        seen: cx.seen().clone(),
        members,
        teams,
        channels,
        counts,
        seq,
        build: cx.desk().settings.build.clone(),
        now: cx.desk().now(),
    })
}
