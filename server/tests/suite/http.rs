//! Requests and sockets as programs and browsers make them.

use futures::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long something that must happen may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long something that must not happen is waited for.
const QUIET: Duration = Duration::from_millis(300);

/// Headers of a request.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// A program that talks to the server.
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}) with status {}: {}", self.status, self.text()))
    }

    /// A header, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// Fails unless the status is this one.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Client {
    pub fn new(base: &str) -> Client {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Client { http, base: base.to_owned() }
    }

    /// Any request.
    pub async fn call(&self, method: &str, path: &str, headers: Headers<'_>, body: impl Into<reqwest::Body>) -> Answer {
        let mut request = self.http.request(method.parse::<Method>().unwrap(), format!("{}{path}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Client::read(request.send().await.unwrap()).await
    }

    /// A body that may be refused before it was written: then the connection is cut, sometimes before the answer is read.
    pub async fn refused(&self, path: &str, headers: Headers<'_>, body: Vec<u8>) -> Option<Answer> {
        let mut request = self.http.post(format!("{}{path}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match request.send().await {
            Ok(response) => Some(Client::read(response).await),
            Err(_) => None,
        }
    }

    async fn read(response: reqwest::Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    pub async fn get(&self, path: &str, headers: Headers<'_>) -> Answer {
        self.call("GET", path, headers, "").await
    }

    /// A server function, with a cookie when it is not empty.
    pub async fn function(&self, path: &str, cookie: &str, args: &Value) -> Answer {
        let mut headers = vec![("content-type", "application/json"), ("accept", "application/json")];
        if !cookie.is_empty() {
            headers.push(("cookie", cookie));
        }
        self.call("POST", path, &headers, args.to_string()).await
    }

    /// A call of the REST API under `/api/v1`; a null body is none.
    pub async fn rest(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        self.rest_with(method, path, token, &[], body).await
    }

    /// The same with more headers.
    pub async fn rest_with(&self, method: &str, path: &str, token: &str, more: Headers<'_>, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = more.to_vec();
        if !token.is_empty() {
            headers.push(("authorization", &bearer));
        }
        let text = if body.is_null() { String::new() } else { body.to_string() };
        if !body.is_null() {
            headers.push(("content-type", "application/json"));
        }
        self.call(method, &format!("/api/v1{path}"), &headers, text).await
    }

    /// A WebSocket, or the status with which it was refused. Browsers send an `Origin`; here it is ours unless given.
    pub async fn socket(&self, path: &str, headers: Headers<'_>) -> Result<Socket, u16> {
        match tokio_tungstenite::connect_async(self.handshake(path, headers)).await {
            Ok((stream, _)) => Ok(Socket { stream }),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(e) => panic!("no handshake: {e}"),
        }
    }

    /// A WebSocket that takes in almost nothing ahead of what is read.
    pub async fn narrow_socket(&self, path: &str, headers: Headers<'_>) -> Socket {
        let tcp = tokio::net::TcpSocket::new_v4().unwrap();
        tcp.set_recv_buffer_size(4096).unwrap();
        let tcp = tcp.connect(self.base.split_once("://").unwrap().1.parse().unwrap()).await.unwrap();
        let (stream, _) = tokio_tungstenite::client_async(self.handshake(path, headers), MaybeTlsStream::Plain(tcp)).await.unwrap();
        Socket { stream }
    }

    fn handshake(&self, path: &str, headers: Headers<'_>) -> tungstenite::handshake::client::Request {
        let mut request = format!("{}{path}", self.base.replacen("http", "ws", 1)).into_client_request().unwrap();
        if !headers.iter().any(|(name, _)| *name == "origin") {
            request.headers_mut().insert("origin", self.base.parse().unwrap());
        }
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            if value.is_empty() {
                request.headers_mut().remove(name);
            } else {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        request
    }
}

/// An open WebSocket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// The next frame, whatever it is; none when the socket has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                None | Some(Err(_) | Ok(Message::Close(_))) => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame, which must come.
    #[track_caller]
    pub fn frame(&mut self) -> impl Future<Output = Value> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            match tokio::time::timeout(PATIENCE, self.next()).await {
                Ok(Some(frame)) => frame,
                Ok(None) => panic!("the socket ended, at {caller}"),
                Err(_) => panic!("no frame came, at {caller}"),
            }
        }
    }

    /// The next frame of a kind; others before it are skipped.
    pub async fn frame_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["frame"] == kind {
                return frame;
            }
        }
    }

    /// The next frame, if one comes soon.
    pub async fn soon(&mut self) -> Option<Value> {
        tokio::time::timeout(QUIET, self.next()).await.ok().flatten()
    }

    /// Fails when a frame of a kind comes within this time.
    pub async fn without(&mut self, kind: &str, time: Duration) {
        let all = async {
            while let Some(frame) = self.next().await {
                assert_ne!(frame["frame"], kind);
            }
        };
        assert!(tokio::time::timeout(time, all).await.is_err(), "the socket ended");
    }

    /// Fails when a frame comes.
    #[track_caller]
    pub fn silent(&mut self) -> impl Future<Output = ()> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            if let Ok(frame) = tokio::time::timeout(QUIET, self.next()).await {
                panic!("{frame:?} came, at {caller}");
            }
        }
    }

    /// Waits for the end; frames before it are answered.
    pub async fn end(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        let all = async {
            while let Some(frame) = self.next().await {
                frames.push(frame);
            }
        };
        tokio::time::timeout(PATIENCE, all).await.expect("the socket stays open");
        frames
    }

    /// Sends a frame; a socket that has ended meanwhile takes nothing.
    pub async fn send(&mut self, frame: &Value) {
        let _ = self.stream.send(Message::text(frame.to_string())).await;
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: String) {
        let _ = self.stream.send(Message::text(text)).await;
    }
}
