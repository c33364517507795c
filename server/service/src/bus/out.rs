//! What waits to be told to other processes.

use super::word::Word;
use crate::desk::EventNews;
use model::AccountId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Words that may wait; when there are more, everybody is told to ask again.
const WAITING: usize = 10_000;

/// One thing to tell.
pub(crate) enum Item {
    Word(Word),
    Event(AccountId, Arc<EventNews>),
    /// Answers when everything before it was told.
    Said(oneshot::Sender<()>),
}

/// The queue. It is closed as long as this process is alone.
#[derive(Clone)]
pub(crate) struct Outgoing(Arc<Queue>);

struct Queue {
    is_open: AtomicBool,
    lost: AtomicBool,
    items: mpsc::Sender<Item>,
    taken: Mutex<Option<mpsc::Receiver<Item>>>,
}

impl Default for Outgoing {
    fn default() -> Self {
        let (items, taken) = mpsc::channel(WAITING);
        let taken = Mutex::new(Some(taken));
        Outgoing(Arc::new(Queue { is_open: AtomicBool::new(false), lost: AtomicBool::new(false), items, taken }))
    }
}

impl Outgoing {
    /// The other end, once; from then on there are others.
    pub fn open(&self) -> Option<mpsc::Receiver<Item>> {
        let taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.0.is_open.fetch_or(taken.is_some(), Ordering::SeqCst);
        taken
    }

    /// Whether others are told.
    pub fn is_open(&self) -> bool {
        self.0.is_open.load(Ordering::Relaxed)
    }

    /// Tells it soon; what does not fit is noted as lost.
    pub fn say(&self, item: Item) {
        if self.is_open() && self.0.items.try_send(item).is_err() {
            self.0.lost.store(true, Ordering::Relaxed);
        }
    }

    /// Whether something was lost since the last time.
    pub fn take_lost(&self) -> bool {
        self.0.lost.swap(false, Ordering::Relaxed)
    }
}
