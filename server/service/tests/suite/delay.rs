//! The safety delay (05, section 5.2), and what follows a message that was sent.

use crate::payload;
use crate::world::*;
use model::*;
use service::visitor::{admit, for_visitor, history, say};
use service::{Cx, channels, conversation, delay, message, outbox};

const FIVE: SafetyDelay = SafetyDelay { enabled: true, seconds: 5 };

/// A member with a login: what people send waits, what programs send does not.
async fn person(w: &World, name: &str) -> Cx {
    let cx = w.agent(name, w.team).await;
    let login: LoginId = w.desk.seam.id();
    w.desk.cx(w.account, cx.user, Some(login)).await.unwrap().unwrap()
}

async fn delayed(w: &World) -> (Cx, Conversation) {
    delay::save(&w.admin, FIVE).await.unwrap();
    let ana = person(w, "Ana Souza").await;
    let c = w.served(&ana, "5511987654321").await;
    (ana, c)
}

both! {
    async fn ts_2_a_template_that_is_taken_back_gives_its_file_back(w) {
        let mut image = payload::template("foto", "MARKETING", "Chegou");
        image["components"].as_array_mut().unwrap().insert(0, serde_json::json!({"type": "HEADER", "format": "IMAGE"}));
        let image = w.templates(&[image]).await.remove(0);
        let (ana, c) = delayed(w).await;
        let up = w.upload(&ana, "a.png", FileWish::Shown, &picture(9, 9, image::ImageFormat::Png)).await.unwrap();
        let what = SendWhat::Template(TemplateFill { header_file: Some(up.id), ..filled(&image, &[]) });
        let m = message::send(&ana, c.id, SendDraft { client_id: "t".into(), what, reply_to: None, mentions: Vec::new() }).await.unwrap();
        assert!(m.leaves_at.is_some());
        let back = message::recall(&ana, m.id).await.unwrap();
        assert_eq!((back.upload.map(|u| u.id), w.number("select count(*) from media").await), (Some(up.id), 0));
        assert_eq!(w.number("select count(*) from upload").await, 1);
    }

    async fn ts_1_only_admins_set_it_and_only_from_1_to_15_seconds(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(delay::save(&ana, FIVE).await), Fault::Forbidden);
        for seconds in [-1, 0, 16] {
            let draft = SafetyDelay { enabled: true, seconds };
            assert_eq!(fault(delay::save(&w.admin, draft).await), Fault::field("seconds", Wrong::NotAllowed));
        }
        for seconds in [1, 15] {
            let draft = SafetyDelay { enabled: true, seconds };
            assert_eq!(delay::save(&w.admin, draft).await.unwrap().delay, draft);
        }
        let off = SafetyDelay { enabled: false, seconds: 15 };
        delay::save(&w.admin, off).await.unwrap();
        let boss = person(w, "Bia Reis").await;
        let c = w.served(&boss, "5511987654321").await;
        assert_eq!(w.send(&boss, c.id, "oi").await.unwrap().leaves_at, None);
    }

    async fn ts_2_what_is_cancelled_one_millisecond_before_never_reaches_the_contact(w) {
        let (ana, c) = delayed(w).await;
        let m = w.send(&ana, c.id, "número errado").await.unwrap();
        assert_eq!((m.status, m.leaves_at), (MessageStatus::Queued, Some(w.desk.now() + 5 * SECOND)));
        w.pass(5 * SECOND - 1);
        w.send_out().await;
        assert_eq!(w.graph.texts(), [""; 0]);
        let back = message::recall(&ana, m.id).await.unwrap();
        assert_eq!((back.text.as_str(), back.message.status, back.message.body.as_str()), ("número errado", MessageStatus::Deleted, ""));
        w.pass(HOUR);
        w.send_out().await;
        assert_eq!(w.graph.texts(), [""; 0]);
        assert_eq!(w.message(m.id).await, back.message);
        assert_eq!(w.number("select count(*) from outbox where kind = 'MESSAGE'").await, 0);
        assert_eq!(service::search::search(&w.admin, "errado", None).await.unwrap().messages.len(), 0);
        // Sent again by a client that lost the answer, it is still the one that was taken back.
        let again = message::send(&ana, c.id, SendDraft { client_id: m.client_id.clone().unwrap(), ..text_draft("", "número errado") }).await;
        assert_eq!(again.unwrap().id, m.id);
    }

    async fn ts_3_after_the_time_it_is_refused_also_before_the_sender_came_to_it(w) {
        let (ana, c) = delayed(w).await;
        let m = w.send(&ana, c.id, "pronto").await.unwrap();
        w.pass(5 * SECOND);
        assert_eq!(fault(message::recall(&ana, m.id).await), Fault::AlreadyLeft);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["pronto"]);
        assert_eq!(fault(message::recall(&ana, m.id).await), Fault::AlreadyLeft);
        assert_eq!(w.message(m.id).await.status, MessageStatus::Sent);
    }

    async fn ts_3_what_the_sender_has_in_hand_is_not_taken_back(w) {
        let (ana, c) = delayed(w).await;
        let m = w.send(&ana, c.id, "já foi").await.unwrap();
        // A server whose clock is ahead has claimed it.
        w.write("update outbox set state = 'SENDING', attempts = 1 where message_id = $1", service::args![m.id]).await;
        assert_eq!(fault(message::recall(&ana, m.id).await), Fault::AlreadyLeft);
        assert_eq!(w.message(m.id).await.body, "já foi");
    }

    async fn ts_2_either_the_cancel_or_the_sender_wins(w) {
        let (ana, c) = delayed(w).await;
        for n in 0..8 {
            let m = w.send(&ana, c.id, &format!("n{n}")).await.unwrap();
            // The row is due for the sender while the message may still be cancelled by its own time.
            w.write("update outbox set next_at = 0 where message_id = $1", service::args![m.id]).await;
            let (back, _) = tokio::join!(message::recall(&ana, m.id), outbox::turn(&w.desk));
            w.send_out().await;
            let left = w.graph.texts().contains(&format!("n{n}"));
            assert_eq!(back.is_ok(), !left, "n{n}");
            assert_eq!(w.message(m.id).await.status == MessageStatus::Deleted, back.is_ok());
        }
    }

    async fn ts_2_only_who_wrote_it_takes_it_back_and_once(w) {
        let (ana, c) = delayed(w).await;
        let m = w.send(&ana, c.id, "meu").await.unwrap();
        assert_eq!(fault(message::recall(&w.admin, m.id).await), Fault::Forbidden);
        let stranger = w.member("Davi Melo", Role::Agent, &[]).await;
        assert_eq!(fault(message::recall(&stranger, m.id).await), Fault::Missing);
        message::recall(&ana, m.id).await.unwrap();
        assert_eq!(fault(message::recall(&ana, m.id).await), Fault::AlreadyLeft);
    }

    async fn ts_2_a_file_comes_back_with_its_text_and_can_be_sent_again(w) {
        let (ana, c) = delayed(w).await;
        let up = w.upload(&ana, "foto.jpg", FileWish::Shown, &picture(40, 30, image::ImageFormat::Jpeg)).await.unwrap();
        let m = w.send_file(&ana, c.id, up.id, "veja").await.unwrap();
        let back = message::recall(&ana, m.id).await.unwrap();
        let file = back.upload.unwrap();
        assert_eq!((file.id, file.wish, file.size, file.width), (up.id, FileWish::Shown, up.size, 40));
        assert_eq!((back.text.as_str(), &back.message.content), ("veja", &Content::None));
        w.pass(MINUTE);
        w.deliver().await;
        let again = w.send_file(&ana, c.id, file.id, "agora sim").await.unwrap();
        w.pass(5 * SECOND);
        w.deliver().await;
        assert_eq!(w.message(again.id).await.status, MessageStatus::Sent);
        assert_eq!(w.number("select count(*) from media").await, 1);
    }

    async fn ts_2_the_conversation_is_as_if_it_had_not_been_said(w) {
        let (ana, c) = delayed(w).await;
        let waits = c.waiting_since;
        assert!(waits.is_some());
        w.pass(SECOND);
        let m = w.send(&ana, c.id, "rascunho").await.unwrap();
        assert_eq!(w.conversation(c.id).await.waiting_since, None);
        message::recall(&ana, m.id).await.unwrap();
        let now = w.conversation(c.id).await;
        assert_eq!((now.waiting_since, now.preview.status, now.preview.text.as_str()), (waits, MessageStatus::Deleted, ""));
        let (first, idle): (Option<i64>, Option<i64>) = w.rows("select first_response_at, idle_since from conversation").await[0];
        assert_eq!((first, idle), (None, None));
    }

    async fn ts_5_programs_and_closing_messages_do_not_wait_but_overtake_nothing(w) {
        let (ana, c) = delayed(w).await;
        let program = w.cx(ana.user).await;
        assert_eq!(w.send(&program, c.id, "de um robô").await.unwrap().leaves_at, None);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["de um robô"]);
        let first = w.send(&ana, c.id, "1").await.unwrap();
        w.send(&program, c.id, "2").await.unwrap();
        people_closing(w, "até logo").await;
        // TS-6: who concludes, or logs off, has sent all the same.
        conversation::conclude(&ana, c.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["de um robô"]);
        assert!(w.messages(c.id).await.iter().filter(|m| m.body == "até logo").all(|m| m.author_id.is_none()));
        w.pass(5 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["de um robô", "1", "2", "até logo"]);
        assert_eq!(w.message(first.id).await.status, MessageStatus::Sent);
    }

    async fn ts_6_logging_off_still_sends(w) {
        let (_, c) = delayed(w).await;
        let email = "ana.souza@loja.example".to_owned();
        let login = service::auth::sign_in(&w.desk, &email, PASSWORD, &visitor()).await.unwrap();
        let ana = service::auth::cx_of_login(&w.desk, &token(&login.cookie)).await.unwrap().unwrap();
        let m = w.send(&ana, c.id, "boa noite").await.unwrap();
        assert!(m.leaves_at.is_some());
        service::auth::sign_out(&ana).await.unwrap();
        w.pass(5 * SECOND);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["boa noite"]);
    }

    async fn ts_2_a_visitor_of_the_website_chat_does_not_see_it_before_its_time(w) {
        delay::save(&w.admin, FIVE).await.unwrap();
        let id = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, id).await.unwrap();
        let mut who = admit(&w.desk, &row, None).await.unwrap();
        say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
        let ana = person(w, "Ana Souza").await;
        let c: ConversationId = w.number("select id from conversation").await.into();
        conversation::assume(&ana, c, None).await.unwrap();
        w.pass(SECOND);
        let gone = w.send(&ana, c, "errei").await.unwrap();
        let kept = w.send(&ana, c, "olá, aqui é a Ana").await.unwrap();
        w.pass(SECOND);
        let last = say(&w.desk, &row, &mut who, "2", "alguém aí?", "V").await.unwrap();
        assert_eq!(for_visitor(&w.desk, &kept, ""), None);
        // What the visitor's browser says of numbers it cannot know changes nothing.
        service::visitor::ticks(&w.desk, &row, &who, last.n, MessageStatus::Read).await.unwrap();
        let texts = async |since| history(&w.desk, &row, &who, since).await.unwrap().into_iter().map(|m| m.text).collect::<Vec<_>>();
        assert_eq!(texts(None).await, ["olá", "alguém aí?"]);
        message::recall(&ana, gone.id).await.unwrap();
        w.pass(5 * SECOND);
        let mut news = w.desk.listen(w.account);
        w.send_out().await;
        assert_eq!(texts(None).await, ["olá", "olá, aqui é a Ana", "alguém aí?"]);
        assert_eq!(texts(Some(last.n)).await, ["olá, aqui é a Ana"], "a browser that was away gets it although its number is smaller");
        let mut shown = 0;
        while let Ok(item) = news.try_recv() {
            if let service::News::Event(e) = item
                && let Change::Conversation { messages, .. } = &e.event.change
            {
                shown += messages.iter().filter(|m| for_visitor(&w.desk, m, "").is_some()).count();
            }
        }
        assert_eq!(shown, 1, "an open chat hears of it when it leaves");
    }

    async fn ts_2_a_channel_that_comes_back_does_not_cut_the_time_short(w) {
        let (ana, c) = delayed(w).await;
        let m = w.send(&ana, c.id, "espera").await.unwrap();
        w.write("update outbox set state = 'HELD' where message_id = $1", service::args![m.id]).await;
        let alive = serde_json::json!({"verified_name": "Loja", "display_phone_number": "+55 11"});
        w.graph.get(NUMBER, 1, wiremock::ResponseTemplate::new(200).set_body_json(alive)).await;
        channels::probe(&w.admin, w.channel).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), [""; 0]);
        message::recall(&ana, m.id).await.unwrap();
    }
}

async fn people_closing(w: &World, text: &str) {
    let account = service::people::account(&w.admin).await.unwrap();
    let draft = AccountDraft { name: account.name, time_zone: account.time_zone, closing_message: text.into() };
    service::people::save_account(&w.admin, draft).await.unwrap();
}
