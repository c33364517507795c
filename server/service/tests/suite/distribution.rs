//! Who gets what waits (03, section 3.7): each new conversation goes to one agent, and on to the next one who does not begin.

use crate::world::*;
use model::*;
use service::closing::{self, auto};
use service::db::Db;
use service::seam::Seam;
use service::{Cx, Desk, alert, args, conversation, desk, distribution, feature, hours, inbound, people, search, status, tag};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

/// From the beginning, on a Tuesday at 00:33:20, until 08:00.
const TO_OPENING: Millis = 7 * HOUR + 26 * MINUTE + 40 * SECOND;
/// What each of many agents can have.
const MOST: i64 = 3;

pub fn in_turn() -> Distribution {
    Distribution { enabled: true, ..Distribution::default() }
}

fn overflows() -> Distribution {
    Distribution { overflow: true, wait_minutes: 10, max_minutes: 25, ..in_turn() }
}

async fn save_rule(w: &World, team: TeamId, rule: Distribution) -> service::Result<Team> {
    let stored = people::teams(&w.admin).await.unwrap().into_iter().find(|t| t.id == team).unwrap();
    let Team { id, name, is_default, restriction, closing_message, archive_preference, .. } = stored;
    let distribution = Some(rule);
    let draft = TeamDraft { id: Some(id), name, is_default, restriction, closing_message, archive_preference, distribution };
    people::save_team(&w.admin, draft).await
}

async fn switch(w: &World, on: bool) {
    feature::save(&w.admin, Features { distribution: on, ..Features::default() }).await.unwrap();
}

/// The team hands out by this rule. The admin only supervises it: nothing goes to them (3.5).
pub async fn hands_out(w: &World, team: TeamId, rule: Distribution) {
    w.write("update team_member set is_agent = false where user_id = $1", args![w.admin.user]).await;
    switch(w, true).await;
    save_rule(w, team, rule).await.unwrap();
}

async fn turn(w: &World) -> usize {
    let n = distribution::turn(&w.desk).await.unwrap();
    assert_eq!(distribution::turn(&w.desk).await.unwrap(), 0, "a turn leaves nothing of this moment behind");
    n
}

fn phone(n: i64) -> String {
    format!("551198765{n:04}")
}

/// A new contact writes; answers the conversation and whom it waits for.
async fn arrives(w: &World) -> (ConversationId, Option<UserId>) {
    let c = w.says(&phone(w.fresh()), "preciso de ajuda").await;
    assert_eq!((c.status, c.assignee_id), (ConversationStatus::Pending, None));
    (c.id, c.designated_id)
}

async fn waits_for(w: &World, id: ConversationId) -> Option<UserId> {
    w.conversation(id).await.designated_id
}

async fn sees(cx: &Cx, id: ConversationId) -> bool {
    conversation::visible(cx, id).await.is_ok()
}

async fn is_there(w: &World, cx: &Cx, availability: Availability) {
    people::set_availability(&w.admin, cx.user, availability).await.unwrap();
}

/// Of which conversations in the queue the person was told and has not heard that they need not care.
async fn told(cx: &Cx) -> Vec<ConversationId> {
    let page = alert::list(cx, None).await.unwrap();
    page.items.iter().filter(|a| a.kind == AlertKind::Queue && !a.is_read).map(|a| a.conversation_id).collect()
}

/// The lines that tell for whom it waits, as the feed has them.
async fn lines(w: &World, id: ConversationId) -> Vec<(Option<UserId>, Option<UserId>)> {
    let all = w.transitions(id).await.into_iter();
    all.filter_map(|t| if let Transition::Designated { from, to } = t { Some((from, to)) } else { None }).collect()
}

fn to_team(team_id: TeamId) -> TransferDraft {
    TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false }
}

async fn next_of(w: &World, team: TeamId) -> Option<UserId> {
    let setup = distribution::setup(&w.admin).await.unwrap();
    setup.teams.into_iter().find(|t| t.team_id == team).unwrap().next
}

/// A second server on the same database, whose clock is a little ahead.
async fn other_server(w: &World, ahead: Millis) -> Desk {
    let db = Db::connect(&w.url).await.unwrap();
    Desk::new(db, Seam::fixed(w.desk.now() + ahead, 11), "a secret key for tests", w.desk.settings.clone()).unwrap()
}

both! {
    async fn di_1_it_is_off_until_it_is_switched_on_for_the_account_and_for_the_team(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let refused = fault(save_rule(w, w.team, in_turn()).await);
        assert_eq!(refused, Fault::ModuleOff { module: Module::Distribution }, "what is switched off takes no rule");
        assert_eq!(fault(distribution::setup(&w.admin).await), Fault::ModuleOff { module: Module::Distribution });
        let (shared, nobody) = arrives(w).await;
        assert_eq!((nobody, sees(&ana, shared).await, sees(&bia, shared).await), (None, true, true));
        switch(w, true).await;
        assert_eq!((arrives(w).await.1, turn(w).await), (None, 0));
        hands_out(w, w.team, in_turn()).await;
        let (fresh, to) = arrives(w).await;
        assert_eq!((to, sees(&bia, fresh).await), (Some(ana.user), false));
        // What waited already goes to somebody as well, who waits longest first.
        assert_eq!((turn(w).await, waits_for(w, shared).await), (2, Some(bia.user)));
        // Switched off, all of it is the team's again.
        switch(w, false).await;
        assert_eq!(turn(w).await, 3);
        for id in [shared, fresh] {
            assert_eq!((waits_for(w, id).await, sees(&ana, id).await, sees(&bia, id).await), (None, true, true));
        }
        assert_eq!((arrives(w).await.1, turn(w).await), (None, 0));
        assert_eq!(fault(distribution::setup(&ana).await), Fault::Forbidden);
    }

    async fn di_2_each_new_one_goes_to_the_next_agent_and_nobody_else_learns_of_it(w) {
        let (ana, bia, caio) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await, w.agent("Caio Nunes", w.team).await);
        let boss = w.member("Eva Lima", Role::Agent, &[(w.team, false, true)]).await;
        hands_out(w, w.team, in_turn()).await;
        assert_eq!(next_of(w, w.team).await, Some(ana.user));
        let mut all = Vec::new();
        for expected in [&ana, &bia, &caio, &ana] {
            let (id, to) = arrives(w).await;
            assert_eq!(to, Some(expected.user));
            all.push(id);
        }
        assert_eq!(next_of(w, w.team).await, Some(bia.user));
        let of = |cx: &Cx| if cx.user == ana.user { vec![all[0], all[3]] } else { vec![all[if cx.user == bia.user { 1 } else { 2 }]] };
        for cx in [&ana, &bia, &caio] {
            let mine: BTreeSet<ConversationId> = of(cx).into_iter().collect();
            for id in &all {
                assert_eq!(sees(cx, *id).await, mine.contains(id));
            }
            let query = ConversationQuery { tab: Tab::New, filter: Filter::default(), oldest_first: false, after: None, limit: None };
            let list: BTreeSet<ConversationId> = conversation::list(cx, &query).await.unwrap().items.iter().map(|c| c.id).collect();
            let counted = conversation::counts(cx).await.unwrap().new as usize;
            let found = search::search(cx, "preciso de ajuda", None).await.unwrap().messages.len();
            assert_eq!((&list, counted, found), (&mine, mine.len(), mine.len()));
            // Only they hear it, too (3.5).
            assert_eq!(told(cx).await.into_iter().collect::<BTreeSet<_>>(), mine);
        }
        assert_eq!((told(&boss).await, told(&w.admin).await), (vec![], vec![]));
        for over in [&boss, &w.admin] {
            assert_eq!(conversation::counts(over).await.unwrap().new, 4);
        }
        // One line, which the system wrote.
        assert_eq!(lines(w, all[1]).await, [(None, Some(bia.user))]);
        assert_eq!(w.messages(all[1]).await.last().unwrap().author_id, None);
        let audit = format!("select count(*) from audit where action = 'conversation.designate' and actor_id is null and subject = '{}'", all[1]);
        assert_eq!(w.number(&audit).await, 1);
    }

    async fn as_4_who_it_does_not_wait_for_cannot_begin_with_it_and_who_leads_can(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Eva Lima", Role::Agent, &[(w.team, false, true)]).await;
        hands_out(w, w.team, in_turn()).await;
        let (first, second, third) = (arrives(w).await.0, arrives(w).await.0, arrives(w).await.0);
        assert_eq!(fault(conversation::assume(&bia, first, None).await), Fault::Missing);
        assert_eq!(fault(conversation::transfer(&bia, first, to_team(w.team)).await), Fault::Missing);
        assert_eq!(fault(conversation::conclude(&bia, first, ConcludeDraft::silent()).await), Fault::Missing);
        let begun = conversation::assume(&ana, first, None).await.unwrap();
        assert_eq!((begun.assignee_id, begun.designated_id, begun.overflow_at), (Some(ana.user), None, None));
        assert_eq!(told(&ana).await, [third]);
        for (over, id) in [(&boss, second), (&w.admin, third)] {
            assert_eq!(conversation::assume(over, id, None).await.unwrap().assignee_id, Some(over.user));
        }
        // Once it is served the team's restriction decides again.
        assert!(sees(&bia, first).await && sees(&ana, second).await);
    }

    async fn ro_2_its_events_are_those_of_who_may_see_it_from_the_first_on(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, overflows()).await;
        let (ana, bia) = (w.cx(ana.user).await, w.cx(bia.user).await);
        let scope = w.desk.system(w.account);
        let from = desk::last_seq(&scope).await.unwrap();
        let (id, _) = arrives(w).await;
        let news = desk::events_since(&scope, from, 10).await.unwrap();
        assert_eq!(news.len(), 1, "it never waited for all of them");
        let Change::Conversation { row, before, messages, .. } = &news[0].change else { panic!("{news:?}") };
        assert_eq!((row.designated_id, row.overflow_at, *before), (Some(ana.user), Some(START + 10 * MINUTE), None));
        let designated = Content::Transition(Transition::Designated { from: None, to: Some(ana.user) });
        assert!(messages.iter().any(|m| m.content == designated) && messages.len() == 3);
        assert_eq!(news[0].for_reader(bia.seen()).change, Change::Nothing);
        assert!(news[0].is_open_to(ana.seen()) && news[0].is_open_to(w.admin.seen()));
        // Overflow: one loses it, the other gets it.
        w.pass(10 * MINUTE);
        assert_eq!(turn(w).await, 1);
        let news = desk::events_since(&scope, from + 1, 10).await.unwrap();
        assert_eq!(news.len(), 1);
        assert_eq!(news[0].for_reader(ana.seen()).change, Change::Gone { conversation_id: id, tab: Some(Tab::New), unread: true });
        assert!(matches!(&news[0].for_reader(bia.seen()).change, Change::Conversation { row, .. } if row.designated_id == Some(bia.user)));
    }

    async fn ro_2_several_messages_in_one_webhook_say_from_the_first_on_for_whom_it_waits(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, in_turn()).await;
        let scope = w.desk.system(w.account);
        let from = desk::last_seq(&scope).await.unwrap();
        let (one, other) = (phone(w.fresh()), phone(w.fresh()));
        let said = |phone: &str, n: i64| crate::payload::text(phone, &format!("wamid.B{n}"), START, "segredo");
        let mut batch = vec![said(&one, 1), said(&other, 2), said(&one, 3)];
        batch.push(crate::payload::reaction(&one, "wamid.B4", START, "wamid.B1", "👍"));
        w.inbound(&crate::payload::one(NUMBER, batch)).await;
        let ids = [w.conversation_of("wamid.B1").await, w.conversation_of("wamid.B2").await];
        assert_eq!(ids.each_ref().map(|c| c.designated_id), [Some(ana.user), Some(bia.user)]);
        for event in desk::events_since(&scope, from, 10).await.unwrap() {
            for (cx, own) in [(&ana, ids[0].id), (&bia, ids[1].id)] {
                let about = match &event.change {
                    Change::Conversation { row, .. } => row.id,
                    Change::Message { message, .. } => message.conversation_id,
                    other => panic!("{other:?}"),
                };
                assert_eq!(event.is_open_to(cx.seen()), about == own, "{event:?}");
                assert_eq!(event.for_reader(cx.seen()).change == Change::Nothing, about != own, "{event:?}");
            }
        }
    }

    async fn ro_2_events_lead_to_what_is_fetched_while_work_is_handed_out(w) {
        crate::events::follow(w, 3, 200, false, true).await;
    }

    async fn ro_2_events_lead_to_what_is_fetched_while_work_is_handed_out_and_all_work_at_once(w) {
        crate::events::follow(w, 4, 100, true, true).await;
    }

    async fn di_2_the_pointer_survives_restarts(w) {
        let (ana, bia, caio) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await, w.agent("Caio Nunes", w.team).await);
        hands_out(w, w.team, in_turn()).await;
        assert_eq!((arrives(w).await.1, arrives(w).await.1), (Some(ana.user), Some(bia.user)));
        // What another program knows is what is stored.
        let again = other_server(w, HOUR).await;
        tokio::spawn(inbound::write_receipts(again.clone()));
        let body = crate::payload::one(NUMBER, vec![crate::payload::text(&phone(w.fresh()), "wamid.AGAIN", START, "oi")]);
        inbound::receive(&again, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
        while inbound::turn(&again).await.unwrap() > 0 {}
        assert_eq!(w.conversation_of("wamid.AGAIN").await.designated_id, Some(caio.user));
        again.db.close().await;
        assert_eq!(arrives(w).await.1, Some(ana.user));
        // Who it stands on may leave.
        people::save_member(&w.admin, MemberDraft { user_id: Some(ana.user), password: String::new(), ..member_draft("Ana Souza", Role::Agent, &[]) }).await.unwrap();
        assert_eq!(next_of(w, w.team).await, Some(bia.user));
    }

    async fn di_3_who_is_away_or_only_supervises_gets_nothing(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        w.member("Eva Lima", Role::Agent, &[(w.team, false, true)]).await;
        let both = w.member("Davi Melo", Role::Agent, &[(w.team, true, true)]).await;
        hands_out(w, w.team, in_turn()).await;
        is_there(w, &bia, Availability::Unavailable).await;
        for expected in [&ana, &both, &ana] {
            assert_eq!(arrives(w).await.1, Some(expected.user));
        }
        is_there(w, &bia, Availability::Available).await;
        assert_eq!(arrives(w).await.1, Some(bia.user));
        assert_eq!(fault(people::set_availability(&ana, bia.user, Availability::Unavailable).await), Fault::Forbidden);
        assert_eq!(fault(people::set_availability(&w.admin, UserId(5), Availability::Unavailable).await), Fault::Missing);
        let members = people::members(&w.admin).await.unwrap();
        assert!(members.iter().all(|m| m.availability == Availability::Available));
        assert_eq!(w.number("select count(*) from audit where action = 'member.availability'").await, 2);
    }

    async fn di_4_who_does_not_begin_in_time_loses_it_and_in_the_end_it_is_the_whole_teams(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, overflows()).await;
        let (id, to) = arrives(w).await;
        assert_eq!((to, w.conversation(id).await.overflow_at), (Some(ana.user), Some(START + 10 * MINUTE)));
        w.pass(10 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(bia.user)));
        assert_eq!((told(&ana).await, told(&bia).await), (vec![], vec![id]));
        assert_eq!(w.conversation(id).await.overflow_at, Some(START + 20 * MINUTE));
        w.pass(10 * MINUTE);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(ana.user)));
        // The whole search ends before their time does.
        assert_eq!(w.conversation(id).await.overflow_at, Some(START + 25 * MINUTE));
        w.pass(5 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!(turn(w).await, 1);
        let open = w.conversation(id).await;
        assert_eq!((open.status, open.designated_id, open.overflow_at), (ConversationStatus::Pending, None, None));
        assert!(sees(&ana, id).await && sees(&bia, id).await);
        assert_eq!((told(&ana).await, told(&bia).await), (vec![id], vec![id]));
        let (a, b) = (Some(ana.user), Some(bia.user));
        assert_eq!(lines(w, id).await, [(None, a), (a, b), (b, a), (a, None)]);
        // Nobody is looked for any more, whoever comes.
        w.agent("Caio Nunes", w.team).await;
        w.pass(HOUR);
        assert_eq!((turn(w).await, waits_for(w, id).await), (0, None));
        conversation::assume(&bia, id, None).await.unwrap();
        // Given back it begins anew, with somebody else.
        conversation::transfer(&bia, id, to_team(w.team)).await.unwrap();
        let again = w.conversation(id).await;
        assert_eq!((again.designated_id.is_some_and(|to| to != bia.user), again.overflow_at), (true, Some(w.desk.now() + 10 * MINUTE)));
    }

    async fn di_4_a_single_agent_keeps_it_until_the_end_and_the_feed_stays_quiet(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        hands_out(w, w.team, overflows()).await;
        let (id, _) = arrives(w).await;
        for _ in 0..2 {
            w.pass(10 * MINUTE);
            assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(ana.user)));
        }
        assert_eq!((lines(w, id).await, told(&ana).await), (vec![(None, Some(ana.user))], vec![id]));
        w.pass(5 * MINUTE);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, None));
        assert_eq!(lines(w, id).await.last(), Some(&(Some(ana.user), None)));
    }

    async fn di_5_without_overflow_it_stays_until_somebody_with_rights_moves_it(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Eva Lima", Role::Agent, &[(w.team, false, true)]).await;
        hands_out(w, w.team, in_turn()).await;
        let (id, to) = arrives(w).await;
        w.pass(3 * DAY);
        assert_eq!((turn(w).await, to, waits_for(w, id).await), (0, Some(ana.user), Some(ana.user)));
        let to_bia = TransferDraft { to: TransferTo::Person { user_id: bia.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        let moved = conversation::transfer(&boss, id, to_bia).await.unwrap();
        assert_eq!((moved.assignee_id, moved.designated_id), (Some(bia.user), None));
        // A rule that changes holds for what waits, too.
        let (id, _) = arrives(w).await;
        hands_out(w, w.team, overflows()).await;
        assert_eq!(turn(w).await, 1);
        assert_eq!(w.conversation(id).await.overflow_at, Some(w.desk.now() + 10 * MINUTE));
        hands_out(w, w.team, Distribution { wait_minutes: 2, ..overflows() }).await;
        assert_eq!((turn(w).await, w.conversation(id).await.overflow_at), (1, Some(w.desk.now() + 2 * MINUTE)));
        hands_out(w, w.team, in_turn()).await;
        assert_eq!((turn(w).await, w.conversation(id).await.overflow_at), (1, None));
    }

    async fn di_6_di_10_what_nobody_can_take_is_the_whole_teams_until_somebody_comes_back(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, overflows()).await;
        for cx in [&ana, &bia] {
            is_there(w, cx, Availability::Unavailable).await;
        }
        let mut all = Vec::new();
        for _ in 0..3 {
            w.pass(SECOND);
            let (id, to) = arrives(w).await;
            assert_eq!((to, sees(&ana, id).await, sees(&bia, id).await), (None, true, true));
            all.push(id);
        }
        assert_eq!((told(&ana).await.len(), told(&bia).await.len(), lines(w, all[0]).await), (3, 3, vec![]));
        // However long that takes.
        w.pass(2 * DAY);
        assert_eq!(turn(w).await, 0);
        is_there(w, &bia, Availability::Available).await;
        assert_eq!(turn(w).await, 3);
        for id in &all {
            assert_eq!((waits_for(w, *id).await, sees(&ana, *id).await), (Some(bia.user), false));
        }
        assert_eq!((told(&ana).await, told(&bia).await.len()), (vec![], 3));
        assert_eq!(w.conversation(all[0]).await.overflow_at, Some(w.desk.now() + 10 * MINUTE), "the search begins now");
    }

    async fn di_7_the_clock_stands_still_while_the_team_is_closed(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, overflows()).await;
        let office = Hours { limited: true, reply: true, reply_text: "Estamos fechados.".into(), ..Hours::of(None) };
        hours::save(&w.admin, office, false).await.unwrap();
        let (id, to) = arrives(w).await;
        w.send_out().await;
        assert_eq!((w.graph.texts(), to), (vec!["Estamos fechados.".to_owned()], Some(ana.user)));
        assert_eq!(w.conversation(id).await.overflow_at, Some(START + TO_OPENING + 10 * MINUTE));
        w.pass(TO_OPENING);
        assert_eq!(turn(w).await, 0);
        w.pass(10 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(bia.user)));
        // Without a reply it waits all the same; and hours that change are those of what waits.
        let stored = hours::settings(&w.admin).await.unwrap().hours[0].clone();
        hours::save(&w.admin, Hours { reply: false, ..stored }, false).await.unwrap();
        turn(w).await;
        w.pass(10 * HOUR);
        // Its search is over by now.
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, None));
        let (late, to) = arrives(w).await;
        assert_eq!((to, turn(w).await), (Some(ana.user), 0));
        let tomorrow = START + DAY + TO_OPENING + 10 * MINUTE;
        assert_eq!(w.conversation(late).await.overflow_at, Some(tomorrow));
        let stored = hours::settings(&w.admin).await.unwrap().hours[0].clone();
        hours::save(&w.admin, Hours { limited: false, ..stored }, false).await.unwrap();
        turn(w).await;
        assert_eq!(w.conversation(late).await.overflow_at, Some(w.desk.now() + 10 * MINUTE));
    }

    async fn di_9_di_10_nobody_gets_more_than_they_can_have_and_a_free_place_is_filled(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, Distribution { max_concurrent: 1, ..in_turn() }).await;
        let (first, second, third) = (arrives(w).await, arrives(w).await, arrives(w).await);
        assert_eq!((first.1, second.1, third.1), (Some(ana.user), Some(bia.user), None));
        assert!(sees(&ana, third.0).await);
        conversation::assume(&ana, first.0, None).await.unwrap();
        assert_eq!(turn(w).await, 0, "to begin with one frees nothing");
        conversation::conclude(&ana, first.0, ConcludeDraft::silent()).await.unwrap();
        assert_eq!((turn(w).await, waits_for(w, third.0).await), (1, Some(ana.user)));
        // What is snoozed or paused does not count.
        conversation::assume(&bia, second.0, None).await.unwrap();
        assert_eq!(arrives(w).await.1, None);
        let later = Some(SnoozeUntil::Time { at: w.desk.now() + HOUR });
        conversation::snooze(&bia, second.0, later).await.unwrap();
        assert_eq!((turn(w).await, arrives(w).await.1), (1, None));
        conversation::assume(&ana, third.0, None).await.unwrap();
        conversation::pause(&ana, third.0, true).await.unwrap();
        assert_eq!(turn(w).await, 1);
        // Nor does a team of its own make room: it is one person.
        let sales = w.new_team("Vendas", Restriction::None).await;
        let draft = MemberDraft { user_id: Some(ana.user), password: String::new(), ..member_draft("Ana Souza", Role::Agent, &[(w.team, true, false), (sales, true, false)]) };
        people::save_member(&w.admin, draft).await.unwrap();
        hands_out(w, sales, Distribution { max_concurrent: 1, ..in_turn() }).await;
        let (id, _) = arrives(w).await;
        conversation::transfer(&w.admin, id, to_team(sales)).await.unwrap();
        assert_eq!((turn(w).await, waits_for(w, id).await), (0, None));
    }

    async fn di_9_the_least_loaded_is_next_where_the_team_wants_that(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        for _ in 0..2 {
            w.served(&ana, &phone(w.fresh())).await;
        }
        hands_out(w, w.team, Distribution { algorithm: Algorithm::LeastLoaded, ..in_turn() }).await;
        for expected in [&bia, &bia, &ana, &bia] {
            assert_eq!(arrives(w).await.1, Some(expected.user));
        }
    }

    async fn di_9_where_only_who_is_online_gets_something_others_wait_until_they_come(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, Distribution { only_online: true, ..in_turn() }).await;
        let (ana, bia) = (w.cx(ana.user).await, w.cx(bia.user).await);
        let (id, to) = arrives(w).await;
        assert_eq!((to, next_of(w, w.team).await), (None, None));
        status::present(&bia).await.unwrap();
        assert_eq!((turn(w).await, waits_for(w, id).await, next_of(w, w.team).await), (1, Some(bia.user), Some(bia.user)));
        // A short loss of the connection is nothing.
        w.pass(9 * MINUTE);
        assert_eq!((status::turn(&w.desk).await.unwrap(), turn(w).await), (0, 0));
        status::present(&ana).await.unwrap();
        w.pass(MINUTE);
        assert_eq!((status::turn(&w.desk).await.unwrap(), turn(w).await, waits_for(w, id).await), (1, 1, Some(ana.user)), "who went away keeps nothing");
    }

    async fn st_3_who_is_away_or_offline_by_choice_gets_nothing_and_keeps_nothing(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, in_turn()).await;
        let (id, to) = arrives(w).await;
        assert_eq!(to, Some(ana.user));
        let is = async |cx: &Cx, kind| status::choose(cx, StatusDraft::of(kind)).await.map(|_| ()).unwrap();
        is(&ana, StatusKind::Away).await;
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(bia.user)));
        is(&bia, StatusKind::Offline).await;
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, None), "it is the whole team's");
        assert_eq!(arrives(w).await.1, None);
        is(&ana, StatusKind::Online).await;
        assert_eq!((turn(w).await, waits_for(w, id).await), (2, Some(ana.user)));
    }

    async fn di_10_vi_2_what_waits_for_who_goes_away_goes_to_another(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, in_turn()).await;
        let (id, _) = arrives(w).await;
        is_there(w, &ana, Availability::Unavailable).await;
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(bia.user)));
        assert_eq!(lines(w, id).await, [(None, Some(ana.user)), (Some(ana.user), Some(bia.user))]);
        is_there(w, &ana, Availability::Available).await;
        assert_eq!(turn(w).await, 0, "and does not come back with them");
        // Who leaves the team has lost it at once, before anybody else has it.
        let gone = MemberDraft { user_id: Some(bia.user), password: String::new(), ..member_draft("Bia Reis", Role::Agent, &[]) };
        people::save_member(&w.admin, gone.clone()).await.unwrap();
        assert!(!sees(&w.cx(bia.user).await, id).await);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(ana.user)));
        let ended = MemberDraft { user_id: Some(ana.user), active: false, ..member_draft("Ana Souza", Role::Agent, &[(w.team, true, false)]) };
        people::save_member(&w.admin, MemberDraft { password: String::new(), ..ended }).await.unwrap();
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, None));
    }

    async fn nx_19_tags_of_the_contact_ask_for_who_serves_them(w) {
        let (ana, bia, caio) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await, w.agent("Caio Nunes", w.team).await);
        let english = tag::save(&w.admin, TagDraft { id: None, name: "Inglês".into(), colour: TagColour::Blue }).await.unwrap().id;
        let with = |skills: Vec<TagId>| MemberDraft {
            user_id: Some(caio.user),
            password: String::new(),
            skills: Some(skills),
            ..member_draft("Caio Nunes", Role::Agent, &[(w.team, true, false)])
        };
        assert_eq!(fault(people::save_member(&w.admin, with(vec![english])).await), Fault::ModuleOff { module: Module::Distribution });
        hands_out(w, w.team, in_turn()).await;
        assert_eq!(fault(people::save_member(&w.admin, with(vec![TagId(5)])).await), Fault::field("skills", Wrong::Unknown));
        people::save_member(&w.admin, with(vec![english])).await.unwrap();
        let known = MemberSkills { user_id: caio.user, tag_ids: vec![english] };
        assert_eq!(distribution::setup(&w.admin).await.unwrap().skills, std::slice::from_ref(&known));
        // A change that says nothing of skills leaves them.
        let draft = MemberDraft { skills: None, ..with(Vec::new()) };
        people::save_member(&w.admin, draft).await.unwrap();
        assert_eq!(distribution::setup(&w.admin).await.unwrap().skills, [known]);
        people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let number = phone(w.fresh());
        let c = w.says(&number, "hello").await;
        assert_eq!(c.designated_id, Some(ana.user));
        tag::change(&w.admin, c.contact_id, TagChange::Insert, &[english]).await.unwrap();
        conversation::assume(&ana, c.id, None).await.unwrap();
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        let again = w.says(&number, "hello again").await;
        assert_eq!((again.designated_id, again.id != c.id), (Some(caio.user), true));
        assert_eq!(arrives(w).await.1, Some(bia.user), "nobody has lost their turn");
        // Where nobody has the skill, anybody will do.
        is_there(w, &caio, Availability::Unavailable).await;
        assert_eq!(turn(w).await, 1);
        assert!(waits_for(w, again.id).await.is_some_and(|to| to != caio.user));
        tag::delete(&w.admin, english, true).await.unwrap();
        assert_eq!(distribution::setup(&w.admin).await.unwrap().skills, []);
    }

    async fn sm_4_au_2_what_comes_back_into_the_queue_goes_to_somebody_else(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let sales = w.new_team("Vendas", Restriction::None).await;
        let caio = w.agent("Caio Nunes", sales).await;
        hands_out(w, w.team, in_turn()).await;
        hands_out(w, sales, in_turn()).await;
        let (id, _) = arrives(w).await;
        conversation::assume(&ana, id, None).await.unwrap();
        conversation::transfer(&ana, id, to_team(sales)).await.unwrap();
        assert_eq!((waits_for(w, id).await, told(&caio).await, sees(&ana, id).await), (Some(caio.user), vec![id], false));
        // Taken back as long as nobody has begun.
        conversation::take_back(&ana, id).await.unwrap();
        assert_eq!((w.conversation(id).await.assignee_id, told(&caio).await), (Some(ana.user), vec![]));
        // To the own team: not to who gave it away, whose turn it may be.
        conversation::transfer(&ana, id, to_team(w.team)).await.unwrap();
        assert_eq!((waits_for(w, id).await, told(&bia).await), (Some(bia.user), vec![id]));
        conversation::assume(&bia, id, None).await.unwrap();
        closing::save_rule(&w.admin, AutoClose { return_minutes: 30, in_hours: false, ..AutoClose::default() }, false).await.unwrap();
        w.pass(30 * MINUTE);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        let back = w.conversation(id).await;
        assert_eq!((back.status, back.designated_id), (ConversationStatus::Pending, Some(ana.user)));
        // Who comes back after a conclusion finds whoever is there (SM-12).
        conversation::assume(&ana, id, None).await.unwrap();
        conversation::conclude(&ana, id, ConcludeDraft::silent()).await.unwrap();
        is_there(w, &ana, Availability::Unavailable).await;
        let number: Vec<(String,)> = w.rows(&format!("select k.phone from contact k join conversation c on c.contact_id = k.id where c.id = {id}")).await;
        let again = w.says(number[0].0.trim_start_matches('+'), "voltei").await;
        assert_eq!((again.id, again.status, again.designated_id), (id, ConversationStatus::Pending, Some(bia.user)));
    }

    async fn a_clock_that_is_set_back_gives_nobody_more_than_their_time(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, overflows()).await;
        let (id, _) = arrives(w).await;
        w.pass(5 * MINUTE - HOUR);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(ana.user)));
        assert_eq!(w.conversation(id).await.overflow_at, Some(w.desk.now() + 10 * MINUTE));
        w.pass(10 * MINUTE);
        assert_eq!((turn(w).await, waits_for(w, id).await), (1, Some(bia.user)));
        assert_eq!(lines(w, id).await.len(), 2);
        // Set forward again, nothing is done twice.
        w.pass(HOUR);
        assert_eq!(turn(w).await, 1);
        assert_eq!((waits_for(w, id).await, lines(w, id).await.len()), (None, 3));
    }

    async fn di_11_beginning_and_losing_it_at_once_ends_in_one_of_both(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        hands_out(w, w.team, overflows()).await;
        for _ in 0..6 {
            let (id, to) = arrives(w).await;
            let (had, other) = if to == Some(ana.user) { (&ana, &bia) } else { (&bia, &ana) };
            w.pass(10 * MINUTE);
            let turns = futures::future::join_all((0..3).map(|_| distribution::turn(&w.desk)));
            let (begun, turns) = tokio::join!(conversation::assume(had, id, None), turns);
            assert!(turns.iter().all(|t| t.as_ref().map_or_else(service::Error::is_transient, |_| true)), "{turns:?}");
            let now = w.conversation(id).await;
            match begun {
                Ok(_) => assert_eq!((now.assignee_id, now.designated_id), (Some(had.user), None)),
                Err(e) => {
                    assert!(matches!(e, service::Error::Fault(Fault::Missing)) || e.is_transient(), "{e}");
                    assert!(now.assignee_id.is_none() && (now.designated_id == Some(other.user) || e.is_transient()));
                }
            }
            assert!(lines(w, id).await.len() <= 2);
            conversation::conclude(&w.admin, id, ConcludeDraft::silent()).await.unwrap();
        }
    }

    /// Eight workers on two servers, thousands of conversations, agents who come and go: what is told in the order of the
    /// events is a chain for each conversation, and nobody ever has more than they can have.
    async fn di_11_workers_of_two_servers_never_give_one_twice_nor_pass_a_capacity(w) {
        let (half, agents, always) = if w.is_sqlite() { (150, 10, 7) } else { (5_000, 50, 38) };
        hands_out(w, w.team, in_turn()).await;
        let crew = crew(w, agents).await;
        let other = other_server(w, 100 * SECOND).await;
        let scope = w.desk.system(w.account);

        // Without a limit: fair among those who are always there.
        let from = desk::last_seq(&scope).await.unwrap();
        waiting(w, 1_000_000, half).await;
        let all_have = "select count(*) from conversation where queued_at is not null and designated_id is null";
        work(w, &other, async |done: &AtomicBool| {
            let mut step = 0;
            while w.number(all_have).await > 0 {
                let who = crew[always + step % (agents - always)];
                let availability = if step % 3 == 0 { Availability::Available } else { Availability::Unavailable };
                w.write("update membership set availability = $1 where user_id = $2", args![availability, who]).await;
                tokio::task::yield_now().await;
                step += 1;
            }
            done.store(true, Ordering::Relaxed);
        })
        .await;
        let got = chain(w, from).await;
        let of: Vec<i64> = crew[..always].iter().map(|u| got.get(u).copied().unwrap_or_default()).collect();
        let (least, most) = (of.iter().min().unwrap(), of.iter().max().unwrap());
        assert!(most - least <= 1 && *least > 0, "{of:?}");
        conclude_all(w).await;

        // With a limit, while people begin and conclude.
        hands_out(w, w.team, Distribution { max_concurrent: MOST, ..in_turn() }).await;
        let from = desk::last_seq(&scope).await.unwrap();
        waiting(w, 2_000_000, half).await;
        work(w, &other, async |done: &AtomicBool| {
            let mut step = 0;
            while w.number("select count(*) from conversation where status = 'PENDING'").await > 0 {
                let most = "select coalesce(max(n), 0) from (select count(*) as n from conversation where designated_id is not null group by designated_id) each_one";
                let most = w.number(most).await;
                assert!(most <= MOST, "{most}");
                let who = crew[step % agents];
                let availability = if step % 4 == 0 { Availability::Unavailable } else { Availability::Available };
                w.write("update membership set availability = $1 where user_id = $2", args![availability, who]).await;
                conclude_some(w).await;
                tokio::task::yield_now().await;
                step += 1;
            }
            done.store(true, Ordering::Relaxed);
        })
        .await;
        let got = chain(w, from).await;
        assert!(got.values().sum::<i64>() >= half, "each of them was somebody's");
        other.db.close().await;
    }
}

/// Agents of the team without a password.
async fn crew(w: &World, n: usize) -> Vec<UserId> {
    let mut crew = Vec::new();
    for i in 0..n {
        let id: UserId = w.desk.seam.id();
        let user = args![id, format!("{i}@crew.example"), format!("Agente {i}")];
        w.write("insert into users (id, email, name, password_hash, created_at) values ($1, $2, $3, '', 0)", user).await;
        w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 0)", args![w.account, id]).await;
        let link = "insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, true, false)";
        w.write(link, args![w.account, w.team, id]).await;
        crew.push(id);
    }
    crew
}

/// Conversations that wait and that nobody was given yet.
async fn waiting(w: &World, first: i64, n: i64) {
    let (account, channel, team) = (w.account, w.channel, w.team);
    let series = match w.is_sqlite() {
        true => {
            format!("(with recursive s (n) as (select {first} union all select n + 1 from s where n < {}) select n from s)", first + n - 1)
        }
        false => format!("(select cast(generate_series as bigint) as n from generate_series({first}, {}))", first + n - 1),
    };
    for text in [
        format!("insert into contact (id, account_id, name, created_at, updated_at) select n, {account}, 'Contato', 1, 1 from {series} s"),
        format!(
            "insert into conversation (id, account_id, protocol, contact_id, channel_id, team_id, status, started_at, last_at, queued_at, preview_kind, preview_direction, preview_status, preview_text)
             select n, {account}, cast(n as text), n, {channel}, {team}, 'PENDING', n, n, n, 'TEXT', 'IN', 'RECEIVED', '' from {series} s"
        ),
    ] {
        w.write(&text, args![]).await;
    }
}

const CONCLUDE: &str =
    "update conversation set status = 'COMPLETED', completed_at = 1, assignee_id = designated_id, queued_at = null, designated_id = null,
    designated_at = null, designated_since = null, overflow_at = null";

async fn conclude_all(w: &World) {
    w.write(&format!("{CONCLUDE} where status = 'PENDING'"), args![]).await;
}

/// Some of those who have something begin with it and are done.
async fn conclude_some(w: &World) {
    let some = "select id from conversation where designated_id is not null order by id limit 100";
    w.write(&format!("{CONCLUDE} where designated_id is not null and id in ({some})"), args![]).await;
}

/// Four workers of each server, until what goes on beside them is done.
async fn work(w: &World, other: &Desk, beside: impl AsyncFn(&AtomicBool)) {
    let done = AtomicBool::new(false);
    let workers = futures::future::join_all((0..8).map(|n| turns(if n % 2 == 0 { &w.desk } else { other }, &done)));
    tokio::join!(workers, beside(&done));
}

async fn turns(desk: &Desk, done: &AtomicBool) {
    while !done.load(Ordering::Relaxed) {
        match distribution::turn(desk).await {
            Ok(_) => tokio::task::yield_now().await,
            // A deadlock that the database resolved.
            Err(e) => assert!(e.is_transient(), "{e}"),
        }
    }
}

/// Reads the events in their order: each conversation goes on from whom it waited for before. Answers how often each person
/// was given one.
async fn chain(w: &World, from: i64) -> BTreeMap<UserId, i64> {
    let mut holder: HashMap<ConversationId, UserId> = HashMap::new();
    let mut got = BTreeMap::new();
    let mut at = from;
    loop {
        let news = desk::events_since(&w.desk.system(w.account), at, 2_000).await.unwrap();
        let Some(last) = news.last() else { return got };
        at = last.seq;
        for event in news {
            let Change::Conversation { row, before, .. } = event.change else { continue };
            assert_eq!(before.and_then(|b| b.designated_id), holder.get(&row.id).copied(), "{} goes on from whom it waited for", row.id);
            match row.designated_id {
                Some(to) => {
                    if holder.insert(row.id, to) != Some(to) {
                        *got.entry(to).or_default() += 1;
                    }
                }
                None => drop(holder.remove(&row.id)),
            }
        }
    }
}
