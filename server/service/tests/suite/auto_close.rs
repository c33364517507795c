//! Conversations that close by themselves (04, section 4.9).

use crate::graph::Answer;
use crate::payload;
use crate::reasons::{classifies, reason};
use crate::world::*;
use model::*;
use service::closing::{self, auto};
use service::{channels, conversation, people};

const PHONE: &str = "5511987654321";

fn hour() -> AutoClose {
    AutoClose { enabled: true, idle_minutes: 60, closing_text: "Até logo, [NOME]!".into(), ..AutoClose::default() }
}

fn warned() -> AutoClose {
    AutoClose { warn_minutes: 10, warn_text: "Ainda está aí?".into(), ..hour() }
}

async fn rule(w: &World, draft: AutoClose) {
    closing::save_rule(&w.admin, draft, false).await.unwrap();
}

/// Served, and we wrote last.
async fn owed(w: &World, phone: &str) -> ConversationId {
    let c = w.served(&w.admin, phone).await;
    w.send(&w.admin, c.id, "Posso ajudar?").await.unwrap();
    w.send_out().await;
    c.id
}

async fn turn(w: &World) -> usize {
    let n = auto::turn(&w.desk).await.unwrap();
    assert_eq!(auto::turn(&w.desk).await.unwrap(), 0, "a turn leaves nothing of this moment behind");
    w.send_out().await;
    n
}

async fn is_open(w: &World, id: ConversationId) -> bool {
    w.conversation(id).await.status.is_open()
}

both! {
    async fn au_1_it_is_off_until_an_admin_turns_it_on(w) {
        let id = owed(w, PHONE).await;
        w.pass(40 * DAY);
        assert_eq!(turn(w).await, 0);
        assert_eq!(closing::rules(&w.admin).await.unwrap(), [AutoClose::default()]);
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(closing::save_rule(&ana, hour(), false).await), Fault::Forbidden);
        assert_eq!(fault(closing::rules(&ana).await), Fault::Forbidden);
        rule(w, hour()).await;
        assert_eq!(turn(w).await, 1);
        assert!(!is_open(w, id).await);
        assert_eq!(w.number("select count(*) from audit where action = 'auto_close.change'").await, 1);
    }

    async fn au_2_it_closes_at_the_second_and_not_before(w) {
        rule(w, hour()).await;
        let id = owed(w, PHONE).await;
        w.pass(HOUR - SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (0, true));
        w.pass(SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (1, false));
        let done = w.conversation(id).await;
        assert_eq!((done.completed_at, done.closed_by, done.assignee_id), (Some(START + HOUR), None, Some(w.admin.user)));
        // AU-5: the system did it.
        let last = w.messages(id).await.pop().unwrap();
        assert_eq!((last.author_id, last.content), (None, Content::Transition(Transition::Concluded { classification: None })));
        let actor: Vec<(Option<i64>,)> = w.rows("select actor_id from audit where action = 'conversation.conclude'").await;
        assert_eq!(actor, [(None,)]);
        assert_eq!(w.graph.texts(), ["Posso ajudar?", "Até logo, Pessoa 5511987654321!"]);
        // Within twelve hours the contact comes back to the same person.
        w.pass(HOUR);
        let back = w.says(PHONE, "voltei").await;
        assert_eq!((back.id, back.assignee_id), (id, Some(w.admin.user)));
    }

    async fn au_2_only_while_the_contact_owes_the_answer(w) {
        rule(w, hour()).await;
        let queue = w.says("5511987650001", "oi").await.id;
        let unanswered = w.served(&w.admin, "5511987650002").await.id;
        let answered = owed(w, PHONE).await;
        let noted = owed(w, "5511987650003").await;
        w.pass(HOUR - SECOND);
        w.says(PHONE, "sim").await;
        // A note is for us: it neither resets nor begins anything.
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "vip".into() }, reply_to: None, mentions: Vec::new() };
        service::message::send(&w.admin, noted, note.clone()).await.unwrap();
        service::message::send(&w.admin, answered, note).await.unwrap();
        w.pass(DAY);
        assert_eq!(turn(w).await, 1);
        assert!(is_open(w, queue).await && is_open(w, unanswered).await && is_open(w, answered).await && !is_open(w, noted).await);
    }

    async fn au_2_each_message_of_ours_begins_the_time_anew(w) {
        rule(w, hour()).await;
        let id = owed(w, PHONE).await;
        w.pass(HOUR - SECOND);
        w.send(&w.admin, id, "Alô?").await.unwrap();
        w.send_out().await;
        w.pass(HOUR - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!(turn(w).await, 1);
        assert!(!is_open(w, id).await);
    }

    async fn au_2_a_late_status_or_a_failed_message_makes_nobody_owe(w) {
        rule(w, hour()).await;
        let id = owed(w, PHONE).await;
        w.says(PHONE, "sim").await;
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.OUT1", "read", START, None)])).await;
        let failed = w.served(&w.admin, "5511987650001").await.id;
        w.graph.answers([Answer::Refused(131026, 400)]);
        w.send(&w.admin, failed, "não chega").await.unwrap();
        w.send_out().await;
        w.pass(2 * HOUR);
        assert_eq!((turn(w).await, is_open(w, id).await, is_open(w, failed).await), (0, true, true));
    }

    async fn au_1_the_warning_goes_out_once_and_its_time_before_the_closing(w) {
        rule(w, warned()).await;
        let id = owed(w, PHONE).await;
        w.pass(50 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!(turn(w).await, 1);
        assert_eq!(w.graph.texts(), ["Posso ajudar?", "Ainda está aí?"]);
        // The warning itself resets nothing.
        w.pass(10 * MINUTE - SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (0, true));
        w.pass(SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (1, false));
        assert_eq!(w.graph.texts().len(), 3);
    }

    async fn au_2_an_answer_to_the_warning_resets_it_and_the_next_time_warns_again(w) {
        rule(w, warned()).await;
        let id = owed(w, PHONE).await;
        w.pass(50 * MINUTE);
        assert_eq!(turn(w).await, 1);
        w.says(PHONE, "estou").await;
        w.pass(DAY / 2);
        assert_eq!((turn(w).await, is_open(w, id).await), (0, true));
        w.send(&w.admin, id, "Certo.").await.unwrap();
        w.send_out().await;
        w.pass(50 * MINUTE);
        assert_eq!(turn(w).await, 1);
        assert_eq!(w.graph.texts().iter().filter(|t| *t == "Ainda está aí?").count(), 2);
        // And one of ours after the warning counts from itself.
        w.send(&w.admin, id, "Aguardo.").await.unwrap();
        w.send_out().await;
        w.pass(HOUR - 11 * MINUTE);
        assert_eq!((turn(w).await, is_open(w, id).await), (0, true));
    }

    async fn au_5_two_servers_at_once_warn_and_close_once(w) {
        rule(w, warned()).await;
        let ids = [owed(w, PHONE).await, owed(w, "5511987650001").await];
        for wait in [50 * MINUTE, 10 * MINUTE] {
            w.pass(wait);
            let turns = futures::future::join_all((0..4).map(|_| auto::turn(&w.desk))).await;
            assert_eq!(turns.into_iter().map(|t| t.unwrap()).sum::<usize>(), 2);
        }
        w.send_out().await;
        let texts = w.graph.texts();
        assert_eq!(texts.iter().filter(|t| *t == "Ainda está aí?").count(), 2);
        assert_eq!(texts.iter().filter(|t| t.starts_with("Até logo")).count(), 2);
        for id in ids {
            assert_eq!(w.transitions(id).await.iter().filter(|t| matches!(t, Transition::Concluded { .. })).count(), 1);
        }
    }

    async fn au_5_a_warning_and_its_mark_are_written_together(w) {
        rule(w, warned()).await;
        owed(w, PHONE).await;
        w.pass(50 * MINUTE);
        // The server dies while it writes the last row of the work: of the warning nothing is left, and none is lost.
        let (block, free) = match w.is_sqlite() {
            true => ("create trigger t before insert on event begin select raise(abort, 'dead'); end", "drop trigger t"),
            false => ("alter table event add constraint t check (seq < 0) not valid", "alter table event drop constraint t"),
        };
        w.write(block, vec![]).await;
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 0);
        assert_eq!(w.number("select count(*) from outbox").await, 0);
        assert_eq!(w.number("select count(*) from conversation where warned_at is not null").await, 0);
        w.write(free, vec![]).await;
        assert_eq!(turn(w).await, 1);
        assert_eq!(w.graph.texts(), ["Posso ajudar?", "Ainda está aí?"]);
    }

    async fn au_1_after_a_standstill_the_warning_still_comes_first(w) {
        rule(w, warned()).await;
        let id = owed(w, PHONE).await;
        w.pass(5 * HOUR);
        assert_eq!((turn(w).await, is_open(w, id).await), (1, true));
        assert_eq!(w.graph.texts().last().map(String::as_str), Some("Ainda está aí?"));
        w.pass(10 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (1, false));
    }

    async fn au_4_outside_the_window_it_closes_silently(w) {
        let two_days = 2 * 24 * 60;
        rule(w, AutoClose { idle_minutes: two_days, ..warned() }).await;
        let id = owed(w, PHONE).await;
        w.pass(2 * DAY - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (1, false));
        assert_eq!(w.graph.texts(), ["Posso ajudar?"]);
        assert_eq!(w.number("select count(*) from outbox").await, 0);
    }

    async fn au_1_teams_and_channels_may_have_their_own(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        rule(w, hour()).await;
        // The team's is off, the channel's is shorter.
        rule(w, AutoClose { team_id: Some(sales), enabled: false, ..hour() }).await;
        rule(w, AutoClose { channel_id: Some(chat), idle_minutes: 5, ..hour() }).await;
        let (here, there) = (owed(w, PHONE).await, owed(w, "5511987650001").await);
        let to = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, there, to.clone()).await.unwrap();
        conversation::assume(&w.admin, there, None).await.unwrap();
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut visitor = service::visitor::admit(&w.desk, &row, None).await.unwrap();
        service::visitor::say(&w.desk, &row, &mut visitor, "1", "oi", "Visitante").await.unwrap();
        let site: ConversationId = w.number(&format!("select id from conversation where channel_id = {chat}")).await.into();
        // In the team without closing, but the channel's rule goes before the team's.
        conversation::transfer(&w.admin, site, to).await.unwrap();
        conversation::assume(&w.admin, site, None).await.unwrap();
        w.send(&w.admin, site, "Olá").await.unwrap();
        w.pass(5 * MINUTE);
        assert_eq!((turn(w).await, is_open(w, site).await), (1, false));
        assert_eq!(w.said(site).await.last().map(String::as_str), Some("SENT Até logo, Visitante!"));
        w.pass(DAY);
        assert_eq!((turn(w).await, is_open(w, here).await, is_open(w, there).await), (1, false, true));
        // Without its exception the team is as the account.
        closing::save_rule(&w.admin, AutoClose { team_id: Some(sales), ..AutoClose::default() }, true).await.unwrap();
        assert_eq!((turn(w).await, is_open(w, there).await), (1, false));
        assert_eq!(closing::rules(&w.admin).await.unwrap().len(), 2);
    }

    async fn au_1_the_reason_is_applied_by_itself(w) {
        classifies(w, true).await;
        assert_eq!(fault(closing::save_rule(&w.admin, hour(), false).await), Fault::field("reason_id", Wrong::Required));
        let silence = reason(w, ReasonDraft { category: ReasonCategory::Lost, ..reason_draft("Sem resposta") }).await;
        let sale = reason(w, ReasonDraft { has_monetary_value: true, ..reason_draft("Venda") }).await;
        let asks = AutoClose { reason_id: Some(sale.id), ..hour() };
        assert_eq!(fault(closing::save_rule(&w.admin, asks, false).await), Fault::field("reason_id", Wrong::NotAllowed));
        rule(w, AutoClose { reason_id: Some(silence.id), ..hour() }).await;
        assert_eq!(fault(closing::delete_reason(&w.admin, silence.id).await), Fault::ReasonInUse);
        let off = ReasonDraft { id: Some(silence.id), active: false, category: ReasonCategory::Lost, ..reason_draft("Sem resposta") };
        assert_eq!(fault(closing::save_reason(&w.admin, off).await), Fault::ReasonInUse);
        let id = owed(w, PHONE).await;
        w.pass(HOUR);
        assert_eq!(turn(w).await, 1);
        let said = w.conversation(id).await.classification.unwrap();
        assert_eq!((said.category, said.description.as_str()), (ReasonCategory::Lost, "Sem resposta"));
        // Nobody concluded it: only admins correct that.
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(conversation::classify(&ana, id, Some(silence.id), None).await), Fault::Forbidden);
    }

    async fn co_5_a_rule_without_a_reason_stands_still_where_one_is_demanded(w) {
        rule(w, hour()).await;
        classifies(w, true).await;
        let id = owed(w, PHONE).await;
        w.pass(HOUR);
        assert_eq!((turn(w).await, is_open(w, id).await), (0, true));
        classifies(w, false).await;
        assert_eq!((turn(w).await, is_open(w, id).await), (1, false));
    }

    async fn au_2_a_restart_makes_the_contact_owe_again(w) {
        let templates = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await;
        rule(w, hour()).await;
        let id = owed(w, PHONE).await;
        w.pass(DAY);
        assert_eq!(turn(w).await, 1);
        conversation::restart(&w.admin, id, "r", filled(&templates[0], &[])).await.unwrap();
        w.send_out().await;
        w.pass(HOUR - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, is_open(w, id).await), (1, false));
    }

    async fn au_5_only_the_own_accounts_conversations_close(w) {
        let other = crate::tenants::second_account(&w.desk).await;
        closing::save_rule(&other, hour(), false).await.unwrap();
        let id = owed(w, PHONE).await;
        w.pass(DAY);
        assert_eq!((turn(w).await, is_open(w, id).await), (0, true));
        assert!(people::account(&other).await.is_ok());
    }
}
