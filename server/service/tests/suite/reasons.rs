//! Reasons, and what a conclusion says of them (04, section 4.5).

use crate::payload;
use crate::world::*;
use model::*;
use service::{closing, conversation, people};

/// Conclusions of the account are classified.
pub async fn classifies(w: &World, required: bool) {
    let settings = ClosingSettings { classify: true, classify_required: required, may_skip_message: true, currency: Currency::Brl };
    closing::save_settings(&w.admin, settings).await.unwrap();
}

pub async fn reason(w: &World, draft: ReasonDraft) -> Reason {
    closing::save_reason(&w.admin, draft).await.unwrap()
}

fn sale() -> ReasonDraft {
    ReasonDraft { has_monetary_value: true, ..reason_draft("Venda") }
}

fn with(reason: &Reason) -> ConcludeDraft {
    ConcludeDraft { reason_id: Some(reason.id), ..ConcludeDraft::default() }
}

fn change(reason: &Reason) -> ReasonDraft {
    let Reason { id, description, category, has_monetary_value, team_id, active } = reason.clone();
    ReasonDraft { id: Some(id), description, category, has_monetary_value, team_id, active }
}

both! {
    async fn co_3_admins_make_reasons_in_four_categories(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(closing::save_reason(&ana, sale()).await), Fault::Forbidden);
        for category in ReasonCategory::ALL {
            reason(w, ReasonDraft { category: *category, ..reason_draft("Igual") }).await;
        }
        assert_eq!(fault(closing::save_reason(&w.admin, reason_draft("igual")).await), Fault::field("description", Wrong::Taken));
        assert_eq!(fault(closing::save_reason(&w.admin, reason_draft("  ")).await), Fault::field("description", Wrong::Required));
        // A team may have one of the same name.
        reason(w, ReasonDraft { team_id: Some(w.team), ..reason_draft("Igual") }).await;
        let all = closing::reasons(&ana).await.unwrap();
        assert_eq!(all.len(), 5);
        assert_eq!(w.number("select count(*) from audit where action = 'reason.add'").await, 5);
    }

    async fn co_3_an_amount_is_asked_where_the_reason_says_so(w) {
        classifies(w, false).await;
        let (sale, info) = (reason(w, sale()).await, reason(w, reason_draft("Dúvida")).await);
        let c = w.served(&w.admin, "5511987654321").await;
        let try_with = async |reason: &Reason, amount_minor| {
            let draft = ConcludeDraft { amount_minor, ..with(reason) };
            fault(conversation::conclude(&w.admin, c.id, draft).await)
        };
        assert_eq!(try_with(&sale, None).await, Fault::field("amount_minor", Wrong::Required));
        assert_eq!(try_with(&info, Some(1)).await, Fault::field("amount_minor", Wrong::NotAllowed));
        for wrong in [-1, limit::AMOUNT_MAX + 1] {
            assert_eq!(try_with(&sale, Some(wrong)).await, Fault::field("amount_minor", Wrong::NotAllowed));
        }
        let stray = ConcludeDraft { amount_minor: Some(1), ..ConcludeDraft::default() };
        assert_eq!(fault(conversation::conclude(&w.admin, c.id, stray).await), Fault::field("amount_minor", Wrong::NotAllowed));
        assert_eq!(w.conversation(c.id).await.status, ConversationStatus::InProgress, "what was refused changed nothing");
        let done = conversation::conclude(&w.admin, c.id, ConcludeDraft { amount_minor: Some(123_456), ..with(&sale) }).await.unwrap();
        let said = Classification {
            reason_id: sale.id,
            category: ReasonCategory::Won,
            description: "Venda".into(),
            amount: Some(Money { minor: 123_456, currency: Currency::Brl }),
        };
        assert_eq!((done.closed_by, done.classification.as_ref()), (Some(w.admin.user), Some(&said)));
        // The same from the list, in the feed, and in the audit.
        assert_eq!(w.conversation(c.id).await.classification, Some(said.clone()));
        let query = ConversationQuery { tab: Tab::Done, filter: Filter::default(), oldest_first: false, after: None, limit: None };
        assert_eq!(conversation::list(&w.admin, &query).await.unwrap().items[0].classification, Some(said.clone()));
        assert_eq!(w.transitions(c.id).await.last(), Some(&Transition::Concluded { classification: Some(said) }));
        let audit: Vec<(String,)> = w.rows("select data from audit where action = 'conversation.conclude'").await;
        assert!(audit[0].0.contains("123456"), "{audit:?}");
    }

    async fn co_5_mandatory_refuses_a_conclusion_without_a_reason(w) {
        classifies(w, true).await;
        let sale = reason(w, reason_draft("Venda")).await;
        let served = w.served(&w.admin, "5511987654321").await;
        let queue = w.says("5511987654322", "oi").await;
        for c in [&served, &queue] {
            assert_eq!(fault(conversation::conclude(&w.admin, c.id, ConcludeDraft::default()).await), Fault::ReasonRequired);
            assert_eq!(fault(conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await), Fault::ReasonRequired);
            conversation::conclude(&w.admin, c.id, with(&sale)).await.unwrap();
        }
        assert_eq!(fault(conversation::classify(&w.admin, served.id, None, None).await), Fault::ReasonRequired);
    }

    async fn co_2_while_classifying_is_off_there_are_no_reasons(w) {
        let sale = reason(w, reason_draft("Venda")).await;
        let c = w.served(&w.admin, "5511987654321").await;
        let refused = Fault::field("reason_id", Wrong::NotAllowed);
        assert_eq!(fault(conversation::conclude(&w.admin, c.id, with(&sale)).await), refused);
        // "Mandatory" means nothing then.
        let settings = ClosingSettings { classify: false, classify_required: true, may_skip_message: true, currency: Currency::Usd };
        closing::save_settings(&w.admin, settings).await.unwrap();
        assert_eq!(people::account(&w.admin).await.unwrap().closing, settings);
        conversation::conclude(&w.admin, c.id, ConcludeDraft::default()).await.unwrap();
    }

    async fn co_5_a_teams_reasons_are_for_its_conversations(w) {
        classifies(w, false).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let theirs = reason(w, ReasonDraft { team_id: Some(sales), ..reason_draft("Venda") }).await;
        let ours = reason(w, ReasonDraft { team_id: Some(w.team), ..reason_draft("Venda") }).await;
        let c = w.served(&w.admin, "5511987654321").await;
        assert_eq!(fault(conversation::conclude(&w.admin, c.id, with(&theirs)).await), Fault::field("reason_id", Wrong::Unknown));
        conversation::conclude(&w.admin, c.id, with(&ours)).await.unwrap();
    }

    async fn co_5_an_inactive_reason_stays_in_history_and_is_not_offered(w) {
        classifies(w, true).await;
        let sale = reason(w, sale()).await;
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft { amount_minor: Some(100), ..with(&sale) }).await.unwrap();
        assert_eq!(fault(closing::delete_reason(&w.admin, sale.id).await), Fault::ReasonInUse);
        let renamed = ReasonDraft { description: "Venda antiga".into(), active: false, ..change(&sale) };
        assert!(!reason(w, renamed.clone()).await.active);
        let stays = w.conversation(c.id).await.classification.unwrap();
        assert_eq!((stays.reason_id, stays.description.as_str()), (sale.id, "Venda"));
        let d = w.served(&w.admin, "5511987654322").await;
        let draft = ConcludeDraft { amount_minor: Some(1), ..with(&sale) };
        assert_eq!(fault(conversation::conclude(&w.admin, d.id, draft).await), Fault::field("reason_id", Wrong::Unknown));
        // Who corrects only the amount keeps the reason, and its name.
        let corrected = conversation::classify(&w.admin, c.id, Some(sale.id), Some(250)).await.unwrap().classification.unwrap();
        assert_eq!((corrected.description.as_str(), corrected.amount.unwrap().minor), ("Venda", 250));
        // Reactivated it is offered again; one that nothing has is deleted.
        reason(w, ReasonDraft { active: true, ..renamed }).await;
        conversation::conclude(&w.admin, d.id, draft).await.unwrap();
        let unused = reason(w, reason_draft("Engano")).await;
        closing::delete_reason(&w.admin, unused.id).await.unwrap();
        assert_eq!(fault(closing::delete_reason(&w.admin, unused.id).await), Fault::Missing);
    }

    async fn co_4_who_concluded_it_and_admins_change_the_classification(w) {
        classifies(w, false).await;
        let (sale, lost) = (reason(w, reason_draft("Venda")).await, reason(w, ReasonDraft { category: ReasonCategory::Lost, ..reason_draft("Sem estoque") }).await);
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(fault(conversation::classify(&ana, c.id, Some(sale.id), None).await), Fault::WrongState);
        // The supervisor concluded it, so not the one who served.
        conversation::conclude(&boss, c.id, ConcludeDraft::default()).await.unwrap();
        for other in [&ana, &bia] {
            assert_eq!(fault(conversation::classify(other, c.id, Some(sale.id), None).await), Fault::Forbidden);
            assert!(!w.conversation(c.id).await.may_classify(other.seen()));
        }
        let done = conversation::classify(&boss, c.id, Some(sale.id), None).await.unwrap();
        assert_eq!(done.classification.as_ref().map(|k| k.reason_id), Some(sale.id));
        let seq = w.number("select max(seq) from event").await;
        conversation::classify(&boss, c.id, Some(sale.id), None).await.unwrap();
        assert_eq!(w.number("select max(seq) from event").await, seq, "the same again is no news");
        let done = conversation::classify(&w.admin, c.id, Some(lost.id), None).await.unwrap();
        assert_eq!((done.closed_by, done.classification.clone().unwrap().category), (Some(boss.user), ReasonCategory::Lost));
        let told: Vec<(Option<UserId>, Transition)> = w
            .messages(c.id)
            .await
            .into_iter()
            .filter_map(|m| if let Content::Transition(t) = m.content { Some((m.author_id, t)) } else { None })
            .collect();
        assert_eq!(told.last(), Some(&(Some(w.admin.user), Transition::Classified { classification: done.classification })));
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.classify'").await, 2);
        assert_eq!(conversation::classify(&boss, c.id, None, None).await.unwrap().classification, None);
    }

    async fn a_conversation_that_comes_back_is_classified_anew(w) {
        classifies(w, false).await;
        let sale = reason(w, reason_draft("Venda")).await;
        let templates = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await;
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, with(&sale)).await.unwrap();
        w.pass(HOUR);
        let back = w.says("5511987654321", "voltei").await;
        assert_eq!((back.id, back.closed_by, back.classification), (c.id, None, None));
        conversation::conclude(&w.admin, c.id, with(&sale)).await.unwrap();
        w.pass(2 * DAY);
        let again = conversation::restart(&w.admin, c.id, "r", filled(&templates[0], &[])).await.unwrap();
        assert_eq!((again.closed_by, again.classification), (None, None));
        // Both conclusions stay in the feed.
        let concluded = |t: &&Transition| matches!(t, Transition::Concluded { classification: Some(_) });
        assert_eq!(w.transitions(c.id).await.iter().filter(concluded).count(), 2);
        closing::delete_reason(&w.admin, sale.id).await.unwrap();
    }

    async fn co_6_the_closing_message_is_skipped_where_allowed(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let now = people::account(&w.admin).await.unwrap().closing;
        assert!(now.may_skip_message);
        assert_eq!(fault(closing::save_settings(&ana, now).await), Fault::Forbidden);
        closing::save_settings(&w.admin, ClosingSettings { may_skip_message: false, ..now }).await.unwrap();
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(fault(conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await), Fault::field("silent", Wrong::NotAllowed));
        conversation::conclude(&ana, c.id, ConcludeDraft::default()).await.unwrap();
        let d = w.served(&ana, "5511987654322").await;
        conversation::conclude(&w.admin, d.id, ConcludeDraft::silent()).await.unwrap();
    }

    async fn co_2_the_preference_to_classify_is_ones_own(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        closing::set_classify(&ana, true).await.unwrap();
        assert!(service::auth::me(&ana).await.unwrap().classify_on_conclude);
        assert!(!service::auth::me(&w.admin).await.unwrap().classify_on_conclude);
    }
}
