//! How long concluded conversations are kept (04, section 4.10).

use crate::payload;
use crate::world::*;
use model::*;
use service::closing;
use service::{conversation, media, message, search};

async fn keeps(w: &World, months: i64) {
    closing::save_retention(&w.admin, months, PASSWORD).await.unwrap();
}

async fn concluded(w: &World, phone: &str) -> ConversationId {
    let c = w.served(&w.admin, phone).await;
    w.send(&w.admin, c.id, "segredo guardado").await.unwrap();
    w.send_out().await;
    conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
    c.id
}

async fn exists(w: &World, id: ConversationId) -> bool {
    w.number(&format!("select count(*) from conversation where id = {id}")).await == 1
}

both! {
    async fn ar_3_for_ever_unless_an_admin_says_otherwise_with_the_password(w) {
        let id = concluded(w, "5511987650001").await;
        w.pass(5000 * DAY);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 0);
        assert!(exists(w, id).await);
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(closing::save_retention(&ana, 1, PASSWORD).await), Fault::Forbidden);
        assert_eq!(fault(closing::save_retention(&w.admin, 1, "guess guess").await), Fault::field("password", Wrong::NotRight));
        for months in [-1, limit::RETENTION_MONTHS_MAX + 1] {
            assert_eq!(fault(closing::save_retention(&w.admin, months, PASSWORD).await), Fault::field("months", Wrong::NotAllowed));
        }
        assert_eq!(closing::retention(&w.admin).await.unwrap(), Retention::default());
    }

    async fn ar_3_months_are_counted_by_the_calendar_to_the_second(w) {
        keeps(w, 1).await;
        let id = concluded(w, "5511987650001").await;
        let open = w.served(&w.admin, "5511987650002").await.id;
        // From 14 July 2026 to 14 August: 31 days.
        w.pass(31 * DAY);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 0);
        w.pass(SECOND);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 1);
        assert_eq!((exists(w, id).await, exists(w, open).await), (false, true));
        let log = closing::retention(&w.admin).await.unwrap();
        assert_eq!(log.months, 1);
        assert_eq!(log.purges, [Purge { at: w.desk.now(), before: START + SECOND, conversations: 1, messages: 5, files: 0 }]);
        let audit: Vec<(Option<i64>, String)> = w.rows("select actor_id, subject from audit where action = 'conversation.purge'").await;
        assert_eq!(audit, [(None, id.to_string())]);
    }

    async fn ar_3_nothing_of_it_is_left(w) {
        keeps(w, 1).await;
        let photo = payload::image("5511987650001", "wamid.PHOTO", START, "900", "legenda secreta");
        w.inbound(&payload::one(NUMBER, vec![photo])).await;
        let c = w.conversation_of("wamid.PHOTO").await.id;
        conversation::assume(&w.admin, c, None).await.unwrap();
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "segredo da nota".into() }, reply_to: None, mentions: Vec::new() };
        let note = message::send(&w.admin, c, note).await.unwrap();
        conversation::conclude(&w.admin, c, ConcludeDraft::silent()).await.unwrap();
        w.inbound(&payload::one(NUMBER, vec![payload::reaction("5511987650009", "wamid.R", START, "wamid.PHOTO", "👍")])).await;
        // The same file came in another conversation, which stays.
        let hash = "ab".repeat(32);
        w.desk.storage.keep_bytes(b"png".to_vec(), &hash).await.unwrap();
        w.pass(10 * DAY);
        let later = payload::image("5511987650002", "wamid.LATER", w.desk.now(), "901", "fica");
        w.inbound(&payload::one(NUMBER, vec![later])).await;
        let d = w.conversation_of("wamid.LATER").await.id;
        w.write("update media set state = 'READY', sha256 = $1", vec![hash.as_str().into()]).await;
        w.pass(21 * DAY + SECOND);
        // Written in these days, about the conversation of then.
        message::edit_note(&w.admin, note.id, "segredo mudado", &[]).await.unwrap();
        assert!(w.number("select count(*) from event where change like '%segredo mudado%'").await > 0);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 1);
        for (what, n) in [
            ("conversation", 0),
            ("message", 0),
            ("media", 0),
            ("outbox", 0),
            ("draft", 0),
        ] {
            let column = if what == "conversation" { "id" } else { "conversation_id" };
            assert_eq!(w.number(&format!("select count(*) from {what} where {column} = {c}")).await, n, "{what}");
        }
        assert_eq!(w.number("select count(*) from message_raw where raw like '%secreta%'").await, 0);
        assert_eq!(w.number("select count(*) from reaction where target = 'wamid.PHOTO'").await, 0);
        assert_eq!(w.number("select count(*) from event where change like '%segredo%'").await, 0);
        assert_eq!(w.number("select count(*) from former_text").await, 0);
        assert_eq!(w.number("select count(*) from audit where data like '%segredo%'").await, 0);
        assert_eq!(search::search(&w.admin, "segredo", None).await.unwrap().messages, []);
        assert_eq!(search::search(&w.admin, "legenda", None).await.unwrap().messages, []);
        let words = "select count(*) from message_fts";
        assert_eq!(w.number(words).await, w.number("select count(*) from message where body <> ''").await);
        // Open sockets hear that it is gone.
        assert_eq!(w.number(&format!("select count(*) from event where change like '%gone%' and change like '%{c}%'")).await, 1);
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_ok(), "another conversation still has the file");
        conversation::conclude(&w.admin, d, ConcludeDraft::silent()).await.unwrap();
        w.pass(32 * DAY);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 1);
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_err());
        assert_eq!(closing::retention(&w.admin).await.unwrap().purges[0].files, 1);
        // The contact stays, and writes again.
        assert_ne!(w.says("5511987650001", "oi").await.id, c);
    }

    async fn ar_3_many_go_in_steps_and_what_came_back_stays(w) {
        keeps(w, 1).await;
        for n in 0..45 {
            concluded(w, &format!("55119876500{n:02}")).await;
        }
        w.pass(HOUR);
        let back = w.says("5511987650000", "voltei").await.id;
        w.pass(40 * DAY);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 44);
        assert!(exists(w, back).await);
        assert_eq!(closing::retention::turn(&w.desk).await.unwrap(), 0);
    }
}
