//! Meta's webhooks: only what is signed by the channel's own app counts, nothing in a body changes the answer, and what
//! was answered is there once.

use crate::http::Answer;
use crate::world::{APP_SECRET, NUMBER, OTHER_NUMBER, VERIFY, World, body, both};
use futures::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Meta's signature over raw bytes.
fn sign(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn post(w: &World, signature: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signature.map(|s| ("x-hub-signature-256", s)));
    w.client.call("POST", "/webhooks/meta", &headers, body.into()).await
}

/// Posts as the tenant's own app does.
async fn signed(w: &World, body: impl Into<Vec<u8>>) -> Answer {
    let body = body.into();
    post(w, Some(&sign(APP_SECRET, &body)), body).await
}

fn text(id: &str, from: &str, text: &str) -> Value {
    json!({"from": from, "id": id, "timestamp": "1784000000", "type": "text", "text": {"body": text}})
}

both! {
    async fn the_challenge_comes_back_byte_for_byte_as_text(w) {
        let ask = async |mode: &str, token: &str, challenge: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", challenge)])
                .finish();
            w.client.get(&format!("/webhooks/meta?{query}"), &[]).await
        };
        for challenge in ["1158201444", "0", "a b+c", "<script>alert(1)</script>", "é\"'&"] {
            let answer = ask("subscribe", VERIFY, challenge).await.is(200);
            assert_eq!(answer.body, challenge.as_bytes());
            assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        // One address serves every tenant's app.
        ask("subscribe", "verify token of Outra", "7").await.is(200);
        for (mode, token) in [("subscribe", "wrong"), ("subscribe", ""), ("unsubscribe", VERIFY), ("", VERIFY), ("subscribe", "verify token of loja")] {
            assert_eq!(ask(mode, token, "7").await.is(403).body, b"");
        }
        w.client.get("/webhooks/meta", &[]).await.is(403);
        w.client.get("/webhooks/meta?hub.mode=subscribe&hub.challenge=1", &[]).await.is(403);
    }

    async fn without_the_apps_signature_nothing_is_stored(w) {
        let body = body(NUMBER, vec![text("wamid.1", "5511988887777", "oi")]).to_string();
        let right = sign(APP_SECRET, body.as_bytes());
        let hex = right.strip_prefix("sha256=").unwrap();
        let odd = [
            String::new(),
            "sha256=".into(),
            hex.to_owned(),
            format!("sha1={hex}"),
            format!("SHA256={hex}"),
            format!("sha256={}", &hex[..63]),
            format!("{right}00"),
            format!("sha256={}", "z".repeat(64)),
            format!("sha256={}", "0".repeat(64)),
            sign("an app that nobody has", body.as_bytes()),
            sign("", body.as_bytes()),
            sign(APP_SECRET, b"another body"),
            sign(APP_SECRET, format!("{body} ").as_bytes()),
        ];
        for signature in odd.iter().map(|s| Some(s.as_str())).chain([None]) {
            let answer = post(w, signature, body.clone()).await;
            assert_eq!((answer.status, answer.body.as_slice()), (401, b"".as_slice()), "{signature:?}");
        }
        assert_eq!(w.number("select count(*) from webhook").await, 0);
        w.read().await;
        assert_eq!(w.number("select count(*) from message").await, 0);
        post(w, Some(&right), body).await.is(200);
        assert_eq!(w.number("select count(*) from webhook").await, 1);
    }

    /// Tenants type in their own app secrets: what one signs must not speak for another's number.
    async fn an_app_speaks_for_its_own_channels_only(w) {
        let forged = body(NUMBER, vec![text("wamid.1", "5511988887777", "pague aqui")]).to_string();
        post(w, Some(&sign("app secret of Outra", forged.as_bytes())), forged.clone()).await.is(200);
        w.read().await;
        assert_eq!(w.number("select count(*) from message").await, 0);
        assert_eq!(w.number("select count(*) from contact").await, 0);
        // Nor is the true message lost because its bytes were sent before.
        signed(w, forged).await.is(200);
        w.read().await;
        assert_eq!(w.number("select count(*) from message where kind = 'TEXT'").await, 1);
        // A status of another tenant's message moves nothing.
        let c = w.served().await;
        let m = service::message::send(
            &w.people().agent.cx,
            c.id,
            model::SendDraft { client_id: "c".into(), what: model::SendWhat::Text { text: "oi".into() }, reply_to: None, mentions: Vec::new() },
        )
        .await
        .unwrap();
        w.write("update message set external_id = 'wamid.OUT', status = 'SENT' where id = $1", service::args![m.id]).await;
        for (number, secret) in [(NUMBER, "app secret of Outra"), (OTHER_NUMBER, "app secret of Outra"), (OTHER_NUMBER, APP_SECRET)] {
            let status = json!({"id": "wamid.OUT", "status": "read", "timestamp": "1784000100", "recipient_id": "5511988887777"});
            let value = json!({"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, "statuses": [status]});
            let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}).to_string();
            post(w, Some(&sign(secret, body.as_bytes())), body).await.is(200);
        }
        w.read().await;
        assert_eq!(w.number("select count(*) from message where status = 'READ'").await, 0);
    }

    async fn the_signature_is_over_the_bytes_as_they_came(w) {
        // Meta escapes what is not ASCII; parsed and written again it would be other bytes.
        let escaped = body(NUMBER, vec![text("wamid.1", "5511988887777", "ACENTO")]).to_string().replace("ACENTO", "ol\\u00e1 \\ud83d\\ude42 \\/ <b>");
        signed(w, escaped).await.is(200);
        let spaced = format!("  {}\n", serde_json::to_string_pretty(&body(NUMBER, vec![text("wamid.2", "5511988887777", "olá")])).unwrap());
        signed(w, spaced).await.is(200);
        w.read().await;
        let texts: Vec<(String,)> = w.rows("select body from message where kind = 'TEXT' order by id").await;
        assert_eq!(texts, [("olá 🙂 / <b>".to_owned(),), ("olá".to_owned(),)]);
    }

    async fn what_is_in_a_signed_body_never_changes_the_answer(w) {
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        let deep_object = format!("{}1{}", "{\"entry\":[".repeat(5_000), "]}".repeat(5_000));
        let many = body(NUMBER, vec![json!(null), json!(7), json!({"id": 5}), json!({"type": "text"}), text("wamid.good", "5511988887777", "o bom")]);
        let no_number = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": [{"id": "x"}]}}]}]});
        let bodies: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"not json".to_vec(),
            b"{\"object\":".to_vec(),
            b"null".to_vec(),
            b"[]".to_vec(),
            b"{}".to_vec(),
            vec![b'"', 0xff, 0xfe, 0xc3, 0x28, b'"'],
            b"{\"entry\":\"\x00\"}".to_vec(),
            deep.into_bytes(),
            deep_object.into_bytes(),
            json!({"object": "page", "entry": [{}]}).to_string().into_bytes(),
            json!({"object": "whatsapp_business_account", "entry": {"0": 1}}).to_string().into_bytes(),
            no_number.to_string().into_bytes(),
            body("999999999999", vec![text("wamid.far", "5511988887777", "de longe")]).to_string().into_bytes(),
            many.to_string().into_bytes(),
        ];
        for body in &bodies {
            assert_eq!(signed(w, body.clone()).await.status, 200, "{}", String::from_utf8_lossy(&body[..body.len().min(80)]));
        }
        w.read().await;
        assert_eq!(w.number("select count(*) from webhook where state = 'NEW'").await, 0);
        let texts: Vec<(String,)> = w.rows("select body from message where kind = 'TEXT' and body <> ''").await;
        assert_eq!(texts, [("o bom".to_owned(),)]);
        // The server goes on.
        signed(w, body(NUMBER, vec![text("wamid.next", "5511988887777", "ainda aqui")]).to_string()).await.is(200);
        w.read().await;
        assert_eq!(w.number("select count(*) from message where body = 'ainda aqui'").await, 1);
    }

    async fn three_megabytes_are_taken_and_ten_are_not(w) {
        let long = text("wamid.1", "5511988887777", &"a".repeat(3 * 1024 * 1024 - 2048));
        signed(w, body(NUMBER, vec![long]).to_string()).await.is(200);
        let big = vec![b' '; 10 * 1024 * 1024];
        let signature = sign(APP_SECRET, &big);
        let answer = w.client.refused("/webhooks/meta", &[("x-hub-signature-256", &signature)], big).await;
        assert!(answer.is_none_or(|a| a.status == 413));
        assert_eq!(w.number("select count(*) from webhook").await, 1);
        w.read().await;
        assert_eq!(w.number("select count(*) from message where external_id = 'wamid.1'").await, 1);
    }

    /// 21, group 7.
    async fn twenty_first_messages_at_once_are_one_contact_one_conversation_twenty_messages(w) {
        let bodies: Vec<String> = (0..20).map(|n| body(NUMBER, vec![text(&format!("wamid.{n}"), "5511988887777", &format!("m{n}"))]).to_string()).collect();
        let readers = join_all((0..3).map(|_| service::inbound::turn(&w.desk)));
        let (answers, _) = tokio::join!(join_all(bodies.iter().map(|b| signed(w, b.clone()))), readers);
        assert!(answers.iter().all(|a| a.status == 200));
        // Meta repeats what it thinks was lost.
        join_all(bodies.iter().map(|b| signed(w, b.clone()))).await;
        let _ = tokio::join!(service::inbound::turn(&w.desk), service::inbound::turn(&w.desk), service::inbound::turn(&w.desk));
        w.read().await;
        let counts = [
            w.number("select count(*) from contact").await,
            w.number("select count(*) from conversation").await,
            w.number("select count(*) from message where kind = 'TEXT'").await,
            w.number("select count(*) from webhook").await,
        ];
        assert_eq!(counts, [1, 1, 20, 20]);
    }

    async fn a_batch_is_stored_whole_and_a_repeated_message_once(w) {
        let entry = |e: usize| {
            let changes: Vec<Value> = (0..3)
                .map(|c| {
                    let messages: Vec<Value> = (0..3).map(|m| text(&format!("wamid.{e}.{c}.{m}"), &format!("55119888800{e}{c}"), &format!("{e}{c}{m}"))).collect();
                    body(NUMBER, messages)["entry"][0]["changes"][0].clone()
                })
                .collect();
            json!({"id": "102290129340398", "changes": changes})
        };
        let batch = json!({"object": "whatsapp_business_account", "entry": (0..3).map(entry).collect::<Vec<_>>()});
        signed(w, batch.to_string()).await.is(200);
        w.read().await;
        // The same messages in other bodies.
        for e in [2, 0, 1] {
            signed(w, json!({"object": "whatsapp_business_account", "entry": [entry(e)]}).to_string()).await.is(200);
        }
        w.read().await;
        assert_eq!(w.number("select count(*) from message where kind = 'TEXT'").await, 27);
        assert_eq!(w.number("select count(*) from conversation").await, 9);
    }
}
