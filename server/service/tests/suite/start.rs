//! Starting a conversation and waiting for the answer (04, section 4.2).

use crate::payload;
use crate::world::*;
use model::*;
use service::{args, channels, conversation, message};

pub fn draft(w: &World, phone: &str, template: Option<TemplateFill>, text: &str) -> StartDraft {
    StartDraft {
        client_id: format!("start-{}", w.fresh()),
        contact_id: None,
        phone: phone.into(),
        name: String::new(),
        channel_id: w.channel,
        team_id: w.team,
        template,
        text: text.into(),
    }
}

/// Two utility templates, the first with a parameter, and a marketing one.
pub async fn three(w: &World) -> [Template; 3] {
    let list = [
        payload::template("a_volta", "UTILITY", "Olá {{1}}, podemos continuar?"),
        payload::template("b_outra", "UTILITY", "Ainda por aí?"),
        payload::template("c_oferta", "MARKETING", "Oferta!"),
    ];
    w.templates(&list).await.try_into().unwrap()
}

both! {
    async fn in_2_in_3_a_template_starts_a_conversation_that_awaits_the_reply(w) {
        let [t, ..] = three(w).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let fill = filled(&t, &[("body.1", "  João\n da  Silva ")]);
        let preview = conversation::start_preview(&ana, None, "(11) 98765-4321", w.channel).await.unwrap();
        assert_eq!((preview.phone.as_str(), preview.contact, preview.open, preview.window_open), ("+5511987654321", None, None, false));
        let started = conversation::start(&ana, StartDraft { name: "João".into(), ..draft(w, "(11) 98765-4321", Some(fill), "") }).await.unwrap();
        let c = &started.conversation;
        assert_eq!((started.existed, c.status, c.assignee_id, c.awaiting_reply), (false, ConversationStatus::InProgress, Some(ana.user), true));
        assert_eq!((c.contact_name.as_str(), c.contact_phone.as_deref(), c.window_expires_at), ("João", Some("+5511987654321"), None));
        w.send_out().await;
        let sent = &w.graph.sent()[0];
        assert_eq!((&sent["to"], &sent["template"]["name"]), (&"+5511987654321".into(), &"a_volta".into()));
        assert_eq!(w.said(c.id).await, ["SENT Olá João da Silva, podemos continuar?"]);
        assert_eq!(w.transitions(c.id).await, [Transition::Started]);
        // RE-3: the template has not opened the window.
        assert_eq!(w.conversation(c.id).await.window_expires_at, None);
    }

    async fn in_2_what_cannot_be_started(w) {
        let [t, ..] = three(w).await;
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let go = |d: StartDraft| conversation::start(&ana, d);
        let good = || Some(filled(&t, &[("body.1", "x")]));
        assert_eq!(fault(go(StartDraft { channel_id: chat, ..draft(w, "11987654321", None, "oi") }).await), Fault::CannotStart);
        assert_eq!(fault(go(draft(w, "11987654321", None, "")).await), Fault::field("template", Wrong::Required));
        assert_eq!(fault(go(draft(w, "123", good(), "")).await), Fault::field("phone", Wrong::NotAPhone));
        assert_eq!(fault(go(draft(w, "11987654321", None, "oi")).await), Fault::WindowClosed);
        assert_eq!(fault(go(StartDraft { team_id: sales, ..draft(w, "11987654321", good(), "") }).await), Fault::field("team_id", Wrong::NotAllowed));
        let missing = Fault::TemplateValues { keys: vec!["body.1".into()] };
        assert_eq!(fault(go(draft(w, "11987654321", Some(filled(&t, &[("body.1", " ")])), "")).await), missing);
        let unknown = TemplateFill { template_id: TemplateId(5), ..TemplateFill::default() };
        assert_eq!(fault(go(draft(w, "11987654321", Some(unknown), "")).await), Fault::TemplateMissing);
        assert_eq!(fault(go(StartDraft { contact_id: Some(ContactId(5)), ..draft(w, "", good(), "") }).await), Fault::Missing);
        assert_eq!(fault(go(StartDraft { channel_id: ChannelId(5), ..draft(w, "11987654321", good(), "") }).await), Fault::Missing);
        // A refusal leaves nothing behind.
        for table in ["contact", "conversation", "message", "outbox"] {
            assert_eq!(w.number(&format!("select count(*) from {table}")).await, 0, "{table}");
        }
        // RE-2: a template that is not approved any more.
        w.pass(SECOND);
        w.templates(&[]).await;
        assert_eq!(fault(go(draft(w, "11987654321", good(), "")).await), Fault::TemplateMissing);
    }

    async fn in_4_messages_wait_for_the_answer_and_leave_in_order(w) {
        let [t, ..] = three(w).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let c = conversation::start(&ana, draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap().conversation;
        for text in ["um", "dois", "engano", "três"] {
            w.pass(SECOND);
            assert_eq!(w.send(&ana, c.id, text).await.unwrap().status, MessageStatus::WaitReply);
        }
        let mistake = w.messages(c.id).await.into_iter().find(|m| m.body == "engano").unwrap();
        assert_eq!(message::cancel(&ana, mistake.id).await.unwrap().status, MessageStatus::Deleted);
        assert_eq!(fault(message::cancel(&ana, mistake.id).await), Fault::WrongState);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a_volta"]);
        w.pass(HOUR);
        let now = w.says("5511987654321", "sim").await;
        assert_eq!((now.id, now.awaiting_reply, now.window_expires_at), (c.id, false, Some(w.desk.now() + DAY)));
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a_volta", "um", "dois", "três"]);
        let waited: Vec<MessageStatus> = w.messages(c.id).await.iter().filter(|m| ["um", "dois", "três"].contains(&&*m.body)).map(|m| m.status).collect();
        assert_eq!(waited, [MessageStatus::Sent; 3]);
        // Now everything leaves at once, also another category.
        assert_eq!(w.send(&ana, c.id, "quatro").await.unwrap().status, MessageStatus::Queued);
    }

    async fn in_4_a_failure_on_the_way_does_not_stop_the_next(w) {
        let [t, ..] = three(w).await;
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap().conversation;
        w.send_out().await;
        for text in ["um", "dois", "três"] {
            w.send(&w.admin, c.id, text).await.unwrap();
        }
        w.graph.answers([crate::graph::Answer::Ok, crate::graph::Answer::Refused(131026, 400)]);
        w.says("5511987654321", "sim").await;
        w.send_out().await;
        assert_eq!(w.said(c.id).await[1..], ["SENT um", "FAILED dois", "SENT três", "RECEIVED sim"]);
    }

    async fn in_4_a_reaction_is_an_answer_too(w) {
        let [t, ..] = three(w).await;
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap().conversation;
        w.send_out().await;
        w.send(&w.admin, c.id, "um").await.unwrap();
        w.pass(MINUTE);
        let thumb = payload::reaction("5511987654321", "wamid.R1", w.desk.now(), "wamid.OUT1", "👍");
        w.inbound(&payload::one(NUMBER, vec![thumb])).await;
        let now = w.conversation(c.id).await;
        assert_eq!((now.awaiting_reply, now.window_expires_at), (false, Some(w.desk.now() + DAY)));
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a_volta", "um"]);
        assert_eq!(w.messages(c.id).await[1].reactions, ["👍"]);
    }

    async fn in_4_what_may_wait_is_bounded(w) {
        let [t, ..] = three(w).await;
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap().conversation;
        for n in 0..limit::WAITING_MAX {
            w.send(&w.admin, c.id, &n.to_string()).await.unwrap();
        }
        assert_eq!(fault(w.send(&w.admin, c.id, "demais").await), Fault::TooManyWaiting);
    }

    async fn in_4_concluding_takes_back_what_still_waits(w) {
        let [t, ..] = three(w).await;
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap().conversation;
        w.send(&w.admin, c.id, "um").await.unwrap();
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        w.says("5511987654321", "sim").await;
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a_volta"]);
        assert!(w.said(c.id).await.contains(&"DELETED um".to_owned()));
    }

    async fn in_5_an_open_conversation_is_shown_instead_of_a_second_one(w) {
        let [t, ..] = three(w).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bruno) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", sales).await);
        let c = w.served(&ana, "5511987654321").await;
        let again = conversation::start(&ana, draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap();
        assert_eq!((again.existed, again.conversation.id), (true, c.id));
        let bruno_draft = StartDraft { team_id: sales, ..draft(w, "11987654321", Some(filled(&t, &[("body.1", "João")])), "") };
        let served = Fault::ServedBy { name: "Ana Souza".into(), team: "Atendimento".into() };
        assert_eq!(fault(conversation::start(&bruno, bruno_draft).await), served);
        let preview = conversation::start_preview(&bruno, None, "11987654321", w.channel).await.unwrap();
        assert_eq!((preview.open, preview.served_by.as_deref()), (None, Some("Ana Souza (Atendimento)")));
        let preview = conversation::start_preview(&ana, Some(c.contact_id), "", w.channel).await.unwrap();
        assert_eq!((preview.open.map(|o| o.id), preview.served_by), (Some(c.id), None));
        assert_eq!(w.number("select count(*) from conversation").await, 1);
    }

    async fn in_6_blocked_is_refused_and_archived_comes_back(w) {
        let [t, ..] = three(w).await;
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        let fill = || filled(&t, &[("body.1", "João")]);
        w.write("update contact set status = 'BLOCKED' where id = $1", args![c.contact_id]).await;
        assert_eq!(fault(conversation::start(&w.admin, draft(w, "11987654321", Some(fill()), "")).await), Fault::ContactBlocked);
        assert_eq!(fault(conversation::restart(&w.admin, c.id, "r", fill()).await), Fault::ContactBlocked);
        w.write("update contact set status = 'ARCHIVED' where id = $1", args![c.contact_id]).await;
        conversation::start(&w.admin, draft(w, "11987654321", Some(fill()), "")).await.unwrap();
        let status: Vec<(String,)> = w.rows("select status from contact").await;
        assert_eq!(status, [("ACTIVE".to_owned(),)]);
    }

    async fn in_7_nx_1_the_number_is_found_in_any_form(w) {
        let [t, ..] = three(w).await;
        let c = w.served(&w.admin, "551187654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        for form in ["11 98765-4321", "(11) 8765-4321", "+55 11 98765-4321", "5511987654321", "0 11 8765 4321"] {
            let found = conversation::start_preview(&w.admin, None, form, w.channel).await.unwrap();
            assert_eq!(found.contact.map(|f| f.id), Some(c.contact_id), "{form}");
        }
        let started = conversation::start(&w.admin, draft(w, "11 98765-4321", Some(filled(&t, &[("body.1", "João")])), "")).await.unwrap();
        assert_eq!(started.conversation.contact_id, c.contact_id);
        assert_eq!(w.number("select count(*) from contact").await, 1);
    }

    async fn in_8_while_the_window_is_open_free_text_starts(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        let preview = conversation::start_preview(&w.admin, Some(c.contact_id), "", w.channel).await.unwrap();
        assert!(preview.window_open);
        let started = conversation::start(&w.admin, draft(w, "11987654321", None, "mais uma coisa")).await.unwrap();
        let new = started.conversation;
        assert!(!started.existed && new.id != c.id && !new.awaiting_reply);
        assert_eq!(new.window_expires_at, Some(START + DAY));
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["mais uma coisa"]);
    }
}
