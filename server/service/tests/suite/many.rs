//! Concluding many at once (04, section 4.8).

use crate::reasons::{classifies, reason};
use crate::world::*;
use model::*;
use service::closing::{self, many};
use service::{auth, conversation, people, tag};

fn all(expected: i64) -> BulkDraft {
    BulkDraft { filter: BulkFilter::default(), expected, with_message: false, reason_id: None, code: PASSWORD.into() }
}

async fn work_off(w: &World) {
    while many::turn(&w.desk).await.unwrap() > 0 {}
}

async fn count(w: &World, filter: BulkFilter) -> i64 {
    closing::count_many(&w.admin, &filter).await.unwrap()
}

both! {
    async fn bc_1_admins_conclude_what_a_filter_finds(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let waiting = w.says("5511987650001", "oi").await;
        let hers = w.served(&ana, "5511987650002").await;
        let other = w.says("5511987650003", "oi").await;
        let to = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, other.id, to).await.unwrap();
        w.pass(HOUR);
        let fresh = w.says("5511987650004", "oi").await;
        let any = BulkFilter::default();
        assert_eq!(count(w, any.clone()).await, 4);
        assert_eq!(count(w, BulkFilter { channels: vec![ChannelId(1)], ..any.clone() }).await, 0);
        assert_eq!(count(w, BulkFilter { channels: vec![ChannelId(1), w.channel], ..any.clone() }).await, 4);
        assert_eq!(count(w, BulkFilter { teams: vec![sales], ..any.clone() }).await, 1);
        assert_eq!(count(w, BulkFilter { assignees: vec![ana.user], ..any.clone() }).await, 1);
        assert_eq!(count(w, BulkFilter { status: Some(ConversationStatus::Pending), ..any.clone() }).await, 3);
        assert_eq!(count(w, BulkFilter { idle_minutes: 60, ..any.clone() }).await, 3);
        assert_eq!(count(w, BulkFilter { idle_minutes: 61, ..any.clone() }).await, 0);
        let idle = BulkFilter { idle_minutes: 60, teams: vec![w.team], ..any };
        for cx in [&ana, &w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await] {
            assert_eq!(fault(closing::count_many(cx, &idle).await), Fault::Forbidden);
            assert_eq!(fault(closing::start_job(cx, BulkDraft { filter: idle.clone(), ..all(2) }).await), Fault::Forbidden);
        }
        let job = closing::start_job(&w.admin, BulkDraft { filter: idle, ..all(2) }).await.unwrap();
        work_off(w).await;
        let now = closing::jobs(&w.admin).await.unwrap();
        assert_eq!((now[0].id, now[0].state, now[0].done, now[0].failed), (job.id, JobState::Done, 2, 0));
        for (c, open) in [(&waiting, false), (&hers, false), (&other, true), (&fresh, true)] {
            assert_eq!(w.conversation(c.id).await.status.is_open(), open);
        }
        assert_eq!(w.conversation(hers.id).await.closed_by, Some(w.admin.user));
        assert_eq!(w.number("select count(*) from audit where action = 'conversations.conclude'").await, 1);
    }

    async fn bc_1_tags_and_days_narrow_what_is_found(w) {
        // Days are the account's.
        let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
        let day = |n: i64| jiff::Timestamp::from_millisecond(START + n * 24 * HOUR).unwrap().to_zoned(zone.clone()).date().to_string();
        let old = w.says("5511987650001", "oi").await;
        let vip = tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red }).await.unwrap();
        tag::change(&w.admin, old.contact_id, TagChange::Insert, &[vip.id]).await.unwrap();
        w.pass(24 * HOUR);
        let young = w.says("5511987650002", "oi").await;
        let any = BulkFilter::default();
        assert_eq!(count(w, BulkFilter { tags: vec![vip.id], ..any.clone() }).await, 1);
        assert_eq!(count(w, BulkFilter { tags: vec![TagId(1)], ..any.clone() }).await, 0);
        let made = |from: &str, until: &str| BulkFilter { created_from: from.into(), created_until: until.into(), ..BulkFilter::default() };
        assert_eq!(count(w, made("", &day(0))).await, 1);
        assert_eq!(count(w, made(&day(1), "")).await, 1);
        assert_eq!(count(w, made(&day(0), &day(1))).await, 2);
        assert_eq!(count(w, made(&day(2), "")).await, 0);
        w.pass(24 * HOUR);
        w.says("5511987650002", "ainda aqui").await;
        conversation::assume(&w.admin, old.id, None).await.unwrap();
        let wrote = |from: &str, until: &str| BulkFilter { active_from: from.into(), active_until: until.into(), ..BulkFilter::default() };
        assert_eq!(count(w, wrote(&day(0), &day(0))).await, 1);
        assert_eq!(count(w, wrote(&day(1), &day(1))).await, 1);
        assert_eq!(count(w, wrote(&day(2), "")).await, 1, "a line of the system is no message");
        assert_eq!(count(w, wrote("", &day(1))).await, 2);
        for (filter, field) in [(made("ontem", ""), "created_from"), (wrote("", "2026-02-31"), "active_until")] {
            assert_eq!(fault(closing::count_many(&w.admin, &filter).await), Fault::field(field, Wrong::NotADate));
        }
        closing::start_job(&w.admin, BulkDraft { filter: made(&day(1), ""), ..all(1) }).await.unwrap();
        work_off(w).await;
        assert_eq!((w.conversation(old.id).await.status.is_open(), w.conversation(young.id).await.status.is_open()), (true, false));
    }

    async fn bc_1_the_set_is_frozen_when_it_is_confirmed(w) {
        let first = w.says("5511987650001", "oi").await;
        // Another one came between the look and the confirmation.
        let second = w.says("5511987650002", "oi").await;
        assert_eq!(fault(closing::start_job(&w.admin, all(1)).await), Fault::field("expected", Wrong::Unknown));
        assert_eq!(w.number("select count(*) from closing_item").await, 0);
        closing::start_job(&w.admin, all(2)).await.unwrap();
        let later = w.says("5511987650003", "oi").await;
        work_off(w).await;
        assert!(!w.conversation(first.id).await.status.is_open() && !w.conversation(second.id).await.status.is_open());
        assert!(w.conversation(later.id).await.status.is_open());
    }

    async fn bc_1_it_needs_the_persons_password_again(w) {
        w.says("5511987650001", "oi").await;
        // Nothing can send a code here.
        let step_up = Fault::StepUp { action: Dangerous::CompleteMany };
        for (said, refused) in [("", step_up), ("not it at all", Fault::field("code", Wrong::NotRight))] {
            let draft = BulkDraft { code: said.into(), ..all(1) };
            assert_eq!(fault(closing::start_job(&w.admin, draft).await), refused);
        }
        // Guessing is slowed down, also for who is signed in.
        let mut last = Fault::Missing;
        for _ in 0..6 {
            last = fault(auth::step_up(&w.admin, "not it at all").await);
        }
        assert!(matches!(last, Fault::Throttled { .. }), "{last:?}");
        assert!(matches!(fault(auth::step_up(&w.admin, PASSWORD).await), Fault::Throttled { .. }));
        w.pass(HOUR);
        auth::step_up(&w.admin, PASSWORD).await.unwrap();
        assert_eq!(w.number("select count(*) from closing_job").await, 0);
    }

    async fn bc_2_nobody_is_written_to_unless_that_is_ticked(w) {
        let draft = AccountDraft { name: "Loja".into(), time_zone: "UTC".into(), closing_message: "até logo".into() };
        people::save_account(&w.admin, draft).await.unwrap();
        for (phone, with_message) in [("5511987650001", false), ("5511987650002", true)] {
            w.served(&w.admin, phone).await;
            closing::start_job(&w.admin, BulkDraft { with_message, ..all(1) }).await.unwrap();
            work_off(w).await;
            w.send_out().await;
            assert_eq!(w.graph.texts().len(), usize::from(with_message));
        }
    }

    async fn bc_1_each_result_is_told_and_one_failure_stops_nothing(w) {
        let ids = [w.says("5511987650001", "oi").await.id, w.says("5511987650002", "oi").await.id, w.says("5511987650003", "oi").await.id];
        let job = closing::start_job(&w.admin, all(3)).await.unwrap().id;
        conversation::conclude(&w.admin, ids[1], ConcludeDraft::default()).await.unwrap();
        work_off(w).await;
        let items = closing::job_items(&w.admin, job).await.unwrap();
        assert_eq!((items[0].conversation_id, items[0].state, items[0].fault.clone()), (ids[1], ItemState::Failed, Some(Fault::WrongState)));
        assert!(items[1..].iter().all(|i| i.state == ItemState::Done && i.fault.is_none() && !i.contact_name.is_empty()));
        let now = closing::jobs(&w.admin).await.unwrap().remove(0);
        assert_eq!((now.state, now.total, now.done, now.failed), (JobState::Done, 3, 2, 1));
    }

    async fn bc_1_a_stopped_job_concludes_no_more(w) {
        for n in 0..60 {
            w.says(&format!("55119876500{n:02}"), "oi").await;
        }
        let job = closing::start_job(&w.admin, all(60)).await.unwrap().id;
        assert_eq!(many::turn(&w.desk).await.unwrap(), 50);
        closing::cancel_job(&w.admin, job).await.unwrap();
        work_off(w).await;
        let now = closing::jobs(&w.admin).await.unwrap().remove(0);
        assert_eq!((now.state, now.done), (JobState::Cancelled, 50));
        assert_eq!(count(w, BulkFilter::default()).await, 10);
        assert_eq!(fault(closing::cancel_job(&w.admin, job).await), Fault::WrongState);
    }

    async fn bc_1_two_workers_do_each_one_once_and_a_former_admin_nothing(w) {
        for n in 0..20 {
            w.says(&format!("55119876500{n:02}"), "oi").await;
        }
        closing::start_job(&w.admin, all(20)).await.unwrap();
        futures::future::join_all((0..3).map(|_| many::turn(&w.desk))).await.into_iter().for_each(|t| assert!(t.unwrap() <= 20));
        work_off(w).await;
        let now = closing::jobs(&w.admin).await.unwrap().remove(0);
        assert_eq!((now.state, now.done, now.failed), (JobState::Done, 20, 0));
        assert_eq!(w.number("select count(*) from message where content like '%concluded%'").await, 20);
        let boss = w.member("Bia Reis", Role::Admin, &[(w.team, true, true)]).await;
        w.says("5511987651111", "oi").await;
        closing::start_job(&boss, all(1)).await.unwrap();
        let draft = MemberDraft { user_id: Some(boss.user), password: String::new(), ..member_draft("Bia Reis", Role::Agent, &[(w.team, true, true)]) };
        people::save_member(&w.admin, draft).await.unwrap();
        work_off(w).await;
        assert_eq!(closing::jobs(&w.admin).await.unwrap()[0].state, JobState::Cancelled);
        assert_eq!(count(w, BulkFilter::default()).await, 1);
    }

    async fn co_5_one_reason_for_all_where_one_is_demanded(w) {
        classifies(w, true).await;
        let c = w.says("5511987650001", "oi").await;
        assert_eq!(fault(closing::start_job(&w.admin, all(1)).await), Fault::ReasonRequired);
        let sale = reason(w, ReasonDraft { has_monetary_value: true, ..reason_draft("Venda") }).await;
        let asks = BulkDraft { reason_id: Some(sale.id), ..all(1) };
        assert_eq!(fault(closing::start_job(&w.admin, asks).await), Fault::field("reason_id", Wrong::NotAllowed));
        let old = reason(w, ReasonDraft { category: ReasonCategory::Other, ..reason_draft("Antigo") }).await;
        closing::start_job(&w.admin, BulkDraft { reason_id: Some(old.id), ..all(1) }).await.unwrap();
        work_off(w).await;
        assert_eq!(w.conversation(c.id).await.classification.unwrap().description, "Antigo");
    }
}
