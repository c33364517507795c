//! Concluding and the closing message (04, section 4.5).

use crate::graph::Answer;
use crate::world::*;
use model::*;
use service::{conversation, people};

async fn account_says(w: &World, closing_message: &str) {
    let draft = AccountDraft { name: "Loja da Ana".into(), time_zone: "America/Sao_Paulo".into(), closing_message: closing_message.into() };
    people::save_account(&w.admin, draft).await.unwrap();
}

both! {
    async fn co_1_assignee_supervisor_and_admin_conclude(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let stranger = w.member("Davi Melo", Role::Agent, &[]).await;
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(fault(conversation::conclude(&bia, c.id, ConcludeDraft::default()).await), Fault::Forbidden);
        assert_eq!(fault(conversation::conclude(&stranger, c.id, ConcludeDraft::default()).await), Fault::Missing);
        let done = conversation::conclude(&ana, c.id, ConcludeDraft::default()).await.unwrap();
        assert_eq!((done.status, done.assignee_id), (ConversationStatus::Completed, Some(ana.user)));
        assert_eq!(fault(conversation::conclude(&ana, c.id, ConcludeDraft::default()).await), Fault::WrongState);
        for (cx, phone) in [(&boss, "5511987654322"), (&w.admin, "5511987654323")] {
            let d = w.served(&ana, phone).await;
            conversation::conclude(cx, d.id, ConcludeDraft::default()).await.unwrap();
        }
        // From the queue: any agent of the team.
        let e = w.says("5511987654324", "oi").await;
        let done = conversation::conclude(&bia, e.id, ConcludeDraft::default()).await.unwrap();
        assert_eq!((done.status, done.assignee_id), (ConversationStatus::Completed, None));
    }

    async fn co_6_the_closing_message_goes_out_with_its_tokens(w) {
        account_says(w, "Obrigado, [NOME]! [ATENDENTE] atendeu o protocolo [PROTOCOLO].").await;
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, c.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        // The contact reads the nickname, not the name.
        assert_eq!(w.graph.texts(), [format!("Obrigado, Pessoa 5511987654321! Ana atendeu o protocolo {}.", c.protocol)]);
        let done = w.conversation(c.id).await;
        assert_eq!((done.status, done.preview.status), (ConversationStatus::Completed, MessageStatus::Sent));
        // CO-7: before the conclusion, in this order.
        let kinds: Vec<MessageKind> = w.messages(c.id).await.iter().rev().take(2).map(|m| m.kind).collect();
        assert_eq!(kinds, [MessageKind::Transition, MessageKind::Text]);
    }

    async fn co_6_who_has_no_nickname_is_not_named(w) {
        account_says(w, "Atendido por [ATENDENTE]").await;
        let draft = MemberDraft { nickname: String::new(), ..member_draft("Segredo Silva", Role::Agent, &[(w.team, true, false)]) };
        let who = people::save_member(&w.admin, draft).await.unwrap();
        let who = w.cx(who.user_id).await;
        let c = w.served(&who, "5511987654321").await;
        conversation::conclude(&who, c.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["Atendido por"]);
    }

    async fn co_6_a_teams_own_message_replaces_the_accounts(w) {
        account_says(w, "da conta").await;
        let draft = TeamDraft { id: None, name: "Vendas".into(), is_default: false, restriction: Restriction::None, closing_message: "das vendas".into(), archive_preference: None, distribution: None };
        let sales = people::save_team(&w.admin, draft).await.unwrap().id;
        let c = w.says("5511987654321", "oi").await;
        let to = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        conversation::conclude(&w.admin, c.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["das vendas"]);
    }

    async fn co_6_nothing_goes_out_when_silent_unserved_or_outside_the_window(w) {
        account_says(w, "até logo").await;
        let silent = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, silent.id, ConcludeDraft::silent()).await.unwrap();
        // CO-8: nobody served it.
        let queue = w.says("5511987654322", "oi").await;
        conversation::conclude(&w.admin, queue.id, ConcludeDraft::default()).await.unwrap();
        let late = w.served(&w.admin, "5511987654323").await;
        w.pass(DAY);
        conversation::conclude(&w.admin, late.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 0);
        assert_eq!(w.number("select count(*) from outbox").await, 0);
    }

    async fn co_7_concluding_succeeds_when_the_closing_message_fails(w) {
        account_says(w, "até logo").await;
        w.graph.answers([Answer::Refused(131026, 400)]);
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::default()).await.unwrap();
        w.send_out().await;
        assert_eq!(w.conversation(c.id).await.status, ConversationStatus::Completed);
        assert_eq!(w.said(c.id).await, ["RECEIVED oi", "FAILED até logo"]);
    }
}
