//! Many at once (issue part 9; 21, groups 6 and 7).

use crate::payload;
use crate::world::*;
use channel::{InboundBody, InboundMessage, Sender};
use futures::future::join_all;
use model::*;
use serde_json::Value;
use service::{Error, channels, conversation, inbound, message, visitor};

async fn counted(w: &World, table: &str) -> i64 {
    w.number(&format!("select count(*) from {table}")).await
}

async fn one_contact_with(w: &World, messages: i64) {
    assert_eq!(counted(w, "contact").await, 1);
    assert_eq!(counted(w, "contact_identity").await, 1);
    assert_eq!(counted(w, "conversation").await, 1);
    assert_eq!(w.number("select count(*) from message where direction = 'IN'").await, messages);
    assert_eq!(w.number("select unread from conversation").await, messages);
    assert_eq!(w.number("select count(*) from message where kind = 'TRANSITION'").await, 1);
    assert_eq!(w.number("select count(*) from event").await, w.number("select max(seq) from event").await);
}

fn said(phone: &str, id: &str) -> InboundMessage {
    InboundMessage {
        from: Sender { phone: Some(phone.into()), name: Some("Ana".into()), ..Sender::default() },
        external_id: id.into(),
        at: Some(START),
        body: InboundBody::Text(format!("mensagem {id}")),
        quoted: None,
        forwarded: None,
        referral: None,
        group_id: None,
        raw: Value::Null,
    }
}

/// One message in a transaction of its own, again when the database resolved a deadlock.
async fn arrive(w: &World, phone: &str, id: &str) {
    let row = channels::own(&w.admin, w.channel).await.unwrap();
    for _ in 0..5 {
        let mut work = w.desk.system(w.account).begin().await.unwrap();
        let done = match inbound::arrive(&mut work, &row, &said(phone, id), w.desk.now()).await {
            Ok(_) => work.commit().await,
            Err(e) => Err(e),
        };
        match done {
            Ok(()) => return,
            Err(e) if e.is_transient() => {}
            Err(e) => panic!("{e}"),
        }
    }
    panic!("five deadlocks");
}

both! {
    async fn twenty_first_messages_in_twenty_webhooks_make_one_contact_and_one_conversation(w) {
        let bodies: Vec<Value> = (0..20)
            .map(|n| {
                // Both forms of the number.
                let phone = if n % 2 == 0 { "5511987654321" } else { "551187654321" };
                payload::one(NUMBER, vec![payload::text(phone, &format!("wamid.P{n}"), START, &format!("mensagem {n}"))])
            })
            .collect();
        join_all(bodies.iter().map(|b| inbound::receive(&w.desk, ChannelKind::WhatsApp, b.to_string().into_bytes()))).await.into_iter().for_each(|r| r.unwrap());
        let turns: Vec<_> = (0..6).map(|_| inbound::turn(&w.desk)).collect();
        join_all(turns).await.into_iter().for_each(|r| assert!(r.is_ok()));
        w.read().await;
        one_contact_with(w, 20).await;
        assert_eq!(w.number("select count(*) from webhook where state = 'DONE' and attempts = 0").await, 20);
    }

    async fn twenty_first_messages_in_twenty_transactions_make_one_contact_and_one_conversation(w) {
        let ids: Vec<String> = (0..20).map(|n| format!("wamid.T{n}")).collect();
        join_all(ids.iter().map(|id| arrive(w, "5511987654321", id))).await;
        one_contact_with(w, 20).await;
    }

    async fn the_same_first_message_twenty_times_at_once_is_one(w) {
        join_all((0..20).map(|_| arrive(w, "5511987654321", "wamid.SAME"))).await;
        one_contact_with(w, 1).await;
    }

    async fn the_same_message_of_a_known_contact_twenty_times_at_once_is_one(w) {
        arrive(w, "5511987654321", "wamid.FIRST").await;
        join_all((0..20).map(|_| arrive(w, "5511987654321", "wamid.SAME"))).await;
        one_contact_with(w, 2).await;
    }

    async fn messages_after_a_conclusion_reopen_it_once(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(MINUTE);
        let ids: Vec<String> = (0..10).map(|n| format!("wamid.R{n}")).collect();
        join_all(ids.iter().map(|id| arrive(w, "5511987654321", id))).await;
        let now = w.conversation(c.id).await;
        assert_eq!((counted(w, "conversation").await, now.status, now.unread), (1, ConversationStatus::InProgress, 10));
        let reopened = w.transitions(c.id).await.iter().filter(|t| matches!(t, Transition::Reopened { .. })).count();
        assert_eq!(reopened, 1);
    }

    async fn concluding_while_the_customer_writes_loses_nothing(w) {
        for n in 0..8 {
            let phone = format!("551198765010{n}");
            let c = w.served(&w.admin, &phone).await;
            let id = format!("wamid.W{n}");
            let (done, ()) = tokio::join!(conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()), arrive(w, &phone, &id));
            done.unwrap();
            let now = w.conversation(c.id).await;
            assert_eq!(w.said(c.id).await.len(), 2);
            // Written first and then concluded, or concluded first and then reopened; in both cases the row agrees.
            match now.status {
                ConversationStatus::Completed => assert_eq!(now.unread, 0),
                _ => assert_eq!((now.unread, now.assignee_id), (1, Some(w.admin.user))),
            }
        }
        assert_eq!(counted(w, "conversation").await, 8);
    }

    async fn as_3_sm_11_ten_assume_one_wins_and_nine_are_told_who(w) {
        // Eight agents, and two who may take over what another serves.
        let mut agents = vec![w.admin.clone(), w.member("Sol Supervisora", Role::Agent, &[(w.team, false, true)]).await];
        for n in 0..8 {
            agents.push(w.agent(&format!("Agente {n}"), w.team).await);
        }
        for round in 0..6 {
            // Who asks first is not always the same one.
            agents.rotate_right(3);
            let c = w.says(&format!("551198765020{round}"), "oi").await;
            let answers = join_all(agents.iter().map(|cx| conversation::assume(cx, c.id, None))).await;
            let winner = w.conversation(c.id).await.assignee_id.unwrap();
            let name = agents.iter().find(|a| a.user == winner).unwrap().seat.name.clone();
            for (cx, answer) in agents.iter().zip(answers) {
                match answer {
                    Ok(taken) => assert_eq!((cx.user, taken.assignee_id), (winner, Some(winner))),
                    Err(Error::Fault(told)) => assert_eq!(told, Fault::AlreadyAssumed { user_id: winner, name: name.clone() }),
                    Err(other) => panic!("{other}"),
                }
            }
            let assumed = w.transitions(c.id).await.iter().filter(|t| matches!(t, Transition::Assumed { .. })).count();
            assert_eq!(assumed, 1);
        }
    }

    async fn the_same_client_id_ten_times_at_once_is_one_message(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        let answers = join_all((0..10).map(|_| message::send(&w.admin, c.id, text_draft("same", "olá")))).await;
        let ids: std::collections::HashSet<MessageId> = answers.into_iter().map(|a| a.unwrap().id).collect();
        assert_eq!((ids.len(), counted(w, "outbox").await), (1, 1));
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["olá"]);
    }

    async fn a_visitors_message_ten_times_at_once_is_one(w) {
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let who = visitor::admit(&w.desk, &row, None).await.unwrap();
        let say = async |client: &str| {
            let mut who = who.clone();
            for _ in 0..5 {
                match visitor::say(&w.desk, &row, &mut who, client, "oi", "Visitante").await {
                    Ok(m) => return m.id,
                    Err(e) if e.is_transient() => {}
                    Err(e) => panic!("{e}"),
                }
            }
            panic!("five deadlocks");
        };
        let same = join_all((0..10).map(|_| say("1"))).await;
        assert!(same.iter().all(|id| *id == same[0]));
        join_all(["2", "3", "4"].map(say)).await;
        assert_eq!((counted(w, "contact").await, counted(w, "conversation").await, w.number("select unread from conversation").await), (1, 1, 4));
    }

    async fn a_visitors_ticks_in_parallel_never_move_a_message_back(w) {
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut who = visitor::admit(&w.desk, &row, None).await.unwrap();
        visitor::say(&w.desk, &row, &mut who, "1", "oi", "Visitante").await.unwrap();
        let id: ConversationId = w.number("select id from conversation").await.into();
        conversation::assume(&w.admin, id, None).await.unwrap();
        for n in 0..10 {
            let m = w.send(&w.admin, id, &format!("m{n}")).await.unwrap();
            w.send_out().await;
            let ticks = (0..10).map(|k| {
                let status = if k % 2 == 0 { MessageStatus::Read } else { MessageStatus::Delivered };
                visitor::ticks(&w.desk, &row, &who, m.id, status)
            });
            for done in join_all(ticks).await {
                assert!(done.as_ref().map_or_else(Error::is_transient, |()| true), "{done:?}");
            }
            assert_eq!(w.message(m.id).await.status, MessageStatus::Read);
        }
    }

    async fn two_who_start_with_a_new_number_make_one_contact(w) {
        let templates = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await;
        let draft = |n: i32| StartDraft {
            client_id: format!("s{n}"),
            contact_id: None,
            phone: "11 98765-4321".into(),
            name: "João".into(),
            channel_id: w.channel,
            team_id: w.team,
            template: Some(filled(&templates[0], &[])),
            text: String::new(),
        };
        let answers = join_all((0..6).map(|n| conversation::start(&w.admin, draft(n)))).await;
        let started: Vec<Started> = answers.into_iter().map(|a| a.unwrap()).collect();
        assert_eq!(started.iter().filter(|s| !s.existed).count(), 1);
        assert!(started.iter().all(|s| s.conversation.id == started[0].conversation.id));
        assert_eq!((counted(w, "contact").await, counted(w, "conversation").await, counted(w, "outbox").await), (1, 1, 1));
    }

    async fn restarting_while_the_contact_writes_leaves_one_open_conversation(w) {
        let templates = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await;
        service::people::set_archive_preference(&w.admin, ArchivePreference::Immediate).await.unwrap();
        for n in 0..6 {
            let phone = format!("551198765030{n}");
            let c = w.served(&w.admin, &phone).await;
            conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
            let id = format!("wamid.O{n}");
            let (restarted, ()) = tokio::join!(conversation::restart(&w.admin, c.id, "r", filled(&templates[0], &[])), arrive(w, &phone, &id));
            let open = w.number(&format!("select count(*) from conversation where contact_id = {} and status <> 'COMPLETED'", c.contact_id)).await;
            assert_eq!(open, 1);
            match restarted {
                Ok(again) => assert_eq!(again.id, c.id),
                Err(Error::Fault(Fault::AlreadyOpen { conversation_id })) => assert_ne!(conversation_id, c.id),
                Err(other) => panic!("{other}"),
            }
        }
    }

    async fn statuses_in_parallel_never_move_a_message_back(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        for n in 0..6 {
            let m = w.send(&w.admin, c.id, &format!("m{n}")).await.unwrap();
            w.send_out().await;
            let id = format!("wamid.OUT{}", n + 1);
            for (status, at) in [("sent", 1), ("delivered", 2), ("read", 3)] {
                let body = payload::statuses(NUMBER, vec![payload::status(&id, status, START + at * SECOND, None)]);
                inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
            }
            join_all((0..4).map(|_| inbound::turn(&w.desk))).await.into_iter().for_each(|r| assert!(r.is_ok()));
            w.read().await;
            let now = w.message(m.id).await;
            assert_eq!((now.status, now.delivered_at, now.read_at), (MessageStatus::Read, Some(START + 2 * SECOND), Some(START + 3 * SECOND)));
        }
    }
}
