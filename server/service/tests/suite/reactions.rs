//! Reactions (05, section 5.1; 20, section 1.4): the last one stands, whatever order the network tells them in.

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use model::*;
use service::{conversation, inbound};

const ANA: &str = "5511987654321";

async fn reacts(w: &World, from: &str, second: i64, target: &str, emoji: &str) {
    let id = format!("wamid.RE{}", w.fresh());
    w.inbound(&payload::one(NUMBER, vec![payload::reaction(from, &id, START + second * SECOND, target, emoji)])).await;
}

async fn on(w: &World, id: ConversationId, body: &str) -> Vec<String> {
    w.messages(id).await.into_iter().find(|m| m.body == body).unwrap().reactions
}

both! {
    async fn a_reaction_before_its_message_stands_on_it_when_it_comes(w) {
        w.pass(HOUR);
        // Of somebody of whom nothing is known yet.
        reacts(w, ANA, 30, "wamid.A", "👍").await;
        assert_eq!(w.number("select count(*) from contact").await, 0);
        w.inbound(&payload::one(NUMBER, vec![payload::text(ANA, "wamid.A", START, "olá")])).await;
        let c = w.conversation_of("wamid.A").await;
        assert_eq!(on(w, c.id, "olá").await, ["👍"]);
        // It is an act of the contact as it is in the right order (BW-1).
        assert_eq!(c.window_expires_at, Some(START + 30 * SECOND + DAY));
        // Of somebody who is known, with the number in its other form.
        reacts(w, "551187654321", 50, "wamid.B", "❤").await;
        w.inbound(&payload::one(NUMBER, vec![payload::text(ANA, "wamid.B", START + 40 * SECOND, "de novo")])).await;
        assert_eq!(on(w, c.id, "de novo").await, ["❤"]);
        assert_eq!(w.conversation(c.id).await.window_expires_at, Some(START + 50 * SECOND + DAY));
        // The event that tells of the message tells of it as well.
        let news = service::desk::events_since(&w.desk.system(w.account), 0, 1000).await.unwrap();
        let Change::Conversation { messages, .. } = &news.last().unwrap().change else { panic!("{news:?}") };
        assert_eq!(messages.last().unwrap().reactions, ["❤"]);
    }

    async fn a_reaction_to_ours_before_its_id_is_known_stands_on_it(w) {
        w.pass(HOUR);
        let c = w.served(&w.admin, ANA).await;
        // Our own answer is not stored yet.
        w.send(&w.admin, c.id, "um").await.unwrap();
        reacts(w, ANA, 1, "wamid.OUT1", "👍").await;
        assert_eq!(on(w, c.id, "um").await, Vec::<String>::new());
        w.send_out().await;
        assert_eq!(on(w, c.id, "um").await, ["👍"]);
        // The answer was lost: a status tells the id.
        w.graph.answers([Answer::Lost]);
        w.send(&w.admin, c.id, "dois").await.unwrap();
        w.send_out().await;
        reacts(w, ANA, 2, "wamid.X", "😂").await;
        let callback = w.graph.sent()[1]["biz_opaque_callback_data"].as_str().unwrap().to_owned();
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.X", "delivered", START + 3 * SECOND, Some(&callback))])).await;
        assert_eq!(on(w, c.id, "dois").await, ["😂"]);
        assert_eq!(w.said(c.id).await[2], "DELIVERED dois");
    }

    async fn the_last_reaction_stands_in_every_order(w) {
        w.pass(HOUR);
        let told = [(1, "👍"), (2, "❤"), (3, "")];
        for (n, order) in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].into_iter().enumerate() {
            for (last, want) in [(2, vec!["❤".to_owned()]), (3, vec![])] {
                let id = format!("wamid.T{n}.{last}");
                // Also when the message comes somewhere among them.
                for (place, at) in order.into_iter().enumerate() {
                    if place == n % 3 {
                        w.inbound(&payload::one(NUMBER, vec![payload::text(ANA, &id, START, &id)])).await;
                    }
                    let (second, emoji) = told[at];
                    if second <= last {
                        reacts(w, ANA, second, &id, emoji).await;
                    }
                }
                let c = w.conversation_of(&id).await;
                assert_eq!(on(w, c.id, &id).await, want, "{order:?}");
            }
        }
    }

    async fn the_same_reaction_again_changes_nothing(w) {
        let c = w.served(&w.admin, ANA).await;
        let thumb = payload::reaction(ANA, "wamid.R1", START, "wamid.IN1", "👍");
        w.inbound(&payload::one(NUMBER, vec![thumb.clone()])).await;
        let seq = service::desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        // Another body, as a retry of a batch is.
        w.inbound(&payload::body(vec![vec![payload::change(NUMBER, vec![thumb.clone(), thumb], Vec::new())]])).await;
        assert_eq!(on(w, c.id, "oi").await, ["👍"]);
        assert_eq!(service::desk::last_seq(&w.desk.system(w.account)).await.unwrap(), seq);
        // In one second the later one counts.
        reacts(w, ANA, 0, "wamid.IN1", "❤").await;
        assert_eq!(on(w, c.id, "oi").await, ["❤"]);
    }

    async fn somebody_elses_reaction_stands_nowhere(w) {
        w.pass(HOUR);
        let c = w.served(&w.admin, ANA).await;
        let d = w.served(&w.admin, "5511987654322").await;
        reacts(w, "5511987654322", 1, "wamid.IN1", "👎").await;
        reacts(w, "5511987654322", 2, "wamid.A", "👎").await;
        reacts(w, ANA, 1, "wamid.A", "👍").await;
        w.inbound(&payload::one(NUMBER, vec![payload::text(ANA, "wamid.A", START, "olá")])).await;
        assert_eq!((on(w, c.id, "oi").await, on(w, c.id, "olá").await), (vec![], vec!["👍".to_owned()]));
        assert_eq!(on(w, d.id, "oi").await, Vec::<String>::new());
    }

    async fn a_reaction_and_its_message_at_once_meet(w) {
        for n in 0..8 {
            let phone = format!("551198765430{n}");
            let c = w.served(&w.admin, &phone).await;
            let (id, text) = (format!("wamid.M{n}"), format!("m{n}"));
            let message = payload::one(NUMBER, vec![payload::text(&phone, &id, START, &text)]);
            let thumb = payload::one(NUMBER, vec![payload::reaction(&phone, &format!("wamid.R{n}"), START, &id, "👍")]);
            let bodies = if n % 2 == 0 { [message, thumb] } else { [thumb, message] };
            for body in bodies {
                inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
            }
            let (one, two, read) = tokio::join!(inbound::turn(&w.desk), inbound::turn(&w.desk), conversation::mark_read(&w.admin, c.id));
            assert!(one.is_ok() && two.is_ok() && read.is_ok());
            w.read().await;
            assert_eq!(on(w, c.id, &text).await, ["👍"]);
        }
    }

    async fn old_reactions_are_swept_and_stay_on_their_messages(w) {
        let c = w.served(&w.admin, ANA).await;
        reacts(w, ANA, 0, "wamid.IN1", "👍").await;
        w.pass(7 * DAY);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from reaction").await, 1, "networks repeat for seven days");
        w.pass(2 * DAY);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from reaction").await, 0);
        assert_eq!(on(w, c.id, "oi").await, ["👍"]);
    }
}
