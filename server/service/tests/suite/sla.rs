//! Promises of service (14, NX-21): their clocks, to the second, and who hears of them.

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use model::*;
use service::{Cx, alert, contact, conversation, desk, hours, people, sla, tag};

const MARIA: &str = "5511987654321";
const PEDRO: &str = "5511987650001";
/// From the beginning, on a Tuesday at 00:33:20, until 08:00.
const TO_OPENING: Millis = 7 * HOUR + 26 * MINUTE + 40 * SECOND;

/// By the clock on the wall; warned of at 80 % of the time.
fn policy(first: i64, next: i64, resolve: i64) -> SlaPolicy {
    SlaPolicy {
        name: "Padrão".into(),
        first_minutes: first,
        next_minutes: next,
        resolve_minutes: resolve,
        in_hours: false,
        ..SlaPolicy::default()
    }
}

async fn keep(w: &World, draft: SlaPolicy) -> SlaPolicy {
    sla::save(&w.admin, draft).await.unwrap().pop().unwrap()
}

async fn turn(w: &World) -> usize {
    let n = sla::turn(&w.desk).await.unwrap();
    assert_eq!(sla::turn(&w.desk).await.unwrap(), 0, "a turn leaves nothing of this moment behind");
    n
}

async fn mark(w: &World, id: ConversationId) -> Option<SlaMark> {
    w.conversation(id).await.sla
}

/// Nothing happens a second before, and then this.
async fn exactly_in(w: &World, id: ConversationId, time: Millis, then: SlaMark) {
    let before = mark(w, id).await;
    w.pass(time - SECOND);
    turn(w).await;
    assert_eq!(mark(w, id).await, before, "not yet");
    w.pass(SECOND);
    turn(w).await;
    assert_eq!(mark(w, id).await, Some(then), "now");
}

/// Of which conversations the person was told this, and how often.
async fn told(cx: &Cx, kind: AlertKind) -> Vec<(ConversationId, i64)> {
    let page = alert::list(cx, None).await.unwrap();
    page.items.iter().filter(|a| a.kind == kind).map(|a| (a.conversation_id, a.count)).collect()
}

/// How the promises that ended were kept, the newest first, with the minutes that they took.
async fn ended(w: &World, id: ConversationId) -> Vec<(SlaTarget, SlaOutcome, i64)> {
    let clocks = sla::clocks(&w.admin, id).await.unwrap();
    clocks.iter().filter_map(|k| Some((k.target, k.outcome?, k.took? / MINUTE))).collect()
}

/// What runs, since when and until when.
async fn running(w: &World, id: ConversationId) -> Vec<(SlaTarget, Millis, Option<Millis>)> {
    let clocks = sla::clocks(&w.admin, id).await.unwrap();
    let mut running: Vec<_> = clocks.iter().filter(|k| k.ended_at.is_none()).map(|k| (k.target, k.started_at, k.due_at)).collect();
    running.sort();
    running
}

async fn office(w: &World, change: impl FnOnce(&mut Hours)) {
    let mut draft = hours::settings(&w.admin).await.unwrap().hours.remove(0);
    draft.limited = true;
    change(&mut draft);
    hours::save(&w.admin, draft, false).await.unwrap();
}

async fn supervisor(w: &World) -> Cx {
    w.member("Sol Dias", Role::Agent, &[(w.team, false, true)]).await
}

both! {
    async fn nx_21_policies_are_the_admins_and_stand_in_their_order(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(sla::policies(&w.admin).await.unwrap(), []);
        for refused in [sla::policies(&ana).await, sla::save(&ana, policy(5, 0, 0)).await] {
            assert_eq!(fault(refused), Fault::Forbidden);
        }
        assert_eq!(fault(sla::save(&w.admin, policy(0, 0, 0)).await), Fault::field("first_minutes", Wrong::Required));
        let unknown = SlaPolicy { teams: vec![TeamId(1)], tags: vec![TagId(1)], channels: vec![ChannelId(1)], ..policy(5, 0, 0) };
        let unknown = sla::save(&w.admin, unknown).await;
        assert!(matches!(fault(unknown), Fault::Invalid { fields } if fields.len() == 3));
        let first = keep(w, policy(5, 0, 0)).await;
        let second = keep(w, SlaPolicy { name: "Urgentes".into(), priorities: vec![Priority::Urgent], ..policy(1, 0, 0) }).await;
        let (one, two) = (first.id.unwrap(), second.id.unwrap());
        let order = |all: Vec<SlaPolicy>| all.into_iter().map(|p| p.id.unwrap()).collect::<Vec<_>>();
        assert_eq!(order(sla::arrange(&w.admin, &[two, one]).await.unwrap()), [two, one]);
        assert_eq!(fault(sla::arrange(&w.admin, &[two]).await), Fault::Conflict);
        assert_eq!(fault(sla::arrange(&w.admin, &[two, two]).await), Fault::Conflict);
        // Of two admins the second is told.
        let changed = sla::save(&w.admin, SlaPolicy { next_minutes: 9, ..first.clone() }).await.unwrap();
        assert_eq!((changed[1].next_minutes, order(changed)), (9, vec![two, one]));
        assert_eq!(fault(sla::save(&w.admin, first).await), Fault::Conflict);
        assert_eq!(order(sla::remove(&w.admin, two).await.unwrap()), [one]);
        assert_eq!(fault(sla::remove(&w.admin, two).await), Fault::Missing);
        let lines: Vec<(String,)> = w.rows("select action from audit where action like 'sla.%' order by id").await;
        let lines: Vec<&str> = lines.iter().map(|(a,)| a.as_str()).collect();
        assert_eq!(lines, ["sla.add", "sla.add", "sla.order", "sla.change", "sla.remove"]);
    }

    async fn nx_21_the_first_answer_is_warned_of_and_late_to_the_second_and_once(w) {
        let (ana, sol, bia) = (w.agent("Ana Souza", w.team).await, supervisor(w).await, w.agent("Bia Reis", w.team).await);
        keep(w, policy(10, 0, 0)).await;
        let id = w.served(&ana, MARIA).await.id;
        assert_eq!(running(w, id).await, [(SlaTarget::First, START, Some(START + 10 * MINUTE))]);
        exactly_in(w, id, 8 * MINUTE, SlaMark::Warned).await;
        assert_eq!((told(&ana, AlertKind::Sla).await, told(&sol, AlertKind::Sla).await), (vec![(id, 1)], vec![]));
        // What the contact adds changes nothing.
        w.says(MARIA, "alguém?").await;
        exactly_in(w, id, 2 * MINUTE, SlaMark::Breached).await;
        for (who, told_of) in [(&ana, vec![(id, 1)]), (&sol, vec![(id, 1)]), (&bia, vec![])] {
            assert_eq!(told(who, AlertKind::SlaBreached).await, told_of);
        }
        w.pass(HOUR);
        assert_eq!((turn(w).await, told(&ana, AlertKind::SlaBreached).await), (0, vec![(id, 1)]));
        // The answer ends it, and whoever looks sees so with the answer.
        let seq = desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        w.send(&ana, id, "pois não").await.unwrap();
        assert_eq!((mark(w, id).await, ended(w, id).await), (None, vec![(SlaTarget::First, SlaOutcome::Breached, 70)]));
        let events = desk::events_since(&w.desk.system(w.account), seq, 10).await.unwrap();
        let rows: Vec<_> = events.iter().filter_map(|e| if let Change::Conversation { row, .. } = &e.change { Some(row.sla) } else { None }).collect();
        assert!(!rows.is_empty() && rows.iter().all(Option::is_none), "{rows:?}");
    }

    async fn nx_21_an_answer_in_the_last_second_is_in_time_and_one_at_the_end_is_late(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        keep(w, policy(10, 20, 0)).await;
        let (fast, slow) = (w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id);
        w.pass(10 * MINUTE - SECOND);
        w.send(&ana, fast, "pois não").await.unwrap();
        w.pass(SECOND);
        // Whether or not the worker was there in between.
        w.send(&ana, slow, "pois não").await.unwrap();
        turn(w).await;
        assert_eq!(ended(w, fast).await, [(SlaTarget::First, SlaOutcome::Met, 9)]);
        assert_eq!(ended(w, slow).await, [(SlaTarget::First, SlaOutcome::Breached, 10)]);
        // What comes next has a time of its own.
        w.pass(HOUR);
        assert_eq!((turn(w).await, running(w, fast).await), (0, vec![]));
        w.says(MARIA, "e agora?").await;
        let since = w.desk.now();
        assert_eq!(running(w, fast).await, [(SlaTarget::Next, since, Some(since + 20 * MINUTE))]);
        exactly_in(w, fast, 16 * MINUTE, SlaMark::Warned).await;
        w.send(&ana, fast, "já vejo").await.unwrap();
        assert_eq!(ended(w, fast).await[0], (SlaTarget::Next, SlaOutcome::Met, 16));
        assert_eq!(w.number("select count(*) from sla_clock where outcome = 'MET'").await, 2);
        assert_eq!(w.number("select count(*) from sla_clock where outcome = 'BREACHED' and breached_at = due_at").await, 1);
    }

    async fn nx_21_an_answer_that_fails_was_none(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        keep(w, policy(10, 0, 0)).await;
        let id = w.served(&ana, MARIA).await.id;
        w.pass(MINUTE);
        w.graph.answers([Answer::Refused(131026, 400)]);
        w.send(&ana, id, "não chega").await.unwrap();
        assert_eq!(running(w, id).await, []);
        w.send_out().await;
        assert_eq!(running(w, id).await, [(SlaTarget::First, START, Some(START + 10 * MINUTE))]);
        assert_eq!(ended(w, id).await, []);
        w.pass(7 * MINUTE);
        turn(w).await;
        exactly_in(w, id, 2 * MINUTE, SlaMark::Breached).await;
        assert_eq!(w.number("select count(*) from sla_clock").await, 1);
    }

    async fn nx_21_the_conclusion_is_promised_from_the_contacts_first_message(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        keep(w, policy(0, 30, 120)).await;
        let (fast, slow) = (w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id);
        assert_eq!(running(w, fast).await, [(SlaTarget::Resolve, START, Some(START + 2 * HOUR))]);
        w.pass(HOUR);
        for id in [fast, slow] {
            w.send(&ana, id, "pois não").await.unwrap();
        }
        w.pass(HOUR - SECOND);
        turn(w).await;
        conversation::conclude(&ana, fast, ConcludeDraft::silent()).await.unwrap();
        w.pass(SECOND);
        turn(w).await;
        assert_eq!((mark(w, fast).await, mark(w, slow).await), (None, Some(SlaMark::Breached)));
        // Of what was concluded without the answer, the answer was neither in time nor late.
        w.says(PEDRO, "e?").await;
        conversation::conclude(&ana, slow, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(ended(w, fast).await, [(SlaTarget::Resolve, SlaOutcome::Met, 119)]);
        assert_eq!(ended(w, slow).await, [(SlaTarget::Next, SlaOutcome::Dropped, 0), (SlaTarget::Resolve, SlaOutcome::Breached, 120)]);
        assert_eq!((mark(w, slow).await, running(w, slow).await), (None, vec![]));
        // Taken up again it is a new promise, and the history stays.
        w.pass(HOUR);
        assert_eq!(w.says(MARIA, "voltei").await.assignee_id, Some(ana.user));
        let since = w.desk.now();
        assert_eq!(running(w, fast).await, [
            (SlaTarget::Next, since, Some(since + 30 * MINUTE)),
            (SlaTarget::Resolve, since, Some(since + 2 * HOUR)),
        ]);
        assert_eq!(ended(w, fast).await.len(), 1);
    }

    async fn nx_21_who_is_written_to_first_is_promised_something_once_they_write(w) {
        let template = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await.remove(0);
        keep(w, policy(10, 20, 120)).await;
        let id = w.served(&w.admin, MARIA).await.id;
        w.send(&w.admin, id, "pois não").await.unwrap();
        conversation::conclude(&w.admin, id, ConcludeDraft::silent()).await.unwrap();
        w.pass(2 * DAY);
        conversation::restart(&w.admin, id, "r", filled(&template, &[])).await.unwrap();
        w.pass(DAY);
        assert_eq!((turn(w).await, running(w, id).await, mark(w, id).await), (0, vec![], None));
        w.says(MARIA, "oi").await;
        let since = w.desk.now();
        assert_eq!(running(w, id).await, [
            (SlaTarget::Next, since, Some(since + 20 * MINUTE)),
            (SlaTarget::Resolve, since, Some(since + 2 * HOUR)),
        ]);
    }

    async fn nx_21_hr_4_time_stands_still_at_lunch_and_follows_hours_that_change_meanwhile(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        office(w, |_| {}).await;
        keep(w, SlaPolicy { in_hours: true, ..policy(60, 0, 0) }).await;
        // From 11:50 on it is an hour at 13:50, and four fifths of it at 13:38.
        w.pass(TO_OPENING + 3 * HOUR + 50 * MINUTE);
        let (noon, id) = (w.desk.now(), w.served(&ana, MARIA).await.id);
        assert_eq!(running(w, id).await, [(SlaTarget::First, noon, Some(noon + 2 * HOUR))]);
        exactly_in(w, id, 108 * MINUTE, SlaMark::Warned).await;
        exactly_in(w, id, 12 * MINUTE, SlaMark::Breached).await;
        w.send(&ana, id, "pois não").await.unwrap();
        assert_eq!(ended(w, id).await, [(SlaTarget::First, SlaOutcome::Breached, 60)]);
        // At 17:50 there are ten minutes left of the day; then somebody says that it is open until 20:00.
        w.pass(4 * HOUR);
        let (evening, id) = (w.desk.now(), w.served(&ana, PEDRO).await.id);
        assert_eq!(running(w, id).await, [(SlaTarget::First, evening, Some(evening + 15 * HOUR))]);
        w.pass(5 * MINUTE);
        office(w, |h| h.week[1].periods[1].to = 20 * 60).await;
        assert!(turn(w).await >= 1);
        assert_eq!(running(w, id).await, [(SlaTarget::First, evening, Some(evening + HOUR))]);
        exactly_in(w, id, 43 * MINUTE, SlaMark::Warned).await;
        // More time takes the warning back, and it comes again.
        office(w, |h| h.week[1].periods[1].to = 18 * 60).await;
        assert!(turn(w).await >= 1);
        assert_eq!(mark(w, id).await, None);
        assert_eq!(running(w, id).await, [(SlaTarget::First, evening, Some(evening + 15 * HOUR))]);
        w.pass(13 * HOUR);
        turn(w).await;
        assert_eq!(mark(w, id).await, None);
        w.pass(3 * HOUR);
        assert_eq!((turn(w).await, mark(w, id).await), (1, Some(SlaMark::Breached)));
    }

    async fn nx_21_hr_3_a_holiday_counts_nothing_and_teams_have_their_own_hours(w) {
        let night = w.new_team("Plantão", Restriction::None).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (night, true, false)]).await;
        office(w, |h| h.dates.push(SpecialDate { date: "2026-07-14".into(), name: "Feriado".into(), periods: Vec::new() })).await;
        let always = vec![WeekDay { active: true, periods: vec![Period { from: 0, to: 1440 }] }; 7];
        let own = Hours { limited: true, week: always, ..Hours::of(Some(night)) };
        hours::save(&w.admin, own, false).await.unwrap();
        keep(w, SlaPolicy { in_hours: true, ..policy(60, 0, 0) }).await;
        w.pass(TO_OPENING);
        let id = w.served(&ana, MARIA).await.id;
        let opens = w.desk.now();
        assert_eq!(running(w, id).await, [(SlaTarget::First, opens, Some(opens + 25 * HOUR))]);
        // The date is the account's for all; the team's nights are its own.
        w.pass(17 * HOUR);
        let to = TransferDraft { to: TransferTo::Team { team_id: night }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&ana, id, to).await.unwrap();
        assert_eq!(running(w, id).await, [(SlaTarget::First, opens, Some(opens + 17 * HOUR))]);
        assert_eq!((turn(w).await, mark(w, id).await), (1, Some(SlaMark::Breached)));
    }

    async fn nx_21_hr_5_a_night_in_which_clocks_go_back_has_an_hour_more(w) {
        let zone = AccountDraft { name: "Loja".into(), time_zone: "America/New_York".into(), closing_message: String::new() };
        people::save_account(&w.admin, zone).await.unwrap();
        let ana = w.agent("Ana Souza", w.team).await;
        // Open from 01:00 to 05:00.
        office(w, |h| h.week = vec![WeekDay { active: true, periods: vec![Period { from: 60, to: 300 }] }; 7]).await;
        keep(w, SlaPolicy { in_hours: true, warn_value: 0, ..policy(240, 0, 0) }).await;
        let midnight = "2026-11-01T00:00:00-04:00[America/New_York]".parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond();
        w.pass(midnight - START);
        let id = w.served(&ana, MARIA).await.id;
        // Four hours of it are over at 04:00, which is five hours later.
        assert_eq!(running(w, id).await, [(SlaTarget::First, midnight, Some(midnight + 5 * HOUR))]);
        exactly_in(w, id, 5 * HOUR, SlaMark::Breached).await;
        w.send(&ana, id, "pois não").await.unwrap();
        assert_eq!(ended(w, id).await, [(SlaTarget::First, SlaOutcome::Breached, 240)]);
    }

    async fn nx_21_the_first_policy_that_fits_is_followed_wherever_the_conversation_goes(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (sales, true, false)]).await;
        let vip = tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Blue }).await.unwrap().id;
        keep(w, SlaPolicy { priorities: vec![Priority::Urgent], ..policy(5, 0, 0) }).await;
        keep(w, SlaPolicy { tags: vec![vip], ..policy(20, 0, 0) }).await;
        keep(w, SlaPolicy { teams: vec![sales], ..policy(30, 0, 0) }).await;
        let all = keep(w, policy(60, 0, 0)).await;
        let c = w.served(&ana, MARIA).await;
        let due = async || running(w, c.id).await[0].2.unwrap() - START;
        assert_eq!(due().await, 60 * MINUTE);
        w.pass(MINUTE);
        let to = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&ana, c.id, to).await.unwrap();
        assert_eq!(due().await, 30 * MINUTE);
        // Tags are looked at by the worker.
        tag::change(&w.admin, c.contact_id, TagChange::Insert, &[vip]).await.unwrap();
        assert_eq!((turn(w).await, due().await), (1, 20 * MINUTE));
        let urgent = conversation::prioritize(&ana, c.id, Priority::Urgent).await.unwrap();
        assert_eq!((urgent.priority, due().await), (Priority::Urgent, 5 * MINUTE));
        w.pass(4 * MINUTE);
        turn(w).await;
        assert_eq!(mark(w, c.id).await, Some(SlaMark::Breached));
        // What was broken stays so.
        assert_eq!(conversation::prioritize(&ana, c.id, Priority::Low).await.unwrap().sla, Some(SlaMark::Breached));
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.priority'").await, 2);
        // Nothing is promised any more to who waits by a policy that is gone.
        let other = w.served(&ana, PEDRO).await.id;
        sla::save(&w.admin, SlaPolicy { active: false, ..all }).await.unwrap();
        turn(w).await;
        assert_eq!((running(w, other).await, ended(w, other).await), (vec![], vec![]));
    }

    async fn nx_21_a_policy_counts_from_what_waits_already(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let (late, done) = (w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id);
        w.send(&ana, done, "pois não").await.unwrap();
        w.pass(11 * MINUTE);
        keep(w, policy(10, 10, 0)).await;
        turn(w).await;
        assert_eq!((mark(w, late).await, mark(w, done).await), (Some(SlaMark::Breached), None));
        assert_eq!(running(w, late).await, [(SlaTarget::First, START, Some(START + 10 * MINUTE))]);
    }

    async fn nx_7_who_does_not_answer_in_time_loses_it_to_the_queue(w) {
        let (ana, bia, sol) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await, supervisor(w).await);
        keep(w, SlaPolicy { requeue: true, warn_leads: true, ..policy(10, 10, 15) }).await;
        let id = w.served(&ana, MARIA).await.id;
        exactly_in(w, id, 8 * MINUTE, SlaMark::Warned).await;
        assert_eq!(told(&sol, AlertKind::Sla).await, [(id, 1)]);
        exactly_in(w, id, 2 * MINUTE, SlaMark::Breached).await;
        let back = w.conversation(id).await;
        assert_eq!((back.status, back.assignee_id), (ConversationStatus::Pending, None));
        assert_eq!(w.transitions(id).await.last(), Some(&Transition::Returned { from: ana.user, minutes: 10 }));
        assert_eq!(told(&ana, AlertKind::Returned).await, [(id, 1)]);
        // In the queue it is nobody's to lose, and all of the team hear of the promise that is broken next.
        conversation::assume(&bia, id, None).await.unwrap();
        w.send(&bia, id, "pois não").await.unwrap();
        w.pass(5 * MINUTE);
        turn(w).await;
        assert_eq!(w.conversation(id).await.assignee_id, Some(bia.user), "the conclusion takes it from nobody");
        assert_eq!(told(&bia, AlertKind::SlaBreached).await, [(id, 1)]);
        let waiting = w.says(PEDRO, "oi").await.id;
        w.pass(8 * MINUTE);
        turn(w).await;
        assert!(told(&ana, AlertKind::Sla).await.contains(&(waiting, 1)) && told(&bia, AlertKind::Sla).await.contains(&(waiting, 1)));
    }

    async fn nx_2_of_two_that_become_one_the_longer_clock_goes_on(w) {
        keep(w, policy(10, 0, 60)).await;
        let one = w.served(&w.admin, MARIA).await;
        w.pass(5 * MINUTE);
        let other = w.served(&w.admin, PEDRO).await;
        let of = async |id| contact::get(&w.desk.system(w.account), id).await.unwrap();
        let draft = ContactMergeDraft::suggest(&of(one.contact_id).await, &of(other.contact_id).await);
        contact::merge(&w.admin, draft).await.unwrap();
        let (stays, left) = (other.id, one.id);
        let expected = [(SlaTarget::First, START, Some(START + 10 * MINUTE)), (SlaTarget::Resolve, START, Some(START + HOUR))];
        assert_eq!((running(w, stays).await, running(w, left).await), (expected.to_vec(), vec![]));
        exactly_in(w, stays, 3 * MINUTE, SlaMark::Warned).await;
        exactly_in(w, stays, 2 * MINUTE, SlaMark::Breached).await;
        assert_eq!(told(&w.admin, AlertKind::SlaBreached).await, [(stays, 1)]);
        // Apart again, each has its own.
        let merge = w.number("select id from merge where kind = 'CONTACT'").await;
        contact::undo_merge(&w.admin, merge.into()).await.unwrap();
        assert_eq!(running(w, left).await, expected);
    }

    async fn nx_21_two_servers_at_once_tell_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        keep(w, policy(10, 0, 0)).await;
        let ids = [w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id];
        for time in [8 * MINUTE, 2 * MINUTE] {
            w.pass(time);
            let turns = futures::future::join_all((0..4).map(|_| sla::turn(&w.desk))).await;
            assert_eq!(turns.into_iter().map(|t| t.unwrap()).sum::<usize>(), 2);
        }
        for kind in [AlertKind::Sla, AlertKind::SlaBreached] {
            let told = told(&ana, kind).await;
            assert!(told.len() == 2 && ids.iter().all(|id| told.contains(&(*id, 1))), "{told:?}");
        }
    }

    async fn ab_2_lists_and_counts_know_what_is_in_danger(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (sales, true, false)]).await;
        keep(w, policy(10, 0, 0)).await;
        let late = w.served(&ana, MARIA).await.id;
        w.pass(2 * MINUTE);
        let soon = w.served(&ana, PEDRO).await.id;
        conversation::prioritize(&ana, soon, Priority::High).await.unwrap();
        w.pass(8 * MINUTE);
        let fine = w.served(&ana, "5511987650002").await.id;
        turn(w).await;
        let filtered = async |filter: Filter| {
            let q = ConversationQuery { tab: Tab::Mine, filter: filter.clone(), oldest_first: true, after: None, limit: None };
            let found: Vec<_> = conversation::list(&ana, &q).await.unwrap().items.iter().map(|c| c.id).collect();
            for id in [late, soon, fine] {
                assert_eq!(filter.passes(&w.conversation(id).await, ana.user), found.contains(&id), "the browser's filter agrees");
            }
            found
        };
        let marked = |sla: &[SlaMark]| Filter { sla: sla.to_vec(), ..Filter::default() };
        assert_eq!(filtered(marked(&[SlaMark::Breached])).await, [late]);
        assert_eq!(filtered(marked(&[SlaMark::Warned])).await, [soon]);
        assert_eq!(filtered(marked(SlaMark::ALL)).await, [late, soon]);
        assert_eq!(filtered(Filter { priorities: vec![Priority::High, Priority::Urgent], ..Filter::default() }).await, [soon]);
        let scope = w.desk.system(w.account);
        let counted = vec![SlaCount { team_id: w.team, warned: 1, breached: 1 }];
        assert_eq!(sla::counts(&scope, None).await.unwrap(), counted);
        assert_eq!(sla::counts(&scope, Some(&[w.team])).await.unwrap(), counted);
        assert_eq!(sla::counts(&scope, Some(&[sales])).await.unwrap(), []);
        // Who may not hand it over does not say how pressing it is.
        let bia = w.agent("Bia Reis", w.team).await;
        assert_eq!(fault(conversation::prioritize(&bia, soon, Priority::Low).await), Fault::Forbidden);
        conversation::conclude(&ana, late, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(fault(conversation::prioritize(&ana, late, Priority::Low).await), Fault::WrongState);
        assert_eq!(sla::counts(&scope, None).await.unwrap(), [SlaCount { team_id: w.team, warned: 1, breached: 0 }]);
    }
}
