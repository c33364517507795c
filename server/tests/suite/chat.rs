//! The website chat: which pages may carry it, and that a visitor hears of nobody but themselves.

use crate::http::{Answer, Socket};
use crate::world::{MARK, Options, SHOP, World, both, chat_draft, sqlite};
use model::{ChannelKind, ConversationId, SendDraft, SendWhat};
use serde_json::{Value, json};
use service::{args, channels, conversation, message};
use std::time::Duration;

async fn page(w: &World, key: &str, referer: &str) -> Answer {
    let headers = [("referer", referer)];
    w.client.get(&format!("/chat/{key}"), if referer.is_empty() { &[] } else { &headers }).await
}

/// The ticket of a page that was served to the shop.
async fn ticket(w: &World) -> String {
    let html = page(w, &w.people().chat_key, &format!("{SHOP}/produto?x=1")).await.is(200).text();
    let ticket = html.split("data-ticket=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(ticket.len() > 40);
    ticket
}

async fn open(w: &World) -> Socket {
    w.client.socket(&format!("/chat/{}/live", w.people().chat_key), &[]).await.unwrap()
}

/// A visitor's socket after its welcome.
async fn visit(w: &World, token: Option<&str>) -> (Socket, Value) {
    let mut socket = open(w).await;
    socket.send(&json!({"frame": "hello", "ticket": ticket(w).await, "token": token})).await;
    let welcome = socket.frame().await;
    assert_eq!(welcome["frame"], "welcome");
    (socket, welcome)
}

/// Says something and waits until it is stored.
async fn say(socket: &mut Socket, client_id: &str, text: &str) -> Value {
    socket.send(&json!({"frame": "message", "client_id": client_id, "text": text})).await;
    socket.frame_of("status").await
}

/// The newest conversation of the chat.
async fn newest(w: &World) -> ConversationId {
    w.number(&format!("select max(id) from conversation where channel_id = {}", w.people().chat)).await.into()
}

async fn answer(w: &World, id: ConversationId, what: SendWhat) {
    message::send(&w.people().agent.cx, id, SendDraft { client_id: format!("a{}", w.fresh()), what, reply_to: None, mentions: Vec::new() })
        .await
        .unwrap();
}

async fn reply(w: &World, id: ConversationId, text: &str) {
    answer(w, id, SendWhat::Text { text: text.into() }).await;
}

both! {
    async fn only_allowed_sites_carry_the_chat(w) {
        let key = &w.people().chat_key;
        for allowed in [SHOP.to_owned(), format!("{SHOP}/"), format!("{SHOP}/a/b?c#d"), "https://SHOP.example:443/x".into()] {
            let answer = page(w, key, &allowed).await.is(200);
            let policy = answer.header("content-security-policy").to_owned();
            assert!(policy.ends_with("; frame-ancestors https://shop.example"), "{policy}");
            assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(answer.header("x-frame-options").is_empty());
            let html = answer.text();
            assert!(html.contains("data-title=\"Loja &lt;b&gt;\"") && !html.contains("<b>"));
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
            assert!(html.matches("<script").count() == 1 && html.contains(&format!("nonce=\"{nonce}\"")));
        }
        for foreign in [
            "",
            "https://evil.example/",
            "http://shop.example/",
            "https://shop.example:8443/",
            "https://shop.example.evil.example/",
            "https://evilshop.example/",
            "https://shop.example@evil.example/",
            "https://evil.example/?https://shop.example",
            "javascript:https://shop.example",
            "data:text/html,x",
            "null",
            "shop.example",
        ] {
            let answer = page(w, key, foreign).await.is(403);
            assert!(!answer.text().contains("ticket"));
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{foreign}");
        }
        for no_key in ["x", crate::world::NUMBER, "%00", "..%2f..", "%27or%201=1"] {
            page(w, no_key, SHOP).await.is(404);
            assert_eq!(w.client.socket(&format!("/chat/{no_key}/live"), &[]).await.err(), Some(404));
        }
        // No site at all is allowed until the admin says which.
        let draft = model::ChannelDraft { webchat: model::WebChatSettings::default(), ..chat_draft("Vazio") };
        let empty = channels::save(&w.people().admin.cx, draft).await.unwrap().webchat.key;
        for site in ["", SHOP, "null"] {
            page(w, &empty, site).await.is(403);
        }
    }

    async fn the_socket_takes_only_our_own_page_with_its_ticket(w) {
        let p = w.people();
        let path = format!("/chat/{}/live", p.chat_key);
        for foreign in ["https://evil.example", SHOP, "null", ""] {
            assert_eq!(w.client.socket(&path, &[("origin", foreign)]).await.err(), Some(403), "{foreign}");
        }
        assert_eq!(w.client.socket(&path, &[("sec-fetch-site", "cross-site")]).await.err(), Some(403));
        let good = ticket(w).await;
        let other_chat = channels::save(&p.admin.cx, chat_draft("Outro site")).await.unwrap();
        let row = channels::by_key(&w.desk, &other_chat.webchat.key).await.unwrap().unwrap();
        let (text, signature) = good.rsplit_once('.').unwrap();
        let later = text.replace(':', ":9");
        let bad = [
            String::new(),
            "x".into(),
            text.to_owned(),
            format!("{later}.{signature}"),
            format!("{text}.{}", "A".repeat(signature.len())),
            service::visitor::ticket(&w.desk, &row),
            w.desk.keys.sign("ticket", &format!("{}:{}", p.chat, w.desk.now() - 1)),
            w.desk.keys.sign("visitor", &format!("{}:{}", p.chat, w.desk.now() + 1_000_000)),
        ];
        for ticket in bad {
            let mut socket = open(w).await;
            socket.send(&json!({"frame": "hello", "ticket": ticket})).await;
            socket.send(&json!({"frame": "message", "client_id": "c", "text": "oi"})).await;
            let frames = socket.end().await;
            assert_eq!((frames.len(), &frames[0]["code"]), (1, &json!("bad_ticket")), "{ticket}");
        }
        for first in ["", "{", "{\"frame\":\"ping\"}", "{\"frame\":\"message\",\"client_id\":\"c\",\"text\":\"oi\"}", "{\"frame\":\"hello\",\"since\":\"x\"}"] {
            let mut socket = open(w).await;
            socket.send_text(first.to_owned()).await;
            let frames = socket.end().await;
            assert!(frames.iter().all(|f| f["frame"] == "error"), "{first}: {frames:?}");
        }
        let mut socket = w.client.socket(&format!("{path}?token=x&ticket={good}"), &[]).await.unwrap();
        socket.send(&json!({"frame": "message", "client_id": "c", "text": "oi"})).await;
        assert!(socket.end().await.iter().all(|f| f["frame"] == "error"));
        assert_eq!(w.number("select count(*) from message").await, 0);
    }

    async fn a_visitor_talks_with_the_team(w) {
        let p = w.people();
        let mut inbox = w.live(&p.agent).await;
        let (mut socket, welcome) = visit(w, None).await;
        assert_eq!((&welcome["messages"], &welcome["title"], &welcome["greeting"]), (&json!([]), &json!("Loja <b>"), &json!("Olá")));
        let stored = say(&mut socket, "c1", "tem em azul?").await;
        assert_eq!(stored["client_id"], "c1");
        let heard = inbox.frame_of("event").await;
        // The opening of the conversation stands before the message.
        assert_eq!(heard["change"]["messages"][1]["body"], json!("tem em azul?"));
        let id = newest(w).await;
        conversation::assume(&p.agent.cx, id, None).await.unwrap();
        conversation::mark_read(&p.agent.cx, id).await.unwrap();
        assert_eq!(socket.frame_of("seen").await["upto"], stored["n"]);
        reply(w, id, "temos sim").await;
        let answered = socket.frame_of("message").await;
        assert_eq!((&answered["from"], &answered["text"], &answered["author"]), (&json!("them"), &json!("temos sim"), &json!("Gabriel")));
        socket.send(&json!({"frame": "read", "upto": answered["n"]})).await;
        socket.send(&json!({"frame": "typing"})).await;
        inbox.frame_of("contact_typing").await;
        assert_eq!(w.number("select count(*) from message where body = 'temos sim' and status = 'READ'").await, 1);
        inbox.send(&json!({"frame": "looking", "conversation_id": id, "writing": true})).await;
        socket.frame_of("typing").await;
        drop(socket);
        // After a reload everything is there, under the browser's own ids; what was missed alone with `since`.
        reply(w, id, "e em verde").await;
        let token = welcome["token"].as_str().unwrap();
        let (_, back) = visit(w, Some(token)).await;
        let texts: Vec<&str> = back["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
        assert_eq!(texts, ["tem em azul?", "temos sim", "e em verde"]);
        assert_eq!(back["messages"][0]["client_id"], "c1");
        let mut socket = open(w).await;
        socket.send(&json!({"frame": "hello", "ticket": ticket(w).await, "token": token, "since": answered["n"]})).await;
        let missed = socket.frame().await;
        assert_eq!((missed["messages"].as_array().unwrap().len(), &missed["messages"][0]["text"]), (1, &json!("e em verde")));
    }

    async fn a_visitor_sends_files_that_are_messages_once(w) {
        let p = w.people();
        let mut inbox = w.live(&p.agent).await;
        let (mut socket, welcome) = visit(w, None).await;
        let token = welcome["token"].as_str().unwrap().to_owned();
        let ticket = ticket(w).await;
        let origin = w.desk.settings.public_url.clone();
        let bring = async |ticket: &str, token: &str, client: &str, name: &str, bytes: &str, origin: &str| {
            let headers = [("x-chat-ticket", ticket), ("x-chat-token", token), ("origin", origin)];
            let path = format!("/chat/{}/file?client_id={client}&name={name}&lang=en", p.chat_key);
            w.client.call("POST", &path, &headers, bytes.to_owned()).await
        };
        let text = "um texto de um visitante";
        let sent = bring(&ticket, &token, "f1", "lista.txt", text, &origin).await.is(200);
        let sent: Value = serde_json::from_str(&sent.text()).unwrap();
        assert_eq!((&sent["message"]["file"]["name"], &sent["message"]["from"]), (&json!("lista.txt"), &json!("me")));
        // The team has it, ready to be opened; the visitor's other tabs hear of it under its own id.
        let heard = inbox.frame_of("event").await;
        let message = &heard["change"]["messages"][1];
        assert_eq!((&message["kind"], &message["content"]["state"], &message["content"]["file_name"]), (&json!("DOCUMENT"), &json!("READY"), &json!("lista.txt")));
        let own = socket.frame_of("message").await;
        assert_eq!((&own["client_id"], &own["id"]), (&json!("f1"), &sent["message"]["id"]));
        let opened = w.client.get(own["file"]["url"].as_str().unwrap(), &[]).await.is(200);
        assert_eq!(opened.text(), text);
        // The same again is the same message.
        let again: Value = serde_json::from_str(&bring(&ticket, &token, "f1", "lista.txt", text, &origin).await.is(200).text()).unwrap();
        assert_eq!(again["message"]["id"], sent["message"]["id"]);
        assert_eq!(w.number("select count(*) from message where kind = 'DOCUMENT'").await, 1);
        assert_eq!(w.number("select value from counter where name = 'media_bytes'").await, text.len() as i64);
        // What is refused, and how.
        for (name, bytes, code, status) in [
            ("vazio.txt", "", "file_empty", 422),
            ("foto.png", "<svg onload=alert(1)>", "file_refused", 422),
            ("instala.exe", "MZ", "file_refused", 422),
        ] {
            let refused = bring(&ticket, &token, "f2", name, bytes, &origin).await;
            assert_eq!((refused.status, refused.text()), (status, format!("{{\"code\":\"{code}\"}}")), "{name}");
        }
        for (ticket, origin) in [("x", origin.as_str()), (&ticket, "https://evil.example")] {
            assert_eq!(bring(ticket, &token, "f3", "a.txt", "x", origin).await.status, 403);
        }
        // A chat that takes none says so in its page, and does not.
        let form = channels::forms(&p.admin.cx).await.unwrap().into_iter().find(|f| f.channel.id == p.chat).unwrap();
        let draft = model::ChannelDraft {
            id: Some(form.channel.id),
            kind: Some(form.channel.kind),
            name: form.channel.name.clone(),
            team_id: form.channel.team_id,
            webchat: model::WebChatSettings { no_files: true, ..form.webchat },
            whatsapp: form.whatsapp,
        };
        assert!(page(w, &p.chat_key, SHOP).await.text().contains(" data-files>"));
        channels::save(&p.admin.cx, draft).await.unwrap();
        assert!(!page(w, &p.chat_key, SHOP).await.text().contains("data-files"));
        assert_eq!(bring(&ticket, &token, "f4", "a.txt", "x", &origin).await.text(), "{\"code\":\"bad_frame\"}");
    }

    /// 21, groups 11 and 14.
    async fn a_visitor_never_hears_notes_changes_or_others(w) {
        let p = w.people();
        let (mut ana, welcome) = visit(w, None).await;
        let (mut bia, _) = visit(w, None).await;
        let (mut silent, _) = visit(w, None).await;
        say(&mut ana, "c1", "sou a Ana").await;
        let of_ana = newest(w).await;
        say(&mut bia, "c1", "sou a Bia").await;
        let of_bia = newest(w).await;
        assert_ne!(of_ana, of_bia);
        for id in [of_ana, of_bia] {
            conversation::assume(&p.agent.cx, id, None).await.unwrap();
        }
        answer(w, of_ana, SendWhat::Note { text: format!("nota {MARK}") }).await;
        let draft = model::TransferDraft {
            to: model::TransferTo::Person { user_id: p.agent.cx.user, team_id: None },
            note: format!("passagem {MARK}"),
            stop_bot: false,
            anyway: false,
        };
        conversation::transfer(&p.admin.cx, of_ana, model::TransferDraft { to: model::TransferTo::Team { team_id: p.team }, ..draft.clone() }).await.unwrap();
        conversation::transfer(&p.admin.cx, of_ana, draft).await.unwrap();
        reply(w, of_ana, "para a Ana").await;
        let heard = ana.frame_of("message").await;
        assert_eq!(heard["text"], "para a Ana");
        let text = heard.to_string();
        // Neither a name, an id of ours, nor an e-mail: the nickname alone.
        for hidden in [MARK, "conversation", "loja.example", "user_id", "team", &p.agent.cx.user.to_string()] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        conversation::conclude(&p.agent.cx, of_ana, model::ConcludeDraft::silent()).await.unwrap();
        w.says(MARK).await;
        ana.silent().await;
        bia.silent().await;
        silent.silent().await;
        let (_, again) = visit(w, welcome["token"].as_str()).await;
        let text = again["messages"].to_string();
        assert!(text.contains("para a Ana") && !text.contains(MARK) && !text.contains("Bia") && !text.contains("TRANSITION"), "{text}");
    }

    async fn a_token_opens_its_own_visitors_history_only(w) {
        let p = w.people();
        let (mut ana, welcome) = visit(w, None).await;
        say(&mut ana, "c1", "segredo da Ana").await;
        let token = welcome["token"].as_str().unwrap();
        let (value, signature) = token.rsplit_once('.').unwrap();
        let other_chat = channels::save(&p.admin.cx, chat_draft("Outro site")).await.unwrap().channel.id;
        let contact = w.number(&format!("select contact_id from conversation where id = {}", newest(w).await)).await;
        for forged in [
            value.to_owned(),
            format!("{value}."),
            format!("{value}.{}", "A".repeat(signature.len())),
            format!("{}x.{signature}", value),
            format!("{}.{signature}", contact),
            w.desk.keys.sign("ticket", value),
            w.desk.keys.sign("visitor", &value.replace(&p.chat.to_string(), &other_chat.to_string())),
            "null".into(),
            String::new(),
        ] {
            let (_, welcome) = visit(w, Some(&forged)).await;
            assert_eq!(welcome["messages"], json!([]), "{forged}");
            assert_ne!(welcome["token"], token);
        }
        // Ana's token at another chat of the same shop is a new visitor there.
        let row = channels::row(&w.desk, other_chat).await.unwrap().unwrap();
        let mut there = w.client.socket(&format!("/chat/{}/live", row.external_id), &[]).await.unwrap();
        there.send(&json!({"frame": "hello", "ticket": service::visitor::ticket(&w.desk, &row), "token": token})).await;
        assert_eq!(there.frame().await["messages"], json!([]));
        // Identities of other channels are no visitors.
        w.says_from("5511988887777", MARK).await;
        assert_eq!(w.number(&format!("select count(*) from contact_identity where channel_kind = '{}'", ChannelKind::WhatsApp)).await, 1);
        let (_, welcome) = visit(w, Some(&w.desk.keys.sign("visitor", "5511988887777"))).await;
        assert_eq!(welcome["messages"], json!([]));
    }

    async fn a_repeated_message_is_one(w) {
        let (mut one, welcome) = visit(w, None).await;
        let first = say(&mut one, "c1", "uma vez").await;
        let (mut two, _) = visit(w, welcome["token"].as_str()).await;
        for socket in [&mut one, &mut two] {
            let again = say(socket, "c1", "uma vez").await;
            assert_eq!((&again["id"], &again["n"]), (&first["id"], &first["n"]));
        }
        // Both tabs at once, before either has a conversation.
        let (mut a, welcome) = visit(w, None).await;
        let (mut b, _) = visit(w, welcome["token"].as_str()).await;
        let (x, y) = tokio::join!(say(&mut a, "k", "juntos"), say(&mut b, "k", "juntos"));
        assert_eq!(x["id"], y["id"]);
        assert_eq!(w.number("select count(*) from message where kind = 'TEXT'").await, 2);
        assert_eq!(w.number("select count(*) from conversation").await, 2);
        assert_eq!(w.number("select count(*) from contact").await, 2);
    }

    async fn floods_and_giants_hurt_only_their_sender(w) {
        let (mut socket, _) = visit(w, None).await;
        for n in 0..14 {
            socket.send(&json!({"frame": "message", "client_id": format!("c{n}"), "text": "x"})).await;
        }
        let (mut stored, mut refused) = (0, 0);
        for _ in 0..14 {
            let frame = socket.frame().await;
            match frame["frame"].as_str().unwrap() {
                "status" => stored += 1,
                "error" => {
                    assert_eq!(frame["code"], "rate_limited");
                    assert!(frame["retry_after_ms"].as_i64().unwrap() > 0 && frame["client_id"].is_string());
                    refused += 1;
                }
                other => panic!("{other}"),
            }
        }
        assert!((10..=11).contains(&stored) && stored + refused == 14, "{stored} stored");
        assert_eq!(w.number("select count(*) from message where kind = 'TEXT'").await, stored);
        let (mut other, _) = visit(w, None).await;
        say(&mut other, "c1", "eu escrevo").await;
        for (text, code) in [(" ".to_owned(), "bad_frame"), ("é".repeat(4097), "too_long")] {
            other.send(&json!({"frame": "message", "client_id": "c2", "text": text})).await;
            assert_eq!(other.frame_of("error").await["code"], code);
        }
        other.send(&json!({"frame": "message", "client_id": "k".repeat(65), "text": "x"})).await;
        assert_eq!(other.frame_of("error").await["code"], "too_long");
        for nonsense in ["{", "{\"frame\":\"hello\"}", "{\"frame\":\"note\",\"text\":\"x\"}", "{\"frame\":\"read\",\"upto\":\"x\"}"] {
            other.send_text(nonsense.to_owned()).await;
            assert_eq!(other.frame_of("error").await["code"], "bad_frame");
        }
        other.send_text("x".repeat(64 * 1024)).await;
        other.end().await;
        let (mut next, _) = visit(w, None).await;
        say(&mut next, "c1", "o servidor vive").await;
    }

    async fn a_chat_that_is_switched_off_takes_nothing(w) {
        let p = w.people();
        let (mut socket, _) = visit(w, None).await;
        set_status(w, "DISCONNECTED").await;
        // Also from a socket that was there before.
        socket.send(&json!({"frame": "message", "client_id": "c1", "text": "oi"})).await;
        let refused = socket.frame().await;
        assert_eq!((&refused["frame"], &refused["code"], &refused["client_id"]), (&json!("error"), &json!("closed"), &json!("c1")));
        assert_eq!(w.number(&format!("select count(*) from message where account_id = {}", p.account)).await, 0);
        set_status(w, "CONNECTED").await;
        say(&mut socket, "c1", "oi").await;
        assert_eq!(w.number("select count(*) from message where kind = 'TEXT'").await, 1);
    }

    async fn wc_6_agents_see_on_which_page_the_visitor_is(w) {
        let p = w.people();
        let hello = async |token: Option<&str>, page: &str, title: &str| {
            let mut socket = open(w).await;
            socket.send(&json!({"frame": "hello", "ticket": ticket(w).await, "token": token, "page": page, "title": title})).await;
            let welcome = socket.frame().await;
            assert_eq!(welcome["frame"], "welcome");
            (socket, welcome["token"].as_str().unwrap().to_owned())
        };
        let cookie = w.cookie(&p.agent).await;
        let page = async || {
            let id = newest(w).await;
            w.client.function("/api/app/api/inbox/open", &cookie, &json!({"id": id})).await.is(200).json()["contact"]["page"].clone()
        };
        let (mut socket, token) = hello(None, &format!("{SHOP}/produto?utm_source=x#a"), "Caneca <b>").await;
        say(&mut socket, "c1", "tem em azul?").await;
        let seen = page().await;
        assert_eq!((&seen["url"], &seen["title"]), (&json!(format!("{SHOP}/produto?utm_source=x")), &json!("Caneca <b>")));
        // On the next page, before anything is said; another site's address is nothing to follow.
        let (mut next, _) = hello(Some(&token), &format!("{SHOP}/carrinho"), "Carrinho").await;
        next.send(&json!({"frame": "ping"})).await;
        next.frame_of("pong").await;
        assert_eq!(page().await["title"], "Carrinho");
        let (mut other, _) = hello(Some(&token), "https://evil.example/", "Prosa").await;
        say(&mut other, "c2", "oi").await;
        assert_eq!(page().await["title"], "Carrinho");
    }
}

/// As the health of a channel sets it; there is no switch yet.
async fn set_status(w: &World, status: &str) {
    let p = w.people();
    w.write("update channel set status = $2 where id = $1", args![p.chat, status]).await;
    let change = model::Change::Setup { what: model::SetupKind::Channels };
    w.desk.tell(p.account, service::News::Event(std::sync::Arc::new(service::EventNews::new(model::Event { seq: 0, at: 0, change }))));
}

sqlite! {
    async fn wc_7_typing_is_repeated_while_somebody_writes_and_ends_with_it(w: Options::default()) {
        let p = w.people();
        let (mut socket, _) = visit(w, None).await;
        say(&mut socket, "c1", "oi").await;
        let id = newest(w).await;
        conversation::assume(&p.agent.cx, id, None).await.unwrap();
        let mut tab = w.live(&p.agent).await;
        let writes = |writing: bool| json!({"frame": "looking", "conversation_id": id, "writing": writing});
        tab.send(&writes(true)).await;
        socket.frame_of("typing").await;
        let begun = std::time::Instant::now();
        // The visitor's chat shows it for six seconds each time.
        socket.frame_of("typing").await;
        assert!((3..5).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
        tab.send(&writes(false)).await;
        socket.without("typing", Duration::from_secs(5)).await;
        // A tab that goes away in the middle of a word writes no more.
        tab.send(&writes(true)).await;
        socket.frame_of("typing").await;
        drop(tab);
        socket.without("typing", Duration::from_secs(5)).await;
    }

    async fn wc_7_a_lost_word_of_stopping_is_made_up_for(w: Options::default()) {
        let p = w.people();
        let (mut socket, _) = visit(w, None).await;
        say(&mut socket, "c1", "oi").await;
        let id = newest(w).await;
        conversation::assume(&p.agent.cx, id, None).await.unwrap();
        let mut tab = w.live(&p.agent).await;
        tab.send(&json!({"frame": "looking", "conversation_id": id, "writing": true})).await;
        for _ in 0..3 {
            socket.frame_of("typing").await;
        }
        socket.without("typing", Duration::from_secs(6)).await;
    }
}
