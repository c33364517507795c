//! A simulator on a free port and a receiver of its webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use graph_sim::Simulator;
use graph_sim::config::{Config, DEMO_NUMBER, DEMO_TOKEN, DEMO_VERIFY_TOKEN};
use serde_json::{Value, json};

/// Ana, of the seed.
pub const ANA: &str = "5511987654321";

/// One webhook as it arrived.
#[derive(Debug, Clone)]
pub struct Hook {
    pub raw: Vec<u8>,
    pub json: Value,
    pub signature: Option<String>,
    pub at: Instant,
}

#[derive(Default)]
pub struct Inbox {
    pub hooks: Mutex<Vec<Hook>>,
    /// Answers to give before 200: HTTP status and milliseconds to wait.
    pub answers: Mutex<VecDeque<(u16, u64)>>,
}

pub struct World {
    pub sim: Simulator,
    pub inbox: Arc<Inbox>,
    pub http: reqwest::Client,
    pub hook_url: String,
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("x-hub-signature-256").and_then(|h| h.to_str().ok()).map(str::to_owned);
    let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
    inbox.hooks.lock().unwrap().push(Hook { raw: body.to_vec(), json, signature, at: Instant::now() });
    let answer = inbox.answers.lock().unwrap().pop_front();
    if let Some((status, ms)) = answer {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        return StatusCode::from_u16(status).unwrap();
    }
    StatusCode::OK
}

async fn challenge(Query(q): Query<std::collections::HashMap<String, String>>) -> (StatusCode, String) {
    let get = |k: &str| q.get(k).cloned().unwrap_or_default();
    if get("hub.mode") == "subscribe" && get("hub.verify_token") == DEMO_VERIFY_TOKEN {
        (StatusCode::OK, get("hub.challenge"))
    } else {
        (StatusCode::FORBIDDEN, String::new())
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(edit: impl FnOnce(&mut Config)) -> Self {
        let inbox = Arc::new(Inbox::default());
        let app = Router::new().route("/hook", get(challenge).post(receive)).with_state(Arc::clone(&inbox));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook_url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let mut config = Config::for_tests(Some(hook_url.clone()));
        edit(&mut config);
        let sim = graph_sim::start(config).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().user_agent("tests").build().unwrap();
        let world = Self { sim, inbox, http, hook_url };
        world.settings(json!({"sent_delay_ms": 10, "delivered_delay_ms": 30, "webhook_backoff_ms": [50, 100]})).await;
        world
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.url())
    }

    /// A Graph call with the demo token; status and body.
    pub async fn graph(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.url(path)).bearer_auth(DEMO_TOKEN);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    /// A send from the demo number.
    pub async fn send(&self, body: Value) -> (u16, Value) {
        let mut all = json!({"messaging_product": "whatsapp"});
        for (k, v) in body.as_object().unwrap() {
            all[k] = v.clone();
        }
        self.graph("POST", &format!("/v25.0/{DEMO_NUMBER}/messages"), all).await
    }

    pub async fn text(&self, to: &str, text: &str) -> (u16, Value) {
        self.send(json!({"to": format!("+{to}"), "type": "text", "text": {"body": text}})).await
    }

    /// A control call; panics when it is refused.
    pub async fn order(&self, path: &str, body: Value) -> Value {
        let response = self.http.post(self.url(path)).json(&body).send().await.unwrap();
        let status = response.status();
        let json: Value = response.json().await.unwrap();
        assert!(status.is_success(), "{path} {body}: {json}");
        json
    }

    pub async fn look(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    pub async fn settings(&self, patch: Value) {
        self.order("/sim/settings", patch).await;
    }

    /// Ana writes, so that her window is open.
    pub async fn open_window(&self) -> String {
        let made = self.order("/sim/inbound", json!({"from": ANA, "text": "oi"})).await;
        made["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Waits until the webhooks received pass the test; gives what arrived so far.
    pub async fn until(&self, what: &str, test: impl Fn(&[Hook]) -> bool) -> Vec<Hook> {
        let end = Instant::now() + Duration::from_secs(8);
        loop {
            let hooks = self.inbox.hooks.lock().unwrap().clone();
            if test(&hooks) {
                return hooks;
            }
            assert!(Instant::now() < end, "waited in vain for {what}: {:#?}", hooks.iter().map(|h| &h.json).collect::<Vec<_>>());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until a send has a status and gives its status objects in the order received.
    pub async fn until_status(&self, wamid: &str, status: &str) -> Vec<Value> {
        let hooks = self.until(status, |h| statuses(h, wamid).iter().any(|s| s["status"] == status)).await;
        statuses(&hooks, wamid)
    }
}

/// Every status object of a send.
pub fn statuses(hooks: &[Hook], wamid: &str) -> Vec<Value> {
    values(hooks).iter().flat_map(|v| v["statuses"].as_array().cloned().unwrap_or_default()).filter(|s| s["id"] == wamid).collect()
}

/// Every `value` received.
pub fn values(hooks: &[Hook]) -> Vec<Value> {
    hooks
        .iter()
        .flat_map(|h| h.json["entry"].as_array().cloned().unwrap_or_default())
        .flat_map(|e| e["changes"].as_array().cloned().unwrap_or_default())
        .map(|c| c["value"].clone())
        .collect()
}

/// Every message received.
pub fn messages(hooks: &[Hook]) -> Vec<Value> {
    values(hooks).iter().flat_map(|v| v["messages"].as_array().cloned().unwrap_or_default()).collect()
}

/// Error code of an answer, 0 for none.
pub fn code(answer: &(u16, Value)) -> u64 {
    answer.1["error"]["code"].as_u64().unwrap_or(0)
}

/// wamid of an accepted send.
pub fn wamid(answer: &(u16, Value)) -> String {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["messages"][0]["id"].as_str().unwrap().to_owned()
}
