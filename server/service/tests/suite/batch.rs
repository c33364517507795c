//! Batches of webhooks, repeated and shuffled (issue part 9; 21, group 6).

use crate::payload;
use crate::world::*;
use model::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use service::{channels, inbound};

/// Three entries with three changes of three messages and a status each; five contacts.
fn batch(statuses_of: &[String]) -> Value {
    let mut n = 0;
    let entries = (0..3)
        .map(|_| {
            (0..3)
                .map(|_| {
                    let messages = (0..3)
                        .map(|_| {
                            n += 1;
                            payload::text(
                                &format!("551198765040{}", n % 5),
                                &format!("wamid.B{n}"),
                                START + n * SECOND,
                                &format!("mensagem {n}"),
                            )
                        })
                        .collect();
                    let status = statuses_of.get(n as usize / 3 - 1).map(|id| payload::status(id, "delivered", START, None));
                    payload::change(NUMBER, messages, status.into_iter().collect())
                })
                .collect()
        })
        .collect();
    payload::body(entries)
}

/// Everything that must not depend on order, of the state after all.
async fn state(w: &World) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for text in [
        "select value from contact_identity order by 1",
        "select k.phone || ' ' || c.status || ' ' || cast(c.unread as text) || ' ' || cast(c.last_at as text) || ' ' || cast(c.last_in_at as text) || ' ' || cast(c.window_expires_at as text) || ' ' || c.preview_text || ' ' || c.preview_status from conversation c join contact k on k.id = c.contact_id order by 1",
        "select k.phone || ' ' || m.external_id || ' ' || m.body || ' ' || m.status || ' ' || cast(m.at as text) || ' ' || cast(coalesce(m.delivered_at, 0) as text) || ' ' || cast(coalesce(m.read_at, 0) as text) || ' ' || coalesce(m.reactions, '') from message m join conversation c on c.id = m.conversation_id join contact k on k.id = c.contact_id where m.kind = 'TEXT' and m.external_id not like 'wamid.IN%' order by 1",
    ] {
        let rows: Vec<(String,)> = w.rows(text).await;
        all.push(rows.into_iter().map(|(r,)| r).collect());
    }
    all
}

both! {
    async fn every_message_and_status_of_a_batch_arrives(w) {
        let c = w.served(&w.admin, "5511987650999").await;
        let mut ids = Vec::new();
        for n in 1..=9 {
            w.send(&w.admin, c.id, &format!("m{n}")).await.unwrap();
            ids.push(format!("wamid.OUT{n}"));
        }
        w.send_out().await;
        w.pass(HOUR);
        w.inbound(&batch(&ids)).await;
        assert_eq!(w.number("select count(*) from message where external_id like 'wamid.B%'").await, 27);
        assert_eq!(w.number("select count(*) from message where status = 'DELIVERED'").await, 9);
        assert_eq!(w.number("select count(*) from contact").await, 6);
        assert_eq!(w.number("select count(*) from conversation").await, 6);
        assert_eq!(w.number("select cast(sum(unread) as bigint) from conversation").await, 28);
    }

    async fn a_bad_item_keeps_the_rest(w) {
        let good = |id: &str| payload::text("5511987654321", id, START, "oi");
        let changes = vec![
            payload::change(NUMBER, vec![good("wamid.1"), json!({"type": "text"}), json!(7), good("wamid.2")], vec![json!({"id": 5}), json!(null)]),
            json!({"field": "messages", "value": null}),
            json!({"field": "unheard_of", "value": {"x": 1}}),
            payload::change("999999", vec![good("wamid.3")], Vec::new()),
        ];
        w.inbound(&payload::body(vec![vec![], changes, vec![payload::change(NUMBER, vec![good("wamid.4")], Vec::new())]])).await;
        let ids: Vec<(String,)> = w.rows("select external_id from message where external_id is not null order by 1").await;
        assert_eq!(ids.into_iter().map(|(i,)| i).collect::<Vec<_>>(), ["wamid.1", "wamid.2", "wamid.4"]);
        let notes: Vec<(String, String)> = w.rows("select state, note from webhook").await;
        assert_eq!(notes[0].0, "DONE");
        assert!(notes[0].1.contains("no channel for"), "{}", notes[0].1);
    }

    async fn bodies_that_are_no_webhooks_do_no_harm(w) {
        let deep = "[".repeat(100_000);
        for body in [&b""[..], b"{", b"\xff\xfe", b"null", b"{\"object\":\"page\"}", b"{\"entry\":[{\"changes\":{\"value\":\"\\u0000\"}}]}", deep.as_bytes()] {
            inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_vec()).await.unwrap();
        }
        w.read().await;
        assert_eq!(w.number("select count(*) from webhook where state <> 'DONE'").await, 0);
        assert_eq!(w.number("select count(*) from message").await, 0);
    }

    async fn a_webhook_reaches_only_the_account_of_its_number(w) {
        let second = crate::tenants::second_account(&w.desk).await;
        channels::save(&second, whatsapp("Deles", "200", "201")).await.unwrap();
        let mixed = payload::body(vec![vec![
            payload::change("200", vec![payload::text("5511987654321", "wamid.M1", START, "para eles")], Vec::new()),
            payload::change(NUMBER, vec![payload::text("5511987654321", "wamid.M2", START, "para nós")], Vec::new()),
        ]]);
        w.inbound(&mixed).await;
        for (account, text) in [(second.account, "para eles"), (w.account, "para nós")] {
            let rows: Vec<(String,)> = w.rows(&format!("select body from message where account_id = {account} and kind = 'TEXT'")).await;
            assert_eq!(rows, [(text.to_owned(),)]);
            assert_eq!(w.number(&format!("select count(*) from contact where account_id = {account}")).await, 1);
            assert_eq!(w.number(&format!("select max(seq) from event where account_id = {account}")).await, w.number(&format!("select count(*) from event where account_id = {account}")).await);
        }
    }

    async fn nx_1_both_forms_of_a_number_are_one_contact_in_both_orders(w) {
        for (n, (first, second)) in [("551187654321", "5511987654321"), ("5521976543210", "552176543210")].into_iter().enumerate() {
            let a = w.says(first, "antes").await;
            let b = w.says(second, "depois").await;
            assert_eq!((a.id, a.contact_id), (b.id, b.contact_id));
            assert_eq!(w.number("select count(*) from contact").await, n as i64 + 1);
            assert!(a.contact_phone.unwrap().len() == 14);
        }
        // A landline is itself.
        let a = w.says("551133334444", "fixo").await;
        assert_eq!(a.contact_phone.as_deref(), Some("+551133334444"));
    }

    async fn nx_1_an_answer_goes_to_the_form_that_the_network_knows(w) {
        let c = w.served(&w.admin, "551187654321").await;
        w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent()[0]["to"], "+551187654321");
    }

    async fn a_business_scoped_id_and_a_number_become_one_contact(w) {
        let mut by_id = json!({"from_user_id": "BR.13491208655302741918", "id": "wamid.U1", "timestamp": (START / 1000).to_string(), "type": "text", "text": {"body": "sem número"}});
        w.inbound(&payload::one(NUMBER, vec![by_id.clone()])).await;
        let a = w.conversation_of("wamid.U1").await;
        assert_eq!(a.contact_phone, None);
        by_id["from"] = "5511987654321".into();
        by_id["id"] = "wamid.U2".into();
        w.inbound(&payload::one(NUMBER, vec![by_id])).await;
        let b = w.conversation_of("wamid.U2").await;
        assert_eq!((b.id, b.contact_phone.as_deref()), (a.id, Some("+5511987654321")));
        assert_eq!(w.says("5511987654321", "só número").await.id, a.id);
        assert_eq!(service::search::contacts(&w.admin, "98765-4321").await.unwrap().len(), 1);
    }

    async fn what_the_database_refuses_for_a_moment_is_not_given_up(w) {
        // A conversation without team cannot be made: a lasting fault, five tries.
        w.write("update team set is_default = false", vec![]).await;
        let body = payload::one(NUMBER, vec![payload::text("5511987654321", "wamid.K", START, "oi")]);
        inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
        for tries in 1..=5 {
            inbound::turn(&w.desk).await.unwrap();
            assert_eq!(w.number("select attempts from webhook").await, tries);
        }
        let state: Vec<(String, String)> = w.rows("select state, note from webhook").await;
        assert_eq!((state[0].0.as_str(), state[0].1.is_empty()), ("FAILED", false));
        assert_eq!(w.number("select count(*) from contact").await, 0, "a failed body leaves nothing behind");
    }
}

/// Any order, everything twice: the rows are the same as in the right order once.
#[test]
fn shuffled_and_repeated_webhooks_end_in_the_same_rows() {
    let engines = if std::env::var("TEST_POSTGRES_URL").is_ok() { vec![Engine::Sqlite, Engine::Postgres] } else { vec![Engine::Sqlite] };
    for engine in engines {
        run(engine, |w| Box::pin(shuffled(w)));
    }
}

fn pieces(round: usize) -> Vec<Value> {
    let phone = |n: usize| format!("55119{round:02}65040{n}");
    let mut pieces: Vec<Value> = Vec::new();
    for n in 0..6usize {
        let m = payload::text(&phone(n % 2), &format!("wamid.{round}.{n}"), START + n as i64 * SECOND, &format!("mensagem {n}"));
        pieces.push(payload::one(NUMBER, vec![m]));
    }
    // Reactions to what was written, and to what we wrote; the last word on one of them takes it back.
    let ours = (format!("55119{round}650409"), format!("wamid.our{round}"));
    let theirs = |n: usize| (phone(n % 2), format!("wamid.{round}.{n}"));
    let reactions = [(theirs(0), "👍"), (ours.clone(), "👍"), (theirs(3), "😮"), (theirs(0), "❤"), (ours, "😂"), (theirs(3), "")];
    for (n, ((from, target), emoji)) in reactions.into_iter().enumerate() {
        let at = START + (20 + n as i64) * SECOND;
        pieces.push(payload::one(NUMBER, vec![payload::reaction(&from, &format!("wamid.{round}.r{n}"), at, &target, emoji)]));
    }
    for (n, status) in ["sent", "delivered", "read"].into_iter().enumerate() {
        let at = START + (10 + n as i64) * SECOND;
        pieces.push(payload::statuses(NUMBER, vec![payload::status(&format!("wamid.our{round}"), status, at, None)]));
    }
    pieces
}

async fn shuffled(w: &World) {
    let mut runner = TestRunner::deterministic();
    let mut expected: Option<Vec<Vec<String>>> = None;
    // The first round is in order; all of them arrive at one moment, an hour later.
    w.pass(HOUR);
    for round in 10..22 {
        let c = w.served(&w.admin, &format!("55119{round}650409")).await;
        let m = w.send(&w.admin, c.id, "nossa").await.unwrap();
        w.send_out().await;
        w.write("update message set external_id = $1 where id = $2", service::args![format!("wamid.our{round}"), m.id]).await;
        let once = pieces(round);
        let order: Vec<Value> = match round {
            10 => once,
            _ => Just([once.clone(), once].concat()).prop_shuffle().new_tree(&mut runner).unwrap().current(),
        };
        // A body that comes twice is the same row; so the second copy differs in a way that does not matter.
        for (n, mut body) in order.into_iter().enumerate() {
            body["entry"][0]["time"] = json!(n);
            inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
        }
        w.read().await;
        let mine = |row: &String| {
            row.contains(&format!("9{round}65040")) || row.contains(&format!("our{round}")) || row.contains(&format!("wamid.{round}."))
        };
        let without = |row: String| {
            let row = row.replace(&format!("9{round}65040"), "NN").replace(&format!("our{round}"), "our");
            row.replace(&format!("wamid.{round}."), "wamid.")
        };
        let now: Vec<Vec<String>> = state(w).await.into_iter().map(|rows| rows.into_iter().filter(mine).map(without).collect()).collect();
        assert!(now.iter().all(|rows| !rows.is_empty()));
        assert_eq!(now[2].iter().filter(|row| row.contains('❤') || row.contains('😂')).count(), 2, "{:?}", now[2]);
        match &expected {
            None => expected = Some(now),
            Some(expected) => assert_eq!(&now, expected, "round {round}"),
        }
    }
}
