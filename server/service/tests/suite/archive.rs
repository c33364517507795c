//! The archive of what was concluded (04, section 4.10).

use crate::reasons::{classifies, reason};
use crate::world::*;
use model::*;
use service::{Cx, conversation};

/// Concluded by who serves it; answers its id.
async fn done(w: &World, cx: &Cx, phone: &str, draft: ConcludeDraft) -> ConversationId {
    let c = w.served(cx, phone).await;
    conversation::conclude(cx, c.id, draft).await.unwrap().id
}

async fn found(cx: &Cx, query: &ArchiveQuery) -> Vec<ConversationId> {
    conversation::archive(cx, query).await.unwrap().items.into_iter().map(|c| c.id).collect()
}

both! {
    async fn ar_1_what_is_over_is_in_the_archive_and_nothing_else(w) {
        let c = done(w, &w.admin, "5511987650001", ConcludeDraft::silent()).await;
        w.served(&w.admin, "5511987650002").await;
        w.says("5511987650003", "na fila").await;
        assert_eq!(found(&w.admin, &ArchiveQuery::default()).await, [c]);
        // Open again, it is among the living.
        w.says("5511987650001", "voltei").await;
        assert_eq!(found(&w.admin, &ArchiveQuery::default()).await, []);
    }

    async fn ar_1_admins_and_supervisors_see_all_and_others_what_their_teams_let_them(w) {
        let closed = w.new_team("Fechada", Restriction::User).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (closed, true, false)]).await;
        let bia = w.member("Bia Reis", Role::Agent, &[(w.team, true, false), (closed, true, false)]).await;
        let boss = w.member("Carla Dias", Role::Agent, &[(closed, false, true)]).await;
        let open = done(w, &ana, "5511987650001", ConcludeDraft::silent()).await;
        let c = w.served(&ana, "5511987650002").await;
        let to = TransferDraft { to: TransferTo::Person { user_id: ana.user, team_id: Some(closed) }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        w.pass(SECOND);
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        for (cx, expected) in [(&w.admin, vec![c.id, open]), (&ana, vec![c.id, open]), (&bia, vec![open]), (&boss, vec![c.id, open])] {
            let all = found(cx, &ArchiveQuery::default()).await;
            assert_eq!(all, expected, "{}", cx.seat.name);
            for id in &all {
                assert!(cx.seen().sees(&w.conversation(*id).await.access()));
            }
        }
    }

    async fn ar_2_it_is_searched_by_period_agent_team_reason_and_contact(w) {
        classifies(w, false).await;
        let won = reason(w, reason_draft("Venda")).await.id;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.member("Bia Reis", Role::Agent, &[(w.team, true, false), (sales, true, false)]).await);
        let first = done(w, &ana, "5511987650001", ConcludeDraft { reason_id: Some(won), ..ConcludeDraft::silent() }).await;
        w.pass(DAY);
        let c = w.served(&bia, "5511987650002").await;
        let to = TransferDraft { to: TransferTo::Person { user_id: bia.user, team_id: Some(sales) }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        let second = conversation::conclude(&bia, c.id, ConcludeDraft::silent()).await.unwrap().id;
        let all = ArchiveQuery::default();
        assert_eq!(found(&w.admin, &all).await, [second, first]);
        assert_eq!(found(&w.admin, &ArchiveQuery { assignee_id: Some(ana.user), ..all.clone() }).await, [first]);
        assert_eq!(found(&w.admin, &ArchiveQuery { team_id: Some(sales), ..all.clone() }).await, [second]);
        assert_eq!(found(&w.admin, &ArchiveQuery { reason_id: Some(won), ..all.clone() }).await, [first]);
        assert_eq!(found(&w.admin, &ArchiveQuery { reason_id: Some(won), assignee_id: Some(bia.user), ..all.clone() }).await, []);
        for contact in ["Pessoa 5511987650002", "11 98765-0002", "5511987650002"] {
            assert_eq!(found(&w.admin, &ArchiveQuery { contact: contact.into(), ..all.clone() }).await, [second], "{contact}");
        }
        assert_eq!(found(&w.admin, &ArchiveQuery { contact: "ninguém".into(), ..all.clone() }).await, []);
        // Days are those of the account's calendar.
        let days = |from: &str, until: &str| ArchiveQuery { from: from.into(), until: until.into(), ..ArchiveQuery::default() };
        let day = w.day(0).await;
        let next = w.day(1).await;
        assert_eq!(found(&w.admin, &days(&day, &day)).await, [first]);
        assert_eq!(found(&w.admin, &days(&next, "")).await, [second]);
        assert_eq!(found(&w.admin, &days("", &day)).await, [first]);
        assert_eq!(found(&w.admin, &days(&day, &next)).await, [second, first]);
        for (from, until, field) in [("ontem", "", "from"), ("", "2026-02-30", "until"), ("9999-12-31T", "", "from")] {
            assert_eq!(fault(conversation::archive(&w.admin, &days(from, until)).await), Fault::field(field, Wrong::NotADate));
        }
        assert!(matches!(fault(conversation::archive(&w.admin, &ArchiveQuery { contact: "x".repeat(101), ..all }).await), Fault::Invalid { .. }));
    }

    async fn ar_2_pages_follow_each_other_without_gaps_and_it_is_only_read(w) {
        let mut expected = Vec::new();
        for n in 0..7 {
            expected.insert(0, done(w, &w.admin, &format!("551198765000{n}"), ConcludeDraft::silent()).await);
        }
        // Several at the same moment: their ids decide.
        expected.sort_by_key(|id| std::cmp::Reverse(id.0));
        let before = w.number("select count(*) from event").await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = conversation::archive(&w.admin, &ArchiveQuery { after: after.clone(), limit: Some(3), ..ArchiveQuery::default() }).await.unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items.into_iter().map(|c| c.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
        assert_eq!(w.number("select count(*) from event").await, before);
        assert_eq!(fault(conversation::archive(&w.admin, &ArchiveQuery { after: Some("x".into()), ..ArchiveQuery::default() }).await), Fault::field("after", Wrong::Unknown));
    }

    async fn ar_2_reopening_is_restarting(w) {
        let template = w.templates(&[crate::payload::template("volta", "UTILITY", "Olá")]).await.remove(0);
        let id = done(w, &w.admin, "5511987650001", ConcludeDraft::silent()).await;
        assert_eq!(fault(w.send(&w.admin, id, "oi").await), Fault::WrongState, "what is over is read only");
        let again = conversation::restart(&w.admin, id, "r", filled(&template, &[])).await.unwrap();
        assert_eq!((again.id, again.status), (id, ConversationStatus::InProgress));
        assert_eq!(found(&w.admin, &ArchiveQuery::default()).await, []);
    }
}

impl World {
    /// The account's day, so many days after the world began.
    async fn day(&self, after: i64) -> String {
        let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
        jiff::Timestamp::from_millisecond(START + after * DAY).unwrap().to_zoned(zone).date().to_string()
    }
}
