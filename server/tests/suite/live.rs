//! The live socket of a tab: who gets one, what comes over it in which order, and when it ends.

use crate::http::Socket;
use crate::world::{MARK, NUMBER, Options, World, body, both, member_draft, sqlite};
use model::{Conversation, MemberDraft, limit};
use serde_json::{Value, json};
use service::{args, conversation, people};
use std::time::Duration;

/// The next event.
async fn event(socket: &mut Socket) -> Value {
    socket.frame_of("event").await
}

/// What a frame says about its change.
fn kind(event: &Value) -> &str {
    event["change"]["type"].as_str().unwrap()
}

/// A member's teams and state, as an admin sets them.
async fn set(w: &World, draft: MemberDraft) {
    people::save_member(&w.people().admin.cx, draft).await.unwrap();
}

async fn looking(socket: &mut Socket, c: Option<&Conversation>, writing: bool) {
    socket.send(&json!({"frame": "looking", "conversation_id": c.map(|c| c.id), "writing": writing})).await;
}

both! {
    async fn only_a_login_on_our_own_page_opens_it(w) {
        let p = w.people();
        let mine = w.cookie(&p.agent).await;
        let refused = async |headers: &[(&str, &str)]| w.client.socket("/live", headers).await.err();
        assert_eq!(refused(&[]).await, Some(401));
        assert_eq!(refused(&[("cookie", "prosa_login=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]).await, Some(401));
        assert_eq!(refused(&[("authorization", &format!("Bearer {}", p.agent.token))]).await, Some(401));
        assert_eq!(w.client.socket(&format!("/live?token={}", p.agent.token), &[]).await.err(), Some(401));
        let gone = w.login(p.account, p.removed.0).await;
        assert_eq!(refused(&[("cookie", &gone)]).await, Some(401));
        for foreign in ["https://evil.example", "null", "http://127.0.0.1:1", "https://shop.example"] {
            assert_eq!(refused(&[("cookie", &mine), ("origin", foreign)]).await, Some(403), "{foreign}");
        }
        assert_eq!(refused(&[("cookie", &mine), ("sec-fetch-site", "cross-site")]).await, Some(403));
        let mut socket = w.client.socket("/live", &[("cookie", &mine)]).await.unwrap();
        let hello = socket.frame().await;
        let seq = w.number(&format!("select coalesce(max(seq), 0) from event where account_id = {}", p.account)).await;
        assert_eq!(hello, json!({"frame": "hello", "seq": seq, "build": "test"}));
        socket.send(&json!({"frame": "ping"})).await;
        assert_eq!(socket.frame().await, json!({"frame": "pong"}));
        // Nonsense is ignored, and the socket goes on.
        for nonsense in ["", "{", "[]", "{\"frame\":\"admin\"}", "{\"frame\":\"looking\",\"conversation_id\":\"x\",\"writing\":1}"] {
            socket.send_text(nonsense.to_owned()).await;
        }
        socket.send(&json!({"frame": "ping"})).await;
        assert_eq!(socket.frame().await, json!({"frame": "pong"}));
    }

    async fn no_2_a_notification_reaches_the_persons_own_tabs_and_not_while_they_look(w) {
        let p = w.people();
        let c = w.served().await;
        let phone = c.contact_phone.clone().unwrap();
        let phone = phone.trim_start_matches('+');
        let mut hidden = w.live(&p.agent).await;
        let mut boss = w.live(&p.supervisor).await;
        w.says_from(phone, "um").await;
        let told = hidden.frame_of("alert").await;
        assert_eq!((&told["alert"]["kind"], &told["alert"]["conversation_id"], &told["alert"]["count"]), (&json!("MESSAGE"), &json!(c.id), &json!(1)));
        assert_eq!(told["alert"]["preview"]["text"], "um");
        // She looks at it in another tab: what was unread is read, and what comes is no news.
        let mut shown = w.live(&p.agent).await;
        looking(&mut shown, Some(&c), false).await;
        assert_eq!(hidden.frame_of("alert").await, json!({"frame": "alert"}));
        w.says_from(phone, "dois").await;
        let rest = Value::Array([frames_until_quiet(&mut hidden).await, frames_until_quiet(&mut shown).await].iter().flat_map(|f| f.as_array().unwrap().clone()).collect());
        assert!(rest.as_array().unwrap().iter().all(|f| f["frame"] != "alert" || f.get("alert").is_none()), "{rest}");
        let unread = format!("select count(*) from alert where user_id = {} and read_at is null and conversation_id = {}", p.agent.cx.user, c.id);
        assert_eq!(w.number(&unread).await, 0);
        // She looks away.
        looking(&mut shown, None, false).await;
        frames_until_quiet(&mut shown).await;
        w.says_from(phone, "três").await;
        assert_eq!(hidden.frame_of("alert").await["alert"]["preview"]["text"], "três");
        // The others of the team heard nothing of all this.
        let others = frames_until_quiet(&mut boss).await;
        assert!(others.as_array().unwrap().iter().all(|f| f["frame"] != "alert"), "{others}");
    }

    async fn events_come_once_in_order_and_a_cut_is_made_up_exactly(w) {
        let p = w.people();
        let mut stays = w.live(&p.admin).await;
        let cookie = w.cookie(&p.admin).await;
        let mut cut = w.client.socket("/live", &[("cookie", &cookie)]).await.unwrap();
        let mut last = cut.frame().await["seq"].as_i64().unwrap();
        let c = w.says("um").await;
        let seen = event(&mut cut).await;
        assert_eq!((kind(&seen), &seen["change"]["row"]["id"]), ("conversation", &json!(c.id)));
        assert_eq!(seen["seq"].as_i64(), Some(last + 1));
        last += 1;
        drop(cut);
        // Meanwhile a day's work goes on.
        conversation::assume(&p.agent.cx, c.id, None).await.unwrap();
        for n in 0..20 {
            w.says_from(c.contact_phone.as_deref().unwrap().trim_start_matches('+'), &format!("{n}")).await;
        }
        w.done().await;
        let mut again = w.client.socket(&format!("/live?since={last}"), &[("cookie", &cookie)]).await.unwrap();
        let now = again.frame().await["seq"].as_i64().unwrap();
        assert!(now > last + 20);
        // And while it catches up, more comes.
        w.says("depois").await;
        let end = w.number(&format!("select max(seq) from event where account_id = {}", p.account)).await;
        let mut lived = Vec::new();
        while lived.last().is_none_or(|e: &Value| e["seq"] != end) {
            lived.push(event(&mut stays).await);
        }
        for expected in &lived[1..] {
            last += 1;
            assert_eq!(expected["seq"].as_i64(), Some(last));
            assert_eq!(&event(&mut again).await, expected);
        }
        again.silent().await;
    }

    async fn what_cannot_be_made_up_is_a_reset(w) {
        let p = w.people();
        let cookie = w.cookie(&p.admin).await;
        for n in 0..5 {
            w.says(&format!("{n}")).await;
        }
        let end = w.number(&format!("select max(seq) from event where account_id = {}", p.account)).await;
        let first = async |since: i64| {
            let mut socket = w.client.socket(&format!("/live?since={since}"), &[("cookie", &cookie)]).await.unwrap();
            assert_eq!(socket.frame().await["seq"], end);
            socket.frame().await
        };
        // A number that this account has not reached: a restored backup, or another account's.
        assert_eq!(first(end + 1000).await, json!({"frame": "reset", "seq": end}));
        assert_eq!(first(i64::MAX).await, json!({"frame": "reset", "seq": end}));
        assert_eq!(first(i64::MIN).await, json!({"frame": "reset", "seq": end}));
        assert_eq!(first(end - 2).await["seq"], end - 1);
        // Swept away meanwhile.
        w.write("delete from event where account_id = $1 and seq < $2", args![p.account, end]).await;
        assert_eq!(first(end - 2).await, json!({"frame": "reset", "seq": end}));
        assert_eq!(first(end - 1).await["frame"], "event");
        for nonsense in ["x", "1.5", "99999999999999999999", ""] {
            let answer = w.client.socket(&format!("/live?since={nonsense}"), &[("cookie", &cookie)]).await;
            assert_eq!(answer.err(), Some(400), "{nonsense}");
        }
    }

    /// 21, group 4: nothing more by the rights of a moment ago.
    async fn leaving_the_team_ends_its_events_at_once(w) {
        let p = w.people();
        let (mut agent, mut supervisor) = (w.live(&p.agent).await, w.live(&p.supervisor).await);
        w.says(MARK).await;
        assert_eq!(kind(&event(&mut agent).await), "conversation");
        set(w, MemberDraft { user_id: Some(p.agent.cx.user), ..member_draft("Gabriel", &[]) }).await;
        assert_eq!(agent.frame_of("reset").await["frame"], "reset");
        let c = w.says(MARK).await;
        conversation::assume(&p.admin.cx, c.id, None).await.unwrap();
        let frames = frames_until_quiet(&mut agent).await;
        assert!(!frames.to_string().contains(MARK) && !frames.to_string().contains(&c.id.to_string()), "{frames}");
        // The sequence has no hole for it.
        assert!(frames.as_array().unwrap().iter().filter(|f| f["frame"] == "event").all(|f| ["nothing", "setup"].contains(&kind(f))));
        let text = frames_until_quiet(&mut supervisor).await.to_string();
        assert!(text.contains(&c.id.to_string()));
    }

    async fn a_team_that_closes_itself_closes_at_once(w) {
        let p = w.people();
        let c = w.served().await;
        let mut sibling = w.live(&p.sibling).await;
        // Into the team for a moment.
        let teams = [(p.sibling_team, true, false), (p.team, true, false)];
        set(w, MemberDraft { password: String::new(), user_id: Some(p.sibling.cx.user), ..member_draft("Bruno", &teams) }).await;
        sibling.frame_of("reset").await;
        w.says_from(c.contact_phone.as_deref().unwrap().trim_start_matches('+'), MARK).await;
        loop {
            let e = event(&mut sibling).await;
            if kind(&e) == "conversation" {
                assert_eq!(e["change"]["row"]["id"], json!(c.id));
                break;
            }
        }
        // Only the assignee sees what is in service from now on.
        let draft = model::TeamDraft { id: Some(p.team), name: "Vendas".into(), is_default: true, restriction: model::Restriction::User, closing_message: String::new(), archive_preference: None, distribution: None };
        people::save_team(&p.admin.cx, draft).await.unwrap();
        sibling.frame_of("reset").await;
        w.says_from(c.contact_phone.as_deref().unwrap().trim_start_matches('+'), MARK).await;
        let text = frames_until_quiet(&mut sibling).await.to_string();
        assert!(!text.contains(MARK), "{text}");
    }

    async fn the_end_of_a_membership_ends_the_socket(w) {
        let p = w.people();
        let mut agent = w.live(&p.agent).await;
        set(w, MemberDraft { user_id: Some(p.agent.cx.user), active: false, ..member_draft("Gabriel", &[(p.team, true, false)]) }).await;
        let c = w.says(MARK).await;
        let frames = json!(agent.end().await);
        assert_eq!(frames.as_array().unwrap().last().unwrap()["frame"], "ended");
        assert!(!frames.to_string().contains(&c.id.to_string()));
        let cookie = w.login(p.account, p.agent.cx.user).await;
        assert_eq!(w.client.socket("/live", &[("cookie", &cookie)]).await.err(), Some(401));
    }

    /// VI-2, RO-2: a role that changes, a person who goes and a team that goes have effect within a second.
    async fn vi_2_a_narrower_role_ends_what_was_seen_by_the_wider_one_within_a_second(w) {
        let p = w.people();
        let auditor = model::RoleDraft { id: None, name: "Auditoria".into(), rights: model::Rights { sight: model::Sight::All, permissions: Vec::new() }, version: 0 };
        let auditor = service::role::save(&p.admin.cx, auditor).await.unwrap();
        let custom = MemberDraft { user_id: Some(p.sibling.cx.user), role: Some(model::Role::Custom), role_id: Some(auditor.id), ..member_draft("Bruno", &[(p.sibling_team, true, false)]) };
        set(w, MemberDraft { password: String::new(), ..custom }).await;
        let mut sibling = w.live(&p.sibling).await;
        let c = w.served().await;
        loop {
            let e = event(&mut sibling).await;
            if kind(&e) == "conversation" && e["change"]["row"]["id"] == json!(c.id) {
                break;
            }
        }
        let narrow = model::RoleDraft { id: Some(auditor.id), name: "Auditoria".into(), rights: model::Rights::of(model::Role::Agent), version: auditor.version };
        service::role::save(&p.admin.cx, narrow).await.unwrap();
        let told = tokio::time::timeout(Duration::from_secs(1), sibling.frame_of("reset")).await;
        assert_eq!(told.unwrap()["frame"], "reset");
        w.says_from(c.contact_phone.as_deref().unwrap().trim_start_matches('+'), MARK).await;
        let text = frames_until_quiet(&mut sibling).await.to_string();
        assert!(!text.contains(MARK) && !text.contains(&c.id.to_string()), "{text}");
    }

    async fn us_4_who_goes_hears_no_more_and_what_they_served_appears_elsewhere_within_a_second(w) {
        let p = w.people();
        let c = w.served().await;
        let (mut agent, mut supervisor) = (w.live(&p.agent).await, w.live(&p.supervisor).await);
        let gone = MemberDraft { user_id: Some(p.agent.cx.user), active: false, handover: Some(model::Handover::default()), ..member_draft("Gabriel", &[(p.team, true, false)]) };
        set(w, gone).await;
        let soon = Duration::from_secs(1);
        let frames = json!(tokio::time::timeout(soon, agent.end()).await.unwrap());
        assert_eq!(frames.as_array().unwrap().last().unwrap()["frame"], "ended");
        let back = async {
            loop {
                let e = event(&mut supervisor).await;
                if kind(&e) == "conversation" && e["change"]["row"]["id"] == json!(c.id) {
                    return e;
                }
            }
        };
        let e = tokio::time::timeout(soon, back).await.unwrap();
        assert_eq!((&e["change"]["row"]["status"], &e["change"]["row"]["assignee_id"]), (&json!("PENDING"), &Value::Null));
    }

    async fn nobody_hears_another_tenant_or_team(w) {
        let p = w.people();
        let (mut other, mut sibling) = (w.live(&p.other).await, w.live(&p.sibling).await);
        // The other tenant with this one's sequence learns nothing either.
        let cookie = w.cookie(&p.other).await;
        let mut resumed = w.client.socket("/live?since=0", &[("cookie", &cookie)]).await.unwrap();
        resumed.frame().await;
        frames_until_quiet(&mut resumed).await;
        let c = w.served().await;
        let mut agent = w.live(&p.agent).await;
        looking(&mut agent, Some(&c), true).await;
        conversation::conclude(&p.agent.cx, c.id, model::ConcludeDraft::silent()).await.unwrap();
        other.silent().await;
        resumed.silent().await;
        let frames = frames_until_quiet(&mut sibling).await;
        assert!(!frames.to_string().contains(MARK) && !frames.to_string().contains(&c.id.to_string()), "{frames}");
        assert!(frames.as_array().unwrap().iter().all(|f| f["frame"] == "event" && kind(f) == "nothing"), "{frames}");
        // From the beginning of time, too.
        let cookie = w.cookie(&p.sibling).await;
        let mut all = w.client.socket("/live?since=0", &[("cookie", &cookie)]).await.unwrap();
        let frames = frames_until_quiet(&mut all).await.to_string();
        assert!(!frames.contains(MARK), "{frames}");
    }

    async fn st_1_an_open_page_makes_its_person_online_and_a_key_ends_an_away_that_came_by_itself(w) {
        let p = w.people();
        let mut boss = w.live(&p.admin).await;
        let by_itself = async |status: &str| {
            w.write("update user_status set status = $1, by_itself = true where user_id = $2", args![status, p.agent.cx.user]).await;
        };
        by_itself("OFFLINE").await;
        let mut agent = w.live(&p.agent).await;
        let told = json!({"type": "status", "user_id": p.agent.cx.user, "status": {"kind": "ONLINE", "reason": "", "name": "", "back_at": null}});
        assert_eq!(event(&mut boss).await["change"], told);
        assert_eq!(event(&mut agent).await["change"], told);
        by_itself("AWAY").await;
        agent.send(&json!({"frame": "active"})).await;
        assert_eq!(event(&mut boss).await["change"], told);
        // What was chosen ends by no page and no key.
        let away = model::StatusDraft::of(model::StatusKind::Away);
        service::status::choose(&p.agent.cx, away).await.unwrap();
        assert_eq!(event(&mut boss).await["change"]["status"]["kind"], "AWAY");
        agent.send(&json!({"frame": "active"})).await;
        let _again = w.live(&p.agent).await;
        boss.silent().await;
    }

    async fn what_moves_out_of_sight_is_gone(w) {
        let p = w.people();
        let c = w.served().await;
        let mut agent = w.live(&p.agent).await;
        let draft = model::TransferDraft { to: model::TransferTo::Team { team_id: p.sibling_team }, note: MARK.into(), stop_bot: false, anyway: false };
        conversation::transfer(&p.admin.cx, c.id, draft).await.unwrap();
        let gone = event(&mut agent).await;
        assert_eq!(gone["change"], json!({"type": "gone", "conversation_id": c.id, "tab": "MINE", "unread": true}));
        w.says_from(c.contact_phone.as_deref().unwrap().trim_start_matches('+'), MARK).await;
        assert_eq!(kind(&event(&mut agent).await), "nothing");
    }

    async fn a_login_that_goes_to_another_account_takes_its_socket_along(w) {
        let p = w.people();
        w.write(
            "insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 1)",
            args![p.other.cx.account, p.agent.cx.user],
        )
        .await;
        let cookie = w.cookie(&p.agent).await;
        let mut socket = w.client.socket("/live", &[("cookie", &cookie)]).await.unwrap();
        socket.frame().await;
        w.client.function("/api/app/api/auth/switch_account", &cookie, &json!({"account_id": p.other.cx.account})).await.is(200);
        assert_eq!(socket.end().await.last().unwrap()["frame"], "ended");
    }

    async fn colleagues_see_who_looks_and_writes(w) {
        let p = w.people();
        let c = w.served().await;
        let (mut agent, mut admin, mut sibling) = (w.live(&p.agent).await, w.live(&p.admin).await, w.live(&p.sibling).await);
        let people = |frame: &Value| frame["people"].clone();
        looking(&mut agent, Some(&c), false).await;
        let heard = admin.frame_of("presence").await;
        assert_eq!((&heard["conversation_id"], people(&heard)), (&json!(c.id), json!([{"user_id": p.agent.cx.user, "writing": false}])));
        looking(&mut admin, Some(&c), true).await;
        let both = json!([{"user_id": p.agent.cx.user, "writing": false}, {"user_id": p.admin.cx.user, "writing": true}]);
        let mut heard = agent.frame_of("presence").await;
        if people(&heard) != both {
            heard = agent.frame_of("presence").await;
        }
        assert_eq!(people(&heard), both);
        // Who may not see the conversation neither shows up in it nor hears of it.
        looking(&mut sibling, Some(&c), true).await;
        sibling.silent().await;
        // The tab closes.
        drop(admin);
        loop {
            let heard = agent.frame_of("presence").await;
            if people(&heard) == json!([{"user_id": p.agent.cx.user, "writing": false}]) {
                break;
            }
        }
        looking(&mut agent, None, false).await;
        assert_eq!(people(&agent.frame_of("presence").await), json!([]));
    }

    async fn giant_frames_and_floods_hurt_only_their_sender(w) {
        let p = w.people();
        let (mut big, mut bystander) = (w.live(&p.agent).await, w.live(&p.admin).await);
        big.send_text(format!("{{\"frame\":\"ping\",\"x\":\"{}\"}}", "x".repeat(1024 * 1024))).await;
        big.end().await;
        let mut flood = w.live(&p.agent).await;
        for _ in 0..200 {
            flood.send(&json!({"frame": "ping"})).await;
        }
        let pongs = frames_until_quiet(&mut flood).await.as_array().unwrap().len();
        assert!((1..=60).contains(&pongs), "{pongs} pongs");
        tokio::time::sleep(Duration::from_millis(1100)).await;
        flood.send(&json!({"frame": "ping"})).await;
        assert_eq!(flood.frame().await["frame"], "pong");
        w.says("oi").await;
        assert_eq!(kind(&event(&mut bystander).await), "conversation");
    }
}

sqlite! {
    async fn more_than_can_be_made_up_is_a_resync_and_the_socket_goes_on(w: Options::default()) {
        let p = w.people();
        let cookie = w.cookie(&p.admin).await;
        let end = many(w, 600, 10).await;
        let since = |seq: i64| format!("/live?since={seq}");
        let mut socket = w.client.socket(&since(end - limit::CATCH_UP_MAX - 1), &[("cookie", &cookie)]).await.unwrap();
        assert_eq!(socket.frame().await["seq"], end);
        assert_eq!(socket.frame().await, json!({"frame": "reset", "seq": end}));
        // Nothing more than the word that all is to be fetched anew; the page stays, and so does the connection.
        socket.silent().await;
        w.says("depois").await;
        assert_eq!(event(&mut socket).await["seq"], end + 1);
        // One less is made up one by one.
        let end = end + 1;
        let mut socket = w.client.socket(&since(end - limit::CATCH_UP_MAX), &[("cookie", &cookie)]).await.unwrap();
        socket.frame().await;
        consecutive(&mut socket, end - limit::CATCH_UP_MAX, end).await;
        socket.silent().await;
    }

    async fn a_slow_reader_holds_up_nobody_and_misses_nothing(w: Options::default()) {
        let p = w.people();
        let c = w.served().await;
        let cookie = w.cookie(&p.admin).await;
        let mut slow = w.client.narrow_socket("/live", &[("cookie", &cookie)]).await;
        let mut quick = w.live(&p.supervisor).await;
        let begin = slow.frame().await["seq"].as_i64().unwrap();
        // More than fits in between; then so much happens that the bus forgets what the slow one still waits for.
        stuff(w, &c);
        let end = many(w, 20, 10).await;
        for _ in 0..2000 {
            w.desk.tell(p.account, service::News::LoginEnded { login_id: model::LoginId(1) });
        }
        consecutive(&mut quick, begin, end).await;
        consecutive(&mut slow, begin, end).await;
        // Who reads nothing at all is cut, so that nothing piles up for them.
        stuff(w, &c);
        let begin = end;
        let end = many(w, 20, 10).await;
        consecutive(&mut quick, begin, end).await;
        tokio::time::sleep(Duration::from_secs(12)).await;
        let had = slow.end().await;
        assert!(had.iter().all(|f| f["frame"] == "presence"), "everything fitted in between: this test tests nothing");
        // And finds what they missed when they come back.
        let mut again = w.client.socket(&format!("/live?since={begin}"), &[("cookie", &cookie)]).await.unwrap();
        assert_eq!(again.frame().await["seq"], end);
        consecutive(&mut again, begin, end).await;
    }
}

/// Large frames for everybody who sees the conversation.
fn stuff(w: &World, c: &Conversation) {
    let people: Vec<model::Present> = (0..20_000).map(|n| model::Present { user_id: model::UserId(n), writing: false }).collect();
    for _ in 0..12 {
        w.desk.tell(w.people().account, service::News::Presence { conversation_id: c.id, access: c.access(), people: people.clone() });
    }
}

/// A contact writes this often, and at this length; answers the last event's number.
async fn many(w: &World, count: usize, length: usize) -> i64 {
    let at = (w.desk.now() / 1000).to_string();
    let said: Vec<Value> = (0..count)
        .map(|_| json!({"from": "5511988887777", "id": format!("wamid.MANY{}", w.fresh()), "timestamp": at, "type": "text", "text": {"body": "x".repeat(length)}}))
        .collect();
    for some in said.chunks(100) {
        w.inbound(&body(NUMBER, some.to_vec())).await;
    }
    w.number(&format!("select max(seq) from event where account_id = {}", w.people().account)).await
}

/// Reads the events after `since` up to `end`, each once and in order.
async fn consecutive(socket: &mut Socket, since: i64, end: i64) {
    for expected in since + 1..=end {
        let mut frame = socket.frame().await;
        while frame["frame"] == "presence" {
            frame = socket.frame().await;
        }
        assert_eq!((&frame["frame"], &frame["seq"]), (&json!("event"), &json!(expected)));
    }
}

/// Everything that comes until nothing comes any more.
async fn frames_until_quiet(socket: &mut Socket) -> Value {
    let mut frames = Vec::new();
    while let Some(frame) = socket.soon().await {
        frames.push(frame);
    }
    Value::Array(frames)
}
