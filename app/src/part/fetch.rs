//! What a screen asks of the server when it opens.

use super::effect;
use crate::api::Answer;
use leptos::prelude::*;
use model::Fault;

/// The answer of a server function, asked by the browser when the screen opens. On the server it never comes: the first
/// sight is a skeleton.
pub struct Fetched<T: 'static> {
    answer: RwSignal<Option<Result<T, Fault>>>,
    turn: RwSignal<u32>,
}

impl<T: 'static> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Fetched<T> {}

impl<T: Clone + Send + Sync + 'static> Fetched<T> {
    /// Asks, now and at each [`refetch`](Self::refetch).
    pub fn new<F>(ask: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Answer<T>> + 'static,
    {
        let (answer, turn) = (RwSignal::new(None), RwSignal::new(0_u32));
        effect(move || {
            let asked_at = turn.get();
            let asked = untrack(&ask);
            leptos::task::spawn_local(async move {
                let came = asked.await.map_err(|refused| refused.0);
                // An answer that was overtaken, or whose screen is gone, says nothing any more.
                if turn.try_get_untracked() == Some(asked_at) {
                    answer.set(Some(came));
                }
            });
        });
        Self { answer, turn }
    }

    /// The newest answer, which stays while the next one is awaited.
    pub fn get(self) -> Option<Result<T, Fault>> {
        self.answer.get()
    }

    /// Asks again.
    pub fn refetch(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }
}
