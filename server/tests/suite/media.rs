//! Files of messages: for those who see the conversation, and never as something that a browser runs.

use crate::world::{World, both};
use model::MediaId;
use service::args;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123456789";

async fn picture(w: &World) -> MediaId {
    let c = w.served().await;
    w.media(&c, "image/png", "foto.png", PNG).await
}

both! {
    async fn a_file_is_for_those_who_see_its_conversation(w) {
        let p = w.people();
        let id = picture(w).await;
        let path = format!("/media/{id}");
        w.client.get(&path, &[]).await.is(401);
        w.client.get(&path, &[("authorization", &format!("Bearer {}", p.agent.token))]).await.is(401);
        let known = w.client.get(&path, &[("cookie", &w.cookie(&p.agent).await)]).await.is(200);
        assert_eq!(known.body, PNG);
        let tag = known.header("etag").to_owned();
        for person in [&p.sibling, &p.other] {
            let cookie = w.cookie(person).await;
            let answer = w.client.get(&path, &[("cookie", &cookie)]).await.is(404);
            assert!(answer.header("etag").is_empty() && answer.header("content-disposition").is_empty());
            // Neither does a guessed tag tell that it is there.
            w.client.get(&path, &[("cookie", &cookie), ("if-none-match", &tag)]).await.is(404);
            w.client.get(&path, &[("cookie", &cookie), ("range", "bytes=0-0")]).await.is(404);
        }
        for person in [&p.supervisor, &p.admin] {
            w.client.get(&path, &[("cookie", &w.cookie(person).await)]).await.is(200);
        }
        let agent = w.cookie(&p.agent).await;
        w.client.get(&path, &[("cookie", &agent), ("if-none-match", &tag)]).await.is(304);
        for nothing in ["/media/1", "/media/x", "/media/-1", "/media/..%2f..%2fsecret.key", "/media/99999999999999999999", "/media/%00"] {
            w.client.get(nothing, &[("cookie", &agent)]).await.is(404);
        }
        // Not here yet, given up, or lost from the disk.
        for state in ["PENDING", "FAILED"] {
            w.write("update media set state = $2 where id = $1", args![id, state]).await;
            w.client.get(&path, &[("cookie", &agent)]).await.is(404);
        }
        w.write("update media set state = 'READY', sha256 = $2 where id = $1", args![id, "0".repeat(64)]).await;
        w.client.get(&path, &[("cookie", &agent)]).await.is(404);
        // Who leaves the team leaves its files.
        let id = picture(w).await;
        w.client.get(&format!("/media/{id}"), &[("cookie", &agent)]).await.is(200);
        w.client.function("/api/app/api/auth/sign_out", &agent, &serde_json::json!({})).await.is(200);
        w.client.get(&format!("/media/{id}"), &[("cookie", &agent)]).await.is(401);
    }

    async fn parts_of_a_file_can_be_asked_for(w) {
        let id = picture(w).await;
        let agent = w.cookie(&w.people().agent).await;
        let ask = async |range: &str| w.client.get(&format!("/media/{id}"), &[("cookie", &agent), ("range", range)]).await;
        let part = ask("bytes=8-11").await.is(206);
        assert_eq!((part.body.as_slice(), part.header("content-range")), (b"0123".as_slice(), "bytes 8-11/18"));
        assert_eq!(part.header("content-type"), "image/png");
        assert_eq!(ask("bytes=-2").await.is(206).body, b"89");
        assert_eq!(ask("bytes=16-").await.is(206).body, b"89");
        assert_eq!(ask("bytes=18-").await.is(416).header("content-range"), "bytes */18");
        for odd in ["bytes=5-2", "bytes=0-1,3-4,6-7", "bytes=", "items=0-1", "bytes=a-b", "bytes=0-99999999999999999999"] {
            let status = ask(odd).await.status;
            assert!([200, 206, 416].contains(&status), "{odd}: {status}");
        }
        let whole = w.client.get(&format!("/media/{id}"), &[("cookie", &agent)]).await.is(200);
        assert_eq!(whole.header("accept-ranges"), "bytes");
    }

    /// 21, group 10.
    async fn no_file_runs_in_the_browser(w) {
        let agent = w.cookie(&w.people().agent).await;
        let c = w.served().await;
        let page = b"<html><script>alert(document.cookie)</script></html>";
        for (mime, name, inline) in [
            ("image/png", "a.png", true),
            ("audio/ogg", "voz.ogg", true),
            ("video/mp4", "v.mp4", true),
            ("text/html", "a.html", false),
            ("image/svg+xml", "a.svg", false),
            ("application/pdf", "a.pdf", true),
            ("text/plain", "a.txt", false),
            ("application/xhtml+xml", "a.xhtml", false),
            ("text/javascript", "a.js", false),
            ("image/png, text/html", "a.png", false),
            ("", "", false),
            ("text/html\r\nset-cookie: x=1", "a", false),
        ] {
            let id = w.media(&c, mime, name, page).await;
            let answer = w.client.get(&format!("/media/{id}"), &[("cookie", &agent)]).await.is(200);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{mime}");
            // A browser's reader of PDF does not start in a sandbox; it may stand in a frame of ours and run nothing.
            let policy = match mime {
                "application/pdf" => "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'",
                _ => "default-src 'none'; sandbox; frame-ancestors 'none'",
            };
            assert_eq!(answer.header("content-security-policy"), policy, "{mime}");
            assert_eq!(answer.header("content-type"), if inline { mime } else { "application/octet-stream" }, "{mime}");
            let disposition = answer.header("content-disposition");
            assert!(disposition.starts_with(if inline { "inline" } else { "attachment" }), "{mime}: {disposition}");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
            assert!(answer.header("cache-control").starts_with("private"));
            assert!(answer.header("set-cookie").is_empty());
        }
        for name in ["../../etc/passwd", "a\"; filename=\"b.html", "a\r\nset-cookie: x=1", "ção 🙂.pdf", "C:\\x\\y.exe", "a\u{202e}gpj.exe", "\0"] {
            let id = w.media(&c, "application/zip", name, page).await;
            let answer = w.client.get(&format!("/media/{id}"), &[("cookie", &agent)]).await.is(200);
            let disposition = answer.header("content-disposition").to_owned();
            assert!(disposition.starts_with("attachment; filename=\"") && disposition.is_ascii() && disposition.matches('"').count() == 2, "{disposition}");
            assert!(!disposition.contains('/') && answer.header("set-cookie").is_empty(), "{disposition}");
        }
    }
}
