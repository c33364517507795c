//! Who may answer: everybody who leads may, unless the account lets only who serves a conversation.

use crate::payload;
use crate::world::*;
use model::*;
use service::{conversation, feature, message};

const MARIA: &str = "5511987654321";

async fn strict(w: &World, only_assignee: bool) {
    feature::save(&w.admin, Features { only_assignee, ..Features::default() }).await.unwrap();
}

both! {
    async fn only_the_assignee_answers_where_the_account_says_so(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let c = w.served(&ana, MARIA).await;
        // As it is without the setting: who leads may step in.
        let failed = w.send(&boss, c.id, "posso ajudar?").await.unwrap();
        w.send(&w.admin, c.id, "eu também").await.unwrap();
        strict(w, true).await;
        let (ana, boss, admin) = (w.cx(ana.user).await, w.cx(boss.user).await, w.cx(w.admin.user).await);
        for cx in [&boss, &admin] {
            assert_eq!(fault(w.send(cx, c.id, "de novo").await), Fault::OnlyAssignee);
            assert_eq!(fault(message::retry(cx, failed.id).await), Fault::OnlyAssignee);
            assert_eq!(fault(message::react(cx, failed.id, "👍").await), Fault::OnlyAssignee);
            // Notes, and what leads the conversation elsewhere, stay free.
            let note = SendDraft { client_id: format!("n{}", w.fresh()), what: SendWhat::Note { text: "atenção".into() }, reply_to: None, mentions: Vec::new() };
            message::send(cx, c.id, note).await.unwrap();
        }
        let other = w.agent("Bia Reis", w.team).await;
        assert_eq!(fault(w.send(&other, c.id, "e eu?").await), Fault::NotAssignee, "an agent is told what holds for agents");
        w.send(&ana, c.id, "sou eu").await.unwrap();
        // Taking it over is what makes them answer.
        conversation::assume(&boss, c.id, Some(ana.user)).await.unwrap();
        w.send(&boss, c.id, "agora comigo").await.unwrap();
        assert_eq!(fault(w.send(&ana, c.id, "ainda eu?").await), Fault::NotAssignee);
        strict(w, false).await;
        let admin = w.cx(w.admin.user).await;
        w.send(&admin, c.id, "como antes").await.unwrap();
    }

    async fn only_the_assignee_sends_a_template_into_what_they_serve(w) {
        let template = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await.remove(0);
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, MARIA).await;
        w.pass(2 * DAY);
        strict(w, true).await;
        let (ana, admin) = (w.cx(ana.user).await, w.cx(w.admin.user).await);
        assert_eq!(fault(conversation::restart(&admin, c.id, "r1", filled(&template, &[])).await), Fault::OnlyAssignee);
        conversation::restart(&ana, c.id, "r2", filled(&template, &[])).await.unwrap();
        // What nobody serves any more is everybody's to begin again.
        let done = w.served(&ana, "5511987650001").await;
        conversation::conclude(&ana, done.id, ConcludeDraft::silent()).await.unwrap();
        let again = conversation::restart(&admin, done.id, "r3", filled(&template, &[])).await.unwrap();
        assert_eq!(again.assignee_id, Some(admin.user));
    }
}
