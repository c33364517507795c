//! Notes that change after they were written (04, section 4.12).

use crate::world::*;
use model::*;
use service::{Cx, conversation, message, search};

async fn note(cx: &Cx, id: ConversationId, client_id: &str, text: &str) -> Message {
    let draft = SendDraft { client_id: client_id.into(), what: SendWhat::Note { text: text.into() }, reply_to: None, mentions: Vec::new() };
    message::send(cx, id, draft).await.unwrap()
}

async fn found(cx: &Cx, text: &str) -> usize {
    search::search(cx, text, None).await.unwrap().messages.len()
}

both! {
    async fn nt_3_ones_own_note_is_changed_within_two_hours(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.served(&ana, "5511987654321").await;
        let n = note(&ana, c.id, "n1", "cliente antigo").await;
        assert_eq!(fault(message::edit_note(&bia, n.id, "outro", &[]).await), Fault::Forbidden);
        assert_eq!(fault(message::edit_note(&w.admin, n.id, "outro", &[]).await), Fault::Forbidden, "admins change their own only");
        w.pass(2 * HOUR);
        let changed = message::edit_note(&ana, n.id, "cliente especial \n", &[]).await.unwrap();
        assert_eq!((changed.body.as_str(), changed.edited_at), ("cliente especial", Some(START + 2 * HOUR)));
        assert_eq!((changed.id, changed.at), (n.id, n.at), "it keeps its place");
        assert_eq!(w.message(n.id).await, changed);
        assert_eq!((found(&w.admin, "antigo").await, found(&w.admin, "especial").await), (0, 1));
        w.pass(SECOND);
        assert_eq!(fault(message::edit_note(&ana, n.id, "tarde", &[]).await), Fault::Forbidden);
        assert_eq!(fault(message::delete_note(&ana, n.id).await), Fault::Forbidden);
        assert_eq!(w.message(n.id).await, changed);
    }

    async fn nt_3_admins_delete_any_note_and_change_their_own_at_any_time(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let c = w.served(&ana, "5511987654321").await;
        let (hers, mine) = (note(&ana, c.id, "n1", "dela").await, note(&w.admin, c.id, "n2", "minha").await);
        w.pass(30 * DAY);
        assert_eq!(fault(message::delete_note(&boss, hers.id).await), Fault::Forbidden, "supervisors are no admins");
        assert_eq!(message::edit_note(&w.admin, mine.id, "minha nova", &[]).await.unwrap().body, "minha nova");
        assert_eq!(message::delete_note(&w.admin, hers.id).await.unwrap().status, MessageStatus::Deleted);
        assert_eq!(message::delete_note(&w.admin, mine.id).await.unwrap().status, MessageStatus::Deleted);
    }

    async fn nt_4_a_deleted_note_leaves_its_place_and_nothing_of_its_text(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let n = note(&ana, c.id, "n1", "segredo guardado").await;
        let before = w.messages(c.id).await.len();
        let gone = message::delete_note(&ana, n.id).await.unwrap();
        assert_eq!((gone.body.as_str(), gone.status, gone.at), ("", MessageStatus::Deleted, n.at));
        assert_eq!(w.messages(c.id).await.len(), before);
        assert_eq!(found(&w.admin, "segredo").await, 0);
        // Once more changes nothing, and what is gone cannot be changed.
        assert_eq!(message::delete_note(&ana, n.id).await.unwrap(), gone);
        assert_eq!(fault(message::edit_note(&ana, n.id, "de volta", &[]).await), Fault::WrongState);
        let audits: Vec<(i64, String)> = w.rows("select x.actor_id, f.body from audit x join former_text f on cast(f.message_id as text) = x.subject and f.action = x.action where x.action = 'note.delete'").await;
        assert_eq!(audits.len(), 1);
        assert!(audits[0].0 == ana.user.0 && audits[0].1.contains("segredo guardado"), "who is asked later can tell what it said");
    }

    async fn nt_2_only_notes_change_and_nothing_of_them_leaves(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let sent = w.send(&ana, c.id, "bom dia").await.unwrap();
        assert_eq!(fault(message::edit_note(&ana, sent.id, "boa tarde", &[]).await), Fault::Forbidden);
        assert_eq!(fault(message::delete_note(&w.admin, sent.id).await), Fault::Forbidden);
        let preview = w.conversation(c.id).await.preview;
        let n = note(&ana, c.id, "n1", "interno").await;
        message::edit_note(&ana, n.id, "interno ainda", &[]).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["bom dia"]);
        assert_eq!(w.conversation(c.id).await.preview.text, preview.text);
    }

    async fn a_note_is_changed_only_where_it_is_seen_and_with_a_text(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let n = note(&ana, c.id, "n1", "ok").await;
        for wrong in ["", "  \n "] {
            assert_eq!(fault(message::edit_note(&ana, n.id, wrong, &[]).await), Fault::field("text", Wrong::Required));
        }
        let long = "é".repeat(limit::NOTE_MAX);
        assert_eq!(fault(message::edit_note(&ana, n.id, &format!("{long}é"), &[]).await), Fault::field("text", Wrong::TooLong));
        assert_eq!(message::edit_note(&ana, n.id, &long, &[]).await.unwrap().body, long);
        let stranger = w.member("Davi Melo", Role::Agent, &[]).await;
        assert_eq!(fault(message::edit_note(&stranger, n.id, "x", &[]).await), Fault::Missing);
        assert_eq!(fault(message::edit_note(&ana, MessageId(1), "x", &[]).await), Fault::Missing);
        // Also after the conversation is over.
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(message::edit_note(&ana, n.id, "depois", &[]).await.unwrap().body, "depois");
    }
}
