//! What people do now (03, section 3.10), and to whom a conversation is handed (04, section 4.4).
//!
//! Worlds begin on a Tuesday, at 00:33:20 in São Paulo.

use crate::payload;
use crate::world::*;
use model::*;
use service::{Cx, args, channels, conversation, desk, hours, people, status};

const MARIA: &str = "5511987654321";
const PEDRO: &str = "5511987650001";
const LUNCH: &str = "Estou no almoço.";
/// From the beginning until 08:00.
const TO_OPENING: Millis = 7 * HOUR + 26 * MINUTE + 40 * SECOND;

fn online() -> StatusDraft {
    StatusDraft::of(StatusKind::Online)
}

fn away(reason: &str, back_at: &str) -> StatusDraft {
    StatusDraft { reason: reason.into(), back_at: back_at.into(), ..StatusDraft::of(StatusKind::Away) }
}

async fn choose(cx: &Cx, draft: StatusDraft) -> UserStatus {
    status::choose(cx, draft).await.unwrap()
}

/// As colleagues see it.
async fn of(w: &World, cx: &Cx) -> UserStatus {
    people::members(&w.admin).await.unwrap().into_iter().find(|m| m.user_id == cx.user).unwrap().status
}

async fn kind(w: &World, cx: &Cx) -> StatusKind {
    of(w, cx).await.kind
}

async fn turn(w: &World) -> usize {
    let n = status::turn(&w.desk).await.unwrap();
    assert_eq!(status::turn(&w.desk).await.unwrap(), 0, "a turn leaves nothing of this moment behind");
    n
}

async fn seq(w: &World) -> i64 {
    desk::last_seq(&w.desk.system(w.account)).await.unwrap()
}

/// Lunch has this text, the other reasons have none.
async fn text(w: &World, text: &str) {
    let mut settings = status::settings(&w.admin).await.unwrap();
    settings.reasons[0].text = text.into();
    status::save(&w.admin, settings).await.unwrap();
}

async fn minutes(w: &World, away_minutes: i64, offline_minutes: i64) {
    let settings = status::settings(&w.admin).await.unwrap();
    status::save(&w.admin, StatusSettings { away_minutes, offline_minutes, ..settings }).await.unwrap();
}

async fn told(w: &World, id: ConversationId) -> usize {
    w.said(id).await.iter().filter(|line| line.ends_with(LUNCH)).count()
}

/// What the person did and for how many seconds; each period begins where the one before it ends, and one has no end.
async fn history(w: &World, cx: &Cx) -> Vec<String> {
    let text = format!("select status, reason, from_at, to_at from user_status_period where user_id = {} order by from_at, id", cx.user);
    let rows: Vec<(String, String, Millis, Option<Millis>)> = w.rows(&text).await;
    for two in rows.windows(2) {
        assert_eq!(two[0].3, Some(two[1].2), "{rows:?}");
    }
    assert!(rows.last().is_some_and(|last| last.3.is_none()), "{rows:?}");
    let line = |(status, reason, from, to): (String, String, Millis, Option<Millis>)| {
        let length = to.map(|to| format!(" {}", (to - from) / SECOND)).unwrap_or_default();
        format!("{}{length}", format!("{status} {reason}").trim())
    };
    rows.into_iter().map(line).collect()
}

both! {
    async fn st_1_a_status_is_chosen_with_a_reason_and_everybody_hears_of_it(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(of(w, &ana).await, UserStatus::default(), "never here");
        let before = seq(w).await;
        let chosen = choose(&ana, away("LUNCH", "00:34")).await;
        assert_eq!(chosen, UserStatus { reason: "LUNCH".into(), back_at: Some(START + 40 * SECOND), ..UserStatus::of(StatusKind::Away) });
        assert_eq!(of(w, &ana).await, chosen);
        let events = desk::events_since(&w.desk.system(w.account), before, 10).await.unwrap();
        assert_eq!(events.iter().map(|e| &e.change).collect::<Vec<_>>(), [&Change::Status { user_id: ana.user, status: chosen.clone() }]);
        assert!(events[0].is_open_to(ana.seen()) && events[0].for_reader(ana.seen()) == events[0]);
        // The same again is nothing new, another time of return is.
        choose(&ana, away("LUNCH", "00:34")).await;
        assert_eq!(seq(w).await, before + 1);
        assert_eq!(choose(&ana, away("LUNCH", "00:33")).await.back_at, Some(START - 20 * SECOND + DAY));
        assert_eq!(seq(w).await, before + 2);
        for (draft, field, wrong) in [
            (away("GOLF", ""), "reason", Wrong::Unknown),
            (away("LUNCH", "24:00"), "back_at", Wrong::NotATime),
            (StatusDraft { reason: "LUNCH".into(), ..online() }, "reason", Wrong::NotAllowed),
        ] {
            assert_eq!(fault(status::choose(&ana, draft).await), Fault::field(field, wrong));
        }
        assert_eq!((seq(w).await, kind(w, &ana).await), (before + 2, StatusKind::Away));
    }

    async fn st_1_the_history_is_whole(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        status::present(&ana).await.unwrap();
        w.pass(10 * MINUTE);
        choose(&ana, away("LUNCH", "")).await;
        w.pass(HOUR);
        // Only the time of return is another one.
        choose(&ana, away("LUNCH", "02:00")).await;
        w.pass(MINUTE);
        choose(&ana, away("MEETING", "")).await;
        w.pass(SECOND);
        choose(&ana, online()).await;
        // The clock is set back.
        w.pass(-HOUR);
        choose(&ana, StatusDraft::of(StatusKind::Offline)).await;
        assert_eq!(history(w, &ana).await, ["ONLINE 600", "AWAY LUNCH 3660", "AWAY MEETING 1", "ONLINE 0", "OFFLINE"]);
        // Whatever comes at once, there is one line of time.
        for _ in 0..10 {
            w.pass(MINUTE);
            let both = tokio::join!(status::choose(&ana, away("LUNCH", "")), status::choose(&ana, online()), status::active(&ana));
            assert!(both.0.is_ok() && both.1.is_ok() && both.2.is_ok(), "{both:?}");
        }
        history(w, &ana).await;
    }

    async fn st_1_two_years_of_history_are_kept(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        choose(&ana, online()).await;
        w.pass(MINUTE);
        choose(&ana, away("", "")).await;
        w.pass(2 * 366 * DAY);
        desk::sweep(&w.desk).await.unwrap();
        assert_eq!(history(w, &ana).await.len(), 2);
        w.pass(SECOND);
        desk::sweep(&w.desk).await.unwrap();
        assert_eq!(history(w, &ana).await, ["AWAY"]);
    }

    async fn st_1_who_is_gone_is_offline_and_opening_the_app_ends_only_that(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        status::present(&ana).await.unwrap();
        assert_eq!(kind(w, &ana).await, StatusKind::Online);
        w.pass(10 * MINUTE - SECOND);
        assert_eq!((turn(w).await, kind(w, &ana).await), (0, StatusKind::Online));
        w.pass(SECOND);
        assert_eq!((turn(w).await, kind(w, &ana).await), (1, StatusKind::Offline));
        status::present(&ana).await.unwrap();
        assert_eq!(kind(w, &ana).await, StatusKind::Online);
        // A page that stays open says so each minute.
        for _ in 0..15 {
            w.pass(MINUTE);
            status::present(&ana).await.unwrap();
            assert_eq!(turn(w).await, 0);
        }
        // What was chosen stays, whether there is a page or not.
        for draft in [away("LUNCH", ""), StatusDraft::of(StatusKind::Offline)] {
            let chosen = choose(&ana, draft).await;
            w.pass(DAY);
            assert_eq!(turn(w).await, 0);
            status::present(&ana).await.unwrap();
            status::active(&ana).await.unwrap();
            assert_eq!(of(w, &ana).await, chosen);
        }
        choose(&ana, online()).await;
        minutes(w, 0, 2).await;
        w.pass(2 * MINUTE - SECOND);
        assert_eq!(turn(w).await, 0);
        w.pass(SECOND);
        assert_eq!((turn(w).await, kind(w, &ana).await), (1, StatusKind::Offline));
    }

    async fn st_1_one_write_a_minute_notes_that_somebody_is_there(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let seen = async || w.number("select seen_at from user_status").await - START;
        status::present(&ana).await.unwrap();
        let before = seq(w).await;
        w.pass(49 * SECOND);
        for _ in 0..3 {
            status::present(&ana).await.unwrap();
            status::active(&ana).await.unwrap();
        }
        assert_eq!(seen().await, 0);
        w.pass(SECOND);
        status::active(&ana).await.unwrap();
        assert_eq!(seen().await, 50 * SECOND, "one write for both");
        w.pass(49 * SECOND);
        status::present(&ana).await.unwrap();
        assert_eq!((seen().await, seq(w).await), (50 * SECOND, before), "nobody is told of it");
    }

    async fn st_1_whose_membership_ends_is_offline(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        choose(&ana, away("LUNCH", "")).await;
        let draft = MemberDraft { user_id: Some(ana.user), password: String::new(), ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, MemberDraft { active: false, ..draft.clone() }).await.unwrap();
        assert_eq!((kind(w, &ana).await, history(w, &ana).await), (StatusKind::Offline, vec!["AWAY LUNCH 0".to_owned(), "OFFLINE".into()]));
        people::save_member(&w.admin, draft).await.unwrap();
        status::present(&w.cx(ana.user).await).await.unwrap();
        assert_eq!(kind(w, &ana).await, StatusKind::Online);
    }

    async fn st_3_who_touches_nothing_is_away_until_they_do(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        status::active(&ana).await.unwrap();
        w.pass(9 * MINUTE);
        assert_eq!(turn(w).await, 0, "off at first");
        minutes(w, 5, 10).await;
        assert_eq!(turn(w).await, 0, "the time counts from now on");
        w.pass(5 * MINUTE - SECOND);
        status::present(&ana).await.unwrap();
        assert_eq!((turn(w).await, kind(w, &ana).await), (0, StatusKind::Online));
        w.pass(SECOND);
        assert_eq!((turn(w).await, of(w, &ana).await), (1, UserStatus::of(StatusKind::Away)));
        // An open page is no sign of a person; a key is, at once.
        w.pass(MINUTE);
        status::present(&ana).await.unwrap();
        assert_eq!(kind(w, &ana).await, StatusKind::Away);
        status::active(&ana).await.unwrap();
        assert_eq!(kind(w, &ana).await, StatusKind::Online);
        for _ in 0..10 {
            w.pass(MINUTE);
            status::active(&ana).await.unwrap();
            assert_eq!(turn(w).await, 0);
        }
        // Away by itself, and then gone.
        w.pass(5 * MINUTE);
        status::present(&ana).await.unwrap();
        assert_eq!((turn(w).await, kind(w, &ana).await), (1, StatusKind::Away));
        w.pass(10 * MINUTE);
        assert_eq!((turn(w).await, kind(w, &ana).await), (1, StatusKind::Offline));
        choose(&ana, away("BREAK", "")).await;
        status::active(&ana).await.unwrap();
        assert_eq!(kind(w, &ana).await, StatusKind::Away, "what was chosen does not end by itself");
    }

    async fn st_3_di_3_who_can_be_given_work(w) {
        let [ana, bia, carla] = [w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await, w.agent("Carla Dias", w.team).await];
        let [dora, eva] = [w.agent("Dora Reis", w.team).await, w.agent("Eva Nunes", w.team).await];
        status::present(&ana).await.unwrap();
        choose(&bia, away("LUNCH", "")).await;
        choose(&carla, StatusDraft::of(StatusKind::Offline)).await;
        choose(&eva, online()).await;
        w.write("update membership set availability = 'UNAVAILABLE' where user_id = $1", args![eva.user]).await;
        let scope = w.desk.system(w.account);
        let who = async |only_online| status::who_takes_work(&scope, only_online).await.unwrap();
        // Dora and the admin were never here, which nobody chose.
        assert_eq!(who(false).await, [w.admin.user, ana.user, dora.user]);
        assert_eq!(who(true).await, [ana.user]);
        w.pass(10 * MINUTE);
        turn(w).await;
        assert_eq!((who(false).await.len(), who(true).await.len()), (3, 0));
        choose(&bia, online()).await;
        assert_eq!(who(true).await, [bia.user]);
    }

    async fn st_2_who_writes_to_somebody_away_is_told_once_per_conversation_and_time_away(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        text(w, LUNCH).await;
        let (maria, pedro) = (w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id);
        let hers = w.served(&bia, "5511987650002").await.id;
        choose(&ana, away("LUNCH", "")).await;
        let row = w.says(MARIA, "oi?").await;
        assert_eq!((row.preview.text.as_str(), row.unread), ("oi?", 2), "lists go on showing what the contact wrote");
        w.says(MARIA, "alô?").await;
        assert_eq!((told(w, maria).await, told(w, pedro).await), (1, 0));
        w.says(PEDRO, "oi?").await;
        let waits = w.says("5511987650003", "oi").await.id;
        w.says("5511987650002", "oi").await;
        assert_eq!((told(w, maria).await, told(w, pedro).await, told(w, hers).await, told(w, waits).await), (1, 1, 0, 0));
        w.send_out().await;
        assert_eq!(w.graph.texts(), [LUNCH, LUNCH]);
        let said = w.messages(maria).await.into_iter().find(|m| m.body == LUNCH).unwrap();
        assert_eq!((said.author_id, said.direction, said.kind), (None, Direction::Out, MessageKind::Text));
        // Another time of return is no other time away.
        choose(&ana, away("LUNCH", "02:00")).await;
        w.says(MARIA, "e agora?").await;
        assert_eq!(told(w, maria).await, 1);
        choose(&ana, online()).await;
        w.says(MARIA, "voltou?").await;
        assert_eq!(told(w, maria).await, 1);
        choose(&ana, away("LUNCH", "")).await;
        w.says(MARIA, "de novo?").await;
        w.says(MARIA, "sim?").await;
        assert_eq!(told(w, maria).await, 2);
        // A reason without a text says nothing, and neither do no reason and what came by itself.
        for draft in [away("MEETING", ""), away("", "")] {
            choose(&ana, draft).await;
            w.says(MARIA, "hm").await;
        }
        let by_itself = |m: &&Message| m.kind == MessageKind::Text && m.direction == Direction::Out && m.author_id.is_none();
        assert_eq!(w.messages(maria).await.iter().filter(by_itself).count(), 2);
        // Whose it is now decides.
        choose(&ana, away("LUNCH", "")).await;
        let to_bia = TransferDraft { to: TransferTo::Person { user_id: bia.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&ana, maria, to_bia).await.unwrap();
        w.says(MARIA, "olá").await;
        assert_eq!(told(w, maria).await, 2);
    }

    async fn st_2_the_same_webhook_twice_two_messages_in_one_and_two_servers_tell_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        text(w, LUNCH).await;
        let (maria, pedro) = (w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id);
        choose(&ana, away("LUNCH", "")).await;
        let now = w.desk.now();
        let body = payload::one(NUMBER, vec![payload::text(MARIA, "wamid.A", now, "oi"), payload::text(MARIA, "wamid.B", now, "olá")]);
        w.inbound(&body).await;
        w.inbound(&body).await;
        w.inbound(&payload::one(NUMBER, vec![payload::text(MARIA, "wamid.A", now, "oi")])).await;
        assert_eq!(told(w, maria).await, 1);
        // Another server was faster.
        let faster = format!("insert into away_told (account_id, conversation_id, period_id) select account_id, {pedro}, period_id from user_status");
        w.write(&faster, args![]).await;
        w.says(PEDRO, "oi").await;
        assert_eq!(told(w, pedro).await, 0);
        assert_eq!(w.number("select count(*) from away_told").await, 2);
    }

    async fn st_2_the_text_knows_names_and_the_time_of_return(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        text(w, "Olá, [NOME]! [ATENDENTE] volta às [VOLTA_AS].").await;
        let id = w.served(&ana, MARIA).await.id;
        let last = async || w.said(id).await.pop().unwrap();
        choose(&ana, away("LUNCH", "13:30")).await;
        w.says(MARIA, "oi").await;
        assert!(last().await.ends_with(" Olá, Pessoa 5511987654321! Ana volta às 13:30."), "{}", last().await);
        // On another day, with the day.
        choose(&ana, online()).await;
        choose(&ana, away("LUNCH", "00:30")).await;
        w.says(MARIA, "oi").await;
        assert!(last().await.ends_with(" Ana volta às 15/07 00:30."), "{}", last().await);
        // A time that is over is not said.
        choose(&ana, online()).await;
        choose(&ana, away("LUNCH", "01:00")).await;
        w.pass(HOUR);
        w.says(MARIA, "oi").await;
        assert!(last().await.ends_with(" Ana volta às ."), "{}", last().await);
    }

    async fn st_2_only_within_the_window_and_not_to_who_is_blocked(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        text(w, LUNCH).await;
        let id = w.served(&ana, MARIA).await.id;
        choose(&ana, away("LUNCH", "")).await;
        w.pass(2 * DAY);
        // A webhook that is two days late opens no window, and does not use up what is said once.
        w.inbound(&payload::one(NUMBER, vec![payload::text(MARIA, "wamid.L", START, "oi")])).await;
        assert_eq!(told(w, id).await, 0);
        w.says(MARIA, "alô").await;
        assert_eq!(told(w, id).await, 1);
        choose(&ana, online()).await;
        choose(&ana, away("LUNCH", "")).await;
        w.write("update contact set status = 'BLOCKED'", args![]).await;
        w.says(MARIA, "oi").await;
        assert_eq!(told(w, id).await, 1);
    }

    async fn st_2_visitors_of_a_website_are_told_too(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        text(w, LUNCH).await;
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut visitor = service::visitor::admit(&w.desk, &row, None).await.unwrap();
        service::visitor::say(&w.desk, &row, &mut visitor, "1", "oi", "Visitante").await.unwrap();
        let id: ConversationId = w.number("select id from conversation").await.into();
        conversation::assume(&ana, id, None).await.unwrap();
        choose(&ana, away("LUNCH", "")).await;
        for client in ["2", "2", "3"] {
            service::visitor::say(&w.desk, &row, &mut visitor, client, "alô", "Visitante").await.unwrap();
        }
        assert_eq!(told(w, id).await, 1);
    }

    async fn st_2_hr_2_who_was_told_that_it_is_closed_hears_nothing_else(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        text(w, LUNCH).await;
        let office = Hours { limited: true, reply: true, reply_text: "Estamos fechados.".into(), ..Hours::of(None) };
        hours::save(&w.admin, office, false).await.unwrap();
        let id = w.says(MARIA, "oi").await.id;
        let closed = async || w.said(id).await.iter().filter(|line| line.ends_with("Estamos fechados.")).count();
        conversation::assume(&ana, id, None).await.unwrap();
        choose(&ana, away("LUNCH", "")).await;
        w.says(MARIA, "alô?").await;
        assert_eq!((closed().await, told(w, id).await), (1, 0));
        w.pass(TO_OPENING);
        w.says(MARIA, "bom dia").await;
        assert_eq!((closed().await, told(w, id).await), (1, 1));
        // Who serves it in the evening all the same, and then is away, says so.
        w.pass(10 * HOUR);
        choose(&ana, online()).await;
        w.send(&ana, id, "Fico mais um pouco.").await.unwrap();
        choose(&ana, away("LUNCH", "")).await;
        w.says(MARIA, "ok").await;
        assert_eq!((closed().await, told(w, id).await), (1, 2));
        // The first word of a night is that it is closed.
        w.pass(DAY);
        choose(&ana, online()).await;
        choose(&ana, away("LUNCH", "")).await;
        w.says(MARIA, "oi?").await;
        w.says(MARIA, "alguém?").await;
        assert_eq!((closed().await, told(w, id).await), (2, 2));
    }

    async fn st_2_an_admin_sets_reasons_texts_and_minutes(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(status::settings(&w.admin).await.unwrap(), StatusSettings::default());
        assert_eq!(status::reasons(&ana).await.unwrap(), StatusSettings::default().reasons);
        assert_eq!(fault(status::settings(&ana).await), Fault::Forbidden);
        assert_eq!(fault(status::save(&ana, StatusSettings::default()).await), Fault::Forbidden);
        let mut draft = StatusSettings { away_minutes: 15, offline_minutes: 5, ..StatusSettings::default() };
        draft.reasons.insert(0, AwayReason { key: String::new(), name: " Médico ".into(), text: " Volto já. ".into(), active: true });
        draft.reasons[1].active = false;
        let saved = status::save(&w.admin, draft.clone()).await.unwrap();
        let own = saved.reasons[0].clone();
        assert!(own.key.parse::<i64>().is_ok() && own.name == "Médico" && own.text == "Volto já.", "{own:?}");
        assert_eq!((saved.version, saved.away_minutes, saved.offline_minutes, saved.reasons.len()), (1, 15, 5, 5));
        let offered: Vec<String> = status::reasons(&ana).await.unwrap().into_iter().map(|r| r.key).collect();
        assert_eq!(offered, [own.key.as_str(), "BREAK", "MEETING", "TRAINING"]);
        assert_eq!(choose(&ana, away(&own.key, "")).await.name, "Médico");
        assert_eq!(of(w, &ana).await.name, "Médico");
        assert_eq!(fault(status::choose(&ana, away("LUNCH", "")).await), Fault::field("reason", Wrong::Unknown));
        // Of two admins the second is told.
        assert_eq!(fault(status::save(&w.admin, draft).await), Fault::Conflict);
        // What was saved once stays, and no key is made up.
        let changes: [fn(&mut Vec<AwayReason>); 2] = [|r| drop(r.remove(0)), |r| r[0].key = "7".into()];
        for change in changes {
            let mut wrong = saved.clone();
            change(&mut wrong.reasons);
            assert_eq!(fault(status::save(&w.admin, wrong).await), Fault::field("reasons", Wrong::Unknown));
        }
        assert_eq!(fault(status::save(&w.admin, StatusSettings { away_minutes: 1, ..saved.clone() }).await), Fault::field("away_minutes", Wrong::NotAllowed));
        assert_eq!(status::settings(&w.admin).await.unwrap(), saved);
        assert_eq!(w.number("select count(*) from audit where action = 'status.change'").await, 1);
    }

    async fn tr_4_nobody_gets_a_conversation_who_is_unavailable_unless_an_admin_confirms_it(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let id = w.served(&ana, MARIA).await.id;
        let to = |cx: &Cx, anyway| TransferDraft { to: TransferTo::Person { user_id: cx.user, team_id: None }, note: String::new(), stop_bot: false, anyway };
        w.write("update membership set availability = 'UNAVAILABLE' where user_id = $1", args![bia.user]).await;
        for anyway in [false, true] {
            for cx in [&ana, &boss] {
                assert_eq!(fault(conversation::transfer(cx, id, to(&bia, anyway)).await), Fault::PersonUnavailable);
            }
        }
        assert_eq!(fault(conversation::transfer(&w.admin, id, to(&bia, false)).await), Fault::PersonAbsent);
        assert_eq!(w.conversation(id).await.assignee_id, Some(ana.user));
        conversation::transfer(&w.admin, id, to(&bia, true)).await.unwrap();
        assert_eq!(w.conversation(id).await.assignee_id, Some(bia.user));
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.transfer' and data like '%\"anyway\":true%'").await, 1);
        // To be away or offline is worth a word, and no bar.
        choose(&ana, away("LUNCH", "")).await;
        conversation::transfer(&w.admin, id, to(&ana, false)).await.unwrap();
        assert_eq!(w.conversation(id).await.assignee_id, Some(ana.user));
        // Who is no member any more gets nothing by anybody's word.
        let gone = MemberDraft { user_id: Some(bia.user), password: String::new(), active: false, ..member_draft("Bia Reis", Role::Agent, &[(w.team, true, false)]) };
        people::save_member(&w.admin, gone).await.unwrap();
        assert_eq!(fault(conversation::transfer(&w.admin, id, to(&bia, true)).await), Fault::PersonUnavailable);
    }
}
