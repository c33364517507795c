//! The running simulator: everything that handlers share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use anyhow::Context;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::config::Config;
use crate::faults::Faults;
use crate::seed;
use crate::settings::Settings;
use crate::state::{Bubble, Data};
use crate::webhook_queue::Queue;

/// Events kept for a slow phone page before it must load everything again.
const EVENT_BUFFER: usize = 1024;

/// The world at the start.
fn begin(config: &Config, clock: &Clock) -> Data {
    let mut data = seed::world(true);
    if config.demo {
        seed::demo_threads(&mut data, clock.now_ms());
    }
    data
}

/// Shared by all handlers and tasks.
#[derive(Debug)]
pub struct Sim {
    /// What the program was started with.
    pub config: Config,
    /// The simulated clock.
    pub clock: Clock,
    /// Faults in force.
    pub faults: Faults,
    /// Webhooks waiting to be posted.
    pub queue: Queue,
    /// Client for webhooks, verification and media links.
    pub http: reqwest::Client,
    settings: RwLock<Arc<Settings>>,
    data: Mutex<Data>,
    events: broadcast::Sender<Arc<str>>,
    dirty: AtomicBool,
}

impl Sim {
    /// A simulator with the demo world.
    pub fn new(config: Config) -> anyhow::Result<Arc<Self>> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(512)
            .user_agent("facebookexternalua")
            .build()
            .context("the HTTP client could not be made")?;
        let settings = Settings { webhook_url: config.webhook.clone(), ..Settings::default() };
        let clock = Clock::default();
        Ok(Arc::new(Self {
            data: Mutex::new(begin(&config, &clock)),
            clock,
            faults: Faults::default(),
            queue: Queue::default(),
            http,
            settings: RwLock::new(Arc::new(settings)),
            events: broadcast::channel(EVENT_BUFFER).0,
            dirty: AtomicBool::new(true),
            config,
        }))
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the settings.
    pub fn set_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
        self.touch();
        self.queue.wake();
    }

    /// The state. Never held across an await.
    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.touch();
        self.peek()
    }

    /// The state, to look at only: does not lead to a new snapshot. Never held across an await.
    pub fn peek(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note that something changed.
    pub fn touch(&self) {
        self.dirty.store(true, Ordering::Relaxed);
    }

    /// Whether something changed since the last call.
    pub fn take_dirty(&self) -> bool {
        self.dirty.swap(false, Ordering::Relaxed)
    }

    /// Back to the demo world: state, faults, queue, clock, settings other than the webhook address.
    pub fn reset(&self) {
        let url = self.settings().webhook_url.clone();
        self.faults.clear(None);
        self.queue.clear();
        self.clock.set_offset(0);
        *self.data() = begin(&self.config, &self.clock);
        self.set_settings(Settings { webhook_url: url, ..Settings::default() });
        self.publish(&serde_json::json!({"kind": "reset"}));
    }

    /// Tells the phone pages that are open.
    pub fn publish(&self, event: &Value) {
        if self.events.receiver_count() > 0 {
            // No receiver is no error: the page was closed meanwhile.
            let _ = self.events.send(Arc::from(event.to_string()));
        }
    }

    /// Tells the phone pages about a new or changed message.
    pub fn publish_bubble(&self, number: &str, contact: &str, bubble: &Bubble) {
        if self.events.receiver_count() > 0 {
            self.publish(&serde_json::json!({"kind": "message", "number": number, "contact": contact, "message": bubble}));
        }
    }

    /// A stream of events for a phone page.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<str>> {
        self.events.subscribe()
    }
}
