//! Webhooks that wait to be posted, and the log of what became of them. No network here.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// Entries kept in the log.
const LOG_LIMIT: usize = 5_000;

/// One body to post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Number in the log.
    pub id: u64,
    /// Account whose webhook address is used.
    pub waba_id: String,
    /// Number whose webhook address goes before that of the account.
    pub number_id: Option<String>,
    /// Field of the first change.
    pub field: String,
    /// The bytes.
    pub body: Bytes,
    /// Sign with a wrong secret.
    pub bad_signature: bool,
    /// When it was made.
    pub created: Instant,
    /// Attempts so far.
    pub attempts: u32,
}

/// A job as a snapshot keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SavedJob {
    waba_id: String,
    number_id: Option<String>,
    field: String,
    body: String,
}

/// What became of a webhook.
#[derive(Debug, Clone, Serialize)]
pub struct LogEntry {
    /// Number, rising.
    pub id: u64,
    /// Field of the first change.
    pub field: String,
    /// Where it was last posted to.
    pub url: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// HTTP status of the last attempt.
    pub status: Option<u16>,
    /// Error of the last attempt.
    pub error: Option<String>,
    /// Milliseconds that the last attempt took.
    pub ms: u64,
    /// pending, delivered, dropped.
    pub state: &'static str,
    /// Length of the body in bytes.
    pub bytes: usize,
    /// Epoch milliseconds of the machine's clock when it was made.
    pub at_ms: i64,
    /// The body.
    #[serde(skip)]
    pub body: Bytes,
}

/// Sums since the start or the last reset.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Totals {
    /// Bodies made.
    pub made: u64,
    /// Bodies answered with 200.
    pub delivered: u64,
    /// Bodies given up, or made without an address to post to.
    pub dropped: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
    /// Bodies not yet answered with 200.
    pub pending: u64,
    /// Attempts going on.
    pub in_flight: u64,
}

#[derive(Debug)]
struct Delayed {
    at: Instant,
    job: Job,
}

impl PartialEq for Delayed {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.job.id) == (other.at, other.job.id)
    }
}
impl Eq for Delayed {}
impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Delayed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.job.id).cmp(&(other.at, other.job.id))
    }
}

#[derive(Debug, Default)]
struct Inner {
    ready: VecDeque<Job>,
    delayed: BinaryHeap<Reverse<Delayed>>,
    in_flight: Vec<Job>,
    log: VecDeque<LogEntry>,
    next: u64,
    totals: Totals,
}

/// What the dispatcher does next.
#[derive(Debug)]
pub enum Step {
    /// Post this.
    Post(Job),
    /// Nothing is due before this long; none: until something is added.
    Wait(Option<Duration>),
}

/// How an attempt ended.
#[derive(Debug)]
pub struct Outcome {
    /// Where it was posted.
    pub url: Option<String>,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// What went wrong otherwise.
    pub error: Option<String>,
    /// How long it took.
    pub took: Duration,
    /// None: done. Some: try again after this long.
    pub again: Option<Duration>,
    /// True when it is given up.
    pub dropped: bool,
}

/// The queue. Bounded by the memory of the machine only: a simulator must not lose what a slow receiver has not taken.
#[derive(Debug, Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    notify: Notify,
    failing: AtomicBool,
    /// Changes that faults hold back.
    pub sender: crate::webhook::Sender,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a body, to be posted after `delay`; gives its number.
    pub fn push(&self, mut job: Job, delay: Duration) -> u64 {
        let id = {
            let mut inner = self.lock();
            inner.next += 1;
            job.id = inner.next;
            let id = job.id;
            inner.totals.made += 1;
            inner.totals.pending += 1;
            let entry = LogEntry {
                id,
                field: job.field.clone(),
                url: None,
                attempts: 0,
                status: None,
                error: None,
                ms: 0,
                state: "pending",
                bytes: job.body.len(),
                at_ms: crate::clock::real_ms(),
                body: job.body.clone(),
            };
            if inner.log.len() >= LOG_LIMIT {
                inner.log.pop_front();
            }
            inner.log.push_back(entry);
            if delay.is_zero() {
                inner.ready.push_back(job);
            } else {
                inner.delayed.push(Reverse(Delayed { at: Instant::now() + delay, job }));
            }
            id
        };
        self.notify.notify_one();
        id
    }

    /// Makes the dispatcher look again.
    pub fn wake(&self) {
        self.notify.notify_one();
    }

    /// Waits until something may have changed.
    pub async fn changed(&self) {
        self.notify.notified().await;
    }

    /// The next step when at most `concurrency` attempts may go on.
    pub fn step(&self, concurrency: usize) -> Step {
        let mut inner = self.lock();
        if inner.in_flight.len() >= concurrency {
            return Step::Wait(None);
        }
        let now = Instant::now();
        while inner.delayed.peek().is_some_and(|d| d.0.at <= now) {
            if let Some(Reverse(d)) = inner.delayed.pop() {
                inner.ready.push_back(d.job);
            }
        }
        if let Some(job) = inner.ready.pop_front() {
            inner.in_flight.push(job.clone());
            return Step::Post(job);
        }
        Step::Wait(inner.delayed.peek().map(|d| d.0.at - now))
    }

    /// Takes note of an attempt and queues the job again when wanted.
    pub fn finish(&self, mut job: Job, outcome: Outcome) {
        job.attempts += 1;
        {
            let mut inner = self.lock();
            let Some(at) = inner.in_flight.iter().position(|j| j.id == job.id && j.created == job.created) else {
                return; // the queue was cleared meanwhile
            };
            inner.in_flight.swap_remove(at);
            let first = inner.log.front().map_or(0, |e| e.id);
            let index = job.id.checked_sub(first).and_then(|i| usize::try_from(i).ok());
            if let Some(entry) = index.and_then(|i| inner.log.get_mut(i)) {
                entry.url = outcome.url;
                entry.attempts = job.attempts;
                entry.status = outcome.status;
                entry.error = outcome.error;
                entry.ms = u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX);
                entry.state = match (&outcome.again, outcome.dropped) {
                    (Some(_), _) => "pending",
                    (None, true) => "dropped",
                    (None, false) => "delivered",
                };
            }
            match outcome.again {
                Some(delay) => {
                    inner.totals.failed_attempts += 1;
                    inner.delayed.push(Reverse(Delayed { at: Instant::now() + delay, job }));
                }
                None if outcome.dropped => {
                    inner.totals.dropped += 1;
                    inner.totals.pending -= 1;
                }
                None => {
                    inner.totals.delivered += 1;
                    inner.totals.pending -= 1;
                }
            }
        }
        self.notify.notify_one();
    }

    /// Makes everything that waits for a retry due now.
    pub fn retry_now(&self) {
        {
            let mut inner = self.lock();
            let mut all: Vec<Delayed> = std::mem::take(&mut inner.delayed).into_iter().map(|r| r.0).collect();
            all.sort();
            inner.ready.extend(all.into_iter().map(|d| d.job));
        }
        self.notify.notify_one();
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut inner = self.lock();
        let next = inner.next;
        *inner = Inner { next, ..Inner::default() };
    }

    /// Sums.
    pub fn totals(&self) -> Totals {
        let inner = self.lock();
        Totals { in_flight: inner.in_flight.len() as u64, ..inner.totals }
    }

    /// True when nothing waits and nothing is on its way.
    pub fn idle(&self) -> bool {
        self.lock().totals.pending == 0
    }

    /// True when this body was answered with 200 or given up.
    pub fn settled(&self, id: u64) -> bool {
        let inner = self.lock();
        inner.log.iter().rev().find(|e| e.id == id).is_none_or(|e| e.state != "pending")
    }

    /// Log entries after `since`, oldest first.
    pub fn log(&self, since: u64, limit: usize) -> Vec<LogEntry> {
        self.lock().log.iter().filter(|e| e.id > since).take(limit).cloned().collect()
    }

    /// Takes note whether the receiver fails; true when that changed.
    pub fn note_failing(&self, failing: bool) -> bool {
        self.failing.swap(failing, Ordering::Relaxed) != failing
    }

    /// Whether the last attempt failed.
    pub fn failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// What a snapshot keeps: everything not yet answered with 200, oldest first.
    pub fn export(&self) -> Vec<SavedJob> {
        let inner = self.lock();
        let mut jobs: Vec<&Job> = inner.ready.iter().chain(inner.delayed.iter().map(|d| &d.0.job)).chain(&inner.in_flight).collect();
        jobs.sort_by_key(|j| j.id);
        jobs.into_iter()
            .map(|j| SavedJob {
                waba_id: j.waba_id.clone(),
                number_id: j.number_id.clone(),
                field: j.field.clone(),
                body: String::from_utf8_lossy(&j.body).into_owned(),
            })
            .collect()
    }

    /// Puts back what a snapshot kept.
    pub fn import(&self, jobs: Vec<SavedJob>) {
        for j in jobs {
            let job = Job {
                id: 0,
                waba_id: j.waba_id,
                number_id: j.number_id,
                field: j.field,
                body: Bytes::from(j.body),
                bad_signature: false,
                created: Instant::now(),
                attempts: 0,
            };
            self.push(job, Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(field: &str) -> Job {
        Job {
            id: 0,
            waba_id: "1".into(),
            number_id: None,
            field: field.into(),
            body: Bytes::from_static(b"{}"),
            bad_signature: false,
            created: Instant::now(),
            attempts: 0,
        }
    }

    fn outcome(again: Option<u64>) -> Outcome {
        Outcome {
            url: None,
            status: Some(if again.is_some() { 500 } else { 200 }),
            error: None,
            took: Duration::from_millis(3),
            again: again.map(Duration::from_millis),
            dropped: false,
        }
    }

    #[test]
    fn a_failed_job_waits_and_others_go_first() {
        let queue = Queue::default();
        queue.push(job("a"), Duration::ZERO);
        queue.push(job("b"), Duration::ZERO);
        let Step::Post(a) = queue.step(2) else { panic!("nothing due") };
        assert_eq!(a.field, "a");
        queue.finish(a, outcome(Some(60_000)));
        let Step::Post(b) = queue.step(2) else { panic!("nothing due") };
        assert_eq!(b.field, "b");
        assert!(matches!(queue.step(1), Step::Wait(None)), "the limit of attempts at a time is kept");
        queue.finish(b, outcome(None));
        assert!(matches!(queue.step(2), Step::Wait(Some(_))));
        assert_eq!((queue.totals().delivered, queue.totals().pending), (1, 1));
        assert_eq!(queue.export().len(), 1);
        queue.retry_now();
        let Step::Post(a) = queue.step(2) else { panic!("nothing due") };
        assert_eq!(a.attempts, 1);
        queue.finish(a, outcome(None));
        assert!(queue.idle() && queue.settled(1) && queue.settled(2));
        assert_eq!(queue.log(1, 10).len(), 1);
    }
}
