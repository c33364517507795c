//! What may be done with a message that was sent: deleting for oneself, changing (05, MS-2 and MS-3).

use crate::payload;
use crate::world::*;
use model::*;
use service::visitor::{VisitorId, admit, history, say};
use service::{Cx, channels, contact, conversation, message, search};
use std::sync::Arc;

async fn texts(cx: &Cx, id: ConversationId) -> Vec<String> {
    let query = MessageQuery { conversation_id: id, before: None, after: None, limit: Some(100) };
    let page = message::page(cx, &query).await.unwrap();
    page.messages.into_iter().filter(|m| m.kind != MessageKind::Transition).map(|m| m.body).collect()
}

async fn chat(w: &World) -> (Arc<channels::ChannelRow>, VisitorId, ConversationId) {
    let id = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
    let row = channels::own(&w.admin, id).await.unwrap();
    let mut who = admit(&w.desk, &row, None).await.unwrap();
    say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
    let c: ConversationId = w.number("select max(id) from conversation").await.into();
    (row, who, c)
}

both! {
    async fn ms_2_what_is_deleted_for_me_is_gone_for_me_alone_everywhere(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let file = payload::image("5511987654321", "wamid.PIC", w.desk.now(), "77", "");
        w.inbound(&payload::one(NUMBER, vec![file])).await;
        let doc = w.messages(c.id).await.into_iter().find(|m| m.kind == MessageKind::Image).unwrap();
        let sent = w.send(&ana, c.id, "palavra rara").await.unwrap();
        w.send_out().await;
        let files = async |cx: &Cx| {
            let query = FileQuery { contact_id: c.contact_id, kind: ShelfKind::Media, text: String::new(), after: None, limit: None };
            contact::files(cx, &query).await.unwrap().files.len()
        };
        let found = async |cx: &Cx| search::search(cx, "rara", None).await.unwrap().messages.len();
        assert_eq!((files(&ana).await, found(&ana).await), (1, 1));
        let mut news = w.desk.listen(w.account);
        message::hide(&ana, &[sent.id, doc.id]).await.unwrap();
        message::hide(&ana, &[sent.id]).await.unwrap();
        assert_eq!(texts(&ana, c.id).await, ["oi"]);
        assert_eq!((files(&ana).await, found(&ana).await), (0, 0));
        assert_eq!(texts(&w.admin, c.id).await.len(), 3);
        assert_eq!((files(&w.admin).await, found(&w.admin).await), (1, 1));
        assert_eq!(message::hidden(&ana).await.unwrap(), [sent.id, doc.id].into());
        assert_eq!(message::hidden(&w.admin).await.unwrap().len(), 0);
        let told = std::iter::from_fn(|| news.try_recv().ok());
        let told: Vec<_> = told.filter_map(|n| if let service::News::Hidden { user, ids, .. } = n { Some((user, ids.len())) } else { None }).collect();
        assert_eq!(told, [(ana.user, 2), (ana.user, 1)], "their own tabs hear of it, and nobody else's");
        // Pages are whole without it, and go on where they should.
        let query = MessageQuery { conversation_id: c.id, before: Some(sent.place()), after: None, limit: Some(100) };
        assert!(message::page(&ana, &query).await.unwrap().messages.iter().all(|m| m.id != doc.id));
    }

    async fn ms_2_templates_notes_and_what_has_not_left_are_not_deleted(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let template = w.templates(&[payload::template("ola", "UTILITY", "Olá!")]).await[0].clone();
        let draft = SendDraft { what: SendWhat::Template(filled(&template, &[])), ..text_draft("t", "") };
        let template = message::send(&ana, c.id, draft).await.unwrap();
        let note = message::send(&ana, c.id, SendDraft { what: SendWhat::Note { text: "vip".into() }, ..text_draft("n", "") }).await.unwrap();
        let queued = w.send(&ana, c.id, "na fila").await.unwrap();
        for id in [template.id, note.id, queued.id] {
            assert_eq!(fault(message::hide(&ana, &[id]).await), Fault::NotDeletable);
        }
        w.send_out().await;
        assert_eq!(fault(message::hide(&ana, &[queued.id, template.id]).await), Fault::NotDeletable, "all or none");
        assert!(texts(&ana, c.id).await.contains(&"na fila".to_owned()));
        message::hide(&ana, &[queued.id]).await.unwrap();
        assert_eq!(fault(message::hide(&ana, &[]).await), Fault::field("ids", Wrong::TooMany));
        let stranger = w.member("Davi Melo", Role::Agent, &[]).await;
        assert_eq!(fault(message::hide(&stranger, &[queued.id]).await), Fault::Missing);
        // Never for everybody: the contact keeps it, and nothing was asked of the network.
        assert_eq!(w.message(queued.id).await.status, MessageStatus::Sent);
    }

    async fn ms_3_the_website_chat_changes_a_message_for_15_minutes(w) {
        let (row, who, c) = chat(w).await;
        let ana = w.agent("Ana Souza", w.team).await;
        conversation::assume(&ana, c, None).await.unwrap();
        w.pass(SECOND);
        let m = w.send(&ana, c, "custa 10").await.unwrap();
        assert_eq!(fault(message::edit(&ana, m.id, "x").await), Fault::WrongState, "it has not left");
        w.send_out().await;
        w.pass(15 * MINUTE - SECOND);
        assert_eq!(fault(message::edit(&w.admin, m.id, "x").await), Fault::Forbidden, "only one's own");
        for wrong in ["", " \n"] {
            assert_eq!(fault(message::edit(&ana, m.id, wrong).await), Fault::field("text", Wrong::Required));
        }
        let mut news = w.desk.listen(w.account);
        let changed = message::edit(&ana, m.id, "custa 12").await.unwrap();
        assert_eq!((changed.body.as_str(), changed.edited_at, changed.at), ("custa 12", Some(w.desk.now()), m.at));
        assert_eq!(w.conversation(c).await.preview.text, "custa 12");
        let shown = history(&w.desk, &row, &who, Some(m.id)).await.unwrap();
        assert_eq!(shown.iter().map(|m| (m.text.as_str(), m.edited)).collect::<Vec<_>>(), [("custa 12", true)], "also for a browser that was away");
        let told = std::iter::from_fn(|| news.try_recv().ok()).any(|n| matches!(&n, service::News::Event(e) if matches!(&e.event.change, Change::Conversation { messages, .. } if messages[0].body == "custa 12")));
        assert!(told, "and for one that looks on");
        assert_eq!(search::search(&w.admin, "12", None).await.unwrap().messages.len(), 1);
        // The old text stays for admins alone.
        w.pass(SECOND);
        assert_eq!(message::edit(&ana, m.id, "custa 13").await.unwrap().body, "custa 13", "the very last moment");
        assert_eq!(fault(message::versions(&ana, m.id).await), Fault::Forbidden);
        let old: Vec<String> = message::versions(&w.admin, m.id).await.unwrap().into_iter().map(|v| v.text).collect();
        assert_eq!(old, ["custa 10", "custa 12"]);
        w.pass(SECOND);
        assert_eq!(fault(message::edit(&ana, m.id, "custa 14").await), Fault::EditOver);
        assert_eq!(w.message(m.id).await.body, "custa 13");
    }

    async fn ms_3_whatsapp_cannot_change_what_was_sent(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let m = w.send(&ana, c.id, "custa 10").await.unwrap();
        w.send_out().await;
        assert_eq!(fault(message::edit(&ana, m.id, "custa 12").await), Fault::NotEditable);
        let (_, _, chat) = chat(w).await;
        let said = w.messages(chat).await.into_iter().find(|m| m.direction == Direction::In).unwrap();
        conversation::assume(&ana, chat, None).await.unwrap();
        assert_eq!(fault(message::edit(&ana, said.id, "x").await), Fault::Forbidden, "what the visitor said is theirs");
        let note = message::send(&ana, chat, SendDraft { what: SendWhat::Note { text: "vip".into() }, ..text_draft("n", "") }).await.unwrap();
        assert_eq!(fault(message::edit(&ana, note.id, "x").await), Fault::Forbidden);
        let stranger = w.member("Davi Melo", Role::Agent, &[]).await;
        assert_eq!(fault(message::edit(&stranger, m.id, "x").await), Fault::Missing);
    }

    async fn nt_5_who_is_named_in_a_note_is_told_when_they_see_the_conversation(w) {
        let closed = w.new_team("Diretoria", Restriction::User).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (closed, true, false)]).await;
        let bia = w.agent("Bia Reis", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let at = |user_id, at, length| Mention { user_id, at, length };
        let mentions = vec![at(bia.user, 3, 9), at(ana.user, 13, 4), at(UserId(77), 18, 3)];
        let draft = SendDraft { mentions, what: SendWhat::Note { text: "oi @Bia Reis @Ana @zz".into() }, ..text_draft("n1", "") };
        let note = message::send(&ana, c.id, draft).await.unwrap();
        assert_eq!(note.mentions.len(), 2, "who is no member is not named");
        assert_eq!(w.message(note.id).await.mentions, note.mentions);
        let bell = async |cx: &Cx| {
            let page = service::alert::list(cx, None).await.unwrap();
            page.items.iter().filter(|a| a.kind == AlertKind::Mention).map(|a| a.count).collect::<Vec<_>>()
        };
        assert_eq!((bell(&bia).await, bell(&ana).await), (vec![1], vec![]), "nobody tells themselves");
        // Changing it tells only who is new in it.
        let carla = w.agent("Carla Dias", w.team).await;
        let text = "oi @Bia Reis @Carla Dias";
        let named = [at(bia.user, 3, 9), at(carla.user, 13, 11)];
        assert_eq!(message::edit_note(&ana, note.id, text, &named).await.unwrap().mentions, named);
        assert_eq!((bell(&bia).await, bell(&carla).await), (vec![1], vec![1]));
        let crooked = [at(bia.user, 4, 8)];
        assert_eq!(fault(message::edit_note(&ana, note.id, text, &crooked).await), Fault::field("mentions", Wrong::NotRight));
        // Who does not see the conversation is not told.
        w.write("update conversation set team_id = $1", service::args![closed]).await;
        let draft = SendDraft { mentions: vec![at(bia.user, 0, 4)], what: SendWhat::Note { text: "@Bia".into() }, ..text_draft("n2", "") };
        message::send(&ana, c.id, draft).await.unwrap();
        assert_eq!(w.number("select cast(sum(count) as bigint) from alert where kind = 'MENTION'").await, 2);
        // Only notes name people.
        let draft = SendDraft { mentions: vec![at(bia.user, 0, 4)], ..text_draft("t", "@Bia") };
        assert_eq!(fault(message::send(&ana, c.id, draft).await), Fault::field("mentions", Wrong::NotAllowed));
        assert_eq!(message::delete_note(&ana, note.id).await.unwrap().mentions, []);
    }
}
