//! The simulated clock: the machine's time plus an offset that tests move.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// First instant at which service messages are charged, 2026-10-01T00:00:00Z, in epoch milliseconds.
pub const SERVICE_CHARGED_FROM_MS: i64 = 1_790_812_800_000;
/// First instant of per-message pricing, 2025-07-01T00:00:00Z, in epoch milliseconds.
pub const PER_MESSAGE_FROM_MS: i64 = 1_751_328_000_000;
/// Length of the customer service window in milliseconds.
pub const WINDOW_MS: i64 = 24 * 3600 * 1000;
/// Length of the free entry point window in milliseconds.
pub const FREE_ENTRY_MS: i64 = 72 * 3600 * 1000;

/// A clock that can be moved. Real timers (status delays, retries) are not touched by it.
#[derive(Debug, Default)]
pub struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    /// Now, in epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        real_ms() + self.offset_ms()
    }

    /// Now, in epoch seconds.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Distance from the machine's clock, in milliseconds.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// Moves the clock by some milliseconds, backwards when negative.
    pub fn advance(&self, ms: i64) {
        self.offset_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Sets the distance from the machine's clock.
    pub fn set_offset(&self, ms: i64) {
        self.offset_ms.store(ms, Ordering::Relaxed);
    }

    /// Makes it a given instant now, in epoch milliseconds.
    pub fn set_now(&self, ms: i64) {
        self.set_offset(ms - real_ms());
    }
}

/// The machine's time in epoch milliseconds.
#[expect(clippy::disallowed_methods, reason = "this is the clock that is handed in")]
pub fn real_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_and_comes_back() {
        let clock = Clock::default();
        clock.advance(25 * 3600 * 1000);
        assert!((clock.now_ms() - real_ms() - 25 * 3600 * 1000).abs() < 1000);
        clock.set_now(SERVICE_CHARGED_FROM_MS);
        assert!((clock.now_s() - SERVICE_CHARGED_FROM_MS / 1000).abs() <= 1);
        clock.set_offset(0);
        assert!((clock.now_ms() - real_ms()).abs() < 1000);
    }
}
