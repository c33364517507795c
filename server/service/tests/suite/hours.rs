//! When it is open, and what contacts are told while it is not (09, section 9.5).
//!
//! Worlds begin on a Tuesday, at 00:33:20 in São Paulo.

use crate::payload;
use crate::world::*;
use model::*;
use service::closing::{self, auto};
use service::{channels, contact, conversation, hours, people};

const PHONE: &str = "5511987654321";
const CLOSED: &str = "Estamos fechados.";
/// From the beginning until 08:00.
const TO_OPENING: Millis = 7 * HOUR + 26 * MINUTE + 40 * SECOND;

/// Monday to Friday, 08:00 to 12:00 and 13:00 to 18:00, with an answer.
fn office() -> Hours {
    Hours { limited: true, reply: true, reply_text: CLOSED.into(), ..Hours::of(None) }
}

/// Around the clock, every day.
fn always(team_id: Option<TeamId>) -> Hours {
    Hours { limited: true, week: vec![WeekDay { active: true, periods: vec![Period { from: 0, to: 1440 }] }; 7], ..Hours::of(team_id) }
}

/// Saves over whatever there is.
async fn keep(w: &World, draft: Hours) -> HoursSettings {
    let version = version(w, draft.team_id).await;
    hours::save(&w.admin, Hours { version, ..draft }, false).await.unwrap()
}

async fn version(w: &World, team_id: Option<TeamId>) -> i64 {
    hours::settings(&w.admin).await.unwrap().hours.iter().find(|h| h.team_id == team_id).map_or(0, |h| h.version)
}

async fn told(w: &World, id: ConversationId) -> usize {
    w.said(id).await.iter().filter(|line| line.ends_with(CLOSED)).count()
}

async fn state(w: &World) -> OpenState {
    hours::states(&w.admin).await.unwrap()[0]
}

fn to_team(team_id: TeamId) -> TransferDraft {
    TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false }
}

both! {
    async fn hr_1_an_account_is_open_until_an_admin_limits_its_hours(w) {
        assert_eq!(hours::settings(&w.admin).await.unwrap(), HoursSettings {
            time_zone: "America/Sao_Paulo".into(),
            hours: vec![Hours::of(None)],
            states: vec![OpenState { team_id: None, limited: false, open: true, changes_at: None }],
        });
        let saved = keep(w, office()).await;
        assert_eq!((saved.hours.len(), &saved.hours[0].week, saved.hours[0].version), (1, &office().week, 1));
        assert_eq!(state(w).await, OpenState { team_id: None, limited: true, open: false, changes_at: Some(START + TO_OPENING) });
        w.pass(TO_OPENING - SECOND);
        assert!(!state(w).await.open);
        w.pass(SECOND);
        assert_eq!(state(w).await, OpenState { team_id: None, limited: true, open: true, changes_at: Some(START + TO_OPENING + 4 * HOUR) });
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(hours::settings(&ana).await), Fault::Forbidden);
        assert_eq!(fault(hours::save(&ana, office(), false).await), Fault::Forbidden);
        assert_eq!(hours::states(&ana).await.unwrap().len(), 1);
        assert_eq!(w.number("select count(*) from audit where action = 'hours.change'").await, 1);
    }

    async fn hr_1_of_two_admins_the_second_is_told(w) {
        let bia = w.member("Bia Reis", Role::Admin, &[]).await;
        let seen = hours::settings(&bia).await.unwrap().hours.remove(0);
        keep(w, office()).await;
        assert_eq!(fault(hours::save(&bia, Hours { limited: true, ..seen }, false).await), Fault::Conflict);
        // A team's hours that were removed and made anew are not those that somebody saw.
        let team = keep(w, always(Some(w.team))).await.hours[1].clone();
        hours::save(&w.admin, team.clone(), true).await.unwrap();
        assert_eq!(fault(hours::save(&bia, team.clone(), false).await), Fault::Conflict);
        keep(w, always(Some(w.team))).await;
        assert_eq!(fault(hours::save(&bia, team, true).await), Fault::Conflict);
        assert_eq!(hours::settings(&bia).await.unwrap().hours.len(), 2);
    }

    async fn hr_1_the_zone_is_the_accounts_and_one_that_does_not_exist_is_refused(w) {
        keep(w, office()).await;
        assert!(!state(w).await.open);
        let zone = |name: &str| AccountDraft { name: "Loja".into(), time_zone: name.into(), closing_message: String::new() };
        assert_eq!(fault(people::save_account(&w.admin, zone("America/Sampa")).await), Fault::field("time_zone", Wrong::NotATimeZone));
        // It is 12:33 in Tokyo, and 13:33 in Sydney.
        people::save_account(&w.admin, zone("Asia/Tokyo")).await.unwrap();
        assert!(!state(w).await.open);
        people::save_account(&w.admin, zone("Australia/Sydney")).await.unwrap();
        assert!(state(w).await.open);
        // A name that a new list of zones does not have any more counts as UTC: it is 03:33 there.
        w.write("update account set time_zone = 'Mars/Olympus'", vec![]).await;
        let settings = hours::settings(&w.admin).await.unwrap();
        assert_eq!((settings.time_zone.as_str(), settings.states[0].open), ("Mars/Olympus", false));
    }

    async fn hr_2_who_writes_while_it_is_closed_is_told_once(w) {
        keep(w, office()).await;
        let first = w.says(PHONE, "oi").await;
        assert_eq!((first.preview.text.as_str(), first.preview.direction), ("oi", Direction::In), "lists go on showing what the contact wrote");
        let id = first.id;
        w.says(PHONE, "tem alguém?").await;
        w.send_out().await;
        assert_eq!(w.said(id).await, ["RECEIVED oi", &format!("SENT {CLOSED}"), "RECEIVED tem alguém?"]);
        assert_eq!(w.graph.texts(), [CLOSED]);
        let c = w.conversation(id).await;
        assert_eq!((c.status, c.unread, c.waiting_since), (ConversationStatus::Pending, 2, Some(START)));
        let said = w.messages(id).await.into_iter().find(|m| m.body == CLOSED).unwrap();
        assert_eq!((said.author_id, said.direction, said.kind), (None, Direction::Out, MessageKind::Text));
        // Open: nothing. The next night: again, once.
        w.pass(TO_OPENING);
        w.says(PHONE, "bom dia").await;
        assert_eq!(told(w, id).await, 1);
        w.pass(10 * HOUR);
        w.says(PHONE, "boa noite").await;
        w.says(PHONE, "oi?").await;
        assert_eq!(told(w, id).await, 2);
        // At lunch it is closed as well.
        w.pass(14 * HOUR + HOUR / 2 + 3 * HOUR + HOUR / 2);
        w.says(PHONE, "almoço?").await;
        assert_eq!(told(w, id).await, 3);
    }

    async fn hr_2_the_same_webhook_twice_and_two_messages_in_one_are_answered_once(w) {
        keep(w, office()).await;
        let now = w.desk.now();
        let body = payload::one(NUMBER, vec![payload::text(PHONE, "wamid.A", now, "oi"), payload::text(PHONE, "wamid.B", now, "olá")]);
        w.inbound(&body).await;
        w.inbound(&body).await;
        w.inbound(&payload::one(NUMBER, vec![payload::text(PHONE, "wamid.A", now, "oi")])).await;
        w.send_out().await;
        assert_eq!(w.graph.texts(), [CLOSED]);
    }

    async fn hr_2_concluded_reopened_and_moved_it_is_still_the_same_night(w) {
        let night = w.new_team("Plantão", Restriction::None).await;
        keep(w, office()).await;
        // Closed at another time than the account: from 02:00 until 10:00.
        let week = vec![WeekDay { active: true, periods: vec![Period { from: 0, to: 120 }, Period { from: 600, to: 1440 }] }; 7];
        keep(w, Hours { limited: true, week, ..Hours::of(Some(night)) }).await;
        let id = w.says(PHONE, "oi").await.id;
        conversation::conclude(&w.admin, id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        assert_eq!(w.says(PHONE, "mais uma coisa").await.id, id);
        assert_eq!(told(w, id).await, 1);
        // At 02:33 the other team is closed as well, since half an hour.
        conversation::transfer(&w.admin, id, to_team(night)).await.unwrap();
        w.pass(HOUR);
        w.says(PHONE, "e agora?").await;
        assert_eq!(told(w, id).await, 1, "it was said until 08:00");
        // At 09:33 that is over, but the team was not open since.
        w.pass(7 * HOUR);
        w.says(PHONE, "bom dia").await;
        assert_eq!(told(w, id).await, 2, "it opened at the account's time, not at the team's, and the team closed since");
        w.says(PHONE, "alô").await;
        assert_eq!(told(w, id).await, 2);
        // Concluded for good: another conversation, the same contact.
        conversation::conclude(&w.admin, id, ConcludeDraft::silent()).await.unwrap();
        w.write("update conversation set reactivate_until = null", vec![]).await;
        w.write("update channel set team_id = $1", service::args![night]).await;
        let next = w.says(PHONE, "de novo").await.id;
        assert_ne!(next, id);
        assert_eq!(told(w, next).await, 0);
    }

    async fn hr_2_not_while_somebody_serves_it_all_the_same(w) {
        keep(w, office()).await;
        let id = w.says(PHONE, "oi").await.id;
        w.pass(TO_OPENING);
        conversation::assume(&w.admin, id, None).await.unwrap();
        w.pass(9 * HOUR + 55 * MINUTE);
        w.send(&w.admin, id, "Um momento.").await.unwrap();
        // 18:05: ours came at 17:55, before the closing.
        w.pass(10 * MINUTE);
        w.says(PHONE, "sim").await;
        assert_eq!(told(w, id).await, 2);
        w.pass(14 * HOUR);
        w.says(PHONE, "dia").await;
        w.pass(10 * HOUR);
        w.send(&w.admin, id, "Fico até resolver.").await.unwrap();
        w.says(PHONE, "obrigada").await;
        w.says(PHONE, "até já").await;
        assert_eq!(told(w, id).await, 2);
    }

    async fn hr_2_only_within_the_window_and_not_to_who_is_blocked(w) {
        keep(w, office()).await;
        // A webhook that is two days late opens no window.
        let late = payload::one(NUMBER, vec![payload::text(PHONE, "wamid.L", START - 2 * DAY, "oi")]);
        w.inbound(&late).await;
        let id = w.conversation_of("wamid.L").await.id;
        assert_eq!(told(w, id).await, 0);
        w.says(PHONE, "alô").await;
        assert_eq!(told(w, id).await, 1);
        let other = w.says("5511987650001", "x").await;
        w.pass(18 * HOUR);
        w.write("update contact set status = 'BLOCKED' where id = $1", service::args![other.contact_id]).await;
        w.says("5511987650001", "y").await;
        assert_eq!(told(w, other.id).await, 1);
    }

    async fn hr_2_off_or_open_nothing_is_said(w) {
        keep(w, Hours { reply: false, ..office() }).await;
        let id = w.says(PHONE, "oi").await.id;
        keep(w, Hours { limited: false, ..office() }).await;
        w.says(PHONE, "oi").await;
        assert_eq!(told(w, id).await, 0);
        keep(w, office()).await;
        w.says(PHONE, "oi").await;
        assert_eq!(told(w, id).await, 1);
    }

    async fn hr_2_visitors_of_a_website_are_told_too(w) {
        keep(w, Hours { reply_text: "Olá, [NOME]! Voltamos em [ABERTURA]. [ATENDENTE]".into(), ..office() }).await;
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut visitor = service::visitor::admit(&w.desk, &row, None).await.unwrap();
        for (client, text) in [("1", "oi"), ("1", "oi"), ("2", "alô")] {
            service::visitor::say(&w.desk, &row, &mut visitor, client, text, "Visitante").await.unwrap();
        }
        let seen = service::visitor::history(&w.desk, &row, &visitor, None).await.unwrap();
        assert_eq!(seen.len(), 3);
        let id: ConversationId = w.number("select id from conversation").await.into();
        assert!(w.said(id).await[1].ends_with("Olá, Visitante! Voltamos em 14/07 08:00."), "{:?}", w.said(id).await);
    }

    async fn hr_2_merged_contacts_are_one(w) {
        keep(w, office()).await;
        let (a, b) = (w.says(PHONE, "oi").await, w.says("5511987650001", "oi").await);
        w.write("update contact set off_hours_at = null, off_hours_until = null where id = $1", service::args![a.contact_id]).await;
        let side = MergeSide::Kept;
        let draft = ContactMergeDraft {
            kept_id: a.contact_id, kept_version: 1, other_id: b.contact_id, other_version: 1, name: side, phone: side, email: side, annotation: side, fields: vec![],
        };
        contact::merge(&w.admin, draft).await.unwrap();
        let before = w.number("select count(*) from message where body = 'Estamos fechados.'").await;
        w.says(PHONE, "sou eu").await;
        assert_eq!(w.number("select count(*) from message where body = 'Estamos fechados.'").await, before);
    }

    async fn hr_3_nothing_closes_by_itself_outside_of_hours(w) {
        let rule = AutoClose { enabled: true, idle_minutes: 60, warn_minutes: 10, warn_text: "Ainda está aí?".into(), ..AutoClose::default() };
        closing::save_rule(&w.admin, rule.clone(), false).await.unwrap();
        let (night, day) = (w.new_team("Plantão", Restriction::None).await, w.team);
        keep(w, Hours { reply: false, ..office() }).await;
        keep(w, always(Some(night))).await;
        let mut ids = Vec::new();
        for (phone, team) in [(PHONE, day), ("5511987650001", night)] {
            let c = w.served(&w.admin, phone).await;
            if team == night {
                conversation::transfer(&w.admin, c.id, to_team(night)).await.unwrap();
                conversation::assume(&w.admin, c.id, None).await.unwrap();
            }
            w.send(&w.admin, c.id, "Posso ajudar?").await.unwrap();
            ids.push(c.id);
        }
        w.send_out().await;
        let open = async |id| w.conversation(id).await.status.is_open();
        w.pass(50 * MINUTE);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1, "the night team's contact is warned");
        w.pass(10 * MINUTE);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        assert!(open(ids[0]).await && !open(ids[1]).await);
        // At the opening the warning goes out, and then it closes.
        w.pass(TO_OPENING - HOUR - SECOND);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 0);
        w.pass(SECOND);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        w.pass(10 * MINUTE);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        assert!(!open(ids[0]).await);
        // It is an option (AU-5).
        closing::save_rule(&w.admin, AutoClose { in_hours: false, warn_minutes: 0, ..rule }, false).await.unwrap();
        let c = w.served(&w.admin, "5511987650002").await;
        w.send(&w.admin, c.id, "Boa noite").await.unwrap();
        w.pass(16 * HOUR);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
    }

    async fn hr_4_a_team_has_its_own_hours_or_the_accounts(w) {
        let night = w.new_team("Plantão", Restriction::None).await;
        keep(w, office()).await;
        keep(w, Hours { reply_text: "Volte às 22h.".into(), ..always(Some(night)) }).await;
        let states = hours::states(&w.admin).await.unwrap();
        assert_eq!(states.iter().map(|s| (s.team_id, s.open)).collect::<Vec<_>>(), [(None, false), (Some(night), true)]);
        w.write("update channel set team_id = $1", service::args![night]).await;
        let draft = ChannelDraft { id: Some(w.channel), team_id: Some(night), ..whatsapp("Principal", NUMBER, WABA) };
        channels::save(&w.admin, draft).await.unwrap();
        let id = w.says(PHONE, "oi").await.id;
        assert_eq!(w.said(id).await.len(), 1, "the team is open");
        // A holiday is the account's, and holds for its teams.
        let today = SpecialDate { date: "2026-07-14".into(), name: "Feriado".into(), periods: vec![] };
        keep(w, Hours { dates: vec![today], ..office() }).await;
        w.says(PHONE, "oi").await;
        assert!(w.said(id).await.last().unwrap().ends_with("Volte às 22h."));
        let stranger = Hours { team_id: Some(TeamId(1)), ..always(None) };
        assert_eq!(fault(hours::save(&w.admin, stranger, false).await), Fault::field("team_id", Wrong::Unknown));
        let removed = Hours { version: version(w, Some(night)).await, ..always(Some(night)) };
        assert_eq!(hours::save(&w.admin, removed, true).await.unwrap().hours.len(), 1);
    }

    async fn hr_5_wrong_periods_are_refused_and_nothing_changes(w) {
        let mut bad = office();
        bad.week[0].periods = vec![Period { from: 600, to: 700 }, Period { from: 650, to: 800 }];
        assert_eq!(fault(hours::save(&w.admin, bad.clone(), false).await), Fault::field("day_0", Wrong::Overlap));
        bad.week[0].periods = vec![Period { from: 600, to: 500 }];
        assert_eq!(fault(hours::save(&w.admin, bad, false).await), Fault::field("day_0", Wrong::EndBeforeStart));
        assert_eq!(w.number("select count(*) from hours").await, 0);
    }

    async fn hr_2_a_clock_set_back_tells_nobody_twice(w) {
        keep(w, office()).await;
        let id = w.says(PHONE, "oi").await.id;
        w.pass(-HOUR);
        w.says(PHONE, "oi?").await;
        w.pass(2 * HOUR);
        w.says(PHONE, "oi??").await;
        assert_eq!(told(w, id).await, 1);
    }
}
