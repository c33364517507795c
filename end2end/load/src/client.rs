//! Requests, webhooks and sockets, as browsers and Meta make them.

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a socket may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody at the server.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    pub url: Arc<str>,
    /// The admin's and an agent's login.
    cookies: [Arc<str>; 2],
    token: Arc<str>,
    /// Makes ids of messages that no run has used.
    serial: Arc<AtomicU64>,
}

/// Which login asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    Admin,
    Agent,
}

impl Client {
    /// Signs the admin and one agent in.
    pub async fn new(url: &str, token: &str) -> anyhow::Result<Client> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).pool_max_idle_per_host(64).build()?;
        let admin = sign_in(&http, url, service::demo::BULK_ADMIN).await?;
        let agent = sign_in(&http, url, "agente1@carga.example").await?;
        Ok(Client { http, url: url.into(), cookies: [admin.into(), agent.into()], token: token.into(), serial: Arc::default() })
    }

    fn cookie(&self, who: As) -> &str {
        &self.cookies[usize::from(who == As::Agent)]
    }

    /// Calls a server function, as the inbox does; answers the body.
    pub async fn call(&self, who: As, function: &str, body: &Value) -> anyhow::Result<Vec<u8>> {
        let request = self.http.post(format!("{}/api/app/api/{function}", self.url)).header("cookie", self.cookie(who)).json(body);
        taken(request.send().await?, function).await
    }

    /// Asks the REST API with the token.
    pub async fn rest(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let request = self.http.get(format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token);
        taken(request.send().await?, path).await
    }

    /// Fetches a file as a browser would.
    pub async fn file(&self, path: &str) -> anyhow::Result<reqwest::Response> {
        Ok(self
            .http
            .get(format!("{}{path}", self.url))
            .header("accept-encoding", "gzip, deflate, br")
            .header("cookie", self.cookie(As::Admin))
            .send()
            .await?)
    }

    /// A number that was not given before.
    pub fn serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// Posts a text message of a contact, signed as Meta signs.
    pub async fn webhook(&self, number: &str, from: &str, text: &str) -> anyhow::Result<()> {
        let body = inbound(number, from, text, self.serial()).to_string().into_bytes();
        let signature = signature(&body)?;
        let request = self
            .http
            .post(format!("{}/webhooks/meta", self.url))
            .header("x-hub-signature-256", signature)
            .header("content-type", "application/json");
        taken(request.body(body).send().await?, "webhook").await.map(drop)
    }

    /// Opens a live socket and waits for its greeting.
    pub async fn socket(&self, who: As) -> anyhow::Result<Socket> {
        let mut request = format!("{}/live", self.url.replacen("http", "ws", 1)).into_client_request()?;
        request.headers_mut().insert("cookie", self.cookie(who).parse()?);
        let (stream, _) =
            tokio::time::timeout(PATIENCE, tokio_tungstenite::connect_async(request)).await.context("the socket was not opened")??;
        let mut socket = Socket(stream);
        socket.text("hello").await?;
        Ok(socket)
    }
}

async fn taken(answer: reqwest::Response, what: &str) -> anyhow::Result<Vec<u8>> {
    let status = answer.status();
    let body = answer.bytes().await?;
    if !status.is_success() {
        bail!("{what} was answered {status}: {}", String::from_utf8_lossy(&body[..body.len().min(300)]));
    }
    Ok(body.into())
}

async fn sign_in(http: &reqwest::Client, url: &str, email: &str) -> anyhow::Result<String> {
    let body = json!({"email": email, "password": service::demo::PASSWORD});
    let answer = http.post(format!("{url}/api/app/api/auth/sign_in")).json(&body).send().await?;
    let cookie = answer.headers().get("set-cookie").and_then(|v| v.to_str().ok()).and_then(|v| v.split(';').next()).map(str::to_owned);
    cookie.with_context(|| format!("{email} could not sign in: {}", answer.status()))
}

/// A live socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Socket {
    /// Sends a frame.
    pub async fn say(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(self.0.send(Message::Text(text.into())).await?)
    }

    /// Waits for a frame that holds this text.
    pub async fn text(&mut self, part: &str) -> anyhow::Result<Utf8Bytes> {
        let waiting = async {
            while let Some(frame) = self.0.next().await {
                if let Message::Text(text) = frame?
                    && text.contains(part)
                {
                    return Ok(text);
                }
            }
            bail!("the socket was closed")
        };
        tokio::time::timeout(PATIENCE, waiting).await.with_context(|| format!("no frame with {part}"))?
    }
}

fn signature(body: &[u8]) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(service::demo::APP_SECRET.as_bytes())?;
    mac.update(body);
    Ok(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

/// The webhook of one text message.
pub fn inbound(number: &str, from: &str, text: &str, serial: u64) -> Value {
    #[expect(clippy::disallowed_methods, reason = "a message has the time of its sending")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    json!({"object": "whatsapp_business_account", "entry": [{"id": "200000000000000", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551155500300", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Cliente"}, "wa_id": from}],
        "messages": [{"from": from, "id": format!("wamid.MEDIDA{serial:012}"), "timestamp": now.to_string(), "type": "text", "text": {"body": text}}],
    }}]}]})
}
