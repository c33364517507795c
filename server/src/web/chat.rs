//! The website chat: the frame that pages carry, and the visitor's socket.
//!
//! The frame is served to allowed origins only, with a ticket for its socket. The visitor's socket gets messages of its
//! own contact and nothing else: no notes, no system lines, no other visitors.

use super::chat_file::FileLimits;
use super::{Web, secure, session};
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{ConnectInfo, Path, Query, State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use channel::webchat::{ServerFrame, VisitorFrame};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{Change, Fault, MessageId, MessageStatus};
use service::channels::ChannelRow;
use service::visitor::{self, VisitorId};
use service::{News, channels};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};

const FRAME_MAX: usize = 32 * 1024;
const SEND_TIME: Duration = Duration::from_secs(10);
const HELLO_TIME: Duration = Duration::from_secs(10);
const DEAD_AFTER: Duration = Duration::from_secs(75);
/// Sockets that one address may open in a minute.
const CONNECTS_PER_MINUTE: u32 = 300;
/// Messages of one visitor: a burst, then one in two seconds.
const MESSAGE_BURST: u32 = 10;
/// Own messages that a socket remembers.
const SAID_MAX: usize = 64;
/// Other frames in a second.
const FRAMES_PER_SECOND: u32 = 20;

const fn times(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

/// Limits that all visitors share.
pub struct Limits {
    connects: DefaultKeyedRateLimiter<String>,
    pub(super) files: FileLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connects: RateLimiter::keyed(Quota::per_minute(times(CONNECTS_PER_MINUTE))), files: FileLimits::default() }
    }
}

/// What the loader asks for.
#[derive(serde::Deserialize)]
pub struct Asked {
    lang: Option<String>,
}

/// `GET /chat/{key}`: the chat as a page for a frame. Other origins than the allowed ones get 403, and their browsers
/// would not show it either.
pub async fn frame(State(web): State<Web>, Path(key): Path<String>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let row = match channels::by_key(&web.desk, &key).await {
        Ok(Some(row)) => row,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(e) => return refuse(e),
    };
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let parent = text(header::REFERER).and_then(|r| url::Url::parse(r).ok()).map(|u| u.origin().ascii_serialization()).unwrap_or_default();
    if !row.webchat.origins.contains(&parent) {
        return (StatusCode::FORBIDDEN, "This site may not carry this chat.\n").into_response();
    }
    let nonce = web.desk.seam.secret();
    let language = match asked.lang.as_deref().and_then(|l| l.get(..2)) {
        Some("en") => "en",
        Some("es") => "es",
        _ => "pt-BR",
    };
    let html = format!(
        "<!doctype html><html lang=\"{lang}\" data-key=\"{key}\" data-parent=\"{parent}\" data-title=\"{title}\" data-ticket=\"{ticket}\"{files}><head>\
         <meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1,viewport-fit=cover\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/widget-frame.css\"><script type=\"module\" nonce=\"{nonce}\" src=\"/widget-frame.js\"></script></head><body></body></html>",
        lang = language,
        key = escape(&row.external_id),
        parent = escape(&parent),
        title = escape(&row.webchat.title),
        ticket = escape(&visitor::ticket(&web.desk, &row)),
        files = if row.webchat.no_files { "" } else { " data-files" },
    );
    let socket = web.desk.settings.public_url.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; frame-ancestors {}",
        row.webchat.origins.join(" ")
    );
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn refuse(e: service::Error) -> Response {
    let fault = e.into_fault();
    StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response()
}

/// `GET /chat/{key}/live`: the visitor's socket.
pub async fn connect(
    State(web): State<Web>,
    Path(key): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let row = match channels::by_key(&web.desk, &key).await {
        Ok(Some(row)) => row,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(e) => return refuse(e),
    };
    if !origin_is_ours(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let address = service::auth::network(&session::address(&web, &headers, Some(peer)));
    if web.chat.connects.check_key(&address).is_err() {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")]).into_response();
    }
    upgrade.max_message_size(FRAME_MAX).max_frame_size(FRAME_MAX).on_upgrade(move |socket| async move {
        web.metrics.socket_opened();
        let quota =
            Quota::with_period(Duration::from_secs(2)).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(times(MESSAGE_BURST));
        let metrics = web.metrics.clone();
        let mut chat = Chat {
            web,
            row,
            socket,
            who: None,
            language: String::new(),
            messages: RateLimiter::direct(quota),
            ticks: MessageId(0),
            said: VecDeque::new(),
            edited: BTreeMap::new(),
        };
        if let Err(e) = chat.run().await {
            tracing::debug!(reason = ?e, "a visitor's socket ended");
        }
        metrics.socket_closed();
    })
}

/// Whether it was a page of ours, such as the frame, that asks; other programs of the visitor name no origin.
pub(super) fn origin_is_ours(headers: &HeaderMap) -> bool {
    secure::from_here(headers) && headers.get(header::ORIGIN).is_some()
}

/// What the frame is told of a fault.
pub(super) fn refused_code(fault: &Fault) -> &'static str {
    match fault {
        Fault::Invalid { fields } if fields.iter().any(|f| f.wrong == model::Wrong::TooLong) => "too_long",
        Fault::Invalid { .. } | Fault::Forbidden => "bad_frame",
        Fault::ChannelDown => "closed",
        Fault::FileEmpty => "file_empty",
        Fault::FileTooLarge { .. } => "file_large",
        Fault::FileRefused { .. } => "file_refused",
        _ => "unavailable",
    }
}

#[derive(Debug)]
enum End {
    Closed,
    Failed,
}

struct Chat {
    web: Web,
    row: Arc<ChannelRow>,
    socket: WebSocket,
    who: Option<VisitorId>,
    language: String,
    messages: DefaultDirectRateLimiter,
    /// Our messages up to here are known to be on the visitor's screen.
    ticks: MessageId,
    /// The last messages that this socket sent itself: it knows them by their status.
    said: VecDeque<MessageId>,
    /// When the last changed messages were changed, as far as this socket told.
    edited: BTreeMap<MessageId, model::Millis>,
}

impl Chat {
    async fn run(&mut self) -> Result<(), End> {
        // Listen before the history is read: what comes in between comes twice, and the browser knows it by its number.
        let mut news = self.web.desk.follow(self.row.account_id).await.map_err(failed)?;
        let hello = tokio::time::timeout(HELLO_TIME, self.socket.recv()).await.map_err(|_| End::Closed)?;
        let Some(Ok(Message::Text(text))) = hello else { return Err(End::Closed) };
        let Ok(VisitorFrame::Hello { ticket, token, since, language, page, title }) = serde_json::from_str(&text) else {
            return self.error("bad_hello", None).await;
        };
        if !visitor::ticket_holds(&self.web.desk, &self.row, &ticket) {
            return self.error("bad_ticket", None).await;
        }
        self.language = language.unwrap_or_default();
        self.welcome(token.as_deref(), since).await?;
        if let (Some(who), Some(page)) = (&mut self.who, page) {
            visitor::visits(&self.web.desk, &self.row, who, &page, &title.unwrap_or_default()).await.map_err(failed)?;
        }
        self.turn(&mut news).await
    }

    async fn welcome(&mut self, token: Option<&str>, since: Option<MessageId>) -> Result<(), End> {
        let (desk, row) = (self.web.desk.clone(), self.row.clone());
        let who = visitor::admit(&desk, &row, token).await.map_err(failed)?;
        let messages = visitor::history(&desk, &row, &who, since).await.map_err(failed)?;
        let seen = visitor::seen_upto(&desk, &row, &who).await.map_err(failed)?;
        let newest = messages.iter().filter(|m| m.from == channel::webchat::ChatFrom::Them).map(|m| m.n).max();
        // More was missed than is sent: what the browser holds would have a hole before it.
        let messages_full = messages.len() >= visitor::MISSED_MAX;
        let frame = ServerFrame::Welcome {
            token: who.token.clone(),
            visitor: channel::webchat::Visitor::default(),
            title: row.webchat.title.clone(),
            greeting: row.webchat.greeting.clone(),
            messages,
            seen,
            reset: since.is_some() && messages_full,
            typing_supported: true,
        };
        self.who = Some(who);
        self.send(&frame).await?;
        match newest {
            Some(n) => self.delivered(n).await,
            None => Ok(()),
        }
    }

    async fn turn(&mut self, news: &mut Receiver<News>) -> Result<(), End> {
        let mut heard = tokio::time::Instant::now();
        let (mut second, mut frames) = (heard, 0u32);
        let mut check = tokio::time::interval(Duration::from_secs(25));
        let stop = self.web.stop.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Err(End::Closed),
                item = news.recv() => match item {
                    // The browser comes back and asks from its last number.
                    Ok(News::Again) | Err(RecvError::Lagged(_) | RecvError::Closed) => return Err(End::Closed),
                    Ok(item) => self.news(item).await?,
                },
                frame = self.socket.recv() => {
                    heard = tokio::time::Instant::now();
                    if heard - second > Duration::from_secs(1) { (second, frames) = (heard, 0); }
                    frames += 1;
                    match frame {
                        None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                        Some(Ok(Message::Text(_))) if frames > FRAMES_PER_SECOND => self.error("rate_limited", None).await?,
                        Some(Ok(Message::Text(text))) => self.heard(&text).await?,
                        Some(Ok(_)) => {}
                    }
                }
                _ = check.tick() => {
                    if heard.elapsed() > DEAD_AFTER { return Err(End::Closed); }
                    self.put(Message::Ping(bytes::Bytes::new())).await?;
                }
            }
        }
    }

    async fn heard(&mut self, text: &str) -> Result<(), End> {
        let Some(who) = self.who.clone() else { return Err(End::Failed) };
        let (desk, row) = (self.web.desk.clone(), self.row.clone());
        match serde_json::from_str(text) {
            Ok(VisitorFrame::Ping {}) => self.send(&ServerFrame::Pong {}).await,
            Ok(VisitorFrame::Typing {}) => visitor::typing(&desk, &row, &who).await.map_err(failed),
            Ok(VisitorFrame::Read { upto }) => visitor::ticks(&desk, &row, &who, upto, MessageStatus::Read).await.map_err(failed),
            Ok(VisitorFrame::Message { client_id, text }) => self.say(who, client_id, &text).await,
            Ok(VisitorFrame::Hello { .. }) | Err(_) => self.error("bad_frame", None).await,
        }
    }

    async fn say(&mut self, mut who: VisitorId, client_id: String, text: &str) -> Result<(), End> {
        if let Err(until) = self.messages.check() {
            let wait = until.wait_time_from(DefaultClock::default().now()).as_millis() as i64;
            let frame = ServerFrame::Error {
                code: "rate_limited".into(),
                text: String::new(),
                client_id: Some(client_id),
                retry_after_ms: Some(wait.max(1)),
            };
            return self.send(&frame).await;
        }
        let name = visitor::default_name(&self.language);
        // The chat may have been switched off, or given to another team, since this socket began.
        self.row = channels::row(&self.web.desk, self.row.id).await.map_err(failed)?.ok_or(End::Failed)?;
        match visitor::say(&self.web.desk, &self.row, &mut who, &client_id, text, name).await {
            Ok(m) => {
                self.who = Some(who);
                self.said.truncate(SAID_MAX);
                self.said.push_front(m.n);
                self.send(&ServerFrame::Status { client_id, id: m.id, n: m.n, at: m.at }).await
            }
            Err(e) => self.error(refused_code(&e.into_fault()), Some(client_id)).await,
        }
    }

    async fn news(&mut self, item: News) -> Result<(), End> {
        let Some(contact) = self.who.as_ref().and_then(|w| w.contact_id) else { return self.learn(item).await };
        match item {
            News::Event(news) => {
                if let Change::Conversation { row, messages, .. } = &news.event.change
                    && row.contact_id == contact
                    && row.channel_id == self.row.id
                {
                    self.show(messages).await?;
                }
                // Merging contacts, and undoing that, gives the visitor another one.
                if news.event.change == (Change::Contact { contact_id: contact }) {
                    self.who_again().await?;
                }
                Ok(())
            }
            News::AgentTyping { contact_id, .. } if contact_id == contact => self.send(&ServerFrame::Typing {}).await,
            News::AgentRead { contact_id, channel_id } if contact_id == contact && channel_id == self.row.id => {
                let Some(who) = self.who.clone() else { return Ok(()) };
                match visitor::seen_upto(&self.web.desk, &self.row, &who).await.map_err(failed)? {
                    Some(upto) => self.send(&ServerFrame::Seen { upto }).await,
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Another tab of this visitor may have written first: then we learn the contact from it.
    async fn learn(&mut self, item: News) -> Result<(), End> {
        let News::Event(news) = item else { return Ok(()) };
        let Change::Conversation { row, messages, .. } = &news.event.change else { return Ok(()) };
        if row.channel_id != self.row.id || !messages.iter().any(|m| m.direction == model::Direction::In) {
            return Ok(());
        }
        self.who_again().await?;
        let mine = self.who.as_ref().and_then(|w| w.contact_id) == Some(row.contact_id);
        if mine { self.show(messages).await } else { Ok(()) }
    }

    /// Which contact the visitor is by now.
    async fn who_again(&mut self) -> Result<(), End> {
        let Some(who) = self.who.clone() else { return Ok(()) };
        let again = visitor::admit(&self.web.desk, &self.row, Some(&who.token)).await.map_err(failed)?;
        self.who = Some(VisitorId { page: who.page, ..again });
        Ok(())
    }

    async fn show(&mut self, messages: &[model::Message]) -> Result<(), End> {
        let mut newest = None;
        for m in messages {
            if self.said.contains(&m.id) || (m.direction == model::Direction::Out && m.id <= self.ticks && !self.is_news(m)) {
                continue;
            }
            let author = self.nickname(m.author_id).await?;
            let Some(mut chat) = visitor::for_visitor(&self.web.desk, m, &author) else { continue };
            if m.direction == model::Direction::In {
                // The tab that wrote it, and its other tabs, know it by its own id.
                chat.client_id = self.client_id(m.id).await?;
            } else {
                newest = Some(m.id);
            }
            self.send(&ServerFrame::Message(chat)).await?;
        }
        match newest {
            Some(n) => self.delivered(n).await,
            None => Ok(()),
        }
    }

    /// Whether a message that the visitor may have already is another one now.
    fn is_news(&mut self, m: &model::Message) -> bool {
        let Some(at) = m.edited_at else { return false };
        let known = self.edited.insert(m.id, at);
        if self.edited.len() > SAID_MAX {
            self.edited.pop_first();
        }
        known != Some(at)
    }

    async fn client_id(&mut self, id: MessageId) -> Result<Option<String>, End> {
        let Some(who) = self.who.clone() else { return Ok(None) };
        visitor::client_id(&self.web.desk, &self.row, &who, id).await.map_err(failed)
    }

    async fn nickname(&mut self, author: Option<model::UserId>) -> Result<String, End> {
        let Some(author) = author else { return Ok(String::new()) };
        visitor::nickname(&self.web.desk.system(self.row.account_id), author).await.map_err(failed)
    }

    async fn delivered(&mut self, upto: MessageId) -> Result<(), End> {
        let Some(who) = self.who.clone() else { return Ok(()) };
        self.ticks = self.ticks.max(upto);
        visitor::ticks(&self.web.desk, &self.row, &who, upto, MessageStatus::Delivered).await.map_err(failed)
    }

    async fn error(&mut self, code: &str, client_id: Option<String>) -> Result<(), End> {
        self.send(&ServerFrame::Error { code: code.into(), text: String::new(), client_id, retry_after_ms: None }).await
    }

    async fn send(&mut self, frame: &ServerFrame) -> Result<(), End> {
        let text = serde_json::to_string(frame).map_err(|_| End::Failed)?;
        self.put(Message::Text(text.into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        match tokio::time::timeout(SEND_TIME, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Closed),
        }
    }
}

fn failed(e: service::Error) -> End {
    tracing::warn!(error = %e, "a visitor's socket could not go on");
    End::Failed
}
