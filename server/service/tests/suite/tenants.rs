//! Two accounts on one server: neither reaches anything of the other (21, groups 1 and 5).

use crate::payload;
use crate::world::{token as token_in, visitor as from, *};
use futures::future::BoxFuture;
use model::*;
use service::{
    Cx, Desk, alert, args, audit, auth, avatar, board, channels, closing, company, contact, conversation, distribution, feature, field,
    hours, inbox, kept, leaving, mask, media, message, people, push, reply, role, search, sla, status, tag, talk, tally, template, token,
    visitor,
};
use std::collections::BTreeSet;

/// A second account with an admin of its own. Set-up is closed, so its rows are written as set-up writes them.
pub async fn second_account(desk: &Desk) -> Cx {
    let (account, user, team): (AccountId, UserId, TeamId) = (desk.seam.id(), desk.seam.id(), desk.seam.id());
    let now = desk.now();
    let hash = auth::hash_password(desk, PASSWORD.into()).await.unwrap();
    let run = async |text: &str, args| desk.db.run(service::db::Text::Built(text.to_owned()), args).await.unwrap();
    run("insert into account (id, name, time_zone, created_at) values ($1, 'Concorrente', 'UTC', $2)", args![account, now]).await;
    run(
        "insert into users (id, email, name, password_hash, created_at) values ($1, 'zeca@outra.example', 'Zeca', $2, $3)",
        args![user, hash, now],
    )
    .await;
    run("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'ADMIN', $3)", args![account, user, now]).await;
    run(
        "insert into team (account_id, id, name, is_default, restriction, created_at) values ($1, $2, 'Geral', true, 'NONE', $3)",
        args![account, team, now],
    )
    .await;
    desk.cx(account, user, None).await.unwrap().unwrap()
}

/// Ids of account A.
struct Theirs {
    conversation: ConversationId,
    done: ConversationId,
    reason: ReasonId,
    job: ClosingJobId,
    message: MessageId,
    waiting: MessageId,
    channel: ChannelId,
    chat: ChannelId,
    team: TeamId,
    user: UserId,
    contact: ContactId,
    template: Template,
    media: MediaId,
    upload: MediaId,
    tag: TagId,
    field: FieldId,
    reply: ReplyId,
    promise: SlaPolicyId,
    view: ViewId,
    merge: MergeId,
    login: LoginId,
    invitation: InvitationId,
    passkey: PasskeyId,
    talk: TalkId,
    said: MediaId,
    account: AccountId,
    role: RoleId,
}

type Ask = fn(Cx, std::sync::Arc<Theirs>) -> BoxFuture<'static, service::Result<()>>;

/// What must fail for a stranger's ids, and with which fault.
const ACTS: &[(&str, &str, Ask)] = &[
    ("conversation::visible", "missing", |cx, t| Box::pin(async move { conversation::visible(&cx, t.conversation).await.map(drop) })),
    ("conversation::open", "missing", |cx, t| Box::pin(async move { conversation::open(&cx, t.conversation).await.map(drop) })),
    ("conversation::assume", "missing", |cx, t| Box::pin(async move { conversation::assume(&cx, t.conversation, None).await.map(drop) })),
    ("conversation::conclude", "missing", |cx, t| {
        Box::pin(async move { conversation::conclude(&cx, t.conversation, ConcludeDraft::default()).await.map(drop) })
    }),
    ("conversation::classify", "missing", |cx, t| Box::pin(async move { conversation::classify(&cx, t.done, None, None).await.map(drop) })),
    ("closing::save_reason", "missing", |cx, t| {
        Box::pin(async move { closing::save_reason(&cx, ReasonDraft { id: Some(t.reason), ..reason_draft("Nosso") }).await.map(drop) })
    }),
    ("closing::save_reason for their team", "invalid", |cx, t| {
        Box::pin(async move { closing::save_reason(&cx, ReasonDraft { team_id: Some(t.team), ..reason_draft("Nosso") }).await.map(drop) })
    }),
    ("closing::delete_reason", "missing", |cx, t| Box::pin(async move { closing::delete_reason(&cx, t.reason).await })),
    ("closing::save_rule for their team", "invalid", |cx, t| {
        Box::pin(async move { closing::save_rule(&cx, AutoClose { team_id: Some(t.team), ..AutoClose::default() }, false).await.map(drop) })
    }),
    ("closing::save_rule for their channel", "invalid", |cx, t| {
        Box::pin(
            async move { closing::save_rule(&cx, AutoClose { channel_id: Some(t.channel), ..AutoClose::default() }, true).await.map(drop) },
        )
    }),
    ("closing::save_rule with their reason", "invalid", |cx, t| {
        Box::pin(
            async move { closing::save_rule(&cx, AutoClose { reason_id: Some(t.reason), ..AutoClose::default() }, false).await.map(drop) },
        )
    }),
    ("hours::save for their team", "invalid", |cx, t| {
        Box::pin(async move { hours::save(&cx, Hours::of(Some(t.team)), false).await.map(drop) })
    }),
    ("sla::save", "missing", |cx, t| {
        Box::pin(async move { sla::save(&cx, SlaPolicy { id: Some(t.promise), version: 1, ..promise_draft() }).await.map(drop) })
    }),
    ("sla::save for their team", "invalid", |cx, t| {
        Box::pin(async move { sla::save(&cx, SlaPolicy { teams: vec![t.team], ..promise_draft() }).await.map(drop) })
    }),
    ("sla::save for their channel", "invalid", |cx, t| {
        Box::pin(async move { sla::save(&cx, SlaPolicy { channels: vec![t.channel], ..promise_draft() }).await.map(drop) })
    }),
    ("sla::save for their tag", "invalid", |cx, t| {
        Box::pin(async move { sla::save(&cx, SlaPolicy { tags: vec![t.tag], ..promise_draft() }).await.map(drop) })
    }),
    ("sla::remove", "missing", |cx, t| Box::pin(async move { sla::remove(&cx, t.promise).await.map(drop) })),
    ("sla::arrange", "conflict", |cx, t| Box::pin(async move { sla::arrange(&cx, &[t.promise]).await.map(drop) })),
    ("sla::clocks", "missing", |cx, t| Box::pin(async move { sla::clocks(&cx, t.conversation).await.map(drop) })),
    ("conversation::prioritize", "missing", |cx, t| {
        Box::pin(async move { conversation::prioritize(&cx, t.conversation, Priority::Urgent).await.map(drop) })
    }),
    ("closing::job_items", "missing", |cx, t| Box::pin(async move { closing::job_items(&cx, t.job).await.map(drop) })),
    ("closing::cancel_job", "missing", |cx, t| Box::pin(async move { closing::cancel_job(&cx, t.job).await })),
    ("auth::invite into their team", "invalid", |cx, t| {
        Box::pin(async move {
            let teams = vec![TeamLink { team_id: t.team, is_agent: true, is_supervisor: false }];
            let draft = InvitationDraft { email: "spy@evil.example".into(), role: Some(Role::Agent), teams, ..InvitationDraft::default() };
            auth::invite(&cx, draft).await.map(drop)
        })
    }),
    ("auth::resend_invitation", "missing", |cx, t| Box::pin(async move { auth::resend_invitation(&cx, t.invitation).await.map(drop) })),
    ("auth::cancel_invitation", "missing", |cx, t| Box::pin(async move { auth::cancel_invitation(&cx, t.invitation).await })),
    ("auth::reset_factor", "missing", |cx, t| Box::pin(async move { auth::reset_factor(&cx, t.user, Language::En).await })),
    ("auth::save_door_rules with their channel", "invalid", |cx, t| {
        Box::pin(async move {
            let draft = DoorRules { channel_id: Some(t.channel), template_id: Some(t.template.id), ..DoorRules::default() };
            auth::save_door_rules(&cx, draft).await.map(drop)
        })
    }),
    ("closing::start_job of theirs", "invalid", |cx, t| {
        Box::pin(async move {
            let filter = BulkFilter { channels: vec![t.channel], ..BulkFilter::default() };
            let draft = BulkDraft { filter, expected: 1, with_message: false, reason_id: None, code: PASSWORD.into() };
            closing::start_job(&cx, draft).await.map(drop)
        })
    }),
    ("conversation::pause", "missing", |cx, t| Box::pin(async move { conversation::pause(&cx, t.conversation, true).await.map(drop) })),
    ("conversation::watch", "missing", |cx, t| {
        Box::pin(async move { conversation::watch(&cx, t.conversation, cx.user, true).await.map(drop) })
    }),
    ("closing::save_spared with their tag", "invalid", |cx, t| {
        Box::pin(async move { closing::save_spared(&cx, &[t.tag]).await.map(drop) })
    }),
    ("conversation::transfer", "missing", |cx, t| {
        Box::pin(async move {
            let to = TransferDraft { to: TransferTo::Team { team_id: t.team }, note: String::new(), stop_bot: false, anyway: false };
            conversation::transfer(&cx, t.conversation, to).await.map(drop)
        })
    }),
    ("conversation::restart", "missing", |cx, t| {
        Box::pin(async move { conversation::restart(&cx, t.conversation, "r", filled(&t.template, &[])).await.map(drop) })
    }),
    ("conversation::snooze", "missing", |cx, t| {
        Box::pin(async move {
            let until = Some(SnoozeUntil::Time { at: cx.desk().now() + HOUR });
            conversation::snooze(&cx, t.conversation, until).await.map(drop)
        })
    }),
    ("conversation::take_back", "missing", |cx, t| Box::pin(async move { conversation::take_back(&cx, t.conversation).await })),
    ("conversation::transfer_several", "missing", |cx, t| {
        Box::pin(async move {
            let to = TransferDraft { to: TransferTo::Team { team_id: t.team }, note: String::new(), stop_bot: false, anyway: false };
            only(conversation::transfer_several(&cx, &[t.conversation], &to).await?)
        })
    }),
    ("conversation::conclude_several", "missing", |cx, t| {
        Box::pin(async move { only(conversation::conclude_several(&cx, &[t.conversation], ConcludeDraft::default()).await?) })
    }),
    ("conversation::mark_several", "missing", |cx, t| {
        Box::pin(async move { only(conversation::mark_several(&cx, &[t.conversation], true).await?) })
    }),
    ("conversation::take_back_several", "missing", |cx, t| {
        Box::pin(async move { only(conversation::take_back_several(&cx, &[t.conversation]).await?) })
    }),
    ("kept::pin", "missing", |cx, t| Box::pin(async move { kept::pin(&cx, t.conversation, true).await })),
    ("kept::save_view", "missing", |cx, t| Box::pin(async move { kept::save_view(&cx, view_draft(Some(t.view))).await.map(drop) })),
    ("kept::save_view for their team", "invalid", |cx, t| {
        Box::pin(async move {
            let draft = ViewDraft { scope: ViewScope::Team, team_id: Some(t.team), ..view_draft(None) };
            kept::save_view(&cx, draft).await.map(drop)
        })
    }),
    ("kept::delete_view", "missing", |cx, t| Box::pin(async move { kept::delete_view(&cx, t.view).await })),
    ("conversation::mark_read", "missing", |cx, t| Box::pin(async move { conversation::mark_read(&cx, t.conversation).await })),
    ("conversation::mark_unread", "missing", |cx, t| Box::pin(async move { conversation::mark_unread(&cx, t.conversation).await })),
    ("conversation::save_draft", "missing", |cx, t| Box::pin(async move { conversation::save_draft(&cx, t.conversation, "x").await })),
    ("conversation::start on their channel", "missing", |cx, t| {
        Box::pin(async move {
            let team = people::teams(&cx).await?[0].id;
            conversation::start(&cx, start(&t, t.channel, team)).await.map(drop)
        })
    }),
    ("conversation::start in their team", "invalid", |cx, t| {
        Box::pin(async move {
            let own = channels::list(&cx).await?[0].id;
            conversation::start(&cx, start(&t, own, t.team)).await.map(drop)
        })
    }),
    ("conversation::start with their contact", "missing", |cx, t| {
        Box::pin(async move {
            let (own, team) = (channels::list(&cx).await?[0].id, people::teams(&cx).await?[0].id);
            conversation::start(&cx, StartDraft { contact_id: Some(t.contact), ..start(&t, own, team) }).await.map(drop)
        })
    }),
    ("conversation::start with their template", "template_missing", |cx, t| {
        Box::pin(async move {
            let (own, team) = (channels::list(&cx).await?[0].id, people::teams(&cx).await?[0].id);
            conversation::start(&cx, StartDraft { phone: "11 98765-4321".into(), ..start(&t, own, team) }).await.map(drop)
        })
    }),
    ("conversation::start_preview", "missing", |cx, t| {
        Box::pin(async move { conversation::start_preview(&cx, Some(t.contact), "", t.channel).await.map(drop) })
    }),
    ("conversation::start_preview of their contact", "missing", |cx, t| {
        Box::pin(async move {
            let own = channels::list(&cx).await?[0].id;
            conversation::start_preview(&cx, Some(t.contact), "", own).await.map(drop)
        })
    }),
    ("message::send", "missing", |cx, t| {
        Box::pin(async move { message::send(&cx, t.conversation, text_draft("x", "oi")).await.map(drop) })
    }),
    ("message::retry", "missing", |cx, t| Box::pin(async move { message::retry(&cx, t.message).await.map(drop) })),
    ("message::cancel", "missing", |cx, t| Box::pin(async move { message::cancel(&cx, t.waiting).await.map(drop) })),
    ("message::edit_note", "missing", |cx, t| Box::pin(async move { message::edit_note(&cx, t.message, "x", &[]).await.map(drop) })),
    ("message::delete_note", "missing", |cx, t| Box::pin(async move { message::delete_note(&cx, t.message).await.map(drop) })),
    ("message::recall", "missing", |cx, t| Box::pin(async move { message::recall(&cx, t.waiting).await.map(drop) })),
    ("message::edit", "missing", |cx, t| Box::pin(async move { message::edit(&cx, t.message, "x").await.map(drop) })),
    ("message::versions", "missing", |cx, t| Box::pin(async move { message::versions(&cx, t.message).await.map(drop) })),
    ("message::hide", "missing", |cx, t| Box::pin(async move { message::hide(&cx, &[t.message]).await })),
    ("message::react", "missing", |cx, t| Box::pin(async move { message::react(&cx, t.message, "👍").await.map(drop) })),
    ("message::page", "missing", |cx, t| {
        Box::pin(async move {
            let q = MessageQuery { conversation_id: t.conversation, before: None, after: None, limit: None };
            message::page(&cx, &q).await.map(drop)
        })
    }),
    ("message::page_at", "missing", |cx, t| {
        Box::pin(async move { message::page_at(&cx, t.conversation, Some(t.message), None, 10).await.map(drop) })
    }),
    ("media::find", "missing", |cx, t| Box::pin(async move { media::find(&cx, t.media, false).await.map(drop) })),
    ("media::find of an upload", "missing", |cx, t| Box::pin(async move { media::find(&cx, t.upload, false).await.map(drop) })),
    ("message::send of an upload", "missing", |cx, t| {
        Box::pin(async move { message::send(&cx, t.conversation, file_draft("x", t.upload, "", false)).await.map(drop) })
    }),
    ("template::list", "missing", |cx, t| Box::pin(async move { template::list(&cx, t.channel, false).await.map(drop) })),
    ("channels::own", "missing", |cx, t| Box::pin(async move { channels::own(&cx, t.channel).await.map(drop) })),
    ("channels::save", "missing", |cx, t| {
        Box::pin(async move { channels::save(&cx, ChannelDraft { id: Some(t.channel), ..whatsapp("Meu", NUMBER, WABA) }).await.map(drop) })
    }),
    ("channels::save of their number", "invalid", |cx, _| {
        Box::pin(async move { channels::save(&cx, whatsapp("Meu", NUMBER, WABA)).await.map(drop) })
    }),
    ("channels::save into their team", "invalid", |cx, t| {
        Box::pin(async move { channels::save(&cx, ChannelDraft { team_id: Some(t.team), ..whatsapp("Meu", "777", WABA) }).await.map(drop) })
    }),
    ("channels::probe", "missing", |cx, t| Box::pin(async move { channels::probe(&cx, t.channel).await.map(drop) })),
    ("channels::profile", "missing", |cx, t| Box::pin(async move { channels::profile(&cx, t.channel).await.map(drop) })),
    ("channels::save_profile", "missing", |cx, t| {
        Box::pin(async move { channels::save_profile(&cx, t.channel, BusinessProfileDraft::default()).await.map(drop) })
    }),
    ("channels::picture", "missing", |cx, t| Box::pin(async move { channels::picture(&cx, t.channel).await.map(drop) })),
    ("channels::save_picture", "missing", |cx, t| {
        Box::pin(async move { channels::save_picture(&cx, t.channel, Vec::new()).await.map(drop) })
    }),
    ("people::save_team", "missing", |cx, t| {
        Box::pin(async move {
            let draft = TeamDraft {
                id: Some(t.team),
                name: "Meu".into(),
                is_default: true,
                restriction: Restriction::None,
                closing_message: String::new(),
                archive_preference: None,
                distribution: None,
            };
            people::save_team(&cx, draft).await.map(drop)
        })
    }),
    ("people::save_member", "missing", |cx, t| {
        Box::pin(async move {
            let draft = MemberDraft { user_id: Some(t.user), ..member_draft("Tomado", Role::Admin, &[]) };
            people::save_member(&cx, draft).await.map(drop)
        })
    }),
    ("people::save_member with their team", "invalid", |cx, t| {
        Box::pin(async move { people::save_member(&cx, member_draft("Novo", Role::Agent, &[(t.team, true, true)])).await.map(drop) })
    }),
    ("people::save_member with their tag", "invalid", |cx, t| {
        Box::pin(async move {
            feature::save(&cx, Features { distribution: true, ..Features::default() }).await?;
            let draft = MemberDraft { skills: Some(vec![t.tag]), ..member_draft("Novo", Role::Agent, &[]) };
            people::save_member(&cx, draft).await.map(drop)
        })
    }),
    ("people::save_member with their role", "invalid", |cx, t| {
        Box::pin(async move {
            let draft = MemberDraft { role_id: Some(t.role), ..member_draft("Novo", Role::Custom, &[]) };
            people::save_member(&cx, draft).await.map(drop)
        })
    }),
    ("people::save_team_seen", "missing", |cx, t| {
        Box::pin(async move {
            let draft = TeamDraft {
                id: Some(t.team),
                name: "Meu".into(),
                is_default: false,
                restriction: Restriction::None,
                closing_message: String::new(),
                archive_preference: None,
                distribution: None,
            };
            people::save_team_seen(&cx, draft, Some(1)).await.map(drop)
        })
    }),
    ("leaving::delete_team", "missing", |cx, t| {
        Box::pin(async move { leaving::delete_team(&cx, t.team, Some(TeamEnd { complete: true, ..TeamEnd::default() })).await })
    }),
    ("role::save", "missing", |cx, t| {
        Box::pin(async move {
            let draft = RoleDraft { id: Some(t.role), name: "Meu".into(), rights: Rights::of(Role::Agent), version: 1 };
            role::save(&cx, draft).await.map(drop)
        })
    }),
    ("role::delete", "missing", |cx, t| {
        Box::pin(async move { role::delete(&cx, t.role, Some(RoleOf { role: Role::Agent, role_id: None })).await })
    }),
    ("contact::read", "missing", |cx, t| Box::pin(async move { contact::read(&cx, t.contact).await.map(drop) })),
    ("people::set_availability", "missing", |cx, t| {
        Box::pin(async move { people::set_availability(&cx, t.user, Availability::Unavailable).await })
    }),
    ("auth::switch_account", "missing", |cx, t| {
        Box::pin(async move {
            let mut cx = cx;
            cx.login = Some(t.login);
            auth::switch_account(&cx, t.account).await
        })
    }),
    ("auth::revoke_login", "missing", |cx, t| Box::pin(async move { auth::revoke_login(&cx, t.login).await })),
    ("auth::rename_passkey", "missing", |cx, t| {
        Box::pin(async move { auth::passkey::rename_passkey(&cx, t.passkey, "x").await.map(drop) })
    }),
    ("auth::remove_passkey", "missing", |cx, t| Box::pin(async move { auth::passkey::remove_passkey(&cx, t.passkey).await.map(drop) })),
    ("token::create", "missing", |cx, t| Box::pin(async move { token::create(cx.desk(), cx.account, t.user, "x").await.map(drop) })),
    ("avatar::find", "missing", |cx, t| Box::pin(async move { avatar::find(&cx, t.user).await.map(drop) })),
    ("contact::get", "missing", |cx, t| Box::pin(async move { contact::get(&cx.may(Permission::Inbox)?, t.contact).await.map(drop) })),
    ("contact::read", "missing", |cx, t| Box::pin(async move { contact::read(&cx, t.contact).await.map(drop) })),
    ("mask::reveal", "missing", |cx, t| {
        let draft = RevealDraft { contact_id: t.contact, what: Mask::Phone, reason: "Conferir".into() };
        Box::pin(async move { mask::reveal(&cx, &draft).await.map(drop) })
    }),
    ("contact::photo", "missing", |cx, t| Box::pin(async move { contact::photo(&cx, t.contact).await.map(drop) })),
    ("contact::save_photo", "missing", |cx, t| Box::pin(async move { contact::save_photo(&cx, t.contact, Vec::new()).await.map(drop) })),
    ("contact::remove_photo", "missing", |cx, t| Box::pin(async move { contact::remove_photo(&cx, t.contact).await })),
    ("conversation::merge", "missing", |cx, t| Box::pin(async move { conversation::merge(&cx, t.done, t.conversation).await.map(drop) })),
    ("contact::merge", "missing", |cx, t| {
        Box::pin(async move { contact::merge(&cx, merge_draft(t.contact, ContactId(1))).await.map(drop) })
    }),
    ("contact::merge with one's own", "missing", |cx, t| {
        Box::pin(async move {
            let own = contact::list(&cx, None, None, 1).await?.items.first().map_or(ContactId(1), |c| c.id);
            contact::merge(&cx, merge_draft(own, t.contact)).await.map(drop)
        })
    }),
    ("contact::merges", "missing", |cx, t| Box::pin(async move { contact::merges(&cx, t.contact).await.map(drop) })),
    ("contact::duplicates", "missing", |cx, t| Box::pin(async move { contact::duplicates(&cx, t.contact).await.map(drop) })),
    ("contact::undo_merge", "missing", |cx, t| Box::pin(async move { contact::undo_merge(&cx, t.merge).await })),
    ("contact::save", "missing", |cx, t| {
        Box::pin(async move {
            let (phone, email, annotation) = (String::new(), String::new(), String::new());
            let draft = ContactDraft { id: t.contact, version: 1, name: "Tomado".into(), phone, email, annotation, fields: Vec::new() };
            contact::save(&cx, draft).await.map(drop)
        })
    }),
    ("contact::set_status", "missing", |cx, t| {
        Box::pin(async move { contact::set_status(&cx, t.contact, ContactStatus::Archived).await.map(drop) })
    }),
    ("tag::save", "missing", |cx, t| {
        Box::pin(async move { tag::save(&cx, TagDraft { id: Some(t.tag), name: "Tomada".into(), colour: TagColour::Red }).await.map(drop) })
    }),
    ("tag::delete", "missing", |cx, t| Box::pin(async move { tag::delete(&cx, t.tag, true).await })),
    ("tag::change", "missing", |cx, t| Box::pin(async move { tag::change(&cx, t.contact, TagChange::Replace, &[]).await.map(drop) })),
    ("reply::get", "missing", |cx, t| Box::pin(async move { reply::get(&cx, t.reply).await.map(drop) })),
    ("reply::save", "missing", |cx, t| Box::pin(async move { reply::save(&cx, reply_draft(Some(t.reply))).await.map(drop) })),
    ("reply::save for their team", "invalid", |cx, t| {
        Box::pin(async move {
            let draft = ReplyDraft { scope: ReplyScope::Teams, team_ids: vec![t.team], ..reply_draft(None) };
            reply::save(&cx, draft).await.map(drop)
        })
    }),
    ("reply::take_file", "missing", |cx, t| Box::pin(async move { reply::take_file(&cx, t.reply).await.map(drop) })),
    ("reply::delete", "missing", |cx, t| Box::pin(async move { reply::delete(&cx, t.reply).await })),
    ("field::save", "missing", |cx, t| {
        Box::pin(async move {
            let draft = FieldDraft {
                id: Some(t.field),
                kind: FieldKind::Text,
                name: "x".into(),
                required: true,
                archived: true,
                options: Vec::new(),
            };
            field::save(&cx, draft).await.map(drop)
        })
    }),
    ("talk::open with their member", "missing", |cx, t| {
        Box::pin(async move { talk::open(&cx, TalkWith::Person { user_id: t.user }).await.map(drop) })
    }),
    ("talk::open of their team", "missing", |cx, t| {
        Box::pin(async move { talk::open(&cx, TalkWith::Team { team_id: t.team }).await.map(drop) })
    }),
    ("talk::page", "missing", |cx, t| Box::pin(async move { talk::page(&cx, t.talk, None).await.map(drop) })),
    ("talk::read", "missing", |cx, t| Box::pin(async move { talk::read(&cx, t.talk, TalkMessageId(i64::MAX)).await })),
    ("talk::send", "missing", |cx, t| {
        Box::pin(async move {
            talk::send(&cx, t.talk, TalkDraft { client_id: "x".into(), text: "oi".into(), ..TalkDraft::default() }).await.map(drop)
        })
    }),
    ("media::find of the internal chat", "missing", |cx, t| Box::pin(async move { media::find(&cx, t.said, false).await.map(drop) })),
    ("board::set_queue", "missing", |cx, t| Box::pin(async move { board::set_queue(&cx, t.team, false).await })),
    ("board::set_status", "missing", |cx, t| Box::pin(async move { board::set_status(&cx, t.user, StatusKind::Offline).await })),
    ("board::set_availability", "missing", |cx, t| {
        Box::pin(async move { board::set_availability(&cx, t.user, Availability::Unavailable).await })
    }),
    ("field::sort", "missing", |cx, t| Box::pin(async move { field::sort(&cx, &[t.field]).await.map(drop) })),
];

/// What lists and reads, in `no_list_shows_another_accounts_rows`.
const LISTS: &[&str] = &[
    "alert::list",
    "alert::read",
    "alert::saw",
    "alert::setup",
    "audit::newer",
    "audit::page",
    "auth::logins",
    "auth::me",
    "board::board",
    "board::leads",
    "channels::forms",
    "channels::list",
    "auth::invitations",
    "closing::count_many",
    "closing::jobs",
    "closing::reasons",
    "closing::retention",
    "closing::rules",
    "closing::spared",
    "company::get",
    "contact::files",
    "contact::list",
    "conversation::archive",
    "conversation::counts",
    "conversation::history",
    "conversation::list",
    "conversation::others",
    "desk::events_since",
    "desk::last_seq",
    "distribution::setup",
    "feature::modules",
    "field::list",
    "hours::settings",
    "hours::states",
    "inbox::workspace",
    "kept::all",
    "leaving::moving",
    "message::hidden",
    "message::stickers",
    "people::account",
    "people::members",
    "people::teams",
    "reply::list",
    "role::list",
    "push::is_subscribed",
    "push::test",
    "search::contacts",
    "search::search",
    "sla::counts",
    "sla::policies",
    "status::reasons",
    "status::settings",
    "status::who_takes_work",
    "tag::list",
    "talk::list",
    "talk::pointed",
    "talk::state",
    "tally::csv",
    "tally::report",
    "tally::xlsx",
    "visitor::nickname",
];

/// What takes no id: it is about the asker's own login, membership or account.
const OWN: &[&str] = &[
    "alert::save_settings",
    "auth::accept_terms",
    "audit::export",
    "auth::ask_step_up",
    "auth::ask_terms_code",
    "auth::begin_factor",
    "auth::boot",
    "auth::change_password",
    "auth::confirm_factor",
    "auth::door_rules",
    "auth::end_factor",
    "auth::factor_state",
    "auth::held_state",
    "auth::new_recovery_codes",
    "auth::require_step_up",
    "auth::add_passkey",
    "auth::begin_passkey",
    "auth::is_confined",
    "auth::passkeys",
    "auth::save",
    "auth::save_profile",
    "auth::settings",
    "auth::sign_out",
    "auth::step_up",
    "auth::terms_log",
    "avatar::remove",
    "avatar::save",
    "board::watch",
    "closing::save_retention",
    "closing::save_settings",
    "closing::set_classify",
    "conversation::snooze_choices",
    "company::save",
    "delay::save",
    "feature::save",
    "feature::switch",
    "mask::masks_of",
    "mask::may_export",
    "mask::rules",
    "mask::save",
    "media::discard",
    "media::take",
    "people::save_account",
    "people::set_archive_preference",
    "push::subscribe",
    "push::unsubscribe",
    "status::active",
    "status::choose",
    "status::present",
    "status::save",
    "tally::compare",
    "tally::recount",
    "transfer::save",
];

/// Every public function that takes an asker or an account's rows must be tried here: who writes a new one comes by.
#[test]
fn every_question_and_act_is_tried_by_a_stranger() {
    let acts: BTreeSet<&str> = ACTS.iter().filter_map(|(name, ..)| name.split(' ').next()).collect();
    let tried: BTreeSet<&str> = acts.iter().chain(LISTS).chain(OWN).copied().collect();
    assert_eq!(tried.len(), acts.len() + LISTS.len() + OWN.len(), "each has one place");
    let here = include_str!("tenants.rs");
    let not_called: Vec<_> = LISTS.iter().filter(|name| !here.contains(&format!("{name}("))).collect();
    assert_eq!(not_called, Vec::<&&str>::new());
    let there = crate::statements::asking();
    let untried: Vec<_> = there.iter().filter(|name| !tried.contains(name.as_str())).collect();
    assert!(untried.is_empty(), "not tried by a stranger: {untried:?}");
    let stale: Vec<_> = LISTS.iter().chain(OWN).filter(|name| !there.contains(**name)).collect();
    assert!(stale.is_empty(), "not there any more: {stale:?}");
}

fn start(t: &Theirs, channel_id: ChannelId, team_id: TeamId) -> StartDraft {
    StartDraft {
        client_id: "s".into(),
        contact_id: None,
        phone: "11 98765-4321".into(),
        name: String::new(),
        channel_id,
        team_id,
        template: Some(filled(&t.template, &[])),
        text: String::new(),
    }
}

/// A passkey of the admin, as its rows are.
async fn passkey(w: &World) -> PasskeyId {
    let id: PasskeyId = w.desk.seam.id();
    w.write(
        "insert into passkey (id, user_id, name, credential, public_key, state, transports, synced, created_at) values ($1, $2, 'Nosso', 'c', 'k', 's', 0, false, 1)",
        args![id, w.admin.user],
    )
    .await;
    id
}

/// What became of the only one.
fn only(outcomes: Vec<Outcome>) -> service::Result<()> {
    match outcomes.into_iter().next().and_then(|o| o.fault) {
        Some(fault) => Err(fault.into()),
        None => Ok(()),
    }
}

fn promise_draft() -> SlaPolicy {
    SlaPolicy { name: "Segredo".into(), ..SlaPolicy::default() }
}

fn view_draft(id: Option<ViewId>) -> ViewDraft {
    ViewDraft { id, scope: ViewScope::All, team_id: None, name: "Todos".into(), filter: Filter::default(), oldest_first: false }
}

fn merge_draft(kept_id: ContactId, other_id: ContactId) -> ContactMergeDraft {
    let side = MergeSide::Kept;
    let (kept_version, other_version) = (1, 1);
    ContactMergeDraft {
        kept_id,
        kept_version,
        other_id,
        other_version,
        name: side,
        phone: side,
        email: side,
        annotation: side,
        fields: Vec::new(),
    }
}

fn reply_draft(id: Option<ReplyId>) -> ReplyDraft {
    ReplyDraft { id, scope: ReplyScope::All, team_ids: Vec::new(), alias: "oi".into(), text: "Olá".into(), file_id: None, archived: false }
}

/// Everything of account A that a list could show.
async fn theirs(w: &World) -> std::sync::Arc<Theirs> {
    let template = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await.remove(0);
    let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
    let photo = payload::image("5511987654321", "wamid.PHOTO", START, "900", "");
    w.inbound(&payload::one(NUMBER, vec![photo])).await;
    let c = w.conversation_of("wamid.PHOTO").await;
    conversation::assume(&w.admin, c.id, None).await.unwrap();
    let m = w.send(&w.admin, c.id, "segredo de estado").await.unwrap();
    w.pass(2 * DAY);
    conversation::restart(&w.admin, c.id, "r", filled(&template, &[])).await.unwrap();
    let waiting = w.send(&w.admin, c.id, "espera").await.unwrap();
    w.says("5511987650000", "na fila").await;
    let done = w.served(&w.admin, "5511987650001").await;
    conversation::conclude(&w.admin, done.id, ConcludeDraft::silent()).await.unwrap();
    hours::save(&w.admin, Hours { limited: true, ..Hours::of(None) }, false).await.unwrap();
    status::save(&w.admin, StatusSettings { offline_minutes: 7, ..StatusSettings::default() }).await.unwrap();
    let reason = closing::save_reason(&w.admin, reason_draft("Segredo")).await.unwrap().id;
    let filter = BulkFilter { status: Some(ConversationStatus::Pending), ..BulkFilter::default() };
    let job = BulkDraft { filter, expected: 1, with_message: false, reason_id: None, code: PASSWORD.into() };
    let job = closing::start_job(&w.admin, job).await.unwrap().id;
    let media = w.number("select id from media").await;
    let tag = tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Blue }).await.unwrap().id;
    tag::change(&w.admin, c.contact_id, TagChange::Insert, &[tag]).await.unwrap();
    let promise = sla::save(&w.admin, promise_draft()).await.unwrap()[0].id.unwrap();
    let reply = reply::save(&w.admin, reply_draft(None)).await.unwrap().id;
    let view = kept::save_view(&w.admin, view_draft(None)).await.unwrap().id;
    kept::pin(&w.admin, c.id, true).await.unwrap();
    conversation::watch(&w.admin, c.id, w.admin.user, true).await.unwrap();
    let draft = FieldDraft { id: None, kind: FieldKind::String, name: "CPF".into(), required: false, archived: false, options: Vec::new() };
    let field = field::save(&w.admin, draft).await.unwrap().id;
    let known = contact::get(&w.desk.system(w.account), c.contact_id).await.unwrap();
    let fields = vec![FieldValue { field_id: field, value: "123".into() }];
    contact::save(&w.admin, ContactDraft { fields, ..ContactDraft::of(&known) }).await.unwrap();
    feature::save(&w.admin, Features { internal_chat: true, ..Features::default() }).await.unwrap();
    let (one, other) = (w.served(&w.admin, "5511987650002").await, w.served(&w.admin, "5511987650003").await);
    let scope = w.desk.system(w.account);
    let (one, other) = (contact::get(&scope, one.contact_id).await.unwrap(), contact::get(&scope, other.contact_id).await.unwrap());
    contact::merge(&w.admin, ContactMergeDraft::suggest(&one, &other)).await.unwrap();
    let merge = w.number("select id from merge where kind = 'CONTACT'").await;
    let talk = talk::open(&w.admin, TalkWith::Everybody).await.unwrap().talk.id;
    let said = w.upload(&w.admin, "plano.txt", FileWish::Shown, b"segredo").await.unwrap().id;
    let draft = TalkDraft { client_id: "t".into(), text: "segredo".into(), upload_id: Some(said), conversation_id: None };
    talk::send(&w.admin, talk, draft).await.unwrap();
    let role = RoleDraft { id: None, name: "Segredo".into(), rights: Rights::of(Role::Agent), version: 0 };
    let role = role::save(&w.admin, role).await.unwrap().id;
    std::sync::Arc::new(Theirs {
        talk,
        said,
        conversation: c.id,
        done: done.id,
        reason,
        job,
        message: m.id,
        waiting: waiting.id,
        channel: w.channel,
        chat,
        team: w.team,
        user: w.admin.user,
        contact: c.contact_id,
        template,
        media: media.into(),
        upload: w.upload(&w.admin, "a.txt", FileWish::Shown, b"segredo").await.unwrap().id,
        tag,
        field,
        reply,
        promise,
        view,
        merge: merge.into(),
        login: w.admin.login.unwrap(),
        invitation: {
            let draft = InvitationDraft { email: "asked@loja.example".into(), role: Some(Role::Agent), ..InvitationDraft::default() };
            auth::invite(&w.admin, draft).await.unwrap().invitation.id
        },
        passkey: passkey(w).await,
        account: w.account,
        role,
    })
}

both! {
    async fn no_act_reaches_another_accounts_rows(w) {
        let t = theirs(w).await;
        let stranger = second_account(&w.desk).await;
        channels::save(&stranger, whatsapp("Deles", "200", "201")).await.unwrap();
        let tables = ["conversation", "message", "outbox", "channel", "team", "membership", "team_member", "login", "users", "draft", "template", "contact", "contact_tag", "contact_field", "tag", "custom_field", "quick_reply", "quick_reply_team", "quick_reply_file", "user_skill", "distribution", "reason", "auto_close", "closing_job", "closing_item", "talk", "talk_message", "talk_file", "talk_mark", "pin", "watch", "saved_view", "invitation", "step", "tally", "custom_role", "moving", "sla_policy", "sla_clock"];
        let mut before = Vec::new();
        for table in tables {
            let scope = if table == "users" { format!("id = {}", t.user) } else { format!("account_id = {}", t.account) };
            before.push((table, scope));
        }
        let dump = async || {
            let mut all = Vec::new();
            for (table, scope) in &before {
                let n = w.number(&format!("select count(*) from {table} where {scope}")).await;
                all.push((*table, n));
            }
            let rows: Vec<(String,)> = w.rows(&format!("select status || cast(unread as text) || cast(team_id as text) || cast(coalesce(assignee_id, 0) as text) from conversation where account_id = {} order by id", t.account)).await;
            let teams: Vec<(String, bool)> = w.rows(&format!("select name, is_default from team where account_id = {} order by id", t.account)).await;
            (all, rows, teams)
        };
        let was = dump().await;
        for (name, code, act) in ACTS {
            match act(stranger.clone(), t.clone()).await {
                Err(service::Error::Fault(fault)) => assert_eq!(&fault.code(), code, "{name}"),
                Err(other) => panic!("{name}: {other}"),
                Ok(()) => panic!("{name} was allowed"),
            }
        }
        assert_eq!(dump().await, was);
        // The same for somebody who was a member until now.
        let ana = w.agent("Ana Souza", w.team).await;
        let gone = MemberDraft { user_id: Some(ana.user), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        assert!(w.desk.cx(w.account, ana.user, None).await.unwrap().is_none());
    }

    async fn no_list_shows_another_accounts_rows(w) {
        let t = theirs(w).await;
        let cx = second_account(&w.desk).await;
        for tab in Tab::ALL {
            for filter in [Filter::default(), Filter { channels: vec![t.channel], teams: vec![t.team], assignees: vec![t.user], tags: vec![t.tag], ..Filter::default() }, Filter { tags: vec![t.tag], ..Filter::default() }, Filter { watched: true, ..Filter::default() }] {
                let q = ConversationQuery { tab: *tab, filter, oldest_first: false, after: None, limit: None };
                assert_eq!(conversation::list(&cx, &q).await.unwrap().items, []);
            }
        }
        assert_eq!(conversation::counts(&cx).await.unwrap(), Counts::default());
        assert_eq!(conversation::others(&cx, t.contact).await.unwrap(), []);
        for text in ["segredo", "Pessoa", "11987654321", "2026", "20260714", "98765", "zq"] {
            assert_eq!(search::search(&cx, text, None).await.unwrap(), SearchResult::default(), "{text}");
            assert_eq!(search::contacts(&cx, text).await.unwrap(), []);
        }
        assert_eq!(channels::list(&cx).await.unwrap(), []);
        assert_eq!(channels::forms(&cx).await.unwrap(), []);
        assert_eq!(people::teams(&cx).await.unwrap().len(), 1);
        assert_eq!(people::members(&cx).await.unwrap().iter().map(|m| m.user_id).collect::<Vec<_>>(), [cx.user]);
        assert_eq!(auth::logins(&cx).await.unwrap(), []);
        assert_eq!(auth::invitations(&cx).await.unwrap(), []);
        assert_eq!(message::hidden(&cx).await.unwrap().len(), 0);
        assert_eq!(message::stickers(&cx).await.unwrap(), []);
        let work = inbox::workspace(&cx).await.unwrap();
        assert_eq!((work.seq, work.channels.len(), work.counts, work.me.accounts.len()), (0, 0, Counts::default(), 1));
        assert_eq!(kept::all(&cx).await.unwrap(), Kept::default());
        let scope = w.desk.system(cx.account);
        assert_eq!(service::desk::events_since(&scope, 0, 100).await.unwrap(), []);
        assert_eq!(service::desk::last_seq(&scope).await.unwrap(), 0);
        assert_eq!(visitor::nickname(&scope, w.agent("Ana Souza", w.team).await.user).await.unwrap(), "");
        assert_eq!(contact::list(&cx, None, None, 50).await.unwrap().items, []);
        assert_eq!(contact::list(&cx, Some("Pessoa"), None, 50).await.unwrap().items, []);
        assert_eq!((tag::list(&cx).await.unwrap(), field::list(&cx).await.unwrap()), (vec![], vec![]));
        assert_eq!(reply::list(&cx, &ReplyQuery { manage: true, ..ReplyQuery::default() }).await.unwrap().items, []);
        let history = HistoryQuery { contact_id: t.contact, channel_id: None, after: None, limit: None };
        assert_eq!(conversation::history(&cx, &history).await.unwrap().items, []);
        for kind in ShelfKind::ALL {
            let files = FileQuery { contact_id: t.contact, kind: *kind, text: String::new(), after: None, limit: None };
            assert_eq!(contact::files(&cx, &files).await.unwrap(), FilePage::default());
        }
        assert_eq!(closing::count_many(&cx, &BulkFilter::default()).await.unwrap(), 0);
        assert_eq!(closing::jobs(&cx).await.unwrap(), []);
        assert_eq!(closing::retention(&cx).await.unwrap(), Retention::default());
        assert_eq!(closing::reasons(&cx).await.unwrap(), []);
        assert_eq!(hours::settings(&cx).await.unwrap().hours, [Hours::of(None)]);
        assert!(hours::states(&cx).await.unwrap().iter().all(|s| s.open));
        assert_eq!((role::list(&cx).await.unwrap(), leaving::moving(&cx).await.unwrap()), (vec![], vec![]));
        assert_eq!(closing::spared(&cx).await.unwrap(), []);
        assert_eq!((sla::policies(&cx).await.unwrap(), sla::counts(&scope, None).await.unwrap()), (vec![], vec![]));
        assert_eq!(status::settings(&cx).await.unwrap(), StatusSettings::default());
        assert_eq!(status::reasons(&cx).await.unwrap(), StatusSettings::default().reasons);
        assert_eq!(status::who_takes_work(&scope, false).await.unwrap(), [cx.user]);
        for query in [ArchiveQuery::default(), ArchiveQuery { assignee_id: Some(t.user), team_id: Some(t.team), ..ArchiveQuery::default() }, ArchiveQuery { reason_id: Some(t.reason), contact: "Pessoa".into(), ..ArchiveQuery::default() }] {
            assert_eq!(conversation::archive(&cx, &query).await.unwrap().items, []);
        }
        for query in [AuditQuery::default(), AuditQuery { subject: t.contact.to_string(), ..AuditQuery::default() }] {
            assert_eq!(audit::page(&cx, &query).await.unwrap().items, []);
        }
        assert_eq!(company::get(&cx).await.unwrap(), Company::default());
        assert_eq!(audit::newer(&cx, AuditId(0)).await.unwrap(), 0);
        assert!(feature::modules(&cx).await.unwrap().iter().all(|m| m.since.is_none()));
        assert_eq!(closing::rules(&cx).await.unwrap(), [AutoClose::default()]);
        feature::save(&cx, Features { distribution: true, ..Features::default() }).await.unwrap();
        let handed_out = distribution::setup(&cx).await.unwrap();
        assert_eq!((handed_out.teams.len(), handed_out.skills), (1, vec![]));
        assert_eq!(people::account(&cx).await.unwrap().name, "Concorrente");
        let seen = board::board(&cx).await.unwrap();
        assert_eq!((seen.teams.len(), seen.teams[0].waiting, seen.people.len()), (1, 0, 0));
        assert!(board::leads(&cx).unwrap().all);
        let query = |team_id| ReportQuery { from: "2026-07-01".into(), to: "2026-08-31".into(), by: ReportBy::Team, figure: ReportFigure::Begun, team_id, language: Language::PtBr };
        for team in [None, Some(t.team)] {
            // An admin leads all teams of their account; another's is one that nothing happened in.
            assert_eq!(tally::report(&cx, &query(team)).await.unwrap().total, Tally::default());
            assert_eq!(tally::csv(&cx, &query(team)).await.unwrap().lines().count(), 1);
            assert!(!tally::xlsx(&cx, &query(team)).await.unwrap().is_empty());
            let by_tag = ReportQuery { by: ReportBy::Tag, ..query(team) };
            assert_eq!(tally::report(&cx, &by_tag).await.unwrap().rows, []);
        }
        // Reading another account's notifications changes nothing there.
        let told = async || w.number("select count(*) from alert where read_at is null").await;
        let before = told().await;
        assert!(before > 0);
        alert::read(&cx, Some(t.conversation)).await.unwrap();
        alert::read(&cx, None).await.unwrap();
        alert::saw(&cx, t.conversation).await.unwrap();
        assert_eq!((alert::list(&cx, None).await.unwrap(), told().await), (AlertPage::default(), before));
        assert_eq!(alert::setup(&cx).await.unwrap().settings, AlertSettings::default());
        assert!(!push::is_subscribed(&cx).await.unwrap());
        assert_eq!(push::test(&cx).await.unwrap(), PushOutcome::None);
        assert_eq!(auth::me(&cx).await.unwrap().accounts.len(), 1);
        assert_eq!((talk::list(&cx, None).await.unwrap().items, talk::state(&cx).await.unwrap()), (vec![], TalkState::default()));
        assert_eq!(talk::pointed(&cx, t.conversation).await.unwrap(), None);
        // Their bus says nothing here.
        let mut news = w.desk.listen(cx.account);
        w.says("5511987650009", "oi").await;
        assert!(news.try_recv().is_err());
    }

    async fn a_visitors_token_opens_only_its_own_chat(w) {
        let t = theirs(w).await;
        let cx = second_account(&w.desk).await;
        let other = channels::save(&cx, webchat("Outro")).await.unwrap().channel.id;
        let (a, b) = (channels::own(&w.admin, t.chat).await.unwrap(), channels::own(&cx, other).await.unwrap());
        let mut who = visitor::admit(&w.desk, &a, None).await.unwrap();
        visitor::say(&w.desk, &a, &mut who, "1", "meu segredo", "V").await.unwrap();
        assert_eq!(visitor::history(&w.desk, &a, &who, None).await.unwrap().len(), 1);
        for token in [who.token.clone(), format!("{}x", who.token), who.token.replace(&a.id.to_string(), &b.id.to_string())] {
            let stranger = visitor::admit(&w.desk, &b, Some(&token)).await.unwrap();
            assert_eq!(stranger.contact_id, None);
            assert_eq!(visitor::history(&w.desk, &b, &stranger, None).await.unwrap(), []);
        }
        let again = visitor::admit(&w.desk, &a, Some(&who.token)).await.unwrap();
        assert_eq!((again.value, again.contact_id), (who.value, who.contact_id));
        let ticket = visitor::ticket(&w.desk, &a);
        assert!(visitor::ticket_holds(&w.desk, &a, &ticket) && !visitor::ticket_holds(&w.desk, &b, &ticket));
        w.pass(12 * HOUR);
        assert!(!visitor::ticket_holds(&w.desk, &a, &ticket));
    }

    async fn ac_9_a_person_of_two_accounts_switches_without_signing_in(w) {
        let second = second_account(&w.desk).await;
        let joined = MemberDraft { email: "alice@loja.example".into(), password: String::new(), name: "Tomada".into(), ..member_draft("x", Role::Agent, &[]) };
        let joined = people::save_member(&second, joined).await.unwrap();
        // The name stays hers, and the other admin cannot touch it or her password.
        assert_eq!((joined.user_id, joined.name.as_str()), (w.admin.user, "Alice Admin"));
        for draft in [
            MemberDraft { name: "Tomada".into(), password: String::new(), ..member_draft("x", Role::Agent, &[]) },
            MemberDraft { name: "Alice Admin".into(), nickname: String::new(), password: "uma senha nova".into(), ..member_draft("x", Role::Agent, &[]) },
        ] {
            let draft = MemberDraft { user_id: Some(w.admin.user), email: "alice@loja.example".into(), ..draft };
            assert_eq!(fault(people::save_member(&second, draft).await), Fault::field("email", Wrong::NotAllowed));
        }
        let signed = auth::sign_in(&w.desk, "alice@loja.example", PASSWORD, &from()).await.unwrap();
        let token = token_in(&signed.cookie);
        let cx = auth::cx_of_login(&w.desk, &token).await.unwrap().unwrap();
        assert_eq!(auth::me(&cx).await.unwrap().accounts.len(), 2);
        let (here, there) = (cx.account, if cx.account == w.account { second.account } else { w.account });
        w.pass(MINUTE);
        auth::switch_account(&cx, there).await.unwrap();
        let cx = auth::cx_of_login(&w.desk, &token).await.unwrap().unwrap();
        assert_eq!((cx.account, cx.user), (there, w.admin.user));
        let role = if there == w.account { Role::Admin } else { Role::Agent };
        assert_eq!(cx.seat.role, role, "the role is another one there");
        // At the next sign-in they are where they were last.
        let fresh = signed_in(w, "alice@loja.example").await;
        assert_ne!(fresh.account, here);
        // Who loses that account goes on in the other one.
        w.write("update membership set active = false where account_id = $1 and user_id = $2", args![second.account, w.admin.user]).await;
        w.desk.tell(second.account, service::News::Event(std::sync::Arc::new(service::EventNews::new(Event { seq: 0, at: 0, change: Change::Setup { what: SetupKind::Members } }))));
        let cx = auth::cx_of_login(&w.desk, &token).await.unwrap().unwrap();
        assert_eq!(cx.account, w.account);
    }
}

async fn signed_in(w: &World, email: &str) -> Cx {
    let signed = auth::sign_in(&w.desk, email, PASSWORD, &from()).await.unwrap();
    auth::cx_of_login(&w.desk, &token_in(&signed.cookie)).await.unwrap().unwrap()
}
