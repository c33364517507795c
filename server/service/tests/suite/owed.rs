//! Answers that we owe for too long (04, section 4.9): somebody is reminded, then the conversation returns to the queue.

use crate::graph::Answer;
use crate::reasons::classifies;
use crate::world::*;
use model::*;
use service::closing::{self, auto};
use service::{Cx, alert, conversation, delay, hours, message, tag};

const MARIA: &str = "5511987654321";
const PEDRO: &str = "5511987650001";
const CARLA: &str = "5511987650002";
/// From the beginning, on a Tuesday at 00:33:20, until 08:00.
const TO_OPENING: Millis = 7 * HOUR + 26 * MINUTE + 40 * SECOND;

fn reminds() -> AutoClose {
    AutoClose { remind_minutes: 30, ..AutoClose::default() }
}

fn reminds_and_returns() -> AutoClose {
    AutoClose { return_minutes: 60, ..reminds() }
}

async fn rule(w: &World, draft: AutoClose) {
    closing::save_rule(&w.admin, draft, false).await.unwrap();
}

async fn turn(w: &World) -> usize {
    let n = auto::turn(&w.desk).await.unwrap();
    assert_eq!(auto::turn(&w.desk).await.unwrap(), 0, "a turn leaves nothing of this moment behind");
    n
}

/// Of which conversations the person was told this, and how often.
async fn told(cx: &Cx, kind: AlertKind) -> Vec<(ConversationId, i64)> {
    let page = alert::list(cx, None).await.unwrap();
    page.items.iter().filter(|a| a.kind == kind).map(|a| (a.conversation_id, a.count)).collect()
}

async fn hears_of_the_queue(cx: &Cx) -> bool {
    alert::list(cx, None).await.unwrap().items.iter().any(|a| a.kind == AlertKind::Queue && !a.is_read)
}

async fn server_of(w: &World, id: ConversationId) -> Option<UserId> {
    w.conversation(id).await.assignee_id
}

async fn hand(by: &Cx, id: ConversationId, to: &Cx) {
    let draft =
        TransferDraft { to: TransferTo::Person { user_id: to.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
    conversation::transfer(by, id, draft).await.unwrap();
}

both! {
    async fn au_2_nobody_is_reminded_and_nothing_returns_until_an_admin_wants_it(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, MARIA).await;
        w.pass(DAY);
        assert_eq!(turn(w).await, 0);
        // That it closes is another choice.
        rule(w, AutoClose { enabled: true, idle_minutes: 60, ..AutoClose::default() }).await;
        assert_eq!((turn(w).await, server_of(w, c.id).await, told(&ana, AlertKind::Owed).await), (0, Some(ana.user), vec![]));
        for (wrong, field) in [
            (AutoClose { remind_minutes: -1, ..AutoClose::default() }, "remind_minutes"),
            (AutoClose { return_minutes: 30, ..reminds() }, "return_minutes"),
        ] {
            assert_eq!(fault(closing::save_rule(&w.admin, wrong, false).await), Fault::field(field, Wrong::NotAllowed));
        }
        rule(w, reminds_and_returns()).await;
        assert_eq!(closing::rules(&w.admin).await.unwrap(), [reminds_and_returns()]);
        assert_eq!((turn(w).await, server_of(w, c.id).await), (1, None));
    }

    async fn au_2_who_owes_the_answer_is_reminded_and_then_loses_it_to_the_queue(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        rule(w, reminds_and_returns()).await;
        let c = w.served(&ana, MARIA).await;
        w.pass(30 * MINUTE - SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (0, vec![]));
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(c.id, 1)]));
        assert_eq!(told(&bia, AlertKind::Owed).await.len(), 0);
        // The time counts from the first message, and of one time there is one reminder.
        w.says(MARIA, "alguém?").await;
        w.pass(30 * MINUTE - SECOND);
        assert_eq!((turn(w).await, server_of(w, c.id).await), (0, Some(ana.user)));
        w.pass(SECOND);
        assert_eq!(turn(w).await, 1);
        let back = w.conversation(c.id).await;
        assert_eq!((back.status, back.team_id, back.assignee_id), (ConversationStatus::Pending, w.team, None));
        assert_eq!((back.waiting_since, back.completed_at), (Some(START), None));
        let counts = conversation::counts(&ana).await.unwrap();
        assert_eq!((counts.new, counts.mine), (1, 0));
        let line = w.messages(c.id).await.pop().unwrap();
        assert_eq!((line.author_id, line.content), (None, Content::Transition(Transition::Returned { from: ana.user, minutes: 60 })));
        let actor: Vec<(Option<i64>,)> = w.rows("select actor_id from audit where action = 'conversation.return'").await;
        assert_eq!(actor, [(None,)]);
        // Who had it is told so, the others that it waits.
        assert_eq!((told(&ana, AlertKind::Owed).await, told(&ana, AlertKind::Returned).await), (vec![(c.id, 1)], vec![(c.id, 1)]));
        assert_eq!(told(&bia, AlertKind::Returned).await.len(), 0);
        assert!(hears_of_the_queue(&bia).await && !hears_of_the_queue(&ana).await);
        // In the queue nobody owes it, and the contact hears of nothing.
        w.pass(HOUR);
        assert_eq!(turn(w).await, 0);
        w.send_out().await;
        assert_eq!(w.graph.texts(), [""; 0]);
        conversation::assume(&bia, c.id, None).await.unwrap();
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&bia, AlertKind::Owed).await), (1, vec![(c.id, 1)]));
    }

    async fn au_2_only_what_the_contact_gets_from_a_person_is_an_answer(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        rule(w, reminds()).await;
        let (answered, helped) = (w.served(&ana, MARIA).await.id, w.served(&ana, CARLA).await.id);
        let noted = w.served(&ana, PEDRO).await.id;
        w.pass(30 * MINUTE - SECOND);
        w.send(&ana, answered, "Já vejo.").await.unwrap();
        w.send(&w.admin, helped, "Sou eu quem responde.").await.unwrap();
        w.send_out().await;
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "vip".into() }, reply_to: None, mentions: Vec::new() };
        message::send(&ana, noted, note).await.unwrap();
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(noted, 1)]));
        // What is asked next has a time of its own.
        w.pass(HOUR);
        w.says(MARIA, "e agora?").await;
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(answered, 1), (noted, 1)]));
    }

    async fn au_2_a_message_that_failed_or_was_taken_back_answers_nobody(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        rule(w, reminds()).await;
        let failed = w.served(&ana, MARIA).await.id;
        w.pass(MINUTE);
        w.graph.answers([Answer::Refused(131026, 400)]);
        w.send(&ana, failed, "não chega").await.unwrap();
        w.send_out().await;
        assert_eq!(w.said(failed).await.last().unwrap(), "FAILED não chega");
        w.pass(29 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(failed, 1)]));
        // It is the same answer that is owed when the next try fails as well.
        w.graph.answers([Answer::Refused(131026, 400)]);
        let again = w.send(&ana, failed, "de novo").await.unwrap();
        w.send_out().await;
        w.pass(HOUR);
        assert_eq!(turn(w).await, 0);
        let owed = format!("select count(*) from conversation where owed_since = {START}");
        assert_eq!(w.number(&owed).await, 1);
        message::retry(&ana, again.id).await.unwrap();
        w.send_out().await;
        assert_eq!((w.said(failed).await.pop().unwrap().as_str(), w.number(&owed).await), ("SENT de novo", 0));

        delay::save(&w.admin, SafetyDelay { enabled: true, seconds: 5 }).await.unwrap();
        let login: LoginId = w.desk.seam.id();
        let person = w.desk.cx(w.account, ana.user, Some(login)).await.unwrap().unwrap();
        let taken = w.served(&person, PEDRO).await.id;
        w.pass(MINUTE);
        let m = w.send(&person, taken, "engano").await.unwrap();
        message::recall(&person, m.id).await.unwrap();
        w.pass(29 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(taken, 1), (failed, 1)]));
    }

    async fn au_2_who_gets_a_conversation_has_all_the_time(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        rule(w, reminds_and_returns()).await;
        let id = w.says(MARIA, "oi").await.id;
        w.pass(2 * HOUR);
        assert_eq!(turn(w).await, 0);
        conversation::assume(&ana, id, None).await.unwrap();
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        hand(&ana, id, &bia).await;
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&bia, AlertKind::Owed).await, told(&ana, AlertKind::Owed).await), (1, vec![(id, 1)], vec![]));
        hand(&bia, id, &ana).await;
        w.pass(30 * MINUTE);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(id, 1)]));
        // An answer that fails does not bring back the time of those who had it before.
        hand(&ana, id, &bia).await;
        w.graph.answers([Answer::Refused(131026, 400)]);
        w.send(&bia, id, "não chega").await.unwrap();
        w.send_out().await;
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, server_of(w, id).await), (1, Some(bia.user)));
        w.pass(30 * MINUTE);
        assert_eq!((turn(w).await, server_of(w, id).await), (1, None));
    }

    async fn au_2_who_comes_back_after_a_conclusion_begins_anew(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        rule(w, reminds()).await;
        let id = w.served(&ana, MARIA).await.id;
        w.pass(29 * MINUTE);
        conversation::conclude(&ana, id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        assert_eq!(turn(w).await, 0);
        assert_eq!(w.says(MARIA, "voltei").await.assignee_id, Some(ana.user));
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(id, 1)]));
    }

    async fn au_5_the_time_stands_still_while_the_team_is_closed(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let office = Hours { limited: true, reply: true, reply_text: "Estamos fechados.".into(), ..Hours::of(None) };
        hours::save(&w.admin, office, false).await.unwrap();
        rule(w, reminds_and_returns()).await;
        let night = w.served(&ana, MARIA).await.id;
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["Estamos fechados."], "which is no answer");
        w.pass(TO_OPENING);
        assert_eq!(turn(w).await, 0);
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(night, 1)]));
        w.pass(30 * MINUTE - SECOND);
        assert_eq!((turn(w).await, server_of(w, night).await), (0, Some(ana.user)));
        w.pass(SECOND);
        assert_eq!((turn(w).await, server_of(w, night).await), (1, None));
        // From 11:50 on it is half an hour at 13:20.
        w.pass(2 * HOUR + 50 * MINUTE);
        let noon = w.served(&ana, PEDRO).await.id;
        w.pass(30 * MINUTE);
        assert_eq!(turn(w).await, 0);
        w.pass(HOUR - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(noon, 1), (night, 1)]));
        // It is an option.
        rule(w, AutoClose { in_hours: false, ..reminds() }).await;
        w.pass(6 * HOUR);
        let evening = w.served(&ana, CARLA).await.id;
        w.pass(30 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await[0]), (1, (evening, 1)));
    }

    async fn au_3_paused_and_spared_ones_are_left_alone(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        rule(w, reminds_and_returns()).await;
        let (paused, spared, other) = (w.served(&ana, MARIA).await, w.served(&ana, PEDRO).await, w.served(&ana, CARLA).await);
        conversation::pause(&ana, paused.id, true).await.unwrap();
        let vip = tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Blue }).await.unwrap().id;
        closing::save_spared(&w.admin, &[vip]).await.unwrap();
        tag::change(&w.admin, spared.contact_id, TagChange::Insert, &[vip]).await.unwrap();
        w.pass(30 * MINUTE);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(other.id, 1)]));
        w.pass(30 * MINUTE);
        assert_eq!((turn(w).await, server_of(w, other.id).await), (1, None));
        assert_eq!((server_of(w, paused.id).await, server_of(w, spared.id).await), (Some(ana.user), Some(ana.user)));
        conversation::pause(&ana, paused.id, false).await.unwrap();
        assert_eq!((turn(w).await, server_of(w, paused.id).await), (1, None));
    }

    async fn au_1_a_team_has_its_own_times(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (sales, true, false)]).await;
        rule(w, reminds()).await;
        rule(w, AutoClose { team_id: Some(sales), return_minutes: 5, ..AutoClose::default() }).await;
        let (here, there) = (w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id);
        let to_sales = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&ana, there, to_sales).await.unwrap();
        conversation::assume(&ana, there, None).await.unwrap();
        w.pass(5 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, server_of(w, there).await), (1, None));
        assert_eq!(w.conversation(there).await.team_id, sales, "it is that team's queue");
        w.pass(25 * MINUTE);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(here, 1)]));
    }

    async fn co_5_what_closes_nothing_for_want_of_a_reason_reminds_all_the_same(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        rule(w, AutoClose { enabled: true, idle_minutes: 60, ..reminds() }).await;
        classifies(w, true).await;
        let id = w.served(&ana, MARIA).await.id;
        w.pass(30 * MINUTE);
        assert_eq!((turn(w).await, told(&ana, AlertKind::Owed).await), (1, vec![(id, 1)]));
    }

    async fn au_5_two_servers_at_once_remind_and_return_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        rule(w, reminds_and_returns()).await;
        let ids = [w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id];
        for _ in 0..2 {
            w.pass(30 * MINUTE);
            let turns = futures::future::join_all((0..4).map(|_| auto::turn(&w.desk))).await;
            assert_eq!(turns.into_iter().map(|t| t.unwrap()).sum::<usize>(), 2);
        }
        for kind in [AlertKind::Owed, AlertKind::Returned] {
            let told = told(&ana, kind).await;
            assert!(told.len() == 2 && told.iter().all(|(_, count)| *count == 1), "{told:?}");
        }
        for id in ids {
            assert_eq!(w.transitions(id).await.iter().filter(|t| matches!(t, Transition::Returned { .. })).count(), 1);
        }
    }
}
