//! The Graph API of the tests: takes every send unless it was told otherwise, and remembers all of them.

use channel::whatsapp::VERSION;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// What happens to a send.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Taken.
    Ok,
    /// Meta's error with this code, under this HTTP status.
    Refused(i64, u16),
    /// Taken, but the answer is lost on the way: a gateway times out.
    Lost,
    /// Taken under this message id.
    Id(&'static str),
    /// Taken after a while.
    Slow(Duration),
}

type Rule = Box<dyn Fn(&Value) -> Option<Answer> + Send + Sync>;

#[derive(Default)]
struct State {
    /// Answers for the next sends, whoever they are for.
    next: VecDeque<Answer>,
    rule: Option<Rule>,
    sent: Vec<Value>,
    read: Vec<String>,
    ids: usize,
    /// Answers for the next uploads.
    next_uploads: VecDeque<Answer>,
    uploads: Vec<String>,
}

/// The server and what it was told.
pub struct Graph {
    pub server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Messages(Arc<Mutex<State>>);

impl Respond for Messages {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let mut state = self.0.lock().unwrap();
        if body["status"] == "read" {
            state.read.push(body["message_id"].as_str().unwrap().to_owned());
            return ResponseTemplate::new(200).set_body_json(json!({"success": true}));
        }
        let answer = state.rule.as_ref().and_then(|rule| rule(&body)).or_else(|| state.next.pop_front()).unwrap_or(Answer::Ok);
        state.sent.push(body.clone());
        state.ids += 1;
        let taken = |id: String| {
            let to = body["to"].as_str().unwrap_or_default().trim_start_matches('+').to_owned();
            ResponseTemplate::new(200)
                .set_body_json(json!({"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": id}]}))
        };
        let own = format!("wamid.OUT{}", state.ids);
        match answer {
            Answer::Ok => taken(own),
            Answer::Id(id) => taken(id.to_owned()),
            Answer::Slow(time) => taken(own).set_delay(time),
            Answer::Lost => ResponseTemplate::new(504).set_body_string("gateway timeout"),
            Answer::Refused(code, status) => refusal(code, status),
        }
    }
}

struct Uploads(Arc<Mutex<State>>);

impl Respond for Uploads {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        state.uploads.push(String::from_utf8_lossy(&request.body).into_owned());
        let id = format!("file{}", state.uploads.len());
        match state.next_uploads.pop_front().unwrap_or(Answer::Ok) {
            Answer::Refused(code, status) => refusal(code, status),
            Answer::Lost => ResponseTemplate::new(504),
            Answer::Slow(time) => ResponseTemplate::new(200).set_body_json(json!({"id": id})).set_delay(time),
            Answer::Ok | Answer::Id(_) => ResponseTemplate::new(200).set_body_json(json!({"id": id})),
        }
    }
}

fn refusal(code: i64, status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .set_body_json(json!({"error": {"message": format!("(#{code})"), "code": code, "error_data": {"details": "the details"}}}))
}

impl Graph {
    pub async fn start() -> Graph {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State::default()));
        Mock::given(method("POST"))
            .and(path_regex(format!("^/{VERSION}/[0-9]+/messages$")))
            .respond_with(Messages(state.clone()))
            .with_priority(9)
            .mount(&server)
            .await;
        Mock::given(method("POST"))
            .and(path_regex(format!("^/{VERSION}/[0-9]+/media$")))
            .respond_with(Uploads(state.clone()))
            .with_priority(9)
            .mount(&server)
            .await;
        Graph { server, state }
    }

    pub fn uri(&self) -> String {
        self.server.uri()
    }

    /// What happens to the next sends, in order; after them everything is taken again.
    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().unwrap().next.extend(answers);
    }

    /// What happens to sends by what they are; before [`Graph::answers`].
    pub fn rule(&self, rule: impl Fn(&Value) -> Option<Answer> + Send + Sync + 'static) {
        self.state.lock().unwrap().rule = Some(Box::new(rule));
    }

    /// Bodies of the sends so far.
    pub fn sent(&self) -> Vec<Value> {
        self.state.lock().unwrap().sent.clone()
    }

    /// Texts of the sends so far: free text, or the template's name.
    pub fn texts(&self) -> Vec<String> {
        let text = |b: &Value| b["text"]["body"].as_str().or(b["template"]["name"].as_str()).unwrap_or_default().to_owned();
        self.sent().iter().map(text).collect()
    }

    /// What happens to the next uploads, in order.
    pub fn uploads_answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().unwrap().next_uploads.extend(answers);
    }

    /// Bodies of the uploads so far.
    pub fn uploads(&self) -> Vec<String> {
        self.state.lock().unwrap().uploads.clone()
    }

    /// To whom, in order.
    pub fn recipients(&self) -> Vec<String> {
        self.sent().iter().map(|b| b["to"].as_str().unwrap_or_default().trim_start_matches('+').to_owned()).collect()
    }

    /// Messages that were marked as read.
    pub fn read(&self) -> Vec<String> {
        self.state.lock().unwrap().read.clone()
    }

    /// The account's templates from now on.
    pub async fn templates(&self, list: &[Value]) {
        Mock::given(method("GET"))
            .and(path_regex(format!("^/{VERSION}/[0-9]+/message_templates$")))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": list, "paging": {}})))
            .with_priority(1)
            .up_to_n_times(1)
            .mount(&self.server)
            .await;
    }

    /// What a GET of a path under the version answers, as often as `times`.
    pub async fn get(&self, tail: &str, times: u64, answer: ResponseTemplate) {
        Mock::given(method("GET"))
            .and(path(format!("/{VERSION}/{tail}")))
            .respond_with(answer)
            .up_to_n_times(times)
            .mount(&self.server)
            .await;
    }

    /// What is known of a file: its address is ours, its digest is in hex or empty.
    pub async fn about_file(&self, id: &str, size: usize, sha256: &str) {
        let url = format!("{}/files/{id}", self.uri());
        let about =
            json!({"messaging_product": "whatsapp", "url": url, "mime_type": "image/jpeg", "sha256": sha256, "file_size": size, "id": id});
        self.get(id, 99, ResponseTemplate::new(200).set_body_json(about)).await;
    }

    /// What its address answers, as often as `times`.
    pub async fn file(&self, id: &str, times: u64, answer: ResponseTemplate) {
        Mock::given(method("GET")).and(path(format!("/files/{id}"))).respond_with(answer).up_to_n_times(times).mount(&self.server).await;
    }
}
