//! A list that comes page by page, for screens that no event keeps current.

use crate::api::Answer;
use crate::live::Store;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Fault;

/// A search waits this long for the next letter.
const PAUSE_MS: u32 = 250;

/// Rows of type `T`, and the place of type `K` where the next page begins.
pub struct Paged<T: 'static, K: 'static> {
    pub rows: RwSignal<Vec<T>>,
    /// None on the last page.
    pub next: RwSignal<Option<K>>,
    pub loading: RwSignal<bool>,
    pub fault: RwSignal<Option<Fault>>,
    store: Store,
    /// The newest question: answers to earlier ones say nothing any more.
    turn: StoredValue<u32>,
}

impl<T, K> Clone for Paged<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, K> Copy for Paged<T, K> {}

impl<T: Send + Sync + 'static, K: Clone + Send + Sync + 'static> Paged<T, K> {
    /// Nothing yet, and nothing asked.
    pub fn new(store: Store) -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            loading: RwSignal::new(true),
            fault: RwSignal::new(None),
            store,
            turn: StoredValue::new(0),
        }
    }

    /// Asks for the first page, or for `more`; `pause` waits for further letters of a search first. `ask` gets where to
    /// begin and answers rows and the next place.
    pub fn load<F: Future<Output = Answer<(Vec<T>, Option<K>)>> + 'static>(
        self,
        more: bool,
        pause: bool,
        ask: impl FnOnce(Option<K>) -> F + 'static,
    ) {
        let asked = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(asked);
        self.loading.set(true);
        self.fault.set(None);
        let answer = ask(self.next.get_untracked().filter(|_| more));
        // A later question overtook it, or the screen is gone.
        let is_over = move || self.turn.try_get_value() != Some(asked);
        spawn_local(async move {
            if pause {
                gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
                if is_over() {
                    return;
                }
            }
            let answer = answer.await;
            if is_over() {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok((page, next)) => {
                    self.next.set(next);
                    self.rows.update(|rows| {
                        if !more {
                            rows.clear();
                        }
                        rows.extend(page);
                    });
                }
                Err(refused) => self.fault.set(Some(self.store.hear(refused))),
            }
        });
    }
}
