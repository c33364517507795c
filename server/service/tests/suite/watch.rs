//! Watching a conversation (NX-11): a colleague is asked, and nothing changes hands.

use crate::world::*;
use model::*;
use service::{Cx, alert, args, contact, conversation, inbox, people};
use std::collections::BTreeSet;

const MARIA: &str = "5511987654321";

/// What is under the bell, as `kind count` with a mark for unread ones; in no order.
async fn bell(cx: &Cx) -> BTreeSet<String> {
    let page = alert::list(cx, None).await.unwrap();
    page.items.iter().map(|a| format!("{} {}{}", a.kind, a.count, if a.is_read { "" } else { "*" })).collect()
}

fn told<const N: usize>(entries: [&str; N]) -> BTreeSet<String> {
    entries.map(str::to_owned).into()
}

/// Whom the asker is shown as watching.
async fn shown(cx: &Cx, id: ConversationId) -> Vec<UserId> {
    let c = conversation::visible(cx, id).await.unwrap();
    inbox::workspace(cx).await.unwrap().watching(&c).iter().map(|m| m.user_id).collect()
}

fn hand(to: TransferTo) -> TransferDraft {
    TransferDraft { to, note: String::new(), stop_bot: false, anyway: false }
}

fn person(user_id: UserId, team_id: TeamId) -> TransferDraft {
    hand(TransferTo::Person { user_id, team_id: Some(team_id) })
}

async fn watches(cx: &Cx, id: ConversationId) {
    conversation::watch(cx, id, cx.user, true).await.unwrap();
}

both! {
    async fn nx_11_whoever_sees_it_watches_it_and_twice_is_once(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let stranger = w.agent("Davi Melo", w.new_team("Vendas", Restriction::None).await).await;
        let c = w.served(&ana, MARIA).await;
        assert_eq!(fault(conversation::watch(&stranger, c.id, stranger.user, true).await), Fault::Missing);
        assert_eq!(conversation::watch(&bia, c.id, bia.user, true).await.unwrap().watchers, [bia.user]);
        let seq = service::desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        assert_eq!(conversation::watch(&bia, c.id, bia.user, true).await.unwrap().watchers, [bia.user]);
        assert_eq!(service::desk::last_seq(&w.desk.system(w.account)).await.unwrap(), seq, "nothing to tell");
        assert_eq!(w.number("select count(*) from watch").await, 1);
        // It stands in what opening answers, in lists, and in the event.
        assert_eq!(conversation::open(&ana, c.id).await.unwrap().conversation.watchers, [bia.user]);
        let event = service::desk::events_since(&w.desk.system(w.account), seq - 1, 1).await.unwrap().remove(0);
        assert!(matches!(&event.change, Change::Conversation { row, .. } if row.watchers == [bia.user]));
        // It gives no right: Bia still may not write.
        assert_eq!(fault(w.send(&bia, c.id, "oi").await), Fault::NotAssignee);
        assert_eq!(fault(conversation::watch(&stranger, c.id, bia.user, false).await), Fault::Missing);
        assert_eq!(conversation::watch(&ana, c.id, bia.user, false).await.unwrap().watchers, []);
        assert_eq!(conversation::watch(&bia, c.id, bia.user, false).await.unwrap().watchers, []);
        assert_eq!(w.number("select count(*) from watch").await, 0);
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.watch'").await, 2);
    }

    async fn nx_11_only_who_sees_it_is_asked_and_hears_who_asked(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let stranger = w.agent("Davi Melo", w.new_team("Vendas", Restriction::None).await).await;
        let c = w.served(&ana, MARIA).await;
        for nobody in [stranger.user, UserId(77)] {
            assert_eq!(fault(conversation::watch(&ana, c.id, nobody, true).await), Fault::field("user_id", Wrong::NotAllowed));
        }
        alert::read(&bia, None).await.unwrap();
        w.pass(SECOND);
        conversation::watch(&ana, c.id, bia.user, true).await.unwrap();
        conversation::watch(&ana, c.id, bia.user, true).await.unwrap();
        let page = alert::list(&bia, None).await.unwrap();
        assert_eq!((page.unread, page.items[0].kind, page.items[0].count), (1, AlertKind::WatchAsk, 1));
        assert_eq!((page.items[0].by.as_str(), page.items[0].conversation_id), ("Ana Souza", c.id));
        // What comes after does not hide who asked.
        w.says(MARIA, "alguém?").await;
        assert_eq!(bell(&bia).await, told(["WATCH_ASK 1*", "WATCH 1*", "QUEUE 1"]));
        // Taken off again: it is no news any more. Who watches of their own accord is told nothing.
        conversation::watch(&ana, c.id, bia.user, false).await.unwrap();
        assert_eq!(bell(&bia).await, told(["WATCH_ASK 1", "WATCH 1", "QUEUE 1"]));
        watches(&bia, c.id).await;
        assert_eq!(alert::list(&bia, None).await.unwrap().unread, 0);
    }

    async fn nx_11_a_watcher_hears_of_the_contacts_messages_and_nobody_twice(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let c = w.served(&ana, MARIA).await;
        for cx in [&ana, &bia, &boss] {
            watches(cx, c.id).await;
            alert::read(cx, None).await.unwrap();
        }
        w.pass(SECOND);
        w.says(MARIA, "um").await;
        w.says(MARIA, "dois").await;
        assert_eq!(bell(&ana).await, told(["MESSAGE 2*", "QUEUE 1"]), "she serves it");
        assert_eq!((bell(&bia).await, bell(&boss).await), (told(["WATCH 2*", "QUEUE 1"]), told(["WATCH 2*"])));
        // What we write is told to nobody.
        w.send(&ana, c.id, "pois não").await.unwrap();
        assert_eq!(bell(&bia).await, told(["WATCH 2*", "QUEUE 1"]));
        // In the queue its agents are told of it as agents; later messages they hear as watchers.
        conversation::transfer(&ana, c.id, hand(TransferTo::Team { team_id: w.team })).await.unwrap();
        assert_eq!(bell(&bia).await, told(["WATCH 2*", "QUEUE 1*"]));
        assert_eq!(bell(&boss).await, told(["WATCH 2*", "WATCH_TRANSFER 1*"]));
        assert_eq!(bell(&ana).await, told(["MESSAGE 2*", "QUEUE 1"]), "her own act is no news to her");
        w.says(MARIA, "três").await;
        assert_eq!(bell(&ana).await, told(["MESSAGE 2*", "WATCH 1*", "QUEUE 1"]));
        // A choice of its own.
        let mut off = AlertSettings::default();
        AlertWay::ALL.iter().for_each(|way| off.set(AlertKind::Watch, *way, false));
        alert::save_settings(&boss, off).await.unwrap();
        w.says(MARIA, "quatro").await;
        assert_eq!(bell(&boss).await, told([]));
        assert_eq!(w.number(&format!("select count from alert where kind = 'WATCH' and user_id = {}", boss.user)).await, 3, "not even kept");
        assert_eq!(w.number(&format!("select count from alert where kind = 'WATCH' and user_id = {}", bia.user)).await, 4);
    }

    async fn nx_11_a_transfer_and_the_end_are_told_and_a_transfer_back_is_not(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let caio = w.agent("Caio Luz", w.team).await;
        let c = w.served(&ana, MARIA).await;
        for cx in [&bia, &caio] {
            watches(cx, c.id).await;
            alert::read(cx, None).await.unwrap();
        }
        conversation::transfer(&ana, c.id, person(caio.user, w.team)).await.unwrap();
        assert_eq!(bell(&bia).await, told(["WATCH_TRANSFER 1*", "QUEUE 1"]));
        assert_eq!(bell(&caio).await, told(["TRANSFER 1*", "QUEUE 1"]), "it is his now");
        assert_eq!(shown(&ana, c.id).await, [bia.user, caio.user], "they go on watching");
        conversation::take_back(&ana, c.id).await.unwrap();
        assert_eq!(bell(&bia).await, told(["WATCH_TRANSFER 1", "QUEUE 1"]));
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(bell(&bia).await, told(["WATCH_END 1*", "WATCH_TRANSFER 1", "QUEUE 1"]));
        assert!(bell(&ana).await.iter().all(|a| !a.starts_with("WATCH")));
        // Whoever writes again within hours is heard.
        w.pass(HOUR);
        assert_eq!(w.says(MARIA, "voltei").await.id, c.id);
        assert!(bell(&bia).await.contains("WATCH 1*"));
    }

    async fn nx_11_who_loses_sight_hears_nothing_and_is_not_shown_until_it_returns(w) {
        let closed = w.new_team("Fechada", Restriction::User).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let davi = w.agent("Davi Melo", closed).await;
        let c = w.served(&ana, MARIA).await;
        watches(&bia, c.id).await;
        assert_eq!(shown(&ana, c.id).await, [bia.user]);
        alert::read(&bia, None).await.unwrap();
        w.pass(SECOND);
        w.says(MARIA, "antes").await;
        assert!(bell(&bia).await.contains("WATCH 1*"));
        alert::read(&bia, None).await.unwrap();
        let unread = format!("select count(*) from alert where read_at is null and user_id = {}", bia.user);
        // The conversation goes where she sees nothing.
        conversation::transfer(&w.admin, c.id, person(davi.user, closed)).await.unwrap();
        w.says(MARIA, "segredo").await;
        assert_eq!((shown(&w.admin, c.id).await, bell(&bia).await, w.number(&unread).await), (vec![], told([]), 0));
        let watched = ConversationQuery { tab: Tab::Others, filter: Filter { watched: true, ..Filter::default() }, oldest_first: false, after: None, limit: None };
        assert_eq!(conversation::list(&bia, &watched).await.unwrap().items, []);
        assert_eq!(fault(conversation::visible(&bia, c.id).await), Fault::Missing, "watching gives no sight");
        // It comes back, and so does watching.
        conversation::transfer(&w.admin, c.id, person(ana.user, w.team)).await.unwrap();
        w.says(MARIA, "de volta").await;
        assert_eq!(shown(&ana, c.id).await, [bia.user]);
        assert!(bell(&bia).await.contains("WATCH 1*"));
        alert::read(&bia, None).await.unwrap();
        // She leaves the team.
        let of = |teams: &[(TeamId, bool, bool)]| MemberDraft { user_id: Some(bia.user), password: String::new(), ..member_draft("Bia Reis", Role::Agent, teams) };
        people::save_member(&w.admin, of(&[])).await.unwrap();
        w.says(MARIA, "e agora").await;
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        // Concluded ones of a team without restriction are everybody's: of that she hears.
        assert_eq!(w.number(&format!("{unread} and kind = 'WATCH'")).await, 0);
        assert_eq!(w.number(&format!("{unread} and kind = 'WATCH_END'")).await, 1);
        people::save_member(&w.admin, MemberDraft { active: false, ..of(&[]) }).await.unwrap();
        assert_eq!(shown(&ana, c.id).await, []);
    }

    async fn nx_11_only_so_many_watch_and_only_so_much_is_watched(w) {
        let c = w.served(&w.admin, MARIA).await;
        for n in 0..limit::WATCHERS_MAX {
            let id: UserId = w.desk.seam.id();
            w.write("insert into users (id, email, name, password_hash, created_at) values ($1, $2, $3, '', 0)", args![id, format!("{n}@x.example"), format!("Membro {n}")]).await;
            w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'ADMIN', 0)", args![w.account, id]).await;
            conversation::watch(&w.admin, c.id, id, true).await.unwrap();
        }
        assert_eq!(fault(conversation::watch(&w.admin, c.id, w.admin.user, true).await), Fault::field("watchers", Wrong::TooMany));
        let first = w.conversation(c.id).await.watchers[0];
        conversation::watch(&w.admin, c.id, first, false).await.unwrap();
        watches(&w.admin, c.id).await;
        // Each is told that they were asked.
        assert_eq!(w.number("select count(*) from alert where kind = 'WATCH_ASK'").await, limit::WATCHERS_MAX as i64);
        let other = w.served(&w.admin, "5511987650002").await;
        let n = limit::WATCHED_MAX - 1;
        w.write(&format!(
            "insert into conversation (id, account_id, protocol, contact_id, channel_id, team_id, status, started_at, last_at, preview_kind, preview_direction, preview_status, preview_text)
             with recursive s (n) as (select 1 union all select n + 1 from s where n < {n})
             select s.n, c.account_id, 'p' || cast(s.n as text), c.contact_id, c.channel_id, c.team_id, 'COMPLETED', 1, 1, 'TEXT', 'IN', 'RECEIVED', '' from s, conversation c where c.id = {}", c.id), args![]).await;
        w.write("insert into watch (account_id, user_id, conversation_id) select account_id, $1, id from conversation where status = 'COMPLETED'", args![w.admin.user]).await;
        assert_eq!(fault(conversation::watch(&w.admin, other.id, w.admin.user, true).await), Fault::field("watched", Wrong::TooMany));
    }

    async fn nx_11_the_list_is_filtered_by_what_one_watches(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let mut ids = Vec::new();
        for n in 0..4 {
            w.pass(SECOND);
            ids.push(w.served(&ana, &format!("551198765000{n}")).await.id);
        }
        for id in [ids[3], ids[0], ids[2]] {
            watches(&bia, id).await;
        }
        watches(&ana, ids[1]).await;
        conversation::conclude(&ana, ids[2], ConcludeDraft::silent()).await.unwrap();
        let filter = Filter { watched: true, ..Filter::default() };
        let query = |tab, oldest_first, after, limit| ConversationQuery { tab, filter: filter.clone(), oldest_first, after, limit };
        let list = async |cx: &Cx, q: ConversationQuery| {
            let page = conversation::list(cx, &q).await.unwrap();
            assert!(page.items.iter().all(|c| q.filter.passes(c, cx.user)), "the client's own filter agrees");
            (page.items.iter().map(|c| c.id).collect::<Vec<_>>(), page.next)
        };
        assert_eq!(list(&bia, query(Tab::Others, false, None, None)).await.0, [ids[3], ids[0]]);
        assert_eq!(list(&bia, query(Tab::Others, true, None, None)).await.0, [ids[0], ids[3]]);
        assert_eq!(list(&bia, query(Tab::Done, false, None, None)).await.0, [ids[2]]);
        assert_eq!(list(&ana, query(Tab::Mine, false, None, None)).await.0, [ids[1]]);
        assert_eq!(list(&ana, query(Tab::New, false, None, None)).await.0, []);
        // Page by page.
        let (first, next) = list(&bia, query(Tab::Others, false, None, Some(1))).await;
        let (second, end) = list(&bia, query(Tab::Others, false, next, Some(1))).await;
        assert_eq!((first, second, end), (vec![ids[3]], vec![ids[0]], None));
        // With other filters, and kept as a view.
        let both = Filter { assignees: vec![bia.user], ..filter.clone() };
        assert_eq!(list(&bia, ConversationQuery { filter: both, ..query(Tab::Others, false, None, None) }).await.0, []);
        let draft = ViewDraft { id: None, scope: ViewScope::Mine, team_id: None, name: "Acompanho".into(), filter: filter.clone(), oldest_first: false };
        service::kept::save_view(&bia, draft).await.unwrap();
        assert_eq!(service::kept::all(&bia).await.unwrap().views[0].filter, filter);
    }

    async fn nx_11_watchers_go_where_the_messages_go_and_back(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let (caio, davi) = (w.agent("Caio Luz", w.team).await, w.agent("Davi Melo", w.team).await);
        people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let first = w.served(&ana, MARIA).await.id;
        w.pass(MINUTE);
        conversation::conclude(&ana, first, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        let second = w.served(&ana, MARIA).await.id;
        assert_ne!(first, second);
        for (cx, id) in [(&bia, first), (&caio, first), (&davi, first), (&caio, second)] {
            watches(cx, id).await;
        }
        conversation::merge(&ana, first, second).await.unwrap();
        assert_eq!(w.conversation(second).await.watchers, [caio.user, bia.user, davi.user]);
        assert_eq!(w.conversation(first).await.watchers, []);
        assert_eq!(w.number(&format!("select count(*) from watch where conversation_id = {second}")).await, 3);
        assert_eq!(w.number("select count(*) from watch").await, 3);
        assert_eq!(fault(conversation::watch(&ana, first, ana.user, true).await), Fault::WrongState, "what is left points on");
        w.pass(SECOND);
        w.says(MARIA, "oi de novo").await;
        assert!(bell(&bia).await.contains("WATCH 1*"));
        // Undone: who came along goes back, unless they stopped since.
        conversation::watch(&davi, second, davi.user, false).await.unwrap();
        watches(&ana, second).await;
        let merge = contact::merges(&ana, w.conversation(second).await.contact_id).await.unwrap()[0].id;
        contact::undo_merge(&ana, merge).await.unwrap();
        assert_eq!(w.conversation(second).await.watchers, [caio.user, ana.user]);
        assert_eq!(w.conversation(first).await.watchers, [caio.user, bia.user]);
        assert_eq!(w.number("select count(*) from watch").await, 4);
    }

    async fn nx_11_watching_ends_with_the_conversation(w) {
        let c = w.served(&w.admin, MARIA).await;
        watches(&w.admin, c.id).await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(w.number("select count(*) from watch").await, 1);
        service::closing::save_retention(&w.admin, 1, PASSWORD).await.unwrap();
        w.pass(40 * DAY);
        assert_eq!(service::closing::retention::turn(&w.desk).await.unwrap(), 1);
        assert_eq!(w.number("select count(*) from watch").await, 0);
    }
}
