//! Fetches conversations for the time without a network, while nobody waits for anything: one question at a time, with
//! pauses, from one tab, only while the page is in sight, not on a line that is to be spared, and after a refusal not for
//! a while. The answers pass by the service worker, which keeps them; this only asks.

use super::kept;
use crate::api::inbox::{conversations, open};
use crate::live::shelf::{SHELF_MAX, Stamp, Wanted, choose, next, read_stamps};
use crate::live::{Connection, Store, web};
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ConversationId, ConversationQuery, Fault, Filter, Millis, Tab, limit};
use std::collections::{HashMap, HashSet};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::Request;

/// People begin at the same time: nobody's page asks at once.
const FIRST_MS: f64 = 3_000.0;
const SPREAD_MS: f64 = 30_000.0;
/// Between two questions, as much again by chance.
const PAUSE_MS: f64 = 1_000.0;
/// When nothing is to be done.
const REST_MS: f64 = 5_000.0;
/// After a refusal, or when the server did not answer.
const STOP_MS: f64 = 5.0 * 60_000.0;
/// How often the lists are read again while something changes, and when something has come that stands in none of them.
const LISTS_EVERY_MS: Millis = 5 * 60_000;
const LISTS_SOON_MS: Millis = 60_000;
/// The longest wait for the browser to have nothing to do.
const IDLE_MS: i32 = 5_000;
/// How long a tab that says nothing keeps the turn.
const TURN_MS: Millis = 45_000;
const TURN: &str = "prosa.shelf.turn";
/// Where the service worker keeps answers.
const CACHE: &str = "prosa-reading";
const STAMPS: &str = "/reading/stamps";
/// Whose conversations, in the order of their worth.
const TABS: [Tab; 3] = [Tab::Mine, Tab::New, Tab::Others];

/// What is known of the shelf.
#[derive(Default)]
struct Shelf {
    /// This tab.
    name: String,
    /// When the lists were read, and in which round.
    read: Option<(Millis, u32)>,
    listed: Vec<Wanted>,
    stamps: HashMap<ConversationId, Stamp>,
    /// Kept ones that no list named: whether their reader still sees them is asked once.
    unsure: Vec<ConversationId>,
    unsaved: bool,
}

/// Begins, and goes on for as long as the person is signed in.
pub fn keep(store: Store) {
    if !has_worker() {
        return;
    }
    spawn_local(async move {
        let mut shelf = Shelf { name: web::client_id(), ..Shelf::default() };
        let name = shelf.name.clone();
        // Whoever comes next, such as this page after a reload, need not wait.
        web::on_window("pagehide", move || {
            if web::read(TURN).is_some_and(|held| held.starts_with(&name)) {
                web::keep(TURN, None);
            }
        });
        rest(FIRST_MS, SPREAD_MS).await;
        loop {
            let Some(connection) = store.connection.try_get_untracked().filter(|c| *c != Connection::Ended) else { return };
            if connection != Connection::Online || web::is_hidden() || spares_line() || !shelf.has_turn() {
                rest(REST_MS, REST_MS).await;
                continue;
            }
            idle().await;
            match shelf.step(store).await {
                Ok(true) => rest(PAUSE_MS, PAUSE_MS).await,
                Ok(false) => rest(REST_MS, 0.0).await,
                Err(_) => rest(STOP_MS, STOP_MS).await,
            }
        }
    });
}

async fn rest(least: f64, by_chance: f64) {
    web::sleep((least + web::chance() * by_chance) as u32).await;
}

impl Shelf {
    /// Does one thing; false when there was nothing to do.
    async fn step(&mut self, store: Store) -> Result<bool, Fault> {
        let (now, round, changed) = (web::clock(), store.shelf_round(), store.shelf_changes());
        let is_stale = match self.read {
            None => true,
            Some((at, before)) => {
                let came = |id: &ConversationId| self.listed.iter().all(|w| w.id != *id) && self.wants(store, *id).is_some();
                round != before
                    || now - at >= LISTS_EVERY_MS && changed.values().any(|c| *c >= at)
                    || now - at >= LISTS_SOON_MS && changed.iter().any(|(id, c)| *c >= at && came(id))
            }
        };
        if is_stale {
            self.read_lists(store, round).await?;
            return Ok(true);
        }
        // What events brought since stands beside the lists.
        let wanted = choose(changed.keys().chain(self.listed.iter().map(|w| &w.id)).filter_map(|id| self.wants(store, *id)).collect());
        if let Some(id) = next(&wanted, &self.stamps, &changed, now) {
            self.fetch(store, id).await?;
            return Ok(true);
        }
        while let Some(id) = self.unsure.pop() {
            if wanted.iter().any(|w| w.id == id) {
                continue;
            }
            self.fetch(store, id).await?;
            return Ok(true);
        }
        self.save().await;
        Ok(false)
    }

    /// A conversation as it is now, if it belongs here.
    fn wants(&self, store: Store, id: ConversationId) -> Option<Wanted> {
        match store.row(id) {
            Some(row) => row.with_untracked(|row| store.shelf_takes(std::slice::from_ref(row), self.stamps.contains_key(&id)).pop()),
            None => self.listed.iter().find(|w| w.id == id).cloned(),
        }
    }

    /// Reads the lists, which are kept by that, too, and compares them with what is there.
    async fn read_lists(&mut self, store: Store, round: u32) -> Result<(), Fault> {
        let at = web::clock();
        let mut listed: Vec<Wanted> = Vec::new();
        for tab in TABS {
            let mut after = None;
            while listed.len() < SHELF_MAX {
                let query = ConversationQuery {
                    tab,
                    filter: Filter::default(),
                    oldest_first: store.oldest_first.get_untracked(),
                    after,
                    limit: Some(limit::CONVERSATION_PAGE),
                };
                let page = conversations(query).await.map_err(|refused| store.hear(refused))?;
                listed.extend(store.shelf_takes(&page.items, false));
                after = page.next;
                if after.is_none() || web::is_hidden() {
                    break;
                }
                rest(PAUSE_MS / 4.0, PAUSE_MS / 4.0).await;
            }
        }
        self.listed = choose(listed);
        self.read = Some((at, round));
        let kept = kept_ids().await;
        if self.stamps.is_empty() {
            self.stamps = stamps().await;
        }
        let there: HashSet<ConversationId> = kept.iter().copied().collect();
        self.stamps.retain(|id, _| there.contains(id));
        let named: HashSet<ConversationId> = self.listed.iter().map(|w| w.id).collect();
        // The youngest are last.
        let room = SHELF_MAX.saturating_sub(named.len());
        let others: Vec<ConversationId> = kept.into_iter().filter(|id| !named.contains(id)).collect();
        let (drop, stay) = others.split_at(others.len().saturating_sub(room));
        if !drop.is_empty() {
            web::forget_kept(drop);
        }
        self.unsure = stay.to_vec();
        Ok(())
    }

    async fn fetch(&mut self, store: Store, id: ConversationId) -> Result<(), Fault> {
        let at = web::clock();
        match open(id).await {
            Ok(opened) => {
                let mark = store.shelf_takes(&[opened.conversation], true).pop().map(|w| w.mark).unwrap_or_default();
                self.stamps.insert(id, Stamp { id, mark, at });
                self.unsaved = true;
                Ok(())
            }
            // The service worker heard it, too.
            Err(refused) if refused.0 == Fault::Missing => {
                self.stamps.remove(&id);
                self.listed.retain(|w| w.id != id);
                Ok(())
            }
            Err(refused) => Err(store.hear(refused)),
        }
    }

    /// Whether this tab is the one that fetches.
    fn has_turn(&self) -> bool {
        let now = web::clock();
        let other = web::read(TURN).and_then(|held| {
            let (name, at) = held.split_once(' ')?;
            (name != self.name && now - at.parse::<Millis>().ok()? < TURN_MS).then_some(())
        });
        if other.is_none() {
            web::keep(TURN, Some(&format!("{} {now}", self.name)));
        }
        other.is_none()
    }

    async fn save(&mut self) {
        if !std::mem::take(&mut self.unsaved) {
            return;
        }
        let all: Vec<&Stamp> = self.stamps.values().collect();
        // Only beside what it tells of: when that was forgotten, this is, too.
        if kept_ids().await.is_empty() {
            return;
        }
        if let Ok(text) = serde_json::to_string(&all) {
            kept::put(CACHE, STAMPS, &text).await;
        }
    }
}

/// Whether answers pass by a service worker.
fn has_worker() -> bool {
    Reflect::get(&window().navigator(), &"serviceWorker".into()).is_ok_and(|c| !c.is_undefined()) && window().caches().is_ok()
}

/// Whether the person asked the browser to load little.
fn spares_line() -> bool {
    let connection = Reflect::get(&window().navigator(), &"connection".into()).unwrap_or(JsValue::UNDEFINED);
    connection.is_object() && Reflect::get(&connection, &"saveData".into()).is_ok_and(|s| s.is_truthy())
}

/// Waits until the browser has nothing to do; a browser that does not tell is asked after a moment.
async fn idle() {
    let found = Reflect::get(&window(), &"requestIdleCallback".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
    let Some(ask) = found else { return web::sleep(50).await };
    let waited = Promise::new(&mut |resolve, _| {
        let options = js_sys::Object::new();
        let _ = Reflect::set(&options, &"timeout".into(), &IDLE_MS.into());
        let done = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        let _ = ask.call2(&window(), &done, &options);
    });
    let _ = JsFuture::from(waited).await;
}

/// The conversations that are kept, those that were kept last at the end.
async fn kept_ids() -> Vec<ConversationId> {
    let Some(cache) = kept::cache(CACHE).await else { return Vec::new() };
    let Ok(keys) = JsFuture::from(cache.keys()).await else { return Vec::new() };
    let id = |request: JsValue| {
        let address = request.dyn_into::<Request>().ok()?.url();
        let (_, asked) = address.split_once("/reading/open?")?;
        let asked = String::from(js_sys::decode_uri_component(asked).ok()?);
        asked.chars().filter(char::is_ascii_digit).collect::<String>().parse::<ConversationId>().ok()
    };
    js_sys::Array::from(&keys).iter().filter_map(id).collect()
}

async fn stamps() -> HashMap<ConversationId, Stamp> {
    kept::text(CACHE, STAMPS).await.map(|text| read_stamps(&text)).unwrap_or_default()
}
