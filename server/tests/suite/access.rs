//! 21, group 1: every route × everybody. The statuses are in `access.txt`; a route that is not there fails the test.
//!
//! Server functions are counted by their registry, operations of the API by its document, other routes by the source of
//! the router. `UPDATE_GOLDEN=1` writes the file anew; what no file can excuse is checked beside it.

use crate::world::{MARK, Person, SHOP, World, both, member, member_draft};
use model::*;
use serde_json::{Value, json};
use service::{args, conversation, mask, message};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The agent serves what the matrix asks about; the colleague is another agent of the team.
const WHO: [&str; 9] = ["nobody", "garbage", "other", "sibling", "colleague", "agent", "supervisor", "admin", "removed"];

/// Server functions that answer without a login.
const OPEN_FUNCTIONS: &[&str] = &[
    "auth/boot",
    "auth/setup",
    "auth/sign_in",
    "door/ways",
    "door/ask_code",
    "door/sign_in_by_code",
    "door/second_factor",
    "door/ask_reset",
    "door/is_reset_open",
    "door/reset_password",
    "door/see_invitation",
    "door/join",
    "passkey/begin_passkey_entry",
    "passkey/enter_with_passkey",
    "sso/sso_entry",
];
/// Routes that take no id: they answer everybody from their own account.
const OWN: &[&str] = &[
    "alert/alerts",
    "alert/read_alerts",
    "alert/alert_setup",
    "alert/save_alert_settings",
    "alert/subscribe_push",
    "alert/unsubscribe_push",
    "alert/test_push",
    "auth/save_profile",
    "auth/remove_photo",
    "POST /photo",
    "inbox/workspace",
    "inbox/conversations",
    "inbox/counts",
    "inbox/search",
    "inbox/find_contacts",
    "kept/kept",
    "kept/snooze_choices",
    "kept/save_view",
    "several/transfer_several",
    "several/conclude_several",
    "several/mark_several",
    "several/take_back_several",
    "inbox/archive",
    "sticker/stickers",
    "contact/history",
    "contact/files",
    "contact/tags",
    "contact/save_tag",
    "contact/fields",
    "contact/save_field",
    "contact/sort_fields",
    "reply/replies",
    "reply/save_reply",
    "auth/logins",
    "auth/sign_out",
    "auth/set_archive_preference",
    "act/discard_upload",
    "POST /upload",
    "GET /report.csv",
    "GET /report.xlsx",
    "board/board",
    "board/report",
    "role/roles",
    "role/moving",
    "board/live_board",
    "board/figures",
    "role/on_the_way",
    "settings/members",
    "settings/teams",
    "settings/account",
    "settings/save_account",
    "settings/save_features",
    "audit/audit_lines",
    "audit/audit_newer",
    "audit/modules",
    "audit/switch_module",
    "company/company",
    "company/save_company",
    "GET /audit.csv",
    "GET /terms.csv",
    "talk/talks",
    "talk/talk_state",
    "talk/pointed_to",
    "settings/save_delay",
    "settings/channel_forms",
    "hours/office_hours",
    "hours/save_hours",
    "sla/sla_policies",
    "sla/save_sla",
    "sla/arrange_sla",
    "passkey/passkeys",
    "passkey/my_passkeys",
    "passkey/begin_passkey",
    "sso/sso_setup",
    "sso/save_sso",
    "status/away_reasons",
    "status/choose_status",
    "status/status_setup",
    "status/save_status",
    "door/ask_step_up",
    "door/held_state",
    "door/ask_terms_code",
    "door/accept_terms",
    "door/factor_state",
    "door/begin_factor",
    "door/confirm_factor",
    "door/new_recovery_codes",
    "door/end_factor",
    "door/change_password",
    "door/invitations",
    "door/invite",
    "door/door_rules",
    "door/save_door_rules",
    "mask/mask_rules",
    "mask/save_masks",
    "closing/reasons",
    "closing/save_reason",
    "closing/save_closing",
    "closing/save_transfer",
    "closing/set_classify",
    "closing/auto_rules",
    "closing/save_auto_rule",
    "closing/count_many",
    "closing/jobs",
    "closing/spared_tags",
    "closing/save_spared_tags",
    "closing/retention",
    "closing/save_retention",
    "GET /me",
    "GET /users",
    "GET /teams",
    "GET /channels",
    "GET /reasons",
    "GET /hours",
    "GET /contacts",
    "GET /tags",
    "GET /contact-fields",
    "GET /conversations",
];

/// Routes of the router that are neither server functions nor documented operations.
const OTHERS: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /webhooks/meta",
    "POST /webhooks/meta",
    "GET /chat/{key}",
    "GET /chat/{key}/live",
    "POST /chat/{key}/file",
    "GET /api/v1/openapi.json",
    "ANY /api/v1/",
    "GET /pkg/{*path}",
    "GET /live",
    "GET /media/{id}",
    "GET /media/{id}/small",
    "GET /f/{token}",
    "POST /upload",
    "GET /photo/{user}",
    "POST /photo",
    "GET /photo/contact/{id}",
    "POST /photo/contact/{id}",
    "GET /photo/channel/{id}",
    "POST /photo/channel/{id}",
    "GET /report.csv",
    "GET /report.xlsx",
    "GET /audit.csv",
    "GET /terms.csv",
    "POST /share",
    "GET /sso/callback",
    "GET /sso/{name}",
    "GET /inbox",
];

/// What a cell of the matrix asks with.
struct Asker {
    cookie: String,
    token: String,
}

async fn asker(w: &World, colleague: &Person, who: &str) -> Asker {
    let p = w.people();
    let (account, user, token) = match who {
        "nobody" => return Asker { cookie: String::new(), token: String::new() },
        "garbage" => {
            let nonsense = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            return Asker { cookie: format!("prosa_login={nonsense}"), token: format!("prosa_{nonsense}") };
        }
        "removed" => (p.account, p.removed.0, &p.removed.1),
        other => {
            let person = match other {
                "other" => &p.other,
                "sibling" => &p.sibling,
                "colleague" => colleague,
                "agent" => &p.agent,
                "supervisor" => &p.supervisor,
                _ => &p.admin,
            };
            (person.cx.account, person.cx.user, &person.token)
        }
    };
    Asker { cookie: w.login(account, user).await, token: token.clone() }
}

fn fill(w: &World) -> Value {
    json!({"template_id": w.people().template, "values": {"body.1": "João"}})
}

fn view_draft(name: &str, scope: ViewScope) -> ViewDraft {
    ViewDraft { id: None, scope, team_id: None, name: name.into(), filter: Filter::default(), oldest_first: false }
}

/// A message of a served conversation in a status that only failures and waiting bring.
async fn message_in(w: &World, status: MessageStatus) -> MessageId {
    let c = w.served().await;
    let draft = SendDraft {
        client_id: format!("m{}", w.fresh()),
        what: SendWhat::Text { text: "oi".into() },
        reply_to: None,
        mentions: Vec::new(),
    };
    let m = message::send(&w.people().agent.cx, c.id, draft).await.unwrap();
    w.write("update message set status = $2 where id = $1", args![m.id, status]).await;
    m.id
}

/// A message of the agent that waits its safety delay.
async fn waiting(w: &World) -> MessageId {
    let id = message_in(w, MessageStatus::Queued).await;
    w.write("update message set leaves_at = $2 where id = $1", args![id, w.desk.now() + 15_000]).await;
    id
}

/// A message of the agent to a visitor of the website chat.
async fn in_chat(w: &World) -> MessageId {
    let id = message_in(w, MessageStatus::Sent).await;
    let chat = w.people().chat;
    w.write("update conversation set channel_id = $2 where id = (select conversation_id from message where id = $1)", args![id, chat])
        .await;
    id
}

/// A fresh note of the agent.
async fn note(w: &World) -> MessageId {
    let c = w.served().await;
    let draft = SendDraft {
        client_id: format!("n{}", w.fresh()),
        what: SendWhat::Note { text: "vip".into() },
        reply_to: None,
        mentions: Vec::new(),
    };
    message::send(&w.people().agent.cx, c.id, draft).await.unwrap().id
}

/// What a contact wrote to the agent.
async fn heard(w: &World) -> MessageId {
    let c = w.served().await;
    w.number(&format!("select min(id) from message where direction = 'IN' and conversation_id = {}", c.id)).await.into()
}

/// A file that the agent has uploaded and not sent.
async fn upload(w: &World) -> MediaId {
    let bytes = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"vip"))]);
    let announced = service::media::Announced { name: "a.txt".into(), size: None };
    service::media::take(&w.people().agent.cx, announced, FileWish::Shown, bytes).await.unwrap().id
}

/// A fresh tag.
async fn tag(w: &World) -> TagId {
    let draft = TagDraft { id: None, name: format!("Tag {}", w.fresh()), colour: TagColour::Red };
    service::tag::save(&w.people().admin.cx, draft).await.unwrap().id
}

fn field(n: i64) -> FieldDraft {
    FieldDraft { id: None, kind: FieldKind::String, name: format!("Campo {n}"), required: false, archived: false, options: Vec::new() }
}

/// A fresh quick reply of the agent, for the team.
async fn reply(w: &World) -> ReplyId {
    let p = w.people();
    let alias = format!("a{}", w.fresh());
    let draft = ReplyDraft {
        id: None,
        scope: ReplyScope::Teams,
        team_ids: vec![p.team],
        alias,
        text: "Olá".into(),
        file_id: None,
        archived: false,
    };
    service::reply::save(&p.agent.cx, draft).await.unwrap().id
}

/// The same with a file.
async fn reply_with_file(w: &World) -> ReplyId {
    let (cx, id) = (&w.people().agent.cx, reply(w).await);
    let announced = service::media::Announced { name: "a.txt".into(), size: None };
    let bytes: Vec<std::io::Result<bytes::Bytes>> = vec![Ok("um texto".into())];
    let file = service::media::take(cx, announced, FileWish::Shown, futures::stream::iter(bytes)).await.unwrap();
    let stored = service::reply::get(cx, id).await.unwrap();
    let draft = ReplyDraft {
        id: Some(id),
        scope: stored.scope,
        team_ids: stored.team_ids,
        alias: stored.alias,
        text: stored.text,
        file_id: Some(file.id),
        archived: false,
    };
    service::reply::save(cx, draft).await.unwrap().id
}

/// A change of a contact that is being served.
async fn contact_draft(w: &World) -> ContactDraft {
    let id = w.served().await.contact_id;
    let now = service::contact::get(&w.desk.system(w.people().account), id).await.unwrap();
    ContactDraft { annotation: format!("vip {}", w.fresh()), ..ContactDraft::of(&now) }
}

/// Two contacts whom the agent serves.
async fn merge_draft(w: &World) -> ContactMergeDraft {
    let scope = w.desk.system(w.people().account);
    let (one, other) = (w.served().await, w.served().await);
    let one = service::contact::get(&scope, one.contact_id).await.unwrap();
    ContactMergeDraft::suggest(&one, &service::contact::get(&scope, other.contact_id).await.unwrap())
}

/// A concluded conversation and one that the agent serves, of one contact: two contacts that were merged.
async fn two_of_one(w: &World) -> (ConversationId, ConversationId) {
    let (done, open) = (w.done().await, w.served().await);
    w.write("update conversation set contact_id = $1 where id = $2", args![open.contact_id, done.id]).await;
    (done.id, open.id)
}

/// A merge of two conversations that the agent made.
async fn merged(w: &World) -> MergeId {
    let (from, into) = two_of_one(w).await;
    conversation::merge(&w.people().agent.cx, from, into).await.unwrap();
    w.number(&format!("select id from merge where source_id = {from}")).await.into()
}

/// A fresh team in which one conversation waits.
async fn team_with_one(w: &World) -> TeamId {
    let admin = &w.people().admin.cx;
    let draft = TeamDraft {
        id: None,
        name: format!("Equipe {}", w.fresh()),
        is_default: false,
        restriction: Restriction::None,
        closing_message: String::new(),
        archive_preference: None,
        distribution: None,
    };
    let team_id = service::people::save_team(admin, draft).await.unwrap().id;
    let c = w.says("oi").await;
    let to = TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false };
    conversation::transfer(admin, c.id, to).await.unwrap();
    team_id
}

/// A job that waits for the worker.
async fn job(w: &World) -> ClosingJobId {
    let filter = BulkFilter { teams: vec![team_with_one(w).await], ..BulkFilter::default() };
    let draft = BulkDraft { filter, expected: 1, with_message: false, reason_id: None, code: crate::world::PASSWORD.into() };
    service::closing::start_job(&w.people().admin.cx, draft).await.unwrap().id
}

/// Somebody who was asked to join.
async fn invitation(w: &World) -> InvitationId {
    let email = format!("asked{}@loja.example", w.fresh());
    let draft = InvitationDraft { email, role: Some(Role::Agent), ..InvitationDraft::default() };
    service::auth::invite(&w.people().admin.cx, draft).await.unwrap().invitation.id
}

/// A fresh message in the talk of the agent and the supervisor.
async fn said(w: &World) -> (TalkId, TalkMessageId) {
    let p = w.people();
    w.write("update account set internal_chat = true where id = $1", args![p.account]).await;
    let with = TalkWith::Person { user_id: p.supervisor.cx.user };
    let talk = service::talk::open(&p.agent.cx, with).await.unwrap().talk.id;
    let draft = TalkDraft { client_id: format!("t{}", w.fresh()), text: "vip".into(), ..TalkDraft::default() };
    (talk, service::talk::send(&p.agent.cx, talk, draft).await.unwrap().id)
}

/// A fresh role.
async fn role(w: &World) -> RoleId {
    let draft = RoleDraft { id: None, name: format!("Papel novo {}", w.fresh()), rights: Rights::of(Role::Agent), version: 0 };
    service::role::save(&w.people().admin.cx, draft).await.unwrap().id
}

/// A fresh reason.
async fn reason(w: &World) -> ReasonId {
    let draft = ReasonDraft {
        id: None,
        description: format!("Motivo {}", w.fresh()),
        category: ReasonCategory::Won,
        has_monetary_value: false,
        team_id: None,
        active: true,
    };
    service::closing::save_reason(&w.people().admin.cx, draft).await.unwrap().id
}

/// A promise of the first tenant, which has no other.
async fn promise(w: &World) -> SlaPolicyId {
    w.write("delete from sla_policy", args![]).await;
    let draft = SlaPolicy { name: format!("Prazo {}", w.fresh()), ..SlaPolicy::default() };
    service::sla::save(&w.people().admin.cx, draft).await.unwrap()[0].id.unwrap()
}

/// Arguments of a server function, about fresh things of the first tenant.
async fn arguments(w: &World, name: &str) -> Option<Value> {
    let p = w.people();
    let n = w.fresh();
    Some(match name {
        "inbox/workspace" | "inbox/counts" | "auth/boot" | "auth/logins" | "auth/sign_out" => json!({}),
        "settings/members" | "settings/teams" | "settings/account" | "settings/channel_forms" => json!({}),
        "inbox/conversations" => json!({"query": {"tab": "NEW"}}),
        "inbox/search" | "inbox/find_contacts" => json!({"text": &MARK[..3]}),
        "inbox/archive" => json!({"query": {}}),
        "inbox/open" => json!({"id": w.served().await.id}),
        "inbox/messages" => json!({"query": {"conversation_id": w.served().await.id}}),
        "inbox/templates" => json!({"channel_id": p.whatsapp, "refresh": false}),
        "inbox/start_preview" => json!({"contact_id": w.done().await.contact_id, "phone": "", "channel_id": p.whatsapp}),
        "contact/contact" => json!({"id": w.served().await.contact_id}),
        "contact/save_contact" => json!({"draft": contact_draft(w).await}),
        "contact/remove_contact_photo" => json!({"id": w.served().await.contact_id}),
        "contact/merge_contacts" => json!({"draft": merge_draft(w).await}),
        "contact/duplicates" | "contact/merges" => json!({"id": w.served().await.contact_id}),
        "contact/undo_merge" => json!({"id": merged(w).await}),
        "contact/set_contact_status" => json!({"id": w.served().await.contact_id, "status": "ARCHIVED"}),
        "contact/history" => json!({"query": {"contact_id": w.served().await.contact_id}}),
        "contact/files" => json!({"query": {"contact_id": w.served().await.contact_id, "kind": "LINK"}}),
        "contact/tags" | "contact/fields" => json!({}),
        "contact/save_tag" => json!({"draft": {"id": null, "name": format!("Etiqueta {n}"), "colour": "TEAL"}}),
        "contact/delete_tag" => json!({"id": tag(w).await, "confirmed": true}),
        "contact/change_tags" => json!({"id": w.served().await.contact_id, "how": "InsertIfNotExists", "tags": [tag(w).await]}),
        "contact/save_field" => json!({"draft": field(n)}),
        "contact/sort_fields" => json!({"order": []}),
        "reply/replies" => json!({"query": {"manage": true}}),
        "reply/reply" => json!({"id": reply(w).await}),
        "reply/save_reply" => json!({"draft": {"id": null, "scope": "ALL", "alias": format!("a{n}"), "text": "Olá"}}),
        "reply/take_reply_file" => json!({"id": reply_with_file(w).await}),
        "reply/delete_reply" => json!({"id": reply(w).await}),
        "act/assume" => json!({"id": w.says("oi").await.id}),
        "act/transfer" => json!({"id": w.served().await.id, "draft": {"to": {"to": "team", "team_id": p.team}}}),
        "act/conclude" => json!({"id": w.served().await.id, "draft": {"silent": true}}),
        "act/classify" => json!({"id": w.done().await.id, "reason_id": null, "amount_minor": null}),
        "act/pause" => json!({"id": w.served().await.id, "on": true}),
        "act/watch" => json!({"id": w.served().await.id, "user_id": p.supervisor.cx.user, "on": true}),
        "act/merge_conversations" => {
            let (from, into) = two_of_one(w).await;
            json!({"from": from, "into": into})
        }
        "act/restart" => json!({"id": w.done().await.id, "client_id": format!("r{n}"), "fill": fill(w)}),
        "act/start" => json!({"draft": {"client_id": format!("s{n}"), "contact_id": null, "phone": format!("+55117{:08}", 70_000_000 + n),
                              "channel_id": p.whatsapp, "team_id": p.team, "template": fill(w)}}),
        "act/send" => json!({"id": w.served().await.id, "draft": {"client_id": format!("t{n}"), "what": {"type": "text", "text": "oi"}}}),
        "act/retry" => json!({"message_id": message_in(w, MessageStatus::Failed).await}),
        "act/cancel" => json!({"message_id": message_in(w, MessageStatus::WaitReply).await}),
        "act/edit_note" => json!({"message_id": note(w).await, "text": "mudou", "mentions": []}),
        "act/recall" => json!({"message_id": waiting(w).await}),
        "act/edit_message" => json!({"message_id": in_chat(w).await, "text": "mudou"}),
        "act/versions" => json!({"message_id": heard(w).await}),
        "act/hide" => json!({"ids": [heard(w).await]}),
        "act/delete_note" => json!({"message_id": note(w).await}),
        "act/react" => json!({"message_id": heard(w).await, "emoji": "👍"}),
        "act/discard_upload" => json!({"id": upload(w).await}),
        "several/transfer_several" => json!({"ids": [w.served().await.id], "draft": {"to": {"to": "team", "team_id": p.team}}}),
        "several/conclude_several" => json!({"ids": [w.served().await.id], "draft": {"silent": true}}),
        "several/mark_several" => json!({"ids": [w.served().await.id], "read": true}),
        "several/take_back_several" => json!({"ids": [w.served().await.id]}),
        "kept/pin" => json!({"id": w.served().await.id, "on": true}),
        "kept/snooze" => json!({"id": w.served().await.id, "until": {"until": "time", "at": w.desk.now() + 3_600_000}}),
        "kept/save_view" => json!({"draft": view_draft("Minha", ViewScope::Mine)}),
        "kept/delete_view" => {
            let made = service::kept::save_view(&p.agent.cx, view_draft("Da Ana", ViewScope::Mine)).await.unwrap();
            json!({"id": made.id})
        }
        "act/mark_read" | "act/mark_unread" => json!({"id": w.served().await.id}),
        "act/save_draft" => json!({"id": w.served().await.id, "text": "rascunho"}),
        "alert/alerts" => json!({"after": null}),
        "alert/read_alerts" => json!({"conversation_id": w.served().await.id}),
        "alert/alert_setup" | "alert/unsubscribe_push" | "alert/test_push" | "auth/remove_photo" => json!({}),
        "kept/kept" | "kept/snooze_choices" | "sticker/stickers" => json!({}),
        "alert/save_alert_settings" => json!({"settings": {}}),
        "alert/subscribe_push" => {
            json!({"draft": {"endpoint": format!("https://push.example/{n}"), "language": "pt-BR", "auth": "_ordMnz7uTCmrpBTeUV4Bw",
            "p256dh": "BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY"}})
        }
        // An e-mail that somebody has: who asks changes nothing.
        "auth/save_profile" => json!({"draft": {"name": "", "email": ""}}),
        "auth/setup" => {
            json!({"draft": {"account_name": "X", "time_zone": "UTC", "name": "X", "email": "x@x.example", "password": crate::world::PASSWORD}})
        }
        "auth/sign_in" => json!({"email": format!("x{n}@x.example"), "password": "not the password"}),
        // One of the agent's own logins; everybody else's business it is not.
        "auth/revoke_login" => {
            let cookie = w.cookie(&p.agent).await;
            let hash = service::keys::sha256_hex(cookie.split_once('=').unwrap().1);
            json!({"id": w.number(&format!("select id from login where token_hash = '{hash}'")).await.to_string()})
        }
        "auth/switch_account" => json!({"account_id": p.account}),
        "auth/set_archive_preference" => json!({"preference": "12H"}),
        "settings/save_member" => json!({"draft": member_draft(&format!("Novo{n}"), &[(p.team, true, false)])}),
        "settings/save_team" => json!({"draft": {"id": p.team, "name": "Vendas", "is_default": true, "restriction": "TEAM"}}),
        "role/roles" | "role/on_the_way" => json!({}),
        "role/save_role" => {
            json!({"draft": {"id": role(w).await, "name": format!("Papel {n}"), "rights": {"sight": "TEAMS", "permissions": ["INBOX"]}, "version": 1}})
        }
        "role/delete_role" => json!({"id": role(w).await, "instead": null}),
        "role/delete_team" => json!({"id": team_with_one(w).await, "end": {"to": p.team}}),
        "settings/save_account" => json!({"draft": {"name": "Loja", "time_zone": "America/Sao_Paulo", "closing_message": ""}}),
        "settings/save_delay" => json!({"draft": {"enabled": false, "seconds": 5}}),
        "settings/save_channel" => {
            json!({"draft": {"id": p.chat, "kind": "WEBCHAT", "name": "Site", "webchat": {"origins": [SHOP], "greeting": "", "title": ""}}})
        }
        "talk/talks" => json!({"after": null}),
        "talk/talk_state" => json!({}),
        "talk/open_talk" => {
            said(w).await;
            json!({"with": {"with": "person", "user_id": p.supervisor.cx.user}})
        }
        "talk/talk_page" => json!({"id": said(w).await.0, "before": null}),
        "talk/read_talk" => {
            let (id, up_to) = said(w).await;
            json!({"id": id, "up_to": up_to})
        }
        "talk/say" => json!({"id": said(w).await.0, "draft": {"client_id": format!("s{n}"), "text": "oi"}}),
        "talk/pointed_to" => json!({"id": w.served().await.id}),
        "audit/audit_lines" => json!({"query": {}}),
        "audit/audit_newer" => json!({"than": "1"}),
        "audit/modules" | "company/company" => json!({}),
        "company/save_company" => {
            json!({"draft": {"kind": "LTDA", "legal_name": "Loja Ltda.", "cnpj": "", "responsible_id": null, "email": "", "phone": "", "address": ""}})
        }
        "audit/switch_module" => json!({"module": "WATCHING", "on": true}),
        "settings/save_features" => json!({"draft": {"internal_chat": true, "only_assignee": false}}),
        "closing/reasons" | "closing/auto_rules" | "closing/jobs" | "closing/retention" => json!({}),
        "hours/office_hours" | "board/live_board" => json!({}),
        "board/figures" => json!({"query": {"from": "2026-07-01", "to": "2026-07-31", "by": "DAY"}}),
        "board/set_team_availability" => json!({"user_id": p.agent.cx.user, "availability": "AVAILABLE"}),
        "board/set_team_status" => json!({"user_id": p.agent.cx.user, "kind": "ONLINE"}),
        "board/set_queue" => json!({"team_id": p.team, "open": true}),
        "sla/sla_policies" => json!({}),
        "sla/save_sla" => json!({"draft": SlaPolicy { name: format!("Prazo {n}"), ..SlaPolicy::default() }}),
        "sla/remove_sla" => json!({"id": promise(w).await}),
        // Each account has none then: there is no other order.
        "sla/arrange_sla" => {
            w.write("delete from sla_policy", args![]).await;
            json!({"order": []})
        }
        "sla/sla_clocks" => json!({"id": w.served().await.id}),
        "sla/prioritize" => json!({"id": w.served().await.id, "priority": "URGENT"}),
        "distribution/hand_out_rules" => {
            w.write("update account set distribution = true where id = $1", args![p.account]).await;
            json!({})
        }
        "distribution/set_availability" => json!({"user_id": p.agent.cx.user, "availability": "AVAILABLE"}),
        // Nothing is stored that it could be newer than.
        "hours/save_hours" => json!({"draft": Hours::of(None), "remove": true}),
        "passkey/my_passkeys" | "passkey/begin_passkey_entry" | "sso/sso_entry" | "sso/sso_setup" => json!({}),
        "passkey/begin_passkey" => json!({"password": ""}),
        "passkey/add_passkey" => json!({"draft": {"token": "", "answer": "", "name": "x"}}),
        "passkey/rename_passkey" | "passkey/remove_passkey" => {
            let id: PasskeyId = w.desk.seam.id();
            w.write(
                "insert into passkey (id, user_id, name, credential, public_key, state, transports, synced, created_at) values ($1, $2, 'x', $3, '', '', 0, false, 1)",
                args![id, p.agent.cx.user, id.to_string()],
            )
            .await;
            json!({"id": id, "name": "y"})
        }
        "passkey/enter_with_passkey" => json!({"token": "", "answer": ""}),
        // Each account is asked once: nothing is stored that it could be newer than.
        "sso/save_sso" => json!({"draft": Sso::default()}),
        "status/away_reasons" | "status/status_setup" => json!({}),
        "status/choose_status" => json!({"draft": StatusDraft::of(StatusKind::Online)}),
        // Each account is asked once: nothing is stored that it could be newer than.
        "status/save_status" => json!({"draft": StatusSettings::default()}),
        "door/ways" | "door/held_state" | "door/factor_state" | "door/begin_factor" | "door/invitations" | "door/door_rules" => json!({}),
        "door/ask_code" => json!({"who": format!("nobody{n}@loja.example"), "language": "en"}),
        "door/sign_in_by_code" => json!({"who": format!("nobody{n}@loja.example"), "code": "x"}),
        "door/second_factor" => json!({"ticket": "x.y", "code": "000000"}),
        "door/ask_reset" => json!({"email": format!("nobody{n}@loja.example"), "language": "en"}),
        "door/is_reset_open" | "door/see_invitation" => json!({"token": "x"}),
        "door/reset_password" => json!({"token": "x", "password": "long enough a word", "language": "en"}),
        "door/join" => json!({"token": "x", "draft": {"email": "a@b.example", "name": "A", "password": "long enough a word"}}),
        "door/ask_terms_code" => json!({"language": "en"}),
        // Nothing is to be accepted here.
        "door/accept_terms" => json!({"version": "1", "code": ""}),
        "door/confirm_factor" | "door/new_recovery_codes" | "door/end_factor" => json!({"code": "x"}),
        "door/change_password" => json!({"old": "x", "password": "short", "language": "en"}),
        "door/invite" => json!({"draft": {"email": format!("new{n}@convite.example"), "role": "AGENT"}}),
        "door/resend_invitation" => {
            let id = invitation(w).await;
            w.write("update invitation set sent_at = 0 where id = $1", args![id]).await;
            json!({"id": id})
        }
        "door/cancel_invitation" => json!({"id": invitation(w).await}),
        "door/save_door_rules" => json!({"draft": {"second_factor": false}}),
        // Nobody's: the logins of the others are needed.
        "door/reset_factor" => json!({"user_id": UserId(1), "language": "en"}),
        "door/ask_step_up" => json!({"action": "REMOVE_CHANNEL", "language": "en"}),
        "mask/mask_rules" => json!({}),
        "mask/save_masks" => json!({"rules": []}),
        // Nothing is hidden here: who may see the contact may ask.
        "mask/reveal" => json!({"draft": {"contact_id": w.served().await.contact_id, "what": "PHONE", "reason": "Conferir"}}),
        "closing/spared_tags" => json!({}),
        "closing/save_spared_tags" => json!({"tags": []}),
        "closing/count_many" => json!({"filter": {}}),
        "closing/start_job" => {
            // A team of its own each time: nothing else is open there.
            let draft = BulkDraft {
                filter: BulkFilter { teams: vec![team_with_one(w).await], ..BulkFilter::default() },
                expected: 1,
                with_message: false,
                reason_id: None,
                code: crate::world::PASSWORD.into(),
            };
            json!({"draft": draft})
        }
        "closing/job_items" | "closing/cancel_job" => json!({"id": job(w).await}),
        "closing/save_retention" => json!({"months": 0, "password": crate::world::PASSWORD}),
        "closing/save_reason" => {
            json!({"draft": {"id": null, "description": format!("Motivo {n}"), "category": "WON", "has_monetary_value": false, "team_id": null, "active": true}})
        }
        "closing/delete_reason" => json!({"id": reason(w).await}),
        "closing/save_closing" => {
            json!({"draft": {"classify": true, "classify_required": false, "may_skip_message": true, "currency": "BRL"}})
        }
        "closing/save_transfer" => json!({"draft": {"transfer_note": false, "transfer_message": ""}}),
        "closing/set_classify" => json!({"on": true}),
        "closing/save_auto_rule" => json!({"draft": AutoClose::default(), "remove": false}),
        "settings/probe_channel" => json!({"id": p.chat}),
        // A website chat has none; behind the other channel is no network here.
        "settings/channel_profile" => json!({"id": p.chat}),
        "settings/save_channel_profile" => json!({"id": p.chat, "draft": {}}),
        _ => return None,
    })
}

/// Id, query and body of an operation of the API, about fresh things of the first tenant.
async fn operation(w: &World, name: &str) -> Option<(String, String, Value)> {
    let p = w.people();
    let none = Value::Null;
    let of = |c: Conversation, body: Value| (c.id.to_string(), String::new(), body);
    let of_contact = |c: &Conversation, body: Value| (c.contact_id.to_string(), String::new(), body);
    Some(match name {
        "GET /me"
        | "GET /users"
        | "GET /teams"
        | "GET /channels"
        | "GET /reasons"
        | "GET /hours"
        | "GET /contacts"
        | "GET /tags"
        | "GET /contact-fields" => (String::new(), String::new(), none),
        "GET /conversations" => (String::new(), "tab=others".into(), none),
        "GET /contacts/{id}" => (w.done().await.contact_id.to_string(), String::new(), none),
        "PATCH /contacts/{id}" => of_contact(&w.served().await, json!({"annotation": format!("vip {}", w.fresh())})),
        "POST /contacts/{id}/tags" => of_contact(&w.served().await, json!({"operation": "InsertIfNotExists", "tag_ids": [tag(w).await]})),
        "GET /templates" => (String::new(), format!("channel_id={}", p.whatsapp), none),
        "GET /conversations/{id}" | "GET /conversations/{id}/messages" | "POST /conversations/{id}/read" => of(w.served().await, none),
        "POST /conversations" => {
            let phone = format!("+55117{:08}", 70_000_000 + w.fresh());
            (String::new(), String::new(), json!({"phone": phone, "channel_id": p.whatsapp, "team_id": p.team, "template": fill(w)}))
        }
        "POST /conversations/{id}/messages" => of(w.served().await, json!({"type": "text", "text": "oi"})),
        "POST /conversations/{id}/assume" => of(w.says("oi").await, none),
        "POST /conversations/{id}/transfer" => of(w.served().await, json!({"team_id": p.team})),
        "POST /conversations/{id}/conclude" => of(w.served().await, json!({"silent": true})),
        "POST /conversations/{id}/restart" => of(w.done().await, json!({"template": fill(w)})),
        _ => return None,
    })
}

/// Status and body of one of [`OTHERS`].
async fn other_route(w: &World, name: &str, asker: &Asker) -> Option<(u16, String)> {
    let p = w.people();
    let mut headers: Vec<(&str, &str)> = vec![("accept", "text/html")];
    if !asker.cookie.is_empty() {
        headers.push(("cookie", &asker.cookie));
    }
    let path = match name {
        "GET /healthz"
        | "GET /readyz"
        | "GET /api/v1/openapi.json"
        | "ANY /api/v1/"
        | "GET /inbox"
        | "GET /audit.csv"
        | "GET /terms.csv" => name[4..].to_owned(),
        "GET /pkg/{*path}" => "/pkg/app.js".to_owned(),
        "GET /webhooks/meta" => format!("/webhooks/meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token={}", "no"),
        "POST /webhooks/meta" => {
            let answer = w.client.call("POST", "/webhooks/meta", &headers, "{}").await;
            return Some((answer.status, answer.text()));
        }
        "GET /chat/{key}" => {
            headers.push(("referer", "https://shop.example/p"));
            format!("/chat/{}", p.chat_key)
        }
        // Whoever has the ticket of a page is a visitor.
        "POST /chat/{key}/file" => {
            let page = w.client.get(&format!("/chat/{}", p.chat_key), &[("referer", "https://shop.example/p")]).await.text();
            let ticket = page.split("data-ticket=\"").nth(1)?.split('"').next()?;
            let own = [headers.as_slice(), &[("x-chat-ticket", ticket), ("origin", w.desk.settings.public_url.as_str())]].concat();
            let path = format!("/chat/{}/file?client_id=c{}&name=a.txt", p.chat_key, w.fresh());
            let answer = w.client.call("POST", &path, &own, "um texto").await;
            return Some((answer.status, answer.text()));
        }
        "GET /media/{id}" => format!("/media/{}", w.media(&w.served().await, "image/png", "a.png", b"png").await),
        "GET /media/{id}/small" => {
            let id = w.media(&w.served().await, "image/png", "a.png", b"png").await;
            w.write("update media set small = sha256 where id = $1", args![id]).await;
            format!("/media/{id}/small")
        }
        "GET /report.csv" => "/report.csv?from=2026-07-01&to=2026-07-31&by=DAY".to_owned(),
        "GET /report.xlsx" => "/report.xlsx?from=2026-07-01&to=2026-07-31&by=DAY".to_owned(),
        // Nobody began anything, and nobody has a provider.
        "GET /sso/callback" => "/sso/callback?code=x&state=x".into(),
        "GET /sso/{name}" => "/sso/nothing".into(),
        "GET /f/{token}" => {
            let id = w.media(&w.served().await, "image/png", "a.png", b"png").await;
            service::media::link_path(&w.desk, id, w.desk.now() + 1000)
        }
        "POST /upload" => {
            let answer = w.client.call("POST", "/upload?name=a.txt", &headers, "um texto").await;
            return Some((answer.status, answer.text()));
        }
        "GET /photo/{user}" => {
            w.write("update users set photo = 'aaaaaaaaaaaaaaaaaaaa' where id = $1", args![p.agent.cx.user]).await;
            w.desk.storage.keep_bytes(b"jpeg".to_vec(), "aaaaaaaaaaaaaaaaaaaa").await.unwrap();
            format!("/photo/{}", p.agent.cx.user)
        }
        "GET /photo/contact/{id}" => {
            let contact = w.served().await.contact_id;
            w.write("update contact set photo = 'bbbbbbbbbbbbbbbbbbbb' where id = $1", args![contact]).await;
            w.desk.storage.keep_bytes(b"jpeg".to_vec(), "bbbbbbbbbbbbbbbbbbbb").await.unwrap();
            format!("/photo/contact/{contact}")
        }
        "POST /photo/contact/{id}" => {
            let path = format!("/photo/contact/{}", w.served().await.contact_id);
            let answer = w.client.call("POST", &path, &headers, "x").await;
            return Some((answer.status, answer.text()));
        }
        "GET /photo/channel/{id}" => format!("/photo/channel/{}", p.chat),
        "POST /photo/channel/{id}" => {
            let answer = w.client.call("POST", &format!("/photo/channel/{}", p.chat), &headers, "x").await;
            return Some((answer.status, answer.text()));
        }
        // No picture: refused for what it is, by those who let one in.
        "POST /photo" | "POST /share" => {
            let answer = w.client.call("POST", &name[5..], &headers, "x").await;
            return Some((answer.status, answer.text()));
        }
        "GET /live" | "GET /chat/{key}/live" => {
            let path = if name == "GET /live" { "/live".to_owned() } else { format!("/chat/{}/live", p.chat_key) };
            let opened = w.client.socket(&path, &headers).await;
            return Some((opened.map_or_else(|status| status, |_| 101), String::new()));
        }
        _ => return None,
    };
    let answer = w.client.get(&path, &headers).await;
    Some((answer.status, answer.text()))
}

/// Methods and addresses in the source of the router, the API's documented operations left out.
fn routes_of_the_source() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source: String = std::fs::read_to_string(&path).unwrap().split_whitespace().collect();
            let prefix = if path.to_string_lossy().contains("/rest/") { "/api/v1" } else { "" };
            for route in source.split(".route(\"").skip(1) {
                let (address, rest) = route.split_once('"').unwrap();
                // Up to the end of the call.
                let mut depth = 1;
                let handlers: String = rest
                    .chars()
                    .take_while(|c| {
                        depth += i32::from(*c == '(') - i32::from(*c == ')');
                        depth > 0
                    })
                    .collect();
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "ANY"] {
                    let call = method.to_lowercase();
                    if handlers.starts_with(&format!(",{call}(")) || handlers.contains(&format!(").{call}(")) {
                        found.insert(format!("{method} {prefix}{address}"));
                    }
                }
            }
        }
    }
    found
}

#[test]
fn the_matrix_knows_every_route_of_the_router() {
    let mut expected: BTreeSet<String> = OTHERS.iter().filter(|r| **r != "GET /inbox").map(|r| (*r).to_owned()).collect();
    // The server functions, one by one in the registry; and the figures, which have a listener of their own.
    expected.insert("POST /api/app/{*function}".into());
    expected.insert("GET /metrics".into());
    assert_eq!(routes_of_the_source(), expected);
}

/// Server functions by `file/name`, with their address.
fn functions() -> BTreeMap<String, String> {
    let all: BTreeMap<String, String> = server_fn::axum::server_fn_paths()
        .map(|(path, method)| {
            assert_eq!(method, reqwest::Method::POST, "{path}");
            let mut parts = path.rsplit('/');
            let (name, file) = (parts.next().unwrap(), parts.next().unwrap());
            assert_eq!(path, format!("/api/app/api/{file}/{name}"), "addresses stay the same from build to build");
            (format!("{file}/{name}"), path.to_owned())
        })
        .collect();
    assert!(all.len() > 30, "only {} server functions are registered", all.len());
    all
}

/// Operations of the API.
fn operations() -> Vec<String> {
    let document: Value = serde_json::from_str(&server::web::rest::document_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |m| format!("{} {path}", m.to_uppercase()))).collect()
}

/// What no golden file can excuse.
fn check(route: &str, who: &str, status: u16, body: &str) {
    let public =
        OPEN_FUNCTIONS.contains(&route) || server::web::PUBLIC.iter().any(|p| route.split_once(' ').is_some_and(|(_, path)| path == *p));
    let outside = ["nobody", "garbage", "removed"].contains(&who);
    assert_ne!(status / 100, 5, "{route} as {who}: {body}");
    if outside && !public {
        assert!(status == 401 || (route == "GET /inbox" && status == 303), "{route} lets {who} in: {status}");
    }
    if who == "other" && !public && !OWN.contains(&route) && !["GET /inbox", "GET /live"].contains(&route) {
        assert!((400..500).contains(&status), "{route} opens to another tenant: {status} {body}");
    }
    if outside || who == "other" {
        assert!(!body.contains(MARK), "{route} tells {who} of a contact: {body}");
        assert!(!body.contains("@loja.example"), "{route} tells {who} of a member: {body}");
    }
}

both! {
    async fn every_route_answers_everybody_as_written_down(w) {
        let p = w.people();
        let colleague = member(&w.desk, &p.admin.cx, "Carla", &[(p.team, true, false)]).await;
        let seq = || async { w.number(&format!("select coalesce(max(seq), 0) from event where account_id = {}", p.account)).await };
        let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, path) in functions() {
            for who in WHO {
                let asker = asker(w, &colleague, who).await;
                let body = arguments(w, &name).await.unwrap_or_else(|| panic!("{name} is not in the matrix: add it to `arguments`"));
                let before = seq().await;
                let answer = w.client.function(&path, &asker.cookie, &body).await;
                check(&name, who, answer.status, &answer.text());
                assert!(answer.status < 400 || seq().await == before, "{name} as {who} was refused and did something");
                table.entry(format!("fn {name}")).or_default().push(format!("{who}={}", answer.status));
            }
        }
        for name in operations() {
            let (method, path) = name.split_once(' ').unwrap();
            for who in WHO {
                let asker = asker(w, &colleague, who).await;
                let (id, query, body) = operation(w, &name).await.unwrap_or_else(|| panic!("{name} is not in the matrix: add it to `operation`"));
                let before = seq().await;
                let answer = w.client.rest(method, &format!("{}?{query}", path.replace("{id}", &id)), &asker.token, &body).await;
                check(&name, who, answer.status, &answer.text());
                assert!(answer.status < 400 || seq().await == before, "{name} as {who} was refused and did something");
                table.entry(format!("api {name}")).or_default().push(format!("{who}={}", answer.status));
            }
        }
        for name in OTHERS {
            for who in WHO {
                let asker = asker(w, &colleague, who).await;
                let (status, body) = other_route(w, name, &asker).await.unwrap_or_else(|| panic!("{name} is not in the matrix: add it to `other_route`"));
                check(name, who, status, &body);
                table.entry((*name).to_owned()).or_default().push(format!("{who}={status}"));
            }
        }
        let now: String = table.into_iter().map(|(route, cells)| format!("{route:<44} {}\n", cells.join(" "))).collect();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/access.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &now).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        let (now, written): (BTreeSet<&str>, BTreeSet<&str>) = (now.lines().collect(), written.lines().collect());
        let (new, old): (Vec<_>, Vec<_>) = (now.difference(&written).collect(), written.difference(&now).collect());
        assert!(new.is_empty() && old.is_empty(), "access.txt says {old:#?}\nbut it is {new:#?}");
    }

    /// Whatever is asked by whatever way, who may not see numbers reads none (SV-2, NX-4). New routes come by here, too.
    async fn sv_2_nx_4_no_route_tells_a_masked_agent_a_number(w) {
        let p = w.people();
        let masks = Mask::HIDING.iter().fold(Masks::NONE, |all, mask| all.with(*mask, true));
        mask::save(&p.admin.cx, &[MaskRule { role: MaskRole::Agent, masks }]).await.unwrap();
        // As the contacts of these tests have them, and as they are shown.
        let check = |route: &str, body: &str| {
            let told = ["55119800", "11 9800"].iter().find(|number| body.contains(**number));
            assert!(told.is_none(), "{route} tells {told:?}: {body}");
        };
        for (name, path) in functions() {
            let (asker, body) = (asker(w, &p.agent, "agent").await, arguments(w, &name).await.unwrap_or_default());
            check(&name, &w.client.function(&path, &asker.cookie, &body).await.text());
        }
        for name in operations() {
            let (method, path) = name.split_once(' ').unwrap();
            let asker = asker(w, &p.agent, "agent").await;
            let Some((id, query, body)) = operation(w, &name).await else { continue };
            check(&name, &w.client.rest(method, &format!("{}?{query}", path.replace("{id}", &id)), &asker.token, &body).await.text());
        }
        for name in OTHERS {
            let asker = asker(w, &p.agent, "agent").await;
            let Some((_, body)) = other_route(w, name, &asker).await else { continue };
            check(name, &body);
        }
        // The same test finds them with who sees everything.
        let admin = asker(w, &p.agent, "admin").await;
        let open = w.client.function("/api/app/api/inbox/open", &admin.cookie, &json!({"id": w.served().await.id})).await.text();
        assert!(open.contains("55119800"), "{open}");
    }

    /// Ids of another tenant inside bodies and filters.
    async fn nested_ids_of_another_tenant_are_unknown(w) {
        let p = w.people();
        let c = w.served().await;
        let admin = w.cookie(&p.admin).await;
        let call = async |path: &str, body: Value| w.client.function(&format!("/api/app/api/{path}"), &admin, &body).await;
        let refused = |answer: crate::http::Answer| assert!((400..500).contains(&answer.status), "{}", answer.text());
        refused(call("act/transfer", json!({"id": c.id, "draft": {"to": {"to": "team", "team_id": p.other_team}}})).await);
        refused(call("act/transfer", json!({"id": c.id, "draft": {"to": {"to": "person", "user_id": p.other.cx.user, "team_id": null}}})).await);
        let start = json!({"client_id": "x", "contact_id": null, "phone": "+5511988887777", "channel_id": p.other_whatsapp, "team_id": p.team, "template": fill(w)});
        refused(call("act/start", json!({"draft": start})).await);
        let mut start_team = start.clone();
        start_team["channel_id"] = json!(p.whatsapp);
        start_team["team_id"] = json!(p.other_team);
        refused(call("act/start", json!({"draft": start_team})).await);
        refused(call("settings/save_member", json!({"draft": member_draft("Novo", &[(p.other_team, true, false)])})).await);
        refused(call("settings/save_channel", json!({"draft": {"id": p.chat, "kind": "WEBCHAT", "name": "Site", "team_id": p.other_team, "webchat": {"origins": [], "greeting": "", "title": ""}}})).await);
        refused(call("inbox/templates", json!({"channel_id": p.other_whatsapp, "refresh": false})).await);
        refused(call("inbox/start_preview", json!({"contact_id": null, "phone": "+5511988887777", "channel_id": p.other_whatsapp})).await);
        let other = conversation_of_the_other(w).await;
        let theirs = w.number(&format!("select min(id) from message where conversation_id = {other}")).await;
        let reply = json!({"client_id": "r", "what": {"type": "text", "text": "x"}, "reply_to": theirs.to_string()});
        refused(call("act/send", json!({"id": c.id, "draft": reply})).await);
        refused(call("inbox/messages", json!({"query": {"conversation_id": other}})).await);
        refused(call("auth/switch_account", json!({"account_id": p.other.cx.account})).await);
        let filtered = call("inbox/conversations", json!({"query": {"tab": "OTHERS", "filter": {"channels": [p.other_whatsapp], "teams": [p.other_team]}}})).await;
        assert_eq!(filtered.is(200).json()["items"], json!([]));
    }

    /// 21, group 5: lists, counters, search and previews say the same as the conversation itself.
    async fn a_sibling_learns_nothing_of_the_teams_conversations(w) {
        let p = w.people();
        w.says("segredo da fila").await;
        let served = w.served().await;
        let done = w.done().await;
        let cookie = w.cookie(&p.sibling).await;
        let call = async |path: &str, body: Value| w.client.function(&format!("/api/app/api/{path}"), &cookie, &body).await.is(200);
        assert_eq!(call("inbox/counts", json!({})).await.json(), json!({"new": 0, "mine": 0, "others": 0, "mine_unread": 0}));
        for tab in ["NEW", "MINE", "OTHERS", "DONE"] {
            assert_eq!(call("inbox/conversations", json!({"query": {"tab": tab}})).await.json()["items"], json!([]), "{tab}");
        }
        for text in ["segredo", served.protocol.as_str(), done.protocol.as_str(), "oi"] {
            let found = call("inbox/search", json!({"text": text})).await.json();
            assert_eq!((&found["conversations"], &found["messages"]), (&json!([]), &json!([])), "{text}");
        }
        let found = call("inbox/search", json!({"text": MARK})).await.json();
        assert_eq!((&found["conversations"], &found["messages"]), (&json!([]), &json!([])));
        let preview = call("inbox/start_preview", json!({"contact_id": served.contact_id, "phone": "", "channel_id": p.whatsapp})).await.json();
        assert_eq!((&preview["open"], &preview["served_by"]), (&Value::Null, &json!("Gabriel (Vendas)")));
        // A draft cannot be put where one cannot look.
        w.client.function("/api/app/api/act/save_draft", &cookie, &json!({"id": served.id, "text": "x"})).await.is(404);
        assert!(conversation::others(&p.sibling.cx, served.contact_id).await.unwrap().is_empty());
    }
}

/// A conversation of the other tenant.
async fn conversation_of_the_other(w: &World) -> ConversationId {
    let body = w.message(crate::world::OTHER_NUMBER, "5511977776666", "oi");
    w.inbound(&body).await;
    w.number(&format!("select max(id) from conversation where account_id = {}", w.people().other.cx.account)).await.into()
}
