//! `kill -9` under load, with the real program and the simulator: what was answered 200 is there once, and what was
//! sent goes out once.
#![expect(clippy::disallowed_methods, reason = "the test is a client of its own")]

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use service::db::{Db, Text};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

const NUMBER: &str = "106540352242922";
const WABA: &str = "102290129340398";
const CONTACTS: usize = 8;
const KILLS: usize = 3;

struct Server {
    port: u16,
    data: PathBuf,
    site: PathBuf,
    graph: String,
    child: Option<Child>,
}

impl Server {
    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prosa"));
        command
            .arg(what)
            .env("PROSA_ADDR", format!("127.0.0.1:{}", self.port))
            .env("PROSA_DATA_DIR", &self.data)
            .env("PROSA_SITE_DIR", &self.site)
            .env("PROSA_GRAPH_URL", &self.graph)
            .env("PROSA_UNCERTAIN_WAIT", "3")
            .env("PROSA_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    async fn start(&mut self) {
        self.child = Some(self.command("serve").spawn().expect("the program starts"));
        let until = Instant::now() + Duration::from_secs(60);
        while reqwest::get(self.url("/readyz")).await.is_err() {
            assert!(Instant::now() < until, "the server does not get ready");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// SIGKILL: nothing is flushed, nothing is told.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

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

/// A signed-in agent.
#[derive(Clone)]
struct Agent {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Agent {
    async fn sign_in(base: String) -> Agent {
        let http = reqwest::Client::new();
        let answer = http
            .post(format!("{base}/api/app/api/auth/sign_in"))
            .json(&json!({"email": "admin@prosa.example", "password": "prosa-demo-2026"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().unwrap_or_default().to_owned();
        Agent { http, base, cookie }
    }

    async fn call(&self, function: &str, body: &Value) -> Option<Value> {
        let request = self.http.post(format!("{}/api/app/api/{function}", self.base)).header("cookie", &self.cookie).json(body);
        let answer = request.timeout(Duration::from_secs(5)).send().await.ok()?;
        if answer.status() == 200 { answer.json().await.ok() } else { None }
    }
}

async fn sim(base: &str, path: &str, body: Value) -> Value {
    let answer = reqwest::Client::new().post(format!("{base}{path}")).json(&body).send().await.expect("the simulator answers");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap_or(Value::Null)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing_that_was_answered_and_sends_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    std::fs::create_dir_all(&site).expect("a folder");
    std::fs::write(site.join("build.txt"), "crash").expect("a file");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let hook = format!("http://127.0.0.1:{port}/webhooks/meta");
    let graph = graph_sim::start(graph_sim::config::Config::for_tests(Some(hook))).await.expect("the simulator starts");
    let mut server = Server { port, data: folder.path().join("var"), site, graph: graph.url(), child: None };
    assert!(server.command("demo").status().expect("it runs").success());
    server.start().await;
    sim(&graph.url(), "/sim/settings", json!({"pair_rate": false, "throughput": 0, "sent_delay_ms": 50, "delivered_delay_ms": 100})).await;

    let agent = Agent::sign_in(server.url("")).await;
    let conversations = conversations(&agent, &graph.url()).await;

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
    for _ in 0..KILLS {
        sleep(Duration::from_millis(1_200)).await;
        server.kill();
        server.start().await;
    }
    sleep(Duration::from_millis(800)).await;
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("the load ends");
    }

    let db = Db::connect(&format!("sqlite:{}", server.data.join("prosa.db").display())).await.expect("the database opens");
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
    assert!(answered.len() > 50, "the load was too small: {}", answered.len());
    for wamid in &answered {
        assert_eq!(stored.get(wamid), Some(&1), "{wamid} was answered 200");
    }

    let sends = next_send.load(Ordering::Relaxed);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut since = 0;
    loop {
        let page: Value = reqwest::get(format!("{}/sim/sent?since={since}&limit=1000", graph.url()))
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
    assert!(sends > 20, "the load was too small: {sends}");
    for n in 0..sends {
        assert_eq!(seen.get(&format!("envio {n}")), Some(&1), "send {n}");
    }
}

/// Contacts write, the agent takes their conversations.
async fn conversations(agent: &Agent, graph: &str) -> Vec<String> {
    for n in 0..CONTACTS {
        sim(
            graph,
            "/sim/inbound",
            json!({"from": format!("55119{:08}", 62_000_000 + n), "name": format!("Queda {n}"), "text": "oi", "phone_number_id": NUMBER}),
        )
        .await;
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
