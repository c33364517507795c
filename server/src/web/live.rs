//! The live socket of a tab: events with their sequence, presence, and the end of a login.

use super::Web;
use super::session::Who;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::extract::{Extension, Query, State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use model::{Board, ClientFrame, ConversationId, Event, Frame, MessageId, limit};
use serde::Deserialize;
use service::mask::masks_of;
use service::{Cx, EventNews, News};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use tokio::time::Instant;

/// A frame from a tab is small.
const FRAME_MAX: usize = 8 * 1024;
/// A reader that takes longer for a frame is cut, and catches up when it comes back.
const SEND_TIME: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(25);
const DEAD_AFTER: Duration = Duration::from_secs(70);
/// How often it is noted that the person has a page open (ST-1).
const SIGN_EVERY: Duration = Duration::from_secs(60);
/// While a member writes to a visitor, the visitor is told this often: their chat shows each word of it for six seconds.
const WRITING_EVERY: Duration = Duration::from_secs(4);
/// A tab that does not say again that somebody writes in it has lost its word that they stopped.
const WRITING_MAX: Duration = Duration::from_secs(12);
/// Frames from one tab in a second, after which the rest is ignored.
const FRAMES_PER_SECOND: u32 = 20;

/// Where a tab left off.
#[derive(Deserialize)]
pub struct Since {
    since: Option<i64>,
}

/// `GET /live?since=<seq>`.
pub async fn connect(
    State(web): State<Web>,
    Extension(Who(cx)): Extension<Who>,
    Query(since): Query<Since>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(cx) = cx else { return (http::StatusCode::UNAUTHORIZED, axum::Json(model::Fault::SignedOut)).into_response() };
    upgrade.max_message_size(FRAME_MAX).max_frame_size(FRAME_MAX).on_upgrade(move |socket| async move {
        let tab = web.presence.tab();
        let mut live = Live { last: 0, looking: None, writing: None, hidden: HashSet::new(), board: None, tab, web, cx, socket };
        live.web.metrics.socket_opened();
        let end = live.run(since.since).await;
        live.look(None, false).await;
        live.web.metrics.socket_closed();
        tracing::debug!(tab, reason = ?end, "a live socket ended");
    })
}

/// Why a socket ended.
#[derive(Debug)]
enum End {
    Closed,
    Slow,
    Silent,
    SignedOut,
    Stopping,
    Failed,
}

struct Live {
    web: Web,
    cx: Cx,
    socket: WebSocket,
    tab: u64,
    /// The last sequence that the tab has.
    last: i64,
    looking: Option<ConversationId>,
    writing: Option<Writing>,
    /// What the person deleted for themselves: they hear no more of it (MS-2).
    hidden: HashSet<MessageId>,
    /// The live board, while it is on the tab's screen.
    board: Option<OnBoard>,
}

/// A board that the tab shows.
struct OnBoard {
    reader: watch::Receiver<Arc<Board>>,
    /// What the tab has of it.
    shown: Option<Board>,
}

/// Waits until the board is another one; without one, for ever.
async fn other_board(board: &mut Option<OnBoard>) {
    if let Some(on) = board
        && on.reader.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Somebody writes in the conversation on the tab's screen.
#[derive(Clone, Copy)]
struct Writing {
    conversation: ConversationId,
    next: Instant,
    end: Instant,
}

impl Live {
    async fn run(&mut self, since: Option<i64>) -> End {
        // Listen first, then read: what happens in between comes twice and is skipped once.
        let _held = self.web.desk.hold_login(self.cx.account, self.cx.login);
        let mut news = match self.web.desk.follow(self.cx.account).await {
            Ok(news) => news,
            Err(e) => return failed(e),
        };
        match self.start(since).await {
            Ok(()) => {}
            Err(end) => return end,
        }
        match self.turn(&mut news).await {
            Ok(()) => End::Closed,
            Err(end) => end,
        }
    }

    /// Greets, and sends what was missed.
    async fn start(&mut self, since: Option<i64>) -> Result<(), End> {
        self.hidden = service::message::hidden(&self.cx).await.map_err(failed)?;
        let seq = self.seq().await?;
        self.send(&Frame::Hello { seq, build: self.web.site.build.to_string() }).await?;
        self.last = since.unwrap_or(seq);
        if self.last > seq {
            return self.reset(seq).await;
        }
        self.catch_up(seq).await
    }

    async fn turn(&mut self, news: &mut Receiver<News>) -> Result<(), End> {
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.reset();
        let mut sign = tokio::time::interval(SIGN_EVERY);
        let mut heard = Instant::now();
        let (mut second, mut frames) = (heard, 0u32);
        let stop = self.web.stop.clone();
        loop {
            let again = self.writing.map(|w| w.next);
            tokio::select! {
                () = tokio::time::sleep_until(again.unwrap_or(heard)), if again.is_some() => self.still_writing().await,
                () = stop.cancelled() => {
                    let _ = self.socket.send(Message::Close(None)).await;
                    return Err(End::Stopping);
                }
                () = other_board(&mut self.board) => self.show_board().await?,
                item = news.recv() => match item {
                    Ok(item) => self.news(item).await?,
                    Err(RecvError::Lagged(_)) => { let seq = self.seq().await?; self.catch_up(seq).await?; }
                    Err(RecvError::Closed) => return Ok(()),
                },
                frame = self.socket.next() => {
                    heard = Instant::now();
                    if heard - second > Duration::from_secs(1) { (second, frames) = (heard, 0); }
                    frames += 1;
                    match frame {
                        None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                        Some(Ok(Message::Text(text))) if frames <= FRAMES_PER_SECOND => self.heard(&text).await?,
                        Some(Ok(_)) => {}
                    }
                }
                _ = sign.tick() => {
                    let told = service::status::present(&self.cx).await;
                    self.sign(told);
                }
                _ = ping.tick() => {
                    if heard.elapsed() > DEAD_AFTER { return Err(End::Silent); }
                    self.put(Message::Ping(bytes::Bytes::new())).await?;
                }
            }
        }
    }

    async fn heard(&mut self, text: &str) -> Result<(), End> {
        match serde_json::from_str(text) {
            Ok(ClientFrame::Ping) => self.send(&Frame::Pong).await,
            Ok(ClientFrame::Looking { conversation_id, writing }) => {
                self.look(conversation_id, writing).await;
                Ok(())
            }
            Ok(ClientFrame::Board { on }) => {
                // Who leads nothing hears nothing.
                let reader = if on { service::board::watch(&self.cx).ok() } else { None };
                self.board = reader.map(|reader| OnBoard { reader, shown: None });
                Ok(())
            }
            Ok(ClientFrame::Active) => {
                let told = service::status::active(&self.cx).await;
                self.sign(told);
                Ok(())
            }
            // A newer client may say what we do not know.
            Err(_) => Ok(()),
        }
    }

    async fn news(&mut self, item: News) -> Result<(), End> {
        match item {
            News::Event(news) => self.event(&news).await,
            News::Presence { conversation_id, access, people } if self.cx.seen().sees(&access) => {
                self.send(&Frame::Presence { conversation_id, people }).await
            }
            News::ContactTyping { conversation_id, access } if self.cx.seen().sees(&access) => {
                self.send(&Frame::ContactTyping { conversation_id }).await
            }
            News::Alert(news) => self.alert(&news).await,
            News::Talk(news) => self.talk(&news).await,
            News::TalkRead { user_id, talk_id, unread } if user_id == self.cx.user => self.send(&Frame::TalkRead { talk_id, unread }).await,
            News::AlertsRead { users } if users.contains(&self.cx.user) => self.send(&Frame::Alert { alert: None }).await,
            News::Hidden { user, conversation_id, ids } if user == self.cx.user => {
                self.hidden.extend(&ids);
                self.send(&Frame::Hidden { conversation_id, ids }).await
            }
            News::Seats { user_id } if user_id.is_none_or(|u| u == self.cx.user) => self.seat().await,
            News::LoginEnded { login_id } if self.cx.login == Some(login_id) => self.ended().await,
            News::Again => self.again().await,
            _ => Ok(()),
        }
    }

    /// Sends what has changed on the board, of the teams that the person leads by the rights that they have now (DB-5).
    async fn show_board(&mut self) -> Result<(), End> {
        let Some(on) = &mut self.board else { return Ok(()) };
        let Ok(leads) = service::board::leads(&self.cx) else {
            self.board = None;
            return Ok(());
        };
        let whole = on.reader.borrow_and_update().clone();
        if !whole.whole {
            return Ok(());
        }
        let now = whole.only(|team| leads.has(team));
        let news = match &on.shown {
            None => Some(now.clone()),
            Some(shown) => now.since(shown),
        };
        on.shown = Some(now);
        match news.map(|news| serde_json::to_string(&news)) {
            Some(Ok(text)) => self.send(&Frame::Board { text }).await,
            Some(Err(_)) => Err(End::Failed),
            None => Ok(()),
        }
    }

    /// What became of noting that the person is there: the next time is soon enough.
    fn sign(&self, noted: service::Result<()>) {
        if let Err(e) = noted {
            tracing::warn!(tab = self.tab, error = %e, "it could not be noted that somebody is there");
        }
    }

    /// A notification goes to those whom it is for, while they see its conversation. What is on their screen is read.
    async fn alert(&mut self, news: &service::alert::AlertNews) -> Result<(), End> {
        let Some((user, count)) = news.to.iter().find(|(user, _)| *user == self.cx.user) else { return Ok(()) };
        if !self.cx.seen().sees(&news.access) {
            return Ok(());
        }
        let id = news.alert.conversation_id;
        if self.looking == Some(id) {
            self.saw(id).await;
        }
        if self.web.presence.looks(self.cx.account, id, *user) {
            return Ok(());
        }
        let alert = self.cx.shown(model::Alert { count: *count, ..news.alert.clone() });
        self.send(&Frame::Alert { alert: Some(Box::new(alert)) }).await
    }

    /// A message of the internal chat goes to those who are in its talk by the rights that they have now (CI-3).
    async fn talk(&mut self, news: &service::talk::TalkNews) -> Result<(), End> {
        let Some(talk) = news.for_reader(self.cx.seen()) else { return Ok(()) };
        self.send(&Frame::Talk { talk: Box::new(talk) }).await?;
        match news.alert_for(self.cx.seen()) {
            Some(alert) => self.send(&Frame::Alert { alert: Some(Box::new(alert)) }).await,
            None => Ok(()),
        }
    }

    async fn saw(&mut self, id: ConversationId) {
        if let Err(e) = service::alert::saw(&self.cx, id).await {
            tracing::warn!(error = %e, "notifications could not be marked as read");
        }
    }

    async fn event(&mut self, news: &Arc<EventNews>) -> Result<(), End> {
        let seq = news.event.seq;
        if seq <= self.last {
            return Ok(());
        }
        if seq > self.last + 1 {
            return self.catch_up(seq).await;
        }
        self.last = seq;
        if self.tells_of_hidden(&news.event) {
            let event = news.event.for_reader(self.cx.seen()).without(|id| self.hidden.contains(&id));
            self.send(&Frame::Event(self.cx.shown(event))).await
        } else if masks_of(&self.cx).hide() {
            let event = news.event.for_reader(self.cx.seen());
            self.send(&Frame::Event(self.cx.shown(event))).await
        } else if news.event.is_open_to(self.cx.seen()) {
            self.put(Message::Text(Utf8Bytes::from(&*news.json()))).await
        } else {
            self.send(&Frame::Event(news.event.for_reader(self.cx.seen()))).await
        }
    }

    fn tells_of_hidden(&self, event: &Event) -> bool {
        !self.hidden.is_empty() && event.messages().iter().any(|m| self.hidden.contains(&m.id))
    }

    /// Sends the stored events up to `seq`, or tells the tab to fetch everything anew.
    async fn catch_up(&mut self, seq: i64) -> Result<(), End> {
        if seq <= self.last {
            return Ok(());
        }
        if self.last < 0 || seq.saturating_sub(self.last) > limit::CATCH_UP_MAX {
            return self.reset(seq).await;
        }
        let scope = self.web.desk.system(self.cx.account);
        let missed: Vec<Event> = service::desk::events_since(&scope, self.last, limit::CATCH_UP_MAX).await.map_err(failed)?;
        if missed.first().map(|e| e.seq) != Some(self.last + 1) {
            // Swept away meanwhile.
            return self.reset(seq).await;
        }
        for event in missed {
            self.last = event.seq;
            let event = event.for_reader(self.cx.seen()).without(|id| self.hidden.contains(&id));
            self.send(&Frame::Event(self.cx.shown(event))).await?;
        }
        Ok(())
    }

    async fn reset(&mut self, seq: i64) -> Result<(), End> {
        self.last = seq;
        self.send(&Frame::Reset { seq }).await
    }

    /// Roles, teams or memberships changed: nothing more is sent by the old rights.
    async fn seat(&mut self) -> Result<(), End> {
        let cx = self.web.desk.cx(self.cx.account, self.cx.user, self.cx.login).await.map_err(failed)?;
        match cx {
            None => self.ended().await,
            Some(cx) => {
                let changed =
                    cx.seat.seen != self.cx.seat.seen || cx.seat.rights != self.cx.seat.rights || cx.seat.masks != self.cx.seat.masks;
                self.cx = cx;
                if changed && let Some(on) = &mut self.board {
                    on.shown = None;
                    on.reader.mark_changed();
                }
                if changed {
                    let seq = self.seq().await?;
                    self.reset(seq).await?;
                }
                Ok(())
            }
        }
    }

    /// News may have been lost: the tab asks again for what has no number, and gets what has one.
    async fn again(&mut self) -> Result<(), End> {
        self.seat().await?;
        let seq = self.seq().await?;
        self.send(&Frame::Hello { seq, build: self.web.site.build.to_string() }).await?;
        self.catch_up(seq).await
    }

    async fn ended(&mut self) -> Result<(), End> {
        self.send(&Frame::Ended).await?;
        let _ = self.socket.send(Message::Close(None)).await;
        Err(End::SignedOut)
    }

    /// Which conversation is on the tab's screen.
    async fn look(&mut self, conversation: Option<ConversationId>, writing: bool) {
        let account = self.cx.account;
        self.writing = None;
        if let Some(old) = self.looking.take_if(|old| Some(*old) != conversation) {
            let people = self.web.presence.remove(account, old, self.tab);
            self.tell_presence(old, people).await;
        }
        let Some(id) = conversation else { return };
        let Ok(seen) = service::conversation::visible(&self.cx, id).await else { return };
        let people = self.web.presence.put(account, id, self.tab, self.cx.user, writing);
        if self.looking.replace(id) != Some(id) {
            self.saw(id).await;
        }
        self.web.desk.tell(account, News::Presence { conversation_id: id, access: seen.access(), people });
        if writing && self.tell_writing(&seen) {
            let now = Instant::now();
            self.writing = Some(Writing { conversation: id, next: now + WRITING_EVERY, end: now + WRITING_MAX });
        }
    }

    /// Tells the contact that somebody writes, if that may become a message to them.
    fn tell_writing(&self, c: &model::Conversation) -> bool {
        let may = self.cx.seen().may(model::Act::Reply, &c.access());
        if may {
            self.web.desk.tell(self.cx.account, News::AgentTyping { conversation_id: c.id, contact_id: c.contact_id });
        }
        may
    }

    /// Nothing was heard to the contrary: says it again, as long as it is true.
    async fn still_writing(&mut self) {
        let (now, Some(mut writing)) = (Instant::now(), self.writing.take()) else { return };
        if now >= writing.end {
            return;
        }
        if let Ok(seen) = service::conversation::visible(&self.cx, writing.conversation).await
            && self.tell_writing(&seen)
        {
            writing.next = now + WRITING_EVERY;
            self.writing = Some(writing);
        }
    }

    async fn tell_presence(&mut self, id: ConversationId, people: Vec<model::Present>) {
        match service::conversation::visible(&self.cx, id).await {
            Ok(seen) => self.web.desk.tell(self.cx.account, News::Presence { conversation_id: id, access: seen.access(), people }),
            Err(_) => self.web.desk.tell_left(self.cx.account, id),
        }
    }

    async fn seq(&mut self) -> Result<i64, End> {
        service::desk::last_seq(&self.web.desk.system(self.cx.account)).await.map_err(failed)
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), End> {
        let text = serde_json::to_string(frame).map_err(|_| End::Failed)?;
        self.put(Message::Text(text.into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        match tokio::time::timeout(SEND_TIME, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Closed),
            Err(_) => Err(End::Slow),
        }
    }
}

fn failed(e: service::Error) -> End {
    tracing::warn!(error = %e, "a live socket could not read");
    End::Failed
}
