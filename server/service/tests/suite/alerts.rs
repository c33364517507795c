//! Notifications: who is told, once, and only of what they see (03, section 3.11).

use crate::acts::Play;
use crate::graph::Answer;
use crate::world::*;
use model::*;
use service::{Cx, News, alert, conversation, people};

const MARIA: &str = "5511987654321";

/// What is under the bell, as `kind count` with a mark for unread ones.
async fn bell(cx: &Cx) -> Vec<String> {
    let page = alert::list(cx, None).await.unwrap();
    assert_eq!(page.unread as usize, page.items.iter().filter(|a| !a.is_read).count());
    page.items.iter().map(|a| format!("{} {}{}", a.kind, a.count, if a.is_read { "" } else { "*" })).collect()
}

fn hand(to: TransferTo) -> TransferDraft {
    TransferDraft { to, note: String::new(), stop_bot: false, anyway: false }
}

both! {
    async fn no_1_a_new_conversation_is_told_to_the_agents_of_its_queue(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let other = w.new_team("Vendas", Restriction::None).await;
        let stranger = w.agent("Davi Melo", other).await;
        let c = w.says(MARIA, "bom dia").await;
        for cx in [&ana, &bia] {
            let page = alert::list(cx, None).await.unwrap();
            let [told] = page.items.as_slice() else { panic!("{page:?}") };
            assert_eq!((told.kind, told.conversation_id, told.preview.text.as_str(), told.count), (AlertKind::Queue, c.id, "bom dia", 1));
        }
        // 3.5: a supervisor is not told unless they are an agent, too.
        assert_eq!((bell(&boss).await, bell(&stranger).await), (vec![], vec![]));
        // What follows in the queue is no news.
        w.says(MARIA, "alguém aí?").await;
        assert_eq!(bell(&ana).await, ["QUEUE 1*"]);
        // Taken: nobody needs to hear of it any more.
        conversation::assume(&ana, c.id, None).await.unwrap();
        assert_eq!((bell(&ana).await, bell(&bia).await), (vec!["QUEUE 1".to_owned()], vec!["QUEUE 1".to_owned()]));
    }

    async fn no_2_messages_of_one_conversation_are_one_entry_with_a_count(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.served(&ana, MARIA).await;
        alert::read(&ana, None).await.unwrap();
        for text in ["um", "dois", "três"] {
            w.pass(SECOND);
            w.says(MARIA, text).await;
        }
        assert_eq!(bell(&ana).await, ["MESSAGE 3*", "QUEUE 1"]);
        assert_eq!(bell(&bia).await, ["QUEUE 1"], "a colleague's messages are not told");
        assert_eq!(alert::list(&ana, None).await.unwrap().items[0].preview.text, "três");
        alert::saw(&ana, c.id).await.unwrap();
        assert_eq!(bell(&ana).await, ["MESSAGE 3", "QUEUE 1"]);
        w.pass(SECOND);
        w.says(MARIA, "quatro").await;
        assert_eq!(bell(&ana).await, ["MESSAGE 1*", "QUEUE 1"]);
    }

    async fn no_1_a_transfer_tells_who_gets_it_and_never_who_does_it(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.served(&ana, MARIA).await;
        for cx in [&ana, &bia] {
            alert::read(cx, None).await.unwrap();
        }
        let to_bia = TransferTo::Person { user_id: bia.user, team_id: None };
        conversation::transfer(&ana, c.id, hand(to_bia)).await.unwrap();
        assert_eq!(bell(&bia).await, ["TRANSFER 1*", "QUEUE 1"]);
        assert_eq!(bell(&ana).await, ["QUEUE 1"]);
        w.pass(SECOND);
        conversation::transfer(&bia, c.id, hand(TransferTo::Team { team_id: w.team })).await.unwrap();
        assert_eq!(bell(&ana).await, ["QUEUE 1*"]);
        assert_eq!(bell(&bia).await, ["TRANSFER 1*", "QUEUE 1"], "her own act is no news to her");
    }

    async fn no_1_a_failed_send_is_told_to_its_author(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, MARIA).await;
        alert::read(&ana, None).await.unwrap();
        w.pass(SECOND);
        w.graph.answers([Answer::Refused(131026, 400)]);
        w.send(&ana, c.id, "oi").await.unwrap();
        w.send_out().await;
        assert_eq!(w.said(c.id).await.last().unwrap(), "FAILED oi");
        assert_eq!(bell(&ana).await, ["FAILED 1*", "QUEUE 1"]);
        assert!(!bell(&w.admin).await.iter().any(|a| a.starts_with("FAILED")));
    }

    async fn no_3_who_loses_sight_of_a_conversation_hears_no_more_of_it(w) {
        let closed = w.new_team("Fechada", Restriction::User).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (closed, true, false)]).await;
        let c = w.served(&ana, MARIA).await;
        w.says(MARIA, "segredo").await;
        assert_eq!(alert::list(&ana, None).await.unwrap().unread, 1);
        let bia = w.agent("Bia Reis", closed).await;
        let to_bia = TransferTo::Person { user_id: bia.user, team_id: None };
        conversation::transfer(&w.admin, c.id, hand(to_bia)).await.unwrap();
        assert_eq!(alert::list(&ana, None).await.unwrap(), AlertPage::default());
        assert_eq!(bell(&bia).await, ["TRANSFER 1*"]);
        // A mention of her is not even written.
        let mut work = w.desk.system(w.account).begin().await.unwrap();
        alert::mention(&mut work, c.id, &[ana.user, bia.user], w.admin.user).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(w.number(&format!("select count(*) from alert where kind = 'MENTION' and user_id = {}", ana.user)).await, 0);
        assert_eq!(bell(&bia).await.len(), 2);
        // Nor is anybody told who was a member.
        let gone = MemberDraft { user_id: Some(bia.user), password: String::new(), active: false, handover: Some(Handover::default()), ..member_draft("Bia Reis", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        w.write("delete from alert where user_id = $1", service::args![bia.user]).await;
        w.says(MARIA, "alguém?").await;
        assert_eq!(w.number(&format!("select count(*) from alert where user_id = {}", bia.user)).await, 0);
    }

    async fn ro_2_a_notification_is_written_for_exactly_those_who_see_the_conversation(w) {
        let mut play = Play::new(w, 12).await;
        for _ in 0..120 {
            play.act().await;
        }
        let conversations: Vec<(i64,)> = w.rows("select id from conversation order by id").await;
        // Some of what waits waits for one of them.
        w.write("update conversation set designated_id = $1 where status = 'PENDING' and id % 2 = 0", service::args![play.people[1].user]).await;
        let (mut told, mut untold) = (0, 0);
        let everybody: Vec<UserId> = play.people.iter().map(|p| p.user).collect();
        for (id,) in conversations {
            let c = w.conversation(id.into()).await;
            w.write("delete from alert where kind = 'MENTION'", vec![]).await;
            let mut work = w.desk.system(w.account).begin().await.unwrap();
            alert::mention(&mut work, c.id, &everybody, UserId(0)).await.unwrap();
            work.commit().await.unwrap();
            let rows: Vec<(i64,)> = w.rows("select user_id from alert where kind = 'MENTION'").await;
            for person in &play.people {
                let sees = w.cx(person.user).await.seen().sees(&c.access());
                assert_eq!(rows.contains(&(person.user.0,)), sees, "{:?} {:?}", person.seat.name, c.access());
                if sees { told += 1 } else { untold += 1 }
            }
        }
        assert!(told > 10 && untold > 10, "{told} {untold}");
    }

    async fn no_1_what_is_switched_off_is_not_shown_and_what_is_muted_not_kept(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let mut settings = AlertSettings { hide_text: true, quiet: Some(Quiet { from: 1320, to: 420 }), ..AlertSettings::default() };
        settings.set(AlertKind::Queue, AlertWay::Bell, false);
        alert::save_settings(&ana, settings.clone()).await.unwrap();
        assert_eq!(alert::setup(&ana).await.unwrap().settings, settings);
        w.says(MARIA, "oi").await;
        let rows = format!("select count(*) from alert where user_id = {}", ana.user);
        assert_eq!((bell(&ana).await, w.number(&rows).await), (vec![], 1), "its note may still go out");
        settings.set(AlertKind::Queue, AlertWay::Desktop, false);
        settings.set(AlertKind::Queue, AlertWay::Sound, false);
        alert::save_settings(&ana, settings).await.unwrap();
        w.says("5511987650000", "oi").await;
        assert_eq!(w.number(&rows).await, 1);
        let never = AlertSettings { quiet: Some(Quiet { from: 60, to: 60 }), ..AlertSettings::default() };
        assert_eq!(fault(alert::save_settings(&ana, never).await), Fault::field("quiet", Wrong::NotAllowed));
    }

    async fn the_bell_has_pages_and_its_rows_an_end(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let s = (0..240).map(|n| format!("5511987{n:06}"));
        for phone in s.take(70) {
            w.pass(SECOND);
            w.says(&phone, "oi").await;
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = alert::list(&ana, after.as_deref()).await.unwrap();
            assert_eq!(page.unread, 70);
            seen.extend(page.items.iter().map(|a| (a.at, a.conversation_id)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 70);
        assert!(seen.windows(2).all(|w| w[0] > w[1]));
        assert_eq!(fault(alert::list(&ana, Some("x")).await), Fault::field("after", Wrong::Unknown));
        alert::read(&ana, None).await.unwrap();
        assert_eq!(alert::list(&ana, None).await.unwrap().unread, 0);
        // The oldest give way, and what is a month old goes.
        let (at, n) = (w.desk.now(), limit::ALERTS_MAX + 5);
        for n in 0..n {
            let conversation = seen[n as usize % 70].1;
            w.write("insert into alert (account_id, user_id, conversation_id, kind, count, at) values ($1, $2, $3, $4, 1, $5)", service::args![w.account, ana.user, conversation, format!("K{n}"), at + n]).await;
        }
        service::desk::sweep(&w.desk).await.unwrap();
        let rows = format!("select count(*) from alert where user_id = {}", ana.user);
        assert_eq!(w.number(&rows).await, limit::ALERTS_MAX);
        assert_eq!(w.number(&format!("{rows} and kind = 'K0'")).await, 0);
        w.pass(31 * DAY);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from alert").await, 0);
    }

    async fn a_notification_goes_over_the_bus_with_its_count(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, MARIA).await;
        let mut news = w.desk.listen(w.account);
        w.says(MARIA, "um").await;
        w.says(MARIA, "dois").await;
        let mut told = Vec::new();
        while let Ok(item) = news.try_recv() {
            if let News::Alert(alert) = item {
                assert_eq!((alert.access, alert.alert.conversation_id), (w.conversation(c.id).await.access(), c.id));
                told.extend(alert.to.clone());
            }
        }
        assert_eq!(told, [(ana.user, 1), (ana.user, 2)]);
        alert::read(&ana, Some(c.id)).await.unwrap();
        assert!(matches!(news.try_recv(), Ok(News::AlertsRead { users }) if users == [ana.user]));
        // Read already: nothing to tell.
        alert::read(&ana, Some(c.id)).await.unwrap();
        assert!(news.try_recv().is_err());
    }
}
