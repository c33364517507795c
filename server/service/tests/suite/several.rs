//! Acting on several chosen conversations, and taking transfers back (04, section 4.1).

use crate::reasons::{classifies, reason};
use crate::world::*;
use model::*;
use service::{alert, conversation};

fn to_team(team_id: TeamId) -> TransferDraft {
    TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false }
}

fn to_person(user_id: UserId) -> TransferDraft {
    TransferDraft { to: TransferTo::Person { user_id, team_id: None }, note: String::new(), stop_bot: false, anyway: false }
}

fn faults(outcomes: &[Outcome]) -> Vec<Option<&'static str>> {
    outcomes.iter().map(|o| o.fault.as_ref().map(Fault::code)).collect()
}

both! {
    async fn ab_5_each_of_several_is_decided_like_the_single_act(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let waiting = w.says("5511987650001", "oi").await.id;
        let mine = w.served(&ana, "5511987650002").await.id;
        let hers = w.served(&bia, "5511987650003").await.id;
        let done = w.served(&ana, "5511987650004").await.id;
        conversation::conclude(&ana, done, ConcludeDraft::silent()).await.unwrap();
        let all = [waiting, mine, hers, done, ConversationId(1), waiting];
        // Outros: supervisors and admins only.
        let told = conversation::transfer_several(&ana, &all, &to_team(sales)).await.unwrap();
        assert_eq!(told.iter().map(|o| o.id).collect::<Vec<_>>(), all[..5], "the same one twice is one");
        assert_eq!(faults(&told), [None, None, Some("forbidden"), Some("wrong_state"), Some("missing")]);
        for (id, team, status) in [(waiting, sales, "PENDING"), (mine, sales, "PENDING"), (hers, w.team, "IN_PROGRESS"), (done, w.team, "COMPLETED")] {
            let c = w.conversation(id).await;
            assert_eq!((c.team_id, c.status.word()), (team, status));
        }
        let supervisor = w.member("Sofia Lima", Role::Agent, &[(w.team, false, true), (sales, false, true)]).await;
        let told = conversation::conclude_several(&supervisor, &[waiting, mine, hers], ConcludeDraft::silent()).await.unwrap();
        assert_eq!(faults(&told), [None, None, None]);
        assert_eq!(conversation::counts(&w.admin).await.unwrap(), Counts::default());
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.conclude'").await, 4);
    }

    async fn ab_5_own_ones_are_marked_read_and_unread(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let (one, two) = (w.served(&ana, "5511987650001").await.id, w.served(&ana, "5511987650002").await.id);
        let hers = w.served(&bia, "5511987650003").await.id;
        let told = conversation::mark_several(&ana, &[one, two, hers], true).await.unwrap();
        assert_eq!(faults(&told), [None, None, Some("forbidden")]);
        assert_eq!(conversation::counts(&ana).await.unwrap().mine_unread, 0);
        assert_eq!(w.conversation(hers).await.unread, 1);
        conversation::mark_several(&ana, &[two], false).await.unwrap();
        assert_eq!((w.conversation(one).await.unread, w.conversation(two).await.unread), (0, 1));
    }

    async fn ab_5_several_are_bounded(w) {
        let many: Vec<ConversationId> = (1..=limit::SEVERAL_MAX as i64 + 1).map(ConversationId).collect();
        assert_eq!(fault(conversation::mark_several(&w.admin, &many, true).await), Fault::field("ids", Wrong::TooMany));
        assert_eq!(fault(conversation::take_back_several(&w.admin, &[]).await), Fault::field("ids", Wrong::Required));
    }

    async fn co_5_one_reason_for_all_of_several(w) {
        classifies(w, true).await;
        let reason = reason(w, reason_draft("Vendido")).await;
        let (a, b) = (w.served(&w.admin, "5511987650001").await.id, w.served(&w.admin, "5511987650002").await.id);
        let told = conversation::conclude_several(&w.admin, &[a, b], ConcludeDraft::silent()).await.unwrap();
        assert_eq!(faults(&told), [Some("reason_required"), Some("reason_required")]);
        let draft = ConcludeDraft { reason_id: Some(reason.id), ..ConcludeDraft::silent() };
        let told = conversation::conclude_several(&w.admin, &[a, b], draft).await.unwrap();
        assert_eq!(faults(&told), [None, None]);
        for id in [a, b] {
            assert_eq!(w.conversation(id).await.classification.map(|c| c.reason_id), Some(reason.id));
        }
    }

    async fn a_transfer_is_taken_back_to_where_it_came_from(w) {
        let sales = w.new_team("Vendas", Restriction::User).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let vera = w.agent("Vera Dias", sales).await;
        let waiting = w.says("5511987650001", "oi").await.id;
        let (mine, other) = (w.served(&ana, "5511987650002").await.id, w.served(&ana, "5511987650003").await.id);
        conversation::transfer_several(&ana, &[waiting, mine], &to_team(sales)).await.unwrap();
        conversation::transfer_several(&ana, &[other], &to_person(vera.user)).await.unwrap();
        assert_eq!(fault(conversation::visible(&ana, mine).await), Fault::Missing, "it is out of sight by now");
        // What the contact says meanwhile does not matter.
        w.says("5511987650002", "alô?").await;
        let told = conversation::take_back_several(&ana, &[waiting, mine, other]).await.unwrap();
        assert_eq!(faults(&told), [None, None, None]);
        let at = |c: &Conversation| (c.status, c.team_id, c.assignee_id);
        assert_eq!(at(&w.conversation(waiting).await), (ConversationStatus::Pending, w.team, None));
        for id in [mine, other] {
            assert_eq!(at(&w.conversation(id).await), (ConversationStatus::InProgress, w.team, Some(ana.user)));
        }
        assert_eq!(alert::list(&vera, None).await.unwrap().unread, 0, "whom it was for hears no more of it");
        assert_eq!(w.transitions(other).await.last(), Some(&Transition::TransferredToPerson { from_team: sales, from: Some(vera.user), to_team: w.team, to: ana.user }));
    }

    async fn a_transfer_is_not_taken_back_over_what_others_did_or_too_late(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let ids = [w.served(&ana, "5511987650001").await.id, w.served(&ana, "5511987650002").await.id, w.served(&ana, "5511987650003").await.id];
        conversation::transfer_several(&ana, &ids, &to_person(bia.user)).await.unwrap();
        assert_eq!(fault(conversation::take_back(&bia, ids[0]).await), Fault::WrongState, "only who made it");
        w.send(&bia, ids[0], "já respondo").await.unwrap();
        conversation::transfer(&bia, ids[1], to_team(w.team)).await.unwrap();
        w.pass(limit::TAKE_BACK_MILLIS + SECOND);
        let told = conversation::take_back_several(&ana, &ids).await.unwrap();
        assert_eq!(faults(&told), [Some("wrong_state"), Some("wrong_state"), Some("wrong_state")]);
        conversation::transfer(&bia, ids[2], to_person(ana.user)).await.unwrap();
        w.send(&ana, ids[2], "voltou").await.unwrap();
        assert_eq!(fault(conversation::take_back(&bia, ids[2]).await), Fault::WrongState, "it was answered since");
        assert_eq!(w.conversation(ids[2]).await.assignee_id, Some(ana.user));
    }
}
