//! What never closes by itself (AU-3), and what closing from the queue sends (CO-8).

use crate::world::*;
use model::*;
use service::closing::{self, auto};
use service::{conversation, people, tag};

async fn rule(w: &World) {
    let draft = AutoClose { enabled: true, idle_minutes: 60, closing_text: "Até logo!".into(), ..AutoClose::default() };
    closing::save_rule(&w.admin, draft, false).await.unwrap();
}

/// Served, and we wrote last.
async fn owed(w: &World, phone: &str) -> Conversation {
    let c = w.served(&w.admin, phone).await;
    w.send(&w.admin, c.id, "Posso ajudar?").await.unwrap();
    w.send_out().await;
    c
}

async fn is_open(w: &World, id: ConversationId) -> bool {
    w.conversation(id).await.status.is_open()
}

async fn new_tag(w: &World, name: &str) -> TagId {
    tag::save(&w.admin, TagDraft { id: None, name: name.into(), colour: TagColour::Blue }).await.unwrap().id
}

both! {
    async fn au_3_contacts_with_a_chosen_tag_are_spared_and_others_are_not(w) {
        rule(w).await;
        let (vip, other) = (new_tag(w, "VIP").await, new_tag(w, "Outra").await);
        assert_eq!(closing::save_spared(&w.admin, &[vip]).await.unwrap(), [vip]);
        let (a, b, c) = (owed(w, "5511987650001").await, owed(w, "5511987650002").await, owed(w, "5511987650003").await);
        tag::change(&w.admin, a.contact_id, TagChange::Insert, &[vip, other]).await.unwrap();
        tag::change(&w.admin, b.contact_id, TagChange::Insert, &[other]).await.unwrap();
        w.pass(HOUR);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 2);
        assert_eq!((is_open(w, a.id).await, is_open(w, b.id).await, is_open(w, c.id).await), (true, false, false));
        // Without the tag, or without the choice, it is its turn.
        closing::save_spared(&w.admin, &[]).await.unwrap();
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        assert!(!is_open(w, a.id).await);
        // A tag that goes takes its exception along.
        closing::save_spared(&w.admin, &[vip, other]).await.unwrap();
        tag::delete(&w.admin, vip, true).await.unwrap();
        assert_eq!(closing::spared(&w.admin).await.unwrap(), [other]);
        assert_eq!(fault(closing::save_spared(&w.admin, &[vip]).await), Fault::field("tags", Wrong::Unknown));
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(closing::spared(&ana).await), Fault::Forbidden);
        assert_eq!(fault(closing::save_spared(&ana, &[]).await), Fault::Forbidden);
    }

    async fn au_3_a_paused_conversation_is_neither_warned_nor_closed_until_it_goes_on(w) {
        let draft = AutoClose { enabled: true, idle_minutes: 60, warn_minutes: 10, warn_text: "Ainda aí?".into(), ..AutoClose::default() };
        closing::save_rule(&w.admin, draft, false).await.unwrap();
        let ana = w.agent("Ana Souza", w.team).await;
        let bia = w.agent("Bia Reis", w.team).await;
        let c = w.served(&ana, "5511987650001").await;
        w.send(&ana, c.id, "Posso ajudar?").await.unwrap();
        assert_eq!(fault(conversation::pause(&bia, c.id, true).await), Fault::Forbidden);
        assert!(conversation::pause(&ana, c.id, true).await.unwrap().paused);
        assert!(w.conversation(c.id).await.paused, "everybody sees it");
        w.pass(2 * DAY);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 0);
        assert!(is_open(w, c.id).await);
        assert!(!conversation::pause(&ana, c.id, false).await.unwrap().paused);
        // The window is closed by now: it closes without a word.
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        assert!(!is_open(w, c.id).await);
        assert_eq!(fault(conversation::pause(&ana, c.id, true).await), Fault::WrongState);
        let queue = w.says("5511987650002", "oi").await;
        assert_eq!(fault(conversation::pause(&ana, queue.id, true).await), Fault::WrongState);
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.pause'").await, 2);
    }

    async fn au_3_a_conclusion_ends_the_pause(w) {
        let c = owed(w, "5511987650001").await;
        conversation::pause(&w.admin, c.id, true).await.unwrap();
        assert!(!conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap().paused);
        let again = w.says("5511987650001", "voltei").await;
        assert_eq!((again.id, again.paused), (c.id, false));
    }

    async fn co_8_closing_from_the_queue_sends_the_contact_nothing(w) {
        let draft = AccountDraft { name: "Loja da Ana".into(), time_zone: "America/Sao_Paulo".into(), closing_message: "Obrigado! Como fomos?".into() };
        people::save_account(&w.admin, draft).await.unwrap();
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987650001", "alguém?").await;
        let done = conversation::conclude(&ana, c.id, ConcludeDraft::default()).await.unwrap();
        assert_eq!((done.status, done.assignee_id), (ConversationStatus::Completed, None));
        w.send_out().await;
        // Nobody served them: neither a closing message, nor whatever else asks how it was.
        assert_eq!((w.graph.sent().len(), w.number("select count(*) from outbox").await), (0, 0));
        // Whom somebody served is told.
        let served = w.served(&ana, "5511987650002").await;
        conversation::conclude(&ana, served.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["Obrigado! Como fomos?"]);
    }
}
