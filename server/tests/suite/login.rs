//! Signing in and out through the door that browsers use.

use crate::http::Answer;
use crate::world::{Options, PASSWORD, World, both, sqlite};
use serde_json::{Value, json};

const SIGN_IN: &str = "/api/app/api/auth/sign_in";
const WORKSPACE: &str = "/api/app/api/inbox/workspace";

async fn sign_in(w: &World, email: &str, password: &str) -> Answer {
    w.client.function(SIGN_IN, "", &json!({"email": email, "password": password})).await
}

/// The login cookie of an answer, as a browser sends it back.
#[track_caller]
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

both! {
    async fn the_cookie_is_for_this_server_and_no_script(w) {
        let answer = sign_in(w, "  Gabriel@Loja.example ", PASSWORD).await.is(200);
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
        let set = answer.header("set-cookie").to_owned();
        let flags: Vec<&str> = set.split("; ").skip(1).collect();
        assert_eq!(flags, ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=7776000"]);
        let mine = cookie(&answer);
        assert!(mine.starts_with("prosa_login=") && mine.len() > 40);
        let me = w.client.function(WORKSPACE, &mine, &json!({})).await.is(200).json();
        assert_eq!(me["me"]["email"], "gabriel@loja.example");
        // Not what the cookie says is kept, but its hash.
        let secret = mine.split_once('=').unwrap().1;
        assert_eq!(w.number(&format!("select count(*) from login where token_hash = '{secret}'")).await, 0);
    }

    async fn each_sign_in_is_a_new_login(w) {
        let a = cookie(&sign_in(w, "gabriel@loja.example", PASSWORD).await.is(200));
        // Who was given a cookie before signing in does not keep it.
        let fixed = w.client.call("POST", SIGN_IN, &[("content-type", "application/json"), ("cookie", &a)], json!({"email": "gabriel@loja.example", "password": PASSWORD}).to_string()).await.is(200);
        let b = cookie(&fixed);
        assert_ne!(a, b);
        for one in [&a, &b] {
            w.client.function(WORKSPACE, one, &json!({})).await.is(200);
        }
        w.client.function("/api/app/api/auth/sign_out", &b, &json!({})).await.is(200);
        w.client.function(WORKSPACE, &b, &json!({})).await.is(401);
        w.client.function(WORKSPACE, &a, &json!({})).await.is(200);
    }

    async fn a_revoked_login_ends_at_once_and_so_does_its_socket(w) {
        let p = w.people();
        let (a, b) = (w.cookie(&p.agent).await, w.cookie(&p.agent).await);
        let mut socket = w.client.socket("/live", &[("cookie", &a)]).await.unwrap();
        socket.frame_of("hello").await;
        w.client.function(WORKSPACE, &a, &json!({})).await.is(200);
        let logins = w.client.function("/api/app/api/auth/logins", &a, &json!({})).await.is(200).json();
        let current = logins.as_array().unwrap().iter().find(|l| l["current"] == true).unwrap()["id"].clone();
        // Others cannot end it.
        let sibling = w.cookie(&p.sibling).await;
        w.client.function("/api/app/api/auth/revoke_login", &sibling, &json!({"id": current})).await.is(404);
        w.client.function("/api/app/api/auth/revoke_login", &b, &json!({"id": current})).await.is(200);
        assert_eq!(socket.end().await.last().unwrap()["frame"], "ended");
        w.client.function(WORKSPACE, &a, &json!({})).await.is(401);
        assert_eq!(w.client.socket("/live", &[("cookie", &a)]).await.err(), Some(401));
        w.client.function(WORKSPACE, &b, &json!({})).await.is(200);
    }

    async fn ac_7_who_must_set_up_a_second_factor_first_is_nobody_to_all_else(w) {
        let p = w.people();
        let mine = w.cookie(&p.agent).await;
        w.client.function(WORKSPACE, &mine, &json!({})).await.is(200);
        w.write("insert into second_factor (user_id, secret, confirmed_at, created_at) values ($1, 'x', 1, 1)", service::args![p.admin.cx.user]).await;
        let rules = model::DoorRules { second_factor: true, ..model::DoorRules::default() };
        service::auth::save_door_rules(&p.admin.cx, rules).await.unwrap();
        w.client.function(WORKSPACE, &mine, &json!({})).await.is(401);
        w.client.function("/api/app/api/auth/logins", &mine, &json!({})).await.is(401);
        assert_eq!(w.client.socket("/live", &[("cookie", &mine)]).await.err(), Some(401));
        w.client.call("POST", "/upload", &[("cookie", &mine)], String::new()).await.is(401);
        let inbox = w.client.call("GET", "/inbox", &[("cookie", &mine)], String::new()).await.is(303);
        assert_eq!(inbox.header("location"), "/welcome");
        let state = w.client.function("/api/app/api/door/held_state", &mine, &json!({})).await.is(200).json();
        assert_eq!(state["second_factor"], true);
        w.client.function("/api/app/api/auth/sign_out", &mine, &json!({})).await.is(200);
        w.client.function("/api/app/api/door/held_state", &mine, &json!({})).await.is(401);
    }

    async fn an_expired_login_is_none(w) {
        let mine = w.cookie(&w.people().agent).await;
        w.write("update login set expires_at = 1", vec![]).await;
        w.client.function(WORKSPACE, &mine, &json!({})).await.is(401);
    }

    /// 21, group 12: the answers to an unknown e-mail and to a wrong password are the same, and so is the waiting.
    async fn ac_2_guessing_is_slowed_down_with_the_same_words(w) {
        let mut told: Vec<Vec<(u16, Value)>> = Vec::new();
        for email in ["alice@loja.example", "nobody@loja.example", "olga@outra.example"] {
            let mut said = Vec::new();
            for _ in 0..5 {
                let answer = sign_in(w, email, "not the password").await;
                assert!(answer.header("set-cookie").is_empty());
                said.push((answer.status, answer.json()));
            }
            let waits = sign_in(w, email, PASSWORD).await.is(429);
            let seconds = waits.json()["seconds"].as_i64().unwrap();
            assert!((1..=900).contains(&seconds) && waits.json()["code"] == "throttled");
            told.push(said);
        }
        assert!(told.iter().all(|t| *t == told[0]), "{told:?}");
        assert_eq!(told[0][0].0, 401);
        // The person with another e-mail is not kept out.
        sign_in(w, "gabriel@loja.example", PASSWORD).await.is(200);
    }

    async fn inputs_of_any_size_and_shape_are_no_error_of_ours(w) {
        let long = "x".repeat(100_000);
        for (email, password) in [(long.as_str(), "x"), ("a@b.co", long.as_str()), ("", ""), ("a@b.co\0", "\0"), ("' or 1=1 --", "' or 1=1 --")] {
            let answer = sign_in(w, email, password).await;
            assert!([401, 422].contains(&answer.status), "{}", answer.status);
        }
        for body in ["", "{", "[]", "null", "{\"email\":1,\"password\":2}", "{\"email\":{\"$ne\":1},\"password\":{\"$ne\":1}}", "{\"email\":[\"a@b.co\"],\"password\":\"x\"}"] {
            let answer = w.client.call("POST", SIGN_IN, &[("content-type", "application/json")], body).await;
            assert!((400..500).contains(&answer.status), "{body}: {}", answer.status);
        }
        let big = json!({"email": "a@b.co", "password": "x".repeat(300 * 1024)});
        w.client.function(SIGN_IN, "", &big).await.is(413);
    }

    /// A page of another site can make a browser send our cookie, but not so that it counts.
    async fn other_sites_cannot_act_with_our_cookie(w) {
        let mine = w.cookie(&w.people().agent).await;
        let c = w.served().await;
        let path = "/api/app/api/act/conclude";
        let body = json!({"id": c.id, "draft": {"silent": true}}).to_string();
        let own = w.base.clone();
        for more in [
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("origin", "")],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
            vec![("origin", "https://evil.example"), ("x-forwarded-host", "evil.example")],
        ] {
            for content in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                let mut headers = vec![("cookie", mine.as_str()), ("content-type", content)];
                headers.extend(more.iter().copied());
                w.client.call("POST", path, &headers, body.clone()).await.is(403);
            }
        }
        assert_eq!(w.number("select count(*) from conversation where status = 'COMPLETED'").await, 0);
        // By GET nothing is done.
        let query = format!("{path}?id={}&silent=true", c.id);
        assert_ne!(w.client.get(&query, &[("cookie", &mine)]).await.status, 200);
        assert_eq!(w.number("select count(*) from conversation where status = 'COMPLETED'").await, 0);
        let from_here = [("cookie", mine.as_str()), ("content-type", "application/json"), ("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
        w.client.call("POST", path, &from_here, body).await.is(200);
    }

    async fn the_set_up_is_closed_for_good(w) {
        let draft = json!({"draft": {"account_name": "X", "time_zone": "UTC", "name": "X", "email": "x@x.example", "password": PASSWORD}});
        let answer = w.client.function("/api/app/api/auth/setup", "", &draft).await.is(409);
        assert_eq!(answer.json()["code"], "setup_closed");
        assert!(answer.header("set-cookie").is_empty());
        let boot = w.client.function("/api/app/api/auth/boot", "", &json!({})).await.is(200).json();
        assert_eq!((&boot["needs_setup"], &boot["me"]), (&json!(false), &Value::Null));
        assert_eq!(w.client.get("/setup", &[]).await.is(303).header("location"), "/login");
        assert_eq!(w.number("select count(*) from account").await, 2);
    }

    /// AC-9, and no further.
    async fn a_login_goes_only_where_its_person_is_a_member(w) {
        let p = w.people();
        let mine = w.cookie(&p.agent).await;
        let switch = async |cookie: &str, to: Value| w.client.function("/api/app/api/auth/switch_account", cookie, &json!({"account_id": to})).await;
        switch(&mine, json!(p.other.cx.account)).await.is(404);
        w.write(
            "insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 1)",
            service::args![p.other.cx.account, p.agent.cx.user],
        )
        .await;
        w.desk.tell(p.other.cx.account, service::News::Event(std::sync::Arc::new(service::EventNews::new(model::Event {
            seq: 0,
            at: 0,
            change: model::Change::Setup { what: model::SetupKind::Members },
        }))));
        switch(&mine, json!(p.other.cx.account)).await.is(200);
        let there = w.client.function(WORKSPACE, &mine, &json!({})).await.is(200).json();
        assert_eq!(there["me"]["account"]["name"], "Outra Loja");
        assert_eq!(there["me"]["role"], "AGENT");
        let c = w.served().await;
        w.client.function("/api/app/api/inbox/open", &mine, &json!({"id": c.id})).await.is(404);
        switch(&mine, json!(p.account)).await.is(200);
        w.client.function("/api/app/api/inbox/open", &mine, &json!({"id": c.id})).await.is(200);
    }

    async fn a_new_password_ends_the_other_logins(w) {
        let p = w.people();
        let (agent, admin) = (w.cookie(&p.agent).await, w.cookie(&p.admin).await);
        let mut socket = w.live(&p.agent).await;
        let mut draft = serde_json::to_value(crate::world::member_draft("Gabriel", &[(p.team, true, false)])).unwrap();
        draft["user_id"] = json!(p.agent.cx.user);
        draft["password"] = "another long password".into();
        w.client.function("/api/app/api/settings/save_member", &admin, &json!({"draft": draft})).await.is(200);
        assert_eq!(socket.end().await.last().unwrap()["frame"], "ended");
        w.client.function(WORKSPACE, &agent, &json!({})).await.is(401);
        w.client.function(WORKSPACE, &admin, &json!({})).await.is(200);
        sign_in(w, "gabriel@loja.example", PASSWORD).await.is(401);
        sign_in(w, "gabriel@loja.example", "another long password").await.is(200);
    }
}

/// Sign-ins with wrong passwords of ever other people, from one computer that says it is many.
async fn guess(w: &World, forwarded: impl Fn(usize) -> String) -> Vec<u16> {
    let mut said = Vec::new();
    for n in 0..32 {
        let body = json!({"email": format!("p{n}@loja.example"), "password": "guess"}).to_string();
        let forwarded = forwarded(n);
        let headers = [
            ("content-type", "application/json"),
            ("x-forwarded-for", forwarded.as_str()),
            ("forwarded", "for=192.0.2.60"),
            ("x-real-ip", forwarded.as_str()),
        ];
        said.push(w.client.call("POST", SIGN_IN, &headers, body).await.status);
    }
    said
}

sqlite! {
    async fn an_invented_forwarding_header_does_not_help_to_guess(w: Options::default()) {
        let said = guess(w, |n| format!("203.0.113.{n}")).await;
        assert_eq!(said.iter().filter(|s| **s == 429).count(), 2, "{said:?}");
        let addresses: Vec<(String,)> = w.rows("select key from throttle where key like 'login:address:%'").await;
        assert_eq!(addresses, [("login:address:127.0.0.1".to_owned(),)]);
    }

    async fn behind_a_proxy_only_the_proxys_own_word_counts(w: Options { trust_proxy: true, ..Options::default() }) {
        // The client invents the front of the list, the proxy appends what it saw.
        let said = guess(w, |n| format!("203.0.113.{n}, 198.51.100.7")).await;
        assert_eq!(said.iter().filter(|s| **s == 429).count(), 2, "{said:?}");
        let said = guess(w, |n| format!("198.51.100.7, 203.0.113.{n}")).await;
        assert!(said.iter().all(|s| *s == 401 || *s == 429));
        assert_eq!(w.number("select count(*) from throttle where key = 'login:address:203.0.113.31'").await, 1);
    }

    async fn over_https_the_cookie_travels_encrypted_only(w: Options { https: true, ..Options::default() }) {
        let answer = sign_in(w, "gabriel@loja.example", PASSWORD).await.is(200);
        assert!(answer.header("set-cookie").ends_with("; Secure"), "{}", answer.header("set-cookie"));
        assert!(answer.header("strict-transport-security").contains("max-age="));
        let mine = cookie(&answer);
        let out = w.client.function("/api/app/api/auth/sign_out", &mine, &json!({})).await.is(200);
        assert!(out.header("set-cookie").starts_with("prosa_login=; ") && out.header("set-cookie").contains("Max-Age=0"));
    }

    async fn the_first_start_sets_up_one_account_however_many_ask(w: Options { empty: true, ..Options::default() }) {
        assert_eq!(w.client.get("/inbox", &[]).await.is(303).header("location"), "/setup");
        assert_eq!(w.client.function("/api/app/api/auth/boot", "", &json!({})).await.json()["needs_setup"], true);
        let draft = |n: usize| json!({"draft": {"account_name": format!("Loja {n}"), "time_zone": "America/Sao_Paulo", "name": "Ana", "email": format!("a{n}@x.example"), "password": PASSWORD}});
        let short = json!({"draft": {"account_name": "X", "time_zone": "Mars/Base", "name": "", "email": "x", "password": "short"}});
        let wrong = w.client.function("/api/app/api/auth/setup", "", &short).await.is(422).json();
        assert_eq!(wrong["code"], "invalid");
        let drafts: Vec<Value> = (0..6).map(draft).collect();
        let all = futures::future::join_all(drafts.iter().map(|d| w.client.function("/api/app/api/auth/setup", "", d))).await;
        let mut said: Vec<u16> = all.iter().map(|a| a.status).collect();
        said.sort_unstable();
        assert_eq!(said, [200, 409, 409, 409, 409, 409]);
        assert_eq!(w.number("select count(*) from account").await, 1);
        let admin = cookie(all.iter().find(|a| a.status == 200).unwrap());
        let there = w.client.function(WORKSPACE, &admin, &json!({})).await.is(200).json();
        assert_eq!(there["me"]["role"], "ADMIN");
    }
}
