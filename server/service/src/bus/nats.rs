//! NATS, where it is configured. It carries events whole, which saves every process but one the look into the table. What
//! goes over it is sealed with the server's key: NATS may be somebody else's, and nobody can make up news there.
//!
//! It keeps nothing: whoever is not connected misses what is said. That process says so by PostgreSQL, and as long as one
//! says so all of them talk by PostgreSQL.

use super::run::random;
use super::word::Pieces;
use crate::desk::Desk;
use crate::keys::sha256_hex;
use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event};
use futures::StreamExt;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// Bytes of one message before it is sealed; NATS takes a megabyte unless told otherwise.
pub(super) const MESSAGE_MAX: usize = 256 * 1024;
/// How long NATS may take for what it is given.
const FLUSH: Duration = Duration::from_secs(2);
/// A dead connection is noticed after three of these.
const PING: Duration = Duration::from_secs(3);
/// Where sealed texts belong.
const PLACE: &str = "bus";

/// The connection.
pub(super) struct Nats {
    client: Client,
    subject: String,
}

impl Nats {
    /// Says texts to everybody; false when they did not all leave.
    pub async fn say(&self, desk: &Desk, texts: &[String]) -> bool {
        for text in texts {
            let Some(sealed) = desk.keys.seal(PLACE, text, random(desk)) else { return false };
            if self.client.connection_state() != State::Connected || self.client.publish(self.subject.clone(), sealed.into()).await.is_err()
            {
                return false;
            }
        }
        matches!(timeout(FLUSH, self.client.flush()).await, Ok(Ok(())))
    }
}

/// Servers with the same key are the same installation; others on the same NATS are not heard.
fn subject(desk: &Desk) -> String {
    format!("prosa.{}.news", &sha256_hex(desk.keys.sign("bus", "subject"))[..24])
}

/// Hears NATS until the server stops, connecting again for as long as it takes.
pub(super) async fn hear(desk: &Desk, url: &str) {
    let (told, mut events) = mpsc::unbounded_channel();
    let options = ConnectOptions::new()
        .name("prosa")
        .no_echo()
        .retry_on_initial_connect()
        .ping_interval(PING)
        .connection_timeout(Duration::from_secs(5))
        .event_callback(move |event| {
            let _ = told.send(event);
            async {}
        });
    let addresses: Vec<String> = url.split(',').map(|a| a.trim().to_owned()).collect();
    let subject = subject(desk);
    let client = match options.connect(addresses).await {
        Ok(client) => client,
        Err(e) => {
            tracing::error!(error = %e, "NATS cannot be used; PostgreSQL carries the news");
            return;
        }
    };
    let mut heard = match client.subscribe(subject.clone()).await {
        Ok(heard) => heard,
        Err(e) => {
            tracing::error!(error = %e, "NATS cannot be used; PostgreSQL carries the news");
            return;
        }
    };
    let _ = desk.bus.nats.set(Nats { client: client.clone(), subject });
    let mut pieces = Pieces::default();
    while !desk.is_stopping() {
        tokio::select! {
            message = heard.next() => match message {
                Some(message) => match std::str::from_utf8(&message.payload).ok().and_then(|sealed| desk.keys.unseal(PLACE, sealed)) {
                    Some(text) => desk.hear_text(&text, &mut pieces),
                    None => tracing::warn!("a message on NATS was not ours"),
                },
                None => break,
            },
            event = events.recv() => follow(desk, &client, event).await,
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
    desk.hears("nats", false).await;
    let _ = client.drain().await;
}

async fn follow(desk: &Desk, client: &Client, event: Option<Event>) {
    match event {
        // The subscription is there when what follows it has passed.
        Some(Event::Connected) if matches!(timeout(FLUSH, client.flush()).await, Ok(Ok(()))) => desk.hears("nats", true).await,
        Some(Event::Disconnected | Event::Closed | Event::LameDuckMode) => {
            desk.hears("nats", false).await;
            // The others know by now, and say by PostgreSQL what follows.
            let desk = desk.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(500)).await;
                desk.again().await;
            });
        }
        Some(Event::SlowConsumer(_)) => desk.again().await,
        Some(event @ (Event::ServerError(_) | Event::ClientError(_))) => tracing::warn!(%event, "NATS complains"),
        Some(_) | None => {}
    }
}
