//! The live connection: one WebSocket for the page, kept, watched and made again.

use super::beat::{Backoff, DEAD_AFTER_MS, PING_EVERY_MS};
use super::store::{Connection, Store};
use super::web;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ClientFrame, Frame};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

type Listener<E> = Closure<dyn FnMut(E)>;

#[derive(Default)]
struct Line {
    socket: Option<WebSocket>,
    listeners: Option<(Listener<MessageEvent>, Listener<CloseEvent>)>,
    /// Changes with each socket and each waiting time; what belongs to an older one stops.
    turn: u32,
    backoff: Backoff,
    /// When the socket last said anything, by the browser's clock.
    heard_at: i64,
    is_ended: bool,
    is_beating: bool,
}

thread_local! {
    // A page has one thread and one live connection.
    static LINE: RefCell<Line> = RefCell::new(Line::default());
}

fn line<R>(act: impl FnOnce(&mut Line) -> R) -> R {
    LINE.with_borrow_mut(act)
}

/// Connects now; what was connected before is dropped.
pub fn connect(store: Store) {
    drop_socket();
    if line(|l| l.is_ended) {
        return;
    }
    let turn = line(|l| {
        l.turn += 1;
        l.heard_at = web::clock();
        l.turn
    });
    store.connection.update(|c| {
        if !matches!(c, Connection::Connecting { .. }) {
            *c = Connection::Connecting { retry_in_s: 0 };
        }
    });
    let Some(socket) = address(store).and_then(|address| WebSocket::new(&address).ok()) else {
        lost(store, turn);
        return;
    };
    let on_message = Listener::<MessageEvent>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            heard(store, turn, &text);
        }
    });
    let on_close = Listener::<CloseEvent>::new(move |_: CloseEvent| lost(store, turn));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    line(|l| {
        l.socket = Some(socket);
        l.listeners = Some((on_message, on_close));
    });
    watch_opening(store, turn);
    beat(store);
}

/// The page came to the front, or the network came or went: try at once, or check whether the connection still lives.
pub fn nudge(store: Store) {
    if store.workspace.with_untracked(Option::is_none) || line(|l| l.is_ended) {
        return;
    }
    if !web::has_network() {
        drop_socket();
        store.forget_presence();
        line(|l| l.turn += 1);
        store.connection.set(Connection::Offline);
        return;
    }
    match store.connection.get_untracked() {
        Connection::Online => ping(store),
        Connection::Connecting { retry_in_s: 0 } => {}
        Connection::Connecting { .. } | Connection::Offline => connect(store),
        Connection::Ended => {}
    }
}

/// Sends a frame; what cannot be sent now is told anew after the next connection.
pub fn send(frame: &ClientFrame) {
    let socket = line(|l| l.socket.clone());
    if let (Some(socket), Ok(text)) = (socket.filter(|s| s.ready_state() == WebSocket::OPEN), serde_json::to_string(frame)) {
        let _ = socket.send_with_str(&text);
    }
}

fn address(store: Store) -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/live?since={}", location.host().ok()?, store.seq()))
}

fn drop_socket() {
    let (socket, listeners) = line(|l| (l.socket.take(), l.listeners.take()));
    if let Some(socket) = socket {
        socket.set_onmessage(None);
        socket.set_onclose(None);
        let _ = socket.close();
    }
    // A listener may be running right now: it must not be freed under itself.
    if let Some(listeners) = listeners {
        spawn_local(async move {
            web::sleep(0).await;
            drop(listeners);
        });
    }
}

fn heard(store: Store, turn: u32, text: &str) {
    if line(|l| l.turn) != turn {
        return;
    }
    line(|l| l.heard_at = web::clock());
    let Ok(frame) = model::from_json::<Frame>(text.as_bytes()) else {
        // A newer server says something that this build does not know; its build differs, the banner tells.
        return;
    };
    match frame {
        Frame::Hello { build, .. } => {
            line(|l| l.backoff.reset());
            store.connection.set(Connection::Online);
            compare_build(store, &build);
            store.tell_looking();
            store.board.connected();
            store.pump_all();
            store.save_drafts();
            store.bell.refetch();
            store.talks.refetch();
        }
        Frame::Event(event) => {
            if !store.event(event) {
                // Events are missing: ask for them from the last applied one.
                connect(store);
            }
        }
        Frame::Reset { seq } => store.resync(seq),
        Frame::Presence { conversation_id, people } => store.present(conversation_id, people),
        Frame::Alert { alert } => store.alerted(alert.map(|a| *a)),
        Frame::Hidden { conversation_id, ids } => store.hidden(conversation_id, &ids),
        Frame::Talk { talk } => store.talked(*talk),
        Frame::TalkRead { talk_id, unread } => store.talk_read(talk_id, unread),
        Frame::ContactTyping { conversation_id } => store.typed(conversation_id),
        Frame::Board { text } => store.board.news.update(|news| news.push(text)),
        Frame::Ended => {
            line(|l| l.is_ended = true);
            drop_socket();
            store.connection.set(Connection::Ended);
        }
        Frame::Pong => {}
    }
}

fn compare_build(store: Store, build: &str) {
    if store.page_build().is_some_and(|ours| ours != build) {
        // While one develops, the page follows by itself; a test sees what everybody else does.
        if cfg!(debug_assertions) && !web::is_driven() { web::reload() } else { store.is_outdated.set(true) }
    }
}

/// The socket closed: wait, visibly, and connect again.
fn lost(store: Store, turn: u32) {
    if line(|l| l.turn != turn || l.is_ended) {
        return;
    }
    drop_socket();
    store.forget_presence();
    let (turn, wait) = line(|l| {
        l.turn += 1;
        (l.turn, l.backoff.next(web::chance()))
    });
    if store.connection.get_untracked() != Connection::Online {
        // It was refused rather than cut; a socket does not tell why, another question does.
        store.ask_whether_signed_in();
    }
    if !web::has_network() {
        store.connection.set(Connection::Offline);
        return;
    }
    spawn_local(async move {
        let mut left = wait;
        while left > 0 {
            store.connection.set(Connection::Connecting { retry_in_s: left.div_ceil(1000) });
            let step = if left % 1000 == 0 { 1000 } else { left % 1000 };
            web::sleep(step).await;
            if line(|l| l.turn) != turn {
                return;
            }
            left -= step;
        }
        connect(store);
    });
}

/// A connection that does not open is as good as lost.
fn watch_opening(store: Store, turn: u32) {
    spawn_local(async move {
        web::sleep(DEAD_AFTER_MS).await;
        if line(|l| l.turn) == turn && store.connection.get_untracked() != Connection::Online {
            lost(store, turn);
        }
    });
}

/// Asks the server for a sign of life; silence ends the connection.
fn ping(store: Store) {
    let (turn, asked_at) = line(|l| (l.turn, web::clock()));
    send(&ClientFrame::Ping);
    spawn_local(async move {
        web::sleep(DEAD_AFTER_MS).await;
        // A tab that slept meanwhile gives the answer a moment to be read.
        web::sleep(50).await;
        if line(|l| l.turn == turn && l.heard_at < asked_at) {
            lost(store, turn);
        }
    });
}

fn beat(store: Store) {
    if line(|l| std::mem::replace(&mut l.is_beating, true)) {
        return;
    }
    web::every(PING_EVERY_MS, move || {
        if store.connection.get_untracked() == Connection::Online {
            ping(store);
        }
    });
}
