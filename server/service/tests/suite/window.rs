//! The messaging window (08 section 8.1) and what becomes of messages (05 section 5.1).

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use model::*;
use serde_json::json;
use service::{channels, conversation, message, visitor};

both! {
    async fn bw_1_the_window_slides_with_each_message_by_its_own_time(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        assert_eq!(c.window_expires_at, Some(START + DAY));
        w.pass(HOUR);
        assert_eq!(w.says("5511987654321", "mais").await.window_expires_at, Some(START + HOUR + DAY));
        // A webhook that comes late counts from when the contact wrote, and never shortens.
        w.pass(3 * HOUR);
        let late = |id: &str, at| payload::one(NUMBER, vec![payload::text("5511987654321", id, at, "atrasada")]);
        w.inbound(&late("wamid.L1", START + 2 * HOUR)).await;
        assert_eq!(w.conversation(c.id).await.window_expires_at, Some(START + 2 * HOUR + DAY));
        w.inbound(&late("wamid.L2", START + MINUTE)).await;
        let now = w.conversation(c.id).await;
        assert_eq!(now.window_expires_at, Some(START + 2 * HOUR + DAY));
        // In the timeline each stands where it was written.
        let order: Vec<Millis> = w.messages(c.id).await.iter().map(|m| m.at).collect();
        assert!(order.is_sorted());
        // Our own messages do not move it.
        w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        assert_eq!(w.conversation(c.id).await.window_expires_at, Some(START + 2 * HOUR + DAY));
    }

    async fn bw_1_a_clock_that_is_ahead_does_not_lengthen_it(w) {
        w.inbound(&payload::one(NUMBER, vec![payload::text("5511987654321", "wamid.F", START + 10 * DAY, "do futuro")])).await;
        let c = w.conversation_of("wamid.F").await;
        assert_eq!((c.window_expires_at, c.last_at), (Some(START + DAY), START));
    }

    async fn bw_2_state_and_end_are_in_the_row(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        assert_eq!(Window::at(true, c.window_expires_at, w.desk.now() + DAY - 1), Window::Active);
        assert_eq!(Window::at(true, c.window_expires_at, w.desk.now() + DAY), Window::Expired);
    }

    async fn bw_3_free_text_in_a_closed_window_is_refused(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        w.pass(DAY - 1);
        assert_eq!(w.send(&w.admin, c.id, "em cima da hora").await.unwrap().status, MessageStatus::Queued);
        w.pass(1);
        assert_eq!(fault(w.send(&w.admin, c.id, "tarde demais").await), Fault::WindowClosed);
        assert_eq!(Fault::WindowClosed.code(), "window_closed");
        // A note needs no window.
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "sumiu".into() }, reply_to: None, mentions: Vec::new() };
        assert_eq!(message::send(&w.admin, c.id, note).await.unwrap().status, MessageStatus::Received);
    }

    async fn bw_5_a_website_chat_has_no_window(w) {
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut who = visitor::admit(&w.desk, &row, None).await.unwrap();
        visitor::say(&w.desk, &row, &mut who, "1", "oi", "Visitante").await.unwrap();
        let rows: Vec<(i64,)> = w.rows("select id from conversation").await;
        let id = ConversationId(rows[0].0);
        conversation::assume(&w.admin, id, None).await.unwrap();
        w.pass(100 * DAY);
        assert_eq!(w.conversation(id).await.window_expires_at, None);
        assert_eq!(w.send(&w.admin, id, "ainda aí?").await.unwrap().status, MessageStatus::Queued);
        w.send_out().await;
        assert_eq!(w.said(id).await, ["RECEIVED oi", "SENT ainda aí?"]);
        assert_eq!(w.graph.sent().len(), 0);
    }

    async fn ms_4_a_refusal_is_kept_with_code_and_words_and_may_be_tried_again(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        w.graph.answers([Answer::Refused(131026, 400)]);
        let m = w.send(&w.admin, c.id, "olá").await.unwrap();
        assert_eq!(fault(message::retry(&w.admin, m.id).await), Fault::WrongState);
        w.send_out().await;
        let failed = w.message(m.id).await;
        let why = Problem { reason: DeliveryProblem::Undeliverable, code: Some(131026), detail: "the details".into() };
        assert_eq!((failed.status, failed.problem), (MessageStatus::Failed, Some(why)));
        assert_eq!(w.conversation(c.id).await.preview.status, MessageStatus::Failed);
        let again = message::retry(&w.admin, m.id).await.unwrap();
        assert_eq!((again.status, again.problem), (MessageStatus::Queued, None));
        w.send_out().await;
        assert_eq!((w.message(m.id).await.status, w.graph.texts()), (MessageStatus::Sent, vec!["olá".to_owned(); 2]));
    }

    async fn ms_4_a_late_word_about_an_earlier_try_does_not_end_the_next_one(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let m = w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        let callback = w.graph.sent()[0]["biz_opaque_callback_data"].as_str().unwrap().to_owned();
        let failed = payload::statuses(NUMBER, vec![payload::failed("wamid.OUT1", 131026, START, Some(&callback))]);
        w.inbound(&failed).await;
        assert_eq!(w.message(m.id).await.status, MessageStatus::Failed);
        message::retry(&w.admin, m.id).await.unwrap();
        // The same status once more, in a body of its own.
        w.inbound(&payload::statuses(NUMBER, vec![payload::failed("wamid.OUT1", 131026, START + SECOND, Some(&callback))])).await;
        assert_eq!(w.message(m.id).await.status, MessageStatus::Queued);
        w.send_out().await;
        assert_eq!((w.message(m.id).await.status, w.graph.sent().len()), (MessageStatus::Sent, 2));
    }

    async fn ms_5_what_we_do_not_know_is_a_placeholder_and_never_dropped(w) {
        let odd = json!({"from": "5511987654321", "id": "wamid.ODD", "timestamp": (START / 1000).to_string(), "type": "hologram", "hologram": {"depth": 3}});
        w.inbound(&payload::one(NUMBER, vec![odd])).await;
        let c = w.conversation_of("wamid.ODD").await;
        let m = w.messages(c.id).await.pop().unwrap();
        assert_eq!((m.kind, c.preview.kind), (MessageKind::Unsupported, MessageKind::Unsupported));
        assert!(matches!(&m.content, Content::Unsupported { type_name, .. } if type_name == "hologram"));
        let raw: Vec<(String,)> = w.rows("select raw from message_raw").await;
        assert!(raw[0].0.contains("depth"));
    }

    async fn ms_6_statuses_never_move_back(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let m = w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        for (status, at) in [("read", 3), ("delivered", 2), ("sent", 1), ("read", 4), ("delivered", 5)] {
            w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.OUT1", status, START + at * SECOND, None)])).await;
            assert_eq!(w.message(m.id).await.status, MessageStatus::Read);
        }
        w.inbound(&payload::statuses(NUMBER, vec![payload::failed("wamid.OUT1", 131026, START + 6 * SECOND, None)])).await;
        let read = w.message(m.id).await;
        assert_eq!((read.status, read.problem, read.read_at), (MessageStatus::Read, None, Some(START + 3 * SECOND)));
        assert_eq!(w.conversation(c.id).await.preview.status, MessageStatus::Read);
    }

    async fn ms_6_the_same_message_twice_is_one(w) {
        let once = payload::text("5511987654321", "wamid.A", START, "oi");
        w.inbound(&payload::one(NUMBER, vec![once.clone()])).await;
        // The same body, the same message in another body, and twice in one body.
        w.inbound(&payload::one(NUMBER, vec![once.clone()])).await;
        w.inbound(&payload::body(vec![vec![payload::change(NUMBER, vec![once.clone(), once], Vec::new())]])).await;
        let c = w.conversation_of("wamid.A").await;
        assert_eq!((w.said(c.id).await, c.unread), (vec!["RECEIVED oi".to_owned()], 1));
        assert_eq!(w.number("select count(*) from webhook where state = 'DONE'").await, 2);
    }

    async fn an_answer_quotes_what_it_answers(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let first = w.messages(c.id).await.into_iter().find(|m| m.body == "oi").unwrap();
        let draft = SendDraft { reply_to: Some(first.id), ..text_draft("q", "respondo") };
        let m = message::send(&w.admin, c.id, draft).await.unwrap();
        assert_eq!(m.quoted.map(|q| (q.id, q.text)), Some((Some(first.id), "oi".to_owned())));
        w.send_out().await;
        assert_eq!(w.graph.sent()[0]["context"]["message_id"], "wamid.IN1");
        let mut reply = payload::text("5511987654321", "wamid.Q", START, "e eu também");
        reply["context"] = json!({"from": "551155500100", "id": "wamid.OUT1"});
        w.inbound(&payload::one(NUMBER, vec![reply])).await;
        let heard = w.messages(c.id).await.into_iter().find(|m| m.body == "e eu também").unwrap();
        assert_eq!(heard.quoted.map(|q| q.text), Some("respondo".to_owned()));
        // A message of another conversation cannot be quoted.
        let d = w.served(&w.admin, "5511987654322").await;
        let draft = SendDraft { reply_to: Some(first.id), ..text_draft("q", "x") };
        assert_eq!(fault(message::send(&w.admin, d.id, draft).await), Fault::field("reply_to", Wrong::Unknown));
    }

    async fn what_a_contact_forwards_says_so_and_what_we_forward_does_not(w) {
        let mut messages = Vec::new();
        for (id, context) in [("wamid.F1", json!({"forwarded": true})), ("wamid.F2", json!({"frequently_forwarded": true})), ("wamid.F3", json!(null))] {
            let mut m = payload::text("5511987654321", id, START, id);
            m["context"] = context;
            messages.push(m);
        }
        w.inbound(&payload::one(NUMBER, messages)).await;
        let c = w.conversation_of("wamid.F1").await;
        let heard = w.messages(c.id).await;
        let how = |body: &str| heard.iter().find(|m| m.body == body).unwrap().forwarded;
        assert_eq!([how("wamid.F1"), how("wamid.F2"), how("wamid.F3")], [Some(Forwarded::Once), Some(Forwarded::Often), None]);
        // The network makes a new message of what we send on: the contact is not told, so that we are not either.
        let d = w.served(&w.admin, "5511987654322").await;
        let first = heard.iter().find(|m| m.body == "wamid.F1").unwrap().id;
        let draft = SendDraft { what: SendWhat::Forward { message_id: first }, ..text_draft("fwd", "x") };
        assert_eq!(message::send(&w.admin, d.id, draft).await.unwrap().forwarded, None);
    }

    async fn the_same_client_id_is_the_same_message(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let first = message::send(&w.admin, c.id, text_draft("k", "olá")).await.unwrap();
        assert_eq!(message::send(&w.admin, c.id, text_draft("k", "olá ")).await.unwrap().id, first.id);
        assert_eq!(fault(message::send(&w.admin, c.id, text_draft("k", "outra coisa")).await), Fault::KeyReused);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["olá"]);
    }

    async fn a_nul_in_a_text_is_no_fault(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let m = message::send(&w.admin, c.id, text_draft("nul\0", "a\0b")).await.unwrap();
        assert_eq!(w.message(m.id).await.body, "a\u{fffd}b");
        service::search::search(&w.admin, "a\0b", None).await.unwrap();
        conversation::save_draft(&w.admin, c.id, "x\0").await.unwrap();
    }

    async fn a_changed_number_stands_in_every_conversation(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let system = json!({"from": "5511987654321", "id": "wamid.S", "timestamp": (START / 1000).to_string(), "type": "system",
            "system": {"body": "changed", "wa_id": "5521987650000", "type": "user_changed_number"}});
        w.inbound(&payload::one(NUMBER, vec![system])).await;
        let now = w.conversation(c.id).await;
        assert_eq!(now.contact_phone.as_deref(), Some("+5521987650000"));
        let told = Transition::NumberChanged { from: "+5511987654321".into(), to: "+5521987650000".into() };
        assert_eq!(w.transitions(c.id).await.last(), Some(&told));
        assert_eq!(w.says("5521987650000", "sou eu").await.id, c.id);
        w.send(&w.admin, c.id, "anotado").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent()[0]["to"], "+5521987650000");
    }
}
