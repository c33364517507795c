//! Safe headers on every kind of answer, and pages in which only our own scripts run.

use crate::http::Answer;
use crate::world::{SHOP, both};
use serde_json::json;
use std::collections::BTreeMap;

/// The directives of a policy.
fn policy(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1);
    let text = answer.header("content-security-policy");
    text.split(';').filter_map(|d| d.trim().split_once(' ')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Start tags of a page.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter(|t| t.starts_with(|c: char| c.is_ascii_alphabetic())).map(|t| t.split('>').next().unwrap())
}

both! {
    async fn pages_run_our_scripts_only(w) {
        let p = w.people();
        let c = w.served().await;
        let admin = w.cookie(&p.admin).await;
        let mut nonces = Vec::new();
        for (path, cookie) in [
            ("/login".to_owned(), ""),
            ("/login".to_owned(), ""),
            ("/inbox".to_owned(), admin.as_str()),
            (format!("/inbox/{}", c.id), admin.as_str()),
            ("/settings/members".to_owned(), admin.as_str()),
            ("/profile".to_owned(), admin.as_str()),
            ("/nothing-here".to_owned(), admin.as_str()),
        ] {
            let headers = [("cookie", cookie), ("accept", "text/html")];
            let answer = w.client.get(&path, if cookie.is_empty() { &headers[1..] } else { &headers }).await;
            assert!([200, 404].contains(&answer.status), "{path}: {}", answer.status);
            assert!(answer.header("content-type").starts_with("text/html"), "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            let policy = policy(&answer);
            assert!(!answer.header("content-security-policy").contains("unsafe-inline"), "{path}");
            assert!(!answer.header("content-security-policy").contains("'unsafe-eval'"), "{path}");
            for (directive, value) in [("default-src", "'none'"), ("base-uri", "'none'"), ("object-src", "'none'"), ("frame-ancestors", "'none'"), ("form-action", "'self'")] {
                assert_eq!(policy[directive], value, "{path}");
            }
            let nonce = policy["script-src"].split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            assert!(nonce.len() >= 16);
            let html = answer.text();
            // A block of data is no script.
            let scripts: Vec<&str> = tags(&html).filter(|t| t.starts_with("script") && !t.contains("type=\"application/json\"")).collect();
            assert!(!scripts.is_empty(), "{path} would not come alive");
            for script in scripts {
                assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{path}: <{script}>");
            }
            for tag in tags(&html) {
                assert!(!tag.contains(" onclick=") && !tag.contains(" onload=") && !tag.contains(" onerror=") && !tag.contains("javascript:"), "{path}: <{tag}>");
                // Inline styles would be refused by the policy.
                assert!(!tag.contains(" style=\"") && !tag.starts_with("style"), "{path}: <{tag}>");
                // Nothing is fetched from anybody else.
                for attribute in ["src=\"", "href=\"", "action=\"", "srcset=\""] {
                    if let Some(at) = tag.split(attribute).nth(1).filter(|_| !tag.starts_with("a ")) {
                        assert!(at.starts_with('/') && !at.starts_with("//") || at.starts_with('#') || at.starts_with("data:"), "{path}: <{tag}>");
                    }
                }
            }
            nonces.push(nonce);
        }
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), 7, "a nonce came twice");
    }

    /// 21, group 9: what the server writes into a page stays text.
    async fn names_and_texts_cannot_leave_their_place_in_a_page(w) {
        let p = w.people();
        let attack = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{7*7}}\u{2028}<!--";
        let c = w.says(attack).await;
        let evil = service::args![c.contact_id, attack];
        w.write("update contact set name = $2 where id = $1", evil).await;
        w.write("update users set name = $2, nickname = $2 where id = $1", service::args![p.sibling.cx.user, attack]).await;
        w.write("update team set name = $2 where id = $1", service::args![p.sibling_team, attack]).await;
        w.write("update account set name = $2 where id = $1", service::args![p.account, attack]).await;
        let admin = w.cookie(&p.admin).await;
        for path in ["/inbox".to_owned(), format!("/inbox/{}", c.id), "/settings/members".to_owned(), "/settings/teams".to_owned(), "/settings/account".to_owned(), "/profile".to_owned()] {
            let html = w.client.get(&path, &[("cookie", &admin), ("accept", "text/html")]).await.text();
            assert!(!html.contains("<script>alert(1)") && !html.contains("<img src=x"), "{path}");
        }
        for path in ["/login", "/inbox", "/help"] {
            for query in ["?next=javascript:alert(1)", "?lang=%3Cscript%3Ealert(1)%3C/script%3E", "/%3Cscript%3Ealert(1)%3C/script%3E", "?x=%22onload=%22alert(1)"] {
                let html = w.client.get(&format!("{path}{query}"), &[("cookie", &admin), ("accept", "text/html")]).await.text();
                assert!(!html.contains("<script>alert(1)") && !html.contains("\"onload=\"alert"), "{path}{query}");
            }
        }
    }

    async fn every_kind_of_answer_carries_safe_headers(w) {
        let p = w.people();
        let c = w.served().await;
        let media = format!("/media/{}", w.media(&c, "image/png", "a.png", b"png").await);
        let agent = w.cookie(&p.agent).await;
        let cookie = ("cookie", agent.as_str());
        let big = "x".repeat(300 * 1024);
        let chat = format!("/chat/{}", p.chat_key);
        let referer = format!("{SHOP}/");
        let answers = [
            ("alive", w.client.get("/healthz", &[]).await.is(200)),
            ("ready", w.client.get("/readyz", &[]).await.is(200)),
            ("static file", w.client.get("/pkg/app.js", &[]).await.is(200)),
            ("widget", w.client.get("/widget.js", &[]).await.is(200)),
            ("no such file", w.client.get("/pkg/none.js", &[]).await.is(404)),
            ("redirect", w.client.get("/inbox", &[]).await.is(303)),
            ("page", w.client.get("/inbox", &[cookie]).await.is(200)),
            ("no page", w.client.get("/nothing", &[cookie]).await),
            ("wrong method", w.client.call("DELETE", "/inbox", &[cookie], "").await.is(405)),
            ("foreign post", w.client.call("POST", "/api/app/api/act/assume", &[cookie, ("origin", "https://evil.example")], "{}").await.is(403)),
            ("function", w.client.function("/api/app/api/inbox/counts", &agent, &json!({})).await.is(200)),
            ("refused function", w.client.function("/api/app/api/inbox/counts", "", &json!({})).await.is(401)),
            ("no such function", w.client.function("/api/app/api/inbox/nothing", &agent, &json!({})).await),
            ("large function", w.client.function("/api/app/api/inbox/search", &agent, &json!({"text": big})).await.is(413)),
            ("api", w.client.rest("GET", "/me", &p.agent.token, &json!(null)).await.is(200)),
            ("refused api", w.client.rest("GET", "/me", "", &json!(null)).await.is(401)),
            ("no such api", w.client.rest("GET", "/nothing", "", &json!(null)).await.is(404)),
            ("document", w.client.get("/api/v1/openapi.json", &[]).await.is(200)),
            ("webhook", w.client.call("POST", "/webhooks/meta", &[], "{}").await.is(401)),
            ("media", w.client.get(&media, &[cookie]).await.is(200)),
            ("refused media", w.client.get(&media, &[]).await.is(401)),
            ("chat", w.client.get(&chat, &[("referer", &referer)]).await.is(200)),
            ("refused chat", w.client.get(&chat, &[]).await.is(403)),
            ("no chat", w.client.get("/chat/none", &[]).await.is(404)),
            ("refused socket", w.client.get("/live", &[]).await),
        ];
        for (what, answer) in &answers {
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
            assert!(["same-origin", "no-referrer"].contains(&answer.header("referrer-policy")), "{what}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors"), "{what}");
            assert!(!answer.header("content-security-policy").contains("unsafe-inline"), "{what}");
            assert!(!answer.header("permissions-policy").is_empty(), "{what}");
            assert!(answer.header("server").is_empty() && answer.header("x-powered-by").is_empty(), "{what}");
            assert!(answer.header("access-control-allow-origin").is_empty(), "{what}");
            // Over plain HTTP a browser would be locked out of it.
            assert!(answer.header("strict-transport-security").is_empty(), "{what}");
            assert_ne!(answer.status / 100, 5, "{what}");
        }
    }

    async fn files_of_a_build_are_kept_for_ever_and_others_are_asked_for_again(w) {
        let file = w.client.get("/pkg/app.js", &[]).await.is(200);
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(file.header("content-type"), "text/javascript; charset=utf-8");
        w.client.get("/pkg/app.js", &[("if-none-match", file.header("etag"))]).await.is(304);
        let widget = w.client.get("/widget.js", &[]).await.is(200);
        assert_eq!((widget.header("cache-control"), widget.header("cross-origin-resource-policy")), ("public, max-age=0, must-revalidate", "cross-origin"));
        for outside in ["/pkg/..%2fbuild.txt", "/..%2fdata%2fsecret.key", "/pkg//etc/passwd", "/pkg/"] {
            let answer = w.client.get(outside, &[]).await;
            assert!(answer.status != 200 || !answer.text().contains("test"), "{outside}");
        }
    }
}
