//! Sockets of two servers on one PostgreSQL (issue 4, scale): each gets what happens in the other, by the rights of its person
//! at that moment.

use crate::http::Socket;
use crate::world::{Another, Engine, Options, Person, World, member_draft, run};
use model::{Conversation, MemberDraft};
use serde_json::{Value, json};
use service::{Error, conversation, people};
use std::time::{Duration, Instant};

/// Runs each test on PostgreSQL, with a second server.
macro_rules! pair {
    ($(async fn $name:ident($w:ident, $b:ident) $body:block)+) => { $(
        #[test]
        fn $name() {
            async fn the_test($w: &World, $b: &Another) $body
            async fn start(w: &World) {
                let b = w.another().await;
                the_test(w, &b).await;
            }
            run(Engine::Postgres, Options::default(), |w| Box::pin(start(w)));
        }
    )+ };
}

impl Another {
    /// A live socket of a person, after its `hello`.
    async fn live(&self, w: &World, person: &Person) -> Socket {
        let cookie = w.cookie(person).await;
        let mut socket = self.client.socket("/live", &[("cookie", &cookie)]).await.unwrap();
        assert_eq!(socket.frame().await["frame"], "hello");
        socket
    }
}

async fn looking(socket: &mut Socket, c: &Conversation, writing: bool) {
    socket.send(&json!({"frame": "looking", "conversation_id": c.id, "writing": writing})).await;
}

/// What comes until nothing comes any more.
async fn rest(socket: &mut Socket) -> Vec<Value> {
    let mut frames = Vec::new();
    while let Some(frame) = socket.soon().await {
        frames.push(frame);
    }
    frames
}

/// The text of the event's last message.
fn said(event: &Value) -> &str {
    event["change"]["messages"].as_array().and_then(|m| m.last()).and_then(|m| m["body"].as_str()).unwrap_or_default()
}

pair! {
    async fn a_socket_gets_what_happens_in_the_other_server_in_order(w, b) {
        let p = w.people();
        let c = w.served().await;
        let phone = c.contact_phone.clone().unwrap();
        let phone = phone.trim_start_matches('+');
        let mut there = b.live(w, &p.agent).await;
        let mut last = None;
        for n in 0..30 {
            w.says_from(phone, &format!("mensagem {n}")).await;
        }
        for n in 0..30 {
            let event = there.frame_of("event").await;
            assert_eq!(said(&event), format!("mensagem {n}"));
            let seq = event["seq"].as_i64().unwrap();
            assert!(last.is_none_or(|last| seq == last + 1));
            last = Some(seq);
        }
        // A notification, and who looks.
        let mut here = w.live(&p.supervisor).await;
        looking(&mut there, &c, false).await;
        assert_eq!(here.frame_of("presence").await["people"], json!([{"user_id": p.agent.cx.user, "writing": false}]));
        looking(&mut here, &c, true).await;
        let people = there.frame_of("presence").await["people"].clone();
        let people = if people.as_array().unwrap().len() == 2 { people } else { there.frame_of("presence").await["people"].clone() };
        assert!(people.as_array().unwrap().contains(&json!({"user_id": p.supervisor.cx.user, "writing": true})), "{people}");
        // What she looks at is no news, wherever her tab is.
        w.says_from(phone, "olhe").await;
        assert!(w.desk.push.looks(p.account, p.agent.cx.user, c.id));
        let frames = rest(&mut there).await;
        assert!(frames.iter().any(|f| said(f) == "olhe") && frames.iter().all(|f| f.get("alert").is_none()), "{frames:?}");
        // Somebody else's rows never come.
        let mut stranger = b.live(w, &p.other).await;
        w.says_from(phone, "segredo").await;
        stranger.silent().await;
    }

    async fn rights_that_end_in_one_server_end_on_the_sockets_of_the_other_within_a_second(w, b) {
        let p = w.people();
        let mut socket = b.live(w, &p.agent).await;
        let moved = MemberDraft { user_id: Some(p.agent.cx.user), password: String::new(), ..member_draft("Gabriel", &[(p.sibling_team, true, false)]) };
        people::save_member(&p.admin.cx, moved.clone()).await.unwrap();
        let begun = Instant::now();
        socket.frame_of("reset").await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        // What he does not see any more does not come; that he is out comes at once.
        w.says("segredo").await;
        let frames = rest(&mut socket).await;
        assert!(!Value::from(frames).to_string().contains("segredo"));
        people::save_member(&p.admin.cx, MemberDraft { active: false, ..moved }).await.unwrap();
        let begun = Instant::now();
        socket.frame_of("ended").await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        // A login that ends.
        let cookie = w.cookie(&p.supervisor).await;
        let mut socket = b.client.socket("/live", &[("cookie", &cookie)]).await.unwrap();
        let own = service::auth::cx_of_login(&w.desk, cookie.split_once('=').unwrap().1).await.unwrap().unwrap();
        service::auth::sign_out(&own).await.unwrap();
        let begun = Instant::now();
        socket.frame_of("ended").await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        b.client.function("/api/app/api/inbox/workspace", &cookie, &json!({})).await.is(401);
    }

    async fn what_two_servers_decide_at_once_is_decided_once(w, b) {
        let p = w.people();
        let there = b.desk.cx(p.account, p.supervisor.cx.user, None).await.unwrap().unwrap();
        for n in 0..5 {
            let c = w.says(&format!("{n}")).await;
            let both = tokio::join!(conversation::assume(&p.agent.cx, c.id, None), conversation::assume(&there, c.id, None));
            assert!(matches!(both, (Ok(_), Err(Error::Fault(_))) | (Err(Error::Fault(_)), Ok(_))), "{both:?}");
        }
    }

    async fn whoever_looks_after_it_sees_how_news_travels(w, b) {
        let text = b.client.get("/readyz", &[]).await.is(200).text();
        assert_eq!(text, "ready\nnews: postgres heard; other processes: 1\n");
        w.client.get("/readyz", &[]).await.is(200);
    }
}
