//! Sending: order, refusals, lost answers, crashes (20 section 5; 05 MS-4).

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use model::*;
use serde_json::Value;
use service::{Cx, args, channels, conversation, outbox};
use std::time::Duration;
use wiremock::ResponseTemplate;

fn to(body: &Value) -> &str {
    body["to"].as_str().unwrap_or_default()
}

fn callback(body: &Value) -> String {
    body["biz_opaque_callback_data"].as_str().unwrap().to_owned()
}

async fn status_of(w: &World, id: MessageId) -> MessageStatus {
    w.message(id).await.status
}

async fn channel_status(w: &World) -> (ChannelStatus, Option<String>) {
    let c = channels::list(&w.admin).await.unwrap().remove(0);
    (c.status, c.status_reason)
}

/// Two contacts that the admin serves.
async fn two(w: &World) -> (ConversationId, ConversationId) {
    (w.served(&w.admin, "5511987650001").await.id, w.served(&w.admin, "5511987650002").await.id)
}

async fn queued(w: &World, cx: &Cx, id: ConversationId, texts: &[&str]) -> Vec<MessageId> {
    let mut ids = Vec::new();
    for text in texts {
        ids.push(w.send(cx, id, text).await.unwrap().id);
    }
    ids
}

both! {
    async fn what_is_sent_is_sent_once_with_our_callback(w) {
        let (a, _) = two(w).await;
        let m = w.send(&w.admin, a, "olá").await.unwrap();
        assert_eq!(m.status, MessageStatus::Queued);
        w.send_out().await;
        w.send_out().await;
        let sent = w.graph.sent();
        assert_eq!((sent.len(), to(&sent[0]), &sent[0]["text"]["body"]), (1, "+5511987650001", &"olá".into()));
        assert!(callback(&sent[0]).starts_with(&m.id.to_string()));
        let now = w.message(m.id).await;
        assert_eq!((now.status, now.sent_at), (MessageStatus::Sent, Some(START)));
        assert_eq!(w.number("select count(*) from outbox").await, 0);
    }

    async fn order_is_kept_per_contact(w) {
        let (a, b) = two(w).await;
        for n in 0..6 {
            queued(w, &w.admin, a, &[&format!("a{n}")]).await;
            queued(w, &w.admin, b, &[&format!("b{n}")]).await;
        }
        // The first answers are slow; nothing overtakes within a contact.
        w.graph.answers([Answer::Slow(Duration::from_millis(150)), Answer::Ok, Answer::Slow(Duration::from_millis(50))]);
        w.send_out().await;
        let of = |phone: &str| -> Vec<String> {
            w.graph.sent().iter().filter(|s| to(s) == phone).map(|s| s["text"]["body"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(of("+5511987650001"), ["a0", "a1", "a2", "a3", "a4", "a5"]);
        assert_eq!(of("+5511987650002"), ["b0", "b1", "b2", "b3", "b4", "b5"]);
    }

    async fn two_senders_at_once_send_nothing_twice(w) {
        let mut expected = Vec::new();
        for n in 0..6 {
            let c = w.served(&w.admin, &format!("551198765000{n}")).await;
            for m in 0..3 {
                queued(w, &w.admin, c.id, &[&format!("{n}-{m}")]).await;
                expected.push(format!("{n}-{m}"));
            }
        }
        for _ in 0..6 {
            let turns: Vec<_> = (0..4).map(|_| outbox::turn(&w.desk)).collect();
            for turn in futures::future::join_all(turns).await {
                turn.unwrap();
            }
        }
        let mut texts = w.graph.texts();
        for n in 0..6 {
            let own: Vec<_> = texts.iter().filter(|t| t.starts_with(&format!("{n}-"))).collect();
            assert!(own.is_sorted(), "{own:?}");
        }
        texts.sort();
        assert_eq!(texts, expected);
    }

    async fn a_passing_fault_is_tried_again_later_and_later_and_then_fails(w) {
        let (a, _) = two(w).await;
        let ids = queued(w, &w.admin, a, &["um", "dois"]).await;
        w.graph.answers([Answer::Refused(131000, 500), Answer::Refused(130429, 429)]);
        w.send_out().await;
        assert_eq!((status_of(w, ids[0]).await, w.graph.sent().len()), (MessageStatus::Queued, 1));
        w.pass(2 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 2);
        w.pass(SECOND);
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 2, "the second wait is longer");
        w.pass(3 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["um", "um", "um", "dois"]);

        w.graph.rule(|b| (b["text"]["body"] == "três").then_some(Answer::Refused(131016, 503)));
        let ids = queued(w, &w.admin, a, &["três", "quatro"]).await;
        for _ in 0..20 {
            w.send_out().await;
            w.pass(6 * MINUTE);
        }
        let tries = w.graph.texts().iter().filter(|t| *t == "três").count();
        let failed = w.message(ids[0]).await;
        assert_eq!((failed.status, failed.problem.map(|p| (p.reason, p.code))), (MessageStatus::Failed, Some((DeliveryProblem::NetworkDown, Some(131016)))));
        assert_eq!((tries, status_of(w, ids[1]).await), (6, MessageStatus::Sent));
    }

    async fn too_many_to_one_contact_holds_back_that_contact_only(w) {
        let (a, b) = two(w).await;
        w.graph.answers([Answer::Refused(131056, 400)]);
        queued(w, &w.admin, a, &["a1", "a2"]).await;
        w.send_out().await;
        queued(w, &w.admin, b, &["b1", "b2"]).await;
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a1", "b1", "b2"]);
        w.pass(6 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a1", "b1", "b2", "a1", "a2"]);
    }

    async fn what_the_network_holds_back_for_hours_does_not_silence_the_conversation(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Refused(131049, 400)]);
        let ids = queued(w, &w.admin, a, &["oferta", "resposta"]).await;
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["oferta", "resposta"]);
        assert_eq!((status_of(w, ids[0]).await, status_of(w, ids[1]).await), (MessageStatus::Queued, MessageStatus::Sent));
        w.pass(2 * HOUR);
        w.send_out().await;
        assert_eq!((w.graph.texts().len(), status_of(w, ids[0]).await), (3, MessageStatus::Sent));
    }

    async fn a_final_refusal_fails_at_once_and_the_next_one_goes(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Refused(131026, 400)]);
        let ids = queued(w, &w.admin, a, &["um", "dois"]).await;
        w.send_out().await;
        assert_eq!((status_of(w, ids[0]).await, status_of(w, ids[1]).await), (MessageStatus::Failed, MessageStatus::Sent));
        assert_eq!(w.graph.sent().len(), 2);
    }

    async fn an_unknown_refusal_shows_its_code_and_words_er_1(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Refused(987_654, 400)]);
        let ids = queued(w, &w.admin, a, &["um"]).await;
        w.send_out().await;
        let why = w.message(ids[0]).await.problem.unwrap();
        assert_eq!((why.reason, why.code, why.detail.as_str()), (DeliveryProblem::Unknown, Some(987_654), "the details"));
    }

    async fn the_networks_closed_window_closes_ours_and_keeps_the_message(w) {
        let (a, _) = two(w).await;
        assert!(w.conversation(a).await.window_expires_at.unwrap() > w.desk.now());
        w.graph.answers([Answer::Refused(131047, 400)]);
        let ids = queued(w, &w.admin, a, &["um"]).await;
        w.send_out().await;
        let failed = w.message(ids[0]).await;
        assert_eq!((failed.status, failed.body.as_str(), failed.problem.map(|p| p.reason)), (MessageStatus::Failed, "um", Some(DeliveryProblem::WindowClosed)));
        assert_eq!(w.conversation(a).await.window_expires_at, Some(w.desk.now()));
        assert_eq!(fault(w.send(&w.admin, a, "dois").await), Fault::WindowClosed);
        assert_eq!(fault(service::message::retry(&w.admin, ids[0]).await), Fault::WindowClosed);
        // The same when it is told by a status.
        let (b, _) = (w.served(&w.admin, "5511987650003").await.id, ());
        let ids = queued(w, &w.admin, b, &["um"]).await;
        w.send_out().await;
        let id = format!("wamid.OUT{}", w.graph.sent().len());
        w.inbound(&payload::statuses(NUMBER, vec![payload::failed(&id, 131047, START, None)])).await;
        assert_eq!((status_of(w, ids[0]).await, w.conversation(b).await.window_expires_at), (MessageStatus::Failed, Some(w.desk.now())));
    }

    async fn a_refused_account_holds_its_channel_and_a_probe_sets_it_free(w) {
        let (a, b) = two(w).await;
        w.graph.answers([Answer::Refused(190, 401)]);
        let first = queued(w, &w.admin, a, &["a1", "a2"]).await;
        w.send_out().await;
        let second = queued(w, &w.admin, b, &["b1"]).await;
        w.send_out().await;
        w.pass(HOUR);
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 1, "nothing is tried while the channel is down");
        let (status, why) = channel_status(w).await;
        assert_eq!((status, why.as_deref()), (ChannelStatus::TokenExpired, Some("190: the details")));
        let agent = w.agent("Ana Souza", w.team).await;
        assert_eq!(channels::list(&agent).await.unwrap()[0].status_reason, None, "the reason is for admins");
        for id in [first[0], first[1], second[0]] {
            assert_eq!(status_of(w, id).await, MessageStatus::Queued);
        }
        // It still does not answer.
        w.graph.get(NUMBER, 1, ResponseTemplate::new(401).set_body_json(serde_json::json!({"error": {"code": 190, "message": "still"}}))).await;
        assert_eq!(fault(channels::probe(&w.admin, w.channel).await), Fault::ChannelDown);
        assert_eq!(channel_status(w).await.0, ChannelStatus::TokenExpired);
        w.graph.get(NUMBER, 9, ResponseTemplate::new(200).set_body_json(serde_json::json!({"verified_name": "Loja", "display_phone_number": "+55 11"}))).await;
        assert_eq!(channels::probe(&w.admin, w.channel).await.unwrap(), "Loja (+55 11)");
        assert_eq!(channel_status(w).await, (ChannelStatus::Connected, None));
        w.send_out().await;
        let texts = w.graph.texts();
        assert_eq!(texts.len(), 4);
        assert_eq!(texts.iter().filter(|t| t.starts_with('a')).collect::<Vec<_>>(), ["a1", "a1", "a2"]);
    }

    async fn what_was_held_for_a_day_fails_instead_of_surprising(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Refused(131031, 400)]);
        let ids = queued(w, &w.admin, a, &["um", "dois"]).await;
        conversation::mark_read(&w.admin, a).await.unwrap();
        w.send_out().await;
        w.pass(DAY + MINUTE);
        outbox::fail_stale(&w.desk).await.unwrap();
        w.send_out().await;
        outbox::fail_stale(&w.desk).await.unwrap();
        for id in ids {
            assert_eq!(w.message(id).await.problem.map(|p| p.reason), Some(DeliveryProblem::ChannelDown));
        }
        assert_eq!((w.number("select count(*) from outbox").await, w.graph.sent().len()), (0, 1));
    }

    async fn a_lost_answer_waits_for_the_status_and_is_not_sent_again(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Lost]);
        let ids = queued(w, &w.admin, a, &["um", "dois"]).await;
        w.send_out().await;
        assert_eq!((w.graph.texts(), status_of(w, ids[0]).await), (vec!["um".to_owned()], MessageStatus::Queued));
        let callback = callback(&w.graph.sent()[0]);
        w.pass(30 * SECOND);
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.LOST", "delivered", w.desk.now(), Some(&callback))])).await;
        assert_eq!(status_of(w, ids[0]).await, MessageStatus::Delivered);
        w.pass(DAY / 2);
        w.send_out().await;
        assert_eq!((w.graph.texts(), status_of(w, ids[1]).await), (vec!["um".to_owned(), "dois".to_owned()], MessageStatus::Sent));
        // Later statuses find it by the network's own id.
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.LOST", "read", w.desk.now(), None)])).await;
        assert_eq!(status_of(w, ids[0]).await, MessageStatus::Read);
    }

    async fn a_lost_answer_without_a_status_is_sent_again_once(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Lost]);
        let ids = queued(w, &w.admin, a, &["um", "dois"]).await;
        w.send_out().await;
        w.pass(59 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 1, "the status may still come");
        w.pass(2 * SECOND);
        w.send_out().await;
        w.pass(DAY / 2);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["um", "um", "dois"]);
        assert_eq!(status_of(w, ids[0]).await, MessageStatus::Sent);
    }

    async fn a_server_that_died_during_the_call_leaves_it_uncertain(w) {
        let (a, b) = two(w).await;
        let ids = [queued(w, &w.admin, a, &["um"]).await[0], queued(w, &w.admin, b, &["dois"]).await[0]];
        // As the process left them: marked, the call on its way.
        w.write("update outbox set state = 'SENDING', attempts = 1, locked_until = $1", args![w.desk.now() + 150 * SECOND]).await;
        let rows: Vec<(i64, i64)> = w.rows("select message_id, id from outbox order by id").await;
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 0);
        outbox::recover(&w.desk).await.unwrap();
        if !w.is_sqlite() {
            // Other servers may be at work: their lock runs out first.
            w.pass(151 * SECOND);
        }
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 0, "it waits for its status");
        let status = payload::status("wamid.GONE", "sent", w.desk.now(), Some(&format!("{}:{}", rows[0].0, rows[0].1)));
        w.inbound(&payload::statuses(NUMBER, vec![status])).await;
        w.pass(61 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["dois"]);
        assert_eq!([status_of(w, ids[0]).await, status_of(w, ids[1]).await], [MessageStatus::Sent; 2]);
    }

    async fn a_status_that_comes_before_our_answer_is_kept(w) {
        // By callback: our message is found although its id is not known yet.
        let (a, b) = two(w).await;
        let m = queued(w, &w.admin, a, &["um"]).await[0];
        let row = w.number("select id from outbox").await;
        w.write("update outbox set state = 'SENDING', locked_until = $1", args![w.desk.now() + 150 * SECOND]).await;
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.E1", "delivered", START, Some(&format!("{m}:{row}")))])).await;
        assert_eq!((status_of(w, m).await, w.number("select count(*) from outbox").await), (MessageStatus::Delivered, 0));
        // Without a callback: it is parked until the id is known, in whatever order.
        w.graph.answers([Answer::Id("wamid.E2")]);
        let m = queued(w, &w.admin, b, &["dois"]).await[0];
        for status in ["read", "sent", "delivered"] {
            w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.E2", status, START + 5 * SECOND, None)])).await;
        }
        assert_eq!((status_of(w, m).await, w.number("select count(*) from parked_status").await), (MessageStatus::Queued, 3));
        w.send_out().await;
        let now = w.message(m).await;
        assert_eq!((now.status, now.read_at), (MessageStatus::Read, Some(START + 5 * SECOND)));
        assert_eq!(w.number("select count(*) from parked_status").await, 0);
    }

    async fn a_status_parked_a_moment_too_late_is_applied_by_the_sweep(w) {
        let (a, _) = two(w).await;
        let m = queued(w, &w.admin, a, &["um"]).await[0];
        w.send_out().await;
        let parked = "insert into parked_status (account_id, channel_id, external_id, status, fact, at) values ($1, $2, 'wamid.OUT1', 'READ', $3, $4)";
        w.write(parked, args![w.account, w.channel, format!("{{\"at\":{START},\"problem\":null}}"), START]).await;
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(status_of(w, m).await, MessageStatus::Read);
    }

    async fn a_repeated_network_id_does_not_lose_a_message(w) {
        let (a, _) = two(w).await;
        w.graph.answers([Answer::Id("wamid.SAME"), Answer::Id("wamid.SAME")]);
        let ids = queued(w, &w.admin, a, &["um", "dois"]).await;
        w.send_out().await;
        assert_eq!([status_of(w, ids[0]).await, status_of(w, ids[1]).await], [MessageStatus::Sent; 2]);
        assert_eq!((w.graph.sent().len(), w.number("select count(*) from outbox").await), (2, 0));
    }

    async fn a_row_that_cannot_be_read_does_not_block_the_ones_behind(w) {
        let (a, _) = two(w).await;
        let ids = queued(w, &w.admin, a, &["um"]).await;
        w.write("update outbox set payload = $1", args!["{\"type\":\"hologram\"}"]).await;
        let next = queued(w, &w.admin, a, &["dois"]).await[0];
        w.send_out().await;
        assert_eq!((status_of(w, ids[0]).await, status_of(w, next).await), (MessageStatus::Failed, MessageStatus::Sent));
    }
}
