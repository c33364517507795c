//! Two processes on one PostgreSQL (issue 4, scale): what is told in one is heard in the other, once, in order, and without a
//! gap; what was lost is noticed and read again. By PostgreSQL's notifications, and by NATS where `nats-server` is installed.

use crate::payload;
use crate::world::*;
use futures::StreamExt;
use futures::future::join_all;
use model::*;
use service::db::{Db, Text};
use service::seam::Seam;
use service::{Cx, Desk, News, alert, args, auth, conversation, feature, inbound, message, outbox, people, talk};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use tokio::task::JoinHandle;

/// Runs each test with a second process on the same database; not run where there is no PostgreSQL.
macro_rules! pair {
    ($(async fn $name:ident($w:ident, $pair:ident) $body:block)+) => { $(
        #[test]
        fn $name() {
            async fn the_test($w: &World, $pair: &Pair) $body
            async fn start(w: &World) {
                let pair = Pair::start(w, None).await;
                the_test(w, &pair).await;
                pair.end(w).await;
            }
            run(Engine::Postgres, |w| Box::pin(start(w)));
        }
    )+ };
}

/// The second process, and the tasks that carry news between both.
struct Pair {
    /// The second one.
    b: Desk,
    tasks: Vec<JoinHandle<()>>,
}

/// The same installation in another process. Its clock is a little ahead, so that its ids are others.
async fn another(w: &World, seed: u64) -> Desk {
    let db = Db::open(&w.url).await.unwrap();
    Desk::new(db, Seam::fixed(START + 500, seed), "a secret key for tests", w.desk.settings.clone()).unwrap()
}

impl Pair {
    async fn start(w: &World, nats: Option<&str>) -> Pair {
        let b = another(w, 8).await;
        let carry = |desk: &Desk| tokio::spawn(service::bus::run(desk.clone(), nats.map(str::to_owned)));
        let tasks = vec![carry(&w.desk), carry(&b), tokio::spawn(inbound::write_receipts(b.clone()))];
        let pair = Pair { b, tasks };
        until("both hear each other", async || pair.health(w).iter().all(|h| h.postgres && h.others == 1)).await;
        pair
    }

    fn health(&self, w: &World) -> [service::bus::Health; 2] {
        [w.desk.bus_health(), self.b.bus_health()]
    }

    /// The same member, asking the second process.
    async fn cx(&self, cx: &Cx) -> Cx {
        self.b.cx(cx.account, cx.user, cx.login).await.unwrap().expect("a member")
    }

    async fn end(self, w: &World) {
        w.desk.stop();
        self.b.stop();
        // The last one waits for receipts as long as there is a desk.
        for task in self.tasks.into_iter().take(2) {
            if let Err(e) = task.await {
                assert!(e.is_cancelled(), "{e}");
            }
        }
        self.b.db.close().await;
    }
}

/// Waits until it is so, for twenty seconds.
async fn until(what: &str, is: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is().await {
        assert!(Instant::now() < end, "{what}: it did not come to that");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The next news that is what is looked for; what else comes is skipped.
async fn next<T>(news: &mut Receiver<News>, what: impl Fn(&News) -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = what(&news.recv().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("it is told")
}

/// Numbers of the events up to one.
async fn numbers(news: &mut Receiver<News>, last: i64) -> Vec<i64> {
    let mut all = Vec::new();
    while all.last().is_none_or(|n| *n < last) {
        all.push(next(news, |n| if let News::Event(e) = n { Some(e.event.seq) } else { None }).await);
    }
    all
}

/// Commits events that say nothing, one work each.
async fn events(desk: &Desk, account: AccountId, n: usize) {
    for _ in 0..n {
        let mut work = desk.system(account).begin().await.unwrap();
        work.tell(Change::Nothing);
        work.commit().await.unwrap();
    }
}

async fn last_seq(w: &World) -> i64 {
    service::desk::last_seq(&w.desk.system(w.account)).await.unwrap()
}

fn text(news: &News) -> Option<String> {
    let News::Talk(t) = news else { return None };
    Some(t.message.text.clone())
}

/// Cuts the connections that hear notifications; answers how many.
async fn deafen(w: &World) -> usize {
    let rows: Vec<(bool,)> = w
        .rows("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'LISTEN %' and pid <> pg_backend_pid()")
        .await;
    rows.len()
}

pair! {
    async fn a_thousand_events_of_both_are_heard_by_both_once_and_in_order(w, pair) {
        let (mut a, mut b) = (w.desk.follow(w.account).await.unwrap(), pair.b.follow(w.account).await.unwrap());
        let first = last_seq(w).await + 1;
        let work = (0..8).map(|n| events(if n % 2 == 0 { &w.desk } else { &pair.b }, w.account, 125));
        let all = first..first + 1_000;
        let (_, a, b) = tokio::join!(join_all(work), numbers(&mut a, all.end - 1), numbers(&mut b, all.end - 1));
        let all: Vec<i64> = all.collect();
        assert_eq!(a, all);
        assert_eq!(b, all);
    }

    async fn what_is_told_is_the_same_in_both(w, pair) {
        let mut b = pair.b.follow(w.account).await.unwrap();
        let c = w.says("5511987654321", "ação à distância").await;
        let event = next(&mut b, |n| match n {
            News::Event(e) => Some(e.event.clone()),
            _ => None,
        }).await;
        let stored = service::desk::events_since(&w.desk.system(w.account), event.seq - 1, 1).await.unwrap();
        assert_eq!(stored.as_slice(), std::slice::from_ref(&event));
        let Change::Conversation { row, messages, .. } = event.change else { panic!("{event:?}") };
        assert!(row.id == c.id && messages.iter().any(|m| m.body == "ação à distância"));
        // Of an account to which nobody listens there, nothing is read, and whoever comes later misses nothing.
        drop(b);
        events(&w.desk, w.account, 3).await;
        let mut b = pair.b.follow(w.account).await.unwrap();
        let seq = last_seq(w).await;
        events(&w.desk, w.account, 2).await;
        assert_eq!(numbers(&mut b, seq + 2).await, [seq + 1, seq + 2]);
    }

    async fn news_without_a_number_is_heard_in_the_other(w, pair) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        feature::save(&w.admin, Features { internal_chat: true, ..Features::default() }).await.unwrap();
        let mut b = pair.b.follow(w.account).await.unwrap();
        // A notification, with what decides who gets it.
        w.says("5511987654322", "oi").await;
        let alert = next(&mut b, |n| if let News::Alert(a) = n { Some(a.clone()) } else { None }).await;
        assert!(alert.to.iter().any(|(user, _)| *user == ana.user) && alert.access.team_id == w.team);
        alert::read(&ana, None).await.unwrap();
        next(&mut b, |n| matches!(n, News::AlertsRead { users } if users.contains(&ana.user)).then_some(())).await;
        // A message that is larger than a notification of PostgreSQL may be.
        let long = "🌊🐚 ".repeat(1_300);
        let thread = talk::open(&ana, TalkWith::Person { user_id: w.admin.user }).await.unwrap().talk.id;
        let draft = TalkDraft { client_id: "t".into(), text: long.clone(), ..TalkDraft::default() };
        talk::send(&ana, thread, draft).await.unwrap();
        assert_eq!(next(&mut b, text).await, long.trim());
        // Who writes, and who has read.
        w.desk.tell(w.account, News::AgentTyping { conversation_id: c.id, contact_id: c.contact_id });
        next(&mut b, |n| matches!(n, News::AgentTyping { conversation_id, .. } if *conversation_id == c.id).then_some(())).await;
        w.desk.tell(w.account, News::ContactTyping { conversation_id: c.id, access: c.access() });
        next(&mut b, |n| matches!(n, News::ContactTyping { access, .. } if *access == c.access()).then_some(())).await;
        let messages = w.messages(c.id).await;
        let gone: Vec<MessageId> = messages.iter().filter(|m| m.kind == MessageKind::Text).map(|m| m.id).collect();
        message::hide(&ana, &gone).await.unwrap();
        next(&mut b, |n| matches!(n, News::Hidden { ids, user, .. } if *ids == gone && *user == ana.user).then_some(())).await;
    }

    async fn who_looks_is_known_in_both_until_they_leave_or_their_process_ends(w, pair) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let mut b = pair.b.follow(w.account).await.unwrap();
        let (here, there) = (w.desk.presence.tab(), pair.b.presence.tab());
        let looks = |desk: &Desk, tab: u64, user: UserId| {
            let people = desk.presence.put(w.account, c.id, tab, user, false);
            desk.tell(w.account, News::Presence { conversation_id: c.id, access: c.access(), people });
        };
        looks(&w.desk, here, ana.user);
        let people = next(&mut b, |n| if let News::Presence { people, .. } = n { Some(people.clone()) } else { None }).await;
        assert_eq!(people, [Present { user_id: ana.user, writing: false }]);
        assert!(pair.b.presence.looks(w.account, c.id, ana.user), "so that no note is pushed to who looks already");
        // Somebody comes in the other process: both are there, in both.
        looks(&pair.b, there, w.admin.user);
        until("both are there", async || w.desk.presence.looks(w.account, c.id, w.admin.user)).await;
        // A process that is new hears who is where.
        let third = another(w, 9).await;
        let task = tokio::spawn(service::bus::run(third.clone(), None));
        until("the third one knows", async || {
            third.presence.looks(w.account, c.id, ana.user) && third.presence.looks(w.account, c.id, w.admin.user)
        }).await;
        // It ends properly: the others know at once. Another one is killed: they know when it has been silent.
        looks(&third, third.presence.tab(), UserId(77));
        until("the third one's is there", async || w.desk.presence.looks(w.account, c.id, UserId(77))).await;
        third.stop();
        task.await.unwrap();
        until("it said farewell", async || !w.desk.presence.looks(w.account, c.id, UserId(77))).await;
        third.db.close().await;
        let people = w.desk.presence.remove(w.account, c.id, here);
        assert_eq!(people, [Present { user_id: w.admin.user, writing: false }]);
        w.desk.tell(w.account, News::Presence { conversation_id: c.id, access: c.access(), people });
        until("ana has left", async || !pair.b.presence.looks(w.account, c.id, ana.user)).await;
        pair.tasks[1].abort();
        until("b is dead", async || !w.desk.presence.looks(w.account, c.id, w.admin.user)).await;
        assert_eq!(w.desk.bus_health().others, 0);
    }

    async fn rights_and_logins_that_end_in_one_end_in_the_other_within_a_second(w, pair) {
        let ana = w.agent("Ana Souza", w.team).await;
        let signed_in = auth::sign_in(&w.desk, "alice@loja.example", PASSWORD, &visitor()).await.unwrap();
        let token = token(&signed_in.cookie);
        let boss = auth::cx_of_login(&pair.b, &token).await.unwrap().expect("signed in");
        assert!(pair.b.cx(w.account, ana.user, None).await.unwrap().is_some());
        let mut b = pair.b.follow(w.account).await.unwrap();
        let out = MemberDraft { user_id: Some(ana.user), active: false, password: String::new(), ..member_draft("Ana Souza", Role::Agent, &[(w.team, true, false)]) };
        people::save_member(&w.admin, out).await.unwrap();
        let begun = Instant::now();
        next(&mut b, |n| matches!(n, News::Seats { .. }).then_some(())).await;
        assert!(pair.b.cx(w.account, ana.user, None).await.unwrap().is_none(), "a socket that asks now gets nothing more");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        let own = auth::cx_of_login(&w.desk, &token).await.unwrap().unwrap();
        auth::sign_out(&own).await.unwrap();
        let begun = Instant::now();
        next(&mut b, |n| matches!(n, News::LoginEnded { login_id } if Some(*login_id) == boss.login).then_some(())).await;
        assert!(auth::cx_of_login(&pair.b, &token).await.unwrap().is_none());
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }

    async fn a_channel_that_changes_in_one_is_another_in_the_other(w, pair) {
        let name = async |desk: &Desk| service::channels::row(desk, w.channel).await.unwrap().unwrap().name.clone();
        assert_eq!(name(&pair.b).await, "Principal");
        let draft = ChannelDraft { id: Some(w.channel), ..whatsapp("Segundo", NUMBER, WABA) };
        service::channels::save(&w.admin, draft).await.unwrap();
        until("the other one knows", async || name(&pair.b).await == "Segundo").await;
    }

    async fn a_connection_that_is_cut_loses_no_event_and_everybody_asks_again(w, pair) {
        let signed_in = auth::sign_in(&w.desk, "alice@loja.example", PASSWORD, &visitor()).await.unwrap();
        let login = auth::known_login(&w.desk, &token(&signed_in.cookie)).await.unwrap().unwrap();
        let _held = pair.b.hold_login(w.account, Some(login.id));
        let mut b = pair.b.follow(w.account).await.unwrap();
        let first = last_seq(w).await + 1;
        // A login ends of which no news remains; then nobody hears anything while events are committed.
        w.write("delete from login where id = $1", args![login.id]).await;
        assert!(deafen(w).await >= 2);
        events(&w.desk, w.account, 40).await;
        let (mut seqs, mut again, mut ended) = (Vec::new(), false, false);
        while !again || !ended || seqs.len() < 40 {
            match next(&mut b, |n| Some(n.clone())).await {
                News::Event(e) => seqs.push(e.event.seq),
                News::Again => again = true,
                News::LoginEnded { login_id } => ended |= login_id == login.id,
                _ => {}
            }
        }
        assert_eq!(seqs, (first..first + 40).collect::<Vec<_>>());
        // And it hears again.
        until("both hear", async || pair.health(w).iter().all(|h| h.postgres)).await;
        w.desk.tell(w.account, News::AlertsRead { users: vec![UserId(5)] });
        next(&mut b, |n| matches!(n, News::AlertsRead { users } if users == &[UserId(5)]).then_some(())).await;
        // A process that died between a commit and telling it: the table is looked at all the same.
        let told_nobody = another(w, 10).await;
        events(&told_nobody, w.account, 3).await;
        told_nobody.db.close().await;
        assert_eq!(numbers(&mut b, first + 42).await, [first + 40, first + 41, first + 42]);
    }

    async fn two_readers_of_webhooks_keep_each_contacts_order(w, pair) {
        let mut a = w.desk.follow(w.account).await.unwrap();
        const CONTACTS: usize = 6;
        const EACH: usize = 20;
        for n in 0..EACH {
            for contact in 0..CONTACTS {
                let phone = format!("551198765000{contact}");
                let body = payload::one(NUMBER, vec![payload::text(&phone, &format!("wamid.P{contact}-{n}"), START, &format!("{contact} {n:02}"))]);
                inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await.unwrap();
            }
        }
        let read = async |desk: &Desk| while inbound::turn(desk).await.unwrap() > 0 {};
        tokio::join!(read(&w.desk), read(&pair.b), read(&w.desk), read(&pair.b));
        let mut told: Vec<String> = Vec::new();
        while told.len() < CONTACTS * EACH {
            told.extend(next(&mut a, |n| match n {
                News::Event(e) => Some(e.event.messages().iter().filter(|m| m.direction == Direction::In).map(|m| m.body.clone()).collect::<Vec<_>>()),
                _ => None,
            }).await);
        }
        for contact in 0..CONTACTS {
            let own: Vec<&String> = told.iter().filter(|t| t.starts_with(&format!("{contact} "))).collect();
            assert!(own.len() == EACH && own.is_sorted(), "{own:?}");
        }
        assert_eq!(w.number("select count(*) from webhook where state = 'DONE'").await, (CONTACTS * EACH) as i64);
        assert_eq!(w.number("select count(*) from conversation").await, CONTACTS as i64);
    }

    async fn two_senders_send_everything_once_and_in_order(w, pair) {
        let mut expected = Vec::new();
        for n in 0..5 {
            let c = w.served(&w.admin, &format!("551198765000{n}")).await;
            let admin = pair.cx(&w.admin).await;
            for m in 0..8 {
                // Written by turns in both processes.
                let cx = if m % 2 == 0 { &w.admin } else { &admin };
                w.pass(SECOND);
                pair.b.seam.advance(SECOND);
                w.send(cx, c.id, &format!("{n}-{m}")).await.unwrap();
                expected.push(format!("{n}-{m}"));
            }
        }
        while w.number("select count(*) from outbox").await > 0 {
            let turns = join_all([outbox::turn(&w.desk), outbox::turn(&pair.b), outbox::turn(&w.desk), outbox::turn(&pair.b)]).await;
            assert!(turns.into_iter().all(|t| t.is_ok()));
        }
        let mut texts = w.graph.texts();
        for n in 0..5 {
            assert!(texts.iter().filter(|t| t.starts_with(&format!("{n}-"))).is_sorted(), "{texts:?}");
        }
        texts.sort();
        assert_eq!(texts, expected);
    }

    async fn the_same_act_in_both_at_once_is_one(w, pair) {
        let ana = w.agent("Ana Souza", w.team).await;
        let there = pair.cx(&w.admin).await;
        for n in 0..10 {
            let c = w.says(&format!("55119876501{n:02}"), "oi").await;
            let (one, two) = tokio::join!(conversation::assume(&ana, c.id, None), conversation::assume(&there, c.id, None));
            assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        }
    }
}

// ---- NATS

/// A server of its own on a free port; none where none is installed.
struct NatsServer {
    port: u16,
    child: Child,
}

impl NatsServer {
    fn start(port: u16) -> Option<NatsServer> {
        // Debian keeps it where not everybody looks.
        let programs = ["nats-server", "/usr/sbin/nats-server"];
        let child = programs.iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args(["-a", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        })?;
        Some(NatsServer { port, child })
    }

    fn free_port() -> u16 {
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).unwrap().port()
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn nats_carries_the_news_sealed_and_postgresql_while_it_is_gone() {
    run(Engine::Postgres, |w| Box::pin(by_nats(w)));
}

async fn by_nats(w: &World) {
    let Some(server) = NatsServer::start(NatsServer::free_port()) else {
        println!("not run: nats-server is not installed");
        return;
    };
    let (port, url) = (server.port, server.url());
    let spy = async {
        loop {
            if let Ok(client) = async_nats::connect(url.as_str()).await {
                break client;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let spy = tokio::time::timeout(Duration::from_secs(10), spy).await.expect("NATS is there");
    let mut said = spy.subscribe("prosa.>").await.unwrap();
    let pair = Pair::start(w, Some(&url)).await;
    let hear = |is: bool| move |h: &service::bus::Health| h.nats == Some(is) && h.postgres;
    until("both hear NATS", async || pair.health(w).iter().all(hear(true))).await;
    // Each knows by now that the other one hears it, too.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut b = pair.b.follow(w.account).await.unwrap();
    let first = last_seq(w).await + 1;
    w.says("5511987654321", "um segredo").await;
    events(&pair.b, w.account, 200).await;
    events(&w.desk, w.account, 200).await;
    let last = last_seq(w).await;
    assert_eq!(numbers(&mut b, last).await, (first..=last).collect::<Vec<_>>());
    let mut heard = 0;
    while let Ok(Some(message)) = tokio::time::timeout(Duration::from_millis(300), said.next()).await {
        heard += 1;
        let text = String::from_utf8_lossy(&message.payload).into_owned();
        assert!(!text.contains("segredo") && !text.contains("event"), "what others could read is sealed");
    }
    assert!(heard > 0);
    // What somebody else says there has no effect.
    spy.publish("prosa.x.news", "{\"from\":\"x\",\"words\":[\"again\"]}".into()).await.unwrap();

    drop(server);
    until("both know", async || pair.health(w).iter().all(hear(false))).await;
    next(&mut b, |n| matches!(n, News::Again).then_some(())).await;
    w.desk.tell(w.account, News::AlertsRead { users: vec![UserId(5)] });
    next(&mut b, |n| matches!(n, News::AlertsRead { users } if users == &[UserId(5)]).then_some(())).await;
    events(&w.desk, w.account, 50).await;
    assert_eq!(numbers(&mut b, last + 50).await, (last + 1..=last + 50).collect::<Vec<_>>());

    let server = NatsServer::start(port).unwrap();
    until("both hear it again", async || pair.health(w).iter().all(hear(true))).await;
    events(&w.desk, w.account, 50).await;
    assert_eq!(numbers(&mut b, last + 100).await, (last + 51..=last + 100).collect::<Vec<_>>());
    pair.end(w).await;
    drop(server);
}

// ---- SQLite

#[test]
fn on_sqlite_nothing_is_carried() {
    run(Engine::Sqlite, |w| {
        Box::pin(async move {
            service::bus::run(w.desk.clone(), None).await;
            assert!(!w.desk.bus_health().is_shared);
            let mut news = w.desk.follow(w.account).await.unwrap();
            events(&w.desk, w.account, 2).await;
            assert!(matches!((news.try_recv(), news.try_recv()), (Ok(News::Event(_)), Ok(News::Event(_)))));
            let none: Vec<(i64,)> = w.desk.db.all(Text::Built("select 1 from counter where name = 'none'".into()), args![]).await.unwrap();
            assert!(none.is_empty());
        })
    });
}
