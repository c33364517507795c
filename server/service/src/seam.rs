//! Time, ids and randomness: the one seam through which the product gets them, so that tests control them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Millis, RANDOM_BITS};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};

/// Clock, id maker and random source.
pub struct Seam {
    /// Fixed time of tests; below zero = the system's clock.
    fixed: AtomicI64,
    last_id: AtomicI64,
    random: Mutex<StdRng>,
}

impl Seam {
    /// The system's clock and randomness.
    pub fn system() -> Seam {
        Seam { fixed: AtomicI64::new(-1), last_id: AtomicI64::new(0), random: Mutex::new(rand::make_rng()) }
    }

    /// A clock that stands at `now` until it is moved, and random numbers that repeat.
    pub fn fixed(now: Millis, seed: u64) -> Seam {
        Seam { fixed: AtomicI64::new(now), last_id: AtomicI64::new(0), random: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> Millis {
        match self.fixed.load(Ordering::Relaxed) {
            fixed if fixed >= 0 => fixed,
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
            _ => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as Millis),
        }
    }

    /// Moves a fixed clock.
    pub fn advance(&self, by: Millis) {
        if self.fixed.load(Ordering::Relaxed) >= 0 {
            self.fixed.fetch_add(by, Ordering::Relaxed);
        }
    }

    /// A new id: time-ordered, and within one process never twice.
    pub fn id<T: From<i64>>(&self) -> T {
        T::from(self.id_at(self.now()))
    }

    /// A new id for a given time.
    pub fn id_at(&self, at: Millis) -> i64 {
        let random: i64 = self.with_random(|r| r.random_range(0..1 << RANDOM_BITS));
        let wanted = (at << RANDOM_BITS) | random;
        let step = (random & 0xff) + 1;
        // Ids of one process rise, also within a millisecond.
        let taken =
            self.last_id.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(if wanted > last { wanted } else { last + step }));
        match taken {
            Ok(last) | Err(last) => {
                if wanted > last {
                    wanted
                } else {
                    last + step
                }
            }
        }
    }

    /// A secret of 32 random bytes, URL-safe.
    pub fn secret(&self) -> String {
        let mut bytes = [0u8; 32];
        self.with_random(|r| r.fill_bytes(&mut bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Fills a buffer.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.with_random(|r| r.fill_bytes(bytes));
    }

    /// A number below `end`, for jitter.
    pub fn below(&self, end: i64) -> i64 {
        if end <= 1 { 0 } else { self.with_random(|r| r.random_range(0..end)) }
    }

    fn with_random<T>(&self, f: impl FnOnce(&mut StdRng) -> T) -> T {
        f(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_and_hold_their_time() {
        let seam = Seam::fixed(1_784_000_000_000, 1);
        let ids: Vec<i64> = (0..10_000).map(|_| seam.id_at(seam.now())).collect();
        assert!(ids.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(ids[0] >> RANDOM_BITS, 1_784_000_000_000);
    }
}
