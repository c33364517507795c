//! Starting a conversation, and restarting one with a template.

use super::act::member_name;
use super::create::{NewConversation, create};
use super::row::{Row, Told, columns, lock, save, tell, transition};
use crate::desk::{Cx, Work};
use crate::message::send_in;
use crate::{Result, args, contact, sql};
use model::*;

/// The open conversation of a contact on a channel.
pub(crate) async fn open_of(work: &mut Work, channel: ChannelId, contact: ContactId) -> Result<Option<Row>> {
    work.opt(
        sql!(concat!(
            "select ",
            columns!(),
            " from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.channel_id = $2 and c.contact_id = $3 and c.status <> 'COMPLETED'"
        )),
        args![channel, contact],
    )
    .await
}

/// How long the contact's window on the channel is open, from whichever conversation.
async fn window_of(work: &mut Work, channel: ChannelId, contact: ContactId) -> Result<Option<Millis>> {
    let row: Option<(Option<i64>,)> = work
        .opt(
            sql!("select max(window_expires_at) from conversation where account_id = $1 and contact_id = $2 and channel_id = $3"),
            args![contact, channel],
        )
        .await?;
    Ok(row.and_then(|(w,)| w))
}

/// Who serves the contact, for an asker who may not see it (IN-5).
pub(super) async fn served_by(work: &mut Work, c: &Row) -> Result<Fault> {
    let name = match c.assignee_id {
        Some(user) => member_name(work, UserId(user)).await?,
        None => String::new(),
    };
    let (team,): (String,) = work.one(sql!("select name from team where account_id = $1 and id = $2"), args![c.team_id]).await?;
    Ok(Fault::ServedBy { name, team })
}

/// Who may not search by number finds nobody by typing one either: they start from the contact (SV-3).
fn by_number(cx: &Cx) -> Result<()> {
    let blocked = crate::mask::masks_of(cx).has(Mask::SearchPhone);
    if blocked { Err(Fault::field("phone", Wrong::NotAllowed).into()) } else { Ok(()) }
}

/// What is known before a conversation is started (IN-2, IN-5, IN-7, IN-8).
///
/// # Errors
/// [`Fault::Invalid`] for a number that is none.
pub async fn start_preview(cx: &Cx, contact_id: Option<ContactId>, phone: &str, channel: ChannelId) -> Result<StartPreview> {
    let channel = crate::channels::own(cx, channel).await?;
    let mut work = cx.may(Permission::Contacts)?.begin().await?;
    let (found, number) = match contact_id {
        Some(id) => (Some(contact::hit(&mut work, id).await?), None),
        None => {
            by_number(cx)?;
            let number = crate::phone::typed(phone)?;
            (contact::by_phone(&mut work, &number).await?, Some(number))
        }
    };
    let mut preview = StartPreview {
        phone: number.map(|n| n.e164).or_else(|| found.as_ref().and_then(|c| c.phone.clone())).unwrap_or_default(),
        contact: found.clone(),
        open: None,
        served_by: None,
        window_open: false,
    };
    if let Some(found) = found {
        if let Some(open) = open_of(&mut work, channel.id, found.id).await? {
            if cx.seen().sees(&open.access()) {
                preview.open = Some(open.view());
            } else if let Fault::ServedBy { name, team } = served_by(&mut work, &open).await? {
                preview.served_by = Some(if name.is_empty() { team } else { format!("{name} ({team})") });
            }
        }
        let expires = window_of(&mut work, channel.id, found.id).await?;
        preview.window_open = Window::at(channel.kind.has_window(), expires, cx.desk().now()) == Window::Active;
    }
    Ok(cx.shown(preview))
}

/// The conversation that an earlier start with the same client id made: a repeated click, or a client that did not hear
/// the answer.
///
/// # Errors
/// [`Fault::KeyReused`] when the client id was used for something else.
async fn started_before(cx: &Cx, work: &mut Work, send: &SendDraft, channel: ChannelId, contact: ContactId) -> Result<Option<Row>> {
    let earlier: Option<(i64,)> = work
        .opt(
            sql!(
                "select c.id from conversation c join message m on m.conversation_id = c.id where c.account_id = $1 and c.contact_id = $2
                 and c.channel_id = $3 and m.client_id = $4 order by c.id desc limit 1"
            ),
            args![contact, channel, &send.client_id],
        )
        .await?;
    let Some((id,)) = earlier else { return Ok(None) };
    let c = lock(work, id.into()).await?;
    let sent = crate::message::by_client(work, c.id(), &send.client_id).await?;
    let same = match &sent {
        Some(sent) => sent.author_id == Some(cx.user) && crate::message::repeats(work, channel, send, sent).await?,
        None => false,
    };
    if same && cx.seen().sees(&c.access()) { Ok(Some(c)) } else { Err(Fault::KeyReused.into()) }
}

/// Starts a conversation (IN-1 to IN-8): with a template, or with free text while the contact's window is open.
///
/// # Errors
/// [`Fault::CannotStart`], [`Fault::ContactBlocked`], [`Fault::ServedBy`], [`Fault::WindowClosed`] for text without a
/// window, template faults, [`Fault::Invalid`].
pub async fn start(cx: &Cx, draft: StartDraft) -> Result<Started> {
    let channel = crate::channels::own(cx, draft.channel_id).await?;
    if !channel.kind.may_start() {
        return Err(Fault::CannotStart.into());
    }
    if channel.status != ChannelStatus::Connected {
        return Err(Fault::ChannelDown.into());
    }
    Check::default()
        .text(&draft.client_id, "client_id", 64)
        .that(draft.name.chars().count() <= limit::NAME_MAX, "name", Wrong::TooLong)
        .done()?;
    let seen = cx.seen();
    if !(seen.all || seen.pending.contains(&draft.team_id) || seen.supervised.contains(&draft.team_id)) {
        return Err(Fault::field("team_id", Wrong::NotAllowed).into());
    }
    let what = match (&draft.template, draft.text.trim()) {
        (Some(fill), _) => SendWhat::Template(fill.clone()),
        (None, "") => return Err(Fault::field("template", Wrong::Required).into()),
        (None, text) => SendWhat::Text { text: text.to_owned() },
    };
    let send = SendDraft { client_id: draft.client_id.clone(), what, reply_to: None, mentions: Vec::new() };
    send.check()?;
    let mut work = cx.may(Permission::Contacts)?.begin().await?;
    let known: Option<(i64,)> =
        work.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![draft.team_id]).await?;
    known.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    let who = match draft.contact_id {
        Some(id) => contact::hit(&mut work, id).await?,
        None => {
            by_number(cx)?;
            let number = crate::phone::typed(&draft.phone)?;
            match contact::by_phone(&mut work, &number).await? {
                Some(found) => found,
                None => contact::create_with_phone(&mut work, &draft.name, &number).await?,
            }
        }
    };
    let who = match contact::lock(&mut work, who.id).await? {
        same if same == who.id => who,
        other => contact::hit(&mut work, other).await?,
    };
    let send = crate::mask::addressed(cx, send, &who.name);
    if let Some(c) = started_before(cx, &mut work, &send, channel.id, who.id).await? {
        return Ok(cx.shown(Started { conversation: c.view(), existed: false }));
    }
    if who.status == ContactStatus::Blocked {
        return Err(Fault::ContactBlocked.into());
    }
    if who.status == ContactStatus::Archived {
        contact::activate(&mut work, who.id).await?;
    }
    let expires = window_of(&mut work, channel.id, who.id).await?;
    let now = cx.desk().now();
    let made = create(
        &mut work,
        NewConversation {
            contact_id: who.id,
            contact_name: &who.name,
            contact_phone: who.phone.as_deref(),
            channel_id: channel.id,
            team_id: draft.team_id,
            assignee_id: Some(cx.user),
            status: ConversationStatus::InProgress,
            at: now,
            window_expires_at: expires,
            referral: None,
        },
    )
    .await?;
    let Some(mut c) = made else {
        let open = open_of(&mut work, channel.id, who.id).await?.ok_or(Fault::WrongState)?;
        return if seen.sees(&open.access()) {
            Ok(cx.shown(Started { conversation: open.view(), existed: true }))
        } else {
            Err(served_by(&mut work, &open).await?.into())
        };
    };
    let line = transition(&mut work, &c, Some(cx.user), Transition::Started).await?;
    let message = send_in(cx, &mut work, &mut c, &channel, &send, None).await?;
    save(&mut work, &c).await?;
    let view = tell(&mut work, &c, Told::new(), vec![line, message]);
    work.commit().await?;
    Ok(cx.shown(Started { conversation: view, existed: false }))
}

/// Restarts a concluded conversation, or one whose window has expired, with a template (RE-1 to RE-6).
///
/// # Errors
/// [`Fault::CannotStart`] on channels without templates (RE-5), [`Fault::AlreadyOpen`] or [`Fault::ServedBy`] when the
/// contact has another open conversation, [`Fault::CategoryMismatch`] (RE-4), template faults, [`Fault::Missing`].
pub async fn restart(cx: &Cx, id: ConversationId, client_id: &str, fill: TemplateFill) -> Result<Conversation> {
    let send = SendDraft { client_id: client_id.to_owned(), what: SendWhat::Template(fill), reply_to: None, mentions: Vec::new() };
    send.check()?;
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let (contact,): (i64,) = work.one(sql!("select contact_id from conversation where account_id = $1 and id = $2"), args![id]).await?;
    contact::lock(&mut work, contact.into()).await?;
    let mut c = lock(&mut work, id).await?;
    if !cx.seen().sees(&c.access()) {
        return Err(Fault::Missing.into());
    }
    let send = crate::mask::addressed(cx, send, &c.contact_name);
    if let Some(sent) = crate::message::by_client(&mut work, id, client_id).await? {
        let same = crate::message::repeats(&mut work, c.channel_id.into(), &send, &sent).await?;
        return if same { Ok(cx.shown(c.view())) } else { Err(Fault::KeyReused.into()) };
    }
    if c.status == ConversationStatus::Pending || c.merged_into.is_some() {
        return Err(Fault::WrongState.into());
    }
    if !cx.seen().may(Act::Restart, &c.access()) {
        let strict = cx.seen().must_take_over(&c.access());
        return Err(if strict { Fault::OnlyAssignee } else { Fault::Forbidden }.into());
    }
    let channel = crate::channels::own_in(&mut work, c.channel_id.into()).await?;
    if !channel.kind.may_start() {
        return Err(Fault::CannotStart.into());
    }
    let who = contact::hit(&mut work, c.contact_id.into()).await?;
    match who.status {
        ContactStatus::Blocked => return Err(Fault::ContactBlocked.into()),
        ContactStatus::Archived => contact::activate(&mut work, who.id).await?,
        ContactStatus::Active => {}
    }
    let told = Told::of(&c);
    let mut lines = Vec::new();
    if c.status == ConversationStatus::Completed {
        if let Some(open) = open_of(&mut work, channel.id, who.id).await? {
            return Err(match cx.seen().sees(&open.access()) {
                true => Fault::AlreadyOpen { conversation_id: open.id() },
                false => served_by(&mut work, &open).await?,
            }
            .into());
        }
        c.team_id = crate::leaving::living(&mut work, c.team_id.into()).await?.0;
        c.assign(Some(cx.user), cx.desk().now());
        c.reopen();
        // The window may have gone on in a later conversation.
        c.window_expires_at = window_of(&mut work, channel.id, who.id).await?.max(c.window_expires_at);
        lines.push(transition(&mut work, &c, Some(cx.user), Transition::Restarted).await?);
    }
    lines.push(send_in(cx, &mut work, &mut c, &channel, &send, None).await?);
    save(&mut work, &c).await?;
    let view = tell(&mut work, &c, told, lines);
    work.commit().await?;
    Ok(cx.shown(view))
}
