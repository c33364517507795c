//! Figures and the live board (13.1): what is added up is what the rows say, and who leads sees their teams and steps in.

use crate::world::*;
use model::*;
use service::{Cx, args, board, closing, contact, conversation, hours, message, people, status, tally};
use std::time::Duration;

/// Everything that is added up, held against the rows.
async fn true_to_the_rows(w: &World) {
    let wrong = tally::compare(&w.desk.system(w.account), None).await.unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The figures of all days that the test lives in, as the admin sees them.
async fn figures(cx: &Cx, by: ReportBy, team_id: Option<TeamId>) -> Report {
    tally::report(cx, &query(by, team_id)).await.unwrap()
}

fn query(by: ReportBy, team_id: Option<TeamId>) -> ReportQuery {
    ReportQuery { from: "2026-07-01".into(), to: "2026-08-31".into(), by, figure: ReportFigure::Begun, team_id, language: Language::PtBr }
}

fn counts(tally: &Tally) -> [i64; 6] {
    [TallyCount::Entered, TallyCount::Assumed, TallyCount::Answered, TallyCount::Closed, TallyCount::Received, TallyCount::Sent]
        .map(|what| tally.count(what))
}

async fn to_team(w: &World, cx: &Cx, id: ConversationId, team_id: TeamId) -> Conversation {
    let draft = TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false };
    let done = conversation::transfer(cx, id, draft).await.unwrap();
    w.pass(SECOND);
    done
}

async fn to_person(cx: &Cx, id: ConversationId, user_id: UserId) -> service::Result<Conversation> {
    let draft = TransferDraft { to: TransferTo::Person { user_id, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
    conversation::transfer(cx, id, draft).await
}

both! {
    async fn db_4_wait_first_response_and_handling_are_what_they_are_said_to_be(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987650001", "oi").await;
        w.pass(3 * MINUTE);
        conversation::assume(&ana, c.id, None).await.unwrap();
        w.pass(2 * MINUTE);
        w.send(&ana, c.id, "olá").await.unwrap();
        w.pass(10 * MINUTE);
        w.send(&ana, c.id, "mais alguma coisa?").await.unwrap();
        w.pass(5 * MINUTE);
        conversation::conclude(&ana, c.id, ConcludeDraft { silent: true, ..ConcludeDraft::default() }).await.unwrap();
        let t = figures(&w.admin, ReportBy::Agent, None).await.total;
        assert_eq!(counts(&t), [1, 1, 1, 1, 1, 2]);
        assert_eq!((t.count(TallyCount::Fresh), t.count(TallyCount::Served)), (1, 1));
        let mean = |span| t.mean(span, TallyClock::Wall);
        assert_eq!(mean(TallySpan::Wait), Some(3 * MINUTE));
        assert_eq!(mean(TallySpan::Answer), Some(5 * MINUTE));
        assert_eq!(mean(TallySpan::Serve), Some(17 * MINUTE));
        // Without hours both clocks are one.
        assert_eq!(t.mean(TallySpan::Serve, TallyClock::Open), Some(17 * MINUTE));
        true_to_the_rows(w).await;
    }

    async fn db_2_the_clock_of_business_hours_stands_still_at_night(w) {
        // A Tuesday, 00:33:20; open from 08:00.
        hours::save(&w.admin, Hours { limited: true, ..Hours::of(None) }, false).await.unwrap();
        let c = w.says("5511987650001", "oi").await;
        w.pass(8 * HOUR);
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        let t = figures(&w.admin, ReportBy::Day, None).await.total;
        assert_eq!(t.mean(TallySpan::Wait, TallyClock::Wall), Some(8 * HOUR));
        assert_eq!(t.mean(TallySpan::Wait, TallyClock::Open), Some(33 * MINUTE + 20 * SECOND));
        true_to_the_rows(w).await;
    }

    async fn db_3_what_is_taken_back_is_taken_out_of_the_figures(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (sales, true, false)]).await;
        let c = w.served(&ana, "5511987650001").await;
        let before = figures(&w.admin, ReportBy::Team, None).await;
        w.pass(MINUTE);
        // A transfer to a queue that is taken back: the service goes on as if there had been none.
        to_team(w, &ana, c.id, sales).await;
        conversation::take_back(&ana, c.id).await.unwrap();
        assert_eq!(figures(&w.admin, ReportBy::Team, None).await.rows, before.rows);
        true_to_the_rows(w).await;
        // An answer that never left.
        service::delay::save(&w.admin, SafetyDelay { enabled: true, seconds: 5 }).await.unwrap();
        // What waits is what somebody sends who is signed in.
        let ana = w.desk.cx(w.account, ana.user, Some(w.desk.seam.id())).await.unwrap().unwrap();
        let m = w.send(&ana, c.id, "ops").await.unwrap();
        assert_eq!(figures(&w.admin, ReportBy::Team, None).await.total.count(TallyCount::Answered), 1);
        message::recall(&ana, m.id).await.unwrap();
        assert_eq!(figures(&w.admin, ReportBy::Team, None).await.total.count(TallyCount::Answered), 0);
        w.pass(4 * MINUTE);
        w.send(&ana, c.id, "agora sim").await.unwrap();
        let t = figures(&w.admin, ReportBy::Team, None).await.total;
        assert_eq!(t.mean(TallySpan::Answer, TallyClock::Wall), Some(5 * MINUTE + SECOND));
        true_to_the_rows(w).await;
        // Another reason.
        crate::reasons::classifies(w, false).await;
        let sold = closing::save_reason(&w.admin, reason_draft("Vendeu")).await.unwrap().id;
        conversation::conclude(&ana, c.id, ConcludeDraft { silent: true, ..ConcludeDraft::default() }).await.unwrap();
        let of = async || -> Vec<(String, i64)> {
            let rows = figures(&w.admin, ReportBy::Reason, None).await.rows;
            rows.into_iter().map(|r| (r.name, r.tally.count(TallyCount::Closed))).filter(|(_, n)| *n > 0).collect()
        };
        assert_eq!(of().await, [(String::new(), 1)]);
        conversation::classify(&ana, c.id, Some(sold), None).await.unwrap();
        assert_eq!(of().await, [("Vendeu".to_owned(), 1)]);
        true_to_the_rows(w).await;
    }

    async fn db_5_a_supervisor_has_the_figures_of_their_teams_and_an_agent_none(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let boss = w.member("Bia Chefe", Role::Agent, &[(sales, false, true)]).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987650001", "oi").await;
        w.says("5511987650002", "oi").await;
        to_team(w, &w.admin, c.id, sales).await;
        let all = figures(&w.admin, ReportBy::Team, None).await;
        assert_eq!((all.total.count(TallyCount::Entered), all.rows.len()), (3, 2));
        let own = figures(&boss, ReportBy::Team, None).await;
        assert_eq!(own.rows.iter().map(|r| (r.name.as_str(), counts(&r.tally))).collect::<Vec<_>>(), [("Vendas", [1, 0, 0, 0, 0, 0])]);
        assert_eq!(fault(tally::report(&boss, &query(ReportBy::Day, Some(w.team))).await), Fault::Missing);
        assert_eq!(fault(tally::csv(&boss, &query(ReportBy::Day, Some(w.team))).await), Fault::Missing);
        let seen = board::board(&boss).await.unwrap();
        assert_eq!(seen.teams.iter().map(|t| (t.team_id, t.waiting)).collect::<Vec<_>>(), [(sales, 1)]);
        assert_eq!(seen.people.iter().map(|p| p.user_id).collect::<Vec<_>>(), [boss.user]);
        assert_eq!(fault(board::board(&ana).await), Fault::Forbidden);
        assert_eq!(fault(tally::report(&ana, &query(ReportBy::Day, None)).await), Fault::Forbidden);
        assert!(board::watch(&ana).is_err());
        // Nor does anybody act on what they do not lead.
        assert_eq!(fault(board::set_queue(&boss, w.team, false).await), Fault::Missing);
        assert_eq!(fault(board::set_status(&boss, ana.user, StatusKind::Offline).await), Fault::Missing);
        assert_eq!(fault(board::set_availability(&boss, ana.user, Availability::Unavailable).await), Fault::Missing);
        for refused in [board::set_queue(&ana, w.team, false).await, board::set_status(&ana, ana.user, StatusKind::Offline).await] {
            assert_eq!(fault(refused), Fault::Forbidden);
        }
    }

    async fn db_1_the_board_says_who_waits_since_when_and_who_does_what(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        status::present(&ana).await.unwrap();
        let on = w.desk.now();
        let first = w.says("5511987650001", "oi").await;
        w.pass(MINUTE);
        let second = w.says("5511987650002", "oi").await;
        w.pass(MINUTE);
        conversation::assume(&ana, second.id, None).await.unwrap();
        let seen = board::board(&w.admin).await.unwrap();
        let team = seen.teams.iter().find(|t| t.team_id == w.team).unwrap();
        assert_eq!((team.waiting, team.serving, team.open, team.shut_at), (1, 1, true, None));
        let oldest = team.oldest.clone().unwrap();
        assert_eq!((oldest.conversation_id, oldest.since), (first.id, first.started_at));
        assert_eq!(counts(&team.today), [2, 1, 0, 0, 2, 0]);
        let person = seen.people.iter().find(|p| p.user_id == ana.user).unwrap();
        assert_eq!((person.status.kind, person.since), (StatusKind::Online, Some(on)));
        let work = &person.work[0];
        assert_eq!((work.serving, work.current.as_ref().map(|c| c.conversation_id)), (1, Some(second.id)));
        // Who wrote last is what somebody is at.
        conversation::assume(&ana, first.id, None).await.unwrap();
        w.pass(SECOND);
        w.send(&ana, first.id, "olá").await.unwrap();
        let seen = board::board(&w.admin).await.unwrap();
        let person = seen.people.iter().find(|p| p.user_id == ana.user).unwrap();
        assert_eq!(person.work[0].current.as_ref().map(|c| c.conversation_id), Some(first.id));
        // What the board counts are the rows.
        for (status, n) in [("PENDING", 0), ("IN_PROGRESS", 2)] {
            assert_eq!(w.number(&format!("select count(*) from conversation where status = '{status}'")).await, n);
        }
    }

    async fn db_1_today_is_held_against_the_same_hours_of_that_weekday(w) {
        // A Tuesday, 00:33:20. Four weeks with a conversation more each Tuesday morning.
        for week in 1..=4 {
            for _ in 0..week {
                w.says(&format!("551198765{:04}", w.fresh()), "oi").await;
            }
            w.pass(HOUR);
            // Later that day, which is not compared.
            w.says(&format!("551198765{:04}", w.fresh()), "oi").await;
            w.pass(7 * DAY - HOUR);
        }
        w.says(&format!("551198765{:04}", w.fresh()), "oi").await;
        w.pass(HOUR);
        let seen = board::board(&w.admin).await.unwrap();
        let team = &seen.teams[0];
        assert_eq!(seen.usual_days, 4);
        assert_eq!((team.so_far.count(TallyCount::Entered), team.usual.count(TallyCount::Entered)), (1, 1 + 2 + 3 + 4));
    }

    async fn a_closed_queue_is_as_if_outside_of_hours(w) {
        let boss = w.member("Bia Chefe", Role::Agent, &[(w.team, false, true)]).await;
        let ana = w.agent("Ana Souza", w.team).await;
        crate::distribution::hands_out(w, w.team, crate::distribution::in_turn()).await;
        hours::save(&w.admin, Hours { reply: true, reply_text: "Fechado".into(), ..Hours::of(None) }, false).await.unwrap();
        let c = w.says("5511987650001", "oi").await;
        assert_eq!(c.designated_id, Some(ana.user));
        board::set_queue(&boss, w.team, false).await.unwrap();
        // A second time it is so already.
        board::set_queue(&boss, w.team, false).await.unwrap();
        assert_eq!(w.number("select count(*) from audit where action = 'team.close'").await, 1);
        while service::distribution::turn(&w.desk).await.unwrap() > 0 {}
        assert_eq!(w.conversation(c.id).await.designated_id, None);
        let seen = board::board(&boss).await.unwrap();
        assert_eq!((seen.teams[0].open, seen.teams[0].shut_at), (false, Some(w.desk.now())));
        w.pass(MINUTE);
        let late = w.says("5511987650002", "alguém aí?").await;
        assert_eq!(late.designated_id, None);
        assert!(w.said(late.id).await.iter().any(|line| line.ends_with("Fechado")));
        // Nothing is refused.
        conversation::assume(&ana, c.id, None).await.unwrap();
        board::set_queue(&boss, w.team, true).await.unwrap();
        while service::distribution::turn(&w.desk).await.unwrap() > 0 {}
        assert_eq!(w.conversation(late.id).await.designated_id, Some(ana.user));
        assert!(board::board(&boss).await.unwrap().teams[0].open);
        true_to_the_rows(w).await;
    }

    async fn who_leads_assigns_pulls_back_whispers_and_changes_what_agents_do(w) {
        let boss = w.member("Bia Chefe", Role::Agent, &[(w.team, false, true)]).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987650001", "oi").await;
        let given = to_person(&boss, c.id, ana.user).await.unwrap();
        assert_eq!((given.status, given.assignee_id), (ConversationStatus::InProgress, Some(ana.user)));
        let mention = Mention { user_id: ana.user, at: 0, length: 4 };
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "@Ana oferece o desconto".into() }, reply_to: None, mentions: vec![mention] };
        let whispered = message::send(&boss, c.id, note).await.unwrap();
        assert_eq!(whispered.kind, MessageKind::Note);
        w.pass(MINUTE);
        let back = to_team(w, &boss, c.id, w.team).await;
        assert_eq!((back.status, back.assignee_id), (ConversationStatus::Pending, None));
        board::set_status(&boss, ana.user, StatusKind::Away).await.unwrap();
        board::set_availability(&boss, ana.user, Availability::Unavailable).await.unwrap();
        let seen = board::board(&boss).await.unwrap();
        let person = seen.people.iter().find(|p| p.user_id == ana.user).unwrap();
        assert_eq!((person.status.kind, person.availability), (StatusKind::Away, Availability::Unavailable));
        for action in ["member.status", "member.availability"] {
            assert_eq!(w.number(&format!("select count(*) from audit where action = '{action}' and actor_id = {}", boss.user)).await, 1);
        }
        true_to_the_rows(w).await;
    }

    async fn the_board_moves_by_itself_while_somebody_looks(w) {
        let mut reader = board::watch(&w.admin).unwrap();
        let next = async |reader: &mut tokio::sync::watch::Receiver<std::sync::Arc<Board>>| {
            tokio::time::timeout(Duration::from_secs(20), reader.changed()).await.unwrap().unwrap();
            reader.borrow_and_update().clone()
        };
        let first = next(&mut reader).await;
        assert!(first.whole && first.teams[0].waiting == 0);
        w.says("5511987650001", "oi").await;
        let mut now = next(&mut reader).await;
        while now.teams[0].waiting == 0 {
            now = next(&mut reader).await;
        }
        // Whoever comes later has it at once.
        let mut later = board::watch(&w.admin).unwrap();
        assert_eq!(next(&mut later).await.teams[0].waiting, 1);
    }

    async fn figures_are_added_up_anew_from_the_rows_and_when_the_zone_changes(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987650001").await;
        w.send(&ana, c.id, "olá").await.unwrap();
        true_to_the_rows(w).await;
        // What somebody broke is found and mended.
        w.write("update tally set received = received + 1 where grain = 'D' and dimension = 'TEAM'", args![]).await;
        let scope = w.desk.system(w.account);
        assert_eq!(tally::compare(&scope, None).await.unwrap().len(), 1);
        tally::recount(&scope).await.unwrap();
        true_to_the_rows(w).await;
        // Days of another zone are other days.
        tally::turn(&w.desk).await.unwrap();
        assert_eq!(tally::turn(&w.desk).await.unwrap(), 0);
        people::save_account(&w.admin, AccountDraft { name: "Loja".into(), time_zone: "Asia/Tokyo".into(), closing_message: String::new() }).await.unwrap();
        assert_eq!(tally::turn(&w.desk).await.unwrap(), 1);
        true_to_the_rows(w).await;
    }

    async fn what_nobody_noted_while_it_happened_is_caught_up(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987650001", "oi").await;
        w.pass(MINUTE);
        conversation::assume(&ana, c.id, None).await.unwrap();
        w.pass(MINUTE);
        w.send(&ana, c.id, "olá").await.unwrap();
        w.pass(MINUTE);
        conversation::conclude(&ana, c.id, ConcludeDraft { silent: true, ..ConcludeDraft::default() }).await.unwrap();
        w.says("5511987650002", "oi").await;
        let noted = figures(&w.admin, ReportBy::Agent, None).await;
        // As after an update from a version without figures.
        for text in ["delete from step", "delete from tally", "update message set team_id = null", "update conversation set entered_at = null, assumed_at = null, answered_at = null"] {
            w.write(text, args![]).await;
        }
        let scope = w.desk.system(w.account);
        tally::recount(&scope).await.unwrap();
        assert_eq!(figures(&w.admin, ReportBy::Agent, None).await, noted);
        tally::recount(&scope).await.unwrap();
        assert_eq!(figures(&w.admin, ReportBy::Agent, None).await, noted);
        true_to_the_rows(w).await;
    }

    /// Random histories: whatever people do, in whichever order, every figure is what the rows add up to.
    async fn db_every_figure_is_what_the_rows_say(w) {
        use rand::{RngExt, SeedableRng};
        let mut chance = rand::rngs::StdRng::seed_from_u64(42);
        let sales = w.new_team("Vendas", Restriction::None).await;
        let both = |supervisor| [(w.team, true, supervisor), (sales, true, supervisor)];
        let people = [w.member("Ana Souza", Role::Agent, &both(false)).await, w.member("Bia Chefe", Role::Agent, &both(true)).await, w.admin.clone()];
        let reason = closing::save_reason(&w.admin, reason_draft("Vendeu")).await.unwrap().id;
        let (mut ids, mut done) = (Vec::<ConversationId>::new(), [0usize; 10]);
        for _ in 0..250 {
            w.pass(if chance.random_bool(0.4) { SECOND } else { chance.random_range(SECOND..40 * MINUTE) });
            let cx = &people[chance.random_range(0..people.len())];
            let what = chance.random_range(0..10usize);
            if what == 0 || ids.is_empty() {
                let c = w.says(&format!("55119876500{:02}", chance.random_range(0..12)), "oi").await;
                if !ids.contains(&c.id) {
                    ids.push(c.id);
                }
                continue;
            }
            let id = ids[chance.random_range(0..ids.len())];
            // What is refused is refused: only its traces matter.
            let ok = match what {
                1 => conversation::assume(cx, id, None).await.is_ok(),
                2 => w.send(cx, id, "olá").await.is_ok(),
                3 => {
                    let team_id = if chance.random_bool(0.5) { w.team } else { sales };
                    let draft = TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false };
                    conversation::transfer(cx, id, draft).await.is_ok()
                }
                4 => to_person(cx, id, people[chance.random_range(0..people.len())].user).await.is_ok(),
                5 => {
                    // A transfer, and back again.
                    let _ = to_person(cx, id, people[chance.random_range(0..people.len())].user).await;
                    let draft = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
                    if chance.random_bool(0.5) {
                        let _ = conversation::transfer(cx, id, draft).await;
                    }
                    w.pass(SECOND);
                    conversation::take_back(cx, id).await.is_ok()
                }
                6 => {
                    let reason_id = chance.random_bool(0.5).then_some(reason);
                    conversation::conclude(cx, id, ConcludeDraft { reason_id, silent: true, ..ConcludeDraft::default() }).await.is_ok()
                }
                7 => conversation::classify(cx, id, chance.random_bool(0.5).then_some(reason), None).await.is_ok(),
                8 => {
                    let other = ids[chance.random_range(0..ids.len())];
                    conversation::merge(&w.admin, id, other).await.is_ok()
                }
                _ => {
                    let merges: Vec<(i64,)> = w.rows("select id from merge order by id desc limit 1").await;
                    match merges.first() {
                        Some((merge,)) => contact::undo_merge(&w.admin, (*merge).into()).await.is_ok(),
                        None => false,
                    }
                }
            };
            done[what] += usize::from(ok);
        }
        assert!(done[1..7].iter().all(|n| *n > 0), "each act happened: {done:?}");
        true_to_the_rows(w).await;
        // And the steps are those of the feeds: each start, each conclusion that anybody reads there.
        let lines = async |what: &str| w.number(&format!("select count(*) from message where kind = 'TRANSITION' and content like '%\"what\":\"{what}\"%'")).await;
        let steps = async |kind: &str| w.number(&format!("select count(*) from step where kind = '{kind}'")).await;
        assert_eq!(steps("CLOSED").await, lines("concluded").await);
        let said = async |direction: &str| w.number(&format!("select count(*) from message where kind not in ('NOTE', 'TRANSITION') and direction = '{direction}'")).await;
        for by in ReportBy::ALL {
            let report = figures(&w.admin, *by, None).await;
            assert_eq!(report.total.count(TallyCount::Closed), steps("CLOSED").await);
            assert_eq!(report.total.count(TallyCount::Assumed), steps("ASSUMED").await);
            assert_eq!((report.total.count(TallyCount::Received), report.total.count(TallyCount::Sent)), (said("IN").await, said("OUT").await));
            if !matches!(by, ReportBy::Agent | ReportBy::Reason) {
                let rows: i64 = report.rows.iter().map(|r| r.tally.count(TallyCount::Received)).sum();
                assert_eq!(rows, report.total.count(TallyCount::Received), "{by}");
            }
        }
        // Percentiles are those of the stored times, by their steps.
        for (kind, span) in [("ASSUMED", TallySpan::Wait), ("ANSWERED", TallySpan::Answer), ("CLOSED", TallySpan::Serve)] {
            let mut took: Vec<i64> = w.rows::<(i64,)>(&format!("select wall from step where kind = '{kind}' and wall is not null order by wall")).await.into_iter().map(|(t,)| t).collect();
            took.sort_unstable();
            let total = figures(&w.admin, ReportBy::Day, None).await.total;
            assert_eq!(total.measured(span, TallyClock::Wall), took.len() as i64);
            for percent in [50, 90] {
                let exact = took.get(((took.len() * percent).div_ceil(100)).saturating_sub(1)).copied();
                assert_eq!(total.percentile(span, TallyClock::Wall, percent as i64).map(tally_step), exact.map(tally_step), "{kind} {percent}");
            }
        }
        tally::recount(&w.desk.system(w.account)).await.unwrap();
        true_to_the_rows(w).await;
    }
}
