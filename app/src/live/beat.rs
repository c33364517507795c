//! When the live connection is tried again, and when a silent one counts as dead.

/// How often the client asks whether the server is there.
pub const PING_EVERY_MS: u32 = 25_000;
/// A connection that answered nothing for this long after a ping is dead.
pub const DEAD_AFTER_MS: u32 = 10_000;
const FIRST_MS: u32 = 500;
const LAST_MS: u32 = 30_000;

/// Waiting times between tries: half a second, doubling to thirty seconds, up to a quarter shorter by chance so that a
/// restarted server is not met by everybody at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next waiting time in milliseconds; `chance` is between 0 and 1.
    pub fn next(&mut self, chance: f64) -> u32 {
        let full = FIRST_MS.saturating_mul(1 << self.tries.min(10)).min(LAST_MS);
        self.tries = self.tries.saturating_add(1);
        full - (f64::from(full) / 4.0 * crate::within(chance, 0.0, 1.0)) as u32
    }

    /// The connection worked.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_half_a_minute_and_start_over() {
        let mut backoff = Backoff::default();
        let waits: Vec<u32> = (0..8).map(|_| backoff.next(0.0)).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.next(1.0), 375);
    }

    #[test]
    fn jitter_only_shortens_by_a_quarter() {
        for tries in 0..40 {
            let wait = Backoff { tries }.next(0.999);
            assert!((375..=30_000).contains(&wait), "{wait}");
        }
    }
}
