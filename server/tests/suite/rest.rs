//! The REST API beside its shapes: keys, pages, refusals, and what a token does not open.

use crate::world::{MARK, both};
use serde_json::{Value, json};

both! {
    /// A repeated send with the same key is one message; another body under the key is refused.
    async fn the_same_key_sends_once(w) {
        let p = w.people();
        let c = w.served().await;
        let (path, token) = (format!("/conversations/{}/messages", c.id), &p.agent.token);
        let key = [("idempotency-key", "pedido-1")];
        let text = json!({"type": "text", "text": "uma vez"});
        let first = w.client.rest_with("POST", &path, token, &key, &text).await.is(201).json();
        for _ in 0..3 {
            let again = w.client.rest_with("POST", &path, token, &key, &text).await.is(201).json();
            assert_eq!(again["id"], first["id"]);
        }
        let filled = |name: &str| json!({"type": "template", "template": {"template_id": p.template, "values": {"body.1": name}}});
        for other in [
            json!({"type": "text", "text": "outra coisa"}),
            json!({"type": "note", "text": "uma vez"}),
            json!({"type": "text", "text": "uma vez", "reply_to": first["id"]}),
            filled("João"),
        ] {
            let refused = w.client.rest_with("POST", &path, token, &key, &other).await.is(409).json();
            assert_eq!(refused["error"]["code"], "key_reused");
        }
        let key = [("idempotency-key", "modelo-1")];
        let sent = w.client.rest_with("POST", &path, token, &key, &filled("João")).await.is(201).json();
        assert_eq!(w.client.rest_with("POST", &path, token, &key, &filled("João")).await.is(201).json()["id"], sent["id"]);
        w.client.rest_with("POST", &path, token, &key, &filled("Maria")).await.is(409);
        // All at once, under a key of their own.
        let key = [("idempotency-key", "juntos")];
        let all = (0..10).map(|_| w.client.rest_with("POST", &path, token, &key, &text));
        let ids: std::collections::BTreeSet<String> =
            futures::future::join_all(all).await.into_iter().map(|a| a.is(201).json()["id"].to_string()).collect();
        assert_eq!(ids.len(), 1);
        // Without a key each call is a message.
        let a = w.client.rest("POST", &path, token, &text).await.is(201).json();
        let b = w.client.rest("POST", &path, token, &text).await.is(201).json();
        assert_ne!(a["id"], b["id"]);
    }

    async fn the_same_key_starts_and_restarts_once(w) {
        let p = w.people();
        let token = &p.agent.token;
        let start = |name: &str| {
            json!({"phone": "+5511988887777", "name": "Novo", "channel_id": p.whatsapp, "team_id": p.team,
                   "template": {"template_id": p.template, "values": {"body.1": name}}})
        };
        let key = [("idempotency-key", "inicio")];
        let first = w.client.rest_with("POST", "/conversations", token, &key, &start("João")).await.is(201).json();
        let again = w.client.rest_with("POST", "/conversations", token, &key, &start("João")).await.is(201).json();
        assert_eq!(first["id"], again["id"]);
        let other = w.client.rest_with("POST", "/conversations", token, &key, &start("Maria")).await.is(409).json();
        assert_eq!(other["error"]["code"], "key_reused");
        let open = w.client.rest("POST", "/conversations", token, &start("João")).await.is(409).json();
        assert_eq!(open["error"]["code"], "already_open");
        assert_eq!(w.number("select count(*) from message where kind = 'TEMPLATE'").await, 1);
        // The answer to a start that was lost is still there after the conversation has ended.
        let path = format!("/conversations/{}", first["id"].as_str().unwrap());
        w.client.rest("POST", &format!("{path}/conclude"), token, &json!({"silent": true})).await.is(200);
        let late = w.client.rest_with("POST", "/conversations", token, &key, &start("João")).await.is(201).json();
        assert_eq!((&late["id"], &late["status"]), (&first["id"], &json!("COMPLETED")));
        let key = [("idempotency-key", "de novo")];
        w.client.rest_with("POST", &format!("{path}/restart"), token, &key, &json!({"template": start("João")["template"]})).await.is(422);
        let key = [("idempotency-key", "de-novo")];
        for _ in 0..2 {
            w.client.rest_with("POST", &format!("{path}/restart"), token, &key, &json!({"template": start("João")["template"]})).await.is(200);
        }
        let other = w.client.rest_with("POST", &format!("{path}/restart"), token, &key, &json!({"template": start("Maria")["template"]})).await.is(409);
        assert_eq!(other.json()["error"]["code"], "key_reused");
        assert_eq!(w.number("select count(*) from message where kind = 'TEMPLATE'").await, 2);
    }

    async fn tr_3_a_program_writes_the_note_that_the_account_demands(w) {
        let p = w.people();
        let c = w.served().await;
        let path = format!("/conversations/{}/transfer", c.id);
        let wanted = model::TransferSettings { transfer_note: true, transfer_message: String::new() };
        service::transfer::save(&p.admin.cx, wanted).await.unwrap();
        for body in [json!({"team_id": p.team}), json!({"team_id": p.team, "note": " "})] {
            let refused = w.client.rest("POST", &path, &p.agent.token, &body).await.is(422).json();
            assert_eq!((&refused["error"]["code"], &refused["error"]["fields"]), (&json!("invalid"), &json!({"note": "required"})));
        }
        let moved = w.client.rest("POST", &path, &p.agent.token, &json!({"team_id": p.team, "note": "férias"})).await.is(200).json();
        assert_eq!(moved["status"], "PENDING");
    }

    /// 21, group 2: nobody sets what the server sets.
    async fn inputs_cannot_set_owner_role_id_or_time(w) {
        let p = w.people();
        let c = w.served().await;
        let at = |tail: &str| format!("/conversations/{}{tail}", c.id);
        let inputs = [
            ("/conversations".to_owned(), json!({"phone": "+5511988887777", "channel_id": p.whatsapp, "team_id": p.team, "text": "oi"})),
            (at("/messages"), json!({"type": "text", "text": "oi"})),
            (at("/transfer"), json!({"team_id": p.team})),
            (at("/conclude"), json!({"silent": true})),
            (at("/restart"), json!({"template": {"template_id": p.template, "values": {"body.1": "x"}}})),
        ];
        for (path, input) in &inputs {
            for field in ["account_id", "tenant_id", "role", "id", "created_at", "author_id", "assignee_id", "status", "owner", "client_id", "at"] {
                let mut with = input.clone();
                with[field] = json!(p.other.cx.account);
                let refused = w.client.rest("POST", path, &p.agent.token, &with).await.is(422).json();
                assert_eq!(refused["error"]["fields"], json!({field: "not_allowed"}), "{path}");
            }
        }
        let mut nested = inputs[4].1.clone();
        nested["template"]["account_id"] = "1".into();
        let refused = w.client.rest("POST", &inputs[4].0, &p.agent.token, &nested).await.is(422).json();
        assert_eq!(refused["error"]["fields"], json!({"template.account_id": "not_allowed"}));
        assert_eq!(w.number("select count(*) from conversation").await, 1);
    }

    /// 21, group 3: filters, cursors and types.
    async fn queries_take_only_what_they_are_for(w) {
        let p = w.people();
        w.served().await;
        for query in [
            "tab=new&order=last_at;drop%20table%20message",
            "tab=new&order[]=newest",
            "tab=new&tab=done",
            "tab=new&limit=-1",
            "tab=new&limit=101",
            "tab=new&limit=99999999999999999999",
            "tab=new&limit=1e3",
            "tab=new&limit=",
            "tab=new&after=1",
            "tab=new&after=1.x",
            "tab=new&after=%27%20or%201=1--.1",
            "tab=new&channel=1)%20or%20(1=1",
            "tab=new&team=null",
            "tab=new&assignee=[1]",
            "tab=new&unread=yes",
            "tab=new&account_id=1",
            "tab=NEW",
            "tab=",
            "",
        ] {
            let refused = w.client.rest("GET", &format!("/conversations?{query}"), &p.admin.token, &Value::Null).await.is(422).json();
            assert_eq!(refused["error"]["code"], "invalid", "{query}");
            assert_eq!(refused["error"]["fields"].as_object().unwrap().len(), 1, "{query}: {refused}");
        }
        let many = vec!["1"; 51].join(",");
        w.client.rest("GET", &format!("/conversations?tab=new&team={many}"), &p.admin.token, &Value::Null).await.is(422);
        let long = "a".repeat(101);
        let refused = w.client.rest("GET", &format!("/contacts?query={long}"), &p.admin.token, &Value::Null).await.is(422).json();
        assert_eq!(refused["error"]["fields"], json!({"query": "too_long"}));
        for harmless in ["%25", "%27%3b--", "%5c", "%22*%22", "%00", "NEAR(", "_", "a%27b"] {
            w.client.rest("GET", &format!("/contacts?query={harmless}"), &p.admin.token, &Value::Null).await.is(200);
        }
        for list in ["/me", "/users", "/teams", "/channels"] {
            let refused = w.client.rest("GET", &format!("{list}?sort=name"), &p.admin.token, &Value::Null).await;
            assert_eq!(refused.status, if list == "/me" { 200 } else { 422 }, "{list}");
        }
    }

    async fn pages_hold_every_row_once(w) {
        let p = w.people();
        let mut made = Vec::new();
        for n in 0..7 {
            made.push(w.says(&format!("{n}")).await);
        }
        let walk = async |path: &str, cursor: &str, key: &str| {
            // The cursor of the address itself is replaced by those of the pages.
            let (bare, first) = path.split_once("&after=").map_or((path, String::new()), |(bare, id)| (bare, format!("&after={id}")));
            let (mut all, mut after) = (Vec::new(), first);
            loop {
                let page = w.client.rest("GET", &format!("{bare}{after}"), &p.admin.token, &Value::Null).await.is(200).json();
                let items = page["items"].as_array().unwrap();
                assert!((1..=3).contains(&items.len()), "{path}");
                all.extend(items.iter().map(|i| i[key].as_str().unwrap().to_owned()));
                match page["next"].as_str() {
                    Some(next) => after = format!("&{cursor}={next}"),
                    None => return all,
                }
            }
        };
        let contacts: Vec<String> = made.iter().rev().map(|c| c.contact_id.to_string()).collect();
        assert_eq!(walk("/contacts?limit=3", "after", "id").await, contacts);
        assert_eq!(walk(&format!("/contacts?limit=3&query={MARK}"), "after", "id").await, contacts);
        assert_eq!(walk("/users?limit=2", "after", "id").await.len(), 5);
        assert_eq!(walk("/teams?limit=2", "after", "id").await.len(), 3);
        let mut newest = walk("/conversations?tab=new&limit=3", "after", "id").await;
        let oldest = walk("/conversations?tab=new&order=oldest&limit=3", "after", "id").await;
        newest.reverse();
        assert_eq!(newest, oldest);
        assert_eq!(oldest.len(), 7);

        let phone = made[0].contact_phone.clone().unwrap();
        for n in 1..8 {
            w.says_from(phone.trim_start_matches('+'), &format!("m{n}")).await;
        }
        let path = format!("/conversations/{}/messages?limit=3", made[0].id);
        let mut back = walk(&path, "before", "id").await;
        back.reverse();
        let mut forth = vec![back[0].clone()];
        forth.extend(walk(&format!("{path}&after={}", back[0]), "after", "id").await);
        assert_eq!(back, forth);
        assert_eq!(back.len(), w.number(&format!("select count(*) from message where conversation_id = {}", made[0].id)).await as usize);
        // A cursor of another conversation is none.
        let elsewhere = w.number(&format!("select min(id) from message where conversation_id = {}", made[1].id)).await;
        w.client.rest("GET", &format!("{path}&before={elsewhere}"), &p.admin.token, &Value::Null).await.is(422);
    }

    async fn the_filters_of_the_inbox_work(w) {
        let p = w.people();
        let waiting = w.says("um").await;
        let served = w.served().await;
        let done = w.done().await;
        let ids = async |token: &str, query: &str| -> Vec<String> {
            let page = w.client.rest("GET", &format!("/conversations?{query}"), token, &Value::Null).await.is(200).json();
            page["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect()
        };
        let (waiting, served, done) = (waiting.id.to_string(), served.id.to_string(), done.id.to_string());
        assert_eq!(ids(&p.agent.token, "tab=new").await, [waiting.as_str()]);
        assert_eq!(ids(&p.agent.token, "tab=mine").await, [served.as_str()]);
        assert_eq!(ids(&p.agent.token, "tab=done").await, [done.as_str()]);
        assert_eq!(ids(&p.admin.token, "tab=others").await, [served.as_str()]);
        assert_eq!(ids(&p.admin.token, &format!("tab=others&assignee={}", p.agent.cx.user)).await, [served.as_str()]);
        assert!(ids(&p.admin.token, &format!("tab=others&assignee={}", p.admin.cx.user)).await.is_empty());
        assert!(ids(&p.admin.token, &format!("tab=new&channel={}", p.chat)).await.is_empty());
        assert!(ids(&p.admin.token, &format!("tab=new&team={}", p.sibling_team)).await.is_empty());
        assert_eq!(ids(&p.admin.token, "tab=new&unread=true").await, [waiting.as_str()]);
        assert!(ids(&p.admin.token, "tab=done&unread=true").await.is_empty());
        for tab in ["new", "mine", "others", "done"] {
            assert!(ids(&p.sibling.token, &format!("tab={tab}")).await.is_empty(), "{tab}");
            assert!(ids(&p.other.token, &format!("tab={tab}")).await.is_empty(), "{tab}");
        }
    }

    async fn refusals_have_one_shape(w) {
        let p = w.people();
        let shape = |answer: crate::http::Answer, status: u16, code: &str| {
            let json = answer.is(status).json();
            assert_eq!(json["error"]["code"], code);
            assert!(json["error"]["message"].as_str().is_some_and(|m| !m.is_empty()) && json["error"]["fields"].is_object());
        };
        let token = &p.admin.token;
        let bearer = format!("Bearer {token}");
        let json_type = ("content-type", "application/json");
        let auth = ("authorization", bearer.as_str());
        shape(w.client.rest("GET", "/nothing", token, &Value::Null).await, 404, "missing");
        shape(w.client.rest("GET", "/nothing", "", &Value::Null).await, 404, "missing");
        for path in ["", "/", "//", "/me/", "//me", "/conversations/", "/openapi.json/", "/..%2fme", "/%ff", "/me%00"] {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
                // Also when another site's page asks with a cookie: none of it is looked at.
                let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("cookie", "prosa_login=x")];
                shape(w.client.call(method, &format!("/api/v1{path}"), &foreign, "").await, 404, "missing");
            }
        }
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            for path in ["/me", "/openapi.json"] {
                shape(w.client.rest(method, path, token, &Value::Null).await, 405, "method_not_allowed");
            }
        }
        shape(w.client.rest("DELETE", "/contacts", token, &Value::Null).await, 405, "method_not_allowed");
        shape(w.client.rest("PUT", "/me", "", &Value::Null).await, 405, "method_not_allowed");
        let path = format!("/api/v1/conversations/{}/messages", w.served().await.id);
        shape(w.client.call("POST", &path, &[auth], "{}").await, 415, "unsupported_media_type");
        shape(w.client.call("POST", &path, &[auth, ("content-type", "text/plain")], "{}").await, 415, "unsupported_media_type");
        shape(w.client.call("POST", &path, &[auth, ("content-type", "application/x-www-form-urlencoded")], "type=text").await, 415, "unsupported_media_type");
        for broken in ["", "{", "{\"type\":\"text\"", "\u{0}", "{\"type\":\"note\",\"text\":\"x\"}{}"] {
            shape(w.client.call("POST", &path, &[auth, json_type], broken).await, 400, "malformed");
        }
        shape(w.client.call("POST", &path, &[auth, json_type], vec![b'"', 0xff, 0xfe, b'"']).await, 400, "malformed");
        shape(w.client.call("POST", &path, &[auth, json_type], format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))).await, 422, "invalid");
        let big = json!({"type": "note", "text": "a".repeat(300 * 1024)});
        shape(w.client.rest("POST", path.strip_prefix("/api/v1").unwrap(), token, &big).await, 413, "too_large");
        // Who is nobody does not get as far as the body.
        shape(w.client.call("POST", &path, &[json_type], "{").await, 401, "signed_out");
        let long = json!({"type": "text", "text": "a".repeat(4097)});
        shape(w.client.rest("POST", path.strip_prefix("/api/v1").unwrap(), token, &long).await, 422, "invalid");
        for key in ["", " ", "a b", "é", &"k".repeat(65)] {
            let answer = w.client.rest_with("POST", path.strip_prefix("/api/v1").unwrap(), token, &[("idempotency-key", key)], &json!({"type": "note", "text": "x"})).await;
            shape(answer, 422, "invalid");
        }
    }

    async fn only_a_bearer_token_opens_the_api(w) {
        let p = w.people();
        let cookie = w.cookie(&p.admin).await;
        w.client.get("/api/v1/me", &[("cookie", &cookie)]).await.is(401);
        w.client.get("/api/v1/me", &[("authorization", &format!("Basic {}", p.admin.token))]).await.is(401);
        w.client.get(&format!("/api/v1/me?token={}", p.admin.token), &[]).await.is(401);
        w.client.get("/api/v1/me", &[("authorization", &p.admin.token)]).await.is(401);
        let login = cookie.split_once('=').unwrap().1.to_owned();
        w.client.rest("GET", "/me", &login, &Value::Null).await.is(401);
        // A token is no login.
        let as_cookie = format!("prosa_login={}", p.admin.token);
        w.client.function("/api/app/api/inbox/workspace", &as_cookie, &json!({})).await.is(401);
        let me = w.client.rest("GET", "/me", &p.agent.token, &Value::Null).await.is(200).json();
        assert_eq!((&me["email"], &me["account"]["name"]), (&json!("gabriel@loja.example"), &json!("Loja da Ana")));
        assert!(me.get("accounts").is_none() && me.get("login_id").is_none());
        // It holds as long as its member does.
        w.client.rest("GET", "/me", &p.removed.1, &Value::Null).await.is(401);
        w.write("update api_token set revoked_at = 1 where user_id = $1", service::args![p.sibling.cx.user]).await;
        w.client.rest("GET", "/me", &p.sibling.token, &Value::Null).await.is(401);
        let no_store = w.client.rest("GET", "/me", &p.agent.token, &Value::Null).await;
        assert_eq!(no_store.header("cache-control"), "no-store");
    }

    async fn secrets_never_leave(w) {
        let p = w.people();
        w.served().await;
        for path in ["/me", "/users", "/teams", "/channels", "/contacts", "/conversations?tab=others"] {
            let text = w.client.rest("GET", path, &p.admin.token, &Value::Null).await.is(200).text();
            for secret in ["SECRET-ACCESS-TOKEN", crate::world::APP_SECRET, crate::world::VERIFY, "password", "hash", "secrets"] {
                assert!(!text.contains(secret), "{secret} in {path}");
            }
        }
        // Why a channel does not work is for admins.
        w.write("update channel set status = 'TOKEN_EXPIRED', status_reason = '190: session expired' where id = $1", service::args![p.whatsapp]).await;
        assert!(w.client.rest("GET", "/channels", &p.admin.token, &Value::Null).await.text().contains("190: session"));
        assert!(!w.client.rest("GET", "/channels", &p.agent.token, &Value::Null).await.text().contains("190: session"));
    }
}
