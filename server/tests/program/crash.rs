//! `kill -9` under load, with the real program and the simulator: what was answered 200 is there once, and what was
//! sent goes out once.

use crate::{Agent, Engine, Server};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use service::args;
use service::db::Text;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

const NUMBER: &str = "106540352242922";
const WABA: &str = "102290129340398";
const CONTACTS: usize = 8;
const KILLS: usize = 3;
/// Webhooks answered and sends begun before each death, at least.
const HOOKS: usize = 15;
const SENDS: usize = 6;
/// How long a row belongs to the server that is sending it.
const LOCK_MILLIS: i64 = 150_000;

fn signed(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(graph_sim::config::DEMO_APP_SECRET.as_bytes()).expect("any key");
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn webhook(n: usize) -> (String, String) {
    let wamid = format!("wamid.crash{n}");
    let from = format!("55119{:08}", 61_000_000 + n % 40);
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551155500100", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": format!("Onda {}", n % 40)}, "wa_id": from}],
        "messages": [{"from": from, "id": wamid, "timestamp": "1784000000", "type": "text", "text": {"body": format!("onda {n}")}}]
    }}]}]});
    (wamid, body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing_that_was_answered_and_sends_nothing_twice_sqlite() {
    kill_9(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing_that_was_answered_and_sends_nothing_twice_postgres() {
    kill_9(Engine::Postgres).await;
}

async fn kill_9(engine: Engine) {
    let Some(mut server) = Server::with_demo(engine).await else { return };
    server.start().await;
    // Statuses that found no server come again soon: before an uncertain row is given up waiting for its own.
    let settings =
        json!({"pair_rate": false, "throughput": 0, "sent_delay_ms": 50, "delivered_delay_ms": 100, "webhook_backoff_ms": [100, 200]});
    server.sim("/sim/settings", settings).await;
    let agent = Agent::admin(server.url("")).await;
    let conversations = conversations(&agent, &server).await;

    // Every send is tried with one client id until it was answered; every webhook that was answered is remembered.
    let (next_send, next_hook) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let answered: Arc<Mutex<Vec<String>>> = Arc::default();
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = Vec::new();
    for _ in 0..2 {
        let (agent, conversations, next, ended) = (agent.clone(), conversations.clone(), next_send.clone(), stop.clone());
        load.push(tokio::spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let body = json!({"id": conversations[n % CONTACTS], "draft": {"client_id": format!("c{n}"), "what": {"type": "text", "text": format!("envio {n}")}}});
                while agent.call("act/send", &body).await.is_none() {
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }));
        let (next, answered, ended, url) = (next_hook.clone(), answered.clone(), stop.clone(), server.url("/webhooks/meta"));
        load.push(tokio::spawn(async move {
            let http = reqwest::Client::new();
            while !ended.load(Ordering::Relaxed) {
                let (wamid, body) = webhook(next.fetch_add(1, Ordering::Relaxed));
                let request = http.post(&url).header("x-hub-signature-256", signed(&body)).body(body).timeout(Duration::from_secs(5));
                match request.send().await {
                    Ok(a) if a.status() == 200 => answered.lock().await.push(wamid),
                    _ => sleep(Duration::from_millis(50)).await,
                }
            }
        }));
    }
    for round in 1..=KILLS + 1 {
        sleep(Duration::from_millis(800)).await;
        // However slow the machine is, there is work between two deaths.
        let until = Instant::now() + Duration::from_secs(60);
        while answered.lock().await.len() < round * HOOKS || next_send.load(Ordering::Relaxed) < round * SENDS {
            assert!(Instant::now() < until, "the load stands still in round {round}");
            sleep(Duration::from_millis(50)).await;
        }
        if round <= KILLS {
            server.kill();
            server.start().await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("the load ends");
    }

    let db = server.db().await;
    if engine == Engine::Postgres {
        // There may be other servers on such a database: what a dead one was sending is its own until its lock runs out.
        sleep(Duration::from_secs(5)).await;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_millis();
        let taken_before = i64::try_from(now).expect("a time") - 4_000 + LOCK_MILLIS;
        let ran_out = "update outbox set locked_until = 0 where state = 'SENDING' and locked_until < $1";
        db.run(Text::Built(ran_out.into()), args![taken_before]).await.expect("an update");
    }
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let left: Vec<(i64,)> = db
            .all(Text::Built("select (select count(*) from outbox) + (select count(*) from webhook where state = 'NEW')".into()), vec![])
            .await
            .expect("a count");
        if left == [(0,)] {
            break;
        }
        assert!(Instant::now() < until, "{left:?} rows are still waiting");
        sleep(Duration::from_millis(200)).await;
    }

    let answered = answered.lock().await.clone();
    let stored: Vec<(String, i64)> = db
        .all(Text::Built("select external_id, count(*) from message where external_id like 'wamid.crash%' group by 1".into()), vec![])
        .await
        .expect("rows");
    let stored: BTreeMap<String, i64> = stored.into_iter().collect();
    for wamid in &answered {
        assert_eq!(stored.get(wamid), Some(&1), "{wamid} was answered 200");
    }

    let sends = next_send.load(Ordering::Relaxed);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut since = 0;
    loop {
        let page: Value = reqwest::get(format!("{}/sim/sent?since={since}&limit=1000", server.graph.url()))
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert_eq!(page["sent_more_than_once"], json!({}));
        let items = page["items"].as_array().cloned().unwrap_or_default();
        for item in &items {
            if let Some(text) = item["payload"]["text"]["body"].as_str() {
                *seen.entry(text.to_owned()).or_default() += 1;
            }
        }
        match items.last().and_then(|i| i["seq"].as_u64()) {
            Some(last) if items.len() == 1000 => since = last,
            _ => break,
        }
    }
    for n in 0..sends {
        assert_eq!(seen.get(&format!("envio {n}")), Some(&1), "send {n}");
    }
    db.close().await;
    server.end().await;
}

/// Contacts write, the agent takes their conversations.
async fn conversations(agent: &Agent, server: &Server) -> Vec<String> {
    for n in 0..CONTACTS {
        let order =
            json!({"from": format!("55119{:08}", 62_000_000 + n), "name": format!("Queda {n}"), "text": "oi", "phone_number_id": NUMBER});
        server.sim("/sim/inbound", order).await;
    }
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let page = agent.call("inbox/conversations", &json!({"query": {"tab": "NEW", "limit": 100}})).await.unwrap_or_default();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let mine: Vec<String> = items
            .iter()
            .filter(|c| c["contact_name"].as_str().is_some_and(|n| n.starts_with("Queda ")))
            .filter_map(|c| c["id"].as_str().map(str::to_owned))
            .collect();
        if mine.len() == CONTACTS {
            for id in &mine {
                agent.call("act/assume", &json!({"id": id})).await.expect("assumed");
            }
            return mine;
        }
        assert!(Instant::now() < until, "{} of {CONTACTS} conversations", mine.len());
        sleep(Duration::from_millis(100)).await;
    }
}
