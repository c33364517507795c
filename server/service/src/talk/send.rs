//! Writing into a talk.

use super::row::{self, TalkRow};
use super::{TalkNews, bell, heard, hold};
use crate::desk::{Cx, News, Work};
use crate::media::upload;
use crate::{Result, alert, args, sql};
use model::*;
use std::sync::Arc;

/// Writes a message. The same client id again answers the first message, so that a double click writes once.
///
/// # Errors
/// [`Fault::Missing`] for who is not in the talk, or does not see the conversation that they point to;
/// [`Fault::ModuleOff`] while the chat is switched off (CI-1); [`Fault::ColleagueGone`]; [`Fault::KeyReused`];
/// [`Fault::Invalid`].
pub async fn send(cx: &Cx, id: TalkId, draft: TalkDraft) -> Result<TalkMessage> {
    draft.check()?;
    heard(cx, id).await?;
    let text = draft.text.trim_end();
    let conversation = match draft.conversation_id {
        Some(id) => Some(crate::conversation::visible(cx, id).await?.id),
        None => pasted(cx, text).await?,
    };
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let talk = hold(&mut work, id).await?;
    if let Some(sent) = row::by_client(&mut work, id, cx.user, &draft.client_id).await? {
        let same = sent.text == text && sent.file.as_ref().map(|f| f.id) == draft.upload_id;
        return if same { Ok(sent) } else { Err(Fault::KeyReused.into()) };
    }
    if !crate::feature::features_in(&mut work).await?.internal_chat {
        return Err(Fault::ModuleOff { module: Module::InternalChat }.into());
    }
    check_colleague(&mut work, cx.user, &talk).await?;
    let now = cx.desk().now();
    // Later is larger, also within a millisecond: what is read is told by the id.
    let own: TalkMessageId = cx.desk().seam.id();
    let message_id = TalkMessageId(own.0.max(talk.last_id + 1));
    work.run(
        sql!(
            "insert into talk_message (account_id, id, talk_id, author_id, client_id, body, conversation_id, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        args![message_id, id, cx.user, &draft.client_id, text, conversation, now],
    )
    .await?;
    let file = match draft.upload_id {
        Some(upload) => Some(attach(&mut work, cx.user, message_id, upload).await?),
        None => None,
    };
    work.run(sql!("update talk set last_id = $3 where account_id = $1 and id = $2"), args![id, message_id]).await?;
    let message = TalkMessage {
        id: message_id,
        author_id: cx.user,
        client_id: draft.client_id,
        text: text.to_owned(),
        file,
        conversation_id: conversation,
        at: now,
    };
    tell(cx, &mut work, &talk, message.clone()).await?;
    work.commit().await?;
    Ok(message)
}

/// A conversation whose address stands in the text, if its author sees it; whatever else stands there is a text.
async fn pasted(cx: &Cx, text: &str) -> Result<Option<ConversationId>> {
    let start = format!("{}/inbox/", cx.desk().settings.public_url);
    let Some((_, rest)) = text.split_once(&start) else { return Ok(None) };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let Ok(id) = digits.parse::<ConversationId>() else { return Ok(None) };
    Ok(super::pointed(cx, id).await?.map(|p| p.conversation_id))
}

/// Nobody writes to who has left.
async fn check_colleague(work: &mut Work, me: UserId, talk: &TalkRow) -> Result<()> {
    let TalkWith::Person { user_id } = talk.access().with(me) else { return Ok(()) };
    let there: Option<(i64,)> =
        work.opt(sql!("select user_id from membership where account_id = $1 and user_id = $2 and active"), args![user_id]).await?;
    Ok(there.map(drop).ok_or(Fault::ColleagueGone)?)
}

async fn attach(work: &mut Work, user: UserId, message: TalkMessageId, id: MediaId) -> Result<Media> {
    let file = upload::claim(work, user, id).await?;
    work.run(
        sql!(
            "insert into talk_file (account_id, id, message_id, mime, file_name, size, sha256, small, width, height)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        args![file.id, message, &file.mime, &file.file_name, file.size, &file.sha256, &file.small, file.width, file.height],
    )
    .await?;
    Ok(Media { voice: false, ..file.view().media(Delivery::Native) })
}

/// Counts the message for everybody else who is in the talk, and tells them after the commit.
async fn tell(cx: &Cx, work: &mut Work, talk: &TalkRow, message: TalkMessage) -> Result<()> {
    let access = talk.access();
    let (low, high) = access.pair.unzip();
    // The condition is that of `Seen::hears`; a test holds the two together.
    let told: Vec<(i64, i64, bool, Option<i64>)> = work
        .all(
            sql!(
                "insert into talk_mark (account_id, talk_id, user_id, read_id, unread, news, told_id, at, push_at)
                 select cast($1 as bigint), cast($2 as bigint), m.user_id, 0, 1,
                   case when coalesce(s.muted, '') like '%,INTERNAL,%' then 0 else 1 end, cast($10 as bigint), cast($3 as bigint),
                   case when coalesce(s.muted, '') not like '%,INTERNAL,%'
                     and exists (select 1 from push_subscription p where p.account_id = $1 and p.user_id = m.user_id) then cast($4 as bigint) end
                 from membership m left join alert_setting s on s.account_id = $1 and s.user_id = m.user_id
                 where m.account_id = $1 and m.active and m.user_id <> $5
                   and ($6 = 'ALL' or ($6 = 'PAIR' and m.user_id in ($7, $8)) or ($6 = 'TEAM' and exists
                     (select 1 from team_member g where g.account_id = $1 and g.team_id = $9 and g.user_id = m.user_id and (g.is_agent or g.is_supervisor))))
                 on conflict (talk_id, user_id) do update set unread = talk_mark.unread + 1, news = talk_mark.news + excluded.news,
                   told_id = excluded.told_id, at = excluded.at, push_at = coalesce(talk_mark.push_at, excluded.push_at)
                 returning user_id, unread, news > 0, push_at"
            ),
            args![
                talk.id,
                message.at,
                message.at + alert::PUSH_AFTER,
                cx.user,
                talk.kind,
                low.unwrap_or_default(),
                high.unwrap_or_default(),
                access.team_id.unwrap_or_default(),
                message.id
            ],
        )
        .await?;
    // Who writes has read.
    let (author, at) = (cx.user, message.at);
    work.run(
        sql!(
            "insert into talk_mark (account_id, talk_id, user_id, read_id, unread, news, told_id, at) values ($1, $2, $3, $4, 0, 0, 0, 0)
             on conflict (talk_id, user_id) do update set read_id = excluded.read_id, unread = 0, news = 0, push_at = null"
        ),
        args![talk.id, author, message.id],
    )
    .await?;
    if told.iter().any(|(.., push)| push.is_some()) {
        work.wake_push();
    }
    let place: Option<(String,)> = match (access.kind, access.team_id) {
        (TalkKind::Team, Some(team)) => work.opt(sql!("select name from team where account_id = $1 and id = $2"), args![team]).await?,
        (TalkKind::All, _) => work.opt(sql!("select name from account where id = $1"), args![]).await?,
        _ => None,
    };
    let place = place.map(|(name,)| name);
    let alert = bell::alert(talk.id.into(), &cx.seat.name, place.as_deref(), &message, 1, at, false);
    let to = told.into_iter().map(|(user, unread, wanted, _)| (user.into(), unread, wanted)).collect();
    work.alert(News::Talk(Arc::new(TalkNews { id: talk.id.into(), access, message, to, alert })));
    Ok(())
}
