//! Reactions of ours, what is sent on, contact cards and places (05, MS-1; 20, section 3.2).

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use image::ImageFormat::Png;
use model::*;
use service::{Cx, conversation, media, message};

fn draft(w: &World, what: SendWhat) -> SendDraft {
    SendDraft { client_id: format!("x{}", w.fresh()), what, reply_to: None, mentions: Vec::new() }
}

async fn forward(w: &World, cx: &Cx, to: ConversationId, message_id: MessageId) -> service::Result<Message> {
    message::send(cx, to, draft(w, SendWhat::Forward { message_id })).await
}

/// What the contact wrote last.
async fn heard(w: &World, c: ConversationId) -> Message {
    w.messages(c).await.into_iter().rev().find(|m| m.direction == Direction::In).unwrap()
}

both! {
    async fn ms_1_a_text_and_a_file_are_sent_on_and_the_copy_lives_by_itself(w) {
        let (from, to) = (w.served(&w.admin, "5511987650001").await, w.served(&w.admin, "5511987650002").await);
        let text = heard(w, from.id).await;
        let copy = forward(w, &w.admin, to.id, text.id).await.unwrap();
        assert_eq!((copy.kind, copy.body.as_str(), copy.author_id), (MessageKind::Text, "oi", Some(w.admin.user)));
        let up = w.upload(&w.admin, "a.png", FileWish::Shown, &picture(30, 20, Png)).await.unwrap();
        let sent = w.send_file(&w.admin, from.id, up.id, "veja").await.unwrap();
        let copy = forward(w, &w.admin, to.id, sent.id).await.unwrap();
        let Content::Media(file) = &copy.content else { panic!() };
        assert_eq!((copy.kind, copy.body.as_str(), file.width, file.small), (MessageKind::Image, "veja", 30, true));
        assert_ne!(file.id, up.id, "a file of its own");
        w.deliver().await;
        let to_second: Vec<_> = w.graph.sent().into_iter().filter(|s| s["to"] == "+5511987650002").collect();
        assert_eq!((to_second.len(), &to_second[0]["text"]["body"], &to_second[1]["image"]["caption"]), (2, &"oi".into(), &"veja".into()));
        assert_eq!(media::find(&w.admin, file.id, false).await.unwrap().sha256, media::find(&w.admin, up.id, false).await.unwrap().sha256);
    }

    async fn ms_1_only_what_one_sees_is_sent_on_and_notes_never_are(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let (ana, carla) = (w.agent("Ana Souza", w.team).await, w.agent("Carla Dias", law).await);
        let secret = w.served(&w.admin, "5511987650001").await;
        let to_law = TransferDraft { to: TransferTo::Person { user_id: carla.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, secret.id, to_law).await.unwrap();
        let own = w.served(&ana, "5511987650002").await;
        let hidden = heard(w, secret.id).await;
        assert_eq!(fault(forward(w, &ana, own.id, hidden.id).await), Fault::Missing);
        let note = message::send(&ana, own.id, draft(w, SendWhat::Note { text: "vip".into() })).await.unwrap();
        assert_eq!(fault(forward(w, &ana, own.id, note.id).await), Fault::field("message_id", Wrong::NotAllowed));
        assert_eq!(fault(forward(w, &ana, own.id, MessageId(5)).await), Fault::Missing);
        w.pass(25 * HOUR);
        let mine = heard(w, own.id).await;
        assert_eq!(fault(forward(w, &ana, own.id, mine.id).await), Fault::WindowClosed);
    }

    async fn a_template_is_sent_on_as_its_text(w) {
        let template = w.templates(&[payload::template("oi", "UTILITY", "Olá {{1}}")]).await.remove(0);
        let (from, to) = (w.served(&w.admin, "5511987650001").await, w.served(&w.admin, "5511987650002").await);
        let sent = message::send(&w.admin, from.id, draft(w, SendWhat::Template(filled(&template, &[("body.1", "Ana")])))).await.unwrap();
        let copy = forward(w, &w.admin, to.id, sent.id).await.unwrap();
        assert_eq!((copy.kind, copy.body.as_str()), (MessageKind::Text, "Olá Ana"));
    }

    async fn cards_and_places_are_sent_and_found(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let card = ContactCard { name: "Ana Souza".into(), phones: vec!["+55 11 98765-4321".into()], ..ContactCard::default() };
        let sent = message::send(&w.admin, c.id, draft(w, SendWhat::Contacts { cards: vec![card.clone()] })).await.unwrap();
        assert_eq!((sent.kind, sent.body.as_str()), (MessageKind::Contact, "Ana Souza"));
        let place = SendWhat::Location { latitude: -23.56, longitude: -46.65, name: "Loja".into(), address: "Paulista, 1".into() };
        message::send(&w.admin, c.id, draft(w, place.clone())).await.unwrap();
        w.deliver().await;
        let sent = w.graph.sent();
        assert_eq!((&sent[0]["contacts"][0]["name"]["formatted_name"], &sent[1]["location"]["name"]), (&"Ana Souza".into(), &"Loja".into()));
        for bad in [
            SendWhat::Contacts { cards: vec![] },
            SendWhat::Contacts { cards: vec![ContactCard::default()] },
            SendWhat::Location { latitude: 91.0, longitude: 0.0, name: String::new(), address: String::new() },
            SendWhat::Location { latitude: f64::NAN, longitude: 0.0, name: String::new(), address: String::new() },
        ] {
            assert!(matches!(fault(message::send(&w.admin, c.id, draft(w, bad)).await), Fault::Invalid { .. }));
        }
    }

    async fn a_reaction_reaches_the_contact_and_is_taken_back(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let theirs = heard(w, c.id).await;
        let before = service::desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        assert_eq!(message::react(&w.admin, theirs.id, "👍").await.unwrap().own_reaction.as_deref(), Some("👍"));
        message::react(&w.admin, theirs.id, "👍").await.unwrap();
        assert_eq!(service::desk::last_seq(&w.desk.system(w.account)).await.unwrap(), before + 1, "the same again is nothing");
        w.deliver().await;
        message::react(&w.admin, theirs.id, "").await.unwrap();
        w.deliver().await;
        let sent: Vec<_> = w.graph.sent().iter().map(|s| s["reaction"].clone()).collect();
        assert_eq!(sent.len(), 2);
        assert_eq!((&sent[0]["emoji"], &sent[1]["emoji"]), (&"👍".into(), &"".into()));
        assert_eq!(w.message(theirs.id).await.own_reaction, None);
        assert_eq!(w.number("select count(*) from outbox").await, 0);
    }

    async fn the_last_of_several_reactions_counts_and_a_refused_one_is_gone(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let theirs = heard(w, c.id).await;
        for emoji in ["👍", "❤️", "🎉"] {
            message::react(&w.admin, theirs.id, emoji).await.unwrap();
        }
        w.deliver().await;
        assert_eq!(w.graph.sent().iter().map(|s| s["reaction"]["emoji"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), ["🎉"]);
        w.graph.answers([Answer::Refused(131009, 400)]);
        message::react(&w.admin, theirs.id, "👍").await.unwrap();
        w.deliver().await;
        assert_eq!(w.message(theirs.id).await.own_reaction, None);
    }

    async fn who_may_not_write_may_not_react(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&w.admin, "5511987650001").await;
        let theirs = heard(w, c.id).await;
        assert_eq!(fault(message::react(&ana, theirs.id, "👍").await), Fault::NotAssignee);
        let note = message::send(&w.admin, c.id, draft(w, SendWhat::Note { text: "vip".into() })).await.unwrap();
        assert_eq!(fault(message::react(&w.admin, note.id, "👍").await), Fault::WrongState, "the network does not have it");
        for bad in ["oi", "👍 👍", &"👍".repeat(30)] {
            assert_eq!(fault(message::react(&w.admin, theirs.id, bad).await), Fault::field("emoji", Wrong::NotAllowed));
        }
        w.pass(25 * HOUR);
        assert_eq!(fault(message::react(&w.admin, theirs.id, "👍").await), Fault::WindowClosed);
    }
}
