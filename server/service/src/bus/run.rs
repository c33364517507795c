//! The tasks that carry news between processes: one says, one hears PostgreSQL, one hears NATS, one looks once a second.

use super::out::Item;
use super::word::{self, Envelope, Pieces, Word};
use super::{SILENT, locked, nats};
use crate::desk::Desk;
use crate::{args, sql_system};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

/// The channel of PostgreSQL's notifications; they stay within a database.
const CHANNEL: &str = "prosa";
/// PostgreSQL takes less than 8,000 bytes.
const NOTE_MAX: usize = 7_900;
/// Items that are told at once.
const TOGETHER: usize = 512;
/// How often it is looked, and how often a sign of life is given.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const ALIVE_EVERY: u32 = 3;
/// How long a process that stops waits for more to tell.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Carries news between this process and others until the server stops; by NATS as far as that can be reached. SQLite has
/// one process: there it ends at once.
pub async fn run(desk: Desk, nats: Option<String>) {
    if desk.db.is_sqlite() {
        return;
    }
    let Some(items) = desk.bus.out.open() else { return };
    let station = format!("{:016x}", u64::from_le_bytes(random(&desk)));
    let _ = desk.bus.station.set(station);
    desk.bus.ears.wants_nats.store(nats.is_some(), Ordering::Relaxed);
    let by_nats = async {
        if let Some(url) = &nats {
            nats::hear(&desk, url).await;
        }
    };
    tokio::join!(say(&desk, items), hear_postgres(&desk), by_nats, look(&desk));
}

pub(super) fn random<const N: usize>(desk: &Desk) -> [u8; N] {
    let mut bytes = [0; N];
    desk.seam.fill(&mut bytes);
    bytes
}

/// Tells what waits, in its order.
async fn say(desk: &Desk, mut items: mpsc::Receiver<Item>) {
    let (mut waiting, mut mark) = (Vec::with_capacity(TOGETHER), 0);
    loop {
        let pause = if desk.is_stopping() { LAST_WORDS } else { LOOK_EVERY };
        match timeout(pause, items.recv_many(&mut waiting, TOGETHER)).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(_) if desk.is_stopping() => break,
            Err(_) => continue,
        }
        if desk.bus.out.take_lost() {
            tracing::error!("too much waited to be told to other processes: they ask again");
            metrics::counter!("prosa_bus_lost_total").increment(1);
            waiting.push(Item::Word(Word::Again));
        }
        mark += 1;
        tell(desk, &waiting, mark).await;
        for item in waiting.drain(..) {
            if let Item::Said(done) = item {
                let _ = done.send(());
            }
        }
    }
    tell(desk, &[Item::Word(Word::Bye)], mark + 1).await;
}

/// Tells the others by NATS when all of them hear it, else by PostgreSQL; signs of life by both.
async fn tell(desk: &Desk, items: &[Item], mark: u64) {
    let lives = items.iter().any(|i| matches!(i, Item::Word(Word::Alive { .. } | Word::Bye)));
    if let Some(nats) = desk.bus.nats.get().filter(|_| desk.bus.all_hear_nats()) {
        let words: Vec<String> = items.iter().filter_map(|i| word::text(i, true)).collect();
        if nats.say(desk, &word::envelopes(desk.bus.station(), &words, nats::MESSAGE_MAX, mark)).await {
            if !lives {
                return;
            }
            let signs = items.iter().filter(|i| matches!(i, Item::Word(Word::Alive { .. } | Word::Bye)));
            return notify(desk, signs, mark).await;
        }
    }
    notify(desk, items.iter(), mark).await;
}

/// Tells by PostgreSQL, for as long as it takes: while it does not answer, nothing happens that could be told.
async fn notify<'i>(desk: &Desk, items: impl Iterator<Item = &'i Item>, mark: u64) {
    let words: Vec<String> = items.filter_map(|i| word::text(i, false)).collect();
    let notes = word::envelopes(desk.bus.station(), &words, NOTE_MAX, mark);
    // A transaction's notifications come in its order.
    for some in notes.chunks(64) {
        let Ok(list) = serde_json::to_string(some) else { continue };
        let mut pause = Duration::from_millis(200);
        let text = sql_system!(postgres "select pg_notify('prosa', t.value) from json_array_elements_text(cast($1 as json)) t (value)");
        while let Err(e) = desk.db.run(text, args![&list]).await {
            tracing::warn!(error = %e, "other processes could not be told; trying again");
            if desk.is_stopping() {
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }
}

impl Desk {
    /// A text of another process, or a piece of one.
    pub(super) fn hear_text(&self, text: &str, pieces: &mut Pieces) {
        let Some(whole) = pieces.take(text) else { return };
        match serde_json::from_str::<Envelope>(&whole) {
            Ok(envelope) => self.take(envelope),
            // A newer or older build while one is replaced by the other.
            Err(e) => {
                tracing::warn!(error = %e, "what another process said was not understood: asking again");
                let desk = self.clone();
                tokio::spawn(async move { desk.again().await });
            }
        }
    }
}

/// Hears PostgreSQL's notifications; what was lost with a connection is asked for when there is one again.
async fn hear_postgres(desk: &Desk) {
    let mut pause = Duration::from_millis(100);
    while !desk.is_stopping() {
        match desk.db.listener(CHANNEL).await {
            Ok(Some(mut ear)) => {
                pause = Duration::from_millis(100);
                let (heard, mut notes) = mpsc::channel(4096);
                // In a task of its own: a wait that is cut short could lose what it has read so far.
                let reader = tokio::spawn(async move {
                    while let Ok(Some(note)) = ear.try_recv().await {
                        if heard.send(note.payload().to_owned()).await.is_err() {
                            break;
                        }
                    }
                });
                desk.hears("postgres", true).await;
                hear_notes(desk, &mut notes).await;
                reader.abort();
                desk.hears("postgres", false).await;
            }
            Ok(None) => return,
            Err(e) => tracing::warn!(error = %e, "PostgreSQL's notifications are not heard; trying again"),
        }
        if !desk.is_stopping() {
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }
}

/// Until the connection is lost, or nothing is heard any more: one's own signs of life come back, too.
async fn hear_notes(desk: &Desk, notes: &mut mpsc::Receiver<String>) {
    let (mut pieces, mut last) = (Pieces::default(), Instant::now());
    loop {
        match timeout(LOOK_EVERY, notes.recv()).await {
            Ok(Some(text)) => {
                last = Instant::now();
                desk.hear_text(&text, &mut pieces);
            }
            Ok(None) => return,
            Err(_) if desk.is_stopping() || last.elapsed() > SILENT => return,
            Err(_) => pieces.keep(|from| locked(&desk.bus.others).contains_key(from)),
        }
    }
}

impl Desk {
    /// A way is heard from now on, or not any more.
    pub(super) async fn hears(&self, way: &'static str, is_heard: bool) {
        let ears = &self.bus.ears;
        let ear = if way == "nats" { &ears.nats } else { &ears.postgres };
        if ear.swap(is_heard, Ordering::SeqCst) == is_heard || self.is_stopping() {
            return;
        }
        metrics::gauge!("prosa_bus_heard", "way" => way).set(if is_heard { 1.0 } else { 0.0 });
        if is_heard {
            tracing::info!(way, "news of other processes is heard");
            self.again().await;
        } else {
            tracing::warn!(way, "news of other processes is not heard this way any more; events are read from the table");
            self.say_alive();
        }
    }
}

/// Once a second: what did not arrive; now and then: a sign of life, and who gives none.
async fn look(desk: &Desk) {
    let mut n = 0u32;
    while !desk.is_stopping() {
        sleep(LOOK_EVERY).await;
        n = n.wrapping_add(1);
        if n % ALIVE_EVERY == 1 {
            desk.say_alive();
            desk.leave_silent();
            metrics::gauge!("prosa_bus_processes").set(desk.bus_health().others as f64 + 1.0);
        }
        let is_deaf = desk.bus.is_deaf();
        if is_deaf {
            desk.forget_all();
        }
        if let Err(e) = desk.compare(is_deaf).await {
            tracing::warn!(error = %e, "what other processes did could not be read; trying again in a second");
        }
    }
}
