//! Short-lived caches of rows.

use crate::bus::{Cache as Name, Item, Outgoing, Word};
use moka::sync::Cache;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a row is believed, whatever happens.
const LIFE: Duration = Duration::from_secs(20);

/// Rows that were read a moment ago. What was read before [`Known::forget`] is not kept after it: a right that ended
/// must not come back through a reader who was faster than the one who ended it.
pub(crate) struct Known<K, V> {
    rows: Cache<K, V>,
    age: AtomicU64,
    /// Who else is told to forget.
    told: Option<(Outgoing, Name)>,
}

/// When a read began.
#[derive(Clone, Copy)]
pub(crate) struct Age(u64);

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Known<K, V> {
    pub fn new(size: u64) -> Known<K, V> {
        Known { rows: Cache::builder().max_capacity(size).time_to_live(LIFE).build(), age: AtomicU64::new(0), told: None }
    }

    /// The same in all processes: what one forgets, the others forget.
    pub fn shared(self, out: &Outgoing, name: Name) -> Known<K, V> {
        Known { told: Some((out.clone(), name)), ..self }
    }

    /// The row, if it is known.
    pub fn get(&self, key: &K) -> Option<V> {
        self.rows.get(key)
    }

    /// To be asked before the row is read.
    pub fn age(&self) -> Age {
        Age(self.age.load(Ordering::SeqCst))
    }

    /// Keeps what was read, unless it was forgotten meanwhile.
    pub fn keep(&self, key: K, value: V, read_at: Age)
    where
        K: Clone,
    {
        if read_at.0 == self.age.load(Ordering::SeqCst) {
            self.rows.insert(key.clone(), value);
            if read_at.0 != self.age.load(Ordering::SeqCst) {
                self.rows.invalidate(&key);
            }
        }
    }

    /// Forgets everything.
    pub fn forget(&self) {
        self.forget_as(true);
    }

    /// Forgets everything here; `by_all`: in the other processes, too.
    pub fn forget_as(&self, by_all: bool) {
        self.age.fetch_add(1, Ordering::SeqCst);
        self.rows.invalidate_all();
        if let Some((out, what)) = self.told.as_ref().filter(|_| by_all) {
            out.say(Item::Word(Word::Forget { what: *what }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_it_was_forgotten_is_not_kept() {
        let known: Known<i32, &str> = Known::new(10);
        let early = known.age();
        known.keep(1, "before", early);
        assert_eq!(known.get(&1), Some("before"));
        known.forget();
        assert_eq!(known.get(&1), None);
        known.keep(1, "too late", early);
        assert_eq!(known.get(&1), None);
        known.keep(1, "fresh", known.age());
        assert_eq!(known.get(&1), Some("fresh"));
    }
}
